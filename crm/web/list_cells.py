"""One cell of the list: its editor, and saving it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_http_methods

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.requests import actor_of
from crm.web.errors import status_of
from crm.web.forms import RecordForm, record_form
from crm.web.list_rows import row_views
from smart_processes.actions.records import update_record
from smart_processes.columns import Column, chosen_columns, collect_references, columns_of
from smart_processes.exceptions import RecordRefusal, ValuesRefused
from smart_processes.field_types.base import References
from smart_processes.fields import Field
from smart_processes.models import Item
from smart_processes.schema import TypeSchema, schema_for
from smart_processes.selectors.names import load_names
from smart_processes.selectors.records import get_record

EDITOR = "crm/list/cell_editor.html"
ROW = "crm/list/_row.html"


@login_required
@require_http_methods(["GET", "POST"])
def cell(request: HttpRequest, type_code: str, record_id: int, field_code: str) -> HttpResponse:
    """Answer the editor of a cell; save what it sends and answer the row.

    `columns` names the columns of the row, `version` what the person saw. A refused value
    comes back in the editor with the reason: 422, or 409 when somebody was faster.

    Raises:
        RecordMissing, PermissionRefused: not there, or not the person's to change.
    """
    actor = actor_of(request)
    type_schema = schema_for(actor).type(type_code)
    column = columns_of(type_schema).get(field_code)
    if column is None or column.field is None or not column.is_editable:
        raise Http404
    record = get_record(actor, record_id, type_code=type_code)
    pipeline = schema_for(actor).pipelines[record.pipeline_id]
    access.require(access.of(actor), Action.CHANGE, record, pipeline)
    if request.method == "GET":
        return _editor(request, record, _form(record, column.field, actor))
    form = _form(record, column.field, actor, request.POST)
    try:
        changed = update_record(
            record, form.raw_values(actor=actor), actor=actor, version=_version(request)
        )
    except ValuesRefused as refusal:
        form.explain(refusal)
        return _editor(request, record, form, status=422)
    except RecordRefusal as refusal:
        form.add_error(None, refusal.message)
        return _editor(request, record, form, status=status_of(refusal))
    return _row(request, changed, type_schema, actor)


def _form(
    record: Item, field: Field, actor: Actor, sent: MultiValueDict[str, str] | None = None
) -> RecordForm:
    references = References()
    field.collect(field.read(record), references)
    return record_form(
        [field],
        record=record,
        names=load_names(references, actor=actor),
        data=sent,
        auto_id=f"cell-{record.pk}-%s",
    )


def _editor(
    request: HttpRequest, record: Item, form: RecordForm, *, status: int = 200
) -> HttpResponse:
    columns = request.POST.get("columns") or request.GET.get("columns", "")
    errors = [str(error) for errors in form.errors.values() for error in errors]
    context = {
        "form": form,
        "action": request.path,
        # Who saves again after "somebody was faster" has read that.
        "version": record.version,
        "columns": columns,
        "error": " ".join(errors),
    }
    return render(request, EDITOR, context, status=status)


def _row(request: HttpRequest, record: Item, type_schema: TypeSchema, actor: Actor) -> HttpResponse:
    columns: list[Column] = chosen_columns(type_schema, request.POST.get("columns", "").split(","))
    names = load_names(collect_references([record], columns), actor=actor)
    rows = row_views([record], columns, names, actor=actor, type_schema=type_schema)
    answer = render(request, ROW, {"row": rows[0]})
    answer["HX-Trigger"] = "totals-changed"
    answer["HX-Retarget"] = f"#row-{record.pk}"
    answer["HX-Reswap"] = "outerHTML"
    return answer


def _version(request: HttpRequest) -> int | None:
    version = request.POST.get("version", "")
    return int(version) if version.isdecimal() and len(version) < 10 else None
