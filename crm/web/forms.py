"""Forms made of a type's fields: the create page, fields edited in place, dialogs.

A form only draws controls and collects what was sent; the action alone decides about the
values, and `explain` puts its sentences at the controls. Names of the controls begin with
`VALUE_PREFIX`, so that a filter's parameters may stand in the same request.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.utils import ErrorDict
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from accounts.actor import Actor
from smart_processes.actions.files import discard_files, store_file
from smart_processes.exceptions import FieldsMissing, ValuesRefused
from smart_processes.field_types.base import Names
from smart_processes.fields import Field
from smart_processes.models import Item, RecordFile

# Names of controls: this and the field's code.
VALUE_PREFIX = "value-"
# A file field's files that stay: the control's name and this.
KEPT_SUFFIX = "-kept"


class LinkInput(forms.TextInput):
    """A text line that offers records of one type while somebody types.

    It shows a record's title alone; what is sent is "#id title", which is never ambiguous.
    """

    template_name = "crm/forms/link_input.html"

    def __init__(self, target: str) -> None:
        """Offer records of the type `target`."""
        super().__init__(attrs={"autocomplete": "off", "spellcheck": "false"})
        self.target = target

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add where the offers come from, and the title of the record that is chosen."""
        context = super().get_context(name, value, attrs)
        context["suggest_url"] = reverse("crm:suggest", args=[self.target])
        raw = str(value or "")
        is_chosen = raw.startswith("#") and " " in raw
        context["title"] = raw.partition(" ")[2] if is_chosen else raw
        context["chosen"] = raw if is_chosen else ""
        return context


class FilesInput(forms.FileInput):
    """A file input with the files the field holds; each may be taken out."""

    template_name = "crm/forms/files_input.html"
    needs_multipart_form = True

    def __init__(self, *, is_multiple: bool) -> None:
        """Take one file or several; `held` are those that are there, as (id, name)."""
        self.allow_multiple_selected = is_multiple
        super().__init__()
        self.held: list[tuple[int, str]] = []

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the held files."""
        context = super().get_context(name, value, attrs)
        return {**context, "held": self.held, "kept_name": f"{name}{KEPT_SUFFIX}"}


class RecordForm(forms.Form):
    """Controls for some fields of a record; see `record_form`."""

    def __init__(
        self,
        fields: Iterable[Field],
        data: MultiValueDict[str, str] | None,
        files: MultiValueDict[str, UploadedFile[Any]] | None,
        auto_id: str,
    ) -> None:
        """Make an empty control for each field."""
        super().__init__(data, files, auto_id=auto_id)
        self._data: MultiValueDict[str, str] = data or MultiValueDict()
        self.asked = {field.code: field for field in fields}
        self.stored: list[RecordFile] = []
        for code, field in self.asked.items():
            self.fields[VALUE_PREFIX + code] = _control(field)

    def show(self, code: str, value: Any, names: Names) -> None:
        """Fill a control that nothing was sent for; `value` is a Python value."""
        field, control = self.asked[code], self.fields[VALUE_PREFIX + code]
        if isinstance(control.widget, FilesInput):
            control.widget.held = [
                (one, field.type.text(one, field, names)) for one in field.each(value)
            ]
        elif value is not None:
            control.initial = field.form_value(value, names)

    def full_clean(self) -> None:
        """Find nothing wrong: `explain` says what the action found."""
        self._errors = ErrorDict(renderer=self.renderer)
        self.cleaned_data = {}

    def control(self, code: str) -> forms.BoundField:
        """Return the control of a field."""
        return self[VALUE_PREFIX + code]

    def raw_values(self, *, actor: Actor) -> dict[str, Any]:
        """Return what was sent, by field code; uploads are stored and stand as their ids.

        Raises:
            ValuesRefused: an upload is too large or empty.
        """
        return {code: self._sent(field, actor) for code, field in self.asked.items()}

    def discard_files(self) -> None:
        """Delete what `raw_values` stored: the action refused the values."""
        discard_files(self.stored)
        self.stored = []

    def explain(self, refusal: ValuesRefused | FieldsMissing) -> None:
        """Put the sentences at their controls, those about other fields on top."""
        if isinstance(refusal, FieldsMissing):
            errors = {field.code: _("Fill this in.") for field in refusal.fields}
        else:
            errors = refusal.errors
        for code, sentence in errors.items():
            field = self.asked.get(code)
            # The name stands above the control already.
            text = sentence.removeprefix(f"{field.label}: ") if field else sentence
            self.add_error(VALUE_PREFIX + code if field else None, text)

    def _sent(self, field: Field, actor: Actor) -> Any:
        name = VALUE_PREFIX + field.code
        if field.type.kind == "file":
            return self._sent_files(field, name, actor)
        values: list[Any] = self._data.getlist(name)
        if field.is_multiple and len(values) != 1:
            return values
        return values[-1] if values else ""

    def _sent_files(self, field: Field, name: str, actor: Actor) -> Any:
        kept: list[Any] = self._data.getlist(name + KEPT_SUFFIX)
        uploads = self.files.getlist(name)
        fresh: list[Any] = []
        for upload in uploads:
            try:
                stored = store_file(upload, actor=actor)
            except ValuesRefused as refusal:
                self.discard_files()
                raise ValuesRefused({field.code: refusal.message}) from refusal
            self.stored.append(stored)
            fresh.append(stored.pk)
        if field.is_multiple:
            return [*kept, *fresh]
        return next(iter([*fresh, *kept]), "")


def record_form(
    fields: Iterable[Field],
    *,
    record: Item | None = None,
    names: Names | None = None,
    data: MultiValueDict[str, str] | None = None,
    files: MultiValueDict[str, UploadedFile[Any]] | None = None,
    auto_id: str = "id_%s",
) -> RecordForm:
    """Return a form with a control for each field, filled from the record.

    Args:
        fields: In the order wanted.
        record: Whose values are shown; None for a new record.
        names: What ids in the values are called.
        data: What was sent (`request.POST`); it is shown instead of the values.
        files: Uploads (`request.FILES`).
        auto_id: How the controls' ids are made; differs where two forms stand on one page.
    """
    form = RecordForm(fields, data, files, auto_id)
    if record is not None:
        for code, field in form.asked.items():
            form.show(code, field.read(record), names or Names())
    return form


def _control(field: Field) -> forms.Field:
    if field.type.kind == "file":
        return forms.FileField(
            label=field.label,
            help_text=field.help,
            required=field.is_required,
            widget=FilesInput(is_multiple=field.is_multiple),
        )
    if field.type.kind == "link" and not field.is_multiple:
        return field.form_field(widget=LinkInput(str(field.config.get("target", ""))))
    control = field.form_field()
    if field.is_multiple and isinstance(control.widget, forms.Textarea):
        control.widget.attrs["rows"] = 2
    return control
