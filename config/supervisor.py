"""Web, workers and beat of an embedded system, started and stopped together.

Run as `python -m config.supervisor` (`make up`). Servers use their own process manager
instead; docs/operations.md says with which commands.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType

from config import env

LOOK_EVERY = 0.2  # seconds between two looks at the children
STOP_PATIENCE = 6.0  # seconds until a child that was asked to stop is killed
SHORT_LIFE = 10.0  # seconds; a child that dies younger did not really start
SHORT_LIVES_ALLOWED = 3
PR_SET_PDEATHSIG = 1  # from Linux's prctl.h


@dataclass
class Child:
    """One supervised process and how it has been doing."""

    name: str
    command: Sequence[str]
    niceness: int = 0  # how far others go first, as nice(1) counts
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    short_lives: int = field(default=0)

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only the supervisor."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=self._begin,  # noqa: PLW1509  # this process has one thread
        )

    def exit_code(self) -> int | None:
        """Return how it ended, None while it runs."""
        return self.process.poll() if self.process else None

    def _begin(self) -> None:
        die_with_parent()
        os.nice(self.niceness)

    def tell(self, number: signal.Signals) -> None:
        """Send a signal if it still runs."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)


class Supervisor:
    """Keeps its children running until it is told to stop.

    A child that dies is started again; one that keeps dying right after its start ends
    everything, because starting it again would only hide the reason.
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        address: str = "",
        banner: str = "",
        patience: float = STOP_PATIENCE,
    ) -> None:
        self.children = children
        self.address = address
        self.banner = banner
        self.patience = patience
        self.stopping = threading.Event()
        self.failed = False

    def run(self) -> int:
        """Run until SIGINT or SIGTERM; return the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.on_signal)
        for child in self.children:
            child.start()
        waiting_for_web = bool(self.address)
        while not self.stopping.wait(LOOK_EVERY):
            for child in self.children:
                self.look_after(child)
            if waiting_for_web and answers(self.address):
                waiting_for_web = False
                say(self.banner)
        self.stop()
        return 1 if self.failed else 0

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Stop; asked a second time, stop at once."""
        if self.stopping.is_set():
            for child in self.children:
                child.tell(signal.SIGKILL)
        self.stopping.set()

    def look_after(self, child: Child) -> None:
        """Start a dead child again, or give up on it."""
        code = child.exit_code()
        if code is None or self.stopping.is_set():
            return
        lived = time.monotonic() - child.started_at
        child.short_lives = child.short_lives + 1 if lived < SHORT_LIFE else 0
        if child.short_lives >= SHORT_LIVES_ALLOWED:
            say(
                f"up: {child.name} stopped {child.short_lives} times right after its start "
                f"({how(code)}). Its own message stands above. Stopping everything."
            )
            self.failed = True
            self.stopping.set()
            return
        say(f"up: {child.name} stopped ({how(code)}), starting it again")
        child.start()

    def stop(self) -> None:
        """Ask every child to stop, and kill what has not after a while."""
        say("up: stopping")
        for child in self.children:
            child.tell(signal.SIGTERM)
        deadline = time.monotonic() + self.patience
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                # Nothing is lost: unfinished work is in the database and is taken up again.
                child.tell(signal.SIGKILL)
                child.process.wait()


def main() -> int:
    """Prepare the system, then run its processes."""
    host, port = env.text("HOST", "127.0.0.1"), env.integer("PORT", 8000)
    taken = why_not_free(host, port)
    if taken:
        say(taken)
        return 1
    try:
        prepared = subprocess.run(
            [sys.executable, "-m", "config.prepare"], stdout=subprocess.PIPE, text=True, check=False
        )
    except KeyboardInterrupt:
        return 130
    if prepared.returncode:
        say("up: the system could not be prepared, see above.")
        return 1
    # "Every address" is none that a browser could ask; this machine is one of them.
    asked = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # compared, not bound
    address = f"http://{f'[{asked}]' if ':' in asked else asked}:{port}"
    welcome = banner(address, prepared.stdout)
    return Supervisor(children(host, port), address=address, banner=welcome).run()


def children(host: str, port: int) -> list[Child]:
    """Return the processes of an embedded system."""
    python, celery = sys.executable, (sys.executable, "-m", "celery", "-A", "config")
    # Threads: several at a time in the memory of one process, and SQLite has one writer.
    worker = (
        *(*celery, "--quiet", "worker", "--pool", "threads", "--loglevel", "WARNING"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    )
    web = (python, "-m", "uvicorn", "config.asgi:application", "--host", host, "--port", str(port))
    return [
        Child("web", [*web, "--log-level", "warning", "--timeout-graceful-shutdown", "2"]),
        Child("worker", [*worker, "--queues", "celery", "--concurrency", "4"], niceness=5),
        # Bulk changes, imports and exports: nobody who clicks waits for these.
        Child(
            "jobs",
            [*worker, "--queues", "jobs", "--concurrency", "2", "--hostname", "jobs@%h"],
            niceness=10,
        ),
        Child("beat", [*celery, "--quiet", "beat", "--pidfile=", "--loglevel", "WARNING"]),
    ]


def banner(address: str, logins: str) -> str:
    """Return what a person needs to start: the address, the logins, how to stop."""
    parts = [f"Smart Process CRM runs at {address}", logins.strip(), "Stop it with Ctrl-C."]
    return "\n" + "\n".join(part for part in parts if part) + "\n"


def why_not_free(host: str, port: int) -> str:
    """Return a sentence when nobody can listen there, else nothing."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as uvicorn does
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            return f"up: cannot listen on {host}:{port} ({error}); choose another port: make up PORT=8001"
    return ""


def answers(address: str) -> bool:
    """Say whether the web process serves requests."""
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=1) as answer:  # noqa: S310  # our own address
            return bool(answer.status == 200)
    except OSError:
        return False


def how(exit_code: int) -> str:
    """Say in words how a process ended."""
    if exit_code < 0:
        return f"killed by {signal.Signals(-exit_code).name}"
    return f"exit code {exit_code}"


def die_with_parent() -> None:
    """Ask Linux to end this child when the supervisor is killed; elsewhere do nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
