"""What a user task is to be, as a step says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from automation.choices import CommentRule, DelegationRule
from automation.user_tasks.counting import Terms


@dataclass(frozen=True)
class TaskContent:
    """What people are asked, and how their answers count.

    Attributes:
        terms: What it asks for, and when it is decided.
        title: One line.
        description: Further words.
        questions: The form, as `read_questions` returns it.
        comment_rule: Whether answers need a comment.
        comment_label: What the comment is called; empty: comment.
        yes_label: What the button says; empty: the usual word.
        no_label: As `yes_label`.
        delegation: To whom it may be given on.
        due_at: Until when; None: whenever.
    """

    terms: Terms
    title: str
    description: str = ""
    questions: Sequence[dict[str, Any]] = ()
    comment_rule: CommentRule = CommentRule.OPTIONAL
    comment_label: str = ""
    yes_label: str = ""
    no_label: str = ""
    delegation: DelegationRule = DelegationRule.SUBORDINATES
    due_at: datetime | None = None
