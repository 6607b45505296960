"""Work that never ends: records are made, people drag cards, another system calls."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from tests.faults.caller import Call, Caller
from tests.faults.mover import Mover
from tests.faults.workload import Workload, patiently

AT_ONCE = 3  # records each time: enough for journals that always grow
# Of so many records one is moved by hand, and then a ticket and a parcel are made.
EVERY = 2 * AT_ONCE


@dataclass
class People:
    """Whoever comes through the web process: it is killed as well, so they ask again.

    Attributes:
        moves: Ids of records that are still to be moved by hand.
        calls: Calls that are still to be taken.
    """

    mover: Mover
    caller: Caller
    moves: deque[int] = field(default_factory=deque)
    calls: deque[Call] = field(default_factory=deque)

    def go_on(self) -> None:
        """Ask for one move and send one call; what gets no answer is asked again next time."""
        if self.moves and self.mover.move(self.moves[0]):
            self.moves.popleft()
        if self.calls and self.caller.send(self.calls[0]):
            self.calls.popleft()

    @property
    def are_busy(self) -> bool:
        """Whether somebody still wants something."""
        return bool(self.moves or self.calls)


def feed(workload: Workload, people: People) -> None:
    """Make some records, and give people something to do."""
    for _ in range(AT_ONCE):
        patiently(workload.feed)
    if workload.fed % EVERY == 0:
        newest = patiently(workload.newest)
        if newest:
            people.moves.append(newest)
        people.calls.extend(patiently(workload.rules.feed))
