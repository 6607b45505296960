"""Triggers as the automation board draws them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from automation.activities.params import ParamKind, params_of
from automation.models import Trigger
from automation.selectors.robots import Results
from automation.trigger_checks import WEBHOOK
from automation.triggers.base import TriggerKind
from automation.triggers.registry import trigger_kind
from crm.web.condition_words import condition_words
from smart_processes.schema import Schema, TypeSchema


@dataclass(frozen=True)
class TriggerCard:
    """A trigger as it is drawn.

    Attributes:
        about: What has to happen, in words.
        only_if: Its condition, in words; "" for none.
        notes: What else it does or needs, in words.
        result: What came of it lately, in words.
    """

    trigger: Trigger
    icon: str
    about: str
    only_if: str
    notes: tuple[str, ...]
    result: str

    @property
    def is_webhook(self) -> bool:
        """Whether it has an address and a secret."""
        return self.trigger.kind == WEBHOOK


def trigger_card(
    trigger: Trigger, schema: Schema, type_schema: TypeSchema, results: Mapping[int, Results]
) -> TriggerCard:
    """Return a trigger as the board draws it (one query where a condition names a person)."""
    kind = trigger_kind(trigger.kind)
    found = results.get(trigger.pk, Results())
    return TriggerCard(
        trigger=trigger,
        icon=kind.icon if kind else "bolt",
        about=_about(trigger, kind, schema, type_schema) if kind else trigger.kind,
        only_if=condition_words(trigger.condition, type_schema),
        notes=tuple(_notes(trigger)),
        result=_result(found),
    )


def _about(
    trigger: Trigger, kind: TriggerKind[Any], schema: Schema, type_schema: TypeSchema
) -> str:
    """Return what happens, and of what: "A field changed: City, Amount"."""
    named = schema.types.get(str(trigger.params.get("type", "")))
    parts: list[str] = []
    for each in params_of(kind.params):
        value = trigger.params.get(each.name)
        if value in (None, "", []):
            continue
        if each.kind in {ParamKind.FIELD, ParamKind.FIELDS}:
            codes = value if isinstance(value, list) else [value]
            fields = (type_schema.fields.get(str(code)) for code in codes)
            parts += [str(field.label) for field in fields if field]
        elif each.kind == ParamKind.RECORD_TYPE and named:
            parts.append(named.type.name_one)
        elif each.kind == ParamKind.STAGE and named:
            parts += _stage_names(named, str(value))
    label = str(kind.label)
    if not parts:
        return "" if trigger.name == label else label
    return _("%(happening)s: %(what)s") % {"happening": label, "what": ", ".join(parts)}


def _stage_names(type_schema: TypeSchema, code: str) -> list[str]:
    stages = (stage for each in type_schema.pipelines for stage in each.all_stages)
    return [stage.name for stage in stages if stage.code == code][:1]


def _notes(trigger: Trigger) -> Iterator[str]:
    if not trigger.is_moving:
        yield _("Runs the robots without moving")
    elif trigger.may_move_back:
        yield _("Also moves records back")
    if trigger.kind == WEBHOOK and not trigger.secret_hash:
        yield _("Lets nobody in: it has no secret yet")


def _result(found: Results) -> str:
    words = [
        ngettext("%(n)d time", "%(n)d times", found.fired) % {"n": found.fired},
        ngettext("%(n)d skipped", "%(n)d skipped", found.skipped) % {"n": found.skipped},
    ]
    return ", ".join(each for each, n in zip(words, (found.fired, found.skipped), strict=True) if n)
