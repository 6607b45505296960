"""Moving, switching, copying and deleting triggers on the automation board."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from automation.actions.triggers import (
    change_trigger,
    copy_trigger,
    delete_trigger,
    move_trigger,
)
from automation.trigger_checks import WEBHOOK
from crm.web.automation_board import DELETION, position_asked
from crm.web.rule_page import LANES, lanes_answer, lanes_context, open_rule_page


@login_required
@require_POST
def move(request: HttpRequest, type_code: str, trigger_id: int) -> HttpResponse:
    """Move a trigger to `stage`, to `position` among its triggers."""
    page = open_rule_page(request, type_code)
    stage = page.stage(request.POST.get("stage", ""))
    move_trigger(
        page.trigger(trigger_id), stage, actor=page.actor, position=position_asked(request)
    )
    return render(request, LANES, lanes_context(page))


@login_required
@require_POST
def flip(request: HttpRequest, type_code: str, trigger_id: int) -> HttpResponse:
    """Switch a trigger on, or with `?off` off."""
    page = open_rule_page(request, type_code)
    is_on = "off" not in request.GET
    trigger = change_trigger(page.trigger(trigger_id), {"is_active": is_on}, actor=page.actor)
    said = _("“%(name)s” is switched on") if is_on else _("“%(name)s” is switched off")
    return lanes_answer(request, page, said % {"name": trigger.name})


@login_required
@require_POST
def copy(request: HttpRequest, type_code: str, trigger_id: int) -> HttpResponse:
    """Put a copy of a trigger right below it."""
    page = open_rule_page(request, type_code)
    trigger = page.trigger(trigger_id)
    place = trigger.position + 1
    made = copy_trigger(trigger, trigger.stage, actor=page.actor, position=place)
    return lanes_answer(request, page, _("“%(name)s” was copied") % {"name": made.name})


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, type_code: str, trigger_id: int) -> HttpResponse:
    """Ask before a trigger is deleted, and delete it."""
    page = open_rule_page(request, type_code)
    trigger = page.trigger(trigger_id)
    if request.method == "GET":
        text = _("Why records moved stays in their journals.")
        if trigger.kind == WEBHOOK:
            text = _("Its address answers nobody any more.")
        context = {
            "dialog_title": _("Delete the trigger “%(name)s”?") % {"name": trigger.name},
            "text": text,
            "action": page.url("trigger_delete", trigger.pk),
            "verb": _("Delete the trigger"),
        }
        return render(request, DELETION, context)
    delete_trigger(trigger, actor=page.actor)
    return lanes_answer(request, page, _("“%(name)s” was deleted") % {"name": trigger.name})
