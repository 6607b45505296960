"""What the databases keep for automation: changed robots renew the stamp of the configuration."""

from __future__ import annotations

from typing import Any

from django.db import connections

from accounts import stamps

# Read with every move, so kept in memory until the stamp differs (`automation.robots.lists`).
SCHEMA_TABLES = {"automation_robotlist": ""}


def install(*, using: str, **signal: Any) -> None:
    """Make the triggers after `migrate`; `flush` (no plan) leaves them as they are."""
    connection = connections[using]
    present = connection.introspection.table_names()
    if "plan" in signal and set(SCHEMA_TABLES) <= set(present):
        stamps.install_triggers(connection, stamps.SCHEMA, SCHEMA_TABLES)
