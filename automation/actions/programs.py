"""Making programs and publishing their versions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.exceptions import PermissionRefused
from automation.engine.errors import Problem, ProgramRefused
from automation.engine.program import canonical, parse_program
from automation.exceptions import ProgramInUse, ProgramInvalid
from automation.models import Program, ProgramVersion
from automation.program_checks import check_program, programs_started
from automation.runtime import clock
from automation.runtime.programs import published
from smart_processes.actions.configuring import assign, clean
from smart_processes.history import person_of

CHANGEABLE = frozenset({"name", "description", "type", "is_active"})


@transaction.atomic
def publish_version(program: Program, body: Any, *, actor: Actor) -> ProgramVersion:
    """Publish a body as the version that new runs take; runs keep the one they began with.

    Publishing what is published already does nothing; publishing an older body again goes
    back to that version.

    Args:
        program: The program; its row is locked.
        body: As `automation/engine/program.schema.json` describes it.
        actor: Who publishes.

    Raises:
        PermissionRefused: the actor may not configure.
        ProgramInvalid: with every problem and its JSON path.
    """
    require_configuring(actor, program.name)
    return write_version(program, body, actor=actor)


def write_version(program: Program, body: Any, *, actor: Actor) -> ProgramVersion:
    """Publish a body as `publish_version` does; the right to do so is the caller's business.

    Raises:
        ProgramInvalid: with every problem and its JSON path.
    """
    locked = Program.objects.select_for_update().get(pk=program.pk)
    if problems := problems_of(body, actor=actor, type_code=_type_code(locked)):
        raise ProgramInvalid(problems)
    text = canonical(body)
    sha256 = hashlib.sha256(locked.code.encode() + b"\n" + text).hexdigest()
    version = ProgramVersion.objects.filter(pk=sha256).first()
    if version is None:
        last = locked.versions.aggregate(last=Max("number"))["last"] or 0
        version = ProgramVersion(
            sha256=sha256,
            program=locked,
            number=last + 1,
            body=body,
            published_at=clock.now(),
            published_by_id=person_of(actor),
        )
        version.save(force_insert=True)
    if locked.published_id != sha256:
        Program.objects.filter(pk=locked.pk).update(published=version)
    program.published = version
    return version


@transaction.atomic
def create_program(
    code: str,
    name: str,
    *,
    actor: Actor,
    type_id: int | None = None,
    body: Any = None,
    description: str = "",
) -> Program:
    """Make a program and, where a body is given, publish it.

    Raises:
        PermissionRefused, ProgramInvalid: as `publish_version`.
    """
    require_configuring(actor, name)
    program = Program(
        code=code, name=name, type_id=type_id, description=description, created_at=clock.now()
    )
    program.save(force_insert=True)
    if body is not None:
        publish_version(program, body, actor=actor)
    return program


@transaction.atomic
def change_program(program: Program, changes: Mapping[str, Any], *, actor: Actor) -> Program:
    """Change what is said about a program; its published body has to suit a new type.

    Args:
        program: The program; its row is locked.
        changes: Of `name`, `description`, `type` and `is_active`.
        actor: Who configures.

    Raises:
        PermissionRefused: the actor may not configure.
        ConfigurationRefused: a name is missing or too long.
        ProgramInvalid: the published body names what records of the new type have not.
    """
    require_configuring(actor, program.name)
    locked = Program.objects.select_for_update(of=("self",)).get(pk=program.pk)
    changed = assign(locked, changes, CHANGEABLE)
    if changed:
        clean(locked)
        locked.save(update_fields=changed)
    if "type" in changed and locked.published is not None:
        body = locked.published.body
        if problems := problems_of(body, actor=actor, type_code=_type_code(locked)):
            raise ProgramInvalid(problems)
    return locked


@transaction.atomic
def delete_program(program: Program, *, actor: Actor) -> None:
    """Delete a program that nothing starts any more; one that ran is switched off for good.

    Its runs keep their versions and stay readable.

    Raises:
        PermissionRefused: the actor may not configure.
        ProgramInUse: a schedule, a robot or another program starts it.
    """
    require_configuring(actor, program.name)
    locked = Program.objects.select_for_update(of=("self",)).get(pk=program.pk)
    if users := [*_schedules_of(locked), *_programs_starting(locked)]:
        sentence = _("“%(name)s” is started by %(users)s. Change or delete that first.")
        names = ", ".join(f"“{name}”" for name in users)
        raise ProgramInUse(sentence % {"name": locked.name, "users": names})
    if locked.versions.filter(runs__isnull=False).exists():
        Program.objects.filter(pk=locked.pk).update(is_active=False)
        return
    Program.objects.filter(pk=locked.pk).update(published=None)
    locked.delete()


def problems_of(body: Any, *, actor: Actor, type_code: str = "") -> list[Problem]:
    """Return everything that speaks against publishing a body; nothing when it may be.

    Args:
        body: As `automation/engine/program.schema.json` describes it.
        actor: Who would publish it.
        type_code: The type of the program's records; empty: the one the body names, or any.
    """
    try:
        compiled = parse_program(body)
    except ProgramRefused as refusal:
        return list(refusal.problems)
    return check_program(compiled, actor=actor, type_code=type_code)


def require_configuring(actor: Actor, subject: str) -> None:
    """Refuse who may not change the configuration.

    Raises:
        PermissionRefused: always then.
    """
    if not access.of(actor).may_configure:
        raise PermissionRefused(Action.AUTOMATE, subject)


def _type_code(program: Program) -> str:
    return program.type.code if program.type else ""


def _schedules_of(program: Program) -> list[str]:
    return list(program.schedules.order_by("name").values_list("name", flat=True))


def _programs_starting(program: Program) -> Iterator[str]:
    """Yield the names of what has a step that starts a program (one query)."""
    rows = Program.objects.filter(is_active=True, published__isnull=False).exclude(pk=program.pk)
    for name, sha256 in rows.order_by("name").values_list("name", "published_id"):
        if program.code in programs_started(published(str(sha256)).program):
            yield name
