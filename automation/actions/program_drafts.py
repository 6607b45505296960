"""Working on a program before it is published: its draft may have problems, a version none."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from automation.actions.programs import problems_of, publish_version, require_configuring
from automation.engine.errors import Problem
from automation.models import Program, ProgramVersion
from smart_processes.actions.configuring import refuse


@transaction.atomic
def save_draft(program: Program, body: Any, *, actor: Actor) -> list[Problem]:
    """Keep a body to go on with; runs do not see it.

    Args:
        program: The program; its row is locked.
        body: Any JSON. What is published already, and None, leave no draft.
        actor: Who configures.

    Returns:
        What speaks against publishing it, each with its JSON path.

    Raises:
        PermissionRefused: the actor may not configure.
    """
    require_configuring(actor, program.name)
    locked = Program.objects.select_for_update(of=("self",)).get(pk=program.pk)
    is_published = locked.published is not None and locked.published.body == body
    locked.draft = None if is_published else body
    locked.save(update_fields=["draft"])
    program.draft = locked.draft
    return draft_problems(locked, actor=actor)


@transaction.atomic
def publish_draft(program: Program, *, actor: Actor) -> ProgramVersion:
    """Publish the draft as the version that new runs take, and begin no new draft.

    Raises:
        PermissionRefused: the actor may not configure.
        ConfigurationRefused: nothing was drafted.
        ProgramInvalid: with every problem and its JSON path.
    """
    require_configuring(actor, program.name)
    locked = Program.objects.select_for_update(of=("self",)).get(pk=program.pk)
    if locked.draft is None:
        if locked.published is None:
            refuse({"draft": _("There is nothing to publish yet.")})
        return locked.published
    version = publish_version(locked, locked.draft, actor=actor)
    Program.objects.filter(pk=locked.pk).update(draft=None)
    program.draft, program.published = None, version
    return version


def draft_problems(program: Program, *, actor: Actor) -> list[Problem]:
    """Return what speaks against publishing the draft; nothing without one."""
    if program.draft is None:
        return []
    code = program.type.code if program.type else ""
    return problems_of(program.draft, actor=actor, type_code=code)
