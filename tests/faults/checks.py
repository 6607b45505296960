"""What has to be true once everything has come to rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db import connection, transaction
from django.db.models import Count, Max

from automation.choices import OPEN_STATUSES, MessageState, RunStatus
from automation.models import JournalEntry, OutboxMessage, Run, Wait
from automation.runtime.replaying import differences
from smart_processes.models import FieldDefinition, Item, TimelineEntry
from tests.faults.feeding import People
from tests.faults.mover import Mover
from tests.faults.receivers import Received
from tests.faults.rule_checks import rule_faults, undecided
from tests.faults.workload import COMMENTS, KINDS, LINES, Workload

SHOWN = 5  # examples of each kind of fault


@transaction.atomic
def unfinished() -> int:
    """Return how much is still to be done, all of it counted at one moment."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    runs = Run.objects.filter(status__in=OPEN_STATUSES)
    messages = OutboxMessage.objects.filter(state=MessageState.PENDING)
    return runs.count() + messages.count() + undecided()


def faults(workload: Workload, people: People, web: Received, mail: Received) -> list[str]:
    """Return a sentence for everything that is off; nothing when all is well."""
    return [
        *_runs(workload),
        *_journals(),
        *_effects(workload),
        *_outside(web, mail),
        *_moves(workload, people.mover),
        *rule_faults(workload.rules, people.caller),
    ]


def _runs(workload: Workload) -> Iterator[str]:
    for run in Run.objects.exclude(status=RunStatus.COMPLETED)[:SHOWN]:
        yield f"run {run.pk} of {run.version.program.code} is {run.status}: {run.error}"
    started = Counter(Run.objects.values_list("version__program__code", flat=True))
    for number, kind in enumerate(KINDS):
        fed = len(range(number, workload.fed, len(KINDS)))
        if started[kind] != fed:
            yield f"{fed} runs of {kind} were wanted, {started[kind]} are there"
    if started["child"] != started["families"]:
        yield f"{started['families']} runs started {started['child']} others"
    if Wait.objects.exists():
        yield f"{Wait.objects.count()} waits are left over"


def _journals() -> Iterator[str]:
    lines = JournalEntry.objects.values("run").annotate(
        count=Count("pk"), numbers=Count("sequence", distinct=True), last=Max("sequence")
    )
    broken = [each["run"] for each in lines if not each["count"] == each["numbers"] == each["last"]]
    if broken:
        yield f"journals with gaps or doubles: runs {broken[:SHOWN]}"
    unlike = []
    for run in Run.objects.select_related("version"):
        found = differences(run)
        if found:
            unlike.append(f"run {run.pk}: {found[0]}")
    if unlike:
        yield f"{len(unlike)} journals do not give the snapshot: {unlike[:SHOWN]}"


def _effects(workload: Workload) -> Iterator[str]:
    of_type = Item.objects.filter(type=workload.record_type)
    if of_type.count() != workload.fed:
        yield f"{workload.fed} records were made, {of_type.count()} are there"
    written = TimelineEntry.objects.filter(kind="comment", item__type=workload.record_type)
    comments = Counter(written.values_list("item_id", flat=True))
    for pk, title in of_type.values_list("pk", "title"):
        wanted = COMMENTS[title.split()[0]]
        if comments[pk] != wanted:
            yield f"record {pk} ({title}) has {comments[pk]} comments instead of {wanted}"
    writers = [item for item in of_type if item.title.startswith("writers")]
    made = Item.objects.filter(type__code="line").count()
    if made != LINES * len(writers):
        yield f"{LINES * len(writers)} lines were wanted, {made} are there"
    yield from _numbers(workload, len(writers))


def _numbers(workload: Workload, count: int) -> Iterator[str]:
    definition = FieldDefinition.objects.get(type=workload.record_type, code="note")
    records = Item.objects.filter(type=workload.record_type, title__startswith="writers")
    numbers = sorted(int(record.values.get(f"f{definition.pk}") or 0) for record in records)
    if numbers != list(range(1, count + 1)):
        yield f"numbers were lost or given twice: {numbers[:20]}…"


def _outside(web: Received, mail: Received) -> Iterator[str]:
    unsettled = OutboxMessage.objects.exclude(state=MessageState.DELIVERED)
    for message in unsettled[:SHOWN]:
        yield f"message {message.key} is {message.state}: {message.error}"
    wanted = set(
        OutboxMessage.objects.filter(activity="http_request").values_list("key", flat=True)
    )
    yield from _keys("web", web, wanted)
    steps = OutboxMessage.objects.filter(activity__gt="")
    several = steps.values("run", "wait_number").annotate(n=Count("pk")).filter(n__gt=1)
    if several:
        yield f"steps with several messages: {list(several[:SHOWN])}"
    letters = steps.filter(activity="send_email")
    ids = {(each.answer or {}).get("message_id") for each in letters}
    yield from _keys("mail", mail, ids)


def _keys(name: str, received: Received, wanted: set[str]) -> Iterator[str]:
    arrived: set[str] = set()
    for effect, keys in received.by_effect.items():
        arrived |= keys.keys()
        if len(keys) > 1:
            yield f"{name}: {effect} came with several keys: {list(keys)}"
    if len(received.by_effect) != len(wanted):
        yield f"{name}: {len(received.by_effect)} effects arrived, {len(wanted)} were sent"
    if arrived != wanted:
        unlike = sorted(map(str, arrived ^ wanted))
        yield f"{name}: keys that arrived and keys that were sent differ: {unlike[:SHOWN]}"


def _moves(workload: Workload, mover: Mover) -> Iterator[str]:
    yield from mover.unexpected[:SHOWN]
    entries = TimelineEntry.objects.filter(kind="moved", item__type=workload.record_type)
    moves = Counter(entries.values_list("item_id", flat=True))
    wrong = [pk for pk in mover.moved | moves.keys() if moves[pk] != (pk in mover.moved)]
    if wrong:
        yield f"records moved another number of times than once: {wrong[:SHOWN]}"
