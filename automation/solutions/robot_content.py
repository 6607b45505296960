"""Robots as they stand in solution files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from automation.choices import Hours, IfEmpty, OnLeave, RobotMoment, SpanUnit
from automation.models import Robot
from automation.robots.drafts import RobotDraft
from automation.robots.entries import When, when_of
from automation.solutions.people import PeopleInRules, person_called
from automation.solutions.written_secrets import same_secrets, with_secrets, without_secrets
from smart_processes.exceptions import ValuesRefused
from smart_processes.solutions.words import differences

Entry = Mapping[str, Any]
_ROW = ("object", "field", "operator", "value", "group", "negated", "joiner")
_CODE = "^[a-z][a-z0-9_]{0,63}$"
_USUAL_WHEN = When()


def robot_schema() -> dict[str, Any]:
    """Return the JSON Schema of one robot."""
    when = {
        "kind": _one_of("What it goes by.", RobotMoment.values),
        "amount": {"type": "integer", "description": "Of the unit; negative: before the date."},
        "unit": _one_of("What the amount counts.", SpanUnit.values),
        "hours": _one_of("Whose working time counts.", Hours.values),
        "date_field": _text("Code of the date field it goes by."),
        "if_empty": _one_of("What it does while that is empty.", IfEmpty.values),
        "moment": _text("The given moment, like 2026-07-01T09:00+03:00."),
    }
    properties = {
        "code": _text("What this file calls it; never changes.") | {"pattern": _CODE},
        "name": _text("What people call it; by default as its activity is called."),
        "activity": _text("Code of what it does."),
        "params": {"type": "object", "description": "As in a program: values may be expressions."},
        "when": {
            "type": "object",
            "additionalProperties": False,
            "required": ["kind"],
            "properties": when,
            "description": "When it acts; at once, where it is not said.",
        },
        "after_previous": {"type": "boolean", "description": "Waits for the one above it."},
        "condition": {
            "type": "array",
            "items": {"type": "object"},
            "description": "Rows as programs have them; judged when it acts.",
        },
        "runs_as": _text("User name of whose rights it has; none: the system's."),
        "on_leave": _one_of("What becomes of it when the record leaves.", OnLeave.values),
        "on_error": {"type": ["string", "object"], "description": "As of a program's step."},
        "active": {"type": "boolean", "description": "Switched on."},
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["code", "activity"],
        "properties": properties,
    }


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "maxLength": 200, "description": description}


def _one_of(description: str, values: list[str]) -> dict[str, Any]:
    return {"enum": list(values), "description": description}


def robot_content(robot: Robot, people: PeopleInRules) -> dict[str, Any]:
    """Return a stored robot without secrets, people by user name, usual values left out."""
    content: dict[str, Any] = {
        "code": robot.code,
        "name": robot.name,
        "activity": robot.activity,
        "params": _params(robot.activity, robot.params, people),
        "when": _when_content(when_of(robot)),
        "after_previous": robot.after_previous,
        "condition": [_row(each) for each in people.named_rows(robot.condition)],
        "runs_as": robot.runs_as.username if robot.runs_as else "",
        "on_leave": str(robot.on_leave),
        "on_error": in_order(robot.on_error),
        "active": robot.is_active,
    }
    return _without_usual(content)


def robot_difference(stored: Robot, entry: Entry, people: PeopleInRules) -> str:
    """Return how a robot differs from its entry, in words; "" when it does not."""
    current, wanted = robot_content(stored, people), _wanted_content(entry, people)
    if not entry.get("name"):
        current.pop("name")
    if difference := differences(current, wanted):
        return difference
    asked = with_secrets(stored.activity, entry.get("params", {}), stored.params)
    return "" if same_secrets(stored.activity, stored.params, asked) else _("another secret")


def _wanted_content(entry: Entry, people: PeopleInRules) -> dict[str, Any]:
    """Return an entry of a file as `robot_content` would write it."""
    content = dict(entry)
    content["params"] = _params(entry["activity"], entry.get("params", {}), people)
    content["condition"] = [
        _row(each) for each in people.named_rows(list(entry.get("condition", ())))
    ]
    content["when"] = _when_content(_when_of_entry(entry.get("when", {})))
    return _without_usual(content)


def draft_of_entry(entry: Entry, stored: Robot | None, people: PeopleInRules) -> RobotDraft:
    """Return the draft that an entry describes; secrets it leaves out are the stored robot's.

    Raises:
        ValuesRefused: nobody has that user name, or a moment is none.
    """
    params = people.known(entry["activity"], entry.get("params", {}))
    if stored is not None and stored.activity == entry["activity"]:
        params = with_secrets(stored.activity, params, stored.params)
    person = person_called(entry.get("runs_as", ""))
    return RobotDraft(
        activity=entry["activity"],
        params=params,
        name=entry.get("name", ""),
        code=entry["code"],
        when=_when_of_entry(entry.get("when", {})),
        after_previous=entry.get("after_previous", False),
        condition=tuple(people.known_rows(list(entry.get("condition", ())))),
        runs_as=person.pk if person else None,
        on_leave=OnLeave(entry.get("on_leave", OnLeave.CANCEL)),
        on_error=entry.get("on_error", "stop"),
        is_active=entry.get("active", True),
    )


def in_order(value: Any, first: Sequence[str] = ()) -> Any:
    """Return a value with its keys by name: a database keeps no order of its own.

    Args:
        value: Plain JSON.
        first: Keys that stand before the others, in this order.
    """
    if isinstance(value, Mapping):
        keys = [*(key for key in first if key in value), *sorted(value.keys() - set(first))]
        return {key: in_order(value[key], first) for key in keys}
    if isinstance(value, list):
        return [in_order(each, first) for each in value]
    return value


def _without_usual(content: Mapping[str, Any]) -> dict[str, Any]:
    usual = {
        "params": {},
        "when": {},
        "after_previous": False,
        "condition": [],
        "runs_as": "",
        "on_leave": str(OnLeave.CANCEL),
        "on_error": "stop",
        "active": True,
    }
    order = robot_schema()["properties"]
    return {
        name: content[name]
        for name in order
        if name in content and not (name in usual and content[name] == usual[name])
    }


def _when_content(when: When) -> dict[str, Any]:
    if when == _USUAL_WHEN:
        return {}
    content: dict[str, Any] = {"kind": str(when.kind)}
    if when.amount:
        content |= {"amount": when.amount, "unit": str(when.unit)}
    if when.hours != _USUAL_WHEN.hours:
        content["hours"] = str(when.hours)
    if when.kind == RobotMoment.DATE_FIELD:
        content["date_field"] = when.date_field
        if when.if_empty != _USUAL_WHEN.if_empty:
            content["if_empty"] = str(when.if_empty)
    if when.moment is not None:
        content["moment"] = when.moment.isoformat()
    return content


def _when_of_entry(entry: Entry) -> When:
    return When(
        kind=RobotMoment(entry.get("kind", RobotMoment.AT_ONCE)),
        amount=entry.get("amount", 0),
        unit=SpanUnit(entry.get("unit", SpanUnit.DAYS)),
        hours=Hours(entry.get("hours", Hours.CLOCK)),
        date_field=entry.get("date_field", ""),
        if_empty=IfEmpty(entry.get("if_empty", IfEmpty.WAIT)),
        moment=_moment(entry["moment"]) if entry.get("moment") else None,
    )


def _moment(written: str) -> datetime:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        sentence = _("“%(text)s” is no moment with an offset.") % {"text": written[:50]}
        raise ValuesRefused({"moment": sentence})
    return found


def _params(activity: str, params: Entry, people: PeopleInRules) -> dict[str, Any]:
    shown = without_secrets(activity, people.named(activity, params))
    ordered: dict[str, Any] = in_order(shown)
    return ordered


def _row(row: Entry) -> dict[str, Any]:
    ordered = {key: in_order(row[key]) for key in _ROW if key in row}
    if "group" in row:
        ordered["group"] = [_row(each) for each in row["group"]]
    return ordered
