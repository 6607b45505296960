"""The automation of a record: what ran, what waits, what did not run and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.choices import Action
from automation.actions.decisions import cancel_decision, run_now
from automation.activities import registry
from automation.choices import DecisionKind, RuleKind, RunStatus
from automation.models import Decision, Run
from automation.selectors.record_rules import (
    SilentRule,
    decisions_of,
    other_runs_of,
    silent_rules,
)
from automation.selectors.troubles import Troubles, troubles_of
from crm.web.condition_words import RowWords, decided_rows
from crm.web.record import with_toast
from crm.web.record_page import RecordPage, open_record_page
from crm.web.record_place import TAB
from crm.web.run_steering import STEERING, may_cancel, may_retry
from crm.web.trouble_views import TroubleView, trouble_views
from crm.web.why import ask_why
from smart_processes.exceptions import RecordMissing

PANEL = "crm/automation/panel.html"
ANSWER = f"{PANEL}#answer"
FAILED, WAITING, DID_NOT, RAN = "failed", "waiting", "did_not", "ran"
MARKS = {FAILED: ("bad", "x-mark"), WAITING: ("wait", "clock"), DID_NOT: ("skip", "minus")}


@dataclass(frozen=True)
class Deed:
    """What a rule did about the record, or did not do, as it is drawn.

    Attributes:
        part: Which part of the tab it stands in.
        words: Why, or what came of it.
        due_at: When a waiting one comes.
        decision_id: Of a robot that waits: it can be run now, or cancelled.
    """

    part: str
    name: str
    icon: str
    words: str
    at: datetime | None
    due_at: datetime | None = None
    rows: Sequence[RowWords] = ()
    run: Run | None = None
    place: str = ""
    decision_id: int | None = None

    @property
    def mark(self) -> tuple[str, str]:
        """Class and icon of its mark."""
        return MARKS.get(self.part, ("ok", "check"))

    @property
    def story_url(self) -> str:
        """The story of its run."""
        return reverse("crm:run", args=[self.run.pk]) if self.run else ""

    @property
    def may_retry(self) -> bool:
        """Whether its run can go on with the step that failed."""
        return self.run is not None and may_retry(self.run)

    @property
    def may_cancel(self) -> bool:
        """Whether its run can be ended."""
        return self.run is not None and may_cancel(self.run)

    @property
    def repairs(self) -> list[str]:
        """Codes of fields whose emptiness made a condition false."""
        return [row.field_code for row in self.rows if not row.truth and row.field_code]


@dataclass
class Deeds:
    """Everything on the tab, by part."""

    failed: list[Deed] = field(default_factory=list)
    waiting: list[Deed] = field(default_factory=list)
    did_not: list[Deed] = field(default_factory=list)
    ran: list[Deed] = field(default_factory=list)
    silent: list[SilentRule] = field(default_factory=list)
    troubles: list[TroubleView] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether no rule exists and nothing ever ran."""
        told = (self.failed, self.troubles, self.waiting, self.did_not, self.ran, self.silent)
        return not any(told)


@login_required
@require_GET
def automation(request: HttpRequest, type_code: str, record_id: int) -> HttpResponseBase:
    """Answer the tab (nine queries, whatever there is)."""
    page = open_record_page(request, type_code, record_id)
    if not request.headers.get("HX-Request"):
        return redirect(f"{page.url()}?{TAB}=automation")
    return render(request, f"{PANEL}#panel", _context(page))


@login_required
@require_POST
def retry(request: HttpRequest, type_code: str, record_id: int, run_id: int) -> HttpResponse:
    """Let one of the record's runs go on with the step that failed; answers tab and head."""
    page = open_record_page(request, type_code, record_id)
    steering = STEERING["retry"]
    steering.act(_run_of(page, run_id), actor=page.actor)
    return _answer(request, page, str(steering.said))


@login_required
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, type_code: str, record_id: int, run_id: int) -> HttpResponse:
    """Ask why one of the record's runs is to be cancelled, and do it; answers tab and head."""
    page = open_record_page(request, type_code, record_id)
    run = _run_of(page, run_id)
    names = {"name": run.version.program.name}
    reason = ask_why(request, _("Cancel the run of “%(name)s”?") % names, _("Cancel the run"))
    if isinstance(reason, HttpResponse):
        return reason
    steering = STEERING["cancel"]
    steering.act(run, actor=page.actor, reason=reason)
    return _answer(request, page, str(steering.said))


@login_required
@require_POST
def run_waiting(
    request: HttpRequest, type_code: str, record_id: int, decision_id: int
) -> HttpResponse:
    """Let a robot that waits for the record act at once; answers tab and head."""
    page = open_record_page(request, type_code, record_id)
    done = run_now(_decision_of(page, decision_id), actor=page.actor)
    if done.kind == DecisionKind.FIRED:
        return _answer(request, page, _("“%(name)s” runs") % {"name": done.rule_name})
    said = _("“%(name)s” did not run") % {"name": done.rule_name}
    return _answer(request, page, said, done.reason, level="warning")


@login_required
@require_http_methods(["GET", "POST"])
def cancel_waiting(
    request: HttpRequest, type_code: str, record_id: int, decision_id: int
) -> HttpResponse:
    """Ask why a robot that waits is to be cancelled, and do it; answers tab and head."""
    page = open_record_page(request, type_code, record_id)
    decision = _decision_of(page, decision_id)
    names = {"name": decision.rule_name}
    reason = ask_why(request, _("Cancel “%(name)s” for this record?") % names, _("Cancel it"))
    if isinstance(reason, HttpResponse):
        return reason
    cancel_decision(decision, actor=page.actor, reason=reason)
    return _answer(request, page, _("“%(name)s” is cancelled") % names)


def _run_of(page: RecordPage, run_id: int) -> Run:
    found = Run.objects.filter(pk=run_id, item_id=page.record.pk)
    run = found.select_related("version__program").first()
    if run is None:
        raise RecordMissing
    return run


def _decision_of(page: RecordPage, decision_id: int) -> Decision:
    found = Decision.objects.filter(pk=decision_id, item_id=page.record.pk).first()
    if found is None:
        raise RecordMissing
    return found


def _answer(
    request: HttpRequest, page: RecordPage, said: str, text: str = "", *, level: str = "success"
) -> HttpResponse:
    answer = render(request, ANSWER, _context(page))
    answer["HX-Retarget"] = "#record-panel"
    answer["HX-Reswap"] = "innerHTML"
    answer["HX-Trigger-After-Settle"] = "counts-changed"
    return with_toast(answer, said, text, level=level)


def _context(page: RecordPage) -> dict[str, Any]:
    page.tab = "automation"
    may_steer = page.may(Action.AUTOMATE)
    return {"page": page, "deeds": _deeds(page), "may_steer": may_steer}


def _deeds(page: RecordPage) -> Deeds:
    decided = decisions_of(page.record)
    troubles = Troubles(*troubles_of(page.record), [])
    found = Deeds(silent=silent_rules(page.record), troubles=trouble_views(page.actor, troubles))
    deeds = [
        *(_of_decision(page, each) for each in decided),
        *(_of_run(each) for each in other_runs_of(page.record)),
    ]
    for deed in deeds:
        getattr(found, deed.part).append(deed)
    found.waiting.sort(key=lambda deed: (deed.due_at is None, deed.due_at or deed.at))
    return found


def _of_decision(page: RecordPage, decision: Decision) -> Deed:
    run = decision.run
    part = {
        DecisionKind.WAITING: WAITING,
        DecisionKind.SKIPPED: DID_NOT,
        DecisionKind.CANCELLED: DID_NOT,
    }.get(DecisionKind(decision.kind), RAN)
    words, due_at = decision.reason, decision.due_at
    if part == RAN and run is not None:
        part, words, due_at = _part_of(run), run.error or words, run.due_at
    if part == DID_NOT and decision.rows and not words:
        words = _("Its condition was false")
    stage = decision.visit.stage.name if decision.visit else ""
    return Deed(
        part=part,
        name=decision.rule_name,
        icon=_icon(decision),
        words=words,
        at=decision.at,
        due_at=due_at if part == WAITING else None,
        rows=decided_rows(decision.rows, page.type_schema),
        run=run,
        place=stage,
        decision_id=decision.pk if decision.kind == DecisionKind.WAITING else None,
    )


def _of_run(run: Run) -> Deed:
    part = _part_of(run)
    return Deed(
        part=part,
        name=run.version.program.name,
        icon="bolt",
        words=run.error or (str(run.get_status_display()) if part == DID_NOT else ""),
        at=run.created_at,
        due_at=run.due_at if part == WAITING else None,
        run=run,
    )


def _part_of(run: Run) -> str:
    if run.status == RunStatus.FAILED:
        return FAILED
    if run.status == RunStatus.CANCELLED:
        return DID_NOT
    return RAN if run.status == RunStatus.COMPLETED else WAITING


def _icon(decision: Decision) -> str:
    if decision.rule_kind == RuleKind.TRIGGER:
        return "arrow-down-on-square"
    activity = registry.activity(decision.robot.activity) if decision.robot else None
    return activity.icon if activity else "bolt"
