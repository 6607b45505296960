"""What lies in the recycle bin of a type."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from smart_processes.keyset import OrderTerm, Page, keyset_page
from smart_processes.models import Item
from smart_processes.schema import TypeSchema

RECORDS_PER_PAGE = 50
_LATEST_FIRST: Sequence[OrderTerm] = (
    OrderTerm("deleted_at", F("deleted_at"), is_descending=True, is_nullable=False),
    OrderTerm("id", F("pk"), is_descending=True, is_nullable=False),
)


def deleted_records(
    actor: Actor,
    type_schema: TypeSchema,
    *,
    after: str | None = None,
    size: int = RECORDS_PER_PAGE,
) -> Page[Item]:
    """Return a page of deleted records that the actor may restore, the latest first (one query).

    Raises:
        CursorRefused: the cursor is damaged.
    """
    reached = access.of(actor).visible(Action.DELETE, list(type_schema.pipelines))
    deleted = Item._base_manager.filter(
        reached, type_id=type_schema.type.pk, deleted_at__isnull=False
    )
    return keyset_page(deleted.defer("search"), _LATEST_FIRST, after=after, size=size)
