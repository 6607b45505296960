"""Look and menu of the configuration pages (django-unfold on Django's admin)."""

from __future__ import annotations

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

_RECORDS = "smart_processes"
_CONFIGURES, _ADMINISTERS, _ENTERS = "may_configure", "is_administrator", "enters"


def _menu_item(title: StrOrPromise, icon: str, page: str, permission: str) -> dict[str, object]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{page}_changelist"),
        "permission": f"smart_processes.admin.navigation.{permission}",
    }


UNFOLD = {
    "SITE_TITLE": _("Smart Process CRM"),
    "SITE_HEADER": _("Configuration"),
    "SITE_SUBHEADER": _("Smart Process CRM"),
    "SITE_URL": "/",
    "SITE_SYMBOL": "settings",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("config/icon.svg")}
    ],
    "SHOW_HISTORY": True,
    "SHOW_BACK_BUTTON": True,
    "DASHBOARD_CALLBACK": "smart_processes.admin.navigation.dashboard",
    "COLORS": {
        # The accent of the staff pages (config/css/tokens.css) and its steps.
        "primary": {
            "50": "#f3f6fe",
            "100": "#e8eefc",
            "200": "#ccd9f9",
            "300": "#a3bbf4",
            "400": "#8aa6f5",
            "500": "#6b8ff3",
            "600": "#2c57d6",
            "700": "#2347b3",
            "800": "#1d3a92",
            "900": "#1a3175",
            "950": "#111f4b",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "items": [
                    {
                        "title": _("Back to the records"),
                        "icon": "arrow_back",
                        "link": "/",
                        "active": False,
                    },
                ],
            },
            {
                "title": pgettext_lazy("menu", "Records"),
                "items": [
                    _menu_item(_("Types"), "category", f"{_RECORDS}_recordtype", _CONFIGURES),
                    _menu_item(_("Fields"), "list_alt", f"{_RECORDS}_fielddefinition", _CONFIGURES),
                    _menu_item(_("Pipelines"), "view_kanban", f"{_RECORDS}_pipeline", _CONFIGURES),
                    _menu_item(_("Currencies"), "payments", f"{_RECORDS}_currency", _CONFIGURES),
                    _menu_item(_("Stored records"), "table_rows", f"{_RECORDS}_item", _ENTERS),
                ],
            },
            {
                "title": _("People"),
                "items": [
                    _menu_item(_("People"), "person", "accounts_user", _ADMINISTERS),
                    _menu_item(
                        _("Departments"), "account_tree", "accounts_department", _ADMINISTERS
                    ),
                    _menu_item(_("Roles"), "shield_person", "accounts_role", _ADMINISTERS),
                ],
            },
            {
                "title": _("Automation"),
                "items": [
                    _menu_item(_("Workflows"), "schema", "automation_program", _CONFIGURES),
                    _menu_item(_("Triggers"), "bolt", "automation_trigger", _CONFIGURES),
                    _menu_item(_("Schedules"), "event_repeat", "automation_schedule", _CONFIGURES),
                    _menu_item(
                        _("Global values"), "data_object", "automation_globalvalue", _CONFIGURES
                    ),
                ],
            },
            {
                "title": _("Working time"),
                "items": [
                    _menu_item(
                        _("Company calendar"),
                        "calendar_month",
                        "automation_companycalendar",
                        _CONFIGURES,
                    ),
                    _menu_item(
                        _("Own working hours"), "schedule", "automation_personhours", _CONFIGURES
                    ),
                    _menu_item(_("Absences"), "beach_access", "automation_absence", _CONFIGURES),
                ],
            },
            {
                "title": _("System"),
                "collapsible": True,
                "items": [
                    _menu_item(_("E-mail addresses"), "mail", "account_emailaddress", _ADMINISTERS),
                    _menu_item(_("Second steps"), "key", "mfa_authenticator", _ADMINISTERS),
                    _menu_item(
                        _("Periodic tasks"),
                        "schedule",
                        "django_celery_beat_periodictask",
                        _ADMINISTERS,
                    ),
                ],
            },
        ],
    },
}
