"""Axe on every page, light and dark, on a desktop and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from automation.actions.program_drafts import save_draft
from automation.models import GlobalValue, Program, Schedule, Trigger
from smart_processes.actions.comments import add_comment
from smart_processes.actions.records import delete_record
from smart_processes.choices import JobState
from smart_processes.models import Item, Job, JobRow, RecordType
from tests.factories.accounts import actor, make_role
from tests.factories.automation import log, make_program
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_edge, make_field, make_item, make_type
from tests.support.accessibility import serious_faults
from tests.support.admin_forms import add_url, change_url
from tests.support.browser import PHONE, WIDE, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class World(NamedTuple):
    """What the pages show."""

    anna: User
    sale: RecordType
    item: Item
    job: Job


@pytest.fixture
def world(cast: Cast) -> World:
    """A type with fields, edges and records; one of them deleted, one with a story; a job."""
    sale = make_type("sale", "NEW > CALL > WON | LOST", icon="truck", has_client=True)
    make_field(sale, "segment", "choice", options=["small", "large"], on_card=True)
    make_field(sale, "signed", "flag")
    make_field(sale, "notes", "text")
    make_field(sale, "due", "date")
    make_edge(sale.pipelines.get(), "NEW", "CALL")
    make_role("seller", {sale: {"view": "all", "change": "own"}}, everybody=True)
    root = actor(cast.root)
    items = [
        make_item(
            sale,
            title=f"Sale {number}",
            amount=f"{number}00 EUR",
            responsible=cast.anna.pk,
            segment="small",
            signed="yes",
        )
        for number in range(1, 6)
    ]
    save_draft(make_program(log("say")), {"program": 1}, actor=root)
    add_comment(items[0], "Call <b>today</b>", actor=root)
    delete_record(items[-1], actor=root)
    job = Job.objects.create(
        kind="bulk_delete",
        type=sale,
        owner=cast.root,
        state=JobState.COMPLETED,
        total_count=3,
        processed_count=3,
        refused_count=1,
        created_at=timezone.now(),
        finished_at=timezone.now(),
    )
    JobRow.objects.create(job=job, number=2, label="Sale 2", message="Somebody was faster.")
    return World(cast.anna, sale, items[0], job)


def opens_search(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("sale")
    expect(page.locator("#palette-results [role=option]").first).to_be_visible()


def opens_editor(page: Page) -> None:
    page.locator(".frow .pen").first.click()
    expect(page.locator("[data-editor]")).to_be_visible()


def opens(tab: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.get_by_role("tab", name=tab).and_(page.locator(":visible")).first.click()
        expect(page.locator("#record-panel")).not_to_have_attribute("aria-busy", "true")

    return act


def opens_fields(page: Page) -> None:
    page.get_by_role("textbox", name="Many").fill("Trips")
    page.get_by_role("textbox", name="One").fill("Trip")
    goes_on(page)


def goes_on(page: Page) -> None:
    now = page.locator(".steps-x .is-now")
    before = now.text_content() or ""
    page.get_by_role("button", name="Next").click()
    expect(now).not_to_have_text(before)


def stays(page: Page) -> None:
    """Leave the page as it opens."""


Step = tuple[str, Callable[[World], str], Callable[[Page], None]]
PAGES: list[Step] = [
    ("home", lambda world: "/", stays),
    ("board", lambda world: "/sale/board/", stays),
    ("empty board", lambda world: "/lead/board/", stays),
    ("list", lambda world: "/sale/list/", stays),
    ("empty list", lambda world: "/company/list/", stays),
    ("record", lambda world: f"/sale/{world.item.pk}/", stays),
    ("record, a field", lambda world: f"/sale/{world.item.pk}/", opens_editor),
    ("record, links", lambda world: f"/sale/{world.item.pk}/", opens("Links")),
    ("record, files", lambda world: f"/sale/{world.item.pk}/", opens("Files")),
    ("record, history", lambda world: f"/sale/{world.item.pk}/", opens("History")),
    ("create", lambda world: "/sale/new/", stays),
    ("create a contact", lambda world: "/contact/new/", stays),
    ("search palette", lambda world: "/", opens_search),
    ("search", lambda world: "/search/?q=sale", stays),
    ("recycle bin", lambda world: "/sale/bin/", stays),
    ("import", lambda world: "/sale/import/", stays),
    ("jobs", lambda world: "/jobs/", stays),
    ("a job", lambda world: f"/jobs/{world.job.pk}/", stays),
    ("wizard, names", lambda world: reverse("crm:wizard"), stays),
    ("wizard, fields", lambda world: reverse("crm:wizard"), opens_fields),
    ("wizard, stages", lambda world: f"{reverse('crm:wizard')}?step=fields", goes_on),
    ("wizard, access", lambda world: f"{reverse('crm:wizard')}?step=stages", goes_on),
    ("role matrix", lambda world: reverse("crm:role", args=["seller"]), stays),
    (
        "why",
        lambda world: f"{reverse('crm:why')}?person={world.anna.pk}&record={world.item.pk}",
        stays,
    ),
    ("profile", lambda world: reverse("accounts:profile"), stays),
    ("two steps", lambda world: reverse("mfa_index"), stays),
    ("configuration", lambda world: reverse("admin:index"), stays),
    ("types", lambda world: add_url(RecordType).replace("add/", ""), stays),
    ("a type", lambda world: change_url(world.sale), stays),
    ("a pipeline", lambda world: change_url(world.sale.pipelines.get()), stays),
    ("a new type", lambda world: add_url(RecordType), stays),
    ("a program", lambda world: change_url(Program.objects.get()), stays),
    ("a new schedule", lambda world: add_url(Schedule), stays),
    ("a new trigger", lambda world: add_url(Trigger), stays),
    ("a new global value", lambda world: add_url(GlobalValue), stays),
]
VISITORS = ["account_login", "account_reset_password"]


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_page_has_a_serious_fault(
    visit: Visit, cast: Cast, world: World, size: dict[str, int], dark: bool
) -> None:
    faults: dict[str, list[str]] = {}
    page = visit(cast.root, size=size, dark=dark)

    for name, address, act in PAGES:
        page.goto(address(world))
        act(page)
        faults[name] = serious_faults(page)
    visitor = visit(None, size=size, dark=dark)
    for name in VISITORS:
        visitor.goto(reverse(name))
        faults[name] = serious_faults(visitor)

    assert {name: found for name, found in faults.items() if found} == {}
