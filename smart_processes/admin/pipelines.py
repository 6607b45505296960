"""Pipelines with their stages, sorted by dragging, their allowed moves and a drawing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from accounts.requests import actor_of
from smart_processes.actions import pipelines as actions
from smart_processes.actions.pipeline_shape import with_codes
from smart_processes.admin.access import (
    CheckedByAction,
    ConfigurationAdmin,
    ForConfigurators,
    RowsCheckedByAction,
)
from smart_processes.admin.pipeline_forms import EdgeForm, StageForm
from smart_processes.choices import Hue
from smart_processes.configuration_checks import in_order
from smart_processes.drafts import EdgeDraft, PipelineDraft, StageDraft
from smart_processes.drawing import draw
from smart_processes.models import Pipeline, RecordType, Stage, StageTransition
from smart_processes.pipeline_edges import edges_for_new, edges_without
from smart_processes.schema import schema_for
from smart_processes.selectors.configuration import pipeline_draft


class _RowsOfPipeline(ForConfigurators, TabularInline):
    """Rows whose forms know the pipeline's type."""

    formset = RowsCheckedByAction
    extra = 0
    hide_title = True
    tab = True

    def get_formset(self, request: HttpRequest, obj: Pipeline | None = None, **kwargs: Any) -> Any:
        """Hand every form the type's fields."""
        formset = super().get_formset(request, obj, **kwargs)
        schema = schema_for(actor_of(request))
        type_schema = schema.types_by_id.get(obj.type_id) if obj else None

        # Django refuses to delete a stage that history points at; the action retires it.
        formset.form.hand_clean_DELETE = lambda _form: None

        class OfPipeline(formset):  # type: ignore[misc, valid-type]  # made at run time
            def get_form_kwargs(self, index: Any) -> dict[str, Any]:
                return {**super().get_form_kwargs(index), "type_schema": type_schema}

        return OfPipeline


class Stages(_RowsOfPipeline):
    """The stages in use, sorted by dragging."""

    model = Stage
    form = StageForm
    ordering_field = "position"
    hide_ordering_field = True

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave out retired stages."""
        return super().get_queryset(request).filter(retired_at=None)


class Edges(_RowsOfPipeline):
    """The allowed moves; none at all allows every move."""

    model = StageTransition
    form = EdgeForm

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the stages of this pipeline alone."""
        pipeline_id = request.resolver_match and request.resolver_match.kwargs.get("object_id")
        stages = Stage.objects.filter(retired_at=None)
        kwargs["queryset"] = (
            stages.filter(pipeline_id=pipeline_id) if pipeline_id else stages.none()
        )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Pipeline)
class PipelineAdmin(ConfigurationAdmin):
    """A pipeline: stages and moves are saved as one shape, checked as a whole."""

    form = CheckedByAction
    list_display = ("name", "type", "code", "is_default")
    list_select_related = ("type",)
    list_filter = ("type",)
    inlines = (Stages, Edges)
    readonly_fields = ("drawing",)
    fieldsets = (
        (None, {"fields": (("type", "code"), ("name", "hue"), "is_default")}),
        (
            _("Drawing"),
            {"fields": ("drawing",), "description": _("As it is saved; it follows every save.")},
        ),
    )

    class Media:
        css = {"all": ("smart_processes/state_machine.css",)}

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Type and code never change."""
        return ("drawing", "type", "code") if obj else ("drawing",)

    def get_inlines(self, _request: HttpRequest, obj: Any) -> Any:
        """Begin with a name; the stages come on the next page."""
        return self.inlines if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        """An empty code is made from the name; only types with stages have pipelines."""
        form = super().get_form(request, obj, *args, **kwargs)
        if "code" in form.base_fields:
            form.base_fields["code"].required = False
            form.base_fields["type"].queryset = RecordType.objects.filter(has_stages=True)
        return form

    @admin.display(description=_("Stages and moves"))
    def drawing(self, pipeline: Pipeline) -> Any:
        """Draw the state machine as it is saved."""
        if pipeline._state.adding:
            return "—"
        stages = {s.code: s for s in pipeline.stages.filter(retired_at=None)}
        draft = pipeline_draft(pipeline)
        ordered = [stages[stage.code] for stage in draft.stages]
        return draw(ordered, [(edge.source, edge.target) for edge in draft.edges])

    def save_model(
        self,
        request: HttpRequest,
        obj: Pipeline,
        form: Any,
        change: bool,  # noqa: FBT001  # Django's own signature
    ) -> None:
        """Make or change the pipeline by its action."""
        actor = actor_of(request)
        if change:
            typed = form.cleaned_data
            changes = {n: typed[n] for n in form.changed_data if n in typed}
            actions.change_pipeline(Pipeline.objects.get(pk=obj.pk), changes, actor=actor)
            return
        typed = form.cleaned_data
        type_schema = schema_for(actor).types_by_id[typed["type"].pk]
        model = pipeline_draft(type_schema.default_pipeline.pipeline)
        draft = PipelineDraft(
            name=typed["name"],
            code=typed["code"],
            hue=typed["hue"],
            is_default=typed["is_default"],
            stages=tuple(replace(stage, required_from_here=()) for stage in model.stages),
        )
        source = type_schema.default_pipeline.pipeline
        made = actions.create_pipeline(typed["type"], draft, actor=actor, grants_from=source)
        obj.__dict__.update(made.__dict__)

    def save_related(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Any,
        change: bool,  # noqa: FBT001  # Django's own signature
    ) -> None:
        """Save stages and moves as one shape."""
        for formset in formsets:
            formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        if not change or not any(formset.has_changed() for formset in formsets):
            return
        stage_rows, edge_rows = formsets
        stages, moving = _stage_drafts(stage_rows)
        pipeline = Pipeline.objects.get(pk=form.instance.pk)
        stored = pipeline_draft(pipeline)
        used = set(pipeline.stages.values_list("code", flat=True))
        draft = with_codes(replace(stored, stages=tuple(in_order(stages))), taken=used)
        edges = _edge_drafts(edge_rows)
        if edges:
            edges = _follow_stages(edges, stored, draft)
        actions.set_shape(
            pipeline, replace(draft, edges=tuple(edges)), actor=actor_of(request), moving=moving
        )

    def name_to_type(self, obj: Pipeline) -> str:
        """Ask for the pipeline's name: the history of its stages goes with it."""
        return obj.name

    def places_for_contents(self, obj: Pipeline) -> list[tuple[str, str]]:
        """Offer the other pipelines of the type to the records of this one."""
        others = Pipeline.objects.filter(type=obj.type_id).exclude(pk=obj.pk)
        return [(str(each.pk), each.name) for each in others]

    def delete_model(self, request: HttpRequest, obj: Pipeline) -> None:
        """Delete the pipeline; its records go where the form says."""
        chosen = request.POST.get("move_to", "")
        place = Pipeline.objects.get(pk=chosen) if chosen else None
        actions.delete_pipeline(obj, actor=actor_of(request), move_to=place)


def _stage_drafts(formset: Any) -> tuple[list[StageDraft], dict[str, str]]:
    """Return the stages that stay, and where the records of those that go are moved."""
    moving: dict[str, str] = {}
    kept: list[tuple[int, StageDraft]] = []
    for row in formset.forms:
        typed = row.cleaned_data
        if row in formset.deleted_forms:
            if row.instance.pk and typed.get("move_records_to"):
                moving[row.instance.code] = typed["move_records_to"]
            continue
        if not typed.get("name"):
            continue
        draft = StageDraft(
            name=typed["name"],
            code=row.instance.code if row.instance.pk else typed["code"],
            hue=typed["hue"] or Hue.BLUE,
            semantics=typed["semantics"],
            required_from_here=tuple(typed["required_from_here"]),
        )
        kept.append((typed.get("position") or 0, draft))
    return [draft for _place, draft in sorted(kept, key=lambda pair: pair[0])], moving


def _edge_drafts(formset: Any) -> list[EdgeDraft]:
    """Return the moves whose rows stay."""
    drafts = []
    for row in formset.forms:
        typed = row.cleaned_data
        if row in formset.deleted_forms or not typed.get("source") or not typed.get("target"):
            continue
        drafts.append(
            EdgeDraft(
                source=typed["source"].code,
                target=typed["target"].code,
                roles=tuple(role.code for role in typed["roles"]),
                required_fields=tuple(typed["required_fields"]),
                conditions=tuple(typed["conditions"] or ()),
            )
        )
    return drafts


def _follow_stages(
    edges: list[EdgeDraft], stored: PipelineDraft, draft: PipelineDraft
) -> list[EdgeDraft]:
    """Return drawn moves that bridge the stages that go and reach those that are new."""
    before = {stage.code for stage in stored.stages}
    after = {stage.code for stage in draft.stages}
    for code in sorted(before - after):
        edges = edges_without(code, edges)
    for stage in draft.stages:
        if stage.code not in before:
            drawn = {(edge.source, edge.target) for edge in edges}
            needed = edges_for_new(stage, draft.stages)
            edges = [*edges, *(e for e in needed if (e.source, e.target) not in drawn)]
    return edges
