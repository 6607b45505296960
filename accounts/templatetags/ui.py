"""Icons, avatars and form controls in the look of the product; `{% load ui %}`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms, template
from django.forms import BoundField
from django.utils.safestring import SafeString

from accounts import presentation

register = template.Library()

# Three pages, "Create" and "More" make the five entries of the tab bar.
TAB_BAR_PAGES = 3


@register.simple_tag
def icon(name: str, size: str = "", *, hue: str = "", css: str = "") -> SafeString:
    """Draw a heroicon: `{% icon "plus" %}`.

    Args:
        name: The library's name for it.
        size: "s" 15 px, "" 18, "l" 24.
        hue: One of the twelve stage hues, for the icon of a record type.
        css: Further classes.
    """
    sized = f"ico ico-{size}" if size else "ico"
    return presentation.render_icon(name, f"{sized} {css}".strip(), hue)


@register.inclusion_tag("components/avatar.html")
def avatar(
    who: object, size: str = "", *, square: bool = False, decorative: bool = False
) -> dict[str, Any]:
    """Draw initials in the hue of the name: `{% avatar person %}`, `{% avatar "Ann Lee" "l" %}`.

    Args:
        who: Anything whose text is its name; None draws nobody.
        size: "s" 20 px, "" 24, "l" 32, "xl" 44.
        square: For companies and other things that are no people.
        decorative: The name stands beside it, so that it is not read twice.
    """
    name = str(who or "").strip()
    return {
        "name": name,
        "initials": presentation.initials(name),
        "hue": presentation.hue_of(name) if name else "grey",
        "size": size,
        "square": square,
        "decorative": decorative,
    }


@register.filter
def initials(name: object) -> str:
    """Return the one or two letters an avatar shows."""
    return presentation.initials(str(name))


@register.filter
def hue(name: object) -> str:
    """Return the hue that a name always has."""
    return presentation.hue_of(str(name))


@register.simple_tag
def picker_icons() -> Sequence[str]:
    """Return the icon names that people choose from."""
    return presentation.PICKER_ICONS


@register.simple_tag
def widget(field: BoundField, css: str = "") -> SafeString:
    """Draw a form field's control with the classes of its kind, red when it has errors.

    Labels stand above the controls, so a form's placeholders are left out.
    """
    kind = field.field.widget
    classes = [_control_class(kind), css, kind.attrs.get("class", "")]
    if field.errors:
        classes.append("is-invalid")
    return field.as_widget(attrs={"class": " ".join(filter(None, classes)), "placeholder": False})


def _control_class(kind: forms.Widget) -> str:
    if isinstance(kind, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return "check" if isinstance(kind, forms.CheckboxSelectMultiple) else "radio"
    if isinstance(kind, forms.CheckboxInput):
        return "check"
    return "form-select" if isinstance(kind, forms.Select) else "form-control"


@register.filter
def is_check(field: BoundField) -> bool:
    """Say whether a field is one box to tick, whose label stands behind it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_password(field: BoundField) -> bool:
    """Say whether a field takes a password, which may be shown while it is typed."""
    return isinstance(field.field.widget, forms.PasswordInput)


@register.filter
def tab_bar_items(navigation: Iterable[Any] | None) -> list[Any]:
    """Return the pages for the tab bar of phones: the marked ones, else the first ones.

    Groups and items may be mappings or objects, as everywhere in templates.
    """
    items = [item for group in navigation or () for item in _part(group, "items")]
    marked = [item for item in items if _part(item, "in_tab_bar")]
    return (marked or items)[:TAB_BAR_PAGES]


def _part(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)
