"""Runs of programs: their list, the story of one, and what may be done to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actor import Actor
from accounts.choices import Action, ActorKind
from accounts.exceptions import PermissionRefused
from accounts.requests import actor_of
from automation.choices import RunStatus
from automation.models import Run
from automation.selectors.run_lists import (
    PER_PAGE,
    RunFilter,
    get_run,
    journal_of,
    list_runs,
    may_steer_somewhere,
    programs_with_runs,
)
from crm.web.automation_pages import switch, trial_url
from crm.web.condition_words import decided_rows
from crm.web.record import record_url, with_toast
from crm.web.run_filter import AGES, address_of, number_of, query_of, wanted_runs
from crm.web.run_steering import OFFERED, STEERING, Steering, choices_for
from crm.web.run_story import Story, duration_text, tell
from crm.web.run_words import LOOKS
from crm.web.why import ask_why
from smart_processes.models import Item
from smart_processes.schema import TypeSchema, schema_for

LIST = "crm/automation/runs.html"
STORY = "crm/automation/story.html"


@dataclass(frozen=True)
class RunView:
    """A run as lists draw it; `tone` and `icon` of its state."""

    run: Run
    tone: str
    icon: str
    took: str
    record_url: str

    @property
    def url(self) -> str:
        """Its story."""
        return reverse("crm:run", args=[self.run.pk])


@login_required
@require_GET
def run_list(request: HttpRequest) -> HttpResponse:
    """Show the runs that one may steer, newest first."""
    actor = require_steering(request)
    wanted, before = wanted_runs(request), number_of(request.GET.get("before", ""))
    found = list_runs(actor, wanted, before=before)
    shown = found[:PER_PAGE]
    context = {
        "views": run_views(actor, shown),
        "filter": wanted,
        "statuses": RunStatus.choices,
        "programs": programs_with_runs(),
        "types": schema_for(actor).types.values(),
        "is_narrow": wanted != RunFilter(),
        "words": " ".join(wanted.words),
        "next_url": address_of(wanted, shown[-1].pk) if len(found) > PER_PAGE else None,
        "first_url": address_of(wanted, None) if before else None,
        "switch": switch("runs", actor),
        "ages": AGES,
        "age": wanted.older_than.days if wanted.older_than else None,
        "deeds": OFFERED,
        "bulk_query": query_of(wanted),
    }
    part = f"{LIST}#list" if request.headers.get("HX-Target") == "runs" else LIST
    return render(request, part, context)


@login_required
@require_GET
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Tell the story of a run; `?step=` opens one of its steps."""
    part = f"{STORY}#story" if request.headers.get("HX-Target") == "story" else STORY
    return render(request, part, _story_context(request, run_id))


@login_required
@require_POST
def steer(request: HttpRequest, run_id: int, how: str) -> HttpResponseBase:
    """Pause a run; answers its story."""
    actor = actor_of(request)
    steering = STEERING[how]
    steering.act(get_run(actor, run_id)[0], actor=actor)
    return _steered(request, run_id, steering)


@login_required
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Ask why a run is to be cancelled, and do it; answers its story."""
    actor = actor_of(request)
    found = get_run(actor, run_id)[0]
    names = {"name": found.version.program.name}
    reason = ask_why(request, _("Cancel the run of “%(name)s”?") % names, _("Cancel the run"))
    if isinstance(reason, HttpResponse):
        return reason
    steering = STEERING["cancel"]
    steering.act(found, actor=actor, reason=reason)
    return _steered(request, run_id, steering)


def _steered(request: HttpRequest, run_id: int, steering: Steering) -> HttpResponseBase:
    if not request.headers.get("HX-Request"):
        return redirect("crm:run", run_id)
    answer = render(request, f"{STORY}#story", _story_context(request, run_id))
    answer["HX-Retarget"] = "#story"
    answer["HX-Trigger-After-Settle"] = "counts-changed"
    return with_toast(answer, str(steering.said))


def require_steering(request: HttpRequest) -> Actor:
    """Return who asks; refuse who may automate nothing.

    Raises:
        PermissionRefused: always then.
    """
    actor = actor_of(request)
    if not may_steer_somewhere(actor):
        raise PermissionRefused(Action.AUTOMATE, _("Automation"))
    return actor


def run_views(actor: Actor, runs: list[Run]) -> list[RunView]:
    """Return runs as lists draw them; no query."""
    return [run_view(actor, each) for each in runs]


def run_view(actor: Actor, run: Run) -> RunView:
    """Return a run as lists draw it; no query."""
    tone, icon = LOOKS[run.status]
    ended_at = run.finished_at or (None if run.is_open else run.created_at)
    took = duration_text((ended_at or timezone.now()) - run.created_at)
    return RunView(run, tone, icon, took, record_address(actor, run.item))


def _story_context(request: HttpRequest, run_id: int) -> dict[str, Any]:
    actor = actor_of(request)
    found, item, may_steer = get_run(actor, run_id)
    story: Story = tell(found, journal_of(found), in_full=may_steer)
    open_step = story.step(request.GET.get("step", ""))
    steering = choices_for(found) if may_steer else []
    return {
        "view": run_view(actor, found),
        "run": found,
        "item": item,
        "story": story,
        "open_step": open_step,
        "rows": decided_rows(open_step.rows, _type_of(actor, item)) if open_step else [],
        "started_by": _started_by(found),
        "may_steer": may_steer,
        "may_list": may_steer_somewhere(actor),
        "steering": steering,
        "has_rare": any(each.is_rare for each in steering),
        "trial_url": trial_url(found.version.program, item) if may_steer else "",
    }


def _type_of(actor: Actor, item: Item | None) -> TypeSchema | None:
    return schema_for(actor).of(item) if item is not None else None


def _started_by(run: Run) -> str:
    if run.started_by_kind in {ActorKind.PERSON, ActorKind.TOKEN} and run.started_by:
        return run.started_by.full_name
    if run.started_by_kind == ActorKind.ROBOT:
        return _("Robot “%(name)s”") % {"name": run.started_by_label}
    return _("the system")


def record_address(actor: Actor, item: Item | None) -> str:
    """Return a record's page; empty for none, and for one in the bin."""
    if item is None or item.deleted_at is not None:
        return ""
    return record_url(schema_for(actor).of(item).code, item)
