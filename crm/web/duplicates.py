"""Records that look like the one somebody is about to make. A hint, never a refusal."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.actor import Actor
from accounts.requests import actor_of
from crm.web.forms import VALUE_PREFIX
from crm.web.links import LinkView, link_views
from smart_processes.field_types.base import Names, ValueRefused
from smart_processes.fields import Field
from smart_processes.models import Item
from smart_processes.schema import TypeSchema, schema_for
from smart_processes.selectors.duplicates import records_like

HINT = "crm/create/duplicates.html"
# Types whose records stand for one somebody or something in the world.
LOOKED_IN = ("contact", "company", "lead")


@login_required
@require_GET
def duplicates(request: HttpRequest, type_code: str) -> HttpResponse:
    """Answer records with an equal phone, e-mail or title (three queries at most)."""
    actor = actor_of(request)
    type_schema = schema_for(actor).type(type_code)
    found: list[Item] = []
    for code in LOOKED_IN:
        other = schema_for(actor).types.get(code)
        if other is not None:
            found += records_like(actor, other, _texts(request.GET, type_schema))
    return render(request, HINT, {"found": _views(actor, found)})


def _views(actor: Actor, found: list[Item]) -> list[LinkView]:
    return link_views(found, schema_for(actor), Names())


def _texts(sent: QueryDict, type_schema: TypeSchema) -> dict[str, list[str]]:
    """Return what was typed, in its stored form, by kind: phone, email, title."""
    texts: dict[str, list[str]] = {"phone": [], "email": [], "title": []}
    for field in type_schema.fields.values():
        typed = " ".join(sent.getlist(VALUE_PREFIX + field.code)).strip()
        if field.type.kind in {"phone", "email"}:
            texts[field.type.kind] += _parsed(field, typed)
    title = " ".join(sent.get(f"{VALUE_PREFIX}title", "").split())
    names = (sent.get(f"{VALUE_PREFIX}{part}_name", "") for part in ("first", "last"))
    person = " ".join(name.strip() for name in names if name.strip())
    texts["title"] = [each for each in (title, person) if len(each) > 2]
    return texts


def _parsed(field: Field, typed: str) -> Iterator[str]:
    for part in field.type.split(typed, field):
        try:
            value = field.parse(part)
        except ValueRefused:
            continue  # not finished yet
        yield from field.each(value)
