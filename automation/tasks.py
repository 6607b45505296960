"""Celery tasks of automation: nudges and the sweep, three lines each."""

from __future__ import annotations

import time

from celery import shared_task
from django.utils import timezone

from automation import mailing
from automation.actions import notifications, retention, schedules
from automation.runtime import clock, executor, outbox
from automation.runtime.nudges import RUN_DUE, SEND_DUE, nudge
from automation.triggering import looking, moments
from automation.triggering.reading_mail import read_mail as read_mailbox

FORGET_HISTORY = "automation.tasks.forget_history"
# A worker goes on for so many seconds, then asks for itself again: others get their turn.
LONGEST = 5.0


@shared_task
def run_due() -> None:
    """Take turns of runs until nothing is due."""
    _until_nothing_is_left(executor.run_due, RUN_DUE)


@shared_task
def send_due() -> None:
    """Send what lies in the outbox until nothing is due."""
    _until_nothing_is_left(outbox.send_due, SEND_DUE)


@shared_task
def sweep() -> None:
    """Do what is due and whose nudge was lost, or whose moment has come."""
    run_due()
    send_due()


@shared_task
def run_schedule(schedule_id: int) -> None:
    """Do what a schedule's last time asks for; beat sends this."""
    schedules.run_schedule(schedule_id)


@shared_task
def find_moments() -> None:
    """Note for triggers which dates came."""
    moments.find_moments(clock.now())


@shared_task
def read_mail() -> None:
    """Read what came into the mailbox."""
    read_mailbox()


@shared_task
def forget_trigger_events() -> None:
    """Forget which calls and letters came long ago."""
    looking.forget(clock.now())


@shared_task
def forget_history() -> None:
    """Forget what automation did long ago, batch by batch."""
    _until_nothing_is_left(lambda: retention.forget_history(clock.now()), FORGET_HISTORY)


@shared_task
def mail_notifications() -> None:
    """Send what people want mailed at once until nothing is left."""
    while mailing.mail_due(timezone.now()):
        pass


@shared_task
def mail_digests() -> None:
    """Send the daily letters that are due."""
    mailing.mail_digests(timezone.now())


@shared_task
def forget_notifications() -> None:
    """Keep the lists of notifications short."""
    notifications.forget_notifications(timezone.now() - notifications.KEPT)


def _until_nothing_is_left(work: executor.Work, task: str) -> None:
    started = time.monotonic()
    while work():
        if time.monotonic() - started > LONGEST:
            nudge(task)
            return
