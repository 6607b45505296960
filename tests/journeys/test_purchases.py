"""Process 6: requests for approval by amount, moved on by what people answer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from automation.actions.user_tasks import answer_user_task
from automation.models import Absence, UserTask
from automation.runtime import clock
from smart_processes.models import Item, RecordType
from tests.factories.automation import run_due
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item

pytestmark = pytest.mark.django_db
SOLUTION = Path(__file__).parent / "purchases" / "solution.yaml"


@pytest.fixture
def requests(cast: Cast) -> RecordType:
    call_command("solution", "apply", str(SOLUTION))
    return RecordType.objects.get(code="request")


def test_cheap_request_is_approved_by_one_of_the_heads(cast: Cast, requests: RecordType) -> None:
    chair = _ask(cast, requests, "Chair", 200)

    _answer(cast, "vera", "yes")

    assert _stage(chair) == "APPROVED"


def test_dear_request_goes_to_the_director_as_well(cast: Cast, requests: RecordType) -> None:
    server = _ask(cast, requests, "Server", 9000)

    _answer(cast, "boris", "yes")
    assert _stage(server) == "DIRECTOR"
    _answer(cast, "root", "yes")

    assert _stage(server) == "APPROVED"


def test_refused_request_is_over(cast: Cast, requests: RecordType) -> None:
    yacht = _ask(cast, requests, "Yacht", 90000)

    _answer(cast, "boris", "no", comment="No sea here")

    assert _stage(yacht) == "REFUSED"


def test_nobody_answers_in_time(cast: Cast, requests: RecordType) -> None:
    chair = _ask(cast, requests, "Chair", 200)

    with clock.moved(clock.now() + timedelta(days=3, minutes=1)):
        run_due()

    assert _stage(chair) == "REFUSED"
    assert UserTask.objects.get().is_timed_out


def test_substitute_of_an_absent_head_answers(cast: Cast, requests: RecordType) -> None:
    now = clock.now()
    day = timedelta(days=1)
    Absence.objects.create(
        person=cast.boris, begins_at=now - day, ends_at=now + day, substitute=cast.clara
    )
    chair = _ask(cast, requests, "Chair", 200)

    _answer(cast, "clara", "yes")

    assert _stage(chair) == "APPROVED"


def _ask(cast: Cast, requests: RecordType, title: str, price: int) -> Item:
    item = make_item(requests, actor=cast.actor("root"), title=title, price=price)
    run_due()
    return item


def _answer(cast: Cast, name: str, answer: str, comment: str = "") -> None:
    task = UserTask.objects.get(outcome="")
    answer_user_task(task, actor=cast.actor(name), answer=answer, comment=comment)
    run_due()


def _stage(item: Item) -> str:
    return str(Item._base_manager.get(pk=item.pk).stage)
