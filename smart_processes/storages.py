"""Where the values of a field stand: in a column, in two, or under a key of `Item.values`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Expression, F, Q

from smart_processes.field_expressions import FieldValue, HoldsAny
from smart_processes.field_types.base import FieldSettings, FieldType
from smart_processes.models import Item
from smart_processes.money import Money

EMPTY: tuple[Any, ...] = (None, "", [], ())


class StoredField(FieldSettings, Protocol):
    """What a storage reads of the field whose values it keeps."""

    @property
    def type(self) -> FieldType: ...
    @property
    def is_multiple(self) -> bool: ...
    def each(self, value: Any) -> list[Any]: ...
    def to_json(self, value: Any) -> Any: ...
    def from_json(self, stored: Any) -> Any: ...


class Storage(Protocol):
    """Where a field's values stand."""

    def read(self, record: Item, field: StoredField) -> Any:
        """Return the Python value (a list for several), or None when empty."""

    def write(self, record: Item, field: StoredField, value: Any) -> None:
        """Set the value on the instance; saving is the action's work."""

    def columns(self) -> tuple[str, ...]:
        """Return the model fields to save after `write`."""

    def expression(self, field: StoredField) -> Expression | F:
        """Return what filters and sorting compare."""

    def comparable(self, value: Any, field: StoredField) -> Any:
        """Return the form of one Python value that the expression is compared with."""

    def comparable_of(self, record: Item, field: StoredField) -> list[Any]:
        """Return what the expression has for a record: none, one or several values."""

    def where(self, field: StoredField, lookup: str, value: Any) -> Q:
        """Return the condition `expression <lookup> value`; lookups are Django's names."""

    def holds_any(self, field: StoredField, values: list[Any]) -> Q:
        """Return the condition that a field with several values holds any of these."""

    def is_empty(self, field: StoredField) -> Q:
        """Return the condition that there is no value."""


@dataclass(frozen=True)
class ColumnStorage:
    """A column of `Item` or of a shipped type's child table."""

    column: str  # attribute name: `responsible_id`, `title`
    empty: Any = None  # how the column says "nothing": None, "" or []

    def read(self, record: Item, field: StoredField) -> Any:
        """Return the column's value, or None where it is empty."""
        value = getattr(record, self.column)
        if value in EMPTY:
            return None
        return list(value) if field.is_multiple else value

    def write(self, record: Item, field: StoredField, value: Any) -> None:
        """Set the column."""
        setattr(record, self.column, self.empty if value is None else value)

    def columns(self) -> tuple[str, ...]:
        """Return the column."""
        return (self.column,)

    def expression(self, field: StoredField) -> Expression | F:
        """Return the column."""
        return F(self.column)

    def comparable(self, value: Any, field: StoredField) -> Any:
        """Return the value itself: the column is of its kind."""
        return value

    def comparable_of(self, record: Item, field: StoredField) -> list[Any]:
        """Return the values."""
        return field.each(self.read(record, field))

    def where(self, field: StoredField, lookup: str, value: Any) -> Q:
        """Return the condition on the column."""
        return Q(**{f"{self.column}__{lookup}": value})

    def holds_any(self, field: StoredField, values: list[Any]) -> Q:
        """Return the condition on the column's JSON list."""
        return Q(HoldsAny(None, values, column=self.column))

    def is_empty(self, field: StoredField) -> Q:
        """Return the condition in the column's own word for "nothing"."""
        nothing = Q(**{f"{self.column}__isnull": True})
        return nothing | Q(**{self.column: self.empty}) if self.empty in ("", []) else nothing


@dataclass(frozen=True)
class AmountStorage:
    """The amount of a record: minor units beside a currency, compared in the base currency."""

    def read(self, record: Item, field: StoredField) -> Money | None:
        """Return the amount, or None."""
        if record.amount_minor is None:
            return None
        return Money(record.amount_minor, record.currency)

    def write(self, record: Item, field: StoredField, value: Money | None) -> None:
        """Set amount and currency; the action converts to the base currency."""
        record.amount_minor = None if value is None else value.minor
        record.currency = "" if value is None else value.currency

    def columns(self) -> tuple[str, ...]:
        """Return the three columns of an amount."""
        return ("amount_minor", "currency", "amount_base_minor")

    def expression(self, field: StoredField) -> Expression | F:
        """Return the amount in minor units of the base currency; 0 without an amount."""
        return F("amount_base_minor")

    def comparable(self, value: Money, field: StoredField) -> int:
        """Return the minor units; the value must be in the base currency."""
        return value.minor

    def comparable_of(self, record: Item, field: StoredField) -> list[int]:
        """Return the amount in the base currency."""
        return [] if record.amount_minor is None else [record.amount_base_minor]

    def where(self, field: StoredField, lookup: str, value: Any) -> Q:
        """Return the condition on the base amount; records without an amount do not count."""
        return Q(**{f"amount_base_minor__{lookup}": value}, amount_minor__isnull=False)

    def holds_any(self, field: StoredField, values: list[Any]) -> Q:
        """Return the condition that the amount is one of these."""
        return self.where(field, "in", values)

    def is_empty(self, field: StoredField) -> Q:
        """Return the condition that there is no amount."""
        return Q(amount_minor__isnull=True)


@dataclass(frozen=True)
class ValueStorage:
    """A key of `Item.values`, there only when the field is set."""

    key: str

    def read(self, record: Item, field: StoredField) -> Any:
        """Return the Python value, or None when unset; a default is not applied here."""
        return field.from_json(record.values.get(self.key))

    def write(self, record: Item, field: StoredField, value: Any) -> None:
        """Set or remove the key."""
        if value in EMPTY:
            record.values.pop(self.key, None)
        else:
            record.values[self.key] = field.to_json(value)

    def columns(self) -> tuple[str, ...]:
        """Return the JSON column."""
        return ("values",)

    def expression(self, field: StoredField) -> Expression | F:
        """Return the typed value inside the JSON column."""
        return FieldValue(self._field_id, field.type)

    def comparable(self, value: Any, field: StoredField) -> Any:
        """Return the form the kind's expression gives."""
        return field.type.comparable(value, field)

    def comparable_of(self, record: Item, field: StoredField) -> list[Any]:
        """Return the values in that form."""
        return [self.comparable(one, field) for one in field.each(self.read(record, field))]

    def where(self, field: StoredField, lookup: str, value: Any) -> Q:
        """Return the condition on the expression, so that its index is found."""
        expression = self.expression(field)
        assert isinstance(expression, FieldValue)
        lookup_class = field.type.output_field.get_lookup(lookup)
        assert lookup_class is not None
        return Q(lookup_class(expression, value))

    def holds_any(self, field: StoredField, values: list[Any]) -> Q:
        """Return the condition on the JSON list."""
        return Q(HoldsAny(self._field_id, values))

    def is_empty(self, field: StoredField) -> Q:
        """Return the condition that the key is not there."""
        if field.is_multiple or field.type.json_part:
            return ~Q(values__has_key=self.key)
        return self.where(field, "isnull", True)  # noqa: FBT003  # Django's own form

    @property
    def _field_id(self) -> int:
        return int(self.key[1:])
