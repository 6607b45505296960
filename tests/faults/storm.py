"""Killing at random moments and right when the journal grows."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread

import psycopg

from tests.faults.cluster import Cluster
from tests.faults.services import System

# Shares of the kills. A worker is what has most to lose; the database takes all down with it.
TARGETS = {"worker": 45, "database": 25, "beat": 15, "web": 15}
MEAN_PAUSE = 1.0  # seconds before a kill at a random moment; before others a third of it
GROWTH_PATIENCE = 2.0  # seconds; then a kill happens all the same
LOOK_EVERY = 0.002  # seconds between two looks at the journal
# The number is taken before the turn commits, the row is seen after it.
GROWTH = {
    "inside a turn": "SELECT last_value FROM automation_journalentry_id_seq",
    "between turns": "SELECT coalesce(max(id), 0) FROM automation_journalentry",
}
RANDOM = "random moment"
MOMENTS = (RANDOM, *GROWTH)


@dataclass
class Storm:
    """Kills processes until enough were killed.

    Attributes:
        done: Kills by target and moment.
        missed: Kills that were meant for a growing journal and found none growing.
    """

    cluster: Cluster
    system: System
    kills: int
    seed: int
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: int = 0

    def run(self, feed: Callable[[], None]) -> None:
        """Kill; meanwhile `feed` is called again and again in a thread of its own."""
        over = Event()
        feeder = Thread(target=_until, args=(over, feed), daemon=True)
        feeder.start()
        chance = random.Random(self.seed)
        for number in range(self.kills):
            target = chance.choices(list(TARGETS), weights=list(TARGETS.values()))[0]
            # In turn, so that each target meets each moment whatever the seed.
            moment = MOMENTS[number % len(MOMENTS)]
            pause = chance.expovariate(1 / MEAN_PAUSE)
            self._sleep(pause if moment == RANDOM else pause / 3)
            if moment != RANDOM:
                self._await_growth(GROWTH[moment])
            self._kill(target, chance)
            self.done[target, moment] += 1
        over.set()
        feeder.join(60)

    def _kill(self, target: str, chance: random.Random) -> None:
        if target == "database":
            self.cluster.kill()
            self._sleep(chance.uniform(0, 0.5))
            self.cluster.start()
            return
        name = chance.choice(["worker1", "worker2"]) if target == "worker" else target
        service = self.system.services[name]
        service.kill()
        service.start()

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + min(seconds, 4 * MEAN_PAUSE)
        while time.monotonic() < until:
            self.system.look_after()
            time.sleep(0.05)

    def _await_growth(self, sql: str) -> None:
        """Return at once when the journal has grown."""
        until = time.monotonic() + GROWTH_PATIENCE
        with (
            suppress(psycopg.OperationalError),
            psycopg.connect(self.cluster.url, autocommit=True) as server,
        ):
            first = _number(server, sql)
            while time.monotonic() < until:
                if _number(server, sql) > first:
                    return
                time.sleep(LOOK_EVERY)
        self.missed += 1


def _until(over: Event, feed: Callable[[], None]) -> None:
    while not over.is_set():
        feed()


def _number(server: psycopg.Connection[tuple[int]], sql: str) -> int:
    row = server.execute(sql).fetchone()  # constants of this module
    return int(row[0])
