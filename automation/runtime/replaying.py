"""Folding a stored journal and comparing the outcome with the run's snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from automation.engine.journal import Line, LineKind
from automation.engine.plain_values import masked, plain
from automation.engine.replay import StoredLine, Unlike, replay
from automation.engine.snapshot import new_snapshot
from automation.models import GlobalValue, JournalEntry, Run
from automation.runtime.programs import Published, published
from automation.runtime.store_rows import dumps


def differences(run: Run) -> list[str]:
    """Return where the folded journal and the stored snapshot differ; nothing when they agree.

    Secrets are masked in both: the journal does not know them.
    """
    version = published(run.version_id)
    lines = [_line(entry) for entry in JournalEntry.objects.filter(run=run).order_by("sequence")]
    numbers = [each.line.sequence for each in lines]
    if numbers != list(range(1, len(lines) + 1)):
        return ["the journal has a gap"]
    first_version = _first_version(version, lines)
    first = new_snapshot(
        first_version.program.root.id,
        _parameters(run, lines),
        {code: plain(each.default) for code, each in first_version.program.variables.items()},
    )
    try:
        folded = replay(
            first_version.program, first, lines, lambda sha256: published(sha256).program
        )
    except Unlike as unlike:
        return [str(unlike)]
    stored = masked(run.snapshot, _secrets(version, run))
    return list(_compare(_comparable(folded), _comparable(stored)))


def _parameters(run: Run, lines: list[StoredLine]) -> dict[str, Any]:
    started = (each.line for each in lines if each.line.kind == LineKind.STARTED)
    line = next(started, None)
    return dict(line.inputs or {}) if line else dict(run.snapshot["params"])


def _first_version(version: Published, lines: list[StoredLine]) -> Published:
    """Return the version that a run began with."""
    for each in lines:
        if each.line.kind == LineKind.MIGRATED:
            return published(each.line.details["from"])
    return version


def _line(entry: JournalEntry) -> StoredLine:
    line = Line(
        sequence=entry.sequence,
        kind=LineKind(entry.kind),
        step=entry.step,
        attempt=entry.attempt,
        status_code=entry.operation_status_code,
        status_kind=entry.operation_status_kind,
        message=entry.operation_status_message,
        result=entry.activity_return_result,
        inputs=entry.inputs,
        effects=entry.effects,
        details=entry.details,
    )
    return StoredLine(line, entry.at)


def _secrets(version: Published, run: Run) -> set[str]:
    defined = {**version.program.parameters, **version.program.constants}
    secrets = {
        str(run.snapshot["params"].get(code, each.default))
        for code, each in defined.items()
        if each.is_secret
    }
    hidden = GlobalValue.objects.filter(is_secret=True).values_list("value", flat=True)
    return secrets | {str(value) for value in hidden if value}


def _comparable(snapshot: Any) -> Mapping[str, Any]:
    """Return a snapshot as JSON, without sentences: they are in the language of their moment."""
    found: dict[str, Any] = orjson.loads(dumps(snapshot) or "{}")
    for result in found["results"].values():
        result.pop("operation_status_message", None)
    return found


def _compare(folded: Any, stored: Any, path: str = "") -> Iterator[str]:
    if isinstance(folded, dict) and isinstance(stored, dict):
        for key in sorted(folded.keys() | stored.keys()):
            place = f"{path}.{key}" if path else key
            yield from _compare(folded.get(key), stored.get(key), place)
    elif folded != stored:
        yield f"{path}: the journal says {folded!r}, the snapshot {stored!r}"
