"""The saved views somebody may open, and what each person chose for themselves."""

from __future__ import annotations

from django.db.models import Q

from accounts import access
from accounts.actor import Actor
from smart_processes.models import SavedView
from smart_processes.schema import TypeSchema

# The code of the row that keeps a person's own columns and first view of a type; it stands
# in no menu.
PERSONAL = "personal"


def visible_views(type_schema: TypeSchema, *, actor: Actor) -> list[SavedView]:
    """Return own and shared views of a type in order (one query)."""
    return [view for view in _rows(type_schema, actor) if view.code != PERSONAL]


def views_and_choices(
    type_schema: TypeSchema, *, actor: Actor
) -> tuple[list[SavedView], SavedView | None]:
    """Return own and shared views, and the row of the actor's own choices (one query).

    The row's `columns` are those of lists that are no saved view; its `filters` may hold
    `{"view": [id]}`: what the actor sees first.
    """
    rows = _rows(type_schema, actor)
    personal = next((row for row in rows if row.code == PERSONAL and not row.is_shared), None)
    return [row for row in rows if row.code != PERSONAL], personal


def personal_row(type_schema: TypeSchema, *, user_id: int) -> SavedView | None:
    """Return the row of somebody's own choices, None before the first one (one query)."""
    own = SavedView.objects.filter(type=type_schema.type, owner_id=user_id, code=PERSONAL)
    return own.order_by("pk").first()


def _rows(type_schema: TypeSchema, actor: Actor) -> list[SavedView]:
    user_id = access.of(actor).user_id
    own = Q(owner_id=user_id) if user_id is not None else Q(pk__in=[])
    return list(
        SavedView.objects.filter(own | Q(is_shared=True), type=type_schema.type).order_by(
            "position", "name", "pk"
        )
    )
