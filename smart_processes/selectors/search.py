"""Finding records and people by words or by number, among what the reader may view."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber

from accounts.actor import Actor
from accounts.models import User
from smart_processes.models import Item
from smart_processes.schema import Schema, TypeSchema, schema_for
from smart_processes.selectors.records import visible_items

FOUND_PER_TYPE = 8
FOUND_PEOPLE = 8
FEWEST_LETTERS = 2
LONGEST_SEARCH = 200  # characters
MOST_WORDS = 10
LARGEST_NUMBER = 2**53

_ID = re.compile(r"#([0-9]{1,15})")
_NUMBER = re.compile(r"([0-9]{1,15})")
_PREFIXED = re.compile(r"([a-z0-9_]{1,8})-0*([0-9]{1,15})")


@dataclass(frozen=True)
class FoundType:
    """What was found of one type, the best first; `has_more`: there is more than that."""

    type_schema: TypeSchema
    records: list[Item]
    has_more: bool


@dataclass(frozen=True)
class Found:
    """The answer to a search.

    Attributes:
        words: What was looked for, in lower case.
        types: In the order of the menu; types without a hit are left out.
        people: Active colleagues whose name or user name has the words.
    """

    words: tuple[str, ...]
    types: list[FoundType]
    people: list[User]

    @property
    def record_count(self) -> int:
        """How many records are shown."""
        return sum(len(each.records) for each in self.types)


def search(actor: Actor, text: str, *, per_type: int = FOUND_PER_TYPE) -> Found:
    """Return what the words find (three queries at most).

    Every word must stand in what a record is found by. A number (`REQ-000123`, `123`) or an
    id (`#17`) comes first. Fewer than two letters find numbers alone.
    """
    words = words_of(text)
    if not words:
        return Found((), [], [])
    schema = schema_for(actor)
    exact = _by_number(actor, schema, " ".join(words))
    has_letters = any(len(word) >= FEWEST_LETTERS for word in words)
    found = _by_words(actor, words, per_type) if has_letters else []
    people = _people(words) if has_letters else []
    return Found(words, _grouped(schema, [*exact, *found], per_type), people)


def words_of(text: str) -> tuple[str, ...]:
    """Return the words to look for: composed, lower-cased, not too many."""
    composed = unicodedata.normalize("NFC", text[:LONGEST_SEARCH]).replace("\x00", "")
    return tuple(dict.fromkeys(composed.lower().split()[:MOST_WORDS]))


def find_records(
    actor: Actor, text: str, *, type_code: str | None = None, limit: int = FOUND_PER_TYPE
) -> list[Item]:
    """Return records to choose from, of one type or of all, the best first (two queries).

    Nothing typed gives those that changed last.
    """
    words = words_of(text)
    schema = schema_for(actor)
    of_type = visible_items(actor, [type_code] if type_code else None)
    if not words:
        return list(of_type.defer("search", "values").order_by("-updated_at", "-pk")[:limit])
    exact = [
        item
        for item in _by_number(actor, schema, " ".join(words))
        if type_code is None or schema.of(item).code == type_code
    ]
    matching = of_type.filter(_has_words(words)).annotate(rank=_rank(words))
    found = list(matching.defer("search", "values").order_by("rank", "-updated_at", "-pk")[:limit])
    return list({item.pk: item for item in [*exact, *found]}.values())[:limit]


def _by_number(actor: Actor, schema: Schema, text: str) -> list[Item]:
    condition = _number_condition(schema, text)
    if condition is None:
        return []
    visible = visible_items(actor).filter(condition).defer("search", "values")
    return list(visible.order_by("-updated_at", "-pk")[:FOUND_PER_TYPE])


def _number_condition(schema: Schema, text: str) -> Q | None:
    if (found := _ID.fullmatch(text)) and 0 < int(found[1]) < LARGEST_NUMBER:
        return Q(pk=int(found[1]))
    if (found := _NUMBER.fullmatch(text)) and int(found[1]) < LARGEST_NUMBER:
        # Named types keep the query on the index of type and number.
        return Q(number=int(found[1]), type_id__in=list(schema.types_by_id))
    if found := _PREFIXED.fullmatch(text):
        types = [
            each.type.pk
            for each in schema.types.values()
            if each.type.number_prefix and each.type.number_prefix.lower() == found[1]
        ]
        if types and int(found[2]) < LARGEST_NUMBER:
            return Q(number=int(found[2]), type_id__in=types)
    return None


def _by_words(actor: Actor, words: Sequence[str], per_type: int) -> list[Item]:
    """Return the best of each type, one more than is shown (one query over all types)."""
    place = Window(
        RowNumber(),
        partition_by=F("type_id"),
        order_by=[F("rank").asc(), F("updated_at").desc(), F("pk").desc()],
    )
    matching: QuerySet[Item] = visible_items(actor).filter(_has_words(words))
    ranked = matching.annotate(rank=_rank(words)).annotate(place=place)
    best = ranked.filter(place__lte=per_type + 1).defer("search", "values")
    return list(best.order_by("type_id", "place"))


def _has_words(words: Sequence[str]) -> Q:
    condition = Q()
    for word in words:
        condition &= Q(search__contains=word)
    return condition


def _rank(words: Sequence[str]) -> Case:
    """Return 0 where the words stand together at the beginning of a word, else 1.

    The number stands before the title, so every title begins behind a space.
    """
    together = When(search__contains=" " + " ".join(words), then=Value(0))
    return Case(together, default=Value(1), output_field=IntegerField())


def _grouped(schema: Schema, items: Sequence[Item], per_type: int) -> list[FoundType]:
    by_type: dict[int, dict[int, Item]] = {pk: {} for pk in schema.types_by_id}
    for item in items:
        by_type[item.type_id].setdefault(item.pk, item)
    return [
        FoundType(each, list(found.values())[:per_type], has_more=len(found) > per_type)
        for each in schema.types.values()
        if (found := by_type[each.type.pk])
    ]


def _people(words: Sequence[str]) -> list[User]:
    """Return colleagues by name (one query). Python compares: SQLite folds no Cyrillic."""
    everybody = User.objects.filter(is_active=True).select_related("department")
    named = everybody.order_by("first_name", "last_name", "username")
    found: list[User] = []
    for user in named:
        text = f"{user.full_name} {user.username} {user.email}".lower()
        if all(word in text for word in words):
            found.append(user)
            if len(found) == FOUND_PEOPLE:
                break
    return found
