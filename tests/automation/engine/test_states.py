"""State machines. Every turn is also replayed (see `Play`)."""

from __future__ import annotations

from itertools import count
from typing import Any

from tests.automation.engine.running import Play, body, do

_numbers = count()


def to(state: str, **more: Any) -> dict[str, Any]:
    return {"id": f"to_{state}_{next(_numbers)}", "type": "set_state", "state": state, **more}


def machine(**changes: Any) -> Play:
    states = {
        "draft": {
            "on_enter": [do("enter_draft")],
            "on": [
                {"id": "send", "for": {"command": "send"}, "steps": [do("send_it"), to("review")]},
                {"id": "nag", "for": {"duration": "1d"}, "steps": [do("nag_author")]},
            ],
            "on_leave": [do("leave_draft")],
        },
        "review": {
            "on_enter": [do("enter_review")],
            "on": [{"id": "ok", "for": {"command": "ok"}, "steps": [to("done")]}],
        },
        "done": {"on_enter": [do("enter_done")]},
    }
    for state, change in changes.items():
        states[state] |= change
    raw = {
        "id": "m",
        "type": "state_machine",
        "states": [{"id": name, **parts} for name, parts in states.items()],
    }
    return Play(body(raw, do("end"))).turn()


def test_handlers_run_in_their_order_and_the_last_state_ends_the_machine() -> None:
    play = machine()

    play.fire("send", {}).fire("ok", {})

    assert play.done == [
        *("enter_draft", "send_it", "leave_draft"),
        *("enter_review", "enter_done", "end"),
    ]
    assert play.status == "completed"
    assert play.snapshot["machines"] == {}


def test_a_handler_that_sets_no_state_leads_back_to_listening() -> None:
    play = machine()

    play.later(days=1)

    assert play.done == ["enter_draft", "nag_author"]
    assert sorted(wait.step for wait in play.waits.values()) == ["nag", "send"]


def test_entering_may_choose_the_next_state_at_once() -> None:
    play = machine(draft={"on_enter": [do("enter_draft"), to("review")]})

    assert play.done == ["enter_draft", "leave_draft", "enter_review"]


def test_the_state_changes_when_the_handler_has_ended() -> None:
    send = {"id": "send", "for": {"command": "send"}, "steps": [to("review"), do("still_here")]}
    play = machine(draft={"on": [send]})

    play.fire("send", {})

    assert play.done == ["enter_draft", "still_here", "leave_draft", "enter_review"]


def test_the_state_may_change_at_once() -> None:
    inner = {"id": "l", "type": "for_each", "over": [1, 2], "steps": [to("review", at_once=True)]}
    send = {"id": "send", "for": {"command": "send"}, "steps": [inner, do("never")]}
    play = machine(draft={"on": [send]})

    play.fire("send", {})

    assert play.done == ["enter_draft", "leave_draft", "enter_review"]
    assert play.snapshot["loops"] == {}


def test_a_state_may_be_entered_again() -> None:
    back = {"id": "ok", "for": {"command": "ok"}, "steps": [to("draft")]}
    play = machine(review={"on": [back]})

    play.fire("send", {}).fire("ok", {})

    assert play.done.count("enter_draft") == 2
