"""How long a file takes, and whether memory grows with it."""

from __future__ import annotations

import csv
import resource
import tempfile
import time
from io import StringIO
from pathlib import Path

from django.core.management import call_command

from tests.bench.data import Population
from tests.bench.measure import Result

DEALS = 8_800  # the rows of the real sales export
MANY = 100_000
CEILING_SECONDS = 25
# A file eleven times as long may take a little more for caches, not eleven times as much.
MOST_GROWTH_MB = 40


def imports(population: Population, *, with_many: bool) -> list[Result]:
    """Import generated rows by the command, as an integrator would."""
    began = time.perf_counter()
    _import(population, DEALS)
    taken = time.perf_counter() - began
    results = [Result.of("import of 8,800 rows", taken, "s", goal=CEILING_SECONDS)]
    if with_many:
        before = _peak_mb()
        _import(population, MANY)
        growth = _peak_mb() - before
        results.append(Result.of("memory that 100,000 rows add", growth, "MB", goal=MOST_GROWTH_MB))
    return results


def _import(population: Population, count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["title", "amount", "price", "segment", "due", "responsible"])
            for n in range(count):
                due = f"2026-{1 + n % 12:02d}-{1 + n % 28:02d}"
                rows.writerow(
                    [f"Imported {n}", f"{n % 9000}.50", f"{n % 500}.25", f"s{n % 10}", due, "u3"]
                )
        printed = StringIO()
        call_command("import_records", population.record_type.code, str(path), stdout=printed)
        assert f"created: {count}" in printed.getvalue(), printed.getvalue()


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
