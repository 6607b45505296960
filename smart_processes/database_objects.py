"""What the databases keep by themselves: stages belong to pipelines, counters, stamps.

Installed after every `migrate`, idempotently. On SQLite a re-created table silently loses
its triggers, and a trigger that names it makes the migration fail; so all are dropped
before and made again after. `connection.vendor` is asked here because the two databases
write triggers differently; what they do is the same.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

from accounts import stamps

ITEM = "smart_processes_item"
STAGE = "smart_processes_stage"
COUNTER = "smart_processes_stagecounter"

SCHEMA_TABLES = dict.fromkeys(
    (
        "smart_processes_recordtype",
        "smart_processes_fielddefinition",
        "smart_processes_fieldoption",
        "smart_processes_pipeline",
        STAGE,
        "smart_processes_stagetransition",
        "smart_processes_stagetransition_roles",
        "smart_processes_currency",
    ),
    "",
)
GRANT_TABLES = dict.fromkeys(
    (
        "smart_processes_typegrant",
        "smart_processes_pipelinegrant",
        "smart_processes_stagegrant",
    ),
    "",
)

_COLUMNS = "pipeline_id, stage, responsible_id, opened, amount_base_minor"
_ADDED = f"SELECT 1 AS sign, {_COLUMNS} FROM new_rows WHERE deleted_at IS NULL"
_REMOVED = f"SELECT -1 AS sign, {_COLUMNS} FROM old_rows WHERE deleted_at IS NULL"

# One append-only row per cell that a statement changed: an upserted row would stay locked
# until the commit, and bulk moves would deadlock.
_APPEND = f"""
  INSERT INTO {COUNTER} (pipeline_id, stage, responsible_id, opened, record_count, amount_minor)
  SELECT pipeline_id, stage, coalesce(responsible_id, 0), opened,
         sum(sign), sum(sign * amount_base_minor)
  FROM (%s) AS changed GROUP BY 1, 2, 3, 4
  HAVING sum(sign) <> 0 OR sum(sign * amount_base_minor) <> 0;
"""
_FUNCTION = """
CREATE OR REPLACE FUNCTION item_count_{event}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN {body} RETURN NULL; END $body$
"""
_POSTGRESQL = {
    "inserted": (_APPEND % _ADDED, "INSERT ON {table} REFERENCING NEW TABLE AS new_rows"),
    "deleted": (_APPEND % _REMOVED, "DELETE ON {table} REFERENCING OLD TABLE AS old_rows"),
    "updated": (
        _APPEND % f"{_ADDED} UNION ALL {_REMOVED}",
        "UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    ),
    "truncated": (f"DELETE FROM {COUNTER};", "TRUNCATE ON {table}"),
}


def _cell(row: str) -> str:
    return (
        f"pipeline_id = {row}.pipeline_id AND stage = {row}.stage "
        f"AND responsible_id = coalesce({row}.responsible_id, 0) AND opened = {row}.opened"
    )


def _add(row: str) -> str:
    return (
        f"INSERT INTO {COUNTER} "
        "(pipeline_id, stage, responsible_id, opened, record_count, amount_minor) "
        f"SELECT {row}.pipeline_id, {row}.stage, coalesce({row}.responsible_id, 0), "
        f"{row}.opened, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM {COUNTER} WHERE {_cell(row)}); "
        f"UPDATE {COUNTER} SET record_count = record_count + 1, "
        f"amount_minor = amount_minor + {row}.amount_base_minor "
        f"WHERE id = (SELECT min(id) FROM {COUNTER} WHERE {_cell(row)});"
    )


def _remove(row: str) -> str:
    # Never inserts: a flush may have emptied the counters before the records.
    return (
        f"UPDATE {COUNTER} SET record_count = record_count - 1, "
        f"amount_minor = amount_minor - {row}.amount_base_minor "
        f"WHERE id = (SELECT min(id) FROM {COUNTER} WHERE {_cell(row)});"
    )


_CELL_COLUMNS = f"{_COLUMNS}, deleted_at"
_CHANGED = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in _CELL_COLUMNS.split(", "))
_FOREIGN_STAGE = (
    f"WHEN NOT EXISTS (SELECT 1 FROM {STAGE} WHERE pipeline_id = NEW.pipeline_id "
    "AND code = NEW.stage) BEGIN SELECT RAISE(ABORT, 'item_stage_in_pipeline'); END"
)
_SQLITE = {
    "item_stage_inserted": f"BEFORE INSERT ON {ITEM} {_FOREIGN_STAGE}",
    "item_stage_updated": f"BEFORE UPDATE OF pipeline_id, stage ON {ITEM} {_FOREIGN_STAGE}",
    # A used code never changes. No trigger on DELETE: it would refuse `flush`; the
    # foreign key of StageVisit protects used stages.
    "stage_code_used": (
        f"BEFORE UPDATE OF pipeline_id, code ON {STAGE} "
        "WHEN (NEW.code IS NOT OLD.code OR NEW.pipeline_id IS NOT OLD.pipeline_id) "
        f"AND EXISTS (SELECT 1 FROM {ITEM} WHERE pipeline_id = OLD.pipeline_id "
        "AND stage = OLD.code) BEGIN SELECT RAISE(ABORT, 'item_stage_in_pipeline'); END"
    ),
    "item_count_inserted": (
        f"AFTER INSERT ON {ITEM} WHEN NEW.deleted_at IS NULL BEGIN {_add('NEW')} END"
    ),
    "item_count_deleted": (
        f"AFTER DELETE ON {ITEM} WHEN OLD.deleted_at IS NULL BEGIN {_remove('OLD')} END"
    ),
    "item_count_left": (
        f"AFTER UPDATE OF {_CELL_COLUMNS} ON {ITEM} "
        f"WHEN OLD.deleted_at IS NULL AND ({_CHANGED}) BEGIN {_remove('OLD')} END"
    ),
    "item_count_entered": (
        f"AFTER UPDATE OF {_CELL_COLUMNS} ON {ITEM} "
        f"WHEN NEW.deleted_at IS NULL AND ({_CHANGED}) BEGIN {_add('NEW')} END"
    ),
}


def uninstall(*, using: str, plan: Any = None, **_signal: Any) -> None:
    """Drop all triggers of a SQLite database before its tables are re-created."""
    connection = connections[using]
    if not plan or connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')


def install(*, using: str, **signal: Any) -> None:
    """Make every trigger after `migrate`; `flush` (no plan) leaves them as they are."""
    connection = connections[using]
    if "plan" not in signal or ITEM not in connection.introspection.table_names():
        return
    install_all(connection)


def install_all(connection: Any) -> None:
    """Make every trigger; safe to repeat."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for event, (body, when) in _POSTGRESQL.items():
                cursor.execute(_FUNCTION.format(event=event, body=body))
                cursor.execute(f"DROP TRIGGER IF EXISTS item_count_{event} ON {ITEM}")
                cursor.execute(
                    f"CREATE TRIGGER item_count_{event} AFTER {when.format(table=ITEM)} "
                    f"FOR EACH STATEMENT EXECUTE FUNCTION item_count_{event}()"
                )
        else:
            for name, body in _SQLITE.items():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(f"CREATE TRIGGER {name} {body}")
    stamps.install_triggers(connection, stamps.ACCESS, {**stamps.ACCESS_TABLES, **GRANT_TABLES})
    stamps.install_triggers(connection, stamps.SCHEMA, SCHEMA_TABLES)
