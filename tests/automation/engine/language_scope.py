"""A scope for tests of the language: values by `Source:path`, and what it may offer besides."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from automation.engine.scope import UnknownReference

MINSK = ZoneInfo("Europe/Minsk")
BERLIN = ZoneInfo("Europe/Berlin")
SUNDAY = datetime(2026, 11, 22, 10, 0, tzinfo=MINSK)


@dataclass
class Values:
    """Answers references out of a dictionary."""

    values: Mapping[str, Any] = field(default_factory=dict)
    now: datetime = SUNDAY

    def lookup(self, source: str, path: tuple[str, ...]) -> Any:
        name = f"{source}:{'.'.join(path)}"
        if name not in self.values:
            raise UnknownReference(source, path)
        return self.values[name]


class FiveDays:
    """Monday to Friday, nine to six."""

    def is_work_day(self, day: date, person: Any = None) -> bool:
        return day.weekday() < 5

    def is_work_time(self, moment: datetime, person: Any = None) -> bool:
        return self.is_work_day(moment.date()) and time(9) <= moment.time() < time(18)

    def add_work_days(self, moment: datetime, days: int, person: Any = None) -> datetime:
        step = timedelta(days=1 if days > 0 else -1)
        while days:
            moment += step
            days -= self.is_work_day(moment.date()) * step.days
        return moment

    def add_work_time(self, moment: datetime, span: timedelta, person: Any = None) -> datetime:
        return moment + span


class OneHead:
    """Everybody's head is 7, who lives in Berlin like everybody."""

    def head_of(self, person: Any, level: int = 1) -> Any:
        return 7 if level == 1 else None

    def zone_of(self, person: Any) -> tzinfo:
        return BERLIN


@dataclass
class Company(Values):
    """A scope that offers everything."""

    language: str = "ru"
    calendar: FiveDays = field(default_factory=FiveDays)
    people: OneHead = field(default_factory=OneHead)
    chance: random.Random = field(default_factory=lambda: random.Random(5))
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    def present(self, source: str, path: tuple[str, ...], value: Any, modifier: str) -> Any:
        return f"<{modifier} {source}:{'.'.join(path)} {value}>"

    def change_of(self, source: str, path: tuple[str, ...]) -> tuple[Any, Any] | None:
        return self.changes.get(f"{source}:{'.'.join(path)}")
