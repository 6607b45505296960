"""Everything a supporter needs about one run in one file, and no secret in it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q

from automation.engine.plain_values import MASK, masked
from automation.models import Decision, GlobalValue, JournalEntry, OutboxMessage, Run, Wait
from automation.runtime.programs import published

# Of parameters and of headers: whoever types a password into a program without calling it a
# secret usually calls it one of these.
SECRET_WORDS = ("secret", "password", "token", "authorization", "api_key", "apikey", "cookie")
MOST_RELATED = 200  # decisions and other runs of the record


def write_bundle(run: Run, path: Path) -> list[str]:
    """Write the bundle of a run; return the names of its files.

    Args:
        run: The run.
        path: Where the zip is written.
    """
    secrets = _secrets(run)
    files = {name: _clean(content, secrets) for name, content in _contents(run).items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in files.items():
            text = json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
            bundle.writestr(name, text)
    return list(files)


def _contents(run: Run) -> dict[str, Any]:
    version = run.version
    program = version.program
    return {
        "run.json": _row(run),
        "journal.json": _rows(JournalEntry.objects.filter(run=run).order_by("sequence")),
        "waits.json": _rows(Wait.objects.filter(run=run).order_by("number")),
        "outbox.json": _rows(OutboxMessage.objects.filter(run=run).order_by("pk")),
        "program.json": {
            "code": program.code,
            "name": program.name,
            "is_active": program.is_active,
            "published": program.published_id,
            "version": version.number,
            "sha256": version.sha256,
            "published_at": version.published_at,
            "body": version.body,
        },
        "decisions.json": _rows(_decisions(run)),
        "related_runs.json": _rows(_related(run), leave_out=("snapshot",)),
    }


def _decisions(run: Run) -> Iterable[Decision]:
    ours = Q(run=run) | (Q(item_id=run.item_id) if run.item_id else Q())
    return Decision.objects.filter(ours).order_by("-pk")[:MOST_RELATED]


def _related(run: Run) -> Iterable[Run]:
    """Return what caused it and what it caused."""
    causes = Q(pk__in=[pk for pk in (run.caused_by_id, run.parent_id) if pk])
    caused = Q(caused_by=run) | Q(parent=run)
    return Run.objects.filter(causes | caused).order_by("pk")[:MOST_RELATED]


def _rows(rows: Iterable[Any], leave_out: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return [_row(each, leave_out) for each in rows]


def _row(row: Any, leave_out: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a row with all its columns, those that no form edits too."""
    known = {field.attname: field.value_from_object(row) for field in row._meta.concrete_fields}
    return {name: value for name, value in known.items() if name not in leave_out}


def _secrets(run: Run) -> set[str]:
    """Return every value that is known to be a secret."""
    found = {
        str(value)
        for value in GlobalValue.objects.filter(is_secret=True).values_list("value", flat=True)
        if value
    }
    program = published(run.version_id).program
    for code, defined in (*program.parameters.items(), *program.constants.items()):
        if defined.is_secret:
            value = run.snapshot["params"].get(code, defined.default)
            found |= {str(each) for each in (value, defined.default) if each}
    return found


def _clean(content: Any, secrets: set[str]) -> Any:
    return masked(_without_secret_keys(content), secrets)


def _without_secret_keys(content: Any) -> Any:
    if isinstance(content, dict):
        return {
            key: MASK
            if value and isinstance(value, str | int) and names_secret(str(key))
            else _without_secret_keys(value)
            for key, value in content.items()
        }
    if isinstance(content, list | tuple):
        return [_without_secret_keys(each) for each in content]
    return content


def names_secret(name: str) -> bool:
    """Return whether what is called so usually is a secret: a header, a parameter."""
    plain = name.casefold().replace("-", "_")
    return not plain.startswith("is_") and any(word in plain for word in SECRET_WORDS)
