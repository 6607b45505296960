"""The client of a record: its company and contacts, and how to reach them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actor import Actor
from smart_processes.choices import StageSemantics
from smart_processes.field_types.base import Names
from smart_processes.models import Item
from smart_processes.money import Money
from smart_processes.schema import Schema, TypeSchema, schema_for
from smart_processes.selectors.lists import Totals
from smart_processes.selectors.records import concrete, visible_items
from smart_processes.selectors.related import client_totals, further_contacts


@dataclass(frozen=True)
class Reach:
    """One way to reach somebody: `url` opens the device's own phone or mail."""

    url: str
    text: str


@dataclass(frozen=True)
class Client:
    """A company or a contact in the card.

    Attributes:
        about: A contact's job title, a company's business in words.
        is_main: It is the record's own company or contact, not a further one.
    """

    id: int
    title: str
    url: str
    about: str
    phone: Reach | None
    email: Reach | None
    is_main: bool = True


@dataclass(frozen=True)
class ClientCard:
    """What the card shows; a client that the reader may not see is only said to be there."""

    company: Client | None
    contacts: list[Client]
    hidden_text: str
    has_company_field: bool
    has_contact_field: bool
    main_contact_id: int | None

    @property
    def is_empty(self) -> bool:
        """Whether no client is named at all."""
        return not (self.company or self.contacts or self.hidden_text)


def client_card(actor: Actor, type_schema: TypeSchema, record: Item) -> ClientCard:
    """Return the client's card (five queries at most)."""
    schema = schema_for(actor)
    ids = {pk for pk in (record.company_id, record.contact_id) if pk}
    found = {item.pk: item for item in visible_items(actor).filter(pk__in=ids)} if ids else {}
    further = further_contacts(actor, record)
    full = _with_own_columns(schema, [*found.values(), *further])
    company = full.get(record.company_id or 0)
    contact = full.get(record.contact_id or 0)
    people = ([contact] if contact else []) + [
        full[item.pk] for item in further if contact is None or item.pk != contact.pk
    ]
    return ClientCard(
        company=_client(schema, company, _business(actor, schema, company)) if company else None,
        contacts=[
            _client(schema, each, str(getattr(each, "job_title", "")), is_main=each is contact)
            for each in people
        ],
        hidden_text=_("The client is one that your roles do not show.") if ids - set(found) else "",
        has_company_field="company" in type_schema.fields and "company" in schema.types,
        has_contact_field="contact" in {*type_schema.fields} & {*schema.types} - {type_schema.code},
        main_contact_id=record.contact_id,
    )


def reach(type_schema: TypeSchema, record: Item, kind: str) -> Reach | None:
    """Return the first phone or e-mail of a record, with its link."""
    for field in type_schema.fields.values():
        if field.type.kind == kind and (values := field.each(field.read(record))):
            text = field.type.text(values[0], field, Names())
            return Reach(_scheme(kind, values[0]), text)
    return None


def _scheme(kind: str, value: Any) -> str:
    if kind == "phone":
        return f"tel:{quote(str(value), safe='+;=')}"
    return f"mailto:{quote(str(value), safe='@')}"


def _with_own_columns(schema: Schema, items: Iterable[Item]) -> dict[int, Item]:
    """Return the records as their types' models (one query for each of the two types)."""
    by_type: dict[int, list[Item]] = {}
    for item in items:
        by_type.setdefault(item.type_id, []).append(item)
    full: dict[int, Item] = {}
    for type_id, same in by_type.items():
        type_schema = schema.types_by_id[type_id]
        if type_schema.model is Item:
            full |= {item.pk: concrete(item, type_schema) for item in same}
        else:
            full |= type_schema.model._base_manager.in_bulk([item.pk for item in same])
    return full


def _client(schema: Schema, record: Item, about: str, *, is_main: bool = True) -> Client:
    type_schema = schema.of(record)
    return Client(
        id=record.pk,
        title=record.title,
        url=reverse("crm:record", args=[type_schema.code, record.pk]),
        about=about,
        phone=reach(type_schema, record, "phone"),
        email=reach(type_schema, record, "email"),
        is_main=is_main,
    )


def _business(actor: Actor, schema: Schema, company: Item | None) -> str:
    """Return what a company is to us: "2 open · 4 won, €186,300", or its industry."""
    if company is None:
        return ""
    totals = client_totals(actor, company)
    going, won = totals[StageSemantics.IN_PROGRESS], totals[StageSemantics.SUCCESS]
    parts = []
    if going.record_count:
        parts.append(
            ngettext("%(count)d open", "%(count)d open", going.record_count)
            % {"count": going.record_count}
        )
    if won.record_count:
        parts.append(_won(schema, won))
    return " · ".join(parts) or str(getattr(company, "industry", ""))


def _won(schema: Schema, won: Totals) -> str:
    counted = ngettext("%(count)d won", "%(count)d won", won.record_count) % {
        "count": won.record_count
    }
    if not won.amount_minor:
        return counted
    amount = Money(won.amount_minor, schema.base_currency).text(cents=False)
    return f"{counted}, {amount}"
