"""Files of a record over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from smart_processes.actions.files import attach_file
from smart_processes.models import Item, RecordFile, RecordType
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_type
from tests.support.pages import read_part, signed_in

pytestmark = pytest.mark.django_db

HTMX: Any = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def requests(cast: Cast) -> RecordType:
    record_type = make_type("request")
    cells = {"view": "department", "change": "own", "add": "own"}
    role = make_role("agents", {record_type: cells})
    for person in (cast.anna, cast.boris, cast.vera):
        person.groups.add(role)
    return record_type


@pytest.fixture
def item(requests: RecordType, cast: Cast) -> Item:
    return make_item(requests, title="Scanners", amount="1 EUR", responsible=cast.anna.pk)


@pytest.fixture
def anna(cast: Cast) -> Client:
    return signed_in(cast.anna)


@pytest.fixture
def boris(cast: Cast) -> Client:
    return signed_in(cast.boris)


def upload(name: str = "offer.pdf", content: bytes = b"%PDF") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def send(client: Client, item: Item, *files: SimpleUploadedFile) -> Any:
    return client.post(f"/request/{item.pk}/files/upload/", {"files": list(files)}, **HTMX)


def test_files_are_uploaded_listed_handed_out_and_deleted(item: Item, anna: Client) -> None:
    answer = send(anna, item, upload("a.pdf", b"one"), upload("b.txt", b"two"))
    page = BeautifulSoup(answer.content, "html.parser")

    links = {a.text: a["href"] for a in page.select("a.link-title")}
    assert set(links) == {"a.pdf", "b.txt"}
    assert page.select_one("[data-tab-count=files]").text == "2"
    got = anna.get(links["a.pdf"])
    assert b"".join(got.streaming_content) == b"one"
    file = RecordFile.objects.get(name="a.pdf")
    anna.post(f"/request/{item.pk}/files/{file.pk}/delete/", **HTMX)
    assert anna.get(links["a.pdf"]).status_code == 404


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("page.html", "application/octet-stream"),
        ("picture.svg", "application/octet-stream"),
        ("script.js", "application/octet-stream"),
        ("archive.tar.gz", "application/octet-stream"),
        ("nothing", "application/octet-stream"),
        ("offer.pdf", "application/pdf"),
        ("photo.png", "image/png"),
    ],
)
def test_a_file_is_handed_out_as_an_attachment_and_never_run(
    item: Item, anna: Client, cast: Cast, name: str, content_type: str
) -> None:
    file = attach_file(item, upload(name, b"<script>alert(1)</script>"), actor=cast.actor("anna"))

    answer = anna.get(f"/request/{item.pk}/files/{file.pk}/")

    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    answer.close()


def test_a_name_in_any_script_reaches_the_browser(item: Item, anna: Client, cast: Cast) -> None:
    file = attach_file(item, upload('Договор "А".pdf'), actor=cast.actor("anna"))

    answer = anna.get(f"/request/{item.pk}/files/{file.pk}/")

    assert "filename*=utf-8''%D0%94" in answer.headers["Content-Disposition"]
    answer.close()


def test_files_of_hidden_and_of_other_records_are_not_handed_out(
    item: Item, cast: Cast, anna: Client
) -> None:
    file = attach_file(item, upload(), actor=cast.actor("anna"))
    other = make_item(item.type, responsible=cast.anna.pk)

    assert signed_in(cast.vera).get(f"/request/{item.pk}/files/{file.pk}/").status_code == 404
    assert anna.get(f"/request/{other.pk}/files/{file.pk}/").status_code == 404
    assert Client().get(f"/request/{item.pk}/files/{file.pk}/").status_code == 302
    assert anna.get(f"/media-is-not-served/{file.content.name}").status_code == 404


def test_a_file_whose_content_is_lost_is_not_there(item: Item, cast: Cast, anna: Client) -> None:
    file = attach_file(item, upload(), actor=cast.actor("anna"))
    file.content.storage.delete(str(file.content.name))

    assert anna.get(f"/request/{item.pk}/files/{file.pk}/").status_code == 404


def test_a_huge_file_is_refused_and_the_others_stay(
    item: Item, anna: Client, settings: Any
) -> None:
    settings.UPLOAD_MAX_BYTES = 5

    answer = send(anna, item, upload("small.txt", b"12345"), upload("film.mp4", b"123456"))

    page = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 422
    assert "film.mp4" in page.select_one("[role=alert]").text
    assert [a.text for a in page.select("a.link-title")] == ["small.txt"]
    assert send(anna, item).status_code == 422


def test_path_tricks_change_nothing_about_where_a_file_lies(
    item: Item, anna: Client, settings: Any
) -> None:
    send(anna, item, upload("../../../tmp/evil.sh", b"#!/bin/sh"))

    file = RecordFile.objects.get()
    assert file.name == "evil.sh"
    assert str(file.content.path).startswith(str(settings.MEDIA_ROOT))
    assert str(file.content.name).startswith("records/")


def test_only_who_changes_the_record_uploads_and_deletes(
    item: Item, cast: Cast, boris: Client
) -> None:
    file = attach_file(item, upload(), actor=cast.actor("anna"))

    assert send(boris, item, upload()).status_code == 403
    assert boris.post(f"/request/{item.pk}/files/{file.pk}/delete/", **HTMX).status_code == 403
    page = read_part(boris, f"/request/{item.pk}/files/")
    assert page.select("a.link-title")
    assert not page.select("[data-drop], [hx-post]")


def test_a_file_that_a_field_holds_has_no_delete_button(
    item: Item, cast: Cast, anna: Client
) -> None:
    make_field(item.type, "nda", "file")
    sent = {"value-nda": upload("nda.pdf"), "version": item.version}
    anna.post(f"/request/{item.pk}/fields/nda/edit/", sent, **HTMX)
    file = RecordFile.objects.get()

    page = read_part(anna, f"/request/{item.pk}/files/")
    answer = anna.post(f"/request/{item.pk}/files/{file.pk}/delete/", **HTMX)

    assert "Nda" in page.select_one(".link-line .tag").text
    assert not page.select("[hx-post*=delete]")
    assert answer.status_code == 422
    assert RecordFile.objects.exists()
