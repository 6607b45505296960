"""A message goes through each broker that a system may be pointed at."""

from __future__ import annotations

import uuid
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection
from kombu.exceptions import OperationalError

from config import env


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
