"""Cards of a board, ready to be drawn: every name, amount and age worked out before.

The template loops over a hundred and sixty of them, so it only writes what stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_datetime
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.presentation import hue_of, initials
from automation.selectors.run_lists import failed_items
from automation.selectors.todos import next_steps
from crm.durations import age_text
from crm.web.due import NO_DUE, Due, due
from smart_processes.field_types.base import Names, References
from smart_processes.fields import Field
from smart_processes.locales import active_locale
from smart_processes.models import Item
from smart_processes.money import Money
from smart_processes.schema import PipelineSchema, TypeSchema
from smart_processes.selectors.names import load_names

# From then on the time in the stage is drawn as a warning.
LONG_STAY = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Tag:
    """One value of a field that stands on cards; `title` says of which field."""

    text: str
    hue: str
    title: str


@dataclass(frozen=True, slots=True)
class CardView:
    """A card as it is drawn.

    Attributes:
        amount_minor: In the base currency, so that the browser can add cards up.
        label: What a screen reader says for the card.
        tag: The first value of the fields on cards.
        further_tags: How many values follow it; `further` names them.
        age: How long it has stood in its stage: "2 h".
        since: The exact moment of that.
        is_movable: Whether the reader may change it, and so drag it.
        above_id: The card right above it, None on top; known for single cards only.
        step: What is to be done next, "" for nothing planned.
        step_due: Until when, in words, with its tone and exact moment.
        has_failed: A robot or workflow failed on it.
        moved_by: Who moved it last; empty where no person did or it was not asked for.
    """

    id: int
    url: str
    stage: str
    version: int
    title: str
    number: str
    amount: str
    amount_minor: int
    client: str
    label: str
    tag: Tag | None
    further_tags: int
    further: str
    age: str
    since: str
    is_long: bool
    responsible: str
    initials: str
    hue: str
    is_movable: bool
    above_id: int | None
    moved_by: str
    step: str
    step_due: Due
    has_failed: bool


def card_views(
    items: Sequence[Item], *, actor: Actor, type_schema: TypeSchema, pipeline: PipelineSchema
) -> list[CardView]:
    """Return the cards of these records in the same order.

    Four queries at most: the next steps, failed runs, names of people and of clients.
    """
    drawing = _Drawing(items, actor, type_schema, pipeline)
    return [drawing.card(item) for item in items]


class _Drawing:
    """What all cards of one answer share."""

    def __init__(
        self,
        items: Sequence[Item],
        actor: Actor,
        type_schema: TypeSchema,
        pipeline: PipelineSchema,
    ) -> None:
        self.rights = access.of(actor)
        self.type = type_schema.type
        self.fields = [field for field in type_schema.fields.values() if field.on_card]
        self.pipeline = pipeline
        self.final = {stage.code for stage in pipeline.all_stages if stage.is_final}
        self.address = reverse("crm:record", args=[type_schema.code, 0])
        self.now = timezone.now()
        self.locale = active_locale()
        self.steps = next_steps(item.pk for item in items)
        self.failed = failed_items(item.pk for item in items)
        self.names = self._names(items, actor)
        # A board shows few people and the same minute many times.
        self.people: dict[int, tuple[str, str, str]] = {}

    def card(self, item: Item) -> CardView:
        """Return one card; no query."""
        amount = client = ""
        if self.type.has_amount and item.amount_minor is not None:
            amount = Money(item.amount_minor, item.currency).text(cents=False)
        if self.type.has_client:
            client = self._record(item.company_id) or self._record(item.contact_id)
        tags = list(self._tags(item))
        stay = self.now - item.moved_at
        responsible, letters, hue = self._person(item.responsible_id)
        step = self.steps.get(item.pk)
        step_due = due(step.deadline_at, self.now) if step else NO_DUE
        return CardView(
            id=item.pk,
            url=self.address.replace("/0/", f"/{item.pk}/"),
            stage=item.stage,
            version=item.version,
            title=item.title,
            number=self.type.format_number(item.number),
            amount=amount,
            amount_minor=item.amount_base_minor if self.type.has_amount else 0,
            client=client,
            label=", ".join(
                part
                for part in (item.title, amount, client, step_due.text if step_due.is_late else "")
                if part
            ),
            tag=tags[0] if tags else None,
            further_tags=max(len(tags) - 1, 0),
            further=", ".join(tag.text for tag in tags[1:]),
            age=age_text(stay),
            since=self._moment(item.moved_at),
            is_long=stay > LONG_STAY and item.stage not in self.final,
            responsible=responsible,
            initials=letters,
            hue=hue,
            is_movable=self.rights.may(Action.CHANGE, item, self.pipeline),
            above_id=getattr(item, "above_id", None),
            moved_by=self.names.users.get(item.moved_by_id or 0, ""),
            step=step.title if step else "",
            step_due=step_due,
            has_failed=item.pk in self.failed,
        )

    def _names(self, items: Iterable[Item], actor: Actor) -> Names:
        references = References()
        for item in items:
            references.users |= {
                user for user in (item.responsible_id, item.moved_by_id) if user is not None
            }
            if self.type.has_client:
                references.records |= {
                    client for client in (item.company_id, item.contact_id) if client is not None
                }
            for field in self.fields:
                field.collect(field.read(item), references)
        return load_names(references, actor=actor)

    def _tags(self, item: Item) -> Iterable[Tag]:
        for field in self.fields:
            for value in field.each(field.read(item)):
                text = field.type.text(value, field, self.names)
                yield Tag(text, _hue(field, value), str(field.label))

    def _record(self, record_id: int | None) -> str:
        return self.names.records.get(record_id or 0, "")

    def _person(self, user_id: int | None) -> tuple[str, str, str]:
        if user_id is None:
            return "", "", ""
        if user_id not in self.people:
            name = self.names.users.get(user_id, "")
            self.people[user_id] = (name, initials(name), hue_of(name))
        return self.people[user_id]

    def _moment(self, at: datetime) -> str:
        shown = format_datetime(timezone.localtime(at), "medium", locale=self.locale)
        return _("In this stage since %(moment)s") % {"moment": shown}


def _hue(field: Field, value: object) -> str:
    option = field.option(value) if isinstance(value, int) else None
    return option.hue if option else ""
