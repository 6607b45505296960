"""The words of the record engine."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class StageSemantics(models.TextChoices):
    """What a stage means for the process; exactly one success and any number of failures."""

    IN_PROGRESS = "in_progress", _("In progress")
    SUCCESS = "success", _("Success")
    FAILURE = "failure", _("Failure")


class Hue(models.TextChoices):
    """The twelve hues people choose from; the stylesheet gives each its colours."""

    GREY = "grey", _("Grey")
    BLUE = "blue", _("Blue")
    CYAN = "cyan", _("Cyan")
    TEAL = "teal", _("Teal")
    GREEN = "green", _("Green")
    LIME = "lime", _("Lime")
    AMBER = "amber", _("Amber")
    ORANGE = "orange", _("Orange")
    RED = "red", _("Red")
    PINK = "pink", _("Pink")
    VIOLET = "violet", _("Violet")
    INDIGO = "indigo", _("Indigo")


class MenuSection(models.TextChoices):
    """Where a type stands in the menu."""

    SALES = "sales", _("Sales")
    PROCESSES = "processes", _("Smart processes")


class EntryKind(models.TextChoices):
    """What a timeline entry tells."""

    CREATED = "created", _("Created")
    CHANGED = "changed", _("Changed")
    MOVED = "moved", _("Moved")
    PIPELINE_CHANGED = "pipeline_changed", _("Pipeline changed")
    COMMENT = "comment", _("Comment")
    LINKED = "linked", _("Linked")
    UNLINKED = "unlinked", _("Link removed")
    FILE_ADDED = "file_added", _("File added")
    FILE_REMOVED = "file_removed", _("File removed")
    OBSERVER_ADDED = "observer_added", _("Observer added")
    OBSERVER_REMOVED = "observer_removed", _("Observer removed")
    TODO_ADDED = "todo_added", _("To-do planned")
    TODO_CHANGED = "todo_changed", _("To-do changed")
    TODO_DONE = "todo_done", _("To-do done")
    TODO_REOPENED = "todo_reopened", _("To-do opened again")
    TODO_REMOVED = "todo_removed", _("To-do deleted")
    DELETED = "deleted", _("Moved to the recycle bin")
    RESTORED = "restored", _("Restored")


class JobState(models.TextChoices):
    """Where work in the background stands."""

    PENDING = "pending", _("Waiting")
    RUNNING = "running", _("Running")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")
