"""Exports: the records of a frozen selection as a file for their owner."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files import File
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.exceptions import PermissionRefused
from smart_processes.columns import Column, chosen_columns, columns_of, labels_of
from smart_processes.exceptions import RecordMissing
from smart_processes.exports import exported_rows
from smart_processes.jobs.base import JobKind, Progress, RefusedRow
from smart_processes.jobs.registry import register
from smart_processes.jobs.selection import frozen_count, frozen_ids
from smart_processes.models import Job
from smart_processes.schema import TypeSchema, schema_for
from smart_processes.spreadsheets import Cell, open_table

CHUNK = 500  # records of one query; nothing is locked by reading
FORMATS = ("csv", "xlsx")


@register
class Export(JobKind):
    """A file with what the owner may export: `{"format": "csv", "columns": [code]}`.

    No columns means every one. The right to export is asked for each record, and a record
    without it is a refused row.
    """

    code = "export"
    title = gettext_lazy("Export records")
    done = gettext_lazy("Exported")
    # Half a file is of no use to anybody, and a half-written XLSX cannot be gone on with.
    starts_over = True

    def chunks(self, job: Job, actor: Actor) -> Iterator[Progress]:
        """Write five hundred records at each step, then hand over the file."""
        type_schema = schema_for(actor).types_by_id[job.type_id or 0]
        columns = _columns(type_schema, job.params.get("columns") or [])
        file_format = job.params["format"]
        total = frozen_count(job)
        with TemporaryDirectory(prefix="export-") as folder:
            path = Path(folder) / f"export.{file_format}"
            table = open_table(
                path,
                file_format,
                title=type_schema.type.name_many,
                heads=list(labels_of(columns).values()),
            )
            reached = 0
            try:
                while reached < total:
                    ids = frozen_ids(job, reached, CHUNK)
                    rows, refused = _rows(ids, reached, actor, type_schema, columns)
                    table.write(rows)
                    reached += len(ids)
                    yield Progress(reached, 0, len(rows), refused, total_count=total)
            finally:
                table.close()
            day = timezone.localdate().isoformat()
            with path.open("rb") as written:
                name = f"{type_schema.code}-{day}.{file_format}"
                yield Progress(reached, total_count=total, result=File(written, name=name))


def _columns(type_schema: TypeSchema, codes: Sequence[str]) -> list[Column]:
    every = [code for code, each in columns_of(type_schema).items() if each.further is None]
    return chosen_columns(type_schema, codes or every)


def _rows(
    ids: Sequence[int],
    reached: int,
    actor: Actor,
    type_schema: TypeSchema,
    columns: Sequence[Column],
) -> tuple[list[Sequence[Cell]], list[RefusedRow]]:
    """Return the rows that may be exported, and why the others may not."""
    found = exported_rows(ids, actor=actor, type_schema=type_schema, columns=columns)
    pipelines = {pipeline.pk: pipeline for pipeline in type_schema.pipelines}
    rights = access.of(actor)
    rows: list[Sequence[Cell]] = []
    refused: list[RefusedRow] = []
    for number, item_id in enumerate(ids, start=reached + 1):
        row = found.get(item_id)
        if row is None:
            refused.append(RefusedRow(number, RecordMissing().message, item_id))
            continue
        record = row.record
        if rights.may(Action.EXPORT, record, pipelines[record.pipeline_id]):
            rows.append(row.cells)
            continue
        label = f"{type_schema.type.format_number(record.number)} {record.title}"
        why = PermissionRefused(Action.EXPORT, type_schema.type.name_many).message
        refused.append(RefusedRow(number, why, item_id, label))
    return rows, refused


def file_name(type_name: str, job: Job) -> str:
    """Return what the file is called for its owner: by type and day."""
    day = timezone.localtime(job.created_at).date().isoformat()
    return _("%(type)s %(day)s") % {"type": type_name, "day": day} + f".{job.params['format']}"
