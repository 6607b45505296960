"""Prove the counters behind board totals, and count them anew where they are wrong."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from smart_processes.actions.housekeeping import recount
from smart_processes.models import StageCounter
from smart_processes.selectors.counters import CellDifference, counter_differences


class Command(BaseCommand):
    """`recount_counters [--check]`."""

    help = (
        "Compare the counters behind board totals with the records and count them anew where "
        "they differ. With --check only compare; exit code 1 when they differ."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add --check."""
        parser.add_argument(
            "--check", action="store_true", help="change nothing; exit 1 when the counters differ"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare, tell, repair."""
        differences = counter_differences()
        for cell in differences:
            self.stdout.write(_line(cell))
        if not differences:
            self.stdout.write(f"The counters are right: {_counted()} records.")
        elif options["check"]:
            raise CommandError(
                f"{len(differences)} cells differ. Run recount_counters without --check.",
                returncode=1,
            )
        else:
            cells = recount()
            self.stdout.write(f"Counted anew: {cells} cells, {_counted()} records.")


def _line(cell: CellDifference) -> str:
    opened = "opened" if cell.opened else "not opened"
    return (
        f"pipeline {cell.pipeline_id}, stage {cell.stage}, responsible {cell.responsible_id}, "
        f"{opened}: counted {cell.counted} ({cell.counted_amount_minor}), "
        f"found {cell.found} ({cell.found_amount_minor})"
    )


def _counted() -> int:
    return sum(StageCounter.objects.values_list("record_count", flat=True))
