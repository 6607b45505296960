"""How people and things look without a picture: initials, hues, icons."""

from __future__ import annotations

from functools import lru_cache
from zlib import crc32

from django.utils.safestring import SafeString
from heroicons import IconDoesNotExist
from heroicons.templatetags.heroicons import heroicon_outline

# Hues an avatar may get: all of the palette but grey (nobody) and red (something is wrong).
AVATAR_HUES = (
    "blue",
    "cyan",
    "teal",
    "green",
    "lime",
    "amber",
    "orange",
    "pink",
    "violet",
    "indigo",
)
# Shown where a stored icon name is not one of the library (any more).
FALLBACK_ICON = "square-3-stack-3d"
# What people choose from for a record type. The first ones stand in the picker, the rest
# behind "More".
PICKER_ICONS = (
    "globe-alt",
    "truck",
    "briefcase",
    "ticket",
    "map-pin",
    "calendar-days",
    "document-check",
    "inbox-arrow-down",
    "archive-box",
    "wrench-screwdriver",
    "academic-cap",
    "shopping-cart",
    "banknotes",
    "currency-euro",
    "credit-card",
    "receipt-percent",
    "calculator",
    "scale",
    "funnel",
    "user",
    "user-group",
    "users",
    "identification",
    "building-office-2",
    "building-storefront",
    "home-modern",
    "key",
    "phone",
    "envelope",
    "megaphone",
    "chat-bubble-left-right",
    "lifebuoy",
    "light-bulb",
    "beaker",
    "bolt",
    "bug-ant",
    "cpu-chip",
    "computer-desktop",
    "device-phone-mobile",
    "server-stack",
    "cloud",
    "shield-check",
    "lock-closed",
    "flag",
    "star",
    "heart",
    "trophy",
    "gift",
    "cake",
    "rocket-launch",
    "puzzle-piece",
    "square-3-stack-3d",
    "cube",
    "rectangle-stack",
    "clipboard-document-list",
    "folder-open",
    "book-open",
    "newspaper",
    "camera",
    "paint-brush",
)


def initials(name: str) -> str:
    """Return one or two capital letters: of the first and the last word."""
    words = [word for word in name.split() if word[0].isalnum()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[0] for word in words]
    return "".join(letters).upper() or "?"


def hue_of(name: str) -> str:
    """Return the hue of a name: the same on every page, in every process."""
    return AVATAR_HUES[crc32(name.encode()) % len(AVATAR_HUES)]


@lru_cache(maxsize=2048)
def render_icon(name: str, css_class: str, hue: str = "") -> SafeString:
    """Return an outline icon as SVG, hidden from screen readers; words stand beside it.

    Kept, since a board draws the same few icons on every card.
    """
    extra = {"data_hue": hue} if hue else {}
    try:
        svg = heroicon_outline(name, size=None, **{"class": css_class}, **extra)
    except IconDoesNotExist:
        svg = heroicon_outline(FALLBACK_ICON, size=None, **{"class": css_class}, **extra)
    return SafeString(svg)
