"""Quick add at the head of a lane: title, amount, client; Enter adds and opens the next."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.exceptions import AccountsRefusal
from crm.web.board_answers import BoardPatch, changed_cards
from crm.web.errors import status_of
from crm.web.lanes import lane_url
from crm.web.type_page import TypePage, open_type_page
from smart_processes.actions.creation import create_record
from smart_processes.exceptions import FieldsMissing, RecordRefusal, ValuesRefused
from smart_processes.models import Stage
from smart_processes.selectors.lookups import lookups_for
from smart_processes.selectors.records import visible_items

FORM = "crm/board/quick_add.html"
CLIENTS = "crm/board/clients.html"
CLIENT_TYPES = ("company", "contact")
# Clients offered while somebody types, and from how many letters on.
OFFERED = 8
FEWEST_LETTERS = 2


class QuickAddForm(forms.Form):
    """Three fields as they were typed; the action reads them."""

    title = forms.CharField(
        max_length=255, error_messages={"required": gettext_lazy("Enter a title.")}
    )
    amount = forms.CharField(max_length=40, required=False)
    client = forms.CharField(max_length=255, required=False)


@login_required
@require_http_methods(["GET", "POST"])
def quick_add(request: HttpRequest, type_code: str) -> HttpResponse:
    """Answer an empty form, or make a record and answer the next empty form.

    `?lane=` is the stage. 422 keeps what was typed and says what is wrong.
    """
    page = open_type_page(request, type_code, face="board", besides=frozenset({"lane"}))
    stage = page.pipeline.stage(request.GET.get("lane", "")) if page.pipeline else None
    if stage is None:
        return HttpResponseBadRequest()
    if request.method == "GET":
        return _answer(request, page, stage, QuickAddForm())
    form = QuickAddForm(request.POST)
    if not form.is_valid():
        return _answer(request, page, stage, form, status=422)
    try:
        patch = _add(page, stage, form)
    except (RecordRefusal, AccountsRefusal) as refusal:
        _explain(page, form, refusal)
        return _answer(request, page, stage, form, status=status_of(refusal))
    return _answer(request, page, stage, QuickAddForm(), patch=patch)


@login_required
@require_GET
def clients(request: HttpRequest, type_code: str) -> HttpResponse:
    """Answer clients whose name holds what was typed (`?client=`), for the form's list."""
    page = open_type_page(request, type_code, face="board", besides=frozenset({"client"}))
    typed = " ".join(request.GET.get("client", "").split()).lower()
    titles: list[str] = []
    if len(typed) >= FEWEST_LETTERS:
        present = [code for code in CLIENT_TYPES if code in page.schema.types]
        found = visible_items(page.actor, present).filter(search__contains=typed)
        titles = list(dict.fromkeys(found.values_list("title", flat=True)[:OFFERED]))
    return render(request, CLIENTS, {"titles": titles})


def _add(page: TypePage, stage: Stage, form: QuickAddForm) -> BoardPatch:
    assert page.pipeline is not None
    made = create_record(
        page.type_schema.code,
        _values(page, form.cleaned_data),
        actor=page.actor,
        pipeline=page.pipeline.code,
        stage=stage.code,
    )
    patch = changed_cards(page, [made.pk], lanes=[stage.code])
    said = _("Added %(title)s to %(stage)s.") % {"title": made.title, "stage": stage.name}
    patch.triggers["announce"] = said
    if patch.gone:
        patch.toast("info", said, _("The filter or your roles do not show it there."))
    return patch


def _values(page: TypePage, typed: dict[str, str]) -> dict[str, Any]:
    """Return raw values by field code; a client may be a company or a contact."""
    values = {"title": typed["title"]}
    record_type = page.type_schema.type
    if record_type.has_amount and typed["amount"]:
        values["amount"] = typed["amount"]
    if record_type.has_client and typed["client"]:
        lookups = lookups_for(page.actor)
        present = [code for code in CLIENT_TYPES if code in page.schema.types]
        named = (code for code in present if lookups.titled(code, typed["client"]))
        values[next(named, present[0] if present else "company")] = typed["client"]
    return values


def _explain(page: TypePage, form: QuickAddForm, refusal: RecordRefusal | AccountsRefusal) -> None:
    """Put what the action found at the fields; what this form cannot ask on top."""
    if not isinstance(refusal, ValuesRefused) or isinstance(refusal, FieldsMissing):
        form.add_error(None, refusal.message)
        return
    for code, sentence in refusal.errors.items():
        name = "client" if code in CLIENT_TYPES else code
        if name in form.fields:
            # The control says its name itself.
            form.add_error(name, sentence.removeprefix(f"{_label(page, code)}: "))
        else:
            form.add_error(None, sentence)


def _label(page: TypePage, code: str) -> str:
    field = page.type_schema.fields.get(code)
    return str(field.label) if field else ""


def _answer(
    request: HttpRequest,
    page: TypePage,
    stage: Stage,
    form: QuickAddForm,
    *,
    patch: BoardPatch | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "page": page,
        "stage": stage,
        "form": form,
        "patch": patch,
        "add_url": lane_url("crm:board_add", page, stage.code),
    }
    response = render(request, FORM, context, status=status)
    if patch is not None:
        response["HX-Trigger-After-Swap"] = patch.trigger_header
    return response
