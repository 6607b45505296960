"""What the board's scripts say: sentences with places for names and numbers.

Scripts hold no words of their own, so that every sentence is translated where all are.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm.web.type_page import TypePage


def board_words(page: TypePage) -> dict[str, str]:
    """Return the sentences by name; `{title}` and the like are filled in by the browser."""
    name = page.type_schema.type.name_one.lower()
    return {
        "more": _("{count} more, scroll to load"),
        "lifted": _(
            "Lifted {title}. Lane {lane} of {lanes}, {stage}. "
            "Use arrows, Space to drop, Escape to cancel."
        ),
        "over": _("Over {stage}, place {place} of {places}."),
        "barred": _("{stage} is closed: {reason}"),
        "returned": _("Not moved. {title} is back in {stage}."),
        "notYours": _("Your roles do not let you move this %(name)s.") % {"name": name},
        "movedBy": _("{who} moved {title} to {stage}."),
        "selected": _("{count} selected, {sum}."),
        "selectedCount": _("{count} selected."),
        "noneSelected": _("Nothing is selected."),
        "dropHere": _("Drop to move to {stage}"),
        "gone": _("This record is not on the board any more."),
        "here": _("It stands here now."),
    }
