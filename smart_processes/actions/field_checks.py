"""What a user-defined field may be like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from smart_processes import filters, registry
from smart_processes.actions.configuring import refuse, refuse_all
from smart_processes.actions.field_values import holding
from smart_processes.codes import make_code
from smart_processes.drafts import OptionDraft
from smart_processes.field_filters import FilterOperator
from smart_processes.field_types.base import Family, FieldType, ValueRefused
from smart_processes.field_types.registry import all_field_types
from smart_processes.fields import Field
from smart_processes.lookups import Lookups
from smart_processes.models import Currency, FieldDefinition, RecordType
from smart_processes.system_fields import SYSTEM_FIELDS

MOST_INDEXED = 5  # each index makes every write of a record of the type dearer
OPTION_CODE_LENGTH = 60
# A value that names a row of this installation is no default for a portable configuration.
WITHOUT_DEFAULT = frozenset({Family.REFERENCE, Family.FILE})


def taken_codes(record_type: RecordType) -> set[str]:
    """Return the codes that no further field of the type may have.

    Parameters of filters are among them: a field `amount_min` would hide one of `amount`.
    """
    parameters = (
        operator.parameter(code)
        for code in _field_codes(record_type)
        for operator in FilterOperator
    )
    return {*filters.RESERVED_CODES, *parameters}


def check_code(code: str, record_type: RecordType) -> None:
    """Refuse a new field's code that is taken or clashes with another field's filters.

    Raises:
        ConfigurationRefused: it is, or does.
    """
    own = {operator.parameter(code) for operator in FilterOperator}
    if code in taken_codes(record_type) or own & _field_codes(record_type):
        refuse(
            {
                "code": _("The code “%(code)s” is taken in this type. Choose another one.")
                % {"code": code}
            }
        )


def has_options(definition: FieldDefinition) -> bool:
    """Return whether the field's kind has options."""
    return all_field_types()[definition.kind].family == Family.CHOICE


def check(definition: FieldDefinition) -> None:
    """Refuse what the kind cannot be.

    Raises:
        ConfigurationRefused: the message says why.
    """
    kind = all_field_types().get(definition.kind)
    if kind is None:
        refuse(
            {
                "kind": _("There is no kind of field “%(kind)s”. Choose one of: %(known)s.")
                % {"kind": definition.kind, "known": ", ".join(all_field_types())}
            }
        )
    refuse_all(kind.check_config(definition.config), of="config")
    _check_references(definition)
    _check_switches(definition, kind)


def refuse_values(definition: FieldDefinition) -> None:
    """Refuse to make something else of a field that has values.

    Raises:
        ConfigurationRefused: it has.
    """
    if holding(definition).exists():
        refuse(
            {
                "kind": _(
                    "“%(field)s” holds values, so its kind stays as it is. "
                    "Add another field instead."
                )
                % {"field": definition.label}
            }
        )


def option_drafts(
    definition: FieldDefinition, drafts: Iterable[OptionDraft], *, taken: set[str]
) -> list[OptionDraft]:
    """Return the options with a code each.

    Raises:
        ConfigurationRefused: none at all, two of one name or code, or no choice field.
    """
    chosen = list(drafts)
    if not has_options(definition):
        refuse({"options": _("Only choices have options.")})
    if not chosen:
        refuse({"options": _("“%(field)s” needs an option.") % {"field": definition.label}})
    used = {*taken, *(draft.code for draft in chosen)}
    coded: list[OptionDraft] = []
    for draft in chosen:
        code = draft.code or make_code(
            draft.label, used, fallback="option", limit=OPTION_CODE_LENGTH
        )
        used.add(code)
        coded.append(replace(draft, code=code))
    names = Counter(" ".join(draft.label.split()).casefold() for draft in coded)
    codes = Counter(draft.code for draft in coded)
    for draft in coded:
        if names[" ".join(draft.label.split()).casefold()] > 1 or codes[draft.code] > 1:
            refuse(
                {
                    "options": _("Two options of “%(field)s” are called “%(option)s”.")
                    % {"field": definition.label, "option": draft.label}
                }
            )
    return coded


def default_of(field: Field, raw: Any) -> Any:
    """Return the JSON form of a default given raw; None for none.

    Raises:
        ConfigurationRefused: it is no value of the field, or the kind has no defaults.
    """
    try:
        value = field.parse(raw)
    except ValueRefused as refusal:
        refuse({"default": f"{field.label}: {refusal.message}"})
    if value is not None and field.type.family in WITHOUT_DEFAULT:
        refuse({"default": _("A field of this kind has no default.")})
    return field.to_json(value)


def check_stored_default(field: Field) -> None:
    """Refuse when the stored default is no value that the field takes any more.

    Raises:
        ConfigurationRefused: it is not.
    """
    stored = field.default if isinstance(field.default, list) else [field.default]
    if not field.is_multiple and len(stored) != 1:
        stored = [None]
    try:
        for one in stored:
            field.type.parse(field.type.from_json(one, field), field, Lookups())
    except (ValueRefused, TypeError, ValueError, KeyError):
        refuse(
            {
                "default": _("The default of “%(field)s” does not fit any more. Change it as well.")
                % {"field": field.label}
            }
        )


def _field_codes(record_type: RecordType) -> set[str]:
    own = registry.own_fields(record_type.code)
    return {
        *(field.code for field in (*SYSTEM_FIELDS, *own)),
        *record_type.definitions.values_list("code", flat=True),
    }


def _check_references(definition: FieldDefinition) -> None:
    target = definition.config.get("target")
    if target and not RecordType.objects.filter(code=target).exists():
        refuse({"config": _("There is no record type “%(code)s” to link to.") % {"code": target}})
    currency = definition.config.get("currency")
    if currency and not Currency.objects.filter(code=currency).exists():
        refuse(
            {
                "config": _(
                    "“%(currency)s” is not among the currencies in use. Add its rate first."
                )
                % {"currency": currency}
            }
        )


def _check_switches(definition: FieldDefinition, kind: FieldType) -> None:
    names = {"field": definition.label, "kind": kind.label}
    if definition.is_multiple and not kind.can_be_multiple:
        refuse({"is_multiple": _("A field of the kind “%(kind)s” holds one value.") % names})
    if definition.is_unique and (definition.is_multiple or not kind.can_be_unique):
        refuse(
            {
                "is_unique": _(
                    "“%(field)s” cannot be unique: only single values of some kinds can."
                )
                % names
            }
        )
    if not definition.is_indexed:
        return
    if not kind.can_be_indexed:
        refuse({"is_indexed": _("A field of the kind “%(kind)s” cannot be indexed.") % names})
    others = FieldDefinition.objects.filter(type_id=definition.type_id, is_indexed=True)
    if others.exclude(pk=definition.pk).count() >= MOST_INDEXED:
        refuse(
            {
                "is_indexed": _(
                    "A type has at most %(count)d indexed fields. Free another one first."
                )
                % {"count": MOST_INDEXED}
            }
        )
