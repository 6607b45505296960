"""The role matrix, the check of access and the configuration pages in a browser."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts import grants
from accounts.choices import Action, Scope
from smart_processes.models import FieldDefinition, Item, RecordType
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_edge, make_field, make_item, make_type
from tests.support.accessibility import serious_faults
from tests.support.admin_forms import change_url
from tests.support.browser import PHONE, WIDE, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def requests(cast: Cast) -> RecordType:
    record_type = make_type("request", "NEW > CALL > WON | LOST", icon="truck", has_pipelines=True)
    role = make_role("agents", {record_type: {"view": "own", "change": "own"}})
    pipeline = record_type.pipelines.get()
    grants.write_cells(role, [(pipeline, Action.VIEW, Scope.DEPARTMENT)])
    cast.anna.groups.add(role)
    make_item(record_type, title="Cold chain", responsible=cast.boris.pk)
    return record_type


def test_a_change_waits_in_the_bar_until_it_is_saved(
    visit: Visit, cast: Cast, requests: RecordType
) -> None:
    page = visit(cast.root)
    page.goto("/settings/access/agents/")
    cell = page.get_by_label("Requests, Read")
    expect(cell).to_have_attribute("aria-description", "Differs")

    page.get_by_role("button", name="Show what is below Requests").click()
    main = page.get_by_label("Main, Read")
    main.select_option("All")

    expect(page.locator("#access-bar")).to_contain_text("Main, Read: Department → All")
    expect(main).to_have_class("scope all is-changed")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#access-bar")).to_be_empty()
    main.select_option("As above")
    expect(cell).to_have_attribute("aria-description", "")
    page.get_by_role("button", name="Save changes").click()

    expect(page.get_by_text("is saved")).to_be_visible()
    expect(page.get_by_label("Requests, Read")).to_have_attribute("aria-description", "")


def test_keys_alone_change_the_matrix(visit: Visit, cast: Cast, requests: RecordType) -> None:
    page = visit(cast.root)
    page.goto("/settings/access/agents/")

    page.get_by_label("Requests, Add").focus()
    page.keyboard.press("ArrowDown")

    expect(page.locator("#access-bar")).to_contain_text("Requests, Add: As above → Own")
    page.get_by_role("button", name="Save changes").press("Enter")
    expect(page.get_by_text("is saved")).to_be_visible()
    expect(page.get_by_label("Requests, Add")).to_have_value("own")


def test_the_check_finds_the_record_and_answers(
    visit: Visit, cast: Cast, requests: RecordType
) -> None:
    page = visit(cast.root)
    page.goto("/settings/access/why/")

    page.get_by_label("Record").fill("cold")
    page.get_by_role("button", name="Cold chain").click()
    expect(page.get_by_text("Choose a person to see the answer.")).to_be_visible()
    page.get_by_label("Person").select_option("Anna")
    expect(page.get_by_text("May read", exact=True)).to_be_visible()
    page.get_by_label("Person").select_option("Vera")

    expect(page.get_by_text("May not read", exact=True)).to_be_visible()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_access_pages_keep_nobody_out(
    visit: Visit, cast: Cast, requests: RecordType, size: dict[str, int], *, dark: bool
) -> None:
    record = Item.objects.get(type=requests)
    page = visit(cast.root, size=size, dark=dark)

    page.goto("/settings/access/agents/")
    page.get_by_role("button", name="Show what is below Requests").click()
    page.get_by_label("Main, Change").select_option("All")
    expect(page.locator("#access-bar")).to_contain_text("Save changes")
    matrix = serious_faults(page)
    page.evaluate("document.getElementById('matrix').reset()")
    expect(page.locator("#access-bar")).to_be_empty()
    page.goto(f"/settings/access/why/?record={record.pk}&person={cast.vera.pk}")
    answer = serious_faults(page)

    assert matrix == []
    assert answer == []


def test_fields_are_dragged_into_order(visit: Visit, cast: Cast, requests: RecordType) -> None:
    for code in ("first", "second", "third"):
        make_field(requests, code, position=FieldDefinition.objects.count())
    page = visit(cast.root)
    page.goto(f"{change_url(requests)}#definitions")
    rows = page.locator("#definitions-data tbody.original")
    handles = rows.locator(".material-symbols-outlined", has_text="drag_indicator")

    handles.nth(2).drag_to(handles.nth(0))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()

    order = FieldDefinition.objects.filter(type=requests).order_by("position")
    assert [field.code for field in order] == ["third", "first", "second"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_configuration_pages_keep_nobody_out(
    visit: Visit, cast: Cast, requests: RecordType, *, dark: bool
) -> None:
    pipeline = requests.pipelines.get()
    for source, target in (("NEW", "CALL"), ("CALL", "WON"), ("NEW", "LOST")):
        make_edge(pipeline, source, target)
    field = make_field(requests, "urgency", "choice", options=("low", "high"))
    page = visit(cast.root, dark=dark)
    faults: dict[str, list[str]] = {}

    for address in (
        reverse("admin:index"),
        change_url(requests),
        f"{change_url(pipeline)}#stages",
        change_url(field),
        change_url(cast.anna),
    ):
        page.goto(address)
        expect(page.get_by_role("heading").first).to_be_attached()
        faults[address] = serious_faults(page)

    told = "\n".join(f"{address}: {one}" for address, found in faults.items() for one in found)
    assert not told, told
