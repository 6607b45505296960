"""People, departments and roles: made, changed, given, taken."""

from __future__ import annotations

import pytest

from accounts import access
from accounts.actions import departments, people, roles
from accounts.actor import Actor
from accounts.exceptions import AccountRefused, PermissionRefused
from accounts.models import Department, Role, User
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_edge, make_pipeline

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")


def holds(user: User, role: Role) -> bool:
    """Return whether somebody holds a role, whatever the way."""
    return role.pk in access.fresh(Actor.person(user)).grants.roles


# --- people ---------------------------------------------------------------------------------


def test_somebody_new_signs_in_with_the_password_and_holds_the_roles(client):
    role = make_role("clerk")
    draft = people.UserDraft(username="ines.duarte", email="ines@example.com", password="secret")

    user = people.create_user(draft, actor=SYSTEM, roles=[role])

    assert client.login(username="ines.duarte", password="secret")
    assert holds(user, role)


def test_without_a_password_none_works(client):
    user = people.create_user(people.UserDraft(username="ines"), actor=SYSTEM)

    assert not user.has_usable_password()
    assert not client.login(username="ines", password="")


@pytest.mark.parametrize(
    ("draft", "attribute"),
    [
        ({"username": "ANNA"}, "username"),
        ({"username": "with space"}, "username"),
        ({"username": "ines", "email": "Anna@example.com"}, "email"),
        ({"username": "ines", "email": "no address"}, "email"),
    ],
)
def test_wrong_people_are_refused(cast: Cast, draft, attribute):
    with pytest.raises(AccountRefused) as refused:
        people.create_user(people.UserDraft(**draft), actor=SYSTEM)

    assert attribute in refused.value.errors


def test_somebody_deactivated_may_do_nothing(cast: Cast):
    role = make_role("clerk")
    cast.anna.groups.add(role)

    people.deactivate(cast.anna, actor=SYSTEM)

    assert not access.fresh(cast.actor("anna")).is_active


def test_the_last_administrator_stays(cast: Cast):
    with pytest.raises(AccountRefused, match="Nobody would be left"):
        people.deactivate(cast.root, actor=SYSTEM)
    assert User.objects.get(pk=cast.root.pk).is_active

    people.create_user(people.UserDraft(username="second", is_administrator=True), actor=SYSTEM)
    assert not people.deactivate(cast.root, actor=SYSTEM).is_active


def test_only_administrators_change_people_departments_and_roles(cast: Cast):
    anna = cast.actor("anna")
    for refused in (
        lambda: people.create_user(people.UserDraft(username="x"), actor=anna),
        lambda: people.change_user(cast.boris, {"is_superuser": True}, actor=anna),
        lambda: departments.create_department("X", actor=anna),
        lambda: roles.create_role("X", actor=anna),
        lambda: roles.give_role(make_role("boss"), to=cast.anna, actor=anna),
    ):
        with pytest.raises(PermissionRefused):
            refused()


# --- departments ----------------------------------------------------------------------------


def test_a_branch_moves_but_never_into_itself(cast: Cast):
    sales, north = Department.objects.get(code="sales"), Department.objects.get(code="sales-north")
    support = Department.objects.get(code="support")

    with pytest.raises(AccountRefused, match="cannot be above it"):
        departments.move_department(sales, north, actor=SYSTEM)
    departments.move_department(sales, support, actor=SYSTEM)

    sales.refresh_from_db()
    assert sales.parent == support


def test_codes_of_departments_are_made_of_names():
    made = [departments.create_department("Отдел продаж", actor=SYSTEM).code for _ in range(2)]

    assert made == ["otdel-prodazh", "otdel-prodazh-2"]


def test_a_department_is_deleted_when_nothing_is_left_in_it(cast: Cast):
    sales, support = Department.objects.get(code="sales"), Department.objects.get(code="support")
    with pytest.raises(AccountRefused, match="departments below"):
        departments.delete_department(sales, actor=SYSTEM)

    with pytest.raises(AccountRefused, match="Choose the department they move to"):
        departments.delete_department(support, actor=SYSTEM)
    departments.delete_department(support, move_people_to=sales, actor=SYSTEM)

    cast.vera.refresh_from_db()
    assert cast.vera.department == sales


# --- roles ----------------------------------------------------------------------------------


def test_a_role_reaches_people_by_every_way_and_is_taken_back(cast: Cast):
    role = roles.create_role("Clerk", actor=SYSTEM)
    sales = Department.objects.get(code="sales")

    assert roles.give_role(role, to=cast.vera, actor=SYSTEM)
    assert not roles.give_role(role, to=cast.vera, actor=SYSTEM)
    roles.give_role(role, to=sales, actor=SYSTEM)
    assert holds(cast.vera, role)
    assert holds(cast.anna, role)
    assert not holds(cast.clara, role)

    roles.give_role(role, to=sales, with_below=True, actor=SYSTEM)
    assert holds(cast.clara, role)
    roles.take_role(role, from_=sales, actor=SYSTEM)
    assert not holds(cast.anna, role)
    roles.give_role(role, to=None, actor=SYSTEM)
    assert holds(cast.guest, role)
    assert roles.take_role(role, from_=None, actor=SYSTEM)
    assert not holds(cast.guest, role)
    assert holds(cast.vera, role)


def test_a_role_that_alone_may_make_a_move_is_not_deleted():
    role = make_role("boss")
    edge = make_edge(make_pipeline("NEW > WON"), "NEW", "WON")
    edge.roles.add(role)

    with pytest.raises(AccountRefused, match="New → Won is for this role"):
        roles.delete_role(role, actor=SYSTEM)
    edge.roles.clear()
    roles.delete_role(role, actor=SYSTEM)

    assert not Role.objects.filter(code="boss").exists()


def test_the_role_of_everybody_is_found_or_made_once():
    first = roles.everybody_role()

    assert roles.everybody_role() == first
    assert first.assignments.get().everybody
