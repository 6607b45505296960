"""Files of rows: what is found out about them, and what is refused with a sentence."""

from __future__ import annotations

import codecs
import csv
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from smart_processes.imports.refusals import FileRefused
from smart_processes.imports.rows import Layout, Row, Table
from smart_processes.imports.tables import open_table
from tests.smart_processes.imports.files import archive, csv_file, rewritten, xlsx_file

RUSSIAN = "Название;Сумма;Ответственный\nПоставка сканеров;1 200,50;Анна Кузнецова\n"
SHEET = "xl/worksheets/sheet1.xml"


def cells(table: Table) -> list[tuple[Any, ...]]:
    """Return the rows' cells."""
    return [row.cells for row in table.rows()]


# --- CSV ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2,5\n", ";"),
        ("a\tb\n1,5\t2;5\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ("name;note\nx;one, two, three\ny;four, five, six\n", ";"),
        ("only\n1\n2\n", ","),
    ],
)
def test_delimiter_is_found_out(tmp_path: Path, text: str, delimiter: str):
    assert open_table(csv_file(tmp_path, text)).layout.delimiter == delimiter


def test_a_file_with_a_lower_limit_before_it_hides_no_delimiter(tmp_path: Path):
    csv.field_size_limit(4)  # the process's, as an import with other limits leaves it

    table = open_table(csv_file(tmp_path, RUSSIAN))

    assert table.layout.delimiter == ";"


@pytest.mark.parametrize(
    ("encoding", "mark", "found"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16"),
        ("cp1251", b"", "cp1251"),
    ],
)
def test_encoding_is_found_out(tmp_path: Path, encoding: str, mark: bytes, found: str):
    path = tmp_path / "table.csv"
    path.write_bytes(mark + (RUSSIAN * 20).encode(encoding))

    table = open_table(path)

    assert table.layout.encoding == found
    assert table.headings == ("Название", "Сумма", "Ответственный")
    assert cells(table)[0] == ("Поставка сканеров", "1 200,50", "Анна Кузнецова")


def test_what_the_owner_knows_is_not_found_out(tmp_path: Path):
    path = csv_file(tmp_path, "note: not a table\n\nимя;b\nя,1;2\n", encoding="koi8_r")

    table = open_table(path, layout=Layout(encoding="koi8_r", delimiter=";", heading_row=3))

    assert table.headings == ("имя", "b")
    assert list(table.rows()) == [Row(4, ("я,1", "2"))]


def test_rows_know_their_lines_and_blank_ones_do_not_count(tmp_path: Path):
    path = csv_file(tmp_path, 'a,b\n"two\nlines",1\n\n , \n"x, ""y""",2\n')

    table = open_table(path)

    assert list(table.rows()) == [Row(2, ("two\nlines", "1")), Row(6, ('x, "y"', "2"))]
    assert table.row_count == 2


def test_headings_are_named_apart(tmp_path: Path):
    table = open_table(csv_file(tmp_path, "Phone,,Phone, Name \n1,2,3,4\n"))

    assert table.headings == ("Phone", "#2", "Phone (2)", "Name")


def test_short_rows_are_filled_up_and_cells_without_heading_are_told(tmp_path: Path):
    table = open_table(csv_file(tmp_path, "a,b\n1\n1,2,,\n1,2,3,4\n"))

    assert list(table.rows()) == [
        Row(2, ("1", None)),
        Row(3, ("1", "2")),
        Row(4, ("1", "2"), extra=2),
    ]


def test_our_own_guard_before_formulas_is_taken_off(tmp_path: Path):
    table = open_table(csv_file(tmp_path, "a,b\n'=1+1,'quoted'\n'+375 29 1,-5\n"))

    assert cells(table) == [("=1+1", "'quoted'"), ("+375 29 1", "-5")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n\n\n", "names no columns"),
        (b"a,b\n1,\0\n", "Line 2 .* zero bytes"),
        (bytes(range(128, 256)) * 8 + b"\0", "no text|zero bytes"),
        (b'a,b\n1,"' + b"x" * 70_000, "Line 2 .* quotation mark"),
        (b"a," * 600 + b"\n", "600 columns"),
    ],
)
def test_csv_that_is_none_is_refused_with_a_sentence(tmp_path: Path, content: bytes, sentence: str):
    path = tmp_path / "table.csv"
    path.write_bytes(content)

    with pytest.raises(FileRefused, match=sentence):
        list(open_table(path).rows())


def test_wrong_encoding_is_told_with_its_line(tmp_path: Path):
    path = csv_file(tmp_path, "a;b\n" + "1;a\n" * 5000 + "1;ä\n", encoding="cp1252")

    with pytest.raises(FileRefused, match=r"Line 5002 .* cannot be read as UTF-8"):
        open_table(path, layout=Layout(encoding="utf-8"))


@pytest.mark.parametrize(
    "layout", [Layout(encoding="rot13"), Layout(encoding="utf-8", delimiter="x")]
)
def test_encodings_and_delimiters_are_those_people_are_offered(tmp_path: Path, layout: Layout):
    with pytest.raises(FileRefused):
        open_table(csv_file(tmp_path, "a,b\n1,2\n"), layout=layout)


@pytest.mark.parametrize(
    ("allowed", "sentence"),
    [
        ({"rows": 2}, "more than 2 rows"),
        ({"columns": 1}, "2 columns"),
        ({"cell_length": 3}, "longer than 3 characters"),
        ({"file_bytes": 10}, "at most 0.1 MB"),
    ],
)
def test_larger_files_than_allowed_are_refused(
    tmp_path: Path, settings: Any, allowed: dict[str, int], sentence: str
):
    settings.IMPORT_LIMITS = allowed

    with pytest.raises(FileRefused, match=sentence):
        open_table(csv_file(tmp_path, "a,b\n1,2\n1,2\nlong text,2\n"))


def test_a_gigabyte_is_refused_before_it_is_read(tmp_path: Path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(1024**3)

    with pytest.raises(FileRefused, match=r"“huge.csv” has 1,024 MB; .* at most 100 MB"):
        open_table(path)


# --- XLSX ---------------------------------------------------------------------------------


def test_cells_of_a_workbook_keep_their_kinds(tmp_path: Path):
    path = xlsx_file(
        tmp_path,
        [
            ["Title", "Amount", "Day", "At", "Won"],
            ["Scanners", 1200.5, date(2026, 12, 31), datetime(2026, 1, 2, 15, 30), True],  # noqa: DTZ001
            [None, None, None, None, None],
            ["Terminals", 7, None, None, None],
        ],
    )

    table = open_table(path)

    assert table.sheets == ("Deals",)
    assert list(table.rows()) == [
        Row(2, ("Scanners", 1200.5, date(2026, 12, 31), datetime(2026, 1, 2, 15, 30), True)),  # noqa: DTZ001
        Row(4, ("Terminals", 7, None, None, None)),
    ]


def test_a_sheet_is_chosen_by_its_name(tmp_path: Path):
    book = Workbook()
    book.create_sheet("Hidden", 0).sheet_state = "hidden"
    book.create_sheet("Second").append(["a"])
    assert book.active is not None
    book["Sheet"].append(["first"])
    path = tmp_path / "two.xlsx"
    book.save(path)

    assert open_table(path).headings == ("first",)
    assert open_table(path, layout=Layout(sheet="Second")).headings == ("a",)
    with pytest.raises(FileRefused, match=r"no sheet “Third”. It has: Hidden, Sheet, Second"):
        open_table(path, layout=Layout(sheet="Third"))


def test_formula_counts_with_its_remembered_value_or_as_text(tmp_path: Path):
    path = xlsx_file(tmp_path, [["a", "b"], [1, "=A2*2"]])
    assert cells(open_table(path)) == [(1, "=A2*2")]

    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="2"><c r="A2"><f>1+1</f><v>2</v></c></row></sheetData></worksheet>'
    )

    assert cells(open_table(rewritten(path, SHEET, sheet))) == [(2,)]


def test_gaps_and_far_cells_cost_nothing(tmp_path: Path):
    path = xlsx_file(tmp_path, [["a"]])
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = (
        b'<worksheet xmlns="' + main + b'"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="900000000"><c r="A900000000"><v>2</v></c></row></sheetData></worksheet>'
    )
    far = sheet.replace(b'r="A900000000"', b'r="XFD900000000"')

    assert list(open_table(rewritten(path, SHEET, sheet)).rows()) == [Row(900_000_000, (2,))]
    with pytest.raises(FileRefused, match="column 16384; at most 500"):
        list(open_table(rewritten(path, SHEET, far)).rows())


def _bomb(folder: Path) -> Path:
    parts = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}
    return archive(folder, {**parts, "xl/media/zeros": bytes(3_000_000)})


def _lying(folder: Path) -> Path:
    """Return an archive that declares a part to be smaller than it is."""
    path = _bomb(folder)
    real = (3_000_000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(real, (10).to_bytes(4, "little")))
    return path


def _locked(folder: Path) -> Path:
    path = xlsx_file(folder, [["a"]])
    content = bytearray(path.read_bytes())
    # The general purpose flags of the first entry in the central directory.
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    return path


def _entities(folder: Path) -> Path:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
    return rewritten(xlsx_file(folder, [["a"]]), SHEET, bomb)


def _truncated(folder: Path) -> Path:
    path = xlsx_file(folder, [["a"], ["b"]])
    path.write_bytes(path.read_bytes()[:-400])
    return path


def _ole(folder: Path) -> Path:
    path = folder / "old.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    return path


def _climbing(folder: Path) -> Path:
    return archive(folder, {"../../etc/passwd": b"x", "xl/workbook.xml": b""})


def _another_archive(folder: Path) -> Path:
    return archive(folder, {"content.xml": b"<document/>"})


def _only_called_so(folder: Path) -> Path:
    return csv_file(folder, "a,b\n1,2\n", name="x.xlsx")


def _broken(folder: Path) -> Path:
    return rewritten(xlsx_file(folder, [["a"]]), SHEET, b"<broken")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (_bomb, "unpacks to more than 1 MB"),
        (_lying, "damaged"),
        (_locked, "protected by a password"),
        (_ole, "protected by a password, or it is of a format older"),
        (_entities, "damaged"),
        (_truncated, "damaged"),
        (_climbing, "is no XLSX workbook"),
        (_another_archive, "is no XLSX workbook"),
        (_only_called_so, "is no XLSX workbook"),
        (_broken, "is no XLSX workbook"),
    ],
)
def test_hostile_workbook_is_refused_with_a_sentence(
    tmp_path: Path, settings: Any, make: Any, sentence: str
):
    settings.IMPORT_LIMITS = {"unpacked_bytes": 1024 * 1024}
    path = make(tmp_path)

    with pytest.raises(FileRefused, match=sentence):
        list(open_table(path).rows())


def test_a_name_is_only_shown_never_a_path(tmp_path: Path):
    path = tmp_path / "upload"
    path.write_bytes(b"")

    with pytest.raises(FileRefused, match=r"^“passwd.csv” is empty"):
        open_table(path, name="../../etc/passwd.csv")


def test_a_workbook_is_known_by_its_content_not_by_its_name(tmp_path: Path):
    path = xlsx_file(tmp_path, [["a"], [1]], name="table.csv")

    assert open_table(path).kind == "xlsx"
