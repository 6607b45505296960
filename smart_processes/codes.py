"""Codes made from names: Latin letters whatever the script, unique among those taken."""

from __future__ import annotations

import re
from collections.abc import Collection

from anyascii import anyascii

# Words that addresses of the product or commands begin with; no type may be called so.
RESERVED_TYPE_CODES = frozenset(
    {
        *("accounts", "admin", "api", "automation", "healthz", "i18n", "jobs", "live", "media"),
        *("metrics", "notifications", "readyz", "rest", "search", "settings", "static"),
        *("tasks", "user"),
    }
)


def make_code(
    name: str, taken: Collection[str], *, fallback: str, limit: int = 40, capital: bool = False
) -> str:
    """Return a code for something called `name`: `Заявки` gives `zayavki`.

    Args:
        name: What people call it.
        taken: Codes that are in use.
        fallback: What the code begins with where the name begins with no letter.
        limit: Most characters.
        capital: Capital letters, as stages have.
    """
    text = re.sub(r"[^a-z0-9]+", "_", anyascii(name).lower()).strip("_")
    if not text[:1].isalpha():
        text = f"{fallback}_{text}".strip("_")
    # Room for a number behind it.
    text = text[: limit - 4].strip("_")
    text = text.upper() if capital else text
    code, number = text, 1
    while code in taken:
        number += 1
        code = f"{text}_{number}"
    return code
