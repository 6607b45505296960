"""The part `views`: saved views that everybody sees."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.models import User
from smart_processes.actions.configuring import read_schema, refuse
from smart_processes.actions.saved_views import ViewContent
from smart_processes.actions.shared_views import keep_shared_view, order_shared_views
from smart_processes.codes import make_code
from smart_processes.field_filters import FieldFilter
from smart_processes.filters import filterset_for
from smart_processes.models import SavedView
from smart_processes.schema import TypeSchema, schema_for
from smart_processes.solutions.document import Path
from smart_processes.solutions.registry import Step
from smart_processes.solutions.words import differences, in_wanted_order

KEPT, ORDERED = 80, 81
CODE_LENGTH = 60

Key = tuple[str, str]  # type code, view code


class ViewsPart:
    """Shared views, matched by type and code; one without a code by the code of its name."""

    key = "views"

    def schema(self) -> Mapping[str, Any]:
        """Return nothing: the whole's own file describes the part."""
        return {}

    def plan(self, wanted: Any, whole: Mapping[str, Any], *, may_destroy: bool) -> list[Step]:
        """Return the steps for every view of the file."""
        stored = shared_views()
        contents = {key: _content(key, view) for key, view in stored.items()}
        steps: list[Step] = []
        for place, entry in enumerate(wanted):
            key = (entry["type"], entry["code"])
            step = _kept(key, entry, contents.get(key), ("views", place))
            if step is not None:
                steps.append(step)
        for type_code in dict.fromkeys(entry["type"] for entry in wanted):
            codes = [entry["code"] for entry in wanted if entry["type"] == type_code]
            present = [code for of_type, code in stored if of_type == type_code]
            order = in_wanted_order([*present, *(c for c in codes if c not in present)], codes)
            if order is not None:
                steps.append(_ordered(type_code, order))
        return steps

    def export(self, types: Collection[str] | None) -> Any:
        """Return the shared views in order."""
        chosen = [
            _content(key, view)
            for key, view in shared_views().items()
            if types is None or key[0] in types
        ]
        return chosen or None


def shared_views() -> dict[Key, SavedView]:
    """Return the views that everybody sees, in order, by type and code."""
    found: dict[Key, SavedView] = {}
    rows = SavedView.objects.filter(is_shared=True).select_related("type", "pipeline")
    for view in rows.order_by("type__position", "type__code", "position", "name", "pk"):
        taken = {code for type_code, code in found if type_code == view.type.code}
        code = view.code or make_code(view.name, taken, fallback="view", limit=CODE_LENGTH)
        found[view.type.code, code] = view
    return found


def _content(key: Key, view: SavedView) -> dict[str, Any]:
    content: dict[str, Any] = {"type": key[0], "code": key[1], "name": view.name}
    if view.pipeline is not None:
        content["pipeline"] = view.pipeline.code
    type_schema = schema_for(Actor.system("solution")).type(key[0])
    if filters := dict(_portable(view.filters, type_schema)):
        content["filters"] = filters
    if view.sort:
        content["sort"] = view.sort
    if view.columns:
        content["columns"] = list(view.columns)
    return content


def _portable(
    filters: Mapping[str, Any], type_schema: TypeSchema
) -> Iterator[tuple[str, list[str]]]:
    """Yield the filters with people by user name; one that names records is left out."""
    for name in sorted(filters):
        values = [str(value) for value in filters[name]]
        kind = _kind(name, type_schema)
        if kind == "link" and any(value.isdecimal() for value in values):
            continue
        if kind == "user":
            names = dict(User.objects.values_list("pk", "username"))
            values = [names.get(int(v), v) if v.isdecimal() else v for v in values]
        yield name, values


def _kept(
    key: Key, entry: Mapping[str, Any], current: Mapping[str, Any] | None, path: Path
) -> Step | None:
    usual: tuple[Any, ...] = (None, "", [], {})
    wanted = {name: value for name, value in entry.items() if value not in usual}
    if "filters" in wanted:
        wanted["filters"] = {name: wanted["filters"][name] for name in sorted(wanted["filters"])}
    difference = differences(current or {}, wanted)
    if not difference:
        return None

    def run(actor: Actor) -> None:
        type_schema = read_schema(actor).type(key[0])
        content = ViewContent(
            filters=_local(entry.get("filters", {}), type_schema),
            sort=entry.get("sort", ""),
            columns=entry.get("columns", ()),
            pipeline=type_schema.pipeline(entry["pipeline"]) if entry.get("pipeline") else None,
        )
        if entry.get("pipeline") and content.pipeline is None:
            refuse({"": _("There is no pipeline “%(code)s”.") % {"code": entry["pipeline"]}})
        view = shared_views().get(key)
        keep_shared_view(type_schema, key[1], entry["name"], content, actor=actor, view=view)

    names = {"type": key[0], "name": entry["name"], "code": key[1], "difference": difference}
    sentence = _("%(type)s: view “%(name)s” (%(code)s): %(difference)s")
    if current is None:
        sentence = _("%(type)s: add the view “%(name)s” (%(code)s)")
    return Step(KEPT, path, (sentence % names,), run)


def _local(filters: Mapping[str, Any], type_schema: TypeSchema) -> dict[str, list[str]]:
    """Return the filters with people by id, as the filter form sends them."""
    ids = {name: str(pk) for pk, name in User.objects.values_list("pk", "username")}
    return {
        name: [ids.get(v, v) if _kind(name, type_schema) == "user" else v for v in values]
        for name, values in filters.items()
    }


def _kind(parameter: str, type_schema: TypeSchema) -> str:
    made = filterset_for(type_schema).base_filters.get(parameter)
    is_value = isinstance(made, FieldFilter) and not made.operator.suffix
    return made.source.type.kind if is_value and isinstance(made, FieldFilter) else ""


def _ordered(type_code: str, order: list[str]) -> Step:
    def run(actor: Actor) -> None:
        present = shared_views()
        order_shared_views([present[type_code, code] for code in order], actor=actor)

    sentence = _("%(type)s: order of views: %(order)s") % {
        "type": type_code,
        "order": ", ".join(order),
    }
    return Step(ORDERED, ("views",), (sentence,), run)
