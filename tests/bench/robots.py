"""What robots of a stage cost whoever moves a record there."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle

from smart_processes.actions.stages import move_to_stage
from smart_processes.models import RecordType
from tests.bench.measure import Result, interleaved
from tests.factories.automation import make_robot
from tests.factories.smart_processes import make_item, make_type, system

ROBOTS = 20  # of each of the two stages


def moves() -> list[Result]:
    """Move a record to and fro between stages with robots, and one between stages without."""
    bare = make_type("bench_bare", "NEW > CALL > WON | LOST")
    armed = make_type("bench_armed", "NEW > CALL > WON | LOST")
    for stage in armed.pipelines.get().stages.filter(code__in=["NEW", "CALL"]):
        for _ in range(ROBOTS):
            make_robot(stage)
    armed_ms, bare_ms = interleaved([_moving(armed), _moving(bare)], rounds=40)
    name = "move into a stage with 20 robots, out of one with 20"
    return [Result.of(name, armed_ms, "ms", baseline=bare_ms, goal=1.5)]


def _moving(record_type: RecordType) -> Callable[[], object]:
    item = make_item(record_type)
    targets = cycle(["CALL", "NEW"])
    return lambda: move_to_stage(item, next(targets), actor=system())
