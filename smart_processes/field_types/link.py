"""Links to records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smart_processes.field_types.base import (
    Family,
    FieldSettings,
    FieldType,
    Names,
    References,
    ValueRefused,
)
from smart_processes.field_types.registry import register
from smart_processes.field_types.user import LARGEST_ID, read_id
from smart_processes.lookups import NUMBER, TITLE, LinkKey, Lookups

_HASH = re.compile(r"#([0-9]{1,19})(?:\s+(.*))?", re.DOTALL)  # #17, or #17 and the title
_NUMBER = re.compile(r"([A-Za-z0-9_]{1,8})-0*([0-9]{1,15})")  # REQ-000123


@register
class LinkType(FieldType):
    """The id of a record of the type `config["target"]`.

    What is typed is looked up among the records that `Lookups` shows. An id is taken as it
    is: whether the actor may link to it is asked by the action, once for all values.
    """

    kind = "link"
    label = gettext_lazy("Link to a record")
    family = Family.REFERENCE
    icon = "link"
    position = 110
    can_be_sorted = False
    is_set = True
    settings = frozenset({"target"})
    postgresql_cast = "::bigint"
    sqlite_cast = "INTEGER"
    output_field = models.BigIntegerField()

    def parse(self, raw: Any, field: FieldSettings, lookups: Lookups) -> int:
        """Return the record's id, from id, "#id", number (REQ-000123) or unique title."""
        key = lookups.link_key(field.code)
        if key is not None:
            return self._only(raw, lookups.record_ids(_target(field), key, key.comparable(raw)))
        record_id = read_id(raw)
        if record_id is not None:
            return record_id
        if not isinstance(raw, str):
            raise _no_record(raw)
        return self._from_text(raw.strip(), field, lookups)

    def prepare(self, raws: Sequence[Any], field: FieldSettings, lookups: Lookups) -> None:
        """Look up all texts of many rows at once."""
        from_file = lookups.link_key(field.code)
        if from_file is not None:
            wanted = [value for raw in raws if (value := _comparable(from_file, raw)) is not None]
            lookups.find_records(_target(field), from_file, wanted)
            return
        texts = [raw.strip() for raw in raws if isinstance(raw, str) and read_id(raw) is None]
        lookups.find_records(_target(field), TITLE, map(TITLE.comparable, texts))
        numbers = [int(found[2]) for text in texts if (found := _NUMBER.fullmatch(text))]
        lookups.find_records(_target(field), NUMBER, numbers)

    def text(self, value: int, field: FieldSettings, names: Names) -> str:
        """Return the record's title, where the reader may see it."""
        return names.records.get(value) or _("Hidden record")

    def export(self, value: int, field: FieldSettings, names: Names) -> str:
        """Return the title, or "#id" for a record without one that the reader may see."""
        return names.records.get(value) or f"#{value}"

    def collect(self, value: int, references: References) -> None:
        """Ask for the record's title."""
        references.records.add(value)

    def form_value(self, value: int, field: FieldSettings, names: Names) -> str:
        """Return "#id title": readable, and never ambiguous."""
        return f"#{value} {names.records.get(value, '')}".strip()

    def check_config(self, config: Mapping[str, Any]) -> Iterable[str]:
        """Check that the type is named; whether it exists is the action's question."""
        yield from super().check_config(config)
        target = config.get("target")
        if not isinstance(target, str) or not target:
            yield _("Choose the record type that the field links to.")

    def _from_text(self, text: str, field: FieldSettings, lookups: Lookups) -> int:
        target = _target(field)
        named = lookups.titled(target, text)
        by_id = _HASH.fullmatch(text)
        if by_id and not named and 0 < int(by_id[1]) <= LARGEST_ID:
            record_id = int(by_id[1])
            if by_id[2] is None or record_id in lookups.titled(target, by_id[2].strip()):
                return record_id
        by_number = _NUMBER.fullmatch(text)
        if by_number and not named:
            named = lookups.numbered(target, by_number[1], int(by_number[2]))
        return self._only(text, named)

    def _only(self, raw: Any, found: tuple[int, ...]) -> int:
        if not found:
            raise _no_record(raw)
        if len(found) > 1:
            raise ValueRefused(
                _("Several records are called “%(title)s”. Enter the number of the one you mean.")
                % {"title": str(raw).strip()[:100]}
            )
        return found[0]


def _target(field: FieldSettings) -> str:
    return str(field.config.get("target", ""))


def _comparable(key: LinkKey, raw: Any) -> Any:
    try:
        return key.comparable(raw)
    except ValueRefused:  # told when the row is parsed
        return None


def _no_record(raw: Any) -> ValueRefused:
    return ValueRefused(
        _("There is no record “%(title)s”, or you may not see it.")
        % {"title": str(raw).strip()[:100]}
    )
