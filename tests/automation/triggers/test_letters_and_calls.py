"""Letters and calls from outside move records, once."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from automation.actions.triggers import new_secret
from automation.models import Trigger, TriggerEvent
from automation.triggering.looking import REMEMBERED, forget
from automation.triggering.reading_mail import read_mail
from automation.web.webhooks import LARGEST_BODY
from smart_processes.models import Item, Pipeline, TimelineEntry
from tests.automation.triggers.triggering import decisions, make_trigger, stage_of, work
from tests.factories.smart_processes import make_field, make_item, make_pipeline, make_type, system
from tests.support.imap_server import ImapServer, imap_server

pytestmark = pytest.mark.django_db
SECRET = "very secret"
__all__ = ["imap_server"]  # a fixture, used by its name


@pytest.fixture
def pipeline() -> Pipeline:
    record_type = make_type(stages="")
    make_field(record_type, "email", "email")
    make_field(record_type, "order_no")
    return make_pipeline("NEW > CALL > WON | LOST", record_type=record_type)


@pytest.fixture
def hook(pipeline: Pipeline) -> Trigger:
    params = {
        "event_id": "event.id",
        "field": "order_no",
        "value": "order.no",
        "mapping": {"email": "client.mail"},
    }
    trigger = make_trigger(pipeline, "CALL", "incoming_webhook", "Shop", params=params)
    new_secret(trigger, actor=system(), secret=SECRET)
    return trigger


def _call(trigger: Trigger, event: str = "1", secret: str = SECRET, **body: Any) -> Any:
    content = {"event": {"id": event}, "order": {"no": "A-1"}, **body}
    return Client().post(
        f"/hooks/{trigger.public_id}/",
        json.dumps(content),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )


def test_letter_of_a_client_moves_the_record_on(
    pipeline: Pipeline, imap_server: ImapServer
) -> None:
    make_trigger(pipeline, "CALL", "email_received", "Answered", params={"field": "email"})
    item = make_item(pipeline, email="client@example.org")
    other = make_item(pipeline, email="somebody@example.org")
    imap_server.deliver("A Client <Client@example.org>", "Re: offer", "I agree")

    read_mail()
    work()

    assert (stage_of(item), stage_of(other)) == ("CALL", "NEW")
    comment = TimelineEntry.objects.get(item=item, kind="comment")
    assert "I agree" in comment.body["text"]
    assert not any("EXAMINE" not in c and "SELECT" in c for c in imap_server.commands)


def test_letter_is_read_once_also_when_the_mailbox_was_moved(
    pipeline: Pipeline, imap_server: ImapServer
) -> None:
    make_trigger(pipeline, "CALL", "email_received", params={"field": "email"})
    item = make_item(pipeline, email="client@example.org")
    imap_server.deliver("client@example.org", "Hello")

    counts = [read_mail(), read_mail()]
    imap_server.validity += 1
    counts.append(read_mail())
    work()

    assert counts == [1, 0, 1]
    assert decisions(item) == [("email_received", "fired")]


def test_answers_of_machines_and_other_subjects_move_nothing(
    pipeline: Pipeline, imap_server: ImapServer
) -> None:
    params = {"field": "email", "subject": "agreed"}
    make_trigger(pipeline, "CALL", "email_received", params=params)
    item = make_item(pipeline, email="client@example.org")
    imap_server.deliver("client@example.org", "Agreed", Auto_Submitted="auto-replied")
    imap_server.deliver("client@example.org", "Something else")

    read_mail()
    work()

    assert stage_of(item) == "NEW"
    assert decisions(item) == [("email_received", "skipped")]


def test_wrong_password_of_the_mailbox_breaks_nothing(
    pipeline: Pipeline, imap_server: ImapServer
) -> None:
    make_trigger(pipeline, "CALL", "email_received", params={"field": "email"})
    imap_server.password = "another"

    assert read_mail() == 0


def test_call_fills_fields_and_moves_the_record(pipeline: Pipeline, hook: Trigger) -> None:
    item = make_item(pipeline, order_no="A-1")

    answer = _call(hook, client={"mail": "client@example.org"})
    work()

    assert answer.status_code == 200
    assert answer.json() == {"accepted": True, "repeated": False}
    assert stage_of(item) == "CALL"
    assert "client@example.org" in Item._base_manager.get(pk=item.pk).search


def test_call_with_one_event_id_three_times_moves_once(pipeline: Pipeline, hook: Trigger) -> None:
    item = make_item(pipeline, order_no="A-1")

    answers = [_call(hook) for _ in range(3)]
    work()
    answers.append(_call(hook))
    work()

    assert [each.status_code for each in answers] == [200] * 4
    assert [each.json()["repeated"] for each in answers] == [False, True, True, True]
    assert decisions(item) == [("Shop", "fired")]
    assert TriggerEvent.objects.count() == 1
    moved = TimelineEntry.objects.filter(item=item, kind="moved")
    assert moved.count() == 1


def test_key_is_forgotten_after_a_month(pipeline: Pipeline, hook: Trigger) -> None:
    make_item(pipeline, order_no="A-1")
    _call(hook)
    work()

    forget(TriggerEvent.objects.get().at + REMEMBERED * 2)

    assert not TriggerEvent.objects.exists()


@pytest.mark.parametrize("secret", ["", "wrong", "Bearer"])
def test_wrong_secret_is_refused(hook: Trigger, secret: str) -> None:
    assert _call(hook, secret=secret).status_code == 403
    assert not TriggerEvent.objects.exists()


def test_unknown_address_is_answered_like_a_wrong_secret(hook: Trigger) -> None:
    hook.public_id = "0" * 32

    assert _call(hook).status_code == 403


def test_webhook_without_a_secret_lets_nobody_in(pipeline: Pipeline) -> None:
    trigger = make_trigger(pipeline, "CALL", "incoming_webhook")

    assert _call(trigger, secret="").status_code == 403


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"{", 400),
        (b"[1]", 400),
        (b'{"order": 1}', 400),
        (b"[" * 100_000, 400),
        (b'{"event": {"id": "\\u0000"}}', 400),
        (b'"' + b"x" * LARGEST_BODY + b'"', 413),
    ],
)
def test_hostile_body_is_refused(hook: Trigger, raw: bytes, status: int) -> None:
    answer = Client().post(
        f"/hooks/{hook.public_id}/",
        raw,
        content_type="application/json",
        headers={"X-Webhook-Secret": SECRET},
    )

    assert answer.status_code == status
    assert not TriggerEvent.objects.exists()


def test_command_prints_the_address_and_a_secret_that_opens_it(hook: Trigger) -> None:
    out = StringIO()
    place = (hook.pipeline.type.code, hook.pipeline.code, hook.code)

    call_command("webhook_secret", *place, stdout=out)

    address, header = out.getvalue().splitlines()
    assert address.endswith(f"/hooks/{hook.public_id}/")
    assert _call(hook).status_code == 403
    assert _call(hook, secret=header.rpartition(" ")[2]).status_code == 200


def test_call_makes_a_record_where_that_is_wanted(pipeline: Pipeline) -> None:
    params = {"field": "order_no", "value": "no", "is_made": True, "mapping": {"title": "name"}}
    trigger = make_trigger(pipeline, "CALL", "incoming_webhook", params=params)
    new_secret(trigger, actor=system(), secret=SECRET)

    _call(trigger, event_id="9", no="B-7", name="From the shop")
    work()

    item = Item._base_manager.get(title="From the shop")
    assert item.stage == "CALL"
