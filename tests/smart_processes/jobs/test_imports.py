"""Imports as jobs: checked, made, resumed, cancelled, cleared away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.utils import timezone

from smart_processes.choices import JobState
from smart_processes.imports import engine, uploads
from smart_processes.imports.refusals import FileRefused
from smart_processes.jobs import queue, runner
from smart_processes.jobs.kinds import imports
from smart_processes.models import Item, Job, RecordType
from smart_processes.schema import schema_for
from tests.factories.accounts import actor, make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_type

pytestmark = pytest.mark.django_db

ROWS = "title,amount\na,1\nb,lots\nc,3\nd,4\ne,x\nf,6\n"
Enqueue = Callable[..., Job]


@pytest.fixture
def request_type(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> RecordType:
    """Return a type that anna may import; two rows are a chunk."""
    record_type = make_type("request")
    cast.anna.groups.add(make_role("clerk", {record_type: {"view": "all", "import": "all"}}))
    in_twos = engine.import_rows
    monkeypatch.setattr(
        imports, "import_rows", lambda *given, **kwargs: in_twos(*given, chunk_size=2, **kwargs)
    )
    return record_type


@pytest.fixture
def enqueue(request_type: RecordType, cast: Cast) -> Enqueue:
    """Return `enqueue(kind, rows)`: a job of anna's with an uploaded file."""

    def enqueue(kind: str = "import_records", rows: str = ROWS) -> Job:
        who = actor(cast.anna)
        params = {
            "file": uploads.store(SimpleUploadedFile("table.csv", rows.encode())),
            "name": "table.csv",
            "mapping": {
                "import": 1,
                "file": {"encoding": "utf-8", "delimiter": ","},
                "columns": {"title": "title", "amount": "amount"},
            },
        }
        return queue.enqueue(
            kind, params, actor=who, type_schema=schema_for(who).type(request_type.code)
        )

    return enqueue


def titles() -> list[str]:
    return list(Item.objects.order_by("number").values_list("title", flat=True))


def test_a_job_imports_the_file_and_keeps_what_was_refused(enqueue: Enqueue) -> None:
    job = enqueue()

    runner.run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, job.processed_count) == (JobState.COMPLETED, 6)
    assert (job.created_count, job.refused_count) == (4, 2)
    assert titles() == ["a", "c", "d", "f"]
    first = job.rows.first()
    assert first is not None
    assert (first.number, first.label, first.cells) == (3, "b", ["b", ["lots"]])
    assert "Enter an amount" in first.message
    made = [pk for start, end in job.params["made"] for pk in range(start, end + 1)]
    assert made == list(Item.objects.order_by("pk").values_list("pk", flat=True))


def test_a_check_makes_nothing_and_refuses_the_same(enqueue: Enqueue) -> None:
    job = enqueue("import_check")

    runner.run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, job.created_count, job.refused_count) == (JobState.COMPLETED, 4, 2)
    assert job.total_count == 6
    assert "made" not in job.params
    assert titles() == []


def test_a_job_goes_on_behind_the_last_whole_chunk(
    enqueue: Enqueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = enqueue()
    failing = iter([False, True, False, False])
    whole = imports.ImportRecords._note

    def note(self: Any, job: Job, chunk: Any) -> None:
        whole(self, job, chunk)
        if next(failing):
            raise OperationalError("deadlock")

    monkeypatch.setattr(imports.ImportRecords, "_note", note)

    runner.run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, job.created_count, job.refused_count) == (JobState.COMPLETED, 4, 2)
    assert titles() == ["a", "c", "d", "f"]
    made = [pk for start, end in job.params["made"] for pk in range(start, end + 1)]
    assert sorted(made) == list(Item.objects.order_by("pk").values_list("pk", flat=True))


def test_a_cancelled_job_leaves_whole_chunks(
    enqueue: Enqueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = enqueue()
    whole = imports.ImportRecords._note

    def note(self: Any, job: Job, chunk: Any) -> None:
        whole(self, job, chunk)
        queue.request_cancel(job)

    monkeypatch.setattr(imports.ImportRecords, "_note", note)

    runner.run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, job.processed_count) == (JobState.CANCELLED, 2)
    assert titles() == ["a"]


def test_a_file_that_breaks_on_the_way_ends_the_job_with_a_sentence(enqueue: Enqueue) -> None:
    job = enqueue(rows="title,amount\na,1\nb,2\n\0,3\n")

    runner.run_job(job.pk)

    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "Line 4 of “table.csv” holds zero bytes" in job.error
    assert titles() == ["a", "b"]


def test_rights_that_were_taken_refuse_what_is_left(enqueue: Enqueue, cast: Cast) -> None:
    job = enqueue()
    cast.anna.groups.clear()

    runner.run_job(job.pk)

    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "Your roles do not let you" in job.error
    assert titles() == []


def test_a_check_of_another_mapping_s_file_stops_early(
    enqueue: Enqueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MOST_REFUSED", 1)
    job = enqueue("import_check")

    runner.run_job(job.pk)

    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "More than 1 rows were refused" in job.error


def test_files_are_kept_for_a_week(enqueue: Enqueue) -> None:
    job = enqueue()
    now = timezone.now()

    assert uploads.forget_old_uploads(now + timedelta(days=6)) == 0
    assert uploads.forget_old_uploads(now + timedelta(days=8)) >= 1

    assert not default_storage.exists(job.params["file"])
    runner.run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "uploads are kept for a week" in job.error


def test_only_uploads_are_opened() -> None:
    with pytest.raises(FileRefused), uploads.local_path("../settings.py"):
        pass


def test_ranges_of_neighbours_are_one() -> None:
    assert imports.joined([[1, 3], [4, 4], [6, 6], [7, 9]]) == [[1, 4], [6, 9]]
