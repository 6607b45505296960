"""What people change about themselves."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from accounts.actor import Actor
from accounts.choices import Action, ActorKind, Theme
from accounts.exceptions import PermissionRefused
from accounts.models import User


@dataclass(frozen=True, slots=True)
class ProfileChanges:
    """The new values; None leaves a field as it is.

    Attributes:
        language: A code of `settings.LANGUAGES`, or empty for the browser's.
        time_zone: A name of the IANA database, or empty for UTC.
        shortcuts_enabled: Whether single letters are shortcuts.
    """

    first_name: str | None = None
    last_name: str | None = None
    language: str | None = None
    time_zone: str | None = None
    theme: Theme | None = None
    shortcuts_enabled: bool | None = None

    def given(self) -> dict[str, str | bool]:
        """Return the fields to change."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in values.items() if value is not None}


@transaction.atomic
def change_profile(person: User, changes: ProfileChanges, *, actor: Actor) -> User | None:
    """Change a person's own settings.

    Returns:
        The fresh person, or None when nothing changed.

    Raises:
        PermissionRefused: the actor is a person, and another one.
    """
    if actor.kind is not ActorKind.SYSTEM and actor.user_id != person.pk:
        raise PermissionRefused(Action.CHANGE, str(person))
    person = User.objects.select_for_update().get(pk=person.pk)
    changed = [name for name, value in changes.given().items() if getattr(person, name) != value]
    if not changed:
        return None
    for name in changed:
        setattr(person, name, changes.given()[name])
    person.save(update_fields=changed)
    return person
