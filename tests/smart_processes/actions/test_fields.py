"""User-defined fields: what may change about them while records hold values."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from smart_processes.actions import fields
from smart_processes.drafts import FieldDraft, OptionDraft
from smart_processes.exceptions import ConfigurationRefused, ValuesRefused
from smart_processes.models import (
    FieldDefinition,
    Item,
    RecordFile,
    RecordType,
    SavedView,
    UniqueValue,
)
from smart_processes.schema import schema_for
from tests.factories.smart_processes import (
    make_edge,
    make_field,
    make_item,
    make_pipeline,
    make_type,
    system,
)

pytestmark = pytest.mark.django_db


def add(record_type: RecordType, label: str = "Fax", kind: str = "string", **more: Any):
    """Add a field as the system."""
    return fields.add_field(record_type, FieldDraft(label=label, kind=kind, **more), actor=system())


def change(definition: FieldDefinition, **changes: Any) -> FieldDefinition:
    """Change a field as the system."""
    return fields.change_field(definition, changes, actor=system())


def value(record: Item, code: str) -> Any:
    """Return a record's value as it is stored now."""
    fresh = Item.objects.get(pk=record.pk)
    return schema_for(system()).of(fresh).fields[code].read(fresh)


# --- adding ---------------------------------------------------------------------------------


def test_an_added_field_takes_values_at_once():
    record_type = make_type("request")

    definition = add(record_type, "Номер факса")

    record = make_item(record_type, **{definition.code: "12-34"})
    assert (definition.code, value(record, "nomer_faksa")) == ("nomer_faksa", "12-34")


def test_fields_stand_in_the_order_they_were_added_until_they_are_reordered():
    record_type = make_type("request")
    for label in ("One", "Two", "Three"):
        add(record_type, label)

    fields.reorder_fields(record_type, ["three", "one"], actor=system())

    assert [d.code for d in record_type.definitions.all()] == ["three", "one", "two"]


@pytest.mark.parametrize(
    ("draft", "attribute"),
    [
        ({"kind": "colour"}, "kind"),
        ({"label": ""}, "label"),
        ({"code": "title"}, "code"),
        ({"code": "pipeline"}, "code"),
        ({"code": "amount_min"}, "code"),
        ({"code": "Fax"}, "code"),
        ({"config": {"shape": "round"}}, "config"),
        ({"kind": "link"}, "config"),
        ({"kind": "link", "config": {"target": "ghost"}}, "config"),
        ({"kind": "money", "config": {"currency": "USD"}}, "config"),
        ({"kind": "flag", "is_multiple": True}, "is_multiple"),
        ({"is_multiple": True, "is_unique": True}, "is_unique"),
        ({"kind": "flag", "is_unique": True}, "is_unique"),
        ({"kind": "text", "is_indexed": True}, "is_indexed"),
        ({"kind": "choice"}, "options"),
        ({"options": (OptionDraft(label="A"),)}, "options"),
        ({"kind": "integer", "default": "many"}, "default"),
        ({"kind": "user", "default": "anna"}, "default"),
    ],
)
def test_a_wrong_field_is_refused_and_says_what_is_wrong(draft, attribute):
    record_type = make_type("request")

    with pytest.raises(ConfigurationRefused) as refused:
        add(record_type, **{"label": "Fax", "kind": "string", **draft})

    assert attribute in refused.value.params["errors"]
    assert not FieldDefinition.objects.exists()


def test_two_fields_of_one_name_get_two_codes():
    record_type = make_type("request")

    assert [add(record_type).code, add(record_type).code] == ["fax", "fax_2"]


def test_a_default_is_given_as_people_write_it():
    record_type = make_type("request")
    add(record_type, "Days", "integer", default="14")
    add(
        record_type,
        "Size",
        "choice",
        options=(OptionDraft(label="Small"), OptionDraft(label="Large")),
        default="large",
    )

    record = make_item(record_type)
    size = schema_for(system()).type("request").fields["size"]
    assert value(record, "days") == 14
    assert size.option(value(record, "size")).code == "large"


# --- kind, several, unique ------------------------------------------------------------------


def test_the_kind_changes_only_while_nothing_is_stored():
    record_type = make_type("request")
    definition = add(record_type)
    change(definition, kind="integer")
    record = make_item(record_type, fax="5")

    with pytest.raises(ConfigurationRefused, match="its kind stays"):
        change(definition, kind="string")

    assert value(record, "fax") == 5


def test_one_value_becomes_a_list_and_back_while_each_holds_one():
    record_type = make_type("request")
    definition = add(record_type)
    record = make_item(record_type, fax="1")

    change(definition, is_multiple=True)
    assert value(record, "fax") == ["1"]
    change(definition, is_multiple=False)
    assert value(record, "fax") == "1"

    change(definition, is_multiple=True)
    make_item(record_type, fax=["1", "2"])
    with pytest.raises(ConfigurationRefused, match="1 record holds several values"):
        change(definition, is_multiple=False)


def test_a_field_with_equal_values_does_not_become_unique():
    record_type = make_type("request")
    definition = add(record_type)
    make_item(record_type, fax="Same")
    second = make_item(record_type, fax="same")

    with pytest.raises(ConfigurationRefused, match="1 value of “Fax” occurs more than once"):
        change(definition, is_unique=True)
    Item.objects.filter(pk=second.pk).delete()
    change(definition, is_unique=True)

    with pytest.raises(ValuesRefused, match="must be unique"):
        make_item(record_type, fax="SAME")
    change(definition, is_unique=False)
    assert not UniqueValue.objects.exists()


# --- options --------------------------------------------------------------------------------


def test_an_option_in_use_is_retired_an_unused_one_is_deleted():
    record_type = make_type("request")
    definition = make_field(record_type, "size", "choice", options=["s", "m", "l"])
    make_item(record_type, size="s")

    fields.set_options(definition, [OptionDraft(label="Large", code="l")], actor=system())

    assert not definition.options.filter(code="m").exists()
    assert definition.options.get(code="s").retired_at is not None
    with pytest.raises(ValuesRefused):
        make_item(record_type, size="s")


def test_a_retired_option_comes_back_into_use():
    record_type = make_type("request")
    definition = make_field(record_type, "size", "choice", options=["s", "l"], is_multiple=True)
    record = make_item(record_type, size=["s", "l"])
    fields.set_options(definition, [OptionDraft(label="L", code="l")], actor=system())

    both = [OptionDraft(label="Small", code="s"), OptionDraft(label="L", code="l")]
    fields.set_options(definition, both, actor=system())

    assert [o.code for o in definition.options.filter(retired_at=None)] == ["s", "l"]
    assert len(value(record, "size")) == 2


@pytest.mark.parametrize(
    "options",
    [
        [],
        [OptionDraft(label="Same"), OptionDraft(label=" same ")],
        [OptionDraft(label="A", code="x"), OptionDraft(label="B", code="x")],
        [OptionDraft(label="A", hue="magenta")],
    ],
)
def test_wrong_options_are_refused(options):
    definition = make_field(make_type("request"), "size", "choice", options=["s"])

    with pytest.raises(ConfigurationRefused):
        fields.set_options(definition, options, actor=system())

    assert [o.code for o in definition.options.all()] == ["s"]


def test_the_option_that_is_the_default_stays():
    record_type = make_type("request")
    definition = make_field(record_type, "size", "choice", options=["s", "l"])
    change(definition, default="s")

    with pytest.raises(ConfigurationRefused, match="does not fit any more"):
        fields.set_options(definition, [OptionDraft(label="L", code="l")], actor=system())


def test_an_option_that_a_condition_names_stays():
    record_type = make_type("request", "NEW > WON")
    definition = make_field(record_type, "size", "choice", options=["s", "l"])
    make_edge(
        record_type.pipelines.get(),
        "NEW",
        "WON",
        conditions=[{"field": "size", "operator": "eq", "value": "s"}],
    )

    with pytest.raises(ConfigurationRefused, match="New → Won"):
        fields.set_options(definition, [OptionDraft(label="L", code="l")], actor=system())
    fields.set_options(definition, [OptionDraft(label="S", code="s")], actor=system())


# --- indexes --------------------------------------------------------------------------------


def _indexes() -> set[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "smart_processes_item")
    return {name for name in found if name.startswith("item_f")}


def test_an_index_is_built_and_dropped_with_the_commit(django_capture_on_commit_callbacks):
    record_type = make_type("request")
    with django_capture_on_commit_callbacks(execute=True):
        definition = add(record_type, "Days", "integer", is_indexed=True)
    assert f"item_f{definition.pk}" in _indexes()

    with django_capture_on_commit_callbacks(execute=True):
        change(definition, is_indexed=False)
    assert f"item_f{definition.pk}" not in _indexes()


@pytest.mark.django_db(transaction=True)
def test_an_index_is_built_without_a_transaction_around_it():
    record_type = make_type("request")

    definition = add(record_type, is_indexed=True)
    assert f"item_f{definition.pk}" in _indexes()

    fields.delete_field(definition, actor=system())
    assert f"item_f{definition.pk}" not in _indexes()


def test_a_type_has_five_indexed_fields_at_most():
    record_type = make_type("request")
    made = [add(record_type, f"Field {n}", is_indexed=True) for n in range(5)]

    with pytest.raises(ConfigurationRefused, match="at most 5 indexed"):
        add(record_type, "Sixth", is_indexed=True)

    change(made[0], is_indexed=False)
    assert add(record_type, "Sixth", is_indexed=True).is_indexed


# --- deleting -------------------------------------------------------------------------------


def test_a_deleted_field_takes_its_values_and_everything_that_names_it():
    record_type = make_type("request")
    definition = add(record_type, "Fax", is_unique=True)
    kept = add(record_type, "Fax number")
    pipeline = make_pipeline(
        "A > B > C", record_type=record_type, code="second", require={"B": ["fax", "amount"]}
    )
    edge = make_edge(pipeline, "A", "B", required_fields=["fax"])
    view = SavedView.objects.create(
        type=record_type,
        name="V",
        columns=["title", "fax", "fax_number"],
        filters={"fax_contains": ["1"], "fax_number": ["2"]},
        sort="-fax",
    )
    record = make_item(record_type, fax="zebra", fax_number="lion")

    assert fields.delete_field(definition, actor=system()) == 1

    fresh = Item.objects.get(pk=record.pk)
    assert fresh.values == {kept.key: "lion"}
    assert "zebra" not in fresh.search
    assert "lion" in fresh.search
    assert pipeline.stages.get(code="B").required_from_here == ["amount"]
    edge.refresh_from_db()
    view.refresh_from_db()
    assert edge.required_fields == []
    assert (view.columns, view.filters, view.sort) == (
        ["title", "fax_number"],
        {"fax_number": ["2"]},
        "",
    )
    assert not UniqueValue.objects.exists()


def test_a_field_of_a_shipped_type_is_deleted_in_batches(
    monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr("smart_processes.actions.field_values.BATCH", 2)
    deal = RecordType.objects.get(code="deal")
    definition = add(deal, "Fax")
    records = [make_item(deal, fax=str(n), probability=50) for n in range(5)]

    with django_assert_max_num_queries(60):
        assert fields.delete_field(definition, actor=system()) == 5

    assert all(not Item.objects.get(pk=r.pk).values for r in records)


def test_a_field_with_a_condition_on_it_stays():
    record_type = make_type("request", "NEW > WON")
    definition = add(record_type)
    make_edge(
        record_type.pipelines.get(),
        "NEW",
        "WON",
        conditions=[{"field": "fax", "operator": "not_empty"}],
    )

    with pytest.raises(ConfigurationRefused, match="New → Won has a condition"):
        fields.delete_field(definition, actor=system())


def test_files_of_a_deleted_field_leave_the_disk(django_capture_on_commit_callbacks):
    record_type = make_type("request")
    definition = add(record_type, "Scan", "file")
    record = make_item(record_type)
    file = RecordFile.objects.create(
        item=record,
        field_code="scan",
        content=ContentFile(b"x", name="x.txt"),
        name="x.txt",
        size=1,
        uploaded_at=timezone.now(),
    )
    Item.objects.filter(pk=record.pk).update(values={definition.key: file.pk})

    with django_capture_on_commit_callbacks(execute=True):
        fields.delete_field(definition, actor=system())

    assert not RecordFile.objects.exists()
    assert not file.content.storage.exists(file.content.name)
