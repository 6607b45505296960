"""What the journal keeps of a step that fails after its turn was taken back."""

from __future__ import annotations

import pytest

from automation.choices import RunStatus
from automation.models import GlobalValue, JournalEntry, Run
from automation.runtime.replaying import differences
from tests.factories.automation import log, make_program, make_run, run_due
from tests.factories.smart_processes import make_item, make_type

pytestmark = pytest.mark.django_db


def failed_line(run: Run) -> JournalEntry:
    run.refresh_from_db()
    assert run.status == RunStatus.FAILED
    return JournalEntry.objects.get(run=run, operation_status_code="error")


def test_journal_says_what_a_failing_step_was_given() -> None:
    move = {"id": "move", "type": "change_stage", "params": {"stage": "GONE-{=Document:id}"}}
    item = make_item(make_type("sale"))
    run = make_run(make_program(log("before"), move), item)

    run_due()

    line = failed_line(run)
    assert line.inputs["stage"] == f"GONE-{item.pk}"
    assert line.duration_ms is not None
    assert differences(run) == []


def test_secrets_among_what_a_failing_step_was_given_are_masked() -> None:
    GlobalValue.objects.create(
        kind="constant", code="token", label="Token", value="s3cr3t-token", is_secret=True
    )
    params = {"stage": "{=GlobalConst:token}"}
    run = make_run(
        make_program({"id": "move", "type": "change_stage", "params": params}),
        make_item(make_type("sale")),
    )

    run_due()

    line = failed_line(run)
    assert line.inputs["stage"]
    assert "s3cr3t" not in str([line.inputs, line.operation_status_message, run.error])
