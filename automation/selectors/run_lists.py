"""Runs as their pages list them: whose they are to see, what failed and why, what was given up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q, QuerySet

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from automation.choices import MessageState, RunStatus
from automation.engine.journal import ERROR
from automation.models import JournalEntry, OutboxMessage, Program, Run
from automation.runtime import clock
from automation.selectors.runs import StuckRun, runs, stuck_runs
from automation.selectors.troubles import count_troubles, failed_events, failed_plans
from smart_processes.exceptions import RecordMissing
from smart_processes.models import Item
from smart_processes.schema import schema_for
from smart_processes.selectors.records import get_record, visible_items

PER_PAGE = 50
MOST_CAUSES = 50
# What was given up earlier is in the stories of its runs.
DEAD_FOR = timedelta(days=30)


@dataclass(frozen=True)
class RunFilter:
    """What a list of runs is narrowed to; empty values leave nothing out.

    Attributes:
        status: A state of `RunStatus`.
        program_code: What ran: a robot's program or a workflow.
        type_code: Of the records.
        item_id: One record.
        words: Each stands in what the record is found by: its number, its title.
        error: Stands in what a run, or one of its steps, failed with.
        older_than: It began longer ago than that.
    """

    status: str = ""
    program_code: str = ""
    type_code: str = ""
    item_id: int | None = None
    words: tuple[str, ...] = ()
    error: str = ""
    older_than: timedelta | None = None


@dataclass(frozen=True)
class Cause:
    """Failed runs of one program that say the same."""

    program_code: str
    program_name: str
    error: str
    run_count: int
    last_run_id: int
    last_at: datetime


def steerable_runs(actor: Actor) -> QuerySet[Run]:
    """Return the runs that the actor may steer: of records they may automate; no query yet.

    Runs without a record are for who may configure.
    """
    rights = access.of(actor)
    found = runs()
    if rights.is_unlimited:
        return found
    reached = Q(item__in=visible_items(actor, action=Action.AUTOMATE))
    return found.filter(reached | Q(item=None) if rights.may_configure else reached)


def may_steer_somewhere(actor: Actor) -> bool:
    """Return whether the pages of automation are of any use to the actor (no query)."""
    rights = access.of(actor)
    pipelines = [p for each in schema_for(actor).types.values() for p in each.pipelines]
    return rights.may_configure or rights.may_somewhere(Action.AUTOMATE, pipelines)


def get_run(actor: Actor, run_id: int) -> tuple[Run, Item | None, bool]:
    """Return a run that the actor may read, its record, and whether they may steer it.

    Who may read the record may read what was done to it (three queries).

    Raises:
        RecordMissing: no such run, or not the actor's to see.
    """
    run = runs().select_related("started_by", "runs_as", "parent").filter(pk=run_id).first()
    if run is None:
        raise RecordMissing
    rights = access.of(actor)
    if run.item_id is None:
        if not rights.may_configure:
            raise RecordMissing
        return run, None, True
    item = get_record(actor, run.item_id)
    pipeline = schema_for(actor).pipelines[item.pipeline_id]
    return run, item, rights.may(Action.AUTOMATE, item, pipeline)


def list_runs(actor: Actor, wanted: RunFilter, *, before: int | None = None) -> list[Run]:
    """Return a page of runs, newest first, and one more where others follow (one query)."""
    found = narrowed(steerable_runs(actor), wanted)
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found[: PER_PAGE + 1])


def matching_ids(actor: Actor, wanted: RunFilter) -> list[int]:
    """Return the ids of all runs of the actor's that a filter leaves, oldest first (one query)."""
    found = narrowed(steerable_runs(actor), wanted).order_by("pk")
    return list(found.values_list("pk", flat=True))


def narrowed(found: QuerySet[Run], wanted: RunFilter) -> QuerySet[Run]:
    """Return those of some runs that a filter leaves; no query yet."""
    if wanted.status:
        found = found.filter(status=wanted.status)
    if wanted.program_code:
        found = found.filter(version__program__code=wanted.program_code)
    if wanted.type_code:
        found = found.filter(item__type__code=wanted.type_code)
    if wanted.item_id is not None:
        found = found.filter(item_id=wanted.item_id)
    if wanted.words:
        found = found.filter(*(Q(item__search__contains=word) for word in wanted.words))
    if wanted.error:
        found = found.filter(_failed_with(wanted.error))
    if wanted.older_than is not None:
        found = found.filter(created_at__lt=clock.now() - wanted.older_than)
    return found


def _failed_with(text: str) -> Q:
    """Return the condition for runs that failed so, also those that went on from it."""
    steps = JournalEntry.objects.filter(
        operation_status_code=ERROR, operation_status_message__icontains=text
    )
    return Q(error__icontains=text) | Q(pk__in=steps.values("run_id"))


def programs_with_runs() -> QuerySet[Program]:
    """Return programs that may be filtered by; no query yet."""
    return Program.objects.exclude(published=None).order_by("name", "pk")


def journal_of(run: Run) -> list[JournalEntry]:
    """Return a run's journal in order (one query)."""
    return list(JournalEntry.objects.filter(run=run).order_by("sequence"))


# --- what went wrong ------------------------------------------------------------------------


def count_failed(actor: Actor) -> int:
    """Return how many runs of the actor's failed, and what was not worked out (three queries)."""
    failed = steerable_runs(actor).filter(status=RunStatus.FAILED)
    return failed.count() + count_troubles(actor)


def failed_items(item_ids: Iterable[int]) -> set[int]:
    """Return for which of these records automation failed (one query, none for no records)."""
    wanted = list(item_ids)
    if not wanted:
        return set()
    failed = (
        Run.objects.filter(item_id__in=wanted, status=RunStatus.FAILED),
        failed_plans().filter(item_id__in=wanted),
        failed_events().filter(item_id__in=wanted),
    )
    ids, *others = (each.order_by().values_list("item_id", flat=True) for each in failed)
    return set(ids.union(*others))


def failures_by_cause(actor: Actor) -> list[Cause]:
    """Return what failed, the most frequent first (one query)."""
    failed = steerable_runs(actor).filter(status=RunStatus.FAILED)
    groups = (
        failed.order_by()
        .values_list("version__program__code", "version__program__name", "error")
        .annotate(run_count=Count("pk"), last_run=Max("pk"), last_at=Max("created_at"))
        .order_by("-run_count", "-last_run")
    )
    return [Cause(*group) for group in groups[:MOST_CAUSES]]


def dead_letters(actor: Actor, now: datetime) -> list[OutboxMessage]:
    """Return what was given up lately, newest first, with its runs (one query)."""
    dead = OutboxMessage.objects.filter(
        state=MessageState.DEAD,
        settled_at__gt=now - DEAD_FOR,
        run__in=steerable_runs(actor).order_by(),
    )
    with_runs = dead.select_related("run__version__program", "run__item")
    return list(with_runs.order_by("-pk")[:PER_PAGE])


def own_stuck_runs(actor: Actor, now: datetime) -> list[StuckRun]:
    """Return runs of the actor's that nothing will move (five queries)."""
    stuck = list(stuck_runs(now))
    ids = [each.run.pk for each in stuck]
    own = set(steerable_runs(actor).filter(pk__in=ids).values_list("pk", flat=True))
    return [each for each in stuck if each.run.pk in own]


def oldest_due(now: datetime) -> datetime | None:
    """Return since when the run that waits longest for a worker has been due (one query)."""
    due = Run.objects.filter(due_at__lte=now)
    oldest: datetime | None = due.aggregate(oldest=Min("due_at"))["oldest"]
    return oldest
