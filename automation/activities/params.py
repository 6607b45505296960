"""Parameters of activities: frozen dataclasses whose fields say what forms and schemas need."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from automation.engine.expressions import LanguageRefused
from automation.engine.expressions.conversion import listed, number, text, truth
from automation.exceptions import ParamsRefused

P = TypeVar("P")
_KEY = "param"
_params: dict[type[Any], tuple[Param, ...]] = {}


class ParamKind(StrEnum):
    """What a parameter holds; a form has a control for each."""

    TEXT = "text"
    LINES = "lines"  # a text of several lines
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"
    SPAN = "span"  # a span of time
    STAGE = "stage"
    PIPELINE = "pipeline"
    RECORD = "record"  # an id
    RECORD_TYPE = "record_type"  # a code
    FIELD = "field"  # a code
    FIELD_OR_ID = "field_or_id"  # a code, or "id": the record's number
    FIELDS = "fields"  # codes
    PEOPLE = "people"  # ids, user names or addresses; one or several
    FILES = "files"  # ids; one or several
    PROGRAM = "program"
    FIELD_VALUES = "field_values"  # field code -> value, of the run's record
    VALUES_OF_TYPE = "values_of_type"  # the same, of the type that the parameter `type` names
    VALUES_OF_RECORD = "values_of_record"  # the same, of the record that a parameter names
    FILTERS = "filters"  # parameter of a list's filter -> value or values
    VARIABLE_VALUES = "variable_values"  # variable code -> value
    GLOBAL_VALUES = "global_values"  # code of a global variable -> value
    MAP = "map"  # text -> text
    ANY = "any"  # any JSON value


@dataclass(frozen=True)
class Param:
    """What forms, schemas and journals know about one parameter."""

    name: str
    label: StrOrPromise
    kind: ParamKind
    is_required: bool
    default: Any = None
    help: StrOrPromise = ""
    choices: tuple[tuple[str, StrOrPromise], ...] = ()
    is_secret: bool = False  # never shown, masked in the journal


def param(
    label: StrOrPromise,
    kind: ParamKind = ParamKind.TEXT,
    *,
    default: Any = dataclasses.MISSING,
    help: StrOrPromise = "",  # noqa: A002  # as forms call it
    choices: tuple[tuple[str, StrOrPromise], ...] = (),
    is_secret: bool = False,
) -> Any:
    """Return the field of a parameters' dataclass; one without a default is required."""
    about = {"label": label, "kind": kind, "help": help, "choices": choices, "secret": is_secret}
    if isinstance(default, dict | list):
        factory = type(default)
        return dataclasses.field(default_factory=factory, metadata={_KEY: about})
    return dataclasses.field(default=default, metadata={_KEY: about})


def params_of(cls: type[Any]) -> tuple[Param, ...]:
    """Return the parameters of a dataclass in their order; asked at every step, so kept."""
    if cls not in _params:
        _params[cls] = tuple(_param(each) for each in dataclasses.fields(cls))
    return _params[cls]


def parse_params(cls: type[P], raw: Mapping[str, Any]) -> P:
    """Return the parameters of a step whose expressions are worked out already.

    Raises:
        ParamsRefused: one is missing, unknown or of another kind; all are named.
    """
    values, problems = _read(cls, raw)
    if problems:
        raise ParamsRefused(" ".join(problems.values()))
    return cls(**values)


def param_problems(cls: type[Any], raw: Mapping[str, Any]) -> dict[str, str]:
    """Return a sentence for each parameter that `parse_params` would refuse, by its name."""
    return _read(cls, raw)[1]


def schema_of(cls: type[Any]) -> dict[str, Any]:
    """Return the JSON Schema of the parameters as they stand in a program.

    Every value may be an expression, so a text is allowed wherever something else is.
    """
    properties = {}
    for each in params_of(cls):
        schema: dict[str, Any] = {"title": str(each.label)}
        if each.choices:
            schema["anyOf"] = [
                {"enum": [code for code, _label in each.choices]},
                {"type": "string", "pattern": "[{=]"},
            ]
        elif types := _TYPES.get(each.kind):
            schema["type"] = types
        if each.help:
            schema["description"] = str(each.help)
        properties[each.name] = schema
    return {
        "type": "object",
        "properties": properties,
        "required": [each.name for each in params_of(cls) if each.is_required],
        "additionalProperties": False,
    }


def secret_names(cls: type[Any]) -> frozenset[str]:
    """Return the names of parameters that journals must not show."""
    return frozenset(each.name for each in params_of(cls) if each.is_secret)


def _read(cls: type[Any], raw: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values that can be read, and why the others cannot."""
    if not isinstance(raw, Mapping):
        return {}, {"": _("The parameters of a step are a map.")}
    known = {each.name: each for each in params_of(cls)}
    unknown = [str(name) for name in raw if name not in known]
    problems = {name: _("There is no parameter “%(name)s”.") % {"name": name} for name in unknown}
    values: dict[str, Any] = {}
    for name, each in known.items():
        given = raw.get(name)
        if given is None or given == "":
            if each.is_required:
                problems[name] = _("Fill in “%(name)s”.") % {"name": each.label}
            continue
        try:
            values[name] = _CONVERT[each.kind](given)
        except (LanguageRefused, TypeError, ValueError):
            problems[name] = _("“%(name)s” is not what it should be.") % {"name": each.label}
            continue
        if each.choices and values[name] not in dict(each.choices):
            problems[name] = _("“%(name)s” is none of its options.") % {"name": each.label}
    return values, problems


def _param(field: dataclasses.Field[Any]) -> Param:
    about = field.metadata[_KEY]
    has_factory = field.default_factory is not dataclasses.MISSING
    has_default = has_factory or field.default is not dataclasses.MISSING
    default = None
    if has_default:
        default = field.default_factory() if callable(field.default_factory) else field.default
    return Param(
        name=field.name,
        label=about["label"],
        kind=about["kind"],
        is_required=not has_default,
        default=default,
        help=about["help"],
        choices=about["choices"],
        is_secret=about["secret"],
    )


def _whole_map(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError
    return {str(key): each for key, each in value.items()}


def _text_map(value: Any) -> dict[str, str]:
    return {key: text(each) for key, each in _whole_map(value).items()}


def _id(value: Any) -> int:
    found: Decimal = number(listed(value)[0])
    if found != found.to_integral_value():
        raise ValueError
    return int(found)


def _codes(value: Any) -> list[str]:
    """Return codes of a list, or of one text that divides them by commas or lines."""
    parts = value.replace(",", "\n").splitlines() if isinstance(value, str) else listed(value)
    return [code for part in parts if (code := text(part).strip())]


_LISTS = (ParamKind.FIELDS, ParamKind.PEOPLE, ParamKind.FILES)
_MAPS = (
    *(ParamKind.FIELD_VALUES, ParamKind.VALUES_OF_TYPE, ParamKind.VALUES_OF_RECORD),
    *(ParamKind.FILTERS, ParamKind.VARIABLE_VALUES, ParamKind.GLOBAL_VALUES),
)
# Written and handed on as texts.
_TEXTS = (
    *(ParamKind.TEXT, ParamKind.LINES, ParamKind.CHOICE, ParamKind.SPAN),
    *(ParamKind.STAGE, ParamKind.PIPELINE, ParamKind.PROGRAM),
    *(ParamKind.RECORD_TYPE, ParamKind.FIELD, ParamKind.FIELD_OR_ID),
)
_CONVERT: Mapping[ParamKind, Callable[[Any], Any]] = {
    ParamKind.NUMBER: number,
    ParamKind.FLAG: truth,
    ParamKind.RECORD: _id,
    ParamKind.FIELDS: _codes,
    ParamKind.PEOPLE: listed,
    ParamKind.FILES: listed,
    **dict.fromkeys(_MAPS, _whole_map),
    ParamKind.MAP: _text_map,
    ParamKind.ANY: lambda value: value,
    **dict.fromkeys(_TEXTS, text),
}
# As they stand in a program: every value may also be an expression.
_TYPES: Mapping[ParamKind, list[str]] = {
    ParamKind.NUMBER: ["number", "string"],
    ParamKind.FLAG: ["boolean", "string"],
    ParamKind.RECORD: ["integer", "string"],
    **{kind: ["array", "string", "integer"] for kind in _LISTS},
    **{kind: ["object", "string"] for kind in _MAPS},
    ParamKind.MAP: ["object", "string"],
    **{kind: ["string", "number"] for kind in _TEXTS},
}
