"""A worker that dies before each write of its work, one after the other.

`make faults` kills real processes, where chance chooses the moments; here it is every one. A
death before a statement that only reads leaves the same behind as one before the next write.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings

from automation.choices import DecisionKind, OnLeave, RunStatus
from automation.models import Decision, OutboxMessage, Run, StagePlan, Todo, TriggerEvent
from automation.runtime import clock, executor, outbox
from smart_processes.models import Item, Pipeline, TimelineEntry
from tests.automation.triggers.triggering import make_trigger
from tests.factories.automation import make_robot
from tests.factories.smart_processes import make_field, make_item, make_pipeline
from tests.support.http_server import HttpServer, http_server

pytestmark = pytest.mark.django_db

FEWEST = 30  # writes that the work takes at least: fewer would be another work
READS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")


class Killed(BaseException):
    """SIGKILL: nothing catches it, and the database forgets the transaction."""


class Killer:
    """Ends the worker in place of its n-th write."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if not sql.lstrip().upper().startswith(READS):
            self.left -= 1
            if self.left == 0:
                raise Killed
        return execute(sql, *rest)


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with http_server() as running, override_settings(AUTOMATION_HTTP_ALLOWED=["127.0.0.0/8"]):
        yield running


@pytest.fixture
def pipeline(server: HttpServer) -> Pipeline:
    """Robots that write a field, a trigger that hears it and moves, robots behind the move."""
    pipeline = make_pipeline("NEW > CALL > WON | LOST")
    make_field(pipeline.type, "signal", "string")
    new, call = (pipeline.stages.get(code=code) for code in ("NEW", "CALL"))
    address = f"{server.url}/{{=Document:id}}"
    anyway = {"on_leave": OnLeave.RUN_ANYWAY}
    make_robot(new, "set_fields", params={"values": {"signal": "on"}})
    make_robot(new, "add_comment", params={"text": "begun"}, after_previous=True, **anyway)
    make_trigger(pipeline, "CALL", "field_changed", params={"fields": ["signal"]})
    make_robot(call, "http_request", params={"url": address, "body": {}})
    make_robot(call, "create_todo", params={"title": "Call"}, after_previous=True)
    return pipeline


def test_a_worker_may_die_before_any_write(pipeline: Pipeline, server: HttpServer) -> None:
    for number in count(1):
        item = make_item(pipeline)
        is_killed = _work(Killer(number))
        with clock.moved(clock.now() + 2 * outbox.LEASE + number * timedelta(hours=1)):
            _work(None)
        assert _left_behind(item, server) == ONCE, f"killed before write {number}"
        if not is_killed:
            break

    assert number > FEWEST
    repeated = [key for key, calls in _calls(server).items() if calls > 1]
    assert repeated  # some died between the call and its answer


def _work(killer: Killer | None) -> bool:
    """Work until nothing is due; return whether the worker was killed."""
    try:
        with connection.execute_wrapper(killer or (lambda execute, *rest: execute(*rest))):
            while executor.run_due() or outbox.send_due():
                pass
    except Killed:
        return True
    return False


ONCE = {
    "stage": "CALL",
    "moves": 1,
    "comments": 1,
    "to-dos": 1,
    "decisions": {(DecisionKind.FIRED, "robot"): 4, (DecisionKind.FIRED, "trigger"): 1},
    "runs": {RunStatus.COMPLETED: 4},
    "keys outside": 1,
    "left over": 0,
}


def _left_behind(item: Item, server: HttpServer) -> dict[str, Any]:
    entries = Counter(TimelineEntry.objects.filter(item=item).values_list("kind", flat=True))
    decisions = Decision.objects.filter(item=item).values_list("kind", "rule_kind")
    keys = {
        each.headers["idempotency-key"] for each in server.received if each.path == f"/{item.pk}"
    }
    pending = OutboxMessage.objects.filter(state="pending")
    left = [StagePlan.objects.all(), TriggerEvent.objects.exclude(due_at=None), pending]
    return {
        "stage": Item.objects.get(pk=item.pk).stage,
        "moves": entries["moved"],
        "comments": entries["comment"],
        "to-dos": Todo.objects.filter(item=item).count(),
        "decisions": dict(Counter(decisions)),
        "runs": dict(Counter(Run.objects.filter(item=item).values_list("status", flat=True))),
        "keys outside": len(keys),
        "left over": sum(each.count() for each in left),
    }


def _calls(server: HttpServer) -> Counter[str]:
    return Counter(each.headers["idempotency-key"] for each in server.received)
