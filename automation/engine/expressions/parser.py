"""Reads one formula: a Pratt parser, where each operator knows how tightly it binds.

Written by hand because its errors point into the whole text, not into a cut-out formula,
and because every limit is checked while reading, before anything grows.
"""

from __future__ import annotations

from dataclasses import dataclass

from automation.engine.expressions.errors import ExpressionRefused, shown
from automation.engine.expressions.functions import FUNCTIONS
from automation.engine.expressions.lexer import Kind, Token, next_token
from automation.engine.expressions.limits import MAX_DEPTH, MAX_FORMULA, MAX_NODES
from automation.engine.expressions.nodes import (
    Binary,
    Call,
    Literal,
    Lookup,
    Node,
    Percent,
    Several,
    Sign,
)

COMPARISONS = frozenset({"=", "==", "<>", "!=", "<", "<=", ">", ">="})
_COMPARISON, _JOIN, _SUM, _PRODUCT, _SIGN, _POWER = range(1, 7)
_BINDING: dict[str, int] = dict.fromkeys(COMPARISONS, _COMPARISON)
_BINDING |= {"&": _JOIN, "+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "^": _POWER}
_WORDS = {"true": True, "false": False}


@dataclass
class Budget:
    """How many parts the formulas of one text may still have."""

    left: int = MAX_NODES

    def spend(self, position: int) -> None:
        """Count one part.

        Raises:
            ExpressionRefused: there were too many.
        """
        self.left -= 1
        if self.left < 0:
            raise ExpressionRefused("formula_too_large", position, limit=MAX_NODES)


def read_formula(text: str, start: int, budget: Budget) -> tuple[Node, Token]:
    """Read the formula that begins at `start`; return it and the token after it.

    Raises:
        ExpressionRefused: it cannot be understood, or is too large.
    """
    parser = _Parser(text, start, budget)
    node = parser.expression(floor=0)
    return node, parser.token


class _Parser:
    def __init__(self, text: str, start: int, budget: Budget) -> None:
        self.text = text
        self.start = start
        self.budget = budget
        self.depth = 0
        self.token = next_token(text, start)

    def expression(self, *, floor: int) -> Node:
        """Read operands and the operators that bind tighter than `floor`."""
        self._descend()
        left = self._operand()
        while self.token.kind is Kind.MARK:
            mark = self.token
            if mark.value == "%":
                self._spend(mark)
                self._advance()
                left = Percent(mark.position, left)
                continue
            binding = _BINDING.get(str(mark.value))
            if binding is None or binding <= floor:
                break
            left = self._binary(left, mark, binding)
        self.depth -= 1
        return left

    def _binary(self, left: Node, mark: Token, binding: int) -> Node:
        self._spend(mark)
        self._advance()
        # A power takes what stands right of it first: 2^3^2 is 2^(3^2).
        floor = binding - 1 if binding == _POWER else binding
        right = self.expression(floor=floor)
        if binding == _COMPARISON and self.token.value in COMPARISONS:
            raise ExpressionRefused("comparison_chained", self.token.position)
        return Binary(mark.position, str(mark.value), left, right)

    def _operand(self) -> Node:
        token = self.token
        self._spend(token)
        if token.kind is Kind.END or token.kind is Kind.CLOSE:
            raise ExpressionRefused("formula_ends_early", token.position)
        self._advance()
        if isinstance(token.value, Lookup):
            return token.value
        if token.kind is Kind.LITERAL:
            return Literal(token.position, token.value)
        if token.kind is Kind.NAME:
            return self._named(token, str(token.value))
        if token.kind is Kind.INLINE:
            return self._inline(token)
        return self._marked(token)

    def _marked(self, token: Token) -> Node:
        match token.value:
            case "(":
                node = self.expression(floor=0)
                self._expect(")")
                return node
            case "[":
                return Several(token.position, self._list("]"))
            case "+" | "-":
                operand = self.expression(floor=_SIGN)
                return Sign(token.position, str(token.value), operand)
            case mark:
                raise ExpressionRefused("character_unexpected", token.position, character=str(mark))

    def _named(self, token: Token, written: str) -> Node:
        name = written.lower()
        if self.token.value != "(" or self.token.kind is not Kind.MARK:
            if name in _WORDS:
                return Literal(token.position, _WORDS[name])
            raise ExpressionRefused("word_unknown", token.position, name=shown(written))
        function = FUNCTIONS.get(name)
        if function is None:
            raise ExpressionRefused("function_unknown", token.position, name=shown(written))
        self._advance()
        arguments = self._list(")")
        if not function.least <= len(arguments) <= function.most:
            raise ExpressionRefused(
                "argument_count",
                token.position,
                name=name,
                expected=function.expected,
                given=len(arguments),
            )
        return Call(token.position, name, arguments)

    def _inline(self, token: Token) -> Node:
        node = self.expression(floor=0)
        if self.token.kind is not Kind.CLOSE:
            raise unclosed(self.token, token.position)
        self._advance()
        return node

    def _list(self, closing: str) -> tuple[Node, ...]:
        """Read values up to the closing bracket; old texts divide them by semicolons."""
        items: list[Node] = []
        if self._has(closing):
            self._advance()
            return ()
        while True:
            items.append(self.expression(floor=0))
            if self._has(",") or self._has(";"):
                self._advance()
                continue
            self._expect(closing)
            return tuple(items)

    def _has(self, mark: str) -> bool:
        return self.token.kind is Kind.MARK and self.token.value == mark

    def _expect(self, bracket: str) -> None:
        if not self._has(bracket):
            raise ExpressionRefused("bracket_missing", self.token.position, bracket=bracket)
        self._advance()

    def _advance(self) -> None:
        self.token = next_token(self.text, self.token.end)
        if self.token.end - self.start > MAX_FORMULA:
            raise ExpressionRefused("formula_too_long", self.start, limit=MAX_FORMULA)

    def _descend(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionRefused("formula_too_deep", self.token.position, limit=MAX_DEPTH)

    def _spend(self, token: Token) -> None:
        self.budget.spend(token.position)


def unclosed(found: Token, opened_at: int) -> ExpressionRefused:
    """Return why a formula is not closed: the text ended, or something stands in the way."""
    if found.kind is Kind.END:
        return ExpressionRefused("braces_missing", opened_at)
    word = found.value
    if isinstance(word, Lookup):
        word = "{="
    return ExpressionRefused("left_over", found.position, text=shown(str(word)))
