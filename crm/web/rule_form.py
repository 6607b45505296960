"""The form of a robot: when, only if, what; as whom, and what happens when the record leaves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from automation.activities.base import Activity
from automation.choices import Hours, IfEmpty, OnLeave, RobotMoment, SpanUnit
from automation.engine.conditions import Joiner
from automation.exceptions import ProgramInvalid, sentence
from automation.robots.drafts import RobotDraft
from automation.robots.entries import When
from crm.web.condition_words import OPERATORS
from crm.web.rule_conditions import shown_rows, typed_rows
from crm.web.rule_params import PREFIX, RuleChoices, param_fields, shown_params, typed_params
from crm.web.rule_widgets import JsonField, RowsField, RowsInput, shown_value
from crm.web.todo_views import CONTROL_FORMAT

BEFORE, AFTER = "before", "after"
# What the actions call it -> the control at which it is told.
_PLACES = {
    "$.when.kind": "when",
    "$.when.amount": "amount",
    "$.when.date_field": "date_field",
    "$.when.moment": "moment",
    "$.name": "name",
    "$.runs_as": "runs_as",
    "$.on_leave": "on_leave",
}
_PARAM = re.compile(r"\$\.params\.(\w+)")


class RobotForm(forms.Form):
    """Takes a robot; the action alone decides about it."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"), required=False, max_length=200
    )
    when = forms.ChoiceField(label=gettext_lazy("When"), choices=RobotMoment.choices)
    amount = forms.IntegerField(
        label=gettext_lazy("How many"), required=False, min_value=0, max_value=100_000
    )
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=SpanUnit.choices)
    side = forms.ChoiceField(
        label=gettext_lazy("Before or after the date"),
        choices=[
            (BEFORE, pgettext_lazy("date", "before")),
            (AFTER, pgettext_lazy("date", "after")),
        ],
    )
    date_field = forms.ChoiceField(label=gettext_lazy("Date"), required=False)
    if_empty = forms.ChoiceField(
        label=gettext_lazy("If the date is empty"), choices=IfEmpty.choices
    )
    moment = forms.DateTimeField(
        label=gettext_lazy("Moment"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=CONTROL_FORMAT),
    )
    hours = forms.ChoiceField(label=gettext_lazy("Working time"), choices=Hours.choices)
    after_previous = forms.BooleanField(
        label=gettext_lazy("Wait for the robot above"), required=False
    )
    on_leave = forms.ChoiceField(
        label=gettext_lazy("If the record leaves the stage before"), choices=OnLeave.choices
    )
    runs_as = forms.ChoiceField(label=gettext_lazy("With the rights of"), required=False)
    on_error = forms.ChoiceField(
        label=gettext_lazy("If it fails"),
        choices=[
            ("stop", gettext_lazy("Stop and tell who made it")),
            ("continue", gettext_lazy("Go on all the same")),
        ],
    )
    joiner = forms.ChoiceField(
        label=gettext_lazy("Which conditions"),
        choices=[
            (Joiner.AND.value, gettext_lazy("all are true")),
            (Joiner.OR.value, gettext_lazy("any is true")),
        ],
    )

    def __init__(
        self,
        activity: Activity[Any],
        choices: RuleChoices,
        draft: RobotDraft,
        sent: QueryDict | None,
    ) -> None:
        """Build the controls.

        Args:
            activity: What the robot does.
            choices: What the controls offer.
            draft: What they begin with.
            sent: What was sent, if anything was.
        """
        self.activity = activity
        self.draft = draft
        self.rows = shown_rows(draft.condition)
        super().__init__(sent, auto_id="robot-%s", initial=self._shown())
        self._offer(choices)
        self.fields.update(param_fields(activity.params, draft.params, choices))

    @property
    def param_names(self) -> Iterable[str]:
        """Names of the controls that are the activity's own."""
        return [name for name in self.fields if name.startswith(PREFIX)]

    @property
    def params(self) -> list[forms.BoundField]:
        """The controls that are the activity's own."""
        return [self[name] for name in self.param_names]

    def robot(self) -> RobotDraft:
        """Return what was typed; the form is valid."""
        typed = self.cleaned_data
        kind = RobotMoment(typed["when"])
        amount = typed["amount"] or 0
        is_dated = kind == RobotMoment.DATE_FIELD
        if is_dated and typed["side"] == BEFORE:
            amount = -amount
        when = When(
            kind=kind,
            amount=amount if kind in {RobotMoment.DELAY, RobotMoment.DATE_FIELD} else 0,
            unit=SpanUnit(typed["unit"]),
            hours=Hours(typed["hours"]),
            date_field=typed["date_field"] if is_dated else "",
            if_empty=IfEmpty(typed["if_empty"]),
            moment=typed["moment"] if kind == RobotMoment.MOMENT else None,
        )
        return RobotDraft(
            activity=self.activity.code,
            params=typed_params(self.activity.params, typed, self.draft.params),
            name=typed["name"],
            when=when,
            after_previous=typed["after_previous"],
            condition=self._condition(),
            runs_as=int(typed["runs_as"]) if typed["runs_as"] else None,
            on_leave=OnLeave(typed["on_leave"]),
            on_error=self.draft.on_error if typed["on_error"] == "kept" else typed["on_error"],
            is_active=self.draft.is_active,
        )

    def explain(self, refusal: ProgramInvalid) -> None:
        """Put the action's sentences at their controls."""
        for problem in refusal.problems:
            param = _PARAM.match(problem.path)
            place = f"{PREFIX}{param[1]}" if param else _PLACES.get(problem.path)
            if problem.path.startswith("$.condition"):
                place = "condition"
            if problem.code == "missing" and problem.path == "$.when":
                place = str(problem.params["name"])
            if problem.code == "missing" and problem.path == "$.params":
                place = f"{PREFIX}{problem.params['name']}"
            self.add_error(place if place in self.fields else None, sentence(problem))

    def _condition(self) -> tuple[Any, ...]:
        typed = self.cleaned_data
        if self.rows is None:
            return tuple(typed["condition"])
        return typed_rows(typed["condition"], typed["joiner"])

    def _shown(self) -> dict[str, Any]:
        draft, when = self.draft, self.draft.when
        rows, joiner = self.rows or ([], Joiner.AND)
        return {
            "name": draft.name,
            "when": when.kind.value,
            "amount": abs(when.amount) or 1,
            "unit": when.unit.value,
            "side": BEFORE if when.amount < 0 else AFTER,
            "date_field": when.date_field,
            "if_empty": when.if_empty.value,
            "moment": timezone.localtime(when.moment) if when.moment else None,
            "hours": when.hours.value,
            "after_previous": draft.after_previous,
            "on_leave": draft.on_leave.value,
            "runs_as": str(draft.runs_as or ""),
            "on_error": draft.on_error if isinstance(draft.on_error, str) else "kept",
            "joiner": joiner.value,
            "condition": rows if self.rows is not None else shown_value(list(draft.condition)),
            **shown_params(self.activity.params, draft.params),
        }

    def _offer(self, choices: RuleChoices) -> None:
        """Fill the lists that depend on the type."""
        self.fields["name"].widget.attrs["placeholder"] = str(self.activity.label)
        self.fields["date_field"].choices = [("", "—"), *choices.dates]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["runs_as"].choices = [("", _("the system")), *choices.users]  # type: ignore[attr-defined]  # as above
        if not isinstance(self.draft.on_error, str):
            kept = ("kept", _("As it is written in the program"))
            self.fields["on_error"].choices = [*self.fields["on_error"].choices, kept]  # type: ignore[attr-defined]  # as above
        if self.rows is None:
            self.fields["condition"] = JsonField(
                label=_("Only if"),
                required=False,
                widget=forms.Textarea(attrs={"rows": 5}),
                help_text=_("Written by hand: groups, or values that are not the record's."),
            )
            return
        columns = [
            ("field", _("Field"), [("", "—"), *choices.fields]),
            ("operator", _("Comparison"), [(str(c), str(words)) for c, words in OPERATORS.items()]),
            ("value", _("Value"), None),
        ]
        self.fields["condition"] = RowsField(
            label=_("Only if"), required=False, widget=RowsInput(columns, add=_("Add a condition"))
        )
