"""Live boards: who is told of which change, resuming, and that nothing is kept open."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.test import Client

from accounts.actor import Actor
from accounts.models import User
from automation.actions.notifications import mark_read, notify
from automation.choices import NotificationKind
from automation.models import Notification
from crm.web import live_hub
from smart_processes.actions.creation import Draft, create_records
from smart_processes.actions.records import delete_record, update_record
from smart_processes.actions.stages import move_to_pipeline, move_to_stage
from smart_processes.models import RecordType
from tests.factories.accounts import actor, make_role
from tests.factories.cast import Cast, make_cast
from tests.factories.smart_processes import make_item, make_pipeline, make_type, system

PATIENCE = 10  # seconds without anything from the server
BELL = "/live/"
NEVER = 10**10  # a page that was loaded in the far future has missed nothing


class Stream:
    """A browser that listens."""

    def __init__(self, connection: HTTPConnection, response: HTTPResponse) -> None:
        self.connection = connection
        self.response = response
        self.last_id = ""
        self.rings: list[int] = []

    def next(self) -> tuple[str, Any]:
        """Wait for an event about the board and return its name and data."""
        while (told := self._read())[0] == "bell":
            self.rings.append(told[1])
        return told

    def bell(self) -> int:
        """Wait for the next number at the bell."""
        if self.rings:
            return self.rings.pop(0)
        name, data = self._read()
        assert name == "bell", (name, data)
        return int(data)

    def _read(self) -> tuple[str, Any]:
        name = ""
        for line in self.response:
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field == "id":
                self.last_id = value
            elif field == "event":
                name = value
            elif field == "data":
                return name, value if name == "reload" else json.loads(value)
        return "", None

    def changes(self) -> dict[int, str]:
        """Return the next changes: record id -> what happened."""
        name, data = self.next()
        assert name == "changes", (name, data)
        return {change["id"]: change["kind"] for change in data}


Listen = Callable[..., Stream]


@pytest.fixture
def listen(live_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listen]:
    """Return `listen(user, query)`: a stream of the board, begun."""
    monkeypatch.setattr(live_hub, "POLL_SECONDS", 0.02)
    opened: list[HTTPConnection] = []

    def listen(
        user: User, query: str = f"loaded={NEVER}", *, path: str = "/live/sale/", **headers: str
    ) -> Stream:
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        connection = HTTPConnection(urlsplit(live_url).netloc, timeout=PATIENCE)
        opened.append(connection)
        cookie = f"{name}={client.cookies[name].value}"
        connection.request("GET", f"{path}?{query}", headers={"Cookie": cookie, **headers})
        stream = Stream(connection, connection.getresponse())
        assert stream.response.status == 200
        is_new = "Last-Event-ID" not in headers and "after=" not in query
        if is_new and path != BELL:
            assert stream.next() == ("ready", 1)
        return stream

    yield listen

    for connection in opened:
        connection.close()


@pytest.fixture
def people(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def sale(people: Cast) -> RecordType:
    """A type of which everybody reads what the own department has."""
    sale = make_type("sale")
    make_role("reader", {sale: {"view": "department"}}, everybody=True)
    return sale


def test_change_by_a_colleague_is_told(listen: Listen, people: Cast, sale: RecordType) -> None:
    item = make_item(sale, responsible=people.boris.pk)
    stream = listen(people.anna)

    move_to_stage(item, "CALL", actor=actor(people.root))

    name, changes = stream.next()
    assert name == "changes"
    assert changes == [{"id": item.pk, "version": 2, "kind": "moved", "by": "person"}]


def test_record_that_may_not_be_viewed_is_not_told(
    listen: Listen, people: Cast, sale: RecordType
) -> None:
    hidden = make_item(sale, responsible=people.vera.pk)
    shown = make_item(sale, responsible=people.boris.pk)
    stream = listen(people.anna)

    update_record(hidden, {"title": "Secret"}, actor=system())
    update_record(shown, {"title": "Public"}, actor=system())

    assert stream.changes() == {shown.pk: "changed"}


def test_record_that_leaves_the_reader_s_view_is_told_once(
    listen: Listen, people: Cast, sale: RecordType
) -> None:
    item = make_item(sale, responsible=people.boris.pk)
    stream = listen(people.anna)

    update_record(item, {"responsible": people.vera.pk}, actor=system())
    first = stream.changes()
    update_record(item, {"title": "Secret"}, actor=system())
    other = make_item(sale, responsible=people.boris.pk)

    assert first == {item.pk: "changed"}
    assert stream.changes() == {other.pk: "created"}


def test_deleted_record_is_told(listen: Listen, people: Cast, sale: RecordType) -> None:
    item = make_item(sale, responsible=people.boris.pk)
    stream = listen(people.anna)

    delete_record(item, actor=system())

    assert stream.changes() == {item.pk: "deleted"}


def test_both_pipelines_are_told_of_a_record_that_changes_between_them(
    listen: Listen, people: Cast, sale: RecordType
) -> None:
    make_pipeline("FIRST > DONE", record_type=sale, code="other")
    item = make_item(sale, responsible=people.boris.pk)
    left = listen(people.anna, f"pipeline=main&loaded={NEVER}")
    entered = listen(people.anna, f"pipeline=other&loaded={NEVER}")

    move_to_pipeline(item, "other", actor=system())

    assert left.changes() == entered.changes() == {item.pk: "moved"}


def test_page_is_told_what_changed_while_it_loaded(
    listen: Listen, people: Cast, sale: RecordType
) -> None:
    item = make_item(sale, responsible=people.boris.pk)
    second = int(item.created_at.timestamp())

    stream = listen(people.anna, f"loaded={second}")

    assert stream.changes() == {item.pk: "created"}


@pytest.mark.parametrize("how", ["header", "parameter"])
def test_stream_goes_on_where_it_broke(
    listen: Listen, people: Cast, sale: RecordType, how: str
) -> None:
    broken = listen(people.anna)
    broken.connection.close()
    item = make_item(sale, responsible=people.boris.pk)

    if how == "header":
        stream = listen(people.anna, "", **{"Last-Event-ID": broken.last_id})
    else:
        stream = listen(people.anna, f"after={broken.last_id}")

    assert stream.changes() == {item.pk: "created"}


def test_flood_is_told_as_one_reload(listen: Listen, people: Cast, sale: RecordType) -> None:
    stream = listen(people.anna)

    drafts = [Draft({"responsible": people.boris.pk})] * (live_hub.MOST_CHANGES + 1)
    create_records("sale", drafts, actor=system())

    assert stream.next() == ("reload", "all")


def test_stream_of_somebody_who_left_ends(listen: Listen, people: Cast, sale: RecordType) -> None:
    stream = listen(people.anna)

    User.objects.filter(pk=people.anna.pk).update(is_active=False)
    make_item(sale, responsible=people.boris.pk)

    assert stream.next() == ("", None)


def test_stranger_and_person_without_rights_hear_nothing(live_url: str, people: Cast) -> None:
    make_type("sale")
    client = Client()
    client.force_login(people.guest)

    assert Client().get("/live/sale/").status_code == 302
    assert client.get("/live/sale/").status_code == 403


# --- the bell -------------------------------------------------------------------------------


def tell(user: User) -> Notification:
    robot = Actor.robot("Welcome")
    return notify([user.pk], NotificationKind.ROBOT, "Look", actor=robot)[0]


@pytest.mark.parametrize("path", [BELL, "/live/sale/"])
def test_page_hears_at_once_what_its_reader_has_not_read(
    listen: Listen, people: Cast, sale: RecordType, path: str
) -> None:
    stream = listen(people.anna, path=path)
    assert stream.bell() == 0

    note = tell(people.anna)
    assert stream.bell() == 1
    tell(people.boris)
    tell(people.anna)
    assert stream.bell() == 2
    mark_read([note.pk], actor=actor(people.anna))
    assert stream.bell() == 1


def test_bell_alone_hears_nothing_of_records(
    listen: Listen, people: Cast, sale: RecordType
) -> None:
    stream = listen(people.anna, path=BELL)
    assert stream.bell() == 0

    make_item(sale, responsible=people.boris.pk)
    tell(people.anna)

    assert stream.bell() == 1


def test_stranger_hears_no_bell(live_url: str) -> None:
    assert Client().get(BELL).status_code == 302


@pytest.mark.parametrize(
    "query", ["loaded=yesterday", "after=first", f"after={10**20}", f"loaded={10**17}"]
)
def test_wrong_place_in_the_feed_is_a_wrong_request(
    people: Cast, sale: RecordType, query: str
) -> None:
    client = Client()
    client.force_login(people.anna)

    assert client.get(f"/live/sale/?{query}").status_code == 400


@pytest.mark.parametrize("path", [BELL, "/live/sale/"])
def test_open_stream_keeps_no_database_connection(
    listen: Listen, people: Cast, sale: RecordType, path: str
) -> None:
    opened: list[BaseDatabaseWrapper] = []

    def remember(connection: BaseDatabaseWrapper, **_: object) -> None:
        if threading.current_thread() not in {threading.main_thread(), *readers()}:
            opened.append(connection)

    connection_created.connect(remember)
    try:
        listen(people.anna, path=path).bell()
    finally:
        connection_created.disconnect(remember)

    assert opened
    assert [connection.connection for connection in opened] == [None] * len(opened)


def test_feed_is_read_by_one_thread_as_long_as_somebody_listens(
    listen: Listen, people: Cast, sale: RecordType
) -> None:
    streams = [listen(people.anna), listen(people.boris)]
    (reader,) = readers()

    for stream in streams:
        stream.connection.close()
    reader.join(PATIENCE)

    assert not reader.is_alive()


def readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "live"]
