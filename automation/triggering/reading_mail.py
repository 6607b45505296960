"""Reading the company's mailbox: what is new there is told to triggers.

Letters are read by their numbers (UIDs), from the last one that was read on, and stay as they
are: unread ones stay unread. A letter is told to each trigger once, by its Message-ID, so
that a crash between reading and noting, or a mailbox that was moved, doubles nothing.
"""

from __future__ import annotations

import contextlib
import email
import hashlib
import imaplib
import re
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from html import unescape
from urllib.parse import unquote, urlsplit

import structlog
from django.conf import settings
from django.db import transaction

from accounts.actor import Actor
from automation.models import Mailbox
from automation.runtime import clock
from automation.triggering.armed import Armed, armed_for
from automation.triggering.hearing import note
from automation.triggers.base import EventKind

TIMEOUT = 20  # seconds
MOST_LETTERS = 100  # in one go; the rest comes a minute later
LARGEST_LETTER = 1_000_000  # bytes that are read of one; files behind them are not needed
LONGEST_TEXT = 8_000  # characters that are kept
_NUMBER = re.compile(rb"\d+")
_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]{0,1000}>", re.IGNORECASE | re.DOTALL)

logger = structlog.get_logger(__name__)


def read_mail() -> int:
    """Read what is new in the mailbox; return how many letters were.

    Nothing is asked while no mailbox is set up or no trigger listens.
    """
    actor = Actor.system("mail")
    listening = armed_for(actor, EventKind.LETTER)
    if not settings.IMAP_URL or not listening:
        return 0
    try:
        with _open(settings.IMAP_URL) as connection:
            return _read(connection, listening, actor)
    except (OSError, imaplib.IMAP4.error) as trouble:
        logger.warning("mailbox_unreachable", reason=str(trouble)[:200])
        return 0


@contextlib.contextmanager
def _open(url: str) -> Iterator[imaplib.IMAP4]:
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    connection: imaplib.IMAP4
    if parts.scheme == "imaps":
        connection = imaplib.IMAP4_SSL(host, parts.port or 993, timeout=TIMEOUT)
    else:
        connection = imaplib.IMAP4(host, parts.port or 143, timeout=TIMEOUT)
    try:
        if parts.scheme == "imap+tls":
            connection.starttls()
        connection.login(unquote(parts.username or ""), unquote(parts.password or ""))
        yield connection
    finally:
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            connection.logout()


def _read(connection: imaplib.IMAP4, listening: Sequence[Armed], actor: Actor) -> int:
    parts = urlsplit(settings.IMAP_URL)
    folder = unquote(parts.path.strip("/")) or "INBOX"
    status, answer = connection.select(f'"{folder}"', readonly=True)
    if status != "OK":
        raise imaplib.IMAP4.error(str(answer))
    address = f"{parts.username}@{parts.hostname}/{folder}"[:250]
    box, _made = Mailbox.objects.get_or_create(address=address)
    validity = int((connection.response("UIDVALIDITY")[1] or [b"0"])[0] or 0)
    if box.uid_validity != validity:
        box.uid_validity, box.last_uid = validity, 0
    _status, found = connection.uid("SEARCH", f"UID {box.last_uid + 1}:*")
    numbers = sorted(int(each) for each in _NUMBER.findall((found or [b""])[0] or b""))
    count = 0
    # `n:*` names the last letter even where its number is smaller than n.
    for number in [each for each in numbers if each > box.last_uid][:MOST_LETTERS]:
        _status, fetched = connection.uid(
            "FETCH", str(number), f"(BODY.PEEK[]<0.{LARGEST_LETTER}>)"
        )
        raw = next((part[1] for part in fetched or [] if isinstance(part, tuple)), b"")
        with transaction.atomic():
            _tell(raw, listening, actor)
            box.last_uid, box.read_at = number, clock.now()
            box.save()
        count += 1
    return count


def _tell(raw: bytes, listening: Sequence[Armed], actor: Actor) -> None:
    message = email.message_from_bytes(raw, _class=EmailMessage, policy=default)
    sender = parseaddr(_header(message, "From"))[1].casefold()
    # Answers of machines would start a conversation between machines.
    if not sender or _header(message, "Auto-Submitted").casefold() not in {"", "no"}:
        return
    text = _header(message, "Message-ID").strip().encode() or raw
    digest = hashlib.sha256(text).hexdigest()
    payload = {
        "from": sender,
        "subject": " ".join(_header(message, "Subject").split())[:250],
        "text": _text(message)[:LONGEST_TEXT],
    }
    for each in listening:
        key = f"letter:{each.trigger.pk}:{digest}"
        note(EventKind.LETTER, payload, actor=actor, trigger=each.trigger, key=key)


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message[name] or "")
    except (ValueError, IndexError, AttributeError):
        return ""  # headers of hostile letters break the library's parser


def _text(message: EmailMessage) -> str:
    try:
        body = message.get_body(("plain", "html"))
        content = str(body.get_content()) if body else ""
    except (KeyError, LookupError, ValueError, AttributeError):
        return ""
    if body is not None and body.get_content_type() == "text/html":
        content = unescape(_TAGS.sub(" ", content))
    return "".join(c for c in content if c.isprintable() or c in "\n\t").strip()
