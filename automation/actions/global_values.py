"""Values that every program may read: set and removed by hand, variables by programs too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from automation.choices import GlobalKind
from automation.exceptions import StepRefused
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
def write_variables(values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Give variables new values, as programs do; return code -> (before, after) of what changed.

    Constants change by hand only, and so do secret variables: what a program calculates
    stands in its journal. The rows are locked in one order, whoever writes them.

    Args:
        values: Code of a variable -> JSON value.

    Raises:
        StepRefused: there is no such variable, or it is a secret.
    """
    rows = GlobalValue.objects.select_for_update().filter(
        kind=GlobalKind.VARIABLE, is_secret=False, code__in=list(values)
    )
    known = {row.code: row for row in rows.order_by("pk")}
    if missing := values.keys() - known.keys():
        sentence = _("There is no global variable “%(code)s” that programs may set.")
        raise StepRefused(sentence % {"code": min(missing)})
    changed = {}
    for code, row in known.items():
        if row.value != values[code]:
            changed[code] = (row.value, values[code])
            row.value = values[code]
            row.save(update_fields=["value"])
    return changed


@transaction.atomic
def remove_global(kind: GlobalKind, code: str, *, actor: Actor) -> bool:
    """Remove a constant or variable; return False when there was none.

    Programs that read it fail with a sentence that names it.

    Raises:
        PermissionRefused: the actor may not configure.
    """
    begin(actor)
    return bool(GlobalValue.objects.filter(kind=kind, code=code).delete()[0])
