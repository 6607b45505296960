"""Calculate with two numbers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from automation.activities.base import Activity, ActivityContext, Group, ResultField
from automation.activities.params import ParamKind, param
from automation.activities.registry import register
from automation.engine.expressions import LanguageRefused
from automation.engine.expressions.evaluator import ARITHMETIC, calculated
from automation.engine.outcomes import Done
from automation.engine.plain_values import plain
from automation.exceptions import StepRefused


@dataclass(frozen=True)
class ArithmeticParams:
    """Two numbers, what to do with them, and where the result goes."""

    left: Decimal = param(_("First number"), ParamKind.NUMBER)
    operator: str = param(
        _("Operation"), ParamKind.CHOICE, choices=tuple((sign, sign) for sign in ARITHMETIC)
    )
    right: Decimal = param(_("Second number"), ParamKind.NUMBER)
    variable: str = param(_("Variable"), default="", help=_("Gets the result. Empty: none."))


@register
class Arithmetic(Activity[ArithmeticParams]):
    """Calculates, in decimal numbers. Exactly once.

    Formulas can do the same and more; this one is for who looks for a step.
    """

    code = "arithmetic"
    label = _("Calculate")
    description = _("Adds, subtracts, multiplies or divides two numbers.")
    group = Group.DATA
    icon = "calculator"
    params = ArithmeticParams
    results = (ResultField("value", _("Result"), "decimal"),)
    needs_record = False

    def execute(self, params: ArithmeticParams, context: ActivityContext) -> Done:
        """Calculate it the way formulas do."""
        try:
            value = plain(calculated(params.operator, params.left, params.right))
        except LanguageRefused as refusal:
            raise StepRefused(refusal.message) from refusal
        return Done({"value": value}, {params.variable: value} if params.variable else {})
