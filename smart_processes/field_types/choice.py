"""One or several of the field's own options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smart_processes.field_types.base import (
    Family,
    FieldSettings,
    FieldType,
    Names,
    Option,
    ValueRefused,
)
from smart_processes.field_types.registry import register

if TYPE_CHECKING:
    from smart_processes.lookups import Lookups

# A refusal names the options only while the sentence stays one.
NAMED_OPTIONS = 8


@register
class ChoiceType(FieldType):
    """An option's id. Records keep a retired option, new values may not be one."""

    kind = "choice"
    label = gettext_lazy("Choice")
    family = Family.CHOICE
    icon = "list-bullet"
    position = 90
    is_set = True
    separators = ";,\n"
    postgresql_cast = "::bigint"
    sqlite_cast = "INTEGER"
    output_field = models.BigIntegerField()

    def parse(self, raw: Any, field: FieldSettings, lookups: Lookups) -> int:
        """Return the id of the option with this code, name (in any case) or id."""
        option = self._found(raw, field)
        if option.is_retired:
            raise ValueRefused(
                _("“%(option)s” is not in use any more. %(others)s")
                % {"option": option.label, "others": _others(field)}
            )
        return option.id

    def parse_wanted(self, raw: Any, field: FieldSettings, lookups: Lookups) -> int:
        """Return the id of any option, retired ones included."""
        return self._found(raw, field).id

    def split(self, raw: str, field: FieldSettings) -> list[str]:
        """Return the options in one text; a name may hold the separators itself."""
        parts: list[str] = []
        for line in raw.splitlines():
            parts += [line] if _option(line, field) else super().split(line, field)
        return parts

    def text(self, value: int, field: FieldSettings, names: Names) -> str:
        """Return the option's name."""
        option = _by_id(value, field)
        return option.label if option else _("Deleted option")

    def search_text(self, value: int, field: FieldSettings) -> str:
        """Return nothing: an option that is renamed would be found by its old name."""
        return ""

    def form_field(self, field: FieldSettings, **kwargs: Any) -> forms.Field:
        """Return a list of the options in use, with an empty one."""
        return forms.ChoiceField(choices=[("", "—"), *_choices(field)], **kwargs)

    def many_form_field(self, field: FieldSettings, **kwargs: Any) -> forms.Field:
        """Return a list of the options in use, of which several may be chosen."""
        return forms.MultipleChoiceField(choices=_choices(field), **kwargs)

    def form_value(self, value: int, field: FieldSettings, names: Names) -> str:
        """Return the option's code."""
        option = _by_id(value, field)
        return option.code if option else ""

    def _found(self, raw: Any, field: FieldSettings) -> Option:
        option = _option(raw, field)
        if option is None:
            raise ValueRefused(
                _("There is no option “%(option)s”. %(others)s")
                % {"option": str(raw)[:100], "others": _others(field)}
            )
        return option


def _option(raw: Any, field: FieldSettings) -> Option | None:
    """Return the option that raw names.

    Codes come first and never begin with a digit, so that what a form sends is not
    mistaken for another option's name; in a text a name comes before an id, because
    options may be called by numbers.
    """
    if isinstance(raw, int) and not isinstance(raw, bool):
        return _by_id(raw, field) or _option(str(raw), field)
    if not isinstance(raw, str):
        return None
    text = " ".join(raw.split())
    folded = text.casefold()
    in_use_first = sorted(field.options, key=lambda option: option.is_retired)
    for test in (
        lambda option: option.code == text,
        lambda option: " ".join(option.label.split()).casefold() == folded,
        lambda option: option.code == folded,
        lambda option: str(option.id) == text,
    ):
        if found := next(filter(test, in_use_first), None):
            return found
    return None


def _by_id(option_id: Any, field: FieldSettings) -> Option | None:
    return next((option for option in field.options if option.id == option_id), None)


def _choices(field: FieldSettings) -> list[tuple[str, str]]:
    return [(option.code, option.label) for option in field.options if not option.is_retired]


def _others(field: FieldSettings) -> str:
    in_use = [option.label for option in field.options if not option.is_retired]
    if not in_use:
        return _("The field has no options.")
    shown = ", ".join(in_use[:NAMED_OPTIONS])
    return _("Choose one of: %(options)s.") % {
        "options": shown + (", …" if len(in_use) > NAMED_OPTIONS else "")
    }
