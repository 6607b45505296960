"""Robots, triggers and webhooks, and records that meet all of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from automation.actions.triggers import add_trigger, new_secret
from automation.choices import OnLeave, RobotMoment, SpanUnit
from automation.models import Trigger
from automation.robots.entries import When
from smart_processes.models import Item, RecordType, Stage
from tests.factories.automation import make_robot
from tests.factories.smart_processes import make_field, make_item, make_type, system
from tests.faults.caller import SECRET, Call

VISIT_AFTER = timedelta(seconds=3)  # from a ticket's beginning to its date field's moment
# What the rules leave on each record, whatever was killed meanwhile.
TICKET_COMMENTS = ("begun", "checked", "ended")
TICKET_TODOS = ("Prepare the visit",)
PARCEL_COMMENTS = ("arrived", "sent")
TICKET_ROBOTS, PARCEL_ROBOTS = 7, 2  # robots of all stages that a record enters
# A call for each of the two; both are repeated with their event's id.
PARCEL_EVENTS = ("sent", "arrived")


class Rules:
    """Two types whose records are moved and written by nothing but rules.

    A ticket goes from robot to robot: at once, after a delay, before and after its date; the
    delayed one writes a field, which a trigger hears and moves it on. A parcel is moved by
    the calls of another system.

    Attributes:
        ticket, parcel: The types.
        fed: How many records of each were made.
    """

    def __init__(self, web_url: str) -> None:
        self.ticket = _ticket(web_url)
        self.parcel = make_type("parcel", "NEW > SENT > ARRIVED > DONE | LOST")
        make_field(self.parcel, "tracking", "string")
        self._hooks = {event: self._hook(event) for event in PARCEL_EVENTS}
        self.fed = 0

    def feed(self) -> list[Call]:
        """Make one record of each type and return the calls that follow; safe to be repeated."""
        number = self.fed
        with transaction.atomic():
            visit = (timezone.now() + VISIT_AFTER).isoformat()
            self._make(self.ticket, f"ticket {number}", visit=visit)
            parcel = self._make(self.parcel, f"parcel {number}")
        self.fed += 1
        calls = [
            Call(hook.public_id, f"{number}-{event}", parcel.pk)
            for event, hook in self._hooks.items()
        ]
        return [*calls, calls[0]]  # a sender that does not know it was heard

    def _make(self, record_type: RecordType, title: str, **values: Any) -> Item:
        known = Item.objects.filter(type=record_type, title=title).first()
        return known or make_item(record_type, title=title, **values)

    def _hook(self, event: str) -> Trigger:
        stage = _stage(self.parcel, event.upper())
        _robot(stage, "add_comment", {"text": event})
        hook = add_trigger(
            stage,
            "incoming_webhook",
            event,
            actor=system(),
            params={"mapping": {"tracking": "tracking"}} if event == "sent" else {},
            may_move_back=True,  # so that a call that is heard twice shows
        )
        new_secret(hook, actor=system(), secret=SECRET)
        return hook


def _ticket(web_url: str) -> RecordType:
    ticket = make_type("ticket", "NEW > CHECK > DONE | LOST")
    make_field(ticket, "visit", "datetime")
    make_field(ticket, "signal", "string")
    begun, checked = _stage(ticket, "NEW"), _stage(ticket, "CHECK")
    call = {"url": f"{web_url}/{{=Workflow:id}}/robot", "body": {}, "timeout": 5}
    letter = {"to": "run{=Workflow:id}@example.com", "subject": "Checked", "text": "Hello"}
    _robot(begun, "add_comment", {"text": "begun"})
    _robot(begun, "set_fields", {"values": {"signal": "on"}}, _later(1))
    _robot(begun, "create_todo", {"title": TICKET_TODOS[0]}, _by_visit(-1))
    _robot(begun, "http_request", call, _by_visit(1))
    _robot(begun, "add_comment", {"text": "ended"}, after_previous=True)
    _robot(checked, "add_comment", {"text": "checked"})
    _robot(checked, "send_email", letter, _later(1))
    signal = {"fields": ["signal"]}
    add_trigger(checked, "field_changed", "signal", actor=system(), params=signal)
    return ticket


def _robot(
    stage: Stage, activity: str, params: dict[str, Any], when: When | None = None, **parts: Any
) -> None:
    """Add a robot that runs wherever its record has gone meanwhile."""
    parts |= {"params": params, "when": when or When(), "on_leave": OnLeave.RUN_ANYWAY}
    make_robot(stage, activity, **parts)


def _later(seconds: int) -> When:
    return When(RobotMoment.DELAY, seconds, SpanUnit.SECONDS)


def _by_visit(seconds: int) -> When:
    return When(RobotMoment.DATE_FIELD, seconds, SpanUnit.SECONDS, date_field="visit")


def _stage(record_type: RecordType, code: str) -> Stage:
    return record_type.pipelines.get().stages.get(code=code)
