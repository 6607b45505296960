"""Connection settings of the two databases, the same in every environment."""

from __future__ import annotations

from typing import Any

from config import env

SQLITE_OPTIONS: dict[str, Any] = {
    # A transaction that reads first and writes later cannot be upgraded while another
    # one writes: SQLite refuses it at once. IMMEDIATE asks for the write lock at the start.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,  # seconds to wait for that lock; about 200 writes a second pass
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
# Under ASGI every request has a thread of its own, so a connection kept by its thread would
# never be used again. The pool keeps them instead; `timeout` is in seconds.
POSTGRESQL_POOL = {"min_size": 1, "max_size": 20, "timeout": 15}


def database(url: str, *, pooled: bool = True) -> dict[str, Any]:
    """Return the `DATABASES` entry for an address, with this project's options."""
    settings = env.database(url)
    options = settings.setdefault("OPTIONS", {})
    settings["CONN_MAX_AGE"] = 0
    if settings["ENGINE"].endswith("sqlite3"):
        options |= SQLITE_OPTIONS
        return settings
    settings["CONN_HEALTH_CHECKS"] = True
    # Statements are planned by the server with the values in sight: partial and expression
    # indexes are found only then.
    options["server_side_binding"] = False
    if pooled:
        options["pool"] = POSTGRESQL_POOL
    return settings
