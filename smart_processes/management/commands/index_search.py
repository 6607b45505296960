"""`manage.py index_search`: make the index of the search where the migration could not."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from smart_processes import search


class Command(BaseCommand):
    """Needs the extension pg_trgm; records can be read and written meanwhile."""

    help = "Make the index that the search uses on PostgreSQL."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Make it and say so."""
        try:
            made = search.make_index(connection)
        except search.SearchIndexRefused as refusal:
            raise CommandError(
                f"The server refused: {refusal.message}\n"
                "Let an administrator of the database run: CREATE EXTENSION pg_trgm"
            ) from refusal
        if made:
            self.stdout.write(f"The index {search.INDEX} is there.")
        else:
            self.stdout.write("This database needs no index for the search.")
