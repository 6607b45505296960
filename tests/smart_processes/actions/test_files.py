"""Files of records: names, sizes, where they are kept, when they go."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.exceptions import PermissionRefused
from smart_processes.actions.files import (
    LONGEST_NAME,
    attach_file,
    clean_name,
    forget_uploads,
    remove_file,
    store_file,
)
from smart_processes.actions.records import delete_record, purge_record, update_record
from smart_processes.choices import EntryKind
from smart_processes.exceptions import RecordMissing, ValuesRefused
from smart_processes.models import Item, RecordFile, RecordType
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_type, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def requests(cast: Cast) -> RecordType:
    record_type = make_type("request")
    role = make_role("agents", {record_type: {"view": "department", "change": "own"}})
    for person in (cast.anna, cast.boris):
        person.groups.add(role)
    return record_type


@pytest.fixture
def item(requests: RecordType, cast: Cast) -> Item:
    return make_item(requests, responsible=cast.anna.pk)


def upload(name: str = "offer.pdf", content: bytes = b"%PDF") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def is_stored(file: RecordFile) -> bool:
    return bool(file.content.storage.exists(str(file.content.name)))


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\anna\\offer.pdf", "offer.pdf"),
        ("a\x00b\r\nc.txt", "abc.txt"),
        ("\u202egpj.exe", "gpj.exe"),
        ("  ...  ", "File"),
        ("", "File"),
        ("Предложение.docx", "Предложение.docx"),
    ],
)
def test_names_are_shown_without_folders_and_tricks(raw: str, shown: str) -> None:
    assert clean_name(raw) == shown


def test_a_long_name_keeps_its_extension() -> None:
    name = clean_name("x" * 400 + ".docx")

    assert len(name) == LONGEST_NAME
    assert name.endswith(".docx")


def test_a_file_is_stored_under_a_name_that_nobody_chose(item: Item, cast: Cast) -> None:
    file = attach_file(item, upload("../../shell.php"), actor=cast.actor("anna"))

    stored = Path(str(file.content.name))
    assert file.name == "shell.php"
    assert stored.suffix == ""
    assert "shell" not in str(stored)
    assert ".." not in stored.parts
    assert item.timeline.get(kind=EntryKind.FILE_ADDED).body["name"] == "shell.php"


def test_only_who_may_change_the_record_attaches_files(item: Item, cast: Cast) -> None:
    with pytest.raises(PermissionRefused):
        attach_file(item, upload(), actor=cast.actor("boris"))

    assert not RecordFile.objects.exists()


def test_too_large_and_empty_files_are_refused(item: Item, cast: Cast, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 10

    with pytest.raises(ValuesRefused) as large:
        attach_file(item, upload("film.mp4", b"x" * 11), actor=cast.actor("anna"))
    with pytest.raises(ValuesRefused) as empty:
        attach_file(item, upload("nothing.txt", b""), actor=cast.actor("anna"))

    assert "film.mp4" in large.value.message
    assert "nothing.txt" in empty.value.message
    assert not RecordFile.objects.exists()


def test_a_removed_file_goes_from_the_disk_after_the_commit(
    item: Item, cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    file = attach_file(item, upload(), actor=cast.actor("anna"))

    with django_capture_on_commit_callbacks(execute=True):
        remove_file(file, actor=cast.actor("anna"))
        assert is_stored(file)

    assert not is_stored(file)
    assert not RecordFile.objects.exists()
    assert item.timeline.get(kind=EntryKind.FILE_REMOVED).body["name"] == "offer.pdf"
    with pytest.raises(RecordMissing):
        remove_file(file, actor=cast.actor("anna"))


def test_what_a_field_holds_is_taken_out_there(
    requests: RecordType, item: Item, cast: Cast
) -> None:
    make_field(requests, "nda", "file")
    file = store_file(upload("nda.pdf"), actor=cast.actor("anna"))
    update_record(item, {"nda": file.pk}, actor=cast.actor("anna"))
    file.refresh_from_db()

    with pytest.raises(ValuesRefused, match="Nda"):
        remove_file(file, actor=cast.actor("anna"))

    update_record(item, {"nda": ""}, actor=cast.actor("anna"))
    remove_file(file, actor=cast.actor("anna"))
    assert not RecordFile.objects.exists()


def test_nobody_gives_a_record_somebody_else_s_upload(
    requests: RecordType, item: Item, cast: Cast
) -> None:
    make_field(requests, "nda", "file")
    file = store_file(upload(), actor=cast.actor("boris"))

    with pytest.raises(ValuesRefused):
        update_record(item, {"nda": file.pk}, actor=cast.actor("anna"))


def test_uploads_that_no_record_took_go_after_a_day(item: Item, cast: Cast) -> None:
    given_up = store_file(upload(), actor=cast.actor("anna"))
    attached = attach_file(item, upload(), actor=cast.actor("anna"))
    tomorrow = timezone.now() + timedelta(days=1, minutes=1)

    assert forget_uploads(timezone.now()) == 0
    assert forget_uploads(tomorrow) == 1

    assert not is_stored(given_up)
    assert is_stored(attached)


@pytest.mark.parametrize("has_bin", [True, False])
def test_files_go_with_the_record_that_is_deleted_for_good(
    cast: Cast, django_capture_on_commit_callbacks: Any, has_bin: bool
) -> None:
    item = make_item(make_type("note", has_recycle_bin=has_bin))
    file = attach_file(item, upload(), actor=system())

    with django_capture_on_commit_callbacks(execute=True):
        delete_record(item, actor=system())
        if has_bin:
            assert is_stored(file)
            purge_record(item, actor=system())

    assert not is_stored(file)


def test_an_upload_whose_transaction_fails_leaves_nothing_behind(
    item: Item, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[RecordFile] = []

    def fail(*_args: Any, **_kwargs: Any) -> None:
        stored.append(RecordFile.objects.get())
        raise RuntimeError

    monkeypatch.setattr("smart_processes.actions.files.history.write", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        attach_file(item, upload(), actor=cast.actor("anna"))

    assert not RecordFile.objects.exists()
    assert not is_stored(stored[0])
