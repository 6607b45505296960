"""Triggers are changed by whoever may automate, and only into what can fire."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.exceptions import PermissionRefused
from automation.actions.triggers import (
    add_trigger,
    change_trigger,
    copy_trigger,
    delete_trigger,
    move_trigger,
    new_secret,
)
from automation.models import Trigger
from smart_processes.exceptions import ConfigurationRefused
from smart_processes.models import Pipeline, Stage
from tests.automation.triggers.triggering import make_trigger
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_pipeline, make_type, system

pytestmark = pytest.mark.django_db

ON_CITY = {"params": {"fields": ["city"]}}


@pytest.fixture
def pipeline() -> Pipeline:
    record_type = make_type("sale", stages="")
    make_field(record_type, "city")
    make_field(record_type, "segment", "choice", options=["small", "large"])
    make_field(record_type, "due", "date")
    make_field(record_type, "paid", "flag")
    make_field(record_type, "helper", "user")
    make_field(record_type, "scan", "file")
    return make_pipeline("NEW > CALL > WON | LOST", record_type=record_type)


@pytest.fixture
def call(pipeline: Pipeline) -> Stage:
    return pipeline.stages.get(code="CALL")


def row(field: str, operator: str, value: Any = None, source: str = "Document") -> dict[str, Any]:
    return {"object": source, "field": field, "operator": operator, "value": value}


def order_in(stage: Stage) -> list[str]:
    return list(Trigger.objects.filter(stage=stage).values_list("name", flat=True))


def test_triggers_are_for_who_may_automate_all_records_or_configure(
    pipeline: Pipeline, call: Stage, cast: Cast
) -> None:
    sale = pipeline.type
    cast.anna.groups.add(make_role("chief", {sale: {"automate": "all"}}))
    cast.boris.groups.add(make_role("seller", {sale: {"view": "all", "automate": "own"}}))
    cast.vera.groups.add(make_role("owner", may_configure=True))

    for person in ("anna", "vera"):
        add_trigger(call, "field_changed", "", actor=cast.actor(person), **ON_CITY)
    made = Trigger.objects.first()
    assert made is not None
    boris = cast.actor("boris")
    for forbidden in (
        lambda: add_trigger(call, "field_changed", "", actor=boris, **ON_CITY),
        lambda: change_trigger(made, {"name": "Other"}, actor=boris),
        lambda: copy_trigger(made, call, actor=boris),
        lambda: delete_trigger(made, actor=boris),
        lambda: new_secret(made, actor=boris),
    ):
        with pytest.raises(PermissionRefused):
            forbidden()

    assert list(Trigger.objects.values_list("name", flat=True)) == ["A field changed"] * 2


def test_trigger_moves_among_stages_of_its_pipeline_alone(pipeline: Pipeline, call: Stage) -> None:
    other = make_pipeline("A > B", record_type=pipeline.type, code="other")
    first, second = (make_trigger(pipeline, "CALL", "comment_added", n) for n in ("1", "2"))
    third = make_trigger(pipeline, "NEW", "comment_added", "3")

    move_trigger(second, call, actor=system(), position=0)
    move_trigger(third, call, actor=system(), position=1)

    assert order_in(call) == ["2", "3", "1"]
    with pytest.raises(ConfigurationRefused, match="another pipeline"):
        move_trigger(first, other.stages.first(), actor=system())


def test_copy_of_a_webhook_has_its_own_address_and_no_secret(
    pipeline: Pipeline, call: Stage
) -> None:
    hook = make_trigger(pipeline, "CALL", "incoming_webhook", "Shop", is_active=False)
    new_secret(hook, actor=system())

    made = copy_trigger(hook, call, actor=system(), position=0)

    assert (made.name, made.is_active, made.secret_hash) == ("Shop", False, "")
    assert made.public_id != hook.public_id
    assert made.code != hook.code
    assert list(Trigger.objects.filter(stage=call)) == [made, hook]


def test_only_webhooks_have_secrets(pipeline: Pipeline) -> None:
    with pytest.raises(ConfigurationRefused, match="Only an incoming webhook"):
        new_secret(make_trigger(pipeline, "CALL", "comment_added"), actor=system())


@pytest.mark.parametrize(
    ("kind", "params", "sentence"),
    [
        ("nothing", {}, "There is no kind of trigger “nothing”"),
        ("field_changed", {}, "Fill in “Fields”"),
        ("field_changed", {"fields": []}, "Fill in “Fields”"),
        ("field_changed", {"fields": ["nowhere"]}, "nothing called “nowhere”"),
        ("field_changed", {"fields": ["city"], "more": 1}, "no parameter “more”"),
        ("comment_added", {"contains": "{=Document:city}"}, "takes no expressions"),
        ("comment_added", {"contains": "{=Document"}, "takes no expressions"),
        ("moment", {"field": "city"}, "“City” is not a date"),
        ("moment", {"field": "due", "days": "1.5"}, "Enter a whole number"),
        ("moment", {"field": "due", "days": "999999"}, "Enter a whole number"),
        ("other_record_stage", {"type": "sale", "stage": "GONE"}, "nothing called “GONE”"),
        ("other_record_stage", {"type": "gone", "stage": "WON"}, "nothing called “gone”"),
        ("record_linked", {"type": "gone"}, "nothing called “gone”"),
        ("incoming_webhook", {"field": "nowhere"}, "nothing called “nowhere”"),
        ("incoming_webhook", {"mapping": {"nowhere": "a"}}, "nothing called “nowhere”"),
    ],
)
def test_what_could_never_fire_is_refused(
    pipeline: Pipeline, kind: str, params: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ConfigurationRefused, match=sentence):
        make_trigger(pipeline, "CALL", kind, params=params)

    assert not Trigger.objects.exists()


@pytest.mark.parametrize(
    ("asked", "path", "sentence"),
    [
        (row("nowhere", "eq", "1"), "", "nothing called “Document:nowhere”"),
        (row("city", "resembles", "x"), "[0].operator", "There is no operator"),
        (row("segment", "eq", "huge"), "[0].value", "Choose one of: small, large"),
        (row("segment", "in", ["small", "huge"]), "[0].value", "no option “huge”"),
        (row("segment", "gt", "small"), "[0].operator", "cannot be compared"),
        (row("due", "gt", "soon"), "[0].value", "is not a date"),
        (row("due", "between", ["2026-01-01", "soon"]), "[0].value", "is not a date"),
        (row("paid", "eq", "perhaps"), "[0].value", "neither yes nor no"),
        (row("helper", "eq", "anna"), "[0].value", "is no id"),
        (row("helper", "eq", "987654"), "[0].value", "nobody with the number"),
        (row("scan", "eq", "1"), "[0].operator", "cannot be compared"),
        (row("stage", "eq", "GONE"), "[0].value", "nothing called “GONE”"),
        (row("rate", "eq", "1", "GlobalConst"), "", "nothing called “GlobalConst:rate”"),
        ({"group": [row("due", "lt", "soon")]}, "[0].group[0].value", "is not a date"),
    ],
)
def test_condition_that_could_never_hold_is_refused_at_its_place(
    pipeline: Pipeline, asked: dict[str, Any], path: str, sentence: str
) -> None:
    trigger = make_trigger(pipeline, "CALL", "field_changed", **ON_CITY)

    with pytest.raises(ConfigurationRefused, match=sentence) as refusal:
        change_trigger(trigger, {"condition": [asked]}, actor=system())

    assert [each.path for each in refusal.value.params["problems"]] == [f"$.condition{path}"]
    assert refusal.value.params["errors"].keys() == {"condition"}


def test_condition_that_may_hold_is_kept(pipeline: Pipeline, cast: Cast) -> None:
    condition = [
        row("segment", "in", ["small", "Large"]),
        row("due", "gt", "{=System:Date}"),
        row("due", "between", "2026-01-01;"),
        row("paid", "eq", "yes"),
        row("helper", "eq", cast.anna.pk),
        row("amount", "gte", "100|EUR"),
        row("city", "changed", {"to": "Minsk"}),
        row("stage", "ne", "WON"),
        row("helper.email", "contains", "@"),
        {"group": [row("city", "empty"), {**row("scan", "not_empty"), "joiner": "or"}]},
    ]

    trigger = make_trigger(pipeline, "CALL", "field_changed", condition=condition, **ON_CITY)

    assert trigger.condition == condition


def test_only_changes_of_fields_know_what_changed(pipeline: Pipeline) -> None:
    with pytest.raises(ConfigurationRefused, match="listens to changed fields"):
        make_trigger(
            pipeline, "CALL", "comment_added", condition=[row("city", "changed", {"to": "x"})]
        )


def test_trigger_that_names_something_gone_can_be_switched_off(pipeline: Pipeline) -> None:
    trigger = make_trigger(pipeline, "CALL", "field_changed", **ON_CITY)
    Trigger.objects.update(params={"fields": ["gone"]})

    change_trigger(trigger, {"is_active": False}, actor=system())

    assert not Trigger.objects.get().is_active
    with pytest.raises(ConfigurationRefused, match="gone"):
        change_trigger(trigger, {"is_active": True}, actor=system())
