"""The JSON Schema of solution files, and its refusals in sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any, cast

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from smart_processes.field_types.registry import all_field_types
from smart_processes.solutions.document import Document, Path, Problem, SolutionRefused
from smart_processes.solutions.own_parts import all_parts

VERSION = 1
MOST_PROBLEMS = 50  # told at once
_BASE = FilePath(__file__).with_name("schema.json")


def schema() -> dict[str, Any]:
    """Return the schema with the kinds of fields there are and every registered part."""
    whole: dict[str, Any] = json.loads(_BASE.read_text(encoding="utf-8"))
    whole["$defs"]["field"]["properties"]["kind"]["enum"] = list(all_field_types())
    for key, part in all_parts().items():
        fragment = dict(part.schema())
        whole["$defs"] |= fragment.pop("$defs", {})
        if fragment:
            whole["properties"][key] = fragment
    return whole


def check(document: Document, against: dict[str, Any] | None = None) -> None:
    """Refuse a document that is not as the schema says: that of solutions, or another one.

    Raises:
        SolutionRefused: with the line and the place of each problem.
    """
    validator = Draft202012Validator(against or schema())
    errors = sorted(validator.iter_errors(document.content), key=lambda each: list(each.path))
    problems = [problem for error in errors for problem in _problems(document, error)]
    if problems:
        raise SolutionRefused(problems[:MOST_PROBLEMS])


def _problems(document: Document, error: ValidationError) -> Iterator[Problem]:
    path: Path = tuple(error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = dict(_described(error).get("properties", {}))
        for name in error.instance.keys() - known.keys():
            sentence = _("“%(name)s” is not known here. Known are: %(known)s.") % {
                "name": name,
                "known": ", ".join(known),
            }
            yield document.problem(sentence, (*path, name))
        return
    yield document.problem(_sentence(error), path)


def _sentence(error: ValidationError) -> str:
    wanted, found = error.validator_value, _short(error.instance)
    sentences = {
        "required": _("“%(name)s” is missing."),
        "type": _("This must be %(wanted)s, not %(found)s."),
        "enum": _("%(found)s is none of: %(wanted)s."),
        "const": _("This must be %(wanted)s, not %(found)s."),
        "pattern": _("%(found)s is not written as it should be: %(hint)s"),
        "maxLength": _("%(found)s is longer than %(wanted)s characters."),
        "minLength": _("This must not be empty."),
        "minimum": _("%(found)s is less than %(wanted)s."),
        "maximum": _("%(found)s is more than %(wanted)s."),
        "uniqueItems": _("The same stands here twice."),
    }
    sentence = sentences.get(str(error.validator), error.message)
    names = {
        "name": _missing(error),
        "wanted": ", ".join(map(str, wanted)) if isinstance(wanted, list) else str(wanted),
        "found": found,
        "hint": str(_described(error).get("description", wanted)),
    }
    return sentence % names if str(error.validator) in sentences else sentence


def _described(error: ValidationError) -> Mapping[str, Any]:
    return error.schema if isinstance(error.schema, Mapping) else {}


def _missing(error: ValidationError) -> str:
    if error.validator != "required" or not isinstance(error.instance, dict):
        return ""
    wanted = cast("list[str]", error.validator_value)
    missing = [name for name in wanted if name not in error.instance]
    # One error comes for each missing name; its message begins with it.
    return next((name for name in missing if error.message.startswith(f"'{name}'")), "")


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}…"
