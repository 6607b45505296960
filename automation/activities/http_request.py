"""Call another system."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import orjson
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from automation import http_calls
from automation.activities.base import (
    ActivityContext,
    Delivered,
    Group,
    OutsideActivity,
    Refused,
    ResultField,
    TryAgain,
)
from automation.activities.params import ParamKind, param
from automation.activities.registry import register
from automation.engine.nodes import FailureKind
from automation.engine.plain_values import plain
from automation.exceptions import StepRefused
from automation.http_calls import HttpAnswer
from automation.json_paths import value_at

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
LONGEST_TIMEOUT = 60  # seconds
# Answers that ask for patience: too early, too many, and every fault of the server.
_PATIENCE = frozenset({408, 425, 429})
# Only its beginning is kept of an answer that is no JSON.
LONGEST_TEXT = 20_000  # characters


@dataclass(frozen=True)
class HttpRequestParams:
    """What is sent, and where to."""

    url: str = param(_("Address"))
    method: str = param(
        _("Method"), ParamKind.CHOICE, default="POST", choices=tuple((m, m) for m in METHODS)
    )
    body: Any = param(
        _("Body"), ParamKind.ANY, default=None, help=_("A map or a list is sent as JSON.")
    )
    headers: Mapping[str, str] = param(_("Headers"), ParamKind.MAP, default={})
    secret: str = param(
        _("Secret"),
        default="",
        help=_("Sent as the header Authorization; never shown in a journal."),
        is_secret=True,
    )
    timeout: Decimal = param(_("Time limit, seconds"), ParamKind.NUMBER, default=Decimal(10))
    answer_fields: Mapping[str, Any] = param(
        _("Fields from the answer"),
        ParamKind.FIELD_VALUES,
        default={},
        help=_("Field → path in the JSON of the answer, for example order.id."),
    )
    answer_variables: Mapping[str, Any] = param(
        _("Variables from the answer"),
        ParamKind.VARIABLE_VALUES,
        default={},
        help=_("Variable → path in the JSON of the answer."),
    )


@register
class HttpRequest(OutsideActivity[HttpRequestParams]):
    """Calls an address and waits for the answer.

    At least once: a crash after the request repeats it. The header `Idempotency-Key` is the
    same on every repeat of one step, so a receiver can drop the copies. An answer of the 400s
    is final, but for 408, 425 and 429; servers that are down are asked again for hours.
    """

    code = "http_request"
    label = _("Call another system")
    description = _("Sends an HTTP request and gives its answer to the next steps.")
    group = Group.OUTSIDE
    icon = "globe-alt"
    params = HttpRequestParams
    results = (
        ResultField("status", _("Status"), "integer"),
        ResultField("body", _("Answer"), "any"),
    )
    needs_record = False

    def prepare(self, params: HttpRequestParams, context: ActivityContext) -> Mapping[str, Any]:
        """Check the address and put the request together.

        Raises:
            StepRefused: the address or the time limit is wrong.
        """
        http_calls.check_address(params.url)
        if params.answer_fields:
            context.record()  # a run without one is refused before anything leaves
        if not 0 < params.timeout <= LONGEST_TIMEOUT:
            sentence = gettext("The time limit lies between 1 and %(limit)d seconds.")
            raise StepRefused(sentence % {"limit": LONGEST_TIMEOUT})
        headers = dict(params.headers)
        if params.secret:
            headers["Authorization"] = params.secret
        return {
            "method": params.method,
            "url": params.url,
            "headers": headers,
            "body": plain(params.body),
            "timeout": str(params.timeout),
            "fields": {code: str(path) for code, path in params.answer_fields.items()},
            "variables": {code: str(path) for code, path in params.answer_variables.items()},
        }

    def deliver(self, payload: Mapping[str, Any], key: str) -> Delivered | TryAgain | Refused:
        """Make the request."""
        headers, body = _encoded(payload)
        try:
            answer = http_calls.call(
                payload["method"],
                payload["url"],
                headers=headers | {"Idempotency-Key": key},
                body=body,
                timeout=float(payload["timeout"]),
            )
        except StepRefused as refusal:
            return Refused(refusal.message)
        except (ValueError, http.client.InvalidURL) as wrong:
            return Refused(gettext("The request is not well-formed: %(fault)s") % {"fault": wrong})
        except (OSError, http.client.HTTPException) as broken:
            return TryAgain(gettext("No answer: %(fault)s") % {"fault": str(broken)[:200]})
        return _mapped(_judged(answer), payload)


def _encoded(payload: Mapping[str, Any]) -> tuple[dict[str, str], bytes | None]:
    headers = {"User-Agent": "Smart-Process-CRM", **payload["headers"]}
    body = payload["body"]
    if body is None:
        return headers, None
    if isinstance(body, str):
        return {"Content-Type": "text/plain; charset=utf-8"} | headers, body.encode()
    return {"Content-Type": "application/json"} | headers, orjson.dumps(body)


def _judged(answer: HttpAnswer) -> Delivered | TryAgain | Refused:
    said = gettext("HTTP status %(status)d") % {"status": answer.status}
    if answer.status < 300:
        return Delivered({"status": answer.status, "body": _decoded(answer)}, said)
    if answer.status >= 500 or answer.status in _PATIENCE:
        return TryAgain(said)
    kind = FailureKind.TRANSPORT if answer.status < 400 else FailureKind.APPLICATION
    return Refused(f"{said}: {answer.body[:200].decode(errors='replace')}", kind)


def _mapped(
    answer: Delivered | TryAgain | Refused, payload: Mapping[str, Any]
) -> Delivered | TryAgain | Refused:
    """Return the answer with what fields and variables get; what it does not say stays."""
    if not isinstance(answer, Delivered):
        return answer
    values, variables = (
        {code: value_at(answer.result["body"], path) for code, path in paths.items()}
        for paths in (payload.get("fields", {}), payload.get("variables", {}))
    )
    missing = [
        path
        for told, found in (("fields", values), ("variables", variables))
        for code, path in payload.get(told, {}).items()
        if found[code] is None
    ]
    message = answer.message
    if missing:
        message += ". " + gettext("The answer has nothing at: %(paths)s") % {
            "paths": ", ".join(missing)
        }
    return replace(
        answer,
        message=message,
        values={code: value for code, value in values.items() if value is not None},
        variables={code: value for code, value in variables.items() if value is not None},
    )


def _decoded(answer: HttpAnswer) -> Any:
    if "json" in answer.headers.get("content-type", ""):
        try:
            return plain(orjson.loads(answer.body))
        except orjson.JSONDecodeError:
            pass
    return answer.body.decode(errors="replace").replace("\0", "")[:LONGEST_TEXT]
