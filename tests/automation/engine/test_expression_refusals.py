"""The expression language: what it refuses, where it points, how soon."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.engine.expressions import ExpressionRefused, compile_value
from automation.engine.expressions.functions import FUNCTIONS
from automation.engine.expressions.limits import MAX_FORMULA, MAX_TEXT
from tests.automation.engine.language_scope import Company, FiveDays, Values


def refusal(raw: Any, scope: Values | None = None) -> ExpressionRefused:
    with pytest.raises(ExpressionRefused) as refused:
        compile_value(raw).evaluate(scope or Values())
    return refused.value


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("=", "formula_ends_early", 1),
        ("=1+", "formula_ends_early", 3),
        ("=1 2", "left_over", 3),
        ("=10%3", "left_over", 4),
        ("=(1", "bracket_missing", 3),
        ("=[1", "bracket_missing", 3),
        ("=1)", "left_over", 2),
        ("=1}}", "left_over", 2),
        ("=,", "character_unexpected", 1),
        ("=1 ? 2", "character_unexpected", 3),
        ("={1}", "character_unexpected", 1),
        ("=1.2.3", "not_a_literal_number", 1),
        ("=1<2<3", "comparison_chained", 4),
        ('="abc', "quote_missing", 1),
        ("=abc", "word_unknown", 1),
        ("=1+nope(2)", "function_unknown", 3),
        ("=1+if(1)", "argument_count", 3),
        ("=abs(1,2)", "argument_count", 1),
        ("total {{=1+}} or so", "formula_ends_early", 11),
        ("total {{=1+1", "braces_missing", 6),
        ("total {{=1+1} left", "character_unexpected", 12),
        ('total {{="}}"', "braces_missing", 6),
        ("a {=Document:ID", "brace_missing", 2),
        ("{=Document:ID/]ID#{=Document:ID}", "brace_missing", 0),
        ("a {=Document:ID/]}", "reference_character", 15),
        ("a {=Document}", "reference_shape", 2),
        ("a {=:ID}", "reference_shape", 2),
        ("a {=Document:}", "reference_shape", 2),
        ("a {=Document:A..B}", "reference_shape", 2),
        ("a {=Document:ID > upside}", "modifier_unknown", 18),
        ("={=Variable:a > nope}", "modifier_unknown", 16),
    ],
)
def test_text_that_cannot_be_read_is_refused_with_its_place(
    text: str, code: str, position: int
) -> None:
    refused = refusal(text)

    assert (refused.code, refused.position) == (code, position)
    assert refused.message.endswith(".")


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("sum {{=1+1/0}}", "divided_by_zero", 10),
        ('=1+"a"', "not_a_number", 2),
        ('=abs("a")', "not_a_number", 1),
        ('="a">[1]', "not_comparable", 4),
        ("x{=Variable:nope}", "reference_unknown", 1),
        ("=1+{=A9:Result}", "reference_unknown", 3),
        ('=dateadd("never","1d")', "not_a_date", 1),
        ('=dateadd("2026-01-01","1x")', "not_an_interval", 1),
        ('=dateadd("2026-01-01","9999y")', "date_out_of_range", 1),
        ('=substr("a",1.5)', "not_a_whole_number", 1),
        ('=settime("2026-01-01",24)', "number_out_of_range", 1),
        ('=date("Q")', "date_format", 1),
        ('=jsonval("a","{")', "not_json", 1),
        ("=0^-1", "divided_by_zero", 2),
        ("=(0-8)^0.5", "cannot_be_calculated", 6),
        ("=10^1000", "number_too_large", 3),
        ("=1^1001", "power_too_large", 2),
    ],
)
def test_value_that_does_not_fit_is_refused_at_its_place(
    text: str, code: str, position: int
) -> None:
    refused = refusal(text)

    assert (refused.code, refused.position) == (code, position)


class NeverOpen(FiveDays):
    """A calendar without any working time."""

    def add_work_days(self, moment: datetime, days: int, person: Any = None) -> datetime:
        raise ValueError(moment)


@pytest.mark.parametrize(
    "formula", ["addworkdays('2026-01-01',1)", "workdateadd('2026-01-01','1d')"]
)
def test_calendar_without_working_time_is_refused(formula: str) -> None:
    refused = refusal(f"={formula}", Company(calendar=NeverOpen()))

    assert (refused.code, refused.position) == ("no_working_time", 1)


@pytest.mark.parametrize("person", ["'anna'", "0", "1.5", "10^30"])
def test_person_is_an_id(person: str) -> None:
    assert refusal(f"=user_manager({person})", Company()).position == 1


def test_refusal_inside_a_list_or_map_says_where() -> None:
    assert refusal({"to": ["a", "=1+"]}).path == ("to", 1)
    assert refusal({"to": ["a", "=1/0"]}).path == ("to", 1)


def nested_list(levels: int) -> list[Any]:
    """Return a list in a list in a list."""
    inside: list[Any] = []
    for _level in range(levels):
        inside = [inside]
    return inside


BOMBS: dict[str, Any] = {
    "many brackets": "=" + "(" * 4_000 + "1" + ")" * 4_000,
    "many signs": "=" + "-" * 7_000 + "1",
    "a long sum": "=" + "1+" * 3_500 + "1",
    "formulas in formulas": "=" + "{{=" * 1_500 + "1" + "}}" * 1_500,
    "a long formula": "=" + " " * MAX_FORMULA + "1",
    "a long inline formula": "{{=" + " " * MAX_FORMULA + "1}}",
    "a long quote": "x {{='" + "a" * 90_000 + "'}}",
    "a long text": "x" * (MAX_TEXT + 1),
    "many formulas": "{{=1}}" * 16_000,
    "many open references": "{=" * 40_000,
    "many open formulas": "{{=" * 30_000,
    "a tower of powers": "=9^9^9^9^9",
    "a power": "=2^100000000",
    "a large product": "=" + "*".join(["9^999"] * 20),
    "digits": "=" + "9" * 5_000,
    "digits in quotes": "=1+'" + "9" * 5_000 + "'",
    "an exponent": "='1e999999999'+1",
    "doubled text": "=" + "&".join(["{=Variable:long}"] * 100),
    "joined lists": "=implode({=Variable:long},{=Variable:list})",
    "merged lists": "=merge(" + ",".join(["{=Variable:list}"] * 50) + ")",
    "lists of lists": "=[" + ",".join(["{=Variable:list}"] * 50) + "]",
    "split text": "=explode('',{=Variable:long})",
    "a long chance": "=randstring(100000)",
    "places": "=round(1, 100000000)",
    "zeros": "=numberformat(1, 100000000)",
    "deep json": "=jsonval('a','" + "[" * 5_000 + "')",
    "a deep list": nested_list(100),
    "a wide list": ["x"] * 20_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused(name: str) -> None:
    scope = Company({"Variable:long": "x" * 90_000, "Variable:list": ["y" * 1_000] * 9_000})

    refusal(BOMBS[name], scope)


def test_deepest_and_longest_that_is_allowed_works() -> None:
    brackets = "=" + "(" * 38 + "1" + ")" * 38
    longest_sum = "=" + "+".join(["1"] * 250)

    assert compile_value(brackets).evaluate(Values()) == 1
    assert compile_value(longest_sum).evaluate(Values()) == 250


PIECES = st.sampled_from(
    [
        *("{=Document:TITLE}", "{=Document:A.B > printable}", "{{=", "}}", "{=", "}", "{", "="),
        *("(", ")", "[", "]", ",", ";", "+", "-", "*", "/", "^", "&", "%", "<", "<>", ">="),
        *('"', "'", "\\", " ", "\n", "1", "0", "2.5", "'1d'", '"x"', "true", "я", "\x00"),
        *(f"{name}(" for name in sorted(FUNCTIONS)),
    ]
)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.decimals(), st.text(), st.dates(), st.datetimes(),
    st.floats(), st.lists(st.one_of(st.text(), st.integers())), st.binary(),
)  # fmt: skip


def place_of_refusal(text: str, scope: Values) -> int | None:
    """Return where a text was refused, None when it was worked out; nothing else may happen."""
    try:
        compile_value(text).evaluate(scope)
    except ExpressionRefused as refused:
        return refused.position
    return None


@given(text=st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join)), prefix=st.booleans())
def test_any_text_is_either_worked_out_or_refused(text: str, prefix: bool) -> None:
    scope = Company({"Document:TITLE": "x", "Document:A.B": ["1", Decimal(2)]})
    whole = f"={text}" if prefix else text

    place = place_of_refusal(whole, scope)

    assert place is None or 0 <= place <= len(whole)


@given(
    name=st.sampled_from(sorted(FUNCTIONS)),
    values=st.lists(VALUES, min_size=1, max_size=4),
)
def test_any_value_fits_a_function_or_is_refused(name: str, values: list[Any]) -> None:
    function = FUNCTIONS[name]
    given_values = (values * 4)[: max(function.least, min(len(values), function.most))]
    scope = Company({f"Variable:v{place}": each for place, each in enumerate(given_values)})
    arguments = ",".join(f"{{=Variable:v{place}}}" for place in range(len(given_values)))

    place = place_of_refusal(f"={name}({arguments})", scope)

    assert place is None or place >= 1


@given(
    left=VALUES,
    right=VALUES,
    operator=st.sampled_from(["+", "-", "*", "/", "^", "&", "=", "<>", "<", "<=", ">", ">="]),
)
def test_any_two_values_are_operated_on_or_refused(left: Any, right: Any, operator: str) -> None:
    scope = Values({"Variable:l": left, "Variable:r": right})
    formula = f"={{=Variable:l}}{operator}{{=Variable:r}}"

    assert place_of_refusal(formula, scope) in {None, len("={=Variable:l}")}
