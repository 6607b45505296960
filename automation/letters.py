"""Letters that steps send: what they are made of, and sending one by SMTP."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import User
from automation.engine.expressions.conversion import listed
from smart_processes.exceptions import RecordRefusal
from smart_processes.field_types.user import read_id
from smart_processes.models import RecordFile
from smart_processes.selectors.records import visible_items

MOST_RECIPIENTS = 100
LONGEST_SUBJECT = 250  # characters
MOST_ATTACHED_BYTES = 20 * 1024 * 1024  # most mail servers refuse more than 25 MB, encoded
SMTP_TIMEOUT = 30  # seconds
UNKNOWN_TYPE = "application/octet-stream"


class LetterRefused(RecordRefusal):
    """A letter that cannot be sent as it is."""

    code = "letter_refused"


@dataclass(frozen=True)
class Letter:
    """A letter as the outbox keeps it; `file_ids` are read when it is sent."""

    to: tuple[str, ...]
    subject: str
    text: str
    html: str = ""
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    file_ids: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the letter for the outbox."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Letter:
        """Return the letter that the outbox kept."""
        several = ("to", "cc", "bcc", "reply_to", "file_ids")
        return cls(**{**kept, **{name: tuple(kept.get(name, ())) for name in several}})


@dataclass(frozen=True)
class Attachment:
    """A file that is made when the letter is sent."""

    name: str
    content: bytes
    media_type: str


def read_addresses(raw: Any) -> tuple[str, ...]:
    """Return addresses for what names people: an address, a person's id, a list of them.

    Several in one text are divided by commas or semicolons; each address stands once.

    Raises:
        LetterRefused: one is no address, or a person has none.
    """
    people: list[int] = []
    found: list[str] = []
    for one in listed(raw):
        user_id = _id_of(one)
        if user_id is not None:
            people.append(user_id)
        elif one is not None:
            found += [part.strip() for part in str(one).replace(";", ",").split(",")]
    found += _addresses_of(people)
    addresses = tuple(dict.fromkeys(address for address in found if address))
    for address in addresses:
        _check(address)
    if len(addresses) > MOST_RECIPIENTS:
        raise LetterRefused(
            _("A letter goes to %(limit)d addresses at most.") % {"limit": MOST_RECIPIENTS}
        )
    return addresses


def attachable_files(raw: Any, *, actor: Actor) -> tuple[int, ...]:
    """Return the ids of files that may be attached: of records that the actor may view.

    Args:
        raw: An id, a list of ids, or what file fields hold.
        actor: Whose rights count.

    Raises:
        LetterRefused: a file is gone or not the actor's to see, or all are too large together.
    """
    given = [one.get("id") if isinstance(one, Mapping) else one for one in listed(raw)]
    wanted = [_id_of(one) for one in given]
    visible = RecordFile.objects.filter(item__in=visible_items(actor))
    sizes = dict(
        visible.filter(pk__in=[pk for pk in wanted if pk is not None]).values_list("pk", "size")
    )
    if any(pk not in sizes for pk in wanted):
        raise LetterRefused(_("A file to attach is not there any more, or may not be read."))
    if sum(sizes.values()) > MOST_ATTACHED_BYTES:
        raise LetterRefused(
            _("The attached files have more than %(limit)d MB together.")
            % {"limit": MOST_ATTACHED_BYTES // 1024**2}
        )
    return tuple(dict.fromkeys(pk for pk in wanted if pk is not None))


def clean_subject(raw: str) -> str:
    """Return a subject on one line; a line break would begin another header."""
    return " ".join(raw.split())[:LONGEST_SUBJECT]


def send(letter: Letter, *, key: str, attachments: Sequence[Attachment] = ()) -> str:
    """Send a letter and return its Message-ID.

    The id is made of the key, so a letter that is sent again has the same one and the
    receiver's mail server can drop the copy.

    Raises:
        SMTPException, OSError: the mail server refused it or was not reached.
    """
    message_id = _message_id(key)
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        to=list(letter.to),
        cc=list(letter.cc),
        bcc=list(letter.bcc),
        reply_to=list(letter.reply_to),
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
        connection=get_connection(timeout=SMTP_TIMEOUT) if _is_smtp() else get_connection(),
    )
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    for file in _in_order(RecordFile.objects.all(), letter.file_ids):
        with file.content.open("rb") as content:
            message.attach(file.name, content.read(), _type_of(file.name))
    for each in attachments:
        message.attach(each.name, each.content, each.media_type)
    message.send()
    return message_id


def _is_smtp() -> bool:
    return settings.EMAIL_BACKEND.endswith("smtp.EmailBackend")


def _message_id(key: str) -> str:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"<{digest}@{domain}>"


def _in_order(files: QuerySet[RecordFile], ids: Sequence[int]) -> list[RecordFile]:
    found = files.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def _addresses_of(people: Iterable[int]) -> list[str]:
    wanted = list(people)
    known = {user.pk: user for user in User.objects.filter(pk__in=wanted)}
    found: list[str] = []
    for user_id in wanted:
        user = known.get(user_id)
        if user is None or not user.is_active:
            raise LetterRefused(_("One of the people to write to is not there any more."))
        if not user.email:
            raise LetterRefused(_("%(name)s has no e-mail address.") % {"name": user.full_name})
        found.append(user.email)
    return found


def _check(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError:
        raise LetterRefused(
            _("“%(address)s” is not an e-mail address.") % {"address": address[:100]}
        ) from None


def _type_of(name: str) -> str:
    guessed, encoding = mimetypes.guess_type(name)
    return UNKNOWN_TYPE if encoding or not guessed else guessed


def _id_of(value: Any) -> int | None:
    """Return the id in a value; formulas give decimals."""
    return read_id(int(value) if isinstance(value, Decimal) else value)
