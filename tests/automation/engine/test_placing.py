"""Passing over failed steps and going to others. Every deed is also replayed (see `Play`)."""

from __future__ import annotations

from typing import Any

import pytest

from automation.engine.journal import LineKind
from automation.engine.placing import SteeringRefused
from tests.automation.engine.running import Play, body, do, fails


def wait(step_id: str = "w") -> dict[str, Any]:
    return {"id": step_id, "type": "wait", "for": {"event": step_id}}


def parallel(*branches: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": "p", "type": "parallel", "branches": [{"steps": each} for each in branches]}


# --- passing over -----------------------------------------------------------------------------


def test_a_skipped_step_counts_as_done_with_nothing() -> None:
    read = {"status": "{=a:operation_status_code}", "id": "{=a:id}"}
    play = Play(body(do("a"), do("end", params=read)), {"a": [fails()]}).turn()

    play.skip().turn()

    assert (play.status, play.done) == ("completed", ["a", "end"])
    assert play.inputs[-1] == {"status": "success", "id": None}
    line = play.line(LineKind.SKIPPED, "a")
    assert (line.message, line.details["before"]["status"]) == ("anna", "failed")


def test_skipping_the_last_step_ends_the_run() -> None:
    play = Play(body(do("a")), {"a": [fails()]}).turn()

    play.skip()

    assert (play.status, play.story[-2:]) == ("completed", ["skipped a", "ended"])


def test_skipping_in_a_parallel_leaves_the_other_branches_alone() -> None:
    raw = body(parallel([do("a"), do("b")], [wait(), do("c")]), do("end"))
    play = Play(raw, {"a": [fails()]}).turn()
    assert play.status == "failed"

    play.skip().turn().fire("w")

    assert play.done == ["a", "b", "c", "end"]


def test_skipping_a_loop_whose_condition_fails_goes_on_behind_it() -> None:
    raw = body(
        {"id": "each", "type": "for_each", "over": "{=Document:nothing}", "steps": [do("x")]},
        do("end"),
    )
    play = Play(raw).turn()
    assert play.status == "failed"

    play.skip().turn()

    assert (play.status, play.done) == ("completed", ["end"])


def test_a_run_that_did_not_stop_at_a_step_skips_nothing() -> None:
    play = Play(body(wait(), do("end"))).turn()

    with pytest.raises(SteeringRefused):
        play.control(LineKind.SKIPPED, token="1")


# --- going elsewhere --------------------------------------------------------------------------


def test_a_run_goes_back_to_a_step_and_waits_no_more() -> None:
    play = Play(body(do("a"), do("b"), wait(), do("end"))).turn()

    play.control(LineKind.MOVED, to="b").turn()

    assert play.done == ["a", "b", "b"]
    assert sorted(play.waits) == [2]
    assert play.line(LineKind.MOVED).details["before"]["at"] == ["w"]


def test_a_failed_run_goes_on_at_the_step_it_was_put_at() -> None:
    play = Play(body(do("a"), do("b"), do("end")), {"a": [fails()]}).turn()

    play.control(LineKind.MOVED, to="end").turn()

    assert (play.status, play.done) == ("completed", ["a", "end"])


def test_a_paused_run_goes_on_there_when_it_is_resumed() -> None:
    play = Play(body(wait(), do("end"))).turn().control(LineKind.PAUSED)

    play.control(LineKind.MOVED, to="end").turn()
    assert (play.status, play.done) == ("paused", [])
    play.control(LineKind.RESUMED).turn()

    assert (play.status, play.done) == ("completed", ["end"])


def test_leaving_a_parallel_ends_all_of_its_branches() -> None:
    play = Play(body(parallel([wait("w1")], [wait("w2")]), do("end"))).turn()

    play.control(LineKind.MOVED, to="end").turn()

    assert (play.status, play.waits) == ("completed", {})


def test_going_within_a_branch_keeps_the_others_waiting() -> None:
    raw = body(parallel([do("a"), wait("w1"), do("b")], [wait("w2")]), do("end"))
    play = Play(raw).turn()

    play.control(LineKind.MOVED, to="b").turn()
    assert play.done == ["a", "b"]
    play.fire("w2")

    assert play.done == ["a", "b", "end"]


def test_a_parallel_itself_begins_anew() -> None:
    play = Play(body(parallel([do("a"), wait("w1")], [wait("w2")]), do("end"))).turn()

    play.control(LineKind.MOVED, to="p").turn()

    assert play.done == ["a", "a"]
    assert sorted(each.step for each in play.waits.values()) == ["w1", "w2"]


def test_within_a_loop_its_turn_stays_and_outside_it_is_forgotten() -> None:
    inner = [do("x", params={"v": "{=each:value}"}), wait()]
    each = {"id": "each", "type": "for_each", "over": ["p", "q"], "steps": inner}
    play = Play(body(do("a"), each, do("end"))).turn().fire("w")
    assert play.inputs[-1] == {"v": "q"}

    play.control(LineKind.MOVED, to="x").turn()
    assert play.inputs[-1] == {"v": "q"}
    play.control(LineKind.MOVED, to="a").turn()

    assert play.inputs[-1] == {"v": "p"}


def test_a_state_is_entered_anew_and_its_handlers_are_reached() -> None:
    on = [{"for": {"command": "go"}, "steps": [do("answer"), wait()]}]
    states = [
        {"id": "s1", "on_enter": [do("in1")], "on": on},
        {"id": "s2", "on_enter": [do("in2")], "on_leave": [do("out2")]},
    ]
    machine = {"id": "m", "type": "state_machine", "states": states}
    play = Play(body(do("a"), machine, do("end"))).turn()

    play.control(LineKind.MOVED, to="answer").turn()
    assert play.done == ["a", "in1", "answer"]
    play.control(LineKind.MOVED, to="s1").turn()
    assert play.done[3:] == ["in1"]
    with pytest.raises(SteeringRefused, match="state_not_left"):
        play.control(LineKind.MOVED, to="out2")
    play.control(LineKind.MOVED, to="s2").turn()

    assert (play.status, play.done[4:]) == ("completed", ["in2", "end"])


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ("nothing", "step_unknown"),
        ("off", "step_unknown"),
        ("p_1", "parallel_not_entered"),
        ("in_p", "parallel_not_entered"),
        ("in_loop", "loop_not_entered"),
        ("if_1", "step_is_a_part"),
    ],
)
def test_where_a_run_cannot_stand_it_is_not_put(step: str, code: str) -> None:
    loop = {"id": "each", "type": "for_each", "over": [1], "steps": [do("in_loop")]}
    choice = {"id": "if", "type": "if", "branches": [{"steps": [do("in_if")]}]}
    off = do("off", is_off=True)
    play = Play(body(wait(), parallel([do("in_p")]), loop, choice, off)).turn()
    before = play.story

    with pytest.raises(SteeringRefused, match=code):
        play.control(LineKind.MOVED, to=step)

    assert play.story == before


def test_a_branch_that_is_over_is_not_entered_again() -> None:
    play = Play(body(parallel([do("a")], [wait()]))).turn()

    with pytest.raises(SteeringRefused, match="branch_over"):
        play.control(LineKind.MOVED, to="a")
