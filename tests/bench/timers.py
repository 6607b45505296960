"""How late timers are while very many others wait."""

from __future__ import annotations

import time

from django.db import connection

from automation.models import Run, Wait
from config.beat import BEAT_SCHEDULE
from tests.bench.measure import Result
from tests.bench.workers import Workers
from tests.factories.automation import log, make_program, make_run, run_due

PENDING, MANY = 100_000, 1_000_000
DUE, A_SECOND = 2_000, 200  # timers that come due, and how many of them in a second
HEAD_START = 1.0  # seconds between making them and the first one's moment
SWEEP = BEAT_SCHEDULE["sweep-automation"]
LATEST = 1.0  # seconds, of 99 in a hundred
MOST_MORE = 1.2  # times as late with ten times as many


def timers(workers: Workers, *, with_million: bool) -> list[Result]:
    """Let timers come due, with sweeps as beat sends them and no nudges."""
    pause = {"id": "w", "type": "wait", "for": {"duration": "3650d"}}
    pattern = make_run(make_program(pause, log("after"), code="timer"))
    run_due()
    _copies(pattern, PENDING, "interval '100 days' + n * interval '1 second'")
    late = _burst(workers, pattern)
    results = [Result.of("timer's lateness (p99), 100,000 wait", late, "s", goal=LATEST)]
    if with_million:
        _copies(pattern, MANY - PENDING, "interval '100 days' + n * interval '1 second'")
        later = _burst(workers, pattern)
        name = "timer's lateness (p99), a million wait"
        results.append(Result.of(name, later, "s", baseline=late, goal=MOST_MORE))
    return results


def _burst(workers: Workers, pattern: Run) -> float:
    """Return how late the hundredth of the timers was that was latest but one in a hundred."""
    each = f"n * interval '{1 / A_SECOND} seconds'"
    last = _last()
    _copies(pattern, DUE, f"interval '{HEAD_START} seconds' + {each}")
    for _ in range(int(HEAD_START + DUE / A_SECOND) + 2):
        workers.tell(SWEEP["task"], times=1, expires=SWEEP["schedule"])
        time.sleep(SWEEP["schedule"])
    due = Run.objects.filter(pk__gt=last)
    workers.tell(SWEEP["task"])
    workers.until(lambda: not due.exclude(status="completed").exists())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT percentile_cont(0.99) WITHIN GROUP "
            "(ORDER BY extract(epoch FROM j.at - (r.snapshot ->> 'bench_due')::timestamptz)) "
            "FROM automation_run r JOIN automation_journalentry j ON j.run_id = r.id "
            "WHERE r.id > %s AND j.kind = 'ended'",
            [last],
        )
        return float(cursor.fetchone()[0])


def _last() -> int:
    return Run.objects.order_by("-pk").values_list("pk", flat=True)[0]


def _copies(pattern: Run, count: int, after: str) -> None:
    """Copy a waiting run, each copy with a moment of its own (SQL over `n`, counted from now)."""
    last = _last()
    with connection.cursor() as cursor:
        cursor.execute(
            _copying(Run, {"due_at": f"clock.now + {after}", "snapshot": _SNAPSHOT.format(after)})
            + " FROM automation_run, generate_series(1, %s) n, (SELECT clock_timestamp() AS now)"
            " clock WHERE id = %s",
            [count, pattern.pk],
        )
        cursor.execute(
            _copying(Wait, {"run_id": "copy.id", "due_at": "copy.due_at"})
            + " FROM automation_wait old, (SELECT id, due_at FROM automation_run WHERE id > %s)"
            " copy WHERE old.run_id = %s",
            [last, pattern.pk],
        )
        cursor.execute("VACUUM ANALYZE automation_run")
        cursor.execute("VACUUM ANALYZE automation_wait")


_SNAPSHOT = "snapshot || jsonb_build_object('bench_due', clock.now + {0})"


def _copying(model: type[Run] | type[Wait], changed: dict[str, str]) -> str:
    """Return an INSERT of all columns, those in `changed` by their expressions."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = [str(field.column) for field in fields]
    prefix = "old." if model is Wait else ""
    values = [changed.get(column, prefix + column) for column in columns]
    table = model._meta.db_table
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
