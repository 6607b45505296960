"""The flow; imported by django-viewflow's own environment only."""

from __future__ import annotations

from typing import Any

from viewflow import this  # type: ignore[import-not-found]  # only in its own environment
from viewflow.workflow import flow  # type: ignore[import-not-found]
from viewflow.workflow.models import Process  # type: ignore[import-not-found]


class TenSteps(flow.Flow):
    """Five steps, an answer from outside, five steps."""

    process_class = Process

    start = flow.StartHandle(this.begin).Next(this.a0)
    a0 = flow.Function(this.nothing).Next(this.a1)
    a1 = flow.Function(this.nothing).Next(this.a2)
    a2 = flow.Function(this.nothing).Next(this.a3)
    a3 = flow.Function(this.nothing).Next(this.a4)
    a4 = flow.Function(this.nothing).Next(this.answer)
    answer = flow.Handle(this.begin).Next(this.b0)
    b0 = flow.Function(this.nothing).Next(this.b1)
    b1 = flow.Function(this.nothing).Next(this.b2)
    b2 = flow.Function(this.nothing).Next(this.b3)
    b3 = flow.Function(this.nothing).Next(this.b4)
    b4 = flow.Function(this.nothing).Next(this.end)
    end = flow.End()

    def begin(self, activation: Any) -> Any:
        """Give back the process that was started or answered."""
        return activation.process

    def nothing(self, activation: Any) -> None:
        """Do an empty step."""
