"""The expression language over real records, people and calendars."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils.translation import override

from accounts.models import Department
from automation.runtime import clock
from smart_processes.models import Item
from tests.automation.activities.stepping import run_steps, step
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_type

pytestmark = pytest.mark.django_db

FRIDAY = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)


@pytest.fixture
def order(cast: Cast) -> Item:
    """Return anna's order of a project; boris leads her department."""
    Department.objects.filter(code="sales").update(head=cast.boris)
    cast.vera.time_zone = "Asia/Tokyo"
    cast.vera.save()
    project, orders = make_type("project"), make_type("order")
    make_field(project, "lead", "user")
    make_field(orders, "project", "link", config={"target": "project"})
    make_field(orders, "colour", "choice", options=["red", "green"])
    make_field(orders, "tags", "choice", options=["hot", "cold"], is_multiple=True)
    bridge = make_item(project, title="Bridge", lead="vera", amount="5 EUR")
    return make_item(
        orders,
        title="Steel",
        amount="1000.50 EUR",
        responsible="anna",
        closes_on="2026-11-30",
        project=bridge.pk,
        colour="green",
        tags=["hot", "cold"],
    )


def written(text: str, item: Item, **options: Any) -> str:
    """Return what a step writes into the journal."""
    with clock.moved(FRIDAY):
        story = run_steps(step("log", text=text), item=item, **options)
    return story.line("log").operation_status_message


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("{=Document:title} {=Document:TITLE}", "Steel Steel"),
        ("{=Document:amount}", "1000.50 EUR"),
        ("{=Document:amount > printable}", "€1,000.50"),
        ("={=Document:amount}*2", "2001"),
        ("{=Document:colour} {=Document:tags}", "green hot, cold"),
        ("{=Document:colour_printable}", "Green"),
        ("=if({=Document:colour}='green','yes','no')", "yes"),
        ("=count({=Document:tags})", "2"),
        ("{=Document:closes_on} {=Document:closes_on > printable}", "2026-11-30 30 Nov 2026"),
        ("=datediff({=System:Now},{=Document:closes_on})", "9"),
        ("{=Document:project.title} {=Document:project.lead.full_name}", "Bridge Vera"),
        ("{=Document:project.lead > printable}", "Vera"),
        ("{=Document:project.amount > printable}", "€5"),
        ("{=Document:responsible.email}", "anna@example.com"),
        ("{=Document:stage} {=Document:type}", "NEW order"),
        ("=addworkdays({=System:Date},1)", "2026-11-23"),
        ("=workdateadd({=System:Now},'1d',{=Document:responsible})", "2026-11-23 14:00:00"),
        ("=if(isworkday('2026-11-22'),'open','closed')", "closed"),
        ("=touserdate({=Document:project.lead},'2026-11-20 10:00')", "2026-11-20 19:00:00"),
        ("=getuserdateoffset({=Document:responsible})", "0"),
        ("=strlen(randstring(20))", "20"),
        ("=if(rand(1,6)<7,'dice','')", "dice"),
        ("=locdate('F',{=Document:closes_on})", "November"),
    ],
)
def test_what_texts_mean(order: Item, text: str, meaning: str) -> None:
    assert written(text, order) == meaning


def test_address_of_the_record_can_be_written(order: Item, settings: Any) -> None:
    settings.PUBLIC_URL = "https://crm.example.org/"
    address = f"https://crm.example.org/search/{order.pk}/"

    assert written("{=System:HostUrl}", order) == "https://crm.example.org"
    assert written("{=Document:url} {{=getdocumenturl()}}", order) == f"{address} {address}"
    assert written("=getdocumenturl('html')", order) == f'<a href="{address}">Steel</a>'


def test_head_is_found_by_a_formula(order: Item, cast: Cast) -> None:
    assert written("=user_manager({=Document:responsible})", order) == str(cast.boris.pk)


def test_what_the_run_may_not_see_is_empty(order: Item, cast: Cast) -> None:
    cast.guest.groups.add(make_role("reader", {order.type: {"view": "all"}}))

    text = "{=Document:title}: [{=Document:project.title}] [{=Document:project.lead > printable}]"

    assert written(text, order, runs_as=cast.guest) == "Steel: [] []"
    assert written("{=Document:project > printable}", order, runs_as=cast.guest) == "Hidden record"


def test_refusals_are_said_in_the_language_of_the_company(order: Item) -> None:
    with override("ru"):
        story = run_steps(step("set_fields", values={"amount": "=1/0"}), item=order)

    kind, message = story.error("set_fields")
    assert kind == "application"
    assert message.startswith("values.amount: На ноль делить нельзя.")
