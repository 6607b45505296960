"""Addresses of triggers on the automation board."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from crm.web import trigger_edit, trigger_steering

_TRIGGERS = "<slug:type_code>/automation/triggers"
_TRIGGER = f"{_TRIGGERS}/<int:trigger_id>"

urlpatterns: list[URLPattern | URLResolver] = [
    path(f"{_TRIGGERS}/", trigger_edit.catalogue, name="trigger_catalogue"),
    path(f"{_TRIGGERS}/new/<slug:kind_code>/", trigger_edit.new, name="trigger_new"),
    path(f"{_TRIGGER}/", trigger_edit.edit, name="trigger_edit"),
    path(f"{_TRIGGER}/secret/", trigger_edit.secret, name="trigger_secret"),
    path(f"{_TRIGGER}/move/", trigger_steering.move, name="trigger_move"),
    path(f"{_TRIGGER}/switch/", trigger_steering.flip, name="trigger_switch"),
    path(f"{_TRIGGER}/copy/", trigger_steering.copy, name="trigger_copy"),
    path(f"{_TRIGGER}/delete/", trigger_steering.delete, name="trigger_delete"),
]
