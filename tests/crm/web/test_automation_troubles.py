"""What was never worked out, on the health page, the record's tab and the card."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from automation.choices import OccurrenceStatus
from automation.models import Schedule, ScheduleOccurrence, StagePlan, Trigger, TriggerEvent
from smart_processes.models import Item, RecordType, Stage
from tests.factories.accounts import make_role
from tests.factories.automation import log, make_program
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type

pytestmark = pytest.mark.django_db
HEALTH = "/automation/health/"


@pytest.fixture
def sale(cast: Cast) -> RecordType:
    """Anna may automate sales, Boris read them."""
    sale = make_type("sale")
    cast.anna.groups.add(make_role("chief", {sale: {"view": "all", "automate": "all"}}))
    cast.boris.groups.add(make_role("reader", {sale: {"view": "all"}}))
    return sale


@pytest.fixture
def item(sale: RecordType) -> Item:
    return make_item(sale, title="Fleet tablets")


def signed_in(user: User, *, by_htmx: bool = False) -> Client:
    client = Client(HTTP_HX_REQUEST="true") if by_htmx else Client()
    client.force_login(user)
    return client


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def failed_plan(item: Item) -> StagePlan:
    return StagePlan.objects.create(item=item, visit=item.visits.get(), error="Odd list.")


def failed_event(item: Item | None, trigger: Trigger | None = None) -> TriggerEvent:
    return TriggerEvent.objects.create(
        kind="webhook", item=item, trigger=trigger, at=timezone.now(), error="Odd payload."
    )


def hook_of(item: Item, code: str = "hook") -> Trigger:
    stage = Stage.objects.get(pipeline_id=item.pipeline_id, code="CALL")
    return Trigger.objects.create(
        pipeline=stage.pipeline,
        stage=stage,
        code=code,
        name="From the shop",
        kind="incoming_webhook",
        created_at=timezone.now(),
    )


def test_health_lists_what_was_not_worked_out_and_what_to_do(item: Item, cast: Cast) -> None:
    failed_plan(item)
    failed_event(item)
    failed_event(None, hook_of(item))

    html = read(signed_in(cast.anna), HEALTH)

    assert "Robots of “New” were not planned" in html
    assert "Odd list." in html
    assert "Mend the robots of the stage, then try again" in html
    assert "Triggers did not look at what happened" in html
    assert "The trigger “From the shop” did not look" in html
    assert f'href="/sale/{item.pk}/"' in html
    assert "Everything runs" not in html


def test_plan_and_event_are_tried_again_from_health(item: Item, cast: Cast) -> None:
    plan, event = failed_plan(item), failed_event(item)
    anna = signed_in(cast.anna, by_htmx=True)

    anna.post(f"{HEALTH}plan/{plan.pk}/again/")
    html = anna.post(f"{HEALTH}event/{event.pk}/again/").content.decode()

    plan.refresh_from_db()
    event.refresh_from_db()
    assert (plan.error, event.error) == ("", "")
    assert event.due_at is not None
    assert "Everything runs" in html
    assert anna.post(f"{HEALTH}plan/{plan.pk}/again/").status_code == 404
    assert anna.post(f"{HEALTH}other/{plan.pk}/again/").status_code == 404


def test_plan_and_event_are_left_as_they_are(item: Item, cast: Cast) -> None:
    plan, event = failed_plan(item), failed_event(item)
    anna = signed_in(cast.anna)

    anna.post(f"{HEALTH}plan/{plan.pk}/leave/")
    anna.post(f"{HEALTH}event/{event.pk}/leave/")

    assert not StagePlan.objects.exists()
    event.refresh_from_db()
    assert (event.error, event.due_at) == ("", None)


def test_others_records_are_no_business_of_mine(item: Item, cast: Cast) -> None:
    hidden = make_item(make_type("secret"), title="Hidden away")
    plan, event = failed_plan(hidden), failed_event(None, hook_of(hidden, "other"))
    anna = signed_in(cast.anna)

    assert "Everything runs" in read(anna, HEALTH)
    assert anna.post(f"{HEALTH}plan/{plan.pk}/again/").status_code == 403
    assert anna.post(f"{HEALTH}event/{event.pk}/leave/").status_code == 403
    assert signed_in(cast.boris).post(f"{HEALTH}plan/{plan.pk}/again/").status_code == 403
    assert "Hidden away" in read(signed_in(cast.root), HEALTH)


@pytest.mark.parametrize("what", [failed_plan, failed_event])
def test_record_and_card_carry_a_mark(item: Item, cast: Cast, what: object) -> None:
    assert callable(what)
    what(item)
    anna = signed_in(cast.anna)

    assert "1 run failed" in read(anna, f"/sale/{item.pk}/")
    assert "Automation failed" in read(anna, "/sale/board/")
    tab = read(signed_in(cast.anna, by_htmx=True), f"/sale/{item.pk}/automation/")
    assert "Not worked out" in tab
    assert f'href="{HEALTH}"' in tab
    assert anna.get("/notifications/counts/").json()["automation"]["count"] == 1
    reader = signed_in(cast.boris, by_htmx=True)
    assert f'href="{HEALTH}"' not in read(reader, f"/sale/{item.pk}/automation/")


def test_schedule_whose_last_time_failed_is_listed_until_one_goes_well(cast: Cast) -> None:
    schedule = Schedule.objects.create(
        code="daily",
        name="Daily",
        program=make_program(log("one")),
        times="0 9 * * *",
        since=timezone.now(),
    )
    now = timezone.now()

    def time(hours: int, status: OccurrenceStatus, reason: str = "") -> None:
        at = now - timedelta(hours=hours)
        ScheduleOccurrence.objects.create(
            schedule=schedule, planned_at=at, at=at, status=status, reason=reason
        )

    root = signed_in(cast.root)
    time(3, OccurrenceStatus.STARTED)
    time(2, OccurrenceStatus.FAILED, "The filter is wrong.")
    assert "The filter is wrong." in read(root, HEALTH)

    time(1, OccurrenceStatus.STARTED)
    assert "The filter is wrong." not in read(root, HEALTH)
