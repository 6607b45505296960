"""Start another program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from automation.activities.base import Activity, ActivityContext, Group, ResultField
from automation.activities.params import ParamKind, param
from automation.activities.registry import register
from automation.engine.nodes import WaitKind
from automation.engine.outcomes import Done, Later
from automation.engine.plain_values import plain


@dataclass(frozen=True)
class StartWorkflowParams:
    """What is started, on what, with what."""

    program: str = param(_("Program"), ParamKind.PROGRAM)
    record: int | None = param(
        _("Record"), ParamKind.RECORD, default=None, help=_("Empty: the record of this run.")
    )
    parameters: Mapping[str, Any] = param(_("Parameters"), ParamKind.ANY, default={})
    is_awaited: bool = param(_("Wait for its end"), ParamKind.FLAG, default=False)


@register
class StartWorkflow(Activity[StartWorkflowParams]):
    """Starts a run of another program and, if asked to, waits for its end. Exactly once."""

    code = "start_workflow"
    label = _("Start a workflow")
    description = _("Starts another program, and goes on at once or when it has ended.")
    group = Group.FLOW
    icon = "play"
    params = StartWorkflowParams
    results = (
        ResultField("run", _("Number of the run"), "integer"),
        ResultField("status", _("How it ended")),
        ResultField("variables", _("Its variables at the end"), "any"),
    )
    needs_record = False

    def execute(self, params: StartWorkflowParams, context: ActivityContext) -> Done | Later:
        """Start it."""
        item_id = context.item_id if params.record is None else params.record
        parameters = plain(params.parameters)
        run_id = context.start_run(params.program, item_id, parameters, params.is_awaited)
        if params.is_awaited:
            return Later(WaitKind.RUN, result={"run": run_id})
        return Done({"run": run_id})
