"""Another system that calls webhooks, and calls again whenever it got no answer."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass

SECRET = "only-for-faults"  # of hooks that live as long as the harness
GONE = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Call:
    """One event of the other system; a repeated one has the same id."""

    hook: str
    event_id: str
    record: int


class Caller:
    """Sends calls to the web process that is being killed.

    Attributes:
        accepted: Ids of events that were taken as new.
        repeated: How many calls were answered "that was there before".
        lost: How many got no answer, or one of the 500s.
        unexpected: Sentences about other answers.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self.accepted: list[str] = []
        self.repeated = 0
        self.lost = 0
        self.unexpected: list[str] = []

    def send(self, call: Call) -> bool:
        """Ask once; return whether the call was taken, now or before."""
        body = {"event_id": call.event_id, "record": call.record, "tracking": f"T{call.record}"}
        try:
            status, answer = self._post(f"/hooks/{call.hook}/", json.dumps(body))
        except GONE:
            self.lost += 1
            return False
        if status >= 500:
            self.lost += 1
            return False
        if status != 200:
            self.unexpected.append(f"event {call.event_id} was answered {status}: {answer[:100]!r}")
        elif json.loads(answer)["repeated"]:
            self.repeated += 1
        else:
            self.accepted.append(call.event_id)
        return True

    def _post(self, path: str, body: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {SECRET}"}
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()
