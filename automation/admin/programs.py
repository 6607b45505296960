"""Programs: what is said about them, the draft, and the versions that were published."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.admin import TabularInline
from unfold.decorators import action

from accounts.actor import Actor
from accounts.requests import actor_of
from automation.actions.program_drafts import draft_problems, publish_draft, save_draft
from automation.actions.programs import change_program, create_program, delete_program
from automation.admin.json_texts import JsonText, shown_json
from automation.engine.errors import Problem
from automation.exceptions import AutomationRefusal, ProgramInvalid, sentence
from automation.models import Program, ProgramVersion
from automation.robots.starts import PROGRAM_PREFIX
from smart_processes.admin.access import CheckedByAction, ConfigurationAdmin, ForConfigurators
from smart_processes.exceptions import ConfigurationRefused

EXAMPLE = """{
  "program": 1,
  "root": {"type": "sequence", "steps": [
    {"id": "say", "type": "log", "params": {"text": "Hello"}}
  ]}
}"""
MOST_TOLD = 50  # problems on one page


class ProgramForm(CheckedByAction):
    """A program; its body is a text until it is published."""

    draft = JsonText(
        rows=24,
        example=EXAMPLE,
        label=gettext_lazy("Draft"),
        help_text=gettext_lazy(
            "JSON as automation/engine/program.schema.json describes it. Saving keeps the draft, "
            "also with problems; runs take what is published."
        ),
    )

    class Meta:
        model = Program
        fields = ("name", "code", "description", "type", "is_active", "draft")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with what is published where nothing is drafted."""
        super().__init__(*args, **kwargs)
        program = self.instance
        if program.draft is None and program.published is not None:
            self.initial["draft"] = program.published.body


class Versions(ForConfigurators, TabularInline):
    """The versions, newest first; they never change."""

    model = ProgramVersion
    fields = ("number", "published_at", "published_by", "is_current", "body_shown")
    readonly_fields = fields
    ordering = ("-number",)
    extra = 0
    can_delete = False
    hide_title = True
    tab = True

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Versions come from publishing alone."""
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Versions never change."""
        return False

    @admin.display(description=gettext_lazy("new runs take it"), boolean=True)
    def is_current(self, version: ProgramVersion) -> bool:
        """Tell whether it is the published one."""
        return version.program.published_id == version.pk

    @admin.display(description=gettext_lazy("body"))
    def body_shown(self, version: ProgramVersion) -> str:
        """Link to its body."""
        if version._state.adding:
            return "—"
        url = reverse("admin:automation_programversion_change", args=[version.pk])
        return format_html('<a class="underline" href="{}">{}</a>', url, _("Read it"))


@admin.register(Program)
class ProgramAdmin(ConfigurationAdmin):
    """Workflows; those of robots are kept by their robots."""

    form = ProgramForm
    refusals = (*ConfigurationAdmin.refusals, AutomationRefusal)
    list_display = ("name", "code", "type", "version", "is_drafted", "is_active")
    list_filter = ("type", "is_active")
    list_select_related = ("type", "published")
    search_fields = ("name", "code", "description")
    inlines = (Versions,)
    readonly_fields = ("state", "problems")
    actions_submit_line = ("publish",)
    fieldsets = (
        (None, {"fields": (("name", "code"), "description", ("type", "is_active"))}),
        (gettext_lazy("Steps"), {"fields": ("state", "problems", "draft")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Program]:
        """Leave out the programs of robots, also of those that are gone."""
        found: QuerySet[Program] = super().get_queryset(request)
        return found.filter(robot=None).exclude(code__startswith=PROGRAM_PREFIX)

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A code never changes: files, schedules and robots name the program by it."""
        return (*self.readonly_fields, "code") if obj else self.readonly_fields

    def get_inlines(self, _request: HttpRequest, obj: Any) -> Any:
        """Show versions where there can be any."""
        return self.inlines if obj else ()

    def name_to_type(self, obj: Program) -> str:
        """Ask for the name: its versions go with it."""
        return obj.name

    @admin.display(description=pgettext_lazy("automation", "version"))
    def version(self, program: Program) -> str:
        """Return the number of the published version."""
        return str(program.published.number) if program.published else "—"

    @admin.display(description=gettext_lazy("has a draft"), boolean=True)
    def is_drafted(self, program: Program) -> bool:
        """Tell whether something waits to be published."""
        return program.draft is not None

    @admin.display(description=gettext_lazy("State"))
    def state(self, program: Program) -> str:
        """Say what new runs take."""
        if program.published is None:
            return _("Nothing is published yet: it cannot be started.")
        number = {"number": program.published.number}
        if program.draft is None:
            return _("New runs take version %(number)d; the draft is the same.") % number
        return _("New runs take version %(number)d; the draft differs from it.") % number

    @admin.display(description=gettext_lazy("Problems of the draft"))
    def problems(self, program: Program) -> str:
        """List what speaks against publishing the draft, each with its place."""
        told = (
            draft_problems(program, actor=Actor.system("configuration pages")) if program.pk else []
        )
        if not told:
            return "—"
        lines = ((each.path, sentence(each)) for each in told[:MOST_TOLD])
        rows = format_html_join("", "<li><code>{}</code>: {}</li>", lines)
        return format_html("<ul>{}</ul>", rows)

    @action(description=gettext_lazy("Save and publish"))  # type: ignore[untyped-decorator]  # unfold's
    def publish(self, request: HttpRequest, obj: Program) -> None:
        """Publish the draft that was just saved."""
        try:
            version = publish_draft(obj, actor=actor_of(request))
        except ProgramInvalid as refusal:
            said = told_lines(refusal.problems)
            raise ConfigurationRefused(refusal.message, errors={"draft": said}) from refusal
        number = {"number": version.number}
        messages.success(request, _("New runs take version %(number)d now.") % number)

    def save_model(
        self,
        request: HttpRequest,
        obj: Program,
        form: Any,
        change: bool,  # noqa: FBT001  # Django's own signature
    ) -> None:
        """Save by actions; a draft with problems is kept and they are told."""
        actor, typed = actor_of(request), form.cleaned_data
        kept = {n: typed[n] for n in ("name", "description", "type", "is_active")}
        if change:
            saved = change_program(Program.objects.get(pk=obj.pk), kept, actor=actor)
        else:
            made = create_program(typed["code"], typed["name"], actor=actor)
            saved = change_program(made, kept, actor=actor)
        problems = save_draft(saved, typed["draft"], actor=actor)
        obj.__dict__.update(Program.objects.get(pk=saved.pk).__dict__)
        publishing = [
            each
            for each in self.get_actions_submit_line(request, obj.pk)
            if each.action_name in request.POST
        ]
        for each in publishing:
            each.method(request, obj)
        if problems and not publishing:
            count = {"count": len(problems)}
            messages.warning(
                request, _("The draft is kept. Problems before publishing: %(count)d.") % count
            )

    def delete_model(self, request: HttpRequest, obj: Program) -> None:
        """Delete the program; one that ran is switched off for good."""
        pk = obj.pk
        delete_program(obj, actor=actor_of(request))
        if Program.objects.filter(pk=pk).exists():
            said = _("It has run, so it is switched off and stays readable.")
            messages.warning(request, said)


@admin.register(ProgramVersion)
class ProgramVersionAdmin(ConfigurationAdmin):
    """A body as it was published, to read."""

    fields = ("program", "number", "published_at", "published_by", "body_shown")
    readonly_fields = fields

    def has_module_permission(self, _request: HttpRequest) -> bool:
        """Stand in no menu: versions are found on their program's page."""
        return False

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Versions come from publishing alone."""
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Versions never change."""
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Runs keep the version they began with."""
        return False

    @admin.display(description=gettext_lazy("body"))
    def body_shown(self, version: ProgramVersion) -> str:
        """Show the body."""
        return shown_json(version.body)


def told_lines(problems: tuple[Problem, ...]) -> list[str]:
    """Return problems as sentences with their places."""
    return [f"{each.path}: {sentence(each)}" for each in problems[:MOST_TOLD]]
