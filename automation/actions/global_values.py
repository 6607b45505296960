"""Values that every program may read: setting and removing them by hand."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.actor import Actor
from automation.choices import GlobalKind
from automation.models import GlobalValue
from smart_processes.actions.configuring import begin, clean


@transaction.atomic
def set_global(
    kind: GlobalKind,
    code: str,
    value: Any,
    *,
    actor: Actor,
    label: str = "",
    is_secret: bool = False,
) -> GlobalValue:
    """Make a constant or variable, or give it another value.

    Raises:
        PermissionRefused: the actor may not configure.
        ConfigurationRefused: the code is none.
    """
    begin(actor)
    found = GlobalValue.objects.select_for_update().filter(kind=kind, code=code).first()
    row = found or GlobalValue(kind=kind, code=code)
    row.label, row.value, row.is_secret = label or code, value, is_secret
    clean(row)
    row.save()
    return row


@transaction.atomic
def remove_global(kind: GlobalKind, code: str, *, actor: Actor) -> bool:
    """Remove a constant or variable; return False when there was none.

    Programs that read it fail with a sentence that names it.

    Raises:
        PermissionRefused: the actor may not configure.
    """
    begin(actor)
    return bool(GlobalValue.objects.filter(kind=kind, code=code).delete()[0])
