"""Words of the admin and its theme that this catalogue translates in their place.

The theme ships no Russian, and Django puts a model's name into sentences that would have
to inflect it ("Выберите воронка"). The catalogue beside this file comes before theirs;
what is listed here is found for translation, nothing imports it.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

WORDS_OF_THE_THEME = (
    _("Add new item"),
    _("Add row"),
    _("All applications"),
    _("Apply Filters"),
    _("Change History"),
    _("Choose file to upload"),
    _("Click to cancel"),
    _("Click to download"),
    _("Collapse"),
    _("Current file"),
    _("Date from"),
    _("Date to"),
    _("Default"),
    _("Expand row"),
    _("False"),
    _("Forgotten your password or username?"),
    _("From"),
    _("General"),
    _("Go back"),
    _("Image preview"),
    _("Loading more results..."),
    _("No data"),
    _("No recent searches"),
    _("No results found"),
    _("No results matching your query"),
    _("Not enough data."),
    _("Recent searches"),
    _("Reset filters"),
    _("Reset to default"),
    _("Return to site"),
    _("Run"),
    _("Search apps and models..."),
    _("Select action"),
    _("Select action to run"),
    _("Select all rows"),
    _("Select record"),
    _("Select value"),
    _("This item will be deleted."),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("To"),
    _("Toggle password visibility"),
    _("True"),
    _("Type to search"),
    _("Update"),
    _("Welcome"),
    _("You have been successfully logged out from the administration"),
)

SENTENCES_WITH_A_MODEL_NAME = (
    _("Add %(name)s"),
    _("Add %s"),
    _("Add another %(verbose_name)s"),
    _("Change %s"),
    _("Select %s"),
    _("Select %s to change"),
    _("Select %s to view"),
    _("View %s"),
)
