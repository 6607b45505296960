"""Forms of user tasks: questions with kinds, as programs write them and people answer them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from automation.exceptions import StepRefused
from smart_processes.exceptions import ValuesRefused
from smart_processes.field_types.base import Option, ValueRefused
from smart_processes.field_types.registry import field_type
from smart_processes.fields import EMPTY, Field, ValueStorage
from smart_processes.lookups import Lookups

# Kinds of fields that a form may have: those that need no record to stand on.
KINDS = (
    *("string", "text", "integer", "decimal", "flag", "choice"),
    *("date", "datetime", "user", "email", "phone", "url"),
)
MOST_QUESTIONS = 50
_KEYS = frozenset({"code", "label", "kind", "required", "multiple", "options", "help", "default"})
_HUE = "gray"
_TRUE = (True, "Y", "true")


def read_questions(raw: Any) -> list[dict[str, Any]]:
    """Return the questions of a form as they are stored.

    Args:
        raw: A list of maps (`code`, `label`, `kind`, `required`, `multiple`, `options`, `help`,
            `default`), or a text with one question per line, each answered by a line of text.

    Raises:
        StepRefused: one is not what a question is.
    """
    if isinstance(raw, str):
        lines = [line.strip() for line in raw.splitlines() if line.strip()]
        raw = [{"code": f"answer{n}", "label": line} for n, line in enumerate(lines, 1)]
    if not isinstance(raw, Sequence) or not raw:
        raise StepRefused(_("Say what is asked: a list of questions, or one per line."))
    if len(raw) > MOST_QUESTIONS:
        raise StepRefused(_("Ask at most %(limit)d questions.") % {"limit": MOST_QUESTIONS})
    questions = [_question(each) for each in raw]
    codes = [each["code"] for each in questions]
    for code in codes:
        if codes.count(code) > 1:
            raise StepRefused(_("Two questions are called “%(code)s”.") % {"code": code})
    return questions


def fields_of(questions: Sequence[Mapping[str, Any]]) -> list[Field]:
    """Return stored questions as fields, which know forms, parsing and texts."""
    return [
        Field(
            code=each["code"],
            label=each["label"],
            type=field_type(each["kind"]),
            storage=ValueStorage(each["code"]),
            help=each.get("help", ""),
            is_required=bool(each.get("required")),
            is_multiple=bool(each.get("multiple")),
            default=each.get("default"),
            options=tuple(
                Option(number, f"option{number}", text, _HUE)
                for number, text in enumerate(each.get("options", ()), 1)
            ),
        )
        for each in questions
    ]


def read_answers(
    questions: Sequence[Mapping[str, Any]], given: Mapping[str, Any], *, me: int | None
) -> dict[str, Any]:
    """Return the answers by code in JSON form; options by their names, empty ones left out.

    Raises:
        ValuesRefused: answers that are missing or not of their kind, by code.
    """
    lookups = Lookups(me=me)
    fields = fields_of(questions)
    errors = {
        str(code): _("There is no such question.")
        for code in given.keys() - {field.code for field in fields}
    }
    found: dict[str, Any] = {}
    for field in fields:
        try:
            value = field.parse(given.get(field.code), lookups=lookups)
        except ValueRefused as refusal:
            errors[field.code] = refusal.message
            continue
        if value is not None:
            found[field.code] = _stored(field, value)
        elif field.is_required:
            errors[field.code] = _("Fill in “%(name)s”.") % {"name": field.label}
    if errors:
        raise ValuesRefused(errors)
    return found


def python_value(field: Field, stored: Any) -> Any:
    """Return the Python value of a stored answer, for texts."""
    if field.type.kind != "choice" or stored is None:
        return field.from_json(stored)
    return field.parse(stored)


def _stored(field: Field, value: Any) -> Any:
    if field.type.kind != "choice":
        return field.to_json(value)
    names = [option.label for one in field.each(value) if (option := field.option(one))]
    return names if field.is_multiple else names[0]


def _question(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        raise StepRefused(_("A question is a map with “code” and “label”."))
    unknown = ", ".join(sorted(str(key) for key in raw.keys() - _KEYS))
    if unknown:
        raise StepRefused(_("A question has no “%(name)s”.") % {"name": unknown[:100]})
    code, label = str(raw.get("code") or ""), str(raw.get("label") or "")
    if not code.isidentifier():
        sentence = _("“%(code)s” cannot be the code of a question: use letters and digits.")
        raise StepRefused(sentence % {"code": code[:64]})
    stored: dict[str, Any] = {"code": code, "label": label or code, "kind": _kind(raw)}
    if options := _options(raw, stored["kind"]):
        stored["options"] = options
    stored |= {key: True for key in ("required", "multiple") if raw.get(key) in _TRUE}
    return stored | {key: raw[key] for key in ("help", "default") if raw.get(key) not in EMPTY}


def _kind(raw: Mapping[str, Any]) -> str:
    kind = str(raw.get("kind") or "string")
    if kind not in KINDS:
        sentence = _("A question cannot be of the kind “%(kind)s”. Choose one of: %(kinds)s.")
        raise StepRefused(sentence % {"kind": kind[:64], "kinds": ", ".join(KINDS)})
    return kind


def _options(raw: Mapping[str, Any], kind: str) -> list[str]:
    given = raw.get("options") or ()
    texts = given.splitlines() if isinstance(given, str) else [str(each) for each in given]
    names = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
    if (kind == "choice") != bool(names):
        raise StepRefused(_("Questions of the kind “choice” have options, and no others."))
    return names
