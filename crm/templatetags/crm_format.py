"""Values as people read them, as safe HTML; `{% load crm_format %}`.

Everything that came from a person is escaped here or by the template; nothing else makes
HTML out of values.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from babel.dates import format_date, format_datetime
from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join, urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.presentation import hue_of, initials, render_icon
from crm.durations import age_text
from smart_processes.field_types.base import Names
from smart_processes.field_types.datetime import MOMENT_PATTERN
from smart_processes.fields import Field
from smart_processes.locales import active_locale
from smart_processes.models import Item, Stage
from smart_processes.money import Money

register = template.Library()


# --- amounts and moments --------------------------------------------------------------------


@register.filter
def money(amount_minor: int | None, currency: str) -> str:
    """Return minor units of a currency as people read them: `{{ sum|money:"EUR" }}`."""
    return "" if amount_minor is None else Money(amount_minor, currency).text(cents=False)


@register.filter
def ago(at: datetime | None) -> SafeString | str:
    """Draw how long ago something was, with the exact moment in the title."""
    if at is None:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        exact_moment(at),
        age_text(timezone.now() - at),
    )


@register.filter
def moment(at: datetime | None) -> SafeString | str:
    """Draw the exact moment in the reader's time zone."""
    if at is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), exact_moment(at))


@register.filter
def clock(at: datetime) -> SafeString:
    """Draw the time of the day, with the exact moment in the title."""
    local = timezone.localtime(at).replace(tzinfo=None)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        exact_moment(at),
        format_datetime(local, "HH:mm", locale=active_locale()),
    )


def exact_moment(at: datetime) -> str:
    """Return the moment in the reader's time zone and language."""
    local = timezone.localtime(at).replace(tzinfo=None)
    return format_datetime(local, MOMENT_PATTERN, locale=active_locale())


@register.filter
def day(value: date) -> str:
    """Return the day as a heading says it: "Yesterday, 20 November"."""
    locale, today = active_locale(), timezone.localdate()
    pattern = "d MMMM" if value.year == today.year else "d MMMM y"
    shown = format_date(value, pattern, locale=locale)
    distance = (today - value).days
    if distance == 0:
        return _("Today, %(day)s") % {"day": shown}
    if distance == 1:
        return _("Yesterday, %(day)s") % {"day": shown}
    weekday = format_date(value, "EEEE", locale=locale).capitalize()
    return f"{weekday}, {shown}"


# --- people, stages -------------------------------------------------------------------------


@register.simple_tag
def person(name: str, *, size: str = "s") -> SafeString:
    """Draw a person: initials in the hue of the name, and the name."""
    return format_html(
        '<span class="row-flex"><span class="avatar-x {}" data-hue="{}" aria-hidden="true">{}'
        '</span><span class="cut">{}</span></span>',
        size,
        hue_of(name),
        initials(name),
        name,
    )


@register.simple_tag
def stage_badge(stage: Stage | None) -> SafeString | str:
    """Draw a stage as a tag."""
    if stage is None:
        return ""
    return format_html('<span class="tag" data-hue="{}">{}</span>', stage.hue, stage.name)


# --- texts ----------------------------------------------------------------------------------


@register.filter
def linked_text(text: str) -> SafeString:
    """Return text with its line breaks, and addresses in it as links."""
    html = urlize(text, nofollow=True, autoescape=True)
    return mark_safe(html.replace("\r\n", "\n").replace("\n", "<br>"))  # noqa: S308  # urlize escaped it


@register.simple_tag
def marked(text: str, words: tuple[str, ...] | list[str]) -> SafeString:
    """Return text with the words that were looked for marked, in any case."""
    folded = text.lower()
    if len(folded) != len(text):
        # A letter whose small form is longer: places would not fit.
        return escape(text)
    spots = sorted((at, at + len(word)) for word in words if word for at in _places(folded, word))
    parts: list[SafeString] = []
    done = 0
    for start, end in spots:
        if end <= done:
            continue
        parts.append(escape(text[done : max(start, done)]))
        parts.append(format_html("<mark>{}</mark>", text[max(start, done) : end]))
        done = end
    parts.append(escape(text[done:]))
    return format_html_join("", "{}", ((part,) for part in parts))


def _places(text: str, word: str) -> list[int]:
    places: list[int] = []
    at = text.find(word)
    while at >= 0:
        places.append(at)
        at = text.find(word, at + len(word))
    return places


# --- values of fields -----------------------------------------------------------------------


@register.simple_tag
def field_value(
    field: Field, value: Any, names: Names, record: Item | None = None, type_code: str = ""
) -> SafeString:
    """Draw a value: links for addresses, records, people and files; safe for any text.

    Args:
        field: The field.
        value: Its Python value; None draws nothing.
        names: What ids in it are called.
        record: Whose value it is; its files have addresses of their own then.
        type_code: Code of the record's type.
    """
    draw = _DRAWN.get(field.type.kind, _plain)
    drawn = [draw(_Value(field, one, names, record, type_code)) for one in field.each(value)]
    if field.type.kind == "choice":
        return format_html_join(" ", "{}", ((one,) for one in drawn))
    separator = "<br>" if field.type.kind in _ON_LINES else ", "
    return format_html_join(mark_safe(separator), "{}", ((one,) for one in drawn))  # noqa: S308  # one of two constants


class _Value:
    """One value with all that drawing it takes."""

    def __init__(
        self, field: Field, value: Any, names: Names, record: Item | None, type_code: str
    ) -> None:
        self.field = field
        self.value = value
        self.names = names
        self.record = record
        self.type_code = type_code

    @property
    def text(self) -> str:
        return self.field.type.text(self.value, self.field, self.names)


def _plain(one: _Value) -> SafeString:
    return escape(one.text)


def _lines(one: _Value) -> SafeString:
    return linked_text(one.text)


def _user(one: _Value) -> SafeString:
    return person(one.text)


def _record(one: _Value) -> SafeString:
    target = str(one.field.config.get("target", ""))
    if one.value not in one.names.records or not target:
        return format_html('<span class="t3">{}</span>', one.text)
    return _link(reverse("crm:record", args=[target, one.value]), one.text)


def _option(one: _Value) -> SafeString:
    option = one.field.option(one.value)
    hue = option.hue if option else "grey"
    return format_html('<span class="tag" data-hue="{}">{}</span>', hue, one.text)


def _url(one: _Value) -> SafeString:
    if not str(one.value).startswith(("http://", "https://")):
        return escape(one.text)
    return format_html(
        '<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>',
        one.value,
        str(one.value).partition("://")[2].rstrip("/"),
    )


def _email(one: _Value) -> SafeString:
    return _link(f"mailto:{quote(str(one.value), safe='@')}", one.text)


def _phone(one: _Value) -> SafeString:
    return _link(f"tel:{quote(str(one.value), safe='+;=')}", one.text)


def _file(one: _Value) -> SafeString:
    label = format_html("{} {}", render_icon("paper-clip", "ico ico-s"), one.text)
    if one.record is None or one.value not in one.names.files:
        return format_html('<span class="t3">{}</span>', label)
    return _link(reverse("crm:file", args=[one.type_code, one.record.pk, one.value]), label)


def _link(url: str, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, text)


_DRAWN: dict[str, Callable[[_Value], SafeString]] = {
    "text": _lines,
    "user": _user,
    "link": _record,
    "choice": _option,
    "url": _url,
    "email": _email,
    "phone": _phone,
    "file": _file,
}
_ON_LINES = frozenset({"url", "email", "phone", "file", "user"})
