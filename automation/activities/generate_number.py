"""Give out a number of a series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from automation.actions.numbers import take_number
from automation.activities.base import Activity, ActivityContext, Group, ResultField
from automation.activities.params import ParamKind, param
from automation.activities.registry import register
from automation.engine.outcomes import Done
from automation.exceptions import StepRefused

LONGEST_SERIES = 64  # characters, the column
MOST_DIGITS = 12
NUMBER, PERIOD = "{number}", "{period}"


class Period(StrEnum):
    """When a series begins anew."""

    NEVER = "never"
    YEAR = "year"
    MONTH = "month"
    DAY = "day"

    def of(self, moment: datetime) -> str:
        """Return the period that a moment belongs to: 2026, 2026-11, 2026-11-22."""
        length = {Period.NEVER: 0, Period.YEAR: 4, Period.MONTH: 7, Period.DAY: 10}[self]
        return moment.date().isoformat()[:length]


@dataclass(frozen=True)
class GenerateNumberParams:
    """Of which series, and how the number is written."""

    series: str = param(_("Series"), help=_("Steps that name the same series share its numbers."))
    pattern: str = param(
        _("Pattern"),
        default=NUMBER,
        help=_("For example INV-{period}-{number}."),
    )
    digits: Decimal = param(_("Digits at least"), ParamKind.NUMBER, default=Decimal(1))
    period: str = param(
        _("Begin anew"),
        ParamKind.CHOICE,
        default=Period.NEVER.value,
        choices=(
            (Period.NEVER.value, pgettext_lazy("number series", "Never")),
            (Period.YEAR.value, pgettext_lazy("number series", "Every year")),
            (Period.MONTH.value, pgettext_lazy("number series", "Every month")),
            (Period.DAY.value, pgettext_lazy("number series", "Every day")),
        ),
    )
    first: Decimal = param(_("First number"), ParamKind.NUMBER, default=Decimal(1))


@register
class GenerateNumber(Activity[GenerateNumberParams]):
    """Takes the next number of a series. Exactly once: no number is lost or given twice.

    Runs that number at the same moment wait for one another until their steps commit.
    """

    code = "generate_number"
    label = _("Generate a number")
    description = _("Takes the next number of a series, for example of invoices.")
    group = Group.DATA
    icon = "hashtag"
    params = GenerateNumberParams
    results = (
        ResultField("number", _("Number as text")),
        ResultField("value", _("Number"), "integer"),
    )
    needs_record = False

    def execute(self, params: GenerateNumberParams, context: ActivityContext) -> Done:
        """Take it."""
        if len(params.series) > LONGEST_SERIES:
            raise StepRefused(
                gettext("The name of a series has %(limit)d characters at most.")
                % {"limit": LONGEST_SERIES}
            )
        if NUMBER not in params.pattern:
            raise StepRefused(gettext("The pattern must hold {number}."))
        period = Period(params.period).of(context.now)
        value = take_number(params.series, period=period, first=max(int(params.first), 0))
        digits = min(max(int(params.digits), 1), MOST_DIGITS)
        number = params.pattern.replace(PERIOD, period).replace(NUMBER, str(value).zfill(digits))
        return Done({"number": number, "value": value})
