"""The dialog that asks for what a stage needs: just the missing fields, saved with the move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.web.cards import CardView, card_views
from crm.web.errors import status_of
from crm.web.forms import KEPT_SUFFIX, VALUE_PREFIX, RecordForm, record_form
from crm.web.type_page import TypePage
from smart_processes.exceptions import FieldsMissing, ValuesRefused
from smart_processes.models import Item, Stage
from smart_processes.schema import TypeSchema

DIALOG = "crm/board/missing_fields.html"


@dataclass
class Question:
    """A move that waits for values.

    Attributes:
        record: What is to be moved.
        stage: Where to.
        repeated: The move's own parameters, sent again with the values.
    """

    page: TypePage
    record: Item
    stage: Stage
    repeated: Mapping[str, object]

    @property
    def source(self) -> Stage | None:
        """Where the record stands until the form is saved."""
        pipeline = self.page.schema.pipelines.get(self.record.pipeline_id)
        return pipeline.stage(self.record.stage) if pipeline else None

    @property
    def card(self) -> CardView:
        """The record's card: its title and client."""
        pipeline = self.page.schema.pipelines[self.record.pipeline_id]
        (card,) = card_views(
            [self.record],
            actor=self.page.actor,
            type_schema=self.page.type_schema,
            pipeline=pipeline,
        )
        return card


def sent_form(request: HttpRequest, type_schema: TypeSchema, record: Item) -> RecordForm:
    """Return the dialog's form as it was sent; without fields where none was open."""
    codes = _sent_codes(request)
    fields = [field for code, field in type_schema.fields.items() if code in codes]
    return record_form(fields, record=record, data=request.POST, files=request.FILES)


def unknown_values(request: HttpRequest, type_schema: TypeSchema) -> dict[str, Any]:
    """Return what was sent for fields that the type does not have: the action refuses it."""
    return {
        code: request.POST.getlist(VALUE_PREFIX + code)
        for code in _sent_codes(request)
        if code not in type_schema.fields
    }


def ask_for_fields(
    request: HttpRequest, question: Question, refusal: FieldsMissing | ValuesRefused
) -> HttpResponse:
    """Answer 422 with the dialog: the fields that are missing and those sent before."""
    sent = _sent_codes(request)
    asked = sent | {field.code for field in getattr(refusal, "fields", ())}
    form = record_form(
        [f for code, f in question.page.type_schema.fields.items() if code in asked],
        record=question.record,
        data=request.POST if sent else None,
        files=request.FILES if sent else None,
    )
    for control in form.fields.values():
        control.required = True  # shown as such; what is missing decides the action
    if sent:
        form.explain(refusal)
    context = {
        "question": question,
        "card": question.card,
        "form": form,
        "action": request.get_full_path(),
        "dialog_title": _("Move to %(stage)s") % {"stage": question.stage.name},
        "missing_text": _missing_text(refusal),
    }
    response = render(request, DIALOG, context, status=status_of(refusal))
    response["HX-Retarget"] = "#dialog-host"
    response["HX-Reswap"] = "innerHTML"
    return response


def _sent_codes(request: HttpRequest) -> set[str]:
    names = {*request.POST, *request.FILES}
    return {
        name.removeprefix(VALUE_PREFIX).removesuffix(KEPT_SUFFIX)
        for name in names
        if name.startswith(VALUE_PREFIX)
    }


def _missing_text(refusal: FieldsMissing | ValuesRefused) -> str:
    if not isinstance(refusal, FieldsMissing):
        return ""
    missing = len(refusal.fields)
    return ngettext("%(count)d field is missing", "%(count)d fields are missing", missing) % {
        "count": missing
    }
