"""The automation tab of a record, over HTTP: what ran, what waits, what did not run and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from automation.choices import DecisionKind, RobotMoment, RuleKind, RunStatus, SpanUnit
from automation.models import Decision, JournalEntry, Robot, Run, Trigger
from automation.robots.entries import When
from smart_processes.models import Item, RecordType, Stage
from tests.factories.accounts import make_role
from tests.factories.automation import log, make_program, make_robot, make_run, run_due
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_pipeline, make_type

pytestmark = pytest.mark.django_db

FAILS = {"id": "move", "type": "change_stage", "params": {"stage": "NOWHERE"}}


@pytest.fixture
def sale(cast: Cast) -> RecordType:
    """Anna may automate sales, Boris read them; Vera sees nothing of them."""
    sale = make_type("sale")
    cast.anna.groups.add(
        make_role("chief", {sale: {"view": "all", "change": "all", "automate": "all"}})
    )
    cast.boris.groups.add(make_role("reader", {sale: {"view": "all"}}))
    return sale


@pytest.fixture
def item(sale: RecordType) -> Item:
    return make_item(sale, title="Fleet tablets")


def signed_in(user: User) -> Client:
    client = Client(HTTP_HX_REQUEST="true")
    client.force_login(user)
    return client


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def tab(user: User, item: Item) -> str:
    return read(signed_in(user), f"/sale/{item.pk}/automation/")


def robot_of(sale: RecordType, stage: str, name: str, **values: Any) -> Robot:
    """Return a robot as it is stored; what it does is nothing to this page."""
    found = Stage.objects.get(pipeline__type=sale, pipeline__code="main", code=stage)
    return Robot.objects.create(
        pipeline=found.pipeline,
        stage=found,
        code=name.lower().replace(" ", "_"),
        name=name,
        activity="log",
        program=make_program(log("step")),
        created_at=values.pop("created_at", timezone.now() - timedelta(days=9)),
        **values,
    )


def decide(robot: Robot, item: Item, kind: DecisionKind, **values: Any) -> Decision:
    return Decision.objects.create(
        item=item,
        rule_kind=RuleKind.ROBOT,
        rule_name=robot.name,
        robot=robot,
        kind=kind,
        at=timezone.now(),
        visit=item.visits.get(),
        **values,
    )


def test_what_ran_leads_to_its_story(item: Item, sale: RecordType, cast: Cast) -> None:
    run = make_run(make_program(log("one")), item)
    run_due()
    decide(robot_of(sale, "NEW", "Greet the client"), item, DecisionKind.FIRED, run=run)

    html = tab(cast.boris, item)

    assert "Greet the client" in html
    assert f"/automation/runs/{run.pk}/" in html


def test_what_waits_says_until_when(item: Item, sale: RecordType, cast: Cast) -> None:
    due_at = timezone.now() + timedelta(days=2)
    decide(robot_of(sale, "NEW", "Remind"), item, DecisionKind.WAITING, due_at=due_at)

    html = tab(cast.boris, item)

    assert due_at.isoformat() in html


def test_what_did_not_run_says_which_condition_was_false(
    item: Item, sale: RecordType, cast: Cast
) -> None:
    rows = [
        {"row": "Document:title not_empty ", "truth": True, "left": "Fleet tablets"},
        {"row": "Document:amount gt 100", "truth": False, "left": None, "right": "100"},
    ]
    decide(robot_of(sale, "NEW", "Discount"), item, DecisionKind.SKIPPED, rows=rows)

    html = tab(cast.boris, item)

    assert "Amount is more than 100" in html
    assert "was empty" in html
    assert "was Fleet tablets" in html


def test_every_other_rule_says_why_it_did_nothing(item: Item, sale: RecordType, cast: Cast) -> None:
    robot_of(sale, "CALL", "Far away")
    robot_of(sale, "NEW", "Added later", created_at=timezone.now() + timedelta(minutes=1))
    robot_of(sale, "NEW", "Asleep", is_active=False)
    other = make_pipeline("A > B", record_type=sale, code="repairs")
    Robot.objects.filter(name="Far away").update(position=1)
    elsewhere = robot_of(sale, "NEW", "Elsewhere")
    Robot.objects.filter(pk=elsewhere.pk).update(pipeline=other, stage=other.stages.get(code="A"))

    html = tab(cast.boris, item)

    assert "The record has not been in the stage “Call”." in html
    assert "after the record had entered “New”" in html
    assert "It is switched off." in html
    assert "It belongs to the pipeline “Repairs”" in html


def test_failure_is_told_on_tab_head_and_card_and_tried_again(item: Item, cast: Cast) -> None:
    run = make_run(make_program(FAILS), item)
    run_due()
    anna = signed_in(cast.anna)
    assert "1 run failed" in read(anna, f"/sale/{item.pk}/")
    assert "Automation failed" in read(anna, "/sale/board/")
    assert "Retry the step" in read(anna, f"/sale/{item.pk}/automation/")

    answer = anna.post(f"/sale/{item.pk}/automation/{run.pk}/retry/").content.decode()

    run.refresh_from_db()
    assert run.status != RunStatus.FAILED
    assert "1 run failed" not in answer
    assert "Automation failed" not in read(anna, "/sale/board/")


def test_who_may_not_automate_only_reads(item: Item, sale: RecordType, cast: Cast) -> None:
    run = make_run(make_program(FAILS), item)
    run_due()
    boris = signed_in(cast.boris)

    assert "Retry the step" not in read(boris, f"/sale/{item.pk}/automation/")
    assert boris.post(f"/sale/{item.pk}/automation/{run.pk}/retry/").status_code == 403
    assert signed_in(cast.vera).get(f"/sale/{item.pk}/automation/").status_code == 404
    other = make_item(sale)
    assert (
        signed_in(cast.anna).post(f"/sale/{other.pk}/automation/{run.pk}/retry/").status_code == 404
    )


# --- what waits -----------------------------------------------------------------------------


def waits_until_tomorrow(sale: RecordType) -> Item:
    """Return a record for which a robot waits until tomorrow."""
    stage = Stage.objects.get(pipeline__type=sale, pipeline__code="main", code="CALL")
    make_robot(stage, name="Remind", when=When(RobotMoment.DELAY, 1, SpanUnit.DAYS))
    item = make_item(sale, stage="CALL")
    run_due()
    return item


def test_waiting_robot_is_run_now_from_the_tab(sale: RecordType, cast: Cast) -> None:
    item = waits_until_tomorrow(sale)
    waiting = Decision.objects.get(item=item)
    anna, address = signed_in(cast.anna), f"/sale/{item.pk}/automation/waiting/{waiting.pk}/run/"
    assert address in read(anna, f"/sale/{item.pk}/automation/")

    answer = anna.post(address)
    run_due()

    assert answer["HX-Retarget"] == "#record-panel"
    assert address not in answer.content.decode()
    assert "Run before its time by Anna." in tab(cast.anna, item)
    assert Run.objects.get(item=item).status == RunStatus.COMPLETED
    assert anna.post(address).status_code == 409


def test_waiting_robot_is_cancelled_with_a_reason(sale: RecordType, cast: Cast) -> None:
    item = waits_until_tomorrow(sale)
    waiting = Decision.objects.get(item=item)
    anna = signed_in(cast.anna)
    address = f"/sale/{item.pk}/automation/waiting/{waiting.pk}/cancel/"
    assert "Cancel “Remind” for this record?" in read(anna, address)
    assert anna.post(address, {"reason": " "}).status_code == 422

    answer = anna.post(address, {"reason": "They <b>paid</b>."})

    assert "Cancelled by Anna: They &lt;b&gt;paid&lt;/b&gt;." in answer.content.decode()
    waiting.refresh_from_db()
    assert waiting.kind == DecisionKind.CANCELLED


def test_waiting_robot_is_steered_by_who_may_automate_only(sale: RecordType, cast: Cast) -> None:
    item, other = waits_until_tomorrow(sale), make_item(sale)
    waiting = Decision.objects.get(item=item)
    boris = signed_in(cast.boris)

    html = tab(cast.boris, item)

    assert "Remind" in html
    assert "Run now" not in html
    here = f"/sale/{item.pk}/automation/waiting/{waiting.pk}"
    assert boris.post(f"{here}/run/").status_code == 403
    assert boris.post(f"{here}/cancel/", {"reason": "No"}).status_code == 403
    elsewhere = f"/sale/{other.pk}/automation/waiting/{waiting.pk}/run/"
    assert signed_in(cast.anna).post(elsewhere).status_code == 404
    waiting.refresh_from_db()
    assert waiting.kind == DecisionKind.WAITING


def test_run_is_cancelled_with_a_reason(item: Item, cast: Cast) -> None:
    run = make_run(make_program(FAILS, code="mover"), item)
    run_due()
    anna, address = signed_in(cast.anna), f"/sale/{item.pk}/automation/{run.pk}/cancel/"
    assert "Cancel the run of “Mover”?" in read(anna, address)

    anna.post(address, {"reason": "Not needed."})

    run.refresh_from_db()
    assert run.status == RunStatus.CANCELLED
    line = JournalEntry.objects.get(run=run, kind="cancelled")
    assert line.operation_status_message == "Anna: Not needed."


# --- why not --------------------------------------------------------------------------------


def test_trigger_that_decided_is_known_by_itself_and_not_by_its_name(
    item: Item, sale: RecordType, cast: Cast
) -> None:
    stage = Stage.objects.get(pipeline__type=sale, pipeline__code="main", code="CALL")
    spoke, silent = (
        Trigger.objects.create(
            pipeline=stage.pipeline,
            stage=stage,
            code=code,
            name="Comment came",
            kind="comment_added",
            created_at=timezone.now(),
        )
        for code in ("first", "second")
    )
    Trigger.objects.filter(pk=spoke.pk).update(name="Renamed")
    Decision.objects.create(
        item=item,
        rule_kind=RuleKind.TRIGGER,
        rule_name="Comment came",
        trigger=spoke,
        kind=DecisionKind.SKIPPED,
        reason="The condition does not hold.",
        at=timezone.now(),
    )

    (why_not,) = BeautifulSoup(tab(cast.boris, item), "html.parser").select(".deed-silent")

    assert silent.name in why_not.get_text()
    assert "What it listens to has not happened" in why_not.get_text()


def test_dates_on_the_tab_are_written_as_everywhere(
    item: Item, sale: RecordType, cast: Cast
) -> None:
    added = datetime(2031, 11, 22, 12, tzinfo=UTC)
    robot_of(sale, "NEW", "Added later", created_at=added)

    rows = [
        {"text": "Document:closes_on lt 2031-12-01", "truth": True, "left": "2031-11-05"},
        {
            "text": "Document:created_at lt {=System:Now}",
            "truth": True,
            "left": "2031-11-05T09:30Z",
        },
    ]
    decide(robot_of(sale, "NEW", "Remind"), item, DecisionKind.SKIPPED, rows=rows)

    html = tab(cast.boris, item)

    assert "It was added on 22 Nov 2031, after" in html
    assert "was 5 Nov 2031" in html
    assert "2031-11-05" not in html


def test_board_asks_no_more_for_more_failures(sale: RecordType, cast: Cast) -> None:
    anna = signed_in(cast.anna)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            read(anna, "/sale/board/")
        return len(seen)

    make_run(make_program(FAILS), make_item(sale))
    run_due()
    queries()
    before = queries()
    for _number in range(5):
        make_run(make_program(FAILS), make_item(sale))
    run_due()

    assert queries() == before


def test_tab_opens_by_its_address(item: Item, cast: Cast) -> None:
    client = Client()
    client.force_login(cast.boris)

    answer = client.get(f"/sale/{item.pk}/automation/")

    assert answer["Location"].endswith(f"/sale/{item.pk}/?tab=automation")
    assert "record_automation" not in read(client, f"/sale/{item.pk}/?tab=automation")
