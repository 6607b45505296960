"""Comparing a trigger with what is there, before it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.actor import Actor
from automation.activities.params import parse_params
from automation.engine.conditions import compile_condition
from automation.engine.expressions import LanguageRefused
from automation.exceptions import ParamsRefused, sentence
from automation.models import Trigger
from automation.param_checks import Surrounding, check_params
from automation.triggers.registry import trigger_kind
from smart_processes.actions.configuring import clean, refuse
from smart_processes.schema import schema_for


def check_trigger(trigger: Trigger, actor: Actor) -> None:
    """Refuse a trigger that names something that is not there.

    Raises:
        ConfigurationRefused: `params["errors"]` maps attributes to sentences.
    """
    clean(trigger)
    kind = trigger_kind(trigger.kind)
    if kind is None:
        refuse({"kind": _("There is no kind of trigger “%(code)s”.") % {"code": trigger.kind}})
    try:
        parse_params(kind.params, trigger.params)
    except ParamsRefused as refusal:
        refuse({"params": refusal.message})
    configured = schema_for(actor)
    type_schema = configured.types_by_id.get(trigger.pipeline.type_id)
    around = Surrounding(configured, type_schema)
    problems = list(check_params(kind.params, trigger.params, around, "$.params"))
    if problems:
        refuse({"params": " ".join(f"{each.path}: {sentence(each)}" for each in problems)})
    if type_schema is not None:
        for name in _fields_named(trigger.params):
            if name not in {*type_schema.fields, "id"}:
                refuse({"params": _("There is no field “%(code)s”.") % {"code": name}})
    try:
        compile_condition(trigger.condition)
    except LanguageRefused as refusal:
        refuse({"condition": refusal.message})


def _fields_named(params: Mapping[str, Any]) -> list[str]:
    """Return the codes of fields of the record that parameters name."""
    fields = params.get("fields") or []
    several = fields if isinstance(fields, list) else str(fields).replace(",", " ").split()
    one = [str(params["field"])] if params.get("field") else []
    mapping = params.get("mapping") or {}
    return [*several, *one, *mapping]
