"""Robots as their stage's list keeps them: frozen, so that what was planned stays as planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from automation.choices import Hours, IfEmpty, OnLeave, RobotMoment, SpanUnit
from automation.models import Robot


@dataclass(frozen=True)
class When:
    """When a robot acts.

    Attributes:
        kind: What it goes by.
        amount: Of the delay, or after the date; negative: before it.
        unit: What the amount counts.
        hours: Whose working time counts.
        date_field: Code of the date field.
        if_empty: What it does while that is empty.
        moment: The given moment.
    """

    kind: RobotMoment = RobotMoment.AT_ONCE
    amount: int = 0
    unit: SpanUnit = SpanUnit.DAYS
    hours: Hours = Hours.CLOCK
    date_field: str = ""
    if_empty: IfEmpty = IfEmpty.WAIT
    moment: datetime | None = None


@dataclass(frozen=True)
class Entry:
    """One robot in a list.

    Attributes:
        id: The robot.
        name: As it was called.
        version: The published version of its program (SHA-256).
        when: When it acts.
        after_previous: It waits for the end of the one above it.
        condition: Rows, judged when it acts.
        on_leave: What becomes of it when its record leaves the stage before.
        runs_as: Whose rights it has (user id); None: the system's.
    """

    id: int
    name: str
    version: str
    when: When = field(default_factory=When)
    after_previous: bool = False
    condition: tuple[Any, ...] = ()
    on_leave: OnLeave = OnLeave.CANCEL
    runs_as: int | None = None

    @classmethod
    def of(cls, robot: Robot) -> Entry:
        """Return the entry of a robot as it is stored."""
        return cls(
            id=robot.pk,
            name=robot.name,
            version=str(robot.program.published_id),
            when=when_of(robot),
            after_previous=robot.after_previous,
            condition=tuple(robot.condition),
            on_leave=OnLeave(robot.on_leave),
            runs_as=robot.runs_as_id,
        )

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Entry:
        """Return an entry from its JSON."""
        known = {each.name: stored[each.name] for each in fields(cls) if each.name in stored}
        when = dict(known["when"])
        when |= {
            "kind": RobotMoment(when["kind"]),
            "unit": SpanUnit(when["unit"]),
            "hours": Hours(when["hours"]),
            "if_empty": IfEmpty(when["if_empty"]),
            "moment": datetime.fromisoformat(when["moment"]) if when["moment"] else None,
        }
        known |= {
            "when": When(**when),
            "condition": tuple(known["condition"]),
            "on_leave": OnLeave(known["on_leave"]),
        }
        return cls(**known)

    def written(self) -> dict[str, Any]:
        """Return the entry as JSON."""
        content = {each.name: getattr(self, each.name) for each in fields(self)}
        moment = self.when.moment
        content["when"] = {each.name: getattr(self.when, each.name) for each in fields(self.when)}
        content["when"]["moment"] = moment.isoformat() if moment else None
        content["condition"] = list(self.condition)
        return content


def when_of(robot: Robot) -> When:
    """Return when a robot acts."""
    return When(
        kind=RobotMoment(robot.when),
        amount=robot.amount,
        unit=SpanUnit(robot.unit),
        hours=Hours(robot.hours),
        date_field=robot.date_field,
        if_empty=IfEmpty(robot.if_empty),
        moment=robot.moment,
    )
