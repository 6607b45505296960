"""Addresses that other systems call."""

from __future__ import annotations

from django.urls import path

from automation.web import webhooks

app_name = "automation"

urlpatterns = [
    path("<slug:public_id>/", webhooks.receive, name="webhook"),
]
