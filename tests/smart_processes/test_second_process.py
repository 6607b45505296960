"""What one process configures, another one knows at its next request."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from smart_processes.actions.fields import add_field
from smart_processes.actions.record_types import create_type
from smart_processes.drafts import FieldDraft, TypeDraft
from tests.factories.smart_processes import system

# Answers each line of input as a request would: with a fresh actor, and nothing else.
OTHER_PROCESS = """
import sys
import django
django.setup()
from accounts.actor import Actor
from smart_processes.schema import schema_for
for _line in sys.stdin:
    types = schema_for(Actor.system("other process")).types
    own = {code: sorted(set(t.fields) & {"purpose"}) for code, t in types.items()}
    print(own.get("travel_request"), flush=True)
"""


@pytest.fixture
def other_process(transactional_db: None) -> Iterator[subprocess.Popen[str]]:
    """Return a running process of the product on this test's database."""
    database = connection.settings_dict
    url = f"sqlite:///{database['NAME']}"
    if connection.vendor == "postgresql":
        who = quote(database["USER"]) + ":" + quote(database["PASSWORD"])
        place = f"{database['HOST']}:{database['PORT']}"
        url = f"postgres://{who}@{place}/{database['NAME']}"
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(settings.BASE_DIR),
        env={
            **os.environ,  # noqa: TID251  # the child needs what this process was given
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "DATABASE_URL": url,
        },
    )
    yield process
    process.communicate()
    assert process.returncode == 0


def request(process: subprocess.Popen[str]) -> str:
    """Return what the other process answers now."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("what is there?\n")
    process.stdin.flush()
    answer: str = process.stdout.readline()
    return answer.strip()


@pytest.mark.django_db(transaction=True)
def test_a_new_type_and_field_are_known_without_a_restart(other_process):
    assert request(other_process) == "None"

    travel = create_type(
        TypeDraft(name_one="Travel request", name_many="Travel requests"), actor=system()
    )
    assert request(other_process) == "[]"

    add_field(travel, FieldDraft(label="Purpose", kind="text"), actor=system())
    assert request(other_process) == "['purpose']"
