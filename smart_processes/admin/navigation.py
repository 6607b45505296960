"""What the menu of the configuration pages shows to whom."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts import access
from accounts.requests import actor_of
from smart_processes.admin.access import may_configure

OWN_APPS = ("smart_processes", "accounts")

__all__ = ["dashboard", "enters", "is_administrator", "may_configure"]


def is_administrator(request: HttpRequest) -> bool:
    """Return whether the signed-in person administers people and roles."""
    return access.of(actor_of(request)).is_unlimited


def enters(request: HttpRequest) -> bool:
    """Return whether the signed-in person may open the configuration pages at all."""
    return bool(request.user.is_active and request.user.is_staff)


def dashboard(_request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Show the product's own pages on the first page; the rest is in the menu."""
    places = {app: place for place, app in enumerate(OWN_APPS)}
    own = [app for app in context["app_list"] if app["app_label"] in places]
    return {**context, "app_list": sorted(own, key=lambda app: places[app["app_label"]])}
