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
from tests.faults.storm import MOMENTS, OUTAGE, TARGETS, Storm

KILLS = int(environ.get("KILLS") or 50)
SEED = int(environ.get("SEED") or random.SystemRandom().randrange(10**6))
PAUSE = 0.2  # seconds between two looks while everything comes to rest
REST_PATIENCE = 300.0  # seconds until everything has to have come to rest


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
    for name in ("psycopg.pool", "smart_processes.workers"):
        logging.getLogger(name).setLevel(logging.ERROR)  # they tell of every kill
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.faults import checks
    from tests.faults.caller import Caller
    from tests.faults.feeding import People, feed
    from tests.faults.mover import Mover
    from tests.faults.workload import Workload, patiently

    workload = Workload(web.url)
    workload.analyze()
    people = People(Mover(system.web_port, workload.person), Caller(system.web_port))
    system.start()
    began = time.monotonic()
    storm = Storm(cluster, system, KILLS, SEED)
    # A request that hangs with the database must not keep records from being made.
    storm.run(lambda: feed(workload, people), people.go_on)
    stormed = time.monotonic() - began
    while people.are_busy and time.monotonic() - began < stormed + REST_PATIENCE:
        system.look_after()
        people.go_on()
        time.sleep(PAUSE)
    left = _await_rest(system, lambda: patiently(checks.unfinished))
    rested = time.monotonic() - began - stormed
    found = checks.faults(workload, people, web.received, mail.received)
    if left:
        found.insert(0, f"{left} things were still to be done after {REST_PATIENCE:.0f} s of rest")
    _report_kills(storm, system)
    print(
        f"{workload.fed} records with programs, {len(people.mover.moved)} moved by hand "
        f"({people.mover.lost} answers lost); {2 * workload.rules.fed} records with rules, "
        f"{len(people.caller.accepted)} webhooks taken, {people.caller.repeated} known as repeats "
        f"({people.caller.lost} answers lost);\n"
        f"{web.received.count} calls for {len(web.received.by_effect)} steps, "
        f"{mail.received.count} letters for {len(mail.received.by_effect)}; "
        f"storm {stormed:.0f} s, at rest after {rested:.0f} s"
    )
    return _report_faults(found)


def _await_rest(system: System, unfinished: Callable[[], int]) -> int:
    """Wait until nothing is left to be done, or for long enough; return what is left."""
    until = time.monotonic() + REST_PATIENCE
    while (left := unfinished()) and time.monotonic() < until:
        system.look_after()
        time.sleep(PAUSE)
    return left


def _report_faults(found: list[str]) -> int:
    for each in found:
        print(f"OFF: {each}")
    if found:
        print(
            f"{len(found)} faults. Again: make faults KILLS={KILLS} SEED={SEED}. Logs: {HOME}",
            flush=True,
        )
        return 1
    print("everything holds", flush=True)
    return 0


def _report_kills(storm: Storm, system: System) -> None:
    print(f"\n{'killed':<12}" + "".join(f"{moment:>16}" for moment in MOMENTS) + f"{'all':>8}")
    for target in TARGETS:
        counts = [storm.done[target, moment] for moment in MOMENTS]
        print(f"{target:<12}" + "".join(f"{n:>16}" for n in counts) + f"{sum(counts):>8}")
    print(f"{'all':<12}{'':>{16 * len(MOMENTS)}}{storm.done.total():>8}")
    ended = {each.name: each.own_deaths for each in system.all() if each.own_deaths}
    if ended:
        print(f"ended by themselves and started again: {ended}")
    if storm.missed:
        print(f"nothing grew before {storm.missed} of the kills")
    if storm.outages:
        print(f"the broker was away for {OUTAGE:.0f} s once")


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()


if __name__ == "__main__":
    sys.exit(main())
