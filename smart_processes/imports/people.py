"""Rows that become people: in departments, with roles, under heads that are people as well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.grants import require_administrator
from accounts.actions.people import UserDraft, change_user, create_user
from accounts.actions.roles import give_role
from accounts.actor import Actor
from accounts.exceptions import AccountRefused, AccountsRefusal
from accounts.models import Department, Role, User
from smart_processes.imports.engine import Received, Result, RowOutcome
from smart_processes.imports.mapping import ImportMapping, OnExisting
from smart_processes.imports.organisation import Organisation, Path
from smart_processes.imports.people_plan import (
    DEPARTMENT,
    EMAIL,
    HEAD,
    HEAD_ROLES,
    ROLES,
    USERNAME,
    PeoplePlan,
    PersonReading,
    split_name,
    usual_username,
)
from smart_processes.imports.rows import Row
from smart_processes.imports.seen import Seen


class PeopleReceiver:
    """What makes people of the rows of one file."""

    def __init__(self, mapping: ImportMapping, headings: Sequence[str], *, actor: Actor) -> None:
        """Bind the mapping to the file.

        Raises:
            PermissionRefused: the actor is no administrator.
            MappingRefused: the mapping does not fit the file.
        """
        require_administrator(actor)
        self.actor = actor
        self.plan = PeoplePlan(mapping, headings)
        # Whom this file made the head of which department: a second one is a contradiction.
        self.heads: dict[Path, str] = {}

    def receive(self, rows: Sequence[Row], seen: Seen | None) -> Received:
        """Take a chunk; each row with everything it makes, or nothing of it."""
        outcomes: list[RowOutcome] = []
        beside: list[tuple[str, str]] = []
        organisation = Organisation(self.actor)
        for row in rows:
            reading = self.plan.read(row)
            try:
                if reading.errors:
                    raise AccountRefused(reading.errors)
                with transaction.atomic():
                    taken = _Taking(self, organisation, reading)
                    result, user = taken.run()
            except AccountsRefusal as refusal:
                # What the row had made is gone again.
                organisation = Organisation(self.actor)
                outcomes.append(self._refused(row, refusal))
                continue
            if reading.head:
                self.heads[_folded(reading.department)] = reading.head.casefold()
            beside += [*taken.beside, *((DEPARTMENT, " / ".join(p)) for p in organisation.made)]
            organisation.made.clear()
            was_there = seen is not None and not seen.add(USERNAME, reading.username.casefold())
            if result is Result.CREATED and was_there:
                result = Result.UNCHANGED
            outcomes.append(RowOutcome(row, result, record_id=user.pk))
        return Received(outcomes, beside)

    def _refused(self, row: Row, refusal: AccountsRefusal) -> RowOutcome:
        targets = list(refusal.errors) if isinstance(refusal, AccountRefused) else []
        places = self.plan.places_of(targets)
        return RowOutcome(row, Result.REFUSED, refusal.message, wrong_places=places)


class _Taking:
    """One row on its way."""

    def __init__(
        self, receiver: PeopleReceiver, organisation: Organisation, reading: PersonReading
    ) -> None:
        self.actor = receiver.actor
        self.existing = receiver.plan.mapping.existing
        self.key = receiver.plan.key
        self.heads = receiver.heads
        self.organisation = organisation
        self.reading = reading
        self.beside: list[tuple[str, str]] = []

    def run(self) -> tuple[Result, User]:
        """Make or change the person, then the head of the department."""
        reading = self.reading
        roles = self.organisation.roles(reading.roles, ROLES)
        department = None
        user = self._find()
        if user is not None and self.existing == OnExisting.SKIP:
            return Result.UNCHANGED, user
        if reading.department:
            department = self.organisation.department(reading.department)
        if user is None:
            result, user = Result.CREATED, self._make(department, roles)
        else:
            has_changed = self._change(user, department)
            has_changed |= self._give(user, roles)
            result = Result.UPDATED if has_changed else Result.UNCHANGED
        if department is not None and reading.head:
            has_changed = self._lead(department)
            if has_changed and result is Result.UNCHANGED:
                result = Result.UPDATED
        return result, user

    def _find(self) -> User | None:
        if self.key == EMAIL:
            email = self.reading.email
            return User.objects.filter(email__iexact=email).first() if email else None
        user = User.objects.filter(username__iexact=self.reading.username).first()
        if user and user.email and self.reading.email not in {"", user.email}:
            raise AccountRefused(
                {
                    USERNAME: _(
                        "The user name “%(name)s” belongs to somebody with the e-mail "
                        "“%(email)s”. Give this person another user name."
                    )
                    % {"name": user.username, "email": user.email}
                }
            )
        return user

    def _make(self, department: Department | None, roles: Iterable[Role]) -> User:
        draft = UserDraft(
            username=self._free_username(), department=department, **self._attributes()
        )
        return create_user(draft, actor=self.actor, roles=roles)

    def _attributes(self) -> dict[str, Any]:
        return dict(self.reading.attributes)

    def _free_username(self) -> str:
        """Return the user name; one made of the names gives way to somebody else's."""
        wanted = self.reading.username
        if self.reading.is_username_given:
            return wanted
        name, number = wanted, 1
        while User.objects.filter(username__iexact=name).exists():
            number += 1
            name = f"{wanted}{number}"
        return name

    def _change(self, user: User, department: Department | None) -> bool:
        wanted: dict[str, Any] = self._attributes()
        if department is not None:
            wanted[DEPARTMENT] = department
        changes = {
            name: value
            for name, value in wanted.items()
            if getattr(user, name) != value
            and not (self.existing == OnExisting.FILL and getattr(user, name))
        }
        if changes:
            change_user(user, changes, actor=self.actor)
        return bool(changes)

    def _give(self, user: User, roles: Iterable[Role]) -> bool:
        given = [give_role(role, actor=self.actor, to=user) for role in roles]
        return any(given)

    def _lead(self, department: Department) -> bool:
        """Make the head of the department, if need be as a new person."""
        reading = self.reading
        known = self.heads.get(_folded(reading.department))
        if known is not None and known != reading.head.casefold():
            raise AccountRefused(
                {
                    HEAD: _("Another row of this file names another head of “%(department)s”.")
                    % {"department": " / ".join(reading.department)}
                }
            )
        roles = self.organisation.roles(reading.head_roles, HEAD_ROLES)
        username = usual_username(*split_name(reading.head))
        head = User.objects.filter(username__iexact=username).first()
        if head is None:
            first, last = split_name(reading.head)
            draft = UserDraft(
                username=username, first_name=first, last_name=last, department=department
            )
            head = create_user(draft, actor=self.actor, roles=roles)
            self.beside.append(("user", reading.head))
        elif head.department_id is None:
            change_user(head, {DEPARTMENT: department}, actor=self.actor)
        has_changed = self._give(head, roles)
        return self.organisation.set_head(department, head) or has_changed


def _folded(path: Path) -> Path:
    return tuple(name.casefold() for name in path)
