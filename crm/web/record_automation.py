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
from django.views.decorators.http import require_GET, require_POST

from accounts.choices import Action
from automation.activities import registry
from automation.choices import DecisionKind, RuleKind, RunStatus
from automation.models import Decision, Run
from automation.runtime.causation import is_cycle
from automation.selectors.record_rules import (
    SilentRule,
    decisions_of,
    other_runs_of,
    silent_rules,
)
from crm.web.condition_words import RowWords, decided_rows
from crm.web.record_page import RecordPage, open_record_page
from crm.web.record_place import TAB
from crm.web.run_steering import STEERING
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
        run = self.run
        return run is not None and run.status == RunStatus.FAILED and not is_cycle(tuple(run.chain))

    @property
    def may_cancel(self) -> bool:
        """Whether its run can be ended."""
        run = self.run
        return run is not None and (run.is_open or run.status == RunStatus.FAILED)

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

    @property
    def is_empty(self) -> bool:
        """Whether no rule exists and nothing ever ran."""
        return not (self.failed or self.waiting or self.did_not or self.ran or self.silent)


@login_required
@require_GET
def automation(request: HttpRequest, type_code: str, record_id: int) -> HttpResponseBase:
    """Answer the tab (six queries, whatever there is)."""
    page = open_record_page(request, type_code, record_id)
    if not request.headers.get("HX-Request"):
        return redirect(f"{page.url()}?{TAB}=automation")
    return render(request, f"{PANEL}#panel", _context(page))


@login_required
@require_POST
def steer(
    request: HttpRequest, type_code: str, record_id: int, run_id: int, how: str
) -> HttpResponse:
    """Retry or cancel one of the record's runs; answers the tab and the head."""
    page = open_record_page(request, type_code, record_id)
    run = Run.objects.filter(pk=run_id, item_id=page.record.pk).first()
    if run is None:
        raise RecordMissing
    STEERING[how].act(run, actor=page.actor)
    answer = render(request, ANSWER, _context(page))
    answer["HX-Retarget"] = "#record-panel"
    answer["HX-Reswap"] = "innerHTML"
    answer["HX-Trigger-After-Settle"] = "counts-changed"
    return answer


def _context(page: RecordPage) -> dict[str, Any]:
    page.tab = "automation"
    may_steer = page.may(Action.AUTOMATE)
    return {"page": page, "deeds": _deeds(page), "may_steer": may_steer}


def _deeds(page: RecordPage) -> Deeds:
    decided = decisions_of(page.record)
    found = Deeds(silent=silent_rules(page.record, decided))
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
