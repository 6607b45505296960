"""The words of the app that the database stores."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RunStatus(models.TextChoices):
    """How a run stands; the one list of words, in code, pages and files alike."""

    PENDING = "pending", pgettext_lazy("run", "Pending")
    RUNNING = "running", pgettext_lazy("run", "Running")
    WAITING = "waiting", pgettext_lazy("run", "Waiting")
    PAUSED = "paused", pgettext_lazy("run", "Paused")
    COMPLETED = "completed", pgettext_lazy("run", "Completed")
    CANCELLED = "cancelled", pgettext_lazy("run", "Cancelled")
    FAILED = "failed", pgettext_lazy("run", "Failed")


# A run in one of these may still do something.
OPEN_STATUSES = (RunStatus.PENDING, RunStatus.RUNNING, RunStatus.WAITING, RunStatus.PAUSED)
# Nothing moves a run out of these; a failed one can be retried.
FINAL_STATUSES = (RunStatus.COMPLETED, RunStatus.CANCELLED)


class MessageState(models.TextChoices):
    """What became of something that was to leave our database."""

    PENDING = "pending", pgettext_lazy("outgoing message", "Waiting to be sent")
    DELIVERED = "delivered", pgettext_lazy("outgoing message", "Delivered")
    DEAD = "dead", pgettext_lazy("outgoing message", "Given up")
    CANCELLED = "cancelled", pgettext_lazy("outgoing message", "Not needed any more")


class TrialAnswer(models.TextChoices):
    """How a trial run lets end what a step waits for."""

    WELL = "well", pgettext_lazy("answer in a trial", "It ends well")
    BADLY = "badly", pgettext_lazy("answer in a trial", "It fails")
    NEVER = "never", pgettext_lazy("answer in a trial", "Nobody answers")


class GlobalKind(models.TextChoices):
    """Whether programs may write it."""

    CONSTANT = "constant", _("Constant")
    VARIABLE = "variable", _("Variable")


class NotificationKind(models.TextChoices):
    """What people are told about; each may choose how, kind by kind."""

    RESPONSIBLE = "responsible", _("A record became mine")
    TODO = "todo", _("I was given a to-do")
    USER_TASK = "user_task", _("A workflow waits for my answer")
    MENTION = "mention", _("Somebody mentioned me")
    ROBOT = "robot", _("A robot or workflow tells me something")
    FAILURE = "failure", _("A robot or workflow of mine failed")


class MailChoice(models.TextChoices):
    """Whether a notification is mailed as well."""

    NEVER = "never", _("No mail")
    AT_ONCE = "at_once", _("Mail at once")
    DAILY = "daily", _("Once a day")


class RobotMoment(models.TextChoices):
    """When a robot acts, counted from the moment its record entered the stage."""

    AT_ONCE = "at_once", pgettext_lazy("robot", "At once")
    DELAY = "delay", pgettext_lazy("robot", "After a while")
    DATE_FIELD = "date_field", pgettext_lazy("robot", "Before, at or after a date of the record")
    MOMENT = "moment", pgettext_lazy("robot", "At a given moment")


class SpanUnit(models.TextChoices):
    """What the amount of a robot's delay counts."""

    SECONDS = "seconds", _("seconds")
    MINUTES = "minutes", _("minutes")
    HOURS = "hours", _("hours")
    DAYS = "days", _("days")


class Hours(models.TextChoices):
    """Whose working time counts."""

    CLOCK = "clock", pgettext_lazy("working time", "Any time of the day")
    COMPANY = "company", pgettext_lazy("working time", "The company's working time")
    RESPONSIBLE = "responsible", pgettext_lazy("working time", "The responsible's working time")


class IfEmpty(models.TextChoices):
    """What a robot does while the date it goes by is empty."""

    WAIT = "wait", pgettext_lazy("robot", "Wait until there is a date")
    SKIP = "skip", pgettext_lazy("robot", "Leave the record out")


class OnLeave(models.TextChoices):
    """What becomes of a robot that still waits when its record leaves the stage."""

    CANCEL = "cancel", pgettext_lazy("robot", "Cancel it")
    RUN_ANYWAY = "run_anyway", pgettext_lazy("robot", "Run it anyway")
    UNLESS_LOST = "unless_lost", pgettext_lazy("robot", "Run it unless the record was lost")


class RuleKind(models.TextChoices):
    """What decides by itself."""

    ROBOT = "robot", _("Robot")
    TRIGGER = "trigger", _("Trigger")


class DecisionKind(models.TextChoices):
    """What a rule did about a record."""

    WAITING = "waiting", pgettext_lazy("decision", "Waiting")
    FIRED = "fired", pgettext_lazy("decision", "Ran")
    SKIPPED = "skipped", pgettext_lazy("decision", "Skipped")
    CANCELLED = "cancelled", pgettext_lazy("decision", "Cancelled")


class OccurrenceStatus(models.TextChoices):
    """What became of one of a schedule's times."""

    STARTED = "started", pgettext_lazy("time of a schedule", "Started")
    SKIPPED = "skipped", pgettext_lazy("time of a schedule", "Left out")
    FAILED = "failed", pgettext_lazy("time of a schedule", "Failed")


class UserTaskKind(models.TextChoices):
    """What a user task asks for."""

    APPROVAL = "approval", pgettext_lazy("user task", "Approval")
    ACKNOWLEDGEMENT = "acknowledgement", pgettext_lazy("user task", "To read")
    INFORMATION = "information", pgettext_lazy("user task", "Question")
    INFORMATION_OR_REFUSAL = (
        "information_or_refusal",
        pgettext_lazy("user task", "Question that may be refused"),
    )


class CountingRule(models.TextChoices):
    """Whose answers decide a user task."""

    ALL = "all", pgettext_lazy("user task", "All of them")
    ANY = "any", pgettext_lazy("user task", "The first one who answers")
    VOTE = "vote", pgettext_lazy("user task", "A share of the votes")


class CommentRule(models.TextChoices):
    """Whether an answer needs a comment."""

    HIDDEN = "hidden", pgettext_lazy("comment", "Not asked for")
    OPTIONAL = "optional", pgettext_lazy("comment", "May be given")
    REQUIRED = "required", pgettext_lazy("comment", "Required")
    ON_YES = "on_yes", pgettext_lazy("comment", "Required to agree")
    ON_NO = "on_no", pgettext_lazy("comment", "Required to refuse")


class DelegationRule(models.TextChoices):
    """To whom a user task may be given on."""

    NOBODY = "nobody", pgettext_lazy("delegation", "Nobody")
    SUBORDINATES = "subordinates", pgettext_lazy("delegation", "People of one's own departments")
    ANYBODY = "anybody", pgettext_lazy("delegation", "Anybody who works here")


class AnswerKind(models.TextChoices):
    """What one person answered."""

    YES = "yes", pgettext_lazy("answer", "Approved")
    NO = "no", pgettext_lazy("answer", "Rejected")
    OK = "ok", pgettext_lazy("answer", "Answered")
    REFUSE = "refuse", pgettext_lazy("answer", "Refused")


class UserTaskOutcome(models.TextChoices):
    """What became of a user task as a whole."""

    APPROVED = "approved", pgettext_lazy("outcome", "Approved")
    REJECTED = "rejected", pgettext_lazy("outcome", "Rejected")
    DONE = "done", pgettext_lazy("outcome", "Done")
    REFUSED = "refused", pgettext_lazy("outcome", "Refused")
    EXPIRED = "expired", pgettext_lazy("outcome", "Not answered in time")
    CANCELLED = "cancelled", pgettext_lazy("outcome", "Not needed any more")
