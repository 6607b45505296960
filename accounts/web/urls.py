"""Addresses of the pages about oneself."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from accounts.web import profile

app_name = "accounts"
urlpatterns = [
    path("profile/", profile.profile, name="profile"),
    path("theme/", profile.change_theme, name="theme"),
    path("language/", profile.change_language, name="language"),
    # In front of allauth's page of this address: addresses are an administrator's business.
    path("email/", RedirectView.as_view(pattern_name="accounts:profile"), name="email"),
]
