"""What every activity promises: one contract, run over the registry."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from django.utils.functional import Promise
from django.utils.translation import override
from heroicons.templatetags.heroicons import heroicon_outline
from jsonschema import Draft202012Validator

from automation.activities.base import Activity, Delivery, Group, OutsideActivity
from automation.activities.params import params_of, parse_params, schema_of
from automation.activities.registry import all_activities
from automation.exceptions import ParamsRefused
from tests.automation.activities.stepping import run_steps, step

ACTIVITIES = list(all_activities().values())
pytestmark = pytest.mark.parametrize("activity", ACTIVITIES, ids=lambda each: each.code)


def test_class_stands_in_a_file_called_like_its_code(activity: Activity[Any]) -> None:
    cls = type(activity)

    assert cls.__module__.rpartition(".")[2] == activity.code
    assert cls.__name__ == "".join(part.title() for part in activity.code.split("_"))


def test_catalogue_can_show_it(activity: Activity[Any]) -> None:
    assert isinstance(activity.label, Promise)
    assert isinstance(activity.description, Promise)
    assert str(activity.description).endswith(".")
    assert activity.group in Group
    assert heroicon_outline(activity.icon)  # raises for an icon that is not there


def test_delivery_is_promised_and_explained(activity: Activity[Any]) -> None:
    words = {Delivery.EXACTLY_ONCE: "exactly once", Delivery.AT_LEAST_ONCE: "at least once"}
    is_outside = isinstance(activity, OutsideActivity)

    assert (activity.delivery == Delivery.AT_LEAST_ONCE) == is_outside
    assert words[activity.delivery] in " ".join((type(activity).__doc__ or "").lower().split())


def test_parameters_are_frozen_and_every_one_has_a_label(activity: Activity[Any]) -> None:
    cls = activity.params

    assert cls.__dataclass_params__.frozen
    assert dataclasses.fields(cls)
    for each in params_of(cls):
        assert isinstance(each.label, Promise), each.name
        assert not each.help or isinstance(each.help, Promise), each.name
        assert each.default is None or not each.is_required


def test_forms_and_editors_get_a_schema(activity: Activity[Any]) -> None:
    schema = schema_of(activity.params)

    Draft202012Validator.check_schema(schema)
    with override("ru"):
        assert schema_of(activity.params)["properties"].keys() == schema["properties"].keys()


def test_results_have_names_of_their_own(activity: Activity[Any]) -> None:
    names = [each.name for each in activity.results]

    assert len(set(names)) == len(names)
    assert all(name.isidentifier() for name in names)


def test_unknown_parameters_are_refused(activity: Activity[Any]) -> None:
    with pytest.raises(ParamsRefused, match="“nonsense”"):
        parse_params(activity.params, {"nonsense": 1})


@pytest.mark.django_db
def test_step_with_nonsense_fails_with_a_sentence_and_no_defect(activity: Activity[Any]) -> None:
    filled = {each.name: "?" for each in params_of(activity.params)}

    story = run_steps(step(activity.code, **filled))

    line = story.line(activity.code)
    assert line.operation_status_kind in {"", "application"}
    assert line.operation_status_message or not line.operation_status_kind
