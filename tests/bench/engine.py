"""Turns of runs through the real broker, beside another engine on the same PostgreSQL."""

from __future__ import annotations

import statistics
import time
from typing import Any

from django.db import connection, transaction

from automation.models import JournalEntry, Program, Run, Wait
from automation.runtime import clock, store
from automation.runtime.nudges import RUN_DUE
from automation.runtime.starting import Start, start_all
from smart_processes.actions.records import update_record
from smart_processes.models import Item
from tests.bench.measure import Result
from tests.bench.peer import Peer
from tests.bench.workers import Workers
from tests.factories.automation import log, make_program
from tests.factories.smart_processes import make_field, make_item, make_type, system

STEPS = 10  # automatic ones of a run, half before the answer and half behind it
RUNS, PEER_RUNS, ROUNDS = 1_000, 40, 3
WRITERS = 60  # runs of ten steps that write a field each
IN_A_START = 16  # runs that one transaction starts, as a plan's fan-out does
LONGEST_MS = 1_000 / 3  # of 1,000 steps: 3,000 a second


def engine(workers: Workers, peer: Peer | None) -> list[Result]:
    """Measure bursts of runs, interleaved with the other engine's."""
    program = make_program(
        *(log(f"a{n}") for n in range(STEPS // 2)),
        {"id": "answer", "type": "wait", "for": {"event": "answer"}},
        *(log(f"b{n}") for n in range(STEPS // 2)),
        code="ten_steps",
    )
    _burst(workers, program, RUNS // 10)  # warm
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_burst(workers, program, RUNS) / RUNS * 1000)
        if peer:
            theirs.append(peer.burst(PEER_RUNS) / PEER_RUNS * 1000)
    a_run = statistics.median(ours)  # ms
    results = [
        Result.of("1,000 empty steps, two workers", a_run / STEPS * 1000, "ms", goal=LONGEST_MS)
    ]
    if peer:
        ratio = statistics.median(our / their for our, their in zip(ours, theirs, strict=True))
        baseline = statistics.median(theirs)
        name = "run of ten steps and an answer, beside viewflow"
        results.append(Result.of(name, ratio * baseline, "ms", baseline=baseline, goal=1 / 8))
    return [*results, _writing(workers)]


def _burst(workers: Workers, program: Program, count: int) -> float:
    """Return the seconds that two workers need for this many runs.

    Starts and answers are put in beforehand: they are other people's transactions.
    """
    ids = _start(program, [None] * count)
    is_waiting = Wait.objects.filter(run__in=ids[-1:] + ids[:1], key="answer")
    taken = _timed(workers, lambda: is_waiting.exists() and _left("pending", ids) == 0)
    now = clock.now()
    for run_id, number in Wait.objects.filter(run__in=ids).values_list("run", "number"):
        with transaction.atomic():
            store.fire(run_id, number, {}, now)
    taken += _timed(workers, lambda: _left("waiting", ids) == 0)
    assert JournalEntry.objects.filter(run__in=ids, kind="ended").count() == count
    return taken


def _writing(workers: Workers) -> Result:
    """Measure steps that write a field each, beside the bare action."""
    record_type = make_type("bench_order")
    make_field(record_type, "note", "string")
    values = [{"note": f"value {n}"} for n in range(STEPS)]
    steps = [
        {"id": f"s{n}", "type": "set_fields", "params": {"values": each}}
        for n, each in enumerate(values)
    ]
    program = make_program(*steps, code="ten_writes", record_type=record_type)
    items = [make_item(record_type) for _ in range(WRITERS)]
    bare = make_item(record_type)
    began = time.perf_counter()
    for each in values * 10:
        update_record(bare, each, actor=system())
    action_ms = (time.perf_counter() - began) / (STEPS * 10) * 1000
    ids = _start(program, items)
    taken = _timed(workers, lambda: _left("pending", ids) == 0)
    assert Item.objects.filter(pk__in=[each.pk for each in items], version__gt=STEPS).count()
    step_ms = taken / (WRITERS * STEPS) * 1000
    name = "step that writes a field, two workers, beside the bare action"
    return Result.of(name, step_ms, "ms", baseline=action_ms, goal=1.5)


def _start(program: Program, items: list[Any]) -> list[int]:
    ids: list[int] = []
    for first in range(0, len(items), IN_A_START):
        part = items[first : first + IN_A_START]
        wishes = [Start(program, item and item.pk, {}, system()) for item in part]
        with transaction.atomic():
            ids += [run.pk for run in start_all(wishes, clock.now())]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE automation_run")
    return ids


def _timed(workers: Workers, is_done: Any) -> float:
    workers.tell(RUN_DUE)
    return workers.until(is_done)


def _left(status: str, ids: list[int]) -> int:
    """Return how many of a burst's runs are still in a state."""
    return Run.objects.filter(status=status, pk__range=(ids[0], ids[-1])).count()
