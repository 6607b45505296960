"""Adding and editing triggers: the catalogue of what can happen, the form, the webhook's secret."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_stubs_ext import StrOrPromise

from automation.actions.triggers import add_trigger, change_trigger, new_secret
from automation.addresses import site_address
from automation.models import Trigger
from automation.trigger_checks import WEBHOOK
from automation.triggers.base import EventKind, TriggerKind
from automation.triggers.registry import all_kinds, trigger_kind
from crm.web.rule_catalogue import Offer, Shelf, catalogue_answer
from crm.web.rule_page import RulePage, lanes_answer, lanes_context, open_rule_page
from crm.web.trigger_form import TriggerForm
from smart_processes.exceptions import ConfigurationRefused, RecordMissing
from smart_processes.models import Stage

FORM = "crm/automation/trigger.html"
SECRET = "crm/automation/secret.html"  # noqa: S105  # a template
HUE = "amber"
OUTSIDE = frozenset({EventKind.LETTER, EventKind.WEBHOOK})
SHELVES: tuple[tuple[StrOrPromise, str, bool], ...] = (
    (gettext_lazy("In the records"), HUE, False),
    (gettext_lazy("Other systems"), "pink", True),
)


@login_required
@require_GET
def catalogue(request: HttpRequest, type_code: str) -> HttpResponse:
    """Answer what can bring records to `stage`; `q` narrows it."""
    page = open_rule_page(request, type_code)
    stage = page.stage(request.GET.get("stage", ""))
    title = _("Add a trigger to “%(stage)s”") % {"stage": stage.name}
    context = {"drawer_title": title, "find": _("Find a trigger")}
    address = page.url("trigger_catalogue", stage=stage.code)
    kinds = sorted(all_kinds().values(), key=lambda each: str(each.label))
    shelves = [
        Shelf(
            name,
            hue,
            [
                _offer(each, page, stage)
                for each in kinds
                if (each.listens in OUTSIDE) is is_outside
            ],
        )
        for name, hue, is_outside in SHELVES
    ]
    return catalogue_answer(request, address, shelves, context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, type_code: str, kind_code: str) -> HttpResponse:
    """Answer the form of a new trigger of `stage`, and take what it sends."""
    page = open_rule_page(request, type_code)
    stage = page.stage(request.GET.get("stage", ""))
    form = _form(request, page, Trigger(kind=kind_code))
    if "refill" in request.GET:
        return _answer(request, page, _refilled(form, page), stage)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_trigger(stage, kind_code, actor=page.actor, **form.attributes())
        except ConfigurationRefused as refusal:
            form.explain_refusal(refusal)
        else:
            if made.kind == WEBHOOK:
                return _secret_answer(request, page, made)
            said = _("“%(name)s” was added") % {"name": made.name}
            return lanes_answer(request, page, said)
    return _answer(request, page, form, stage)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, type_code: str, trigger_id: int) -> HttpResponse:
    """Answer a trigger's form, and take what it sends."""
    page = open_rule_page(request, type_code)
    trigger = page.trigger(trigger_id)
    form = _form(request, page, trigger)
    if "refill" in request.GET:
        return _answer(request, page, _refilled(form, page), trigger.stage, trigger)
    if request.method == "POST" and form.is_valid():
        try:
            edited = change_trigger(trigger, form.attributes(), actor=page.actor)
        except ConfigurationRefused as refusal:
            form.explain_refusal(refusal)
        else:
            said = _("“%(name)s” is saved") % {"name": edited.name}
            return lanes_answer(request, page, said)
    return _answer(request, page, form, trigger.stage, trigger)


@login_required
@never_cache
@require_POST
def secret(request: HttpRequest, type_code: str, trigger_id: int) -> HttpResponse:
    """Give a webhook a new secret and show it, this once."""
    page = open_rule_page(request, type_code)
    return _secret_answer(request, page, page.trigger(trigger_id))


def hook_address(trigger: Trigger) -> str:
    """Return the address that another system calls."""
    return f"{site_address()}{reverse('automation:webhook', args=[trigger.public_id])}"


def _secret_answer(request: HttpRequest, page: RulePage, trigger: Trigger) -> HttpResponse:
    """Answer the drawer with a new secret, and the lanes beside it."""
    context = {
        "secret": new_secret(trigger, actor=page.actor),
        "trigger": trigger,
        "hook": hook_address(trigger),
        "example": _example(trigger),
        "drawer_title": trigger.name,
    }
    return render(request, SECRET, lanes_context(page) | context)


def _example(trigger: Trigger) -> str:
    """Return a call of a webhook for a terminal; what differs from call to call is in capitals."""
    params = trigger.params
    said = {
        params.get("event_id", "event_id"): "UNIQUE-ID",
        params.get("value", "record"): "RECORD",
        **{str(path): "VALUE" for path in params.get("mapping", {}).values()},
    }
    body: dict[str, Any] = {}
    for path, value in said.items():
        _put(body, path.split("."), value)
    return (
        f"curl -X POST {hook_address(trigger)} \\\n"
        "  -H 'Authorization: Bearer SECRET' \\\n"
        "  -H 'Content-Type: application/json' \\\n"
        f"  -d '{json.dumps(body, ensure_ascii=False)}'"
    )


def _put(body: dict[str, Any], path: list[str], value: str) -> None:
    """Put a value into JSON at a path."""
    *outer, last = path
    for name in outer:
        inner = body.setdefault(name, {})
        if not isinstance(inner, dict):
            return  # another path ends there
        body = inner
    body[last] = value


def _form(request: HttpRequest, page: RulePage, trigger: Trigger) -> TriggerForm:
    kind = trigger_kind(trigger.kind)
    if kind is None:
        raise RecordMissing
    sent = request.POST if request.method == "POST" else None
    return TriggerForm(kind, page.choices, trigger, sent)


def _refilled(form: TriggerForm, page: RulePage) -> TriggerForm:
    """Return the form with what was typed, and with what its lists offer for that."""
    trigger = form.trigger
    if form.is_valid():
        for name, value in form.attributes().items():
            setattr(trigger, name, value)
    refilled = TriggerForm(form.kind, page.choices, trigger, None)
    refilled.focus_refills()
    return refilled


def _answer(
    request: HttpRequest,
    page: RulePage,
    form: TriggerForm,
    stage: Stage,
    trigger: Trigger | None = None,
) -> HttpResponse:
    parts = ("trigger_edit", trigger.pk) if trigger else ("trigger_new", form.kind.code)
    context = {
        "page": page,
        "form": form,
        "trigger": trigger,
        "stage": stage,
        "action": page.url(*parts, stage=stage.code),
        "hue": HUE,
        "drawer_title": trigger.name if trigger else form.kind.label,
    }
    if trigger and trigger.kind == WEBHOOK:
        context |= {"hook": hook_address(trigger), "example": _example(trigger)}
    return render(request, FORM, context, status=422 if form.errors else 200)


def _offer(kind: TriggerKind[Any], page: RulePage, stage: Stage) -> Offer:
    return Offer(
        label=str(kind.label),
        description=str(kind.description),
        icon=kind.icon,
        url=page.url("trigger_new", kind.code, stage=stage.code),
    )
