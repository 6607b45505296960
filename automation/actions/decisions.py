"""What people do to robots that wait for a record: run them now, or not at all."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from automation.choices import DecisionKind
from automation.exceptions import DecisionRefused
from automation.known_people import name_of
from automation.models import Decision
from automation.robots.deciding import decide_at_once, settle
from automation.robots.facts import Desk, Facts
from automation.robots.planning import save
from automation.robots.starts import start_fired
from automation.runtime import clock
from smart_processes.schema import schema_for

# Who a run is said to be started by.
_ORIGIN = ("actor_kind", "actor_user", "actor_label")


@transaction.atomic
def run_now(decision: Decision, *, actor: Actor) -> Decision:
    """Let a waiting robot act at once: neither its moment nor the robot before it is waited for.

    Its condition is judged as ever, so it may be skipped. The run says who started it.

    Raises:
        PermissionRefused: the actor may not automate the record.
        DecisionRefused: it does not wait any more, or its robot is gone.
    """
    locked = _waiting(decision, actor)
    desk = Desk(clock.now())
    desk.read_lists([locked.robot_list_id])
    entry = desk.entry(locked.robot_list_id, locked.robot_id)
    if entry is None or locked.visit is None or locked.robot is None:
        raise DecisionRefused(_("The robot “%(name)s” is gone.") % {"name": locked.rule_name})
    locked.actor_kind = actor.kind
    locked.actor_user_id = actor.user_id
    locked.actor_label = actor.label[:100]
    locked.save(update_fields=_ORIGIN)
    facts = Facts(desk, locked.item, locked.visit)
    decide_at_once(locked, entry, facts, is_active=locked.robot.is_active)
    start_fired([(locked, entry)], desk)
    if locked.kind == DecisionKind.FIRED and not locked.reason:
        locked.reason = _("Run before its time by %(name)s.") % {"name": name_of(actor)}
    save([locked], desk.now)
    return locked


@transaction.atomic
def cancel_decision(decision: Decision, *, actor: Actor, reason: str = "") -> Decision:
    """Let a waiting robot not act on this record; those that waited for it go on.

    Args:
        decision: A waiting one.
        actor: Who cancels it; kept with the reason.
        reason: Why, in the person's words.

    Raises:
        PermissionRefused: the actor may not automate the record.
        DecisionRefused: it does not wait any more.
    """
    locked = _waiting(decision, actor)
    now = clock.now()
    why = _("Cancelled by %(name)s.") % {"name": name_of(actor)}
    if reason.strip():
        why = _("Cancelled by %(name)s: %(reason)s") % {
            "name": name_of(actor),
            "reason": reason.strip(),
        }
    settle(locked, DecisionKind.CANCELLED, why, now)
    save([locked], now)
    return locked


def _waiting(decision: Decision, actor: Actor) -> Decision:
    """Return the decision locked and read anew; refuse who may not and what waits no more."""
    rows = Decision.objects.select_for_update(of=("self",)).select_related("item", "visit", "robot")
    locked = rows.get(pk=decision.pk)
    pipeline = schema_for(actor).pipelines[locked.item.pipeline_id]
    access.require(access.of(actor), Action.AUTOMATE, locked.item, pipeline)
    if locked.kind != DecisionKind.WAITING:
        sentence = _("“%(name)s” does not wait any more: %(state)s.")
        state = locked.get_kind_display().lower()
        raise DecisionRefused(sentence % {"name": locked.rule_name, "state": state})
    return locked
