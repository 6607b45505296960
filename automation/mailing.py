"""Mailing notifications: at once, and once a day in one letter.

A letter is sent and then noted; a crash between the two sends it again with the same
Message-ID, by which the receiver's server drops the copy.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import ngettext

from accounts.models import User
from automation import letters
from automation.addresses import page_address, record_address, user_task_address
from automation.calendars.stored import company_zone
from automation.choices import MailChoice
from automation.models import Notification
from automation.user_tasks.links import link_address

# The daily letter leaves at eight in the morning where the person lives.
DIGEST_HOUR = 8
# Letters sent in one transaction: a slow mail server must not hold locks for long.
AT_ONCE = 20
MOST_IN_A_DIGEST = 200
# A letter that no server takes for so long is not worth sending any more.
GIVEN_UP_AFTER = timedelta(days=2)

logger = logging.getLogger(__name__)


def mail_due(now: datetime) -> int:
    """Send what is to be mailed at once; return how many letters left.

    Any number of workers may do this at the same time: rows are locked while their letter
    is sent, and others pass over them.
    """
    sent = 0
    with transaction.atomic():
        due = (
            Notification.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(mail=MailChoice.AT_ONCE, mailed_at=None, at__gte=now - GIVEN_UP_AFTER)
            .select_related("person", "item")
            .order_by("at", "pk")[:AT_ONCE]
        )
        for each in due:
            sent += _send([each], each.person, key=f"notification-{each.pk}", now=now)
    return sent


def mail_digests(now: datetime) -> int:
    """Send the daily letters that are due; return how many left.

    A person's letter holds what happened before the last eight o'clock on their clock.
    """
    waiting = Notification.objects.filter(mail=MailChoice.DAILY, mailed_at=None)
    people = User.objects.filter(pk__in=waiting.values("person_id"))
    return sum(_mail_digest(person, now) for person in people)


def _mail_digest(person: User, now: datetime) -> int:
    with transaction.atomic():
        due = (
            Notification.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(person=person, mail=MailChoice.DAILY, mailed_at=None)
            .filter(at__lt=_last_digest(person, now))
            .select_related("item")
            .order_by("at", "pk")[:MOST_IN_A_DIGEST]
        )
        waiting = list(due)
        if not waiting:
            return 0
        return _send(waiting, person, key=f"digest-{person.pk}-{waiting[-1].pk}", now=now)


def _send(told: Sequence[Notification], person: User, *, key: str, now: datetime) -> int:
    """Send one letter and note it; return 1 when it left."""
    ids = [each.pk for each in told]
    if person.is_active and person.email:
        try:
            letters.send(_letter(told, person), key=key)
        except OSError:  # SMTP's own errors are among them
            logger.warning("notifications: mail to person %s did not leave", person.pk)
            return 0
    Notification.objects.filter(pk__in=ids).update(mailed_at=now)
    return int(person.is_active and bool(person.email))


def _letter(told: Sequence[Notification], person: User) -> letters.Letter:
    """Return the letter in the person's language."""
    with (
        translation.override(person.language or settings.LANGUAGE_CODE),
        timezone.override(_zone(person)),
    ):
        if len(told) == 1:
            subject = told[0].title
        else:
            subject = ngettext("%(count)d notification", "%(count)d notifications", len(told)) % {
                "count": len(told)
            }
        lines = [(each, _url(each)) for each in told]
        text = render_to_string(
            "automation/mail/notifications.txt",
            {"person": person, "lines": lines, "settings_url": _settings_url()},
        )
    return letters.Letter(to=(person.email,), subject=letters.clean_subject(subject), text=text)


def _url(told: Notification) -> str:
    if told.user_task_id is not None:
        return link_address(told.user_task_id, told.person_id) or user_task_address(
            told.user_task_id
        )
    return record_address(told.item_id) if told.item_id is not None else ""


def _settings_url() -> str:
    return page_address("crm:notification_settings")


def _last_digest(person: User, now: datetime) -> datetime:
    local = now.astimezone(_zone(person))
    today = local.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return today if today <= local else today - timedelta(days=1)


def _zone(person: User) -> ZoneInfo:
    try:
        return ZoneInfo(person.time_zone) if person.time_zone else company_zone()
    except (ZoneInfoNotFoundError, ValueError):
        return company_zone()
