"""One zip about one run, and no secret in it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from automation.actions.global_values import set_global
from automation.choices import GlobalKind
from tests.factories.automation import log, make_program, make_run, run_due
from tests.factories.smart_processes import make_item, make_pipeline, system

pytestmark = pytest.mark.django_db
SECRETS = ("hunter22", "tok-en-123", "plain-pass-9")


def test_bundle_tells_the_run_without_its_secrets(tmp_path: Path) -> None:
    set_global(GlobalKind.CONSTANT, "key", SECRETS[0], actor=system(), is_secret=True)
    step = {
        "id": "call",
        "type": "http_request",
        "params": {
            "url": "http://127.0.0.1:9/{=GlobalConst:key}",
            "headers": {"Authorization": SECRETS[2]},
        },
        "on_error": "continue",
    }
    parameter = {"code": "token", "kind": "string", "is_secret": True}
    program = make_program(
        log("hello", "Key {=GlobalConst:key} {=Template:token}"), step, parameters=[parameter]
    )
    run = make_run(program, make_item(make_pipeline()), token=SECRETS[1])
    run_due()
    path = tmp_path / "bundle.zip"

    call_command("support_bundle", str(run.pk), output=path)

    with zipfile.ZipFile(path) as bundle:
        content = {name: bundle.read(name).decode() for name in bundle.namelist()}
    for secret in SECRETS:
        assert not any(secret in text for text in content.values()), secret
    assert json.loads(content["program.json"])["sha256"] == run.version_id
    assert [line["step"] for line in json.loads(content["journal.json"]) if line["step"]]
    assert set(content) >= {"run.json", "decisions.json", "outbox.json", "waits.json"}


def test_run_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no run 99"):
        call_command("support_bundle", "99", output=tmp_path / "x.zip")
