"""Which run is at work, so that what it causes knows its cause.

Set while an activity works. Whoever hears of the activity's changes (a trigger, a stage that
was entered) starts runs inside the same call and finds the cause here; what is started later
keeps it in a row of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

# Starts of one program on one record along a chain of causes; the third is one too many.
TURNS_OF_A_CYCLE = 3
# Runs that cause each other in a row; a chain of stages has ten or twelve.
LONGEST_CHAIN = 30


@dataclass(frozen=True)
class Cause:
    """A run that causes something.

    Attributes:
        run_id: The run; None where it is forgotten by now.
        chain: The starts that led to it, itself included: "program code@record id".
    """

    run_id: int | None
    chain: tuple[str, ...]


_current: ContextVar[Cause | None] = ContextVar("cause", default=None)


def current() -> Cause | None:
    """Return the run at work; None when a person or a schedule acts."""
    return _current.get()


@contextmanager
def caused_by(cause: Cause | None) -> Iterator[None]:
    """Let everything inside have this cause."""
    token = _current.set(cause)
    try:
        yield
    finally:
        _current.reset(token)


def link(program_code: str, item_id: int | None) -> str:
    """Return one link of a chain."""
    return f"{program_code}@{item_id or '-'}"


def is_cycle(chain: tuple[str, ...]) -> bool:
    """Return whether the last start of a chain is one turn too many."""
    return chain.count(chain[-1]) >= TURNS_OF_A_CYCLE
