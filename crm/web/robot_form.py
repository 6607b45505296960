"""The form of a robot: when, only if, what; as whom, and what happens when the record leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from automation.activities.base import Activity
from automation.choices import Hours, IfEmpty, OnLeave, RobotMoment, SpanUnit
from automation.robots.drafts import RobotDraft
from automation.robots.entries import When
from crm.web.rule_form import RuleForm
from crm.web.rule_params import RuleChoices
from crm.web.todo_views import CONTROL_FORMAT

BEFORE, AFTER = "before", "after"


class RobotForm(RuleForm):
    """Takes a robot; the action alone decides about it."""

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
    on_error = forms.ChoiceField(
        label=gettext_lazy("If it fails"),
        choices=[
            ("stop", gettext_lazy("Stop and tell who made it")),
            ("continue", gettext_lazy("Go on all the same")),
        ],
    )
    places: ClassVar[Mapping[str, str]] = {
        "$.when.kind": "when",
        "$.when.amount": "amount",
        "$.when.date_field": "date_field",
        "$.when.moment": "moment",
        "$.on_leave": "on_leave",
    }

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
        super().__init__(activity.params, choices, draft.params, draft.condition, sent)
        self.fields["name"].widget.attrs["placeholder"] = str(activity.label)
        self.fields["date_field"].choices = [("", "—"), *choices.dates]  # type: ignore[attr-defined]  # a ChoiceField
        if not isinstance(draft.on_error, str):
            kept = ("kept", _("As it is written in the program"))
            self.fields["on_error"].choices = [*self.fields["on_error"].choices, kept]  # type: ignore[attr-defined]  # as above

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
            params=self.typed_params(),
            name=typed["name"],
            when=when,
            after_previous=typed["after_previous"],
            condition=self.typed_condition(),
            runs_as=int(typed["runs_as"]) if typed["runs_as"] else None,
            on_leave=OnLeave(typed["on_leave"]),
            on_error=self.draft.on_error if typed["on_error"] == "kept" else typed["on_error"],
            is_active=self.draft.is_active,
        )

    def shown(self) -> dict[str, Any]:
        """Return what the robot's own controls begin with."""
        draft, when = self.draft, self.draft.when
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
        }
