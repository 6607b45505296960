"""Bulk changes: one action done to every record of a frozen selection."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from accounts.models import User
from smart_processes.actions.bulk import Change, change_each
from smart_processes.actions.observers import add_observer
from smart_processes.actions.records import delete_record, restore_record, update_record
from smart_processes.actions.stages import move_to_pipeline, move_to_stage
from smart_processes.exceptions import RecordRefusal
from smart_processes.jobs.base import JobKind, Progress, RefusedRow
from smart_processes.jobs.registry import register
from smart_processes.jobs.selection import frozen_count, frozen_ids
from smart_processes.models import Item, Job
from smart_processes.schema import TypeSchema, schema_for

# Records of one transaction, and how long it may take: their locks are held until its end,
# and on SQLite everybody else's writes wait for it.
CHUNK = 100
CHUNK_SECONDS = 0.5
SLICE = 10  # records between two looks at the time


class BulkKind(JobKind):
    """Does the same to each record, with the owner's rights as they are at that moment."""

    in_bin: ClassVar[bool] = False

    def change(self, job: Job, actor: Actor) -> Change:
        """Return what is done to one record."""
        raise NotImplementedError

    def chunks(self, job: Job, actor: Actor) -> Iterator[Progress]:
        """Take as many records at each step as half a second allows, a hundred at most."""
        change = self.change(job, actor)
        total = frozen_count(job)
        while job.processed_count < total:
            progress = Progress(job.processed_count, total_count=total)
            ids = frozen_ids(job, job.processed_count, CHUNK)
            begun = time.monotonic()
            for start in range(0, len(ids), SLICE):
                self._take(ids[start : start + SLICE], progress, change, job, actor)
                if time.monotonic() - begun > CHUNK_SECONDS:
                    break
            yield progress

    def _take(
        self, ids: list[int], progress: Progress, change: Change, job: Job, actor: Actor
    ) -> None:
        """Change some records and add to the progress what became of them."""
        # The configuration may have changed since the last chunk.
        type_schema = _type_of(job, actor)
        outcome = change_each(type_schema, ids, change, actor=actor, in_bin=self.in_bin)
        places = {pk: number for number, pk in enumerate(ids, progress.processed_count + 1)}
        progress.processed_count += len(ids)
        progress.updated_count += outcome.changed_count
        progress.refused += [
            RefusedRow(places[one.item_id], one.message, one.item_id, one.label)
            for one in outcome.refused
        ]


@register
class BulkMove(BulkKind):
    """Brings records into a stage: `{"stage": code, "pipeline": code or None}`.

    Records of another pipeline go into the given one; without one they are refused where
    their own has no such stage.
    """

    code = "bulk_move"
    title = gettext_lazy("Move records")
    done = gettext_lazy("Moved")

    def change(self, job: Job, actor: Actor) -> Change:
        """Return the move."""
        stage, pipeline = job.params.get("stage"), job.params.get("pipeline")

        def move(record: Item) -> Item:
            target = _type_of(job, actor).pipeline(pipeline) if pipeline else None
            if pipeline and (target is None or target.pk != record.pipeline_id):
                return move_to_pipeline(record, pipeline, stage, actor=actor)
            return move_to_stage(record, str(stage), actor=actor)

        return move


@register
class BulkUpdate(BulkKind):
    """Sets fields: `{"values": {field code: raw value}}`."""

    code = "bulk_update"
    title = gettext_lazy("Change records")
    done = gettext_lazy("Changed")

    def change(self, job: Job, actor: Actor) -> Change:
        """Return the change of values."""
        values: dict[str, Any] = job.params["values"]
        return lambda record: update_record(record, values, actor=actor)


@register
class BulkObserve(BulkKind):
    """Lets somebody watch records: `{"user": id}`."""

    code = "bulk_observe"
    title = gettext_lazy("Add an observer")
    done = gettext_lazy("Watched")

    def change(self, job: Job, actor: Actor) -> Change:
        """Return the adding of the observer.

        Raises:
            RecordRefusal: the person is gone.
        """
        user = User.objects.filter(pk=job.params["user"], is_active=True).first()
        if user is None:
            raise RecordRefusal(_("This person is not here any more."))
        return lambda record: add_observer(record, user, actor=actor)


@register
class BulkDelete(BulkKind):
    """Puts records into the recycle bin, or deletes them where the type has none."""

    code = "bulk_delete"
    title = gettext_lazy("Delete records")
    done = gettext_lazy("Deleted")

    def change(self, job: Job, actor: Actor) -> Change:
        """Return the deletion."""
        return partial(delete_record, actor=actor)


@register
class BulkRestore(BulkKind):
    """Takes records out of the recycle bin: what "Undo" does after a bulk deletion."""

    code = "bulk_restore"
    title = gettext_lazy("Restore records")
    done = gettext_lazy("Restored")
    in_bin = True

    def change(self, job: Job, actor: Actor) -> Change:
        """Return the restoring."""
        return partial(restore_record, actor=actor)


def _type_of(job: Job, actor: Actor) -> TypeSchema:
    return schema_for(actor).types_by_id[job.type_id or 0]
