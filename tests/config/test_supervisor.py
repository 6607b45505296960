"""Web, worker and beat are started, looked after and stopped together."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import textwrap
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.supervisor import how, why_not_free
from tests.architecture.source_files import ROOT

EMBEDDED = "config.settings.embedded"
WAIT = 20  # seconds until a process that hangs fails the test

Start = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return `start(children)`: a supervisor of those children, in a process of its own."""
    running: list[subprocess.Popen[str]] = []

    def start(children: str) -> subprocess.Popen[str]:
        script = tmp_path / "supervise.py"
        script.write_text(
            textwrap.dedent(
                f"""
                import sys
                from config.supervisor import Child, Supervisor

                def child(name, code):
                    return Child(name, [sys.executable, "-u", "-c", code])

                sys.exit(Supervisor({children}, patience=1).run())
                """
            )
        )
        running.append(
            subprocess.Popen(
                [sys.executable, "-u", script],
                cwd=tmp_path,
                env=os.environ | {"PYTHONPATH": str(ROOT)},  # noqa: TID251  # what a shell hands on
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        return running[-1]

    yield start

    for process in running:
        process.kill()
        process.communicate()


SLEEPER = "import time; print('child', __import__('os').getpid()); time.sleep(600)"
STUBBORN = (
    "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('child', os.getpid()); time.sleep(600)"
)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_every_child_and_the_supervisor(start: Start, number: int) -> None:
    supervisor = start(f"[child('web', {SLEEPER!r}), child('worker', {SLEEPER!r})]")
    pids = [_pid(supervisor), _pid(supervisor)]

    supervisor.send_signal(number)

    assert supervisor.wait(WAIT) == 0
    assert [pid for pid in pids if _is_alive(pid)] == []


def test_a_child_that_will_not_stop_is_killed(start: Start) -> None:
    supervisor = start(f"[child('worker', {STUBBORN!r})]")
    pid = _pid(supervisor)

    supervisor.terminate()

    assert supervisor.wait(WAIT) == 0
    assert not _is_alive(pid)


def test_a_child_that_dies_is_started_again(start: Start) -> None:
    supervisor = start(f"[child('worker', {SLEEPER!r})]")
    first = _pid(supervisor)

    os.kill(first, signal.SIGKILL)

    assert _line(supervisor) == "up: worker stopped (killed by SIGKILL), starting it again"
    assert _pid(supervisor) != first


def test_a_child_that_never_starts_ends_everything_with_its_name(start: Start) -> None:
    supervisor = start("[child('beat', 'raise SystemExit(3)')]")

    output, _ = supervisor.communicate(timeout=WAIT)

    assert supervisor.returncode == 1
    assert "up: beat stopped 3 times right after its start (exit code 3)." in output


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a lost parent")
def test_children_do_not_outlive_a_killed_supervisor(start: Start) -> None:
    supervisor = start(f"[child('web', {SLEEPER!r})]")
    pid = _pid(supervisor)

    child = os.pidfd_open(pid)

    supervisor.kill()

    readable, _, _ = select.select([child], [], [], WAIT)  # a pidfd is readable after the end
    assert readable == [child]
    os.close(child)


def test_a_busy_port_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        sentence = why_not_free("127.0.0.1", port)

    assert sentence.startswith(f"up: cannot listen on 127.0.0.1:{port} (")
    assert "PORT=" in sentence
    assert "\n" not in sentence


@pytest.fixture
def trial_system(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """What `make up` starts, with a folder and a port of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {"DATA_DIR": str(tmp_path), "PORT": str(port), "DJANGO_SETTINGS_MODULE": EMBEDDED}
    # The suite's own database must not become the trial's.
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}  # noqa: TID251
    system = subprocess.Popen(
        [sys.executable, "-m", "config.supervisor"],
        cwd=ROOT,
        env=inherited | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield system
    system.kill()
    system.communicate()


def test_an_empty_folder_becomes_a_system_that_answers_and_stops(
    trial_system: subprocess.Popen[str],
) -> None:
    assert trial_system.stdout
    lines = iter(trial_system.stdout.readline, "")
    said = next((line for line in lines if "runs at" in line), "it ended without an address")
    address = said.split()[-1]

    with urllib.request.urlopen(f"{address}/readyz?format=json", timeout=WAIT) as answer:
        assert answer.status == 200
    trial_system.terminate()

    rest, _ = trial_system.communicate(timeout=WAIT)
    assert trial_system.returncode == 0
    assert "Traceback" not in rest


def test_how_a_process_ended_is_said_in_words() -> None:
    assert how(-9) == "killed by SIGKILL"
    assert how(2) == "exit code 2"


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return str(process.stdout.readline()).strip()


def _pid(process: subprocess.Popen[str]) -> int:
    word, _, number = _line(process).partition(" ")
    assert word == "child"
    return int(number)


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
