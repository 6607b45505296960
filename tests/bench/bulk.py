"""A board while very many records are moved at once into a stage with robots."""

from __future__ import annotations

import statistics
import time

from automation.models import Decision, Run, StagePlan
from smart_processes.actions.creation import Draft, create_records
from smart_processes.choices import JobState
from smart_processes.jobs import queue
from smart_processes.jobs.selection import freeze
from smart_processes.models import Item, Job, RecordType
from smart_processes.schema import schema_for
from smart_processes.selectors.counters import counter_differences
from tests.bench.measure import Result
from tests.bench.site import Site, site
from tests.factories.accounts import make_user
from tests.factories.automation import make_robot
from tests.factories.smart_processes import make_type, system
from tests.support.sessions import session_cookie

MANY, FEW = 5_000, 1_000
ROBOTS = 2  # of the stage
IDLE = 60  # requests before
PAUSE = 0.1  # seconds between two requests: somebody looks, nobody hammers
PATIENCE = 900.0  # seconds until the work counts as stuck
CHUNK = 500


def bulk(database_url: str, *, is_whole: bool) -> list[Result]:
    """Measure the board idle and busy; all robots have to be done and totals exact after."""
    count = MANY if is_whole else FEW
    record_type = _population(count)
    reader = make_user("bulk", is_superuser=True)
    address, cookie = f"/{record_type.code}/board/", session_cookie(reader)
    with site(database_url) as running:
        for _ in range(5):
            running.get(address, cookie)  # warm
        idle = [_look(running, address, cookie) for _ in range(IDLE)]
        job = _move_all(running, record_type)
        busy, until = [], time.monotonic() + PATIENCE
        while not _is_done(job, count):
            if time.monotonic() > until:
                raise TimeoutError("the bulk move is stuck, see var/bench/workers")
            busy.append(_look(running, address, cookie))
    job.upload.delete(save=False)
    assert Item.objects.filter(type=record_type, stage="CALL", title="Moved").count() == count
    assert not counter_differences()
    name = f"board while {count:,} records are moved at once (p95)"
    return [Result.of(name, _p95(busy), "ms", baseline=_p95(idle), goal=4)]


def _population(count: int) -> RecordType:
    record_type = make_type("bench_bulk", "NEW > CALL > WON | LOST")
    for first in range(0, count, CHUNK):
        numbers = range(first, first + CHUNK)
        drafts = [Draft({"title": f"Record {n}", "amount": n}) for n in numbers]
        create_records(record_type.code, drafts, actor=system())
    call = record_type.pipelines.get().stages.get(code="CALL")
    make_robot(call, "set_fields", params={"values": {"title": "Moved"}})
    for _ in range(ROBOTS - 1):
        make_robot(call, "add_comment", params={"text": "Seen"})
    return record_type


def _move_all(running: Site, record_type: RecordType) -> Job:
    actor = system()
    ids = Item.objects.filter(type=record_type).order_by("pk").values_list("pk", flat=True)
    frozen, file = freeze(list(ids))
    job = queue.enqueue(
        "bulk_move",
        frozen | {"stage": "CALL"},
        actor=actor,
        type_schema=schema_for(actor).type(record_type.code),
        upload=file,
    )
    # Our own settings have no broker; the site has one.
    running.app.send_task(queue.RUN_JOB, args=[job.pk], queue="jobs")
    return job


def _is_done(job: Job, count: int) -> bool:
    job.refresh_from_db(fields=["state"])
    if job.state != JobState.COMPLETED or StagePlan.objects.exists():
        return False
    runs = Run.objects.filter(item__type=job.type_id, status="completed")
    assert Decision.objects.filter(item__type=job.type_id).exists()
    return runs.count() == ROBOTS * count


def _look(running: Site, address: str, cookie: str) -> float:
    time.sleep(PAUSE)
    return running.get(address, cookie)


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
