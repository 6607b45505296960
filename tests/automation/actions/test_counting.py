"""Numbers of a series and turns in a queue."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from automation.actions.numbers import take_number
from automation.actions.turns import take_turn
from automation.models import NumberSeries
from tests.factories.cast import Cast

pytestmark = pytest.mark.django_db


def test_each_series_and_period_counts_for_itself() -> None:
    assert [take_number("contract") for _ in range(3)] == [1, 2, 3]
    assert take_number("contract", period="2026", first=100) == 100
    assert take_number("contract", period="2026", first=100) == 101
    assert take_number("letter") == 1


def test_number_that_is_rolled_back_is_given_out_again() -> None:
    take_number("contract")

    with transaction.atomic():
        assert take_number("contract") == 2
        transaction.set_rollback(True)

    assert take_number("contract") == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_never_get_the_same_number() -> None:
    NumberSeries.objects.create(code="contract")
    taken: list[int] = []

    def take_some() -> None:
        taken.extend(take_number("contract") for _ in range(20))
        connection.close()

    workers = [threading.Thread(target=take_some) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(taken) == list(range(1, 81))


def test_turns_go_round_and_pass_over_who_is_away(cast: Cast) -> None:
    people = [cast.anna.pk, cast.boris.pk, cast.vera.pk]
    without_boris = [cast.anna.pk, cast.vera.pk]

    def turn(present: list[int]) -> int | None:
        return take_turn("calls", people, present=present)

    assert [turn(people) for _ in range(4)] == [*people, cast.anna.pk]
    assert turn(without_boris) == cast.vera.pk
    assert turn(people) == cast.anna.pk
    assert turn([]) is None
    assert turn(people) == cast.boris.pk
    assert take_turn("letters", people, present=people) == cast.anna.pk


def test_turns_go_on_when_the_last_person_is_no_longer_among_them(cast: Cast) -> None:
    take_turn("calls", [cast.guest.pk], present=[cast.guest.pk])

    people = [cast.anna.pk, cast.boris.pk]

    assert take_turn("calls", people, present=people) == cast.anna.pk
