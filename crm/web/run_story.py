"""The story of a run: its program's steps, each with what the journal says about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from automation.choices import RunStatus
from automation.engine.journal import ERROR, LineKind
from automation.engine.nodes import Activity, Block, Branch, ErrorBranch, Node
from automation.models import JournalEntry, Run
from automation.runtime.programs import published
from crm.durations import age_text
from crm.web.run_words import step_kind, step_title, waits_until

# How a step stands: its mark's class and icon, as components and CSS know them.
DONE, FAILED, WAITING, WENT_ON, SKIPPED, NOT_REACHED = (
    *("ok", "bad", "wait", "warn", "skip", "todo"),
)
ICONS = {
    DONE: "check",
    FAILED: "x-mark",
    WAITING: "clock",
    WENT_ON: "exclamation-triangle",
    SKIPPED: "minus",
    NOT_REACHED: "ellipsis-horizontal",
}
# A worse state of one step is the state of what stands around it.
_WORST = (FAILED, WAITING, WENT_ON, DONE)


@dataclass
class StepView:
    """A step as the story draws it.

    Attributes:
        kind: What kind of step it is, in words.
        state: One of the states above.
        remark: A few words behind the title.
        at: When it began last.
        took: How long it lasted, in words.
        lines: What the journal says, oldest first; empty for who may only read.
    """

    id: str
    title: str
    kind: str
    state: str = NOT_REACHED
    remark: str = ""
    at: datetime | None = None
    took: str = ""
    lines: Sequence[JournalEntry] = ()
    children: list[StepView] = field(default_factory=list)

    @property
    def icon(self) -> str:
        """The icon of its mark."""
        return ICONS[self.state]

    @property
    def last(self) -> JournalEntry | None:
        """The line that decides how it stands."""
        return self.lines[-1] if self.lines else None

    @property
    def error(self) -> JournalEntry | None:
        """The line of its failure, when it failed and that was the last word."""
        last = self.last
        return last if last and last.operation_status_code == ERROR else None

    @property
    def inputs(self) -> Any:
        """What it was given last."""
        return next((each.inputs for each in reversed(self.lines) if each.inputs), None)

    @property
    def outputs(self) -> Any:
        """What it returned last."""
        found = (each.activity_return_result for each in reversed(self.lines))
        return next((each for each in found if each), None)

    @property
    def effects(self) -> list[Mapping[str, Any]]:
        """What it changed in records."""
        return [effect for each in self.lines for effect in each.effects or ()]

    @property
    def rows(self) -> list[Mapping[str, Any]]:
        """The conditions that decided, each with its truth."""
        found = ((each.details or {}).get("rows") for each in reversed(self.lines))
        return next((each for each in found if each), [])

    @property
    def attempts(self) -> list[JournalEntry]:
        """The lines that end an attempt, when there were several."""
        ended = [each for each in self.lines if each.kind == LineKind.FINISHED]
        return ended if len(ended) > 1 else []

    def all(self) -> Iterator[StepView]:
        """Yield it and every step inside it."""
        yield self
        for child in self.children:
            yield from child.all()


@dataclass(frozen=True)
class Story:
    """A run as its page tells it."""

    steps: list[StepView]
    about_run: Sequence[JournalEntry]

    def all(self) -> Iterator[StepView]:
        """Yield every step in the program's order."""
        for each in self.steps:
            yield from each.all()

    def step(self, step_id: str) -> StepView | None:
        """Return the chosen step; else where it stopped, waits, or ended."""
        steps = list(self.all())
        chosen = next((each for each in steps if each.id == step_id), None)
        if chosen is not None:
            return chosen
        leaves = [each for each in steps if not each.children]
        for state in (FAILED, WAITING):
            for each in leaves:
                if each.state == state:
                    return each
        done = [(each.at, place) for place, each in enumerate(leaves) if each.at is not None]
        return leaves[max(done)[1]] if done else None

    @property
    def summary(self) -> str:
        """How many steps stand how, in words."""
        states = [each.state for each in self.all() if not each.children]
        parts = [_counted(state, states.count(state)) for state in ICONS if state in states]
        return ", ".join(parts)


def tell(run: Run, journal: Sequence[JournalEntry], *, in_full: bool) -> Story:
    """Return the story of a run (one query, the first time its version is asked for).

    Args:
        run: The run.
        journal: Its lines in order.
        in_full: Also what steps were given and returned: for who may automate its record.
    """
    by_step: dict[str, list[JournalEntry]] = defaultdict(list)
    for line in journal:
        by_step[line.step].append(line)
    teller = _Teller(run, by_step, in_full=in_full)
    root = published(run.version_id).program.root
    nodes = root.children if isinstance(root, Block) else (root,)
    about_run = [line for line in journal if not line.step or line.kind == LineKind.SKIPPED]
    return Story([teller.view(node) for node in nodes], about_run)


class _Teller:
    """What all steps of one story share."""

    def __init__(
        self, run: Run, by_step: Mapping[str, list[JournalEntry]], *, in_full: bool
    ) -> None:
        self.run = run
        self.by_step = by_step
        self.in_full = in_full
        self.open_waits = {
            str(wait["s"]): wait.get("due") for wait in run.snapshot["waits"].values()
        }
        self.is_open = run.status not in {RunStatus.COMPLETED, RunStatus.CANCELLED}

    def view(self, node: Node, *, is_passed: bool = False) -> StepView:
        """Return a step with what is inside it; `is_passed`: another way was taken."""
        lines = self.by_step.get(node.id, [])
        step = StepView(node.id, step_title(node), step_kind(node))
        chosen = _chosen(lines)
        for child in node.children:
            other = chosen is not None and isinstance(child, Branch) and child.id != chosen
            missed = isinstance(child, ErrorBranch) and not self._is_touched(child)
            part = self.view(child, is_passed=is_passed or other or missed)
            # A block without a title adds nothing to what stands around it.
            if isinstance(child, Block) and not child.title:
                step.children += part.children
            else:
                step.children.append(part)
        self._judge(step, node, lines)
        if step.state == NOT_REACHED and is_passed:
            step.state = SKIPPED
            step.remark = _("not taken") if isinstance(node, Branch | ErrorBranch) else ""
        if self.in_full:
            step.lines = lines
        return step

    def _judge(self, step: StepView, node: Node, lines: list[JournalEntry]) -> None:
        if lines:
            step.at = lines[0].at
            step.state, step.remark = self._state(node, lines)
            step.took = _took(lines)
        if self.is_open and node.id in self.open_waits:
            step.state = WAITING
            step.remark = waits_until(self.open_waits[node.id], lines)
        inside = {child.state for child in step.children}
        worst = next((state for state in _WORST if state in inside), None)
        if worst is not None and (not lines or _WORST.index(worst) < len(_WORST) - 1):
            step.state = worst
        if step.at is None and step.children:
            moments = [child.at for child in step.children if child.at is not None]
            step.at = min(moments, default=None)

    def _state(self, node: Node, lines: list[JournalEntry]) -> tuple[str, str]:
        last = lines[-1]
        if last.kind == LineKind.SKIPPED:
            return SKIPPED, last.operation_status_message
        if last.operation_status_code == ERROR:
            following = (last.details or {}).get("next", "stop")
            went_on = following != "stop" or self.run.status != RunStatus.FAILED
            return WENT_ON if went_on else FAILED, last.operation_status_message
        if last.kind == LineKind.WAITING and not self.is_open:
            return SKIPPED, _("was waiting when the run ended")
        ended = [each for each in lines if each.kind == LineKind.FINISHED]
        if len(ended) > 1 and isinstance(node, Activity):
            times = ngettext("%(n)d time", "%(n)d times", len(ended)) % {"n": len(ended)}
            return DONE, times
        if last.kind == LineKind.CHOSEN and not (last.details or {}).get("to"):
            return DONE, _("no condition was true")
        return DONE, last.operation_status_message

    def _is_touched(self, node: Node) -> bool:
        return bool(self.by_step.get(node.id)) or any(map(self._is_touched, node.children))


def _counted(state: str, number: int) -> str:
    """Return "3 done": how many steps stand so."""
    words = {
        DONE: ngettext("%(n)d done", "%(n)d done", number),
        FAILED: ngettext("%(n)d failed", "%(n)d failed", number),
        WAITING: ngettext("%(n)d waits", "%(n)d wait", number),
        WENT_ON: ngettext("%(n)d failed and passed", "%(n)d failed and passed", number),
        SKIPPED: ngettext("%(n)d skipped", "%(n)d skipped", number),
        NOT_REACHED: ngettext("%(n)d not reached", "%(n)d not reached", number),
    }
    return words[state] % {"n": number}


def _chosen(lines: Sequence[JournalEntry]) -> str | None:
    """Return the branch that was taken last; "" when none was, None when nobody asked."""
    chosen = [each for each in lines if each.kind == LineKind.CHOSEN]
    return str((chosen[-1].details or {}).get("to") or "") if chosen else None


def _took(lines: Sequence[JournalEntry]) -> str:
    """Return how long a step lasted: its work, or from its beginning to its end."""
    spent = lines[-1].at - lines[0].at
    if spent >= timedelta(seconds=1):
        return duration_text(spent)
    worked = [each.duration_ms for each in lines if each.duration_ms is not None]
    return _("%(count)d ms") % {"count": sum(worked)} if worked else ""


def duration_text(spent: timedelta) -> str:
    """Return how long something lasted, in its largest unit: "41 s", "3 h"."""
    seconds = int(spent.total_seconds())
    if seconds < 60:
        # Translators: how long a step of a workflow lasted, in seconds.
        return _("%(count)d s") % {"count": seconds}
    return age_text(spent)
