"""A message goes through each broker that a system may be pointed at."""

from __future__ import annotations

import uuid
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from kombu import Connection
from kombu.exceptions import OperationalError

from automation.runtime.nudges import RUN_DUE
from config import env
from smart_processes.jobs.queue import RUN_JOB


@pytest.fixture(params=["filesystem", "redis", "amqp"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Connection:
    """A connection to each kind; a server that is not there skips, in CI it fails."""
    options: dict[str, Any] = {}
    url = {"redis": "redis://127.0.0.1:6379/15", "amqp": "amqp://guest:guest@127.0.0.1:5672//"}
    if request.param == "filesystem":
        for folder in ("messages", "control"):
            (tmp_path / folder).mkdir()
        options = {
            "data_folder_in": str(tmp_path / "messages"),
            "data_folder_out": str(tmp_path / "messages"),
            "control_folder": str(tmp_path / "control"),
        }
    connection = Connection(
        url.get(request.param, "filesystem://localhost"),
        transport_options=options,
        connect_timeout=5,
    )
    try:
        connection.ensure_connection(max_retries=1)
    except OperationalError as error:
        if env.flag("CI"):
            raise
        pytest.skip(f"no {request.param} server answers on 127.0.0.1: {error}")
    return connection


def test_a_nudge_arrives(broker: Connection) -> None:
    with broker, broker.SimpleQueue(f"test-{uuid.uuid4().hex}") as queue:
        queue.put({"something": "is due"})

        message = queue.get(timeout=10)

        assert message.payload == {"something": "is due"}
        message.ack()
        queue.consumer.cancel()
        queue.queue.delete()


@pytest.mark.parametrize("broker", ["filesystem"], indirect=True)  # nobody else's messages
def test_jobs_arrive_in_a_lane_that_the_engine_s_messages_do_not_share(broker: Connection) -> None:
    with broker:
        current_app.send_task(RUN_JOB, args=[7], connection=broker)
        current_app.send_task(RUN_DUE, connection=broker)
        waiting = [queue(broker.default_channel) for queue in settings.CELERY_TASK_QUEUES]
        found = {queue.name: queue.get(no_ack=True) for queue in waiting}
        rest = [queue.get(no_ack=True) for queue in waiting]
        for queue in waiting:
            queue.delete()

    assert {name: message.headers["task"] for name, message in found.items()} == {
        "celery": RUN_DUE,
        "jobs": RUN_JOB,
    }
    assert rest == [None, None]


def test_a_message_in_a_file_is_not_seen_before_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    finish = Path.replace
    folders = dict.fromkeys(("data_folder_in", "data_folder_out", "control_folder"), str(tmp_path))
    with (
        Connection("filesystem://localhost", transport_options=folders) as connection,
        connection.SimpleQueue("nudges") as queue,
    ):

        def look_first(unfinished: Path, whole: Path) -> Path:
            with pytest.raises(Empty):
                queue.get(block=False)
            seen.append("nothing")
            return finish(unfinished, whole)

        monkeypatch.setattr(Path, "replace", look_first)
        queue.put("due")

        message = queue.get(timeout=10)
        message.ack()
    assert message.payload == "due"
    assert seen == ["nothing"]
