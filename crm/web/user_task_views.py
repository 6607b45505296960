"""User tasks as pages draw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actor import Actor
from accounts.models import User
from automation.choices import AnswerKind, CommentRule, CountingRule, UserTaskKind, UserTaskOutcome
from automation.models import UserTask, UserTaskAnswer, UserTaskPerson
from automation.selectors.user_tasks import readable_records, waiting_since
from automation.user_tasks.questions import fields_of, python_value
from crm.web.due import Due, due
from smart_processes.field_types.base import Names, References
from smart_processes.schema import TypeSchema, schema_for

ICONS = {
    UserTaskKind.APPROVAL: "hand-raised",
    UserTaskKind.ACKNOWLEDGEMENT: "book-open",
    UserTaskKind.INFORMATION: "pencil-square",
    UserTaskKind.INFORMATION_OR_REFUSAL: "question-mark-circle",
}
_GOOD = frozenset({AnswerKind.YES, AnswerKind.OK})
_OUTCOMES = {
    UserTaskOutcome.APPROVED: ("ok", "check"),
    UserTaskOutcome.DONE: ("ok", "check"),
    UserTaskOutcome.REJECTED: ("bad", "x-mark"),
    UserTaskOutcome.REFUSED: ("bad", "x-mark"),
    UserTaskOutcome.EXPIRED: ("warn", "clock"),
    UserTaskOutcome.CANCELLED: ("", "minus"),
}


@dataclass(frozen=True)
class Look:
    """A state: its tone, its icon and its words."""

    tone: str
    icon: str
    label: str


@dataclass(frozen=True)
class PlaceView:
    """One of those who are asked.

    Attributes:
        since: How they stand, or since when they are waited for.
        instead_of: In whose place they answer, in words.
        values: What they filled in, label and text.
    """

    place: UserTaskPerson
    name: str
    look: Look
    is_waiting: bool
    answer: UserTaskAnswer | None = None
    instead_of: str = ""
    values: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class UserTaskView:
    """A user task as it is drawn.

    Attributes:
        mine: The reader's place that waits for an answer.
        record_url: Empty where the reader may not open the record.
    """

    task: UserTask
    due: Due
    icon: str
    from_words: str
    places: Sequence[PlaceView]
    waiting_at: datetime
    mine: UserTaskPerson | None
    type_schema: TypeSchema | None
    record_url: str

    @property
    def url(self) -> str:
        """The page of the task."""
        return reverse("crm:user_task", args=[self.task.pk])

    @property
    def look(self) -> Look:
        """How the task as a whole stands."""
        if self.task.is_open:
            return Look("wait", "clock", _("Waiting for an answer"))
        tone, icon = _OUTCOMES[UserTaskOutcome(self.task.outcome)]
        label = str(self.task.get_outcome_display())
        if self.task.is_timed_out:
            tone, icon, label = (
                "warn",
                "clock",
                _("%(outcome)s: the time limit passed") % {"outcome": label},
            )
        return Look(tone, icon, label)

    @property
    def blocking(self) -> list[PlaceView]:
        """Who is waited for."""
        return [each for each in self.places if each.is_waiting]

    @property
    def rule_words(self) -> str:
        """Whose answers decide, in words; empty where one person is asked."""
        task = self.task
        if len(self.places) < 2:
            return ""
        if task.kind == UserTaskKind.INFORMATION:
            return _("the first answer counts")
        if task.kind == UserTaskKind.INFORMATION_OR_REFUSAL:
            return _("the first answer counts, or a refusal")
        if task.rule == CountingRule.VOTE:
            return _("more than %(percent)d%% must agree") % {"percent": task.min_percent}
        if task.rule == CountingRule.ANY:
            return _("the first answer decides")
        is_approval = task.kind == UserTaskKind.APPROVAL
        return _("all must agree") if is_approval else _("all must read it")

    @property
    def comment_words(self) -> str:
        """What is said about the comment, behind its label."""
        words = {
            CommentRule.REQUIRED: _("required"),
            CommentRule.ON_YES: _("required to agree"),
            CommentRule.ON_NO: _("required to refuse"),
        }
        return words.get(CommentRule(self.task.comment_rule), "")

    @property
    def has_comment(self) -> bool:
        """Whether a comment may be given."""
        return self.task.comment_rule != CommentRule.HIDDEN

    @property
    def yes_label(self) -> str:
        """What the button says that agrees."""
        usual = {
            UserTaskKind.APPROVAL: _("Approve"),
            UserTaskKind.ACKNOWLEDGEMENT: _("I have read it"),
        }
        return self.task.yes_label or usual.get(UserTaskKind(self.task.kind), _("Answer"))

    @property
    def no_label(self) -> str:
        """What the button says that refuses; empty where nothing can be refused."""
        match self.task.kind:
            case UserTaskKind.APPROVAL:
                return self.task.no_label or _("Reject")
            case UserTaskKind.INFORMATION_OR_REFUSAL:
                return self.task.no_label or _("Refuse")
            case _:
                return ""

    @property
    def yes_answer(self) -> str:
        """The answer of the button that agrees."""
        return self.task.answers[0]

    @property
    def no_answer(self) -> str:
        """The answer of the button that refuses."""
        return self.task.answers[-1]

    @property
    def is_quick(self) -> bool:
        """Whether it can be answered from the list: nothing has to be filled in."""
        needed = {CommentRule.REQUIRED, CommentRule.ON_YES}
        return not self.task.questions and self.task.comment_rule not in needed


def user_task_views(tasks: Sequence[UserTask], actor: Actor) -> list[UserTaskView]:
    """Return tasks as they are drawn (one query, one more for names of people in answers)."""
    found = list(tasks)
    readable = readable_records(actor, found)
    schema, now = schema_for(actor), timezone.now()
    names = _names(found)
    return [
        UserTaskView(
            task=task,
            due=due(task.due_at if task.is_open else None, now),
            icon=ICONS[UserTaskKind(task.kind)],
            from_words=task.asked_by.full_name if task.asked_by else task.asked_by_label,
            places=[_place(task, each, actor, names, now) for each in task.people.all()],
            waiting_at=waiting_since(task),
            mine=_mine(task, actor),
            type_schema=schema.of(task.item) if task.item and task.item_id in readable else None,
            record_url=reverse("crm:by_id", args=[task.item_id])
            if task.item_id in readable
            else "",
        )
        for task in found
    ]


def _mine(task: UserTask, actor: Actor) -> UserTaskPerson | None:
    if not task.is_open:
        return None
    own = (each for each in task.people.all() if each.person_id == actor.user_id)
    return next((each for each in own if each.ended_at is None), None)


def _place(
    task: UserTask, place: UserTaskPerson, actor: Actor, names: Names, now: datetime
) -> PlaceView:
    answer: UserTaskAnswer | None = getattr(place, "answer", None)
    return PlaceView(
        place=place,
        name=place.person.full_name if place.person else _("Somebody who left"),
        look=_look(task, place, answer, actor, now),
        is_waiting=task.is_open and place.ended_at is None,
        answer=answer,
        instead_of=_instead_of(place),
        values=_values(task, answer, names),
    )


def _look(
    task: UserTask,
    place: UserTaskPerson,
    answer: UserTaskAnswer | None,
    actor: Actor,
    now: datetime,
) -> Look:
    if answer is not None:
        is_good = answer.answer in _GOOD
        label = str(answer.get_answer_display())
        if task.kind == UserTaskKind.ACKNOWLEDGEMENT:
            label = _("Has read it")
        return Look("ok" if is_good else "bad", "check" if is_good else "x-mark", label)
    if not task.is_open:
        return Look("", "minus", _("No answer"))
    if place.person_id == actor.user_id:
        return Look("wait", "clock", _("Your answer"))
    days = (now - place.asked_at).days
    if not days:
        return Look("", "clock", _("Waiting"))
    words = ngettext("Waiting for %(count)d day", "Waiting for %(count)d days", days)
    return Look("", "clock", words % {"count": days})


def _instead_of(place: UserTaskPerson) -> str:
    if place.instead_of is None:
        return ""
    name = {"name": place.instead_of.full_name}
    if place.was_delegated:
        return _("given on by %(name)s") % name
    return _("stands in for %(name)s") % name


def _values(task: UserTask, answer: UserTaskAnswer | None, names: Names) -> list[tuple[str, str]]:
    if answer is None or not answer.values:
        return []
    return [
        (str(field.label), field.text(python_value(field, answer.values[field.code]), names))
        for field in fields_of(task.questions)
        if field.code in answer.values
    ]


def _names(tasks: Sequence[UserTask]) -> Names:
    """Return what people inside of answers are called."""
    references = References()
    for task in tasks:
        for place in task.people.all():
            answer: UserTaskAnswer | None = getattr(place, "answer", None)
            for field in fields_of(task.questions) if answer else ():
                if answer and field.type.kind == "user":
                    field.collect(answer.values.get(field.code), references)
    if not references.users:
        return Names()
    return Names(
        users={user.pk: user.full_name for user in User.objects.filter(pk__in=references.users)}
    )
