"""A web server and a mail server that are slow, fail, and fail after having done the work."""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

SLOW, FAILING, DROPPING = 0.05, 0.05, 0.05  # shares of all calls
DELAY = 0.8  # seconds


@dataclass
class Received:
    """What arrived: for each effect (a path, an address) its keys, and how often each came."""

    by_effect: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    lock: Lock = field(default_factory=Lock)

    def add(self, effect: str, key: str) -> None:
        """Note one arrival."""
        with self.lock:
            self.by_effect[effect][key] += 1

    @property
    def count(self) -> int:
        """Arrivals, repeats included."""
        return sum(keys.total() for keys in self.by_effect.values())


class WebReceiver:
    """Called by steps; notes the idempotency key of each path."""

    def __init__(self, seed: int) -> None:
        self.received = received = Received()
        chance = random.Random(seed)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                fate = chance.random()
                if fate < FAILING:
                    self._answer(503, b"{}")
                    return
                if fate < FAILING + SLOW:
                    time.sleep(DELAY)
                received.add(self.path, self.headers.get("Idempotency-Key") or "none")
                if fate > 1 - DROPPING:
                    self.close_connection = True  # the work is done, the answer is lost
                    return
                self._answer(200, b'{"id": 7}')

            def _answer(self, status: int, body: bytes) -> None:
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    return  # the caller was killed

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *_args: None  # type: ignore[method-assign]  # callers get killed
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


class _OnAnyPort(Controller):
    """Listens on a free port; the library's own first connection has to know which."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class MailReceiver:
    """Takes letters; notes the Message-ID of each address."""

    def __init__(self, seed: int) -> None:
        self.received = Received()
        self._chance = random.Random(seed)
        self._controller = _OnAnyPort(self, hostname="127.0.0.1", port=0)
        self._controller.start()
        self.port: int = self._controller.port

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        """Keep the letter, or refuse it, or keep it and say that it was refused."""
        fate = self._chance.random()
        if fate < FAILING:
            return "451 busy, try later"
        content: Any = envelope.content
        message = BytesParser(policy=default).parsebytes(content)
        self.received.add(envelope.rcpt_tos[0], str(message["Message-ID"]))
        return "451 lost the answer" if fate > 1 - DROPPING else "250 OK"

    def stop(self) -> None:
        """Stop listening."""
        self._controller.stop()
