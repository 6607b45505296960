"""What `manage.py runs retry` and its like do: which runs are meant, what would happen, doing it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.actor import Actor
from automation.actions.deeds import DEEDS, Plan, carry_out
from automation.choices import RunStatus
from automation.models import ProgramVersion, Run
from automation.selectors.deed_previews import preview
from automation.selectors.preflight import preflight
from automation.selectors.run_lists import RunFilter, matching_ids
from automation.selectors.runs import runs

ACTOR = "manage.py runs"
HELP = {
    "pause": "let runs stand still",
    "resume": "let paused runs go on",
    "retry": "go on with the step that failed",
    "skip": "pass over the step that failed",
    "goto": "put runs at another step",
    "cancel": "end for good",
    "migrate": "take runs to another version of their program",
    "restart": "start again from the beginning",
}
FILTERS = "status=failed, program=CODE, type=CODE, record=ID, older=2d (m, h, d), error=TEXT"
# Runs that are treated in one transaction.
TOGETHER = 50
# Of more runs nobody reads one by one what each would meet.
MOST_REPORTS = 20
_AGE = re.compile(r"(\d{1,6})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}

Write = Callable[[str], Any]


def add_deeds(actions: Any) -> None:
    """Add a sub-command for each deed."""
    for name, text in HELP.items():
        parser: CommandParser = actions.add_parser(name, help=text)
        parser.add_argument("run", type=int, nargs="*")
        parser.add_argument(
            "--filter", action="append", default=[], metavar="NAME=VALUE", help=FILTERS
        )
        parser.add_argument("--dry-run", action="store_true", help="only tell what would happen")
        parser.add_argument("--reason", default="", help="stays in the journals")
        if name == "goto":
            parser.add_argument("--step", required=True, help="id of a step")
        if name == "migrate":
            parser.add_argument("--to-version", type=int, help="default: the published one")


def do_deed(options: Mapping[str, Any], write: Write) -> None:
    """Do what was asked for, or tell what would happen.

    Raises:
        CommandError: what was asked for makes no sense (exit code 2), or some runs were
            refused (exit code 1).
    """
    actor = Actor.system(ACTOR)
    ids = _meant(options, actor)
    plan = _plan(options, ids)
    if options["dry_run"]:
        refused = _tell(ids, plan, actor, write)
    else:
        refused = _do(ids, plan, actor, options["reason"], write)
    if refused:
        raise CommandError(f"{len(refused)} of {len(ids)} runs: {next(iter(refused.values()))}")


def _meant(options: Mapping[str, Any], actor: Actor) -> list[int]:
    named = sorted(set(options["run"]))
    if bool(named) == bool(options["filter"]):
        raise CommandError(f"Name runs, or use --filter with: {FILTERS}.", returncode=2)
    if not named:
        return matching_ids(actor, _filter(options["filter"]))
    known = set(Run.objects.filter(pk__in=named).values_list("pk", flat=True))
    if missing := [number for number in named if number not in known]:
        raise CommandError(f"There is no run {missing[0]}.", returncode=2)
    return named


def _filter(written: Sequence[str]) -> RunFilter:
    given: dict[str, Any] = {}
    for each in written:
        name, _equals, value = each.partition("=")
        read = _READERS.get(name)
        parsed = read[1](value) if read and value else None
        if read is None or parsed is None:
            raise CommandError(f"“{each}” is no filter. Use: {FILTERS}.", returncode=2)
        given[read[0]] = parsed
    return RunFilter(**given)


def _age(written: str) -> timedelta | None:
    found = _AGE.fullmatch(written)
    return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None


_READERS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "status": ("status", lambda text: text if text in RunStatus.values else None),
    "program": ("program_code", str),
    "type": ("type_code", str),
    "record": ("item_id", lambda text: int(text) if text.isdecimal() else None),
    "older": ("older_than", _age),
    "error": ("error", str),
}


def _plan(options: Mapping[str, Any], ids: Sequence[int]) -> Plan:
    number = options.get("to_version")
    version = None
    if number is not None:
        programs = Run.objects.filter(pk__in=ids).values("version__program_id")
        found = ProgramVersion.objects.filter(program_id__in=programs, number=number)
        if len(versions := list(found[:2])) != 1:
            sentence = "The runs are of one program that has version %d, or leave it out."
            raise CommandError(sentence % number, returncode=2)
        version = versions[0]
    return Plan(DEEDS[options["action"]], step=options.get("step") or "", version=version)


def _tell(ids: Sequence[int], plan: Plan, actor: Actor, write: Write) -> dict[int, str]:
    """Tell what would become of runs; return those that it does not fit."""
    found = preview(actor, ids, plan)
    write(f"{len(found.fitting)} of {len(ids)} runs would be treated so.")
    for run_id, message in found.refused.items():
        write(f"Run {run_id}: {message}")
    if found.unseen_count:
        write(f"{found.unseen_count} more were not looked at.")
    reported = found.fitting if len(found.fitting) <= MOST_REPORTS else []
    for run in runs().filter(pk__in=reported).order_by("pk"):
        write(f"Run {run.pk}: {run.version.program.code}, {run.get_status_display().lower()}")
        for finding in preflight(actor, run, plan).findings:
            write(f"  {finding.text}")
    return found.refused


def _do(ids: Sequence[int], plan: Plan, actor: Actor, reason: str, write: Write) -> dict[int, str]:
    """Do it; return the runs that it did not fit."""
    refused: dict[int, str] = {}
    for start in range(0, len(ids), TOGETHER):
        some = ids[start : start + TOGETHER]
        outcome = carry_out(some, plan, actor=actor, reason=reason)
        now = dict(Run.objects.filter(pk__in=outcome.done).values_list("pk", "status"))
        for run_id in some:
            if run_id in outcome.refused:
                write(f"Run {run_id}: {outcome.refused[run_id]}")
            else:
                write(f"Run {run_id} is {str(RunStatus(now[run_id]).label).lower()} now.")
        refused |= outcome.refused
    if not ids:
        write("There are no such runs.")
    return refused
