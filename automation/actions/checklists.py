"""The lines of a to-do's checklist."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from automation.models import ChecklistItem, Todo
from smart_processes.exceptions import ValuesRefused

MOST_LINES = 50
LONGEST_LINE = 255  # characters


def write_checklist(todo: Todo, lines: Sequence[str]) -> None:
    """Make the checklist these lines, in this order; lines that stay keep their tick.

    Called by actions that hold the record's lock.

    Raises:
        ValuesRefused: too many lines, or one that is too long.
    """
    wanted = list(dict.fromkeys(filter(None, (" ".join(line.split()) for line in lines))))
    if len(wanted) > MOST_LINES or any(len(line) > LONGEST_LINE for line in wanted):
        raise ValuesRefused(
            {
                "checklist": _("A checklist has %(lines)d lines of %(length)d letters at most.")
                % {"lines": MOST_LINES, "length": LONGEST_LINE}
            }
        )
    stored = {line.text: line for line in ChecklistItem.objects.filter(todo_id=todo.pk)}
    ChecklistItem.objects.filter(
        pk__in=[line.pk for text, line in stored.items() if text not in wanted]
    ).delete()
    for position, text in enumerate(wanted):
        line = stored.get(text)
        if line is None:
            ChecklistItem.objects.create(todo=todo, text=text, position=position)
        elif line.position != position:
            line.position = position
            line.save(update_fields=["position"])
