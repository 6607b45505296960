"""User tasks: asking people, answering, giving a task on.

Whatever writes a task locks its run first, then the run's waits, then the record: the order
of the engine. Several who answer at once are counted one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.actor import Actor
from accounts.models import User
from automation.actions.notifications import notify
from automation.actions.runs import fire_event
from automation.choices import (
    AnswerKind,
    CommentRule,
    CountingRule,
    NotificationKind,
    UserTaskKind,
    UserTaskOutcome,
)
from automation.engine.journal import SUCCESS
from automation.engine.nodes import WaitKind
from automation.exceptions import NobodyWaits, UserTaskRefused
from automation.models import Run, UserTask, UserTaskAnswer, UserTaskPerson
from automation.runtime import clock
from automation.user_tasks.asking import TaskContent
from automation.user_tasks.closing import close
from automation.user_tasks.counting import Terms, outcome_of
from automation.user_tasks.people import Asked, takers
from automation.user_tasks.questions import read_answers
from automation.user_tasks.results import answers_of, results_of, votes_of
from smart_processes.exceptions import ValuesRefused
from smart_processes.field_types.base import ValueRefused
from smart_processes.field_types.string import read_lines

LONGEST_COMMENT = 10_000  # characters
_AGREEING = frozenset({AnswerKind.YES, AnswerKind.OK})


@transaction.atomic
def open_user_task(
    content: TaskContent,
    people: Sequence[Asked],
    *,
    run_id: int,
    step: str,
    actor: Actor,
    now: datetime,
) -> UserTask:
    """Ask people something for a step of a run, whose turn holds its lock.

    Args:
        content: What is asked.
        people: Who is asked, each once; somebody must be.
        run_id: The run.
        step: Its step.
        actor: The robot that asks.
        now: The moment of the turn.
    """
    run = Run.objects.only("item_id", "started_by_id").get(pk=run_id)
    terms = content.terms
    task = UserTask.objects.create(
        run_id=run_id,
        step=step,
        item_id=run.item_id,
        kind=terms.kind,
        title=content.title,
        description=content.description,
        asked_by_id=run.started_by_id,
        asked_by_label=actor.label,
        rule=terms.rule,
        min_percent=terms.min_percent,
        waits_for_all=terms.waits_for_all,
        comment_rule=content.comment_rule,
        comment_label=content.comment_label,
        yes_label=content.yes_label,
        no_label=content.no_label,
        questions=list(content.questions),
        delegation=content.delegation,
        created_at=now,
        due_at=content.due_at,
    )
    UserTaskPerson.objects.bulk_create(
        UserTaskPerson(
            task=task, person_id=each.person_id, instead_of_id=each.instead_of_id, asked_at=now
        )
        for each in people
    )
    for each in people:
        _tell(task, each.person_id, actor)
    return task


@transaction.atomic
def answer_user_task(
    task: UserTask,
    *,
    actor: Actor,
    answer: str,
    comment: str = "",
    values: Mapping[str, Any] | None = None,
) -> UserTask:
    """Answer a user task that was given to the actor; the run goes on when it is decided.

    Args:
        task: Which; what it is now is read here.
        actor: Who answers.
        answer: One of `UserTask.answers`.
        comment: Words with it.
        values: Answers to its questions by code, as a form or the API sends them.

    Raises:
        UserTaskRefused: closed, answered already, not the actor's, or no such answer.
        ValuesRefused: a comment or an answer is missing or not of its kind.
    """
    present = _locked(task)
    asked = _place_of(present, actor)
    if answer not in present.answers:
        raise UserTaskRefused(_("This task cannot be answered so. Load the page again."))
    kind = AnswerKind(answer)
    errors: dict[str, str] = {}
    text = _comment(present, kind, comment, errors)
    found = _values(present, kind, values or {}, actor, errors)
    if errors:
        raise ValuesRefused(errors)
    now = clock.now()
    UserTaskAnswer.objects.create(asked=asked, answer=kind, comment=text, values=found, at=now)
    asked.ended_at = now
    asked.save(update_fields=["ended_at"])
    outcome = outcome_of(_terms(present), votes_of(present, answers_of(present)))
    if outcome is not None:
        _decide(present, outcome, now, actor)
    return present


@transaction.atomic
def delegate_user_task(task: UserTask, to: User, *, actor: Actor) -> UserTask:
    """Give one's place in a user task to somebody else.

    Raises:
        UserTaskRefused: closed, answered already, not the actor's, or not to that person.
    """
    present = _locked(task)
    asked = _place_of(present, actor)
    assert actor.user_id is not None  # who has a place is somebody
    name = {"name": to.full_name}
    if present.people.filter(person=to).exists():
        raise UserTaskRefused(_("%(name)s is asked already. Choose somebody else.") % name)
    if not to.is_active:
        raise UserTaskRefused(_("%(name)s does not work here any more.") % name)
    if not takers(present.delegation, actor.user_id).filter(pk=to.pk).exists():
        raise UserTaskRefused(_("This task may not be given to %(name)s.") % name)
    asked.instead_of_id = asked.instead_of_id or actor.user_id
    asked.person, asked.was_delegated, asked.asked_at = to, True, clock.now()
    asked.save(update_fields=["instead_of", "person", "was_delegated", "asked_at"])
    _tell(present, to.pk, actor)
    return present


def _locked(task: UserTask) -> UserTask:
    """Return an open task as it is now; its run is locked, as by everything that writes it."""
    list(Run.objects.select_for_update(no_key=True).filter(pk=task.run_id).values_list("pk"))
    present = UserTask.objects.select_related("item").get(pk=task.pk)
    if not present.is_open:
        outcome = {"outcome": present.get_outcome_display().lower()}
        sentence = _("This task is closed: %(outcome)s. No answer is needed any more.")
        raise UserTaskRefused(sentence % outcome)
    if present.item is not None and present.item.deleted_at is not None:
        raise UserTaskRefused(_("The record of this task was deleted. Restore it first."))
    return present


def _place_of(task: UserTask, actor: Actor) -> UserTaskPerson:
    """Return the actor's place in a task that they have not answered."""
    asked = task.people.filter(person_id=actor.user_id or 0).first()
    if asked is None:
        raise UserTaskRefused(_("This task was not given to you."))
    if asked.ended_at is not None:
        raise UserTaskRefused(_("You have answered this task already."))
    return asked


def _terms(task: UserTask) -> Terms:
    kind, rule = UserTaskKind(task.kind), CountingRule(task.rule)
    return Terms(kind, rule, task.min_percent, task.waits_for_all)


def _comment(task: UserTask, answer: AnswerKind, raw: str, errors: dict[str, str]) -> str:
    """Return the comment; what is wrong with it is added to `errors`."""
    if task.comment_rule == CommentRule.HIDDEN:
        return ""
    needed = {CommentRule.REQUIRED}
    needed.add(CommentRule.ON_YES if answer in _AGREEING else CommentRule.ON_NO)
    if not raw.strip():
        if task.comment_rule in needed:
            errors["comment"] = _("Say why: this answer needs a comment.")
        return ""
    try:
        return read_lines(raw, LONGEST_COMMENT)
    except ValueRefused as refusal:
        errors["comment"] = refusal.message
        return ""


def _values(
    task: UserTask,
    answer: AnswerKind,
    given: Mapping[str, Any],
    actor: Actor,
    errors: dict[str, str],
) -> dict[str, Any]:
    """Return the answers to the questions; what is wrong with them is added to `errors`."""
    if answer is not AnswerKind.OK:
        return {}
    try:
        return read_answers(task.questions, given, me=actor.user_id)
    except ValuesRefused as refusal:
        errors |= refusal.errors
        return {}


def _decide(task: UserTask, outcome: UserTaskOutcome, now: datetime, actor: Actor) -> None:
    """Close the task and let the step that waits for it end."""
    # The wait before the record, which those who listen may lock.
    task.outcome = outcome
    payload = {"status": SUCCESS, "result": results_of(task)}
    if not fire_event(task.wait_key, payload, kind=WaitKind.TASK):
        raise NobodyWaits(_("Nobody waits for this any more: it was answered or cancelled."))
    close(task, outcome, now, actor=actor)


def _tell(task: UserTask, person_id: int, actor: Actor) -> None:
    """Tell one person of the task in the person's language."""
    language = User.objects.filter(pk=person_id).values_list("language", flat=True).first()
    with override(language or settings.LANGUAGE_CODE):
        title = _("Your answer is needed: %(title)s") % {"title": task.title}
    notify(
        [person_id],
        NotificationKind.USER_TASK,
        title,
        actor=actor,
        text=task.description[:200],
        item=task,
    )
