"""People, departments and roles, built by intent."""

from __future__ import annotations

from collections.abc import Mapping

from accounts import grants
from accounts.actor import Actor
from accounts.choices import Action, Scope
from accounts.models import Department, Role, RoleAssignment, User
from smart_processes.models import Pipeline, RecordType, Stage


def make_department(code: str, *, parent: Department | None = None) -> Department:
    """Return a department with this code, made when it is not there yet."""
    found, _made = Department.objects.get_or_create(
        code=code, defaults={"name": code.replace("-", " ").title(), "parent": parent}
    )
    return found


def make_user(
    username: str,
    *,
    department: str | Department | None = None,
    roles: list[Role] | None = None,
    is_superuser: bool = False,
    is_active: bool = True,
) -> User:
    """Return a person; the department may be named by its code."""
    place = make_department(department) if isinstance(department, str) else department
    first, _, last = username.partition(".")
    user = User(
        username=username,
        email=f"{username}@example.com",
        first_name=first.title(),
        last_name=last.title(),
        department=place,
        is_superuser=is_superuser,
        is_staff=is_superuser,
        is_active=is_active,
    )
    user.set_password(f"{username}-password")
    user.save()
    if roles:
        user.groups.set(roles)
    return user


def make_role(
    code: str,
    matrix: Mapping[RecordType | Pipeline | Stage, Mapping[str, str]] | None = None,
    *,
    everybody: bool = False,
    may_configure: bool = False,
) -> Role:
    """Return a role with grants: `{deal_type: {"view": "department", "change": "own"}}`."""
    role = Role.objects.create(
        code=code, name=code.replace("-", " ").capitalize(), may_configure=may_configure
    )
    for target, cells in (matrix or {}).items():
        grants.write_cells(
            role,
            [(target, Action(action), Scope.from_code(scope)) for action, scope in cells.items()],
        )
    if everybody:
        RoleAssignment.objects.create(role=role, everybody=True)
    return role


def actor(user: User) -> Actor:
    """Return a fresh actor for somebody: one per request, as in the product."""
    return Actor.person(user)
