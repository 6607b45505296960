"""Process 9: from a forgotten lead to the bill of a won order, without anybody's answer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from automation.models import Decision, Notification, Run, Todo
from automation.runtime import clock
from smart_processes.actions.records import update_record
from smart_processes.actions.stages import move_to_stage
from smart_processes.models import Item, RecordLink, RecordType
from tests.factories.automation import run_due
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_item, system

pytestmark = pytest.mark.django_db
SOLUTION = Path(__file__).parent / "leads" / "solution.yaml"


def test_lead_is_lived_through(cast: Cast) -> None:
    call_command("solution", "apply", str(SOLUTION))
    enquiries = RecordType.objects.get(code="enquiry")
    names = ("Forgotten", "Useless", "Handled")
    forgotten, useless, handled = (
        make_item(enquiries, title=name, responsible=cast.anna.pk) for name in names
    )
    run_due()
    assert sorted(Todo.objects.values_list("title", flat=True)) == [
        "Call Forgotten",
        "Call Handled",
        "Call Useless",
    ]

    update_record(useless, {"useless": True}, actor=system())
    move_to_stage(handled, "CALLED", actor=cast.actor("root"))
    with clock.moved(clock.now() + timedelta(days=1, minutes=1)):
        run_due()
    reminded = Notification.objects.filter(title__startswith="Forgotten:")
    assert [(each.title, each.person) for each in reminded] == [("Forgotten: Forgotten", cast.anna)]
    name = "Remind of what was forgotten"
    kinds = {each.item_id: each.kind for each in Decision.objects.filter(rule_name=name)}
    assert kinds == {forgotten.pk: "fired", useless.pk: "skipped", handled.pk: "cancelled"}
    assert Todo.objects.filter(item=handled, title="Offer for Handled").exists()

    move_to_stage(handled, "GOOD", actor=cast.actor("root"))
    run_due()
    order = Item._base_manager.get(type__code="order")
    assert (order.title, order.responsible_id) == ("Handled", cast.anna.pk)
    assert RecordLink.objects.filter(parent=handled, child=order).exists()
    assert Notification.objects.filter(title="New order: Handled", person=cast.anna).exists()

    move_to_stage(order, "WON", actor=cast.actor("root"))
    run_due()
    bill = Item._base_manager.get(type__code="bill")
    assert (bill.title, bill.stage) == ("Bill for Handled", "TO_WRITE")
    assert Todo.objects.filter(item=order, title="Meet the client of Handled").exists()
    assert set(Run.objects.values_list("status", flat=True)) == {"completed"}
