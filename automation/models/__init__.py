"""Every model of automation."""

from automation.models.calendars import Absence, CalendarDay, CompanyCalendar, PersonHours
from automation.models.counting import NumberSeries, Turn
from automation.models.decisions import Decision
from automation.models.global_values import GlobalValue
from automation.models.journal import JournalEntry
from automation.models.notifications import Notification, NotificationChoice
from automation.models.outbox import OutboxMessage
from automation.models.programs import Program, ProgramVersion
from automation.models.robots import Robot, RobotList, StagePlan
from automation.models.runs import Run, Wait
from automation.models.schedules import Schedule, ScheduleOccurrence
from automation.models.todos import ChecklistItem, Todo
from automation.models.trials import Trial
from automation.models.triggers import Mailbox, Trigger, TriggerEvent
from automation.models.user_tasks import UserTask, UserTaskAnswer, UserTaskPerson

__all__ = [
    "Absence",
    "CalendarDay",
    "ChecklistItem",
    "CompanyCalendar",
    "Decision",
    "GlobalValue",
    "JournalEntry",
    "Mailbox",
    "Notification",
    "NotificationChoice",
    "NumberSeries",
    "OutboxMessage",
    "PersonHours",
    "Program",
    "ProgramVersion",
    "Robot",
    "RobotList",
    "Run",
    "Schedule",
    "ScheduleOccurrence",
    "StagePlan",
    "Todo",
    "Trial",
    "Trigger",
    "TriggerEvent",
    "Turn",
    "UserTask",
    "UserTaskAnswer",
    "UserTaskPerson",
    "Wait",
]
