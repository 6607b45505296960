"""The rows that a write consists of, and the statements that write them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.core.serializers.json import DjangoJSONEncoder

from automation.choices import MessageState
from automation.engine.journal import Line
from automation.engine.nodes import WaitKind
from automation.engine.turn import Turn

_encoder = DjangoJSONEncoder()
# Where a worker finds what became of an awaited run: no activity sends it.
NO_ACTIVITY = ""

_JOURNAL = (
    "run_id, sequence, kind, step, attempt, operation_status_code, operation_status_kind, "
    "operation_status_message, activity_return_result, inputs, effects, details, duration_ms"
)
_JOURNAL_TYPES = (
    *("bigint", "int", "text", "text", "int", "text", "text", "text"),
    *("jsonb", "jsonb", "jsonb", "jsonb", "int"),
)
_WAIT = "run_id, number, step, kind, key, due_at"
_WAIT_TYPES = ("bigint", "int", "text", "text", "text", "timestamptz")
_OUTBOX = "run_id, wait_number, key, activity, payload"
_OUTBOX_TYPES = ("bigint", "int", "text", "text", "jsonb")
_OUTBOX_REST = "state, due_at, created_at, fence, attempt_count, error"
# A step that is tried again sends the message that was given up once more, with its key. A claim
# that somebody still has of it no longer holds.
_OUTBOX_AGAIN = (
    "ON CONFLICT (key) DO UPDATE SET wait_number = excluded.wait_number, "
    "payload = excluded.payload, state = excluded.state, due_at = excluded.due_at, "
    "fence = automation_outboxmessage.fence + 1, attempt_count = 0, error = '', "
    "lease_until = NULL, answer = NULL, settled_at = NULL"
)
_NUMBER_TYPES = ("bigint", "int")
_REARM_TYPES = (*_NUMBER_TYPES, "timestamptz")
_RUN_TYPES = ("bigint", "text", "jsonb", "timestamptz", "text", "bool")


@dataclass(slots=True)
class LoadedRun:
    """A locked run."""

    id: int
    version_id: str
    item_id: int | None
    snapshot: Any
    fence: int
    claim_count: int
    chain: tuple[str, ...]
    parent_id: int | None
    parent_wait: int | None
    runs_as_id: int | None
    started_by_id: int | None
    status: str


@dataclass(slots=True)
class Written:
    """One run's part of a write.

    Attributes:
        lines: With secrets masked.
        status: As people know it.
        due_at: When the run is to be looked at again.
        error: Why it stopped; empty when it did not.
        is_over: It has ended.
        answer: For the run that waits for this one, when it has ended.
    """

    run: LoadedRun
    turn: Turn
    lines: Sequence[Line]
    status: str
    due_at: datetime | None
    error: str = ""
    is_over: bool = False
    answer: Mapping[str, Any] | None = None
    snapshot: str = ""

    @property
    def sends(self) -> bool:
        """Whether something was put into the outbox."""
        effects = (wait.kind is WaitKind.EFFECT for wait in self.turn.opened.values())
        return self.answer is not None or any(effects)


@dataclass(slots=True)
class Rows:
    """Rows by table; each is a tuple in the order of its columns."""

    journal: list[tuple[Any, ...]] = field(default_factory=list)
    opened: list[tuple[Any, ...]] = field(default_factory=list)
    outbox: list[tuple[Any, ...]] = field(default_factory=list)
    closed: list[tuple[Any, ...]] = field(default_factory=list)
    rearmed: list[tuple[Any, ...]] = field(default_factory=list)
    runs: list[tuple[Any, ...]] = field(default_factory=list)


def dumps(value: Any) -> str | None:
    """Return a value as JSON text, None as no text."""
    return None if value is None else orjson.dumps(value, default=_encoder.default).decode()


def collect(written: Sequence[Written]) -> Rows:
    """Return all rows of some turns."""
    rows = Rows()
    for each in written:
        run_id = each.run.id
        for line in each.lines:
            rows.journal.append(
                (
                    *(run_id, line.sequence, str(line.kind), line.step, line.attempt),
                    *(line.status_code, str(line.status_kind), line.message[:500]),
                    *(dumps(line.result), dumps(line.inputs), dumps(line.effects)),
                    *(dumps(line.details), line.duration_ms),
                )
            )
        for wait in each.turn.opened.values():
            row = (run_id, wait.number, wait.step, str(wait.kind), wait.key, wait.due_at)
            rows.opened.append(row)
            if wait.kind is WaitKind.EFFECT:
                key = f"{run_id}:{wait.step}:{wait.sends}"
                payload = dumps(wait.payload or {})
                rows.outbox.append((run_id, wait.number, key, wait.activity, payload))
        rows.closed += [(run_id, number) for number in each.turn.closed]
        waits = each.run.snapshot["waits"]
        for number in each.turn.rearmed:
            due = waits[str(number)].get("due")
            rows.rearmed.append((run_id, number, datetime.fromisoformat(due) if due else None))
        if each.answer is not None:
            parent = (each.run.parent_id, each.run.parent_wait)
            rows.outbox.append(
                (
                    *parent,
                    f"run:{run_id}:{each.run.snapshot['seq']}",
                    NO_ACTIVITY,
                    dumps(each.answer),
                )
            )
        state = (each.status, each.snapshot, each.due_at, each.error[:500], each.is_over)
        rows.runs.append((run_id, *state))
    return rows


# --- PostgreSQL -------------------------------------------------------------------------------


def postgresql_statement(rows: Rows, now: datetime) -> tuple[str, list[Any]]:
    """Return one statement for everything. Its parts do not see each other."""
    parts: list[str] = []
    params: list[Any] = []

    def part(name: str, sql: str, fixed: list[Any], types: Sequence[str], many: list[Any]) -> None:
        if many:
            parts.append(f"{name} AS ({sql.format(values=_unnest(types))})")
            params.extend([*fixed, *map(list, zip(*many, strict=True))])

    part(
        "j",
        f"INSERT INTO automation_journalentry ({_JOURNAL}, at) SELECT v.*, %s FROM {{values}}",
        [now],
        _JOURNAL_TYPES,
        rows.journal,
    )
    part(
        "w",
        f"INSERT INTO automation_wait ({_WAIT}, is_fired) SELECT v.*, false FROM {{values}}",
        [],
        _WAIT_TYPES,
        rows.opened,
    )
    part(
        "o",
        f"INSERT INTO automation_outboxmessage ({_OUTBOX}, {_OUTBOX_REST}) "
        f"SELECT v.*, %s, %s, %s, 0, 0, '' FROM {{values}} {_OUTBOX_AGAIN}",
        [MessageState.PENDING.value, now, now],
        _OUTBOX_TYPES,
        rows.outbox,
    )
    part(
        "d",
        "DELETE FROM automation_wait w USING {values} WHERE w.run_id = v.a AND w.number = v.b",
        [],
        _NUMBER_TYPES,
        rows.closed,
    )
    part(
        "f",
        "UPDATE automation_wait w SET is_fired = false, payload = NULL, due_at = v.c "
        "FROM {values} WHERE w.run_id = v.a AND w.number = v.b",
        [],
        _REARM_TYPES,
        rows.rearmed,
    )
    head = f"WITH {', '.join(parts)} " if parts else ""
    sql = (
        f"{head}UPDATE automation_run r SET status = v.b, snapshot = v.c, due_at = v.d, "
        "error = v.e, lease_until = NULL, claim_count = 0, "
        "finished_at = CASE WHEN v.f THEN %s::timestamptz END "
        f"FROM {_unnest(_RUN_TYPES)} WHERE r.id = v.a"
    )
    return sql, [*params, now, *map(list, zip(*rows.runs, strict=True))]


def _unnest(types: Sequence[str]) -> str:
    arrays = ", ".join(f"%s::{each}[]" for each in types)
    names = ", ".join("abcdefghijklm"[: len(types)])
    return f"unnest({arrays}) v({names})"


# --- SQLite -----------------------------------------------------------------------------------

Many = Callable[[datetime], list[tuple[Any, ...]]]


_BY_NUMBER = "WHERE run_id = %s AND number = %s"
_UPDATE_RUN = (
    "UPDATE automation_run SET status = %s, snapshot = %s, due_at = %s, error = %s, "
    "lease_until = NULL, claim_count = 0, finished_at = %s WHERE id = %s"
)


def sqlite_statements(
    rows: Rows, moment: Callable[[datetime | None], Any]
) -> Iterator[tuple[str, Many]]:
    """Yield each statement with what gives its parameters."""
    sent = MessageState.PENDING.value
    yield (
        f"INSERT INTO automation_journalentry ({_JOURNAL}, at) VALUES ({_marks(14)})",
        lambda now: [(*row, moment(now)) for row in rows.journal],
    )
    yield f"DELETE FROM automation_wait {_BY_NUMBER}", lambda _now: rows.closed
    yield (
        f"UPDATE automation_wait SET is_fired = 0, payload = NULL, due_at = %s {_BY_NUMBER}",
        lambda _now: [(moment(due), run_id, n) for run_id, n, due in rows.rearmed],
    )
    yield (
        f"INSERT INTO automation_wait ({_WAIT}, is_fired) VALUES ({_marks(6)}, 0)",
        lambda _now: [(*row[:5], moment(row[5])) for row in rows.opened],
    )
    yield (
        (
            f"INSERT INTO automation_outboxmessage ({_OUTBOX}, {_OUTBOX_REST}) "
            f"VALUES ({_marks(8)}, 0, 0, '') {_OUTBOX_AGAIN}"
        ),
        lambda now: [(*row, sent, moment(now), moment(now)) for row in rows.outbox],
    )
    yield (
        _UPDATE_RUN,
        lambda now: [
            (status, snapshot, moment(due), error, moment(now) if is_over else None, run_id)
            for run_id, status, snapshot, due, error, is_over in rows.runs
        ],
    )


def _marks(count: int) -> str:
    return ", ".join(["%s"] * count)
