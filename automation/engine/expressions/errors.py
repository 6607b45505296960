"""Why an expression cannot be understood or worked out, in sentences for people.

The package knows no gettext. A refusal keeps its English sentence apart from its parameters;
whoever has catalogues lends it their translation once (`speak_with`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from automation.engine.expressions.limits import SHOWN_LENGTH


def gettext_noop(text: str) -> str:
    """Return the text; its name lets `makemessages` find the sentence."""
    return text


SENTENCES: Mapping[str, str] = {
    # Reading the text.
    "text_too_long": gettext_noop("The text is longer than %(limit)d characters."),
    "formula_too_long": gettext_noop("The formula is longer than %(limit)d characters."),
    "formula_too_large": gettext_noop("The text has more than %(limit)d parts to work out."),
    "formula_too_deep": gettext_noop("The formula is nested more than %(limit)d levels deep."),
    "value_too_deep": gettext_noop("The value is nested more than %(limit)d levels deep."),
    "value_too_large": gettext_noop("The value has more than %(limit)d parts."),
    "value_of_no_kind": gettext_noop("A value is text, a number, yes or no, a list or a map."),
    "not_a_literal_number": gettext_noop("“%(text)s” is not a number."),
    "quote_missing": gettext_noop("The text that begins here has no closing quote."),
    "brace_missing": gettext_noop("The reference that begins here has no closing }."),
    "braces_missing": gettext_noop("The formula that begins here has no closing }}."),
    "reference_shape": gettext_noop("A reference looks like {=Document:TITLE}."),
    "reference_character": gettext_noop("A reference may not contain “%(character)s”."),
    "modifier_unknown": gettext_noop("There is no modifier “%(name)s”."),
    "character_unexpected": gettext_noop("“%(character)s” is not expected here."),
    "formula_ends_early": gettext_noop("The formula ends too early."),
    "left_over": gettext_noop("The formula should end before “%(text)s”."),
    "bracket_missing": gettext_noop("A closing %(bracket)s is missing."),
    "function_unknown": gettext_noop("There is no function “%(name)s”."),
    "word_unknown": gettext_noop(
        "“%(name)s” is neither a reference nor a function. Put text between quotes."
    ),
    "argument_count": gettext_noop(
        "The number of values for “%(name)s” is %(expected)s, not %(given)d."
    ),
    "comparison_chained": gettext_noop("Join two comparisons by and(…), or put brackets."),
    "condition_shape": gettext_noop("A condition is a list of rows and groups."),
    "condition_row_shape": gettext_noop("A row has an object, a field, an operator and a value."),
    "condition_key": gettext_noop("A condition has no part “%(name)s”."),
    "operator_unknown": gettext_noop("There is no operator “%(name)s”."),
    "joiner_unknown": gettext_noop("Rows are joined by “and” or “or”, not by “%(name)s”."),
    "between_two": gettext_noop("“Between” needs two values."),
    # Working it out.
    "reference_unknown": gettext_noop("There is nothing called “%(name)s”."),
    "not_a_number": gettext_noop("“%(value)s” is not a number."),
    "not_a_whole_number": gettext_noop("“%(value)s” is not a whole number."),
    "not_a_date": gettext_noop("“%(value)s” is not a date."),
    "not_an_interval": gettext_noop("“%(value)s” is not a span of time like 1d2h-30i."),
    "not_json": gettext_noop("“%(value)s” is not JSON."),
    "date_out_of_range": gettext_noop("The date lies too far away."),
    "date_format": gettext_noop("The date format does not know “%(character)s”."),
    "not_comparable": gettext_noop("“%(left)s” cannot be compared with “%(right)s”."),
    "currencies_differ": gettext_noop("%(left)s and %(right)s are different currencies."),
    "no_working_time": gettext_noop("The calendar has no working time near that day."),
    "divided_by_zero": gettext_noop("Nothing can be divided by zero."),
    "power_too_large": gettext_noop("The power may not be larger than %(limit)d."),
    "number_too_large": gettext_noop("The number becomes too large."),
    "cannot_be_calculated": gettext_noop("This cannot be calculated."),
    "number_out_of_range": gettext_noop("“%(value)s” must lie between %(low)d and %(high)d."),
    "result_too_long": gettext_noop("The result becomes longer than %(limit)d characters."),
    "result_too_large": gettext_noop("The list becomes longer than %(limit)d values."),
    "not_available": gettext_noop("“%(name)s” is not available here."),
}


_WITH_PLACE = gettext_noop("%(reason)s (at %(position)d)")
_translation: list[Callable[[str], str]] = []


def speak_with(translate: Callable[[str], str]) -> None:
    """Say how sentences are translated; English without it."""
    _translation[:] = [translate]


class LanguageRefused(ValueError):
    """The tree's root: `code` is stable, `params` are what the sentence names."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code = code
        self.params = params
        super().__init__(code)

    @property
    def message(self) -> str:
        """The sentence, in the language that is active now."""
        return _translated(SENTENCES[self.code]) % self.params

    def __str__(self) -> str:
        return self.message


class Unfit(LanguageRefused):
    """A value does not fit where it is used; whoever knows the place says where."""


class ExpressionRefused(LanguageRefused):
    """An expression that cannot be read or worked out.

    Attributes:
        position: The first character that is wrong, counted from 0 in the whole text.
        path: Where in a list or map the text stands, outermost key first.
    """

    def __init__(self, code: str, position: int, **params: Any) -> None:
        self.position = position
        self.path: tuple[str | int, ...] = ()
        super().__init__(code, **params)

    def __str__(self) -> str:
        known = {"reason": self.message, "position": self.position}
        sentence = _translated(_WITH_PLACE) % known
        return f"{'.'.join(map(str, self.path))}: {sentence}" if self.path else sentence


def _translated(sentence: str) -> str:
    return _translation[0](sentence) if _translation else sentence


def shown(value: Any) -> str:
    """Return a value as a sentence quotes it: short."""
    text = value if isinstance(value, str) else repr(value)[:400]
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}…"


def refuse_at(position: int, unfit: LanguageRefused) -> NoReturn:
    """Raise what a value did not fit for, now that the place is known."""
    raise ExpressionRefused(unfit.code, position, **unfit.params) from unfit
