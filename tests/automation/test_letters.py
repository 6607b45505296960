"""Letters, sent through a real mail server."""

from __future__ import annotations

from decimal import Decimal
from smtplib import SMTPDataError

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from automation import letters
from automation.letters import Letter, LetterRefused, attachable_files, read_addresses, send
from smart_processes.actions.files import attach_file, store_file
from tests.factories.accounts import make_user
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type, system
from tests.support.mail_server import MailServer, mail_server

__all__ = ["mail_server"]
pytestmark = pytest.mark.django_db

OFFER = Letter(
    to=("client@example.com",),
    subject="Ваше предложение",
    text="Здравствуйте!",
    html="<p>Здравствуйте!</p>",
    cc=("boss@example.com",),
    bcc=("archive@example.com",),
    reply_to=("anna@example.com",),
)


def upload(name: str, content: bytes = b"content") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_letter_arrives_as_it_was_written(mail_server: MailServer) -> None:
    item = make_item(make_type())
    files = [attach_file(item, upload(name), actor=system()) for name in ("договор.pdf", "x.zz")]

    send(Letter.from_json({**OFFER.as_json(), "file_ids": [f.pk for f in files]}), key="7:mail:1")

    (arrived,) = mail_server.letters
    message = arrived.message
    assert arrived.recipients == ["client@example.com", "boss@example.com", "archive@example.com"]
    assert (message["Subject"], message["From"]) == ("Ваше предложение", "CRM <crm@example.org>")
    assert (message["To"], message["Cc"]) == ("client@example.com", "boss@example.com")
    assert (message["Bcc"], message["Reply-To"]) == (None, "anna@example.com")
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text.get_content().strip() == "Здравствуйте!"
    assert html.get_content().strip() == "<p>Здравствуйте!</p>"
    attached = list(message.iter_attachments())
    assert [(one.get_filename(), one.get_content_type()) for one in attached] == [
        ("договор.pdf", "application/pdf"),
        ("x.zz", "application/octet-stream"),
    ]
    assert attached[0].get_content() == b"content"


def test_letter_that_is_sent_again_has_the_same_id(mail_server: MailServer) -> None:
    first, again = send(OFFER, key="7:mail:1"), send(OFFER, key="7:mail:1")
    other = send(OFFER, key="7:mail:2")

    assert first == again != other
    assert [one.message["Message-ID"] for one in mail_server.letters] == [first, again, other]


def test_refusal_of_the_server_is_told(mail_server: MailServer) -> None:
    mail_server.answers = ["554 no spam please"]

    with pytest.raises(SMTPDataError):
        send(OFFER, key="7:mail:1")

    assert mail_server.letters == []


def test_addresses_are_read_from_texts_people_and_lists(cast: Cast) -> None:
    raw = [
        "a@example.com; b@example.com",
        cast.anna.pk,
        Decimal(cast.vera.pk),
        None,
        "",
        "a@example.com",
    ]

    assert read_addresses(raw) == (
        *("a@example.com", "b@example.com"),
        *("anna@example.com", "vera@example.com"),
    )


def test_what_is_no_address_is_refused(cast: Cast) -> None:
    gone = make_user("gone", is_active=False)
    cast.boris.email = ""
    cast.boris.save()

    for raw in ("nobody", "a@example.com\nBcc: b@example.com", gone.pk, cast.boris.pk, 10**12):
        with pytest.raises(LetterRefused):
            read_addresses(raw)
    with pytest.raises(LetterRefused):
        read_addresses([f"{number}@example.com" for number in range(101)])


def test_subject_stays_on_one_line() -> None:
    assert letters.clean_subject("Hello\r\nBcc: x@example.com") == "Hello Bcc: x@example.com"


def test_files_of_records_that_may_be_read_can_be_attached(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = make_item(make_type())
    file = attach_file(item, upload("a.txt"), actor=system())
    of_nobody = store_file(upload("b.txt"), actor=system())

    assert attachable_files([Decimal(file.pk), {"id": file.pk}], actor=system()) == (file.pk,)
    assert attachable_files(None, actor=system()) == ()
    for raw, actor in ((file.pk, cast.actor("guest")), (of_nobody.pk, system()), ("x", system())):
        with pytest.raises(LetterRefused):
            attachable_files(raw, actor=actor)
    monkeypatch.setattr(letters, "MOST_ATTACHED_BYTES", 3)
    with pytest.raises(LetterRefused):
        attachable_files(file.pk, actor=system())
