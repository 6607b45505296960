"""What the parser makes of a text: small frozen nodes, each with its place in the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    """Something that means itself."""

    position: int
    value: Any


@dataclass(frozen=True, slots=True)
class Lookup:
    """`{=Source:path > modifier, modifier}`."""

    position: int
    source: str
    path: tuple[str, ...]
    modifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sign:
    """A plus or minus before a number."""

    position: int
    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Percent:
    """A number followed by %: its hundredth."""

    position: int
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands; the position is the operator's."""

    position: int
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the language and its arguments."""

    position: int
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Several:
    """A list written out: `[1, 2, 3]`."""

    position: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """A text with references and formulas inside."""

    position: int
    parts: tuple[Node, ...]


Node: TypeAlias = Literal | Lookup | Sign | Percent | Binary | Call | Several | Joined


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes right below a node, in the order of the text."""
    match node:
        case Sign(operand=operand) | Percent(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return (left, right)
        case Call(arguments=nodes) | Several(items=nodes) | Joined(parts=nodes):
            return nodes
        case _:
            return ()
