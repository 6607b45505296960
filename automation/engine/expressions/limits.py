"""How large an expression and what comes of it may be.

Generous for what people write; a hostile text is refused before it costs anything.
"""

from __future__ import annotations

MAX_FORMULA = 8_000  # characters of one formula
MAX_TEXT = 100_000  # characters of a text with its formulas, and of what comes of it
MAX_DEPTH = 40  # brackets within brackets; lists and maps within each other
MAX_NODES = 500  # parts of all formulas of one text together
MAX_LIST = 10_000  # values of a list; parts of a raw value
MAX_POWER = 1_000
MAX_EXPONENT = 999  # a number has at most a thousand digits before the point
PRECISION = 50  # digits of a calculated number
SHOWN_LENGTH = 40  # characters of a value quoted in a sentence
