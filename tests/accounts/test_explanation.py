"""Explanations: they say what the doors do, and always name what decides."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import access, grants
from accounts.choices import Action, Scope
from accounts.explanation import Explanation, explain
from accounts.models import User
from smart_processes.actions.observers import add_observer
from smart_processes.models import Item
from smart_processes.schema import schema_for
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_pipeline, make_type, system

PEOPLE = ("anna", "boris", "clara", "vera", "guest", "root")


def explained(person: User, record: Item, action: Action = Action.VIEW) -> Explanation:
    pipeline = schema_for(system()).pipelines[record.pipeline_id]
    return explain(person, action, record, pipeline, None)


scopes = st.sampled_from([None, *Scope])
matrix = st.dictionaries(
    st.tuples(
        st.sampled_from(["type", "pipeline", "NEW"]), st.sampled_from([Action.VIEW, Action.CHANGE])
    ),
    scopes,
)


@pytest.mark.django_db
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    first=matrix,
    second=matrix,
    responsible=st.sampled_from([*PEOPLE, ""]),
    opened=st.booleans(),
    watcher=st.sampled_from(["", *PEOPLE]),
    leaver=st.sampled_from(["", *PEOPLE]),
)
def test_explanations_agree_with_the_doors_for_random_roles(
    cast: Cast,
    *,
    first: dict[tuple[str, Action], Scope | None],
    second: dict[tuple[str, Action], Scope | None],
    responsible: str,
    opened: bool,  # hypothesis passes by name
    watcher: str,
    leaver: str,
) -> None:
    with transaction.atomic():
        record_type = make_type("request", "")
        pipeline = make_pipeline("NEW > WON", record_type=record_type, is_default=True)
        places = {
            "type": record_type,
            "pipeline": pipeline,
            "NEW": pipeline.stages.get(code="NEW"),
        }
        for number, cells in enumerate((first, second)):
            role = make_role(f"role{number}", everybody=number == 0)
            grants.write_cells(role, [(places[p], a, scope) for (p, a), scope in cells.items()])
            cast.anna.groups.add(role)
        owner = getattr(cast, responsible).pk if responsible else ""
        record = make_item(pipeline, responsible=owner, opened=opened)
        if watcher:
            add_observer(record, getattr(cast, watcher), actor=system())
        if leaver:
            User.objects.filter(username=leaver).update(is_active=False)
        for name in PEOPLE:
            person = User.objects.get(username=name)
            rights = access.fresh(cast.actor(name))
            schema_pipeline = schema_for(system()).pipelines[record.pipeline_id]
            for action in (Action.VIEW, Action.CHANGE, Action.DELETE):
                answer = explained(person, record, action)
                assert answer.may == rights.may(action, record, schema_pipeline)
                deciding = [row for row in answer.rows if row.decides]
                if answer.may:
                    assert deciding
                    assert all(row.holds for row in deciding)
                    assert answer.rows[0].decides
                else:
                    assert not any(row.holds for row in deciding)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_explanation_reads_as_a_chain_of_facts(cast: Cast) -> None:
    record_type = make_type("request")
    make_role("agents", {record_type: {"view": "subtree"}}, everybody=True)
    record = make_item(record_type, responsible=cast.clara.pk)

    rows = [(row.holds, row.text) for row in explained(cast.anna, record).rows]

    assert rows == [
        (True, "Role “Agents” gives “Read” with the scope “Dept. +”."),
        (True, "Clara is responsible and works in “Sales North”."),
        (True, "“Sales North” is below “Sales”, where Anna works."),
        (False, "Does not observe this record."),
    ]


@pytest.mark.django_db
def test_whoever_reads_only_by_observing_is_told_so_first(cast: Cast) -> None:
    record_type = make_type("request")
    make_role("agents", {record_type: {"view": "own"}}, everybody=True)
    record = make_item(record_type, responsible=cast.boris.pk)
    add_observer(record, cast.vera, actor=system())

    answer = explained(cast.vera, record)

    assert answer.may
    assert (answer.rows[0].text, answer.rows[0].decides) == ("Observes this record.", True)


@pytest.mark.django_db
def test_a_record_of_nobody_may_be_open(cast: Cast) -> None:
    record_type = make_type("request")
    make_role("agents", {record_type: {"view": "opened"}}, everybody=True)
    record = make_item(record_type, responsible="", opened=True)

    texts = [row.text for row in explained(cast.vera, record).rows]

    assert "Nobody is responsible for the record." in texts
    assert "The record is open to everyone." in texts


@pytest.mark.django_db
def test_what_else_may_be_done_is_told_both_ways(cast: Cast) -> None:
    record_type = make_type("request")
    make_role("agents", {record_type: {"view": "all", "change": "own"}}, everybody=True)
    record = make_item(record_type, responsible=cast.anna.pk)

    answer = explained(cast.anna, record)

    assert answer.other_actions == (Action.CHANGE,)
    assert answer.refused_actions == (Action.DELETE, Action.EXPORT)
