"""Stories of runs, their list and the health page, over HTTP."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from accounts.models import User
from automation.choices import MessageState, RunStatus
from automation.models import OutboxMessage, Run
from smart_processes.models import Item, RecordType
from tests.factories.accounts import make_role
from tests.factories.automation import log, make_program, make_run, run_due
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type

pytestmark = pytest.mark.django_db

AMOUNT = {"object": "Document", "field": "amount", "operator": "gt", "value": "100"}
FAILS = {"id": "move", "type": "change_stage", "params": {"stage": "NOWHERE{=Document:id}"}}


@pytest.fixture
def sale(cast: Cast) -> RecordType:
    """Anna may automate sales, Boris read them; Vera sees nothing of them."""
    sale = make_type("sale")
    cast.anna.groups.add(make_role("chief", {sale: {"view": "all", "automate": "all"}}))
    cast.boris.groups.add(make_role("reader", {sale: {"view": "all"}}))
    return sale


@pytest.fixture
def item(sale: RecordType) -> Item:
    return make_item(sale, title="Fleet tablets")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def failed_run(item: Item) -> Run:
    run = make_run(make_program(log("first", "greeting"), FAILS, log("last")), item)
    run_due()
    run.refresh_from_db()
    assert run.status == RunStatus.FAILED
    return run


# --- the story ------------------------------------------------------------------------------


def test_story_tells_what_was_done_what_failed_and_what_was_not_reached(
    item: Item, cast: Cast
) -> None:
    run = failed_run(item)

    html = read(signed_in(cast.anna), f"/automation/runs/{run.pk}/")

    assert "1 done, 1 failed, 1 not reached" in html
    assert run.error
    assert run.error in html
    assert f"NOWHERE{item.pk}" in html  # what the failed step was given
    assert "Fleet tablets" in html


def test_story_opens_any_step(item: Item, cast: Cast) -> None:
    run = failed_run(item)

    html = read(signed_in(cast.anna), f"/automation/runs/{run.pk}/?step=first")

    values = BeautifulSoup(html, "html.parser").select("dd.run-value")
    assert "greeting" in [value.get_text(strip=True) for value in values]
    assert "What it returned" not in html


def test_reader_of_the_record_reads_its_story_but_not_the_values(item: Item, cast: Cast) -> None:
    run = failed_run(item)
    boris = signed_in(cast.boris)

    html = read(boris, f"/automation/runs/{run.pk}/?step=first")

    assert "1 failed" in html
    assert '<dd class="run-value">greeting</dd>' not in html
    assert "Retry the step" not in html
    assert boris.post(f"/automation/runs/{run.pk}/retry/").status_code == 403
    assert boris.get("/automation/runs/").status_code == 403


def test_stranger_finds_no_story(item: Item, cast: Cast) -> None:
    run = failed_run(item)
    vera = signed_in(cast.vera)

    assert vera.get(f"/automation/runs/{run.pk}/").status_code == 404
    assert vera.post(f"/automation/runs/{run.pk}/cancel/").status_code == 404


def test_run_without_a_record_is_for_who_configures(item: Item, cast: Cast) -> None:
    run = make_run(make_program(log("first")))

    assert signed_in(cast.anna).get(f"/automation/runs/{run.pk}/").status_code == 404
    assert signed_in(cast.root).get(f"/automation/runs/{run.pk}/").status_code == 200


def test_way_that_was_not_taken_is_told_with_its_conditions(item: Item, cast: Cast) -> None:
    choice = {
        "id": "large",
        "type": "if",
        "branches": [
            {"id": "yes", "when": [AMOUNT], "steps": [log("thanks")]},
            {"id": "no", "steps": [log("sorry")]},
        ],
    }
    run = make_run(make_program(choice), item)
    run_due()

    html = read(signed_in(cast.anna), f"/automation/runs/{run.pk}/?step=large")

    assert "not taken" in html
    assert "was empty" in html


def test_waiting_step_says_until_when(item: Item, cast: Cast) -> None:
    wait = {"id": "pause", "type": "wait", "for": {"duration": "2d"}}
    run = make_run(make_program(wait, log("after")), item)
    run_due()

    html = read(signed_in(cast.anna), f"/automation/runs/{run.pk}/")

    assert "waits until" in html
    assert "1 waits, 1 not reached" in html


def test_run_is_paused_resumed_and_cancelled_from_its_story(item: Item, cast: Cast) -> None:
    wait = {"id": "pause", "type": "wait", "for": {"duration": "2d"}}
    run = make_run(make_program(wait), item)
    run_due()
    anna = signed_in(cast.anna)
    seen = []

    for how in ("pause", "resume", "cancel"):
        answer = anna.post(f"/automation/runs/{run.pk}/{how}/", {"reason": "Not needed."})
        assert answer.status_code == 302
        run.refresh_from_db()
        seen.append(run.status)

    assert seen == [RunStatus.PAUSED, RunStatus.WAITING, RunStatus.CANCELLED]
    assert anna.post(f"/automation/runs/{run.pk}/pause/").status_code == 409
    assert "Anna: Not needed." in read(anna, f"/automation/runs/{run.pk}/")


def test_story_offers_what_the_run_s_state_allows(item: Item, cast: Cast) -> None:
    failed = failed_run(item)
    wait = {"id": "pause", "type": "wait", "for": {"duration": "2d"}}
    waiting = make_run(make_program(wait), item)
    run_due()
    anna = signed_in(cast.anna)

    def buttons(run: Run) -> list[str]:
        html = BeautifulSoup(read(anna, f"/automation/runs/{run.pk}/"), "html.parser")
        assert html.select(f'a.btn[href$="/try/?record={item.pk}"]')
        return [
            each.get_text(strip=True)
            for each in html.select(".run-title > button:not([popovertarget])")
        ]

    assert buttons(failed) == ["Retry the step", "Cancel the run"]
    assert buttons(waiting) == ["Pause the run", "Cancel the run"]
    anna.post(f"/automation/runs/{waiting.pk}/pause/")
    assert buttons(waiting) == ["Let the run go on", "Cancel the run"]


def test_cancelling_asks_why(item: Item, cast: Cast) -> None:
    run = failed_run(item)
    anna, address = signed_in(cast.anna), f"/automation/runs/{run.pk}/cancel/"

    assert "Stays in the journal with your name." in read(anna, address)
    assert anna.post(address, {"reason": ""}).status_code == 422
    run.refresh_from_db()
    assert run.status == RunStatus.FAILED


# --- the list -------------------------------------------------------------------------------


def test_list_holds_the_runs_one_may_steer(item: Item, cast: Cast) -> None:
    failed_run(item)
    elsewhere = make_item(make_type("secret"), title="Hidden away")
    failed_run(elsewhere)

    html = read(signed_in(cast.anna), "/automation/runs/")

    assert "Fleet tablets" in html
    assert "Hidden away" not in html
    assert "Hidden away" in read(signed_in(cast.root), "/automation/runs/")


def test_list_is_narrowed_by_state_program_and_records(item: Item, cast: Cast) -> None:
    run = failed_run(item)
    make_run(make_program(log("one"), code="greet"), item)
    anna = signed_in(cast.anna)

    assert "Greet" not in _rows(read(anna, "/automation/runs/?status=failed"))
    assert "Greet" in _rows(read(anna, "/automation/runs/?program=greet"))
    assert "No runs match" in read(anna, "/automation/runs/?type=deal")
    assert f"/automation/runs/{run.pk}/" in read(anna, f"/automation/runs/?record={item.pk}")


def test_list_is_searched_by_record_rule_and_error(
    item: Item, sale: RecordType, cast: Cast
) -> None:
    gone_on = FAILS | {"on_error": "continue", "params": {"stage": "MOON"}}
    failed, went_on = (
        make_run(make_program(FAILS, code="mover"), item),
        make_run(make_program(gone_on, code="patient"), make_item(sale, title="Blue phones")),
    )
    run_due()
    anna = signed_in(cast.anna)

    def found(query: str) -> set[int]:
        rows = BeautifulSoup(read(anna, f"/automation/runs/?{query}"), "html.parser")
        return {
            int(row["href"].split("/")[3])
            for row in rows.select("tbody td a[href^='/automation/runs/']")
        }

    assert found("") == {failed.pk, went_on.pk}
    assert found("item=TABLETS+fleet") == {failed.pk}
    assert found(f"item={went_on.item.number}+blue") == {went_on.pk}
    assert found("program=patient") == {went_on.pk}
    assert found("error=moon") == {went_on.pk}  # one that went on after the error
    assert found("error=NOWHERE&item=fleet") == {failed.pk}
    assert found("error=nothing+like+this") == set()
    html = BeautifulSoup(read(anna, "/automation/runs/?item=Fleet&error=no%22where"), "html.parser")
    assert html.select_one("#run-item")["value"] == "fleet"
    assert html.select_one("#run-error")["value"] == 'no"where'


def test_search_is_kept_on_further_pages(item: Item, cast: Cast) -> None:
    program = make_program(FAILS, code="mover")
    for _number in range(52):
        make_run(program, item)
    run_due()
    anna = signed_in(cast.anna)

    html = BeautifulSoup(read(anna, "/automation/runs/?item=fleet&error=NOWHERE"), "html.parser")
    (further,) = [str(a["href"]) for a in html.select("a[href*='before=']")]

    assert "item=fleet" in further
    assert "error=NOWHERE" in further
    assert len(BeautifulSoup(read(anna, further), "html.parser").select("tbody tr")) == 2


# --- health ---------------------------------------------------------------------------------


def test_health_counts_failures_by_cause_and_leads_to_them(item: Item, cast: Cast) -> None:
    program = make_program(FAILS, code="mover")
    for _number in range(3):
        make_run(program, item)
    run_due()
    anna = signed_in(cast.anna)

    html = read(anna, "/automation/health/")

    assert "3 runs" in html
    assert "?status=failed&amp;program=mover" in html
    counts = anna.get("/notifications/counts/").json()
    assert counts["automation"] == {"count": 3, "is_alert": True}


def test_letter_that_was_given_up_is_sent_again(item: Item, cast: Cast) -> None:
    run = failed_run(item)
    OutboxMessage.objects.create(
        run=run,
        wait_number=1,
        key=f"{run.pk}:move:1",
        activity="http_request",
        payload={},
        state=MessageState.DEAD,
        error="The address answered 503.",
        attempt_count=6,
        created_at=timezone.now(),
        settled_at=timezone.now(),
    )
    anna = signed_in(cast.anna)
    assert "The address answered 503." in read(anna, "/automation/health/")

    anna.post(f"/automation/health/{run.pk}/again/")

    run.refresh_from_db()
    assert run.status != RunStatus.FAILED


def test_stuck_run_is_told_with_its_reason(item: Item, cast: Cast) -> None:
    run = make_run(make_program(log("one"), code="greet"), item)
    Run.objects.filter(pk=run.pk).update(due_at=None)
    anna = signed_in(cast.anna)

    assert "It waits for nothing and is not due." in read(anna, "/automation/health/")

    anna.post(f"/automation/health/{run.pk}/cancel/")
    assert "Everything runs" in read(anna, "/automation/health/")


def test_health_is_not_for_everybody(item: Item, cast: Cast) -> None:
    assert signed_in(cast.boris).get("/automation/health/").status_code == 403
    assert 'href="/automation/health/"' in read(signed_in(cast.anna), "/")
    assert 'href="/automation/health/"' not in read(signed_in(cast.boris), "/")


def _rows(html: str) -> str:
    return html.partition("<tbody>")[2].partition("</tbody>")[0]
