"""Wrong configuration is refused with a sentence on the form; the right one beside it is kept."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from smart_processes.models import (
    Currency,
    FieldDefinition,
    Item,
    Pipeline,
    RecordType,
    Stage,
)
from tests.factories.cast import Cast
from tests.factories.smart_processes import (
    make_edge,
    make_field,
    make_item,
    make_pipeline,
    make_type,
)
from tests.support.admin_forms import add_url, change_url, delete_url, filled_in, said, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(cast: Cast, client: Client) -> Client:
    client.force_login(cast.root)
    return client


def row_of(client: Client, page: Model, row: Model) -> str:
    """Return the prefix of the row in the page's tables."""
    values = filled_in(client, change_url(page))
    kind = {"Stage": "stages", "StageTransition": "edges", "FieldDefinition": "definitions"}
    table = kind.get(type(row).__name__, "options")
    wanted = str(row.pk)
    return next(
        name.removesuffix("-id")
        for name, value in values.items()
        if name.startswith(table) and name.endswith("-id") and value == wanted
    )


def new_stage(pipeline: Pipeline, **typed: str) -> dict[str, str]:
    """Return what a new row in the table of stages sends."""
    place = pipeline.stages.count()
    values = {"hue": "blue", "semantics": "in_progress", "position": "1", **typed}
    return {
        "stages-TOTAL_FORMS": str(place + 1),
        **{f"stages-{place}-{name}": value for name, value in values.items()},
    }


def test_only_one_stage_means_success(root: Client) -> None:
    pipeline = make_type("request", "NEW > CALL > WON").pipelines.get()
    url = change_url(pipeline)

    refused = send(root, url, **new_stage(pipeline, name="Also won", semantics="success"))
    kept = send(root, url, **new_stage(pipeline, name="Refused", semantics="failure"))

    assert "Only one stage may mean success" in refused
    assert kept == ""
    assert pipeline.stages.filter(name="Refused").exists()


def test_two_stages_never_share_a_code(root: Client) -> None:
    pipeline = make_type("request", "NEW > WON").pipelines.get()
    url = change_url(pipeline)

    refused = send(root, url, **new_stage(pipeline, name="Second call", code="NEW"))
    kept = send(root, url, **new_stage(pipeline, name="Second call", code="SECOND"))

    assert "Two stages have the code “NEW”" in refused
    assert kept == ""
    assert pipeline.stages.filter(code="SECOND").exists()


def test_a_new_stage_gets_the_moves_that_reach_it(root: Client) -> None:
    pipeline = make_type("request", "NEW > WON").pipelines.get()
    make_edge(pipeline, "NEW", "WON")

    assert send(root, change_url(pipeline), **new_stage(pipeline, name="Call")) == ""

    moves = {(edge.source.code, edge.target.code) for edge in pipeline.edges.all()}
    assert moves == {("NEW", "CALL"), ("CALL", "WON"), ("NEW", "WON")}


def test_deleting_a_stage_bridges_the_moves_over_it(root: Client) -> None:
    pipeline = make_type("request", "NEW > CALL > WON").pipelines.get()
    make_edge(pipeline, "NEW", "CALL")
    make_edge(pipeline, "CALL", "WON")
    row = row_of(root, pipeline, pipeline.stages.get(code="CALL"))

    assert send(root, change_url(pipeline), **{f"{row}-DELETE": "on"}) == ""

    moves = {(edge.source.code, edge.target.code) for edge in pipeline.edges.all()}
    assert moves == {("NEW", "WON")}


def test_stages_keep_the_order_they_are_dragged_into(root: Client) -> None:
    pipeline = make_type("request", "NEW > CALL > OFFER > WON").pipelines.get()
    call = row_of(root, pipeline, pipeline.stages.get(code="CALL"))
    offer = row_of(root, pipeline, pipeline.stages.get(code="OFFER"))

    send(root, change_url(pipeline), **{f"{call}-position": "2", f"{offer}-position": "1"})

    order = Stage.objects.filter(pipeline=pipeline).order_by("position")
    assert [stage.code for stage in order] == ["NEW", "OFFER", "CALL", "WON"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("{broken", "JSON"),
        ('{"field": "title"}', "Enter a list of rows"),
        ('[{"field": "sky", "operator": "eq", "value": "blue"}]', "sky"),
        ('[{"field": "title", "operator": "is_nice", "value": "1"}]', "is_nice"),
    ],
)
def test_conditions_that_cannot_be_understood_are_refused(
    root: Client, typed: str, sentence: str
) -> None:
    pipeline = make_type("request", "NEW > WON").pipelines.get()
    edge = make_edge(pipeline, "NEW", "WON")
    row = row_of(root, pipeline, edge)
    right = '[{"field": "title", "operator": "not_empty"}]'

    refused = send(root, change_url(pipeline), **{f"{row}-conditions": typed})
    kept = send(root, change_url(pipeline), **{f"{row}-conditions": right})

    assert sentence in refused
    assert kept == ""
    assert pipeline.edges.get().conditions[0]["field"] == "title"


def test_the_default_pipeline_stays_and_another_gives_its_records_away(root: Client) -> None:
    record_type = make_type("request", has_pipelines=True)
    main = record_type.pipelines.get()
    other = make_pipeline("START > DONE", record_type=record_type, code="other")
    record = make_item(other)
    asked = {"post": "yes", "typed_name": "Other"}

    default = said(root.post(delete_url(main), {"post": "yes", "typed_name": "Main"}))
    homeless = said(root.post(delete_url(other), asked))
    moved = root.post(delete_url(other), {**asked, "move_to": str(main.pk)})

    assert "Make another one the default first" in default
    assert "Choose another pipeline of the type" in homeless
    assert moved.status_code == 302
    assert Item.objects.get(pk=record.pk).pipeline_id == main.pk


@pytest.mark.parametrize("typed", ["", "Request", "requests"])
def test_a_type_is_deleted_only_by_its_name(root: Client, typed: str) -> None:
    record_type = make_type("request")

    refused = said(root.post(delete_url(record_type), {"post": "yes", "typed_name": typed}))
    assert RecordType.objects.filter(pk=record_type.pk).exists()
    deleted = root.post(delete_url(record_type), {"post": "yes", "typed_name": "Requests"})

    assert "Nothing was deleted" in refused
    assert deleted.status_code == 302
    assert not RecordType.objects.filter(pk=record_type.pk).exists()


def test_a_type_with_records_and_a_shipped_one_stay(root: Client) -> None:
    record_type = make_type("request")
    make_item(record_type)
    deal = RecordType.objects.get(code="deal")

    held = said(root.post(delete_url(record_type), {"post": "yes", "typed_name": "Requests"}))
    shipped = said(root.post(delete_url(deal), {"post": "yes", "typed_name": deal.name_many}))

    assert "holds 1 record" in held
    assert "part of the product" in shipped
    assert RecordType.objects.filter(code__in=["request", "deal"]).count() == 2


def test_a_taken_type_code_is_refused(root: Client) -> None:
    names = {"name_one": "Deal", "name_many": "Second deals", "icon": "flag", "hue": "red"}

    assert "is taken" in send(root, add_url(RecordType), **names, code="deal")
    assert "no icon" in send(root, add_url(RecordType), **{**names, "icon": "no-such"}, code="d2")
    assert send(root, add_url(RecordType), **names, code="deal_two") == ""


def test_types_keep_the_order_they_are_dragged_into(root: Client) -> None:
    url = reverse("admin:smart_processes_recordtype_changelist")
    values = filled_in(root, url)
    rows = [name for name in values if name.endswith("-position")]

    send(root, url, **{name: str(len(rows) - n) for n, name in enumerate(rows)}, _save="Save")

    order = RecordType.objects.order_by("position").values_list("code", flat=True)
    assert list(order) == ["company", "contact", "deal", "lead"]


def test_a_taken_field_code_is_refused(root: Client) -> None:
    record_type = make_type("request")
    typed = {"type": str(record_type.pk), "label": "Second title", "kind": "string"}

    assert "is taken" in send(root, add_url(FieldDefinition), **typed, code="title")
    assert send(root, add_url(FieldDefinition), **typed, code="title_two") == ""


def test_a_choice_needs_options(root: Client) -> None:
    record_type = make_type("request")
    typed = {"type": str(record_type.pk), "label": "Urgency", "kind": "choice"}

    refused = send(root, add_url(FieldDefinition), **typed)
    kept = send(root, add_url(FieldDefinition), **typed, new_options="Low\nMiddle, High")

    assert "needs an option" in refused
    assert kept == ""
    options = FieldDefinition.objects.get(code="urgency").options.order_by("position")
    assert [option.label for option in options] == ["Low", "Middle", "High"]


def test_a_choice_is_added_in_the_table_of_its_type(root: Client) -> None:
    record_type = make_type("request")
    row = {"label": "Urgency", "kind": "choice", "new_options": "Low, High", "position": "0"}
    typed = {f"definitions-0-{name}": value for name, value in row.items()}

    assert send(root, change_url(record_type), **{"definitions-TOTAL_FORMS": "1"}, **typed) == ""

    assert FieldDefinition.objects.get(code="urgency").options.count() == 2


def test_a_link_needs_a_type_to_link_to(root: Client) -> None:
    record_type = make_type("request")
    typed = {"type": str(record_type.pk), "label": "For", "kind": "link", "code": "for_whom"}

    refused = send(root, add_url(FieldDefinition), **typed)
    kept = send(root, add_url(FieldDefinition), **typed, setting_target="company")

    assert "Choose the record type" in refused
    assert kept == ""
    assert FieldDefinition.objects.get(code="for_whom").config == {"target": "company"}


@pytest.mark.parametrize(
    ("kind", "wrong", "right", "config"),
    [
        ("decimal", {"decimal_places": "40"}, {"decimal_places": "3"}, {"decimal_places": 3}),
        ("string", {"max_length": "0"}, {"max_length": "20"}, {"max_length": 20}),
        ("phone", {"region": "Nowhere"}, {"region": "DE"}, {"region": "DE"}),
        ("integer", {"min": "x"}, {"min": "3", "max": "9"}, {"min": "3", "max": "9"}),
    ],
)
def test_wrong_settings_of_a_kind_are_refused(
    root: Client, kind: str, wrong: dict[str, str], right: dict[str, str], config: object
) -> None:
    definition = make_field(make_type("request"), "extra", kind)
    url = change_url(definition)

    refused = send(root, url, **{f"setting_{name}": value for name, value in wrong.items()})
    kept = send(root, url, **{f"setting_{name}": value for name, value in right.items()})

    assert refused != ""
    assert kept == ""
    definition.refresh_from_db()
    assert definition.config == config


def test_a_default_must_be_a_value_of_the_field(root: Client) -> None:
    record_type = make_type("request")
    wanted = make_field(record_type, "wanted_on", "date")
    urgency = make_field(record_type, "urgency", "choice", options=("low", "high"))

    refused = send(root, change_url(wanted), default="next spring")
    kept = send(root, change_url(wanted), default="2030-05-01")
    chosen = send(root, change_url(urgency), default="high")

    assert "Enter a date like" in refused
    assert (kept, chosen) == ("", "")
    wanted.refresh_from_db()
    urgency.refresh_from_db()
    assert wanted.default == "2030-05-01"
    assert urgency.default == urgency.options.get(code="high").pk
    shown = filled_in(root, change_url(urgency))
    assert shown["default"] == "high"


def test_fields_with_values_are_deleted_on_their_own_page_alone(root: Client) -> None:
    record_type = make_type("request")
    used, unused = make_field(record_type, "note"), make_field(record_type, "spare")
    make_item(record_type, note="kept")
    rows = {each: row_of(root, record_type, each) for each in (used, unused)}

    refused = send(root, change_url(record_type), **{f"{rows[used]}-DELETE": "on"})
    deleted = send(root, change_url(record_type), **{f"{rows[unused]}-DELETE": "on"})

    assert "Delete it on its own page" in refused
    assert deleted == ""
    assert [each.code for each in record_type.definitions.all()] == ["note"]
    root.post(delete_url(used), {"post": "yes", "typed_name": "Note"})
    assert not record_type.definitions.exists()


def test_options_are_sorted_added_and_retired(root: Client) -> None:
    record_type = make_type("request")
    definition = make_field(record_type, "urgency", "choice", options=("low", "mid", "high"))
    make_item(record_type, urgency="mid")
    low, mid, high = (row_of(root, definition, each) for each in definition.options.all())

    problem = send(
        root,
        change_url(definition),
        **{f"{low}-position": "2", f"{high}-position": "0", f"{mid}-DELETE": "on"},
    )

    assert problem == ""
    in_use = definition.options.filter(retired_at=None).order_by("position")
    assert [option.code for option in in_use] == ["high", "low"]
    assert definition.options.get(code="mid").retired_at is not None


def test_currencies_are_added_with_a_rate_and_may_become_the_base(root: Client) -> None:
    assert "ISO 4217" in send(root, add_url(Currency), code="ZZZ", rate="2")
    assert "above 0" in send(root, add_url(Currency), code="USD", rate="0")
    assert send(root, add_url(Currency), code="usd", rate="0.8") == ""
    usd = Currency.objects.get(code="USD")

    assert send(root, change_url(usd), becomes_base="on") == ""

    usd.refresh_from_db()
    assert (usd.is_base, usd.rate) == (True, Decimal(1))
    refused = said(root.post(delete_url(usd), {"post": "yes"}))
    assert "is the base currency" in refused
