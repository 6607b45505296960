"""Calls of other systems: checked, noted, answered at once; a worker does the rest."""

from __future__ import annotations

import hmac
import json
from typing import Any

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.http.request import RawPostDataException
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.actor import Actor
from automation.actions.triggers import hash_secret
from automation.json_paths import value_at
from automation.models import Trigger
from automation.triggering.armed import armed
from automation.triggering.hearing import note
from automation.triggers.base import EventKind
from automation.triggers.incoming_webhook import IncomingWebhook

LARGEST_BODY = 256 * 1024  # bytes
LONGEST_EVENT_ID = 150  # characters
EVENT_HEADER = "Idempotency-Key"


@csrf_exempt
@require_POST
def receive(request: HttpRequest, public_id: str) -> JsonResponse:
    """Take one call.

    The secret comes as `Authorization: Bearer …` or `X-Webhook-Secret`; the event's id as
    `Idempotency-Key` or in the body. A wrong secret and an address that is none are answered
    alike, 403, so that nobody finds addresses by trying.
    """
    trigger = Trigger.objects.filter(
        public_id=public_id, kind=IncomingWebhook.code, is_active=True
    ).first()
    if not _may_enter(trigger, _secret(request)) or trigger is None:
        return _refused(403, _("The secret is wrong."))
    body, problem = _body(request)
    if problem:
        return _refused(*problem)
    ready = armed(trigger)
    event_id = request.headers.get(EVENT_HEADER) or (
        value_at(body, ready.params.event_id) if ready else None
    )
    if not isinstance(event_id, str | int) or not str(event_id).strip():
        return _refused(400, _("The call names no event id."))
    if len(str(event_id)) > LONGEST_EVENT_ID:
        return _refused(400, _("The event id is too long."))
    actor = Actor.robot(trigger.name[:100], runs_as=trigger.runs_as_id)
    key = f"hook:{trigger.pk}:{event_id}"
    with transaction.atomic():
        is_new = note(EventKind.WEBHOOK, {"body": body}, actor=actor, trigger=trigger, key=key)
    return JsonResponse({"accepted": is_new, "repeated": not is_new}, status=200)


def _secret(request: HttpRequest) -> str:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() == "bearer" and token:
        return token.strip()
    return request.headers.get("X-Webhook-Secret", "")


def _may_enter(trigger: Trigger | None, secret: str) -> bool:
    """Return whether the secret is the trigger's; takes as long when it is not."""
    stored = trigger.secret_hash if trigger else ""
    given = hash_secret(secret)
    return hmac.compare_digest(stored or "-" * len(given), given)


def _body(request: HttpRequest) -> tuple[Any, tuple[int, str] | None]:
    """Return the JSON of a call, or the status and sentence of a refusal."""
    if int(request.headers.get("Content-Length") or 0) > LARGEST_BODY:
        return None, (413, _("The call is too large."))
    try:
        raw = request.read(LARGEST_BODY + 1)
    except (OSError, RawPostDataException):
        return None, (400, _("The call was broken off."))
    if len(raw) > LARGEST_BODY:
        return None, (413, _("The call is too large."))
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None, (400, _("The call is no JSON."))
    if not isinstance(body, dict) or b"\\u0000" in raw:
        return None, (400, _("The call is no JSON object."))
    return body, None


def _refused(status: int, sentence: str) -> JsonResponse:
    return JsonResponse({"accepted": False, "error": sentence}, status=status)
