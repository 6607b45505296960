"""What stands in the columns of lists and exports: fields, and what every record has beside.

A column is known by a code: a field's, one of `STAGE`, `PIPELINE`, `IN_STAGE`, or that of a
column that an app above registered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from smart_processes.field_filters import is_sortable
from smart_processes.field_types.base import References
from smart_processes.fields import Field
from smart_processes.models import Item
from smart_processes.schema import TypeSchema

STAGE, PIPELINE, IN_STAGE = "stage", "pipeline", "in_stage"
TITLE, NUMBER = "title", "number"
# Fields of users that a list shows before anybody chose columns.
USUAL_OWN_FIELDS = 3
_REACHED_BY = frozenset({"phone", "email"})


@dataclass(frozen=True, slots=True)
class FurtherValue:
    """What stands in a cell that no field fills.

    Attributes:
        text: What is read.
        tone: "bad" or "warn" where it asks for attention; `title` says more.
    """

    text: str
    tone: str = ""
    title: str = ""


@dataclass(frozen=True)
class FurtherColumn:
    """A column that an app above adds to every list; shown to who chooses it.

    Attributes:
        code: A field of the same code stands in its place.
        label: The heading.
        load: Ids of records -> values of those that have one; one query at most.
    """

    code: str
    label: StrOrPromise
    load: Callable[[Sequence[int]], Mapping[int, FurtherValue]]


_FURTHER: list[FurtherColumn] = []


def register_column(column: FurtherColumn) -> None:
    """Make a column known; called once when its app is ready."""
    _FURTHER.append(column)


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        code: The field's code, or one of the constants above.
        label: The heading.
        field: The field; None for stage, pipeline and time in the stage.
        sort: The code that sorts by it, "" where nothing does.
        further: What fills it, where an app above added it.
        sorts_backwards: Its smallest value is the sort's largest: who came into the stage
            last has stood there for the shortest time.
    """

    code: str
    label: StrOrPromise
    field: Field | None = None
    sort: str = ""
    sorts_backwards: bool = False
    further: FurtherColumn | None = None

    @property
    def is_numeric(self) -> bool:
        """Whether it stands on the right, digits below digits."""
        if self.field is None:
            return self.code == IN_STAGE
        return self.field.type.is_numeric and not self.field.is_multiple and self.code != NUMBER

    @property
    def is_editable(self) -> bool:
        """Whether its cells can be changed in place; files have a page of their own."""
        return self.field is not None and self.field.is_editable and self.field.type.kind != "file"


def columns_of(type_schema: TypeSchema) -> dict[str, Column]:
    """Return every column of a type by its code, in the order of the card."""
    columns: dict[str, Column] = {}
    for field in type_schema.fields.values():
        label = type_schema.type.name_one if field.code == TITLE else field.label
        sort = field.code if is_sortable(field) else ""
        columns[field.code] = Column(field.code, label, field, sort)
        if field.code == TITLE and type_schema.type.has_stages:
            columns[STAGE] = Column(STAGE, _("Stage"))
            if len(type_schema.pipelines) > 1:
                columns[PIPELINE] = Column(PIPELINE, _("Pipeline"))
            columns[IN_STAGE] = Column(
                IN_STAGE, _("In stage"), sort="moved_at", sorts_backwards=True
            )
    for further in _FURTHER:
        columns.setdefault(further.code, Column(further.code, further.label, further=further))
    return columns


def usual_columns(type_schema: TypeSchema) -> list[str]:
    """Return the codes of the columns that are shown before anybody chose."""
    known = columns_of(type_schema)
    fields = type_schema.fields
    own = [f.code for f in fields.values() if f.definition_id and f.on_card][:USUAL_OWN_FIELDS]
    reached = [
        f.code for f in fields.values() if f.type.kind in _REACHED_BY and not f.definition_id
    ]
    wanted = [NUMBER, TITLE, STAGE, "amount", "company", *reached, *own, "closes_on", "responsible"]
    wanted.append(IN_STAGE if IN_STAGE in known else "created_at")
    return [code for code in dict.fromkeys(wanted) if code in known]


def chosen_columns(type_schema: TypeSchema, codes: Iterable[str]) -> list[Column]:
    """Return the columns with these codes in this order; the title is always among them.

    Codes that are not known (any more) are passed over; none at all gives the usual ones.
    """
    known = columns_of(type_schema)
    chosen = [code for code in dict.fromkeys(codes) if code in known]
    if not chosen:
        chosen = usual_columns(type_schema)
    if TITLE not in chosen:
        chosen.insert(1 if chosen[0] == NUMBER else 0, TITLE)
    return [known[code] for code in chosen]


def model_for(type_schema: TypeSchema, columns: Iterable[Column], sort: str = "") -> type[Item]:
    """Return the model that has everything the columns and the sort need.

    `Item` where possible: a shipped type's own table costs a join.
    """
    shared = {column.attname for column in Item._meta.concrete_fields}
    fields = [column.field for column in columns if column.field]
    sorted_by = type_schema.fields.get(sort.removeprefix("-"))
    if sorted_by:
        fields.append(sorted_by)
    if all(shared.issuperset(field.storage.columns()) for field in fields):
        return Item
    return type_schema.model


def collect_references(records: Sequence[Item], columns: Iterable[Column]) -> References:
    """Return the ids inside the cells whose names have to be loaded."""
    references = References()
    for column in columns:
        if column.field:
            for record in records:
                column.field.collect(column.field.read(record), references)
    return references


def labels_of(columns: Iterable[Column]) -> Mapping[str, str]:
    """Return the headings by code, made different where two fields are called alike."""
    labels: dict[str, str] = {}
    for column in columns:
        label = str(column.label)
        labels[column.code] = f"{label} ({column.code})" if label in labels.values() else label
    return labels


def further_values(
    ids: Sequence[int], columns: Iterable[Column]
) -> dict[str, Mapping[int, FurtherValue]]:
    """Return what apps above put into their columns: code -> record id -> value.

    One query for each such column, none where none was chosen.
    """
    return {column.code: column.further.load(ids) for column in columns if column.further}
