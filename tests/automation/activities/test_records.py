"""Activities that make, find, change, link and delete records, run by the engine."""

from __future__ import annotations

import pytest

from smart_processes.actions.links import link_records
from smart_processes.models import Item, RecordLink, RecordType
from smart_processes.models.links import DRAWN
from smart_processes.money import Money
from tests.automation.activities.stepping import run_steps, step
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_pipeline, make_type, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Item:
    """Return a record of the type `order`; there are the types `invoice` and `project` too."""
    project = make_type("project")
    make_field(project, "budget", "decimal")
    invoice = make_type("invoice", "DRAFT > SENT > PAID | VOID")
    make_field(invoice, "colour", "choice", options=["red", "green"])
    orders = make_type("order")
    make_field(orders, "project", "link", config={"target": "project"})
    make_pipeline("FIRST > SECOND > LAST", record_type=orders, code="second")
    return make_item(orders, title="Order 1", amount="1000 EUR")


def test_record_is_made_and_linked_to_the_one_of_the_run(order: Item) -> None:
    values = {"title": "Invoice of {=Document:title}", "amount": "={=Document:amount}*10%"}
    values |= {"colour": "green", "RESPONSIBLE": ""}

    story = run_steps(
        step("create_record", type="invoice", values=values, stage="SENT"),
        step("log", text="{=create_record:title} is {=create_record:record}"),
        item=order,
    )

    made = Item.objects.get(type__code="invoice")
    assert (made.title, made.stage, made.amount_minor) == ("Invoice of Order 1", "SENT", 10_000)
    assert story.result("create_record") == {"record": made.pk, "title": made.title}
    assert story.effects("create_record") == [(made.pk, "record", None, made.title)]
    assert RecordLink.objects.get(kind=DRAWN).parent_id == order.pk
    assert story.line("log").operation_status_message == f"Invoice of Order 1 is {made.pk}"


def test_record_needs_neither_a_run_s_record_nor_a_link(order: Item) -> None:
    run_steps(step("create_record", type="invoice", values={"title": "Alone"}))
    run_steps(step("create_record", type="invoice", values={}, is_linked=False), item=order)

    assert Item.objects.filter(type__code="invoice").count() == 2
    assert not RecordLink.objects.exists()


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"type": "nothing"}, "There is no record type “nothing”."),
        ({"type": "invoice", "values": {"nothing": 1}}, "There is no field “nothing”."),
        ({"type": "invoice", "values": {"amount": "much"}}, "Enter an amount"),
        ({"type": "invoice", "stage": "NOWHERE"}, "has no stage “NOWHERE”"),
        ({"type": "invoice", "values": {"amount": "={=Document:nope}"}}, "“Document:nope”"),
    ],
)
def test_record_that_may_not_be_made_fails_the_step(
    order: Item, params: dict[str, object], sentence: str
) -> None:
    story = run_steps(step("create_record", **params), item=order)

    kind, message = story.error("create_record")
    assert kind == "application"
    assert sentence in message
    assert (story.run.status, Item.objects.count()) == ("failed", 1)


def test_rights_of_whom_the_run_acts_for_count(order: Item, cast: Cast) -> None:
    cast.anna.groups.add(make_role("reader", {order.type: {"view": "all"}}))

    story = run_steps(
        step("update_record", record="{=Document:id}", values={"title": "Mine"}),
        item=order,
        runs_as=cast.anna,
    )

    assert story.error("update_record")[0] == "application"
    order.refresh_from_db()
    assert order.title == "Order 1"


def test_found_record_is_updated(order: Item) -> None:
    for title, amount in (("Small", "5 EUR"), ("Large", "500 EUR"), ("Larger", "900 EUR")):
        make_item(order.type, title=title, amount=amount)

    story = run_steps(
        step(
            "find_records",
            type="order",
            filters={"amount_min": "={=Document:amount}/2", "amount_max": 950},
            sort="-amount",
            fields=["amount", "responsible"],
        ),
        step(
            "update_record",
            record="{=find_records:record}",
            values={
                "title": "{=find_records:count} found",
                "amount": "={=find_records:values.amount}+1",
            },
        ),
        item=order,
    )

    larger = Item.objects.get(amount_minor=90_100)
    found = story.result("find_records")
    assert (found["count"], len(found["records"])) == (2, 2)
    assert (found["record"], found["title"]) == (larger.pk, "Larger")
    assert found["values"] == {"amount": "900.00|EUR", "responsible": None}
    assert found["texts"] == {"amount": "€900", "responsible": ""}
    assert story.effects("update_record") == [
        (larger.pk, "title", "Larger", "2 found"),
        (
            larger.pk,
            "amount",
            {"minor": 90_000, "currency": "EUR"},
            {"minor": 90_100, "currency": "EUR"},
        ),
    ]


def test_filter_with_an_empty_value_finds_nothing(order: Item) -> None:
    story = run_steps(
        step("find_records", type="order", filters={"responsible": "{=Document:responsible}"}),
        item=order,
    )

    assert story.result("find_records")["records"] == []


def test_only_linked_records_are_found(order: Item) -> None:
    invoice = RecordType.objects.get(code="invoice")
    linked, above, alone = (make_item(invoice) for _ in range(3))
    link_records(order, linked, actor=system())
    link_records(above, order, actor=system())

    story = run_steps(
        step("find_records", type="invoice", is_linked=True, limit=10, sort="created_at"),
        item=order,
    )

    assert sorted(story.result("find_records")["records"]) == [linked.pk, above.pk]
    assert alone.pk not in story.result("find_records")["records"]


def test_wrong_filter_fails_the_step(order: Item) -> None:
    story = run_steps(step("find_records", type="order", filters={"colour": "red"}), item=order)

    assert story.error("find_records")[0] == "application"
    assert "colour" in story.error("find_records")[1]


def test_record_is_copied(order: Item) -> None:
    story = run_steps(
        step("copy_record", values={"title": "Second"}, pipeline="second", is_linked=True),
        item=order,
    )

    made = Item.objects.get(title="Second")
    assert story.result("copy_record")["record"] == made.pk
    assert (made.stage, made.amount_minor) == ("FIRST", 100_000)
    assert RecordLink.objects.get().child_id == made.pk


def test_records_are_linked_and_parted(order: Item) -> None:
    other = make_item(order.type)

    linked = run_steps(step("link_records", other=other.pk, mode="parent"), item=order)
    again = run_steps(step("link_records", other=other.pk), item=order)

    assert RecordLink.objects.get().parent_id == other.pk
    assert linked.effects("link_records") == [(order.pk, "link", None, other.pk)]
    assert again.effects("link_records") == []

    parted = run_steps(step("link_records", other=other.pk, mode="part"), item=order)

    assert not RecordLink.objects.exists()
    assert parted.effects("link_records") == [(order.pk, "link", other.pk, None)]


def test_record_is_deleted_only_when_it_is_named(order: Item) -> None:
    unnamed = run_steps(step("delete_record"), item=order)
    empty = run_steps(step("delete_record", record="{=Document:project}"), item=order)

    assert unnamed.error("delete_record")[0] == empty.error("delete_record")[0] == "application"

    story = run_steps(step("delete_record", record="{=Document:id}"), item=order)

    assert story.effects("delete_record") == [(order.pk, "record", "Order 1", None)]
    order.refresh_from_db()
    assert order.deleted_at is not None


def test_fields_of_a_parent_are_read(order: Item) -> None:
    project = make_item(
        RecordType.objects.get(code="project"),
        title="Bridge",
        budget="12.50",
        amount="3 EUR",
    )
    child = make_item(order.type, project=project.pk)
    story = run_steps(
        step("read_parent", field="project", fields=["BUDGET", "amount"]),
        step("arithmetic", left="{=read_parent:values.budget}", operator="*", right=2),
        step("set_fields", values={"amount": "{=read_parent:values.amount}"}),
        item=child,
    )

    read = story.result("read_parent")
    assert (read["record"], read["title"]) == (project.pk, "Bridge")
    assert read["values"] == {"budget": "12.5", "amount": "3.00|EUR"}
    assert read["texts"]["amount"] == Money(300, "EUR").text()
    assert story.result("arithmetic") == {"value": 25}
    child.refresh_from_db()
    assert child.amount_minor == 300


def test_parent_may_be_named_by_its_type_and_need_not_be(order: Item) -> None:
    project = make_item(RecordType.objects.get(code="project"), title="Bridge")
    link_records(project, order, actor=system())

    named = run_steps(step("read_parent", type="project", fields=["title"]), item=order)
    missing = run_steps(step("read_parent", field="project"), item=order)
    wrong = run_steps(step("read_parent", field="title"), item=order)
    neither = run_steps(step("read_parent"), item=order)

    assert named.result("read_parent")["values"] == {"title": "Bridge"}
    assert missing.result("read_parent")["record"] is None
    assert "does not link" in wrong.error("read_parent")[1]
    assert neither.error("read_parent")[0] == "application"


def test_record_goes_to_another_pipeline(order: Item) -> None:
    story = run_steps(step("change_pipeline", pipeline="second", stage="SECOND"), item=order)
    again = run_steps(step("change_pipeline", pipeline="second"), item=order)
    wrong = run_steps(step("change_pipeline", pipeline="third"), item=order)

    order.refresh_from_db()
    assert order.stage == "SECOND"
    assert story.effects("change_pipeline") == [
        (order.pk, "pipeline", "main", "second"),
        (order.pk, "stage", "NEW", "SECOND"),
    ]
    assert again.effects("change_pipeline") == []
    assert "has no pipeline “third”" in wrong.error("change_pipeline")[1]
