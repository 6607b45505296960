"""Until when something is to be done, in words and a tone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date, format_datetime
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.templatetags.crm_format import exact_moment
from smart_processes.locales import active_locale

LATE, TODAY, LATER, NEVER = "late", "today", "later", "none"


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline as it is drawn; `title` is the exact moment, "" where there is none."""

    text: str
    tone: str
    title: str = ""

    @property
    def is_late(self) -> bool:
        """Whether it has passed."""
        return self.tone == LATE


NO_DUE = Due("", NEVER)


def due(deadline_at: datetime | None, now: datetime) -> Due:
    """Return a deadline in words: "5 d late", "today 15:00", "Mon, 23 Nov"."""
    if deadline_at is None:
        return NO_DUE
    title = exact_moment(deadline_at)
    local, today = timezone.localtime(deadline_at), timezone.localtime(now).date()
    days = (today - local.date()).days
    locale = active_locale()
    clock = format_datetime(local.replace(tzinfo=None), "HH:mm", locale=locale)
    if deadline_at < now:
        if days:
            return Due(_("%(count)d d late") % {"count": days}, LATE, title)
        return Due(_("late since %(time)s") % {"time": clock}, LATE, title)
    if not days:
        return Due(_("today %(time)s") % {"time": clock}, TODAY, title)
    if days == -1:
        return Due(_("tomorrow %(time)s") % {"time": clock}, LATER, title)
    pattern = "EEE d MMM" if local.year == today.year else "d MMM y"
    return Due(format_date(local.date(), pattern, locale=locale), LATER, title)
