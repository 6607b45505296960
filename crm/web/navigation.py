"""What the rail and the Create menu offer: what the person may open, and nothing else."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts import access
from accounts.choices import Action
from accounts.requests import actor_of
from automation.selectors.run_lists import may_steer_somewhere
from smart_processes.choices import MenuSection
from smart_processes.schema import TypeSchema, schema_for

# G, then the letter, opens the type; C, then the letter, makes a new record of it.
LETTERS = {"deal": "D", "lead": "L", "contact": "C", "company": "O"}
# Beside the home page on phones.
IN_TAB_BAR = frozenset({"deal", "contact"})


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `navigation` groups and `create_links` for `base.html`.

    One query at most (the actor's stamps), and none for strangers.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    actor = actor_of(request)
    rights = access.of(actor)
    types = list(schema_for(actor).types.values())
    readable = [t for t in types if rights.may_somewhere(Action.VIEW, t.pipelines)]
    addable = [t for t in types if rights.may_somewhere(Action.ADD, t.pipelines)]
    path = request.path
    groups = [
        {"title": "", "items": [_home(path), _tasks(path)]},
        {"title": _("Sales"), "items": _items(readable, MenuSection.SALES, path)},
        {
            "title": _("Smart processes"),
            "add_url": reverse("crm:wizard") if rights.may_configure else "",
            "items": _items(readable, MenuSection.PROCESSES, path),
        },
    ]
    workspace = [_automation(path)] if may_steer_somewhere(actor) else []
    if rights.is_unlimited or (rights.may_configure and user.is_staff):
        page = "crm:access" if rights.is_unlimited else "admin:index"
        workspace.append(_settings(path, page))
    groups.append({"title": _("Workspace"), "items": workspace})
    return {
        "navigation": [g for g in groups if g["items"] or g.get("add_url")],
        "create_links": [
            {
                "title": t.type.name_one,
                "url": reverse("crm:create", args=[t.code]),
                "icon": t.type.icon,
                "hue": t.type.hue,
                "shortcut": f"C {LETTERS[t.code]}" if t.code in LETTERS else "",
            }
            for t in addable
        ],
    }


def type_url(type_schema: TypeSchema) -> str:
    """Return where a type opens: its board, or its list where it has no stages."""
    page = "crm:board" if type_schema.type.has_stages else "crm:list"
    return reverse(page, args=[type_schema.code])


def _items(types: list[TypeSchema], section: MenuSection, path: str) -> list[dict[str, Any]]:
    return [
        {
            "title": t.type.name_many,
            "url": type_url(t),
            "icon": t.type.icon,
            "hue": t.type.hue if section == MenuSection.PROCESSES else "",
            "is_current": path.startswith(f"/{t.code}/"),
            "shortcut": f"G {LETTERS[t.code]}" if t.code in LETTERS else "",
            "in_tab_bar": t.code in IN_TAB_BAR,
        }
        for t in types
        if t.type.menu_section == section
    ]


def _home(path: str) -> dict[str, Any]:
    url = reverse("crm:home")
    return {
        "title": pgettext("page", "Home"),
        "url": url,
        "icon": "home",
        "is_current": path == url,
        "shortcut": "G H",
        "in_tab_bar": True,
    }


def _tasks(path: str) -> dict[str, Any]:
    """What waits for me; the browser asks for its number when the page stands."""
    url = reverse("crm:tasks")
    return {
        "title": _("My tasks"),
        "url": url,
        "icon": "check-circle",
        "is_current": path.startswith(url),
        "shortcut": "G T",
        "live_count": "tasks",
        "in_tab_bar": True,
    }


def _automation(path: str) -> dict[str, Any]:
    """The pages of automation; the number says how many runs failed."""
    url = reverse("crm:automation")
    return {
        "title": _("Automation"),
        "url": url,
        "icon": "bolt",
        "is_current": path.startswith("/automation/"),
        "shortcut": "G A",
        "live_count": "automation",
    }


def _settings(path: str, page: str) -> dict[str, Any]:
    return {
        "title": _("Settings"),
        "url": reverse(page),
        "icon": "cog-6-tooth",
        "is_current": path.startswith("/settings/access/"),
    }
