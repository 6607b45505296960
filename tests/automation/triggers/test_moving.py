"""What triggers do to records, and what they leave behind."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from automation.actions.triggers import change_trigger
from automation.models import Decision, TriggerEvent
from smart_processes.actions.links import link_records
from smart_processes.actions.records import update_record
from smart_processes.actions.stages import move_to_stage
from smart_processes.models import Item, Pipeline
from tests.automation.triggers.triggering import decisions, make_trigger, reasons, stage_of, work
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_pipeline, make_type, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def pipeline() -> Pipeline:
    record_type = make_type(stages="")
    make_field(record_type, "city")
    return make_pipeline("NEW > CALL > OFFER > WON | LOST", record_type=record_type)


def _in_city(city: str) -> list[dict[str, str]]:
    return [{"object": "Document", "field": "city", "operator": "eq", "value": city}]


def _set_city(item: Item, city: str) -> None:
    update_record(item, {"city": city}, actor=system())


def test_changed_field_moves_the_record_and_says_so(pipeline: Pipeline) -> None:
    make_trigger(pipeline, "CALL", "field_changed", "City known", params={"fields": ["city"]})
    item = make_item(pipeline)

    _set_city(item, "Minsk")
    work()

    assert stage_of(item) == "CALL"
    assert decisions(item) == [("City known", "fired")]
    assert not TriggerEvent.objects.exists()


def test_another_field_leaves_no_decision_and_no_row(pipeline: Pipeline) -> None:
    make_trigger(pipeline, "CALL", "field_changed", params={"fields": ["city"]})
    item = make_item(pipeline)

    update_record(item, {"title": "Other"}, actor=system())

    assert not TriggerEvent.objects.exists()
    assert decisions(item) == []


def test_condition_that_does_not_hold_keeps_each_row(pipeline: Pipeline) -> None:
    make_trigger(
        pipeline,
        "CALL",
        "field_changed",
        params={"fields": ["city"]},
        condition=_in_city("Minsk"),
    )
    item = make_item(pipeline)

    _set_city(item, "Brest")
    work()

    assert stage_of(item) == "NEW"
    decision = Decision.objects.get(item=item)
    assert (decision.kind, decision.reason) == ("skipped", "The condition does not hold.")
    assert [(row["left"], row["truth"]) for row in decision.rows] == [("Brest", False)]


def test_condition_may_ask_what_the_field_changed_from(pipeline: Pipeline) -> None:
    change = {"from": "Brest", "to": "Minsk"}
    row = {"object": "Document", "field": "city", "operator": "changed", "value": change}
    params = {"fields": ["city"]}
    make_trigger(pipeline, "CALL", "field_changed", params=params, condition=[row])
    item = make_item(pipeline)

    for city in ("Brest", "Minsk"):
        _set_city(item, city)
        work()

    assert stage_of(item) == "CALL"
    assert [kind for _name, kind in decisions(item)] == ["skipped", "fired"]


def test_of_several_the_earliest_stage_wins(pipeline: Pipeline) -> None:
    for stage in ("OFFER", "CALL"):
        make_trigger(pipeline, stage, "field_changed", stage, params={"fields": ["city"]})
    item = make_item(pipeline)

    _set_city(item, "Minsk")
    work()

    assert stage_of(item) == "CALL"
    assert decisions(item) == [("CALL", "fired"), ("OFFER", "skipped")]


@pytest.mark.parametrize(("may_move_back", "stage"), [(False, "OFFER"), (True, "CALL")])
def test_record_moves_back_only_where_that_is_allowed(
    pipeline: Pipeline, may_move_back: bool, stage: str
) -> None:
    make_trigger(
        pipeline,
        "CALL",
        "field_changed",
        params={"fields": ["city"]},
        may_move_back=may_move_back,
    )
    item = make_item(pipeline, stage="OFFER")

    _set_city(item, "Minsk")
    work()

    assert stage_of(item) == stage


def test_won_record_is_not_lost_by_a_trigger(pipeline: Pipeline) -> None:
    make_trigger(pipeline, "LOST", "field_changed", params={"fields": ["city"]})
    item = make_item(pipeline, stage="WON")

    _set_city(item, "Minsk")
    work()

    assert stage_of(item) == "WON"
    assert reasons(item) == ["It would move back: the record stands in “Won”."]


def test_move_that_is_refused_leaves_its_reason(cast: Cast, pipeline: Pipeline) -> None:
    params = {"fields": ["city"]}
    make_trigger(pipeline, "CALL", "field_changed", params=params, runs_as=cast.guest)
    item = make_item(pipeline)

    _set_city(item, "Minsk")
    work()

    assert stage_of(item) == "NEW"
    ((_name, kind),) = decisions(item)
    assert kind == "skipped"
    assert all(reasons(item))


def test_trigger_that_is_switched_off_sees_nothing(pipeline: Pipeline) -> None:
    trigger = make_trigger(pipeline, "CALL", "field_changed", params={"fields": ["city"]})
    change_trigger(trigger, {"is_active": False}, actor=system())
    item = make_item(pipeline)

    _set_city(item, "Minsk")
    work()

    assert decisions(item) == []


def test_edit_costs_two_statements_with_a_trigger_and_none_without(pipeline: Pipeline) -> None:
    item = make_item(pipeline)
    plain = _statements(item, "Brest")
    make_trigger(pipeline, "CALL", "field_changed", params={"fields": ["city"]}, is_active=False)
    _statements(item, "Minsk")  # reads the configuration anew

    without = _statements(item, "Brest")
    make_trigger(pipeline, "CALL", "field_changed", "On", params={"fields": ["city"]})
    _statements(item, "Grodno")
    with_one = _statements(item, "Minsk")

    assert without <= plain
    assert with_one - without <= 2


def test_rules_that_go_in_circles_stop_at_the_third_turn() -> None:
    deals, tasks = make_type("order", "A > B > WON"), make_type("job", "A > B > WON")
    deal_line, task_line = deals.pipelines.get(), tasks.pipelines.get()
    _follow(deal_line, "A", tasks.code, "B")
    _follow(deal_line, "B", tasks.code, "A")
    _follow(task_line, "B", deals.code, "B")
    _follow(task_line, "A", deals.code, "A")
    deal, task = make_item(deal_line), make_item(task_line)
    _link(deal, task)

    move_to_stage(deal, "B", actor=system())
    work()

    said = [*reasons(deal), *reasons(task)]
    assert any(reason.startswith("Stopped before its third turn") for reason in said)
    assert not TriggerEvent.objects.exists()


def _follow(line: Pipeline, stage: str, other: str, other_stage: str) -> None:
    params = {"type": other, "stage": other_stage}
    make_trigger(line, stage, "other_record_stage", params=params, may_move_back=True)


def _link(one: Item, other: Item) -> None:
    link_records(one, other, actor=system())


def _statements(item: Item, city: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        _set_city(item, city)
    return len(queries)
