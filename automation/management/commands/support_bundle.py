"""`manage.py support_bundle RUN`: everything about one run in one zip, without secrets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from automation.models import Run
from automation.support_bundle import write_bundle


class Command(BaseCommand):
    """Packs journal, program, version, decisions and messages of a run for support."""

    help = "Write the journal, program, version and decisions of a run into one zip, no secrets."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the run and the file."""
        parser.add_argument("run", type=int)
        parser.add_argument("--output", type=Path, help="default: run-<number>.zip here")

    def handle(self, **options: Any) -> None:
        """Write it.

        Raises:
            CommandError: there is no such run, or the file cannot be written.
        """
        run = Run.objects.filter(pk=options["run"]).select_related("version__program").first()
        if run is None:
            raise CommandError(f"There is no run {options['run']}.")
        path: Path = options["output"] or Path(f"run-{run.pk}.zip")
        try:
            names = write_bundle(run, path)
        except OSError as trouble:
            raise CommandError(f"{path} cannot be written: {trouble}") from trouble
        self.stdout.write(f"{path}: {', '.join(names)}")
