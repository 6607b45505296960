"""Messages to workers."""

from __future__ import annotations

from typing import Any

import pytest
from celery import current_app
from django.db import transaction

from automation.runtime.nudges import RUN_DUE
from automation.tasks import run_due as run_due_task
from automation.tasks import sweep
from config.beat import BEAT_SCHEDULE
from tests.factories.automation import log, make_program, make_run


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of tasks that workers were told of."""
    names: list[str] = []

    def send_task(name: str, **_options: Any) -> None:
        names.append(name)

    monkeypatch.setattr(current_app, "send_task", send_task)
    return names


@pytest.mark.django_db(transaction=True)
def test_many_starts_in_one_transaction_are_one_message(sent: list[str]) -> None:
    program = make_program(log("a"))

    with transaction.atomic():
        for _ in range(5):
            make_run(program)
        assert sent == []

    assert sent == [RUN_DUE]


@pytest.mark.django_db(transaction=True)
def test_a_start_that_is_undone_tells_nobody(sent: list[str]) -> None:
    program = make_program(log("a"))

    with transaction.atomic():
        make_run(program)
        transaction.set_rollback(True)

    assert sent == []


def test_tasks_have_the_names_they_are_called_by() -> None:
    assert run_due_task.name == RUN_DUE
    assert BEAT_SCHEDULE["sweep-automation"]["task"] == sweep.name


def test_a_sweep_that_nobody_took_is_worth_nothing_when_the_next_one_comes() -> None:
    entry = BEAT_SCHEDULE["sweep-automation"]

    assert entry["options"]["expires"] == entry["schedule"] <= 1
