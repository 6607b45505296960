"""The interpreter: takes a run from step to step. No database, no clock, no chance.

A turn delivers the events that came, then moves tokens until every one of them waits, the
run ends, or the bound is reached. Which token moves next follows from the snapshot alone (the
oldest that can), so a turn that was cut goes on as if it had not been, and a replay of the
journal takes the same way.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from automation.engine.compiled import Program
from automation.engine.decisions import Decisions
from automation.engine.flow import Flow
from automation.engine.limits import STEPS_IN_A_TURN
from automation.engine.snapshot import Snapshot
from automation.engine.turn import Event, Turn


def advance(
    program: Program,
    snapshot: Snapshot,
    events: Iterable[Event],
    now: datetime,
    decisions: Decisions,
    *,
    most_steps: int = STEPS_IN_A_TURN,
) -> Turn:
    """Take one turn of a run.

    Args:
        program: The version the run was started with.
        snapshot: The run's state; changed in place.
        events: What came, in the order in which it is to count. One whose wait is closed
            meanwhile is passed over: something else was faster.
        now: The moment of the turn.
        decisions: What answers everything that the program and the snapshot do not.
        most_steps: Steps after which the turn is cut.

    Returns:
        What to write: lines, waits opened and closed.

    Raises:
        StepFailed: from `decisions`, with the snapshot half-way; both are to be thrown away.
    """
    flow = Flow(program, snapshot, now, decisions)
    decisions.follow(flow.turn.lines)
    flow.begin()
    for event in events:
        flow.deliver(event)
    flow.run(most_steps)
    return flow.turn
