"""What a load balancer sees."""

from __future__ import annotations

import pytest
from django.test import Client

from config.celery import app


def test_a_running_process_is_alive_without_a_database(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db(transaction=True)
def test_a_process_with_database_and_broker_is_ready(client: Client) -> None:
    answer = client.get("/readyz?format=json")

    assert answer.status_code == 200
    assert all(state == "OK" for state in answer.json().values())


@pytest.mark.django_db(transaction=True)
def test_a_process_without_its_broker_is_not_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        app, "connection_for_write", lambda **_: app.connection("redis://127.0.0.1:1/0")
    )

    answer = client.get("/readyz?format=json")

    assert answer.status_code == 500
    assert "The broker does not answer." in answer.content.decode()
