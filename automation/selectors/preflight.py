"""What a run would meet if it went on now: today's configuration, compared with its steps.

Asked before somebody resumes, retries, skips, moves or migrates a run. What is found does
not forbid anything, unless the deed itself does not fit the run.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from accounts.actor import Actor
from automation.actions import mending
from automation.actions.deeds import Plan
from automation.choices import GlobalKind
from automation.engine import migration
from automation.engine.ahead import ahead
from automation.engine.compiled import Program as Compiled
from automation.engine.journal import LineKind
from automation.engine.scope import Source
from automation.engine.snapshot import Snapshot
from automation.exceptions import AutomationRefusal, sentence
from automation.models import GlobalValue, Program, Run, Wait
from automation.preflight_steps import problems_of_steps
from automation.program_checks import check_program, programs_started, references_of
from automation.runtime import clock
from automation.runtime.programs import published
from automation.runtime.starting import check_parameters, runnable
from automation.runtime.steering import Deed, rehearse
from automation.runtime.step_names import step_name
from automation.runtime.store_rows import LoadedRun
from smart_processes.schema import TypeSchema, schema_for

_SOURCES: Mapping[str, Source] = {
    GlobalKind.CONSTANT: Source.GLOBAL_CONSTANT,
    GlobalKind.VARIABLE: Source.GLOBAL_VARIABLE,
}


class Place(StrEnum):
    """Where something is mended; doors know its address."""

    PROGRAM = "program"
    RECORD = "record"
    PERSON = "person"
    VERSION = "version"
    GLOBALS = "globals"


@dataclass(frozen=True)
class Finding:
    """Something to know before a run goes on.

    Attributes:
        text: What it is and what to do about it, as a sentence.
        is_obstacle: The deed is refused.
        place: Where it is mended; None where nowhere.
        key: Of what is there: an id or a code.
    """

    text: str
    is_obstacle: bool = False
    place: Place | None = None
    key: int | str | None = None


@dataclass
class Report:
    """What was found, obstacles first."""

    findings: list[Finding] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        """Whether the deed would be refused."""
        return any(each.is_obstacle for each in self.findings)


def preflight(actor: Actor, run: Run, plan: Plan) -> Report:
    """Return what a run would meet after a deed (some ten queries).

    Args:
        actor: Who is about to do it.
        run: The run, with its version, program and record.
        plan: The deed.
    """
    loaded = loaded_copy(run)
    warnings = list(_of_versions(loaded, plan)) if plan.kind is LineKind.MIGRATED else []
    try:
        details = plan.details([loaded]) if plan.details else {}
        version_id = rehearse(loaded, Deed(plan.kind), details.get(run.pk, {}), clock.now())
        if plan.kind is LineKind.RESTARTED:
            version_id = _begin_anew(run, loaded)
    except AutomationRefusal as refusal:
        return Report([Finding(refusal.message, is_obstacle=True)])
    if plan.kind in {LineKind.PAUSED, LineKind.CANCELLED}:
        return Report()
    found = _Comparison(actor, run, published(version_id).program, loaded.snapshot)
    findings = [*warnings, *found.findings()]
    if plan.kind not in {LineKind.MIGRATED, LineKind.RESTARTED}:
        findings += _of_newer_version(run)
    return Report(findings)


class _Comparison:
    """A run as it would be, beside what there is."""

    def __init__(self, actor: Actor, run: Run, program: Compiled, snapshot: Snapshot) -> None:
        self.actor = actor
        self.run = run
        self.program = program
        self.snapshot = snapshot
        self.ahead = ahead(program, snapshot)
        self.type = self._type()

    def findings(self) -> Iterator[Finding]:
        yield from self._of_record()
        yield from self._of_people()
        yield from self._of_steps()
        yield from self._of_programs()
        yield from self._of_secrets()
        yield from self._of_waits()

    def _type(self) -> TypeSchema | None:
        types = schema_for(self.actor).types
        if self.run.item is not None:
            return next((t for t in types.values() if t.type.pk == self.run.item.type_id), None)
        return types.get(self.program.type_code)

    def _of_record(self) -> Iterator[Finding]:
        item = self.run.item
        if item is None:
            return
        if item.deleted_at is not None:
            text = _("The record is in the recycle bin. Restore it first.")
            yield Finding(text, place=Place.RECORD, key=item.pk)
        pipeline = schema_for(self.actor).pipelines.get(item.pipeline_id)
        stages = [each.code for each in pipeline.stages] if pipeline else []
        if item.stage and item.stage not in stages:
            text = _("The record's stage “%(stage)s” is not there any more. Move the record.")
            yield Finding(text % {"stage": item.stage}, place=Place.RECORD, key=item.pk)

    def _of_people(self) -> Iterator[Finding]:
        runs_as = self.run.runs_as
        if runs_as is not None and not runs_as.is_active:
            sentence_ = _("Its steps have the rights of %(name)s, who has left: they will fail.")
            text = sentence_ % {"name": runs_as.full_name}
            yield Finding(text, place=Place.PERSON, key=runs_as.pk)
        responsible = self.run.item.responsible if self.run.item else None
        if responsible is not None and not responsible.is_active:
            sentence_ = _("%(name)s, who is responsible for the record, has left.")
            text = sentence_ % {"name": responsible.full_name}
            yield Finding(text, place=Place.RECORD, key=self.run.item_id)

    def _of_steps(self) -> Iterator[Finding]:
        type_code = self.type.code if self.type else ""
        problems = check_program(self.program, actor=self.actor, type_code=type_code)
        for problem in problems:
            step_id = self._step_at(problem.path)
            if step_id in self.ahead:
                is_global = str(problem.params.get("name", "")).startswith("Global")
                place = Place.GLOBALS if is_global else Place.PROGRAM
                yield self._at_step(step_id, sentence(problem), place)
        for step_id, text in problems_of_steps(self.program, self.ahead, self.type):
            yield self._at_step(step_id, text)

    def _at_step(self, step_id: str, text: str, place: Place = Place.PROGRAM) -> Finding:
        named = {"step": step_name(self.program, step_id), "problem": text}
        whole = _("Step “%(step)s”: %(problem)s") % named
        key = self.run.version.program_id if place is Place.PROGRAM else None
        return Finding(whole, place=place, key=key)

    def _step_at(self, path: str) -> str:
        """Return the step that a JSON path leads into."""
        inside = [
            node_id
            for node_id, own in self.program.paths.items()
            if path == own or path.startswith((f"{own}.", f"{own}["))
        ]
        return max(inside, key=lambda node_id: len(self.program.paths[node_id]), default="")

    def _of_programs(self) -> Iterator[Finding]:
        codes = programs_started(self.program, self.ahead) - {""}
        ready = Program.objects.filter(code__in=codes, is_active=True).exclude(published=None)
        for code in sorted(codes - set(ready.values_list("code", flat=True))):
            text = _("It starts the program “%(code)s”, which is switched off or gone.")
            yield Finding(text % {"code": code})

    def _of_secrets(self) -> Iterator[Finding]:
        if not self.program.reads_globals:
            return
        read = {
            (reference.source, reference.path[0])
            for step_id in self.ahead
            for _place, reference in references_of(self.program.nodes[step_id])
        }
        for each in GlobalValue.objects.filter(is_secret=True):
            if each.value in (None, "") and (_SOURCES[each.kind], each.code) in read:
                text = _("The secret “%(name)s” is empty. Set it first.")
                named = text % {"name": each.label or each.code}
                yield Finding(named, place=Place.GLOBALS, key=each.pk)

    def _of_waits(self) -> Iterator[Finding]:
        now = clock.now()
        fired = set(
            Wait.objects.filter(run=self.run, is_fired=True).values_list("number", flat=True)
        )
        for number, wait in self.snapshot["waits"].items():
            names = {"step": step_name(self.program, wait["s"])}
            due = wait.get("due")
            if int(number) in fired:
                text = _("“%(step)s”: what it waits for came meanwhile. It ends at once.")
                yield Finding(text % names)
            elif due is not None and datetime.fromisoformat(due) <= now:
                text = _("“%(step)s”: its time is over. It ends at once.")
                yield Finding(text % names)


def _of_versions(run: LoadedRun, plan: Plan) -> Iterator[Finding]:
    """Yield what changes for a run in another version."""
    to = str(mending.to_version(plan.version)([run])[run.id]["to"])
    if not to or to == run.version_id:
        return
    old, new = published(run.version_id).program, published(to).program
    for each in migration.compare(old, new, run.snapshot).findings:
        if each.is_warning:
            yield Finding(_(migration.WARNINGS[each.code]) % {"name": step_name(new, each.name)})


def _of_newer_version(run: Run) -> Iterator[Finding]:
    newest = run.version.program.published
    if newest is not None and newest.number > run.version.number:
        text = _("The run keeps version %(own)d; version %(new)d was published meanwhile.")
        numbers = {"own": run.version.number, "new": newest.number}
        yield Finding(text % numbers, place=Place.VERSION, key=run.pk)


def _begin_anew(run: Run, loaded: LoadedRun) -> str:
    """Let the loaded run stand at the beginning of the published version; return that.

    Raises:
        ProgramMissing, ParametersRefused: it cannot be started.
    """
    version = runnable(run.version.program)
    known = version.program.parameters
    held: dict[str, Any] = loaded.snapshot["params"]
    check_parameters(
        version.program, {code: value for code, value in held.items() if code in known}
    )
    loaded.snapshot["tokens"] = {"1": {"at": version.program.root.id, "ph": "in"}}
    return version.sha256


def loaded_copy(run: Run) -> LoadedRun:
    """Return a run as turns know it, to try something out with."""
    return LoadedRun(
        id=run.pk,
        version_id=run.version_id,
        item_id=run.item_id,
        snapshot=copy.deepcopy(run.snapshot),
        fence=run.fence,
        claim_count=run.claim_count,
        chain=tuple(run.chain),
        parent_id=run.parent_id,
        parent_wait=run.parent_wait,
        runs_as_id=run.runs_as_id,
        started_by_id=run.started_by_id,
        status=run.status,
    )
