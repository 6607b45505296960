"""Whole numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from babel.numbers import format_decimal
from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smart_processes.field_types.base import (
    Family,
    FieldSettings,
    FieldType,
    Names,
    ValueRefused,
)
from smart_processes.field_types.registry import register
from smart_processes.locales import active_locale
from smart_processes.numerals import read_number

if TYPE_CHECKING:
    from smart_processes.lookups import Lookups

# What JSON readers in other languages keep exactly.
LARGEST_INTEGER = 2**53 - 1


@register
class IntegerType(FieldType):
    """A whole number between -(2^53 - 1) and 2^53 - 1."""

    kind = "integer"
    label = gettext_lazy("Whole number")
    family = Family.NUMBER
    icon = "hashtag"
    position = 30
    can_be_unique = True
    is_numeric = True
    settings = frozenset({"min", "max", "decimal_mark"})
    postgresql_cast = "::bigint"
    sqlite_cast = "INTEGER"
    output_field = models.BigIntegerField()

    def parse(self, raw: Any, field: FieldSettings, lookups: Lookups) -> int:
        """Return the number within the field's bounds."""
        number = self.parse_wanted(raw, field, lookups)
        check_bounds(Decimal(number), field.config)
        return number

    def parse_wanted(self, raw: Any, field: FieldSettings, lookups: Lookups) -> int:
        """Return the number; to look for, the field's own bounds do not matter."""
        number = read_number(raw, decimal_mark=str(field.config.get("decimal_mark", "")))
        if number is None or number != number.to_integral_value():
            raise ValueRefused(_("Enter a whole number, for example 1200."))
        if abs(number) > LARGEST_INTEGER:
            raise ValueRefused(_("Enter a number of at most 15 digits."))
        return int(number)

    def text(self, value: int, field: FieldSettings, names: Names) -> str:
        """Return the number with its thousands apart."""
        return format_decimal(value, locale=active_locale())

    def export(self, value: int, field: FieldSettings, names: Names) -> int:
        """Return the number."""
        return value

    def form_field(self, field: FieldSettings, **kwargs: Any) -> forms.Field:
        """Return a text input for numbers: people type 1 200, which number inputs refuse."""
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric"}))
        return forms.CharField(**kwargs)

    def check_config(self, config: Mapping[str, Any]) -> Iterable[str]:
        """Check the bounds."""
        yield from super().check_config(config)
        yield from check_number_settings(config)


def check_bounds(number: Decimal, config: Mapping[str, Any]) -> None:
    """Refuse a number outside the settings `min` and `max`.

    Raises:
        ValueRefused: it is smaller or larger.
    """
    low, high = read_number(config.get("min")), read_number(config.get("max"))
    if low is not None and number < low:
        raise ValueRefused(_("Enter %(low)s or more.") % {"low": config["min"]})
    if high is not None and number > high:
        raise ValueRefused(_("Enter %(high)s or less.") % {"high": config["max"]})


def check_number_settings(config: Mapping[str, Any]) -> Iterable[str]:
    """Yield a sentence for each wrong setting that number kinds share."""
    low, high = (
        None if config.get(name) is None else read_number(config[name]) for name in ("min", "max")
    )
    for name, read in (("min", low), ("max", high)):
        if config.get(name) is not None and read is None:
            yield _("The setting “%(name)s” must be a number.") % {"name": name}
    if low is not None and high is not None and low > high:
        yield _("The smallest number must not be larger than the largest.")
    if config.get("decimal_mark", "") not in {"", ",", "."}:
        yield _("The decimal mark must be a comma or a point.")
