"""Two worker processes and a broker of their own, as on a server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from celery import Celery

from config.supervisor import die_with_parent
from tests.faults.cluster import free_port

HOME = Path("var/bench/workers")
PATIENCE = 120.0  # seconds until a burst counts as stuck
START = 30.0  # seconds until both have to answer


@dataclass
class Workers:
    """Two workers that can be told of something due."""

    app: Celery

    def tell(self, task: str, *, times: int = 2, expires: float = 60) -> None:
        """Send a message for each worker."""
        for _ in range(times):
            self.app.send_task(task, expires=expires)

    def until(self, is_done: Callable[[], bool]) -> float:
        """Wait until something is so; return how long that took, in seconds.

        Raises:
            TimeoutError: it is not.
        """
        began = time.perf_counter()
        while not is_done():
            if time.perf_counter() - began > PATIENCE:
                raise TimeoutError("the workers are stuck, see var/bench/workers")
            time.sleep(0.005)
        return time.perf_counter() - began


@contextmanager
def two_workers(database_url: str) -> Iterator[Workers]:
    """Run two workers, one process each, on a database."""
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    port = free_port()
    redis = shutil.which("redis-server")
    if redis is None:
        raise FileNotFoundError("no redis-server is installed (Debian: redis-server)")
    address = f"redis://127.0.0.1:{port}/0"
    environment = {
        **os.environ,  # noqa: TID251  # handed on to children
        "DJANGO_SETTINGS_MODULE": "config.settings.embedded",
        "DATABASE_URL": database_url,
        "DATA_DIR": str(HOME.resolve()),
        "CELERY_BROKER_URL": address,
    }
    worker = (
        *(sys.executable, "-m", "celery", "-A", "config", "--quiet", "worker", "--pool", "solo"),
        *("--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
    )
    started = [
        start([redis, "--bind", "127.0.0.1", "--port", str(port), "--save", ""], None, "broker"),
        start([*worker, "--hostname", "one@bench"], environment, "one"),
        start([*worker, "--hostname", "two@bench"], environment, "two"),
    ]
    try:
        app = Celery("bench", broker=address, set_as_current=False)
        _await_both(app)
        yield Workers(app)
    finally:
        stop(started)


def stop(started: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask processes to end, the last one first, then insist."""
    for process in reversed(started):
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _await_both(app: Celery) -> None:
    until = time.monotonic() + START
    while len(app.control.inspect(timeout=1).ping() or {}) < 2:
        if time.monotonic() > until:
            raise TimeoutError("the workers do not start, see var/bench/workers")


def start(
    command: Sequence[str], environment: dict[str, str] | None, name: str
) -> subprocess.Popen[bytes]:
    """Start a process that ends with this one; its log lies under its name."""
    with (HOME / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  # it calls one function of libc
            cwd=None if environment else HOME,
        )
