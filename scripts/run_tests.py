"""Run the whole suite on SQLite, then on PostgreSQL where there is one (`make test`).

A part that cannot run says why. With CI=true it fails instead: a missing database or
browser would otherwise look like success.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
LOCAL_POSTGRESQL = "postgres://postgres@127.0.0.1:5432/postgres"
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
WORKERS = "2"  # more do not fit a small machine beside two browsers
# A test that fails and then passes is named at the end as RERUN: unstable, and to be mended.
ONCE_MORE = ("--reruns", "1", "-r", "fER")


def main() -> int:
    """Run both parts with the arguments given here; return 1 when one of them failed."""
    browser_missing = subprocess.run(
        # Playwright's own Node.js is linked against libatomic, which a small Debian lacks.
        [ROOT / "scripts" / "need.sh", "chromium", "chromium", "libatomic1"],
        check=False,
    ).returncode
    if browser_missing and not IN_CI:
        print("browser tests will be skipped: no chromium", flush=True)
    passed = [run_suite("SQLite", None)]
    url = os.environ.get("TEST_DATABASE_URL") or LOCAL_POSTGRESQL
    refusal = why_unreachable(url)
    if refusal:
        print(f"\nPostgreSQL part {'FAILED' if IN_CI else 'skipped'}: {refusal}", flush=True)
        passed.append(not IN_CI)
    else:
        passed.append(run_suite("PostgreSQL", url))
    return 0 if all(passed) else 1


def run_suite(title: str, database_url: str | None) -> bool:
    print(f"\n=== tests on {title} ===", flush=True)
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    if database_url:
        environment["DATABASE_URL"] = database_url
    command = [sys.executable, "-m", "pytest", "-n", WORKERS, "--create-db", *ONCE_MORE]
    command += sys.argv[1:]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def why_unreachable(url: str) -> str:
    """Return why no connection can be made there; empty when it can."""
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        return f"{str(error).strip().splitlines()[-1]} (set TEST_DATABASE_URL to use another)"
    return ""


if __name__ == "__main__":
    sys.exit(main())
