"""One expression per user-defined field: the same text in queries and in its index.

`connection.vendor` decides between two dialects here. The key is written into the SQL and
never a parameter: SQLite binds parameters, and then no expression index matches.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, Expression, F

if TYPE_CHECKING:
    from collections.abc import Iterable

    from smart_processes.field_types.base import FieldType

ITEM_TABLE = "smart_processes_item"


class _OnOneSource(Expression):
    """An expression made of one other."""

    def __init__(self, source: Any, output_field: Any) -> None:
        super().__init__(output_field=output_field)
        self.source: Any = source

    def get_source_expressions(self) -> list[Any]:
        """Return what it is made of."""
        return [self.source]

    def set_source_expressions(self, exprs: Any) -> None:
        """Take the resolved source."""
        (self.source,) = exprs


class FieldValue(_OnOneSource):
    """The typed value of one user-defined field, NULL when unset."""

    # Django would write `flag = false` as `NOT flag`, which no index of SQLite answers.
    conditional = False

    def __init__(self, field_id: int, field_type: FieldType) -> None:
        super().__init__(F("values"), field_type.output_field.clone())
        self.field_id = int(field_id)
        self.field_type = field_type

    def as_sql(self, compiler: Any, connection: Any, **_extra: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the expression in the connection's dialect."""
        column, params = compiler.compile(self.source)
        return _value_sql(connection.vendor, column, self.field_id, self.field_type), tuple(params)


class HoldsAny(_OnOneSource):
    """True when a field with several values holds any of the given ids or texts."""

    def __init__(
        self, field_id: int | None, wanted: Iterable[int | str], *, column: str = "values"
    ) -> None:
        """Make the test.

        Args:
            field_id: The user-defined field; None when the whole column is the array.
            wanted: JSON forms of single values; none at all is held by nobody.
            column: The JSON column.
        """
        super().__init__(F(column), BooleanField())
        self.field_id = None if field_id is None else int(field_id)
        self.wanted = list(wanted)

    def as_sql(self, compiler: Any, connection: Any, **_extra: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the test in the connection's dialect."""
        column, params = compiler.compile(self.source)
        if connection.vendor == "postgresql":
            array = column if self.field_id is None else f"({column} -> 'f{self.field_id}')"
            test = f"{array} @> %s::jsonb"
            values: list[int | str] = [json.dumps([wanted]) for wanted in self.wanted]
        else:
            path = "$" if self.field_id is None else f"$.f{self.field_id}"
            test = (
                f"EXISTS (SELECT 1 FROM json_each({column}, '{path}') held WHERE held.value = %s)"
            )
            values = list(self.wanted)
        tests = " OR ".join([test] * len(values)) or "1=0"
        return f"({tests})", tuple(each for value in values for each in (*params, value))


class ContainsText(_OnOneSource):
    """True when a text holds another one, in any case and any alphabet."""

    def __init__(self, source: Any, wanted: str) -> None:
        super().__init__(source, BooleanField())
        self.wanted = wanted

    def as_sql(self, compiler: Any, connection: Any, **_extra: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the test in the connection's dialect."""
        source, params = compiler.compile(self.source)
        if connection.vendor == "postgresql":
            pattern = re.sub(r"([\\%_])", r"\\\1", self.wanted)
            # The collation of a field's text is "C", which folds only Latin letters.
            return f'({source} COLLATE "default" ILIKE %s)', (*params, f"%{pattern}%")
        # SQLite's LIKE folds only Latin letters; REGEXP is Django's, done by Python.
        return f"({source} REGEXP %s)", (*params, f"(?i){re.escape(self.wanted)}")


def index_sql(
    vendor: str, field_id: int, field_type: FieldType, type_id: int, *, is_multiple: bool = False
) -> list[str]:
    """Return the statements that make a field's index (and its statistics on PostgreSQL).

    Several values have no order: PostgreSQL indexes what they hold, SQLite cannot.
    """
    condition = f"WHERE type_id = {int(type_id)} AND deleted_at IS NULL"
    index = f"CREATE INDEX IF NOT EXISTS item_f{int(field_id)} ON {ITEM_TABLE}"
    if is_multiple:
        held = f"""(("values" -> 'f{int(field_id)}') jsonb_path_ops)"""
        return [f"{index} USING gin {held} {condition}"] if vendor == "postgresql" else []
    expression = _value_sql(vendor, '"values"', field_id, field_type)
    statements = [f"{index} ({expression}, id) {condition}"]
    if vendor == "postgresql":
        # Without statistics on the expression every filter is guessed at 0.5 %.
        statements.append(
            f"CREATE STATISTICS IF NOT EXISTS item_st_f{int(field_id)} "
            f"ON {expression} FROM {ITEM_TABLE}"
        )
    return statements


def drop_index_sql(vendor: str, field_id: int) -> list[str]:
    """Return the statements that remove a field's index."""
    statements = [f"DROP INDEX IF EXISTS item_f{int(field_id)}"]
    if vendor == "postgresql":
        statements.append(f"DROP STATISTICS IF EXISTS item_st_f{int(field_id)}")
    return statements


def make_index(
    connection: Any,
    field_id: int,
    field_type: FieldType,
    type_id: int,
    *,
    is_multiple: bool = False,
) -> None:
    """Build a field's index anew; outside a transaction nobody who writes waits for it."""
    statements = [
        *drop_index_sql(connection.vendor, field_id),
        *index_sql(connection.vendor, field_id, field_type, type_id, is_multiple=is_multiple),
    ]
    _execute(connection, statements)


def drop_index(connection: Any, field_id: int) -> None:
    """Remove a field's index, if it has one."""
    _execute(connection, drop_index_sql(connection.vendor, field_id))


def _execute(connection: Any, statements: list[str]) -> None:
    is_concurrent = connection.vendor == "postgresql" and not connection.in_atomic_block
    with connection.cursor() as cursor:
        for each in statements:
            cursor.execute(
                each.replace(" INDEX IF", " INDEX CONCURRENTLY IF", 1) if is_concurrent else each
            )


def _value_sql(vendor: str, column: str, field_id: int, field_type: FieldType) -> str:
    part = field_type.json_part
    if vendor == "postgresql":
        value = f"{column} ->> 'f{field_id}'"
        if part:
            value = f"{column} -> 'f{field_id}' ->> '{part}'"
        return f"(({value}){field_type.postgresql_cast})"
    path = f"$.f{field_id}.{part}" if part else f"$.f{field_id}"
    extracted = f"json_extract({column}, '{path}')"
    return f"CAST({extracted} AS {field_type.sqlite_cast})" if field_type.sqlite_cast else extracted
