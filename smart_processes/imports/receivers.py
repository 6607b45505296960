"""What the rows of a file become: records of a type, or people."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from accounts.actor import Actor
from smart_processes.imports.engine import Receiver
from smart_processes.imports.mapping import ImportMapping
from smart_processes.imports.matching import SAMPLE, propose
from smart_processes.imports.people import PeopleReceiver
from smart_processes.imports.people_plan import propose_people
from smart_processes.imports.records import RecordReceiver
from smart_processes.imports.rows import Table
from smart_processes.schema import schema_for

# No record type can be called so (`codes.RESERVED_TYPE_CODES`).
PEOPLE = "user"


def receiver_for(
    type_code: str,
    mapping: ImportMapping,
    headings: Sequence[str],
    *,
    actor: Actor,
    starts_robots: bool = False,
) -> Receiver:
    """Return what takes the rows of a file.

    Args:
        type_code: Code of a record type, or `PEOPLE`.
        mapping: Which column goes where.
        headings: The file's columns.
        actor: Who imports.
        starts_robots: New records count as entering their stage; people have none.

    Raises:
        TypeMissing: no such type.
        PermissionRefused: the actor may import nothing of it.
        MappingRefused: the mapping does not fit the file or the type.
    """
    if type_code == PEOPLE:
        return PeopleReceiver(mapping, headings, actor=actor)
    return RecordReceiver(type_code, mapping, headings, actor=actor, starts_robots=starts_robots)


def propose_mapping(type_code: str, table: Table, *, actor: Actor) -> ImportMapping:
    """Return a mapping of the columns whose meaning is clear.

    Raises:
        TypeMissing: no such type.
    """
    if type_code == PEOPLE:
        return propose_people(table)
    sample = list(islice(table.rows(), SAMPLE))
    return propose(table, schema_for(actor).type(type_code), sample)
