"""Robots as somebody wants them: what forms, solution files and the API hand to the actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from automation.choices import OnLeave
from automation.models import Robot
from automation.robots.entries import When, when_of


@dataclass(frozen=True)
class RobotDraft:
    """A robot to be made, or as it shall be.

    Attributes:
        activity: Code of what it does.
        params: Its parameters as they stand in a program: values may hold expressions.
        name: What people call it; empty: as the activity is called.
        code: What solution files call it; empty: made from the name.
        when: When it acts.
        after_previous: It waits for the end of the one above it.
        condition: Rows as `automation.engine.conditions` reads them.
        runs_as: Whose rights it has (user id); None: the system's.
        on_leave: What becomes of it when its record leaves the stage before.
        on_error: As `on_error` of a step.
        is_active: Switched on.
    """

    activity: str
    params: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    code: str = ""
    when: When = field(default_factory=When)
    after_previous: bool = False
    condition: tuple[Any, ...] = ()
    runs_as: int | None = None
    on_leave: OnLeave = OnLeave.CANCEL
    on_error: Any = "stop"
    is_active: bool = True

    def body(self, type_code: str) -> dict[str, Any]:
        """Return the robot as a program of one step."""
        step: dict[str, Any] = {
            "id": STEP,
            "type": self.activity,
            "title": self.name,
            "params": dict(self.params),
        }
        if self.on_error != "stop":
            step["on_error"] = self.on_error
        return {
            "program": 1,
            "type": type_code,
            "root": {"type": "sequence", "steps": [step]},
        }


STEP = "step"


def draft_of(robot: Robot) -> RobotDraft:
    """Return a stored robot as a draft, for a form to change or for a copy."""
    return RobotDraft(
        activity=robot.activity,
        params=robot.params,
        name=robot.name,
        code=robot.code,
        when=when_of(robot),
        after_previous=robot.after_previous,
        condition=tuple(robot.condition),
        runs_as=robot.runs_as_id,
        on_leave=OnLeave(robot.on_leave),
        on_error=robot.on_error,
        is_active=robot.is_active,
    )
