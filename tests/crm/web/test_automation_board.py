"""The automation board over HTTP: adding, editing, moving, switching, copying robots."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from automation.activities.registry import all_activities
from automation.models import Robot, StagePlan
from smart_processes.models import RecordType
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_pipeline, make_type

pytestmark = pytest.mark.django_db

HOME = "/sale/automation/"


@pytest.fixture
def sale(cast: Cast) -> RecordType:
    """Anna may automate sales, Boris only her own, so no robots."""
    sale = make_type("sale")
    cast.anna.groups.add(make_role("chief", {sale: {"view": "all", "automate": "all"}}))
    cast.boris.groups.add(make_role("seller", {sale: {"view": "all", "automate": "own"}}))
    make_field(sale, "segment", "choice", options=["small", "large"])
    make_field(sale, "due", "date")
    return sale


def signed_in(user: User) -> Client:
    client = Client(HTTP_HX_REQUEST="true")
    client.force_login(user)
    return client


@pytest.fixture
def anna(sale: RecordType, cast: Cast) -> Client:
    return signed_in(cast.anna)


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def sent(**values: Any) -> dict[str, Any]:
    """Return a form as the browser sends it, changed a little."""
    return {
        "name": "",
        "when": "at_once",
        "amount": "1",
        "unit": "days",
        "side": "after",
        "if_empty": "wait",
        "hours": "clock",
        "on_leave": "cancel",
        "on_error": "stop",
        "joiner": "and",
        "param-text": "hello",
        **{name.replace("__", "-"): value for name, value in values.items()},
    }


def add(client: Client, stage: str = "NEW", what: str = "log", **values: Any) -> Robot:
    answer = client.post(f"{HOME}robots/new/{what}/?stage={stage}", sent(**values))
    assert answer.status_code == 200, answer.content.decode()
    return Robot.objects.latest("pk")


def order_in(stage: str) -> list[str]:
    robots = Robot.objects.filter(stage__code=stage).order_by("position")
    return list(robots.values_list("name", flat=True))


def test_board_shows_stages_and_what_robots_do_when(anna: Client) -> None:
    add(anna, name="Greet", when="delay", amount="3", unit="hours", hours="company")

    html = read(anna, HOME)

    assert "Greet" in html
    assert "After 3 hours, in working time" in html
    assert html.index('data-stage="NEW"') < html.index("Greet") < html.index('data-stage="CALL"')


def test_board_is_for_who_may_automate_all_records(sale: RecordType, cast: Cast) -> None:
    boris = signed_in(cast.boris)

    assert boris.get(HOME).status_code == 403
    assert boris.post(f"{HOME}robots/new/log/?stage=NEW", sent()).status_code == 403
    assert not Robot.objects.exists()


def test_catalogue_is_searched_by_name_and_description(anna: Client) -> None:
    whole = read(anna, f"{HOME}catalogue/?stage=NEW")
    few = read(anna, f"{HOME}catalogue/?stage=NEW&q=JOURNAL")

    assert whole.count("cat-item") == len(all_activities())
    assert "Write into the journal" in few
    assert few.count("cat-item") < 4


@pytest.mark.parametrize("code", sorted(all_activities()))
def test_every_activity_has_a_form(anna: Client, code: str) -> None:
    html = read(anna, f"{HOME}robots/new/{code}/?stage=NEW")

    for name in all_activities()[code].params.__dataclass_fields__:
        assert f"param-{name}" in html


def test_robot_is_made_as_the_form_says(anna: Client, cast: Cast) -> None:
    robot = add(
        anna,
        what="set_fields",
        name="Upgrade",
        when="date_field",
        date_field="due",
        amount="2",
        side="before",
        after_previous="on",
        on_leave="run_anyway",
        runs_as=str(cast.anna.pk),
        condition__field=["segment", ""],
        condition__operator=["eq", "eq"],
        condition__value=["small", ""],
        param__values__key=["segment"],
        param__values__value=["large"],
    )

    assert (robot.name, robot.activity, robot.stage.code) == ("Upgrade", "set_fields", "NEW")
    assert (robot.when, robot.amount, robot.date_field) == ("date_field", -2, "due")
    assert (robot.after_previous, robot.on_leave) == (True, "run_anyway")
    assert robot.runs_as == cast.anna
    assert robot.params == {"values": {"segment": "large"}}
    row = {"object": "Document", "field": "segment", "operator": "eq", "value": "small"}
    assert robot.condition == [row]
    assert robot.created_by == cast.anna
    html = read(anna, HOME)
    assert "2 days before: Due" in html
    assert "If Segment is Small" in html


def test_saving_an_unchanged_form_changes_nothing(anna: Client, cast: Cast) -> None:
    robot = add(
        anna, what="notify", param__people=[str(cast.anna.pk)], param__title="Look", param__text=""
    )
    before = {"params": robot.params, "condition": robot.condition, "when": robot.when}
    html = read(anna, f"{HOME}robots/{robot.pk}/")
    assert f'<option value="{cast.anna.pk}" selected>' in html

    add_again = sent(
        name=robot.name, param__people=[str(cast.anna.pk)], param__title="Look", param__text=""
    )
    assert anna.post(f"{HOME}robots/{robot.pk}/", add_again).status_code == 200

    robot.refresh_from_db()
    assert {"params": robot.params, "condition": robot.condition, "when": robot.when} == before


def test_what_is_wrong_is_told_at_its_control(anna: Client) -> None:
    answer = anna.post(
        f"{HOME}robots/new/log/?stage=NEW",
        sent(when="date_field", param__text="{=Document:nowhere}"),
    )

    assert answer.status_code == 422
    html = answer.content.decode()
    assert "“date_field” is missing." in html
    assert "There is nothing called" in html
    assert not Robot.objects.exists()


def test_condition_that_rows_cannot_say_stays_as_it_was_written(anna: Client) -> None:
    robot = add(anna, name="Greet")
    row = {"object": "Document", "field": "segment", "operator": "empty"}
    Robot.objects.filter(pk=robot.pk).update(condition=[{"group": [row], "negated": True}])
    html = read(anna, f"{HOME}robots/{robot.pk}/")
    assert "&quot;negated&quot;:true" in html

    condition = '[{"group":[{"object":"Document","field":"segment","operator":"empty"}]}]'
    anna.post(f"{HOME}robots/{robot.pk}/", sent(name="Greet", condition=condition))

    robot.refresh_from_db()
    assert robot.condition == [{"group": [row]}]


def test_robot_moves_within_and_between_stages(anna: Client) -> None:
    first, second = add(anna, name="First"), add(anna, name="Second")
    third = add(anna, "CALL", name="Third")

    anna.post(f"{HOME}robots/{second.pk}/move/", {"stage": "NEW", "position": "0"})
    assert order_in("NEW") == ["Second", "First"]
    anna.post(f"{HOME}robots/{first.pk}/move/", {"stage": "CALL", "position": "0"})

    assert order_in("NEW") == ["Second"]
    assert order_in("CALL") == ["First", "Third"]
    assert third.stage.code == "CALL"
    assert anna.post(f"{HOME}robots/{first.pk}/move/", {"stage": "GONE"}).status_code == 404


def test_robot_is_switched_off_copied_and_deleted(anna: Client) -> None:
    robot = add(anna, name="Greet")

    assert "Switched off" in anna.post(f"{HOME}robots/{robot.pk}/switch/?off=1").content.decode()
    robot.refresh_from_db()
    assert not robot.is_active
    anna.post(f"{HOME}robots/{robot.pk}/switch/")
    anna.post(f"{HOME}robots/{robot.pk}/copy/")
    assert order_in("NEW") == ["Greet", "Greet"]
    assert "Delete the robot “Greet”?" in read(anna, f"{HOME}robots/{robot.pk}/delete/")
    assert Robot.objects.filter(pk=robot.pk).exists()
    anna.post(f"{HOME}robots/{robot.pk}/delete/")

    assert order_in("NEW") == ["Greet"]
    assert not Robot.objects.filter(pk=robot.pk).exists()


def test_records_in_the_stage_are_offered_not_run_silently(sale: RecordType, anna: Client) -> None:
    for _number in range(2):
        make_item(sale)

    answer = anna.post(f"{HOME}robots/new/log/?stage=NEW", sent(name="Greet"))

    assert "Run it for 2 records" in answer["HX-Trigger-After-Swap"]
    assert not StagePlan.objects.exists()
    anna.post(f"{HOME}robots/{Robot.objects.get().pk}/start/")
    assert StagePlan.objects.count() == 2


def test_robot_of_another_pipeline_is_not_there(sale: RecordType, anna: Client) -> None:
    make_pipeline("A > B", record_type=sale, code="repairs")
    robot = add(anna, name="Greet")

    assert anna.get(f"{HOME}robots/{robot.pk}/?pipeline=repairs").status_code == 404
    assert "Greet" not in read(anna, f"{HOME}?pipeline=repairs")


def test_stages_on_offer_are_those_of_the_type_a_robot_makes(anna: Client) -> None:
    make_type("visit", stages="PLANNED > SEEN")

    form = sent(name="Kept", param__type="visit", param__title="Visit")
    answer = anna.post(f"{HOME}robots/new/create_record/?stage=NEW&refill=1", form)

    html = answer.content.decode()
    assert 'value="PLANNED"' in html
    assert 'value="Kept"' in html
    assert not Robot.objects.exists()


def test_rule_keeps_the_rights_of_somebody_who_has_left(anna: Client, cast: Cast) -> None:
    robot = add(anna, name="Greet", runs_as=str(cast.vera.pk))
    User.objects.filter(pk=cast.vera.pk).update(is_active=False)

    html = read(anna, f"{HOME}robots/{robot.pk}/")

    assert f'<option value="{cast.vera.pk}" selected>' in html


def test_secret_is_never_shown_and_stays_when_nothing_is_typed(anna: Client) -> None:
    robot = add(
        anna,
        what="http_request",
        param__url="https://example.com/",
        param__secret="hush",
        param__method="POST",
    )
    html = read(anna, f"{HOME}robots/{robot.pk}/")
    assert "hush" not in html

    anna.post(
        f"{HOME}robots/{robot.pk}/",
        sent(param__url="https://example.com/2", param__method="POST"),
    )

    robot.refresh_from_db()
    assert robot.params["secret"] == "hush"
    assert robot.params["url"] == "https://example.com/2"
