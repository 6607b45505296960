"""What a scope may offer beyond references; a function that needs a missing part is refused.

All of them are optional attributes of the scope: the pure interpreter's tests need none.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Protocol, TypeVar, cast

from automation.engine.expressions.errors import Unfit
from automation.engine.scope import Scope

# (source, path, value, modifier) -> the value as the modifier asks for it.
Present = Callable[[str, tuple[str, ...], Any, str], Any]
# (source, path) -> (old, new), or None where nothing changed.
ChangeOf = Callable[[str, tuple[str, ...]], tuple[Any, Any] | None]
_Part = TypeVar("_Part")


class WorkCalendar(Protocol):
    """Working days and hours, of the company or of a person (an id).

    What lies too far away, or has no working time at all, raises ValueError.
    """

    def is_work_day(self, day: date, person: Any = None) -> bool:
        """Whether somebody works on that day."""
        ...

    def is_work_time(self, moment: datetime, person: Any = None) -> bool:
        """Whether somebody works at that moment."""
        ...

    def add_work_days(self, moment: datetime, days: int, person: Any = None) -> datetime:
        """Return the same time of day so many working days later, or earlier."""
        ...

    def add_work_time(self, moment: datetime, span: timedelta, person: Any = None) -> datetime:
        """Return the moment after so much working time."""
        ...


class People(Protocol):
    """What the language may ask about a person (an id)."""

    def head_of(self, person: Any, level: int = 1) -> Any:
        """Return the id of the head, or of the head's head; None where there is none."""
        ...

    def zone_of(self, person: Any) -> tzinfo:
        """Return the time zone somebody lives in."""
        ...


@dataclass(frozen=True)
class Surroundings:
    """A scope and what it offers, as functions of the language see it."""

    scope: Scope

    @property
    def now(self) -> datetime:
        """The moment of the turn."""
        return self.scope.now

    @property
    def zone(self) -> tzinfo:
        """The zone in which days are meant."""
        zone = self.now.tzinfo
        assert zone is not None  # the scope promises an aware moment
        return zone

    @property
    def calendar(self) -> WorkCalendar:
        """Working time; refused where there is no calendar."""
        return cast(WorkCalendar, self._part("calendar"))

    @property
    def people(self) -> People:
        """Heads and time zones; refused where nobody is known."""
        return cast(People, self._part("people"))

    @property
    def chance(self) -> random.Random:
        """Where chance comes from; refused where the same must come out again."""
        return cast(random.Random, self._part("chance"))

    @property
    def present(self) -> Present | None:
        """How values are shown to people."""
        return cast("Present | None", getattr(self.scope, "present", None))

    @property
    def change_of(self) -> ChangeOf:
        """What the event that started the run changed."""
        return cast(ChangeOf, self._part("change_of"))

    @property
    def language(self) -> str:
        """The language of month and day names, for example `ru`."""
        return str(getattr(self.scope, "language", "en"))

    def _part(self, name: str) -> Any:
        part = getattr(self.scope, name, None)
        if part is None:
            raise Unfit("not_available", name=name)
        return part
