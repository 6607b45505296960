"""Waiting: for time, dates, conditions, events; the first of several. Every turn is replayed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from automation.engine.journal import LineKind
from automation.engine.turn import Event
from tests.automation.engine.running import MONDAY, Play, body, do


def wait(**thing: Any) -> dict[str, Any]:
    return {"id": "w", "type": "wait", "for": thing}


def play_of(*steps: Any, **record: Any) -> Play:
    play = Play(body(*steps, do("end", params={"late": "{=w:timed_out}"})))
    play.outside.record = record
    return play


@pytest.mark.parametrize(
    ("thing", "due_at"),
    [
        ({"duration": "2d 3h"}, MONDAY + timedelta(days=2, hours=3)),
        ({"duration": 90}, MONDAY + timedelta(seconds=90)),
        ({"until": "2026-03-05T12:00:00+00:00"}, datetime.fromisoformat("2026-03-05T12:00+00:00")),
        ({"field": "closes_on", "offset": "-3d"}, datetime.fromisoformat("2026-03-07T00:00+00:00")),
    ],
)
def test_a_timer_ends_at_its_moment(thing: dict[str, Any], due_at: datetime) -> None:
    play = play_of(wait(**thing), closes_on=date(2026, 3, 10)).turn()
    assert [each.due_at for each in play.waits.values()] == [due_at]

    play.later(days=30)

    assert play.done == ["end"]


def test_a_moment_that_has_passed_is_not_waited_for() -> None:
    play = play_of(wait(field="closes_on"), closes_on=date(2020, 1, 1)).turn()

    assert play.status == "completed"


def test_an_empty_date_waits_for_a_date() -> None:
    play = play_of(wait(field="closes_on"), closes_on=None).turn()
    assert [each.due_at for each in play.waits.values()] == [None]

    play.outside.record["closes_on"] = date(2026, 3, 10)
    play.fire("w", {"changed": ["closes_on"]})

    assert [each.due_at for each in play.waits.values()] == [
        datetime.fromisoformat("2026-03-10T00:00+00:00")
    ]
    assert play.line(LineKind.WAITING).details["replaces"] == 1


def test_an_empty_date_may_be_skipped() -> None:
    assert play_of(wait(field="closes_on", if_empty="skip"), closes_on=None).turn().done == ["end"]


def test_a_date_that_changes_twice_fires_once_at_its_last_moment() -> None:
    play = play_of(wait(field="closes_on", offset="-3d"), closes_on=date(2026, 3, 10)).turn()

    for day in (20, 15):
        play.outside.record["closes_on"] = date(2026, 3, day)
        play.fire("w", {"changed": ["closes_on"]})
    play.later(days=9)
    assert play.done == []
    play.later(days=2)

    assert play.done == ["end"]


def test_a_change_of_something_else_leaves_the_wait_as_it_is() -> None:
    play = play_of(wait(field="closes_on"), closes_on=date(2026, 3, 10)).turn()
    lines = len(play.story)

    play.fire("w", {"changed": ["title"]})

    assert len(play.story) == lines
    assert list(play.waits) == [1]


def test_a_field_that_is_gone_stops_the_run_with_its_name() -> None:
    play = play_of(wait(field="closes_on"), closes_on=date(2026, 3, 10)).turn()

    play.outside.record.clear()
    play.fire("w", {"changed": ["closes_on"]})

    assert play.status == "failed"
    assert "closes_on" in play.line(LineKind.FINISHED).message
    play.outside.record["closes_on"] = None
    play.control(LineKind.RETRIED).turn()
    assert (play.status, len(play.waits)) == ("running", 1)


def test_a_condition_is_waited_for_until_it_holds() -> None:
    rows = [{"object": "Document", "field": "sum", "operator": ">", "value": 10}]
    play = play_of(wait(condition=rows), sum=5).turn()
    play.fire("w", {"changed": ["sum"]})
    assert play.done == []

    play.outside.record["sum"] = 11
    play.fire("w", {"changed": ["sum"]})

    assert play.done == ["end"]
    assert play.inputs == [{"late": False}]


def test_a_condition_that_holds_already_is_not_waited_for() -> None:
    assert play_of(wait(condition=[]), sum=5).turn().done == ["end"]


@pytest.mark.parametrize(
    "thing",
    [
        {"event": "paid"},
        {"condition": [{"object": "Document", "field": "sum", "operator": ">", "value": 10}]},
    ],
)
def test_a_limit_ends_the_wait_and_says_so(thing: dict[str, Any]) -> None:
    play = play_of(wait(**thing, limit="1d"), sum=5).turn()

    play.later(days=1)

    assert play.inputs == [{"late": True}]


def test_an_event_brings_its_values() -> None:
    raw = body(
        wait(event="paid:{=Template:order}"),
        do("end", params={"sum": "{=w:sum}"}),
        parameters=[{"code": "order"}],
    )
    play = Play(raw, order=7).turn()
    assert [each.key for each in play.waits.values()] == ["paid:7"]

    play.fire("w", {"sum": 100})

    assert play.inputs == [{"sum": 100}]


def test_of_several_the_first_wins_and_the_others_are_closed() -> None:
    first = {
        "id": "w",
        "type": "first_of",
        "branches": [
            {"id": "answered", "for": {"event": "yes"}, "steps": [do("thank")]},
            {"id": "silent", "for": {"duration": "3d"}, "steps": [do("remind")]},
        ],
    }
    play = Play(body(first, do("end"))).turn()
    both = sorted(play.waits)

    play.turn(*(Event(number, {}) for number in both))

    assert play.done == ["thank", "end"]
    assert play.waits == {}


def test_of_several_one_that_is_over_wins_at_once() -> None:
    first = {
        "id": "w",
        "type": "first_of",
        "branches": [
            {"for": {"event": "yes"}, "steps": [do("thank")]},
            {"for": {"until": "2020-01-01"}, "steps": [do("late")]},
        ],
    }

    play = Play(body(first)).turn()

    assert (play.done, play.waits) == (["late"], {})


def test_an_event_for_a_wait_that_has_ended_is_passed_over() -> None:
    play = play_of(wait(event="paid")).turn()
    play.fire("w", {})

    play.turn(Event(1, {}))

    assert play.done == ["end"]
