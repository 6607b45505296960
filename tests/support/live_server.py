"""The real web process, in a thread of the test run.

pytest-django's own live server speaks WSGI and waits for every answer to end, which
a stream of events never does.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

ASGIApplication = Callable[..., Awaitable[None]]

START_TIMEOUT = 30  # seconds
STOP_TIMEOUT = 5  # seconds


class _Server(uvicorn.Server):
    """Uvicorn that says when it listens, instead of being asked again and again."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets=sockets)
        self.listening.set()


@pytest.fixture
def live_url(transactional_db: None) -> Iterator[str]:
    """Serve the application and yield its address, without a slash at the end."""
    from config.asgi import application  # noqa: PLC0415  # Django has to be set up first

    with _connections_of_other_threads_closed():
        yield from _serve(application)


def _serve(application: ASGIApplication) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = _Server(
        uvicorn.Config(
            application,
            lifespan="off",
            log_config=None,
            # Open event streams are cut off after this many seconds.
            timeout_graceful_shutdown=1,
        )
    )
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    assert server.listening.wait(START_TIMEOUT), "the web server did not start"

    yield f"http://127.0.0.1:{listener.getsockname()[1]}"

    server.should_exit = True
    thread.join(STOP_TIMEOUT)
    if thread.is_alive():
        server.force_exit = True
        thread.join(STOP_TIMEOUT)
    listener.close()
    assert not thread.is_alive(), "the web server did not stop"


@contextmanager
def _connections_of_other_threads_closed() -> Iterator[None]:
    """Close at the end what requests left open that were cut off with the server.

    Such a request's thread never hears of its end, and its connection would keep locks.
    """
    opened: list[BaseDatabaseWrapper] = []

    def remember(connection: BaseDatabaseWrapper, **_: object) -> None:
        if threading.current_thread() is not threading.main_thread():
            opened.append(connection)

    connection_created.connect(remember)
    try:
        yield
    finally:
        connection_created.disconnect(remember)
        for connection in opened:
            connection.inc_thread_sharing()
            connection.close()
