"""Exports: what stands in the file, in which form, and who gets it."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone, translation

from accounts.models import User
from smart_processes.actions.records import delete_record
from smart_processes.choices import JobState
from smart_processes.exports import exported_rows
from smart_processes.jobs import runner
from smart_processes.jobs.kinds import export
from smart_processes.models import Currency, Item, Job, RecordType
from smart_processes.spreadsheets import open_table, safe_text
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_type, system

HTMX: Any = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def deals(cast: Cast) -> RecordType:
    deals = make_type("sale", "NEW > CALL > WON | LOST", number_prefix="S")
    make_role("everybody", {deals: {"view": "all"}}, everybody=True)
    cast.anna.groups.add(make_role("exporter", {deals: {"export": "all"}}))
    return deals


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _export(client: Client, query: str = "", **form: str) -> Job:
    wanted = {"all": "1", "format": "csv", "columns": "all"} | form
    answer = client.post(f"/sale/bulk/export/{query}", wanted, **HTMX)
    assert answer.status_code == 200, answer.content
    job = Job.objects.latest("pk")
    runner.run_job(job.pk)
    job.refresh_from_db()
    return job


def _download(client: Client, job: Job) -> Any:
    return client.get(f"/jobs/{job.pk}/result/")


def _csv(client: Client, job: Job) -> list[dict[str, str]]:
    content = b"".join(_download(client, job).streaming_content)
    assert content.startswith(b"\xef\xbb\xbf"), "Excel needs the mark to read UTF-8"
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def _xlsx(client: Client, job: Job) -> list[tuple[Any, ...]]:
    content = b"".join(_download(client, job).streaming_content)
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    book.close()
    return rows


@pytest.mark.django_db
def test_csv_holds_the_shown_columns_in_their_order(cast: Cast, deals: RecordType) -> None:
    make_item(deals, title="Ключ, “золотой”", amount="1200.50 EUR", closes_on="2026-12-31")
    client = _client(cast.anna)

    job = _export(client, columns="shown", shown="title,amount,closes_on,stage,number")

    assert (job.state, job.updated_count) == (JobState.COMPLETED, 1)
    assert _csv(client, job) == [
        {
            "Sale": "Ключ, “золотой”",
            "Amount": "1200.50 EUR",
            "Closes on": "2026-12-31",
            "Stage": "New",
            "No.": "S-000001",
        }
    ]


@pytest.mark.django_db
def test_xlsx_keeps_numbers_days_and_amounts_what_they_are(cast: Cast, deals: RecordType) -> None:
    Currency.objects.create(code="JPY", rate="0.006")
    make_field(deals, "weight", "decimal", config={"decimal_places": 2})
    make_field(deals, "met_at", "datetime")
    make_item(
        deals,
        title="A",
        amount="1200 JPY",
        weight="-2.50",
        closes_on="2026-12-31",
        met_at="2026-01-02T10:00:00Z",
    )
    client = _client(cast.anna)

    with timezone.override("Europe/Minsk"):
        job = _export(
            client, format="xlsx", columns="shown", shown="title,amount,weight,closes_on,met_at"
        )

    head, row = _xlsx(client, job)
    assert head == ("Sale", "Amount", "Weight", "Closes on", "Met at")
    assert row[:3] == ("A", 1200, -2.5)
    assert row[3] == datetime(2026, 12, 31)  # noqa: DTZ001  # a spreadsheet knows no zones
    assert isinstance(row[4], datetime)


@pytest.mark.django_db
@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_text_that_a_spreadsheet_would_compute_is_made_harmless(
    start: str, file_format: str, cast: Cast, deals: RecordType
) -> None:
    attack = f'{start}HYPERLINK("http://example.com","click")'
    make_field(deals, "note", "text")
    make_item(deals, title=attack, note=f"{attack}\nsecond line")
    client = _client(cast.anna)

    job = _export(client, format=file_format, columns="shown", shown="title,note")

    if file_format == "csv":
        (row,) = _csv(client, job)
        cells = list(row.values())
    else:
        cells = list(_xlsx(client, job)[1])
    assert cells == [f"'{attack}", f"'{attack}\nsecond line"]


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("a=1", "a=1"),
        ("", ""),
    ],
)
def test_formula_is_told_by_its_first_character(text: str, safe: str) -> None:
    assert safe_text(text) == safe


@pytest.mark.django_db
def test_heading_of_a_field_is_no_formula_either(cast: Cast, deals: RecordType) -> None:
    field = make_field(deals, "note", "string")
    field.label = "=cmd|' /C calc'!A0"
    field.save()
    make_item(deals, note="x")
    client = _client(cast.anna)

    job = _export(client, columns="shown", shown="title,note")

    assert "'=cmd|' /C calc'!A0" in _csv(client, job)[0]


@pytest.mark.django_db
def test_export_holds_the_filter_in_the_order_of_the_list(cast: Cast, deals: RecordType) -> None:
    for number in (2, 3, 1):
        make_item(deals, title=f"T{number}", amount=f"{number} EUR")
    client = _client(cast.anna)

    job = _export(client, "?amount_min=2&sort=-amount", columns="shown", shown="title")

    assert [row["Sale"] for row in _csv(client, job)] == ["T3", "T2"]


@pytest.mark.django_db
def test_only_what_may_be_exported_stands_in_the_file(cast: Cast, deals: RecordType) -> None:
    cast.boris.groups.add(make_role("own-export", {deals: {"export": "own"}}))
    make_item(deals, title="His", responsible=cast.boris.pk)
    make_item(deals, title="Hers", responsible=cast.anna.pk)
    client = _client(cast.boris)

    job = _export(client)

    assert [row["Sale"] for row in _csv(client, job)] == ["His"]
    assert job.refused_count == 1
    assert "Your roles do not let you “Export”" in job.rows.get().message


@pytest.mark.django_db
def test_right_that_is_lost_before_the_work_counts(cast: Cast, deals: RecordType) -> None:
    make_item(deals, title="A")
    client = _client(cast.anna)
    client.post("/sale/bulk/export/", {"all": "1", "format": "csv", "columns": "all"}, **HTMX)
    cast.anna.groups.clear()
    job = Job.objects.get()

    runner.run_job(job.pk)

    job.refresh_from_db()
    assert (job.updated_count, job.refused_count) == (0, 1)


@pytest.mark.django_db
def test_linked_record_that_the_person_may_not_see_is_not_named(
    cast: Cast, deals: RecordType
) -> None:
    firms = make_type("firm", has_stages=False)
    make_field(deals, "firm", "link", config={"target": "firm"})
    firm = make_item(firms, title="Secret firm")
    make_item(deals, firm=firm.pk)
    client = _client(cast.anna)

    job = _export(client, columns="shown", shown="title,firm")

    assert _csv(client, job)[0]["Firm"] == f"#{firm.pk}"


@pytest.mark.django_db
def test_record_deleted_since_is_a_refused_row(cast: Cast, deals: RecordType) -> None:
    client = _client(cast.anna)
    record = make_item(deals, title="Gone")
    client.post(
        "/sale/bulk/export/",
        {"ids": str(record.pk), "format": "csv", "columns": "all"},
        **HTMX,
    )
    delete_record(record, actor=system())
    job = Job.objects.get()

    runner.run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, job.updated_count, job.refused_count) == (JobState.COMPLETED, 0, 1)
    assert job.rows.get().label == ""


@pytest.mark.django_db
def test_export_begins_again_after_a_crash_and_holds_nothing_twice(
    cast: Cast, deals: RecordType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "CHUNK", 2)
    for number in range(5):
        make_item(deals, title=f"T{number}")
    client = _client(cast.anna)
    client.post(
        "/sale/bulk/export/?sort=title",
        {"all": "1", "format": "csv", "columns": "shown", "shown": "title"},
        **HTMX,
    )
    job = Job.objects.get()
    real, calls = exported_rows, list[int]()

    def crash_once(*args: Any, **options: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **options)

    monkeypatch.setattr(export, "exported_rows", crash_once)
    with pytest.raises(KeyboardInterrupt):
        runner.run_job(job.pk)
    Job.objects.update(leased_until=timezone.now() - runner.LEASE)

    runner.run_job(job.pk)

    job.refresh_from_db()
    assert (job.processed_count, job.updated_count) == (5, 5)
    assert [row["Sale"] for row in _csv(client, job)] == [f"T{n}" for n in range(5)]


@pytest.mark.django_db
def test_file_is_handed_out_as_an_attachment_named_by_type_and_day(
    cast: Cast, deals: RecordType
) -> None:
    make_item(deals)
    client = _client(cast.anna)
    job = _export(client, format="xlsx")

    answer = _download(client, job)

    day = timezone.localdate().isoformat()
    assert answer["Content-Disposition"] == f'attachment; filename="Sales {day}.xlsx"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert str(job.result.name).startswith("jobs/")
    assert client.get(f"/media-is-not-served/{job.result.name}").status_code == 404
    list(answer.streaming_content)


def test_semicolons_stand_between_cells_where_decimals_have_commas(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"

    with translation.override("ru"):
        table = open_table(path, "csv", title="Сделки", heads=["Имя", "Сумма"])
        table.write([["Аня, Борис", 5]])
        table.close()

    assert path.read_text("utf-8-sig").splitlines() == ["Имя;Сумма", "Аня, Борис;5"]


def test_control_characters_and_long_texts_do_not_break_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"

    table = open_table(path, "xlsx", title="A/B: [x]" * 9, heads=["Text"])
    table.write([["bad\x00\x0bcharacters"], ["x" * 40_000], [None], [True], [date(2026, 1, 2)]])
    table.close()

    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert sheet["A2"].value == "badcharacters"
    assert len(sheet["A3"].value) == 32_767
    assert sheet["A4"].value is None
    assert "/" not in sheet.title


@pytest.mark.django_db
def test_exported_file_can_be_read_back_value_by_value(cast: Cast, deals: RecordType) -> None:
    make_field(deals, "tags", "choice", options=["red", "blue"], is_multiple=True)
    make_field(deals, "ready", "flag")
    item = make_item(deals, title="A", tags=["red", "blue"], ready="true", amount="-5 EUR")
    client = _client(cast.anna)

    (row,) = _csv(client, _export(client))

    assert row["Tags"].splitlines() == ["Red", "Blue"]
    assert row["Ready"] == "Yes"
    assert row["Amount"] == "-5.00 EUR"
    assert Item.objects.get(pk=item.pk).amount_minor == -500
