"""Solution files as text: what is read, what is refused and where."""

from __future__ import annotations

import pytest

from smart_processes.solutions.document import MOST_BYTES, SolutionRefused, read, write


def test_scalars_are_what_people_mean():
    text = """
stages: [NEW, NO, ON, YES]
number: 012
day: 2024-01-31
price: 1.50
octal: 0o17
nothing: ~
on: true
"""
    assert read(text).content == {
        "stages": ["NEW", "NO", "ON", "YES"],
        "number": 12,
        "day": "2024-01-31",
        "price": 1.5,
        "octal": "0o17",
        "nothing": None,
        "on": True,
    }


def test_every_part_knows_its_line():
    document = read("types:\n  - code: deal\n    fields:\n      - {code: a}\n      - code: b\n")

    assert document.line(("types", 0, "fields", 1, "code")) == 5
    assert document.line(("types", 0, "fields", 1, "kind")) == 5
    assert str(document.problem("No.", ("types", 0))) == "line 2, types[0]: No."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: [1, 2", "line 1: This is no YAML"),
        ("a: 1\na: 2", "line 2: “a” stands here twice"),
        ("- 1", "begins with names"),
        ("", "begins with names"),
        (
            "a: !!python/object/apply:os.system [ls]",
            "The tag “.*python/object/apply:os.system” is not known",
        ),
        ("a: &x [1]\nb: *x", r"line 2: Aliases \(\*x\)"),
        ("a: .nan", "is no number"),
        ("? [a]\n: 1", "one word of text"),
        ("a: " + "[" * 60 + "]" * 60, "nested too deeply"),
        ("a:\n" + "[" * 5000, "line 2: This is (no YAML|nested too deeply)"),
        (b"\xff\xfea", "UTF-8"),
        ("a: " + "x" * MOST_BYTES, "larger than"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(text, sentence):
    with pytest.raises(SolutionRefused, match=sentence):
        read(text)


def test_what_is_written_is_read_again():
    content = {
        "solution": 1,
        "name": "Заявки: «да»",
        "texts": ["NO", "yes", "012", "2024-01-31", "null", "~", "1e3", "true", "", " x ", "a: b"],
        "lines": "one\ntwo\n",
        "entries": [{"code": "A", "list": ["x", "y"]}, {"code": "B", "nested": {"deep": [{}]}}],
        "numbers": [1, -2, 1.5, True, None],
    }

    text = write(content)

    assert read(text).content == content
    assert write(read(text).content) == text
