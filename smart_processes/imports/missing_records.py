"""Making the records that rows link to and that are not there yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from accounts.actor import Actor
from smart_processes.actions.creation import Draft, create_records
from smart_processes.imports.links import LinkField
from smart_processes.imports.record_plan import Reading
from smart_processes.models import Item


def make_missing(
    readings: Sequence[Reading], links: Sequence[LinkField], *, actor: Actor
) -> list[tuple[str, str]]:
    """Make what the rows name and do not find, each once; return type code and text of it.

    The actor needs the right to add such records. What may not be made is an error of the
    rows that name it.
    """
    made: list[tuple[str, str]] = []
    for field, rule in links:
        naming: dict[str, list[Reading]] = defaultdict(list)
        for reading in readings:
            for text in reading.missing_links.get(field.code, ()):
                naming[text].append(reading)
        target = str(field.config.get("target", ""))
        drafts = [Draft({rule.by or "title": text}) for text in naming]
        outcome = create_records(target, drafts, actor=actor) if drafts else []
        for (text, those), one in zip(naming.items(), outcome, strict=True):
            if isinstance(one, Item):
                made.append((target, text))
                continue
            for reading in those:
                reading.errors[field.code] = f"{field.label}: “{text}”: {one.message}"
    return made
