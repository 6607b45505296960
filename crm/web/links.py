"""What belongs to a record: linked records, a client's records, further contacts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import access
from accounts.choices import Action
from accounts.requests import actor_of
from crm.web.client_card import client_card
from crm.web.errors import status_of, toast
from crm.web.forms import VALUE_PREFIX
from crm.web.record_page import RecordPage, open_record_page
from crm.web.record_place import TAB
from smart_processes.actions.links import link_records, unlink_records
from smart_processes.actions.records import update_record
from smart_processes.exceptions import RecordMissing, ValuesRefused
from smart_processes.field_types.base import Names, References, ValueRefused
from smart_processes.models import Item, Stage
from smart_processes.models.links import FURTHER_CONTACT
from smart_processes.money import Money
from smart_processes.schema import Schema, TypeSchema, schema_for
from smart_processes.selectors.lookups import lookups_for
from smart_processes.selectors.names import load_names
from smart_processes.selectors.records import get_record
from smart_processes.selectors.related import Relation, related_records
from smart_processes.selectors.search import find_records

PANEL = "crm/links/panel.html"
CONTACT = "crm/record/_contact_editor.html"
CLIENT = "crm/record/_client.html"
OFFERED = 10


@dataclass(frozen=True)
class LinkView:
    """A record that belongs to the one shown, as it is drawn.

    Attributes:
        unlink_url: Takes the link away; empty where people did not draw it.
    """

    id: int
    url: str
    title: str
    number: str
    icon: str
    hue: str
    stage: Stage | None
    amount: str
    responsible: str
    unlink_url: str = ""


@dataclass(frozen=True)
class LinkGroup:
    """Records that belong to the one shown in the same way."""

    title: str
    links: list[LinkView]
    summary: str = ""


@login_required
@require_GET
def links(request: HttpRequest, type_code: str, record_id: int) -> HttpResponseBase:
    """Answer what belongs to the record (six queries beside its own)."""
    page = open_record_page(request, type_code, record_id)
    if not request.headers.get("HX-Request"):
        return redirect(f"{page.url()}?{TAB}=links")
    return _panel(request, page)


@login_required
@require_GET
def candidates(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Answer records to link with: `?q=` words, `?of=` code of a type."""
    page = open_record_page(request, type_code, record_id)
    text, of = request.GET.get("q", ""), request.GET.get("of", "")
    wanted = of if of in page.schema.types else None
    found = find_records(page.actor, text, type_code=wanted, limit=OFFERED)
    others = [item for item in found if item.pk != page.record.pk]
    views = link_views(others, page.schema, _responsible_names(others, page))
    return render(request, f"{PANEL}#candidates", {"page": page, "candidates": views, "q": text})


@login_required
@require_POST
def link(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Link the record with another one: `other` is its id."""
    page = open_record_page(request, type_code, record_id)
    other = _other(request, page)
    made = link_records(page.record, other, actor=page.actor)
    answer = _panel(request, page)
    if made:
        answer["HX-Trigger"] = toast(
            _("Linked with “%(title)s”") % {"title": other.title}, kind="success"
        )
    else:
        answer["HX-Trigger"] = toast(
            _("“%(title)s” is linked already") % {"title": other.title}, kind="info"
        )
    return answer


@login_required
@require_POST
def unlink(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Take a link away; `card` says that the client's card asked."""
    page = open_record_page(request, type_code, record_id)
    unlink_records(page.record, _other(request, page), actor=page.actor)
    if "card" in request.POST:
        return _client_card(request, page)
    return _panel(request, page)


@login_required
@require_GET
def suggest(request: HttpRequest, type_code: str) -> HttpResponse:
    """Answer options for a link field's input: records of the type that the words find.

    The words stand in whatever parameter the input has.
    """
    actor = actor_of(request)
    schema_for(actor).type(type_code)
    text = next((str(value) for name, value in request.GET.items() if _is_typed(name)), "")
    found = find_records(actor, text, type_code=type_code, limit=OFFERED)
    records = link_views(found, schema_for(actor), Names())
    return render(request, "crm/links/options.html", {"records": records})


@login_required
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Answer the form for a contact of the record, and add the one that was chosen.

    The first one becomes the record's contact, those after it further ones.
    """
    page = open_record_page(request, type_code, record_id)
    access.require(page.rights, Action.CHANGE, page.record, page.pipeline)
    if request.method == "GET":
        return render(request, CONTACT, {"page": page})
    typed = request.POST.get(f"{VALUE_PREFIX}contact", "")
    try:
        _add_contact(page, typed)
    except ValuesRefused as refusal:
        context = {
            "page": page,
            "typed": typed,
            "error": refusal.errors.get("contact", refusal.message),
        }
        answer = render(request, CONTACT, context, status=status_of(refusal))
        answer["HX-Retarget"] = "#client-editor"
        answer["HX-Reswap"] = "outerHTML"
        return answer
    return _client_card(request, open_record_page(request, type_code, record_id))


def link_views(
    items: Iterable[Item],
    schema: Schema,
    names: Names,
    *,
    unlink_urls: dict[int, str] | None = None,
) -> list[LinkView]:
    """Return records as lines (no query)."""
    return [_view(item, schema, names, (unlink_urls or {}).get(item.pk, "")) for item in items]


def _view(item: Item, schema: Schema, names: Names, unlink_url: str) -> LinkView:
    type_schema = schema.of(item)
    record_type = type_schema.type
    pipeline = schema.pipelines[item.pipeline_id]
    amount = ""
    if record_type.has_amount and item.amount_minor is not None:
        amount = Money(item.amount_minor, item.currency).text(cents=False)
    return LinkView(
        id=item.pk,
        url=reverse("crm:record", args=[type_schema.code, item.pk]),
        title=item.title,
        number=record_type.format_number(item.number),
        icon=record_type.icon,
        hue=record_type.hue,
        stage=pipeline.stage(item.stage) if record_type.has_stages else None,
        amount=amount,
        responsible=names.users.get(item.responsible_id or 0, ""),
        unlink_url=unlink_url,
    )


def _panel(request: HttpRequest, page: RecordPage) -> HttpResponse:
    related = related_records(page.actor, page.record)
    items = [each.item for each in related.records]
    names = _responsible_names(items, page)
    unlink_urls = {
        each.item.pk: page.url("record_unlink")
        for each in related.records
        if each.is_drawn and page.may_change
    }
    views = {v.id: v for v in link_views(items, page.schema, names, unlink_urls=unlink_urls)}
    by_relation: dict[Relation, list[LinkView]] = {relation: [] for relation in Relation}
    for each in related.records:
        by_relation[each.relation].append(views[each.item.pk])
    titles = {
        Relation.PARENT: _("Made for"),
        Relation.CHILD: _("Linked"),
        Relation.FIELD: _("Named in a field of"),
        Relation.CLIENT: _("As the client"),
    }
    totals = related.client_totals
    summary = ""
    if totals.record_count:
        amount = Money(totals.amount_minor, page.schema.base_currency).text(cents=False)
        summary = _("%(count)d records, %(amount)s") % {
            "count": totals.record_count,
            "amount": amount,
        }
    groups = [
        LinkGroup(titles[relation], found, summary if relation == Relation.CLIENT else "")
        for relation, found in by_relation.items()
        if found
    ]
    page.link_count = related.record_count
    page.tab = "links"
    context = {
        "page": page,
        "groups": groups,
        "creatable": _creatable(page),
        "types": _readable(page),
    }
    return render(request, f"{PANEL}#panel", context)


def _creatable(page: RecordPage) -> list[TypeSchema]:
    """Return the types of which a linked record may be made."""
    if not page.may_change:
        return []
    types = page.schema.types.values()
    return [each for each in types if page.rights.may_somewhere(Action.ADD, each.pipelines)]


def _readable(page: RecordPage) -> list[TypeSchema]:
    types = page.schema.types.values()
    return [each for each in types if page.rights.may_somewhere(Action.VIEW, each.pipelines)]


def _responsible_names(items: Iterable[Item], page: RecordPage) -> Names:
    users = {item.responsible_id for item in items if item.responsible_id is not None}
    return load_names(References(users=users), actor=page.actor)


def _other(request: HttpRequest, page: RecordPage) -> Item:
    other = request.POST.get("other", "")
    if not other.isdecimal() or len(other) > 18:
        raise RecordMissing
    return get_record(page.actor, int(other))


def _add_contact(page: RecordPage, typed: str) -> None:
    field = page.type_schema.fields.get("contact")
    if field is None:
        raise RecordMissing
    try:
        contact_id = field.parse(typed, lookups=lookups_for(page.actor, record_id=page.record.pk))
    except ValueRefused as refusal:
        raise ValuesRefused({"contact": refusal.message}) from refusal
    if contact_id is None:
        raise ValuesRefused({"contact": _("Choose a contact.")})
    if page.record.contact_id is None:
        update_record(page.record, {"contact": contact_id}, actor=page.actor)
        return
    try:
        chosen = get_record(page.actor, contact_id, type_code="contact")
    except RecordMissing as refusal:
        raise ValuesRefused({"contact": refusal.message}) from refusal
    if chosen.pk != page.record.contact_id:
        link_records(
            page.record, chosen, actor=page.actor, other_is_parent=True, kind=FURTHER_CONTACT
        )


def _client_card(request: HttpRequest, page: RecordPage) -> HttpResponse:
    page.client = client_card(page.actor, page.type_schema, page.record)
    answer = render(request, CLIENT, {"page": page})
    answer["HX-Trigger-After-Settle"] = "timeline-changed"
    return answer


def _is_typed(name: str) -> bool:
    return name == "q" or name.startswith(VALUE_PREFIX)
