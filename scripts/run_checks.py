"""Everything that can be checked without running the product (`make check`)."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = shlex.quote(sys.executable)
BIN = shlex.quote(str(Path(sys.executable).parent))
PACKAGES = "config crm automation smart_processes accounts"
AT_ONCE = 2

# A server's environment, as far as its settings insist on one. Nothing is connected to.
SERVER = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "checked-not-used-" * 4,
    "ALLOWED_HOSTS": "crm.example.com",
    "DATABASE_URL": "postgres://crm@127.0.0.1:5432/crm",
    "CELERY_BROKER_URL": "amqp://127.0.0.1:5672//",
}


@dataclass(frozen=True)
class Check:
    """A command that must succeed."""

    name: str
    command: str
    environment: dict[str, str] = field(default_factory=dict)


# The slow ones first, so that the others run beside them.
CHECKS = [
    Check("types (mypy)", f"{BIN}/mypy {PACKAGES} scripts tests"),
    Check("lint (ruff)", f"{BIN}/ruff check ."),
    Check("format (ruff)", f"{BIN}/ruff format --check ."),
    Check("imports (import-linter)", f"{BIN}/lint-imports"),
    Check("templates, lint (djlint)", f"{BIN}/djlint --quiet --lint {PACKAGES}"),
    Check("templates, format (djlint)", f"{BIN}/djlint --quiet --check {PACKAGES}"),
    Check(
        "migrations",
        f"{PYTHON} manage.py makemigrations --check --dry-run",
        environment={"DJANGO_SETTINGS_MODULE": "config.settings.test"},
    ),
    Check("translations", f"{PYTHON} scripts/translations.py check"),
    Check(
        "deployment", f"{PYTHON} manage.py check --deploy --fail-level WARNING", environment=SERVER
    ),
]


def main() -> int:
    """Run all checks, print what failed; return 1 when one did."""
    gettext_missing = subprocess.run(
        [ROOT / "scripts" / "need.sh", "xgettext", "gettext"], check=False
    ).returncode
    with (
        tempfile.TemporaryDirectory() as data_dir,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        results = list(pool.map(lambda check: run(check, data_dir), CHECKS))
    failed = [check.name for check, passed in zip(CHECKS, results, strict=True) if not passed]
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nall checks passed")
    return 1 if failed or gettext_missing else 0


def run(check: Check, data_dir: str) -> bool:
    """Run one check with an empty system of its own; print its output when it fails."""
    # What the caller's shell is set up for must not decide what is right.
    ours = {"DATABASE_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY"}
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    started = time.monotonic()
    done = subprocess.run(
        shlex.split(check.command),
        cwd=ROOT,
        env=inherited | {"DATA_DIR": data_dir} | check.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    passed = done.returncode == 0
    seconds = time.monotonic() - started
    output = "" if passed else f"\n{done.stdout}{done.stderr}"
    print(f"{'ok    ' if passed else 'FAILED'} {check.name} ({seconds:.0f} s){output}", flush=True)
    return passed


if __name__ == "__main__":
    sys.exit(main())
