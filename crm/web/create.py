"""Making a record of any type: a page of its own, or a drawer beside the page that asks.

The address brings what is known already: `?pipeline=` and `?stage=` the place, `?company=`,
`?contact=` and `?title=` values, `?link=` the record it is made for, `?for=` with `?field=`
the record whose field shall hold the new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action, Scope
from accounts.exceptions import AccountsRefusal, PermissionRefused
from accounts.requests import actor_of
from crm.web.errors import status_of
from crm.web.forms import VALUE_PREFIX, RecordForm, record_form
from crm.web.navigation import type_url
from crm.web.record import record_url
from smart_processes import registry
from smart_processes.actions.creation import create_record
from smart_processes.actions.links import link_records
from smart_processes.actions.records import update_record
from smart_processes.exceptions import (
    FieldsMissing,
    RecordMissing,
    RecordRefusal,
    ValuesRefused,
)
from smart_processes.field_types.base import References
from smart_processes.fields import Field
from smart_processes.models import Item, Stage
from smart_processes.schema import PipelineSchema, Schema, TypeSchema, schema_for
from smart_processes.selectors.names import load_names
from smart_processes.selectors.records import get_record
from smart_processes.system_fields import SYSTEM_FIELDS

PAGE = "crm/create/page.html"
DRAWER = "crm/create/drawer.html"
# Shown at once in this order, and after them what the type has of its own.
_USUAL = {"title": 2, "amount": 3, "company": 4, "contact": 5, "closes_on": 6, "responsible": 7}
OWN, HIDDEN = 8, 9
_COMMON = frozenset(field.code for field in SYSTEM_FIELDS)
KEPT_BY_SYSTEM = frozenset({"external_id"})
CLIENTS = ("company", "contact")
HINTED_TYPES = frozenset({"contact", "company", "lead"})


@dataclass
class NewRecord:
    """A record to be made, as the form shows it; templates know it as `new`."""

    actor: Actor
    schema: Schema
    type_schema: TypeSchema
    pipeline: PipelineSchema
    stage: Stage
    request: HttpRequest

    @property
    def title(self) -> str:
        """The page's heading."""
        return _("New %(name)s") % {"name": self.type_schema.type.name_one.lower()}

    @property
    def fields(self) -> list[Field]:
        """What may be filled, required fields first, then the usual ones."""
        fields = [
            field
            for field in self.type_schema.fields.values()
            if field.is_editable and field.code not in KEPT_BY_SYSTEM
        ]
        return sorted(fields, key=self._rank)

    @cached_property
    def required(self) -> frozenset[str]:
        """Codes of the fields without which it cannot stand in its stage."""
        always = {f.code for f in self.type_schema.fields.values() if f.is_required}
        return frozenset({*always, *self.pipeline.required_in(self.stage)})

    def _rank(self, field: Field) -> int:
        """Return the field's place; from `HIDDEN` on it stands behind "More fields"."""
        if field.code in self.required:
            return 0
        # A person is called by the names below: few have a title beside them.
        is_person = registry.title_of(self.type_schema.code) is not None
        if field.code == self.type_schema.code or (field.code == "title" and is_person):
            return HIDDEN
        if field.definition_id is not None:
            return OWN if field.on_card else HIDDEN
        if field.code in _COMMON:
            return _USUAL.get(field.code, HIDDEN)
        return 1 if is_person else OWN

    def shown(self, form: RecordForm) -> list[Any]:
        """The controls shown at once."""
        return [
            form.control(f.code)
            for f in self.fields
            if self._rank(f) < HIDDEN or self._is_wrong(form, f)
        ]

    def more(self, form: RecordForm) -> list[Any]:
        """The controls behind "More fields"."""
        return [
            form.control(f.code)
            for f in self.fields
            if self._rank(f) == HIDDEN and not self._is_wrong(form, f)
        ]

    @staticmethod
    def _is_wrong(form: RecordForm, field: Field) -> bool:
        return form.is_bound and bool(form.control(field.code).errors)

    @property
    def stage_choices(self) -> list[tuple[str, str]]:
        """The stages it may begin in: (code, name); none where there is nothing to choose."""
        if not self.type_schema.type.has_stages:
            return []
        rights = access.of(self.actor)
        first = self.pipeline.first_stage
        open_stages = [
            stage
            for stage in self.pipeline.stages
            if stage == first or rights.scope(Action.MOVE, self.pipeline, stage) > Scope.NONE
        ]
        return [(stage.code, stage.name) for stage in open_stages if not stage.is_final]

    @property
    def duplicates_url(self) -> str:
        """Where records like this one are looked for while somebody types; "" for none."""
        if self.type_schema.code not in HINTED_TYPES:
            return ""
        return reverse("crm:duplicates", args=[self.type_schema.code])

    @property
    def back_url(self) -> str:
        """Where "Cancel" leads."""
        return type_url(self.type_schema)


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, type_code: str) -> HttpResponseBase:
    """Show the form, or make the record and open it.

    Raises:
        TypeMissing: no such type.
        PermissionRefused: the person may add no records of it.
    """
    new = _new(request, type_code)
    if request.method == "GET":
        return _form_answer(request, new, _empty_form(new))
    form = record_form(new.fields, data=request.POST, files=request.FILES)
    try:
        # Uploads are stored before: what a rolled back transaction forgets cannot be deleted.
        made = _make(new, form.raw_values(actor=new.actor))
    except (ValuesRefused, FieldsMissing) as refusal:
        form.discard_files()
        form.explain(refusal)
        return _form_answer(request, new, form, status=status_of(refusal))
    except (RecordRefusal, AccountsRefusal) as refusal:
        form.discard_files()
        form.add_error(None, refusal.message)
        return _form_answer(request, new, form, status=status_of(refusal))
    url = _next_url(new, made)
    return HttpResponseClientRedirect(url) if _is_htmx(request) else redirect(url)


def _new(request: HttpRequest, type_code: str) -> NewRecord:
    actor = actor_of(request)
    schema = schema_for(actor)
    type_schema = schema.type(type_code)
    rights = access.of(actor)
    allowed = [p for p in type_schema.pipelines if rights.may_somewhere(Action.ADD, [p])]
    if not allowed:
        raise PermissionRefused(Action.ADD, type_schema.type.name_many)
    wanted = _asked(request, "pipeline")
    usual = type_schema.default_pipeline
    pipeline = next((p for p in allowed if p.code == wanted), None)
    pipeline = pipeline or (usual if usual in allowed else allowed[0])
    stage = pipeline.stage(_asked(request, "stage"))
    if stage is None or stage.retired_at is not None:
        stage = pipeline.first_stage
    return NewRecord(actor, schema, type_schema, pipeline, stage, request)


def _empty_form(new: NewRecord) -> RecordForm:
    """Return the form with what the address and the fields' defaults bring."""
    form = record_form(new.fields)
    given: dict[str, Any] = {
        code: field.from_json(field.default)
        for code, field in form.asked.items()
        if field.default is not None
    }
    given |= {"responsible": new.actor.user_id, "title": _typed_title(new.request)}
    if new.type_schema.type.opened_by_default:
        given["opened"] = True
    clients = {code: int(text) for code in CLIENTS if _is_id(text := new.request.GET.get(code, ""))}
    names = load_names(References(records=set(clients.values())), actor=new.actor)
    given |= {code: pk for code, pk in clients.items() if pk in names.records}
    for code, value in given.items():
        if code in form.asked and value is not None:
            form.show(code, value, names)
    return form


def _typed_title(request: HttpRequest) -> str | None:
    """Return the title that the address brings, or what was typed into a link field."""
    title = request.GET.get("title", "")
    if not title and (code := request.GET.get("field", "")):
        title = request.GET.get(f"{VALUE_PREFIX}{code}", "")
    return None if title.startswith("#") else title[:255] or None


@transaction.atomic
def _make(new: NewRecord, raw: dict[str, Any]) -> Item:
    """Make the record, and link it to what it was made for; both or neither."""
    made = create_record(
        new.type_schema.code,
        raw,
        actor=new.actor,
        pipeline=new.pipeline.code,
        stage=new.stage.code,
    )
    link_id, for_id = _asked(new.request, "link"), _asked(new.request, "for")
    if _is_id(link_id):
        link_records(get_record(new.actor, int(link_id)), made, actor=new.actor)
    if _is_id(for_id):
        holder = get_record(new.actor, int(for_id))
        code = _asked(new.request, "field")
        field = new.schema.of(holder).fields.get(code)
        if field is None:
            raise RecordMissing
        held = field.read(holder)
        value = [*field.each(held), made.pk] if field.is_multiple else made.pk
        update_record(holder, {code: value}, actor=new.actor)
    return made


def _next_url(new: NewRecord, made: Item) -> str:
    """Return what opens: the record it was made for, else the record itself."""
    for name in ("for", "link"):
        other = _asked(new.request, name)
        if _is_id(other):
            return reverse("crm:by_id", args=[int(other)])
    return record_url(new.type_schema.code, made)


def _form_answer(
    request: HttpRequest, new: NewRecord, form: RecordForm, *, status: int = 200
) -> HttpResponse:
    template = DRAWER if _is_drawer(request) else PAGE
    context = {
        "new": new,
        "form": form,
        "shown": new.shown(form),
        "more": new.more(form),
        "carried": [
            (name, value)
            for name in ("pipeline", "link", "for", "field")
            if (value := _asked(request, name))
        ],
        "drawer_title": new.title,
        "action": request.path,
    }
    return render(request, template, context, status=status)


def _asked(request: HttpRequest, name: str) -> str:
    return request.POST.get(name) or request.GET.get(name, "")


def _is_id(text: str) -> bool:
    return text.isdecimal() and len(text) < 19


def _is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _is_drawer(request: HttpRequest) -> bool:
    return request.headers.get("HX-Target") == "drawer-host"
