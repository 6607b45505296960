"""What every kind of field keeps to, whatever it holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from smart_processes.field_types.base import Family, Option, References, ValueRefused
from smart_processes.field_types.registry import all_field_types, field_type
from smart_processes.fields import Field
from smart_processes.lookups import Lookups
from tests.smart_processes.field_types.samples import (
    SAMPLES,
    Sample,
    World,
    make_lookups,
    make_sample_field,
    make_unsaved_world,
    make_world,
)

# Their values are complete in themselves.
NO_DATABASE = sorted(set(SAMPLES) - {"user", "link", "file"})
every_kind = pytest.mark.parametrize("kind", sorted(all_field_types()))


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    """Return what values may point at; only kinds that hold ids need it in the database."""
    if request.node.callspec.params["kind"] in NO_DATABASE:
        return make_unsaved_world()
    request.getfixturevalue("db")
    return make_world()


def sample_of(kind: str, world: World) -> tuple[Sample, Field, Lookups]:
    sample = SAMPLES[kind](world)
    return sample, make_sample_field(kind, sample), make_lookups(world)


def test_every_kind_has_samples() -> None:
    assert sorted(all_field_types()) == sorted(SAMPLES)


def test_kinds_are_offered_in_a_fixed_order_with_their_names() -> None:
    kinds = all_field_types().values()

    assert next(iter(kinds)).kind == "string"
    assert len({kind.position for kind in kinds}) == len(kinds)
    assert all(str(kind.label) and kind.icon for kind in kinds)


@every_kind
def test_raw_value_becomes_the_python_value(kind: str, world: World) -> None:
    sample, field, lookups = sample_of(kind, world)

    parsed = [field.parse(raw, lookups=lookups) for raw, _value in sample.good]

    assert parsed == [value for _raw, value in sample.good]


@every_kind
def test_python_value_survives_json(kind: str, world: World) -> None:
    sample, field, _lookups = sample_of(kind, world)

    for _raw, value in sample.good:
        stored = json.loads(json.dumps(field.to_json(value)))
        assert field.from_json(stored) == value


@every_kind
def test_python_value_is_parsed_as_itself(kind: str, world: World) -> None:
    sample, field, lookups = sample_of(kind, world)

    for _raw, value in sample.good:
        assert field.parse(value, lookups=lookups) == value


@every_kind
@pytest.mark.parametrize("language", ["en", "ru"])
def test_what_is_exported_can_be_imported(kind: str, language: str, world: World) -> None:
    sample, field, lookups = sample_of(kind, world)

    with override(language):
        for _raw, value in sample.good:
            exported = field.export(value, world.names)
            if sample.is_exact:
                assert field.parse(exported, lookups=lookups) == value
                # A CSV file holds the same as text.
                assert field.parse(str(exported), lookups=lookups) == value


@every_kind
def test_form_shows_what_it_takes_back(kind: str, world: World) -> None:
    sample, field, lookups = sample_of(kind, world)
    form_field = field.form_field(required=True)
    if field.type.family == Family.FILE:
        return  # the page stores an upload itself

    for _raw, value in sample.good:
        sent = form_field.clean(field.form_value(value, world.names))
        assert field.parse(sent, lookups=lookups) == value


@every_kind
def test_text_is_never_html(kind: str, world: World) -> None:
    sample, field, _lookups = sample_of(kind, world)

    for _raw, value in sample.good:
        text = field.text(value, world.names)
        assert text
        assert type(text) is str
        assert not hasattr(text, "__html__")
        assert "&lt;" not in text


@every_kind
def test_wrong_value_is_refused_with_a_sentence(kind: str, world: World) -> None:
    sample, field, lookups = sample_of(kind, world)

    for raw in sample.bad:
        with pytest.raises(ValueRefused) as refusal:
            field.parse(raw, lookups=lookups)
        assert refusal.value.message.endswith(".")


@every_kind
def test_refusals_stay_short_whatever_was_sent(kind: str, world: World) -> None:
    _sample, field, lookups = sample_of(kind, world)

    try:
        field.parse("=cmd|' /C calc'!A0" * 5000, lookups=lookups)
    except ValueRefused as refusal:
        assert len(refusal.message) < 400  # noqa: PT017  # text fields take it


@every_kind
def test_nothing_is_nothing(kind: str, world: World) -> None:
    _sample, field, lookups = sample_of(kind, world)

    blank: list[Any] = [None, "", "  \t", [], ()]
    for raw in blank:
        assert field.parse(raw, lookups=lookups) is None
    assert field.to_json(None) is None
    assert field.text(None, world.names) == ""
    assert field.export(None, world.names) is None


@every_kind
def test_several_values_keep_what_one_value_keeps(kind: str, world: World) -> None:
    sample = SAMPLES[kind](world)
    if not field_type(kind).can_be_multiple:
        return
    field = make_sample_field(kind, sample, is_multiple=True)
    lookups = make_lookups(world)
    raws = [raw for raw, _value in sample.good]
    values = [value for _raw, value in sample.good]

    parsed = field.parse([*raws, *raws], lookups=lookups)

    assert parsed == values
    assert field.from_json(json.loads(json.dumps(field.to_json(parsed)))) == values
    if sample.is_exact:
        assert field.parse(field.export(parsed, world.names), lookups=lookups) == values


@every_kind
def test_settings_of_the_samples_are_right_and_others_are_not(kind: str, world: World) -> None:
    sample, field, _lookups = sample_of(kind, world)

    assert list(field.type.check_config(sample.config)) == []
    assert list(field.type.check_config({**sample.config, "no_such_setting": 1}))


@every_kind
def test_names_are_asked_for_where_values_are_ids(kind: str, world: World) -> None:
    sample, field, _lookups = sample_of(kind, world)
    references = References()

    for _raw, value in sample.good:
        field.collect(value, references)

    asked = references.users | references.records | references.files
    points_somewhere = field.type.family in {Family.REFERENCE, Family.FILE}
    assert asked == ({value for _raw, value in sample.good} if points_somewhere else set())


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)


@pytest.mark.parametrize("kind", NO_DATABASE)
@given(raw=anything)
def test_any_json_is_parsed_or_refused_and_never_an_error(kind: str, raw: Any) -> None:
    field = Field("f", "F", field_type(kind), storage=None, config={"currency": "EUR"})

    try:
        value = field.parse(raw)
    except ValueRefused:
        return

    assert field.from_json(json.loads(json.dumps(field.to_json(value)))) == value
    text = json.dumps(field.to_json(value))
    assert "\\u0000" not in text
    text.encode()


@pytest.mark.django_db
def test_retired_option_and_person_who_left_may_stay() -> None:
    world = make_world()
    choice = make_sample_field("choice", SAMPLES["choice"](world))
    person = make_sample_field("user", SAMPLES["user"](world))
    lookups = make_lookups(world)

    assert choice.parse("Old", lookups=lookups, held=7) == 7
    assert person.parse("lena.left", lookups=lookups, held=world.left.pk) == world.left.pk
    with pytest.raises(ValueRefused):
        choice.parse("Old", lookups=lookups, held=3)


def test_option_called_by_a_number_is_found_by_its_name_in_text() -> None:
    options = (Option(10, "ten", "20", "grey"), Option(20, "twenty", "10", "grey"))
    field = Field("f", "F", field_type("choice"), storage=None, options=options)

    assert field.parse("10") == 20
    assert field.parse(10) == 10
    assert field.parse(field.form_value(10, None)) == 10
