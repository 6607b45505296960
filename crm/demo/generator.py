"""What the demo's records are made of, drawn from one seeded source of chance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from anyascii import anyascii
from django.utils import timezone

from crm.demo import words

T = TypeVar("T")
SEED = 20


class Generator:
    """Names, moments and amounts; the same ones each time, counted from today."""

    def __init__(self) -> None:
        """Begin the sequence."""
        self._random = Random(SEED)  # noqa: S311  # a demo, no secret
        today = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
        self.now = min(today, timezone.now())
        self._phone = 0

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of them."""
        return self._random.choice(choices)

    def weighted(self, choices: dict[T, int]) -> T:
        """Return one of them; the numbers say how often each comes."""
        return self._random.choices(list(choices), list(choices.values()))[0]

    def chance(self, percent: int) -> bool:
        """Return True this often."""
        return self._random.randrange(100) < percent

    def number(self, low: int, high: int) -> int:
        """Return a whole number between the two, both included."""
        return self._random.randint(low, high)

    def person(self) -> tuple[str, str]:
        """Return first and last name, now and then Russian ones."""
        if self.chance(15):
            first, is_woman = self.pick(words.RUSSIAN_FIRST_NAMES)
            last = self.pick(words.RUSSIAN_LAST_NAMES)
            return first, f"{last}а" if is_woman else last
        return self.pick(words.FIRST_NAMES), self.pick(words.LAST_NAMES)

    def phone(self) -> str:
        """Return a number of the range kept free for films and demos."""
        self._phone += 1
        return f"+44 20 7946 {self._phone % 1000:04d}"

    def email(self, *parts: str) -> str:
        """Return an address of a domain that belongs to nobody."""
        name = ".".join(anyascii(part).lower().replace("'", "") for part in parts)
        return f"{name}@example.com"

    def amount(self, usual: int) -> int:
        """Return an amount around the usual one, in whole hundreds."""
        return max(3, round(usual * self._random.lognormvariate(0, 0.5) / 100)) * 100

    def way(self, codes: Sequence[str], *, oldest_days: int) -> list[tuple[str, datetime]]:
        """Return when a record entered each of the stages: at office hours, up to now.

        Args:
            codes: The stages in order.
            oldest_days: How long ago the first one may be.
        """
        span = self.number(len(codes), max(oldest_days, len(codes)))
        cuts = sorted(self._random.sample(range(span * 2), len(codes)), reverse=True)
        moments = sorted(self._office_hours(cut / 2) for cut in cuts)
        return list(zip(codes, moments, strict=True))

    def between(self, first: datetime, last: datetime) -> datetime:
        """Return a moment between the two."""
        return first + (last - first) * self._random.random()

    def _office_hours(self, days_ago: float) -> datetime:
        moment = self.now - timedelta(days=days_ago, minutes=self.number(0, 200))
        while moment.weekday() > 4:
            moment -= timedelta(days=1)
        return moment
