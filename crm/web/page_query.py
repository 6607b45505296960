"""The address of a board or a list: what is chosen there, and addresses that choose otherwise.

`?pipeline=sales&view=7` shows a saved view as it is. As soon as a condition is added or
removed the whole filter stands in the address, beside the view it began from; a `search`
parameter, empty if need be, tells that it does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

PIPELINE, VIEW, SORT, AFTER, SEARCH = "pipeline", "view", "sort", "after", "search"
# The view that shows everything: named where a person's own default is another one.
ALL = "all"
# Which part of an answer is wanted, and which page an action belongs to. No field's code
# begins like this.
PART, FACE = "_part", "_face"
# What the pages put beside the filter.
OWN_PARAMETERS = frozenset({PIPELINE, VIEW, SORT, AFTER, PART, FACE})

Filters = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class PageQuery:
    """What an address says.

    Attributes:
        pipeline: Code of a pipeline, or nothing.
        view: Id of a saved view, `ALL`, or nothing.
        sort: A field's code, with a minus for the largest first, or nothing.
        filters: The filter's parameters with their values, as they came.
        is_explicit: Whether the filter stands in the address, not in the view.
    """

    pipeline: str = ""
    view: str = ""
    sort: str = ""
    filters: Filters = field(default_factory=dict)
    is_explicit: bool = False

    @classmethod
    def read(cls, query: QueryDict, *, besides: frozenset[str] = frozenset()) -> PageQuery:
        """Return what an address says.

        Args:
            query: Its parameters.
            besides: Further parameters of this request that are no filters.
        """
        own = OWN_PARAMETERS | besides
        filters = {name: query.getlist(name) for name in query if name not in own}
        return cls(
            pipeline=query.get(PIPELINE, ""),
            view=query.get(VIEW, ""),
            sort=query.get(SORT, ""),
            filters={name: given for name, values in filters.items() if (given := _filled(values))},
            is_explicit=bool(filters),
        )

    def with_filters(self, filters: Filters) -> PageQuery:
        """Return the address of another filter."""
        return replace(self, filters=dict(filters), is_explicit=True)

    def without(self, *parameters: str) -> PageQuery:
        """Return the address without some conditions."""
        kept = {name: v for name, v in self.filters.items() if name not in parameters}
        return self.with_filters(kept)

    @property
    def data(self) -> MultiValueDict[str, str]:
        """The filter and the sort, as a filter set takes them."""
        parameters = MultiValueDict({name: list(values) for name, values in self.filters.items()})
        if self.sort:
            parameters[SORT] = self.sort
        return parameters

    def to_query(self) -> QueryDict:
        """Return the parameters of the address, in an order that is always the same."""
        query = QueryDict(mutable=True)
        for name, value in ((PIPELINE, self.pipeline), (VIEW, self.view)):
            if value:
                query[name] = value
        if self.is_explicit:
            for name in sorted(self.filters):
                query.setlist(name, list(self.filters[name]))
            if not self.filters and self.view:
                query[SEARCH] = ""
        if self.sort:
            query[SORT] = self.sort
        return query


def _filled(values: Sequence[str]) -> list[str]:
    return [value for value in values if value.strip()]
