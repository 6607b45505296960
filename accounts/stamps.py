"""Reading the stamps, and the triggers that renew them.

`connection.vendor` is asked here because the two databases write triggers differently;
what they do is the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.models import Stamp

ACCESS = "access"  # roles, grants, departments, who belongs where
SCHEMA = "schema"  # types, fields, pipelines, stages, edges

# Tables of this app and of Django's that change what somebody may do. A login changes
# nothing: only these columns of the user table count.
ACCESS_TABLES: Mapping[str, str] = {
    "accounts_department": "",
    "accounts_roleassignment": "",
    "accounts_user_groups": "",
    "accounts_role": "",
    "accounts_user": "department_id, is_active, is_superuser",
}

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION renew_stamp() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO accounts_stamp AS s (name, value) VALUES (TG_ARGV[0], gen_random_uuid()::text)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value;
  RETURN NULL;
END $body$
"""
_SQLITE_BODY = (
    "INSERT INTO accounts_stamp (name, value) VALUES ('{stamp}', hex(randomblob(16))) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value;"
)


def read_stamps() -> dict[str, str]:
    """Return every stamp by name (one query). Read it before the rows it stands for."""
    return dict(Stamp.objects.values_list("name", "value"))


def install_triggers(connection: Any, stamp: str, tables: Mapping[str, str]) -> None:
    """Make the database renew `stamp` whenever one of the tables changes; safe to repeat.

    Args:
        connection: A Django database connection.
        stamp: The stamp's name.
        tables: Table name -> columns whose change counts, or "" for any.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRESQL_FUNCTION)
        for table, columns in tables.items():
            update = f"UPDATE OF {columns}" if columns else "UPDATE"
            if connection.vendor == "postgresql":
                cursor.execute(f'DROP TRIGGER IF EXISTS "stamp_{stamp}" ON "{table}"')
                cursor.execute(
                    f'CREATE TRIGGER "stamp_{stamp}" AFTER INSERT OR DELETE OR TRUNCATE OR '
                    f'{update} ON "{table}" FOR EACH STATEMENT '
                    f"EXECUTE FUNCTION renew_stamp('{stamp}')"
                )
                continue
            for event in ("INSERT", "DELETE", update):
                name = f"stamp_{stamp}_{table}_{event[:6].lower()}"
                cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')
                cursor.execute(
                    f'CREATE TRIGGER "{name}" AFTER {event} ON "{table}" '
                    f"BEGIN {_SQLITE_BODY.format(stamp=stamp)} END"
                )
