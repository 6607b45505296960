"""The other engine: django-viewflow in an environment and in processes of its own.

It is AGPL: nothing of ours imports it, and it is installed only here.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = Path("requirements-bench.txt")
ENVIRONMENT = Path("var/bench/viewflow")
PACKAGE = Path("tests/bench/viewflow_peer")
PROCESSES = 2


class PeerMissing(Exception):
    """It cannot be installed here; the text says why."""


class Peer:
    """Two processes that wait to be told how many runs to do."""

    def __init__(self, processes: list[subprocess.Popen[str]]) -> None:
        self._processes = processes

    def burst(self, runs: int) -> float:
        """Do so many runs, shared by the processes; return the seconds."""
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(f"{runs // PROCESSES}\n")
            process.stdin.flush()
        return max(float(_answer(process)["seconds"]) for process in self._processes)


@contextmanager
def peer(database_url: str) -> Iterator[Peer]:
    """Install it, make its tables, run its processes.

    Raises:
        PeerMissing: it cannot be installed.
    """
    python = _install()
    command = [str(python), "-m", PACKAGE.name, database_url]
    place = {"PYTHONPATH": str(PACKAGE.parent.resolve())}
    subprocess.run([*command, "migrate"], check=True, capture_output=True, env=place)
    processes = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=place
        )
        for _ in range(PROCESSES)
    ]
    try:
        for process in processes:
            _answer(process)
        yield Peer(processes)
    finally:
        for process in processes:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(10)


def _install() -> Path:
    python = ENVIRONMENT / "bin" / "python"
    uv = Path(sys.executable).parent / "uv"
    for command in (
        [uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, ENVIRONMENT],
        [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, LOCK],
    ):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
        if done.returncode:
            raise PeerMissing(done.stderr.strip().splitlines()[-1] if done.stderr else "uv failed")
    return python


def _answer(process: subprocess.Popen[str]) -> dict[str, float]:
    assert process.stdout is not None
    answer: dict[str, float] = json.loads(process.stdout.readline())
    return answer
