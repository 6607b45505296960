"""The expression language: references, formulas and functions inside the texts of a program.

Pure, decimal and bounded: no loops, no attributes, no regular expressions, no evaluation of
code; a hostile text is refused while it is read. `compile_value` is the door:

    value = compile_value("Hello {=Document:TITLE > printable}, in {{=1+1}} days")
    value.references()  # for the check before publishing
    value.evaluate(scope)
"""

from __future__ import annotations

from automation.engine.expressions.amounts import Amount
from automation.engine.expressions.errors import ExpressionRefused, LanguageRefused
from automation.engine.expressions.values import Reference, Value, compile_value

__all__ = [
    "Amount",
    "ExpressionRefused",
    "LanguageRefused",
    "Reference",
    "Value",
    "compile_value",
]
