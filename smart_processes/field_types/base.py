"""What a kind of field must be able to do.

A field type works on one value; several values, emptiness and "required" are the work of
`smart_processes.fields.Field`. Values have four forms: *raw* (what a form, a file or the
API sends), the *Python* value the code works with, the *JSON* form stored in
`Item.values`, and *text* for people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from django import forms
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

if TYPE_CHECKING:
    from smart_processes.lookups import Lookups


class ValueRefused(ValueError):
    """The raw value is not of the field's kind; `message` says what to enter instead."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Option:
    """One option of a choice field."""

    id: int
    code: str
    label: str
    hue: str
    is_retired: bool = False


class FieldSettings(Protocol):
    """What a field type reads of the field whose value it works on."""

    @property
    def code(self) -> str: ...
    @property
    def config(self) -> Mapping[str, Any]: ...
    @property
    def options(self) -> tuple[Option, ...]: ...


@dataclass(frozen=True)
class Names:
    """What ids inside values are called: loaded once per page for all values on it.

    A missing id is somebody or something the reader may not see, or that is gone.
    """

    users: Mapping[int, str] = field(default_factory=dict)
    records: Mapping[int, str] = field(default_factory=dict)
    files: Mapping[int, str] = field(default_factory=dict)


@dataclass
class References:
    """The ids inside values whose names a page needs."""

    users: set[int] = field(default_factory=set)
    records: set[int] = field(default_factory=set)
    files: set[int] = field(default_factory=set)


class Family(StrEnum):
    """What can be asked of values of a kind: filters and conditions go by it."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    MOMENT = "moment"
    FLAG = "flag"
    CHOICE = "choice"
    REFERENCE = "reference"
    FILE = "file"


class FieldType:
    """One kind of field. Stateless: one instance serves the process."""

    kind: ClassVar[str]
    label: ClassVar[StrOrPromise]
    family: ClassVar[Family]
    icon: ClassVar[str] = "pencil-square"  # a heroicon
    position: ClassVar[int] = 100  # place among the kinds that people are offered
    can_be_multiple: ClassVar[bool] = True
    can_be_unique: ClassVar[bool] = False
    can_be_indexed: ClassVar[bool] = True
    can_be_sorted: ClassVar[bool] = True  # False where the stored value has no order for people
    is_numeric: ClassVar[bool] = False  # aligned right, may be summed
    is_set: ClassVar[bool] = False  # several values have no order: kept sorted
    separators: ClassVar[str] = "\n"  # what may stand between several values in one text
    settings: ClassVar[frozenset[str]] = frozenset()  # the keys `config` may have

    # How the database compares: the cast from the JSON text, and the part of the JSON form
    # that is compared. The same text stands in the field's index. Text is compared by code
    # points, as SQLite and Python do, so that both databases sort alike.
    postgresql_cast: ClassVar[str] = ' COLLATE "C"'
    sqlite_cast: ClassVar[str] = ""
    json_part: ClassVar[str] = ""
    output_field: ClassVar[models.Field[Any, Any]] = models.TextField()

    # --- raw to Python --------------------------------------------------------------------

    def parse(self, raw: Any, field: FieldSettings, lookups: Lookups) -> Any:
        """Return the Python value of one raw value that is not empty.

        Raises:
            ValueRefused: the raw value is not of this kind.
        """
        raise NotImplementedError

    def parse_wanted(self, raw: Any, field: FieldSettings, lookups: Lookups) -> Any:
        """Return the Python value to look for: it may be one that no new value may be.

        A retired option or a person who left still stand in records.

        Raises:
            ValueRefused: the raw value is not of this kind.
        """
        return self.parse(raw, field, lookups)

    def parse_range(self, raw: Any, field: FieldSettings, lookups: Lookups) -> tuple[Any, Any]:
        """Return the first and the last Python value that a raw value stands for.

        They differ where something shorter stands for a span: a day in a field of moments.

        Raises:
            ValueRefused: the raw value is not of this kind.
        """
        value = self.parse_wanted(raw, field, lookups)
        return value, value

    def split(self, raw: str, field: FieldSettings) -> list[str]:
        """Return the raw values inside one text of a field with several values."""
        text = raw
        for separator in self.separators:
            text = text.replace(separator, "\n")
        return text.splitlines()

    def prepare(self, raws: Sequence[Any], field: FieldSettings, lookups: Lookups) -> None:
        """Look up what many raw values name, so that parsing them asks nothing."""

    # --- storing --------------------------------------------------------------------------

    def to_json(self, value: Any, field: FieldSettings) -> Any:
        """Return what is stored in `Item.values`; default: the value itself."""
        return value

    def from_json(self, stored: Any, field: FieldSettings) -> Any:
        """Return the Python value of what is stored; default: the same."""
        return stored

    def comparable(self, value: Any, field: FieldSettings) -> Any:
        """Return what the field's database expression compares with; default: the JSON form."""
        return self.to_json(value, field)

    # --- for people -----------------------------------------------------------------------

    def text(self, value: Any, field: FieldSettings, names: Names) -> str:
        """Return the value as people read it, in the active language."""
        return str(value)

    def export(self, value: Any, field: FieldSettings, names: Names) -> Any:
        """Return the value for a cell of a spreadsheet: str, number, date or datetime.

        What is exported can be imported again (`parse` accepts it).
        """
        return self.text(value, field, names)

    def search_text(self, value: Any, field: FieldSettings) -> str:
        """Return what the search finds the record by; empty: nothing."""
        return ""

    def collect(self, value: Any, references: References) -> None:
        """Add the ids inside the value to the names a page has to load."""

    # --- forms and settings ---------------------------------------------------------------

    def form_field(self, field: FieldSettings, **kwargs: Any) -> forms.Field:
        """Return a form field for one value whose cleaned value `parse` accepts.

        `kwargs` are Django's own: label, help_text, required, initial, widget.
        """
        return forms.CharField(**kwargs)

    def many_form_field(self, field: FieldSettings, **kwargs: Any) -> forms.Field:
        """Return a form field for several values; default: a text with one per line."""
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
        kwargs["help_text"] = kwargs.get("help_text") or _("One per line.")
        return forms.CharField(**kwargs)

    def form_value(self, value: Any, field: FieldSettings, names: Names) -> Any:
        """Return what the form field shows for a value; `parse` makes the value of it again."""
        return self.to_json(value, field)

    def check_config(self, config: Mapping[str, Any]) -> Iterable[str]:
        """Yield a sentence for each wrong setting of a field of this kind."""
        for name in config:
            if name not in self.settings:
                yield gettext("This kind of field has no setting “%(name)s”.") % {"name": name}
