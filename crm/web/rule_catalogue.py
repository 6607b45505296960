"""The catalogue in the drawer: what can be added to a stage, by groups, and found by words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_stubs_ext import StrOrPromise

CATALOGUE = "crm/automation/catalogue.html"


@dataclass(frozen=True)
class Offer:
    """One thing to add; its form stands at `url`."""

    label: str
    description: str
    icon: str
    url: str

    def is_found_by(self, words: str) -> bool:
        """Return whether casefolded words stand in it."""
        return words in self.label.casefold() or words in self.description.casefold()


@dataclass(frozen=True)
class Shelf:
    """A group of the catalogue."""

    title: StrOrPromise
    hue: str
    offers: Sequence[Offer]


def catalogue_answer(
    request: HttpRequest, address: str, shelves: Sequence[Shelf], context: dict[str, Any]
) -> HttpResponse:
    """Answer the drawer with the catalogue; to its own search the list alone.

    Args:
        request: Whose `q` narrows it.
        address: Where the search asks.
        shelves: All there is.
        context: `drawer_title`, and `find`: what the search is called.
    """
    text = request.GET.get("q", "").strip()[:100]
    words = text.casefold()
    narrowed = [
        replace(each, offers=[offer for offer in each.offers if offer.is_found_by(words)])
        for each in shelves
    ]
    found = [each for each in narrowed if each.offers]
    count = sum(len(each.offers) for each in found)
    is_list = request.headers.get("HX-Target") == "catalogue"
    return render(
        request,
        f"{CATALOGUE}#list" if is_list else CATALOGUE,
        {**context, "q": text, "address": address, "shelves": found, "found": count},
    )
