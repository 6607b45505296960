"""Robots for records out of a file: none, unless who imports asks for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from automation.choices import DecisionKind, RobotMoment
from automation.models import Decision, Run, StagePlan
from automation.robots.entries import When
from smart_processes.jobs import runner
from smart_processes.models import Item, RecordType
from tests.crm.web.test_import_wizard import client_of, ended, form_of, send, text_of, upload
from tests.factories.automation import make_robot, run_due
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_type
from tests.smart_processes.imports.files import csv_file

pytestmark = pytest.mark.django_db

ROWS = "title;stage\nFerry;NEW\nRail;CALL\n"
HEADINGS = {"to-0": "title", "to-1": "stage"}


@pytest.fixture
def sales() -> RecordType:
    """Return a type with a robot in CALL that acts at once and one in NEW that waits."""
    sales = make_type("sale", "NEW > CALL > WON | LOST")
    (pipeline,) = sales.pipelines.all()
    make_robot(pipeline.stages.get(code="CALL"), "set_fields", params={"values": {"title": "Met"}})
    make_robot(pipeline.stages.get(code="NEW"), when=When(RobotMoment.DELAY, 1))
    return sales


@pytest.fixture
def anna(cast: Cast, sales: RecordType) -> Client:
    return client_of(cast.anna, sales, "import", "add", "view", "delete")


def imported(client: Client, **changes: str) -> Any:
    """Go through the wizard, and return the check's page and the result's."""
    form = form_of(upload(client, ROWS)) | HEADINGS | changes
    checked = send(client, form, do="check")
    check = ended(client, checked.url)
    address = client.post(f"{checked.url}run/").url
    return check, ended(client, address), address


def titles() -> list[str]:
    return sorted(Item.objects.values_list("title", flat=True))


def test_an_import_starts_no_robots_unless_it_is_asked_to(anna: Client) -> None:
    check, result, _address = imported(anna)
    run_due()

    assert "Run robots for new" in text_of(upload(anna, ROWS))
    assert "robots would not run" in text_of(check)
    assert "robots did not run" in text_of(result)
    assert titles() == ["Ferry", "Rail"]
    assert not Decision.objects.exists()


def test_new_records_count_as_entering_their_stage_when_robots_are_asked_for(
    anna: Client,
) -> None:
    check, result, _address = imported(anna, starts_robots="on")

    assert "robots would run" in text_of(check)
    assert "their robots run by and by" in text_of(result)
    assert set(StagePlan.objects.values_list("is_bulk", flat=True)) == {True}
    run_due()
    assert titles() == ["Ferry", "Met"]
    kinds = Decision.objects.order_by("kind").values_list("kind", flat=True)
    assert list(kinds) == [DecisionKind.FIRED, DecisionKind.WAITING]


def test_a_check_starts_nothing_and_the_choice_stays_when_one_goes_back(anna: Client) -> None:
    form = form_of(upload(anna, ROWS)) | HEADINGS | {"starts_robots": "on"}
    checked = send(anna, form, do="check")
    page = ended(anna, checked.url)
    run_due()

    assert not Decision.objects.exists()
    assert not Run.objects.exists()
    back = page.context["view"].columns_url
    assert "starts_robots" in form_of(anna.get(back))


def test_undoing_says_what_stays_and_cancels_what_waits(anna: Client) -> None:
    _check, result, address = imported(anna, starts_robots="on")
    run_due()
    assert "Undoing the import cancels those that still wait" in text_of(result)

    undone = anna.post(f"{address}undo/")
    runner.run_job(int(undone.url.rstrip("/").rpartition("/")[2]))
    run_due()

    waited = Decision.objects.exclude(kind=DecisionKind.FIRED).get()
    assert (waited.kind, waited.reason) == ("cancelled", "The record was deleted.")


def test_types_without_robots_do_not_ask(cast: Cast) -> None:
    plain = make_type("sale", "NEW > CALL > WON | LOST")
    client = client_of(cast.anna, plain, "import", "add", "view", "delete")
    _check, result, _address = imported(client)

    assert "robots" not in text_of(upload(client, ROWS))
    assert "robots" not in text_of(result)


@pytest.mark.parametrize(("options", "found"), [((), "Rail"), (("--start-robots",), "Met")])
def test_the_command_starts_robots_where_it_is_told_to(
    tmp_path: Path, sales: RecordType, options: tuple[str, ...], found: str
) -> None:
    path = str(csv_file(tmp_path, ROWS))
    call_command("import_records", "sale", path, "--dry-run", *options)
    run_due()
    assert not Decision.objects.exists()

    call_command("import_records", "sale", path, *options)
    run_due()

    assert titles() == sorted(["Ferry", found])
    assert StagePlan.objects.count() == 0
