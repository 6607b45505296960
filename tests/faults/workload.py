"""Programs of every sort, and a steady stream of records they are started on."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Max

from automation.actions.runs import start_run
from automation.models import Program
from smart_processes.models import Item, RecordType
from tests.factories.accounts import make_user
from tests.factories.automation import log, make_program
from tests.factories.smart_processes import make_field, make_item, make_type, system
from tests.faults.rules import Rules

T = TypeVar("T")
LINES = 3  # records that one run makes
LONG = 60  # steps; more than a turn takes
# Comments that each program leaves on its record.
COMMENTS: Mapping[str, int] = {
    "timers": 2,
    "webhooks": 1,
    "letters": 1,
    "writers": 0,
    "families": 3,
    "parallels": 1,
}
KINDS = tuple(COMMENTS)


class Workload:
    """What the system is busy with.

    Attributes:
        record_type: Of the records that runs work on.
        fed: How many records were made; each has one run that we started.
        rules: Records that nothing but robots and triggers work on.
    """

    def __init__(self, web_url: str) -> None:
        self.record_type = _types()
        self.programs = _programs(web_url)
        self.person = make_user("root", is_superuser=True)
        self.rules = Rules(web_url)
        self.fed = 0

    def feed(self) -> None:
        """Make one record and start its run, in one transaction; safe to be repeated."""
        kind = KINDS[self.fed % len(KINDS)]
        title = f"{kind} {self.fed}"
        if not Item.objects.filter(title=title, type=self.record_type).exists():
            with transaction.atomic():
                item = make_item(self.record_type, title=title)
                start_run(self.programs[kind], item, actor=system())
        self.fed += 1

    def analyze(self) -> None:
        """Let the planner know the tables: they were empty a moment ago."""
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def newest(self) -> int | None:
        """Return the newest record's id."""
        found = Item.objects.filter(type=self.record_type).aggregate(newest=Max("pk"))
        newest: int | None = found["newest"]
        return newest


def patiently(work: Callable[[], T], look_after: Callable[[], None] = lambda: None) -> T:
    """Do something although the database goes away meanwhile; `work` has to be repeatable."""
    for attempt in itertools.count():
        try:
            return work()
        except (OperationalError, InterfaceError):
            connection.close()
            look_after()
            if attempt == 50:
                raise
    raise AssertionError


def _types() -> RecordType:
    order = make_type("order", "NEW > CALL > WON | LOST")
    make_field(order, "note", "string")
    make_type("line", "NEW > DONE")
    return order


def _programs(web_url: str) -> dict[str, Program]:
    child = [_comment("first"), _pause("nap"), _comment("second")]
    make_program(*child, code="child")
    lines = [
        {
            "id": f"line{number}",
            "type": "create_record",
            "params": {"type": "line", "values": {"title": f"Line {number}"}},
        }
        for number in range(LINES)
    ]
    number = {"id": "number", "type": "generate_number", "params": {"series": "faults"}}
    awaited = {"program": "child", "is_awaited": True}
    letter = {
        "to": "run{=Workflow:id}@example.com",
        "subject": "Order {=Workflow:id}",
        "text": "Hello",
    }
    branches = [[_call(web_url, "left")], [_call(web_url, "right")], [_pause("p")]]
    steps: dict[str, list[dict[str, Any]]] = {
        "timers": [_comment("a"), _pause("w1"), log("l"), _pause("w2", 2), _comment("b")],
        "webhooks": [_call(web_url, "call"), _note("{=call:body.id}"), _comment("a")],
        "letters": [{"id": "mail", "type": "send_email", "params": letter}, _comment("a")],
        "writers": [number, *lines, *(log(f"l{n}") for n in range(LONG)), _note("{=number:value}")],
        "families": [{"id": "sub", "type": "start_workflow", "params": awaited}, _comment("a")],
        "parallels": [
            {"id": "p", "type": "parallel", "branches": [{"steps": each} for each in branches]},
            _comment("a"),
        ],
    }
    steps["parallels"][0]["id"] = "both"
    return {kind: make_program(*steps[kind], code=kind, record_type=_order()) for kind in KINDS}


def _order() -> RecordType:
    return RecordType.objects.get(code="order")


def _comment(step_id: str) -> dict[str, Any]:
    return {"id": step_id, "type": "add_comment", "params": {"text": f"Step {step_id}"}}


def _note(value: str) -> dict[str, Any]:
    return {"id": "note", "type": "set_fields", "params": {"values": {"note": value}}}


def _pause(step_id: str, seconds: int = 1) -> dict[str, Any]:
    return {"id": step_id, "type": "wait", "for": {"duration": seconds}}


def _call(web_url: str, step_id: str) -> dict[str, Any]:
    url = f"{web_url}/{{=Workflow:id}}/{step_id}"
    return {
        "id": step_id,
        "type": "http_request",
        "params": {"url": url, "body": {"order": "{=Document:id}"}, "timeout": 5},
    }
