"""Records that belong together: links that people drew, link fields, clients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Count, Q, QuerySet, Sum

from accounts.actor import Actor
from smart_processes.choices import StageSemantics
from smart_processes.models import Item, RecordLink
from smart_processes.models.links import DRAWN, FURTHER_CONTACT
from smart_processes.schema import schema_for
from smart_processes.selectors.lists import Totals
from smart_processes.selectors.records import visible_items

# Records shown of one relation; a company may have thousands of deals.
MOST_SHOWN = 50
MOST_LINKS = 500


class Relation(StrEnum):
    """How another record belongs to the one that is shown."""

    PARENT = "parent"  # the one it was made for
    CHILD = "child"  # made for it
    FIELD = "field"  # a link field of the other one names it
    CLIENT = "client"  # it is the company or the contact of the other one


@dataclass(frozen=True)
class Related:
    """One record that belongs to the one shown; `is_drawn`: people may take the link away."""

    item: Item
    relation: Relation
    is_drawn: bool


@dataclass(frozen=True)
class RelatedRecords:
    """What belongs to a record, as far as the reader may see it.

    Attributes:
        records: At most `MOST_SHOWN` of each relation, latest changed first.
        client_totals: Count and sum of everything the record is the client of.
    """

    records: list[Related]
    client_totals: Totals

    @property
    def record_count(self) -> int:
        """How many there are, those of the client not shown included."""
        own = sum(1 for each in self.records if each.relation != Relation.CLIENT)
        return own + self.client_totals.record_count


def related_records(actor: Actor, record: Item) -> RelatedRecords:
    """Return what belongs to a record (four queries at most)."""
    drawn = _linked(actor, record)
    clients = _of_client(actor, record)
    totals = Totals()
    shown: list[Item] = []
    if clients is not None:
        row = clients.aggregate(records=Count("pk"), amount=Sum("amount_base_minor"))
        totals = Totals(row["records"], row["amount"] or 0)
        if totals.record_count:
            shown = list(
                clients.defer("search", "values").order_by("-updated_at", "-pk")[:MOST_SHOWN]
            )
    return RelatedRecords(
        [*drawn, *(Related(item, Relation.CLIENT, is_drawn=False) for item in shown)], totals
    )


def count_related(actor: Actor, record: Item) -> int:
    """Return how many records belong to a record (three queries at most)."""
    count = len(_linked(actor, record))
    clients = _of_client(actor, record)
    return count + (clients.count() if clients is not None else 0)


def further_contacts(actor: Actor, record: Item) -> list[Item]:
    """Return the contacts beside the main one that the reader may view (one query)."""
    ids = RecordLink.objects.filter(child=record, kind=FURTHER_CONTACT).values("parent_id")
    return list(visible_items(actor).filter(pk__in=ids).order_by("title", "pk")[:MOST_SHOWN])


def client_totals(actor: Actor, client: Item) -> Mapping[str, Totals]:
    """Return count and sum of a client's records by what their stages mean (one query).

    Only records of types with stages count, and only those the reader may see.
    """
    schema = schema_for(actor)
    boards = [each.code for each in schema.types.values() if each.type.has_stages]
    rows = (
        visible_items(actor, boards)
        .filter(Q(company_id=client.pk) | Q(contact_id=client.pk))
        .order_by()
        .values_list("pipeline_id", "stage")
        .annotate(records=Count("pk"), amount=Sum("amount_base_minor"))
    )
    totals: dict[str, Totals] = {each.value: Totals() for each in StageSemantics}
    for pipeline_id, code, records, amount in rows:
        stage = schema.pipelines[pipeline_id].stage(code)
        if stage is not None:
            totals[stage.semantics] += Totals(records, amount or 0)
    return totals


def _linked(actor: Actor, record: Item) -> list[Related]:
    """Return what links lead to, each record once (two queries)."""
    links = RecordLink.objects.filter(Q(parent=record) | Q(child=record))[:MOST_LINKS]
    relations: dict[int, tuple[Relation, bool]] = {}
    for link in links:
        relation = _relation(link, record)
        other = link.parent_id if link.child_id == record.pk else link.child_id
        is_drawn = link.kind == DRAWN
        if relation and (is_drawn or other not in relations):
            relations[other] = (relation, is_drawn)
    found = _items(actor, relations)
    return [Related(item, *relations[item.pk]) for item in found]


def _relation(link: RecordLink, record: Item) -> Relation | None:
    """Return how the other end belongs to the record; None where its own card tells it."""
    is_child = link.child_id == record.pk
    if link.kind == DRAWN:
        return Relation.PARENT if is_child else Relation.CHILD
    if is_child:
        return None
    return Relation.CLIENT if link.kind == FURTHER_CONTACT else Relation.FIELD


def _items(actor: Actor, ids: Iterable[int]) -> list[Item]:
    wanted = list(ids)
    if not wanted:
        return []
    visible = visible_items(actor).filter(pk__in=wanted).defer("search", "values")
    return list(visible.order_by("-updated_at", "-pk"))


def _of_client(actor: Actor, record: Item) -> QuerySet[Item] | None:
    """Return the records that name this one as their client; None where no type can."""
    schema = schema_for(actor)
    if not any(
        field.type.kind == "link" and field.config.get("target") == schema.of(record).code
        for each in schema.types.values()
        for code, field in each.fields.items()
        if code in {"company", "contact"}
    ):
        return None
    return visible_items(actor).filter(Q(company_id=record.pk) | Q(contact_id=record.pk))
