"""Doing the same to many runs from their list: chosen or all of a filter, preview, job."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from automation.models import JournalEntry, Run
from smart_processes.choices import JobState
from smart_processes.jobs.runner import run_job
from smart_processes.models import Item, Job
from tests.factories.accounts import make_role
from tests.factories.automation import log, make_program, make_run, run_due
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def item(cast: Cast) -> Item:
    sale = make_type("sale")
    cast.anna.groups.add(make_role("chief", {sale: {"view": "all", "automate": "all"}}))
    cast.boris.groups.add(make_role("reader", {sale: {"view": "all"}}))
    return make_item(sale)


@pytest.fixture
def anna(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.anna)
    return client


def broken_runs(count: int, item: Item) -> list[Run]:
    program = make_program(log("b", "=1/0"))
    runs = [make_run(program, item) for _ in range(count)]
    run_due()
    return runs


def send(client: Client, how: str, query: str = "", **form: Any) -> Any:
    return client.post(f"/automation/runs/many/{how}{query}", form, headers=HTMX)


def test_chosen_runs_are_previewed_and_retried_by_a_job(item: Item, anna: Client) -> None:
    broken = broken_runs(2, item)
    done = make_run(make_program(log("a")), item)
    run_due()
    ids = [run.pk for run in (*broken, done)]

    asked = send(anna, "retry/", run=ids).content.decode()
    assert "It fits 2 runs." in asked
    assert "This cannot be done to a run that is completed." in asked
    assert not Job.objects.exists()
    answer = send(anna, "retry/start/", run=ids, reason="Mended")
    run_job(Job.objects.get().pk)

    job = Job.objects.get()
    assert "job-toast" in answer.content.decode()
    assert (job.state, job.updated_count, job.refused_count) == (JobState.COMPLETED, 2, 1)
    assert job.rows.get().label == f"Run {done.pk}"
    lines = JournalEntry.objects.filter(kind="retried").order_by("run_id")
    assert [line.run_id for line in lines] == ids[:2]
    assert {line.operation_status_message for line in lines} == {"Anna: Mended"}


def test_all_runs_of_the_filter_are_meant(item: Item, anna: Client) -> None:
    broken = broken_runs(3, item)
    make_run(make_program({"id": "w", "type": "wait", "for": {"event": "x"}}), item)
    run_due()

    send(anna, "cancel/start/", "?status=failed", all="1", reason="Hopeless")
    run_job(Job.objects.get().pk)

    cancelled = Run.objects.filter(status="cancelled").order_by("pk")
    assert list(cancelled.values_list("pk", flat=True)) == [run.pk for run in broken]


def test_runs_of_others_are_not_reached(item: Item, anna: Client, cast: Cast) -> None:
    foreign = broken_runs(1, make_item(make_type("secret")))

    refused = send(anna, "retry/", run=[foreign[0].pk])
    assert refused.status_code == 409
    boris = Client()
    boris.force_login(cast.boris)
    assert send(boris, "retry/", all="1").status_code == 403
    assert send(anna, "goto/", all="1").status_code == 404


def test_a_reason_is_asked_for(item: Item, anna: Client) -> None:
    runs = broken_runs(1, item)

    assert send(anna, "retry/start/", run=[runs[0].pk]).status_code == 422
    assert not Job.objects.exists()


def test_previews_cost_the_same_for_many_runs(item: Item, anna: Client) -> None:
    runs = broken_runs(30, item)
    send(anna, "skip/", run=[runs[0].pk])  # what is kept in memory is there now

    counts = []
    for some in (runs[:2], runs):
        with CaptureQueriesContext(connection) as asked:
            told = send(anna, "skip/", run=[run.pk for run in some]).content.decode()
        counts.append(len(asked))
        assert f"It fits {len(some)} runs." in told

    assert counts[0] == counts[1]


def test_the_list_is_narrowed_by_age(item: Item, anna: Client) -> None:
    broken_runs(1, item)

    assert "No runs match" in anna.get("/automation/runs/?older=7").content.decode()
    assert "Choose run" in anna.get("/automation/runs/?older=x").content.decode()
