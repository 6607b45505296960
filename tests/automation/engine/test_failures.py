"""Steps that fail, and what people do to runs. Every turn is also replayed (see `Play`)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from automation.engine.journal import LineKind
from automation.engine.nodes import FailureKind, WaitKind
from automation.engine.outcomes import Done, Later
from tests.automation.engine.running import MONDAY, Play, body, do, fails

BRANCHES = {
    "branches": [
        {"kinds": ["transport"], "steps": [do("call_them")]},
        {"steps": [do("tell_owner")]},
    ]
}


def failing(on_error: Any, *outcomes: Any) -> Play:
    step = do("a", on_error=on_error) if on_error else do("a")
    status = "{=a:operation_status_code}/{=a:operation_status_kind}: {=a:operation_status_message}"
    raw = body(step, do("end", params={"status": status}))
    return Play(raw, {"a": list(outcomes)}).turn()


def test_a_failing_step_stops_the_run_and_keeps_its_place() -> None:
    play = failing(None, fails("no money"))

    assert (play.status, play.done) == ("failed", ["a"])
    assert play.line(LineKind.FINISHED).message == "no money"
    assert play.snapshot["tokens"]["1"]["at"] == "a"


def test_a_run_may_go_on_behind_a_failing_step() -> None:
    play = failing("continue", fails("no money"))

    assert play.status == "completed"
    assert play.inputs[-1] == {"status": "error/application: no money"}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(FailureKind.TRANSPORT, "call_them"), (FailureKind.INTERNAL, "tell_owner")],
)
def test_a_failure_may_have_a_branch_of_its_kind(kind: FailureKind, expected: str) -> None:
    play = failing(BRANCHES, fails(kind=kind))

    assert play.done == ["a", expected, "end"]
    assert play.status == "completed"


def test_a_step_is_tried_again_with_growing_pauses() -> None:
    play = failing({"retry": 2, "backoff": "1h"}, fails(), fails(), Done())
    assert [each.due_at for each in play.waits.values()] == [MONDAY + timedelta(hours=1)]

    play.later(hours=1)
    assert [each.due_at for each in play.waits.values()] == [MONDAY + timedelta(hours=3)]
    play.later(hours=2)

    assert play.done == ["a", "a", "a", "end"]
    assert play.line(LineKind.FINISHED, "a").attempt == 3
    assert play.status == "completed"


def test_when_all_attempts_failed_the_run_stops() -> None:
    play = failing({"retry": 1, "backoff": "1h"}, fails(), fails("still no"))

    play.later(hours=1)

    assert play.status == "failed"
    assert play.snapshot["tokens"]["1"] == {"at": "a", "ph": "in"}


def test_a_retried_run_goes_on_from_the_failed_step() -> None:
    play = failing(None, fails())

    play.control(LineKind.RETRIED).turn()

    assert (play.status, play.done) == ("completed", ["a", "a", "end"])


def test_a_paused_run_hears_nothing_until_it_is_resumed() -> None:
    play = Play(body({"id": "w", "type": "wait", "for": {"duration": "1d"}}, do("end"))).turn()

    play.control(LineKind.PAUSED).later(days=2)
    assert (play.status, play.done) == ("paused", [])
    play.control(LineKind.RESUMED).later(days=0)

    assert play.done == ["end"]


def test_a_run_that_was_paused_before_it_began_begins_later() -> None:
    play = Play(body(do("a")))

    play.control(LineKind.PAUSED).turn().control(LineKind.RESUMED).turn()

    assert play.story == ["paused", "resumed", "started", "finished a", "ended"]


def test_a_cancelled_run_waits_for_nothing() -> None:
    play = Play(body({"id": "w", "type": "wait", "for": {"event": "x"}})).turn()

    play.control(LineKind.CANCELLED)

    assert (play.status, play.waits, play.snapshot["tokens"]) == ("cancelled", {}, {})


# --- steps whose end comes later -------------------------------------------------------------


def calling(**answer: Any) -> Play:
    raw = body(do("a"), do("end", params={"x": "{=a:id}"}))
    play = Play(raw, {"a": [Later(WaitKind.EFFECT, payload={"url": "x"})]}).turn()
    assert play.status == "running"
    return play.fire("a", answer)


def test_an_answer_from_outside_ends_its_step() -> None:
    play = calling(status="success", result={"id": 5})

    assert play.inputs[-1] == {"x": 5}
    assert play.line(LineKind.FINISHED, "a").details == {"wait": 1}


def test_an_answer_that_is_an_error_fails_its_step() -> None:
    play = calling(status="error", kind="transport", message="HTTP 503")

    assert play.status == "failed"
    assert play.line(LineKind.FINISHED, "a").status_kind == "transport"


def test_a_failed_call_is_made_again_with_another_wait() -> None:
    play = calling(status="error", kind="transport", message="HTTP 503")
    play.answers["a"] = [Later(WaitKind.EFFECT)]

    play.control(LineKind.RETRIED).turn()

    assert sorted(play.waits) == [2]


def test_a_step_that_sets_an_unknown_variable_fails() -> None:
    play = Play(body(do("a")), {"a": [Done(variables={"typo": 1})]}).turn()

    assert play.status == "failed"


def test_a_parameter_that_cannot_be_worked_out_fails_its_step() -> None:
    play = Play(body(do("a", params={"x": "{=Document:nothing}"}))).turn()

    assert (play.status, play.done) == ("failed", [])
    assert "nothing" in play.line(LineKind.FINISHED).message


def test_what_was_known_when_a_step_began_is_known_at_its_end() -> None:
    raw = body(do("a"), do("end", params={"x": "{=a:todo}/{=a:by}"}))
    play = Play(raw, {"a": [Later(WaitKind.TASK, key="todo:7", result={"todo": 7})]}).turn()

    play.fire("a", {"status": "success", "result": {"by": "anna"}})

    assert play.inputs[-1] == {"x": "7/anna"}
