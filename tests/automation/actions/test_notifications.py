"""Who is told of what, and how it reaches them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from celery import current_app
from django.core import mail

from accounts.actor import Actor
from accounts.choices import Action
from accounts.models import User
from automation import mailing
from automation.actions.notifications import (
    MAIL_DUE,
    choose_ways,
    forget_notifications,
    mark_read,
    notify,
)
from automation.choices import MailChoice, NotificationKind
from automation.models import Notification
from automation.selectors.notifications import count_unread, latest_notifications, ways_of
from smart_processes.actions.comments import add_comment
from smart_processes.actions.creation import Draft, create_records
from smart_processes.actions.records import update_record
from smart_processes.models import Item, RecordType
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type, system

pytestmark = pytest.mark.django_db

ROBOT = Actor.robot("Welcome")
KIND = NotificationKind.ROBOT
NOON = datetime(2026, 3, 6, 12, tzinfo=UTC)


@pytest.fixture
def sale(cast: Cast) -> RecordType:
    """Anna and Boris may change sales; Vera sees nothing of them."""
    sale = make_type("sale")
    seller = make_role("seller", {sale: dict.fromkeys(("view", "add", "change", "import"), "all")})
    cast.anna.groups.add(seller)
    cast.boris.groups.add(seller)
    return sale


@pytest.fixture
def item(sale: RecordType) -> Item:
    return make_item(sale, title="Fleet tablets")


def titles(person: User) -> list[str]:
    return list(Notification.objects.filter(person=person).values_list("title", flat=True))


# --- who is told ----------------------------------------------------------------------------


def test_who_becomes_responsible_is_told_once(item: Item, cast: Cast) -> None:
    update_record(item, {"responsible": cast.boris.pk}, actor=cast.actor("anna"))
    update_record(item, {"title": "Tablets"}, actor=cast.actor("anna"))

    assert titles(cast.boris) == ["You are responsible for “Fleet tablets” now"]


def test_who_takes_a_record_is_not_told(item: Item, cast: Cast) -> None:
    update_record(item, {"responsible": cast.boris.pk}, actor=cast.actor("boris"))

    assert not Notification.objects.exists()


def test_new_record_is_told_to_who_is_responsible(sale: RecordType, cast: Cast) -> None:
    make_item(sale, title="New", responsible=cast.boris.pk, actor=cast.actor("anna"))

    assert titles(cast.boris) == ["You are responsible for “New” now"]


def test_import_tells_nobody(sale: RecordType, cast: Cast) -> None:

    create_records(
        "sale",
        [Draft({"title": "Row", "responsible": cast.boris.pk})],
        actor=cast.actor("anna"),
        permission=Action.IMPORT,
    )

    assert not Notification.objects.exists()


def test_mention_reaches_who_may_read_the_record(item: Item, cast: Cast) -> None:
    add_comment(
        item, "@Boris and @vera, is this right? Not you: x@boris, @anna", actor=cast.actor("anna")
    )

    (note,) = Notification.objects.all()
    assert (note.person, note.kind) == (cast.boris, "mention")
    assert note.title == "Anna mentioned you in “Fleet tablets”"


def test_title_is_in_the_language_of_who_is_told(item: Item, cast: Cast) -> None:
    cast.boris.language = "ru"
    cast.boris.save(update_fields=["language"])

    update_record(item, {"responsible": cast.boris.pk}, actor=cast.actor("anna"))

    assert titles(cast.boris) == ["Теперь вы отвечаете за «Fleet tablets»"]


def test_who_left_is_not_told_and_nobody_twice(cast: Cast) -> None:
    cast.boris.is_active = False
    cast.boris.save(update_fields=["is_active"])

    made = notify([cast.anna.pk, cast.boris.pk, cast.anna.pk], KIND, "Look", actor=ROBOT)

    assert [each.person_id for each in made] == [cast.anna.pk]


def test_nobody_is_told_of_what_they_did(cast: Cast) -> None:
    people = [cast.anna.pk, cast.boris.pk]

    by_person = notify(people, KIND, "Look", actor=cast.actor("anna"))
    by_robot = notify(people, KIND, "Look", actor=Actor.robot("Hers", runs_as=cast.anna.pk))

    assert [each.person_id for each in by_person] == [cast.boris.pk]
    assert [each.person_id for each in by_robot] == people


# --- the bell -------------------------------------------------------------------------------


def test_number_at_the_bell_falls_when_they_are_read(cast: Cast) -> None:
    first, second = (notify([cast.anna.pk], KIND, text, actor=ROBOT)[0] for text in "ab")
    notify([cast.boris.pk], KIND, "c", actor=ROBOT)
    assert [each.pk for each in latest_notifications(cast.anna.pk)] == [second.pk, first.pk]

    assert mark_read([first.pk], actor=cast.actor("boris")) == 0  # somebody else's
    assert mark_read([first.pk], actor=cast.actor("anna")) == 1
    assert count_unread(cast.anna.pk) == 1
    assert mark_read(None, actor=cast.actor("anna")) == 1
    assert (count_unread(cast.anna.pk), count_unread(cast.boris.pk)) == (0, 1)


def test_who_wants_neither_bell_nor_mail_is_not_told(cast: Cast) -> None:
    anna = cast.actor("anna")
    choose_ways(KIND, in_bell=False, mail=MailChoice.NEVER, actor=anna)

    assert notify([cast.anna.pk], KIND, "Look", actor=ROBOT) == []
    assert notify([cast.anna.pk], NotificationKind.TODO, "Look", actor=ROBOT)
    assert {way.kind: way.in_bell for way in ways_of(cast.anna.pk)}[KIND] is False


def test_old_ones_are_forgotten(cast: Cast) -> None:
    notify([cast.anna.pk], KIND, "Look", actor=ROBOT)

    assert forget_notifications(NOON) == 0
    assert forget_notifications(datetime.now(UTC) + timedelta(days=1)) == 1


# --- mail -----------------------------------------------------------------------------------


def test_letter_leaves_once_with_a_link_to_the_record(item: Item, cast: Cast) -> None:
    choose_ways(KIND, in_bell=False, mail=MailChoice.AT_ONCE, actor=cast.actor("anna"))
    notify([cast.anna.pk], KIND, "Look at it", actor=ROBOT, text="Now & here", item=item)
    now = datetime.now(UTC)

    assert [mailing.mail_due(now), mailing.mail_due(now)] == [1, 0]

    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["anna@example.com"], "Look at it")
    assert "Now & here" in letter.body
    assert f"http://localhost:8000/search/{item.pk}/" in letter.body
    assert count_unread(cast.anna.pk) == 0  # not behind the bell: so it was chosen
    assert latest_notifications(cast.anna.pk) == []


@pytest.mark.django_db(transaction=True)
def test_worker_is_told_of_a_letter_that_leaves_at_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **_options: sent.append(name))

    notify([cast.boris.pk], KIND, "Look", actor=ROBOT)
    assert sent == []
    choose_ways(KIND, in_bell=True, mail=MailChoice.AT_ONCE, actor=cast.actor("anna"))
    notify([cast.anna.pk], KIND, "Look", actor=ROBOT)

    assert sent == [MAIL_DUE]


def test_daily_letter_leaves_at_eight_where_the_person_lives(cast: Cast) -> None:
    cast.anna.time_zone = "Asia/Vladivostok"  # ten hours ahead: 8:00 is 22:00 UTC
    cast.anna.save(update_fields=["time_zone"])
    choose_ways(KIND, in_bell=True, mail=MailChoice.DAILY, actor=cast.actor("anna"))
    for title in ("First", "Second"):
        notify([cast.anna.pk], KIND, title, actor=ROBOT)
    Notification.objects.update(at=NOON)

    assert mailing.mail_digests(NOON.replace(hour=21)) == 0
    assert mailing.mail_digests(NOON.replace(hour=22)) == 1
    assert mailing.mail_digests(NOON.replace(hour=23)) == 0

    (letter,) = mail.outbox
    assert letter.subject == "2 notifications"
    assert letter.body.index("First") < letter.body.index("Second")


def test_letter_that_no_server_takes_is_tried_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose_ways(KIND, in_bell=True, mail=MailChoice.AT_ONCE, actor=cast.actor("anna"))
    notify([cast.anna.pk], KIND, "Look", actor=ROBOT)
    now = datetime.now(UTC)

    def refuse(*_: object, **__: object) -> None:
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.message.EmailMessage.send", refuse)
        assert mailing.mail_due(now) == 0

    assert mailing.mail_due(now) == 1


def test_each_gets_a_daily_letter_of_their_own(cast: Cast) -> None:
    for person in (cast.anna, cast.boris):
        choose_ways(KIND, in_bell=True, mail=MailChoice.DAILY, actor=Actor.person(person))
        notify([person.pk], KIND, f"For {person.username}", actor=ROBOT)
    Notification.objects.update(at=NOON - timedelta(days=1))

    assert mailing.mail_digests(NOON) == 2

    told = {letter.to[0]: letter.subject for letter in mail.outbox}
    assert told == {"anna@example.com": "For anna", "boris@example.com": "For boris"}


def test_letter_that_is_late_by_days_is_not_sent_any_more(cast: Cast) -> None:
    choose_ways(KIND, in_bell=True, mail=MailChoice.AT_ONCE, actor=cast.actor("anna"))
    notify([cast.anna.pk], KIND, "Look", actor=ROBOT)
    now = datetime.now(UTC)

    assert mailing.mail_due(now + mailing.GIVEN_UP_AFTER + timedelta(hours=1)) == 0
    assert mailing.mail_due(now) == 1


def test_who_left_meanwhile_gets_no_letter(cast: Cast) -> None:
    choose_ways(KIND, in_bell=True, mail=MailChoice.AT_ONCE, actor=cast.actor("anna"))
    notify([cast.anna.pk], KIND, "Look", actor=ROBOT)
    cast.anna.is_active = False
    cast.anna.save(update_fields=["is_active"])

    assert mailing.mail_due(datetime.now(UTC)) == 0
    assert not mail.outbox


def test_person_without_an_address_is_passed_over(cast: Cast) -> None:
    choose_ways(KIND, in_bell=True, mail=MailChoice.AT_ONCE, actor=cast.actor("anna"))
    cast.anna.email = ""
    cast.anna.save(update_fields=["email"])
    notify([cast.anna.pk], KIND, "Look", actor=system())

    assert mailing.mail_due(datetime.now(UTC)) == 0
    assert not mail.outbox
    assert not Notification.objects.filter(mailed_at=None).exists()
