"""Activities that calculate and give out numbers, run by the engine."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from automation.runtime import clock
from tests.automation.activities.stepping import run_steps, step

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("left", "operator", "right", "value"),
    [
        ("0.1", "+", "0.2", "0.3"),
        (7, "-", "=2+3", 2),
        ("10%", "*", 2, None),
        ("=10%", "*", 200, 20),
        (1, "/", 8, "0.125"),
        (2, "^", 10, 1024),
    ],
)
def test_numbers_are_calculated_decimally(
    left: object, operator: str, right: object, value: object
) -> None:
    story = run_steps(
        step("arithmetic", left=left, operator=operator, right=right, variable="sum"),
        variables=("sum",),
    )

    if value is None:
        assert story.error("arithmetic")[0] == "application"
    else:
        assert story.result("arithmetic") == {"value": value}
        assert story.run.snapshot["vars"] == {"sum": value}


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"left": 1, "operator": "/", "right": 0}, "Nothing can be divided by zero."),
        ({"left": 1, "operator": "%", "right": 2}, "is none of its options"),
        ({"left": "many", "operator": "+", "right": 2}, "“First number” is not what it should be"),
        ({"left": 1, "operator": "+"}, "Fill in “Second number”."),
        ({"left": 1, "operator": "+", "right": 2, "variable": "x"}, "variable"),
    ],
)
def test_what_cannot_be_calculated_fails_the_step(params: dict[str, object], sentence: str) -> None:
    kind, message = run_steps(step("arithmetic", **params)).error("arithmetic")

    assert kind == "application"
    assert sentence in message


def number(**params: object) -> object:
    story = run_steps(step("generate_number", **{"series": "invoice", **params}))
    return story.result("generate_number")["number"]


def test_numbers_of_a_series_follow_each_other_and_are_written_by_the_pattern() -> None:
    with clock.moved(datetime(2026, 12, 31, 12, tzinfo=UTC)):
        yearly = [
            number(pattern="INV-{period}-{number}", period="year", digits=4) for _ in range(2)
        ]
        plain = number(first=100)
    with clock.moved(datetime(2027, 1, 1, 12, tzinfo=UTC)):
        anew = number(pattern="INV-{period}-{number}", period="year", digits=4)

    assert yearly == ["INV-2026-0001", "INV-2026-0002"]
    assert (plain, number(), anew) == ("100", "101", "INV-2027-0001")


@pytest.mark.parametrize("params", [{"pattern": "INV"}, {"series": "x" * 65}])
def test_number_without_a_place_or_a_name_is_refused(params: dict[str, str]) -> None:
    story = run_steps(step("generate_number", **{"series": "invoice", **params}))

    assert story.error("generate_number")[0] == "application"


def test_number_of_a_step_that_is_undone_is_given_out_again() -> None:
    run_steps(
        step("generate_number", series="invoice"),
        step("create_record", type="nothing"),
    )
    failing = step("generate_number", series="letter", pattern="{number}")
    failing["id"] = "first"

    assert number() == "2"
    assert number(series="letter") == "1"
