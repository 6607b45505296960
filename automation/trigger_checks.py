"""Comparing a trigger with what is there, before it is saved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from accounts.actor import Actor
from automation.activities.params import ParamKind, param_problems, params_of, parse_params
from automation.condition_checks import check_condition
from automation.engine.errors import Problem, ProgramRefused
from automation.engine.expressions import LanguageRefused, compile_value
from automation.engine.program import parse_program
from automation.exceptions import sentence
from automation.models import Trigger
from automation.param_checks import Surrounding, check_params
from automation.program_checks import check_program
from automation.triggers.base import EventKind, TriggerKind
from automation.triggers.incoming_webhook import IncomingWebhook
from automation.triggers.registry import all_kinds, trigger_kind
from smart_processes.actions.configuring import clean, refuse
from smart_processes.exceptions import ConfigurationRefused
from smart_processes.schema import TypeSchema, schema_for

# The only kind with an address and a secret.
WEBHOOK = IncomingWebhook.code


def kind_label(code: str) -> str:
    """Return what people call a kind of trigger; empty when there is none."""
    kind = trigger_kind(code)
    return str(kind.label) if kind else ""


def kind_choices() -> list[tuple[str, str]]:
    """Return every kind of trigger by its code, in the order of names."""
    return sorted(((each.code, str(each.label)) for each in all_kinds().values()), key=_by_name)


def _by_name(choice: tuple[str, str]) -> str:
    return choice[1]


def check_trigger(trigger: Trigger, actor: Actor) -> None:
    """Refuse a trigger that names something that is not there, or that could never fire.

    Raises:
        ConfigurationRefused: `params["errors"]` maps attributes to sentences, and
            `params["problems"]` are the problems of parameters and condition with their paths.
    """
    clean(trigger)
    kind = trigger_kind(trigger.kind)
    if kind is None:
        refuse({"kind": _("There is no kind of trigger “%(code)s”.") % {"code": trigger.kind}})
    schema = schema_for(actor)
    type_schema = schema.types_by_id[trigger.pipeline.type_id]
    problems = [
        *_params(trigger, kind, Surrounding(schema, type_schema)),
        *_condition(trigger, kind, type_schema, actor),
    ]
    if problems:
        _refuse_all(problems)


def _refuse_all(problems: list[Problem]) -> NoReturn:
    errors: dict[str, str] = {}
    for each in problems:
        name = "condition" if each.path.startswith("$.condition") else "params"
        told = f"{each.path}: {sentence(each)}"
        errors[name] = f"{errors[name]} {told}" if name in errors else told
    raise ConfigurationRefused(" ".join(errors.values()), errors=errors, problems=problems)


def _params(trigger: Trigger, kind: TriggerKind[Any], around: Surrounding) -> Iterator[Problem]:
    raw, fields = trigger.params, around.fields
    refused = {**_empty(kind, raw), **param_problems(kind.params, raw)}
    for name, reason in refused.items():
        yield Problem(f"$.params.{name}".removesuffix("."), "refused", {"reason": reason})
    if refused:
        return
    found = [*_expressions(raw), *check_params(kind.params, raw, around, "$.params")]
    found += _unknown_fields(kind, raw, around)
    yield from found
    if not found and fields is not None:
        for name, reason in kind.problems(parse_params(kind.params, raw), fields.fields):
            yield Problem(f"$.params.{name}", "refused", {"reason": reason})


def _empty(kind: TriggerKind[Any], raw: Any) -> dict[str, str]:
    """Return a sentence for each list that must not be empty."""
    needed = [each for each in params_of(kind.params) if each.is_required]
    return {
        each.name: _("Fill in “%(name)s”.") % {"name": each.label}
        for each in needed
        if isinstance(raw, dict) and raw.get(each.name) in ([], {})
    }


def _expressions(raw: Any) -> Iterator[Problem]:
    """A trigger waits for something without a record at hand: nothing is worked out."""
    for name, value in raw.items():
        try:
            is_constant = compile_value(value).is_constant
        except LanguageRefused:
            is_constant = False
        if not is_constant:
            reason = _("A trigger takes no expressions. Enter the value itself.")
            yield Problem(f"$.params.{name}", "refused", {"reason": reason})


def _unknown_fields(kind: TriggerKind[Any], raw: Any, around: Surrounding) -> Iterator[Problem]:
    """Of lists of fields: those that the records have not."""
    parsed = parse_params(kind.params, raw)
    for each in params_of(kind.params):
        if each.kind != ParamKind.FIELDS or around.fields is None:
            continue
        for code in getattr(parsed, each.name):
            if code not in around.fields.fields:
                yield Problem(f"$.params.{each.name}", "reference_unknown", {"name": code})


def _condition(
    trigger: Trigger, kind: TriggerKind[Any], type_schema: TypeSchema, actor: Actor
) -> list[Problem]:
    def check(body: Any) -> list[Problem]:
        try:
            compiled = parse_program(body)
        except ProgramRefused as refusal:
            return list(refusal.problems)
        return check_program(compiled, actor=actor, type_code=type_schema.code)

    knows_changes = kind.listens == EventKind.FIELDS_CHANGED
    return check_condition(trigger.condition, type_schema, check, knows_changes=knows_changes)
