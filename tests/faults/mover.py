"""A person at the browser who drags cards while the web process is killed."""

from __future__ import annotations

import http.client
from urllib.parse import urlencode

from django.middleware.csrf import _get_new_csrf_string

from accounts.models import User
from tests.support.sessions import session_cookie

GONE = (OSError, http.client.HTTPException)
STALE = 409  # somebody moved it already: our own request, whose answer was lost


class Mover:
    """Moves records by the address the board uses, again until it knows that they moved.

    Attributes:
        moved: Ids of the records that moved.
        lost: Requests that got no answer, or one of the 500s.
        answered: Requests by what was answered.
    """

    def __init__(self, port: int, person: User) -> None:
        self._port = port
        self._csrf = _get_new_csrf_string()
        self._session = session_cookie(person)
        self.moved: set[int] = set()
        self.lost = 0
        self.unexpected: list[str] = []

    def move(self, item_id: int) -> bool:
        """Ask once; return whether the record has moved for sure."""
        wish = urlencode({"move-stage": "CALL", "move-expected": "NEW"})
        try:
            status = self._post(f"/order/{item_id}/move/", wish)
        except GONE:
            self.lost += 1
            return False
        if status >= 500:
            self.lost += 1
            return False
        if status not in {200, STALE}:
            self.unexpected.append(f"moving {item_id} was answered {status}")
        self.moved.add(item_id)
        return True

    def _post(self, path: str, body: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"{self._session}; csrftoken={self._csrf}",
            "X-CSRFToken": self._csrf,
            "HX-Request": "true",
        }
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()
