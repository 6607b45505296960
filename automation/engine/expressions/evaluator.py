"""Works out what the parser read. Recursion is bounded: the parser limits the depth."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, DecimalException, DivisionByZero, Overflow
from typing import Any

from automation.engine.expressions import comparison
from automation.engine.expressions.conversion import (
    NUMBERS,
    bounded_list,
    day_or_moment,
    is_empty,
    join,
    moment,
    number,
    text,
    truth,
)
from automation.engine.expressions.errors import (
    ExpressionRefused,
    Unfit,
    refuse_at,
)
from automation.engine.expressions.functions import FUNCTIONS
from automation.engine.expressions.functions.logic import AND, COALESCE, IF, OR
from automation.engine.expressions.functions.numbers import leading_number
from automation.engine.expressions.limits import MAX_POWER, MAX_TEXT
from automation.engine.expressions.modifiers import PRESENTED, PRINTABLE_SUFFIX
from automation.engine.expressions.nodes import (
    Binary,
    Call,
    Joined,
    Literal,
    Lookup,
    Node,
    Percent,
    Several,
    Sign,
)
from automation.engine.expressions.surroundings import Surroundings
from automation.engine.scope import Scope, UnknownReference

_HUNDRED = Decimal(100)
_ORDERS: dict[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}
_EQUALITIES = {"=": True, "==": True, "<>": False, "!=": False}
ARITHMETIC: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": NUMBERS.add,
    "-": NUMBERS.subtract,
    "*": NUMBERS.multiply,
    "/": NUMBERS.divide,
    "^": NUMBERS.power,
}


def evaluate(node: Node, scope: Scope) -> Any:
    """Return the value of what was read.

    Raises:
        ExpressionRefused: a value does not fit, or a reference names nothing.
    """
    return _Evaluation(Surroundings(scope)).of(node)


class _Evaluation:
    def __init__(self, around: Surroundings) -> None:
        self.around = around

    def of(self, node: Node) -> Any:
        """Return a node's value; what does not fit is refused at the node's place."""
        try:
            return self._value(node)
        except Unfit as unfit:
            refuse_at(node.position, unfit)
        except UnknownReference as unknown:
            raise ExpressionRefused(
                "reference_unknown", node.position, name=str(unknown)
            ) from unknown

    def _value(self, node: Node) -> Any:  # noqa: C901, PLR0911  # one line for each kind of node
        match node:
            case Literal(value=value):
                return value
            case Lookup():
                return self._looked_up(node)
            case Joined(parts=parts):
                return join((text(self.of(part)) for part in parts), "")
            case Binary():
                return self._binary(node)
            case Call():
                return self._called(node)
            case Sign(operator=operator, operand=operand):
                value = number(self.of(operand))
                return NUMBERS.minus(value) if operator == "-" else value
            case Percent(operand=operand):
                return NUMBERS.divide(number(self.of(operand)), _HUNDRED)
            case Several(items=items):
                return bounded_list([self.of(item) for item in items])

    def _looked_up(self, node: Lookup) -> Any:
        path, modifiers = node.path, node.modifiers
        try:
            value = self.around.scope.lookup(node.source, path)
        except UnknownReference:
            # The old way to write `> printable`, unless a field has exactly that code.
            last = path[-1]
            if not last.lower().endswith(PRINTABLE_SUFFIX):
                raise
            path = (*path[:-1], last[: -len(PRINTABLE_SUFFIX)])
            value = self.around.scope.lookup(node.source, path)
            modifiers = ("printable", *modifiers)
        for modifier in modifiers:
            value = self._modified(node.source, path, value, modifier)
        return value

    def _modified(self, source: str, path: tuple[str, ...], value: Any, modifier: str) -> Any:
        cast = _CASTS.get(modifier)
        if cast is not None:
            return cast(value, self.around)
        present = self.around.present
        if present is not None:
            return present(source, path, value, modifier)
        if modifier in {"printable", "friendly"}:
            return text(value)
        if modifier in PRESENTED:
            raise Unfit("not_available", name=modifier)
        return value  # select, user: what the scope gives already is one

    def _binary(self, node: Binary) -> Any:
        """Work out a chain like 1 + 1 + 1 in a loop: it leans to the left as deep as it is long."""
        chain = [node]
        while isinstance(chain[-1].left, Binary):
            chain.append(chain[-1].left)
        value = self.of(chain[-1].left)
        for link in reversed(chain):
            right = self.of(link.right)
            try:
                value = self._operated(link.operator, value, right)
            except Unfit as unfit:
                refuse_at(link.position, unfit)
        return value

    def _operated(self, operator: str, left: Any, right: Any) -> Any:
        if operator == "&":
            return join((text(left), text(right)), "")
        if operator in _EQUALITIES:
            return comparison.equal(left, right, self.around.zone) is _EQUALITIES[operator]
        if operator in _ORDERS:
            if is_empty(left) or is_empty(right):
                return False
            return _ORDERS[operator](comparison.order(left, right, self.around.zone))
        return calculated(operator, number(left), number(right))

    def _called(self, node: Call) -> Any:
        name, arguments = node.name, node.arguments
        match name:
            case _ if (work := FUNCTIONS[name].work) is not None:
                return _bounded(work(self.around, *[self.of(each) for each in arguments]))
            case name if name == IF:
                if truth(self.of(arguments[0])):
                    return self.of(arguments[1])
                return self.of(arguments[2]) if len(arguments) > 2 else None
            case name if name == AND:
                return all(truth(self.of(each)) for each in arguments)
            case name if name == OR:
                return any(truth(self.of(each)) for each in arguments)
            case _:
                assert name == COALESCE  # the only other one that has no work of its own
                values = (self.of(each) for each in arguments)
                return next((value for value in values if not is_empty(value)), None)


def calculated(operator: str, left: Decimal, right: Decimal) -> Decimal:
    """Return what an operator makes of two numbers.

    Raises:
        Unfit: the result does not exist or is too large.
    """
    if operator == "^" and abs(right) > MAX_POWER:
        raise Unfit("power_too_large", limit=MAX_POWER)
    if (operator == "/" and not right) or (operator == "^" and not left and right < 0):
        raise Unfit("divided_by_zero")
    try:
        return ARITHMETIC[operator](left, right)
    except DivisionByZero:
        raise Unfit("divided_by_zero") from None
    except Overflow:
        raise Unfit("number_too_large") from None
    except DecimalException:
        raise Unfit("cannot_be_calculated") from None


def _bounded(value: Any) -> Any:
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise Unfit("result_too_long", limit=MAX_TEXT)
    return bounded_list(value) if isinstance(value, list) else value


def _day(value: Any, around: Surroundings) -> Any:
    if is_empty(value):
        return None
    found = day_or_moment(value, around.zone)
    return found.astimezone(around.zone).date() if isinstance(found, datetime) else found


_CASTS: dict[str, Callable[[Any, Surroundings], Any]] = {
    "bool": lambda value, _around: truth(value),
    "date": _day,
    "datetime": lambda value, around: None if is_empty(value) else moment(value, around.zone),
    "double": lambda value, _around: leading_number(value),
    "int": lambda value, _around: Decimal(int(leading_number(value))),
    "string": lambda value, _around: text(value),
    "text": lambda value, _around: text(value),
    "server": lambda value, around: (
        None if is_empty(value) else moment(value, around.zone).astimezone(UTC)
    ),
    "local": lambda value, around: (
        None if is_empty(value) else moment(value, around.zone).astimezone(around.zone)
    ),
}
