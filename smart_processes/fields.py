"""A field as the rest of the code sees it, whether a column or a JSON value stores it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.db.models import Expression, F
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from smart_processes.field_types.base import FieldType, Names, Option, References, ValueRefused
from smart_processes.lookups import Lookups
from smart_processes.models import Item
from smart_processes.storages import (
    EMPTY,
    AmountStorage,
    ColumnStorage,
    Storage,
    ValueStorage,
)

__all__ = ["EMPTY", "AmountStorage", "ColumnStorage", "Field", "Option", "Storage", "ValueStorage"]

# Nobody means more in one field; a hostile list would make every page heavy.
MOST_VALUES = 100


@dataclass(frozen=True)
class Field:
    """A field of a record type: what it is called, what it holds and where.

    Values are Python values of the field's kind, lists of them for a field with several
    values, and None when empty.
    """

    code: str
    label: StrOrPromise
    type: FieldType
    storage: Storage
    help: StrOrPromise = ""
    section: StrOrPromise = ""
    is_required: bool = False
    is_multiple: bool = False
    is_unique: bool = False
    is_indexed: bool = False
    is_editable: bool = True
    on_card: bool = False
    default: Any = None  # JSON form
    config: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    definition_id: int | None = None  # None: a field of the product

    # --- values of a record ---------------------------------------------------------------

    def read(self, record: Item) -> Any:
        """Return the record's value, None when empty."""
        return self.storage.read(record, self)

    def write(self, record: Item, value: Any) -> None:
        """Set the value on the instance."""
        self.storage.write(record, self, value)

    def expression(self) -> Expression | F:
        """Return what filters and sorting compare."""
        return self.storage.expression(self)

    # --- raw to Python --------------------------------------------------------------------

    def parse(self, raw: Any, *, lookups: Lookups | None = None, held: Any = None) -> Any:
        """Return the Python value of what a form, a file or the API sent; None when empty.

        Several values may come as a list or as one text with a value per line.

        Args:
            raw: What was sent.
            lookups: What finds people and records by name; one for a whole operation.
                Without it a new one is made, which finds every record.
            held: The record's present value: a retired option or a person who left may
                stay where they are.

        Raises:
            ValueRefused: not of the field's kind; its message says what to enter instead.
        """
        lookups = lookups or Lookups()
        values: list[Any] = []
        for part in self.raw_parts(raw):
            value = self._parse_one(part, lookups, self.each(held))
            if value not in values:
                values.append(value)
        if not values:
            return None
        if not self.is_multiple:
            return values[0]
        if len(values) > MOST_VALUES:
            raise ValueRefused(_("Enter at most %(limit)d values.") % {"limit": MOST_VALUES})
        return sorted(values) if self.type.is_set else values

    def prepare(self, raws: Iterable[Any], lookups: Lookups) -> None:
        """Look up what the raw values of many rows name, in as few queries as possible."""
        parts = [
            part
            for raw in raws
            if self.is_multiple or not isinstance(raw, list | tuple)
            for part in self.raw_parts(raw)
        ]
        self.type.prepare(parts, self, lookups)

    def raw_parts(self, raw: Any) -> list[Any]:
        """Return the raw values one by one, empty ones left out.

        Raises:
            ValueRefused: several values for a field that holds one.
        """
        if _is_blank(raw):
            return []
        if not self.is_multiple:
            if isinstance(raw, list | tuple):
                raise ValueRefused(_("Enter one value, not several."))
            return [raw]
        parts = self.type.split(raw, self) if isinstance(raw, str) else raw
        if not isinstance(parts, Iterable) or isinstance(parts, Mapping):
            parts = [parts]
        return [part for part in parts if not _is_blank(part)]

    def with_settings(self, **settings: Any) -> Field:
        """Return the field with other settings of its kind, as a file's mapping gives them.

        For example `date_format="%d.%m.%Y"`, `date_order="dayfirst"`, `decimal_mark=","`,
        `currency="USD"` or `region="BY"`.
        """
        return replace(self, config={**self.config, **settings})

    # --- JSON -----------------------------------------------------------------------------

    def to_json(self, value: Any) -> Any:
        """Return the JSON form of a value (of each, for several); None when empty."""
        if value in EMPTY:
            return None
        if self.is_multiple:
            return [self.type.to_json(one, self) for one in value]
        return self.type.to_json(value, self)

    def from_json(self, stored: Any) -> Any:
        """Return the Python value of a JSON form, for example of a timeline entry."""
        if stored in EMPTY:
            return None
        if self.is_multiple:
            return [self.type.from_json(one, self) for one in stored]
        return self.type.from_json(stored, self)

    # --- for people -----------------------------------------------------------------------

    def text(self, value: Any, names: Names) -> str:
        """Return the value as people read it; several are separated by commas."""
        return ", ".join(self.type.text(one, self, names) for one in self.each(value))

    def export(self, value: Any, names: Names) -> Any:
        """Return the value for a cell of a spreadsheet, None when empty.

        Several values stand on lines of their own, as `parse` takes them.
        """
        exported = [self.type.export(one, self, names) for one in self.each(value)]
        if not self.is_multiple:
            return exported[0] if exported else None
        return "\n".join(str(one) for one in exported) or None

    def collect(self, value: Any, references: References) -> None:
        """Add the ids inside the value to what a page must load names for."""
        for one in self.each(value):
            self.type.collect(one, references)

    def search_text(self, value: Any) -> str:
        """Return what the search finds the record by."""
        return " ".join(self.type.search_text(one, self) for one in self.each(value))

    # --- forms ----------------------------------------------------------------------------

    def form_field(self, **kwargs: Any) -> forms.Field:
        """Return a form field whose cleaned value `parse` accepts.

        `kwargs` are Django's own and win over the field's label, help and "required".
        """
        kwargs = {
            "label": self.label,
            "help_text": self.help,
            "required": self.is_required,
        } | kwargs
        if self.is_multiple:
            return self.type.many_form_field(self, **kwargs)
        return self.type.form_field(self, **kwargs)

    def form_value(self, value: Any, names: Names) -> Any:
        """Return what that form field shows for a value: its initial data."""
        shown = [self.type.form_value(one, self, names) for one in self.each(value)]
        if not self.is_multiple:
            return shown[0] if shown else ""
        takes_list = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)
        if isinstance(self.form_field(), takes_list):
            return shown
        return "\n".join(str(one) for one in shown)

    # --- parts ----------------------------------------------------------------------------

    def each(self, value: Any) -> list[Any]:
        """Return the values one by one: none, one or several."""
        if value in EMPTY:
            return []
        return list(value) if self.is_multiple else [value]

    def option(self, option_id: int) -> Option | None:
        """Return the option with this id, retired ones included."""
        return next((option for option in self.options if option.id == option_id), None)

    def _parse_one(self, raw: Any, lookups: Lookups, held: list[Any]) -> Any:
        try:
            return self.type.parse(raw, self, lookups)
        except ValueRefused:
            if held and (value := self.type.parse_wanted(raw, self, lookups)) in held:
                return value
            raise


def _is_blank(raw: Any) -> bool:
    return raw in EMPTY or (isinstance(raw, str) and not raw.strip())
