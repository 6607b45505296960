"""Sentences that the engine itself writes into journals; translated when they are written."""

from __future__ import annotations

from automation.engine.expressions.errors import gettext_noop

LOOP_LIMIT = gettext_noop("The loop took as many turns as it may; the run went on behind it.")
STEP_BUDGET = gettext_noop(
    "The run took as many steps as a run may. There is probably a loop that never ends."
)
ENDED_BY_STEP = gettext_noop("A step ended the run.")
TOO_LARGE = gettext_noop(
    "This run carries too much. Keep long lists and texts in fields of a record instead."
)
UNKNOWN_VARIABLE = gettext_noop("The step sets a variable that the program does not have.")

ALL = frozenset({LOOP_LIMIT, STEP_BUDGET, ENDED_BY_STEP, TOO_LARGE, UNKNOWN_VARIABLE})
