"""Who may do what: the matrix of each role, and why somebody sees a record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import models, transaction
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts import access as rights_of
from accounts import grants
from accounts.actions.grants import Change, require_administrator, set_grants
from accounts.actor import Actor
from accounts.choices import Action, Scope
from accounts.explanation import explain
from accounts.models import Role, User
from accounts.requests import actor_of
from accounts.selectors.roles import RoleHolders, roles_with_holders
from crm.web.access_matrix import INHERITED, SHOWN_ACTIONS, STYLES, Matrix
from smart_processes.models import Item, StageCounter
from smart_processes.models.grants import STAGE_ACTIONS
from smart_processes.schema import Schema, load, schema_for
from smart_processes.selectors.records import get_record
from smart_processes.selectors.search import find_records

# Beyond this many people the preview says how many, not how much they gain.
MOST_COUNTED = 30


@login_required
@require_GET
def matrix(request: HttpRequest, role_code: str | None = None) -> HttpResponse:
    """Show the roles and the matrix of one of them."""
    actor = actor_of(request)
    require_administrator(actor)
    holders = roles_with_holders()
    chosen = _chosen(holders, role_code)
    rows = list(Matrix(chosen.role).rows(schema_for(actor))) if chosen else []
    return render(
        request,
        "crm/access/page.html",
        {
            "holders": holders,
            "chosen": chosen,
            "rows": rows,
            "actions": [action.label for action in SHOWN_ACTIONS],
            "scopes": [(scope.label, STYLES[scope]) for scope in Scope],
        },
    )


@login_required
@require_POST
def save(request: HttpRequest, role_code: str) -> HttpResponse:
    """Store what was changed in the matrix."""
    actor = actor_of(request)
    require_administrator(actor)
    role = get_object_or_404(Role, code=role_code)
    set_grants(role, _changes(request, schema_for(actor)), actor=actor)
    messages.success(request, _("What “%(role)s” may do is saved.") % {"role": role.name})
    return redirect("crm:role", role_code=role.code)


@login_required
@require_POST
def preview(request: HttpRequest, role_code: str) -> HttpResponse:
    """Answer what the unsaved changes would do: "9 people gain 31 records"."""
    actor = actor_of(request)
    require_administrator(actor)
    chosen = _chosen(roles_with_holders(), role_code)
    changes = list(_changes(request, schema_for(actor)))
    words = [_told(chosen.role, changes), _effect(chosen, changes)] if chosen and changes else []
    return render(
        request,
        "crm/access/page.html#bar",
        {
            "change_count": len(changes),
            "effect": " · ".join(filter(None, words)),
            "chosen": chosen,
        },
    )


@login_required
@require_GET
def why(request: HttpRequest) -> HttpResponse:
    """Answer why a person may read a record; for administrators."""
    actor = actor_of(request)
    require_administrator(actor)
    person_id, record_id = request.GET.get("person", ""), request.GET.get("record", "")
    found: dict[str, Any] = {
        "people": User.objects.order_by("first_name", "last_name", "username"),
        "person": _person(person_id),
        "wanted": request.GET.get("q", ""),
    }
    if record_id.isdecimal():
        record = get_record(actor, int(record_id))
        found["record"] = _named(record, schema_for(actor))
        if found["person"]:
            found |= _explained(found["person"], record, actor)
    else:
        schema = schema_for(actor)
        records = find_records(actor, found["wanted"])
        found["suggestions"] = [_named(each, schema) for each in records]
    target = request.headers.get("HX-Target", "")
    part = {"why": "#question", "why-found": "#found"}.get(target, "")
    return render(request, f"crm/access/why.html{part}", found)


def _person(person_id: str) -> User | None:
    if not person_id.isdecimal():
        return None
    return get_object_or_404(User.objects.select_related("department"), pk=int(person_id))


def _named(record: Item, schema: Schema) -> dict[str, Any]:
    kind = schema.of(record).type
    return {
        "pk": record.pk,
        "title": str(record),
        "number": kind.format_number(record.number),
        "type": kind,
        "url": reverse("crm:record", args=[kind.code, record.pk]),
    }


def _explained(person: User, record: Item, actor: Actor) -> dict[str, Any]:
    schema = schema_for(actor)
    pipeline = schema.pipelines[record.pipeline_id]
    answer = explain(person, Action.VIEW, record, pipeline, pipeline.stage(record.stage))
    return {
        "answer": answer,
        "also": ", ".join(str(each.label) for each in answer.other_actions),
        "not_also": ", ".join(str(each.label) for each in answer.refused_actions),
    }


def _chosen(holders: list[RoleHolders], role_code: str | None) -> RoleHolders | None:
    if role_code is None:
        return holders[0] if holders else None
    return next((each for each in holders if each.role.code == role_code), None)


def _changes(request: HttpRequest, schema: Schema) -> Iterator[Change]:
    """Yield what the form asks to change; names that say nothing are passed over."""
    targets: dict[tuple[str, int], models.Model] = {}
    for type_schema in schema.types.values():
        targets["type", type_schema.type.pk] = type_schema.type
        for pipeline in type_schema.pipelines:
            targets["pipeline", pipeline.pk] = pipeline.pipeline
            targets |= {("stage", stage.pk): stage for stage in pipeline.stages}
    for name in request.POST:
        target, _colon, rest = name.partition(":")
        pk, _colon, action = rest.partition(":")
        instance = targets.get((target, int(pk))) if pk.isdecimal() else None
        if instance is None or action not in Action.values:
            continue
        if target == "stage" and Action(action) not in STAGE_ACTIONS:
            continue
        value = request.POST.get(name, "")
        if value == INHERITED:
            yield instance, Action(action), None
        elif value.upper() in Scope.names:
            yield instance, Action(action), Scope.from_code(value)


def _told(role: Role, changes: list[Change]) -> str:
    """Return the change in words, where there is one: "Sales, change: Own to All"."""
    if len(changes) != 1:
        return ""
    target, action, scope = changes[0]
    before = Matrix(role).chosen(grants.model_name(target), target.pk, action)
    names = [str(each.label) if each is not None else _("As above") for each in (before, scope)]
    return _("%(target)s, %(action)s: %(before)s → %(after)s") % {
        "target": target,
        "action": action.label,
        "before": names[0],
        "after": names[1],
    }


def _effect(chosen: RoleHolders, changes: list[Change]) -> str:
    """Return in words what the changes would do; they are made and undone again."""
    people = ngettext("%(n)d person", "%(n)d people", len(chosen.people)) % {
        "n": len(chosen.people)
    }
    touches_sight = any(action == Action.VIEW for _target, action, _scope in changes)
    if not touches_sight or len(chosen.people) > MOST_COUNTED:
        return people
    before = _readable_counts(chosen)
    with transaction.atomic():
        grants.write_cells(chosen.role, changes)
        after = _readable_counts(chosen)
        transaction.set_rollback(True)
    gained = sum(max(0, after[pk] - before[pk]) for pk in before)
    lost = sum(max(0, before[pk] - after[pk]) for pk in before)
    parts = [people]
    if gained:
        parts.append(ngettext("gain %(n)d record", "gain %(n)d records", gained) % {"n": gained})
    if lost:
        parts.append(ngettext("lose %(n)d record", "lose %(n)d records", lost) % {"n": lost})
    if not gained and not lost:
        parts.append(_("see the same records as before"))
    return ", ".join(parts)


def _readable_counts(chosen: RoleHolders) -> dict[int, int]:
    """Return how many records each holder may read, from the counters."""
    counts = {}
    for person in chosen.people:
        rights = rights_of.fresh(Actor.person(person))
        pipelines = list(load(rights.schema_stamp).pipelines.values())
        reached = rights.predicate(Action.VIEW, pipelines)
        total = StageCounter.objects.filter(reached).aggregate(n=Sum("record_count"))["n"]
        counts[person.pk] = total or 0
    return counts
