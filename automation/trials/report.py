"""What a trial run found out, as JSON.

`{"began_at": iso, "ended_at": iso, "stopped": sentence, "decision": {"kind", "reason", "rows"}
or null, "run": {"version", "status", "error", "snapshot"} or null, "lines": [journal line, …],
"questions": [{"step", "kind", "how"}, …], "changes": [{"record", "title", "field", "before",
"after"}, …], "sent": [{"step", "activity", "inputs"}, …], "also": [{"program", "status",
"error"}, …], "planned": [{"record", "stage", "robots": [name, …]}, …]}`

Read inside of the transaction that is then rolled back: nothing in it can be looked up later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from automation.models import Decision, JournalEntry, OutboxMessage, Run, StagePlan
from automation.runtime.programs import published
from automation.trials.driving import Drive
from smart_processes.models import Item

Report = dict[str, Any]
# Of a journal line; with the run it is of.
LINE = (
    *("sequence", "kind", "step", "attempt", "operation_status_code", "operation_status_kind"),
    *("operation_status_message", "activity_return_result", "inputs", "effects", "details"),
    "duration_ms",
)


def report_of(
    began_at: datetime, ended_at: datetime, *, decision: Decision | None, drive: Drive | None
) -> Report:
    """Return the report of a trial (nine queries and one for each run)."""
    runs = drive.family() if drive else []
    plans = StagePlan.objects.filter(caused_by__in=runs)
    lines = list(JournalEntry.objects.filter(run__in=runs).order_by("run_id", "sequence"))
    stopped = drive.stopped if drive else ""
    return {
        "began_at": began_at.isoformat(),
        "ended_at": ended_at.isoformat(),
        "stopped": stopped,
        "decision": _decision(decision),
        "run": _run(runs[0]) if runs else None,
        "lines": [_line(each) for each in lines if each.run_id == runs[0].pk],
        "questions": [
            {"step": each.step, "kind": each.kind, "how": str(each.how)}
            for each in (drive.questions if drive else ())
        ],
        "changes": _changes(lines),
        "sent": _sent(runs, lines),
        "also": [
            {
                "program": published(run.version_id).name,
                "status": run.status,
                "error": run.error,
            }
            for run in runs[1:]
        ],
        "planned": planned(plans),
    }


def report_of_trigger(
    at: datetime,
    decision: Decision | None,
    item: Item,
    stage_before: str,
    plans: QuerySet[StagePlan],
) -> Report:
    """Return the report of a trigger's trial: what it decided, where the record went."""
    stage = {"record": item.pk, "title": item.title, "field": "stage"}
    moved = Item._base_manager.values_list("stage", flat=True).get(pk=item.pk)
    change = {**stage, "before": stage_before, "after": moved}
    return {
        **report_of(at, at, decision=decision, drive=None),
        "changes": [change] if moved != stage_before else [],
        "planned": planned(plans),
    }


def outline(report: Mapping[str, Any]) -> list[str]:
    """Return what matters of a report, line by line: what two trials are compared by."""
    decision, run = report["decision"], report["run"]
    found = []
    if decision:
        found.append(f"decision {decision['kind']}: {decision['reason']}")
    if run:
        found.append(f"run {run['status']}: {run['error']}")
    found += [
        f"step {line['step']} {line['operation_status_code']}"
        for line in report["lines"]
        if line["operation_status_code"]
    ]
    found += [
        f"record {each['record']} {each['field']}: {each['before']} → {each['after']}"
        for each in report["changes"]
    ]
    found += [f"sent {each['activity']} {each['inputs']}" for each in report["sent"]]
    return found


def _decision(decision: Decision | None) -> dict[str, Any] | None:
    if decision is None:
        return None
    return {
        "kind": str(decision.kind),
        "reason": decision.reason,
        "rows": decision.rows,
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "version": run.version_id,
        "status": run.status,
        "error": run.error,
        "snapshot": run.snapshot,
    }


def _line(entry: JournalEntry) -> dict[str, Any]:
    return {"at": entry.at.isoformat(), **{name: getattr(entry, name) for name in LINE}}


def _changes(lines: Sequence[JournalEntry]) -> list[dict[str, Any]]:
    """Return each field's first old and last new value, by record, without what came back."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for effect in (effect for line in lines for effect in line.effects or ()):
        key: tuple[Any, ...] = (effect["record"], effect["field"])
        if key in found and effect["before"] is None:
            # Comments and to-dos are added, one after another: none takes another's place.
            key = (*key, len(found))
        if key in found:
            found[key]["after"] = effect["after"]
        else:
            found[key] = dict(effect)
    changed = [each for each in found.values() if each["before"] != each["after"]]
    titles = dict(
        Item._base_manager.filter(pk__in={each["record"] for each in changed}).values_list(
            "pk", "title"
        )
    )
    return [{**each, "title": titles.get(each["record"], "")} for each in changed]


def _sent(runs: Sequence[Run], lines: Sequence[JournalEntry]) -> list[dict[str, Any]]:
    """Return what would have left, with the inputs that the journal keeps: without secrets."""
    inputs = {(line.run_id, line.step): line.inputs for line in lines if line.inputs}
    messages = OutboxMessage.objects.filter(run__in=runs).exclude(activity="").order_by("pk")
    return [
        {
            "step": (step := message.key.split(":")[1]),
            "activity": message.activity,
            "inputs": inputs.get((message.run_id, step)),
        }
        for message in messages
    ]


def planned(plans: QuerySet[StagePlan]) -> list[dict[str, Any]]:
    """Return the robots of stages that records were moved to."""
    found = plans.filter(robot_list__isnull=False).order_by("pk")
    return [
        {
            "record": plan.item.title,
            "stage": plan.visit.stage.name,
            "robots": [
                entry["name"]
                for entry in plan.robot_list.entries
                if plan.only is None or entry["id"] in plan.only
            ],
        }
        for plan in found.select_related("item", "visit__stage", "robot_list")
        if plan.robot_list
    ]
