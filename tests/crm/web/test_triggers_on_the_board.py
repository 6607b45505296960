"""Triggers on the automation board over HTTP: adding, editing, moving, switching, secrets."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from automation.actions.triggers import hash_secret
from automation.models import Trigger
from automation.triggers.registry import all_kinds
from smart_processes.actions.records import update_record
from smart_processes.models import RecordType
from tests.automation.triggers.triggering import make_trigger, stage_of, work
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_pipeline, make_type, system

pytestmark = pytest.mark.django_db

HOME = "/sale/automation/"
TRIGGERS = f"{HOME}triggers/"


@pytest.fixture
def sale(cast: Cast) -> RecordType:
    """Anna may automate sales, Boris only his own, so no triggers."""
    sale = make_type("sale")
    rights = {"view": "all", "change": "all", "automate": "all"}
    cast.anna.groups.add(make_role("chief", {sale: rights}))
    cast.boris.groups.add(make_role("seller", {sale: {"view": "all", "automate": "own"}}))
    make_field(sale, "segment", "choice", options=["small", "large"])
    make_field(sale, "due", "date")
    return sale


def signed_in(user: User) -> Client:
    client = Client(HTTP_HX_REQUEST="true")
    client.force_login(user)
    return client


@pytest.fixture
def anna(sale: RecordType, cast: Cast) -> Client:
    return signed_in(cast.anna)


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def sent(**values: Any) -> dict[str, Any]:
    """Return a form as the browser sends it, changed a little."""
    usual = {"name": "", "is_moving": "move", "joiner": "and", "runs_as": ""}
    return {**usual, **{name.replace("__", "-"): value for name, value in values.items()}}


def add(client: Client, kind: str, stage: str = "CALL", **values: Any) -> Trigger:
    answer = client.post(f"{TRIGGERS}new/{kind}/?stage={stage}", sent(**values))
    assert answer.status_code == 200, answer.content.decode()
    return Trigger.objects.latest("pk")


def test_triggers_are_for_who_may_automate_all_records(sale: RecordType, cast: Cast) -> None:
    boris = signed_in(cast.boris)

    assert boris.get(f"{TRIGGERS}?stage=NEW").status_code == 403
    assert boris.post(f"{TRIGGERS}new/comment_added/?stage=NEW", sent()).status_code == 403
    assert not Trigger.objects.exists()


def test_catalogue_of_triggers_is_searched(anna: Client) -> None:
    whole = read(anna, f"{TRIGGERS}?stage=NEW")
    few = read(anna, f"{TRIGGERS}?stage=NEW&q=LETTER")

    assert whole.count("cat-item") == len(all_kinds())
    assert "An e-mail was received" in few
    assert few.count("cat-item") == 1


@pytest.mark.parametrize("code", sorted(all_kinds()))
def test_every_kind_has_a_form_without_expressions(anna: Client, code: str) -> None:
    html = read(anna, f"{TRIGGERS}new/{code}/?stage=NEW")

    for name in all_kinds()[code].params.__dataclass_fields__:
        assert f"param-{name}" in html
    assert "{=Document" not in html


@pytest.mark.parametrize(
    ("form", "is_offered"),
    [
        (f"{TRIGGERS}new/field_changed/", True),
        (f"{TRIGGERS}new/comment_added/", False),
        (f"{HOME}robots/new/log/", False),
    ],
)
def test_what_changed_is_asked_where_it_is_known(anna: Client, form: str, is_offered: bool) -> None:
    html = read(anna, f"{form}?stage=NEW")

    assert ('value="changed"' in html) == is_offered
    assert 'value="not_empty"' in html


def test_trigger_is_made_as_the_form_says_and_moves_records(
    sale: RecordType, anna: Client, cast: Cast
) -> None:
    trigger = add(
        anna,
        "field_changed",
        name="Grown",
        may_move_back="on",
        runs_as=str(cast.anna.pk),
        param__fields=["segment"],
        condition__field=["segment", ""],
        condition__operator=["in", "eq"],
        condition__value=["Large", ""],
    )

    assert (trigger.name, trigger.kind, trigger.stage.code) == ("Grown", "field_changed", "CALL")
    assert (trigger.is_moving, trigger.may_move_back) == (True, True)
    assert (trigger.runs_as, trigger.created_by) == (cast.anna, cast.anna)
    assert trigger.params == {"fields": ["segment"]}
    row = {"object": "Document", "field": "segment", "operator": "in", "value": ["large"]}
    assert trigger.condition == [row]
    html = read(anna, HOME)
    assert "A field changed: Segment" in html
    assert "If Segment is one of Large" in html
    assert "Also moves records back" in html

    item = make_item(sale)
    update_record(item, {"segment": "large"}, actor=system())
    work()
    assert stage_of(item) == "CALL"


def test_saving_an_unchanged_form_changes_nothing(anna: Client) -> None:
    trigger = add(anna, "comment_added", name="Said", is_moving="run", param__contains="yes")
    html = read(anna, f"{TRIGGERS}{trigger.pk}/")
    assert 'value="yes"' in html
    assert re.search(r'<option value="run"\s+selected', html)

    again = sent(name="Said", is_moving="run", param__contains="yes")
    assert anna.post(f"{TRIGGERS}{trigger.pk}/", again).status_code == 200

    changed = Trigger.objects.get()
    assert (changed.params, changed.is_moving) == ({"contains": "yes"}, False)
    assert changed.stage == trigger.stage
    assert "Runs the robots without moving" in read(anna, HOME)


def test_what_is_wrong_is_told_at_its_control(anna: Client) -> None:
    answer = anna.post(
        f"{TRIGGERS}new/moment/?stage=CALL",
        sent(
            param__days="soon",
            condition__field=["segment"],
            condition__operator=["gt"],
            condition__value=["large"],
        ),
    )

    assert answer.status_code == 422
    html = unescape(answer.content.decode())
    assert "Fill in “Date field”." in html
    assert "“Days after it” is not what it should be." in html
    assert "“Segment” cannot be compared by “is more than”." in html
    assert not Trigger.objects.exists()


def test_stages_on_offer_are_those_of_the_chosen_type(anna: Client) -> None:
    make_type("visit", stages="PLANNED > SEEN")
    form = f"{TRIGGERS}new/other_record_stage/?stage=CALL"

    refilled = anna.post(f"{form}&refill=1", sent(name="Kept", param__type="visit"))
    assert refilled.status_code == 200
    html = refilled.content.decode()
    assert 'value="PLANNED"' in html
    assert 'value="NEW"' not in html
    assert 'value="Kept"' in html
    assert not Trigger.objects.exists()

    trigger = add(anna, "other_record_stage", param__type="visit", param__stage="SEEN")
    assert trigger.params == {"type": "visit", "stage": "SEEN"}
    assert 'value="SEEN" selected' in read(anna, f"{TRIGGERS}{trigger.pk}/")


def test_trigger_is_moved_switched_copied_and_deleted(anna: Client) -> None:
    trigger = add(anna, "comment_added", name="Said")

    anna.post(f"{TRIGGERS}{trigger.pk}/move/", {"stage": "NEW", "position": "0"})
    assert "Switched off" in anna.post(f"{TRIGGERS}{trigger.pk}/switch/?off=1").content.decode()
    trigger.refresh_from_db()
    assert (trigger.stage.code, trigger.is_active) == ("NEW", False)
    anna.post(f"{TRIGGERS}{trigger.pk}/switch/")
    anna.post(f"{TRIGGERS}{trigger.pk}/copy/")
    assert Trigger.objects.filter(stage__code="NEW", is_active=True).count() == 2

    assert "Delete the trigger “Said”?" in read(anna, f"{TRIGGERS}{trigger.pk}/delete/")
    assert Trigger.objects.count() == 2
    anna.post(f"{TRIGGERS}{trigger.pk}/delete/")
    assert trigger.pk not in Trigger.objects.values_list("pk", flat=True)


def test_secret_of_a_webhook_is_shown_once(anna: Client) -> None:
    answer = anna.post(
        f"{TRIGGERS}new/incoming_webhook/?stage=CALL",
        sent(name="Shop", param__value="order.number", param__field="id"),
    )
    trigger = Trigger.objects.get()
    first = _secret_in(answer.content.decode())
    assert hash_secret(first) == trigger.secret_hash
    assert "no-store" in answer["Cache-Control"]

    form = read(anna, f"{TRIGGERS}{trigger.pk}/")
    assert first not in form + read(anna, HOME)
    assert f"/hooks/{trigger.public_id}/" in form
    assert "Authorization: Bearer SECRET" in form
    assert '"order": {"number": "RECORD"}' in form

    second = _secret_in(anna.post(f"{TRIGGERS}{trigger.pk}/secret/").content.decode())
    trigger.refresh_from_db()
    assert second != first
    assert hash_secret(second) == trigger.secret_hash


def test_copy_of_a_webhook_says_that_it_lets_nobody_in(anna: Client) -> None:
    trigger = add(anna, "incoming_webhook", name="Shop")
    assert "it has no secret yet" not in read(anna, HOME)

    anna.post(f"{TRIGGERS}{trigger.pk}/copy/")

    assert "it has no secret yet" in read(anna, HOME)


def test_trigger_of_another_pipeline_is_not_there(sale: RecordType, anna: Client) -> None:
    other = make_pipeline("A > B", record_type=sale, code="repairs")
    trigger = make_trigger(other, "A", "comment_added", "Elsewhere")

    assert anna.get(f"{TRIGGERS}{trigger.pk}/").status_code == 404
    assert anna.post(f"{TRIGGERS}{trigger.pk}/delete/").status_code == 404
    assert "Elsewhere" not in read(anna, HOME)
    assert "Elsewhere" in read(anna, f"{HOME}?pipeline=repairs")


def test_board_counts_records_rules_and_what_they_did(sale: RecordType, anna: Client) -> None:
    add(anna, "comment_added", name="Said", param__contains="yes")
    for _number in range(2):
        make_item(sale)

    html = read(anna, HOME)

    assert "2 here" in html
    assert "0 robots, 1 trigger · 0 runs in 30 days" in html


def test_rules_are_one_click_away_for_who_may_automate(
    sale: RecordType, anna: Client, cast: Cast
) -> None:
    link = f'href="{HOME}?pipeline=main"'

    for page in ("/sale/board/", "/sale/list/"):
        assert link in read(anna, page)
        assert link not in read(signed_in(cast.boris), page)


def _secret_in(html: str) -> str:
    found = re.search(r'id="hook-secret"[^>]*value="([^"]+)"', html, re.DOTALL)
    assert found
    return found[1]
