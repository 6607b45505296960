"""The processes under test: as an administrator starts them, and as a process manager does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.supervisor import die_with_parent
from tests.faults.cluster import HOME, free_port


@dataclass
class Service:
    """One process that is started again whenever it is gone.

    Attributes:
        own_deaths: How often it ended without being killed by the harness.
    """

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    own_deaths: int = field(default=0)

    def start(self) -> None:
        """Start it."""
        with (HOME / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509  # it calls one function of libc
            )

    def kill(self) -> None:
        """SIGKILL it: no handler, no clean-up. It stays away until it is started."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process = None

    def look_after(self) -> None:
        """Start it again if it ended by itself."""
        if self.process and self.process.poll() is not None:
            self.own_deaths += 1
            self.start()

    def ask_to_end(self) -> None:
        """Ask it to end."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """Insist on its end."""
        if self.process:
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()


@dataclass
class System:
    """Everything but the database: two workers, web, the broker, and a beat too many.

    Two beats are a mistake that operators make; nothing may happen twice because of it.
    """

    web_port: int
    broker: Service | None
    services: dict[str, Service]

    def start(self) -> None:
        """Start all of it."""
        for service in self.all():
            service.start()

    def stop(self) -> None:
        """Stop all of it."""
        for service in self.all():
            service.ask_to_end()
        for service in self.all():
            service.stop()

    def look_after(self) -> None:
        """Start again what ended by itself."""
        for service in self.all():
            service.look_after()

    def all(self) -> list[Service]:
        """Return the broker, where it is a process, and the rest."""
        return [*([self.broker] if self.broker else []), *self.services.values()]


def make_system() -> System:
    """Return the system, not started; CELERY_BROKER_URL is set for it and for us."""
    web_port = free_port()
    python, celery = sys.executable, (sys.executable, "-m", "celery", "-A", "config", "--quiet")
    # Threads, as config.supervisor starts it: a SIGKILL then takes a whole worker.
    worker = (
        *(*celery, "worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "WARNING"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    )
    web = (
        *(python, "-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1"),
        *("--port", str(web_port), "--log-level", "warning"),
    )
    services = [
        Service("worker1", (*worker, "--hostname", "one@faults")),
        Service("worker2", (*worker, "--hostname", "two@faults")),
        Service("beat1", (*celery, "beat", "--pidfile=", "--loglevel", "WARNING")),
        Service("beat2", (*celery, "beat", "--pidfile=", "--loglevel", "WARNING")),
        Service("web", web),
    ]
    return System(web_port, _broker(), {each.name: each for each in services})


def _broker() -> Service | None:
    """Return a Redis of our own; where there is none, files are the broker."""
    program = shutil.which("redis-server")
    if program is None:
        return None
    port = free_port()
    os.environ["CELERY_BROKER_URL"] = f"redis://127.0.0.1:{port}/0"  # noqa: TID251  # for children
    folder = Path(HOME).resolve()
    return Service(
        "broker",
        (
            *(program, "--bind", "127.0.0.1", "--port", str(port), "--save", ""),
            *("--appendonly", "no", "--dir", str(folder)),
        ),
    )
