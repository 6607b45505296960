"""A solution file as plain data that remembers its lines.

Read from the YAML nodes by a reader of our own: no tags, no aliases (a file of a few bytes
could stand for gigabytes), no key twice, and every problem with its line.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from django.utils.translation import gettext as _
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.scalarstring import SingleQuotedScalarString

from smart_processes.exceptions import ConfigurationRefused

MOST_BYTES = 1_000_000
MOST_LEVELS = 40  # of nesting
LONGEST_LINE = 110  # characters, with the quotes of Python, of an entry written on one line

Path = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?[0-9]+")
_MARKS = frozenset("?:#,[]{}&*!|>%@`'\"")
SMALL_FROM_LEVEL = 3  # what stands further out is a name with a block below it
_SCALAR = (str, int, float, bool, type(None))
_PLAIN = "tag:yaml.org,2002:"
_COLLECTIONS = frozenset({f"{_PLAIN}map", f"{_PLAIN}seq"})


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a file.

    Attributes:
        sentence: What, and what to do.
        path: Where inside the document: `("types", 0, "fields", 2, "kind")`.
        line: Counted from 1; 0 when unknown.
    """

    sentence: str
    path: Path = ()
    line: int = 0

    def __str__(self) -> str:
        place = _("line %(line)d") % {"line": self.line} if self.line else ""
        where = ", ".join(part for part in (place, path_text(self.path)) if part)
        return f"{where}: {self.sentence}" if where else self.sentence


class SolutionRefused(ConfigurationRefused):
    """A solution cannot be applied; `problems` says where and why."""

    code = "solution_refused"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True)
class Document:
    """A solution: plain data, and the line of each part of it."""

    content: Mapping[str, Any]
    lines: Mapping[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """Return the line of a part, or of the nearest part around it; 0 when unknown."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 0

    def problem(self, sentence: str, path: Path = ()) -> Problem:
        """Return a problem at a place of this document."""
        return Problem(sentence, path, self.line(path))


def read(text: str | bytes) -> Document:
    """Return the document that a file holds.

    Raises:
        SolutionRefused: it is too large, no YAML, or no mapping.
    """
    source = _decoded(text)
    try:
        _refuse_odd(source)
        node = _yaml().compose(source)
    except MarkedYAMLError as wrong:
        mark = wrong.problem_mark
        problem = " ".join(str(wrong.problem or wrong.context or "").split())
        sentence = _("This is no YAML: %(problem)s.") % {"problem": problem}
        line = mark.line + 1 if mark else 0
        raise SolutionRefused([Problem(sentence, line=line)]) from wrong
    except (YAMLError, RecursionError) as wrong:
        raise SolutionRefused([Problem(_("This file cannot be read as YAML."))]) from wrong
    if not isinstance(node, MappingNode):
        raise SolutionRefused([Problem(_("A solution file begins with names like “types:”."))])
    lines: dict[Path, int] = {}
    content = _plain(node, (), lines)
    return Document(content, lines)


def write(content: Mapping[str, Any]) -> str:
    """Return a document as YAML: keys in their order, the same bytes for the same content."""
    yaml = YAML(typ="rt", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    yaml.dump(_laid_out(content), out)
    return out.getvalue()


def path_text(path: Path) -> str:
    """Return a path as people read it: `types[0].fields[2].kind`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).lstrip(".")


def _laid_out(value: Any, level: int = 0) -> Any:
    """Return the value with small inner entries on one line: stages, options, grants."""
    if isinstance(value, Mapping):
        made = CommentedMap((key, _laid_out(each, level + 1)) for key, each in value.items())
        if level >= SMALL_FROM_LEVEL and _is_small(value):
            made.fa.set_flow_style()
        return made
    if isinstance(value, list | tuple):
        listed = CommentedSeq(_laid_out(each, level + 1) for each in value)
        if all(isinstance(each, _SCALAR) for each in value) and _is_short(value):
            listed.fa.set_flow_style()
        return listed
    # The library writes some of these bare inside entries on one line, and cannot read them.
    if isinstance(value, str) and _MARKS.intersection(value):
        return SingleQuotedScalarString(value)
    return value


def _is_small(entry: Mapping[str, Any]) -> bool:
    return _is_short(entry) and all(
        isinstance(each, _SCALAR)
        or (isinstance(each, list) and all(isinstance(one, _SCALAR) for one in each))
        for each in entry.values()
    )


def _is_short(value: Any) -> bool:
    return len(str(value)) <= LONGEST_LINE and "\\n" not in str(value)


def _decoded(text: str | bytes) -> str:
    if len(text) > MOST_BYTES:
        raise SolutionRefused(
            [Problem(_("The file is larger than %(limit)d bytes.") % {"limit": MOST_BYTES})]
        )
    if isinstance(text, str):
        return text
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise SolutionRefused([Problem(_("The file is not text in UTF-8."))]) from wrong


def _yaml() -> YAML:
    return YAML(typ="safe", pure=True)


def _refuse_odd(source: str) -> None:
    """Refuse aliases, and nesting that would take the parser minutes, while reading on."""
    level = 0
    for event in _yaml().parse(source):
        line = event.start_mark.line + 1
        if isinstance(event, CollectionStartEvent):
            level += 1
            if level > MOST_LEVELS:
                raise SolutionRefused([Problem(_("This is nested too deeply."), line=line)])
        if isinstance(event, CollectionEndEvent):
            level -= 1
        if isinstance(event, AliasEvent):
            sentence = _("Aliases (*%(name)s) are not used in solution files. Write it out.")
            raise SolutionRefused([Problem(sentence % {"name": event.anchor}, line=line)])


def _plain(node: Node, path: Path, lines: dict[Path, int]) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if not isinstance(node, ScalarNode) and str(node.tag) not in _COLLECTIONS:
        raise SolutionRefused([_unknown_tag(str(node.tag), path, line)])
    if isinstance(node, MappingNode):
        return dict(_pairs(node, path, lines))
    if isinstance(node, SequenceNode):
        return [_plain(each, (*path, n), lines) for n, each in enumerate(node.value)]
    return _scalar(node, path, line)


def _pairs(node: MappingNode, path: Path, lines: dict[Path, int]) -> Iterator[tuple[str, Any]]:
    seen: set[str] = set()
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, ScalarNode):
            raise SolutionRefused([Problem(_("A name must be one word of text."), path, line)])
        key = str(key_node.value)
        if key in seen:
            raise SolutionRefused(
                [Problem(_("“%(name)s” stands here twice.") % {"name": key}, path, line)]
            )
        seen.add(key)
        lines[*path, key] = line
        yield key, _plain(value_node, (*path, key), lines)


def _scalar(node: Node, path: Path, line: int) -> Any:
    text = str(node.value)
    tag = str(node.tag).removeprefix(_PLAIN)
    if tag == "null":
        return None
    if tag == "bool":
        return text.lower() == "true"
    # What YAML also calls a number (octals, 1_000) or a date is text here.
    if tag == "int" and _INTEGER.fullmatch(text) and len(text) < 20:
        return int(text)
    if tag == "float":
        return _number(text, path, line)
    if tag in {"str", "int", "timestamp"}:
        return text
    raise SolutionRefused([_unknown_tag(tag, path, line)])


def _unknown_tag(tag: str, path: Path, line: int) -> Problem:
    return Problem(_("The tag “%(tag)s” is not known.") % {"tag": tag}, path, line)


def _number(text: str, path: Path, line: int) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise SolutionRefused([Problem(_("“%(text)s” is no number.") % {"text": text}, path, line)])
    return number
