"""People in solution files: by user name."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import User
from smart_processes.exceptions import ValuesRefused


def person_called(username: str) -> User | None:
    """Return somebody by user name; None for no name.

    Raises:
        ValuesRefused: there is nobody of that name.
    """
    if not username:
        return None
    found = User.objects.filter(username=username).first()
    if found is None:
        sentence = _("There is nobody called “%(name)s”.") % {"name": username}
        raise ValuesRefused({"person": sentence})
    return found
