"""Moving records: what is allowed, what is refused, what is left behind."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.exceptions import PermissionRefused
from smart_processes import events
from smart_processes.actions.creation import create_record
from smart_processes.actions.records import update_record
from smart_processes.actions.stages import move_to_pipeline, move_to_stage
from smart_processes.exceptions import FieldsMissing, MoveRefused, RecordMissing, StaleRecord
from smart_processes.models import ChangeEvent, Item, StageVisit, TimelineEntry
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import (
    make_edge,
    make_field,
    make_item,
    make_pipeline,
    make_type,
    system,
)


@pytest.mark.django_db
def test_move_closes_one_visit_and_opens_the_next() -> None:
    item = make_item(make_pipeline("NEW > CALL > WON"))

    moved = move_to_stage(item, "CALL", actor=system())

    assert Item.objects.get(pk=item.pk).stage == moved.stage == "CALL"
    visits = list(StageVisit.objects.filter(item=item).values_list("stage__code", "left_at"))
    assert [code for code, _ in visits] == ["NEW", "CALL"]
    assert visits[0][1] is not None
    assert visits[1][1] is None


@pytest.mark.django_db
def test_move_is_told_in_the_timeline_the_feed_and_to_listeners(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[events.StageEntered] = []
    monkeypatch.setitem(events._listeners, events.StageEntered, [heard.append])
    item = make_item(make_pipeline("NEW > CALL > WON"))

    move_to_stage(item, "CALL", actor=system())

    told = TimelineEntry.objects.get(item=item, kind="moved")
    assert told.body == {"from": "NEW", "to": "CALL"}
    assert told.actor_label == "tests"
    assert ChangeEvent.objects.filter(item_id=item.pk, kind="moved").count() == 1
    assert [(e.source, e.target) for e in heard] == [("NEW", "CALL")]


@pytest.mark.django_db
def test_move_to_where_it_stands_changes_nothing() -> None:
    item = make_item(make_pipeline("NEW > CALL > WON"))

    move_to_stage(item, "NEW", actor=system())

    assert StageVisit.objects.filter(item=item).count() == 1
    assert Item.objects.get(pk=item.pk).version == item.version


@pytest.mark.django_db
def test_pipeline_without_edges_allows_every_move() -> None:
    item = make_item(make_pipeline("NEW > CALL > WON | LOST"))

    assert move_to_stage(item, "WON", actor=system()).stage == "WON"
    assert move_to_stage(item, "NEW", actor=system()).stage == "NEW"


@pytest.mark.django_db
def test_stage_may_not_be_skipped_where_edges_are_drawn() -> None:
    item = make_item(make_pipeline("NEW > CALL > WON", edges="NEW>CALL CALL>WON"))

    with pytest.raises(MoveRefused) as refused:
        move_to_stage(item, "WON", actor=system())

    assert "New" in refused.value.message
    assert "Won" in refused.value.message
    assert Item.objects.get(pk=item.pk).stage == "NEW"
    assert move_to_stage(item, "CALL", actor=system()).stage == "CALL"


@pytest.mark.django_db
def test_required_field_opens_the_door() -> None:
    record_type = make_type("request", "NEW > CALL > WON")
    make_field(record_type, "phone", "phone")
    stage = record_type.pipelines.get().stages.get(code="CALL")
    stage.required_from_here = ["phone"]
    stage.save()
    item = make_item(record_type)

    with pytest.raises(FieldsMissing) as refused:
        move_to_stage(item, "CALL", actor=system())

    assert [field.code for field in refused.value.fields] == ["phone"]
    moved = move_to_stage(item, "CALL", actor=system(), filled={"phone": "+375 29 123-45-67"})
    assert moved.stage == "CALL"
    assert "+375291234567" in Item.objects.get(pk=item.pk).values.values()


@pytest.mark.django_db
def test_requirement_holds_from_its_stage_on_but_not_for_failures() -> None:
    record_type = make_type("request", "NEW > CALL > OFFER > WON | LOST")
    make_field(record_type, "budget", "decimal")
    stage = record_type.pipelines.get().stages.get(code="CALL")
    stage.required_from_here = ["budget"]
    stage.save()

    with pytest.raises(FieldsMissing):
        move_to_stage(make_item(record_type), "OFFER", actor=system())
    with pytest.raises(FieldsMissing):
        move_to_stage(make_item(record_type), "WON", actor=system())
    assert move_to_stage(make_item(record_type), "LOST", actor=system()).stage == "LOST"


@pytest.mark.django_db
def test_field_that_a_stage_needs_cannot_be_emptied_there() -> None:
    record_type = make_type("request", "NEW > CALL > WON")
    make_field(record_type, "budget", "decimal")
    stage = record_type.pipelines.get().stages.get(code="CALL")
    stage.required_from_here = ["budget"]
    stage.save()
    item = make_item(record_type, stage="CALL", budget="10")

    with pytest.raises(Exception, match="required here"):
        update_record(item, {"budget": ""}, actor=system())

    assert update_record(item, {"budget": "11"}, actor=system()).version == item.version + 1


@pytest.mark.django_db
def test_edge_condition_names_the_row_that_failed() -> None:
    pipeline = make_pipeline("NEW > CALL > WON")
    rows = [{"field": "amount", "operator": "gte", "value": "1000"}]
    make_edge(pipeline, "NEW", "CALL", conditions=rows)

    with pytest.raises(MoveRefused) as refused:
        move_to_stage(make_item(pipeline, amount="10 EUR"), "CALL", actor=system())

    assert "Amount" in refused.value.message
    big = make_item(pipeline, amount="1000 EUR")
    assert move_to_stage(big, "CALL", actor=system()).stage == "CALL"


@pytest.mark.django_db
def test_edge_may_be_reserved_for_roles(cast: Cast) -> None:
    pipeline = make_pipeline("NEW > CALL > WON")
    staff = make_role("staff", {pipeline.type: {"view": "all", "change": "all"}}, everybody=True)
    boss = make_role("boss")
    cast.boris.groups.add(boss)
    make_edge(pipeline, "NEW", "CALL").roles.set([boss])

    with pytest.raises(MoveRefused, match="roles"):
        move_to_stage(make_item(pipeline), "CALL", actor=cast.actor("anna"))

    moved = move_to_stage(make_item(pipeline), "CALL", actor=cast.actor("boris"))
    assert moved.stage == "CALL"
    assert staff.pk


@pytest.mark.django_db
def test_second_of_two_people_dragging_one_card_is_told() -> None:
    item = make_item(make_pipeline("NEW > CALL > WON"))
    move_to_stage(item, "CALL", actor=system(), expected="NEW")

    with pytest.raises(StaleRecord) as refused:
        move_to_stage(item, "WON", actor=system(), expected="NEW")

    assert "Call" in refused.value.message
    assert refused.value.params["stage"] == "CALL"


@pytest.mark.django_db
def test_who_may_not_change_a_record_may_not_move_it(cast: Cast) -> None:
    pipeline = make_pipeline("NEW > CALL > WON")
    make_role("staff", {pipeline.type: {"view": "all", "change": "own"}}, everybody=True)
    item = make_item(pipeline, responsible=cast.anna.pk)

    with pytest.raises(PermissionRefused):
        move_to_stage(item, "CALL", actor=cast.actor("boris"))

    assert move_to_stage(item, "CALL", actor=cast.actor("anna")).stage == "CALL"


@pytest.mark.django_db
def test_stage_may_be_barred_for_a_role(cast: Cast) -> None:
    pipeline = make_pipeline("NEW > CALL > WON")
    won = pipeline.stages.get(code="WON")
    make_role(
        "staff",
        {pipeline.type: {"view": "all", "change": "all"}, won: {"move": "none"}},
        everybody=True,
    )

    with pytest.raises(PermissionRefused):
        move_to_stage(make_item(pipeline), "WON", actor=cast.actor("anna"))

    assert move_to_stage(make_item(pipeline), "CALL", actor=cast.actor("anna")).stage == "CALL"


@pytest.mark.django_db
def test_deleted_or_unknown_record_cannot_be_moved() -> None:
    item = make_item(make_pipeline("NEW > CALL > WON"))
    Item.objects.filter(pk=item.pk).update(deleted_at=item.created_at)

    with pytest.raises(RecordMissing):
        move_to_stage(item, "CALL", actor=system())


@pytest.mark.django_db
def test_retired_and_unknown_stages_are_refused_by_name() -> None:
    pipeline = make_pipeline("NEW > CALL > WON")
    item = make_item(pipeline)

    with pytest.raises(MoveRefused, match="NOWHERE"):
        move_to_stage(item, "NOWHERE", actor=system())


@pytest.mark.django_db
def test_move_to_another_pipeline_asks_for_what_the_stage_needs() -> None:
    record_type = make_type("request", "NEW > WON", has_pipelines=True)
    make_field(record_type, "budget", "decimal")
    make_pipeline(
        "START > DONE", record_type=record_type, code="other", require={"START": ["budget"]}
    )
    item = make_item(record_type)

    with pytest.raises(FieldsMissing):
        move_to_pipeline(item, "other", actor=system())

    moved = move_to_pipeline(item, "other", actor=system(), filled={"budget": "5"})
    assert (moved.pipeline.code, moved.stage) == ("other", "START")
    told = TimelineEntry.objects.get(item=item, kind="pipeline_changed")
    assert told.body == {"from": ["main", "NEW"], "to": ["other", "START"]}


@pytest.mark.django_db
def test_a_card_dropped_below_another_stands_there() -> None:
    pipeline = make_pipeline("NEW > CALL > WON")
    first, second, third = (make_item(pipeline, stage="CALL", title=t) for t in "abc")
    dragged = make_item(pipeline)

    move_to_stage(dragged, "CALL", actor=system(), below=second.pk)

    column = Item.objects.filter(pipeline=pipeline, stage="CALL").order_by("position", "pk")
    assert [i.pk for i in column] == [third.pk, second.pk, dragged.pk, first.pk]


@pytest.mark.django_db
def test_dropping_into_the_same_gap_again_and_again_keeps_the_order() -> None:
    pipeline = make_pipeline("NEW > CALL > WON")
    low, high = make_item(pipeline, title="low"), make_item(pipeline, title="high")
    expected = [high.pk, low.pk]

    for number in range(60):
        card = make_item(pipeline, stage="CALL", title=str(number))
        move_to_stage(card, "NEW", actor=system(), below=high.pk)
        expected.insert(1, card.pk)

    column = Item.objects.filter(pipeline=pipeline, stage="NEW").order_by("position", "pk")
    assert [i.pk for i in column] == expected


@pytest.mark.django_db
def test_stage_cannot_be_assigned_outside_a_move() -> None:
    item = Item.objects.get(pk=make_item(make_pipeline("NEW > CALL > WON")).pk)
    deferred = Item.objects.defer("stage").get(pk=item.pk)

    with pytest.raises(AttributeError):
        item.stage = "CALL"
    with pytest.raises(AttributeError):
        deferred.stage = "CALL"
    with pytest.raises(AttributeError):
        Item.objects.filter(pk=item.pk).update(stage="CALL")
    item.refresh_from_db()
    item.full_clean()
    assert item.stage == "NEW"


@pytest.mark.django_db
def test_database_itself_refuses_a_stage_of_another_pipeline() -> None:
    item = make_item(make_pipeline("NEW > CALL > WON"))
    make_pipeline("ELSEWHERE > DONE", record_type=item.type, code="other")

    with (
        pytest.raises(IntegrityError, match="item_stage_in_pipeline"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE smart_processes_item SET stage = 'ELSEWHERE' WHERE id = %s", [item.pk]
        )


@pytest.mark.django_db
def test_database_refuses_to_rename_a_used_stage_code() -> None:
    pipeline = make_pipeline("NEW > CALL > WON")
    make_item(pipeline)

    with pytest.raises(IntegrityError, match="item_stage_in_pipeline"), transaction.atomic():
        pipeline.stages.filter(code="NEW").update(code="FIRST")


@pytest.mark.django_db
def test_move_costs_eight_statements_with_warm_caches(
    cast: Cast, django_assert_num_queries: object
) -> None:
    record_type = make_type("request", "NEW > CALL > WON")
    make_role("staff", {record_type: {"view": "all", "change": "all"}}, everybody=True)
    item, warm = make_item(record_type), make_item(record_type)
    move_to_stage(warm, "CALL", actor=cast.actor("anna"))

    # One of them asks which runs wait for the record; two more are the savepoint that stands
    # in for BEGIN and COMMIT inside a test.
    with django_assert_num_queries(8 + 2):  # type: ignore[operator]
        move_to_stage(item, "CALL", actor=cast.actor("anna"), expected="NEW")


@pytest.mark.django_db
def test_records_can_be_made_right_in_a_later_stage() -> None:
    record_type = make_type("request", "NEW > CALL > WON")

    item = create_record("request", {"title": "Later"}, actor=system(), stage="CALL")

    assert item.stage == "CALL"
    assert StageVisit.objects.get(item=item).stage.code == "CALL"
    assert record_type.pk == item.type_id
