"""The accounts app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """People, departments, roles: who acts and what they may do."""

    name = "accounts"
    verbose_name = _("People and roles")
