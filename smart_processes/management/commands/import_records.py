"""`manage.py import_records TYPE FILE`: a spreadsheet becomes records, or people."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actor import Actor
from accounts.exceptions import AccountsRefusal
from accounts.models import User
from smart_processes.exceptions import RecordRefusal, TypeMissing
from smart_processes.imports.engine import Counts, import_rows
from smart_processes.imports.errors_file import ErrorsFile
from smart_processes.imports.mapping import ImportMapping
from smart_processes.imports.mapping_files import read_mapping
from smart_processes.imports.plan import left_out, named
from smart_processes.imports.receivers import propose_mapping, receiver_for
from smart_processes.imports.rows import Table
from smart_processes.imports.tables import open_table
from smart_processes.schema import schema_for

# Refused rows that are printed; --errors has all of them.
SHOWN = 20
STOPPED = 130  # what a shell expects of a program that Ctrl-C ended


class Command(BaseCommand):
    """Import a CSV or XLSX file, row by row reported."""

    help = "Import a CSV or XLSX file: each row becomes, or changes, a record or a person."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what, from where, and how."""
        parser.add_argument("type", help="code of a record type, for example deal; or user")
        parser.add_argument("file", type=Path, help="a CSV or XLSX file")
        parser.add_argument("--map", type=Path, help="YAML file: which column goes where")
        parser.add_argument(
            "--key",
            action="append",
            metavar="FIELD",
            help="field by which a record is found again; may stand several times",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="check everything and import nothing"
        )
        parser.add_argument("--errors", type=Path, help="CSV file for the refused rows")
        parser.add_argument(
            "--start-robots",
            action="store_true",
            help="start the robots of the stages of new records; default: start none",
        )
        parser.add_argument(
            "--as", dest="username", help="whose rights count; default: the system's"
        )

    def handle(self, **options: Any) -> None:
        """Import.

        Raises:
            CommandError: nothing could be read, or the file broke on the way.
        """
        actor = _actor(options["username"])
        try:
            table, mapping = _opened(options, actor)
            receiver = receiver_for(
                options["type"],
                mapping,
                table.headings,
                actor=actor,
                starts_robots=options["start_robots"] and not options["dry_run"],
            )
        except TypeMissing as missing:
            known = ", ".join([*sorted(schema_for(actor).types), "user"])
            raise CommandError(f"{missing.message} Choose one of: {known}.") from missing
        except (RecordRefusal, AccountsRefusal) as refusal:
            raise CommandError(refusal.message) from refusal
        if missed := left_out(mapping, table.headings):
            self.stderr.write(_("Left out: %(columns)s.") % {"columns": named(missed)})
        self._import(table, receiver, options)

    def _import(self, table: Table, receiver: Any, options: dict[str, Any]) -> None:
        counts = Counts()
        is_trial: bool = options["dry_run"]
        with ExitStack() as stack:
            errors = None
            if options["errors"]:
                errors = stack.enter_context(_errors_file(options["errors"], table))
            try:
                for chunk in import_rows(table.rows(), receiver, is_trial=is_trial):
                    for outcome in islice(chunk.refused, max(SHOWN - counts.refused, 0)):
                        self.stderr.write(f"{outcome.row.number}: {outcome.message}")
                    if errors:
                        errors.write(chunk.refused)
                    counts.add(chunk)
            except KeyboardInterrupt:
                self._report(counts, options)
                raise CommandError(
                    _("Stopped. What is counted above was imported."), returncode=STOPPED
                ) from None
            except (RecordRefusal, AccountsRefusal) as refusal:
                self._report(counts, options)
                raise CommandError(refusal.message) from refusal
        self._report(counts, options)

    def _report(self, counts: Counts, options: dict[str, Any]) -> None:
        more = counts.refused - SHOWN
        if more > 0:
            self.stderr.write(
                ngettext("… and %(count)d more.", "… and %(count)d more.", more) % {"count": more}
            )
        # One line in fixed words: scripts read it.
        self.stdout.write(
            f"read: {counts.read}, created: {counts.created}, updated: {counts.updated}, "
            f"unchanged: {counts.unchanged}, refused: {counts.refused}"
        )
        if counts.beside:
            self.stdout.write(
                "also created: "
                + ", ".join(f"{kind}: {count}" for kind, count in sorted(counts.beside.items()))
            )
        if options["dry_run"]:
            self.stdout.write(_("Nothing was imported: this was a dry run."))


def _opened(options: dict[str, Any], actor: Actor) -> tuple[Table, ImportMapping]:
    given = read_mapping(options["map"].read_bytes()) if _exists(options["map"]) else None
    table = open_table(options["file"], layout=given.layout if given else None)
    mapping = given or propose_mapping(options["type"], table, actor=actor)
    if options["key"]:
        mapping = replace(mapping, key=tuple(options["key"]))
    return table, mapping


def _exists(path: Path | None) -> bool:
    if path is not None and not path.is_file():
        raise CommandError(_("There is no file “%(path)s”.") % {"path": path})
    return path is not None


def _errors_file(path: Path, table: Table) -> ErrorsFile:
    try:
        return ErrorsFile(path, table.headings)
    except OSError as failed:
        raise CommandError(
            _("“%(path)s” cannot be written: %(reason)s.")
            % {"path": path, "reason": failed.strerror}
        ) from failed


def _actor(username: str | None) -> Actor:
    if username is None:
        return Actor.system("import")
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(_("There is nobody with the user name “%(name)s”.") % {"name": username})
    return Actor.person(user)
