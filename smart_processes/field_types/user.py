"""People."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from smart_processes.field_types.base import (
    Family,
    FieldSettings,
    FieldType,
    Names,
    References,
    ValueRefused,
)
from smart_processes.field_types.registry import register

if TYPE_CHECKING:
    from smart_processes.lookups import Lookups, Person

ME = "me"
LARGEST_ID = 2**63 - 1


@register
class UserType(FieldType):
    """A person's id. Records keep people who left, new values may not name them."""

    kind = "user"
    label = gettext_lazy("Person")
    family = Family.REFERENCE
    icon = "user"
    position = 100
    can_be_sorted = False  # by id, which is no order for people
    is_set = True
    separators = ";,\n"
    postgresql_cast = "::bigint"
    sqlite_cast = "INTEGER"
    output_field = models.BigIntegerField()

    def parse(self, raw: Any, field: FieldSettings, lookups: Lookups) -> int:
        """Return the id of an active person, by id, user name, e-mail, full name or "me"."""
        user_id = read_id(raw)
        if user_id is None and isinstance(raw, str) and raw.strip().casefold() == ME:
            user_id = lookups.me
        person = _named(raw, lookups) if user_id is None else lookups.person(user_id)
        if person is None:
            raise _nobody(raw)
        if not person.is_active:
            raise ValueRefused(
                _("%(name)s is not active any more. Choose somebody else.")
                % {"name": person.full_name}
            )
        return person.id

    def parse_wanted(self, raw: Any, field: FieldSettings, lookups: Lookups) -> int:
        """Return the id of anybody; ids are not looked up."""
        user_id = read_id(raw)
        if user_id is not None:
            return user_id
        if isinstance(raw, str) and raw.strip().casefold() == ME and lookups.me is not None:
            return lookups.me
        person = _named(raw, lookups)
        if person is None:
            raise _nobody(raw)
        return person.id

    def prepare(self, raws: Sequence[Any], field: FieldSettings, lookups: Lookups) -> None:
        """Read all people once: there are far fewer than rows."""
        if raws:
            lookups.read_everybody()

    def text(self, value: int, field: FieldSettings, names: Names) -> str:
        """Return the person's full name."""
        return names.users.get(value) or _("Unknown person")

    def export(self, value: int, field: FieldSettings, names: Names) -> str:
        """Return the full name; the id of somebody without one."""
        return names.users.get(value) or str(value)

    def collect(self, value: int, references: References) -> None:
        """Ask for the person's name."""
        references.users.add(value)

    def form_field(self, field: FieldSettings, **kwargs: Any) -> forms.Field:
        """Return a list of the active people."""
        return forms.ModelChoiceField(_active_people(), **kwargs)

    def many_form_field(self, field: FieldSettings, **kwargs: Any) -> forms.Field:
        """Return a list of the active people, of whom several may be chosen."""
        return forms.ModelMultipleChoiceField(_active_people(), **kwargs)


def read_id(raw: Any) -> int | None:
    """Return the id in a number, in digits or of a model's row; None when there is none."""
    if isinstance(raw, models.Model):
        raw = raw.pk
    if isinstance(raw, str) and raw.strip().isascii() and raw.strip().isdigit():
        raw = int(raw) if len(raw.strip()) < 20 else None
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 < raw <= LARGEST_ID:
        return raw
    return None


def _named(raw: Any, lookups: Lookups) -> Person | None:
    people = lookups.people_called(raw) if isinstance(raw, str) else []
    active = [person for person in people if person.is_active]
    if len(active) > 1:
        raise ValueRefused(
            _("Several people are called “%(name)s”. Enter the user name or the e-mail address.")
            % {"name": raw.strip()}
        )
    return next(iter(active or people), None)


def _nobody(raw: Any) -> ValueRefused:
    return ValueRefused(
        _("There is nobody called “%(name)s”. Enter a user name, an e-mail address or a full name.")
        % {"name": str(raw).strip()[:100]}
    )


def _active_people() -> models.QuerySet[User]:
    return User.objects.filter(is_active=True).order_by("first_name", "last_name", "username")
