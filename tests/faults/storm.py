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
from tests.faults.services import Service, System

# Shares of the kills. A worker is what has most to lose; the database takes all down with it,
# and with the broker every message is lost.
TARGETS = {"worker": 40, "database": 22, "beat": 10, "web": 14, "broker": 14}
# The second kill of the broker keeps it away, in seconds: longer than every lease here.
OUTAGE = 8.0
MEAN_PAUSE = 1.0  # seconds before a kill at a random moment; before others a third of it
START_PATIENCE = 60.0  # seconds until the first kill, however slowly everything starts
GROWTH_PATIENCE = 5.0  # seconds; then a kill happens all the same. A worker needs some to start
FEED_EVERY = 0.15  # seconds between two times that work is made
LOOK_EVERY = 0.002  # seconds between two looks at the journal
# A number is taken before its transaction commits, a row is seen after it.
GROWTH = {
    "inside a turn": "SELECT last_value FROM automation_journalentry_id_seq",
    "between turns": "SELECT coalesce(max(id), 0) FROM automation_journalentry",
    "inside a plan": "SELECT last_value FROM automation_decision_id_seq",
    "while sending": "SELECT coalesce(sum(fence), 0) FROM automation_outboxmessage",
}
RANDOM = "random"
MOMENTS = (RANDOM, *GROWTH)


@dataclass
class Storm:
    """Kills processes until enough were killed.

    Attributes:
        done: Kills by target and moment.
        missed: Kills that were meant for a growing table and found none growing.
        outages: How often the broker was kept away for long.
    """

    cluster: Cluster
    system: System
    kills: int
    seed: int
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: int = 0
    outages: int = 0

    def run(self, *feeding: Callable[[], None]) -> None:
        """Kill; meanwhile each of `feeding` is called again and again in its own thread."""
        over = Event()
        feeders = [Thread(target=_until, args=(over, feed), daemon=True) for feed in feeding]
        for feeder in feeders:
            feeder.start()
        self._await_growth(GROWTH["between turns"], START_PATIENCE)  # until all of it runs
        self.missed = 0
        chance = random.Random(self.seed)
        shares = {**TARGETS, "broker": TARGETS["broker"] if self.system.broker else 0}
        for number in range(self.kills):
            target = chance.choices(list(shares), weights=list(shares.values()))[0]
            # In turn, so that each target meets each moment whatever the seed.
            moment = MOMENTS[number % len(MOMENTS)]
            pause = chance.expovariate(1 / MEAN_PAUSE)
            self._sleep(pause if moment == RANDOM else pause / 3)
            if moment != RANDOM:
                self._await_growth(GROWTH[moment])
            self._kill(target, chance)
            self.done[target, moment] += 1
        over.set()
        for feeder in feeders:
            feeder.join(60)

    def _kill(self, target: str, chance: random.Random) -> None:
        if target == "database":
            self.cluster.kill()
            self._sleep(chance.uniform(0, 0.5))
            self.cluster.start()
            return
        if target == "broker" and self.system.broker:
            self._take_broker_away(self.system.broker, chance)
            return
        named = [name for name in self.system.services if name.startswith(target)]
        service = self.system.services[chance.choice(named)]
        service.kill()
        service.start()

    def _take_broker_away(self, broker: Service, chance: random.Random) -> None:
        """Kill it with all its messages; once for longer than anybody waits for anything."""
        is_long = sum(self.done["broker", moment] for moment in MOMENTS) == 1
        broker.kill()
        until = time.monotonic() + (OUTAGE if is_long else chance.uniform(0, 0.5))
        while time.monotonic() < until:
            self._sleep(0.1)
        broker.start()
        self.outages += is_long

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + min(seconds, 4 * MEAN_PAUSE)
        while time.monotonic() < until:
            self.system.look_after()
            time.sleep(0.05)

    def _await_growth(self, sql: str, patience: float = GROWTH_PATIENCE) -> None:
        """Return at once when a table has grown."""
        until = time.monotonic() + patience
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
    while not over.wait(FEED_EVERY):
        feed()


def _number(server: psycopg.Connection[tuple[int]], sql: str) -> int:
    row = server.execute(sql).fetchone()  # constants of this module
    return int(row[0])
