"""Conditions: typed rows, groups, and the truth of every row."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.engine.condition_rows import Operator
from automation.engine.conditions import (
    ConditionRefused,
    Verdict,
    compile_condition,
    evaluate,
)
from automation.engine.expressions import Amount, Reference
from tests.automation.engine.language_scope import MINSK, Company, Values

RECORD = Company(
    {
        "Document:TITLE": "Договор №5",
        "Document:AMOUNT": Amount(Decimal(1000), "EUR"),
        "Document:SIZE": Decimal("9.5"),
        "Document:DUE": date(2026, 11, 30),
        "Document:VISIT": datetime(2026, 11, 30, 15, 0, tzinfo=MINSK),
        "Document:TAGS": ["hot", "cold"],
        "Document:PEOPLE": [5, 7],
        "Document:SIGNED": False,
        "Document:NOTHING": None,
        "Document:NONE": [],
        "Document:CODE": "10",
        "Document:STAGE": "CALL",
        "Variable:limit": 900,
        "A1:Count": 0,
    },
    changes={"Document:STAGE": ("NEW", "CALL"), "Document:TAGS": (["hot"], ["hot", "cold"])},
)


def verdict(*rows: dict[str, Any]) -> Verdict:
    return evaluate(compile_condition(list(rows)), RECORD)


def row(field: str, operator: str, value: Any = None, joiner: str = "and") -> dict[str, Any]:
    source, _colon, path = field.rpartition(":")
    return {
        "object": source or "Document",
        "field": path,
        "operator": operator,
        "value": value,
        "joiner": joiner,
    }


TRUE, FALSE = row("TITLE", "not_empty"), row("TITLE", "empty")


@pytest.mark.parametrize(
    ("field", "operator", "value", "truth"),
    [
        ("TITLE", "eq", "договор №5", True),
        ("TITLE", "ne", "Договор", True),
        ("TITLE", "contains", "договор", True),
        ("TITLE", "contain", ["дог", "№"], True),
        ("TITLE", "contains", ["дог", "x"], False),
        ("TITLE", "contains", "", False),
        ("TITLE", "!contain", "акт", True),
        ("TITLE", "starts_with", "ДОГ", True),
        ("TITLE", "starts_with", "", False),
        ("TITLE", "matches", "*№?", True),
        ("TITLE", "in", ["акт", "Договор №5"], True),
        ("TITLE", "!in", ["акт"], True),
        ("AMOUNT", "gt", "999", True),
        ("AMOUNT", "gt", "{=Variable:limit}", True),
        ("AMOUNT", ">=", "={=Variable:limit}+100", True),
        ("AMOUNT", "gt", "999|USD", False),
        ("AMOUNT", "eq", "1000|EUR", True),
        ("AMOUNT", "between", ["1000", "2000"], True),
        ("AMOUNT", "between", ["", "999"], False),
        ("AMOUNT", "between", ["1000", ""], True),
        ("AMOUNT", "between", "500;1500", True),
        ("SIZE", "gt", "10", False),
        ("SIZE", "<", 10, True),
        ("SIZE", "eq", "9.50", True),
        ("SIZE", "gt", "much", False),
        ("CODE", "gt", "9", True),
        ("CODE", "eq", "10.0", False),
        ("DUE", "eq", "30.11.2026", True),
        ("DUE", "lt", "2026-12-01", True),
        ("DUE", "gte", '=dateadd({=Document:VISIT}, "-1d")', True),
        ("DUE", "lte", "soon", False),
        ("VISIT", "eq", "2026-11-30", True),
        ("VISIT", "gt", "2026-11-30", False),
        ("VISIT", "gt", "2026-11-30 14:00", True),
        ("VISIT", "between", ["2026-11-30", "2026-11-30"], True),
        ("TAGS", "eq", "hot", True),
        ("TAGS", "eq", ["cold", "hot"], True),
        ("TAGS", "eq", ["hot"], False),
        ("TAGS", "eq", ["hot", "cold", "hot"], False),
        ("TAGS", "ne", "warm", True),
        ("TAGS", "contains", ["hot", "cold"], True),
        ("TAGS", "contains", ["hot", "warm"], False),
        ("TAGS", "in", ["hot", "warm"], True),
        ("PEOPLE", "eq", "7", True),
        ("PEOPLE", "gt", 6, True),
        ("SIGNED", "eq", "N", True),
        ("SIGNED", "eq", True, False),
        ("SIGNED", "empty", None, False),
        ("NOTHING", "empty", None, True),
        ("NOTHING", "eq", "", True),
        ("NOTHING", "ne", "x", True),
        ("NOTHING", "lt", 5, False),
        ("NONE", "!empty", None, False),
        ("NONE", "eq", "", True),
        ("A1:Count", "=", 0, True),
        ("A1:Count", "not_empty", None, True),
        ("STAGE", "changed", None, True),
        ("TITLE", "changed", None, False),
        ("STAGE", "modified", {"to": "CALL"}, True),
        ("STAGE", "changed", {"from": "WON", "to": "CALL"}, False),
        ("TAGS", "changed", {"to": "cold"}, True),
    ],
)
def test_rows_compare_by_what_values_are(
    field: str, operator: str, value: Any, truth: bool
) -> None:
    assert verdict(row(field, operator, value)).truth is truth


@pytest.mark.parametrize(
    ("entries", "truth"),
    [
        ([], True),
        ([TRUE], True),
        ([TRUE, FALSE], False),
        ([TRUE | {"joiner": "or"}, FALSE], False),  # the first joiner says nothing
        ([TRUE, FALSE | {"joiner": "or"}], True),
        ([TRUE, FALSE, TRUE | {"joiner": "or"}], True),  # (true and false) or true
        ([TRUE, TRUE | {"joiner": "or"}, FALSE], True),  # true or (true and false)
        ([FALSE, {"group": [FALSE, TRUE | {"joiner": "or"}], "joiner": "or"}, TRUE], True),
        ([TRUE, {"group": [FALSE]}], False),
        ([TRUE, {"group": [FALSE], "negated": True}], True),
        ([{"group": []}], True),
    ],
)
def test_and_binds_tighter_than_or(entries: list[dict[str, Any]], truth: bool) -> None:
    assert verdict(*entries).truth is truth


def test_every_row_says_what_became_of_it() -> None:
    found = verdict(
        row("SIZE", "gt", "={=Variable:limit}/100"),
        {"group": [row("SIZE", "lt", "much"), row("GONE", "empty")], "joiner": "or"},
        row("SIGNED", "empty"),
    )

    assert found.truth is not True or found.truth
    first, second, third, fourth = found.rows
    assert (first.text, first.left, first.right, first.truth) == (
        "Document:SIZE gt 9",
        Decimal("9.5"),
        Decimal(9),
        True,
    )
    assert (second.truth, second.problem and second.problem.code) == (False, "not_a_number")
    assert (third.truth, third.problem and third.problem.code) == (False, "reference_unknown")
    assert (fourth.text, fourth.truth, fourth.problem) == ("Document:SIGNED empty", False, None)


def test_nobody_knows_of_a_change_outside_of_one() -> None:
    asked = compile_condition([row("STAGE", "changed")])

    (only,) = evaluate(asked, Values({"Document:STAGE": "NEW"})).rows

    assert (only.truth, only.problem and only.problem.code) == (False, "not_available")


def test_references_of_both_sides_are_found() -> None:
    condition = compile_condition(
        [row("A1:Count", "gt", "x {=Variable:a}"), {"group": [row("CONTACT.NAME", "empty")]}]
    )

    assert condition.references() == [
        Reference("A1", ("Count",), 0),
        Reference("Variable", ("a",), 2),
        Reference("Document", ("CONTACT", "NAME"), 0),
    ]


@pytest.mark.parametrize(
    ("raw", "code", "path"),
    [
        ("a = b", "condition_shape", ()),
        ({"object": "Document"}, "condition_shape", ()),
        (["a = b"], "condition_row_shape", (0,)),
        ([{"object": "Document", "operator": "eq"}], "condition_row_shape", (0,)),
        ([row("A", "eq") | {"code": "x"}], "condition_key", (0,)),
        ([row("A", "like")], "operator_unknown", (0, "operator")),
        ([TRUE, row("A", "eq", 1, "xor")], "joiner_unknown", (1, "joiner")),
        ([row("A", "between", [1])], "between_two", (0, "value")),
        ([{"group": [TRUE, row("A", "in", ["a", "=1+"])]}], "formula_ends_early",
         (0, "group", 1, "value", 1)),
    ],
)  # fmt: skip
def test_condition_that_cannot_be_understood_is_refused_with_its_place(
    raw: Any, code: str, path: tuple[Any, ...]
) -> None:
    with pytest.raises(ConditionRefused) as refused:
        compile_condition(raw)

    assert (refused.value.code, refused.value.path) == (code, path)


def test_bombs_of_rows_and_groups_are_refused() -> None:
    nested: list[Any] = [TRUE]
    for _level in range(500):
        nested = [{"group": nested}]

    for bomb in (nested, [TRUE] * 10_000):
        with pytest.raises(ConditionRefused):
            compile_condition(bomb)


@given(
    field=st.sampled_from(sorted(RECORD.values)),
    operator=st.sampled_from(Operator),
    value=st.one_of(
        *(st.none(), st.text(), st.integers(), st.booleans(), st.floats(), st.decimals()),
        st.lists(st.text(), max_size=3),
        st.dictionaries(st.sampled_from(["from", "to"]), st.text()),
    ),
)
def test_any_row_has_a_truth_or_is_refused_when_read(
    field: str, operator: Operator, value: Any
) -> None:
    try:
        condition = compile_condition([row(field, operator, value)])
    except ConditionRefused:
        return

    assert evaluate(condition, RECORD).truth in {True, False}
