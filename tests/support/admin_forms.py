"""Sending the forms of the configuration pages as a browser would."""

from __future__ import annotations

import re
from typing import Any

from bs4 import BeautifulSoup
from django.db import models
from django.test import Client
from django.urls import reverse


def add_url(model: type[models.Model]) -> str:
    """Return the address of the page that makes a row."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


def change_url(instance: models.Model) -> str:
    """Return the address of a row's page."""
    name = f"{instance._meta.app_label}_{instance._meta.model_name}"
    return reverse(f"admin:{name}_change", args=[instance.pk])


def delete_url(instance: models.Model) -> str:
    """Return the address that asks before a row is deleted."""
    return change_url(instance).replace("/change/", "/delete/")


def filled_in(client: Client, url: str) -> dict[str, Any]:
    """Return what the page's form would send as it stands."""
    page = BeautifulSoup(client.get(url).content, "html.parser")
    form = page.find("form", id=re.compile("_form$|^changelist-form$"))
    values: dict[str, Any] = {}
    for control in form.find_all(["input", "textarea", "select"]):
        name = str(control.get("name") or "")
        if not name or "__prefix__" in name or control.has_attr("disabled"):
            continue
        if control.name == "select":
            chosen = [o.get("value", "") for o in control.find_all("option", selected=True)]
            values[name] = chosen if control.has_attr("multiple") else (chosen or [""])[0]
        elif control.get("type") in {"checkbox", "radio"}:
            if control.has_attr("checked"):
                values.setdefault(name, []).append(control.get("value", "on"))
        elif control.get("type") != "submit":
            values[name] = control.text if control.name == "textarea" else control.get("value", "")
    return values


def send(client: Client, url: str, **typed: Any) -> str:
    """Fill in and send the page's form; return what the page says, "" when it was saved.

    A control that is given None is left out: a switch that is off.
    """
    values = {**filled_in(client, url), **typed}
    answer = client.post(url, {name: v for name, v in values.items() if v is not None})
    assert answer.status_code in {200, 302}
    return "" if answer.status_code == 302 else said(answer)


def said(answer: Any) -> str:
    """Return the page's text."""
    return BeautifulSoup(answer.content, "html.parser").get_text(" ", strip=True)
