"""A whole system as docs/operations.md starts it: web, workers of both lanes, beat, a broker."""

from __future__ import annotations

import http.client
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from celery import Celery
from django.conf import settings

from tests.bench.workers import HOME, START, start, stop
from tests.faults.cluster import free_port


@dataclass
class Site:
    """Where it answers, and how workers are told of something."""

    port: int
    app: Celery

    def get(self, address: str, cookie: str) -> float:
        """Ask for a page; return how long the answer took, in milliseconds."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            began = time.perf_counter()
            connection.request("GET", address, headers={"Cookie": cookie})
            answer = connection.getresponse()
            answer.read()
            taken = (time.perf_counter() - began) * 1000
        finally:
            connection.close()
        assert answer.status == 200, f"{address} was answered {answer.status}"
        return taken


@contextmanager
def site(database_url: str) -> Iterator[Site]:
    """Run one on a database while the block runs."""
    HOME.mkdir(parents=True, exist_ok=True)
    redis = shutil.which("redis-server")
    if redis is None:
        raise FileNotFoundError("no redis-server is installed (Debian: redis-server)")
    broker_port, web_port = free_port(), free_port()
    address = f"redis://127.0.0.1:{broker_port}/0"
    environment = {
        **os.environ,  # noqa: TID251  # handed on to children
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        "DATABASE_URL": database_url,
        "DATA_DIR": str(HOME.resolve()),
        "CELERY_BROKER_URL": address,
        "BENCH_MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "SECRET_KEY": settings.SECRET_KEY,  # our sessions have to hold there
    }
    celery = (sys.executable, "-m", "celery", "-A", "config", "--quiet")
    worker = ("worker", "--pool", "solo", "--loglevel", "WARNING", "--without-mingle", "--queues")
    web = (sys.executable, "-m", "uvicorn", "config.asgi:application", "--log-level", "warning")
    broker = (redis, "--bind", "127.0.0.1", "--port", str(broker_port), "--save", "")
    commands = {
        "web": (*web, "--port", str(web_port)),
        "engine1": ("nice", "-n", "5", *celery, *worker, "celery", "--hostname", "engine1@bench"),
        "engine2": ("nice", "-n", "5", *celery, *worker, "celery", "--hostname", "engine2@bench"),
        "jobs": ("nice", "-n", "10", *celery, *worker, "jobs", "--hostname", "jobs@bench"),
        "beat": (*celery, "beat", "--pidfile=", "--loglevel", "WARNING"),
    }
    started = [start(broker, None, "site-broker")]
    started += [start(command, environment, name) for name, command in commands.items()]
    app = Celery("bench", broker=address, set_as_current=False)
    try:
        _await_all(app, web_port)
        yield Site(web_port, app)
    finally:
        stop(started)


def _await_all(app: Celery, web_port: int) -> None:
    until = time.monotonic() + START
    while len(app.control.inspect(timeout=1).ping() or {}) < 3 or not _answers(web_port):
        if time.monotonic() > until:
            raise TimeoutError("the system does not start, see var/bench/workers")


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
