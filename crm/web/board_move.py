"""Moving cards: drops, the "Move to…" menu, undo, the form for missing fields, the bin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.exceptions import AccountsRefusal
from accounts.models import User
from crm.web.board_answers import BoardPatch, answer, changed_cards
from crm.web.errors import status_of
from crm.web.lanes import lane_query
from crm.web.missing_fields import Question, ask_for_fields, sent_form, unknown_values
from crm.web.type_page import TypePage, open_type_page
from smart_processes.actions.records import delete_record, restore_record
from smart_processes.actions.stages import TOP, move_to_pipeline, move_to_stage
from smart_processes.exceptions import (
    FieldsMissing,
    RecordMissing,
    RecordRefusal,
    StaleRecord,
    ValuesRefused,
)
from smart_processes.models import Item, Stage
from smart_processes.schema import PipelineSchema
from smart_processes.selectors.moves import barred_moves
from smart_processes.selectors.records import get_record


class MoveForm(forms.Form):
    """What a drop sends; with a prefix, since the filter's parameters stand beside it.

    `stage` is where to, `expected` the stage the card was taken from, `below` the card it
    shall stand right below (empty: on top), `was_below` the same for where it came from.
    `to_pipeline` replaces `stage` for another pipeline, whose first stage is meant then.
    """

    prefix = "move"

    stage = forms.CharField(max_length=64, required=False)
    to_pipeline = forms.CharField(max_length=40, required=False)
    expected = forms.CharField(max_length=64, required=False)
    below = forms.IntegerField(min_value=1, required=False)
    was_below = forms.IntegerField(min_value=1, required=False)
    is_undo = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for a goal."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("stage") and not cleaned.get("to_pipeline"):
            raise forms.ValidationError("stage or to_pipeline")
        return cleaned


# An undo has its wish in the address.
PARAMETERS = frozenset(f"{MoveForm.prefix}-{name}" for name in MoveForm.base_fields)


@dataclass
class Drop:
    """One request to move one record."""

    page: TypePage
    record: Item
    wish: Mapping[str, Any]

    @property
    def target(self) -> Stage | None:
        """The stage meant; None when there is no such stage."""
        pipeline: PipelineSchema | None = self.page.schema.pipelines[self.record.pipeline_id]
        if self.wish["to_pipeline"]:
            pipeline = self.page.type_schema.pipeline(self.wish["to_pipeline"])
        if pipeline is None:
            return None
        return pipeline.stage(self.wish["stage"]) if self.wish["stage"] else pipeline.first_stage

    def move(self, filled: Mapping[str, Any]) -> Item:
        """Move the record and return it as it is now.

        Args:
            filled: Raw values of the form for missing fields, by field code.
        """
        if self.wish["to_pipeline"]:
            return move_to_pipeline(
                self.record,
                self.wish["to_pipeline"],
                self.wish["stage"] or None,
                actor=self.page.actor,
                filled=filled,
            )
        return move_to_stage(
            self.record,
            self.wish["stage"],
            actor=self.page.actor,
            expected=self.wish["expected"] or None,
            below=self.wish["below"] or TOP,
            filled=filled,
        )


@login_required
@require_POST
def move(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Move a card: 200 with the changed lanes, or 403, 404, 409, 422 with the reason.

    The address holds the board's own parameters; an undo holds the wish there too.
    """
    sent = request.POST or request.GET
    form = MoveForm(sent)
    if not form.is_valid():
        return HttpResponseBadRequest()
    page = open_type_page(request, type_code, face="board", besides=PARAMETERS)
    try:
        record = get_record(page.actor, record_id, type_code=type_code)
    except RecordMissing as refusal:
        return _missing(request, page, record_id, refusal)
    drop = Drop(page, record, form.cleaned_data)
    values = sent_form(request, page.type_schema, record)
    try:
        filled = values.raw_values(actor=page.actor) | unknown_values(request, page.type_schema)
        moved = drop.move(filled)
    except (RecordRefusal, AccountsRefusal) as refusal:
        values.discard_files()
        if isinstance(refusal, FieldsMissing | ValuesRefused):
            return _asked_for(request, drop, refusal)
        return _refused(request, drop, refusal)
    return answer(request, _told(drop, moved))


@login_required
@require_POST
def delete(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Put a record into the recycle bin; the toast offers to take it out again."""

    def act(page: TypePage) -> BoardPatch:
        record = get_record(page.actor, record_id, type_code=type_code)
        delete_record(record, actor=page.actor)
        patch = changed_cards(page, [record_id], lanes=[record.stage])
        undo = {"label": _("Undo"), "post": _address("crm:restore", page, record_id)}
        title = _("“%(title)s” was deleted") % {"title": record.title}
        return patch.toast("success", title, _("It can be restored for 30 days."), action=undo)

    return _done(request, type_code, record_id, act)


@login_required
@require_POST
def restore(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Take a record out of the recycle bin."""

    def act(page: TypePage) -> BoardPatch:
        record = get_record(page.actor, record_id, type_code=type_code, in_bin=True)
        restored = restore_record(record, actor=page.actor)
        patch = changed_cards(page, [record_id], lanes=[restored.stage])
        return patch.toast("success", _("“%(title)s” is back") % {"title": restored.title})

    return _done(request, type_code, record_id, act)


def _done(
    request: HttpRequest, type_code: str, record_id: int, act: Callable[[TypePage], BoardPatch]
) -> HttpResponse:
    page = open_type_page(request, type_code, face="board")
    try:
        return answer(request, act(page))
    except RecordMissing as refusal:
        return _missing(request, page, record_id, refusal)


def _told(drop: Drop, moved: Item) -> BoardPatch:
    """Return the changed lanes, with a toast that says so and takes the move back."""
    page, source = drop.page, drop.record.stage
    patch = changed_cards(page, [moved.pk], lanes=[source, moved.stage])
    patch.triggers["close-dialog"] = {}
    is_here = moved.pipeline_id == drop.record.pipeline_id
    if is_here and moved.stage == source:
        return patch
    action = None if drop.wish["is_undo"] else _undo(drop, moved)
    pipeline = page.schema.pipelines[moved.pipeline_id]
    stage = pipeline.stage(moved.stage)
    name = stage.name if stage else moved.stage
    if not is_here:
        title = _("Moved to “%(pipeline)s”, stage “%(stage)s”") % {
            "pipeline": pipeline.pipeline.name,
            "stage": name,
        }
        return patch.toast("success", title, action=action)
    # Translators: read aloud together with the lane's count and sum, "3 deals, €124,900".
    title = _("Moved to %(stage)s") % {"stage": name}
    return patch.toast("success", title, _lane_text(patch, moved), action=action)


def _lane_text(patch: BoardPatch, moved: Item) -> str:
    if moved.pk in patch.gone:
        return _("The filter or your roles do not show it there.")
    lane = next((head for head in patch.heads if head.code == moved.stage), None)
    if lane is None:
        return ""
    counted = patch.page.counted(lane.record_count)
    return f"{counted}, {lane.amount_text}" if lane.amount_text else counted


def _undo(drop: Drop, moved: Item) -> dict[str, str] | None:
    """Return the button that moves the record back; None where no move leads back."""
    page, record = drop.page, drop.record
    back: dict[str, Any] = {"stage": record.stage, "is_undo": "on"}
    if moved.pipeline_id == record.pipeline_id:
        pipeline = page.schema.pipelines[moved.pipeline_id]
        if record.stage in barred_moves(page.actor, pipeline).get(moved.stage, {}):
            return None
        back |= {"expected": moved.stage, "below": drop.wish["was_below"] or ""}
    else:
        back["to_pipeline"] = page.schema.pipelines[record.pipeline_id].code
    return {"label": _("Undo"), "post": _address("crm:move", page, record.pk, back)}


def _asked_for(
    request: HttpRequest, drop: Drop, refusal: FieldsMissing | ValuesRefused
) -> HttpResponse:
    stage = drop.target
    if stage is None:
        return _refused(request, drop, refusal)
    repeated = {f"{MoveForm.prefix}-{name}": value for name, value in drop.wish.items() if value}
    return ask_for_fields(request, Question(drop.page, drop.record, stage, repeated), refusal)


def _refused(
    request: HttpRequest, drop: Drop, refusal: RecordRefusal | AccountsRefusal
) -> HttpResponse:
    """Answer with the card where it really is, the reason on it and in a toast."""
    page, record = drop.page, drop.record
    patch = changed_cards(page, [record.pk], lanes=[record.stage, drop.wish["stage"]])
    reason = refusal.message
    if isinstance(refusal, StaleRecord):
        reason = _who_was_first(page, record.pk) or reason
    elif patch.cards:
        stage = next((head.name for head in patch.heads if head.code == record.stage), "")
        patch.refused = (_("Stayed in %(stage)s.") % {"stage": stage}, reason)
    if isinstance(refusal, StaleRecord) and patch.cards:
        patch.refused = ("", reason)
    title = _("“%(title)s” was not moved") % {"title": record.title}
    patch.triggers["close-dialog"] = {}
    return answer(request, patch.toast("error", title, reason), status=status_of(refusal))


def _who_was_first(page: TypePage, record_id: int) -> str:
    """Return who moved the record to where it stands now; empty when no person did."""
    record = Item._base_manager.filter(pk=record_id).only("moved_by", "stage", "pipeline").first()
    if record is None or record.moved_by_id is None:
        return ""
    person = User.objects.filter(pk=record.moved_by_id).first()
    pipeline = page.schema.pipelines.get(record.pipeline_id)
    stage = pipeline.stage(record.stage) if pipeline else None
    if person is None or stage is None:
        return ""
    return _("%(person)s moved it first: it now stands in “%(stage)s”.") % {
        "person": person.full_name,
        "stage": stage.name,
    }


def _missing(
    request: HttpRequest, page: TypePage, record_id: int, refusal: RecordMissing
) -> HttpResponse:
    patch = changed_cards(page, [record_id])
    return answer(request, patch.toast("error", refusal.message), status=status_of(refusal))


def _address(
    name: str, page: TypePage, record_id: int, more: Mapping[str, Any] | None = None
) -> str:
    """Return an address with the board's own parameters, as every request of it has them."""
    path = reverse(name, args=[page.type_schema.code, record_id])
    wish = {f"{MoveForm.prefix}-{part}": value for part, value in (more or {}).items()}
    return "&".join(filter(None, [f"{path}?{lane_query(page)}", urlencode(wish)]))
