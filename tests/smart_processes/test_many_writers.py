"""Several people at once, with real transactions and locks on both databases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from smart_processes.actions.creation import create_record
from smart_processes.actions.stages import move_to_stage
from smart_processes.exceptions import StaleRecord
from smart_processes.models import Item, StageCounter, StageVisit
from tests.factories.smart_processes import make_item, make_pipeline, make_type, system

RACERS = 4


def all_at_once(work: Callable[[int], object], count: int = RACERS) -> Sequence[object]:
    """Run `work` in threads of their own, each with its own connection."""

    def run(number: int) -> object:
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.mark.django_db(transaction=True)
def test_of_four_people_dragging_the_same_cards_one_wins_each() -> None:
    pipeline = make_pipeline("NEW > CALL > WON")
    cards = [make_item(pipeline) for _ in range(8)]

    def drag(_number: int) -> int:
        won = 0
        for card in cards:
            try:
                move_to_stage(card, "CALL", actor=system(), expected="NEW")
            except StaleRecord:
                continue
            won += 1
        return won

    wins = all_at_once(drag)

    assert sum(int(str(each)) for each in wins) == len(cards)
    assert Item.objects.filter(pipeline=pipeline, stage="CALL").count() == len(cards)
    assert StageVisit.objects.filter(left_at=None).count() == len(cards)


@pytest.mark.django_db(transaction=True)
def test_numbers_are_given_out_once_and_without_gaps() -> None:
    record_type = make_type("request")

    def add(number: int) -> list[int]:
        return [
            create_record("request", {"title": f"{number}/{n}"}, actor=system()).number
            for n in range(5)
        ]

    given = all_at_once(add)

    numbers = sorted(n for each in given for n in list(each))  # type: ignore[call-overload]
    assert numbers == list(range(1, RACERS * 5 + 1))
    assert Item.objects.filter(type=record_type).count() == RACERS * 5


@pytest.mark.django_db(transaction=True)
def test_counters_are_exact_after_many_moves_at_once() -> None:
    pipeline = make_pipeline("NEW > CALL > WON")
    cards = [make_item(pipeline, amount="1.50 EUR") for _ in range(6)]

    def shuffle(number: int) -> None:
        for turn, card in enumerate(cards):
            target = ("NEW", "CALL", "WON")[(number + turn) % 3]
            move_to_stage(card, target, actor=system())

    all_at_once(shuffle)

    counted: dict[str, list[int]] = {}
    for row in StageCounter.objects.filter(pipeline=pipeline):
        cell = counted.setdefault(row.stage, [0, 0])
        cell[0] += row.record_count
        cell[1] += row.amount_minor
    truth = {
        stage: [n, n * 150]
        for stage in ("NEW", "CALL", "WON")
        if (n := Item.objects.filter(pipeline=pipeline, stage=stage).count())
    }
    assert {stage: cell for stage, cell in counted.items() if cell != [0, 0]} == truth
