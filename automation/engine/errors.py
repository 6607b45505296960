"""Why a program cannot be used, each problem with its place.

The engine knows no gettext: sentences are marked here and translated by whoever shows them,
as in `automation.engine.expressions.errors`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from automation.engine.expressions.errors import gettext_noop

SENTENCES: Mapping[str, str] = {
    "not_json": gettext_noop("The program is not made of JSON values."),
    "too_large": gettext_noop("The program is larger than %(limit)d characters."),
    "too_deep": gettext_noop("The program is nested more than %(limit)d levels deep."),
    "too_many_steps": gettext_noop("The program has more than %(limit)d steps."),
    "version_unknown": gettext_noop("This product reads programs of version %(known)d."),
    "not_an_object": gettext_noop("An object is expected here."),
    "not_a_list": gettext_noop("A list is expected here."),
    "not_a_text": gettext_noop("A text is expected here."),
    "not_a_flag": gettext_noop("True or false is expected here."),
    "not_a_number": gettext_noop("A whole number from %(low)d to %(high)d is expected here."),
    "missing": gettext_noop("“%(name)s” is missing."),
    "unknown_key": gettext_noop("There is no “%(name)s” here."),
    "not_an_id": gettext_noop(
        "An id is up to %(limit)d letters, digits and underscores, and begins with a letter."
    ),
    "id_twice": gettext_noop("Two steps are called “%(name)s”."),
    "id_reserved": gettext_noop("“%(name)s” is a word of the expression language."),
    "type_unknown": gettext_noop("There is no kind of step “%(name)s”."),
    "choose_one": gettext_noop("Choose one of: %(names)s."),
    "empty_branches": gettext_noop("At least one branch is needed."),
    "empty_steps": gettext_noop("At least one step is needed."),
    "else_not_last": gettext_noop("Only the last branch may be without a condition."),
    "state_unknown": gettext_noop("There is no state “%(name)s” here."),
    "outside_loop": gettext_noop("There is no loop to leave here."),
    "outside_state": gettext_noop("A state is set inside a handler of a state."),
    "text_refused": gettext_noop("%(reason)s (at %(position)d)"),
    "condition_refused": gettext_noop("%(reason)s"),
    "twice": gettext_noop("“%(name)s” is defined twice."),
    # Found by comparing a program with what is there.
    "reference_unknown": gettext_noop("There is nothing called “%(name)s”."),
    "activity_unknown": gettext_noop("There is no activity “%(name)s”."),
    "parameter_refused": gettext_noop("“%(name)s”: %(reason)s"),
    "operator_unfit": gettext_noop("“%(name)s” cannot be compared by “%(operator)s”."),
    "option_unknown": gettext_noop(
        "“%(name)s” has no option “%(value)s”. Choose one of: %(names)s."
    ),
    "changes_unknown": gettext_noop(
        "Only what listens to changed fields knows what changed. Ask for a value instead."
    ),
    # Its reason is a whole sentence.
    "refused": gettext_noop("%(reason)s"),
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        path: Where, as a JSON path: `$.root.steps[2].when[0].value`.
        code: A key of `SENTENCES`.
        params: What the sentence names.
    """

    path: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The sentence in English."""
        return SENTENCES[self.code] % self.params

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class ProgramRefused(ValueError):
    """A program that cannot be used; `problems` are all that were found, in its order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(each) for each in problems))
