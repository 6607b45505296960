"""The form of a trigger: what happens, only if, where to; as whom."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from accounts.models import User
from automation.models import Trigger
from automation.triggers.base import EventKind, TriggerKind
from crm.web.rule_form import RuleForm
from crm.web.rule_params import RuleChoices
from smart_processes.exceptions import ConfigurationRefused


class TriggerForm(RuleForm):
    """Takes a trigger; the action alone decides about it."""

    takes_expressions: ClassVar[bool] = False

    is_moving = forms.TypedChoiceField(
        label=gettext_lazy("What it does"),
        choices=[
            ("move", gettext_lazy("Move the record here")),
            ("run", gettext_lazy("Run the robots of the stage without moving")),
        ],
        coerce=lambda typed: typed == "move",
    )
    may_move_back = forms.BooleanField(
        label=gettext_lazy("Also move records back from later stages"), required=False
    )

    def __init__(
        self,
        kind: TriggerKind[Any],
        choices: RuleChoices,
        trigger: Trigger,
        sent: QueryDict | None,
    ) -> None:
        """Build the controls.

        Args:
            kind: What the trigger waits for.
            choices: What the controls offer.
            trigger: What they begin with.
            sent: What was sent, if anything was.
        """
        self.kind = kind
        self.trigger = trigger
        self.knows_changes = kind.listens == EventKind.FIELDS_CHANGED
        super().__init__(kind.params, choices, trigger.params, trigger.condition, sent)
        self.fields["name"].widget.attrs["placeholder"] = str(kind.label)

    def attributes(self) -> dict[str, Any]:
        """Return what was typed as the actions take it; the form is valid."""
        typed = self.cleaned_data
        person = User.objects.filter(pk=int(typed["runs_as"])).first() if typed["runs_as"] else None
        return {
            "name": typed["name"],
            "params": self.typed_params(),
            "condition": list(self.typed_condition()),
            "is_moving": typed["is_moving"],
            "may_move_back": typed["may_move_back"],
            "runs_as": person,
        }

    def shown(self) -> dict[str, Any]:
        """Return what the trigger's own controls begin with."""
        return {
            "name": self.trigger.name,
            "is_moving": "move" if self.trigger.is_moving else "run",
            "may_move_back": self.trigger.may_move_back,
            "runs_as": str(self.trigger.runs_as_id or ""),
        }

    def explain_refusal(self, refusal: ConfigurationRefused) -> None:
        """Put the action's sentences at their controls."""
        problems = refusal.params.get("problems")
        if problems:
            self.explain(problems)
            return
        for name, said in refusal.params.get("errors", {"": refusal.message}).items():
            self.add_error(name if name in self.fields else None, said)
