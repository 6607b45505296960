"""Doing one thing to many records: each by its ordinary action, with its ordinary refusals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.exceptions import AccountsRefusal
from smart_processes.exceptions import RecordMissing, RecordRefusal
from smart_processes.models import Item
from smart_processes.schema import TypeSchema

# What is done to one record: calls an action, which checks the rights of its actor.
Change = Callable[[Item], object]


@dataclass(frozen=True)
class RefusedRecord:
    """A record that stayed as it was, and why; without a label where it may not be seen."""

    item_id: int
    label: str
    message: str


@dataclass
class BulkOutcome:
    """What became of a number of records."""

    changed_count: int = 0
    refused: list[RefusedRecord] = field(default_factory=list)


def change_each(
    type_schema: TypeSchema,
    ids: Sequence[int],
    change: Change,
    *,
    actor: Actor,
    in_bin: bool = False,
) -> BulkOutcome:
    """Change records one after the other; one that is refused does not stop the others.

    Belongs into a transaction of the caller's; each record has its own savepoint.

    Args:
        type_schema: The type of all of them; ids of other types are passed over as missing.
        ids: Which records, in the order of the work. Ascending, so that two callers lock
            in the same order.
        change: Calls the action for one record.
        actor: Whose rights decide what is told about refused records.
        in_bin: The records are in the recycle bin.
    """
    found = Item._base_manager.filter(
        type_id=type_schema.type.pk, deleted_at__isnull=not in_bin
    ).in_bulk(list(ids))
    outcome = BulkOutcome()
    for item_id in ids:
        record = found.get(item_id)
        message = _refusal(record, change)
        if message is None:
            outcome.changed_count += 1
        else:
            label = _label(record, type_schema, actor)
            outcome.refused.append(RefusedRecord(item_id, label, message))
    return outcome


def _refusal(record: Item | None, change: Change) -> str | None:
    """Change one record; return why it was refused, or None."""
    if record is None:
        return RecordMissing().message
    try:
        with transaction.atomic():
            change(record)
    except (RecordRefusal, AccountsRefusal) as refusal:
        return refusal.message
    except IntegrityError as clash:
        if "unique" not in str(clash).lower():
            raise
        return _("Somebody saved an equal value at the same moment. Try again.")
    return None


def _label(record: Item | None, type_schema: TypeSchema, actor: Actor) -> str:
    """Return number and title, or nothing for a record that the actor may not see."""
    if record is None:
        return ""
    pipeline = next((p for p in type_schema.pipelines if p.pk == record.pipeline_id), None)
    if pipeline is None or not access.of(actor).may(Action.VIEW, record, pipeline):
        return ""
    return f"{type_schema.type.format_number(record.number)} {record.title}"
