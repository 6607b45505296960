"""What the columns page says about a column: how it is read, and what does not fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from smart_processes.field_types.base import Family, ValueRefused
from smart_processes.field_types.date import DAY_FIRST, MONTH_FIRST
from smart_processes.fields import Field
from smart_processes.imports.links import is_absent
from smart_processes.imports.mapping import FULL_NAME, PIPELINE, STAGE, Missing, Rule
from smart_processes.imports.plan import Meanings
from smart_processes.imports.rows import Cell, cell_text
from smart_processes.imports.targets import called, stage_called
from smart_processes.lookups import Lookups
from smart_processes.schema import TypeSchema

# Kinds whose values somebody can match one by one.
_MATCHED = frozenset({"choice", "user"})
# Families whose values are only looked at where they can go wrong.
_DATES = frozenset({Family.DATE, Family.MOMENT})


@dataclass(frozen=True)
class Option:
    """One choice of a small select."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Hint:
    """What stands beside a column.

    Attributes:
        text: How it is read.
        problem: What does not fit; somebody should decide.
        unmatched: Values that fit nothing, the most frequent first.
        select: Name of a small select, without the column's place; empty for none.
        options: Its options.
    """

    text: str = ""
    problem: str = ""
    unmatched: Sequence[str] = ()
    can_match: bool = False
    select: str = ""
    select_label: str = ""
    options: Sequence[Option] = field(default_factory=tuple)

    @property
    def match_label(self) -> str:
        """What the button of the matching dialog says."""
        return ngettext("Match %(count)d value", "Match %(count)d values", len(self.unmatched)) % {
            "count": len(self.unmatched)
        }


class Hints:
    """Hints for the columns of one page, from the first rows of the file."""

    def __init__(
        self, type_schema: TypeSchema, lookups: Lookups, titles: frozenset[str] = frozenset()
    ) -> None:
        """Make hints for a type.

        Args:
            type_schema: What rows become.
            lookups: What finds people and records.
            titles: How the file's own records are called; others of its rows may link to them.
        """
        self._type = type_schema
        self._lookups = lookups
        self._titles = titles

    def of(self, rule: Rule, source: Field | None, cells: Sequence[Cell], *, is_key: bool) -> Hint:
        """Return the hint of a column."""
        meanings = Meanings(rule.values)
        counted = Counter(
            cell_text(meant) for cell in cells if (meant := meanings.of(cell)) is not None
        )
        texts = [text for text, _count in counted.most_common()]
        if source is None:
            hint = self._of_place(rule, texts)
        elif source.type.kind == "link":
            hint = self._of_link(rule, source, texts)
        elif source.type.family in _DATES:
            hint = self._of_days(rule, source, texts)
        else:
            hint = self._of_values(rule, source, texts)
        if is_key and not hint.problem:
            return replace(hint, text=_("Finds what is there already"))
        return hint

    def _of_place(self, rule: Rule, texts: Sequence[str]) -> Hint:
        if rule.to == FULL_NAME:
            return Hint(_("Split into first and last name"))
        if rule.to == PIPELINE:
            pipelines = {p: (p.code, p.pipeline.name) for p in self._type.pipelines}
            unmatched = [text for text in texts if called(text, pipelines) is None]
        elif rule.to == STAGE:
            stages = self._type.pipelines
            unmatched = [
                text for text in texts if not any(stage_called(text, each) for each in stages)
            ]
        else:
            return Hint()
        return _matching(unmatched, _("Every value is known"))

    def _of_link(self, rule: Rule, source: Field, texts: Sequence[str]) -> Hint:
        source.prepare(texts, self._lookups)
        absent, others = [], []
        in_file = self._titles if source.config.get("target") == self._type.code else frozenset()
        for text, message in _refused(source, texts, self._lookups):
            if text in in_file:
                continue
            if is_absent(source, text, self._lookups):
                absent.append(text)
            else:
                others.append(message)
        missing = rule.link.missing if rule.link else Missing.REFUSE
        problem = others[0] if others else ""
        if absent and missing == Missing.REFUSE:
            problem = problem or _("“%(value)s” is not there") % {"value": absent[0][:60]}
        return Hint(
            _("%(found)d found, %(missing)d not")
            % {"found": len(texts) - len(absent) - len(others), "missing": len(absent)},
            problem,
            select="missing",
            select_label=_("What is not there"),
            options=[
                Option(Missing.REFUSE, _("refuse the row"), missing == Missing.REFUSE),
                Option(Missing.LEAVE_EMPTY, _("leave it empty"), missing == Missing.LEAVE_EMPTY),
                Option(Missing.CREATE, _("add it"), missing == Missing.CREATE),
            ],
        )

    def _of_days(self, rule: Rule, source: Field, texts: Sequence[str]) -> Hint:
        if date_format := rule.settings.get("date_format"):
            return Hint(_("Read as %(format)s") % {"format": date_format})
        order = rule.settings.get("date_order", "")
        bound = source.with_settings(**rule.settings)
        refused = list(_refused(bound, texts, self._lookups))
        if not any("/" in text or "." in text or "-" in text[:3] for text in texts):
            return Hint(problem=refused[0][1] if refused else "")
        problem = refused[0][1] if refused else ""
        return Hint(
            problem=_("Which comes first, day or month?") if problem and not order else problem,
            select="date_order",
            select_label=_("Order"),
            options=[
                Option("", _("as written"), not order),
                Option(DAY_FIRST, _("day/month/year"), order == DAY_FIRST),
                Option(MONTH_FIRST, _("month/day/year"), order == MONTH_FIRST),
            ],
        )

    def _of_values(self, rule: Rule, source: Field, texts: Sequence[str]) -> Hint:
        kind = source.type
        if kind.kind in _MATCHED:
            unmatched = [text for text, _m in _refused(source, texts, self._lookups)]
            fine = _("Every value is known") if texts else ""
            return _matching(unmatched, fine)
        bound = source.with_settings(**rule.settings) if rule.settings else source
        refused = list(_refused(bound, texts, self._lookups))
        problem = f"“{refused[0][0][:40]}”: {refused[0][1]}" if refused else ""
        mark = rule.settings.get("decimal_mark", "")
        if "decimal_mark" in kind.settings and (mark or any("," in text for text in texts)):
            return Hint(
                problem=problem,
                select="decimal_mark",
                select_label=_("Decimal mark"),
                options=[
                    Option("", _("as written"), not mark),
                    Option(",", _("comma"), mark == ","),
                    Option(".", _("point"), mark == "."),
                ],
            )
        if kind.kind == "money" and texts:
            currency = source.config.get("currency", "")
            return Hint(_("In %(currency)s") % {"currency": currency}, problem)
        return Hint(problem=problem)


def _matching(unmatched: Sequence[str], fine: str) -> Hint:
    if not unmatched:
        return Hint(fine, can_match=bool(fine))
    problem = _("“%(value)s” is not in the list") % {"value": unmatched[0][:60]}
    return Hint("", problem, unmatched, can_match=True)


def _refused(source: Field, texts: Sequence[str], lookups: Lookups) -> Iterator[tuple[str, str]]:
    """Yield the texts that the field does not take, with the reason."""
    for text in texts:
        try:
            source.parse(text, lookups=lookups)
        except ValueRefused as refusal:
            yield text, refusal.message
