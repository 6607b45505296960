"""The wizard of new smart processes over HTTP: creating, start, access, the draft."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts import grants
from accounts.choices import Action, Scope
from accounts.models import Role
from crm.web.wizard_state import SESSION_KEY
from smart_processes.models import RecordType
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.support.pages import signed_in
from tests.support.wizard_forms import (
    NAMES,
    URL,
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


# --- creating -----------------------------------------------------------------------------


def test_two_names_are_enough_and_the_next_page_has_the_process_in_its_menu(
    client: Client,
) -> None:
    answer = send(client, do="create", **NAMES)

    assert answer.redirect_chain == [("/visit/board/", 302)]
    assert "“Visits” is ready" in answer.content.decode()
    menu = soup(client.get("/deal/list/", follow=True)).select(".rail a[href='/visit/board/']")
    assert [" ".join(link.text.split()) for link in menu] == ["Visits"]


@pytest.mark.parametrize(
    "preset", ["requests", "sales", "register", "essentials", "everything", "empty"]
)
def test_every_preset_makes_a_process_that_opens_with_the_fields_it_showed(
    client: Client, preset: str
) -> None:
    step = started(client, preset)
    shown = [str(label["value"]) for label in soup(step).select("input[name^=label-]")]

    answer = send(client, step, do="create")

    page = "/visit/board/" if made().has_stages else "/visit/list/"
    assert answer.redirect_chain == [(page, 302)]
    assert answer.status_code == 200
    assert [field.label for field in made().definitions.order_by("position")] == shown


def test_switches_of_the_chosen_preset_hold_unless_they_were_shown_and_changed(
    client: Client,
) -> None:
    everything = send(client, preset="everything", do="step:start", **NAMES)
    form = form_of(everything)
    del form["has_client"]

    client.post(URL, form | {"do": "create"})

    assert made().has_amount
    assert not made().has_client


def test_only_who_may_configure_enters(client: Client, cast: Cast) -> None:
    others = signed_in(cast.boris)

    assert client.get(URL).status_code == 200
    assert others.get(URL).status_code == 403
    assert others.post(URL, {"step": "start", "do": "create", **NAMES}).status_code == 403
    assert others.post(reverse("crm:wizard_preview"), {"step": "start"}).status_code == 403
    assert not RecordType.objects.filter(code="visit").exists()


# --- start --------------------------------------------------------------------------------


def test_missing_name_is_asked_for_at_its_field(client: Client) -> None:
    answer = send(client, do="next", name_one="", name_many="Visits")

    assert answer.status_code == 422
    assert current_step(answer) == "start"
    assert errors(answer) == ["Enter what one record is called."]


def test_too_long_a_prefix_is_refused_from_any_step_where_it_was_typed(client: Client) -> None:
    fields = started(client)
    start = client.get(URL)
    send(client, start, number_prefix="NUMBERPREFIX", do="step:fields", **NAMES)

    answer = send(client, fields, do="create")

    assert answer.status_code == 422
    assert current_step(answer) == "start"
    assert "Number prefix" in errors(answer)[0]
    assert not RecordType.objects.filter(code="visit").exists()


def test_icon_that_does_not_exist_is_refused(client: Client) -> None:
    answer = send(client, icon="no-such-icon", do="create", **NAMES)

    assert answer.status_code == 422
    assert "There is no icon “no-such-icon”." in errors(answer)


def scopes(role: Role) -> dict[Action, Scope]:
    cells = grants.read_cells([role.pk])
    return {c.action: c.scope for c in cells if c.target == "type" and c.target_id == made().pk}


# --- access -------------------------------------------------------------------------------


def test_chosen_roles_get_their_scopes_and_nobody_else_any(client: Client, cast: Cast) -> None:
    sellers = make_role("sellers")
    cast.boris.groups.add(sellers)
    access = send(client, stages_of(client), do="next")

    answer = send(
        client,
        access,
        **{"for": "roles", "sellers:view": "department", "sellers:add": "own", "do": "create"},
    )

    assert answer.redirect_chain == [("/", 302)]  # it is not for anna
    assert scopes(sellers) == {Action.VIEW: Scope.DEPARTMENT, Action.ADD: Scope.OWN}
    assert signed_in(cast.boris).get("/visit/board/").status_code == 200
    assert signed_in(cast.vera).get("/visit/board/").status_code in {403, 404}


def test_everybody_may_work_with_it_unless_roles_are_chosen(client: Client, cast: Cast) -> None:
    send(client, do="create", **NAMES)

    assert signed_in(cast.guest).get("/visit/board/").status_code == 200


def test_process_for_nobody_is_refused(client: Client) -> None:
    make_role("sellers")
    access = send(client, stages_of(client), do="next")

    answer = send(client, access, **{"for": "roles", "do": "create"})

    assert answer.status_code == 422
    assert current_step(answer) == "access"
    assert errors(answer) == ["Nobody could work with it. Choose what at least one role may do."]
    assert not RecordType.objects.filter(code="visit").exists()


# --- the draft ----------------------------------------------------------------------------


def test_back_and_next_keep_everything(client: Client) -> None:
    step = send(client, started(client), do="add")
    (key,) = keys(step)
    step = send(client, step, **{f"label-{key}": "Reason", f"on_card-{key}": "on", "do": "back"})
    assert soup(step).select("input[name=name_many][value=Visits]")

    step = send(client, step, do="next")

    form = form_of(step)
    assert form[f"label-{key}"] == ["Reason"]
    assert form[f"on_card-{key}"] == ["on"]


def test_steps_ahead_are_no_links_and_open_the_last_one_reached(client: Client) -> None:
    step = client.get(f"{URL}?step=access")

    assert current_step(step) == "start"
    assert not soup(step).select(".steps-x a")


def test_cancel_forgets_the_draft(client: Client) -> None:
    started(client)
    assert SESSION_KEY in client.session

    client.post(URL, {"step": "start", "do": "cancel"})

    assert SESSION_KEY not in client.session


def test_preview_shows_what_is_typed_and_keeps_nothing(client: Client) -> None:
    form = form_of(client.get(URL)) | {"name_many": "Visits", "preset": "sales"}

    answer = client.post(reverse("crm:wizard_preview"), form)

    side = soup(answer).select_one("#wizard-preview")
    assert side
    assert re.search(r"Visits\s+in the menu", side.text)
    assert "Won" in side.text
    assert soup(answer).select("#wizard-switches[hx-swap-oob] input[name=has_client][checked]")
    assert SESSION_KEY not in client.session


def test_fields_somebody_changed_outlast_another_preset(client: Client) -> None:
    step = started(client, "requests")
    first = keys(step)[0]
    start = send(client, step, **{f"label-{first}": "Why", "do": "back"})

    step = send(client, start, preset="sales", do="next")

    assert keys(step)[0] == first
    assert form_of(step)[f"label-{first}"] == ["Why"]
