"""The columns page of the import wizard: what each column of the file goes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.web.import_form import EMPTY, content_text
from crm.web.import_hints import Hint, Hints, Option
from crm.web.import_upload import Upload
from smart_processes.imports.csv_files import DELIMITERS, ENCODINGS
from smart_processes.imports.mapping import (
    FULL_NAME,
    PIPELINE,
    STAGE,
    ImportMapping,
    OnExisting,
    Rule,
)
from smart_processes.imports.rows import CSV, Row, Table, cell_text, is_blank
from smart_processes.imports.targets import targets_of
from smart_processes.lookups import Lookups
from smart_processes.schema import TypeSchema

# Of a column; enough to see what stands in it.
SHOWN_VALUES = 3
# Values to match one by one; whoever has more corrects the file.
MOST_MATCHED = 100


@dataclass(frozen=True)
class ValueRow:
    """A value of the file with what it may mean."""

    text: str
    options: Sequence[Option]


@dataclass(frozen=True)
class ColumnRow:
    """One column of the file.

    Attributes:
        place: Its place in the file, counted from 0.
        heading: Its name.
        values: Its first values, different ones.
        targets: What it may go to.
        hint: What stands beside it; None where it is left out.
        matches: Its values that somebody may match.
    """

    place: int
    heading: str
    values: str
    targets: Sequence[Option]
    hint: Hint | None
    matches: Sequence[ValueRow]


@dataclass(frozen=True)
class FixedRow:
    """A field that is filled in the same way in every row."""

    to: str
    label: str
    text: str
    is_constant: bool


@dataclass
class ColumnsPage:
    """What the template knows as `page`.

    Attributes:
        type_schema: What the rows become.
        upload: The file.
        table: The file, opened.
        row_count: How many rows it has, where that is known.
        mapping: What goes where so far.
        sample: Its first rows.
        lookups: What finds people and records.
        problems: Why the file cannot be checked like this.
        has_robots: Whether the type has robots that could be started.
        starts_robots: Whether they are to be, for new records.
    """

    type_schema: TypeSchema
    upload: Upload
    table: Table
    row_count: int | None
    mapping: ImportMapping
    sample: Sequence[Row]
    lookups: Lookups
    problems: Sequence[str] = ()
    has_robots: bool = False
    starts_robots: bool = False

    @property
    def content(self) -> str:
        """The mapping, as the form carries it."""
        return content_text(self.mapping)

    @property
    def layout_text(self) -> str:
        """How the file is read: "418 rows, UTF-8, semicolon"."""
        layout = self.table.layout
        parts = []
        if self.row_count is not None:
            parts.append(
                ngettext("%(count)d row", "%(count)d rows", self.row_count)
                % {"count": self.row_count}
            )
        if self.is_csv:
            parts.append(str(ENCODINGS.get(layout.encoding or "", layout.encoding)))
            parts.append(str(DELIMITERS.get(layout.delimiter or "", layout.delimiter)))
        elif layout.sheet:
            parts.append(layout.sheet)
        return ", ".join(parts)

    @property
    def is_csv(self) -> bool:
        """Whether encoding and delimiter may be chosen."""
        return self.table.kind == CSV

    @property
    def check_label(self) -> str:
        """What the page's button says."""
        if self.row_count is None:
            return _("Check the rows")
        return ngettext("Check %(count)d row", "Check %(count)d rows", self.row_count) % {
            "count": self.row_count
        }

    @property
    def encodings(self) -> list[Option]:
        """The encodings that may be chosen."""
        return _options(ENCODINGS, self.table.layout.encoding or "")

    @property
    def delimiters(self) -> list[Option]:
        """The delimiters that may be chosen."""
        return _options(DELIMITERS, self.table.layout.delimiter or "")

    @property
    def sheets(self) -> list[Option]:
        """The sheets that may be chosen."""
        return _options({name: name for name in self.table.sheets}, self.table.layout.sheet or "")

    @cached_property
    def columns(self) -> list[ColumnRow]:
        """The file's columns in their order."""
        by_heading = {rule.column: rule for rule in self.mapping.rules if rule.column}
        return [
            self._column(place, heading, by_heading.get(heading))
            for place, heading in enumerate(self.table.headings)
        ]

    @property
    def matched_count(self) -> int:
        """How many columns go to a field and show no problem."""
        return sum(1 for row in self.columns if row.hint and not row.hint.problem)

    @property
    def open_count(self) -> int:
        """How many columns somebody should decide about."""
        return sum(1 for row in self.columns if row.hint and row.hint.problem)

    @property
    def left_out_count(self) -> int:
        """How many columns go nowhere."""
        return sum(1 for row in self.columns if row.hint is None)

    @property
    def fixed(self) -> list[FixedRow]:
        """The fields that no single column fills."""
        return [
            FixedRow(
                rule.to,
                self._labels.get(rule.to, rule.to),
                rule.template or " / ".join(rule.path) or str(rule.constant or ""),
                is_constant=not (rule.template or rule.path),
            )
            for rule in self.mapping.rules
            if not rule.column
        ]

    @property
    def addable(self) -> list[Option]:
        """The fields that may be given one value for every row."""
        filled = {rule.to for rule in self.mapping.rules}
        return [
            Option(code, label, is_chosen=False)
            for code, label in self._labels.items()
            if code not in filled and code != FULL_NAME
        ]

    @property
    def keys(self) -> list[Option]:
        """By what a record may be found again: what the columns fill."""
        now = ",".join(self.mapping.key)
        fields = self.type_schema.fields
        codes = [
            rule.to
            for rule in self.mapping.rules
            if (field := fields.get(rule.to)) is not None
            and rule.to != "amount"
            and field.type.kind != "link"
        ]
        keys = {"": _("nothing: every row is a new record")}
        keys |= {code: self._labels[code] for code in codes if code in self._labels}
        if now and now not in keys:
            keys[now] = ", ".join(self._labels.get(code, code) for code in self.mapping.key)
        return _options(keys, now)

    @property
    def ways(self) -> list[Option]:
        """What may happen to a record that is found."""
        return _options(
            {
                OnExisting.FILL: _("Fill empty fields only"),
                OnExisting.UPDATE: _("Replace values"),
                OnExisting.SKIP: _("Leave as it is"),
            },
            self.mapping.existing,
        )

    @cached_property
    def _labels(self) -> dict[str, str]:
        special = {
            STAGE: _("Stage"),
            PIPELINE: _("Pipeline"),
            FULL_NAME: _("Full name"),
        }
        return {
            code: str(field.label) if field is not None else special[code]
            for code, field in targets_of(self.type_schema).items()
        }

    @cached_property
    def _hints(self) -> Hints:
        titles = [
            self.table.headings.index(rule.column)
            for rule in self.mapping.rules
            if rule.to == "title" and rule.column in self.table.headings
        ]
        named = {cell_text(row.cells[place]) for row in self.sample for place in titles}
        return Hints(self.type_schema, self.lookups, frozenset(named))

    def _column(self, place: int, heading: str, rule: Rule | None) -> ColumnRow:
        cells = [row.cells[place] for row in self.sample]
        texts = dict.fromkeys(cell_text(cell) for cell in cells if not is_blank(cell))
        field = targets_of(self.type_schema).get(rule.to) if rule else None
        known = rule if rule and rule.to in self._labels else None
        hint = (
            self._hints.of(known, field, cells, is_key=known.to in self.mapping.key)
            if known
            else None
        )
        return ColumnRow(
            place,
            heading,
            " · ".join(list(texts)[:SHOWN_VALUES]),
            _options({"": _("Leave out"), **self._labels}, rule.to if rule else ""),
            hint,
            list(self._matches(known, hint)) if known and hint and hint.can_match else (),
        )

    def _matches(self, rule: Rule, hint: Hint) -> Iterator[ValueRow]:
        choices = self._choices(rule)
        usual = Counter([*rule.values, *hint.unmatched])
        for text in list(usual)[:MOST_MATCHED]:
            meant = rule.values.get(text, "")
            now = EMPTY if text in rule.values and meant is None else str(meant or "")
            options = {"": _("Refuse the row"), EMPTY: _("Leave it empty"), **choices}
            if now not in options:
                options[now] = now
            yield ValueRow(text, _options(options, now))

    def _choices(self, rule: Rule) -> dict[str, str]:
        if rule.to == STAGE:
            return {
                stage.name: stage.name
                for pipeline in self.type_schema.pipelines
                for stage in pipeline.stages
            }
        if rule.to == PIPELINE:
            return {each.pipeline.name: each.pipeline.name for each in self.type_schema.pipelines}
        field = self.type_schema.fields[rule.to]
        choices: Any = getattr(field.form_field(), "choices", ())
        return {str(value): str(label) for value, label in choices if str(value)}


def _options(labels: Mapping[str, object], chosen: str) -> list[Option]:
    return [Option(value, str(label), value == chosen) for value, label in labels.items()]
