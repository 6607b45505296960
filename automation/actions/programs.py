"""Making programs and publishing their versions."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.exceptions import PermissionRefused
from automation.engine.errors import Problem, ProgramRefused
from automation.engine.program import canonical, parse_program
from automation.exceptions import ProgramInvalid
from automation.models import Program, ProgramVersion
from automation.program_checks import check_program
from automation.runtime import clock
from smart_processes.history import person_of


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
