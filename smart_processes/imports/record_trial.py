"""What a trial run remembers of records, because its chunks are undone one by one."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from smart_processes import values
from smart_processes.imports.links import LinkField
from smart_processes.imports.matches import Key
from smart_processes.imports.record_plan import Reading
from smart_processes.imports.seen import Seen
from smart_processes.lookups import TITLE
from smart_processes.models import Item
from smart_processes.schema import TypeSchema

_KEY, _UNIQUE, _LINKED = "key", "unique", "linked"


class RecordTrial:
    """The keys, unique values and names of the records that a trial would have made.

    In the import itself, where the database knows all that, it knows nothing.
    """

    def __init__(
        self, seen: Seen | None, type_schema: TypeSchema, own: Iterable[LinkField]
    ) -> None:
        """Remember in `seen`.

        Args:
            seen: What earlier chunks left; None in an import.
            type_schema: The type of the records.
            own: The link fields that link to records of the same type.
        """
        self._seen = seen
        self._type = type_schema
        self._own = list(own)

    def knows(self, keys: Iterable[Key]) -> bool:
        """Return whether a record with one of these keys would be there."""
        return self._seen is not None and any((_KEY, *key) in self._seen for key in keys)

    def forgive(self, reading: Reading) -> None:
        """Take a link for found that leads to a record which would be there."""
        if self._seen is None:
            return
        for field, _rule in self._own:
            text = reading.absent_links.get(field.code)
            if text is not None and (_LINKED, field.code, text) in self._seen:
                reading.errors.pop(field.code, None)
                reading.values[field.code] = None

    def remember(self, record: Item, keys: Iterable[Key]) -> dict[str, str]:
        """Note a record that would be made; return errors of values that would be taken."""
        if self._seen is None:
            return {}
        errors = self._taken(record)
        if errors:
            return errors
        for key in keys:
            self._seen.add(_KEY, *key)
        for field, rule in self._own:
            by = self._type.fields[rule.by or "title"]
            for text in by.storage.comparable_of(record, by):
                self._seen.add(_LINKED, field.code, TITLE.comparable(text))
        return {}

    def _taken(self, record: Item) -> dict[str, str]:
        assert self._seen is not None
        errors: dict[str, str] = {}
        for field in self._type.fields.values():
            if not field.is_unique or field.definition_id is None:
                continue
            text = values.unique_text(field, field.read(record))
            if text and not self._seen.add(_UNIQUE, field.code, text):
                errors[field.code] = _("“%(field)s” must be unique, and this value is taken.") % {
                    "field": field.label
                }
        return errors
