"""A table of records as a spreadsheet: which rows, which columns, for a letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.choices import Action
from automation.exceptions import StepRefused
from smart_processes.columns import chosen_columns, columns_of, labels_of
from smart_processes.exports import exported_rows
from smart_processes.filters import SORT, filterset_for
from smart_processes.schema import TypeSchema
from smart_processes.selectors.lookups import lookups_for
from smart_processes.selectors.records import visible_records
from smart_processes.spreadsheets import open_table

MOST_ROWS = 10_000  # of a letter; more is an export
CHUNK = 500  # records of one query


def table_rows(
    type_schema: TypeSchema, filters: Mapping[str, Any], sort: str, *, actor: Actor
) -> list[int]:
    """Return the ids of the records that a filter finds and the actor may export.

    Raises:
        StepRefused: the filter is wrong, or finds too many.
    """
    asked = {**filters, **({SORT: sort} if sort else {})}
    records = visible_records(actor, type_schema, action=Action.EXPORT)
    found = filterset_for(type_schema)(
        asked, records, lookups=lookups_for(actor), also_known=frozenset()
    )
    if not found.form.is_valid():
        raise StepRefused(" ".join(found.sentences) or _("The filter is wrong."))
    rows = found.qs if sort else found.qs.order_by("number", "pk")
    ids = list(rows.values_list("pk", flat=True)[: MOST_ROWS + 1])
    if len(ids) > MOST_ROWS:
        raise StepRefused(_("A table has %(limit)d rows at most.") % {"limit": MOST_ROWS})
    return ids


def write_table(
    type_schema: TypeSchema, ids: Sequence[int], codes: Sequence[str], *, actor: Actor
) -> bytes:
    """Return the records as XLSX, in the order of the ids; deleted ones are left out."""
    every = [code for code, each in columns_of(type_schema).items() if each.further is None]
    columns = chosen_columns(type_schema, list(codes) or every)
    with TemporaryDirectory(prefix="table-") as folder:
        path = Path(folder) / "table.xlsx"
        heads = list(labels_of(columns).values())
        table = open_table(path, "xlsx", title=type_schema.type.name_many, heads=heads)
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            rows = exported_rows(part, actor=actor, type_schema=type_schema, columns=columns)
            table.write([rows[pk].cells for pk in part if pk in rows])
        table.close()
        return path.read_bytes()
