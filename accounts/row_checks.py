"""Checking a row of this app before it is saved."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from accounts.exceptions import AccountRefused


def clean(row: models.Model, *, exclude: Collection[str] = ()) -> None:
    """Check lengths, codes, choices and uniqueness.

    Raises:
        AccountRefused: the errors by attribute.
    """
    try:
        row.full_clean(exclude=set(exclude))
    except ValidationError as wrong:
        raise AccountRefused(
            {
                name: f"{_label(row, name)}{' '.join(messages)}"
                for name, messages in wrong.message_dict.items()
            }
        ) from wrong


def assign(row: models.Model, changes: Mapping[str, Any], allowed: Collection[str]) -> list[str]:
    """Set attributes on a row and return those whose value really changes.

    Raises:
        TypeError: an attribute that does not change here; a defect of the caller.
    """
    if unknown := changes.keys() - set(allowed):
        raise TypeError(f"{sorted(unknown)} cannot be changed here")
    changed = [name for name, value in changes.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, changes[name])
    return changed


def _label(row: models.Model, name: str) -> str:
    if name not in {field.name for field in row._meta.get_fields()}:
        return ""
    label = str(getattr(row._meta.get_field(name), "verbose_name", name))
    return f"{label[:1].upper()}{label[1:]}: "
