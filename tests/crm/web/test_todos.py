"""To-dos over HTTP: the tab of a record, "My tasks", the next step on a card."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from automation.actions.todos import TodoContent, add_todo
from automation.models import ChecklistItem, Todo
from smart_processes.actions.records import delete_record
from smart_processes.models import Item, RecordType
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, make_type, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def sale(cast: Cast) -> RecordType:
    """Anna may change sales, Boris read them; Vera sees nothing of them."""
    sale = make_type("sale")
    cast.anna.groups.add(make_role("seller", {sale: {"view": "all", "change": "all"}}))
    cast.boris.groups.add(make_role("reader", {sale: {"view": "all"}}))
    return sale


@pytest.fixture
def item(sale: RecordType) -> Item:
    return make_item(sale, title="Fleet tablets")


def signed_in(user: User) -> Client:
    client = Client(HTTP_HX_REQUEST="true")
    client.force_login(user)
    return client


def plan(item: Item, title: str, user: User | None = None, at: datetime | None = None) -> Todo:
    return add_todo(item, TodoContent(title, user, at), actor=system())


def now(**shift: float) -> datetime:
    return timezone.now() + timedelta(**shift)


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


# --- the tab --------------------------------------------------------------------------------


def test_to_do_is_planned_on_the_tab(item: Item, cast: Cast) -> None:
    answer = signed_in(cast.anna).post(
        f"/sale/{item.pk}/todos/add/",
        {
            "title": "Call back",
            "assignee": cast.boris.pk,
            "deadline_at": "2030-01-02T15:00",
            "checklist": "Find the number\nCall",
        },
    )

    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Call back" in html
    assert "Find the number" in html
    assert 'data-tab-count="todos" hidden>1<' in html
    todo = Todo.objects.get()
    assert (todo.assignee, todo.made_by) == (cast.boris, cast.anna)
    assert timezone.localtime(todo.deadline_at).hour == 15


@pytest.mark.parametrize("title", ["", "x" * 256])
def test_refused_to_do_comes_back_with_its_sentence(item: Item, cast: Cast, title: str) -> None:
    answer = signed_in(cast.anna).post(
        f"/sale/{item.pk}/todos/add/", {"title": title, "description": "Kept"}
    )

    assert answer.status_code == 422
    assert "Kept" in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()


def test_to_do_for_who_may_not_see_the_record_is_refused_with_the_reason(
    item: Item, cast: Cast
) -> None:
    answer = signed_in(cast.anna).post(
        f"/sale/{item.pk}/todos/add/", {"title": "Call", "assignee": cast.vera.pk}
    )

    assert answer.status_code == 422
    assert "Vera may not see this record" in answer.content.decode()


def test_reader_sees_to_dos_and_may_do_only_their_own(item: Item, cast: Cast) -> None:
    own, other = plan(item, "Mine", cast.boris), plan(item, "Hers", cast.anna)
    boris = signed_in(cast.boris)

    html = read(boris, f"/sale/{item.pk}/todos/")

    assert "Mine" in html
    assert "Hers" in html
    assert "todo-composer" not in html
    assert html.count("disabled") == 1
    assert boris.post(f"/sale/{item.pk}/todos/{other.pk}/done/").status_code == 403
    assert boris.post(f"/sale/{item.pk}/todos/{own.pk}/done/").status_code == 200
    assert set(Todo.objects.exclude(done_at=None)) == {own}


def test_stranger_is_not_told_that_there_is_anything(item: Item, cast: Cast) -> None:
    todo = plan(item, "Hers", cast.anna)
    vera = signed_in(cast.vera)

    assert vera.get(f"/sale/{item.pk}/todos/").status_code == 404
    assert vera.post(f"/sale/{item.pk}/todos/{todo.pk}/done/").status_code == 404
    assert vera.post(f"/tasks/{todo.pk}/done/").status_code == 404


def test_to_do_of_another_record_is_not_there(item: Item, sale: RecordType, cast: Cast) -> None:
    todo = plan(make_item(sale), "Elsewhere")

    for part in ("done", "edit", "delete"):
        assert (
            signed_in(cast.anna).post(f"/sale/{item.pk}/todos/{todo.pk}/{part}/").status_code == 404
        )


def test_to_do_is_changed_in_place_and_its_checklist_ticked(item: Item, cast: Cast) -> None:
    todo = plan(item, "Call")
    anna = signed_in(cast.anna)
    assert 'value="Call"' in read(anna, f"/sale/{item.pk}/todos/{todo.pk}/edit/")

    anna.post(f"/sale/{item.pk}/todos/{todo.pk}/edit/", {"title": "Call again", "checklist": "One"})
    line = ChecklistItem.objects.get()
    anna.post(f"/sale/{item.pk}/todos/lines/{line.pk}/")
    line.refresh_from_db()
    assert line.done_by == cast.anna

    anna.post(f"/sale/{item.pk}/todos/lines/{line.pk}/?off")
    line.refresh_from_db()
    assert line.done_at is None
    assert Todo.objects.get().title == "Call again"


def test_done_one_is_opened_again_and_deleted(item: Item, cast: Cast) -> None:
    todo = plan(item, "Call")
    anna = signed_in(cast.anna)

    anna.post(f"/sale/{item.pk}/todos/{todo.pk}/done/")
    anna.post(f"/sale/{item.pk}/todos/{todo.pk}/done/?off")
    assert Todo.objects.get().done_at is None

    anna.post(f"/sale/{item.pk}/todos/{todo.pk}/delete/")
    assert not Todo.objects.exists()


def test_late_to_do_is_told_in_the_record_s_head(item: Item, cast: Cast) -> None:
    plan(item, "Later", at=now(days=1))
    assert "d late" not in read(signed_in(cast.anna), f"/sale/{item.pk}/")

    plan(item, "Reply", at=now(days=-5))
    assert "To-do 5 d late" in read(signed_in(cast.anna), f"/sale/{item.pk}/")


def test_timeline_tells_of_to_dos(item: Item, cast: Cast) -> None:
    todo = plan(item, "Call back")
    signed_in(cast.anna).post(f"/sale/{item.pk}/todos/{todo.pk}/done/")

    html = read(signed_in(cast.anna), f"/sale/{item.pk}/timeline/")

    assert "has done <b>Call back</b>" in html
    assert "planned <b>Call back</b>" in html


# --- my tasks -------------------------------------------------------------------------------


def test_my_tasks_stand_by_urgency(item: Item, cast: Cast) -> None:
    plan(item, "Whenever", cast.anna)
    plan(item, "Next week", cast.anna, now(days=7))
    plan(item, "Last week", cast.anna, now(days=-7))
    plan(item, "Not mine", cast.boris, now(days=-7))

    html = read(signed_in(cast.anna), "/tasks/")

    places = [
        html.index(words) for words in ("Late", "Last week", "Later", "Next week", "Whenever")
    ]
    assert places == sorted(places)
    assert "Not mine" not in html
    assert "7 d late" in html


def test_task_is_done_in_place_and_undone(item: Item, cast: Cast) -> None:
    todo = plan(item, "Call", cast.boris)
    boris = signed_in(cast.boris)

    answer = boris.post(f"/tasks/{todo.pk}/done/?q=call")
    assert "No to-dos match" in answer.content.decode()
    assert "is done" in answer["HX-Trigger-After-Swap"]
    assert "Call" in read(boris, "/tasks/?done=1")

    boris.post(f"/tasks/{todo.pk}/done/?off=1")
    assert "Call" in read(boris, "/tasks/")


def test_tasks_are_found_by_their_own_and_their_record_s_title(
    item: Item, sale: RecordType, cast: Cast
) -> None:
    plan(item, "Call", cast.anna)
    plan(make_item(sale, title="Other"), "Write", cast.anna)
    anna = signed_in(cast.anna)

    assert "Write" not in read(anna, "/tasks/?q=tablets")
    assert "Write" in read(anna, "/tasks/?q=write")
    assert "Write" in read(anna, "/tasks/?type=sale")
    assert "Write" in read(anna, "/tasks/?type=nowhere")


def test_task_on_a_deleted_record_is_not_shown(item: Item, cast: Cast) -> None:
    plan(item, "Call", cast.anna)
    delete_record(item, actor=system())

    assert "Nothing to do" in read(signed_in(cast.anna), "/tasks/")


def test_numbers_of_the_shell_tell_what_is_late(item: Item, cast: Cast) -> None:
    plan(item, "Late", cast.anna, now(days=-1))
    plan(item, "Later", cast.anna, now(days=3))

    told = signed_in(cast.anna).get("/notifications/counts/").json()

    assert told["tasks"] == {"count": 1, "is_alert": True}
    assert told["bell"] == {"count": 2, "label": "Notifications, 2 unread"}


# --- the card -------------------------------------------------------------------------------


def test_card_shows_the_next_step_and_that_it_is_late(item: Item, cast: Cast) -> None:
    plan(item, "Whenever")
    plan(item, "Tomorrow", at=now(days=2))
    late = plan(item, "Reply", at=now(days=-5))
    anna = signed_in(cast.anna)

    html = read(anna, "/sale/board/")
    assert "Reply" in html
    assert "5 d late" in html
    assert "Tomorrow" not in html

    anna.post(f"/sale/{item.pk}/todos/{late.pk}/done/")
    assert "Tomorrow" in read(anna, "/sale/board/")


# --- the list -------------------------------------------------------------------------------


def test_list_shows_the_next_step_to_who_chose_it(item: Item, cast: Cast) -> None:
    plan(item, "Reply", at=now(days=-5))
    anna = signed_in(cast.anna)
    assert "5 d late" not in read(anna, "/sale/list/")

    anna.post("/sale/list/columns/", {"columns": ["title", "next_step"]})

    html = read(anna, "/sale/list/")
    assert "Reply · 5 d late" in html
    assert "bad-ink" in html
