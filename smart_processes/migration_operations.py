"""What migrations may import: things the two databases say differently. Keep it stable."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.migrations.operations import RunSQL


class VendorSQL(RunSQL):
    """`RunSQL` whose statements are a mapping: `{"postgresql": [...], "sqlite": [...]}`."""

    sql: Any
    reverse_sql: Any
    _run_sql: Any  # Django's own, without types

    def database_forwards(self, _app_label: str, schema_editor: Any, *_states: Any) -> None:
        """Run the statements of the connection's vendor, if there are any."""
        self._run_sql(schema_editor, self.sql.get(schema_editor.connection.vendor, []))

    def database_backwards(self, _app_label: str, schema_editor: Any, *_states: Any) -> None:
        """Run the reverse statements of the connection's vendor, if there are any."""
        reverse = self.reverse_sql or {}
        self._run_sql(schema_editor, reverse.get(schema_editor.connection.vendor, []))


class CurrentTransaction(models.Func):
    """The id of the writing transaction on PostgreSQL; 0 on SQLite, where writers are serial."""

    output_field = models.BigIntegerField()
    allows_composed_expressions = False

    def as_sql(self, compiler: Any, connection: Any, *_args: Any, **_extra: Any) -> Any:
        """Return the expression for the column's default."""
        if connection.vendor == "postgresql":
            return "(pg_current_xact_id()::text::bigint)", []
        return "0", []
