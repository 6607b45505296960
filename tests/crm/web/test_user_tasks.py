"""User tasks over HTTP: what waits for me, answering, giving on, who blocks."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from automation.actions.runs import start_run
from automation.actions.user_tasks import answer_user_task
from automation.models import Notification, UserTask, UserTaskAnswer
from smart_processes.models import Item
from tests.automation.activities.stepping import run_steps, step
from tests.factories.accounts import make_role
from tests.factories.automation import make_program, run_due
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type

pytestmark = pytest.mark.django_db
QUESTIONS = [
    {"code": "amount", "label": "Amount", "kind": "integer", "required": True},
    {"code": "who", "label": "Suppliers", "kind": "user", "multiple": True},
]


@pytest.fixture
def item(cast: Cast) -> Item:
    """A purchase that anna and boris may read; vera may not."""
    purchase = make_type("purchase")
    role = make_role("reader", {purchase: {"view": "all"}})
    for person in (cast.anna, cast.boris):
        person.groups.add(role)
    return make_item(purchase, title="Pallet racks")


def ask(item: Item | None = None, activity: str = "approve", **params: Any) -> UserTask:
    """Return the task of a run that waits for anna and boris."""
    params = {"title": "Buy it?", "people": ["anna", "boris"], **params}
    run_steps(step(activity, **params), item=item)
    return UserTask.objects.latest("pk")


def signed_in(user: User, *, target: str = "") -> Client:
    client = Client(HTTP_HX_REQUEST="true", HTTP_HX_TARGET=target)
    client.force_login(user)
    return client


def read(user: User, address: str, *, target: str = "") -> str:
    answer = signed_in(user, target=target).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def send(user: User, task: UserTask, **sent: Any) -> Any:
    return signed_in(user).post(f"/tasks/answer/{task.pk}/send/", sent)


# --- lists ----------------------------------------------------------------------------------


def test_what_waits_for_me_is_listed_until_i_answer(item: Item, cast: Cast) -> None:
    task = ask(item, limit="2d")
    assert "Buy it?" in read(cast.anna, "/tasks/answer/")
    assert "To answer 1" in read(cast.anna, "/tasks/answer/")
    assert "Buy it?" not in read(cast.vera, "/tasks/answer/")

    send(cast.anna, task, answer="yes")

    waiting, answered = "/tasks/answer/", "/tasks/answer/?done=1"
    assert "Buy it?" not in read(cast.anna, waiting, target="user-tasks")
    assert "Buy it?" in read(cast.anna, answered, target="user-tasks")
    assert "Buy it?" in read(cast.boris, waiting, target="user-tasks")


def test_list_is_narrowed_by_kind_record_and_text(item: Item, cast: Cast) -> None:
    ask(item, title="First")
    ask(activity="acknowledge", title="Second")

    def shown(query: str) -> set[str]:
        page = read(cast.anna, f"/tasks/answer/?{query}", target="user-tasks")
        return {title for title in ("First", "Second") if title in page}

    assert shown("") == {"First", "Second"}
    assert shown("kind=approval") == {"First"}
    assert shown("kind=acknowledgement") == {"Second"}
    assert shown("type=purchase") == {"First"}
    assert shown("q=pallet") == {"First"}
    assert shown("q=nothing") == set()


def test_record_that_i_may_not_open_is_named_without_a_link(item: Item, cast: Cast) -> None:
    task = ask(item, people=["vera"])

    page = read(cast.vera, f"/tasks/answer/{task.pk}/")

    assert "Pallet racks" in page
    assert f"/search/{item.pk}/" not in page
    assert f"/search/{item.pk}/" in read(cast.boris, f"/tasks/answer/{task.pk}/")


def test_task_of_a_deleted_record_waits_for_nobody(item: Item, cast: Cast) -> None:
    ask(item)
    Item._base_manager.filter(pk=item.pk).update(deleted_at=timezone.now())

    assert "Buy it?" not in read(cast.anna, "/tasks/answer/")


def test_number_in_the_menu_counts_what_waits_for_me(item: Item, cast: Cast) -> None:
    task = ask(item, limit="2d")
    counts = "/notifications/counts/"
    assert json.loads(read(cast.anna, counts))["tasks"] == {"count": 1, "is_alert": False}
    UserTask.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert json.loads(read(cast.anna, counts))["tasks"] == {"count": 1, "is_alert": True}

    send(cast.anna, task, answer="yes")

    assert json.loads(read(cast.anna, counts))["tasks"] == {"count": 0, "is_alert": False}


def test_who_asked_sees_who_blocks(item: Item, cast: Cast) -> None:
    params = {"title": "Leave in July", "people": ["anna", "boris"]}
    start_run(make_program(step("approve", **params)), actor=cast.actor("root"))
    run_due()
    answer_user_task(UserTask.objects.get(), actor=cast.actor("anna"), answer="yes")

    page = read(cast.root, "/tasks/asked/", target="user-tasks")

    assert "Leave in July" in page
    assert "Boris" in page
    assert "Anna" not in page


# --- one task -------------------------------------------------------------------------------


def test_task_is_no_stranger_s_to_read(item: Item, cast: Cast) -> None:
    task = ask(item)

    assert signed_in(cast.vera).get(f"/tasks/answer/{task.pk}/").status_code == 404
    assert send(cast.vera, task, answer="yes").status_code == 404
    assert not UserTaskAnswer.objects.exists()


def test_form_is_filled_in(item: Item, cast: Cast) -> None:
    task = ask(item, "give_information", questions=QUESTIONS)
    refused = send(cast.anna, task, answer="ok", **{"value-amount": "much"})
    assert refused.status_code == 422
    assert "whole number" in refused.content.decode()
    assert 'value="much"' in refused.content.decode()

    sent = {"value-amount": "12", "value-who": [cast.vera.pk, cast.boris.pk], "comment": "Fine"}
    kept = send(cast.anna, task, answer="ok", **sent)

    assert kept.status_code == 200
    answer = UserTaskAnswer.objects.get()
    assert answer.values == {"amount": 12, "who": sorted([cast.vera.pk, cast.boris.pk])}
    page = kept.content.decode()
    assert "Fine" in page
    assert cast.vera.full_name in page


def test_missing_comment_comes_back_at_its_control(item: Item, cast: Cast) -> None:
    task = ask(item, comment="on_no")

    refused = send(cast.anna, task, answer="no")

    assert refused.status_code == 422
    assert "Say why: this answer needs a comment." in refused.content.decode()


def test_second_answer_is_told_in_a_sentence(item: Item, cast: Cast) -> None:
    task = ask(item, rule="any")
    send(cast.boris, task, answer="yes")

    answer = send(cast.anna, task, answer="no")

    assert answer.status_code == 409
    assert "This task is closed: approved" in answer["HX-Trigger"]


def test_task_is_given_on(item: Item, cast: Cast) -> None:
    task = ask(item, people=["anna"], delegation="anybody")
    assert f'value="{cast.vera.pk}"' in read(cast.anna, f"/tasks/answer/{task.pk}/")

    address = f"/tasks/answer/{task.pk}/delegate/"
    signed_in(cast.anna).post(address, {"to": cast.vera.pk})

    assert "given on by" in read(cast.vera, f"/tasks/answer/{task.pk}/")
    assert "Buy it?" in read(cast.vera, "/tasks/answer/")
    nobody = signed_in(cast.vera).post(address, {"to": ""})
    assert (nobody.status_code, "Choose who" in nobody["HX-Trigger"]) == (409, True)


def test_many_tasks_are_answered_at_once(item: Item, cast: Cast) -> None:
    tasks = [ask(item, title=f"Buy {n}", people=["anna"]) for n in range(3)]
    strange = ask(item, title="Strange", people=["boris"])
    chosen = [task.pk for task in [*tasks[:2], strange]]

    answer = signed_in(cast.anna).post(
        "/tasks/answer/many/", {"task": chosen, "answer": "yes", "comment": "All good"}
    )

    assert answer.status_code == 200
    told = json.loads(answer["HX-Trigger-After-Swap"])["toast"]
    assert told["title"] == "2 tasks answered"
    assert "Strange: This task was not given to you." in told["text"]
    page = answer.content.decode()
    assert ("Buy 2" in page, "Buy 1" in page) == (True, False)
    assert set(UserTaskAnswer.objects.values_list("comment", flat=True)) == {"All good"}


def test_what_is_only_to_be_read_is_not_rejected_by_many(item: Item, cast: Cast) -> None:
    task = ask(item, "acknowledge", people=["anna"])

    signed_in(cast.anna).post("/tasks/answer/many/", {"task": [task.pk], "answer": "no"})

    assert not UserTaskAnswer.objects.exists()


# --- where one comes from -------------------------------------------------------------------


def test_record_shows_who_blocks_and_takes_my_answer(item: Item, cast: Cast) -> None:
    task = ask(item)

    panel = read(cast.anna, f"/purchase/{item.pk}/user-tasks/")

    assert "Waiting for" in panel
    assert f"/tasks/answer/{task.pk}/send/" in panel


def test_notification_leads_to_the_task(item: Item, cast: Cast) -> None:
    task = ask(item)
    told = Notification.objects.get(person=cast.anna)

    client = Client()
    client.force_login(cast.anna)
    answer = client.post(f"/notifications/{told.pk}/open/")

    assert answer["Location"] == f"/tasks/answer/{task.pk}/"


def test_list_costs_the_same_for_many_tasks(
    item: Item, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        ask(item, title=f"Buy {number}")
    client = signed_in(cast.anna, target="user-tasks")
    client.get("/tasks/answer/")

    with django_assert_max_num_queries(12):
        client.get("/tasks/answer/")
