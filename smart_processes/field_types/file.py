"""Files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from smart_processes.field_types.base import (
    Family,
    FieldSettings,
    FieldType,
    Names,
    References,
    ValueRefused,
)
from smart_processes.field_types.registry import register
from smart_processes.field_types.user import read_id

if TYPE_CHECKING:
    from smart_processes.lookups import Lookups


@register
class FileType(FieldType):
    """The id of a stored file.

    A page stores an upload first and passes its id on, so that an import, the API and
    a form send the same thing.
    """

    kind = "file"
    label = gettext_lazy("File")
    family = Family.FILE
    icon = "paper-clip"
    position = 120
    can_be_indexed = False
    can_be_sorted = False
    is_set = True
    postgresql_cast = "::bigint"
    sqlite_cast = "INTEGER"
    output_field = models.BigIntegerField()

    def parse(self, raw: Any, field: FieldSettings, lookups: Lookups) -> int:
        """Return the id of a file that the record has, or that the actor just uploaded."""
        file_id = read_id(raw)
        if file_id is None or not lookups.may_use_file(file_id):
            raise ValueRefused(_("Upload the file again: it is not here any more."))
        return file_id

    def parse_wanted(self, raw: Any, field: FieldSettings, lookups: Lookups) -> int:
        """Refuse: nobody looks for a file by its id."""
        raise ValueRefused(_("A file can only be asked for being there."))

    def text(self, value: int, field: FieldSettings, names: Names) -> str:
        """Return the file's name."""
        return names.files.get(value) or _("Deleted file")

    def export(self, value: int, field: FieldSettings, names: Names) -> str:
        """Return the file's name: a spreadsheet does not hold the file itself."""
        return self.text(value, field, names)

    def collect(self, value: int, references: References) -> None:
        """Ask for the file's name."""
        references.files.add(value)

    def form_field(self, field: FieldSettings, **kwargs: Any) -> forms.Field:
        """Return a file input; the page stores what it brings and passes the id on."""
        return forms.FileField(**kwargs)
