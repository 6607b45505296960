"""Records, read-only, for support staff: exactly those that the person may view."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.requests import actor_of
from smart_processes.models import Item
from smart_processes.selectors.records import visible_items


@admin.register(Item)
class ItemAdmin(ModelAdmin):
    """A look at rows as they are stored; the staff pages change them."""

    list_display = ("title", "of_type", "in_pipeline", "in_stage", "responsible", "updated_at")
    list_filter = ("type",)
    list_select_related = ("type", "pipeline", "responsible")
    search_fields = ("search",)
    show_full_result_count = False
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Item]:
        """Start from what the person may view, as every other page does."""
        return visible_items(actor_of(request))

    @admin.display(description=_("type"), ordering="type")
    def of_type(self, item: Item) -> str:
        """Return the type's name."""
        return str(item.type)

    @admin.display(description=_("pipeline"), ordering="pipeline")
    def in_pipeline(self, item: Item) -> str:
        """Return the pipeline's name."""
        return str(item.pipeline)

    @admin.display(description=_("stage"), ordering="stage")
    def in_stage(self, item: Item) -> str:
        """Return the stage's code, as it is stored."""
        return str(item.stage)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the pages to staff."""
        return bool(request.user.is_active)

    def has_view_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Let staff look at the rows that `get_queryset` returns."""
        return bool(request.user.is_active)

    def has_add_permission(self, _request: HttpRequest) -> bool:
        """Refuse: records are made on the staff pages."""
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Refuse: records are changed on the staff pages."""
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Refuse: records are deleted on the staff pages."""
        return False
