"""Control flow: programs in, steps and lines out. Every turn is also replayed (see `Play`)."""

from __future__ import annotations

from typing import Any

import pytest

from automation.engine.journal import LineKind
from automation.engine.limits import STEPS_IN_A_RUN
from automation.engine.outcomes import Done
from tests.automation.engine.running import Play, body, do


def when(field: str, value: Any) -> list[dict[str, Any]]:
    source, _, name = field.partition(":")
    return [{"object": source, "field": name, "operator": "=", "value": value}]


def test_steps_run_one_after_the_other_and_the_run_ends() -> None:
    play = Play(body(do("a"), {"id": "g", "type": "group", "steps": [do("b")]}, do("c"))).turn()

    assert play.done == ["a", "b", "c"]
    assert play.status == "completed"
    assert play.story == ["started", "finished a", "finished b", "finished c", "ended"]


def test_a_step_that_is_switched_off_is_passed_over_with_what_is_in_it() -> None:
    group = {"id": "g", "type": "group", "is_off": True, "steps": [do("b")]}

    assert Play(body(do("a"), group, do("c"))).turn().done == ["a", "c"]


@pytest.mark.parametrize(("stage", "expected"), [("A", "a"), ("B", "b"), ("X", "other")])
def test_the_first_branch_that_holds_is_taken(stage: str, expected: str) -> None:
    choice = {
        "id": "which",
        "type": "if",
        "branches": [
            {"when": when("Document:stage", "A"), "steps": [do("a")]},
            {"when": when("Document:stage", "B"), "steps": [do("b")]},
            {"steps": [do("other")]},
        ],
    }
    play = Play(body(choice, do("end")))
    play.outside.record = {"stage": stage}

    play.turn()

    assert play.done == [expected, "end"]
    rows = play.line(LineKind.CHOSEN).details["rows"]
    assert rows[0]["truth"] is (stage == "A")
    assert rows[0]["left"] == stage


def test_no_branch_is_taken_when_none_holds() -> None:
    choice = {
        "id": "if1",
        "type": "if",
        "branches": [{"when": when("Template:x", 1), "steps": [do("a")]}],
    }
    raw = body(choice, do("end"), parameters=[{"code": "x"}])

    assert Play(raw, x=2).turn().done == ["end"]


def test_while_repeats_as_long_as_its_condition_holds() -> None:
    loop = {
        "id": "loop",
        "type": "while",
        "when": [{"object": "Variable", "field": "n", "operator": "<", "value": 3}],
        "steps": [do("count")],
    }
    raw = body(loop, do("end"), variables=[{"code": "n", "default": 0}])
    answers = {"count": [Done(variables={"n": n}) for n in (1, 2, 3)]}

    play = Play(raw, answers).turn()

    assert play.done == ["count"] * 3 + ["end"]
    assert play.snapshot["loops"] == {}


def test_a_loop_ends_at_its_limit_and_says_so() -> None:
    loop = {"id": "loop", "type": "while", "when": [], "most": 4, "steps": [do("a")]}

    play = Play(body(loop, do("end"))).turn()

    assert play.done == ["a"] * 4 + ["end"]
    assert play.line(LineKind.LOOPED).status_code == "error"
    assert play.status == "completed"


def test_for_each_hands_every_value_to_its_steps() -> None:
    loop = {
        "id": "each",
        "type": "for_each",
        "over": "{=Template:names}",
        "steps": [do("greet", params={"text": "{=each:key}: {=each:value}"})],
    }
    raw = body(loop, parameters=[{"code": "names"}])

    play = Play(raw, names=["anna", "boris"]).turn()

    assert play.inputs == [{"text": "0: anna"}, {"text": "1: boris"}]


def test_the_list_of_a_loop_stays_when_its_variable_changes() -> None:
    loop = {"id": "each", "type": "for_each", "over": "{=Variable:v}", "steps": [do("a")]}
    raw = body(loop, variables=[{"code": "v", "default": [1, 2]}])

    play = Play(raw, {"a": [Done(variables={"v": []})]}).turn()

    assert play.done == ["a", "a"]


def test_break_leaves_the_innermost_loop() -> None:
    inner = {
        "id": "inner",
        "type": "for_each",
        "over": [1, 2],
        "steps": [do("a"), {"id": "out", "type": "break"}, do("never")],
    }
    outer = {"id": "outer", "type": "for_each", "over": [1, 2], "steps": [inner, do("b")]}

    assert Play(body(outer)).turn().done == ["a", "b", "a", "b"]


def test_parallel_goes_on_when_the_last_branch_has_ended() -> None:
    parallel = {
        "id": "both",
        "type": "parallel",
        "branches": [
            {"steps": [{"id": "w", "type": "wait", "for": {"event": "paid"}}, do("a")]},
            {"steps": [do("b")]},
        ],
    }
    play = Play(body(parallel, do("end"))).turn()
    assert play.done == ["b"]

    play.fire("w", {})

    assert play.done == ["b", "a", "end"]


def test_parallels_may_stand_inside_each_other() -> None:
    def pair(name: str, *branches: Any) -> dict[str, Any]:
        return {"id": name, "type": "parallel", "branches": [{"steps": [b]} for b in branches]}

    play = Play(body(pair("p", pair("q", do("a"), do("b")), do("c")), do("end"))).turn()

    assert sorted(play.done[:-1]) == ["a", "b", "c"]
    assert play.done[-1] == "end"


def test_terminate_ends_everything() -> None:
    parallel = {
        "id": "both",
        "type": "parallel",
        "branches": [
            {"steps": [{"id": "w", "type": "wait", "for": {"event": "never"}}]},
            {"steps": [{"id": "t", "type": "terminate", "message": "Enough"}]},
        ],
    }

    play = Play(body(parallel, do("end"))).turn()

    assert play.done == []
    assert (play.status, play.waits) == ("completed", {})
    assert play.line(LineKind.ENDED).message == "Enough"


def test_a_turn_that_is_cut_goes_on_where_it_was() -> None:
    parallel = {
        "id": "p",
        "type": "parallel",
        "branches": [{"steps": [do("a"), do("b")]}, {"steps": [do("c"), do("d")]}],
    }
    whole, cut = Play(body(parallel, do("end"))), Play(body(parallel, do("end")))
    cut.most_steps = 1

    whole.turn()
    cut.turn()

    assert cut.done == whole.done
    assert cut.snapshot == whole.snapshot


def test_a_run_that_takes_too_many_steps_is_stopped() -> None:
    loop = {"id": "x", "type": "while", "when": [], "steps": [do("a")]}
    outer = {"id": "y", "type": "while", "when": [], "steps": [loop]}
    play = Play(body(outer))
    play.snapshot["steps"] = play._first["steps"] = STEPS_IN_A_RUN - 20

    play.turn()

    assert play.status == "failed"
    assert "loop that never ends" in play.line(LineKind.FINISHED).message


def test_results_are_kept_only_where_something_reads_them() -> None:
    raw = body(
        do("a"), do("b"), do("c", params={"x": "{=b:sum}", "all": "{=b:operation_status_code}"})
    )

    play = Play(raw, {"a": [Done({"sum": 1})], "b": [Done({"sum": 2})]}).turn()

    assert play.snapshot["results"] == {"b": {"sum": 2}}
    assert play.inputs[-1] == {"x": 2, "all": "success"}


@pytest.mark.parametrize("field", ["title", "id", "type", "amount"])
def test_a_result_is_kept_for_a_field_whatever_that_is_called(field: str) -> None:
    writes = {"id": "b", "type": "do", "params": {"values": {field: "By {=a:n}"}}}
    answers = {"a": [Done({"n": 7})]}

    play = Play(body(do("a"), writes), answers).turn()

    assert play.snapshot["results"] == {"a": {"n": 7}}


def test_a_long_result_stays_in_the_journal() -> None:
    raw = body(do("a"), do("b", params={"x": "{=a:text}"}))

    play = Play(raw, {"a": [Done({"text": "x" * 5000})]}).turn()

    assert play.snapshot["results"]["a"] == {"in_journal": 2}
    assert play.inputs[-1] == {"x": "x" * 5000}
