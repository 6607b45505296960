"""Schedules: which program runs when, over which records, and who is written to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import formats
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminPasswordInput, UnfoldAdminTextInputWidget

from accounts.requests import actor_of
from automation.actions import schedules as actions
from automation.admin.json_texts import JsonText
from automation.admin.values import typed_value, value_text
from automation.engine.compiled import Definition
from automation.engine.nodes import Activity
from automation.exceptions import AutomationRefusal
from automation.models import Program, Schedule, ScheduleOccurrence
from automation.robots.starts import PROGRAM_PREFIX
from automation.runtime.programs import published
from smart_processes.admin.access import CheckedByAction, ConfigurationAdmin, ForConfigurators

TIMES_SHOWN = 5
LAST_SHOWN = 20
PREFIX = "parameter_"
MAILING = frozenset({"mail_table", "send_email"})


class ScheduleForm(CheckedByAction):
    """A schedule; `get_form` adds a control for each parameter of its program."""

    filters = JsonText(
        label=gettext_lazy("Filter"),
        example='{"stage": ["WON"], "amount_min": "1000"}',
        help_text=gettext_lazy("Which of the records, as in the address of their list."),
    )

    class Meta:
        model = Schedule
        fields = (
            *("name", "code", "program", "times", "is_on_working_days", "type", "filters"),
            *("runs_as", "is_active"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the programs that can be started; show the stored parameters."""
        super().__init__(*args, **kwargs)
        programs = Program.objects.filter(robot=None, is_active=True).exclude(published=None)
        programs = programs.exclude(code__startswith=PROGRAM_PREFIX)
        if self.instance.program_id:
            programs = programs | Program.objects.filter(pk=self.instance.program_id)
        self.fields["program"].queryset = programs.distinct()  # type: ignore[attr-defined]  # a ModelChoiceField
        for name, control in self.fields.items():
            if name.startswith(PREFIX) and not isinstance(control.widget, forms.PasswordInput):
                held = self.instance.parameters.get(name.removeprefix(PREFIX))
                control.initial = value_text(held)

    def parameters(self) -> dict[str, Any]:
        """Return the parameters that were typed; an empty secret stays as it is."""
        found = {}
        for name, control in self.fields.items():
            if not name.startswith(PREFIX):
                continue
            code, typed = name.removeprefix(PREFIX), self.cleaned_data[name]
            if typed:
                found[code] = typed_value(typed)
            elif isinstance(control.widget, forms.PasswordInput):
                held = self.instance.parameters
                found |= {code: held[code]} if code in held else {}
        return found


class Occurrences(ForConfigurators, TabularInline):
    """The last times and what became of them."""

    model = ScheduleOccurrence
    fields = ("planned_at", "status", "run_count", "reason")
    readonly_fields = fields
    extra = 0
    can_delete = False
    hide_title = True
    tab = True
    per_page = LAST_SHOWN

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """They come by the clock alone."""
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """What was, was."""
        return False


@admin.register(Schedule)
class ScheduleAdmin(ConfigurationAdmin):
    """Programs that run by the clock."""

    form = ScheduleForm
    refusals = (*ConfigurationAdmin.refusals, AutomationRefusal)
    list_display = ("name", "program", "times", "type", "next_time", "is_active")
    list_filter = ("is_active", "type")
    list_select_related = ("program", "type")
    search_fields = ("name", "code")
    inlines = (Occurrences,)
    readonly_fields = ("next_times", "letters_to")

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A code never changes: files know the schedule by it."""
        return (*self.readonly_fields, "code") if obj else self.readonly_fields

    def get_inlines(self, _request: HttpRequest, obj: Any) -> Any:
        """Show times where there can be any."""
        return self.inlines if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Return the form with a control for each parameter of the program."""
        controls = {
            f"{PREFIX}{code}": _control(each) for code, each in _parameters(request, obj).items()
        }
        kwargs["form"] = type("ScheduleForm", (ScheduleForm,), controls)
        own = ScheduleForm.Meta.fields
        kwargs["fields"] = [name for name in own if not (obj and name == "code")]
        return super().get_form(request, obj, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Group the controls: what, when, over what, as whom."""
        asked = [f"{PREFIX}{code}" for code in _parameters(request, obj)]
        later = _("What the program asks for is entered when it is chosen and saved.")
        return [
            (None, {"fields": (("name", "code"), "is_active")}),
            (
                gettext_lazy("What runs"),
                {
                    "fields": ("program", *asked, "letters_to", "runs_as"),
                    "description": "" if obj else later,
                },
            ),
            (
                gettext_lazy("When"),
                {"fields": ("times", "is_on_working_days", "next_times")},
            ),
            (gettext_lazy("Over which records"), {"fields": ("type", "filters")}),
        ]

    @admin.display(description=gettext_lazy("next time"))
    def next_time(self, schedule: Schedule) -> str:
        """Return the next time, for the list."""
        return (_times(schedule, 1) or ["—"])[0] if schedule.is_active else "—"

    @admin.display(description=gettext_lazy("Next times"))
    def next_times(self, schedule: Schedule) -> str:
        """List the next times, on the company's clock."""
        if not schedule.pk:
            return "—"
        if not schedule.is_active:
            return _("It is switched off.")
        found = ((each,) for each in _times(schedule, TIMES_SHOWN))
        return format_html_join("", "<div>{}</div>", found) or "—"

    @admin.display(description=gettext_lazy("Letters go to"))
    def letters_to(self, schedule: Schedule) -> str:
        """Say whom the program writes to."""
        if not schedule.pk or schedule.program.published_id is None:
            return "—"
        return ", ".join(_recipients(schedule)) or _("It sends no letters.")

    def save_model(
        self,
        request: HttpRequest,
        obj: Schedule,
        form: Any,
        change: bool,  # noqa: FBT001  # Django's own signature
    ) -> None:
        """Make or change the schedule by its action."""
        actor, typed = actor_of(request), form.cleaned_data
        wanted = {
            "is_on_working_days": typed["is_on_working_days"],
            "type": typed["type"],
            "filters": typed["filters"] or {},
            "parameters": form.parameters(),
            "runs_as": typed["runs_as"],
            "is_active": typed["is_active"],
        }
        name, program, times = typed["name"], typed["program"], typed["times"]
        if change:
            own = {"name": name, "program": program, "times": times}
            stored = Schedule.objects.get(pk=obj.pk)
            saved = actions.change_schedule(stored, own | wanted, actor=actor)
        else:
            saved = actions.add_schedule(typed["code"], name, program, times, actor=actor, **wanted)
        obj.__dict__.update(saved.__dict__)

    def delete_model(self, request: HttpRequest, obj: Schedule) -> None:
        """Delete the schedule by its action."""
        actions.delete_schedule(obj, actor=actor_of(request))


def _parameters(request: HttpRequest, schedule: Schedule | None) -> Mapping[str, Definition]:
    """Return the parameters of the program that is chosen, or that is stored."""
    chosen = request.POST.get("program", "")
    programs = Program.objects.exclude(published=None)
    if chosen.isdecimal():
        program = programs.filter(pk=int(chosen)).first()
    else:
        program = programs.filter(schedules=schedule).first() if schedule else None
    if program is None:
        return {}
    return published(str(program.published_id)).program.parameters


def _control(definition: Definition) -> forms.Field:
    secret = UnfoldAdminPasswordInput if definition.is_secret else UnfoldAdminTextInputWidget
    empty = _("Empty: the one that is kept. It is never shown.") if definition.is_secret else ""
    usual = value_text(definition.default)
    if usual and not definition.is_secret:
        empty = _("Empty: %(value)s.") % {"value": usual}
    return forms.CharField(
        label=definition.label or definition.code,
        required=False,
        widget=secret(),
        help_text=empty,
    )


def _times(schedule: Schedule, count: int) -> list[str]:
    found = actions.times_ahead(schedule, count=count)
    return [formats.date_format(each, "DATETIME_FORMAT") for each in found]


def _recipients(schedule: Schedule) -> list[str]:
    """Return whom the program's letters go to, as it is written; parameters by their values."""
    program = published(str(schedule.program.published_id)).program
    found: list[str] = []
    for node in program.nodes.values():
        if not isinstance(node, Activity) or node.activity not in MAILING or not node.params:
            continue
        raw = node.params.raw
        to = raw.get("to") if isinstance(raw, Mapping) else None
        for each in to if isinstance(to, list) else [to]:
            written = str(each or "")
            for code, definition in program.parameters.items():
                value = schedule.parameters.get(code, definition.default)
                written = written.replace(f"{{=Template:{code}}}", value_text(value))
            found.append(written)
    return list(dict.fromkeys(each for each in found if each))
