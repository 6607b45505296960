"""What a trial run pretends: the moment, and how people and other systems answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from automation.choices import TrialAnswer
from automation.engine.journal import ERROR, SUCCESS
from automation.engine.nodes import FailureKind


@dataclass(frozen=True)
class Answer:
    """How a step's question ends.

    Attributes:
        how: Well, badly, or never: then its time limit passes, if it has one.
        result: What comes with a good end: the step's results by name.
    """

    how: TrialAnswer
    result: Mapping[str, Any] = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        """Return what the waiting step is told."""
        if self.how == TrialAnswer.BADLY:
            message = _("The trial run was to find out what happens when this fails.")
            return {"status": ERROR, "kind": FailureKind.APPLICATION, "message": message}
        return {"status": SUCCESS, "result": dict(self.result)}


@dataclass(frozen=True)
class Scenario:
    """What is pretended.

    Attributes:
        at: When it begins, aware; None: now.
        answers: By step. Where nothing is said, other systems answer well and with nothing,
            and people never do.
        parameters: Of the program, by code.
    """

    at: datetime | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
