"""What people may do to runs from pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from automation.actions.runs import cancel_run, pause_run, resume_run, retry_run
from automation.models import Run


@dataclass(frozen=True)
class Steering:
    """An action and what is said when it was done."""

    act: Callable[..., Run]
    said: StrOrPromise


STEERING: Mapping[str, Steering] = {
    "retry": Steering(retry_run, _("The run goes on with the step that failed")),
    "cancel": Steering(cancel_run, _("The run is cancelled")),
    "pause": Steering(pause_run, _("The run is paused")),
    "resume": Steering(resume_run, _("The run goes on")),
}
