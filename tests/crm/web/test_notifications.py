"""Notifications over HTTP: the list below the bell, the page, how one wants to be told."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.actor import Actor
from accounts.models import User
from automation.actions.notifications import notify
from automation.choices import NotificationKind
from automation.models import Notification, NotificationChoice
from smart_processes.models import Item
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type

pytestmark = pytest.mark.django_db

ROBOT = Actor.robot("Welcome")


@pytest.fixture
def item(cast: Cast) -> Item:
    sale = make_type("sale")
    make_role("reader", {sale: {"view": "all"}}, everybody=True)
    return make_item(sale, title="Fleet tablets")


def signed_in(user: User, *, by_htmx: bool = False) -> Client:
    client = Client(HTTP_HX_REQUEST="true") if by_htmx else Client()
    client.force_login(user)
    return client


def tell(user: User, title: str, item: Item | None = None) -> Notification:
    return notify([user.pk], NotificationKind.ROBOT, title, actor=ROBOT, item=item, text="More")[0]


def test_bell_lists_what_is_new_and_nobody_else_s(cast: Cast) -> None:
    tell(cast.anna, "<b>Look</b>")
    tell(cast.boris, "Not hers")

    html = signed_in(cast.anna, by_htmx=True).get("/notifications/bell/").content.decode()

    assert "&lt;b&gt;Look&lt;/b&gt;" in html
    assert "Unread" in html
    assert "Not hers" not in html


def test_opened_one_is_read_and_leads_to_its_record(item: Item, cast: Cast) -> None:
    note = tell(cast.anna, "Look", item)
    assert signed_in(cast.boris).post(f"/notifications/{note.pk}/open/").status_code == 404

    answer = signed_in(cast.anna).post(f"/notifications/{note.pk}/open/", follow=True)

    assert answer.redirect_chain[-1][0] == f"/sale/{item.pk}/"
    note.refresh_from_db()
    assert note.read_at is not None


def test_one_without_a_record_leads_to_the_page(cast: Cast) -> None:
    note = tell(cast.anna, "Look")

    answer = signed_in(cast.anna).post(f"/notifications/{note.pk}/open/")

    assert answer["Location"] == "/notifications/"


@pytest.mark.parametrize("by_htmx", [True, False])
def test_all_are_read_at_once(cast: Cast, *, by_htmx: bool) -> None:
    tell(cast.anna, "First")
    tell(cast.anna, "Second")
    anna = signed_in(cast.anna, by_htmx=by_htmx)

    answer = anna.post("/notifications/read/", follow=True)

    assert answer.status_code == 200
    assert "Unread" not in answer.content.decode()
    assert anna.get("/notifications/counts/").json()["bell"]["count"] == 0


def test_page_goes_on_behind_the_last_one(cast: Cast) -> None:
    for number in range(55):
        tell(cast.anna, f"No. {number:02d}.")
    anna = signed_in(cast.anna)

    first = anna.get("/notifications/").content.decode()
    oldest = Notification.objects.get(title="No. 05.").pk
    assert f"before={oldest}" in first
    further = anna.get(f"/notifications/?before={oldest}").content.decode()

    assert "No. 04." not in first
    assert "No. 04." in further
    assert "<html" not in further


def test_ways_are_kept_as_they_were_chosen(cast: Cast) -> None:
    anna = signed_in(cast.anna)

    answer = anna.post(
        "/notifications/settings/", {"bell-todo": "on", "mail-todo": "daily", "mail-mention": "x"}
    )

    assert answer["Location"] == "/notifications/settings/"
    todo, mention = (
        NotificationChoice.objects.get(person=cast.anna, kind=kind) for kind in ("todo", "mention")
    )
    assert (todo.in_bell, todo.mail) == (True, "daily")
    assert (mention.in_bell, mention.mail) == (False, "never")
    html = anna.get("/notifications/settings/").content.decode()
    assert re.findall(r'name="bell-(\w+)"\s+checked', html) == ["todo"]


def test_empty_page_says_what_will_stand_there(cast: Cast) -> None:
    assert "Nothing to tell yet" in signed_in(cast.anna).get("/notifications/").content.decode()
