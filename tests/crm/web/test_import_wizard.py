"""The import wizard over HTTP: a file, its columns, a check, the import, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from smart_processes.field_types.base import Names
from smart_processes.jobs import runner
from smart_processes.models import Item, Job, RecordType
from smart_processes.schema import schema_for
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_type, system

pytestmark = pytest.mark.django_db

ROWS = "Name;Worth;Segm;Note\nFerry;1,5;ENT;x\nRail;lots;SMB;y\n"


@pytest.fixture
def sales() -> RecordType:
    """Return a type with an amount and a choice."""
    sales = make_type("sale", "NEW > CALL > WON | LOST")
    make_field(sales, "segment", "choice", options=["Enterprise", "Medium"])
    return sales


@pytest.fixture
def anna(cast: Cast, sales: RecordType) -> Client:
    """Return the browser of somebody who may import."""
    return client_of(cast.anna, sales, "import", "add", "view", "delete")


def client_of(user: User, sales: RecordType, *actions: str) -> Client:
    user.groups.add(make_role(f"role-{user.pk}", {sales: dict.fromkeys(actions, "all")}))
    client = Client()
    client.force_login(user)
    return client


def upload(client: Client, text: str = ROWS, name: str = "november.csv", **files: Any) -> Any:
    file = SimpleUploadedFile(name, text.encode())
    return client.post("/sale/import/", {"file": file, **files}, follow=True)


def form_of(answer: Any) -> dict[str, str]:
    """Return what the columns form would send as it stands."""
    page = BeautifulSoup(answer.content, "html.parser")
    form: dict[str, str] = {}
    for control in page.select("#import-form [name]"):
        name = str(control["name"])
        if control.name == "select":
            chosen = control.select_one("option[selected]")
            form[name] = str(chosen["value"]) if chosen else ""
        elif control.get("type") not in ("radio", "checkbox") or control.has_attr("checked"):
            form[name] = str(control.get("value", ""))
    return {name: value for name, value in form.items() if name != "do" and "drop-" not in name}


def send(client: Client, form: dict[str, str], **changes: str) -> Any:
    return client.post("/sale/import/columns/", {**form, **changes})


def ended(client: Client, address: str) -> Any:
    """Let a worker take the job of this page, and return the page."""
    runner.run_job(int(address.rstrip("/").rpartition("/")[2]))
    return client.get(address)


def text_of(answer: Any) -> str:
    return " ".join(BeautifulSoup(answer.content, "html.parser").get_text(" ").split())


def test_columns_are_matched_and_what_does_not_fit_is_said(anna: Client) -> None:
    answer = upload(anna)

    form = form_of(answer)
    assert (form["to-0"], form["to-3"]) == ("title", "")
    assert "2 rows, UTF-8, semicolon" in text_of(answer)
    answer = send(anna, form, **{"to-1": "amount", "to-2": "segment"})
    assert "“ENT” is not in the list" in text_of(answer)
    assert "Match 2 values" in text_of(answer)


def test_a_check_writes_nothing_and_the_import_does_what_it_said(anna: Client) -> None:
    form = form_of(upload(anna)) | {"to-1": "amount", "to-2": "segment"}
    form = form_of(send(anna, form))
    meant = {form[f"text-2-{n}"]: f"value-2-{n}" for n in (1, 2)}
    form |= {meant["ENT"]: "enterprise", meant["SMB"]: ""}

    checked = send(anna, form, do="check")
    page = ended(anna, checked.url)

    assert "Would be added 1" in text_of(page)
    assert not Item.objects.exists()
    imported = anna.post(f"{checked.url}run/")
    page = ended(anna, imported.url)
    assert "Added 1" in text_of(page)
    assert "Refused 1" in text_of(page)
    ferry = Item.objects.get()
    assert (ferry.title, ferry.amount_minor) == ("Ferry", 150)
    assert ferry.number == 1


def test_refused_rows_come_back_as_a_file_to_correct(anna: Client) -> None:
    form = form_of(upload(anna)) | {"to-1": "amount"}
    page = ended(anna, send(anna, form, do="check").url)
    job = Job.objects.get()

    file = b"".join(anna.get(f"/sale/import/{job.pk}/refused/")).decode("utf-8-sig")

    assert "1 row, CSV" in text_of(page)
    lines = file.splitlines()
    assert lines[0] == "Name,Worth,Segm,Note,error"
    assert lines[1].startswith("Rail,lots,SMB,y,")
    assert len(lines) == 2


def test_pressing_import_twice_imports_once(anna: Client) -> None:
    checked = send(anna, form_of(upload(anna)), do="check")
    ended(anna, checked.url)

    first = anna.post(f"{checked.url}run/")
    second = anna.post(f"{checked.url}run/")

    assert first.url == second.url
    assert Job.objects.filter(kind="import_records").count() == 1


def test_what_an_import_made_goes_to_the_bin_by_undo(anna: Client, sales: RecordType) -> None:
    before = make_item(sales.pipelines.get(), title="Bridge")
    checked = send(anna, form_of(upload(anna)), do="check")
    ended(anna, checked.url)
    imported = anna.post(f"{checked.url}run/").url
    ended(anna, imported)

    ended(anna, anna.post(f"{imported}undo/").url)

    assert list(Item.objects.filter(deleted_at=None)) == [before]
    assert anna.post(f"{imported}undo/").status_code == 404


def test_a_key_finds_records_and_fills_what_is_empty(anna: Client, sales: RecordType) -> None:
    ferry = make_item(sales.pipelines.get(), title="Ferry", segment="medium")
    text = "Name,Segment,Worth\nFerry,Enterprise,7\n"
    form = form_of(upload(anna, text)) | {"to-2": "amount", "key": "title"}
    form = form_of(send(anna, form))
    checked = send(anna, form, existing="fill", do="check")
    ended(anna, checked.url)

    page = ended(anna, anna.post(f"{checked.url}run/").url)

    assert "Filled in 1" in text_of(page)
    ferry.refresh_from_db()
    segment = schema_for(system()).type("sale").fields["segment"]
    assert ferry.amount_minor == 700
    assert segment.text(segment.read(ferry), Names()) == "Medium"


def test_another_delimiter_reads_the_file_anew(anna: Client) -> None:
    form = form_of(upload(anna, "Name,Title\na;b,c\n"))

    answer = send(anna, form, delimiter=";")

    assert "Name,Title" in text_of(answer)
    assert "to-1" not in form_of(answer)


def test_one_value_for_every_row(anna: Client) -> None:
    form = form_of(send(anna, form_of(upload(anna, "Name\nFerry\n")), add="amount"))
    form["fixed-amount"] = "12"
    checked = send(anna, form, do="check")
    ended(anna, checked.url)
    ended(anna, anna.post(f"{checked.url}run/").url)

    assert Item.objects.get().amount_minor == 1200


def test_the_mapping_is_kept_as_a_file_and_used_again(anna: Client) -> None:
    form = form_of(upload(anna)) | {"to-1": "amount"}
    kept = send(anna, form, do="download")

    answer = upload(anna, mapping_file=SimpleUploadedFile("sale.map.yaml", kept.content))

    assert kept["Content-Disposition"] == 'attachment; filename="sale.map.yaml"'
    assert form_of(answer)["to-1"] == "amount"


def test_a_mapping_for_something_else_is_refused(anna: Client) -> None:
    mapping = b"import: 1\ntype: deal\ncolumns: {Name: title}\n"

    answer = upload(anna, mapping_file=SimpleUploadedFile("deal.map.yaml", mapping))

    assert answer.status_code == 422
    assert "The mapping is for “deal”" in text_of(answer)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.csv", b"", "is empty"),
        ("old.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "older than XLSX"),
        ("fake.xlsx", b"PK\x03\x04nothing", "fake.xlsx"),
    ],
)
def test_what_is_no_table_is_refused_on_the_page(
    anna: Client, name: str, content: bytes, reason: str
) -> None:
    answer = anna.post("/sale/import/", {"file": SimpleUploadedFile(name, content)})

    assert answer.status_code == 422
    assert reason in text_of(answer)


def test_without_a_file_it_is_said(anna: Client) -> None:
    answer = anna.post("/sale/import/", {})

    assert answer.status_code == 422
    assert "Choose a CSV or XLSX file." in text_of(answer)


def test_two_columns_for_one_field_are_told_before_the_check(anna: Client) -> None:
    answer = send(anna, form_of(upload(anna)), **{"to-3": "title", "do": "check"})

    assert answer.status_code == 422
    assert "Two columns go to “title”" in text_of(answer)
    assert not Job.objects.exists()


def test_who_may_not_import_gets_no_page(cast: Cast, sales: RecordType) -> None:
    boris = client_of(cast.boris, sales, "view", "add")

    assert boris.get("/sale/import/").status_code == 403
    assert upload(boris).status_code == 403
    assert "/sale/import/" not in boris.get("/sale/list/").content.decode()


def test_files_and_checks_of_others_stay_theirs(
    anna: Client, cast: Cast, sales: RecordType
) -> None:
    form = form_of(upload(anna))
    checked = send(anna, form, do="check")
    vera = client_of(cast.vera, sales, "view", "add", "import")

    assert send(vera, form).status_code == 403
    assert vera.get(checked.url).status_code == 403
    assert vera.post(f"{checked.url}run/").status_code == 403


def test_a_damaged_token_is_told(anna: Client) -> None:
    answer = send(anna, form_of(upload(anna)), file="made-up")

    assert answer.status_code == 409
    assert "Upload it again" in text_of(answer)


def test_html_in_cells_is_shown_as_text(anna: Client) -> None:
    answer = upload(anna, "Name\n<img src=x onerror=alert(1)>\n")

    assert b"<img src=x" not in answer.content


def test_the_job_list_leads_to_the_wizard(anna: Client) -> None:
    checked = send(anna, form_of(upload(anna)), do="check")

    answer = anna.get(f"/jobs/{Job.objects.get().pk}/")

    assert answer.url == checked.url
