"""To-dos as pages draw them, and the form that plans one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import Access
from accounts.choices import ActorKind
from accounts.models import User
from automation.actions.todos import TodoContent, may_complete, may_edit
from automation.models import ChecklistItem, Todo
from crm.web.due import Due, due
from smart_processes.exceptions import ValuesRefused

# How a moment stands in the browser's own control.
CONTROL_FORMAT = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class TodoView:
    """A to-do as it is drawn.

    Attributes:
        from_words: Who made it, in words.
        done_words: Who did it, and when.
        ticked: How many lines of its checklist are done.
    """

    todo: Todo
    due: Due
    lines: Sequence[ChecklistItem]
    from_words: str
    may_complete: bool
    may_edit: bool

    @property
    def ticked(self) -> int:
        """How many lines of the checklist are done."""
        return sum(line.done_at is not None for line in self.lines)


def todo_view(todo: Todo, rights: Access, *, may_change: bool, now: datetime) -> TodoView:
    """Return a to-do as it is drawn (no query when its people and lines were loaded).

    Args:
        todo: With `assignee`, `made_by` and `checklist`.
        rights: Of who looks.
        may_change: Whether the reader may change its record.
        now: The moment the page was made.
    """
    return TodoView(
        todo=todo,
        due=due(todo.deadline_at, now),
        lines=list(todo.checklist.all()),
        from_words=_maker(todo),
        may_complete=may_complete(rights, may_change=may_change, todo=todo),
        may_edit=may_edit(rights, may_change=may_change, todo=todo),
    )


class TodoForm(forms.Form):
    """What a to-do says; the action alone decides about it."""

    title = forms.CharField(label=gettext_lazy("To-do"), required=False)
    assignee = forms.ModelChoiceField(
        User.objects.filter(is_active=True).order_by("first_name", "last_name", "username"),
        label=gettext_lazy("Who does it"),
        required=False,
        empty_label=gettext_lazy("Nobody yet"),
    )
    deadline_at = forms.DateTimeField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=CONTROL_FORMAT),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "data-grows": ""}),
    )
    checklist = forms.CharField(
        label=gettext_lazy("Checklist"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "data-grows": ""}),
        help_text=gettext_lazy("One step a line."),
    )

    def content(self) -> TodoContent:
        """Return what was typed; the form is valid."""
        typed = self.cleaned_data
        return TodoContent(
            title=typed["title"],
            assignee=typed["assignee"],
            deadline_at=typed["deadline_at"],
            description=typed["description"],
            checklist=typed["checklist"].splitlines(),
        )

    def explain(self, refusal: ValuesRefused) -> None:
        """Put the action's sentences at their controls."""
        for name, sentence in refusal.errors.items():
            self.add_error(name if name in self.fields else None, sentence)


def empty_form(reader_id: int | None) -> TodoForm:
    """Return a form for a new to-do, for the reader unless they choose somebody else."""
    return TodoForm(initial={"assignee": reader_id}, auto_id="todo-new-%s")


def sent_form(sent: QueryDict, todo: Todo | None = None) -> TodoForm:
    """Return a form with what was sent, for a new to-do or for this one."""
    return TodoForm(sent, auto_id=f"todo-{todo.pk}-%s" if todo else "todo-new-%s")


def filled_form(todo: Todo) -> TodoForm:
    """Return a form with what a to-do says."""
    return TodoForm(
        auto_id=f"todo-{todo.pk}-%s",
        initial={
            "title": todo.title,
            "assignee": todo.assignee_id,
            "deadline_at": timezone.localtime(todo.deadline_at) if todo.deadline_at else None,
            "description": todo.description,
            "checklist": "\n".join(line.text for line in todo.checklist.all()),
        },
    )


def _maker(todo: Todo) -> str:
    if todo.made_by is not None:
        return todo.made_by.full_name
    if todo.made_by_kind == ActorKind.ROBOT:
        return _("Robot “%(name)s”") % {"name": todo.made_by_label}
    return ""
