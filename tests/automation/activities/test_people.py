"""Activities about people, run by the engine."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Department
from automation.models import Absence, Notification
from smart_processes.models import Item, ItemObserver
from tests.automation.activities.stepping import Story, run_steps, step
from tests.factories.accounts import make_user
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(cast: Cast) -> Item:
    """Return a record that anna is responsible for; boris leads her department."""
    Department.objects.filter(code="sales").update(head=cast.boris)
    return make_item(make_type("request"), responsible="anna")


def give(item: Item, code: str = "", **params: object) -> Story:
    return run_steps(step("change_responsible", **params), item=item, code=code)


def test_record_is_given_to_a_person(item: Item, cast: Cast) -> None:
    story = give(item, people="vera")

    item.refresh_from_db()
    assert item.responsible_id == cast.vera.pk
    assert story.result("change_responsible") == {"user": cast.vera.pk, "name": "Vera"}
    assert story.effects("change_responsible") == [
        (item.pk, "responsible", cast.anna.pk, cast.vera.pk)
    ]


def test_people_may_be_named_in_every_way(item: Item, cast: Cast) -> None:
    for people in (cast.vera.pk, f"user_{cast.vera.pk}", ["vera@example.com"], "VERA; boris"):
        assert give(item, people=people).result("change_responsible")["name"] == "Vera"


def test_record_is_given_in_turn_by_all_runs_of_a_step(item: Item, cast: Cast) -> None:
    people = "anna, boris, vera"

    names = [
        give(item, "calls", people=people, distribution="in_turn").result("change_responsible")
        for _ in range(4)
    ]
    other = give(item, "letters", people=people, distribution="in_turn")

    assert [each["name"] for each in names] == ["Anna", "Boris", "Vera", "Anna"]
    assert other.result("change_responsible")["name"] == "Anna"


def test_steps_may_share_their_turns(item: Item, cast: Cast) -> None:
    params = {"people": "anna, boris", "distribution": "in_turn", "queue": "all calls"}

    names = [give(item, **params).result("change_responsible")["name"] for _ in range(3)]

    assert names == ["Anna", "Boris", "Anna"]


def test_turn_of_a_step_that_failed_is_given_back(item: Item, cast: Cast) -> None:
    params = {"people": "anna, boris", "distribution": "in_turn", "queue": "calls"}
    refused = give(item, **params)
    cast.anna.is_active = False
    cast.anna.save()

    assert refused.result("change_responsible")["name"] == "Anna"
    assert give(item, **params).result("change_responsible")["name"] == "Boris"


def test_record_is_given_to_who_has_the_least(item: Item, cast: Cast) -> None:
    make_item(item.type, responsible="boris")
    make_item(item.type, responsible="boris", stage="WON")
    make_item(item.type, responsible="vera", stage="LOST")

    story = give(item, people="anna, boris, vera", distribution="least_loaded")

    assert story.result("change_responsible")["name"] == "Vera"


def test_who_is_away_is_passed_over_unless_told_otherwise(item: Item, cast: Cast) -> None:
    today = timezone.now()
    for person, begins, ends in (
        (cast.boris, today - timedelta(days=1), today + timedelta(days=1)),
        (cast.vera, today + timedelta(days=1), today + timedelta(days=2)),
        (cast.clara, today - timedelta(days=2), today - timedelta(days=1)),
    ):
        Absence.objects.create(person=person, begins_at=begins, ends_at=ends)

    def chosen(people: str, **params: object) -> str:
        return str(give(item, people=people, **params).result("change_responsible")["name"])

    assert chosen("boris, vera") == "Vera"
    assert chosen("boris, clara") == "Clara"
    assert chosen("boris, vera", skip_absent=False) == "Boris"
    assert (
        "None of these people is there" in give(item, people="boris").error("change_responsible")[1]
    )


def test_who_stands_in_gets_the_record_of_who_is_away(item: Item, cast: Cast) -> None:
    now = timezone.now()
    days = {"begins_at": now - timedelta(days=1), "ends_at": now + timedelta(days=1)}
    Absence.objects.create(person=cast.boris, substitute=cast.vera, **days)
    for _ in range(3):
        make_item(item.type, responsible="anna")

    def chosen(people: str, distribution: str = "first") -> str:
        story = give(item, "calls", people=people, distribution=distribution)
        return str(story.result("change_responsible")["name"])

    assert chosen("boris, anna") == "Vera"
    assert chosen("boris, anna", "least_loaded") == "Vera"
    assert [chosen("anna, boris, clara", "in_turn") for _ in range(4)] == [
        *("Anna", "Vera"),
        *("Clara", "Anna"),
    ]
    Absence.objects.create(person=cast.vera, substitute=cast.clara, **days)
    assert chosen("boris") == "Clara"
    cast.clara.is_active = False
    cast.clara.save()
    assert chosen("boris, anna") == "Anna"


def test_chance_chooses_everybody_sooner_or_later(item: Item, cast: Cast) -> None:
    names = Counter(
        give(item, "chance", people="anna, vera", distribution="random").result(
            "change_responsible"
        )["name"]
        for _ in range(30)
    )

    assert names.keys() == {"Anna", "Vera"}


@pytest.mark.parametrize("people", ["nobody", "gone", "{=Document:company}", 10**15])
def test_record_that_nobody_can_take_fails_the_step(item: Item, cast: Cast, people: str) -> None:
    make_user("gone", is_active=False)

    story = give(item, people=people)

    assert story.error("change_responsible")[0] == "application"
    item.refresh_from_db()
    assert item.responsible_id == cast.anna.pk


def test_observers_are_added_replaced_and_taken_away(item: Item, cast: Cast) -> None:
    def change(people: str, mode: str) -> Story:
        return run_steps(step("change_observers", people=people, mode=mode), item=item)

    def watching() -> list[str]:
        return sorted(o.user.username for o in ItemObserver.objects.select_related("user"))

    added = change("anna; vera", "add")
    assert watching() == ["anna", "vera"]
    assert added.effects("change_observers") == [
        (item.pk, "observers", [], sorted([cast.anna.pk, cast.vera.pk]))
    ]
    assert change("vera", "add").effects("change_observers") == []

    change("boris, vera", "replace")
    assert watching() == ["boris", "vera"]

    change("vera, guest", "remove")
    assert watching() == ["boris"]


def test_head_of_who_is_responsible_is_found(item: Item, cast: Cast) -> None:
    story = run_steps(
        step("head_of_person"),
        step("change_responsible", people="{=head_of_person:user}"),
        item=item,
    )

    assert story.result("head_of_person") == {"user": cast.boris.pk, "name": "Boris"}
    assert story.result("change_responsible")["name"] == "Boris"


def test_nobody_at_the_top_has_a_head(item: Item, cast: Cast) -> None:
    story = run_steps(step("head_of_person", person="boris"), item=item)
    unknown = run_steps(step("head_of_person", person="nobody"), item=item)

    assert story.result("head_of_person") == {"user": None, "name": ""}
    assert unknown.error("head_of_person")[0] == "application"


def test_people_are_told_by_the_bell(item: Item, cast: Cast) -> None:
    make_user("gone", is_active=False)

    story = run_steps(
        step("notify", people="{=Document:responsible}; vera; gone", title="{=Document:title}!"),
        item=item,
    )
    nobody = run_steps(step("notify", people="gone", title="Hello"), item=item)

    assert story.result("notify") == {"count": 2}
    told = Notification.objects.filter(kind="robot").order_by("person__username")
    assert [(notice.person, notice.title, notice.item_id) for notice in told] == [
        (cast.anna, f"{item.title}!", item.pk),
        (cast.vera, f"{item.title}!", item.pk),
    ]
    assert nobody.error("notify") == ("application", "There is nobody to tell.")
