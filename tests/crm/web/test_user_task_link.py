"""Answering from a letter: a signed link that serves once, for one person, for a while."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail, signing
from django.test import Client
from django.utils import timezone

from accounts.models import User
from automation.actions.user_tasks import answer_user_task, delegate_user_task
from automation.mailing import mail_due
from automation.models import UserTask, UserTaskAnswer
from automation.user_tasks.links import LASTS, link_address
from tests.automation.activities.stepping import run_steps, step
from tests.factories.cast import Cast

pytestmark = pytest.mark.django_db


def ask(activity: str = "approve", **params: Any) -> UserTask:
    run_steps(step(activity, **{"title": "Buy it?", "people": ["anna", "boris"], **params}))
    return UserTask.objects.get()


def link(task: UserTask, person: User) -> str:
    """Return the path of a person's link."""
    return "/tasks/link/" + link_address(task, person.pk).partition("/tasks/link/")[2]


def refused(address: str) -> str:
    answer = Client().get(address)
    assert answer.status_code == 409
    return answer.content.decode()


def test_letter_carries_a_link_that_answers_without_signing_in(cast: Cast) -> None:
    User.objects.filter(pk=cast.anna.pk).update(email="anna@example.org")
    ask(comment="on_no")
    mail_due(timezone.now())
    found = re.search(r"/tasks/link/\S+", str(mail.outbox[0].body))
    assert found is not None

    page = Client().get(found[0]).content.decode()
    assert ("Buy it?" in page, "required to refuse" in page) == (True, True)
    missing = Client().post(found[0], {"answer": "no"})
    assert (missing.status_code, "needs a comment" in missing.content.decode()) == (422, True)
    kept = Client().post(found[0], {"answer": "no", "comment": "Too dear"})

    assert "your answer is kept" in kept.content.decode()
    answer = UserTaskAnswer.objects.get()
    assert (answer.asked.person, answer.comment) == (cast.anna, "Too dear")


def test_looking_answers_nothing(cast: Cast) -> None:
    address = link(ask(), cast.anna)

    Client().get(address + "?answer=yes")

    assert not UserTaskAnswer.objects.exists()


def test_link_serves_once(cast: Cast) -> None:
    address = link(ask(), cast.anna)
    Client().post(address, {"answer": "yes"})

    assert "This link was used" in refused(address)
    again = Client().post(address, {"answer": "no"})

    assert (again.status_code, "answered this task already" in again.content.decode()) == (
        409,
        True,
    )
    assert UserTaskAnswer.objects.get().answer == "yes"


def test_link_ends_with_the_task(cast: Cast) -> None:
    task = ask(rule="any")
    answer_user_task(task, actor=cast.actor("boris"), answer="yes")

    assert "no answer is needed" in refused(link(task, cast.anna))


def test_link_ends_when_the_place_is_given_on(cast: Cast) -> None:
    task = ask(delegation="anybody")
    address = link(task, cast.anna)
    delegate_user_task(task, cast.vera, actor=cast.actor("anna"))

    assert "Somebody else answers" in refused(address)


def test_link_of_who_left_serves_nobody(cast: Cast) -> None:
    address = link(ask(), cast.anna)
    User.objects.filter(pk=cast.anna.pk).update(is_active=False)

    assert "Somebody else answers" in refused(address)


def test_forged_link_is_told(cast: Cast) -> None:
    task = ask()
    place = task.people.get(person=cast.anna)
    other = signing.dumps([place.pk, cast.anna.pk], salt="other")

    for token in (other, "nonsense", link(task, cast.anna)[len("/tasks/link/") : -2] + "x"):
        assert "This link is not whole" in refused(f"/tasks/link/{token.rstrip('/')}/")


def test_old_link_is_told(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    address = link(ask(), cast.anna)
    later = timezone.now() + LASTS + timedelta(minutes=1)
    monkeypatch.setattr("django.core.signing.time.time", later.timestamp)

    assert "older than 14 days" in refused(address)
