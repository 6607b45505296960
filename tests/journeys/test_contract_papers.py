"""Process 2: documents after a closed deal; the head of sales and the accountant are one person."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from automation.actions.todos import complete_todo
from automation.actions.user_tasks import answer_user_task
from automation.models import Run, Todo, UserTask
from automation.runtime import clock
from smart_processes.actions.stages import move_to_stage
from smart_processes.models import Item, RecordType
from tests.factories.automation import run_due
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item

pytestmark = pytest.mark.django_db
SOLUTION = Path(__file__).parent / "contract_papers" / "solution.yaml"


@pytest.fixture
def sales(cast: Cast) -> RecordType:
    """Boris leads the department of anna, and keeps the books."""
    department = cast.anna.department
    assert department is not None
    department.head = cast.boris
    department.save()
    call_command("solution", "apply", str(SOLUTION))
    return RecordType.objects.get(code="sale")


def test_papers_of_a_won_sale_reach_accounting(cast: Cast, sales: RecordType) -> None:
    won, lost = (make_item(sales, title=name, responsible=cast.anna.pk) for name in ("A", "B"))
    _close(cast, won, "WON")
    _close(cast, lost, "LOST")
    assert _open() == [("Hand over the contract of A", "anna")]

    _answer(cast, "anna", "ok")
    assert _open() == [("A contract exists: A", "boris")]
    _answer(cast, "boris", "ok")

    todo = Todo.objects.get()
    assert (todo.title, todo.assignee) == ("File the contract of A", cast.boris)
    assert [line.text for line in todo.checklist.all()] == [
        "Originals to accounting",
        "Electronic copies to storage",
    ]
    assert "waiting" in set(Run.objects.values_list("status", flat=True))
    complete_todo(todo, actor=cast.actor("boris"))
    run_due()
    assert set(Run.objects.values_list("status", flat=True)) == {"completed"}


def test_contract_that_is_late_goes_to_the_head(cast: Cast, sales: RecordType) -> None:
    sale = make_item(sales, title="A", responsible=cast.anna.pk)
    _close(cast, sale, "WON")

    with clock.moved(clock.now() + timedelta(days=2, minutes=1)):
        run_due()
        assert _open() == [("No contract of A yet. Is it in order?", "boris")]
        late = UserTask.objects.get(step="hand_over")
        assert (late.outcome, late.is_timed_out) == ("done", True)

        _answer(cast, "boris", "no", comment="I call her")
        assert _open() == [("A contract exists: A", "boris")]


def _close(cast: Cast, sale: Item, stage: str) -> None:
    move_to_stage(sale, stage, actor=cast.actor("anna"))
    run_due()


def _open() -> list[tuple[str, str]]:
    waiting = UserTask.objects.filter(outcome="", people__ended_at=None).order_by("pk")
    return list(waiting.values_list("title", "people__person__username"))


def _answer(cast: Cast, name: str, answer: str, comment: str = "") -> None:
    task = UserTask.objects.get(outcome="")
    answer_user_task(task, actor=cast.actor(name), answer=answer, comment=comment)
    run_due()
