"""The start page: the reader's boards in bars, own and watched records, what happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from babel.dates import format_date
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts import access
from accounts.access import Access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.models import User
from accounts.requests import actor_of
from crm.web.links import LinkView, link_views
from crm.web.timeline_entries import EntryMaker, EntryView
from smart_processes.field_types.base import Names
from smart_processes.locales import active_locale
from smart_processes.models import Item, Stage, TimelineEntry
from smart_processes.money import Money
from smart_processes.schema import PipelineSchema, Schema, TypeSchema, schema_for
from smart_processes.selectors.home import (
    StageTotals,
    own_records,
    stage_totals,
    watched_records,
)
from smart_processes.selectors.timeline import latest_entries

PAGE = "crm/home/page.html"
MOST_BOARDS = 3
MOST_RECORDS = 8
MOST_NEWS = 12
# Entries read so that enough lines are left when equal ones are put together.
READ_NEWS = 60
LONGEST_TITLE = 60  # characters


@dataclass(frozen=True)
class Bar:
    """A stage of a board: its share of the longest bar in percent, count and sum."""

    stage: Stage
    url: str
    share: int
    record_count: int
    amount: str


@dataclass(frozen=True)
class BoardPanel:
    """One board in bars."""

    title: str
    url: str
    bars: list[Bar]


@dataclass(frozen=True)
class RecentRecord:
    """A record with the moment of its last change."""

    link: LinkView
    updated_at: datetime


@dataclass(frozen=True)
class News:
    """Something that happened; `further` counts equal things that were put together."""

    entry: EntryView
    further: int = 0


@dataclass
class Home:
    """What the page shows."""

    actor: Actor
    schema: Schema
    person: User
    boards: list[BoardPanel] = field(default_factory=list)
    own: list[RecentRecord] = field(default_factory=list)
    watched: list[RecentRecord] = field(default_factory=list)
    news: list[News] = field(default_factory=list)

    @property
    def greeting(self) -> str:
        """The greeting of the hour."""
        name = self.person.first_name or self.person.full_name
        hour = timezone.localtime().hour
        if hour < 5 or hour >= 18:
            return _("Good evening, %(name)s") % {"name": name}
        if hour < 12:
            return _("Good morning, %(name)s") % {"name": name}
        return _("Good afternoon, %(name)s") % {"name": name}

    @property
    def today(self) -> str:
        """The day in words."""
        locale, today = active_locale(), timezone.localdate()
        weekday = format_date(today, "EEEE", locale=locale).capitalize()
        return f"{weekday}, {format_date(today, 'd MMMM', locale=locale)}"

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show at all: a company that just begins."""
        return not (self.own or self.watched or self.news) and not any(
            bar.record_count for board in self.boards for bar in board.bars
        )


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show the start page (twelve queries at most, whatever there is)."""
    actor = actor_of(request)
    schema = schema_for(actor)
    person = request.user
    assert isinstance(person, User)  # behind login_required
    rights = access.of(actor)
    totals = stage_totals(actor)
    page = Home(actor, schema, person)
    page.boards = _boards(schema, rights, totals)
    page.own = _recent(own_records(actor, limit=MOST_RECORDS), schema)
    page.watched = _recent(watched_records(actor, limit=MOST_RECORDS), schema)
    page.news = _news(latest_entries(actor, limit=READ_NEWS), schema, actor)
    context = {
        "home": page,
        "wizard_url": reverse("crm:wizard") if rights.may_configure else "",
        "starts": _starts(schema, rights) if page.is_empty else [],
    }
    return render(request, PAGE, context)


def _boards(schema: Schema, rights: Access, totals: StageTotals) -> list[BoardPanel]:
    """Return the fullest boards in the order of the menu."""
    counted: list[tuple[int, TypeSchema, PipelineSchema]] = []
    for type_schema in schema.types.values():
        if not type_schema.type.has_stages:
            continue
        for pipeline in type_schema.pipelines:
            if not rights.may_somewhere(Action.VIEW, [pipeline]):
                continue
            counted.append((_count(pipeline, totals), type_schema, pipeline))
    fullest = sorted(counted, key=lambda each: -each[0])[:MOST_BOARDS]
    chosen = {id(pipeline) for count, _type, pipeline in fullest if count}
    return [
        _panel(schema, type_schema, pipeline, totals)
        for _count_, type_schema, pipeline in counted
        if id(pipeline) in chosen
    ]


def _count(pipeline: PipelineSchema, totals: StageTotals) -> int:
    return sum(
        totals.of(pipeline.pk, stage.code).record_count
        for stage in pipeline.stages
        if not stage.is_final
    )


def _panel(
    schema: Schema, type_schema: TypeSchema, pipeline: PipelineSchema, totals: StageTotals
) -> BoardPanel:
    stages = [stage for stage in pipeline.stages if not stage.is_final]
    has_amount = type_schema.type.has_amount
    found = {stage.code: totals.of(pipeline.pk, stage.code) for stage in stages}
    weights = {
        code: each.amount_minor if has_amount else each.record_count for code, each in found.items()
    }
    if not any(weights.values()):
        weights = {code: each.record_count for code, each in found.items()}
    longest = max([*weights.values(), 1])
    board = reverse("crm:board", args=[type_schema.code])
    query = f"?pipeline={pipeline.code}" if len(type_schema.pipelines) > 1 else ""
    title = str(type_schema.type.name_many)
    if query:
        title = f"{title}: {pipeline.pipeline.name}"
    base = schema.base_currency
    has_sums = has_amount and any(each.amount_minor for each in found.values())
    bars = [
        Bar(
            stage=stage,
            url=f"{board}{query}",
            share=max(round(100 * weights[stage.code] / longest), 0),
            record_count=found[stage.code].record_count,
            amount=Money(found[stage.code].amount_minor, base).text(cents=False)
            if has_sums
            else "",
        )
        for stage in stages
    ]
    return BoardPanel(title, f"{board}{query}", bars)


def _recent(items: Sequence[Item], schema: Schema) -> list[RecentRecord]:
    links = link_views(items, schema, Names())
    return [RecentRecord(link, item.updated_at) for item, link in zip(items, links, strict=True)]


def _news(entries: Sequence[TimelineEntry], schema: Schema, actor: Actor) -> list[News]:
    """Return what happened; the same thing done to many records in a row is one line."""
    items = {entry.item_id: entry.item for entry in entries}
    types = {pk: schema.of(item) for pk, item in items.items()}
    subjects = {
        pk: format_html(
            '<a href="{}">{}</a>',
            reverse("crm:record", args=[types[pk].code, pk]),
            Truncator(item.title).chars(LONGEST_TITLE),
        )
        for pk, item in items.items()
    }
    maker = EntryMaker(entries, types, actor, subjects=subjects)
    news: list[News] = []
    for _key, same in groupby(entries, key=lambda entry: _sameness(entry, items)):
        run = list(same)
        further = len({entry.item_id for entry in run}) - 1
        news.append(News(maker.view(run[0]), further))
    return news[:MOST_NEWS]


def _sameness(entry: TimelineEntry, items: dict[int, Item]) -> tuple[object, ...]:
    return (
        entry.kind,
        entry.actor_kind,
        entry.actor_id,
        entry.actor_label,
        items[entry.item_id].type_id,
        str(entry.body.get("to", "")),
    )


def _starts(schema: Schema, rights: Access) -> list[tuple[str, str]]:
    """Return what a company that just begins may do first: (words, address)."""
    types: Iterable[TypeSchema] = schema.types.values()
    importable = [t for t in types if rights.may_somewhere(Action.IMPORT, t.pipelines)]
    return [
        (
            _("Import %(records)s") % {"records": each.type.name_many.lower()},
            reverse("crm:import", args=[each.code]),
        )
        for each in importable[:4]
    ]
