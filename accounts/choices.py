"""The words of the app: who acts, what may be done, how far it reaches."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ActorKind(models.TextChoices):
    """Who may be behind a write."""

    PERSON = "person", _("Person")
    ROBOT = "robot", _("Robot")
    TOKEN = "token", _("Access token")
    SYSTEM = "system", _("System")


class Theme(models.TextChoices):
    """Colours of the pages."""

    SYSTEM = "system", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Action(models.TextChoices):
    """What a role may be granted. `MOVE` is bringing a record into a stage."""

    VIEW = "view", pgettext_lazy("permission", "Read")
    ADD = "add", pgettext_lazy("permission", "Add")
    CHANGE = "change", pgettext_lazy("permission", "Change")
    DELETE = "delete", pgettext_lazy("permission", "Delete")
    EXPORT = "export", pgettext_lazy("permission", "Export")
    IMPORT = "import", pgettext_lazy("permission", "Import")
    AUTOMATE = "automate", pgettext_lazy("permission", "Automate")
    MOVE = "move", pgettext_lazy("permission", "Move into")


class Scope(models.IntegerChoices):
    """Whose records a grant reaches; each scope contains the ones before it."""

    NONE = 0, pgettext_lazy("scope", "None")
    OWN = 1, pgettext_lazy("scope", "Own")
    DEPARTMENT = 2, pgettext_lazy("scope", "Department")
    SUBTREE = 3, pgettext_lazy("scope", "Dept. +")
    OPENED = 4, pgettext_lazy("scope", "Open")
    ALL = 5, pgettext_lazy("scope", "All")

    @property
    def code(self) -> str:
        """The scope as it stands in codenames and solution files, for example `own`."""
        return self.name.lower()

    @classmethod
    def from_code(cls, code: str) -> Scope:
        """Return the scope a codename or solution file names.

        Raises:
            KeyError: no scope has this code.
        """
        return cls[code.upper()]
