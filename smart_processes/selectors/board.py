"""What a board shows: columns with exact counts and sums, and the first cards of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action, Scope
from smart_processes.models import Item, Stage, StageCounter
from smart_processes.per_column import per_column
from smart_processes.schema import PipelineSchema, TypeSchema
from smart_processes.selectors.records import visible_records

CARDS_PER_COLUMN = 20
# What a card shows. The search text alone would be most of what is read.
CARD_COLUMNS = (
    *("type_id", "pipeline_id", "stage", "position", "number", "title", "responsible_id"),
    *("opened", "amount_minor", "currency", "amount_base_minor", "company_id", "contact_id"),
    *("moved_at", "moved_by_id", "version", "values"),
)


@dataclass
class BoardColumn:
    """One stage with what the reader may see of it.

    Attributes:
        stage: The stage.
        record_count: How many records the reader may see there.
        amount_minor: Their sum in minor units of the base currency.
        cards: The first of them, or the page asked for.
    """

    stage: Stage
    record_count: int = 0
    amount_minor: int = 0
    cards: list[Item] = field(default_factory=list)

    @property
    def has_more(self) -> bool:
        """Whether there are cards that were not loaded."""
        return len(self.cards) < self.record_count


def board_columns(
    *,
    actor: Actor,
    type_schema: TypeSchema,
    pipeline: PipelineSchema,
    records: QuerySet[Item] | None = None,
    only: Sequence[str] | None = None,
    size: int = CARDS_PER_COLUMN,
) -> list[BoardColumn]:
    """Return the columns of a board in order (three queries; two with a filter).

    Args:
        actor: Whose board it is.
        type_schema: The type.
        pipeline: The pipeline.
        records: A filtered `visible_records(..., model=Item)`; counts and sums then follow
            the filter. None: everything, counted by the counter table.
        only: Codes of the stages wanted; default all that the reader may see.
        size: Cards per column.
    """
    columns = counted_columns(
        actor=actor, type_schema=type_schema, pipeline=pipeline, records=records, only=only
    )
    shown = records
    if shown is None:
        shown = visible_records(actor, type_schema, pipeline=pipeline, model=Item)
    load_cards(columns, records=shown, size=size)
    return columns


def counted_columns(
    *,
    actor: Actor,
    type_schema: TypeSchema,
    pipeline: PipelineSchema,
    records: QuerySet[Item] | None = None,
    only: Collection[str] | None = None,
) -> list[BoardColumn]:
    """Return the columns with counts and sums, without cards (one query; two for observers).

    Arguments as in `board_columns`.
    """
    columns = {
        stage.code: BoardColumn(stage)
        for stage in visible_stages(actor, pipeline)
        if only is None or stage.code in only
    }
    if not columns:
        return []
    if records is None:
        _count_all(actor, type_schema, pipeline, columns)
    else:
        _add(records, columns)
    return list(columns.values())


def load_cards(
    columns: Iterable[BoardColumn], *, records: QuerySet[Item], size: int = CARDS_PER_COLUMN
) -> None:
    """Put the first cards into each column that has any (one statement).

    Args:
        columns: Counted columns; one without records is passed over.
        records: What the reader may see, filtered as the columns were.
        size: Cards per column.
    """
    filled = {column.stage.code: column for column in columns if column.record_count}
    if not filled:
        return
    first = records.only(*CARD_COLUMNS).order_by("position", "pk")[:size]
    for card in per_column(first, "stage", list(filled)):
        filled[card.stage].cards.append(card)


def placed_cards(*, records: QuerySet[Item], ids: Collection[int]) -> list[Item]:
    """Return cards with the place they have: `above_id`, None on top (one query).

    Args:
        records: What the reader may see, filtered as the board is; others are left out.
        ids: The cards wanted.
    """
    above = (
        records.filter(stage=OuterRef("stage"), position__lte=OuterRef("position"))
        .filter(Q(position__lt=OuterRef("position")) | Q(pk__lt=OuterRef("pk")))
        .order_by("-position", "-pk")
        .values("pk")[:1]
    )
    wanted = records.filter(pk__in=ids).only(*CARD_COLUMNS)
    return list(wanted.annotate(above_id=Subquery(above)).order_by("position", "pk"))


def column_page(
    *,
    records: QuerySet[Item],
    stage_code: str,
    after_id: int,
    size: int = CARDS_PER_COLUMN,
) -> list[Item]:
    """Return the cards that follow one card of a column (two queries at any depth).

    When that card has left the column, the place it had is still known and used.

    Args:
        records: What the reader may see in the pipeline, filtered as the board is.
        stage_code: The column.
        after_id: The last card that is shown.
        size: Cards wanted.
    """
    place = Item._base_manager.filter(pk=after_id).values_list("position", flat=True).first()
    if place is None:
        return []
    # The leading range keeps the index walk from starting at the top of the column.
    following = records.filter(stage=stage_code, position__gte=place).filter(
        Q(position__gt=place) | Q(pk__gt=after_id)
    )
    return list(following.only(*CARD_COLUMNS).order_by("position", "pk")[:size])


def visible_stages(actor: Actor, pipeline: PipelineSchema) -> list[Stage]:
    """Return the stages in use in which the reader may see anything (no query)."""
    rights = access.of(actor)
    watches = rights.observed() is not None
    return [
        stage
        for stage in pipeline.stages
        if watches or rights.scope(Action.VIEW, pipeline, stage) > Scope.NONE
    ]


def _count_all(
    actor: Actor,
    type_schema: TypeSchema,
    pipeline: PipelineSchema,
    columns: dict[str, BoardColumn],
) -> None:
    rights = access.of(actor)
    reached = rights.predicate(Action.VIEW, [pipeline])
    rows = (
        StageCounter.objects.filter(reached, pipeline_id=pipeline.pk, stage__in=list(columns))
        .values("stage")
        .annotate(records=Sum("record_count"), amount=Sum("amount_minor"))
        .values_list("stage", "records", "amount")
    )
    for stage, record_count, amount in rows:
        columns[stage].record_count = record_count
        columns[stage].amount_minor = amount
    watched = rights.observed()
    if watched is None or rights.is_unlimited:
        return
    # Counters do not know observers: what is seen only by watching is counted beside them.
    extra = Item._base_manager.filter(
        watched, ~reached, type_id=type_schema.type.pk, pipeline_id=pipeline.pk, deleted_at=None
    )
    _add(extra, columns)


def _add(records: QuerySet[Item], columns: dict[str, BoardColumn]) -> None:
    rows = (
        records.filter(stage__in=list(columns))
        .order_by()
        .values("stage")
        .annotate(records=Count("pk"), amount=Sum("amount_base_minor"))
        .values_list("stage", "records", "amount")
    )
    for stage, record_count, amount in rows:
        columns[stage].record_count += record_count
        columns[stage].amount_minor += amount or 0
