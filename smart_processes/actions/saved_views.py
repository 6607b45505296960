"""Saved views: a filter, a sort and columns under a name; and what a person sees first.

Own views belong to their maker. Shared views belong to nobody, so that they outlive their
maker's account; who may configure makes and changes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.exceptions import PermissionRefused
from smart_processes.exceptions import RecordRefusal
from smart_processes.models import SavedView
from smart_processes.schema import PipelineSchema, TypeSchema
from smart_processes.selectors.saved_views import PERSONAL, personal_row, visible_views

LONGEST_NAME = 60  # characters, as the column has it
# More in one menu are not found again.
MOST_VIEWS = 50


class ViewRefused(RecordRefusal):
    """A view may not be saved like this; `message` says why."""

    code = "view_refused"


@dataclass(frozen=True)
class ViewContent:
    """What a view shows.

    Attributes:
        filters: The filter's parameters: `{"amount_min": ["400"]}`.
        sort: A field's code, with a minus for the largest first; "" for the newest first.
        columns: Codes of columns in order; none for the usual ones.
        pipeline: Only this pipeline.
    """

    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: str = ""
    columns: Sequence[str] = ()
    pipeline: PipelineSchema | None = None


@transaction.atomic
def create_view(
    type_schema: TypeSchema,
    name: str,
    content: ViewContent,
    *,
    actor: Actor,
    is_shared: bool = False,
) -> SavedView:
    """Save a view for oneself, or for everybody.

    Raises:
        ViewRefused: the name is empty, too long or taken, or there are too many views.
        PermissionRefused: it shall be shared, and the actor may not configure.
    """
    rights = access.fresh(actor)
    if is_shared:
        access.require_configurator(rights)
    view = SavedView(
        type=type_schema.type,
        owner_id=None if is_shared else rights.user_id,
        is_shared=is_shared,
        position=_last_position(type_schema) + 1,
    )
    view.name = _free_name(type_schema, name, view, actor)
    _fill(view, content)
    view.save(force_insert=True)
    return view


@transaction.atomic
def change_view(view: SavedView, content: ViewContent, *, actor: Actor) -> SavedView:
    """Let a view show something else.

    Raises:
        PermissionRefused: it is not the actor's to change.
    """
    locked = _changeable(view, actor)
    _fill(locked, content)
    locked.save(update_fields=["filters", "sort", "columns", "pipeline"])
    return locked


@transaction.atomic
def rename_view(
    view: SavedView, name: str, *, actor: Actor, type_schema: TypeSchema, is_shared: bool
) -> SavedView:
    """Give a view another name, share it with everybody or take it back.

    Raises:
        ViewRefused: the name is empty, too long or taken.
        PermissionRefused: it is not the actor's to change, or to share.
    """
    locked = _changeable(view, actor)
    if is_shared != locked.is_shared:
        rights = access.fresh(actor)
        access.require_configurator(rights)
        locked.is_shared = is_shared
        locked.owner_id = None if is_shared else rights.user_id
    locked.name = _free_name(type_schema, name, locked, actor)
    locked.save(update_fields=["name", "is_shared", "owner"])
    return locked


@transaction.atomic
def delete_view(view: SavedView, *, actor: Actor) -> None:
    """Delete a view; the records it showed stay.

    Raises:
        PermissionRefused: it is not the actor's to delete.
    """
    _changeable(view, actor).delete()


@transaction.atomic
def choose_first_view(type_schema: TypeSchema, view: SavedView | None, *, actor: Actor) -> None:
    """Say what the actor sees when opening the type: a view, or everything for None."""
    row = _personal(type_schema, actor)
    row.filters = {"view": [str(view.pk)]} if view else {}
    row.save()


@transaction.atomic
def keep_columns(type_schema: TypeSchema, columns: Sequence[str], *, actor: Actor) -> None:
    """Keep the actor's columns for lists of this type that are no saved view."""
    row = _personal(type_schema, actor)
    row.columns = list(columns)
    row.save()


def _personal(type_schema: TypeSchema, actor: Actor) -> SavedView:
    user_id = access.fresh(actor).user_id
    if user_id is None:
        raise PermissionRefused(Action.VIEW, type_schema.type.name_many)
    found = personal_row(type_schema, user_id=user_id)
    return found or SavedView(type=type_schema.type, owner_id=user_id, code=PERSONAL, name="")


def _changeable(view: SavedView, actor: Actor) -> SavedView:
    """Return the view's row, locked.

    Raises:
        ViewRefused: it is gone.
        PermissionRefused: it is somebody else's, or shared and the actor may not configure.
    """
    locked = SavedView.objects.select_for_update().filter(pk=view.pk).first()
    if locked is None:
        raise ViewRefused(_("This view is not here any more."))
    rights = access.fresh(actor)
    if locked.is_shared:
        access.require_configurator(rights)
    elif locked.owner_id is None or locked.owner_id != rights.user_id:
        raise PermissionRefused(Action.CHANGE, locked.name)
    return locked


def _free_name(type_schema: TypeSchema, name: str, view: SavedView, actor: Actor) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise ViewRefused(_("Give the view a name."))
    if len(cleaned) > LONGEST_NAME:
        raise ViewRefused(
            _("Enter at most %(limit)d characters; these are %(count)d.")
            % {"limit": LONGEST_NAME, "count": len(cleaned)}
        )
    others = [each for each in visible_views(type_schema, actor=actor) if each.pk != view.pk]
    if len(others) >= MOST_VIEWS:
        raise ViewRefused(
            _("There are %(limit)d views already. Delete one first.") % {"limit": MOST_VIEWS}
        )
    same = [each for each in others if each.is_shared == view.is_shared]
    if cleaned.casefold() in {each.name.casefold() for each in same}:
        raise ViewRefused(_("There is a view “%(name)s” already.") % {"name": cleaned})
    return cleaned


def _fill(view: SavedView, content: ViewContent) -> None:
    view.filters = {name: list(values) for name, values in content.filters.items()}
    view.sort = content.sort
    view.columns = list(content.columns)
    view.pipeline = content.pipeline.pipeline if content.pipeline else None


def _last_position(type_schema: TypeSchema) -> int:
    found = SavedView.objects.filter(type=type_schema.type).aggregate(last=Max("position"))
    return min(found["last"] or 0, 32000)
