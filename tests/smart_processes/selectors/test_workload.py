"""How much work people have."""

from __future__ import annotations

import pytest

from smart_processes.actions.records import delete_record
from smart_processes.schema import schema_for
from smart_processes.selectors.workload import open_record_counts
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_pipeline, make_type, system

pytestmark = pytest.mark.django_db


def test_only_records_in_progress_count_and_of_every_pipeline(cast: Cast) -> None:
    request = make_type("request")
    second = make_pipeline("NEW > DONE", record_type=request, code="second")
    other = make_type("other")
    for place, stage in ((request, "NEW"), (request, "CALL"), (second, "NEW"), (request, "WON")):
        make_item(place, stage=stage, responsible="anna")
    make_item(request, stage="LOST", responsible="anna")
    make_item(other, responsible="anna")
    make_item(request, responsible="vera")
    delete_record(make_item(request, responsible="vera"), actor=system())
    people = [cast.anna.pk, cast.boris.pk, cast.vera.pk]

    counts = open_record_counts(schema_for(system()).type("request"), people)

    assert counts == {cast.anna.pk: 3, cast.boris.pk: 0, cast.vera.pk: 1}
