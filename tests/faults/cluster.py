"""A PostgreSQL cluster of the harness's own, which it may kill."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from config.supervisor import die_with_parent

HOME = Path("var/faults")
# PostgreSQL refuses to run as root; one of these is there on every Debian.
UNPRIVILEGED = ("postgres", "nobody")
PATIENCE = 60.0  # seconds until a start counts as failed
DATABASE = "faults"


class Unavailable(Exception):
    """This machine cannot run the harness; the text says what is missing."""


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """Made anew for each run of the harness.

    Without fsync: a killed process leaves what it wrote to the kernel, which lives on; and a
    start after a kill would spend seconds on it.
    """

    def __init__(self) -> None:
        self._programs = _programs()
        self._as_user = _as_user()
        self.port = free_port()
        self._data = self._make()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the database, for DATABASE_URL."""
        return f"postgres://postgres@127.0.0.1:{self.port}/{DATABASE}"

    def start(self) -> None:
        """Start the server; return once it answers.

        Raises:
            Unavailable: it does not.
        """
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                self._process = self._start_server()
            try:
                psycopg.connect(self._address("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise Unavailable(f"the private PostgreSQL does not start, see {self._log}")

    def create_database(self) -> None:
        """Make the database of the workload."""
        with psycopg.connect(self._address("postgres"), autocommit=True) as server:
            server.execute(f"CREATE DATABASE {DATABASE}")  # a constant

    def kill(self) -> int:
        """SIGKILL the server with all its processes; return how many those were."""
        assert self._process is not None
        pids = [self._process.pid, *_children(self._process.pid)]
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._process.wait()
        return len(pids)

    def remove(self) -> None:
        """Stop the server and forget its data."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)  # disconnects everybody
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self._data.parent, ignore_errors=True)

    @property
    def _log(self) -> Path:
        return HOME / "postgresql.log"

    def _address(self, database: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def _make(self) -> Path:
        HOME.mkdir(parents=True, exist_ok=True)
        data = self._folder() / "data"
        made = subprocess.run(
            [
                *(self._programs / "initdb", "--pgdata", data, "--username", "postgres"),
                *("--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync"),
            ],
            capture_output=True,
            check=False,
            cwd="/",
            **self._as_user,
        )
        if made.returncode:
            raise Unavailable(f"initdb: {made.stderr.decode(errors='replace').strip()}")
        return data

    def _folder(self) -> Path:
        """Return a new folder that the server's user reaches."""
        owner = self._as_user.get("user")
        for place in (HOME.resolve(), Path(tempfile.gettempdir())):
            folder = Path(tempfile.mkdtemp(prefix="cluster-", dir=place))
            if owner:
                shutil.chown(folder, owner)
            looked = subprocess.run(["test", "-w", folder], check=False, cwd="/", **self._as_user)
            if looked.returncode == 0:
                return folder
            folder.rmdir()
        raise Unavailable("no folder that the user of PostgreSQL may write to")

    def _start_server(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [
                    *(self._programs / "postgres", "-D", self._data, "-p", str(self.port)),
                    *("-h", "127.0.0.1", "-k", "", "-c", "max_connections=200", "-c", "fsync=off"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509  # it calls one function of libc
                **self._as_user,
            )


def _programs() -> Path:
    """Return the folder of the newest PostgreSQL server here."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    found = sorted(
        versions, key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0
    )
    if found:
        return found[-1].parent
    program = shutil.which("initdb")
    if program is None:
        raise Unavailable("no PostgreSQL server is installed (Debian: postgresql)")
    return Path(program).resolve().parent


def _as_user() -> dict[str, Any]:
    """Return what makes a child run as somebody PostgreSQL accepts."""
    if os.geteuid():
        return {}
    known = {each.pw_name: each for each in pwd.getpwall()}
    for name in UNPRIVILEGED:
        if name in known:
            return {"user": name, "group": known[name].pw_gid, "extra_groups": []}
    raise Unavailable(f"none of the users {UNPRIVILEGED} is here")


def _children(pid: int) -> list[int]:
    """Return the pids of a process's children."""
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [int(each) for each in listed]
