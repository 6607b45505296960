"""Is everything running? How long work waits, what failed and why, what was given up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actor import Actor
from accounts.requests import actor_of
from automation.actions.runs import cancel_run, retry_run
from automation.actions.troubles import leave_event, leave_plan, retry_event, retry_plan
from automation.activities import registry
from automation.choices import RunStatus
from automation.models import OutboxMessage
from automation.runtime import clock
from automation.selectors.run_lists import (
    dead_letters,
    failures_by_cause,
    get_run,
    oldest_due,
    own_stuck_runs,
)
from automation.selectors.runs import OVERDUE
from automation.selectors.troubles import failed_events, failed_plans, troubles
from crm.web.automation_pages import switch
from crm.web.record import with_toast
from crm.web.run_story import duration_text
from crm.web.runs import RunView, require_steering, run_view
from crm.web.trouble_views import trouble_views
from smart_processes.exceptions import RecordMissing

PAGE = "crm/automation/health.html"
PARTS = f"{PAGE}#parts"


@dataclass(frozen=True)
class Letter:
    """Something that was to leave and was given up."""

    message: OutboxMessage
    what: str
    view: RunView

    @property
    def may_send_again(self) -> bool:
        """Whether its run still stands at the step that wanted it sent."""
        return self.view.run.status == RunStatus.FAILED


@login_required
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Show how automation does (thirteen queries, whatever there is)."""
    actor = require_steering(request)
    return render(request, PAGE, _context(actor))


@login_required
@require_POST
def again(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Let a run go on with the step that failed: it sends anew what was given up."""
    actor = actor_of(request)
    retry_run(get_run(actor, run_id)[0], actor=actor)
    return _answer(request, actor, _("The run goes on with the step that failed"))


@login_required
@require_POST
def cancel(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Cancel a run that is stuck or not worth repeating."""
    actor = actor_of(request)
    cancel_run(get_run(actor, run_id)[0], actor=actor)
    return _answer(request, actor, _("The run is cancelled"))


@login_required
@require_POST
def trouble_again(request: HttpRequest, kind: str, trouble_id: int) -> HttpResponseBase:
    """Let the worker try once more what it could not work out."""
    actor = actor_of(request)
    trouble = _trouble(kind, trouble_id)
    _TROUBLES[kind].again(trouble, actor=actor)
    return _answer(request, actor, _("A worker tries it again now"))


@login_required
@require_POST
def trouble_leave(request: HttpRequest, kind: str, trouble_id: int) -> HttpResponseBase:
    """Leave something as it is that could not be worked out."""
    actor = actor_of(request)
    trouble = _trouble(kind, trouble_id)
    _TROUBLES[kind].leave(trouble, actor=actor)
    return _answer(request, actor, _("It is left as it is"))


@dataclass(frozen=True)
class _Kind:
    """What is done to one kind of trouble."""

    found: Callable[[], QuerySet[Any]]
    again: Callable[..., None]
    leave: Callable[..., None]


_TROUBLES: Mapping[str, _Kind] = {
    "plan": _Kind(failed_plans, retry_plan, leave_plan),
    "event": _Kind(failed_events, retry_event, leave_event),
}


def _trouble(kind: str, trouble_id: int) -> Any:
    if kind not in _TROUBLES:
        raise RecordMissing
    found = _TROUBLES[kind].found().filter(pk=trouble_id)
    trouble = found.select_related("item").first()
    if trouble is None:
        raise RecordMissing
    return trouble


def _answer(request: HttpRequest, actor: Actor, said: str) -> HttpResponseBase:
    if not request.headers.get("HX-Request"):
        return redirect("crm:automation")
    answer = render(request, PARTS, _context(actor))
    answer["HX-Trigger-After-Settle"] = "counts-changed"
    return with_toast(answer, said)


def _context(actor: Actor) -> dict[str, object]:
    now = clock.now()
    causes = failures_by_cause(actor)
    letters = [_letter(actor, each) for each in dead_letters(actor, now)]
    stuck = own_stuck_runs(actor, now)
    due_since = oldest_due(now)
    return {
        "switch": switch("health", actor),
        "queue_age": duration_text(now - due_since) if due_since else "",
        "is_queue_late": bool(due_since and now - due_since > OVERDUE),
        "causes": causes,
        "failed_count": sum(each.run_count for each in causes),
        "letters": letters,
        "stuck": [(run_view(actor, each.run), each.reason) for each in stuck],
        "troubles": trouble_views(actor, troubles(actor, now)),
    }


def _letter(actor: Actor, message: OutboxMessage) -> Letter:
    activity = registry.activity(message.activity)
    what = str(activity.label) if activity else message.activity
    return Letter(message, what, run_view(actor, message.run))
