"""`manage.py solution plan|apply|export|schema`: the configuration as one file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actor import Actor
from smart_processes.models import RecordType
from smart_processes.solutions import document as documents
from smart_processes.solutions import validation
from smart_processes.solutions.document import Document, SolutionRefused
from smart_processes.solutions.planning import (
    Plan,
    apply_solution,
    export_solution,
    rehearse,
)

DIFFERENT = 2  # exit status of `plan` where there is a difference
STANDARD = "-"


class Command(BaseCommand):
    """Plan, apply or export a solution file."""

    help = (
        "plan FILE prints what differs (exit 0: nothing, 2: something, 1: the file is wrong); "
        "apply FILE makes it; export [FILE] writes the configuration; schema prints the "
        "JSON Schema of such files. FILE may be - for standard input or output."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one of the four commands."""
        commands = parser.add_subparsers(dest="command", required=True)
        for name, words in (("plan", "print what differs"), ("apply", "make what differs")):
            command = commands.add_parser(name, help=words)
            command.add_argument("file", help="the solution, or - for standard input")
            command.add_argument(
                "--allow-destroy", action="store_true", help="also what the file removes"
            )
        export = commands.add_parser("export", help="write the configuration")
        export.add_argument("file", nargs="?", default=STANDARD, help="where to; default: -")
        export.add_argument(
            "--type", action="append", dest="types", help="only this type; may be repeated"
        )
        commands.add_parser("schema", help="print the JSON Schema")

    def handle(self, **options: Any) -> None:
        """Do it.

        Raises:
            CommandError: the file is wrong or cannot be read or written.
        """
        match options["command"]:
            case "plan":
                self._plan(options["file"], may_destroy=options["allow_destroy"])
            case "apply":
                self._apply(options["file"], may_destroy=options["allow_destroy"])
            case "export":
                self._export(options["file"], options["types"])
            case _:
                self._write(json.dumps(validation.schema(), indent=2, ensure_ascii=False) + "\n")

    def _plan(self, name: str, *, may_destroy: bool) -> None:
        try:
            # Made and undone: what would be refused is told now.
            plan = rehearse(_read(name), actor=_actor(), may_destroy=may_destroy)
        except SolutionRefused as refusal:
            raise CommandError(refusal.message) from refusal
        self._tell(plan)
        if not plan.is_empty:
            sys.exit(DIFFERENT)

    def _apply(self, name: str, *, may_destroy: bool) -> None:
        try:
            plan = apply_solution(_read(name), actor=_actor(), may_destroy=may_destroy)
        except SolutionRefused as refusal:
            raise CommandError(f"{refusal.message}\n{_('Nothing was changed.')}") from refusal
        self._tell(plan)

    def _export(self, name: str, types: list[str] | None) -> None:
        known = set(RecordType.objects.values_list("code", flat=True))
        if unknown := sorted(set(types or ()) - known):
            raise CommandError(
                _("There is no record type “%(code)s”. Choose one of: %(known)s.")
                % {"code": unknown[0], "known": ", ".join(sorted(known))}
            )
        text = documents.write(export_solution(types))
        if name == STANDARD:
            self._write(text)
            return
        try:
            Path(name).write_text(text, encoding="utf-8")
        except OSError as wrong:
            raise CommandError(_cannot(name, wrong)) from wrong

    def _tell(self, plan: Plan) -> None:
        for step in plan.steps:
            for sentence in step.sentences:
                self._write(f"{'-' if step.is_destructive else '+'} {sentence}\n")
        for step in plan.kept:
            for sentence in step.sentences:
                self._write(
                    _("! kept, because --allow-destroy was not given: %(sentence)s")
                    % {"sentence": sentence}
                    + "\n"
                )
        count = sum(len(step.sentences) for step in (*plan.steps, *plan.kept))
        if not count:
            self._write(_("Nothing differs.") + "\n")
            return
        sentence = ngettext("%(count)d difference.", "%(count)d differences.", count)
        self._write(sentence % {"count": count} + "\n")

    def _write(self, text: str) -> None:
        self.stdout.write(text, ending="")


def _actor() -> Actor:
    return Actor.system("solution")


def _read(name: str) -> Document:
    limit = documents.MOST_BYTES + 1
    if name == STANDARD:
        return documents.read(sys.stdin.buffer.read(limit))
    try:
        with Path(name).open("rb") as file:
            return documents.read(file.read(limit))
    except OSError as wrong:
        raise CommandError(_cannot(name, wrong)) from wrong


def _cannot(name: str, wrong: OSError) -> str:
    return _("%(file)s: %(reason)s.") % {"file": name, "reason": wrong.strerror or str(wrong)}
