"""`manage.py import_records`: what it prints, what it writes, how it ends."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from smart_processes.imports import engine
from smart_processes.management.commands import import_records
from smart_processes.models import Item, RecordType
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_type
from tests.smart_processes.imports.files import csv_file

pytestmark = pytest.mark.django_db

ROWS = "id,title,amount\n1,One,10\n2,Two,lots\n3,=HYPERLINK(1),x\n"


@pytest.fixture
def request_type() -> RecordType:
    return make_type("request")


def run(*arguments: Any) -> tuple[str, str]:
    """Return what the command printed and what it complained about."""
    out, complaints = StringIO(), StringIO()
    call_command("import_records", *map(str, arguments), stdout=out, stderr=complaints)
    return out.getvalue(), complaints.getvalue()


def test_counts_are_printed_and_refused_rows_told(tmp_path: Path, request_type: RecordType):
    out, complaints = run("request", csv_file(tmp_path, ROWS))

    assert out.splitlines() == ["read: 3, created: 1, updated: 0, unchanged: 0, refused: 2"]
    assert complaints.startswith("3: Amount: Enter an amount")
    assert Item.objects.get(type=request_type).external_id == "1"


def test_refused_rows_are_written_to_be_corrected_and_imported_again(
    tmp_path: Path, request_type: RecordType
):
    errors = tmp_path / "errors.csv"
    run("request", csv_file(tmp_path, ROWS), "--errors", errors)

    with errors.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["id", "title", "amount", "error"]
    assert rows[1][:3] == ["2", "Two", "lots"]
    assert rows[2][:3] == ["3", "'=HYPERLINK(1)", "x"]
    assert "Enter an amount" in rows[1][3]

    corrected = errors.read_text(encoding="utf-8-sig").replace("lots", "5").replace(",x,", ",6,")
    errors.write_text(corrected, encoding="utf-8")
    out, complaints = run("request", errors)

    assert "created: 2" in out
    assert "Left out: “error”." in complaints
    assert Item.objects.filter(title="=HYPERLINK(1)").exists()


def test_a_dry_run_imports_nothing(tmp_path: Path, request_type: RecordType):
    out, _complaints = run("request", csv_file(tmp_path, ROWS), "--dry-run")

    assert "created: 1" in out
    assert "Nothing was imported" in out
    assert not Item.objects.exists()


def test_a_key_makes_the_second_import_change_nothing(tmp_path: Path, request_type: RecordType):
    path = csv_file(tmp_path, ROWS)
    run("request", path, "--key", "external_id")

    out, _complaints = run("request", path, "--key", "external_id")

    assert "created: 0, updated: 0, unchanged: 1, refused: 2" in out


def test_the_map_s_own_layout_and_columns_are_used(tmp_path: Path, request_type: RecordType):
    mapping = tmp_path / "a.map.yaml"
    mapping.write_text(
        'import: 1\nfile: {encoding: cp1251, delimiter: ";"}\ncolumns: {имя: title}\n',
        encoding="utf-8",
    )
    path = csv_file(tmp_path, "имя;x\nБульдозер;1\n", encoding="cp1251")

    out, complaints = run("request", path, "--map", mapping)

    assert "created: 1" in out
    assert "Left out: “x”." in complaints
    assert Item.objects.get().title == "Бульдозер"


def test_the_rights_of_a_person_count(tmp_path: Path, request_type: RecordType, cast: Cast):
    cast.anna.groups.add(make_role("clerk", {request_type: {"view": "own", "import": "own"}}))
    path = csv_file(tmp_path, "title,responsible\na,anna\nb,boris\n")

    out, _complaints = run("request", path, "--as", "anna")

    assert "created: 1" in out
    assert Item.objects.get().created_by == cast.anna
    with pytest.raises(CommandError, match="Your roles do not let you"):
        run("request", path, "--as", "guest")


def test_ctrl_c_leaves_whole_chunks(
    tmp_path: Path, request_type: RecordType, monkeypatch: pytest.MonkeyPatch
):
    path = csv_file(tmp_path, "title\na\nb\nc\nd\ne\n")

    def interrupted(rows: Any, receiver: Any, **options: Any) -> Any:
        def read() -> Any:
            for row in rows:
                if row.cells[0] == "d":
                    raise KeyboardInterrupt
                yield row

        return engine.import_rows(read(), receiver, chunk_size=2, **options)

    monkeypatch.setattr(import_records, "import_rows", interrupted)
    out = StringIO()

    with pytest.raises(CommandError, match="Stopped") as stopped:
        call_command("import_records", "request", str(path), stdout=out)

    assert stopped.value.returncode == 130
    assert "created: 2" in out.getvalue()
    assert list(Item.objects.order_by("number").values_list("title", flat=True)) == ["a", "b"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["ghost", "table.csv"], "no record type “ghost”.*request.*user"),
        (["request", "missing.csv"], "“missing.csv” cannot be read"),
        (["request", "empty.csv"], "“empty.csv” is empty"),
        (["request", "table.csv", "--map", "missing.yaml"], "no file .*missing.yaml"),
        (["request", "table.csv", "--key", "colour"], "by “colour”"),
        (["request", "table.csv", "--as", "ghost"], "nobody with the user name “ghost”"),
        (["request", "table.csv", "--errors", "no/folder.csv"], "cannot be written"),
    ],
)
def test_what_cannot_begin_ends_with_one_sentence(
    tmp_path: Path,
    request_type: RecordType,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    sentence: str,
):
    monkeypatch.chdir(tmp_path)
    csv_file(tmp_path, "title\na\n")
    csv_file(tmp_path, "", name="empty.csv")

    with pytest.raises(CommandError, match=sentence) as refused:
        run(*arguments)

    assert refused.value.returncode == 1
    assert not Item.objects.exists()
