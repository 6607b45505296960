"""The expression language: what texts mean."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from automation.engine.expressions import Amount, ExpressionRefused, Reference, compile_value
from tests.automation.engine.language_scope import MINSK, Company, Values

SCOPE = Values(
    {
        "Document:TITLE": "Договор №5",
        "Document:AMOUNT": Amount(Decimal("1000.50"), "EUR"),
        "Document:BEGIN": date(2026, 1, 31),
        "Document:VISIT": datetime(2026, 11, 30, 15, 0, tzinfo=MINSK),
        "Document:TAGS": ["hot", "cold"],
        "Document:CONTACT.PHONE": "+375 29 000-00-00",
        "Document:EMPTY": None,
        "Document:SIGNED": True,
        "Variable:count": 4,
        "Variable:json": '{"order": {"lines": [{"sum": 1.5}, {"sum": 2}]}}',
        "Variable:own_printable": "a variable of that very name",
        "Template:discount": "12 %",
        "A1_2:Result": "ok",
    }
)


def value(raw: Any, scope: Values = SCOPE) -> Any:
    return compile_value(raw).evaluate(scope)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", ""),
        ("plain text, {braces} and {{moustaches}}", "plain text, {braces} and {{moustaches}}"),
        ("{=Document:TITLE}", "Договор №5"),
        ("{=Variable:count}", 4),
        ("{=Document:TAGS}", ["hot", "cold"]),
        ("{=Document:CONTACT.PHONE}", "+375 29 000-00-00"),
        ("{=A1_2:Result}", "ok"),
        ("{= Document:TITLE }", "Договор №5"),
        ("{=Document:EMPTY}", None),
        ("[{=Document:EMPTY}]", "[]"),
        ("№ {=Variable:count} of {=Document:TITLE}", "№ 4 of Договор №5"),
        ("tags: {=Document:TAGS}", "tags: hot, cold"),
        ("{=Document:AMOUNT} due {=Document:BEGIN}", "1000.50 EUR due 2026-01-31"),
        ('{"id": {=Variable:count}}', '{"id": 4}'),
        ("{{=substr({=Document:TITLE}, 0, 3)}}/{{=1+1}}", "Дог/2"),
        ("{{={=Variable:count}}}", 4),
        ('{{="}}" & "{"}}', "}}{"),
        ("={{=1+1}}*3", Decimal(6)),
        ("{{{=1+1}}}", "{2}"),
    ],
)
def test_texts_hold_references_and_formulas(text: str, meaning: Any) -> None:
    assert value(text) == meaning


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("1+2*3", "7"),
        ("(1+2)*3", "9"),
        ("0.1+0.2", "0.3"),
        ("200*10%", "20"),
        ("10%%", "0.001"),
        ("2^3^2", "512"),
        ("-2^2", "-4"),
        ("2^-1", "0.5"),
        ("7-2-1", "4"),
        ("8/4/2", "1"),
        (".5+1.", "1.5"),
        ("{=Document:EMPTY}+1", "1"),
        ("{=Document:AMOUNT}*2", "2001"),
        ("true+true", "2"),
        ('"5"+"5"', "10"),
    ],
)
def test_arithmetic_is_decimal_and_binds_as_in_school(formula: str, result: str) -> None:
    assert value(f"={formula}") == Decimal(result)


@pytest.mark.parametrize(
    ("formula", "truth"),
    [
        ("1=1.0", True),
        ("1<>1", False),
        ("2>10", False),
        ('"2">"10"', False),
        ('"b">"a"', True),
        ('"ДОГОВОР"="договор"', True),
        ('"1"="1.0"', False),
        ('"1"=1.0', True),
        ("{=Document:AMOUNT}>1000", True),
        ('{=Document:AMOUNT}="1000.5|EUR"', True),
        ('{=Document:AMOUNT}="1000.5|USD"', False),
        ('{=Document:BEGIN}<"2026-02-01"', True),
        ('{=Document:BEGIN}="31.01.2026"', True),
        ('{=Document:VISIT}="2026-11-30"', True),
        ('{=Document:VISIT}>"2026-11-30"', False),
        ('{=Document:VISIT}>"30.11.2026 14:59"', True),
        ('{=Document:SIGNED}="Y"', True),
        ('{=Document:EMPTY}=""', True),
        ("{=Document:EMPTY}>0", False),
        ("{=Document:EMPTY}<0", False),
        ("[1,2]=[1,2]", True),
        ("1+1=2", True),
        ('"2026-11-30"="30.11.2026"', True),
        ('"2026-11-30T15:00:00+03:00"="2026-11-30 12:00:00+00:00"', True),
        ('"30.11.2026">"2026-12-01"', False),
        ('"a"&"b"="ab"', True),
    ],
)
def test_comparisons_go_by_what_values_are(formula: str, truth: bool) -> None:
    assert value(f"={formula}") is truth


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ('IF(1>2,"yes","no")', "no"),
        ("if(1>2,1)", None),
        ('if({=Variable:count}>0,"ok",1/0)', "ok"),
        ("and(1,{=Document:TITLE})", True),
        ("or(0,false,1/1)", True),
        ("and(0,1/0)", False),
        ('not("N")', True),
        ("coalesce({=Document:EMPTY},'',5)", 5),
        ("true()", True),
        ("abs(-5)", 5),
        ('intval("12 pieces")', 12),
        ('floatval("1.5 kg")', Decimal("1.5")),
        ('intval("none")', 0),
        ("round(2.345,2)", Decimal("2.35")),
        ("round(-2.5)", -3),
        ("round(1250,-2)", 1300),
        ("ceil(1.1)", 2),
        ("floor(-1.1)", -2),
        ("min(3,1,2)", 1),
        ("max([1,5],2)", 5),
        ("sum([1,5],2)", 8),
        ("numberformat(1234567.891,2,',',' ')", "1 234 567,89"),
        ("numberformat(-1234.5)", "-1,235"),
        ("substr('hello',1,3)", "ell"),
        ("substr('hello',-3)", "llo"),
        ("substr('hello',0,-1)", "hell"),
        ("strpos('hello','l')", 2),
        ("strpos('hello','z')", False),
        ("strlen('привет')", 6),
        ("trim('  a ')", "a"),
        ("trim('--a-','-')", "a"),
        ("upper('привет')&lower('ABC')", "ПРИВЕТabc"),
        ("ucfirst('ab cd')", "Ab cd"),
        ("ucwords('ab cd')", "Ab Cd"),
        ("urlencode('a b&ц')", "a+b%26%D1%86"),
        ("jsonval('order.lines.0.sum',{=Variable:json})", Decimal("1.5")),
        ("jsonval('order.none.sum',{=Variable:json})", None),
        ("implode(', ',{=Document:TAGS})", "hot, cold"),
        ("explode(';','a;b')", ["a", "b"]),
        ("merge({=Document:TAGS},'warm')", ["hot", "cold", "warm"]),
        ("firstvalue({=Document:TAGS})", "hot"),
        ("swirl([1;2;3])", [2, 3, 1]),
        ("count({=Document:TAGS})", 2),
        ('"it\'s" & \'"\' & "\\""', 'it\'s""'),
    ],
)
def test_functions(formula: str, result: Any) -> None:
    assert value(f"={formula}") == result


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ('dateadd({=Document:BEGIN},"1m")', date(2026, 2, 28)),
        ('dateadd({=Document:BEGIN},"-5d")', date(2026, 1, 26)),
        ('dateadd({=Document:BEGIN},"2 weeks")', date(2026, 2, 14)),
        ('dateadd("2026-01-01","1d2h-30i")', datetime(2026, 1, 2, 1, 30, tzinfo=MINSK)),
        ('dateadd("2026-01-01","-1d2h")', datetime(2025, 12, 30, 22, 0, tzinfo=MINSK)),
        ('datediff({=Document:BEGIN},"2026-03-01")', 29),
        ('datediff("2026-03-01",{=Document:BEGIN},"%R%a")', "-29"),
        ('datediff("2026-01-01","2026-02-03 04:00","%m %D %h%%")', "1 02 4%"),
        ('date("d.m.Y H:i",{=Document:VISIT})', "30.11.2026 15:00"),
        ('date("D, jS F y \\a\\t G")', "Sun, 22nd November 26 at 10"),
        ('strtotime("31.12.2026")', date(2026, 12, 31)),
        ('settime("2026-12-31",9,30)', datetime(2026, 12, 31, 9, 30, tzinfo=MINSK)),
    ],
)
def test_functions_of_dates(formula: str, result: Any) -> None:
    assert value(f"={formula}") == result


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("addworkdays('2026-11-20',1)", date(2026, 11, 23)),
        ("addworkdays('2026-11-23',-1)", date(2026, 11, 20)),
        ("workdateadd('2026-11-20 10:00','1d2h')", datetime(2026, 11, 23, 12, 0, tzinfo=MINSK)),
        ("next_business_day('2026-11-20')", date(2026, 11, 23)),
        ("isworkday('2026-11-22')", False),
        ("in_business_hours('2026-11-23 09:00')", True),
        ("isworktime('2026-11-23 18:00',5)", False),
        ("user_manager(5)", 7),
        ("user_manager(['user_5',6])", 7),
        ("user_manager({=Document:EMPTY})", None),
        ("getuserdateoffset(5)", -7200),
        ("touserdate(5,'2026-11-22 10:00')", datetime(2026, 11, 22, 7, tzinfo=UTC)),
        ("locdate('F')", "ноября"),
        ("format_date('2026-05-01','l')", "пятница"),
        ("getdocumenturl()", "https://crm/1"),
        ("getdocumenturl('bb')", "[url=https://crm/1]A & B[/url]"),
        ("getdocumenturl('html')", '<a href="https://crm/1">A &amp; B</a>'),
        ("rand(1,6)>=1", True),
        ("strlen(randstring(12,'a0'))", 12),
        ("count(shuffle([1,2,3]))", 3),
    ],
)
def test_functions_ask_the_company_for_calendar_people_and_chance(
    formula: str, result: Any
) -> None:
    company = Company(
        {"Document:URL": "https://crm/1", "Document:TITLE": "A & B", "Document:EMPTY": None}
    )

    assert value(f"={formula}", company) == result


@pytest.mark.parametrize(
    "formula", ["rand()", "isworkday('2026-11-22')", "user_manager(5)", "{=Document:TITLE > src}"]
)
def test_what_the_scope_does_not_offer_is_refused(formula: str) -> None:
    with pytest.raises(ExpressionRefused) as refused:
        value(f"={formula}")

    assert refused.value.code == "not_available"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("{=Document:TAGS > printable}", "hot, cold"),
        ("{=Document:TAGS_printable}", "hot, cold"),
        ("{=Document:TAGS_PRINTABLE}", "hot, cold"),
        ("{=Variable:own_printable}", "a variable of that very name"),
        ("{=Template:discount > int}", 12),
        ("{=Template:discount>double,string}", "12"),
        ("{=Document:VISIT > date}", date(2026, 11, 30)),
        ("{=Document:BEGIN > datetime}", datetime(2026, 1, 31, tzinfo=MINSK)),
        ("{=Document:VISIT > server}", datetime(2026, 11, 30, 12, tzinfo=UTC)),
        ("{=Document:TITLE > bool}", True),
        ("{=Document:EMPTY > date}", None),
        ("{=Variable:count > user}", 4),
    ],
)
def test_modifiers_show_and_cast(text: str, meaning: Any) -> None:
    assert value(text) == meaning


def test_scope_decides_how_people_are_shown_a_value() -> None:
    company = Company({"Document:ASSIGNED": 5})

    shown = value("by {=Document:ASSIGNED > printable}", company)

    assert shown == "by <printable Document:ASSIGNED 5>"


def test_lists_and_maps_are_read_text_by_text() -> None:
    raw = {"to": ["{=Document:TITLE}", "b"], "count": "={=Variable:count}+1", "x": 5, "no": None}

    read = compile_value(raw)

    expected = {"to": ["Договор №5", "b"], "count": Decimal(5), "x": 5, "no": None}
    assert read.evaluate(SCOPE) == expected
    assert not read.is_constant
    assert compile_value({"a": ["b", 1]}).is_constant


def test_references_are_found_before_anything_runs() -> None:
    raw = [
        "Hi {=Document:CONTACT.NAME}",
        "=if({=Variable:a}>1, {{={=A1:Result}}}, [{=System:Now}])",
    ]

    assert compile_value(raw).references() == [
        Reference("Document", ("CONTACT", "NAME"), 3),
        Reference("Variable", ("a",), 4),
        Reference("A1", ("Result",), 24),
        Reference("System", ("Now",), 41),
    ]
