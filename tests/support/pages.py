"""Visiting pages over HTTP and reading them."""

from __future__ import annotations

import json
from typing import Any

from bs4 import BeautifulSoup
from django.test import Client

from accounts.models import User


def signed_in(user: User, **headers: Any) -> Client:
    """Return the browser of that person; the headers go with every request."""
    client = Client(**headers)
    client.force_login(user)
    return client


def read(client: Client, address: str, **headers: Any) -> BeautifulSoup:
    """Return the page that stands there."""
    answer = client.get(address, **headers)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def read_part(client: Client, address: str) -> BeautifulSoup:
    """Return the part of a page that htmx asks for there."""
    return read(client, address, HTTP_HX_REQUEST="true")


def toast_of(answer: Any) -> dict[str, Any]:
    """Return the message that comes with an answer to htmx."""
    triggers: dict[str, Any] = json.loads(
        answer.headers.get("HX-Trigger-After-Swap") or answer.headers["HX-Trigger"]
    )
    toast: dict[str, Any] = triggers["toast"]
    return toast


def words(tag: Any) -> str:
    """Return the text as a person reads it: one space between words."""
    return " ".join(tag.text.split())
