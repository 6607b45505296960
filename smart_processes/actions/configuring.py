"""What every configuration action does: ask for the right, check rows, read afresh."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from heroicons import IconDoesNotExist
from heroicons.templatetags.heroicons import heroicon_outline

from accounts import access
from accounts.actor import Actor
from smart_processes import schema
from smart_processes.exceptions import ConfigurationRefused
from smart_processes.schema import Schema

# Control characters, halves of a broken emoji, line and paragraph separators.
_INVISIBLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


def begin(actor: Actor) -> None:
    """Refuse who may not configure.

    Raises:
        PermissionRefused: none of the actor's roles may configure.
    """
    access.require_configurator(access.fresh(actor))


def read_schema(actor: Actor) -> Schema:
    """Return the configuration as this transaction has changed it so far."""
    actor.access_memo = access.fresh(actor)
    return schema.load(actor.access_memo.schema_stamp)


def clean(row: models.Model, *, called: str = "") -> None:
    """Check an unsaved row: lengths, codes, choices, uniqueness.

    Args:
        row: The row.
        called: What the sentence begins with, for example the name of a stage among many.

    Raises:
        ConfigurationRefused: `params["errors"]` maps attributes to sentences.
    """
    _refuse_invisible(row, called)
    try:
        row.full_clean()
    except ValidationError as wrong:
        refuse(
            {
                name: _sentence(row, name, " ".join(messages), called)
                for name, messages in wrong.message_dict.items()
            }
        )


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


def refuse(errors: Mapping[str, str]) -> NoReturn:
    """Raise one refusal for several wrong attributes (`""`: the whole)."""
    raise ConfigurationRefused(" ".join(dict.fromkeys(errors.values())), errors=dict(errors))


def refuse_all(problems: Iterable[str], *, of: str = "") -> None:
    """Raise one refusal with all the sentences, if there are any; `of` names the attribute."""
    sentences = list(dict.fromkeys(problems))
    if sentences:
        raise ConfigurationRefused(" ".join(sentences), errors={of: " ".join(sentences)})


def check_icon(icon: str) -> None:
    """Refuse an icon that the library does not have.

    Raises:
        ConfigurationRefused: it has none of this name.
    """
    try:
        heroicon_outline(icon, size=None)
    except IconDoesNotExist:
        refuse({"icon": _("There is no icon “%(icon)s”.") % {"icon": icon}})


def _refuse_invisible(row: models.Model, called: str) -> None:
    """Refuse names with characters that nobody sees; PostgreSQL stores no NUL at all."""
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(value, str) and any(unicodedata.category(c) in _INVISIBLE for c in value):
            message = _("There is a character in it that cannot be seen. Type it anew.")
            refuse({field.name: _sentence(row, field.name, message, called)})


def _sentence(row: models.Model, name: str, message: str, called: str) -> str:
    subject = called
    if name in {field.name for field in row._meta.get_fields()}:
        label = str(getattr(row._meta.get_field(name), "verbose_name", name))
        subject = f"{called}, {label}" if called else label[:1].upper() + label[1:]
    return f"{subject}: {message}" if subject else message
