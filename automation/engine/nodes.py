"""The steps of a program, as the interpreter sees them: a tree of frozen nodes.

A node knows its children in order, nothing of its surroundings; `Program` knows who stands
around whom. What is written in a program is compiled once (`Value`, `Condition`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from automation.engine.conditions import Condition
from automation.engine.expressions import Value


class WaitKind(StrEnum):
    """What ends a wait."""

    DURATION = "duration"
    MOMENT = "moment"
    FIELD = "field"  # a date field of the record, with an offset; follows the field
    CONDITION = "condition"  # the record meets it
    EVENT = "event"  # somebody fires its key
    COMMAND = "command"  # an event with a name, of a state
    EFFECT = "effect"  # the answer to what left through the outbox
    RUN = "run"  # the end of a run that was started
    TASK = "task"  # somebody's answer
    RETRY = "retry"  # time to try a failed step again


# They end at their `due_at`; for all others it is the limit.
TIMERS = frozenset({WaitKind.DURATION, WaitKind.MOMENT, WaitKind.FIELD, WaitKind.RETRY})
# They end a step that an activity began.
OF_ACTIVITIES = frozenset({WaitKind.EFFECT, WaitKind.RUN, WaitKind.TASK})


class FailureKind(StrEnum):
    """Who is to blame when a step fails."""

    APPLICATION = "application"  # the rules of the business or the values in the program
    TRANSPORT = "transport"  # the way to another system, or that system
    INTERNAL = "internal"  # a defect of the product


@dataclass(frozen=True, slots=True)
class Node:
    """One step, branch, state or handler."""

    id: str
    title: str = ""
    children: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Block(Node):
    """Steps one after the other: a sequence, a group, a handler of a state."""


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """If, else-if, else: the first `Branch` whose condition holds."""


@dataclass(frozen=True, slots=True)
class Branch(Node):
    """One way of a choice; without a condition it is the "else"."""

    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Parallel(Node):
    """All branches; goes on when the last one has ended."""


@dataclass(frozen=True, slots=True)
class While(Node):
    """Steps repeated as long as a condition holds, `most` times at most."""

    condition: Condition | None = None
    most: int = 0


@dataclass(frozen=True, slots=True)
class ForEach(Node):
    """Steps once for each value of a list that is read at the beginning."""

    over: Value | None = None
    most: int = 0


@dataclass(frozen=True, slots=True)
class Break(Node):
    """Leave the innermost loop."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """What a wait waits for.

    Attributes:
        kind: One of `WaitKind`, but for those of activities.
        value: A span, a moment, a field's code or an event's key, by kind.
        offset: A span before or after the field's date.
        condition: What has to hold.
        limit: A span after which a condition or an event is waited for no more.
        in_work_time: Spans count working time only.
        skips_empty: An empty field ends the wait; otherwise it waits for a date.
    """

    kind: WaitKind
    value: Value | None = None
    offset: Value | None = None
    condition: Condition | None = None
    limit: Value | None = None
    in_work_time: bool = False
    skips_empty: bool = False


@dataclass(frozen=True, slots=True)
class Wait(Node):
    """Wait for one thing."""

    awaited: Awaited = field(default_factory=lambda: Awaited(WaitKind.DURATION))


@dataclass(frozen=True, slots=True)
class FirstOf(Node):
    """Wait for several things; the `Answer` whose thing comes first goes on."""


@dataclass(frozen=True, slots=True)
class Answer(Node):
    """A thing to wait for and the steps that follow it."""

    awaited: Awaited = field(default_factory=lambda: Awaited(WaitKind.EVENT))


@dataclass(frozen=True, slots=True)
class StateMachine(Node):
    """States; one is current. Ends when a state has no way out."""

    initial: str = ""


@dataclass(frozen=True, slots=True)
class State(Node):
    """What is done on entering and leaving, and which commands, events and timers it hears."""

    on_enter: Block | None = None
    on_leave: Block | None = None
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class SetState(Node):
    """Choose the next state; taken when the handler ends, or `at_once`."""

    target: str = ""
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Terminate(Node):
    """End the run."""

    outcome: str = "completed"
    message: Value | None = None


@dataclass(frozen=True, slots=True)
class OnError:
    """What a failing step does: first it is tried again, then the run goes on or fails."""

    goes_on: bool = False
    retry_count: int = 0
    backoff_seconds: int = 60


@dataclass(frozen=True, slots=True)
class Activity(Node):
    """A step that does something; its children are branches for failures."""

    activity: str = ""
    params: Value | None = None
    on_error: OnError = field(default_factory=OnError)


@dataclass(frozen=True, slots=True)
class ErrorBranch(Node):
    """Steps for failures of these kinds; no kinds: all."""

    kinds: frozenset[str] = frozenset()
