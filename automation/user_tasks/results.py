"""What later steps read of a user task."""

from __future__ import annotations

from typing import Any

from automation.choices import AnswerKind, UserTaskKind, UserTaskOutcome
from automation.models import UserTask, UserTaskAnswer
from automation.user_tasks.counting import Votes

_AGREED = (UserTaskOutcome.APPROVED, UserTaskOutcome.DONE)


def answers_of(task: UserTask) -> list[UserTaskAnswer]:
    """Return the answers in the order in which they came, with their people (one query)."""
    found = UserTaskAnswer.objects.filter(asked__task=task).select_related("asked__person")
    return list(found.order_by("at", "pk"))


def votes_of(task: UserTask, answers: list[UserTaskAnswer]) -> Votes:
    """Return how a task stands (one query)."""
    return Votes.of(task.people.count(), [each.answer for each in answers])


def results_of(task: UserTask) -> dict[str, Any]:
    """Return the results of a closed task, as JSON (two queries)."""
    answers = answers_of(task)
    votes = votes_of(task, answers)
    last = answers[-1] if answers else None
    found = {
        "task": task.pk,
        "outcome": task.outcome,
        "is_yes": task.outcome in _AGREED,
        "timed_out": task.is_timed_out,
        "total_count": votes.total,
        "voted_count": votes.voted,
        "voted_percent": votes.percent(votes.voted),
        "people": [each.asked.person_id for each in answers],
        "last_person": last.asked.person_id if last else None,
        "last_comment": last.comment if last else "",
        "comments": "\n".join(f"{_name(each)}: {each.comment}" for each in answers if each.comment),
    }
    if task.kind == UserTaskKind.APPROVAL:
        found |= {
            "approved_count": votes.agreed,
            "rejected_count": votes.refused,
            "approved_percent": votes.percent(votes.agreed),
            "rejected_percent": votes.percent(votes.refused),
            "approvers": _people(answers, AnswerKind.YES),
            "rejecters": _people(answers, AnswerKind.NO),
        }
    if task.questions:
        given = [each.values for each in answers if each.answer == AnswerKind.OK]
        found["values"] = given[0] if given else {}
    return found


def _people(answers: list[UserTaskAnswer], answer: AnswerKind) -> list[int | None]:
    return [each.asked.person_id for each in answers if each.answer == answer]


def _name(answer: UserTaskAnswer) -> str:
    person = answer.asked.person
    return person.full_name if person else ""
