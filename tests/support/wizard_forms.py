"""Sending the wizard's forms as a browser would, and reading its answers."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup
from django.http import HttpResponse
from django.test import Client

URL = "/settings/new-process/"
NAMES = {"name_one": "Visit", "name_many": "Visits"}
Form = dict[str, Any]


def soup(answer: HttpResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.content, "html.parser")


def form_of(answer: HttpResponse) -> Form:
    """Return what a browser would send of the wizard's form, without a button."""
    form = soup(answer).select_one("#wizard-step")
    assert form is not None
    sent: Form = {"step": form["data-step"]}
    for control in form.select("input[name], select[name], textarea[name]"):
        if control.get("type") in {"checkbox", "radio"} and not control.has_attr("checked"):
            continue
        value = control.get("value", "on")
        if control.name == "select":
            chosen = control.select_one("option[selected]") or control.select_one("option")
            value = chosen["value"] if chosen else ""
        if control.name == "textarea":
            value = control.text
        sent.setdefault(str(control["name"]), []).append(value)
    return sent


def send(client: Client, answer: HttpResponse | None = None, **values: Any) -> Any:
    """Send the form that an answer shows (default: the first step's), with other values."""
    form = form_of(answer or client.get(URL))
    return client.post(URL, form | values, follow=True)


def started(client: Client, preset: str = "essentials") -> Any:
    """Return the step of fields, after names and a preset were chosen."""
    return send(client, preset=preset, do="next", **NAMES)


def stages_of(client: Client) -> Any:
    """Return the step of stages."""
    return send(client, started(client), do="next")


def keys(answer: HttpResponse) -> list[str]:
    return [str(row["value"]) for row in soup(answer).select("input[name=row]")]


def errors(answer: HttpResponse) -> list[str]:
    return [" ".join(each.text.split()) for each in soup(answer).select(".err, .note.bad")]


def current_step(answer: HttpResponse) -> str:
    step = soup(answer).select_one("#wizard-step")
    assert step
    return str(step["data-step"])
