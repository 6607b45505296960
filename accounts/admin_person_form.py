"""The form of one person on the configuration pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
)

from accounts.forms import language_choices, zone_choices
from accounts.models import Role, User

PERSON_FIELDS = (
    "username",
    "email",
    "first_name",
    "last_name",
    "department",
    "job_title",
    "language",
    "time_zone",
    "is_active",
    "is_staff",
    "is_superuser",
)


class PersonForm(forms.ModelForm[User]):
    """A person; an empty password keeps the present one."""

    password = forms.CharField(
        label=_("New password"),
        required=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("Empty: as it is. Without one, the person resets it by mail."),
    )
    language = forms.ChoiceField(
        label=_("Language"), required=False, widget=UnfoldAdminSelectWidget
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), required=False, widget=UnfoldAdminSelectWidget
    )
    groups = forms.ModelMultipleChoiceField(
        label=_("Roles"),
        queryset=Role.objects.all(),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Roles of departments and of everybody come on top."),
    )

    class Meta:
        model = User
        fields = (*PERSON_FIELDS, "groups")
        labels = {
            "username": _("User name"),
            "email": _("E-mail address"),
            "is_active": _("May sign in"),
            "is_staff": _("May open these pages"),
            "is_superuser": _("Administrator"),
        }
        help_texts = {
            "username": _("Letters, digits and @ . + - _"),
            "is_active": _("Switched off for people who left; their records stay theirs."),
            "is_staff": _("What they may change here is a matter of their roles."),
            "is_superuser": _("May do everything, whatever the roles say."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the languages of the product and every place of the zone database."""
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = language_choices()  # type: ignore[attr-defined]  # a choice field
        self.fields["time_zone"].choices = zone_choices(self.instance.time_zone)  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> dict[str, Any]:
        """Refuse weak passwords by the project's rules, which know the person's names."""
        typed = self.cleaned_data
        names = ("username", "email", "first_name", "last_name")
        person = User(**{name: typed.get(name, "") for name in names})
        if password := typed.get("password"):
            try:
                validate_password(password, person)
            except ValidationError as weak:
                self.add_error("password", weak)
        return typed

    def _post_clean(self) -> None:
        """Leave the rest to the action."""
