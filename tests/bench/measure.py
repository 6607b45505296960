"""Rounds, medians and the table at the end."""

from __future__ import annotations

import gc
import json
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Result:
    """One line of the table.

    Attributes:
        name: What was measured.
        value: The figure, in `unit`.
        unit: `ms`, `s`, `statements` or `MB`.
        baseline: What it is compared with, in the same unit; None where there is none.
        goal: The promise: a ratio to the baseline, or the highest value without one.
        holds: Whether the promise was kept.
    """

    name: str
    value: float
    unit: str
    baseline: float | None
    goal: float
    holds: bool

    @classmethod
    def of(
        cls, name: str, value: float, unit: str, *, goal: float, baseline: float | None = None
    ) -> Result:
        """Judge a figure by its goal."""
        reached = value / baseline if baseline else value
        return cls(
            name, round(value, 3), unit, baseline and round(baseline, 3), goal, reached <= goal
        )


def interleaved(
    variants: Sequence[Callable[[], object]], *, rounds: int = 15, warm_up: int = 3
) -> list[float]:
    """Return each variant's median in milliseconds.

    Rounds are interleaved, so that a busy machine slows all of them alike.
    """
    taken: list[list[float]] = [[] for _ in variants]
    for turn in range(warm_up + rounds):
        for number, variant in enumerate(variants):
            gc.collect()
            began = time.perf_counter()
            variant()
            if turn >= warm_up:
                taken[number].append((time.perf_counter() - began) * 1000)
    return [statistics.median(each) for each in taken]


def report(results: Sequence[Result], path: Path) -> None:
    """Print the table and write it as JSON."""
    width = max(len(result.name) for result in results)
    for result in results:
        against = ""
        if result.baseline:
            against = f"{result.value / result.baseline:6.2f} × {result.baseline:.1f} {result.unit}"
        mark = "holds" if result.holds else "MISSED"
        print(  # noqa: T201  # the report is what the command is for
            f"{result.name:<{width}}  {result.value:10.1f} {result.unit:<10} "
            f"{against:<24} goal {result.goal:g}  {mark}"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    machine = {"python": platform.python_version(), "system": platform.platform()}
    path.write_text(
        json.dumps({"machine": machine, "results": [asdict(r) for r in results]}, indent=2) + "\n",
        encoding="utf-8",
    )
