"""The form of a user task: its questions and the comment; the action decides about them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from automation.models import UserTask
from automation.user_tasks.questions import fields_of
from crm.web.forms import VALUE_PREFIX
from smart_processes.exceptions import ValuesRefused
from smart_processes.field_types.text import TextType

COMMENT = "comment"


class UserTaskForm(forms.Form):
    """One task's questions; names of their controls begin with `VALUE_PREFIX`."""

    def __init__(self, task: UserTask, sent: QueryDict | None = None) -> None:
        super().__init__(sent, auto_id=f"task-{task.pk}-%s")
        self._task = task
        for field in fields_of(task.questions):
            # The action alone decides; this is only for the star.
            made = field.form_field(required=False)
            if isinstance(field.type, TextType):
                made.widget = forms.Textarea(attrs={"rows": 3})
            made.required = field.is_required
            if field.default is not None and not field.is_multiple:
                made.initial = _shown(field.default)
            self.fields[VALUE_PREFIX + field.code] = made
        self.fields[COMMENT] = forms.CharField(
            label=task.comment_label or _("Comment"),
            required=False,
            widget=forms.Textarea(attrs={"rows": 2, "data-grows": ""}),
        )

    @property
    def questions(self) -> Iterator[forms.BoundField]:
        """The controls of the questions."""
        return (field for field in self if field.name != COMMENT)

    def values(self) -> dict[str, Any]:
        """Return what was sent, by code; lists where several may be given."""
        found: dict[str, Any] = {}
        for field in fields_of(self._task.questions):
            name = VALUE_PREFIX + field.code
            sent = self.data.getlist(name) if isinstance(self.data, QueryDict) else []
            takes_list = isinstance(
                self.fields[name], forms.MultipleChoiceField | forms.ModelMultipleChoiceField
            )
            found[field.code] = sent if takes_list else (sent[-1] if sent else None)
        return found

    def explain(self, refusal: ValuesRefused) -> None:
        """Put the action's sentences at their controls."""
        for name, sentence in refusal.errors.items():
            control = name if name == COMMENT else VALUE_PREFIX + name
            self.add_error(control if control in self.fields else None, sentence)


def _shown(default: Any) -> Any:
    return default if isinstance(default, str | int | float) else str(default)
