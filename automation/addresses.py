"""Addresses of pages, for whoever writes to people without a browser at hand."""

from __future__ import annotations

from django.conf import settings
from django.urls import NoReverseMatch, reverse

# The pages belong to the app above: by their names alone.
RECORD_PAGE = "crm:by_id"
USER_TASK_PAGE = "crm:user_task"


def site_address() -> str:
    """Return where the product is found, without a slash at the end."""
    return settings.PUBLIC_URL.rstrip("/")


def page_address(name: str, *parts: object) -> str:
    """Return the whole address of a page; empty where there is no such page."""
    try:
        return f"{site_address()}{reverse(name, args=list(parts))}"
    except NoReverseMatch:
        return ""


def record_address(record_id: int) -> str:
    """Return the address of a record's page."""
    return page_address(RECORD_PAGE, record_id)


def user_task_address(task_id: int) -> str:
    """Return the address of a user task's page."""
    return page_address(USER_TASK_PAGE, task_id)
