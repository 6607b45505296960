"""Fields of a type in a solution file: what differs, and the steps that make it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.actor import Actor
from smart_processes.actions import fields as actions
from smart_processes.actions.field_checks import default_of
from smart_processes.choices import Hue
from smart_processes.drafts import FieldDraft, OptionDraft
from smart_processes.exceptions import ConfigurationRefused
from smart_processes.fields import Field
from smart_processes.models import FieldDefinition, RecordType
from smart_processes.schema import TypeSchema
from smart_processes.solutions.document import Path
from smart_processes.solutions.registry import Step
from smart_processes.solutions.type_content import FIELD_ATTRIBUTES, field_content
from smart_processes.solutions.words import differences, in_wanted_order

CHANGED, ORDERED, DESTROYED = 50, 52, 62


def field_steps(
    wanted: Mapping[str, Any], stored: TypeSchema | None, path: Path, *, is_exact: bool
) -> Iterator[Step]:
    """Yield the steps for the fields of one type."""
    type_code = str(wanted["code"])
    entries: Sequence[Mapping[str, Any]] = wanted.get("fields", ())
    definitions = _definitions(stored)
    for place, entry in enumerate(entries):
        here = (*path, "fields", place)
        definition = definitions.get(entry["code"])
        if definition is None or stored is None:
            yield _added(type_code, entry, here)
        else:
            field = stored.fields[definition.code]
            yield from _changed(type_code, entry, definition, field, here, is_exact=is_exact)
    yield from _ordered(type_code, list(definitions), entries, (*path, "fields"))
    going = list(wanted.get("remove", {}).get("fields", ()))
    if is_exact:
        named = {entry["code"] for entry in entries}
        going += [code for code in definitions if code not in named and code not in going]
    for code in going:
        if code in definitions:
            yield _removed(type_code, definitions[code], path)


def _definitions(stored: TypeSchema | None) -> dict[str, FieldDefinition]:
    if stored is None:
        return {}
    found = FieldDefinition.objects.filter(type=stored.type).prefetch_related("options")
    return {definition.code: definition for definition in found}


def _added(type_code: str, entry: Mapping[str, Any], path: Path) -> Step:
    draft = FieldDraft(
        **{a: entry[name] for name, (a, _usual) in FIELD_ATTRIBUTES.items() if name in entry},
        code=entry["code"],
        default=entry.get("default"),
        options=_option_drafts(entry.get("options", ())),
    )

    def run(actor: Actor) -> None:
        record_type = RecordType.objects.get(code=type_code)
        actions.add_field(record_type, draft, actor=actor)

    sentence = _("%(type)s: add the field “%(label)s” (%(code)s, %(kind)s)") % {
        "type": type_code,
        "label": draft.label,
        "code": draft.code,
        "kind": draft.kind,
    }
    return Step(CHANGED, path, (sentence,), run)


def _changed(
    type_code: str,
    entry: Mapping[str, Any],
    definition: FieldDefinition,
    field: Field,
    path: Path,
    *,
    is_exact: bool,
) -> Iterator[Step]:
    current = field_content(definition, field)
    current_options = current.pop("options", [])
    wanted = {name: value for name, value in entry.items() if name not in {"options", "remove"}}
    if _same_default(field, definition, wanted.get("default")):
        wanted.pop("default", None)
        current.pop("default", None)
    usual = {name: usual for name, (_a, usual) in FIELD_ATTRIBUTES.items()}
    wanted = {n: v for n, v in wanted.items() if n in {"code", "default"} or v != usual.get(n)}
    names = {"type": type_code, "field": definition.label, "code": definition.code}
    if difference := differences(current, wanted):
        changes = {a: wanted.get(n, usual) for n, (a, usual) in FIELD_ATTRIBUTES.items()}
        if "default" in {*wanted, *current}:
            changes["default"] = wanted.get("default")
        sentence = _("%(type)s: change the field “%(field)s” (%(code)s): %(difference)s")
        yield Step(
            CHANGED,
            path,
            (sentence % {**names, "difference": difference},),
            partial(_change, type_code, definition.code, changes),
        )
    yield from _option_steps(type_code, entry, current_options, path, is_exact=is_exact)


def _change(type_code: str, code: str, changes: Mapping[str, Any], actor: Actor) -> None:
    actions.change_field(_definition(type_code, code), changes, actor=actor)


def _option_steps(
    type_code: str,
    entry: Mapping[str, Any],
    current: list[dict[str, Any]],
    path: Path,
    *,
    is_exact: bool,
) -> Iterator[Step]:
    if "options" not in entry and "remove" not in entry:
        return
    stored = {option["code"]: option for option in current}
    wanted = {option["code"]: _option(option) for option in entry.get("options", ())}
    result = {**stored, **wanted}
    order = in_wanted_order(list(result), wanted) or list(result)
    merged = [result[code] for code in order]
    names = {"type": type_code, "field": entry["label"]}
    if merged != current:
        added = [o["label"] for code, o in wanted.items() if code not in stored]
        what = ", ".join(f"+ “{label}”" for label in added) or pgettext("options", "changed")
        sentence = _("%(type)s: options of “%(field)s”: %(what)s") % {**names, "what": what}
        run = partial(_set_options, type_code, entry["code"], merged)
        yield Step(CHANGED, (*path, "options"), (sentence,), run)
    going = set(entry.get("remove", {}).get("options", ()))
    if is_exact and "options" in entry:
        going |= stored.keys() - wanted.keys()
    if going & result.keys():
        kept = [option for option in merged if option["code"] not in going]
        labels = ", ".join(f"“{o['label']}”" for o in merged if o["code"] in going)
        sentence = _("%(type)s: remove options of “%(field)s”: %(labels)s")
        yield Step(
            DESTROYED,
            path,
            (sentence % {**names, "labels": labels},),
            partial(_set_options, type_code, entry["code"], kept),
            is_destructive=True,
        )


def _set_options(
    type_code: str, code: str, options: Sequence[Mapping[str, Any]], actor: Actor
) -> None:
    actions.set_options(_definition(type_code, code), _option_drafts(options), actor=actor)


def _ordered(
    type_code: str, stored: list[str], entries: Sequence[Mapping[str, Any]], path: Path
) -> Iterator[Step]:
    wanted = [str(entry["code"]) for entry in entries]
    order = in_wanted_order([*stored, *(code for code in wanted if code not in stored)], wanted)
    if order is None:
        return

    def run(actor: Actor) -> None:
        actions.reorder_fields(RecordType.objects.get(code=type_code), order, actor=actor)

    sentence = _("%(type)s: order of fields: %(order)s") % {
        "type": type_code,
        "order": ", ".join(order),
    }
    yield Step(ORDERED, path, (sentence,), run)


def _removed(type_code: str, definition: FieldDefinition, path: Path) -> Step:
    def run(actor: Actor) -> None:
        actions.delete_field(_definition(type_code, definition.code), actor=actor)

    sentence = _("%(type)s: delete the field “%(field)s” (%(code)s) with all its values") % {
        "type": type_code,
        "field": definition.label,
        "code": definition.code,
    }
    return Step(DESTROYED, (*path, "remove", "fields"), (sentence,), run, is_destructive=True)


def _same_default(field: Field, definition: FieldDefinition, raw: Any) -> bool:
    """Return whether a default, as people write it, is the one that is stored."""
    try:
        return bool(default_of(field, raw) == definition.default)
    except ConfigurationRefused:
        return False


def _definition(type_code: str, code: str) -> FieldDefinition:
    return FieldDefinition.objects.get(type__code=type_code, code=code)


def _option(entry: Mapping[str, Any]) -> dict[str, Any]:
    option = {"code": entry["code"], "label": entry["label"]}
    if entry.get("hue", Hue.GREY) != Hue.GREY:
        option["hue"] = entry["hue"]
    return option


def _option_drafts(options: Sequence[Mapping[str, Any]]) -> tuple[OptionDraft, ...]:
    return tuple(
        OptionDraft(code=o["code"], label=o["label"], hue=o.get("hue", Hue.GREY)) for o in options
    )
