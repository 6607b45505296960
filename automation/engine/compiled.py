"""A compiled program: its nodes and how they stand to one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from automation.engine.nodes import Node


@dataclass(frozen=True)
class Definition:
    """A parameter, variable or constant of a program.

    Attributes:
        kind: What it holds, a code of a field kind; forms are built from it.
        default: What it begins with; a constant's value.
    """

    code: str
    label: str = ""
    kind: str = "string"
    default: Any = None
    is_required: bool = False
    is_multiple: bool = False
    is_secret: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Program:
    """A compiled program; nothing in it changes, so threads share it.

    Attributes:
        parents: The node around each node, by id; the root has none.
        following: The next step of the same block, by id.
        paths: Where each node stands in the JSON.
        mentioned: Ids of steps whose results something in the program reads; only these are
            kept in the snapshot.
    """

    root: Node
    nodes: Mapping[str, Node]
    parents: Mapping[str, Node]
    following: Mapping[str, Node]
    paths: Mapping[str, str]
    mentioned: frozenset[str]
    parameters: Mapping[str, Definition] = field(default_factory=dict)
    variables: Mapping[str, Definition] = field(default_factory=dict)
    constants: Mapping[str, Definition] = field(default_factory=dict)
    type_code: str = ""
    reads_globals: bool = False

    def around(self, node_id: str) -> Iterator[Node]:
        """Yield the nodes around a node, innermost first."""
        node = self.parents.get(node_id)
        while node is not None:
            yield node
            node = self.parents.get(node.id)
