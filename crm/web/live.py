"""Live pages: a stream of hints about what changed (server-sent events)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponseBadRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.web.live_hub import CLOSE, MOST_CHANGES, RELOAD, Listener, hub
from crm.web.type_page import open_type_page
from smart_processes.change_feed import AT_MOST, FeedReader
from smart_processes.models import ChangeEvent

# A comment keeps proxies from ending a quiet connection.
HEARTBEAT_SECONDS = 15
# The browser then connects anew, and whether the person is still signed in is asked again.
LONGEST_STREAM_SECONDS = 600
# How long a browser waits before it connects anew.
RETRY_MILLISECONDS = 2000
# An event's time is taken before its commit: what a page may have missed while it loaded.
LONGEST_NUMBER = 18  # digits: the database's whole numbers have 63 bits
LONGEST_COMMIT = timedelta(seconds=5)


@login_required
@require_GET
async def live(request: HttpRequest, type_code: str) -> HttpResponseBase:
    """Stream the changes of one board.

    `?loaded=` is the second (Unix time) in which the page was made: what changed since is
    told first. After a break the browser sends the last event's id instead
    (`Last-Event-ID`, or `?after=` where a page opens a new stream itself).
    """
    try:
        after = _number(request.headers.get("Last-Event-ID") or request.GET.get("after"))
        loaded = _number(request.GET.get("loaded"))
        since = timezone.now() if loaded is None else datetime.fromtimestamp(loaded, UTC)
    except (ValueError, OverflowError, OSError):
        return HttpResponseBadRequest()
    listener = await sync_to_async(_listener)(request, type_code, asyncio.get_running_loop())
    return _answer(listener, partial(_begin_board, listener, after, since))


@login_required
@require_GET
async def live_bell(request: HttpRequest) -> HttpResponseBase:
    """Stream the number at the bell, for pages that have no stream of their own."""
    user = await request.auser()
    assert user.pk is not None  # strangers were sent to the sign-in page
    listener = Listener(user.pk, None, None, asyncio.get_running_loop())
    return _answer(listener, partial(_begin_bell, listener))


def _answer(listener: Listener, begin: Callable[[], None]) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        _stream(listener, begin),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


def _number(text: str | None) -> int | None:
    """Return a number that fits the database, None where nothing was given.

    Raises:
        ValueError: it is none.
    """
    if not text:
        return None
    if len(text) > LONGEST_NUMBER or not text.isdecimal():
        raise ValueError(text)
    return int(text)


def _listener(request: HttpRequest, type_code: str, loop: asyncio.AbstractEventLoop) -> Listener:
    page = open_type_page(request, type_code, face="board", besides=frozenset({"loaded"}))
    assert page.pipeline is not None  # a board always has one
    assert page.actor.user_id is not None  # strangers were sent to the sign-in page
    return Listener(page.actor.user_id, page.type_schema.type.pk, page.pipeline.pk, loop)


async def _stream(listener: Listener, begin: Callable[[], None]) -> AsyncIterator[str]:
    ends_at = listener.loop.time() + LONGEST_STREAM_SECONDS
    try:
        yield f"retry: {RETRY_MILLISECONDS}\n\n"
        await sync_to_async(begin)()
        while listener.loop.time() < ends_at:
            try:
                message = await asyncio.wait_for(listener.queue.get(), HEARTBEAT_SECONDS)
            except TimeoutError:
                message = ": still here\n\n"
            if message == CLOSE:
                return
            yield message
    finally:
        hub.leave(listener)


def _begin_bell(listener: Listener) -> None:
    """Join; the connection that asked who it is is given back."""
    try:
        hub.join(listener)
    finally:
        connection.close()


def _begin_board(listener: Listener, after: int | None, since: datetime) -> None:
    """Join, then tell what was missed; one or two queries, and the connection is given back.

    A stream lives for minutes and must not keep a database connection.
    """
    try:
        hub.join(listener)
        if after is not None:
            reader = FeedReader(cursor=after)
            missed = reader.poll()
            if len(missed) == AT_MOST:
                listener.send(RELOAD)
            else:
                listener.tell(missed, reader.cursor)
            return
        recent = ChangeEvent.objects.filter(
            at__gte=since - LONGEST_COMMIT, type_id=listener.type_id or 0
        )
        reader = FeedReader()
        reader.poll()
        missed = list(recent.order_by("-pk")[: MOST_CHANGES + 1])
        listener.send(f"id: {reader.cursor}\nevent: ready\ndata: 1\n\n")
        listener.tell(missed[::-1], reader.cursor)
    finally:
        connection.close()
