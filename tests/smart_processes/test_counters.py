"""The counter table says what the records say, whatever happened to them."""

from __future__ import annotations

import random
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import User
from smart_processes import counter_store
from smart_processes.actions.creation import Draft, create_records
from smart_processes.actions.housekeeping import fold_counters
from smart_processes.actions.records import (
    delete_record,
    purge_record,
    restore_record,
    update_record,
)
from smart_processes.actions.stages import move_to_pipeline, move_to_stage
from smart_processes.models import Item, Pipeline, StageCounter
from smart_processes.selectors.counters import CellDifference, counter_differences
from tests.factories.accounts import make_user
from tests.factories.smart_processes import make_item, make_pipeline, make_type, system

STAGES = ("NEW", "CALL", "WON", "LOST")
ACTS = (
    *("create", "create_many", "move", "change_pipeline", "reassign", "reprice", "open"),
    *("rename", "delete", "restore", "purge", "update_rows", "fold"),
)


class World:
    """Two pipelines, two people, and what may happen to their records."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.type = make_type("sale", "NEW > CALL > WON | LOST")
        self.first: Pipeline = self.type.pipelines.get()
        self.second = make_pipeline("NEW > CALL > WON | LOST", record_type=self.type, code="second")
        self.people: list[User | None] = [make_user("anna"), make_user("boris"), None]

    def act(self, name: str) -> None:
        getattr(self, name)()

    def one(self, *, in_bin: bool = False) -> Item | None:
        found = list(Item.objects.filter(deleted_at__isnull=not in_bin).order_by("pk"))
        return self.random.choice(found) if found else None

    def _draft(self) -> Draft:
        person = self.random.choice(self.people)
        values = {
            "title": "T",
            "amount": f"{self.random.randint(-50, 500)}.25 EUR",
            "responsible": person.pk if person else "",
            "opened": self.random.choice(["true", "false"]),
        }
        pipeline = self.random.choice(["main", "second"])
        return Draft(values, pipeline, self.random.choice(STAGES))

    def create(self) -> None:
        create_records("sale", [self._draft()], actor=system())

    def create_many(self) -> None:
        create_records("sale", [self._draft() for _ in range(7)], actor=system())

    def move(self) -> None:
        if record := self.one():
            move_to_stage(record, self.random.choice(STAGES), actor=system())

    def change_pipeline(self) -> None:
        if record := self.one():
            move_to_pipeline(record, self.random.choice(["main", "second"]), actor=system())

    def reassign(self) -> None:
        if record := self.one():
            person = self.random.choice(self.people)
            value = {"responsible": person.pk if person else ""}
            update_record(record, value, actor=system())

    def reprice(self) -> None:
        if record := self.one():
            amount = self.random.choice(["", f"{self.random.randint(-9, 99)} EUR"])
            update_record(record, {"amount": amount}, actor=system())

    def open(self) -> None:
        if record := self.one():
            update_record(record, {"opened": "false" if record.opened else "true"}, actor=system())

    def rename(self) -> None:
        if record := self.one():
            update_record(record, {"title": f"N{self.random.random()}"}, actor=system())

    def delete(self) -> None:
        if record := self.one():
            delete_record(record, actor=system())

    def restore(self) -> None:
        if record := self.one(in_bin=True):
            restore_record(record, actor=system())

    def purge(self) -> None:
        if record := self.one(in_bin=True):
            purge_record(record, actor=system())

    def update_rows(self) -> None:
        """Change many rows, deleted ones among them, in one statement."""
        Item.objects.update(amount_base_minor=self.random.randint(0, 999))

    def fold(self) -> None:
        fold_counters()


class TestCounters(TestCase):
    """hypothesis rolls each example back by itself."""

    @settings(
        max_examples=12,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(
        seed=st.integers(0, 2**16),
        acts=st.lists(st.tuples(st.sampled_from(ACTS), st.booleans()), min_size=5, max_size=40),
    )
    def test_counters_are_the_truth_after_anything(
        self, seed: int, acts: list[tuple[str, bool]]
    ) -> None:
        world = World(seed)
        for name, is_rolled_back in acts:
            with transaction.atomic():
                world.act(name)
                transaction.set_rollback(is_rolled_back)

        assert counter_differences() == []
        counted = sum(StageCounter.objects.values_list("record_count", flat=True))
        assert counted == Item.objects.filter(deleted_at=None).count()


# --- the command --------------------------------------------------------------------------


def _spoil() -> Item:
    """Make the counters wrong, as a lost trigger would."""
    item = make_item(make_pipeline(), amount="10 EUR")
    StageCounter.objects.update(record_count=5, amount_minor=1)
    return item


@pytest.mark.django_db
def test_check_names_what_is_wrong_and_changes_nothing() -> None:
    item = _spoil()
    out = StringIO()

    with pytest.raises(CommandError) as failure:
        call_command("recount_counters", "--check", stdout=out)

    assert failure.value.returncode == 1
    assert f"pipeline {item.pipeline_id}, stage NEW" in out.getvalue()
    assert "counted 5 (1), found 1 (1000)" in out.getvalue()
    assert counter_differences() == [
        CellDifference(
            item.pipeline_id,
            "NEW",
            0,
            opened=False,
            counted=5,
            counted_amount_minor=1,
            found=1,
            found_amount_minor=1000,
        )
    ]


@pytest.mark.django_db
def test_recount_repairs_and_then_the_check_passes() -> None:
    _spoil()
    out = StringIO()

    call_command("recount_counters", stdout=out)
    call_command("recount_counters", "--check", stdout=out)

    assert "Counted anew: 1 cells, 1 records." in out.getvalue()
    assert "The counters are right: 1 records." in out.getvalue()


@pytest.mark.django_db
def test_counters_go_on_counting_after_a_recount() -> None:
    item = _spoil()
    counter_store.rebuild()

    move_to_stage(item, "CALL", actor=system())
    delete_record(item, actor=system())

    assert counter_differences() == []


@pytest.mark.postgres
@pytest.mark.django_db
def test_fold_leaves_one_row_a_cell_and_none_for_empty_ones() -> None:
    item = make_item(make_pipeline(), amount="10 EUR")
    for stage in ("CALL", "WON", "NEW", "CALL"):
        move_to_stage(item, stage, actor=system())
    assert StageCounter.objects.count() > 3

    gone = fold_counters()

    assert gone > 0
    assert list(StageCounter.objects.values_list("stage", "record_count", "amount_minor")) == [
        ("CALL", 1, 1000)
    ]
    assert counter_differences() == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_folds_at_once_do_not_wait_for_each_other() -> None:
    item = make_item(make_pipeline())
    move_to_stage(item, "CALL", actor=system())
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            other.set_autocommit(False)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [counter_store._FOLD_LOCK])

            assert fold_counters() == 0
    finally:
        other.rollback()
        other.close()

    assert fold_counters() > 0
