"""Pages of a sorted list by the values of the last row, at any depth for the same price.

The next page is asked as a range of the first sort term, so an index is entered where the
page begins; a condition over all terms alone would be walked from the start. Rows without
a value stand last ascending and first descending, on both databases, and are asked for by
a second query only where a page reaches them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import Expression, F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext as _

ModelT = TypeVar("ModelT", bound=Model)

_SALT = "smart_processes.keyset"


class CursorRefused(ValueError):
    """The cursor was not made by us, or for another order; `message` says what to do."""

    def __init__(self) -> None:
        self.message = _("This page of the list is gone. Open the list again.")
        super().__init__(self.message)


@dataclass(frozen=True)
class OrderTerm:
    """One term of an order.

    Attributes:
        name: What the term is called in cursors, for example a field's code.
        expression: What is compared.
        is_descending: Largest first.
        is_nullable: False where every row has a value; one query is saved then.
    """

    name: str
    expression: Expression | F
    is_descending: bool = False
    is_nullable: bool = True

    @property
    def by(self) -> OrderBy:
        """The term as `order_by` takes it."""
        if not self.is_nullable:
            return OrderBy(self.expression, descending=self.is_descending)
        # These two agree on both databases and run along an index on both.
        if self.is_descending:
            return OrderBy(self.expression, descending=True, nulls_first=True)
        return OrderBy(self.expression, nulls_last=True)


@dataclass(frozen=True)
class Page(Generic[ModelT]):
    """Rows in order, and the cursors of the pages around them; None where there is none."""

    rows: list[ModelT]
    next_cursor: str | None
    previous_cursor: str | None


@dataclass(frozen=True)
class Neighbours(Generic[ModelT]):
    """The rows around one row of a list, and its place from 1 on.

    Attributes:
        place: None where more rows than were counted stand before it.
        count: Of all rows; None where there are more than were counted.
    """

    previous: ModelT | None
    next: ModelT | None
    place: int | None
    count: int | None


def with_primary_key(terms: Sequence[OrderTerm]) -> list[OrderTerm]:
    """Return the order made total: by primary key at the end, in the last term's direction."""
    last = terms[-1] if terms else None
    descending = last.is_descending if last else False
    return [*terms, OrderTerm("id", F("pk"), is_descending=descending, is_nullable=False)]


def keyset_page(
    queryset: QuerySet[ModelT], order: Sequence[OrderTerm], *, after: str | None, size: int
) -> Page[ModelT]:
    """Return one page (one query; two where values end and rows without one begin).

    Args:
        queryset: Filtered; its own order is replaced.
        order: Terms that end in a unique one (`with_primary_key`).
        after: A cursor of a page with the same order; None for the first page.
        size: Rows at most.

    Raises:
        CursorRefused: the cursor is forged, damaged or of another order.
    """
    names = [f"{'-' if term.is_descending else ''}{term.name}" for term in order]
    values, backwards = _read(after, names) if after else (None, False)
    # Going back is going forward in the opposite order.
    terms = [replace(t, is_descending=not t.is_descending) for t in order] if backwards else order
    columns = {f"keyset_{number}": term.expression for number, term in enumerate(terms)}
    rows: list[ModelT] = []
    for part in _parts(queryset.annotate(**columns), list(terms), values):
        ordered = part.order_by(
            *(replace(t, expression=F(c)).by for c, t in zip(columns, terms, strict=True))
        )
        rows += ordered[: size + 1 - len(rows)]
        if len(rows) > size:
            break
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    has_next, has_previous = (bool(after), more) if backwards else (more, bool(after))

    def cursor(row: ModelT, *, back: bool) -> str:
        found = [_to_json(getattr(row, column)) for column in columns]
        return signing.dumps([names, found, back], salt=_SALT, compress=True)

    return Page(
        rows=rows,
        next_cursor=cursor(rows[-1], back=False) if rows and has_next else None,
        previous_cursor=cursor(rows[0], back=True) if rows and has_previous else None,
    )


def neighbours(
    queryset: QuerySet[ModelT], order: Sequence[OrderTerm], pk: int, *, counted: int
) -> Neighbours[ModelT] | None:
    """Return what stands around a row (seven queries at most); None when it is not there.

    Args:
        queryset: Filtered; its own order is replaced.
        order: Terms that end in a unique one (`with_primary_key`).
        pk: The row.
        counted: How many rows are counted at most, so that a long list costs no more.
    """
    columns = {f"keyset_{number}": term.expression for number, term in enumerate(order)}
    annotated = queryset.annotate(**columns)
    row = annotated.filter(pk=pk).values_list(*columns).first()
    if row is None:
        return None
    count = queryset.order_by()[: counted + 1].count()
    around: list[ModelT | None] = []
    before = 0
    for is_back in (True, False):
        terms = [replace(t, is_descending=t.is_descending != is_back) for t in order]
        closest: ModelT | None = None
        for part in _parts(annotated, terms, list(row)):
            by = [replace(t, expression=F(c)).by for c, t in zip(columns, terms, strict=True)]
            closest = closest or part.order_by(*by).first()
            if is_back and before <= counted:
                before += part.order_by()[: counted + 1].count()
        around.append(closest)
    return Neighbours(
        previous=around[0],
        next=around[1],
        place=before + 1 if before <= counted else None,
        count=count if count <= counted else None,
    )


def _parts(
    queryset: QuerySet[ModelT], terms: list[OrderTerm], values: list[Any] | None
) -> Iterator[QuerySet[ModelT]]:
    """Yield the querysets that follow one another in the order, each along one range."""
    first = terms[0]
    if values is None:
        yield queryset
        return
    value = values[0]
    without = Q(keyset_0__isnull=True)
    if value is not None:
        edge = "lte" if first.is_descending else "gte"
        # The range is implied by the condition, but only the range enters the index.
        yield queryset.filter(**{f"keyset_0__{edge}": value}).filter(_following(terms, values))
        if first.is_nullable and not first.is_descending:
            yield queryset.filter(without)
        return
    rest = _following(terms[1:], values[1:], start=1)
    yield queryset.filter(without).filter(rest)
    if first.is_descending:
        yield queryset.filter(~without)


def _following(terms: Sequence[OrderTerm], values: Sequence[Any], start: int = 0) -> Q:
    """Return the condition that a row comes after the values."""
    condition = Q(pk__in=[])
    for number, (term, value) in reversed(list(enumerate(zip(terms, values, strict=True), start))):
        column = f"keyset_{number}"
        is_null = Q(**{f"{column}__isnull": True})
        same = is_null if value is None else Q(**{column: value})
        condition = (same & condition) | _beyond(term, column, value, is_null)
    return condition


def _beyond(term: OrderTerm, column: str, value: Any, is_null: Q) -> Q:
    if value is None:
        return ~is_null if term.is_descending else Q(pk__in=[])
    if term.is_descending:
        return Q(**{f"{column}__lt": value})
    larger = Q(**{f"{column}__gt": value})
    return larger | is_null if term.is_nullable else larger


def _read(cursor: str, names: list[str]) -> tuple[list[Any], bool]:
    try:
        order, values, backwards = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError) as wrong:
        raise CursorRefused from wrong
    if order != names:
        raise CursorRefused
    return [_from_json(value) for value in values], bool(backwards)


def _to_json(value: Any) -> Any:
    """Return a value that JSON keeps exactly; microseconds count."""
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    return value


def _from_json(stored: Any) -> Any:
    if not isinstance(stored, dict):
        return stored
    ((kind, text),) = stored.items()
    readers: dict[str, Callable[[str], Any]] = {
        "datetime": datetime.fromisoformat,
        "date": date.fromisoformat,
        "decimal": Decimal,
    }
    return readers[kind](text)
