"""The role matrix and the explanation of access, through the browser's requests."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from accounts import grants
from accounts.choices import Action, Scope
from accounts.models import Role
from smart_processes.actions.observers import add_observer
from smart_processes.models import RecordType
from tests.factories.accounts import make_role, make_user
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type, system

# Session, person, stamps, the schema when it changed, roles with their people, the cells.
MATRIX_QUERIES = 25


@pytest.fixture
def root(cast: Cast, client: Client) -> Client:
    client.force_login(cast.root)
    return client


def cell(role: Role, record_type: RecordType, action: Action) -> Scope | None:
    found = {(c.target_id, c.action): c.scope for c in grants.read_cells([role.pk])}
    return found.get((record_type.pk, action))


@pytest.mark.django_db
def test_matrix_shows_roles_types_pipelines_and_stages(root: Client) -> None:
    record_type = make_type("request", "NEW > CALL > WON")
    make_role("agents", {record_type: {"view": "department"}}, everybody=True)

    page = root.get(reverse("crm:role", args=["agents"])).content.decode()

    assert "Agents" in page
    assert "Requests" in page
    assert f'name="type:{record_type.pk}:view"' in page
    assert f'name="stage:{record_type.pipelines.get().stages.get(code="CALL").pk}:move"' in page


@pytest.mark.django_db
def test_saving_changes_only_what_was_sent(root: Client) -> None:
    record_type = make_type("request")
    role = make_role("agents", {record_type: {"view": "own", "change": "own"}})

    root.post(
        reverse("crm:save_role", args=["agents"]), {f"type:{record_type.pk}:view": "department"}
    )

    assert cell(role, record_type, Action.VIEW) == Scope.DEPARTMENT
    assert cell(role, record_type, Action.CHANGE) == Scope.OWN


@pytest.mark.django_db
def test_inherit_removes_the_cell(root: Client) -> None:
    record_type = make_type("request")
    pipeline = record_type.pipelines.get()
    role = make_role("agents", {pipeline: {"view": "none"}})

    root.post(
        reverse("crm:save_role", args=["agents"]), {f"pipeline:{pipeline.pk}:view": "inherit"}
    )

    assert grants.read_cells([role.pk]) == []


@pytest.mark.django_db
def test_preview_tells_who_gains_what_and_changes_nothing(root: Client, cast: Cast) -> None:
    record_type = make_type("request")
    role = make_role("agents", {record_type: {"view": "own"}})
    cast.anna.groups.add(role)
    make_item(record_type, responsible=cast.boris.pk)

    answer = root.post(
        reverse("crm:preview_role", args=["agents"]),
        {f"type:{record_type.pk}:view": "department"},
    ).content.decode()

    assert "Requests, Read: Own → Department · 1 person, gain 1 record" in answer
    assert cell(role, record_type, Action.VIEW) == Scope.OWN


@pytest.mark.django_db
def test_preview_of_several_changes_counts_them(root: Client) -> None:
    record_type = make_type("request")
    make_role("agents")
    changes = {f"type:{record_type.pk}:{action}": "own" for action in ("add", "change")}

    answer = root.post(reverse("crm:preview_role", args=["agents"]), changes).content.decode()
    nothing = root.post(reverse("crm:preview_role", args=["agents"])).content.decode()

    assert "2 changes" in answer
    assert "0 people" in answer
    assert "Save changes" not in nothing


@pytest.mark.django_db
def test_cells_tell_what_they_inherit_and_where_something_below_differs(root: Client) -> None:
    record_type = make_type("request", "NEW > CALL > WON")
    pipeline = record_type.pipelines.get()
    make_role("agents", {record_type: {"view": "own", "change": "own"}, pipeline: {"view": "all"}})

    page = BeautifulSoup(root.get(reverse("crm:role", args=["agents"])).content, "html.parser")

    def shown(name: str) -> tuple[str, str]:
        """Return what the cell holds and the word that stands on it."""
        cell = page.find("select", attrs={"name": name})
        assert cell is not None
        assert cell.parent is not None
        chosen = cell.find("option", selected=True)
        assert chosen is not None
        return str(chosen["value"]), str(cell.parent["data-shown"])

    kind = record_type.pk
    new = pipeline.stages.get(code="NEW").pk
    assert shown(f"type:{kind}:view") == ("own", "Differs")
    assert shown(f"type:{kind}:change") == ("own", "")
    assert shown(f"pipeline:{pipeline.pk}:view") == ("all", "")
    assert shown(f"pipeline:{pipeline.pk}:change") == ("inherit", "Own")
    assert shown(f"stage:{new}:view") == ("inherit", "All")
    assert shown(f"type:{kind}:move") == ("inherit", "Own"), "moving is changing, unless said"


@pytest.mark.django_db
def test_matrix_asks_as_much_for_many_types_and_people_as_for_few(
    root: Client, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    make_role("agents", {make_type("request"): {"view": "own"}}, everybody=True)
    for number in range(6):
        extra = make_type(f"extra{number}", has_pipelines=True)
        make_role(f"role{number}", {extra: {"view": "all"}})
        make_user(f"person{number}")

    with django_assert_max_num_queries(MATRIX_QUERIES):
        root.get(reverse("crm:role", args=["agents"]))


@pytest.mark.django_db
def test_names_and_scopes_that_do_not_exist_change_nothing(root: Client) -> None:
    record_type = make_type("request")
    role = make_role("agents", {record_type: {"view": "own"}})

    root.post(
        reverse("crm:save_role", args=["agents"]),
        {
            f"type:{record_type.pk}:view": "sky",
            "type:x:view": "all",
            "stage:1:add": "all",
            "a": "b",
        },
    )

    assert cell(role, record_type, Action.VIEW) == Scope.OWN


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["crm:access", "crm:why"])
def test_only_administrators_open_these_pages(client: Client, cast: Cast, name: str) -> None:
    client.force_login(cast.anna)

    assert client.get(reverse(name)).status_code == 403


@pytest.mark.django_db
def test_why_names_the_role_that_decides(root: Client, cast: Cast) -> None:
    record_type = make_type("request")
    make_role("agents", {record_type: {"view": "department"}}, everybody=True)
    record = make_item(record_type, responsible=cast.boris.pk)

    page = root.get(
        reverse("crm:why"), {"person": cast.anna.pk, "record": record.pk}
    ).content.decode()

    assert "May read" in page
    assert "Agents" in page
    assert "decides" in page


@pytest.mark.django_db
def test_why_not_says_what_is_missing_until_somebody_observes(root: Client, cast: Cast) -> None:
    record_type = make_type("request")
    make_role("agents", {record_type: {"view": "own"}}, everybody=True)
    record = make_item(record_type, responsible=cast.boris.pk)
    question = {"person": cast.vera.pk, "record": record.pk}

    before = root.get(reverse("crm:why"), question).content.decode()
    add_observer(record, cast.vera, actor=system())
    after = root.get(reverse("crm:why"), question).content.decode()

    assert "May not read" in before
    assert "not see" in before
    assert "Does not observe" in before
    assert "Observes this record" in after
    assert "May not read" not in after


@pytest.mark.django_db
def test_the_record_to_check_is_found_by_title_and_by_number(root: Client) -> None:
    record_type = make_type("request", number_prefix="REQ")
    wanted = make_item(record_type, title="Cold chain")
    make_item(record_type, title="Yard terminals")
    number = record_type.format_number(wanted.number)

    for text in ("cold", number):
        part = root.get(
            reverse("crm:why"),
            {"q": text},
            headers={"HX-Request": "true", "HX-Target": "why-found"},
        ).content.decode()
        assert f'value="{wanted.pk}"' in part
        assert "Yard terminals" not in part
        assert "<html" not in part


@pytest.mark.django_db
def test_a_record_or_person_that_does_not_exist_is_not_found(root: Client, cast: Cast) -> None:
    record = make_item(make_type("request"))

    assert root.get(reverse("crm:why"), {"record": 999_999}).status_code == 404
    unknown = {"record": record.pk, "person": 999_999}
    assert root.get(reverse("crm:why"), unknown).status_code == 404
    assert root.get(reverse("crm:why"), {"record": "x", "person": "y"}).status_code == 200
    chosen = root.get(reverse("crm:why"), {"record": record.pk}).content.decode()
    assert "Choose a person" in chosen


@pytest.mark.django_db
def test_menu_offers_keys_and_settings_to_those_who_may(client: Client, cast: Cast) -> None:
    deal = RecordType.objects.get(code="deal")
    make_role("sellers", {deal: {"view": "all"}}, everybody=True)
    client.force_login(cast.anna)
    before = client.get(reverse("crm:list", args=["deal"])).content.decode()
    cast.anna.groups.add(make_role("owners", may_configure=True))
    cast.anna.is_staff = True
    cast.anna.save()
    after = client.get(reverse("crm:list", args=["deal"])).content.decode()

    assert 'data-shortcut="g d"' in before
    assert reverse("admin:index") not in before
    assert f'href="{reverse("admin:index")}"' in after
