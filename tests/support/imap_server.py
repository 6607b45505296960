"""A mailbox on loopback that speaks the few commands of IMAP a reader needs (RFC 3501)."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import pytest


@dataclass
class ImapServer:
    """What stands in the mailbox; numbers begin at one and are never used again.

    Attributes:
        letters: The letters as bytes; None for one that was deleted.
        password: What opens it.
        validity: Whether numbers still mean what they meant.
        commands: What was asked, without passwords.
    """

    letters: list[bytes | None] = field(default_factory=list)
    password: str = "open sesame"
    validity: int = 7
    commands: list[str] = field(default_factory=list)

    def deliver(self, sender: str, subject: str, text: str = "Hello", **headers: str) -> None:
        """Put a letter into the mailbox."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, "desk@example.org", subject
        message["Message-ID"] = headers.pop("message_id", f"<{len(self.letters)}@example.org>")
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        self.letters.append(message.as_bytes())


class _Talk(socketserver.StreamRequestHandler):
    box: ImapServer

    def handle(self) -> None:
        self._say("* OK ready")
        for line in self.rfile:
            tag, _space, asked = line.decode().strip().partition(" ")
            command = asked.split(" ")[0].upper()
            self.box.commands.append(command if command == "LOGIN" else asked)
            answer = self._answer(command, asked)
            self._say(f"{tag} {answer}")
            if command == "LOGOUT":
                return

    def _answer(self, command: str, asked: str) -> str:
        letters = {n: raw for n, raw in enumerate(self.box.letters, 1) if raw is not None}
        if command == "CAPABILITY":
            self._say("* CAPABILITY IMAP4rev1")
        elif command == "LOGIN" and f'"{self.box.password}"' not in asked:
            return "NO wrong password"
        elif command in {"SELECT", "EXAMINE"}:
            self._say(f"* {len(letters)} EXISTS")
            self._say(f"* OK [UIDVALIDITY {self.box.validity}] valid")
        elif "SEARCH" in asked:
            found = re.search(r"UID (\d+):\*", asked)
            first = int(found[1]) if found else 1
            # As the standard says: `*` is the last letter, whatever the first number.
            numbers = {n for n in letters if n >= first} | set(list(letters)[-1:])
            self._say("* SEARCH " + " ".join(map(str, sorted(numbers))))
        elif "FETCH" in asked:
            number = int(asked.split()[2])
            raw = letters[number]
            self._say(f"* {number} FETCH (UID {number} BODY[]<0> {{{len(raw)}}}")
            self.wfile.write(raw + b")\r\n")
        return "OK done"

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


@pytest.fixture
def imap_server(settings: Any) -> Iterator[ImapServer]:
    """Start a mailbox and let the product read it."""
    box = ImapServer()
    handler = type("_TalkOfBox", (_Talk,), {"box": box})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        port = server.server_address[1]
        settings.IMAP_URL = f"imap://desk:open%20sesame@127.0.0.1:{port}/INBOX"
        yield box
        server.shutdown()
        thread.join()
