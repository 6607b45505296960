"""What may stand behind the `>` of a reference: how its value is shown or cast."""

from __future__ import annotations

# Answered by the scope, which knows names, addresses and languages.
PRESENTED = frozenset(
    {"printable", "friendly", "name", "responsible", "publink", "shortlink", "src", "file"}
)
# Answered by the language itself.
CASTS = frozenset({"bool", "date", "datetime", "double", "int", "select", "string", "text", "user"})
ZONES = frozenset({"server", "local"})
MODIFIERS = PRESENTED | CASTS | ZONES
PRINTABLE_SUFFIX = "_printable"  # the old way to write `> printable`
