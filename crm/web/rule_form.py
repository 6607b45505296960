"""What the forms of robots and triggers have in common: name, condition, parameters, rights."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from automation.activities.params import ParamKind, params_of
from automation.engine.condition_rows import Operator
from automation.engine.conditions import Joiner
from automation.engine.errors import Problem
from automation.exceptions import sentence
from crm.web.condition_words import OPERATORS
from crm.web.rule_conditions import shown_rows, typed_rows
from crm.web.rule_params import (
    PREFIX,
    RuleChoices,
    param_fields,
    shown_params,
    typed_params,
    with_held,
)
from crm.web.rule_widgets import JsonField, RowsField, RowsInput, shown_value

_PARAM = re.compile(r"\$\.params\.(\w+)")


class RuleForm(forms.Form):
    """Takes a rule; the action alone decides about it.

    Attributes:
        places: What the actions call it -> the control at which it is told.
        takes_expressions: Whether fields of the record may be put into texts.
        knows_changes: Whether conditions may ask what changed.
    """

    places: ClassVar[Mapping[str, str]] = {}
    takes_expressions: ClassVar[bool] = True
    knows_changes: bool = False

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"), required=False, max_length=200
    )
    runs_as = forms.ChoiceField(label=gettext_lazy("With the rights of"), required=False)
    joiner = forms.ChoiceField(
        label=gettext_lazy("Which conditions"),
        choices=[
            (Joiner.AND.value, gettext_lazy("all are true")),
            (Joiner.OR.value, gettext_lazy("any is true")),
        ],
    )

    def __init__(
        self,
        params: type[Any],
        choices: RuleChoices,
        held: Mapping[str, Any],
        condition: Sequence[Any],
        sent: QueryDict | None,
    ) -> None:
        """Build the controls.

        Args:
            params: The parameters' dataclass.
            choices: What the controls offer.
            held: The parameters they begin with.
            condition: The condition they begin with.
            sent: What was sent, if anything was.
        """
        self._params, self._held, self._choices = params, held, choices
        kinds = {each.kind: each.name for each in params_of(params)}
        self.rows = shown_rows(condition, choices)
        rows, joiner = self.rows or ([], Joiner.AND)
        initial = {
            **self.shown(),
            **shown_params(params, held),
            "joiner": joiner.value,
            "condition": rows if self.rows is not None else shown_value(list(condition)),
        }
        super().__init__(sent, auto_id="rule-%s", initial=initial)
        people = with_held([("", _("the system")), *choices.users], initial.get("runs_as"))
        self.fields["runs_as"].choices = people  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["condition"] = self._condition_field()
        offered = replace(choices, has_references=self.takes_expressions)
        if ParamKind.RECORD_TYPE in kinds:
            name = kinds[ParamKind.RECORD_TYPE]
            code = (sent.get(PREFIX + name) if sent else None) or held.get(name, "")
            offered = replace(offered, named=choices.schema.types.get(str(code)))
        elif ParamKind.PIPELINE in kinds:
            offered = replace(offered, named=choices.type_schema)
        self.fields.update(param_fields(params, held, offered))

    @property
    def params(self) -> list[forms.BoundField]:
        """The controls that are the activity's or the kind's own."""
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    @property
    def refills(self) -> str:
        """Id of the control that others depend on: the type whose stages are offered; or ""."""
        kinds = {each.kind: each.name for each in params_of(self._params)}
        depending = kinds.keys() & {ParamKind.STAGE, ParamKind.PIPELINE}
        name = kinds.get(ParamKind.RECORD_TYPE)
        return f"rule-{PREFIX}{name}" if name and depending else ""

    def focus_refills(self) -> None:
        """Leave the focus at the control that others depend on: it was just changed."""
        name = self.refills.removeprefix("rule-")
        if name:
            self.fields[name].widget.attrs["autofocus"] = True

    def shown(self) -> dict[str, Any]:
        """Return what the other controls begin with."""
        return {}

    def typed_params(self) -> dict[str, Any]:
        """Return the parameters that were typed; the form is valid."""
        return typed_params(self._params, self.cleaned_data, self._held)

    def typed_condition(self) -> tuple[Any, ...]:
        """Return the condition that was typed; the form is valid."""
        typed = self.cleaned_data["condition"]
        if self.rows is None:
            return tuple(typed)
        return typed_rows(typed, self.cleaned_data["joiner"], self._choices)

    def explain(self, problems: Sequence[Problem]) -> None:
        """Put an action's sentences at their controls."""
        for problem in problems:
            param = _PARAM.match(problem.path)
            place = f"{PREFIX}{param[1]}" if param else self.places.get(problem.path)
            if problem.path in {"$.name", "$.runs_as"}:
                place = problem.path.removeprefix("$.")
            if problem.path.startswith("$.condition"):
                place = "condition"
            if problem.code == "missing" and problem.path == "$.when":
                place = str(problem.params["name"])
            if problem.code == "missing" and problem.path == "$.params":
                place = f"{PREFIX}{problem.params['name']}"
            self.add_error(place if place in self.fields else None, _said(problem))

    def _condition_field(self) -> forms.Field:
        if self.rows is None:
            return JsonField(
                label=_("Only if"),
                required=False,
                widget=forms.Textarea(attrs={"rows": 5}),
                help_text=_("Written by hand: groups, or values that are not the record's."),
            )
        columns = [
            ("field", _("Field"), [("", "—"), *self._choices.fields]),
            ("operator", _("Comparison"), self._operators()),
            ("value", _("Value"), None),
        ]
        widget = RowsInput(columns, add=_("Add a condition"))
        return RowsField(label=_("Only if"), required=False, widget=widget)

    def _operators(self) -> list[tuple[str, str]]:
        return [
            (str(code), str(words))
            for code, words in OPERATORS.items()
            if self.knows_changes or code is not Operator.CHANGED
        ]


def _said(problem: Problem) -> str:
    """Return the sentence, with operators as the controls call them."""
    if problem.code == "operator_unfit":
        operator = str(OPERATORS[Operator(problem.params["operator"])])
        problem = replace(problem, params={**problem.params, "operator": operator})
    return sentence(problem)
