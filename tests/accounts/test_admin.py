"""The pages of people, departments and roles: what they save, and what they refuse."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Department, Role, RoleAssignment, User
from tests.factories.accounts import make_department, make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_edge, make_type
from tests.support.admin_forms import add_url, change_url, delete_url, said, send

pytestmark = pytest.mark.django_db

GOOD_PASSWORD = "violet-harbour-72"


@pytest.fixture
def root(cast: Cast, client: Client) -> Client:
    client.force_login(cast.root)
    return client


def test_a_person_is_made_with_roles_and_may_sign_in(root: Client, cast: Cast) -> None:
    role = make_role("agents")

    problem = send(
        root,
        add_url(User),
        username="dora.lind",
        first_name="Dora",
        password=GOOD_PASSWORD,
        department=str(cast.anna.department_id),
        groups=[str(role.pk)],
    )

    assert problem == ""
    dora = User.objects.get(username="dora.lind")
    assert dora.check_password(GOOD_PASSWORD)
    assert not dora.is_staff
    assert list(dora.groups.all()) == [role.group_ptr]


def test_a_new_administrator_may_open_these_pages(root: Client) -> None:
    send(root, add_url(User), username="dora", password=GOOD_PASSWORD, is_superuser="on")

    dora = User.objects.get(username="dora")
    assert dora.is_superuser
    assert dora.is_staff


def test_a_taken_user_name_is_refused_whatever_its_case(root: Client, cast: Cast) -> None:
    problem = send(root, add_url(User), username="ANNA", password=GOOD_PASSWORD)

    assert "is taken. Choose another one." in problem
    assert User.objects.filter(username__iexact="anna").count() == 1


@pytest.mark.parametrize("weak", ["12345678901", "password", "dora.lind"])
def test_a_weak_password_is_refused_for_new_and_for_known_people(
    root: Client, cast: Cast, weak: str
) -> None:
    new = send(root, add_url(User), username="dora.lind", password=weak)
    known = send(root, change_url(cast.anna), username="dora.lind", password=weak)

    assert "password" in new
    assert "password" in known
    assert not User.objects.filter(username="dora.lind").exists()


def test_an_empty_password_leaves_the_present_one(root: Client, cast: Cast) -> None:
    assert send(root, change_url(cast.anna), job_title="Owner", password="") == ""

    cast.anna.refresh_from_db()
    assert cast.anna.job_title == "Owner"
    assert cast.anna.check_password("anna-password")


def test_roles_are_given_and_taken(root: Client, cast: Cast) -> None:
    old, new = make_role("old"), make_role("new")
    cast.anna.groups.add(old)

    assert send(root, change_url(cast.anna), groups=[str(new.pk)]) == ""

    assert list(cast.anna.groups.all()) == [new.group_ptr]


@pytest.mark.parametrize("switch", ["is_active", "is_superuser"])
def test_the_last_administrator_stays(root: Client, cast: Cast, switch: str) -> None:
    refused = send(root, change_url(cast.root), **{switch: None})
    send(root, change_url(cast.vera), is_superuser="on", is_staff="on")
    allowed = send(root, change_url(cast.root), **{switch: None})

    assert "Nobody would be left to administer" in refused
    assert allowed == ""


def test_people_are_switched_off_and_never_deleted(root: Client, cast: Cast) -> None:
    assert root.get(delete_url(cast.anna)).status_code == 403
    assert send(root, change_url(cast.anna), is_active=None) == ""

    cast.anna.refresh_from_db()
    assert not cast.anna.is_active


def test_a_department_is_made_and_gets_its_code(root: Client, cast: Cast) -> None:
    parent = str(cast.anna.department_id)

    assert send(root, add_url(Department), name="Полевая служба", parent=parent) == ""

    made = Department.objects.get(name="Полевая служба")
    assert made.parent_id == cast.anna.department_id
    assert made.code


def test_a_department_is_never_part_of_itself(root: Client) -> None:
    top = make_department("top")
    below = make_department("below", parent=top)
    other = make_department("other")

    refused = send(root, change_url(top), parent=str(below.pk), name="Renamed")
    moved = send(root, change_url(top), parent=str(other.pk))

    assert "it cannot be above it" in refused
    assert moved == ""
    top.refresh_from_db()
    assert (top.name, top.parent_id) == ("Top", other.pk)


def test_deleting_a_department_asks_where_its_people_go(root: Client, cast: Cast) -> None:
    sales, support = cast.clara.department, cast.vera.department
    assert sales is not None
    assert support is not None

    refused = said(root.post(delete_url(sales), {"post": "yes"}))
    moved = root.post(delete_url(sales), {"post": "yes", "move_to": str(support.pk)})

    assert "Choose the department they move to" in refused
    assert moved.status_code == 302
    cast.clara.refresh_from_db()
    assert cast.clara.department == support


def test_a_role_is_given_to_a_department_and_to_everybody(root: Client, cast: Cast) -> None:
    role = make_role("agents")
    rows = {"assignments-TOTAL_FORMS": "2", "assignments-0-everybody": "on"}

    problem = send(
        root,
        change_url(role),
        **rows,
        **{
            "assignments-1-department": str(cast.anna.department_id),
            "assignments-1-with_below": "on",
        },
    )

    assert problem == ""
    given = RoleAssignment.objects.filter(role=role).order_by("-everybody")
    assert [(one.department_id, one.with_below) for one in given] == [
        (None, False),
        (cast.anna.department_id, True),
    ]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"with_below": "on"}, "Choose a department, or switch on"),
        ({"everybody": "on", "department": "DEPARTMENT"}, "not both"),
    ],
)
def test_a_row_that_names_nobody_gives_the_role_to_nobody(
    root: Client, cast: Cast, row: dict[str, str], sentence: str
) -> None:
    role = make_role("agents")
    place = str(cast.anna.department_id)
    typed = {f"assignments-0-{n}": v.replace("DEPARTMENT", place) for n, v in row.items()}

    problem = send(root, change_url(role), **{"assignments-TOTAL_FORMS": "1"}, **typed)

    assert sentence in problem
    assert not RoleAssignment.objects.exists()


def test_two_rows_of_a_role_change_places(root: Client, cast: Cast) -> None:
    role = make_role("agents")
    sales, support = cast.anna.department, cast.vera.department
    first = RoleAssignment.objects.create(role=role, department=sales, with_below=True)
    second = RoleAssignment.objects.create(role=role, department=support)
    rows = {first.pk: support, second.pk: sales}
    values = {
        f"assignments-{place}-department": str(rows[pk].pk) for place, pk in enumerate(sorted(rows))
    }

    assert send(root, change_url(role), **values) == ""

    given = RoleAssignment.objects.filter(role=role)
    assert {one.department: one.with_below for one in given} == {support: True, sales: False}


def test_a_role_that_a_move_is_for_is_not_deleted(root: Client) -> None:
    free, used = make_role("free"), make_role("used")
    pipeline = make_type("request", "NEW > WON").pipelines.get()
    make_edge(pipeline, "NEW", "WON").roles.add(used)

    refused = said(root.post(delete_url(used), {"post": "yes"}))
    deleted = root.post(delete_url(free), {"post": "yes"})

    assert "is for this role" in refused
    assert deleted.status_code == 302
    assert list(Role.objects.values_list("code", flat=True)) == ["used"]


def test_a_taken_role_name_is_refused_on_the_form(root: Client) -> None:
    make_role("agents")

    assert "already exists" in send(root, add_url(Role), name="Agents")
    assert send(root, add_url(Role), name="Agents of the north") == ""


@pytest.mark.parametrize("model", [User, Department, Role])
def test_who_may_configure_does_not_administer(
    client: Client, cast: Cast, model: type[User | Department | Role]
) -> None:
    cast.anna.groups.add(make_role("owners", may_configure=True))
    cast.anna.is_staff = True
    cast.anna.save()
    client.force_login(cast.anna)
    name = f"admin:accounts_{model._meta.model_name}_changelist"

    assert client.get(reverse(name)).status_code == 403
    menu = said(client.get(reverse("admin:index")))
    assert "Pipelines" in menu
    assert "Departments" not in menu
