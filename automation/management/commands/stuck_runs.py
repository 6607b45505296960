"""`manage.py stuck_runs`: runs that nothing will move; exit code 1 when there are any."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from automation.runtime import clock
from automation.selectors.runs import stuck_runs


class Command(BaseCommand):
    """Lists runs that will not go on by themselves, with the reason; for monitoring."""

    help = "List runs that nothing will move. Exits with 1 when there are any."

    def handle(self, **_options: Any) -> None:
        """Print them."""
        found = list(stuck_runs(clock.now()))
        for each in found:
            program = each.run.version.program.code
            self.stdout.write(f"{each.run.pk:>8}  {program:<24} {each.reason}")
        if found:
            sys.exit(1)
        self.stdout.write("No run is stuck.")
