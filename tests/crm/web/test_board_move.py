"""Moving cards over HTTP: what is done, what is refused and why, undo, the recycle bin."""

from __future__ import annotations

import pytest
from django.test import Client

from smart_processes.actions.records import delete_record
from smart_processes.actions.stages import move_to_stage
from smart_processes.models import Item, Pipeline, RecordType, Stage
from tests.factories.accounts import actor, make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import (
    make_edge,
    make_item,
    make_pipeline,
    make_type,
    system,
)
from tests.support.board_answers import Answer, move
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db

Matrix = dict[RecordType | Pipeline | Stage, dict[str, str]]
EVERYTHING = dict.fromkeys(("view", "add", "change", "delete"), "all")


@pytest.fixture
def pipeline() -> Pipeline:
    return make_type("sale", "NEW > CALL > WON | LOST").pipelines.get()


@pytest.fixture
def client(cast: Cast, pipeline: Pipeline) -> Client:
    """Anna, who may do everything with sales."""
    cast.anna.groups.add(make_role("seller", {pipeline.type: EVERYTHING}))
    return signed_in(cast.anna, HTTP_HX_REQUEST="true")


def order(pipeline: Pipeline, stage: str) -> list[int]:
    column = Item.objects.filter(pipeline=pipeline, stage=stage).order_by("position", "pk")
    return list(column.values_list("pk", flat=True))


# --- done ---------------------------------------------------------------------------------


def test_drop_moves_the_card_and_tells_both_lanes(client: Client, pipeline: Pipeline) -> None:
    stays, item = make_item(pipeline), make_item(pipeline, amount="10 EUR")

    answer = move(client, item, "CALL", expected="NEW")

    item.refresh_from_db()
    assert item.stage == "CALL"
    assert answer.status == 200
    assert answer.goes_to == "#board-inbox"
    assert answer.cards == [("CALL", "", item.pk)]
    assert answer.counts == {"NEW": 1, "CALL": 1}
    assert answer.toast["title"] == "Moved to Call"
    assert answer.toast["text"] == "1 sale, €10"
    assert order(pipeline, "NEW") == [stays.pk]


def test_card_lands_right_below_the_one_it_was_dropped_under(
    client: Client, pipeline: Pipeline
) -> None:
    lower, upper = (make_item(pipeline, stage="CALL") for _ in range(2))
    item = make_item(pipeline)

    answer = move(client, item, "CALL", expected="NEW", below=upper.pk)

    assert order(pipeline, "CALL") == [upper.pk, item.pk, lower.pk]
    assert answer.cards == [("CALL", str(upper.pk), item.pk)]


def test_card_changes_its_place_in_its_lane_without_a_toast(
    client: Client, pipeline: Pipeline
) -> None:
    lower, upper = make_item(pipeline), make_item(pipeline)

    answer = move(client, upper, "NEW", expected="NEW", below=lower.pk)

    assert order(pipeline, "NEW") == [lower.pk, upper.pk]
    assert answer.toast == {}


def test_undo_puts_the_card_back_to_its_place(client: Client, pipeline: Pipeline) -> None:
    item, upper = make_item(pipeline), make_item(pipeline)
    done = move(client, item, "CALL", expected="NEW", was_below=upper.pk)

    undone = Answer(client.post(done.toast["action"]["post"]))

    assert undone.status == 200
    assert order(pipeline, "NEW") == [upper.pk, item.pk]
    assert undone.toast.get("action") is None


def test_undo_is_not_offered_where_no_move_leads_back(cast: Cast) -> None:
    pipeline = make_pipeline(record_type=make_type("sale"), code="strict", edges="NEW>CALL")
    cast.anna.groups.add(make_role("seller", {pipeline.type: EVERYTHING}))

    answer = move(
        signed_in(cast.anna, HTTP_HX_REQUEST="true"),
        make_item(pipeline),
        "CALL",
        "?pipeline=strict",
        expected="NEW",
    )

    assert answer.status == 200
    assert answer.toast["action"] is None


def test_undo_comes_too_late_when_somebody_moved_the_card_on(
    client: Client, pipeline: Pipeline
) -> None:
    item = make_item(pipeline)
    done = move(client, item, "CALL", expected="NEW")
    move_to_stage(item, "WON", actor=system())

    undone = Answer(client.post(done.toast["action"]["post"]))

    assert undone.status == 409
    assert undone.cards == [("WON", "", item.pk)]


def test_card_that_the_filter_hides_after_the_move_is_told_as_gone(
    client: Client, pipeline: Pipeline
) -> None:
    item = make_item(pipeline)

    answer = move(client, item, "CALL", "?stage=NEW", expected="NEW")

    assert answer.gone == [item.pk]
    assert "do not show it there" in answer.toast["text"]


def test_card_goes_to_another_pipeline_and_back(client: Client, pipeline: Pipeline) -> None:
    other = make_pipeline("FIRST > DONE", record_type=pipeline.type, code="other")
    item = make_item(pipeline, stage="CALL")

    done = move(client, item, query="?pipeline=main", to_pipeline="other")

    item.refresh_from_db()
    assert (item.pipeline_id, item.stage) == (other.pk, "FIRST")
    assert done.gone == [item.pk]
    assert done.counts["CALL"] == 0

    Answer(client.post(done.toast["action"]["post"]))

    item.refresh_from_db()
    assert (item.pipeline_id, item.stage) == (pipeline.pk, "CALL")


# --- refused ------------------------------------------------------------------------------


def test_second_of_two_people_dragging_one_card_is_told_who_was_first(
    client: Client, cast: Cast, pipeline: Pipeline
) -> None:
    item = make_item(pipeline)
    cast.boris.groups.add(*cast.anna.groups.all())
    move_to_stage(item, "WON", actor=actor(cast.boris))

    answer = move(client, item, "CALL", expected="NEW")

    assert answer.status == 409
    assert answer.cards == [("WON", "", item.pk)]
    assert "Boris moved it first: it now stands in “Won”." in answer.html
    assert answer.toast["level"] == "error"
    item.refresh_from_db()
    assert item.stage == "WON"


def test_move_without_an_edge_is_refused_with_the_reason_on_the_card(cast: Cast) -> None:
    pipeline = make_pipeline(record_type=make_type("sale"), code="strict", edges="NEW>CALL")
    cast.anna.groups.add(make_role("seller", {pipeline.type: EVERYTHING}))
    item = make_item(pipeline)

    answer = move(
        signed_in(cast.anna, HTTP_HX_REQUEST="true"),
        item,
        "WON",
        "?pipeline=strict",
        expected="NEW",
    )

    assert answer.status == 409
    assert answer.cards == [("NEW", "", item.pk)]
    assert "Stayed in New." in answer.html
    assert "No move leads from “New” to “Won” in this pipeline." in answer.html
    assert answer.toast["title"] == f"“{item.title}” was not moved"


def test_condition_of_an_edge_is_told(cast: Cast) -> None:
    pipeline = make_pipeline(record_type=make_type("sale"), code="strict")
    rows = [{"field": "amount", "operator": "gte", "value": "1000"}]
    make_edge(pipeline, "NEW", "CALL", conditions=rows)
    cast.anna.groups.add(make_role("seller", {pipeline.type: EVERYTHING}))
    item = make_item(pipeline, amount="10 EUR")

    answer = move(
        signed_in(cast.anna, HTTP_HX_REQUEST="true"),
        item,
        "CALL",
        "?pipeline=strict",
        expected="NEW",
    )

    assert answer.status == 409
    assert "“Amount” must be at least" in answer.html


@pytest.mark.parametrize("cells", [{"view": "all"}, {"view": "all", "change": "own"}])
def test_who_may_not_change_the_card_may_not_move_it(
    cast: Cast, pipeline: Pipeline, cells: dict[str, str]
) -> None:
    cast.anna.groups.add(make_role("reader", {pipeline.type: cells}))
    item = make_item(pipeline, responsible=cast.vera.pk)

    answer = move(signed_in(cast.anna, HTTP_HX_REQUEST="true"), item, "CALL", expected="NEW")

    assert answer.status == 403
    assert answer.cards == [("NEW", "", item.pk)]
    assert "is-fixed" in answer.html
    item.refresh_from_db()
    assert item.stage == "NEW"


def test_who_may_not_bring_cards_into_a_stage_is_refused(cast: Cast, pipeline: Pipeline) -> None:
    won = pipeline.stages.get(code="WON")
    cells: Matrix = {pipeline.type: EVERYTHING, won: {"move": "none"}}
    cast.anna.groups.add(make_role("seller", cells))
    item = make_item(pipeline)

    answer = move(signed_in(cast.anna, HTTP_HX_REQUEST="true"), item, "WON", expected="NEW")

    assert answer.status == 403
    assert order(pipeline, "NEW") == [item.pk]


def test_card_that_is_hidden_deleted_or_of_another_type_is_not_found(
    cast: Cast, pipeline: Pipeline
) -> None:
    cast.anna.groups.add(make_role("owner", {pipeline.type: {"view": "own", "change": "own"}}))
    client = signed_in(cast.anna, HTTP_HX_REQUEST="true")
    hidden = make_item(pipeline, responsible=cast.vera.pk)
    deleted = make_item(pipeline, responsible=cast.anna.pk)
    delete_record(deleted, actor=system())
    foreign = make_item(make_type("task"), responsible=cast.anna.pk)

    for item in (hidden, deleted, foreign):
        answer = move(client, item, "CALL", expected="NEW")

        assert (answer.status, answer.gone) == (404, [item.pk])
        assert "or your roles do not show it" in answer.toast["title"]
        assert Item._base_manager.get(pk=item.pk).stage == "NEW"


@pytest.mark.parametrize("stage", ["NOWHERE", "FIRST"])
def test_unknown_stage_and_stage_of_another_pipeline_are_refused(
    client: Client, pipeline: Pipeline, stage: str
) -> None:
    make_pipeline("FIRST > DONE", record_type=pipeline.type, code="other")
    item = make_item(pipeline)

    answer = move(client, item, stage, "?pipeline=main", expected="NEW")

    assert answer.status == 409
    assert f"has no stage “{stage}”" in answer.html
    assert order(pipeline, "NEW") == [item.pk]


@pytest.mark.parametrize(
    "wish", [{}, {"stage": "CALL", "below": "top"}, {"stage": "CALL", "below": "-1"}]
)
def test_request_without_a_goal_or_with_a_wrong_place_is_a_wrong_request(
    client: Client, pipeline: Pipeline, wish: dict[str, str]
) -> None:
    item = make_item(pipeline)

    assert move(client, item, **wish).status == 400
    assert order(pipeline, "NEW") == [item.pk]


def test_moves_are_posted(client: Client, pipeline: Pipeline) -> None:
    item = make_item(pipeline)

    assert client.get(f"/sale/{item.pk}/move/?move-stage=CALL").status_code == 405


def test_text_of_a_refused_card_is_shown_as_text(client: Client, pipeline: Pipeline) -> None:
    item = make_item(pipeline, title="<img src=x onerror=alert(1)>")

    answer = move(client, item, "NOWHERE", expected="NEW")

    assert "<img" not in answer.html


# --- the recycle bin ----------------------------------------------------------------------


def test_deleted_card_can_be_taken_back(client: Client, pipeline: Pipeline) -> None:
    item = make_item(pipeline)

    done = Answer(client.post(f"/sale/{item.pk}/delete/"))

    assert (done.status, done.gone, done.counts) == (200, [item.pk], {"NEW": 0})
    item.refresh_from_db()
    assert item.deleted_at is not None

    undone = Answer(client.post(done.toast["action"]["post"]))

    assert undone.cards == [("NEW", "", item.pk)]
    item.refresh_from_db()
    assert item.deleted_at is None


def test_who_may_not_delete_is_told(cast: Cast, pipeline: Pipeline) -> None:
    cast.anna.groups.add(make_role("reader", {pipeline.type: {"view": "all"}}))
    item = make_item(pipeline)

    answer = Answer(signed_in(cast.anna, HTTP_HX_REQUEST="true").post(f"/sale/{item.pk}/delete/"))

    assert answer.status == 403
    item.refresh_from_db()
    assert item.deleted_at is None


def test_card_deleted_by_somebody_else_is_gone(client: Client, pipeline: Pipeline) -> None:
    item = make_item(pipeline)
    delete_record(item, actor=system())

    answer = Answer(client.post(f"/sale/{item.pk}/delete/"))

    assert (answer.status, answer.gone) == (404, [item.pk])
