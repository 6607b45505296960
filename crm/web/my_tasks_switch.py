"""The parts of "My tasks": what waits for my answer, my to-dos, what I asked, what is done."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.actor import Actor
from automation.selectors.user_tasks import count_user_tasks

TO_ANSWER, TODOS, ASKED, DONE = "to_answer", "todos", "asked", "done"


def task_switch(actor: Actor, current: str, *, waiting: int | None = None) -> list[dict[str, Any]]:
    """Return the parts as a segmented control takes them (one query where not counted yet)."""
    count = count_user_tasks(actor).waiting if waiting is None else waiting
    todos = reverse("crm:tasks")
    parts = [
        (TO_ANSWER, _("To answer"), reverse("crm:user_tasks"), count),
        (TODOS, _("To do"), todos, 0),
        (ASKED, _("I asked"), reverse("crm:user_tasks_asked"), 0),
        (DONE, pgettext("to-dos", "Done"), f"{todos}?done=1", 0),
    ]
    return [
        {
            "title": f"{title} {number}" if number else title,
            "url": url,
            "is_current": code == current,
        }
        for code, title, url, number in parts
    ]
