"""The board as its template draws it: lanes, drop zones, what may be moved where."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from babel.numbers import format_compact_currency, format_decimal, get_currency_precision
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Action, Scope
from crm.web.cards import CardView, card_views
from crm.web.type_page import TypePage
from smart_processes.choices import Hue, StageSemantics
from smart_processes.locales import active_locale
from smart_processes.models import Item
from smart_processes.money import Money
from smart_processes.schema import PipelineSchema
from smart_processes.selectors.board import (
    BoardColumn,
    column_page,
    counted_columns,
    load_cards,
)
from smart_processes.selectors.lists import Totals
from smart_processes.selectors.moves import BarredMoves, barred_moves


@dataclass
class LaneView:
    """One lane as it is drawn.

    Attributes:
        label: What a screen reader calls it: "Qualified, 9 deals".
        is_final: Success or failure: slim until somebody unfolds it.
        record_count, amount_minor: Of the whole filter, not of the loaded cards.
        add_url: Where the form for a quick new record comes from.
        further_url: Where further cards come from.
        may_add: Whether the reader may make records in it.
    """

    code: str
    name: str
    hue: str
    label: str
    is_final: bool
    record_count: int
    count_text: str
    amount_minor: int
    amount_text: str
    short_amount: str
    may_add: bool
    add_url: str
    further_url: str
    cards: list[CardView] = field(default_factory=list)

    @property
    def more_count(self) -> int:
        """How many cards are not loaded."""
        return max(self.record_count - len(self.cards), 0)


@dataclass(frozen=True)
class DropZone:
    """A place of the strip that rises while a card is dragged."""

    title: str
    icon: str
    hue: str
    stage: str = ""
    does: str = ""  # "pipeline" or "delete", where it is no stage


@dataclass
class Board:
    """What the page shows; templates know it as `board`."""

    page: TypePage
    lanes: list[LaneView]

    @property
    def pipeline(self) -> PipelineSchema:
        """The pipeline shown; a board always has one."""
        assert self.page.pipeline is not None
        return self.page.pipeline

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show at all."""
        return not any(lane.record_count for lane in self.lanes)

    @cached_property
    def barred(self) -> BarredMoves:
        """Source stage -> target stage -> reason, for the browser."""
        return barred_moves(self.page.actor, self.pipeline)

    @property
    def query(self) -> str:
        """The address's parameters: every request of the page repeats them."""
        return lane_query(self.page)

    @property
    def settings(self) -> dict[str, Any]:
        """What the browser needs to know to add cards up and to reach the server."""
        code = self.page.type_schema.code
        currency = self.page.schema.base_currency
        return {
            "barred": self.barred,
            "query": self.query,
            "currency": currency if self.page.type_schema.type.has_amount else "",
            "places": get_currency_precision(currency),
            "move": reverse("crm:move", args=[code, 0]),
            "delete": reverse("crm:delete", args=[code, 0]),
            "cards": reverse("crm:board_cards", args=[code]),
            "live": reverse("crm:live", args=[code]),
            # Whole seconds: the stream tells a little more than was missed.
            "loaded": int(time.time()),
        }

    @property
    def zones(self) -> list[DropZone]:
        """The drop strip: success, failures, another pipeline, the recycle bin."""
        zones = [_zone(lane, self.pipeline) for lane in self.lanes if lane.is_final]
        if self.other_pipelines:
            zones.append(
                DropZone(_("Another pipeline"), "arrow-right-circle", Hue.INDIGO, does="pipeline")
            )
        if self.may_delete:
            zones.append(DropZone(_("Delete, 30 days to restore"), "trash", Hue.RED, does="delete"))
        return zones

    @property
    def may_delete(self) -> bool:
        """Whether the strip offers the recycle bin: what is deleted for good is asked first."""
        return self.page.may_delete and self.page.type_schema.type.has_recycle_bin

    @property
    def other_pipelines(self) -> list[PipelineSchema]:
        """Where else a record of this type may go."""
        rights = self.page.rights
        return [
            each
            for each in self.page.pipelines
            if each is not self.pipeline
            and rights.scope(Action.ADD, each) > Scope.NONE
            and rights.scope(Action.MOVE, each, each.first_stage) > Scope.NONE
        ]


def load_board(page: TypePage) -> Board:
    """Return the whole board; final stages without cards, since they are folded.

    One query for counts, one for cards and three at most for names.
    """
    columns = counted(page)
    load_cards(
        [column for column in columns if not column.stage.is_final], records=page.records(Item)
    )
    cards = cards_of(page, [card for column in columns for card in column.cards])
    lanes = [lane_view(page, column) for column in columns]
    for lane in lanes:
        lane.cards = [card for card in cards if card.stage == lane.code]
    return Board(page, lanes)


def lane_query(page: TypePage, lane: str = "") -> str:
    """Return the parameters that requests of the board send: its own, and perhaps a lane."""
    query = page.query.copy()
    if page.pipeline is not None:
        query["pipeline"] = page.pipeline.code
    if lane:
        query["lane"] = lane
    return query.urlencode()


def lane_url(name: str, page: TypePage, lane: str) -> str:
    """Return an address that concerns one lane."""
    path = reverse(name, args=[page.type_schema.code])
    return f"{path}?{lane_query(page, lane)}"


def load_heads(page: TypePage) -> list[LaneView]:
    """Return lanes without cards (one query), and set the page's totals from them."""
    return [lane_view(page, column) for column in counted(page)]


def load_further_cards(page: TypePage, stage_code: str, after_id: int | None) -> list[CardView]:
    """Return the next cards of one lane, or its first ones."""
    assert page.pipeline is not None
    if after_id is None:
        stage = page.pipeline.stage(stage_code)
        if stage is None:
            return []
        column = BoardColumn(stage, record_count=1)  # it is not known yet whether it has any
        load_cards([column], records=page.records(Item))
        return cards_of(page, column.cards)
    following = column_page(records=page.records(Item), stage_code=stage_code, after_id=after_id)
    return cards_of(page, following)


def counted(page: TypePage) -> list[BoardColumn]:
    """Return the columns with counts and sums, and set the page's totals from them."""
    assert page.pipeline is not None
    columns = counted_columns(
        actor=page.actor,
        type_schema=page.type_schema,
        pipeline=page.pipeline,
        records=page.filtered_records,
    )
    page.totals = Totals(
        sum(column.record_count for column in columns),
        sum(column.amount_minor for column in columns),
    )
    return columns


def cards_of(page: TypePage, items: Sequence[Item]) -> list[CardView]:
    """Return the records as cards of this page's board."""
    assert page.pipeline is not None
    return card_views(items, actor=page.actor, type_schema=page.type_schema, pipeline=page.pipeline)


def lane_view(page: TypePage, column: BoardColumn) -> LaneView:
    """Return a column as a lane without cards."""
    assert page.pipeline is not None
    stage, has_amount = column.stage, page.type_schema.type.has_amount
    count = format_decimal(column.record_count, locale=active_locale())
    return LaneView(
        code=stage.code,
        name=stage.name,
        hue=stage.hue,
        label=f"{stage.name}, {page.counted(column.record_count)}",
        is_final=stage.is_final,
        record_count=column.record_count,
        count_text=count,
        amount_minor=column.amount_minor if has_amount else 0,
        amount_text=page.money_text(column.amount_minor) if has_amount else "",
        short_amount=_short_money(page, column.amount_minor) if has_amount else "",
        may_add=_may_add(page, page.pipeline, column),
        add_url=lane_url("crm:board_add", page, stage.code),
        further_url=lane_url("crm:board_column", page, stage.code),
    )


def _may_add(page: TypePage, pipeline: PipelineSchema, column: BoardColumn) -> bool:
    rights, stage = page.rights, column.stage
    if stage.is_final or rights.scope(Action.ADD, pipeline, stage) == Scope.NONE:
        return False
    is_first = stage == pipeline.first_stage
    return is_first or rights.scope(Action.MOVE, pipeline, stage) > Scope.NONE


def _short_money(page: TypePage, amount_minor: int) -> str:
    major = Money(amount_minor, page.schema.base_currency).major
    return format_compact_currency(
        major, page.schema.base_currency, locale=active_locale(), fraction_digits=0
    )


def _zone(lane: LaneView, pipeline: PipelineSchema) -> DropZone:
    stage = pipeline.stage(lane.code)
    assert stage is not None
    if stage.semantics == StageSemantics.SUCCESS:
        return DropZone(lane.name, "trophy", lane.hue, stage=lane.code)
    # An ellipsis says that something is asked, for example the reason of the loss.
    asks = "…" if stage.required_from_here else ""
    return DropZone(f"{lane.name}{asks}", "hand-thumb-down", lane.hue, stage=lane.code)
