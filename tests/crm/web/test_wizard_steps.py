"""The wizard of new smart processes over HTTP: its fields and stages."""

from __future__ import annotations

import pytest
from django.test import Client

from smart_processes.models import FieldDefinition, RecordType
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.support.pages import signed_in
from tests.support.wizard_forms import (
    URL,
    Form,
    current_step,
    errors,
    form_of,
    keys,
    send,
    soup,
    stages_of,
    started,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(cast: Cast) -> Client:
    """Anna, who may configure and is no administrator."""
    cast.anna.groups.add(make_role("owner", may_configure=True))
    return signed_in(cast.anna)


def made() -> RecordType:
    return RecordType.objects.get(code="visit")


# --- fields -------------------------------------------------------------------------------


def test_fields_are_made_in_their_order_with_options(client: Client) -> None:
    step = send(client, started(client), do="add")
    step = send(client, step, do="add")
    first, second = keys(step)

    send(
        client,
        step,
        **{
            "row": [second, first],
            f"label-{first}": "Notes",
            f"kind-{first}": "text",
            f"label-{second}": "Season",
            f"kind-{second}": "choice",
            f"options-{second}": "Spring\n\nAutumn\n",
            f"is_required-{second}": "on",
            "do": "create",
        },
    )

    season, notes = made().definitions.order_by("position")
    assert (season.code, season.is_required) == ("season", True)
    assert [option.label for option in season.options.all()] == ["Spring", "Autumn"]
    assert (notes.code, notes.kind) == ("notes", "text")


def test_each_wrong_field_is_told_at_its_own_place_and_nothing_is_made(client: Client) -> None:
    step = started(client)
    for _ in range(4):
        step = send(client, step, do="add")
    choice, link, nameless, right = keys(step)

    answer = send(
        client,
        step,
        **{
            f"label-{choice}": "Season",
            f"kind-{choice}": "choice",
            f"label-{link}": "Host",
            f"kind-{link}": "link",
            f"label-{right}": "Notes",
            "do": "create",
        },
    )

    assert answer.status_code == 422
    assert current_step(answer) == "fields"
    told = {
        name: " ".join(found.text.split())
        for name in (f"options-{choice}", f"target-{link}", f"label-{nameless}", f"label-{right}")
        if (found := soup(answer).select_one(f"#{name}-error"))
    }
    assert told == {
        f"options-{choice}": "“Season” needs an option.",
        f"target-{link}": "Choose the record type that the field links to.",
        f"label-{nameless}": "Name the field, or remove it.",
    }
    assert not RecordType.objects.filter(code="visit").exists()
    assert not FieldDefinition.objects.filter(label="Notes").exists()


def test_menu_of_a_refused_page_does_not_show_what_was_undone(client: Client) -> None:
    step = send(client, started(client), do="add")

    answer = send(client, step, do="create")

    assert answer.status_code == 422
    assert not soup(answer).select(".rail a[href^='/visit/']")


def test_rows_move_up_and_down_and_go(client: Client) -> None:
    step = started(client, "requests")
    first, second, third, fourth, *others = keys(step)

    step = send(client, step, do=f"down:{first}")
    step = send(client, step, do=f"up:{fourth}")
    step = send(client, step, do=f"remove:{third}")

    assert keys(step) == [second, first, fourth, *others]


def test_answer_to_htmx_is_the_step_with_the_new_row_in_focus(client: Client) -> None:
    form = form_of(started(client))

    answer = client.post(URL, form | {"do": "add"}, headers={"HX-Request": "true"})

    assert "<html" not in answer.content.decode()
    (focused,) = soup(answer).select("[autofocus]")
    assert focused["id"] == f"label-{keys(answer)[0]}"


def test_keys_that_were_never_given_out_are_left(client: Client) -> None:
    form = form_of(started(client)) | {"row": ["f999", "x", "s1"], "label-f999": "Sneaked in"}

    client.post(URL, form | {"do": "create"})

    assert made().definitions.count() == 0


def test_field_is_shown_as_text(client: Client) -> None:
    step = send(client, started(client), do="add")
    (key,) = keys(step)

    answer = send(client, step, **{f"label-{key}": "<b>x</b>", "do": "step:fields"})

    assert "<b>x</b>" not in answer.content.decode()
    assert "&lt;b&gt;x&lt;/b&gt;" in answer.content.decode()


# --- stages -------------------------------------------------------------------------------


def test_moves_and_required_fields_are_drawn(client: Client) -> None:
    step = send(client, started(client), do="add")
    (field,) = keys(step)
    step = send(client, step, **{f"label-{field}": "Reason", "do": "next"})
    new, work, done, cancelled = keys(step)
    pairs = [(new, work), (work, done), (work, cancelled)]

    send(
        client,
        step,
        **{
            "move": [f"{source}-{target}" for source, target in pairs],
            f"needs-{new}-{work}": [field],
            f"required-{cancelled}": ["responsible"],
            "do": "create",
        },
    )

    pipeline = made().pipelines.get()
    drawn = {(e.source.code, e.target.code): e.required_fields for e in pipeline.edges.all()}
    assert drawn == {
        ("NEW", "IN_WORK"): ["reason"],
        ("IN_WORK", "DONE"): [],
        ("IN_WORK", "CANCELLED"): [],
    }
    assert pipeline.stages.get(code="CANCELLED").required_from_here == ["responsible"]


def test_process_without_ticked_moves_allows_all(client: Client) -> None:
    send(client, stages_of(client), do="create")

    assert made().pipelines.get().edges.count() == 0


def test_removed_field_is_required_no_more(client: Client) -> None:
    step = started(client, "sales")
    reason = keys(step)[1]
    stages = send(client, step, do="next")
    assert soup(stages).select(f"input[name^=required][value={reason}][checked]")
    step = send(client, stages, do="back")

    send(client, step, do=f"remove:{reason}")
    send(client, client.get(f"{URL}?step=stages"), do="create")

    assert made().pipelines.get().stages.get(code="LOST").required_from_here == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"semantics-{2}": "in_progress"}, "has no success stage"),
        ({"semantics-{3}": "success"}, "Only one stage may mean success"),
        ({"move": ["{0}-{1}"]}, "No moves lead from"),
        ({"name-{1}": "New"}, "Two stages are called “New”"),
        ({"name-{1}": ""}, "Name the stage, or remove it."),
        ({"name-{1}": "x" * 61}, "at most 60 characters"),
    ],
)
def test_wrong_stages_are_refused_at_their_step_and_right_ones_pass(
    client: Client, change: Form, sentence: str
) -> None:
    step = stages_of(client)
    rows = keys(step)
    wrong = {
        name.format(*rows): [v.format(*rows) for v in value] if isinstance(value, list) else value
        for name, value in change.items()
    }

    refused = send(client, step, **wrong, do="next")

    assert refused.status_code == 422
    assert current_step(refused) == "stages"
    assert sentence in " ".join(errors(refused))
    assert not RecordType.objects.filter(code="visit").exists()
    assert current_step(send(client, step, do="next")) == "access"
