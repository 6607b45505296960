"""Make the work tree runnable: `.venv` from the lock, front-end files from npm, catalogues.

Run by `make setup` with the machine's own Python, so it uses the standard
library alone. Each part leaves a stamp of what it was made from and is skipped
while the stamp holds: a second run takes a few hundredths of a second.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VAR = ROOT / "var"
LOCK = ROOT / "requirements-dev.txt"
NODE_LOCK = ROOT / "requirements-node.txt"
VENDOR = VAR / "vendor"
OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 13)
OLDEST_NODE = 20  # npm of an older one does not read this package-lock.json

# What the pages use out of node_modules: (file there, file under var/vendor).
# Everything else stays out of the static files.
VENDOR_FILES = [
    ("@tabler/core/dist/css/tabler.min.css", "tabler/tabler.min.css"),
    ("@tabler/core/dist/js/tabler.min.js", "tabler/tabler.min.js"),
    ("sortablejs/modular/sortable.esm.js", "sortablejs/sortable.esm.js"),
    ("sortablejs/LICENSE", "sortablejs/LICENSE"),
    ("@fontsource-variable/inter/wght.css", "inter/inter.css"),
    ("@fontsource-variable/inter/LICENSE", "inter/LICENSE"),
]
FONT_FILES = "@fontsource-variable/inter/files"  # the subsets that wght.css names
SOURCE_MAP = re.compile(rb"\n?(//|/\*)# sourceMappingURL=\S+( ?\*/)?")


def main() -> None:
    """Set up every part; one process at a time, so that parallel `make`s wait."""
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:3]))
        sys.exit(
            f"Python {found} is too old: 3.11 or newer is needed (make PYTHON=python3.11 ...)."
        )
    VAR.mkdir(exist_ok=True)
    with only_one():
        set_up_python()
        set_up_front_end()
        compile_catalogues()


@contextmanager
def only_one() -> Iterator[None]:
    with (VAR / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def set_up_python() -> None:
    stamp = VENV / "lock.sha256"
    wanted = digest(LOCK, extra=f"{sys.version} {VENV}")
    if holds(stamp, wanted):
        return
    print("setup: Python packages into .venv", flush=True)
    python = VENV / "bin" / "python"
    if (stamp.exists() and not works(python)) or not python.exists():
        shutil.rmtree(VENV, ignore_errors=True)
        run(sys.executable, "-m", "venv", VENV)
    install_uv(python)
    # Compiled now: starting any command takes two thirds less time, also where Python is told
    # to write no bytecode itself.
    run(
        *(VENV / "bin" / "uv", "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode"),
        *("--python", python, LOCK),
    )
    stamp.write_text(wanted)


def install_uv(python: Path) -> None:
    """Install uv alone, by pip, at the version and hashes of the lock."""
    block = re.search(r"^uv==.*?(?=^\S)", LOCK.read_text(), re.MULTILINE | re.DOTALL)
    assert block, "requirements-dev.txt pins no uv"
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as pinned:
        pinned.write(block[0])
        pinned.flush()
        run(
            *(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--require-hashes", "-r", pinned.name),
        )


def set_up_front_end() -> None:
    stamp = VENDOR / "lock.sha256"
    wanted = digest(ROOT / "package-lock.json", Path(__file__))
    if holds(stamp, wanted):
        return
    print("setup: front-end files into var/vendor", flush=True)
    run(find_npm(), "ci", "--ignore-scripts", "--loglevel=error", path_first=VENV / "bin")
    copy_front_end(ROOT / "node_modules")
    stamp.write_text(wanted)


def find_npm() -> str:
    """Return an npm whose Node.js is new enough, from PyPI if the machine has none."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
        number = re.match(r"v(\d+)", version.stdout)
        if number and int(number[1]) >= OLDEST_NODE:
            return npm
    print(f"setup: no Node.js {OLDEST_NODE} or newer here, taking the one from PyPI", flush=True)
    run(
        *(VENV / "bin" / "uv", "pip", "install", "--quiet", "--require-hashes"),
        *("--python", VENV / "bin" / "python", "-r", NODE_LOCK),
    )
    return str(VENV / "bin" / "npm")


def copy_front_end(modules: Path) -> None:
    shutil.rmtree(VENDOR, ignore_errors=True)
    fonts = [
        (f"{FONT_FILES}/{font.name}", f"inter/files/{font.name}")
        for font in sorted((modules / FONT_FILES).glob("*-wght-normal.woff2"))
    ]
    for source, target in VENDOR_FILES + fonts:
        copy = VENDOR / target
        copy.parent.mkdir(parents=True, exist_ok=True)
        content = (modules / source).read_bytes()
        if copy.suffix in {".js", ".css"}:
            # The maps are not copied, and collectstatic stops at a reference to nothing.
            content = SOURCE_MAP.sub(b"", content)
        copy.write_bytes(content)


def compile_catalogues() -> None:
    """Compile translations that are newer than their compiled form."""
    catalogues = [*ROOT.glob("*/locale/*/LC_MESSAGES/*.po")]
    if any(is_newer(source, source.with_suffix(".mo")) for source in catalogues):
        run(VENV / "bin" / "python", ROOT / "scripts" / "translations.py", "compile")


def is_newer(source: Path, target: Path) -> bool:
    return not target.exists() or target.stat().st_mtime < source.stat().st_mtime


def digest(*files: Path, extra: str = "") -> str:
    whole = hashlib.sha256(extra.encode())
    for file in files:
        whole.update(file.read_bytes())
    return whole.hexdigest()


def holds(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text() == wanted


def works(python: Path) -> bool:
    """Say whether the environment's interpreter still starts (its Python may be gone)."""
    try:
        return subprocess.run([python, "-c", ""], check=False).returncode == 0
    except OSError:
        return False


def run(*command: str | Path, path_first: Path | None = None) -> None:
    environment = dict(os.environ)
    if path_first:
        environment["PATH"] = f"{path_first}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(list(map(str, command)), cwd=ROOT, env=environment, check=False)
    if done.returncode:
        sys.exit(f"setup stopped: `{' '.join(map(str, command))}` failed, see above.")


if __name__ == "__main__":
    main()
