"""The filter of a board or list: what it finds, how it is told, what is wrong in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from django.db.models import QuerySet

from accounts.actor import Actor
from crm.web.page_query import SEARCH, SORT, PageQuery
from smart_processes.filter_bar import describe_filters, filter_references
from smart_processes.filters import RecordFilterSet, filterset_for
from smart_processes.models import Item, SavedView
from smart_processes.schema import TypeSchema
from smart_processes.selectors.lookups import lookups_for
from smart_processes.selectors.names import load_names

LONGEST_CHIP = 60  # characters of what somebody put into the address by hand


@dataclass(frozen=True)
class Chip:
    """One condition of the filter.

    Attributes:
        code: The field that it is about; what the "+ Filter" menu opens.
        text: What it says.
        remove_url: The page without it.
        is_wrong: It cannot be fulfilled: an unknown parameter or a value of the wrong kind.
    """

    code: str
    text: str
    remove_url: str
    is_wrong: bool = False


@dataclass
class PageFilter:
    """What is filtered by, read from the address or from the saved view.

    Attributes:
        actor: Who looks.
        type_schema: Whose records.
        asked: What the address says.
        view: The saved view shown, if any.
        url_of: Makes an address.
    """

    actor: Actor
    type_schema: TypeSchema
    asked: PageQuery
    view: SavedView | None
    url_of: Callable[[PageQuery], str]

    @cached_property
    def chosen(self) -> PageQuery:
        """The address as it holds: the view's filter and sort where it has none of its own."""
        if self.view is None:
            return self.asked
        chosen = self.asked
        if not chosen.is_explicit:
            chosen = replace(chosen, filters=self.view.filters)
        return replace(chosen, sort=chosen.sort or self.view.sort)

    @cached_property
    def wrong_sort(self) -> list[str]:
        """Sentences about a sort that is not possible; the records are shown all the same.

        A saved view may sort by a field that is gone.
        """
        if not self.chosen.sort:
            return []
        return self._made(PageQuery(sort=self.chosen.sort).data).sentences

    @cached_property
    def filterset(self) -> RecordFilterSet:
        """The filter set with what was given."""
        given = self.chosen.data
        if self.wrong_sort:
            given.pop(SORT)
        return self._made(given)

    def _made(self, given: object) -> RecordFilterSet:
        made = filterset_for(self.type_schema)
        nothing = Item._base_manager.none()
        return made(given, nothing, lookups=lookups_for(self.actor))  # type: ignore[arg-type]  # a MultiValueDict is a mapping with lists

    def apply(self, records: QuerySet[Item]) -> QuerySet[Item]:
        """Return those that fulfil the filter, unordered; none when anything in it is wrong."""
        if not self.filterset.is_valid():
            return records.none()
        filtered: QuerySet[Item] = self.filterset.filter_queryset(records)
        return filtered.order_by()

    @property
    def sentences(self) -> list[str]:
        """What is wrong, one sentence each."""
        return [*self.filterset.sentences, *self.wrong_sort]

    @property
    def sort(self) -> str:
        """What the records are sorted by, as the parameter says it."""
        return self.filterset.sort

    @property
    def search(self) -> str:
        """The words searched for."""
        return " ".join(self.chosen.filters.get(SEARCH, ()))

    @property
    def kept_beside_search(self) -> list[tuple[str, str]]:
        """The other parameters, which the search sends along; its own is always sent."""
        return self.kept_without(SEARCH)

    def kept_without(self, *parameters: str) -> list[tuple[str, str]]:
        """Return the parameters of the page but for some of the filter's."""
        rest = replace(self.chosen, sort=self.asked.sort).without(*parameters)
        return [(name, value) for name, values in rest.to_query().lists() for value in values]

    @property
    def is_filtering(self) -> bool:
        """Whether any condition holds, or would if it were right."""
        return self.filterset.is_filtering or bool(self._wrong)

    @property
    def is_changed(self) -> bool:
        """Whether the page shows something else than its saved view."""
        if self.view is None:
            return bool(self.chosen.filters) or bool(self.chosen.sort)
        kept = {name: list(values) for name, values in self.view.filters.items()}
        shown = {name: list(values) for name, values in self.chosen.filters.items()}
        return shown != kept or self.chosen.sort != self.view.sort

    @cached_property
    def chips(self) -> list[Chip]:
        """The conditions but for the search, wrong ones first (two queries at most: names)."""
        chips = [
            Chip(name, self._as_given(name), self._url_without(name), is_wrong=True)
            for name in self.chosen.filters
            if name in self._wrong
        ]
        names = load_names(filter_references(self.filterset), actor=self.actor)
        return chips + [
            Chip(each.code, each.text, self._url_without(each.remove_param))
            for each in describe_filters(self.filterset, names)
            if each.code != SEARCH
        ]

    @property
    def _wrong(self) -> set[str]:
        return {*self.filterset.unknown, *self.filterset.errors} - {SORT}

    def _as_given(self, name: str) -> str:
        return f"{name}: {', '.join(self.chosen.filters[name])}"[:LONGEST_CHIP]

    def _url_without(self, parameter: str) -> str:
        return self.url_of(replace(self.chosen, sort=self.asked.sort).without(parameter))
