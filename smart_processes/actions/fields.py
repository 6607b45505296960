"""User-defined fields and their options.

The kind of a field never changes while values exist: what was stored as text is no date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actor import Actor
from smart_processes.actions import field_checks, field_values
from smart_processes.actions.configuring import assign, begin, clean, read_schema
from smart_processes.actions.field_indexes import keep_index
from smart_processes.actions.field_references import forget_field, refuse_broken_conditions
from smart_processes.codes import make_code
from smart_processes.drafts import FieldDraft, OptionDraft
from smart_processes.fields import Field
from smart_processes.models import FieldDefinition, FieldOption, RecordType, UniqueValue

CHANGEABLE = (
    "label",
    "kind",
    "help",
    "section",
    "position",
    "is_required",
    "is_multiple",
    "is_unique",
    "is_indexed",
    "on_card",
    "default",
    "config",
)
CODE_LENGTH = 60
# What values a field takes depends on these.
_MEANING = frozenset({"kind", "is_multiple", "config"})


@transaction.atomic
def add_field(record_type: RecordType, draft: FieldDraft, *, actor: Actor) -> FieldDefinition:
    """Add a field to a type; forms, lists, filters and imports have it at the next request.

    Raises:
        PermissionRefused, ConfigurationRefused: nothing was added; the message says why.
    """
    begin(actor)
    record_type = RecordType.objects.select_for_update().get(pk=record_type.pk)
    taken = field_checks.taken_codes(record_type)
    position = draft.position
    if position is None:
        position = max((d.position + 1 for d in record_type.definitions.all()), default=0)
    definition = FieldDefinition(
        type=record_type,
        code=draft.code or make_code(draft.label, taken, fallback="field", limit=CODE_LENGTH),
        label=draft.label,
        kind=draft.kind,
        help=draft.help,
        section=draft.section,
        position=position,
        is_required=draft.is_required,
        is_multiple=draft.is_multiple,
        is_unique=draft.is_unique,
        is_indexed=draft.is_indexed,
        on_card=draft.on_card,
        config=dict(draft.config),
    )
    field_checks.check_code(definition.code, record_type)
    field_checks.check(definition)
    clean(definition)
    definition.save()
    if draft.options or field_checks.has_options(definition):
        _write_options(definition, draft.options)
    _set_default(definition, draft.default, actor=actor)
    if definition.is_indexed:
        keep_index(definition)
    return definition


@transaction.atomic
def change_field(
    definition: FieldDefinition, changes: Mapping[str, Any], *, actor: Actor
) -> FieldDefinition:
    """Change a field; its code never changes, its kind only while nothing is stored.

    Args:
        definition: The field.
        changes: Attributes of `CHANGEABLE` -> new values; `default` raw, as a form sends it.
        actor: Who changes it.

    Raises:
        PermissionRefused, ConfigurationRefused: nothing was changed; the message says why.
    """
    begin(actor)
    definition = _locked(definition)
    old_target = definition.config.get("target")
    wanted = dict(changes)
    keeps_default = "default" not in wanted
    default = wanted.pop("default", None)
    changed = set(assign(definition, wanted, CHANGEABLE))
    field_checks.check(definition)
    clean(definition)
    if "kind" in changed or definition.config.get("target") != old_target:
        field_checks.refuse_values(definition)
    _follow(definition, changed)
    if changed:
        definition.save(update_fields=sorted(changed))
    if "is_unique" in changed:
        _keep_unique(definition, actor=actor)
    if not keeps_default:
        _set_default(definition, default, actor=actor)
    if changed & _MEANING:
        _recheck(definition, actor=actor)
    return definition


@transaction.atomic
def set_options(
    definition: FieldDefinition, options: Sequence[OptionDraft], *, actor: Actor
) -> None:
    """Make the options of a choice field these, in this order.

    An option that is not among them is deleted, or retired where records hold it: they
    keep it, new values may not be it. A retired code that comes again is in use again.

    Raises:
        PermissionRefused, ConfigurationRefused: nothing was changed; the message says why.
    """
    begin(actor)
    definition = _locked(definition)
    _write_options(definition, options)
    _recheck(definition, actor=actor)


@transaction.atomic
def reorder_fields(record_type: RecordType, codes: Sequence[str], *, actor: Actor) -> None:
    """Put the user-defined fields into this order; those not named follow as they were.

    Raises:
        PermissionRefused: the actor may not configure.
    """
    begin(actor)
    RecordType.objects.select_for_update().get(pk=record_type.pk)
    places = {code: place for place, code in enumerate(codes)}
    definitions = list(record_type.definitions.all())
    definitions.sort(key=lambda each: places.get(each.code, len(places)))
    for position, definition in enumerate(definitions):
        if definition.position != position:
            definition.position = position
            definition.save(update_fields=["position"])


@transaction.atomic
def delete_field(definition: FieldDefinition, *, actor: Actor) -> int:
    """Delete a field with all its values for good; callers let people type its name first.

    Stages, moves and saved views that name it forget it.

    Returns:
        How many records had a value.

    Raises:
        PermissionRefused, ConfigurationRefused: a move has a condition on it.
    """
    begin(actor)
    definition = _locked(definition)
    forget_field(definition)
    if definition.is_indexed:
        definition.is_indexed = False
        keep_index(definition)
    kept = FieldDefinition(
        pk=definition.pk, type_id=definition.type_id, code=definition.code, label=definition.label
    )
    definition.delete()
    return field_values.remove_values(kept, read_schema(actor).types_by_id[kept.type_id])


def _write_options(definition: FieldDefinition, drafts: Iterable[OptionDraft]) -> None:
    stored = {option.code: option for option in definition.options.all()}
    wanted = field_checks.option_drafts(definition, drafts, taken=set(stored))
    for position, draft in enumerate(wanted):
        option = stored.pop(draft.code, None) or FieldOption(definition=definition, code=draft.code)
        before = (option.pk, option.label, option.hue, option.position, option.retired_at)
        option.label, option.hue, option.position = draft.label, draft.hue, position
        option.retired_at = None
        if before != (option.pk, option.label, option.hue, position, None) or not option.pk:
            clean(option, called=option.label)
            option.save()
    gone = [option for option in stored.values() if option.retired_at is None]
    used = field_values.options_in_use(definition, gone)
    for option in gone:
        if option.pk in used:
            option.retired_at = timezone.now()
            option.save(update_fields=["retired_at"])
        else:
            option.delete()


def _keep_unique(definition: FieldDefinition, *, actor: Actor) -> None:
    if definition.is_unique:
        field_values.make_unique(definition, _field(definition, actor))
    else:
        UniqueValue.objects.filter(definition=definition).delete()


def _set_default(definition: FieldDefinition, raw: Any, *, actor: Actor) -> None:
    default = field_checks.default_of(_field(definition, actor), raw)
    if default != definition.default:
        definition.default = default
        definition.save(update_fields=["default"])


def _follow(definition: FieldDefinition, changed: set[str]) -> None:
    """Bring options, stored values and the index after what changed about the field."""
    if "kind" in changed and not field_checks.has_options(definition):
        definition.options.all().delete()
    if "is_multiple" in changed:
        step = field_values.make_several if definition.is_multiple else field_values.make_single
        step(definition)
    if changed & {"is_indexed", "is_multiple", "kind"}:
        keep_index(definition)


def _recheck(definition: FieldDefinition, *, actor: Actor) -> None:
    """Refuse when the default or a condition does not fit the changed field any more."""
    if definition.default is not None:
        field_checks.check_stored_default(_field(definition, actor))
    refuse_broken_conditions(read_schema(actor).types_by_id[definition.type_id])


def _locked(definition: FieldDefinition) -> FieldDefinition:
    """Return the field afresh; the type's row is locked, as for every change of its fields."""
    RecordType.objects.select_for_update().get(pk=definition.type_id)
    return FieldDefinition.objects.get(pk=definition.pk)


def _field(definition: FieldDefinition, actor: Actor) -> Field:
    return read_schema(actor).types_by_id[definition.type_id].fields[definition.code]
