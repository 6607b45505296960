"""Beat is stopped by a signal, whatever it is doing at that moment."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import pytest
from celery.beat import Scheduler, Service

from config.celery import app


@pytest.fixture
def _own_handlers() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_own_handlers")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_look_at_the_schedule_is_finished_before_it_is_written(number: signal.Signals) -> None:
    happened: list[str] = []

    class Interrupted(Scheduler):
        def tick(self, *_args: Any, **_options: Any) -> float:
            signal.raise_signal(number)
            happened.append("looked")
            return 0

        def close(self) -> None:
            happened.append("written")

    service = Service(app, scheduler_cls=Interrupted)
    app.Beat().install_sync_handler(service)

    service.start()

    assert happened == ["looked", "written"]
