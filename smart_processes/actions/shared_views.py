"""Views that everybody sees, kept by code: they are configuration."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from smart_processes.actions.configuring import begin, clean, refuse, refuse_all
from smart_processes.actions.saved_views import ViewContent
from smart_processes.columns import columns_of
from smart_processes.filters import SORT, filterset_for
from smart_processes.models import Item, SavedView
from smart_processes.schema import TypeSchema
from smart_processes.selectors.lookups import lookups_for
from smart_processes.selectors.saved_views import PERSONAL


@transaction.atomic
def keep_shared_view(
    type_schema: TypeSchema,
    code: str,
    name: str,
    content: ViewContent,
    *,
    actor: Actor,
    view: SavedView | None = None,
) -> SavedView:
    """Make or change a view that everybody sees.

    Args:
        type_schema: The type, as it is now.
        code: The view's code.
        name: What people call it.
        content: What it shows.
        actor: Who keeps it.
        view: The view to change; None for a new one, which comes last.

    Raises:
        PermissionRefused, ConfigurationRefused: nothing was kept; the message says why.
    """
    begin(actor)
    if code == PERSONAL:
        refuse({"code": _("The code “%(code)s” is taken. Choose another one.") % {"code": code}})
    _check(type_schema, content, actor)
    if view is None:
        last = SavedView.objects.filter(type=type_schema.type).order_by("-position").first()
        position = last.position + 1 if last else 0
        view = SavedView(type=type_schema.type, is_shared=True, position=position)
    view.code, view.name = code, name
    view.filters = {parameter: list(values) for parameter, values in content.filters.items()}
    view.sort, view.columns = content.sort, list(content.columns)
    view.pipeline = content.pipeline.pipeline if content.pipeline else None
    clean(view)
    view.save()
    return view


@transaction.atomic
def order_shared_views(views: list[SavedView], *, actor: Actor) -> None:
    """Put views into this order.

    Raises:
        PermissionRefused: the actor may not configure.
    """
    begin(actor)
    places = sorted(view.position for view in views)
    if len(set(places)) < len(places):
        places = list(range(len(views)))
    for view, position in zip(views, places, strict=True):
        if view.position != position:
            view.position = position
            view.save(update_fields=["position"])


def _check(type_schema: TypeSchema, content: ViewContent, actor: Actor) -> None:
    given = {**content.filters} | ({SORT: [content.sort]} if content.sort else {})
    filters = filterset_for(type_schema)(given, Item.objects.none(), lookups=lookups_for(actor))
    refuse_all(filters.sentences, of="filters")
    known = columns_of(type_schema)
    for code in content.columns:
        if code not in known:
            refuse({"columns": _("There is no column “%(code)s”.") % {"code": code}})
