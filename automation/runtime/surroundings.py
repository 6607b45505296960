"""What surrounds a run: its record, people, global values, its own journal."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from accounts.actor import Actor
from accounts.models import User
from automation.addresses import record_address, site_address
from automation.calendars.stored import StoredCalendar
from automation.choices import GlobalKind
from automation.engine.scope import Source, UnknownReference
from automation.field_language import language_value, printed_values
from automation.known_people import KnownPeople
from automation.models import GlobalValue, JournalEntry
from automation.runtime.store_rows import LoadedRun
from smart_processes.exceptions import RecordMissing
from smart_processes.fields import Field
from smart_processes.models import Item
from smart_processes.money import Money
from smart_processes.schema import TypeSchema, schema_for
from smart_processes.selectors.records import get_record

_PERSON = frozenset({"id", "username", "email", "full_name", "first_name", "last_name"})
# References deeper than this go round in circles.
_DEEPEST = 5


class RunSurroundings:
    """Answers what a run's own state does not; one for each turn of a run.

    Records are read once and again after every step, which may have changed them.

    Attributes:
        secrets: Secret values that were looked up: journals are masked with them.
    """

    def __init__(self, run: LoadedRun, actor: Actor, now: datetime) -> None:
        self._run = run
        self._actor = actor
        self._now = now
        self._records: dict[int, tuple[Item, TypeSchema]] = {}
        self._globals: dict[tuple[str, str], Any] = {}
        self.secrets: set[str] = set()

    @property
    def now(self) -> datetime:
        """The moment of the turn, in the zone of the company: days are meant there."""
        return self._now.astimezone(self.calendar.zone)

    @property
    def language(self) -> str:
        """The language of month and day names."""
        return get_language() or settings.LANGUAGE_CODE

    @cached_property
    def calendar(self) -> StoredCalendar:
        """Working time of the company and of people."""
        return StoredCalendar()

    @property
    def people(self) -> KnownPeople:
        """Who leads whom, and whose clock shows what."""
        return KnownPeople()

    @property
    def chance(self) -> random.Random:
        """Chance that nobody can guess: some of it becomes passwords and links."""
        return random.SystemRandom()

    def forget_records(self) -> None:
        """Read records and global values again: a step may have changed them."""
        self._records.clear()
        self._globals.clear()

    # --- references -----------------------------------------------------------------------------

    def lookup(self, source: str, path: tuple[str, ...]) -> Any:
        """Return what a reference names.

        Raises:
            UnknownReference: nothing has that name.
        """
        match source:
            case Source.DOCUMENT:
                return self._document(path)
            case Source.USER:
                return _person(self._run.started_by_id, path, path)
            case Source.GLOBAL_CONSTANT:
                return self._global(GlobalKind.CONSTANT, path)
            case Source.GLOBAL_VARIABLE:
                return self._global(GlobalKind.VARIABLE, path)
            case Source.SYSTEM:
                return self._system(path)
            case "Workflow" if path[0].lower() == "id":
                return self._run.id
        raise UnknownReference(source, path)

    def result_in_journal(self, sequence: int) -> Mapping[str, Any]:
        """Return a result that was too long for the snapshot (one query)."""
        lines = JournalEntry.objects.filter(run_id=self._run.id, sequence=sequence)
        found = lines.values_list("activity_return_result", flat=True).first()
        return found or {}

    def present(self, source: str, path: tuple[str, ...], value: Any, modifier: str) -> Any:
        """Return a field's value as people read it; of anything else the value as it is."""
        if source != Source.DOCUMENT or self._run.item_id is None:
            return value
        try:
            found = self._field_at(self._run.item_id, path)
        except RecordMissing:
            return value  # gone, or not the actor's to see: as if the link were empty
        if found is None:
            return value
        record, field = found
        return printed_values(record, [field], actor=self._actor)[field.code]

    def _field_at(self, item_id: int, path: tuple[str, ...]) -> tuple[Item, Field] | None:
        """Return the record and field a path ends at, None where it ends elsewhere."""
        for place, code in enumerate(path[:_DEEPEST], start=1):
            record, fields = self._record(item_id)
            field = _field(fields, code)
            if field is None or place == len(path):
                return (record, field) if field else None
            linked = next(iter(field.each(field.read(record))), None)
            if field.type.kind != "link" or linked is None:
                return None
            item_id = linked
        return None

    # --- sources --------------------------------------------------------------------------------

    def _document(self, path: tuple[str, ...]) -> Any:
        if self._run.item_id is None:
            raise UnknownReference(Source.DOCUMENT, path)
        return self._of_record(self._run.item_id, path, path)

    def _of_record(self, item_id: int, path: tuple[str, ...], whole: tuple[str, ...]) -> Any:
        if len(whole) > _DEEPEST:
            raise UnknownReference(Source.DOCUMENT, whole)
        try:
            record, fields = self._record(item_id)
        except RecordMissing:
            return None  # gone, or not the actor's to see: as if the link were empty
        code, deeper = path[0], path[1:]
        own = _OWN.get(code.lower())
        if own is not None:
            return own(record, fields)
        field = _field(fields, code)
        if field is None:
            raise UnknownReference(Source.DOCUMENT, whole)
        value = field.read(record)
        if deeper:
            return self._inside(field, value, deeper, whole)
        return language_value(field, value)

    def _inside(
        self, field: Field, value: Any, deeper: tuple[str, ...], whole: tuple[str, ...]
    ) -> Any:
        """Follow a path into what a field points at; the first of several."""
        first = next(iter(field.each(value)), None)
        if isinstance(first, Money):
            return {"amount": first.major, "currency": first.currency}.get(deeper[0])
        if field.type.kind == "user":
            return _person(first, deeper, whole)
        if field.type.kind == "link":
            return None if first is None else self._of_record(first, deeper, whole)
        raise UnknownReference(Source.DOCUMENT, whole)

    def read_globals(self) -> None:
        """Read all global values; from here on their secrets are masked (one query)."""
        rows = list(GlobalValue.objects.all())
        self._globals = {(row.kind, row.code): row.value for row in rows}
        self.secrets |= {str(row.value) for row in rows if row.is_secret and row.value}

    def _global(self, kind: GlobalKind, path: tuple[str, ...]) -> Any:
        if not self._globals:
            self.read_globals()
        if (kind, path[0]) not in self._globals:
            raise UnknownReference(kind, path)
        return self._globals[kind, path[0]]

    def _system(self, path: tuple[str, ...]) -> Any:
        known: Mapping[str, Any] = {
            "now": self.now,
            "nowlocal": self.now,
            "date": self.now.date(),
            "eol": "\n",
            "hosturl": site_address(),
        }
        if path[0].lower() not in known:
            raise UnknownReference(Source.SYSTEM, path)
        return known[path[0].lower()]

    def _record(self, item_id: int) -> tuple[Item, TypeSchema]:
        if item_id not in self._records:
            record = get_record(self._actor, item_id)
            self._records[item_id] = (record, schema_for(self._actor).of(record))
        return self._records[item_id]


# What every record has beside its fields.
_OWN: Mapping[str, Callable[[Item, TypeSchema], Any]] = {
    "id": lambda record, _fields: record.pk,
    "url": lambda record, _fields: record_address(record.pk),
    "stage": lambda record, _fields: record.stage,
    "type": lambda _record, fields: fields.code,
    "pipeline": lambda record, fields: next(
        (each.code for each in fields.pipelines if each.pk == record.pipeline_id), None
    ),
}


def _field(fields: TypeSchema, code: str) -> Field | None:
    """Return a field by its code; imported programs write it in capitals."""
    return fields.fields.get(code) or fields.fields.get(code.lower())


def _person(user_id: Any, path: tuple[str, ...], whole: tuple[str, ...]) -> Any:
    name = path[0].lower()
    if name not in _PERSON:
        raise UnknownReference(Source.USER, whole)
    if user_id is None or name == "id":
        return user_id
    user = User.objects.filter(pk=user_id).first()
    return getattr(user, name, None)
