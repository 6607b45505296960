"""A real mail server on loopback, which keeps what it is sent and can be made to refuse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

ACCEPTED = "250 OK"


@dataclass
class Received:
    """One letter as it arrived: the envelope's addresses and the message."""

    sender: str
    recipients: list[str]
    message: EmailMessage


@dataclass
class MailServer:
    """What aiosmtpd calls for each letter.

    Attributes:
        letters: What was accepted, in order.
        answers: What the next letters are answered with; then all are accepted.
    """

    letters: list[Received] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        """Keep the letter or refuse it."""
        answer = self.answers.pop(0) if self.answers else ACCEPTED
        if answer == ACCEPTED:
            content = envelope.content
            assert isinstance(content, bytes)
            message = BytesParser(EmailMessage, policy=default).parsebytes(content)
            self.letters.append(Received(envelope.mail_from or "", envelope.rcpt_tos, message))
        return answer


class _OnAnyPort(Controller):
    """Listens on a free port; the library's own first connection has to know which."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """Start a mail server and let the product send through it."""
    server = MailServer()
    controller = _OnAnyPort(server, hostname="127.0.0.1", port=0)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = controller.port
    settings.DEFAULT_FROM_EMAIL = "CRM <crm@example.org>"
    yield server
    controller.stop()
