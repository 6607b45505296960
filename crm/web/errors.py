"""One place where refusals become answers of the staff pages.

htmx requests get the refusal as a toast with the fitting status; a whole page gets the
error page. Views therefore have no `try` for what they only want to report.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.exceptions import AccountsRefusal, PermissionRefused
from automation.exceptions import AutomationRefusal
from smart_processes.exceptions import (
    FieldsMissing,
    RecordMissing,
    RecordRefusal,
    StaleRecord,
    TypeMissing,
    ValuesRefused,
)

_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (PermissionRefused, 403),
    (RecordMissing, 404),
    (TypeMissing, 404),
    (StaleRecord, 409),
    (FieldsMissing, 422),
    (ValuesRefused, 422),
    (RecordRefusal, 409),
    (AccountsRefusal, 409),
    (AutomationRefusal, 409),
)


def status_of(refusal: Exception) -> int:
    """Return the HTTP status of a refusal."""
    return next(status for kind, status in _STATUS if isinstance(refusal, kind))


def toast(message: str, *, kind: str = "error") -> str:
    """Return the value of an `HX-Trigger` header that shows a toast."""
    return json.dumps({"toast": {"level": kind, "title": message}})


class RefusalMiddleware:
    """Answers refusals that a view did not catch."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn a refusal into an answer; leave everything else to Django."""
        if not isinstance(exception, RecordRefusal | AccountsRefusal | AutomationRefusal):
            return None
        status = status_of(exception)
        if getattr(request, "htmx", None):
            answer = HttpResponse(status=status)
            answer["HX-Reswap"] = "none"
            answer["HX-Trigger"] = toast(exception.message)
            return answer
        return render(request, "crm/refusal.html", {"refusal": exception}, status=status)
