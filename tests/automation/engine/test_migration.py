"""Taking runs to other versions of their program. Every deed is also replayed (see `Play`)."""

from __future__ import annotations

from typing import Any

import pytest

from automation.engine.journal import LineKind
from automation.engine.migration import compare
from automation.engine.placing import SteeringRefused
from automation.engine.program import parse_program
from tests.automation.engine.running import Play, body, do, fails


def wait(step_id: str = "w", **thing: Any) -> dict[str, Any]:
    return {"id": step_id, "type": "wait", "for": thing or {"event": step_id}}


def loop(*steps: dict[str, Any], step_id: str = "each") -> dict[str, Any]:
    return {"id": step_id, "type": "for_each", "over": [1, 2], "steps": list(steps)}


def parallel(*branches: list[dict[str, Any]]) -> dict[str, Any]:
    parts = [{"id": f"p{n}", "steps": each} for n, each in enumerate(branches)]
    return {"id": "p", "type": "parallel", "branches": parts}


def first(*answers: dict[str, Any]) -> dict[str, Any]:
    parts = [{"id": f"f{n}", "for": each, "steps": []} for n, each in enumerate(answers)]
    return {"id": "first", "type": "first_of", "branches": parts}


def test_a_failed_step_that_was_mended_is_retried_in_the_new_version() -> None:
    play = Play(body(do("a", params={"x": "=1/0"}), do("end"))).turn()

    play.migrate(body(do("new"), do("a", params={"x": 5}), do("end")))
    assert play.status == "failed"
    play.control(LineKind.RETRIED).turn()

    assert (play.status, play.inputs) == ("completed", [{"x": 5}, {}])


def test_a_waiting_run_goes_on_behind_its_wait_in_the_new_version() -> None:
    play = Play(body(loop(wait(), do("old")))).turn()

    play.migrate(body(loop(do("before"), wait(), do("new"))))
    play.fire("w").turn()

    assert play.done == ["new", "before"]


WAITING = body(loop(wait(), do("x")))
BRANCHES = body(parallel([wait("w1")], [wait("w2")]))


@pytest.mark.parametrize(
    ("old", "new", "code", "name"),
    [
        (WAITING, body(loop(do("x"))), "step_gone", "w"),
        (WAITING, body(loop(wait() | {"is_off": True}, do("x"))), "step_gone", "w"),
        (WAITING, body(loop(do("w"), do("x"))), "step_changed", "w"),
        (WAITING, body(wait(), loop(do("x"))), "step_moved", "w"),
        (WAITING, body(loop(wait(duration="1d"), do("x"))), "wait_changed", "w"),
        (BRANCHES, body(parallel([wait("w1")], [wait("w2")], [])), "branches_changed", "p"),
        (BRANCHES, body(parallel([wait("w1"), wait("w2")], [do("x")])), "step_moved", "w2"),
    ],
)
def test_a_version_without_the_place_of_the_run_is_refused_with_the_step(
    old: Any, new: Any, code: str, name: str
) -> None:
    play = Play(old).turn()
    before = play.story

    with pytest.raises(SteeringRefused) as refusal:
        play.migrate(new)

    assert (refusal.value.code, refusal.value.params["name"]) == (code, name)
    assert (play.story, play.status) == (before, "running")


def test_a_branch_more_in_a_parallel_that_is_ahead_does_not_matter() -> None:
    play = Play(body(wait(), parallel([do("a")]))).turn()

    play.migrate(body(wait(), parallel([do("a")], [do("b")]))).fire("w")

    assert play.done == ["a", "b"]


def test_a_step_that_listens_to_other_things_listens_anew() -> None:
    play = Play(body(first({"event": "x"}), do("end"))).turn()

    play.migrate(body(first({"event": "x"}, {"event": "y"}), do("end"))).turn()
    assert sorted(each.step for each in play.waits.values()) == ["f0", "f1"]
    play.fire("f1")

    assert play.status == "completed"


def test_variables_follow_the_version() -> None:
    variables = [{"code": "kept", "default": 1}, {"code": "gone", "default": 2}]
    play = Play(body(wait(), variables=variables)).turn()
    other = [{"code": "kept", "default": 7}, {"code": "new", "default": 3}]

    play.migrate(body(wait(), variables=other))

    assert play.snapshot["vars"] == {"kept": 1, "new": 3}


def test_what_will_be_empty_or_other_is_said_beforehand() -> None:
    old = body(do("a"), wait(duration="1d"), do("end"), variables=[{"code": "v"}])
    play = Play(old).turn()
    new = body(do("a"), do("b"), wait(duration="2d"), do("end", params={"x": "{=a:id} {=b:id}"}))

    found = compare(play.program, parse_program(new), play.snapshot)

    assert found.obstacles == []
    assert {(each.code, each.name) for each in found.findings} == {
        ("result_unknown", "a"),
        ("result_unknown", "b"),
        ("wait_keeps", "w"),
        ("variable_gone", "v"),
    }


def test_a_version_that_needs_a_parameter_more_is_refused() -> None:
    play = Play(body(do("a")), {"a": [fails()]}).turn()

    with pytest.raises(SteeringRefused, match="parameter_missing"):
        play.migrate(body(do("a"), parameters=[{"code": "who", "is_required": True}]))


def test_a_state_that_was_chosen_and_is_gone_is_refused() -> None:
    go = {"id": "go", "type": "set_state", "state": "s2"}
    s1 = {"id": "s1", "on_enter": [go, wait()]}
    machine = {"id": "m", "type": "state_machine", "states": [s1, {"id": "s2"}]}
    play = Play(body(machine)).turn()

    with pytest.raises(SteeringRefused, match="state_gone: s2"):
        play.migrate(
            body({**machine, "states": [{"id": "s1", "on_enter": [wait()]}, {"id": "s3"}]})
        )
