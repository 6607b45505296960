"""What robots look at when they decide: a record, its visit to the stage, the clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.actor import Actor
from automation.calendars.stored import StoredCalendar
from automation.choices import RunStatus
from automation.engine.scope import Source
from automation.models import RobotList
from automation.robots.entries import Entry
from automation.runtime.store_rows import LoadedRun
from automation.runtime.surroundings import RunSurroundings
from smart_processes.choices import StageSemantics
from smart_processes.models import Item, StageVisit
from smart_processes.schema import Schema, schema_for


class Desk:
    """What is shared by all decisions of one transaction: the configuration, the calendar.

    Attributes:
        now: The moment.
        calendar: Working time of the company and of people.
    """

    def __init__(self, now: datetime) -> None:
        """Nothing is read yet."""
        self.now = now
        self.calendar = StoredCalendar()
        self._actors: dict[int | None, Actor] = {}
        self._lists: dict[int, tuple[Entry, ...]] = {}
        self._around: dict[tuple[int, int | None, int | None], RunSurroundings] = {}

    def actor(self, runs_as: int | None = None) -> Actor:
        """Return who reads records: the system, or whoever a robot runs as."""
        if runs_as not in self._actors:
            self._actors[runs_as] = Actor.robot("robot", runs_as=runs_as)
        return self._actors[runs_as]

    def read_lists(self, list_ids: Iterable[int | None]) -> None:
        """Read lists of robots (one query for those that are not known)."""
        unknown = {each for each in list_ids if each is not None} - self._lists.keys()
        found = RobotList.objects.filter(pk__in=unknown) if unknown else ()
        self._lists |= {row.pk: tuple(map(Entry.read, row.entries)) for row in found}

    def entries(self, list_id: int | None) -> tuple[Entry, ...]:
        """Return the robots of a list that was read, in order; none of one that is gone."""
        return self._lists.get(list_id or 0, ())

    def entry(self, list_id: int | None, robot_id: int | None) -> Entry | None:
        """Return one robot of a list as it was planned; None when either is gone."""
        return next((each for each in self.entries(list_id) if each.id == robot_id), None)

    @property
    def schema(self) -> Schema:
        """The configuration."""
        return schema_for(self.actor())

    def around(
        self, item_id: int, runs_as: int | None = None, started_by: int | None = None
    ) -> RunSurroundings:
        """Return what a robot's condition may refer to; records are read once."""
        key = (item_id, runs_as, started_by)
        if key not in self._around:
            run = LoadedRun(
                id=0,
                version_id="",
                item_id=item_id,
                snapshot=None,
                fence=0,
                claim_count=0,
                chain=(),
                parent_id=None,
                parent_wait=None,
                runs_as_id=runs_as,
                started_by_id=started_by,
                status=RunStatus.PENDING,
            )
            self._around[key] = RunSurroundings(run, self.actor(runs_as), self.now)
        return self._around[key]


class Facts:
    """One record in one stage."""

    def __init__(self, desk: Desk, item: Item, visit: StageVisit) -> None:
        """Args: the desk, the record as it is now, the visit that the robots are of."""
        self.desk = desk
        self.item = item
        self.visit = visit

    @property
    def is_deleted(self) -> bool:
        """Whether the record is in the recycle bin."""
        return self.item.deleted_at is not None

    @property
    def has_left(self) -> bool:
        """Whether the record left the stage."""
        return self.visit.left_at is not None

    @property
    def is_lost(self) -> bool:
        """Whether the record stands in a stage that means failure."""
        pipeline = self.desk.schema.pipelines.get(self.item.pipeline_id)
        stage = pipeline.stage(self.item.stage) if pipeline else None
        return stage is not None and stage.semantics == StageSemantics.FAILURE

    @property
    def stage_name(self) -> str:
        """The stage the record stands in now."""
        pipeline = self.desk.schema.pipelines.get(self.item.pipeline_id)
        stage = pipeline.stage(self.item.stage) if pipeline else None
        return stage.name if stage else self.item.stage

    def date(self, entry: Entry) -> Any:
        """Return the value of the date a robot goes by; None where it goes by none.

        Raises:
            UnknownReference: the field is gone.
        """
        if not entry.when.date_field:
            return None
        around = self.desk.around(self.item.pk)
        return around.lookup(Source.DOCUMENT, (entry.when.date_field,))

    def field_label(self, code: str) -> str:
        """Return what people call a field."""
        field = self.desk.schema.of(self.item).fields.get(code)
        return str(field.label) if field else code
