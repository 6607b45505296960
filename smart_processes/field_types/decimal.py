"""Numbers with a fixed number of decimal places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any

from babel.numbers import format_decimal
from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from smart_processes.field_types.base import (
    Family,
    FieldSettings,
    FieldType,
    Names,
    ValueRefused,
)
from smart_processes.field_types.integer import check_bounds, check_number_settings
from smart_processes.field_types.registry import register
from smart_processes.locales import active_locale
from smart_processes.numerals import LARGEST_PRECISION, read_number

if TYPE_CHECKING:
    from smart_processes.lookups import Lookups

MOST_PLACES = 6
DEFAULT_PLACES = 2


@register
class DecimalType(FieldType):
    """A decimal of at most 15 digits, stored as text with all its places: "12.50".

    Fifteen, because SQLite compares decimals as floating point, which keeps that many.
    """

    kind = "decimal"
    label = gettext_lazy("Decimal number")
    family = Family.NUMBER
    icon = "calculator"
    position = 40
    can_be_unique = True
    is_numeric = True
    settings = frozenset({"decimal_places", "min", "max", "decimal_mark"})
    postgresql_cast = "::numeric"
    sqlite_cast = "REAL"
    output_field = models.DecimalField(max_digits=30, decimal_places=MOST_PLACES)

    def parse(self, raw: Any, field: FieldSettings, lookups: Lookups) -> Decimal:
        """Return the number with the field's places, within its bounds."""
        number = self.parse_wanted(raw, field, lookups)
        check_bounds(number, field.config)
        return number

    def parse_wanted(self, raw: Any, field: FieldSettings, lookups: Lookups) -> Decimal:
        """Return the number with the field's places."""
        number = read_number(raw, decimal_mark=str(field.config.get("decimal_mark", "")))
        if number is None:
            raise ValueRefused(_("Enter a number, for example 12.50."))
        # Checked before rounding, which is slow (and fails) for 1E+99.
        if number.adjusted() + 1 + places(field) > LARGEST_PRECISION and number:
            raise ValueRefused(
                _("Enter a number of at most %(count)d digits.") % {"count": LARGEST_PRECISION}
            )
        fitting = number.quantize(_unit(field), ROUND_HALF_EVEN)
        # A spreadsheet computes 33.333333 and shows 33.33; what was typed is not rounded.
        if fitting != number and not isinstance(raw, float):
            raise ValueRefused(
                ngettext(
                    "Enter at most %(count)d digit after the decimal point.",
                    "Enter at most %(count)d digits after the decimal point.",
                    places(field),
                )
                % {"count": places(field)}
            )
        return fitting + 0  # no "-0.00"

    def to_json(self, value: Decimal, field: FieldSettings) -> str:
        """Return the number as text: JSON numbers become floats in other hands."""
        return f"{value.quantize(_unit(field), ROUND_HALF_EVEN):f}"

    def from_json(self, stored: Any, field: FieldSettings) -> Decimal:
        """Return the number as it was stored, whatever the field's places are today."""
        return Decimal(str(stored))

    def comparable(self, value: Decimal, field: FieldSettings) -> Decimal:
        """Return the number."""
        return value

    def text(self, value: Decimal, field: FieldSettings, names: Names) -> str:
        """Return the number with its thousands apart and all its places."""
        decimals = "." + "0" * places(field) if places(field) else ""
        return format_decimal(value, f"#,##0{decimals}", locale=active_locale())

    def export(self, value: Decimal, field: FieldSettings, names: Names) -> Decimal:
        """Return the number."""
        return value

    def form_field(self, field: FieldSettings, **kwargs: Any) -> forms.Field:
        """Return a text input for decimals: a number input refuses the comma."""
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal"}))
        return forms.CharField(**kwargs)

    def check_config(self, config: Mapping[str, Any]) -> Iterable[str]:
        """Check the places and the bounds."""
        yield from super().check_config(config)
        yield from check_number_settings(config)
        chosen = config.get("decimal_places", DEFAULT_PLACES)
        if not isinstance(chosen, int) or not 0 <= chosen <= MOST_PLACES:
            yield _("The number of decimal places must be from 0 to %(limit)d.") % {
                "limit": MOST_PLACES
            }


def places(field: FieldSettings) -> int:
    """Return how many decimal places the field has."""
    chosen = field.config.get("decimal_places")
    return chosen if isinstance(chosen, int) else DEFAULT_PLACES


def _unit(field: FieldSettings) -> Decimal:
    return Decimal(1).scaleb(-places(field))
