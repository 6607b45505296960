"""The configuration pages: what they save, what they refuse, and for whom they open."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from smart_processes.models import FieldDefinition, Item, Pipeline, RecordType, Stage
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_edge, make_field, make_item, make_type
from tests.support.admin_forms import change_url, filled_in
from tests.support.admin_forms import said as errors_on


@pytest.fixture
def root(cast: Cast, client: Client) -> Client:
    client.force_login(cast.root)
    return client


@pytest.mark.django_db
def test_a_type_is_made_with_its_first_pipeline(root: Client) -> None:
    url = reverse("admin:smart_processes_recordtype_add")

    root.post(
        url,
        {
            **filled_in(root, url),
            "name_one": "Travel request",
            "name_many": "Travel requests",
            "icon": "globe-alt",
            "hue": "pink",
            "has_stages": "on",
        },
    )

    made = RecordType.objects.get(code="travel_request")
    assert made.pipelines.get().stages.filter(semantics="success").count() == 1


@pytest.mark.django_db
def test_fields_are_added_on_the_page_of_their_type(root: Client) -> None:
    record_type = make_type("request")
    values = filled_in(root, change_url(record_type))

    root.post(
        change_url(record_type),
        {
            **values,
            "definitions-TOTAL_FORMS": "1",
            "definitions-0-label": "Budget",
            "definitions-0-kind": "decimal",
            "definitions-0-position": "0",
            "definitions-0-type": str(record_type.pk),
        },
    )

    assert FieldDefinition.objects.get(type=record_type).code == "budget"


@pytest.mark.django_db
def test_kind_of_a_field_with_values_is_refused_on_the_form(root: Client) -> None:
    record_type = make_type("request")
    definition = make_field(record_type, "note")
    make_item(record_type, note="kept")
    values = filled_in(root, change_url(definition))

    answer = root.post(change_url(definition), {**values, "kind": "date"})

    assert answer.status_code == 200
    assert "kind" in errors_on(answer).lower()
    assert FieldDefinition.objects.get(pk=definition.pk).kind == "string"


@pytest.mark.django_db
def test_pipeline_without_success_stage_is_refused_and_nothing_is_saved(root: Client) -> None:
    pipeline = make_type("request", "NEW > WON").pipelines.get()
    values = filled_in(root, change_url(pipeline))
    won = next(k for k, v in values.items() if k.endswith("-semantics") and v == "success")

    answer = root.post(change_url(pipeline), {**values, won: "in_progress", "name": "Renamed"})

    assert "has no success stage" in errors_on(answer)
    assert Pipeline.objects.get(pk=pipeline.pk).name != "Renamed"


@pytest.mark.django_db
def test_deleting_a_stage_with_records_asks_where_they_go(root: Client) -> None:
    pipeline = make_type("request", "NEW > CALL > WON").pipelines.get()
    item = make_item(pipeline, stage="CALL")
    values = filled_in(root, change_url(pipeline))
    call = str(Stage.objects.get(pipeline=pipeline, code="CALL").pk)
    row = next(k for k, v in values.items() if k.endswith("-id") and v == call)[: -len("-id")]

    refused = root.post(change_url(pipeline), {**values, f"{row}-DELETE": "on"})
    moved = root.post(
        change_url(pipeline), {**values, f"{row}-DELETE": "on", f"{row}-move_records_to": "NEW"}
    )

    assert "1 record" in errors_on(refused)
    assert moved.status_code == 302
    assert Item.objects.get(pk=item.pk).stage == "NEW"


@pytest.mark.django_db
def test_unreachable_stage_is_named(root: Client) -> None:
    pipeline = make_type("request", "NEW > CALL > WON").pipelines.get()
    make_edge(pipeline, "NEW", "CALL")
    edge = make_edge(pipeline, "CALL", "WON")
    values = filled_in(root, change_url(pipeline))
    row = next(
        k
        for k, v in values.items()
        if k.startswith("edges") and k.endswith("-id") and v == str(edge.pk)
    )

    answer = root.post(change_url(pipeline), {**values, f"{row[: -len('-id')]}-DELETE": "on"})

    assert "Won" in errors_on(answer)
    assert pipeline.edges.count() == 2


@pytest.mark.django_db
def test_pipeline_page_draws_the_state_machine(root: Client) -> None:
    pipeline = make_type("request", "NEW > CALL > WON | LOST").pipelines.get()
    make_edge(pipeline, "NEW", "CALL")

    page = BeautifulSoup(root.get(change_url(pipeline)).content, "html.parser")

    drawing = page.find("svg", class_="state-machine")
    assert drawing is not None
    assert [text.text for text in drawing.find_all("text")] == ["New", "Call", "Won", "Lost"]
    assert len(drawing.find_all("path", class_="edge")) == 1


@pytest.mark.django_db
def test_who_may_configure_enters_and_others_do_not(client: Client, cast: Cast) -> None:
    url = reverse("admin:smart_processes_recordtype_changelist")
    cast.anna.groups.add(make_role("owners", may_configure=True))
    for person in (cast.anna, cast.boris):
        person.is_staff = True
        person.save()

    client.force_login(cast.anna)
    assert client.get(url).status_code == 200
    client.force_login(cast.boris)
    assert client.get(url).status_code == 403


@pytest.mark.django_db
def test_records_in_admin_are_those_that_may_be_viewed(client: Client, cast: Cast) -> None:
    record_type = make_type("request")
    make_role("staff", {record_type: {"view": "own"}}, everybody=True)
    make_item(record_type, title="Hers", responsible=cast.anna.pk)
    make_item(record_type, title="Theirs", responsible=cast.vera.pk)
    cast.anna.is_staff = True
    cast.anna.save()
    client.force_login(cast.anna)

    page = client.get(reverse("admin:smart_processes_item_changelist")).content.decode()

    assert "Hers" in page
    assert "Theirs" not in page
