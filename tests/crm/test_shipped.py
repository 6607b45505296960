"""What an empty system starts with."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.utils import translation

from crm.shipped import ensure_shipped_types
from smart_processes.models import Currency, Pipeline, RecordType, Stage
from smart_processes.schema import schema_for
from tests.factories.smart_processes import system


@pytest.mark.django_db
def test_an_empty_system_has_the_four_types_and_a_base_currency():
    types = {t.code: t.entity_type_id for t in RecordType.objects.filter(is_shipped=True)}

    assert types == {"lead": 1, "deal": 2, "contact": 3, "company": 4}
    assert Currency.objects.get(is_base=True).code == "EUR"
    stages = Stage.objects.filter(pipeline__type__code="deal").values_list("code", flat=True)
    assert list(stages) == [
        *("NEW", "QUALIFIED", "PROPOSAL", "NEGOTIATION", "CONTRACT", "WON", "LOST")
    ]
    assert list(Stage.objects.filter(pipeline__type__code="company").values_list("code")) == [
        ("RECORD",)
    ]


@pytest.mark.django_db
def test_a_second_run_makes_nothing():
    assert ensure_shipped_types() == []
    assert Pipeline.objects.filter(type__is_shipped=True).count() == 4


@pytest.mark.django_db
def test_what_a_company_changed_is_never_overwritten():
    RecordType.objects.filter(code="deal").update(name_many="Opportunities", has_source=False)
    Stage.objects.filter(pipeline__type__code="deal", code="PROPOSAL").delete()
    Currency.objects.update(code="USD")

    ensure_shipped_types()

    deal = RecordType.objects.get(code="deal")
    assert (deal.name_many, deal.has_source) == ("Opportunities", False)
    assert not Stage.objects.filter(pipeline__type=deal, code="PROPOSAL").exists()
    assert [c.code for c in Currency.objects.all()] == ["USD"]


@pytest.mark.django_db(transaction=True)
def test_they_are_there_again_after_a_flush():
    call_command("flush", interactive=False, verbosity=0)

    assert RecordType.objects.filter(is_shipped=True).count() == 4


@pytest.mark.django_db
def test_names_are_in_the_language_of_the_installation(settings):
    settings.LANGUAGE_CODE = "de"  # no catalogue of ours: the source words
    Stage.objects.all().delete()
    RecordType.objects.filter(code="lead").delete()

    assert ensure_shipped_types() == ["lead"]
    assert RecordType.objects.get(code="lead").name_many == "Leads"


@pytest.mark.django_db
def test_names_nobody_changed_are_read_in_the_readers_language():
    RecordType.objects.filter(code="lead").update(name_many="Contracts")

    with translation.override("ru"):
        russian = schema_for(system())
        labels = [stage.name for stage in russian.type("deal").default_pipeline.stages]
    english = schema_for(system())

    assert russian.type("deal").type.name_many == "Сделки"
    assert labels[:2] == ["Новые", "Квалификация"]
    assert russian.type("lead").type.name_many == "Contracts"
    assert english.type("deal").type.name_many == "Deals"
