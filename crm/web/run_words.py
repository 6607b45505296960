"""Steps of programs in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from automation.activities import registry
from automation.choices import RunStatus
from automation.engine import nodes
from automation.engine.nodes import Node, WaitKind
from automation.models import JournalEntry
from crm.templatetags.crm_format import exact_moment

_KINDS: Mapping[type[Node], StrOrPromise] = {
    nodes.Block: gettext_lazy("Steps in turn"),
    nodes.Choice: gettext_lazy("Choice"),
    nodes.Branch: gettext_lazy("Branch"),
    nodes.Parallel: gettext_lazy("In parallel"),
    nodes.While: gettext_lazy("Repeat while"),
    nodes.ForEach: gettext_lazy("For each"),
    nodes.Break: gettext_lazy("Leave the loop"),
    nodes.Wait: gettext_lazy("Wait"),
    nodes.FirstOf: gettext_lazy("Wait for the first of several"),
    nodes.Answer: gettext_lazy("When it comes"),
    nodes.StateMachine: gettext_lazy("States"),
    nodes.State: gettext_lazy("State"),
    nodes.SetState: gettext_lazy("Change the state"),
    nodes.Terminate: gettext_lazy("End the run"),
    nodes.ErrorBranch: gettext_lazy("When it fails"),
}
_AWAITED: Mapping[str, StrOrPromise] = {
    WaitKind.CONDITION: gettext_lazy("until its condition is true"),
    WaitKind.EVENT: gettext_lazy("for an event"),
    WaitKind.COMMAND: gettext_lazy("for a command"),
    WaitKind.EFFECT: gettext_lazy("for an answer from outside"),
    WaitKind.RUN: gettext_lazy("for another run to end"),
    WaitKind.TASK: gettext_lazy("for somebody's answer"),
    WaitKind.FIELD: gettext_lazy("for a date to be filled in"),
}
# State of a run -> tone and icon, as components/state draws them.
LOOKS: Mapping[str, tuple[str, str]] = {
    RunStatus.PENDING: ("info", "clock"),
    RunStatus.RUNNING: ("run", "play"),
    RunStatus.WAITING: ("wait", "clock"),
    RunStatus.PAUSED: ("warn", "pause"),
    RunStatus.COMPLETED: ("ok", "check-circle"),
    RunStatus.CANCELLED: ("", "no-symbol"),
    RunStatus.FAILED: ("bad", "exclamation-triangle"),
}


def step_kind(node: Node) -> str:
    """Return what kind of step it is."""
    if isinstance(node, nodes.Activity):
        found = registry.activity(node.activity)
        return str(found.label) if found else node.activity
    return str(_KINDS.get(type(node), type(node).__name__))


def step_title(node: Node) -> str:
    """Return what a step is called: its title, or its kind."""
    if node.title:
        return node.title
    if isinstance(node, nodes.Branch) and node.condition is None:
        return _("Otherwise")
    return step_kind(node)


def waits_until(due: str | None, lines: Sequence[JournalEntry]) -> str:
    """Return what a step waits for: a moment, or what has to happen."""
    kind = ""
    for line in reversed(lines):
        kind = str((line.details or {}).get("kind", ""))
        if kind:
            break
    if due is None:
        return _("waits %(for_what)s") % {"for_what": _AWAITED.get(kind, "")}
    moment = exact_moment(datetime.fromisoformat(due))
    if kind in _AWAITED and kind != WaitKind.FIELD:
        given = {"for_what": _AWAITED[kind], "moment": moment}
        return _("waits %(for_what)s, until %(moment)s at most") % given
    return _("waits until %(moment)s") % {"moment": moment}
