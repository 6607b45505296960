"""`manage.py runs list|show|retry|…`: runs of programs, in the terminal."""

from __future__ import annotations

from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from automation.choices import RunStatus
from automation.management.run_deeds import add_deeds, do_deed
from automation.models import JournalEntry, Run
from automation.selectors.runs import runs


class Command(BaseCommand):
    """Lists runs, tells their stories, steers them."""

    help = (
        "List runs of programs, tell the story of one, or pause, resume, retry, skip, goto, "
        "cancel, migrate, restart some. Exits with 1 when some were refused, with 2 when what "
        "was asked for makes no sense."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what is to be done, and to which runs."""
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="the newest runs")
        listing.add_argument("--status", choices=RunStatus.values, default="")
        listing.add_argument("--program", default="", help="code of a program")
        listing.add_argument("--record", type=int, help="id of a record")
        listing.add_argument("--limit", type=int, default=20)
        listing.add_argument("--json", action="store_true")
        show = actions.add_parser("show", help="what a run did, line by line")
        show.add_argument("run", type=int)
        show.add_argument("--json", action="store_true")
        add_deeds(actions)

    def handle(self, **options: Any) -> None:
        """Do it.

        Raises:
            CommandError: a run does not exist, or some cannot be treated so.
        """
        match options["action"]:
            case "list":
                self._list(options)
            case "show":
                self._show(options)
            case _:
                do_deed(options, self.stdout.write)

    def _list(self, options: dict[str, Any]) -> None:
        found = runs(
            status=options["status"], program_code=options["program"], item_id=options["record"]
        )
        rows = [_row(run) for run in found[: options["limit"]]]
        if options["json"]:
            self.stdout.write(orjson.dumps({"runs": rows}).decode())
            return
        for row in rows:
            about = f"{row['run']:>8}  {row['status']:<10} {row['program']:<24} "
            record = f"record {row['record']}" if row["record"] else "no record"
            self.stdout.write(f"{about}{record:<16} {row['error']}".rstrip())
        if not rows:
            self.stdout.write("There are no such runs.")

    def _show(self, options: dict[str, Any]) -> None:
        run = _run(options["run"])
        lines = [_line(entry) for entry in JournalEntry.objects.filter(run=run)]
        if options["json"]:
            self.stdout.write(orjson.dumps(_row(run) | {"lines": lines}).decode())
            return
        row = _row(run)
        self.stdout.write(f"Run {run.pk} of {row['program']} v{row['version']}: {row['status']}")
        for line in lines:
            status = line["status"] or ""
            text = f"{line['sequence']:>5}  {line['kind']:<10} {line['step']:<24} {status:<8}"
            self.stdout.write(f"{text}{line['message']}".rstrip())
        for wait in run.waits.order_by("number"):
            until = wait.due_at.isoformat() if wait.due_at else "an event"
            self.stdout.write(f"       waits at {wait.step} ({wait.kind}) for {until}")


def _run(number: int) -> Run:
    run = runs().filter(pk=number).first()
    if run is None:
        raise CommandError(f"There is no run {number}.")
    return run


def _row(run: Run) -> dict[str, Any]:
    return {
        "run": run.pk,
        "program": run.version.program.code,
        "version": run.version.number,
        "status": run.status,
        "record": run.item_id,
        "started_at": run.created_at.isoformat(),
        "due_at": run.due_at.isoformat() if run.due_at else None,
        "error": run.error,
    }


def _line(entry: JournalEntry) -> dict[str, Any]:
    return {
        "sequence": entry.sequence,
        "at": entry.at.isoformat(),
        "kind": entry.kind,
        "step": entry.step,
        "attempt": entry.attempt,
        "status": entry.operation_status_code,
        "status_kind": entry.operation_status_kind,
        "message": entry.operation_status_message,
        "result": entry.activity_return_result,
        "inputs": entry.inputs,
        "effects": entry.effects,
        "details": entry.details,
        "duration_ms": entry.duration_ms,
    }
