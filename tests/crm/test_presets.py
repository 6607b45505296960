"""Every shipped preset can be applied, twice, and is complete."""

from __future__ import annotations

import pytest
from django.utils import translation

from crm.presets import catalogue
from crm.presets.words import WORDS
from smart_processes.schema import schema_for
from smart_processes.solutions.document import Document
from smart_processes.solutions.planning import apply_solution
from smart_processes.solutions.validation import check
from tests.factories.smart_processes import make_item, system

CODES = catalogue.CODES


def test_every_file_is_in_the_catalogue():
    assert {path.stem for path in catalogue.DATA.glob("*.yaml")} == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_preset_is_as_the_schema_says(code):
    check(Document(catalogue.read_all()[code]))


@pytest.mark.django_db
@pytest.mark.parametrize("code", CODES)
def test_a_preset_makes_a_type_that_takes_records_and_a_second_time_nothing(code):
    found = catalogue.preset(code)
    assert found is not None
    names = {"name_one": found.name, "name_many": found.name}
    content = {"solution": 1, "types": [{**names, **found.type_content}]}

    apply_solution(Document(content), actor=system())

    assert apply_solution(Document(content), actor=system()).is_empty
    made = schema_for(system()).type(str(found.type_content["code"]))
    required = {field.code: "x" for field in made.fields.values() if field.is_required}
    assert make_item(made.type, **required).number == 1


def test_what_people_read_is_offered_for_translation():
    read = set().union(*(catalogue.texts(each) for each in catalogue.read_all().values()))

    assert sorted(read - set(WORDS)) == []
    assert sorted(set(WORDS) - read) == []


def test_a_preset_speaks_the_reader_s_language(monkeypatch):
    monkeypatch.setattr(catalogue, "gettext", lambda text: f"«{text}»")

    with translation.override("ru"):
        found = catalogue.preset("hiring")

    assert found is not None
    assert found.name == "«Hiring»"
    assert found.type_content["fields"][0]["label"] == "«Position applied for»"
    assert found.type_content["fields"][0]["code"] == "position"


def test_an_unknown_preset_is_none():
    assert catalogue.preset("../../etc/passwd") is None
