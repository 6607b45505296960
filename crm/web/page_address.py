"""Where a board or a list is, and where its menus lead: pipelines, views, the other page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actor import Actor
from crm.web.page_query import AFTER, ALL, FACE, PART, PageQuery
from smart_processes.models import SavedView
from smart_processes.schema import PipelineSchema, Schema, TypeSchema

Face = Literal["board", "list"]


@dataclass
class PageAddress:
    """Where a board or list is, and where its menus lead.

    Attributes:
        face: Which of the two pages it is.
        actor: Who looks.
        schema: The configuration.
        type_schema: Whose records.
        pipelines: Those in which the reader sees anything, in order.
        asked: What the address says.
        views: The saved views that the reader may open here.
        choices: The row of the reader's own choices, if there is one.
        pipeline: The chosen one; None shows all of them (lists only).
        view: The saved view; None shows everything.
    """

    face: Face
    actor: Actor
    schema: Schema
    type_schema: TypeSchema
    pipelines: Sequence[PipelineSchema]
    asked: PageQuery
    views: list[SavedView] = field(default_factory=list)
    choices: SavedView | None = None
    pipeline: PipelineSchema | None = None
    view: SavedView | None = None

    @property
    def title(self) -> str:
        """The heading: how the records are called."""
        return self.type_schema.type.name_many

    # --- addresses --------------------------------------------------------------------------

    def url(self, face: Face | None = None, **changes: str | Sequence[str] | None) -> str:
        """Return the address of this page with some parameters changed.

        Args:
            face: The other page of the two; default: this one.
            changes: Parameter -> its new value or values; None removes it.
        """
        return self._address(face or self.face, self._changed(changes))

    def part_url(self, part: str, after: str = "") -> str:
        """Return the address of a part of this page, of the rows after a cursor for example."""
        return self._address(self.face, self._changed({PART: part, AFTER: after or None}))

    def _changed(self, changes: Mapping[str, str | Sequence[str] | None]) -> QueryDict:
        query = self.query.copy()
        query.pop(AFTER, None)
        for name, value in changes.items():
            if value is None:
                query.pop(name, None)
            elif isinstance(value, str):
                query[name] = value
            else:
                query.setlist(name, list(value))
        return query

    @cached_property
    def query(self) -> QueryDict:
        """The parameters that show this page again."""
        return self.asked.to_query()

    def url_of(self, query: PageQuery) -> str:
        """Return the address of this page that says something else."""
        return self._address(self.face, query.to_query())

    @property
    def action_query(self) -> str:
        """The parameters of what acts on the page's records: they name the page as well."""
        query = self.query.copy()
        query[FACE] = self.face
        if self.pipeline is not None and len(self.pipelines) > 1:
            query["pipeline"] = self.pipeline.code
        return query.urlencode()

    @property
    def bulk_urls(self) -> dict[str, str]:
        """What asks for a bulk change, by its code."""
        changes = ("move", "assign", "set", "observe", "export")
        return {change: self._bulk_url("bulk_ask", change) for change in changes}

    @property
    def delete_url(self) -> str:
        """What deletes: at once where it can be undone, else it asks first."""
        restorable = self.type_schema.type.has_recycle_bin
        return self._bulk_url("bulk" if restorable else "bulk_ask", "delete")

    def _bulk_url(self, name: str, change: str) -> str:
        path = reverse(f"crm:{name}", args=[self.type_schema.code, change])
        return f"{path}?{self.action_query}"

    @property
    def path(self) -> str:
        """The page without parameters."""
        return reverse(f"crm:{self.face}", args=[self.type_schema.code])

    def _address(self, face: Face, query: QueryDict) -> str:
        path = reverse(f"crm:{face}", args=[self.type_schema.code])
        return f"{path}?{query.urlencode()}" if query else path

    @property
    def board_url(self) -> str:
        """The board with the same filter."""
        return self.url("board") if self.type_schema.type.has_stages else ""

    @property
    def list_url(self) -> str:
        """The list with the same filter, of the same pipeline."""
        if self.pipeline and len(self.pipelines) > 1:
            return self.url("list", pipeline=self.pipeline.code)
        return self.url("list")

    @property
    def faces(self) -> list[dict[str, Any]]:
        """The switch between board and list; nothing for types without stages."""
        if not self.board_url:
            return []
        return [
            {
                "title": _("Board"),
                "url": self.board_url,
                "icon": "view-columns",
                "is_current": self.face == "board",
            },
            {
                "title": _("List"),
                "url": self.list_url,
                "icon": "list-bullet",
                "is_current": self.face == "list",
            },
        ]

    @property
    def pipeline_choices(self) -> list[dict[str, Any]]:
        """The pipelines to choose from: `{title, url, hue, is_current}`; none for a single one."""
        if len(self.pipelines) < 2:
            return []
        choices: list[dict[str, Any]] = [
            {
                "title": each.pipeline.name,
                "url": self.url(pipeline=each.code),
                "hue": each.pipeline.hue,
                "is_current": each is self.pipeline,
            }
            for each in self.pipelines
        ]
        if self.face == "list":
            everything = {
                "title": _("All pipelines"),
                "url": self.url(pipeline=None),
                "hue": "grey",
                "is_current": self.pipeline is None,
            }
            choices.insert(0, everything)
        return choices

    # --- saved views ------------------------------------------------------------------------

    @property
    def first_view(self) -> SavedView | None:
        """The view that the reader sees when opening the type."""
        wanted = (self.choices.filters if self.choices else {}).get("view", [])
        return next((view for view in self.views if [str(view.pk)] == wanted), None)

    @property
    def is_first_view(self) -> bool:
        """Whether the reader begins with what is open already."""
        first = self.first_view
        return (first.pk if first else None) == (self.view.pk if self.view else None)

    @property
    def view_choices(self) -> list[dict[str, Any]]:
        """The menu of saved views: `{title, url, is_current, is_shared}`, everything first."""
        choices: list[dict[str, Any]] = [
            {
                "title": self.everything_title,
                "url": self.everything_url,
                "is_current": self.view is None,
                "is_shared": False,
            }
        ]
        return choices + [
            {
                "title": view.name,
                "url": self.url_of(PageQuery(view=str(view.pk), pipeline=self._kept(view))),
                "is_current": self.view is not None and self.view.pk == view.pk,
                "is_shared": view.is_shared,
            }
            for view in sorted(self.views, key=lambda each: each.is_shared)
        ]

    def _kept(self, view: SavedView) -> str:
        """Return the pipeline to stay in; a view of one pipeline brings its own."""
        return "" if view.pipeline_id else self.asked.pipeline

    @property
    def everything_title(self) -> str:
        """What the view without conditions is called."""
        return _("All %(records)s") % {"records": self.title.lower()}

    @property
    def everything_url(self) -> str:
        """The page without conditions."""
        view = ALL if self.first_view else ""
        return self.url_of(PageQuery(pipeline=self.asked.pipeline, view=view))

    @property
    def view_pipeline(self) -> PipelineSchema | None:
        """The pipeline that the saved view is about, None for all of them."""
        pipeline_id = self.view.pipeline_id if self.view else None
        return self.schema.pipelines.get(pipeline_id) if pipeline_id else None
