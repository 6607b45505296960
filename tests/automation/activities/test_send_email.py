"""Letters that steps send, through a real mail server."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from automation.models import OutboxMessage
from automation.runtime import clock
from smart_processes.actions.files import attach_file, store_file
from smart_processes.models import Item
from tests.automation.activities.stepping import run_steps, step, work
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_type, system
from tests.support.mail_server import MailServer, mail_server

__all__ = ["mail_server"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def item(cast: Cast) -> Item:
    """Return a record with a scan that anna is responsible for."""
    request = make_type("request")
    make_field(request, "scan", "file", is_multiple=True)
    scans = [
        store_file(SimpleUploadedFile(name, name.encode()), actor=system()).pk
        for name in ("one.pdf", "two.pdf")
    ]
    return make_item(request, title="Scanner", responsible="anna", scan=scans)


def letter(**params: object) -> dict[str, object]:
    usual = {"to": "client@example.com", "subject": "Your request", "text": "Thank you."}
    return step("send_email", **{**usual, **params})


def test_letter_with_values_and_files_of_the_record_arrives(
    item: Item, mail_server: MailServer
) -> None:
    story = run_steps(
        letter(
            to=["client@example.com", "{=Document:responsible}"],
            subject="{=Document:title}: {{=upper('done')}}",
            text="Written by {=Document:responsible > printable}",
            file_fields="scan",
        ),
        step("log", text="sent as {=send_email:message_id}"),
        item=item,
    )

    (arrived,) = mail_server.letters
    message = arrived.message
    assert arrived.recipients == ["client@example.com", "anna@example.com"]
    assert message["Subject"] == "Scanner: DONE"
    assert "Written by Anna" in message.get_body(("plain",)).get_content()
    assert [part.get_filename() for part in message.iter_attachments()] == ["one.pdf", "two.pdf"]
    assert story.run.status == "completed"
    assert message["Message-ID"] in story.line("log").operation_status_message


def test_letter_waits_while_the_server_is_busy(item: Item, mail_server: MailServer) -> None:
    mail_server.answers = ["451 busy, try later"]

    story = run_steps(letter(), item=item)

    waiting = OutboxMessage.objects.get()
    assert (story.run.status, mail_server.letters) == ("waiting", [])
    assert (waiting.state, waiting.attempt_count) == ("pending", 1)
    assert "451 busy" in waiting.error


def test_letter_arrives_once_the_server_has_time(item: Item, mail_server: MailServer) -> None:
    mail_server.answers = ["451 busy, try later", "421 still busy"]
    story = run_steps(letter(), item=item)

    for minutes in (2, 10):
        with clock.moved(timezone.now() + timedelta(minutes=minutes)):
            work()

    story.run.refresh_from_db()
    (arrived,) = mail_server.letters
    assert story.run.status == "completed"
    assert story.result("send_email") == {"message_id": arrived.message["Message-ID"]}
    assert OutboxMessage.objects.get().attempt_count == 3


def test_letter_that_the_server_refuses_for_good_fails_the_step(
    item: Item, mail_server: MailServer
) -> None:
    mail_server.answers = ["554 no spam please"]

    story = run_steps(letter(), item=item)

    assert "554 no spam please" in story.error("send_email")[1]
    assert OutboxMessage.objects.get().state == "dead"


def test_letter_waits_for_a_server_that_is_not_there(item: Item, settings: object) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    story = run_steps(letter(), item=item)

    assert story.run.status == "waiting"
    assert "could not be reached" in OutboxMessage.objects.get().error


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"to": "nobody"}, "“nobody” is not an e-mail address."),
        ({"to": 10**12}, "not there any more"),
        ({"to": "; ,"}, "nobody to go to"),
        ({"to": None}, "Fill in “To”."),
        ({"file_fields": ["title"]}, "“Title” holds no files."),
        ({"files": [10**12]}, "not there any more"),
    ],
)
def test_letter_that_cannot_go_fails_the_step_and_nothing_is_sent(
    item: Item, mail_server: MailServer, params: dict[str, object], sentence: str
) -> None:
    story = run_steps(letter(**params), item=item)

    assert sentence in story.error("send_email")[1]
    assert not OutboxMessage.objects.exists()
    assert mail_server.letters == []


def test_files_that_the_run_may_not_see_are_not_attached(
    item: Item, cast: Cast, mail_server: MailServer
) -> None:
    secret = attach_file(item, SimpleUploadedFile("s.txt", b"s"), actor=system())

    story = run_steps(letter(files=[secret.pk]), runs_as=cast.guest)

    assert story.error("send_email")[0] == "application"
    assert mail_server.letters == []
