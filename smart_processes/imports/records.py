"""Rows that become records of a type: made, changed, or left as they are."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.exceptions import AccountsRefusal, PermissionRefused
from smart_processes import events, values
from smart_processes.actions.creation import Draft, create_records
from smart_processes.exceptions import FieldsMissing, MoveRefused, RecordRefusal, ValuesRefused
from smart_processes.imports.changes import change_record
from smart_processes.imports.engine import Received, Result, RowOutcome
from smart_processes.imports.links import check_links, link_keys
from smart_processes.imports.mapping import STAGE, ImportMapping, OnExisting
from smart_processes.imports.matches import Key, find_records, key_of
from smart_processes.imports.missing_records import make_missing
from smart_processes.imports.record_plan import Reading, RecordPlan
from smart_processes.imports.record_trial import RecordTrial
from smart_processes.imports.rows import Row
from smart_processes.imports.seen import Seen
from smart_processes.lookups import Lookups
from smart_processes.models import Item
from smart_processes.schema import schema_for
from smart_processes.selectors.lookups import lookups_for
from smart_processes.selectors.records import visible_records

Refusal = RecordRefusal | AccountsRefusal


class RecordReceiver:
    """What makes records of the rows of one file."""

    def __init__(
        self,
        type_code: str,
        mapping: ImportMapping,
        headings: Sequence[str],
        *,
        actor: Actor,
        starts_robots: bool = False,
    ) -> None:
        """Bind the mapping to the file and the type.

        Args:
            type_code: Code of the type.
            mapping: Which column goes where.
            headings: The file's columns.
            actor: Who imports.
            starts_robots: New records count as entering their stage.

        Raises:
            TypeMissing: no such type.
            PermissionRefused: the actor may import nothing of it.
            MappingRefused: the mapping does not fit the file or the type.
        """
        self.actor = actor
        self.starts_robots = starts_robots
        self.schema = schema_for(actor)
        self.type = self.schema.type(type_code)
        if not access.of(actor).may_somewhere(Action.IMPORT, self.type.pipelines):
            raise PermissionRefused(Action.IMPORT, self.type.type.name_many)
        self.plan = RecordPlan(mapping, headings, self.type)
        check_links(self.plan.links, self.schema)
        self._link_keys = link_keys(self.plan.links, self.schema)
        # People stay known for the whole file; there are far fewer of them than rows.
        self.lookups = lookups_for(actor)

    def receive(self, rows: Sequence[Row], seen: Seen | None) -> Received:
        """Take a chunk: look up what it names, then make and change records."""
        chunk = _Chunk(self, seen)
        chunk.run(rows)
        return Received([chunk.outcomes[row.number] for row in rows], chunk.beside)

    def links(self, rows: Sequence[Row]) -> Lookups:
        """Return what the rows link to, found in one query for each linked type."""
        lookups = Lookups(me=self.actor.user_id, records=self._linkable, link_keys=self._link_keys)
        for field, raws in self.plan.link_raws(rows):
            field.prepare(raws, lookups)
        return lookups

    def keys(self, reading: Reading) -> list[Key]:
        """Return the keys by which a row finds its record; none where a part is empty.

        Raises:
            ValuesRefused: a key is of the wrong kind.
        """
        fields = self.plan.key_fields
        raw = {field.code: reading.values.get(field.code) for field in fields}
        parsed = values.parse_values(self.type, raw, schema=self.schema, lookups=self.lookups)
        return key_of(fields, parsed) if fields else []

    def _linkable(self, type_code: str) -> QuerySet[Item]:
        # As the type's own model: a file may name records by a column that only it has.
        return visible_records(self.actor, self.schema.type(type_code))


class _Chunk:
    """One chunk on its way."""

    def __init__(self, receiver: RecordReceiver, seen: Seen | None) -> None:
        self.receiver = receiver
        self.plan = receiver.plan
        self.actor = receiver.actor
        self.trial = RecordTrial(seen, receiver.type, self.plan.own_links)
        self.outcomes: dict[int, RowOutcome] = {}
        self.beside: list[tuple[str, str]] = []
        self._records: dict[Key, list[Item]] = {}

    def run(self, rows: Sequence[Row]) -> None:
        """Bring every row to an end."""
        waiting = rows
        while waiting:
            readings = self._read(waiting)
            has_made = self._take([reading for reading in readings if not reading.errors])
            wrong = [reading for reading in readings if reading.errors]
            # A row may link to a record that another row of the chunk has just made.
            waiting = [r.row for r in wrong] if has_made and self.plan.own_links else []
            for reading in wrong if not waiting else ():
                self._refuse(reading, ValuesRefused(reading.errors))

    def _read(self, rows: Sequence[Row]) -> list[Reading]:
        links = self.receiver.links(rows)
        readings = [self.plan.read(row, links) for row in rows]
        for reading in readings:
            self.trial.forgive(reading)
        naming = [reading for reading in readings if reading.missing_links and not reading.errors]
        made = make_missing(naming, self.plan.links, actor=self.actor)
        if not made:
            return readings
        self.beside += made
        links = self.receiver.links([reading.row for reading in naming])
        again = {
            reading.row.number: self.plan.read(reading.row, links)
            for reading in naming
            if not reading.errors
        }
        return [again.get(reading.row.number, reading) for reading in readings]

    def _take(self, readings: Sequence[Reading]) -> bool:
        """Make or change the records of rows that can be read; return whether any was made."""
        keyed = list(self._keyed(readings))
        wanted = {key for _reading, keys in keyed for key in keys} - self._records.keys()
        self._records |= find_records(
            self.receiver.type, self.plan.key_fields, wanted, actor=self.actor
        )
        new: list[tuple[Reading, list[Key]]] = []
        known: list[tuple[Reading, list[Key]]] = []
        promised: set[Key] = set()
        for reading, keys in keyed:
            if self.trial.knows(keys):
                self._end(reading, self._result_of_known())
            elif any(key in self._records or key in promised for key in keys):
                known.append((reading, keys))
            else:
                promised.update(keys)
                new.append((reading, keys))
        has_made = self._create(new)
        for reading, keys in known:
            has_made |= self._change(reading, keys)
        return has_made

    def _keyed(self, readings: Sequence[Reading]) -> list[tuple[Reading, list[Key]]]:
        keyed = []
        for reading in readings:
            try:
                keyed.append((reading, self.receiver.keys(reading)))
            except ValuesRefused as refusal:
                self._refuse(reading, refusal)
        return keyed

    def _create(self, new: Sequence[tuple[Reading, list[Key]]]) -> bool:
        drafts = [Draft(r.filled, r.pipeline, r.stage) for r, _keys in new]
        has_made = False
        for (reading, keys), made in zip(new, self._made(drafts), strict=True):
            if not isinstance(made, Item):
                self._refuse(reading, made)
            elif errors := self.trial.remember(made, keys):
                self._refuse(reading, ValuesRefused(errors))
            else:
                has_made = True
                self._records |= {key: [made] for key in keys}
                self._end(reading, Result.CREATED, made)
        return has_made

    def _made(self, drafts: Sequence[Draft]) -> list[Item | Refusal]:
        try:
            return self._create_records(drafts)
        except ValuesRefused:
            # Somebody saved an equal value at the same moment: that is one row's fault.
            return [made for draft in drafts for made in self._made_alone(draft)]

    def _made_alone(self, draft: Draft) -> list[Item | Refusal]:
        try:
            return self._create_records([draft])
        except ValuesRefused as refusal:
            return [refusal]

    def _create_records(self, drafts: Sequence[Draft]) -> list[Item | Refusal]:
        if not drafts:
            return []
        with events.starting_robots() if self.receiver.starts_robots else nullcontext():
            return create_records(
                self.receiver.type.code,
                drafts,
                actor=self.actor,
                permission=Action.IMPORT,
                lookups=self.receiver.lookups,
            )

    def _change(self, reading: Reading, keys: Sequence[Key]) -> bool:
        """Change the record that a row's key finds; True when the row made one after all."""
        found = list(dict.fromkeys(r for key in keys for r in self._records.get(key, ())))
        if not found:  # the row before it with the same key was refused
            return self._create([(reading, list(keys))])
        if len(found) > 1:
            named = ", ".join(str(part) for part in keys[0])
            sentence = _("Several records have the key “%(key)s”.") % {"key": named}
            self._refuse(reading, ValuesRefused(dict.fromkeys(self.plan.mapping.key, sentence)))
            return False
        record = found[0]
        try:
            changed = change_record(
                record,
                reading,
                existing=self.plan.mapping.existing,
                actor=self.actor,
                schema=self.receiver.schema,
                lookups=self.receiver.lookups,
            )
        except (RecordRefusal, AccountsRefusal) as refusal:
            self._refuse(reading, refusal)
            return False
        if changed is not None:
            self._records |= {key: [changed] for key in keys}
        self._end(reading, Result.UPDATED if changed else Result.UNCHANGED, record)
        return False

    def _result_of_known(self) -> Result:
        is_left = self.plan.mapping.existing == OnExisting.SKIP
        return Result.UNCHANGED if is_left else Result.UPDATED

    def _end(self, reading: Reading, result: Result, record: Item | None = None) -> None:
        record_id = record.pk if record else None
        self.outcomes[reading.row.number] = RowOutcome(reading.row, result, record_id=record_id)

    def _refuse(self, reading: Reading, refusal: Refusal) -> None:
        self.outcomes[reading.row.number] = RowOutcome(
            reading.row,
            Result.REFUSED,
            refusal.message,
            wrong_places=self.plan.places_of(_blamed(refusal)),
        )


def _blamed(refusal: Refusal) -> list[str]:
    """Return the codes of the fields that a refusal is about."""
    if isinstance(refusal, ValuesRefused):
        return list(refusal.errors)
    if isinstance(refusal, FieldsMissing):
        return [field.code for field in refusal.fields]
    return [STAGE] if isinstance(refusal, MoveRefused) else []
