"""Doing the same to many runs: the preview that says how many it fits, then a job."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.actor import Actor
from automation.actions.deeds import DEEDS, Plan
from automation.run_jobs import PREFIX
from automation.selectors.deed_previews import preview
from automation.selectors.run_lists import matching_ids, steerable_runs
from crm.web.job_views import JobView
from crm.web.run_filter import wanted_runs
from crm.web.run_steering import OFFERED
from crm.web.runs import require_steering
from crm.web.why import WhyForm
from smart_processes.exceptions import RecordRefusal
from smart_processes.jobs.queue import enqueue
from smart_processes.jobs.registry import job_kind
from smart_processes.jobs.selection import freeze

DIALOG = "crm/automation/bulk_deed.html"
TOAST = "crm/jobs/page.html#toast"
_HOWS = frozenset(how for how, _label, _icon in OFFERED)


@login_required
@require_POST
def ask(request: HttpRequest, how: str) -> HttpResponse:
    """Answer the preview of a deed for the runs that were sent."""
    actor, ids = _meant(request, how)
    return _dialog(request, actor, how, ids, WhyForm())


@login_required
@require_POST
def start(request: HttpRequest, how: str) -> HttpResponse:
    """Make the job and answer its progress; 422 with the dialog while the reason is missing."""
    actor, ids = _meant(request, how)
    form = WhyForm(request.POST)
    if not form.is_valid():
        return _dialog(request, actor, how, ids, form)
    frozen, upload = freeze(ids)
    params = {**frozen, "reason": form.cleaned_data["reason"]}
    kind = f"{PREFIX}{how}"
    job = enqueue(kind, params, actor=actor, upload=upload, total_count=len(ids))
    answer = render(request, TOAST, {"view": JobView(job)})
    answer["HX-Retarget"] = "#toasts"
    answer["HX-Reswap"] = "beforeend"
    answer["HX-Trigger"] = json.dumps({"close-dialog": {}})
    return answer


def _dialog(
    request: HttpRequest, actor: Actor, how: str, ids: list[int], form: WhyForm
) -> HttpResponse:
    found = preview(actor, ids, Plan(DEEDS[how]))
    kind = job_kind(f"{PREFIX}{how}")
    takes_all = request.POST.get("all") == "1"
    address = reverse("crm:runs_start", args=[how])
    context: dict[str, Any] = {
        "form": form,
        "dialog_title": kind.title,
        "verb": kind.title,
        "preview": found,
        "fitting": _counted(len(found.fitting)),
        "takes_all": takes_all,
        "ids": [] if takes_all else ids,
        "action": f"{address}?{request.GET.urlencode()}",
        "narrow": True,
    }
    return render(request, DIALOG, context, status=422 if form.errors else 200)


def _meant(request: HttpRequest, how: str) -> tuple[Actor, list[int]]:
    """Return who asks and which of their runs are meant.

    Raises:
        RecordRefusal: none are.
    """
    if how not in _HOWS:
        raise Http404
    actor = require_steering(request)
    if request.POST.get("all") == "1":
        ids = matching_ids(actor, wanted_runs(request))
    else:
        sent = {int(each) for each in request.POST.getlist("run") if _is_id(each)}
        own = steerable_runs(actor).filter(pk__in=sent).order_by("pk")
        ids = list(own.values_list("pk", flat=True))
    if not ids:
        raise RecordRefusal(_("Select runs first."))
    return actor, ids


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18


def _counted(number: int) -> str:
    fits = ngettext("It fits %(count)d run.", "It fits %(count)d runs.", number)
    return fits % {"count": number}
