"""The forms of a trial run: on which record, when, with which parameters and answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from automation.activities import registry
from automation.activities.base import ResultField
from automation.choices import TrialAnswer
from automation.engine.compiled import Program
from automation.engine.nodes import Activity
from automation.trials.scenario import Answer
from crm.web.forms import VALUE_PREFIX, LinkInput
from crm.web.todo_views import CONTROL_FORMAT
from smart_processes.exceptions import RecordMissing
from smart_processes.models import Item
from smart_processes.selectors.records import get_record
from smart_processes.selectors.search import find_records

RECORD = f"{VALUE_PREFIX}record"
_CHOSEN = re.compile(r"#(\d+)\b")
# Names the steps whose answers a form holds.
ASKED = "asked"


class TrialForm(forms.Form):
    """Takes what is pretended; a program without a type has no record."""

    at = forms.DateTimeField(
        label=gettext_lazy("As if it were"),
        required=False,
        help_text=gettext_lazy("Empty: now. Waiting times pass at once."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=CONTROL_FORMAT),
    )

    def __init__(
        self,
        actor: Actor,
        type_code: str,
        program: Program | None,
        data: QueryDict | None,
        *,
        item: Item | None,
    ) -> None:
        """Make a control for the record, if there is to be one, and for each parameter."""
        initial = {RECORD: f"#{item.pk} {item.title}"} if item else {}
        super().__init__(data, initial=initial, auto_id="trial-%s")
        self._actor = actor
        self._type_code = type_code
        self._parameters = program.parameters if program else {}
        if type_code:
            label = gettext_lazy("Record")
            self.fields[RECORD] = forms.CharField(label=label, widget=LinkInput(type_code))
            self.order_fields([RECORD, "at"])
        for code, parameter in self._parameters.items():
            self.fields[f"param-{code}"] = forms.CharField(
                label=parameter.label or code,
                required=parameter.is_required,
                initial=parameter.default,
            )

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters that were filled in, by code."""
        given = {code: self.cleaned_data[f"param-{code}"] for code in self._parameters}
        return {code: value for code, value in given.items() if value}

    @property
    def item(self) -> Item | None:
        """The chosen record."""
        found: Item | None = self.cleaned_data.get(RECORD)
        return found

    def clean(self) -> dict[str, Any]:
        """Find the record that was chosen or written."""
        cleaned: dict[str, Any] = super().clean() or {}
        written = cleaned.get(RECORD)
        if written:
            try:
                cleaned[RECORD] = self._record(str(written))
            except RecordMissing:
                self.add_error(RECORD, _("There is no such record. Choose one of the list."))
        return cleaned

    def _record(self, written: str) -> Item:
        chosen = _CHOSEN.match(written)
        if chosen:
            return get_record(self._actor, int(chosen.group(1)), type_code=self._type_code)
        found = find_records(self._actor, written, type_code=self._type_code, limit=2)
        if len(found) != 1:
            raise RecordMissing
        return get_record(self._actor, found[0].pk)


class AnswerForm(forms.Form):
    """How one step's question ends, and with which results."""

    how = forms.ChoiceField(choices=TrialAnswer.choices)

    def __init__(self, step: str, title: str, results: Sequence[ResultField], **given: Any) -> None:
        """Args: the step's key, what it is called, what it returns; then those of a form."""
        super().__init__(prefix=f"answer-{step}", auto_id="trial-%s", **given)
        self.step = step
        self.results = results
        self.fields["how"].label = title
        for each in results:
            self.fields[f"result-{each.name}"] = forms.CharField(label=each.label, required=False)

    @property
    def result_fields(self) -> list[forms.BoundField]:
        """The controls of the results."""
        return [self[f"result-{each.name}"] for each in self.results]

    def answer(self) -> Answer:
        """Return the answer; the form is valid."""
        result = {
            each.name: _typed(each, self.cleaned_data[f"result-{each.name}"])
            for each in self.results
            if self.cleaned_data[f"result-{each.name}"]
        }
        return Answer(TrialAnswer(self.cleaned_data["how"]), result)


def results_of(program: Program | None, step: str) -> tuple[ResultField, ...]:
    """Return what a step of the tried program returns; of other programs' steps nothing is known."""
    node = program.nodes.get(step) if program else None
    found = registry.activity(node.activity) if isinstance(node, Activity) else None
    return found.results if found else ()


def answers_in(data: QueryDict, program: Program | None) -> list[AnswerForm]:
    """Return the answers that a page sent back."""
    steps = dict.fromkeys(data.getlist(ASKED))
    return [AnswerForm(step, step, results_of(program, step), data=data) for step in steps]


def _typed(field: ResultField, written: str) -> Any:
    if field.kind in {"integer", "user", "link"} and written.isdecimal():
        return int(written)
    if field.kind in {"flag", "boolean"}:
        return written.casefold() in {"1", "true", "yes", _("yes").casefold()}
    return written
