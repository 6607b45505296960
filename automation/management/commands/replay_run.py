"""`manage.py replay_run RUN`: fold a run's journal and compare it with the snapshot."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from automation.models import Run
from automation.runtime.replaying import differences


class Command(BaseCommand):
    """Proves that journals and snapshots tell the same; writes nothing."""

    help = "Fold the journals of runs and compare them with the snapshots. Exits with 1 on doubt."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take runs, or all that are open."""
        parser.add_argument("run", type=int, nargs="*")
        parser.add_argument("--last", type=int, default=0, help="also the newest so many runs")

    def handle(self, **options: Any) -> None:
        """Compare.

        Raises:
            CommandError: a run does not exist, or none was named.
        """
        found = list(Run.objects.filter(pk__in=options["run"]).order_by("pk"))
        missing = set(options["run"]) - {run.pk for run in found}
        if missing:
            raise CommandError(f"There is no run {min(missing)}.")
        found += Run.objects.order_by("-pk")[: options["last"]]
        if not found:
            raise CommandError("Name a run, or use --last 100.")
        unlike = 0
        for run in found:
            wrong = differences(run)
            unlike += bool(wrong)
            for difference in wrong:
                self.stdout.write(f"Run {run.pk}: {difference}")
        if unlike:
            sys.exit(1)
        self.stdout.write(f"{len(found)} of {len(found)} journals lead to the stored snapshot.")
