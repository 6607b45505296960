"""Refusals of the app. Each has a stable `code` and a sentence for the person who asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from automation.engine.errors import SENTENCES, Problem


class AutomationRefusal(Exception):
    """The tree's root: nothing was changed, and `message` says why and what to do."""

    code = "refused"

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message)
        self.message = message
        self.params = params


class ProgramMissing(AutomationRefusal):
    """There is no such program, or none that can be started."""

    code = "program_missing"


class ProgramInUse(AutomationRefusal):
    """Something would still start the program."""

    code = "program_in_use"


class ProgramInvalid(AutomationRefusal):
    """A body that cannot be published; `problems` name every place."""

    code = "program_invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{each.path}: {sentence(each)}" for each in problems))


class RobotInvalid(ProgramInvalid):
    """A robot that cannot be: paths are those of its draft, `$.params.values.amount`."""

    code = "robot_invalid"


class RobotRefused(AutomationRefusal):
    """The robot cannot stand there."""

    code = "robot_refused"


def sentence(problem: Problem) -> str:
    """Return what is wrong, in the active language."""
    return _(SENTENCES[problem.code]) % problem.params


class ParametersRefused(AutomationRefusal):
    """What a program was to be started with is not what it takes."""

    code = "parameters_refused"


class RunRefused(AutomationRefusal):
    """The run is not in a state in which this can be done to it."""

    code = "run_refused"


class RunStale(RunRefused):
    """Something happened to the run since the person looked at it."""

    code = "run_stale"


class VariablesRefused(RunRefused):
    """Values that a run's variables cannot have; `errors` by the code of the variable."""

    code = "variables_refused"

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__(" ".join(self.errors.values()))


class TrialRefused(AutomationRefusal):
    """A trial run could not be made."""

    code = "trial_refused"


class DecisionRefused(AutomationRefusal):
    """The rule does not wait any more, or its robot is gone."""

    code = "decision_refused"


class NobodyWaits(AutomationRefusal):
    """The answer came too late, or nothing ever waited for it."""

    code = "nobody_waits"


class ParamsRefused(AutomationRefusal):
    """The parameters of an activity are not what it takes."""

    code = "params_refused"


class StepRefused(AutomationRefusal):
    """An activity cannot do what it was asked to, for a reason of the business."""

    code = "step_refused"


class UserTaskRefused(AutomationRefusal):
    """A user task cannot be answered or given on so: it is closed, answered, somebody else's."""

    code = "user_task_refused"
