"""Forms of the pages about oneself."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from accounts.actions.profile import ProfileChanges
from accounts.choices import Theme
from accounts.models import User

# Regions of the zone database where people live; the rest are old names and fixed offsets.
REGIONS = frozenset(
    {
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    }
)


class ProfileForm(forms.Form):
    """Name, language, time zone, theme and shortcuts of one person."""

    first_name = forms.CharField(
        label=_("First name"),
        max_length=User._meta.get_field("first_name").max_length,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=User._meta.get_field("last_name").max_length,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        help_text=_("Dates and times are shown in it."),
    )
    theme = forms.ChoiceField(label=_("Theme"), choices=Theme.choices)
    shortcuts_enabled = forms.BooleanField(
        label=_("Single letters are shortcuts"),
        required=False,
        help_text=_("The key ? shows the list. Ctrl K opens the search in any case."),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        """Offer languages by their own names, and every place of the zone database."""
        fields = ("first_name", "last_name", "language", "time_zone", "theme", "shortcuts_enabled")
        kwargs["initial"] = {name: getattr(person, name) for name in fields}
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = language_choices()  # type: ignore[attr-defined]  # a choice field
        self.fields["time_zone"].choices = zone_choices(person.time_zone)  # type: ignore[attr-defined]  # a choice field

    def changes(self) -> ProfileChanges:
        """Return what a valid form asks for."""
        values = self.cleaned_data
        return ProfileChanges(**values | {"theme": Theme(values["theme"])})


class ThemeForm(forms.Form):
    """The theme switch of the top bar."""

    theme = forms.ChoiceField(choices=Theme.choices)


class LanguageForm(forms.Form):
    """The language switch of the top bar."""

    language = forms.ChoiceField(choices=settings.LANGUAGES)


def language_choices() -> list[tuple[str, Any]]:
    """Return the languages by their own names, the browser's first."""
    return [
        ("", _("As the browser")),
        *((code, _own_name(code)) for code, _name in settings.LANGUAGES),
    ]


def _own_name(code: str) -> str:
    return str(get_language_info(code)["name_local"]).capitalize()


def zone_choices(current: str) -> list[tuple[Any, Any]]:
    """Return UTC and every place of the zone database by region; `current` is among them."""
    choices: list[tuple[Any, Any]] = [("", _("UTC")), *_zones_by_region()]
    if current and current not in available_timezones():
        choices.append((current, current))  # kept by whoever set it elsewhere
    return choices


@lru_cache(maxsize=1)
def _zones_by_region() -> list[tuple[str, list[tuple[str, str]]]]:
    regions: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in sorted(available_timezones()):
        region, _slash, place = name.partition("/")
        if region in REGIONS:
            regions[region].append((name, place.replace("_", " ").replace("/", ", ")))
    return list(regions.items())
