"""Bulk changes over HTTP: asked, started, partly refused, followed, cancelled, undone."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from smart_processes.actions.records import delete_record
from smart_processes.choices import JobState
from smart_processes.jobs import runner
from smart_processes.models import Item, ItemObserver, Job, RecordType, Stage
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import (
    make_field,
    make_item,
    make_pipeline,
    make_type,
    system,
)

pytestmark = pytest.mark.django_db

HTMX: Any = {"HTTP_HX_REQUEST": "true"}
EVERYTHING = ("view", "add", "change", "delete", "export")


@pytest.fixture
def deals() -> RecordType:
    return make_type("sale", "NEW > CALL > WON | LOST")


def _client(user: User, deals: RecordType, **scopes: str) -> Client:
    user.groups.add(
        make_role(f"role-{user.pk}", {deals: dict.fromkeys(EVERYTHING, "all") | scopes})
    )
    client = Client()
    client.force_login(user)
    return client


def _post(client: Client, path: str, records: list[Item] | None = None, **form: Any) -> Any:
    ids = ",".join(str(record.pk) for record in records or ())
    return client.post(f"/sale/bulk/{path}", {"ids": ids, **form}, **HTMX)


def _run(answer: Any) -> Job:
    assert answer.status_code == 200, answer.content
    job = Job.objects.latest("pk")
    runner.run_job(job.pk)
    job.refresh_from_db()
    return job


# --- starting -----------------------------------------------------------------------------


def test_dialog_says_how_many_and_offers_the_stages(cast: Cast, deals: RecordType) -> None:
    client = _client(cast.anna, deals)
    records = [make_item(deals) for _ in range(3)]

    html = _post(client, "move/ask/", records).content.decode()

    assert "Move 3 sales" in html
    assert 'value="main:CALL"' in html
    assert f'name="ids" value="{",".join(str(r.pk) for r in records)}"' in html


def test_stages_that_the_person_may_not_bring_records_into_are_not_offered(
    cast: Cast, deals: RecordType
) -> None:
    won = Stage.objects.get(pipeline__type=deals, code="WON")
    everything = dict.fromkeys(EVERYTHING, "all")
    cast.anna.groups.add(make_role("all-but-won", {deals: everything, won: {"move": "none"}}))
    client = Client()
    client.force_login(cast.anna)

    html = _post(client, "move/ask/", [make_item(deals)]).content.decode()

    assert 'value="main:CALL"' in html
    assert 'value="main:WON"' not in html


def test_bulk_move_reports_what_was_refused_with_links(cast: Cast, deals: RecordType) -> None:
    deals.pipelines.get().stages.filter(code="CALL").update(required_from_here=["closes_on"])
    client = _client(cast.anna, deals, change="own", move="own")
    ready = make_item(deals, responsible=cast.anna.pk, closes_on="2026-12-31")
    unfilled = make_item(deals, responsible=cast.anna.pk, title="Unfilled <b>")
    foreign = make_item(deals, responsible=cast.boris.pk, closes_on="2026-12-31")

    job = _run(_post(client, "move/", [ready, unfilled, foreign], target="main:CALL"))

    assert (job.state, job.updated_count, job.refused_count) == (JobState.COMPLETED, 1, 2)
    assert set(Item.objects.filter(stage="CALL")) == {ready}
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "Fill in “Closes on” first" in page
    assert "Unfilled &lt;b&gt;" in page
    assert "Your roles do not let you" in page
    refused = b"".join(client.get(f"/jobs/{job.pk}/refused/")).decode()
    assert "Unfilled <b>" in refused


def test_answer_follows_the_job_and_closes_the_dialog(cast: Cast, deals: RecordType) -> None:
    client = _client(cast.anna, deals)

    answer = _post(client, "move/", [make_item(deals)], target="main:CALL")

    assert answer["HX-Retarget"] == "#toasts"
    assert {"close-dialog", "clear-selection"} <= json.loads(answer["HX-Trigger"]).keys()
    assert f"/jobs/{Job.objects.get().pk}/progress/" in answer.content.decode()


def test_all_of_the_filter_means_what_the_filter_shows_now(cast: Cast, deals: RecordType) -> None:
    client = _client(cast.anna, deals)
    for number in range(6):
        make_item(deals, title=f"{number}", amount=f"{number} EUR")
    answer = _post(client, "move/?amount_min=3", all="1", target="main:CALL")
    late = make_item(deals, amount="100 EUR")

    job = _run(answer)

    assert job.total_count == 3
    assert set(Item.objects.filter(stage="CALL").values_list("title", flat=True)) == set("345")
    late.refresh_from_db()
    assert late.stage == "NEW", "the selection was frozen when the person asked"


def test_all_of_the_filter_never_means_what_the_person_does_not_see(
    cast: Cast, deals: RecordType
) -> None:
    client = _client(cast.anna, deals, view="own", change="all", delete="all")
    own = make_item(deals, responsible=cast.anna.pk)
    foreign = make_item(deals, responsible=cast.vera.pk)

    _run(_post(client, "delete/", all="1"))

    assert set(Item.objects.filter(deleted_at=None)) == {foreign}
    own.refresh_from_db()
    assert own.deleted_by == cast.anna


def test_records_are_assigned(cast: Cast, deals: RecordType) -> None:
    client = _client(cast.anna, deals)
    records = [make_item(deals, responsible=cast.anna.pk) for _ in range(2)]

    job = _run(_post(client, "assign/", records, **{"value-responsible": str(cast.boris.pk)}))

    assert job.updated_count == 2
    assert set(Item.objects.values_list("responsible_id", flat=True)) == {cast.boris.pk}


def test_field_of_the_people_s_own_is_set(cast: Cast, deals: RecordType) -> None:
    field = make_field(deals, "segment", "choice", options=["small", "large"])
    client = _client(cast.anna, deals)
    record = make_item(deals)

    asked = _post(client, "set/ask/", [record], field="segment").content.decode()
    assert 'name="value-segment"' in asked
    job = _run(_post(client, "set/", [record], field="segment", **{"value-segment": "large"}))

    record.refresh_from_db()
    assert job.updated_count == 1
    assert record.values[field.key] == field.options.get(code="large").pk


def test_observer_is_added(cast: Cast, deals: RecordType) -> None:
    client = _client(cast.anna, deals)
    record = make_item(deals)

    _run(_post(client, "observe/", [record], user=str(cast.vera.pk)))

    assert ItemObserver.objects.filter(item=record, user=cast.vera).exists()


# --- refused before it starts -------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("move/", {"target": "main:NONSENSE"}),
        ("move/", {}),
        ("assign/", {"value-responsible": "4711"}),
        ("assign/", {}),
        ("set/", {"field": "created_at"}),
        ("set/", {"field": "closes_on", "value-closes_on": "soon"}),
        ("observe/", {"user": "4711"}),
        ("export/", {"format": "exe", "columns": "all"}),
    ],
)
def test_wrong_wish_comes_back_in_the_dialog(
    path: str, form: dict[str, str], cast: Cast, deals: RecordType
) -> None:
    client = _client(cast.anna, deals)

    answer = _post(client, path, [make_item(deals)], **form)

    assert answer.status_code == 422
    assert "<dialog" in answer.content.decode()
    assert not Job.objects.exists()


@pytest.mark.parametrize("path", ["move/", "move/ask/", "export/ask/", "delete/"])
def test_nothing_selected_is_told(path: str, cast: Cast, deals: RecordType) -> None:
    client = _client(cast.anna, deals)
    make_item(deals)

    answer = _post(client, path, [], target="main:CALL")

    assert answer.status_code == 409
    assert "Select records first" in answer["HX-Trigger"]
    assert not Job.objects.exists()


@pytest.mark.parametrize("ids", ["1;2", "x,-1,٣", "9" * 30, ",,,"])
def test_ids_that_are_none_are_passed_over(ids: str, cast: Cast, deals: RecordType) -> None:
    client = _client(cast.anna, deals)

    answer = client.post("/sale/bulk/delete/", {"ids": ids}, **HTMX)

    assert answer.status_code == 409
    assert not Job.objects.exists()


@pytest.mark.parametrize("path", ["move/", "assign/", "set/", "observe/", "delete/", "export/"])
def test_reader_is_refused_every_change(path: str, cast: Cast, deals: RecordType) -> None:
    cast.boris.groups.add(make_role("reader", {deals: {"view": "all"}}))
    client = Client()
    client.force_login(cast.boris)
    record = make_item(deals)

    answer = _post(client, path, [record], target="main:CALL", format="csv", columns="all")

    assert answer.status_code == 403
    assert "Your roles do not let you" in answer["HX-Trigger"]
    assert not Job.objects.exists()


def test_records_of_another_type_are_passed_over(cast: Cast, deals: RecordType) -> None:
    client = _client(cast.anna, deals)
    other = make_item(make_type("other", "NEW > WON"))

    job = _run(_post(client, "delete/", [other]))

    assert (job.updated_count, job.refused_count) == (0, 1)
    assert Item.objects.get(pk=other.pk).deleted_at is None


def test_delete_asks_only_where_nothing_can_be_restored(cast: Cast, deals: RecordType) -> None:
    client = _client(cast.anna, deals)
    make_item(deals)
    assert "/sale/bulk/delete/?" in client.get("/sale/list/").content.decode()
    deals.has_recycle_bin = False
    deals.save()

    html = client.get("/sale/list/").content.decode()

    assert "/sale/bulk/delete/ask/?" in html
    assert "/sale/bulk/delete/?" not in html


# --- jobs ---------------------------------------------------------------------------------


def test_only_the_owner_and_superusers_see_a_job(cast: Cast, deals: RecordType) -> None:
    client = _client(cast.anna, deals)
    _post(client, "delete/", [make_item(deals)])
    job = Job.objects.get()
    other, root = Client(), Client()
    other.force_login(cast.boris)
    root.force_login(cast.root)

    for path in ("", "progress/", "result/", "refused/"):
        assert other.get(f"/jobs/{job.pk}/{path}").status_code == 403
    for path in ("cancel/", "undo/"):
        assert other.post(f"/jobs/{job.pk}/{path}").status_code == 403

    assert root.get(f"/jobs/{job.pk}/").status_code == 200
    assert client.get(f"/jobs/{job.pk}/").status_code == 200
    assert client.get(f"/jobs/{job.pk + 1}/").status_code == 404
    assert f"/jobs/{job.pk}/" in client.get("/jobs/").content.decode()
    assert f"/jobs/{job.pk}/" not in other.get("/jobs/").content.decode()


def test_progress_asks_again_until_the_job_has_ended(cast: Cast, deals: RecordType) -> None:
    client = _client(cast.anna, deals)
    _post(client, "move/", [make_item(deals)], target="main:CALL")
    job = Job.objects.get()

    waiting = client.get(f"/jobs/{job.pk}/progress/", **HTMX).content.decode()
    runner.run_job(job.pk)
    done = client.get(f"/jobs/{job.pk}/progress/", **HTMX)

    assert 'hx-trigger="every 1s"' in waiting
    assert done.content == b""
    events = json.loads(done["HX-Trigger"])
    assert events["toast"] == {"level": "success", "title": "Moved: 1"}
    assert "records-changed" in events


def test_job_is_cancelled_over_http(cast: Cast, deals: RecordType) -> None:
    client = _client(cast.anna, deals)
    record = make_item(deals)
    _post(client, "move/", [record], target="main:CALL")
    job = Job.objects.get()

    client.post(f"/jobs/{job.pk}/cancel/", **HTMX)

    runner.run_job(job.pk)
    job.refresh_from_db()
    record.refresh_from_db()
    assert (job.state, record.stage) == (JobState.CANCELLED, "NEW")


def test_bulk_delete_is_undone(cast: Cast, deals: RecordType) -> None:
    client = _client(cast.anna, deals, delete="own")
    own = [make_item(deals, responsible=cast.anna.pk) for _ in range(2)]
    foreign = make_item(deals, responsible=cast.boris.pk)
    _post(client, "delete/", [*own, foreign])
    deleting = Job.objects.get()
    runner.run_job(deleting.pk)
    assert Item.objects.filter(deleted_at=None).count() == 1
    gone = make_item(deals, title="Deleted otherwise")
    delete_record(gone, actor=system())

    restoring = _run(client.post(f"/jobs/{deleting.pk}/undo/", **HTMX))

    assert (restoring.kind, restoring.updated_count) == ("bulk_restore", 2)
    assert set(Item.objects.filter(deleted_at=None)) == {*own, foreign}
    assert client.post(f"/jobs/{deleting.pk}/undo/", **HTMX).status_code == 404, "once is enough"


def test_another_pipeline_s_stages_are_offered_and_entered(cast: Cast, deals: RecordType) -> None:
    second = make_pipeline("START > DONE", record_type=deals, code="second")
    client = _client(cast.anna, deals)
    record, there = make_item(deals), make_item(second)

    html = _post(client, "move/ask/", [record, there]).content.decode()
    job = _run(_post(client, "move/", [record, there], target="second:DONE"))

    assert re.search(r'<optgroup label="Second">', html)
    assert job.refused_count == 0
    assert set(Item.objects.values_list("pipeline__code", "stage")) == {("second", "DONE")}
