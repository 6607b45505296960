"""The page about expressions names everything there is."""

from __future__ import annotations

import re
from pathlib import Path

from automation.engine.condition_rows import Operator
from automation.engine.expressions.functions import FUNCTIONS
from automation.engine.expressions.modifiers import MODIFIERS

PAGE = (Path(__file__).parents[3] / "docs" / "expressions.md").read_text()
NAMES = set(re.findall(r"`([a-z_]+)\b", PAGE))


def test_every_function_modifier_and_operator_is_explained() -> None:
    assert FUNCTIONS.keys() - NAMES == set()
    assert set() == MODIFIERS - NAMES
    assert {operator.value for operator in Operator} - NAMES == set()
