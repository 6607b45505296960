"""What robots, triggers and webhooks have to have left behind."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from django.db.models import Q

from automation.choices import DecisionKind, RuleKind
from automation.models import Decision, StagePlan, Todo, TriggerEvent
from smart_processes.models import FieldDefinition, Item, RecordType, TimelineEntry
from tests.faults.caller import Caller
from tests.faults.rules import (
    PARCEL_COMMENTS,
    PARCEL_EVENTS,
    PARCEL_ROBOTS,
    TICKET_COMMENTS,
    TICKET_ROBOTS,
    TICKET_TODOS,
    Rules,
)

SHOWN = 5  # examples of each kind of fault


def undecided() -> int:
    """Return how many plans, robots and events wait for a worker."""
    plans = StagePlan.objects.filter(error="")
    robots = Decision.objects.filter(kind=DecisionKind.WAITING)
    events = TriggerEvent.objects.filter(due_at__isnull=False)
    return plans.count() + robots.count() + events.count()


def rule_faults(rules: Rules, caller: Caller) -> Iterator[str]:
    """Yield a sentence for everything that is off about rules."""
    yield from _left_over()
    yield from _calls(rules, caller)
    titles = dict.fromkeys(TICKET_TODOS, 1)
    for record_type, comments, todos, moves, robots, triggers in (
        (rules.ticket, TICKET_COMMENTS, titles, ("CHECK",), TICKET_ROBOTS, 1),
        (rules.parcel, PARCEL_COMMENTS, {}, ("ARRIVED", "SENT"), PARCEL_ROBOTS, 2),
    ):
        ids = list(Item.objects.filter(type=record_type).values_list("pk", flat=True))
        name = record_type.code
        if len(ids) != rules.fed:
            yield f"{rules.fed} records of {name} were made, {len(ids)} are there"
        yield from _unlike(name, "comments", ids, _comments(ids), dict.fromkeys(comments, 1))
        yield from _unlike(name, "to-dos", ids, _todos(ids), todos)
        yield from _unlike(name, "moves", ids, _moves(ids), dict.fromkeys(moves, 1))
        wanted = {RuleKind.ROBOT: robots, RuleKind.TRIGGER: triggers}
        yield from _unlike(name, "decisions", ids, _decisions(ids), wanted)
    yield from _values(rules)


def _left_over() -> Iterator[str]:
    for plan in StagePlan.objects.all()[:SHOWN]:
        yield f"the plan of record {plan.item_id} was not worked out: {plan.error}"
    unsettled = TriggerEvent.objects.filter(Q(due_at__isnull=False) | ~Q(error=""))
    for event in unsettled[:SHOWN]:
        yield f"event {event.key or event.pk} ({event.kind}) was not answered: {event.error}"
    for each in Decision.objects.exclude(kind=DecisionKind.FIRED)[:SHOWN]:
        yield f"{each.rule_name} of record {each.item_id} is {each.kind}: {each.reason}"
    runless = Decision.objects.filter(rule_kind=RuleKind.ROBOT, run=None)
    for each in runless.filter(kind=DecisionKind.FIRED)[:SHOWN]:
        yield f"{each.rule_name} of record {each.item_id} ran without a run"


def _calls(rules: Rules, caller: Caller) -> Iterator[str]:
    yield from caller.unexpected[:SHOWN]
    twice = [event for event, count in Counter(caller.accepted).items() if count > 1]
    if twice:
        yield f"events that were taken as new more than once: {twice[:SHOWN]}"
    noted = TriggerEvent.objects.filter(key__isnull=False).count()
    if noted != rules.fed * len(PARCEL_EVENTS):
        yield f"{rules.fed * len(PARCEL_EVENTS)} events were called in, {noted} are noted"


Tally = dict[int, Counter[str]]


def _comments(ids: list[int]) -> Tally:
    entries = TimelineEntry.objects.filter(kind="comment", item__in=ids)
    return _tally(entries.values_list("item_id", "body__text"))


def _todos(ids: list[int]) -> Tally:
    return _tally(Todo.objects.filter(item__in=ids).values_list("item_id", "title"))


def _moves(ids: list[int]) -> Tally:
    entries = TimelineEntry.objects.filter(kind="moved", item__in=ids)
    return _tally(entries.values_list("item_id", "body__to"))


def _decisions(ids: list[int]) -> Tally:
    return _tally(Decision.objects.filter(item__in=ids).values_list("item_id", "rule_kind"))


def _tally(rows: Iterable[tuple[int, str]]) -> Tally:
    found: Tally = defaultdict(Counter)
    for item_id, what in rows:
        found[item_id][what] += 1
    return found


def _unlike(
    name: str, what: str, ids: list[int], found: Tally, wanted: dict[str, int]
) -> Iterator[str]:
    """Yield which records have something missing or doubled."""
    wrong = [pk for pk in ids if found[pk] != wanted]
    for pk in wrong[:SHOWN]:
        yield f"{name} {pk} has the {what} {_said(found[pk])} instead of {_said(wanted)}"
    if len(wrong) > SHOWN:
        yield f"{len(wrong) - SHOWN} more records of {name} have other {what}"


def _said(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{n} × {what}" for what, n in sorted(counts.items())) or "none"


def _values(rules: Rules) -> Iterator[str]:
    signal = _key(rules.ticket, "signal")
    for item in Item.objects.filter(type=rules.ticket):
        if (item.values.get(signal), item.stage) != ("on", "CHECK"):
            yield f"ticket {item.pk} stands in {item.stage} with signal {item.values.get(signal)}"
    tracking = _key(rules.parcel, "tracking")
    for item in Item.objects.filter(type=rules.parcel):
        if item.values.get(tracking) != f"T{item.pk}":
            yield f"parcel {item.pk} has the tracking number {item.values.get(tracking)}"


def _key(record_type: RecordType, code: str) -> str:
    return f"f{FieldDefinition.objects.get(type=record_type, code=code).pk}"
