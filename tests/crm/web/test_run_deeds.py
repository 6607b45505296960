"""Mending a run from its story: dialogs with what it would meet, and what they do."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from accounts.models import User
from automation.actions.programs import publish_version
from automation.choices import RunStatus
from automation.models import GlobalValue, Run
from smart_processes.models import Item, RecordType
from tests.factories.accounts import make_role
from tests.factories.automation import body, log, make_program, make_run, run_due, story
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type, system

pytestmark = pytest.mark.django_db
WAIT = {"id": "w", "type": "wait", "title": "Payment", "for": {"event": "go"}}
BROKEN = {"id": "b", "type": "log", "title": "Work it out", "params": {"text": "=1/0"}}


@pytest.fixture
def item(cast: Cast) -> Item:
    """Anna may automate sales, Boris read them; Vera sees nothing of them."""
    sale: RecordType = make_type("sale")
    cast.anna.groups.add(make_role("chief", {sale: {"view": "all", "automate": "all"}}))
    cast.boris.groups.add(make_role("reader", {sale: {"view": "all"}}))
    return make_item(sale, title="Fleet tablets")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def a_run(item: Item, *steps: dict[str, Any], **parts: Any) -> Run:
    run = make_run(make_program(*steps, **parts), item)
    run_due()
    return Run.objects.get(pk=run.pk)


def dialog(client: Client, run: Run, how: str, **query: str) -> BeautifulSoup:
    answer = client.get(f"/automation/runs/{run.pk}/{how}/", query)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def send(client: Client, run: Run, how: str, **form: Any) -> Any:
    form.setdefault("seen", run.snapshot["seq"])
    return client.post(f"/automation/runs/{run.pk}/{how}/", form, headers={"HX-Request": "true"})


def test_story_offers_what_fits_the_run(item: Item, cast: Cast) -> None:
    failed = a_run(item, BROKEN, variables=[{"code": "v"}])
    done = a_run(item, log("a"))
    anna = signed_in(cast.anna)

    offered = anna.get(f"/automation/runs/{failed.pk}/").content.decode()
    for words in ("Retry the step", "Skip the step", "Go to a step", "Change variables"):
        assert words in offered
    assert "Take to another version" not in offered
    ended = anna.get(f"/automation/runs/{done.pk}/").content.decode()
    assert "Start again" in ended
    assert "Go to a step" not in ended
    watched = signed_in(cast.boris).get(f"/automation/runs/{failed.pk}/").content.decode()
    assert "Retry the step" not in watched


def test_a_failed_step_is_skipped_with_a_reason(item: Item, cast: Cast) -> None:
    run = a_run(item, BROKEN, log("end"))
    anna = signed_in(cast.anna)

    assert send(anna, run, "skip").status_code == 422
    assert story(run)[-1] == "finished b"
    answer = send(anna, run, "skip", reason="Not needed here")
    run_due()

    assert answer.status_code == 204
    assert f"/automation/runs/{run.pk}/" in answer["HX-Location"]
    told = anna.get(f"/automation/runs/{run.pk}/").content.decode()
    assert f"{cast.anna.full_name}: Not needed here" in told
    assert "1 skipped" in told
    assert Run.objects.get(pk=run.pk).status == RunStatus.COMPLETED


def test_the_dialog_says_what_the_run_would_meet_before_the_button(item: Item, cast: Cast) -> None:
    GlobalValue.objects.create(kind="constant", code="key", label="Key", value="x")
    run = a_run(item, BROKEN, log("end", "{=GlobalConst:key}"))
    anna = signed_in(cast.anna)
    assert "Everything its next steps need is there" in dialog(anna, run, "retry").text
    GlobalValue.objects.all().delete()

    found = dialog(anna, run, "retry")

    assert "There is nothing called “GlobalConst:key”" in found.select_one("#preflight").text
    assert found.select_one("#preflight a")["href"].endswith("/automation/globalvalue/")
    assert found.select_one("button[type=submit]")


def test_a_run_goes_to_a_chosen_step(item: Item, cast: Cast) -> None:
    run = a_run(item, log("a"), WAIT, log("end"))
    anna = signed_in(cast.anna)

    options = [each["value"] for each in dialog(anna, run, "go").select("option")]
    answer = send(anna, run, "go", step="end", reason="Paid in cash")
    run_due()

    assert options == ["", "a", "w", "end"]
    assert answer.status_code == 204
    assert story(run)[-2:] == ["finished end", "ended"]
    assert send(anna, run, "go", step="end", reason="x").status_code == 409


def test_variables_are_shown_and_changed_by_their_kinds(item: Item, cast: Cast) -> None:
    variables = [
        {"code": "sum", "label": "Sum", "kind": "integer", "default": 3},
        {"code": "colour", "kind": "choice", "options": ["red", "green"], "default": "red"},
    ]
    run = a_run(item, WAIT, variables=variables)
    anna = signed_in(cast.anna)

    shown = dialog(anna, run, "edit").select_one("[name=value_sum]")["value"]
    wrong = send(anna, run, "edit", value_sum="many", value_colour="red", reason="typo")
    assert Run.objects.get(pk=run.pk).snapshot["vars"] == {"sum": 3, "colour": "red"}
    right = send(anna, run, "edit", value_sum="12", value_colour="green", reason="typo")

    assert (shown, wrong.status_code, right.status_code) == ("3", 422, 204)
    assert Run.objects.get(pk=run.pk).snapshot["vars"] == {"sum": 12, "colour": "green"}


def test_a_run_is_taken_to_the_new_version(item: Item, cast: Cast) -> None:
    run = a_run(item, BROKEN)
    publish_version(run.version.program, body(log("b"), log("more")), actor=system())
    anna = signed_in(cast.anna)

    assert "stays" not in dialog(anna, run, "migrate").text
    assert send(anna, run, "migrate", version="2").status_code == 204

    assert Run.objects.get(pk=run.pk).version.number == 2


def test_a_version_without_the_run_s_place_is_refused_with_the_step(item: Item, cast: Cast) -> None:
    run = a_run(item, WAIT)
    publish_version(run.version.program, body(log("b")), actor=system())
    anna = signed_in(cast.anna)

    assert "stands at “Payment”, which is not there" in dialog(anna, run, "migrate").text
    refused = send(anna, run, "migrate", version="2")

    assert refused.status_code == 409
    assert "Payment" in refused["HX-Trigger"].encode().decode("unicode_escape")


def test_a_run_that_is_begun_anew_names_the_old_one(item: Item, cast: Cast) -> None:
    run = a_run(item, BROKEN)
    anna = signed_in(cast.anna)

    answer = send(anna, run, "restart")

    new = Run.objects.get(restart_of=run)
    assert f"/automation/runs/{new.pk}/" in answer["HX-Location"]
    assert f"in place of run {run.pk}" in anna.get(f"/automation/runs/{new.pk}/").content.decode()


def test_who_was_slower_is_told_and_strangers_get_nothing(item: Item, cast: Cast) -> None:
    run = a_run(item, BROKEN)
    anna = signed_in(cast.anna)
    send(anna, run, "retry")
    run_due()

    late = send(anna, run, "skip", reason="x")

    assert late.status_code == 409
    assert "moved on" in late["HX-Trigger"]
    address = f"/automation/runs/{run.pk}/skip/"
    assert signed_in(cast.boris).get(address).status_code == 403
    assert signed_in(cast.vera).get(address).status_code == 404
