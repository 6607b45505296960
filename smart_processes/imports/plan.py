"""A mapping bound to the columns of one file: where in a row each value stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from smart_processes.imports.mapping import ImportMapping, Rule, filled_in
from smart_processes.imports.refusals import MappingRefused
from smart_processes.imports.rows import Cell, Row, cell_text, is_blank

# Named at once in a refusal; a file may have hundreds.
_NAMED = 12


class Meanings:
    """What the texts of a column stand for."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        """Take a rule's value map; texts are compared as they are, then in any case."""
        self._values = {_squeezed(text): meant for text, meant in values.items()}
        self._folded = {text.casefold(): meant for text, meant in self._values.items()}

    def of(self, cell: Cell) -> Cell:
        """Return what a cell stands for, None for nothing."""
        if is_blank(cell):
            return None
        if not self._values:
            return cell
        text = _squeezed(cell_text(cell))
        meant: Cell = self._folded.get(text.casefold(), cell)
        meant = self._values.get(text, meant)
        return None if is_blank(meant) else meant


@dataclass(frozen=True)
class _Part:
    """A column inside a template, with what its own rule makes of its texts."""

    heading: str
    place: int
    meanings: Meanings


@dataclass(frozen=True)
class Source:
    """A rule that knows its columns by their places."""

    rule: Rule
    _meanings: Meanings
    _parts: tuple[_Part, ...]

    @property
    def places(self) -> tuple[int, ...]:
        """The places in a row of the columns it reads."""
        return tuple(part.place for part in self._parts)

    def raw(self, row: Row) -> Cell:
        """Return what the row has for the rule, None for nothing."""
        if self.rule.column:
            cell = row.cells[self._parts[0].place]
        elif self.rule.template:
            cell = self.filled(self.rule.template, row)
        else:
            cell = self.rule.constant
        return self._meanings.of(cell)

    def path(self, row: Row) -> list[str]:
        """Return the parts of a path, empty ones left out."""
        parts = (self.filled(template, row) for template in self.rule.path)
        return [part for part in parts if part]

    def filled(self, template: str, row: Row) -> str:
        """Return a template with the row's texts in it, each as its own column means it."""
        texts = {
            part.heading: cell_text(part.meanings.of(row.cells[part.place])) for part in self._parts
        }
        return filled_in(template, texts)


def bind(mapping: ImportMapping, headings: Sequence[str]) -> list[Source]:
    """Return the rules with the places of their columns.

    Raises:
        MappingRefused: the file lacks columns that the mapping names.
    """
    missing = sorted(mapping.columns - set(headings), key=str.casefold)
    if missing:
        sentence = ngettext(
            "The file has no column %(missing)s. It has: %(known)s.",
            "The file has no columns %(missing)s. It has: %(known)s.",
            len(missing),
        )
        raise MappingRefused(
            [sentence % {"missing": named(missing), "known": named(list(headings))}]
        )
    own = {rule.column: Meanings(rule.values) for rule in mapping.rules if rule.column}
    nothing = Meanings({})
    return [
        Source(
            rule,
            Meanings(rule.values),
            tuple(
                _Part(name, headings.index(name), own.get(name, nothing)) for name in rule.columns
            ),
        )
        for rule in mapping.rules
    ]


def left_out(mapping: ImportMapping, headings: Sequence[str]) -> list[str]:
    """Return the columns that no rule reads and that were not left out knowingly."""
    known = mapping.columns | set(mapping.ignored)
    return [heading for heading in headings if heading not in known]


def extra_cells(row: Row) -> str:
    """Return the sentence about cells without a heading; empty for none."""
    if not row.extra:
        return ""
    return ngettext(
        "%(count)d cell stands behind the last column. Is a delimiter not quoted?",
        "%(count)d cells stand behind the last column. Is a delimiter not quoted?",
        row.extra,
    ) % {"count": row.extra}


def named(names: Sequence[str]) -> str:
    """Return names as a sentence holds them, the first dozen of many."""
    shown = ", ".join(_("“%(text)s”") % {"text": name} for name in names[:_NAMED])
    return _("%(names)s, …") % {"names": shown} if len(names) > _NAMED else shown


def _squeezed(text: str) -> str:
    return " ".join(str(text).split())
