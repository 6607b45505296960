"""Kill everything while it works, then look whether anything is off (`make faults`).

KILLS= how many (50), SEED= which moments (printed, so that a bad run can be repeated).
"""

# ruff: noqa: PLC0415  # Django has to be set up before anything of ours is imported
# ruff: noqa: T201  # the report is what the command is for

from __future__ import annotations

import logging
import random
import shutil
import sys
import time
from collections.abc import Callable
from os import environ  # noqa: TID251  # servers are chosen before Django starts

import django

from tests.faults.cluster import HOME, Cluster, Unavailable
from tests.faults.receivers import MailReceiver, WebReceiver
from tests.faults.services import System, make_system
from tests.faults.storm import MOMENTS, TARGETS, Storm

KILLS = int(environ.get("KILLS") or 50)
SEED = int(environ.get("SEED") or random.SystemRandom().randrange(10**6))
FEED_EVERY = 0.15  # seconds between two times that records are made
AT_ONCE = 3  # records each time: enough for journals that always grow
REST_PATIENCE = 120.0  # seconds until everything has to have come to rest


def main() -> int:
    """Run the storm; 1 when anything is off, 2 when this machine cannot run it."""
    shutil.rmtree(HOME, ignore_errors=True)
    try:
        cluster = Cluster()
    except Unavailable as missing:
        print(f"faults: {missing}")
        return 2
    print(f"faults: {KILLS} kills, SEED={SEED}", flush=True)
    web, mail = WebReceiver(SEED), MailReceiver(SEED)
    _choose_servers(cluster, mail.port)
    system = make_system()
    try:
        cluster.start()
        cluster.create_database()
        return _storm(cluster, system, web, mail)
    finally:
        system.stop()
        _close_connections()
        cluster.remove()
        web.stop()
        mail.stop()


def _choose_servers(cluster: Cluster, mail_port: int) -> None:
    environ.update(
        DJANGO_SETTINGS_MODULE="tests.faults.settings",
        DATABASE_URL=cluster.url,
        DATA_DIR=str(HOME.resolve() / "data"),
        SECRET_KEY="only-for-faults-" * 4,
        AUTOMATION_HTTP_ALLOWED="127.0.0.0/8",
        FAULTS_MAIL_PORT=str(mail_port),
        CELERY_BROKER_URL="filesystem://localhost",
    )


def _storm(cluster: Cluster, system: System, web: WebReceiver, mail: MailReceiver) -> int:
    django.setup()
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # it tells of every kill
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.faults import checks
    from tests.faults.mover import Mover
    from tests.faults.workload import Workload, patiently

    workload = Workload(web.url)
    workload.analyze()
    mover = Mover(system.web_port, workload.person)
    system.start()
    began = time.monotonic()
    storm = Storm(cluster, system, KILLS, SEED)
    to_move: list[int] = []

    def feed() -> None:
        for _ in range(AT_ONCE):
            patiently(workload.feed)
        newest = patiently(workload.newest)
        if newest and workload.fed % (2 * AT_ONCE) == 0:
            to_move.append(newest)
        if to_move and mover.move(to_move[0]):
            to_move.pop(0)
        time.sleep(FEED_EVERY)

    storm.run(feed)
    stormed = time.monotonic() - began
    while to_move and time.monotonic() - began < stormed + REST_PATIENCE:
        system.look_after()
        if mover.move(to_move[0]):
            to_move.pop(0)
    _await_rest(system, lambda: patiently(checks.open_runs))
    rested = time.monotonic() - began - stormed
    found = checks.faults(workload, web.received, mail.received, mover)
    _report(storm, system)
    print(
        f"{workload.fed} records, {len(mover.moved)} moved by hand ({mover.lost} answers lost); "
        f"{web.received.count} calls for {len(web.received.by_effect)} steps, "
        f"{mail.received.count} letters for {len(mail.received.by_effect)}; "
        f"storm {stormed:.0f} s, at rest after {rested:.0f} s"
    )
    for each in found:
        print(f"OFF: {each}")
    print("everything holds" if not found else f"{len(found)} faults, logs in {HOME}", flush=True)
    return 1 if found else 0


def _await_rest(system: System, open_runs: Callable[[], int]) -> None:
    until = time.monotonic() + REST_PATIENCE
    while open_runs() and time.monotonic() < until:
        system.look_after()
        time.sleep(0.2)


def _report(storm: Storm, system: System) -> None:
    print(f"\n{'killed':<12}" + "".join(f"{moment:>16}" for moment in MOMENTS) + f"{'all':>8}")
    for target in TARGETS:
        counts = [storm.done[target, moment] for moment in MOMENTS]
        print(f"{target:<12}" + "".join(f"{n:>16}" for n in counts) + f"{sum(counts):>8}")
    print(f"{'all':<12}{'':>{16 * len(MOMENTS)}}{storm.done.total():>8}")
    ended = {each.name: each.own_deaths for each in system.all() if each.own_deaths}
    if ended:
        print(f"ended by themselves and started again: {ended}")
    if storm.missed:
        print(f"the journal stood still before {storm.missed} of the kills")


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()


if __name__ == "__main__":
    sys.exit(main())
