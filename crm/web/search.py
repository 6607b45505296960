"""Search: the palette's results while somebody types, and a page of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.requests import actor_of
from crm.web.links import LinkView, link_views
from crm.web.navigation import navigation
from smart_processes.field_types.base import Names, References
from smart_processes.models import Item
from smart_processes.schema import Schema, TypeSchema, schema_for
from smart_processes.selectors.names import load_names
from smart_processes.selectors.search import Found, FoundType, search

PAGE = "crm/search/page.html"
RESULTS = "crm/search/palette.html"
# On its own page a search shows more.
PER_TYPE_ON_PAGE = 25


@dataclass(frozen=True)
class Hit:
    """One result; `about` stands behind the title."""

    title: str
    about: str
    url: str
    icon: str
    hue: str = ""
    link: LinkView | None = None


@dataclass(frozen=True)
class Group:
    """Results of one kind; `more_url` leads to all of them."""

    title: str
    hits: list[Hit]
    more_url: str = ""


@login_required
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Answer what `q` finds: groups for the palette (POST), or the page (GET)."""
    actor = actor_of(request)
    is_palette = request.method == "POST" or request.headers.get("HX-Target") == "palette-results"
    text = request.POST.get("q", "") or request.GET.get("q", "")
    found = search(actor, text) if is_palette else search(actor, text, per_type=PER_TYPE_ON_PAGE)
    groups = _groups(request, actor, found, text)
    context = {
        "q": text.strip(),
        "words": found.words,
        "groups": groups,
        # After what the page itself offers: a page of that name is nearer than "all results".
        "last_groups": _commands(actor, found, text) if is_palette else [],
        "summary": _summary(found),
    }
    return render(request, RESULTS if is_palette else PAGE, context)


def _groups(request: HttpRequest, actor: Actor, found: Found, text: str) -> list[Group]:
    schema = schema_for(actor)
    names = _names(actor, found)
    groups = [_records(schema, each, names, text) for each in found.types]
    if found.people:
        groups.append(Group(_("Colleagues"), _people(actor, schema, found)))
    pages = _pages(request, found.words) if request.method == "GET" else []
    if pages:
        groups.append(Group(_("Pages"), pages))
    return groups


def _records(schema: Schema, found: FoundType, names: Names, text: str) -> Group:
    record_type = found.type_schema.type
    views = link_views(found.records, schema, names)
    hits = [
        Hit(
            title=view.title,
            about=" · ".join(filter(None, (_number(view), view.amount, _client(item, names)))),
            url=view.url,
            icon=record_type.icon,
            hue=record_type.hue,
            link=view,
        )
        for item, view in zip(found.records, views, strict=True)
    ]
    more = _list_url(found.type_schema, search=text.strip()) if found.has_more else ""
    return Group(str(record_type.name_many), hits, more)


def _number(view: LinkView) -> str:
    """Return the number, where people use it: a contact's says nothing."""
    return view.number if view.stage else ""


def _client(item: Item, names: Names) -> str:
    return names.records.get(item.company_id or 0) or names.records.get(item.contact_id or 0, "")


def _names(actor: Actor, found: Found) -> Names:
    """Load the names of clients (one query)."""
    references = References()
    for each in found.types:
        if each.type_schema.type.has_client:
            for item in each.records:
                references.records |= {pk for pk in (item.company_id, item.contact_id) if pk}
    return load_names(references, actor=actor)


def _people(actor: Actor, schema: Schema, found: Found) -> list[Hit]:
    """Return colleagues; each leads to the records that they are responsible for."""
    rights = access.of(actor)
    readable = [t for t in schema.types.values() if rights.may_somewhere(Action.VIEW, t.pipelines)]
    if not readable:
        return []
    return [
        Hit(
            title=person.full_name,
            about=" · ".join(filter(None, (person.job_title, str(person.department or "")))),
            url=_list_url(readable[0], responsible=str(person.pk)),
            icon="user-circle",
        )
        for person in found.people
    ]


def _pages(request: HttpRequest, words: tuple[str, ...]) -> list[Hit]:
    """Return what the menu has under these words."""
    offered = navigation(request)
    entries: list[dict[str, Any]] = [i for g in offered["navigation"] for i in g["items"]]
    return [
        Hit(entry["title"], "", entry["url"], entry["icon"], entry.get("hue", ""))
        for entry in entries
        if words and all(word in str(entry["title"]).lower() for word in words)
    ]


def _commands(actor: Actor, found: Found, text: str) -> list[Group]:
    """Return what may be done with the words: a deal for the company found, the full page."""
    if not found.words:
        return []
    hits: list[Hit] = []
    company = next((e.records[0] for e in found.types if e.type_schema.code == "company"), None)
    deal = schema_for(actor).types.get("deal")
    may_add = deal and access.of(actor).may_somewhere(Action.ADD, deal.pipelines)
    if company is not None and deal is not None and may_add:
        title = _("New %(name)s for %(company)s") % {
            "name": deal.type.name_one.lower(),
            "company": company.title,
        }
        url = f"{reverse('crm:create', args=[deal.code])}?company={company.pk}"
        hits.append(Hit(title, "", url, "plus"))
    everything = f"{reverse('crm:search')}?{urlencode({'q': text.strip()})}"
    title = _("All results for “%(text)s”") % {"text": text.strip()[:60]}
    hits.append(Hit(title, "", everything, "magnifying-glass"))
    return [Group(_("Do"), hits)]


def _summary(found: Found) -> str:
    count = found.record_count + len(found.people)
    if not found.words:
        return ""
    return ngettext(
        "%(count)d result, only what you may read",
        "%(count)d results, only what you may read",
        count,
    ) % {"count": count}


def _list_url(type_schema: TypeSchema, **parameters: str) -> str:
    path = reverse("crm:list", args=[type_schema.code])
    return f"{path}?{urlencode(parameters)}"
