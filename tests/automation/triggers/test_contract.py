"""What every kind of trigger promises: one contract, run over the registry."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.functional import Promise
from heroicons.templatetags.heroicons import heroicon_outline
from jsonschema import Draft202012Validator

from automation.activities.params import params_of, schema_of
from automation.triggers.base import EventKind, TriggerKind
from automation.triggers.registry import all_kinds

KINDS = list(all_kinds().values())
pytestmark = pytest.mark.parametrize("kind", KINDS, ids=lambda each: each.code)


def test_class_stands_in_a_file_called_like_its_code(kind: TriggerKind[Any]) -> None:
    cls = type(kind)

    assert cls.__module__.rpartition(".")[2] == kind.code
    assert cls.__name__ == "".join(part.title() for part in kind.code.split("_"))


def test_catalogue_can_show_it(kind: TriggerKind[Any]) -> None:
    assert isinstance(kind.label, Promise)
    assert isinstance(kind.description, Promise)
    assert str(kind.description).endswith(".")
    assert kind.listens in EventKind
    assert heroicon_outline(kind.icon)  # raises for an icon that is not there


def test_parameters_are_frozen_labelled_and_have_a_schema(kind: TriggerKind[Any]) -> None:
    assert kind.params.__dataclass_params__.frozen
    assert all(isinstance(each.label, Promise) for each in params_of(kind.params))
    Draft202012Validator.check_schema(schema_of(kind.params))
