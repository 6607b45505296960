"""Scopes: what the predicate, the single question and the counters say must be one thing."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import access, grants
from accounts.actor import Actor
from accounts.choices import Action, Scope
from accounts.models import RoleAssignment
from smart_processes.actions.observers import add_observer
from smart_processes.models import Item, StageCounter
from smart_processes.schema import schema_for
from smart_processes.selectors.board import board_columns
from smart_processes.selectors.records import visible_records
from tests.factories.accounts import make_department, make_role, make_user
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_pipeline, make_type, system

PEOPLE = ("anna", "boris", "clara", "vera")


def one_record_each(cast: Cast, place: object) -> dict[str, Item]:
    """Return a record of each person, one of nobody, and an open one of vera."""
    made = {name: make_item(place, responsible=getattr(cast, name).pk) for name in PEOPLE}
    made["nobody"] = make_item(place, responsible="")
    made["open"] = make_item(place, responsible=cast.vera.pk, opened=True)
    return made


def seen_by(actor: Actor, type_code: str, records: dict[str, Item]) -> set[str]:
    """Return the names of the records the actor may view."""
    type_schema = schema_for(actor).type(type_code)
    ids = set(visible_records(actor, type_schema).values_list("pk", flat=True))
    return {name for name, record in records.items() if record.pk in ids}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("none", set()),
        ("own", {"anna"}),
        ("department", {"anna", "boris"}),
        ("subtree", {"anna", "boris", "clara"}),
        ("opened", {"anna", "boris", "clara", "open"}),
        ("all", {"anna", "boris", "clara", "vera", "nobody", "open"}),
    ],
)
def test_each_scope_reaches_its_people(cast: Cast, scope: str, expected: set[str]) -> None:
    record_type = make_type("request")
    records = one_record_each(cast, record_type)
    make_role("staff", {record_type: {"view": scope}}, everybody=True)

    assert seen_by(cast.actor("anna"), "request", records) == expected


@pytest.mark.django_db
def test_two_roles_combine_by_the_highest(cast: Cast) -> None:
    record_type = make_type("request")
    records = one_record_each(cast, record_type)
    cast.anna.groups.add(make_role("low", {record_type: {"view": "own"}}))
    cast.anna.groups.add(make_role("high", {record_type: {"view": "department"}}))

    assert seen_by(cast.actor("anna"), "request", records) == {"anna", "boris"}


@pytest.mark.django_db
def test_within_one_role_the_most_specific_cell_holds(cast: Cast) -> None:
    record_type = make_type("request")
    pipeline = record_type.pipelines.get()
    records = one_record_each(cast, record_type)
    make_role("staff", {record_type: {"view": "all"}, pipeline: {"view": "own"}}, everybody=True)

    assert seen_by(cast.actor("anna"), "request", records) == {"anna"}


@pytest.mark.django_db
def test_a_stage_can_be_hidden_and_another_opened(cast: Cast) -> None:
    record_type = make_type("request", "NEW > CALL > WON")
    stages = {stage.code: stage for stage in record_type.pipelines.get().stages.all()}
    new, call = make_item(record_type), make_item(record_type, stage="CALL")
    won = make_item(record_type, stage="WON")
    make_role(
        "staff",
        {
            record_type: {"view": "own"},
            stages["CALL"]: {"view": "all"},
            stages["WON"]: {"view": "none"},
        },
        everybody=True,
    )
    mine = make_item(record_type, responsible=cast.anna.pk)

    records = {"new": new, "call": call, "won": won, "mine": mine}
    assert seen_by(cast.actor("anna"), "request", records) == {"call", "mine"}


@pytest.mark.django_db
def test_role_of_a_department_reaches_below_only_when_said(cast: Cast) -> None:
    record_type = make_type("request")
    records = one_record_each(cast, record_type)
    role = make_role("sales", {record_type: {"view": "all"}})
    given = RoleAssignment.objects.create(role=role, department=cast.anna.department)

    assert seen_by(cast.actor("anna"), "request", records)
    assert not seen_by(cast.actor("clara"), "request", records)
    given.with_below = True
    given.save()
    assert seen_by(cast.actor("clara"), "request", records)
    assert not seen_by(cast.actor("vera"), "request", records)


@pytest.mark.django_db
def test_observer_reads_whatever_the_roles_say(cast: Cast) -> None:
    record_type = make_type("request", "NEW > CALL > WON")
    records = one_record_each(cast, record_type)
    add_observer(records["vera"], cast.guest, actor=system())

    guest = cast.actor("guest")

    assert seen_by(guest, "request", records) == {"vera"}
    type_schema = schema_for(guest).type("request")
    columns = board_columns(
        actor=guest, type_schema=type_schema, pipeline=type_schema.default_pipeline
    )
    assert [(c.stage.code, c.record_count, len(c.cards)) for c in columns if c.cards] == [
        ("NEW", 1, 1)
    ]
    assert not access.of(guest).may(Action.CHANGE, records["vera"], type_schema.default_pipeline)


@pytest.mark.django_db
def test_who_left_may_do_nothing_and_a_superuser_everything(cast: Cast) -> None:
    record_type = make_type("request")
    records = one_record_each(cast, record_type)
    make_role("staff", {record_type: {"view": "all"}}, everybody=True)
    cast.boris.is_active = False
    cast.boris.save()

    assert seen_by(cast.actor("boris"), "request", records) == set()
    assert seen_by(cast.actor("root"), "request", records) == set(records)


@pytest.mark.django_db
def test_a_changed_grant_holds_at_the_next_request(cast: Cast) -> None:
    record_type = make_type("request")
    records = one_record_each(cast, record_type)
    role = make_role("staff", {record_type: {"view": "own"}}, everybody=True)
    assert seen_by(cast.actor("anna"), "request", records) == {"anna"}

    grants.write_cell(role, record_type, Action.VIEW, Scope.DEPARTMENT)

    assert seen_by(cast.actor("anna"), "request", records) == {"anna", "boris"}
    grants.write_cell(role, record_type, Action.VIEW, None)
    assert seen_by(cast.actor("anna"), "request", records) == set()


@pytest.mark.django_db
def test_deleting_a_pipeline_deletes_its_grants() -> None:
    record_type = make_type("request")
    pipeline = make_pipeline("NEW > WON", record_type=record_type, code="other")
    role = make_role("staff", {pipeline: {"view": "all"}})

    pipeline.delete()

    assert grants.read_cells([role.pk]) == []


@pytest.mark.django_db
def test_warm_access_costs_one_query(cast: Cast, django_assert_num_queries: object) -> None:
    make_role("staff", {make_type("request"): {"view": "own"}}, everybody=True)
    access.of(cast.actor("anna"))

    with django_assert_num_queries(1):  # type: ignore[operator]
        access.of(cast.actor("anna"))


scopes = st.sampled_from([None, *Scope])
matrix = st.fixed_dictionaries(
    dict.fromkeys(("type", "main", "other", "NEW", "CALL", "START"), scopes)
)


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(first=matrix, second=matrix)
def test_predicate_question_and_counters_agree_for_random_roles(
    cast: Cast, first: dict[str, Scope | None], second: dict[str, Scope | None]
) -> None:
    with transaction.atomic():
        record_type = make_type("request", "NEW > CALL > WON")
        main = record_type.pipelines.get()
        other = make_pipeline("START > DONE", record_type=record_type, code="other")
        places = {
            "type": record_type,
            "main": main,
            "other": other,
            **{s.code: s for s in [*main.stages.all(), *other.stages.all()]},
        }
        for number, one in enumerate((first, second)):
            role = make_role(f"role{number}", everybody=True)
            grants.write_cells(role, [(places[k], Action.VIEW, v) for k, v in one.items()])
        for pipeline in (main, other):
            for stage in pipeline.stages.all():
                for person in (cast.anna, cast.clara, cast.vera, None):
                    make_item(
                        pipeline,
                        stage=stage.code,
                        responsible=person.pk if person else "",
                        opened=person is cast.vera,
                        amount="1.50 EUR",
                    )
        for name in ("anna", "vera", "guest"):
            _agree(cast.actor(name))
        transaction.set_rollback(True)


def _agree(actor: Actor) -> None:
    rights = access.of(actor)
    type_schema = schema_for(actor).type("request")
    by_query = set(visible_records(actor, type_schema).values_list("pk", flat=True))
    every = list(Item.objects.filter(type=type_schema.type))
    pipelines = {p.pk: p for p in type_schema.pipelines}
    by_question = {
        record.pk
        for record in every
        if rights.may(Action.VIEW, record, pipelines[record.pipeline_id])
    }
    assert by_query == by_question
    counted = StageCounter.objects.filter(rights.predicate(Action.VIEW, type_schema.pipelines))
    assert sum(row.record_count for row in counted) == len(by_query)
    shown = 0
    for pipeline in type_schema.pipelines:
        columns = board_columns(actor=actor, type_schema=type_schema, pipeline=pipeline)
        shown += sum(len(column.cards) for column in columns)
        assert all(column.record_count == len(column.cards) for column in columns)
        assert all(column.amount_minor == 150 * column.record_count for column in columns)
    assert shown == len(by_query)


@pytest.mark.django_db
def test_people_without_a_department_reach_themselves_alone(cast: Cast) -> None:
    record_type = make_type("request")
    lonely = make_user("lonely")
    make_department("empty")
    records = {
        "mine": make_item(record_type, responsible=lonely.pk),
        **one_record_each(cast, record_type),
    }
    make_role("staff", {record_type: {"view": "subtree"}}, everybody=True)

    assert seen_by(Actor.person(lonely), "request", records) == {"mine"}
