"""Finding people, records and files by what was typed, for one operation.

A form needs one or two of them, an import thousands: it makes one `Lookups`, calls
`Field.prepare` with the texts of many rows, and parsing then asks the database nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Expression, F, QuerySet

from accounts.models import User
from smart_processes.models import Item, RecordFile, RecordType

# Texts asked for in one statement: below SQLite's limit of parameters.
CHUNK = 500
# Answers kept: a file of any length is read with the same memory.
KEPT_ANSWERS = 20_000


@dataclass(frozen=True)
class Person:
    """Somebody who may stand in a field."""

    id: int
    full_name: str
    is_active: bool


@dataclass(frozen=True)
class LinkKey:
    """The field of the linked type by which a file names its records, instead of the title.

    Attributes:
        expression: What is compared in the database.
        comparable: Makes that form of a raw text; raises ValueRefused.
    """

    expression: Expression | F
    comparable: Callable[[Any], Any]


def _one_line(raw: Any) -> str:
    return " ".join(str(raw).split())


TITLE = LinkKey(F("title"), _one_line)
NUMBER = LinkKey(F("number"), int)


def every_live_record(type_code: str) -> QuerySet[Item]:
    """Return all records of a type: what the system itself may link to."""
    return Item._base_manager.filter(type__code=type_code, deleted_at=None)


class Lookups:
    """What was looked up in one operation, by one actor; never kept longer."""

    def __init__(
        self,
        *,
        me: int | None = None,
        records: Callable[[str], QuerySet[Item]] = every_live_record,
        record_id: int | None = None,
        link_keys: Mapping[str, LinkKey] | None = None,
    ) -> None:
        """Nothing is read yet.

        Args:
            me: Who acts (user id): what "me" means, and whose fresh uploads may be used.
            records: The records of a type, by its code, that the actor may see: what is
                typed finds no others, so that an answer tells nothing about them.
            record_id: The record whose values are parsed; its own files may stay.
            link_keys: Code of a link field -> how its texts name records; default: title.
        """
        self.me = me
        self.record_id = record_id
        self._records = records
        self._link_keys = dict(link_keys or {})
        self._found: dict[tuple[str, LinkKey], dict[Any, tuple[int, ...]]] = defaultdict(dict)
        self._prefixes: dict[str, str] = {}
        self._people: dict[int, Person | None] = {}
        self._people_by_text: dict[str, list[Person]] | None = None

    # --- people ---------------------------------------------------------------------------

    def person(self, user_id: int) -> Person | None:
        """Return a person by id (one query, none once everybody was read)."""
        if user_id not in self._people and self._people_by_text is None:
            user = User.objects.filter(pk=user_id).first()
            self._people[user_id] = _person(user) if user else None
        return self._people.get(user_id)

    def people_called(self, text: str) -> list[Person]:
        """Return who has this user name, e-mail or full name, in any case and either order.

        Reads everybody once. Python compares: SQLite folds no Cyrillic.
        """
        if self._people_by_text is None:
            self.read_everybody()
        assert self._people_by_text is not None
        return self._people_by_text.get(_folded(text), [])

    def read_everybody(self) -> None:
        """Read all people now (one query); later questions about them cost nothing."""
        by_text: dict[str, list[Person]] = defaultdict(list)
        for user in User.objects.only("username", "email", "first_name", "last_name", "is_active"):
            self._people[user.pk] = person = _person(user)
            turned = f"{user.last_name} {user.first_name}"
            for text in {_folded(t) for t in (user.username, user.email, user.full_name, turned)}:
                if text:
                    by_text[text].append(person)
        self._people_by_text = dict(by_text)

    # --- records --------------------------------------------------------------------------

    def link_key(self, field_code: str) -> LinkKey | None:
        """Return how the texts of a link field name records; None: in any of the usual ways."""
        return self._link_keys.get(field_code)

    def record_ids(self, target: str, key: LinkKey, wanted: Any) -> tuple[int, ...]:
        """Return the ids of at most two records of a type; two say "not unique"."""
        known = self._found[target, key]
        if wanted not in known:
            self.find_records(target, key, [wanted])
        return self._found[target, key][wanted]

    def find_records(self, target: str, key: LinkKey, wanted: Iterable[Any]) -> None:
        """Look many up at once (one query per 500)."""
        if sum(len(known) for known in self._found.values()) > KEPT_ANSWERS:
            self._found.clear()
        known = self._found[target, key]
        missing = [each for each in dict.fromkeys(wanted) if each not in known]
        for start in range(0, len(missing), CHUNK):
            chunk = missing[start : start + CHUNK]
            known.update(dict.fromkeys(chunk, ()))
            rows = (
                self._records(target)
                .annotate(link_key=key.expression)
                .filter(link_key__in=chunk)
                .order_by("pk")
                .values_list("link_key", "pk")
            )
            for value, pk in rows:
                if value in known:
                    known[value] = (*known[value], pk)[:2]

    def titled(self, target: str, title: str) -> tuple[int, ...]:
        """Return the ids of at most two records with exactly this title."""
        return self.record_ids(target, TITLE, _one_line(title))

    def numbered(self, target: str, prefix: str, number: int) -> tuple[int, ...]:
        """Return the id of the record with this number, where the type's prefix is the same."""
        if target not in self._prefixes:
            found = RecordType.objects.filter(code=target).values_list("number_prefix", flat=True)
            self._prefixes[target] = next(iter(found), "")
        if self._prefixes[target].casefold() != prefix.casefold():
            return ()
        return self.record_ids(target, NUMBER, number)

    # --- files ----------------------------------------------------------------------------

    def may_use_file(self, file_id: int) -> bool:
        """Return whether a value may name this file.

        It may when the record has it already, or when the actor uploaded it and no record
        has it yet: a value that named another record's file would show it to people who
        may not see that record.
        """
        file = RecordFile.objects.filter(pk=file_id).only("item_id", "uploaded_by_id").first()
        if file is None:
            return False
        if file.item_id is not None:
            return file.item_id == self.record_id
        return self.me is None or file.uploaded_by_id == self.me


def _folded(text: str) -> str:
    return _one_line(text).casefold()


def _person(user: User) -> Person:
    return Person(user.pk, user.full_name, user.is_active)
