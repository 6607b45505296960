"""A trial run as its page draws it: what would change, what would leave, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from automation.activities import registry
from automation.choices import DecisionKind, RunStatus
from automation.engine.compiled import Program
from automation.models import JournalEntry, Run, Trial
from automation.runtime.programs import published
from crm.web.condition_words import RowWords, decided_rows, value_words
from crm.web.run_story import StepView, tell
from crm.web.run_words import LOOKS, step_title
from smart_processes.schema import TypeSchema

_PLACES: Mapping[str, StrOrPromise] = {
    "comment": gettext_lazy("Comment"),
    "todo": gettext_lazy("To-do"),
    "stage": gettext_lazy("Stage"),
    "pipeline": gettext_lazy("Pipeline"),
    "observers": gettext_lazy("Observers"),
    "record": gettext_lazy("Record"),
}
_DECISIONS: Mapping[str, tuple[str, str, StrOrPromise]] = {
    DecisionKind.FIRED: ("ok", "check-circle", gettext_lazy("It would act")),
    DecisionKind.SKIPPED: ("", "minus", gettext_lazy("It would do nothing")),
    DecisionKind.CANCELLED: ("", "no-symbol", gettext_lazy("It would be cancelled")),
    DecisionKind.WAITING: ("wait", "clock", gettext_lazy("It would wait")),
}


@dataclass(frozen=True)
class Look:
    """A state: tone, icon, words."""

    tone: str
    icon: str
    words: StrOrPromise


@dataclass(frozen=True)
class TriedStep:
    """A step with the conditions that decided it."""

    step: StepView
    rows: Sequence[RowWords]
    children: Sequence[TriedStep]


class TrialView:
    """A stored trial; templates call it `tried`."""

    def __init__(self, trial: Trial, type_schema: TypeSchema | None) -> None:
        """Args: the trial, the type of its record."""
        self.trial = trial
        self._report = trial.report
        self._type = type_schema

    @property
    def looks(self) -> Iterator[Look]:
        """What was decided, and how the run would stand."""
        decision, run = self._report["decision"], self._report["run"]
        if decision:
            yield Look(*_DECISIONS[decision["kind"]])
        if run:
            tone, icon = LOOKS[run["status"]]
            yield Look(tone, icon, RunStatus(run["status"]).label)

    @property
    def reason(self) -> str:
        """Why it would not act, or stops."""
        decision, run = self._report["decision"], self._report["run"]
        error = str(run["error"]) if run else ""
        return error or (str(decision["reason"]) if decision else "")

    @property
    def stopped(self) -> str:
        """Why the trial came to no end."""
        return str(self._report["stopped"])

    @property
    def began_at(self) -> datetime:
        """The pretended moment."""
        return datetime.fromisoformat(self._report["began_at"])

    @property
    def ended_at(self) -> datetime:
        """When it would be over."""
        return datetime.fromisoformat(self._report["ended_at"])

    @property
    def rows(self) -> list[RowWords]:
        """The condition of a robot, row by row."""
        decision = self._report["decision"]
        return decided_rows(decision["rows"], self._type) if decision else []

    @property
    def changes(self) -> list[dict[str, Any]]:
        """What would be otherwise: record, what of it, before, after."""
        return [{**each, "label": self._label(each["field"])} for each in self._report["changes"]]

    @property
    def sent(self) -> list[dict[str, Any]]:
        """What would leave: what it is, the values it would have."""
        return [
            {**each, "label": _activity_label(each["activity"])} for each in self._report["sent"]
        ]

    @property
    def planned(self) -> Sequence[Mapping[str, Any]]:
        """Robots of stages that records would be moved to."""
        return list(self._report["planned"])

    @property
    def also(self) -> list[dict[str, Any]]:
        """Other programs that it would start, with their end."""
        return [
            {**each, "look": Look(*LOOKS[each["status"]], RunStatus(each["status"]).label)}
            for each in self._report["also"]
        ]

    @property
    def steps(self) -> list[TriedStep]:
        """The steps as they would go."""
        run = self._report["run"]
        if not run:
            return []
        pretended = Run(version_id=run["version"], status=run["status"], snapshot=run["snapshot"])
        journal = [
            JournalEntry(**{**line, "at": datetime.fromisoformat(line["at"])})
            for line in self._report["lines"]
        ]
        return [self._tried(each) for each in tell(pretended, journal, in_full=True).steps]

    def _tried(self, step: StepView) -> TriedStep:
        rows = decided_rows(step.rows, self._type)
        return TriedStep(step, rows, [self._tried(child) for child in step.children])

    def _label(self, code: str) -> str:
        field = self._type.fields.get(code) if self._type else None
        return str(field.label) if field else str(_PLACES.get(code, code))

    def _words(self, code: str, value: Any) -> str:
        if self._type is None:
            return value_words(value, None)
        if code == "stage":
            stages = (pipeline.stage(str(value)) for pipeline in self._type.pipelines)
            return next((stage.name for stage in stages if stage), str(value))
        return value_words(value, self._type.fields.get(code))


def question_titles(trial: Trial, program: Program) -> dict[str, str]:
    """Return what each step is called that was waited for, by its key."""
    titles = {}
    for each in trial.report["questions"]:
        key = str(each["step"])
        node = program.nodes.get(key)
        titles[key] = step_title(node) if node else key
    return titles


def tried_program(trial: Trial) -> Program | None:
    """Return the program as it was tried; None when nothing ran."""
    run = trial.report["run"]
    return published(run["version"]).program if run else None


def difference_words(lines: Sequence[str]) -> list[str]:
    """Return lines of an outline as people read them."""
    kinds = {"decision": _("Decision"), "run": _("Run"), "step": _("Step"), "record": _("Record")}
    found = []
    for line in lines:
        kind, _space, rest = line.partition(" ")
        found.append(f"{kinds.get(kind, _('Sent'))}: {rest}")
    return found


def _activity_label(code: str) -> str:
    found = registry.activity(code)
    return str(found.label) if found else code
