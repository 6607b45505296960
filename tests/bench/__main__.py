"""Run the benchmarks on a PostgreSQL database of their own, made and dropped here."""

# ruff: noqa: PLC0415  # Django has to be set up before anything of ours is imported

from __future__ import annotations

import sys
from os import environ  # noqa: TID251  # the database is chosen before Django starts
from pathlib import Path

import django
import psycopg
from psycopg import sql

from tests.bench.measure import Result, report

SERVER = environ.get("BENCH_SERVER", "postgres://postgres@127.0.0.1:5432")
DATABASE = "smart_process_crm_bench"
PEER_DATABASE = f"{DATABASE}_peer"
SCALES = {"10k": (1_000, 10_000), "300k": (10_000, 300_000)}
OUTPUT = Path("var/bench/latest.json")


def main() -> int:
    """Make the database, measure, report; 1 when a promise was missed."""
    small, large = SCALES[environ.get("SCALE") or "300k"]
    _recreate()
    environ["DATABASE_URL"] = f"{SERVER}/{DATABASE}"
    environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    results = _measure(small, large)
    from django.db import connections

    connections.close_all()
    report(results, OUTPUT)
    _drop()
    return 0 if all(result.holds for result in results) else 1


def _measure(small: int, large: int) -> list[Result]:
    from tests.bench import bulk, imports, moves, pages
    from tests.bench.data import make_people, make_population

    reader = make_people()
    populations = [make_population(f"bench_{size}", size, reader) for size in (small, large)]
    is_whole = large > SCALES["10k"][1]
    return [
        *pages.board(*populations),
        *pages.listing(populations[1]),
        *moves.move(populations[1]),
        *imports.imports(populations[0], with_many=is_whole),
        *bulk.bulk(f"{SERVER}/{DATABASE}", is_whole=is_whole),
        *_measure_engine(is_whole=is_whole),
    ]


def _measure_engine(*, is_whole: bool) -> list[Result]:
    """Measure the engine of programs with two workers and a broker of their own."""
    from tests.bench import engine, robots, timers
    from tests.bench.peer import PeerMissing, peer
    from tests.bench.workers import two_workers

    results = robots.moves()
    with two_workers(f"{SERVER}/{DATABASE}") as workers:
        try:
            _recreate(PEER_DATABASE)
            with peer(f"{SERVER}/{PEER_DATABASE}") as other:
                results += engine.engine(workers, other)
        except PeerMissing as missing:
            print(f"skipped: viewflow cannot be installed: {missing}")  # noqa: T201
            results += engine.engine(workers, None)
        finally:
            _drop(PEER_DATABASE)
        return results + timers.timers(workers, with_million=is_whole)


def _recreate(database: str = DATABASE) -> None:
    _drop(database)
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))


def _drop(database: str = DATABASE) -> None:
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
        server.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
        )


if __name__ == "__main__":
    sys.exit(main())
