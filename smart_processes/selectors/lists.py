"""Lists: a page of records with the names in their cells, and the totals of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from smart_processes.columns import Column, collect_references
from smart_processes.field_types.base import Names
from smart_processes.keyset import OrderTerm, keyset_page
from smart_processes.models import Item, StageCounter
from smart_processes.schema import PipelineSchema, TypeSchema
from smart_processes.selectors.names import load_names

ROWS_PER_PAGE = 50


@dataclass(frozen=True)
class Totals:
    """A number of records and their sum in minor units of the base currency."""

    record_count: int = 0
    amount_minor: int = 0

    def __add__(self, other: Totals) -> Totals:
        """Return both together."""
        return Totals(
            self.record_count + other.record_count, self.amount_minor + other.amount_minor
        )


def totals_of(records: QuerySet[Item]) -> Totals:
    """Return the totals of a filtered queryset (one query)."""
    row = records.order_by().aggregate(records=Count("pk"), amount=Sum("amount_base_minor"))
    return Totals(row["records"], row["amount"] or 0)


def totals_of_all(
    *, actor: Actor, type_schema: TypeSchema, pipelines: Sequence[PipelineSchema]
) -> Totals:
    """Return the totals of everything the reader sees, from the counters.

    One query, two for who watches records: counters do not know observers.
    """
    rights = access.of(actor)
    reached = rights.predicate(Action.VIEW, pipelines)
    ids = [pipeline.pk for pipeline in pipelines]
    row = StageCounter.objects.filter(reached, pipeline_id__in=ids).aggregate(
        records=Sum("record_count"), amount=Sum("amount_minor")
    )
    counted = Totals(row["records"] or 0, row["amount"] or 0)
    watched = rights.observed()
    if watched is None or rights.is_unlimited:
        return counted
    only_watched = Item._base_manager.filter(
        watched, ~reached, type_id=type_schema.type.pk, pipeline_id__in=ids, deleted_at=None
    )
    return counted + totals_of(only_watched)


@dataclass(frozen=True)
class ListPage:
    """One page of a list.

    Attributes:
        records: In order; `search` is not loaded.
        names: What the ids in their cells are called.
        next_cursor: Where the next page begins; None at the end.
    """

    records: list[Item]
    names: Names
    next_cursor: str | None


def list_page(
    *,
    actor: Actor,
    records: QuerySet[Item],
    columns: Sequence[Column],
    order: Sequence[OrderTerm],
    after: str | None = None,
    size: int = ROWS_PER_PAGE,
) -> ListPage:
    """Return a page of records with the names that its cells need.

    One query for the records, two where those with a value end; three at most for names;
    none of them depends on how many records there are.

    Args:
        actor: Who looks.
        records: Filtered, of the model that `columns.model_for` names.
        columns: What will be shown.
        order: Total, as `RecordFilterSet.order` gives it.
        after: The cursor of the page before.
        size: Rows at most.

    Raises:
        CursorRefused: the cursor is damaged or of another order.
    """
    page = keyset_page(records.defer("search"), order, after=after, size=size)
    names = load_names(collect_references(page.rows, columns), actor=actor)
    return ListPage(page.rows, names, page.next_cursor)
