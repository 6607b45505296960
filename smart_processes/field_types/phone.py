"""Phone numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import phonenumbers
from django import forms
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
from smart_processes.field_types.string import read_line

if TYPE_CHECKING:
    from smart_processes.lookups import Lookups

LONGEST_PHONE = 60  # characters as typed, with spaces and an extension


@register
class PhoneType(FieldType):
    """A number in E.164 (`+375291234567`), with `;ext=12` where there is an extension.

    `config["region"]` ("BY") is the country of numbers written without a plus.
    """

    kind = "phone"
    label = gettext_lazy("Phone")
    family = Family.TEXT
    icon = "phone"
    position = 140
    can_be_unique = True
    separators = ";,\n"
    settings = frozenset({"region"})

    def parse(self, raw: Any, field: FieldSettings, lookups: Lookups) -> str:
        """Return the number in its stored form."""
        text = read_line(raw, LONGEST_PHONE)
        region = str(field.config.get("region") or "") or None
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException as wrong:
            raise _no_phone() from wrong
        # "Possible", not "valid": new ranges are in use before the library knows them.
        if not phonenumbers.is_possible_number(number):
            raise _no_phone()
        stored = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        return f"{stored};ext={number.extension}" if number.extension else stored

    def text(self, value: str, field: FieldSettings, names: Names) -> str:
        """Return the number as it is dialled from abroad: +375 29 123-45-67."""
        try:
            number = phonenumbers.parse(value)
        except phonenumbers.NumberParseException:
            return value  # stored by something older than this class
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

    def search_text(self, value: str, field: FieldSettings) -> str:
        """Return the number with and without its separators."""
        return f"{value} {self.text(value, field, Names())}"

    def form_field(self, field: FieldSettings, **kwargs: Any) -> forms.Field:
        """Return an input for phone numbers."""
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "tel"}))
        return forms.CharField(max_length=LONGEST_PHONE, **kwargs)

    def form_value(self, value: str, field: FieldSettings, names: Names) -> str:
        """Return the number as people read it."""
        return self.text(value, field, names)

    def check_config(self, config: Mapping[str, Any]) -> Iterable[str]:
        """Check the country."""
        yield from super().check_config(config)
        region = config.get("region")
        if region and region not in phonenumbers.SUPPORTED_REGIONS:
            yield _("“%(region)s” is not the code of a country, like BY or DE.") % {
                "region": region
            }


def _no_phone() -> ValueRefused:
    return ValueRefused(_("Enter a phone number with its country, like +375 29 123-45-67."))
