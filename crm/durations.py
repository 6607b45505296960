"""How long something has lasted, in words."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _


def age_text(stay: timedelta) -> str:
    """Return how long something has lasted, in its largest unit."""
    minutes = int(stay.total_seconds()) // 60
    if minutes < 1:
        return _("now")
    if minutes < 60:
        # Translators: a short time in a stage, in minutes; as narrow as possible.
        return _("%(count)d min") % {"count": minutes}
    if minutes < 24 * 60:
        # Translators: a short time in a stage, in hours.
        return _("%(count)d h") % {"count": minutes // 60}
    # Translators: a time in a stage, in days.
    return _("%(count)d d") % {"count": minutes // (24 * 60)}
