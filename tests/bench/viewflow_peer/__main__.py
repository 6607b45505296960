"""python -m viewflow_peer DATABASE_URL [migrate]: reads numbers of runs, answers with seconds."""

# ruff: noqa: PLC0415, T201  # Django has to be set up first; the answers are what it is for

from __future__ import annotations

import json
import sys
import time
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.management import call_command


def main() -> None:
    """Make the tables, or do runs until nobody asks for more."""
    _set_up(sys.argv[1])
    if sys.argv[2:]:
        call_command("migrate", verbosity=0)
        return
    from viewflow_peer.flows import TenSteps  # type: ignore[import-not-found]  # our own folder

    _run(TenSteps)  # warm
    _say({"ready": 1})
    for line in sys.stdin:
        began = time.perf_counter()
        for _ in range(int(line)):
            _run(TenSteps)
        _say({"seconds": time.perf_counter() - began})


def _set_up(url: str) -> None:
    parts = urlsplit(url)
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path[1:],
        "USER": parts.username,
        "PASSWORD": parts.password or "",
        "HOST": parts.hostname,
        "PORT": parts.port,
        "CONN_MAX_AGE": None,
    }
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "viewflow",
            "viewflow.workflow",
            "viewflow_peer",  # a flow has to belong to an app
        ],
        USE_TZ=True,
        SECRET_KEY="only-for-benchmarks",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()


def _run(flow: Any) -> None:
    process = flow.start.run()
    flow.answer.run(process.task_set.get(flow_task=flow.answer))
    process.refresh_from_db()
    if process.status != "DONE":
        raise RuntimeError(process.status)


def _say(answer: dict[str, float]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
