"""Addresses: one include() a line."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from config import health

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("accounts.web.urls")),
    path("accounts/", include("allauth.urls")),
    path("hooks/", include("automation.web.urls")),
    path("", include("crm.web.urls")),
]
