"""Rows become people: in departments, with roles, under heads who are people as well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from accounts.exceptions import PermissionRefused
from accounts.models import Department, User
from smart_processes.imports.people_plan import usual_username
from smart_processes.imports.refusals import MappingRefused
from tests.factories.accounts import make_role, make_user
from tests.factories.cast import Cast
from tests.smart_processes.imports.importing import Import

pytestmark = pytest.mark.django_db

TEAMS: dict[str, Any] = {
    "columns": {"agent": "full_name", "boss": "head", "mail": "email", "role": "roles"},
    "fields": {
        "department": {"path": ["{office}", "Team {boss}"]},
        "head_roles": {"constant": "lead"},
    },
    "key": "username",
}
ROWS = (
    "agent,boss,office,mail,role\n"
    "Елена Ковалёва,Max Moritz,East,elena@x.example,clerk\n"
    "Mei-Mei Johns,Max Moritz,East,,\n"
    "Max Moritz,Max Moritz,East,max@x.example,\n"
    "Ida van Dyk,Ann O'Hara,West,,clerk; lead\n"
)


@pytest.fixture(autouse=True)
def roles() -> None:
    """Make the roles that the rows name."""
    make_role("clerk")
    make_role("lead")


def people() -> dict[str, User]:
    """Return everybody by user name."""
    return {user.username: user for user in User.objects.select_related("department")}


def test_people_departments_heads_and_roles_are_made(tmp_path: Path):
    counts = Import(tmp_path, ROWS, **TEAMS).run("user")

    found = people()
    assert set(found) == {
        "elena.kovaleva",
        "mei-mei.johns",
        "max.moritz",
        "ida.vandyk",
        "ann.ohara",
    }
    elena = found["elena.kovaleva"]
    assert (elena.first_name, elena.last_name, elena.email) == (
        "Елена",
        "Ковалёва",
        "elena@x.example",
    )
    team = Department.objects.get(name="Team Max Moritz")
    assert elena.department == team
    assert team.parent == Department.objects.get(name="East")
    assert team.head == found["max.moritz"]
    assert found["max.moritz"].department == team
    held = {
        name: set(user.groups.values_list("role__code", flat=True)) for name, user in found.items()
    }
    assert held == {
        "elena.kovaleva": {"clerk"},
        "mei-mei.johns": set(),
        "max.moritz": {"lead"},
        "ida.vandyk": {"clerk", "lead"},
        "ann.ohara": {"lead"},
    }
    assert not elena.has_usable_password()
    assert (counts.created, counts.updated) == (3, 1)
    assert dict(counts.beside) == {"user": 2, "department": 4}


def test_second_import_of_people_changes_nothing(tmp_path: Path):
    run = Import(tmp_path, ROWS, **TEAMS)
    run.run("user")
    before = list(User.objects.order_by("pk").values()), list(Department.objects.values())

    counts = run.run("user")

    assert (counts.created, counts.updated, counts.unchanged) == (0, 0, 4)
    assert not counts.beside
    assert (list(User.objects.order_by("pk").values()), list(Department.objects.values())) == before


def test_a_trial_makes_nobody(tmp_path: Path):
    counts = Import(tmp_path, ROWS, **TEAMS).run("user", is_trial=True)

    assert counts.created == 3
    assert not User.objects.exists()
    assert not Department.objects.exists()


def test_a_refused_row_leaves_nothing_behind(tmp_path: Path):
    make_user("john.smith")
    User.objects.filter(username="john.smith").update(email="old@x.example")
    text = (
        "agent,boss,office,mail,role\n"
        "Good One,,North,,\n"
        "Bad Role,,Nowhere,,king\n"
        "Bad Mail,,Nowhere,no mail,\n"
        ",,Nowhere,,\n"
        "John Smith,,Nowhere,new@x.example,\n"
        "Two Heads,Ann A,South,,\n"
        "Two Heads2,Ben B,South,,\n"
    )
    mapping = TEAMS | {"fields": {"department": {"path": ["{office}"]}}}
    run = Import(tmp_path, text, **mapping)

    counts = run.run("user")

    assert (counts.created, counts.refused) == (2, 5)
    assert "There is no role “king”. There are: clerk, lead." in run.refused[3]
    assert "This row names nobody." in run.refused[5]
    assert "belongs to somebody with the e-mail “old@x.example”" in run.refused[6]
    assert "names another head of “South”" in run.refused[8]
    assert run.wrong_places[3] == (4,)
    assert set(Department.objects.values_list("name", flat=True)) == {"North", "South"}
    assert set(people()) == {"john.smith", "good.one", "two.heads", "ann.a"}


def test_what_is_known_of_people_is_replaced_or_filled_in(tmp_path: Path):
    ann = make_user("ann.lee", department="old")
    text = "login,first name,email,department,position\nann.lee,Anna,,East / North,Boss\n"
    fill = Import(tmp_path, text, **_matched("fill")).run("user")
    ann.refresh_from_db()
    assert (fill.updated, ann.first_name, ann.job_title) == (1, "Ann", "Boss")
    assert ann.department is not None
    assert ann.department.name == "Old"

    update = Import(tmp_path, text, **_matched("update")).run("user")

    ann.refresh_from_db()
    assert (update.updated, ann.first_name, ann.email) == (1, "Anna", "ann.lee@example.com")
    assert (ann.department.name, ann.department.parent.name) == ("North", "East")


def _matched(existing: str) -> dict[str, Any]:
    columns = {
        "login": "username",
        "first name": "first_name",
        "email": "email",
        "department": "department",
        "position": "job_title",
    }
    return {"columns": columns, "existing": existing}


def test_columns_of_people_are_matched_without_a_mapping(tmp_path: Path):
    text = "Employee,E-mail,Team,Boss,Colour\nAnn Lee,a@x.example,North,Max Moritz,red\n"

    counts = Import(tmp_path, text).run("user")

    assert counts.created == 1
    assert set(people()) == {"ann.lee", "max.moritz"}


def test_people_found_by_mail_get_a_user_name_of_their_own(tmp_path: Path):
    make_user("ann.lee")
    mapping = {"columns": {"name": "full_name", "mail": "email"}, "key": "email"}
    text = "name,mail\nAnn Lee,other@x.example\nAnn Lee,ANN.LEE@example.com\n"

    counts = Import(tmp_path, text, **mapping).run("user")

    assert (counts.created, counts.updated) == (1, 1)
    assert people()["ann.lee2"].email == "other@x.example"


def test_only_administrators_import_people(tmp_path: Path, cast: Cast):
    with pytest.raises(PermissionRefused):
        Import(tmp_path, ROWS, **TEAMS).run("user", actor=cast.actor("anna"))


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"columns": {"agent": "salary"}}, "People have no “salary”. They have: “username”"),
        ({"columns": {"agent": "full_name"}, "key": "last_name"}, "by “username” or by “email”"),
        ({"columns": {"agent": "full_name"}, "type": "deal"}, "for “deal”, not for “user”"),
        ({"fields": {"email": {"path": ["{agent}"]}}}, "Only a department has a path"),
    ],
)
def test_mappings_that_people_do_not_have_are_refused(
    tmp_path: Path, mapping: dict[str, Any], sentence: str
):
    with pytest.raises(MappingRefused, match=sentence):
        Import(tmp_path, ROWS, **mapping).run("user")


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("Anna", "Snelling", "anna.snelling"),
        ("Mei-Mei", "Johns", "mei-mei.johns"),
        ("Jürgen", "Müßig", "jurgen.mussig"),
        ("Щука", "Ёлкина", "shchuka.elkina"),
        ("Cher", "", "cher"),
        ("", "", ""),
        ("!", "?", ""),
    ],
)
def test_usual_user_names_are_latin(first: str, last: str, expected: str):
    assert usual_username(first, last) == expected
