"""The company's calendar, people's own hours and absences; saving is done by actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.requests import actor_of
from automation.actions import calendars as actions
from automation.calendars.stored import COMPANY
from automation.models import Absence, CalendarDay, CompanyCalendar, PersonHours
from automation.models.calendars import USUAL_WEEK
from smart_processes.admin.access import (
    CheckedByAction,
    ConfigurationAdmin,
    ForConfigurators,
    RowCheckedByAction,
    RowsCheckedByAction,
)

WEEKDAYS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)


class WeekWidget(forms.MultiWidget):
    """Seven lines, Monday first."""

    def __init__(self) -> None:
        """Name each line for people who hear the page, and show its day in it."""
        super().__init__(
            [
                UnfoldAdminTextInputWidget(attrs={"aria-label": day, "placeholder": day})
                for day in WEEKDAYS
            ]
        )

    def decompress(self, value: Any) -> list[str]:
        """Return the lines of a stored week."""
        return list(value or USUAL_WEEK)


class WeekField(forms.MultiValueField):
    """Working hours of a week; an empty line is a day off."""

    def __init__(self) -> None:
        """Take anything: the action reads the hours."""
        super().__init__(
            [forms.CharField(required=False) for _day in WEEKDAYS],
            widget=WeekWidget(),
            required=False,
            require_all_fields=False,
            label=_("Working hours, Monday to Sunday"),
            help_text=_("Like 09:00-13:00, 14:00-18:00. Empty: a day off."),
        )

    def compress(self, data_list: list[str]) -> list[str]:
        """Return the seven texts."""
        return data_list or [""] * len(WEEKDAYS)


class CalendarForm(CheckedByAction):
    """The company's calendar."""

    week = WeekField()

    class Meta:
        model = CompanyCalendar
        fields = ("time_zone", "country", "subdivision", "week")


class HoursForm(CheckedByAction):
    """Somebody's own week."""

    week = WeekField()

    class Meta:
        model = PersonHours
        fields = ("person", "week")


class DayRow(RowCheckedByAction):
    """A day that differs."""

    class Meta:
        model = CalendarDay
        fields = ("on", "hours", "note")


class Days(ForConfigurators, TabularInline):
    """Days that differ from the week and the holidays."""

    model = CalendarDay
    form = DayRow
    formset = RowsCheckedByAction
    extra = 0
    hide_title = True


@admin.register(CompanyCalendar)
class CompanyCalendarAdmin(ConfigurationAdmin):
    """There is one calendar: its list leads to it, or to the form that makes it."""

    form = CalendarForm
    inlines = (Days,)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Open the calendar."""
        found = CompanyCalendar.objects.filter(code=COMPANY).first()
        name = "admin:automation_companycalendar_"
        if found is None:
            return HttpResponseRedirect(reverse(f"{name}add"))
        return HttpResponseRedirect(reverse(f"{name}change", args=[found.pk]))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Offer making it until it is there."""
        is_there = CompanyCalendar.objects.filter(code=COMPANY).exists()
        return super().has_add_permission(request, obj) and not is_there

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Refuse: without it, everybody would work the usual hours."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: CompanyCalendar,
        form: Any,
        change: bool,  # noqa: FBT001  # Django's own signature
    ) -> None:
        """Change the calendar by its action."""
        saved = actions.change_calendar(form.cleaned_data, actor=actor_of(request))
        obj.__dict__.update(saved.__dict__)

    def save_formset(
        self,
        request: HttpRequest,
        form: Any,
        formset: Any,
        change: bool,  # noqa: FBT001  # Django's own signature
    ) -> None:
        """Set and remove days by their actions."""
        actor = actor_of(request)
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        changed = [row for row in formset.forms if row.has_changed()]
        # First all that ends: two rows may have changed places.
        for row in {*changed, *formset.deleted_forms}:
            if row.instance.pk:
                before = CalendarDay.objects.get(pk=row.instance.pk)
                actions.remove_special_day(before.on, actor=actor)
        for row in changed:
            if row not in formset.deleted_forms:
                typed = row.cleaned_data
                actions.set_special_day(
                    typed["on"], typed["hours"], note=typed["note"], actor=actor
                )


@admin.register(PersonHours)
class PersonHoursAdmin(ConfigurationAdmin):
    """People who do not keep the company's hours."""

    form = HoursForm
    list_display = ("person",)
    list_select_related = ("person",)
    autocomplete_fields = ("person",)

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Whose hours they are never changes."""
        return ("person",) if obj else ()

    def save_model(
        self,
        request: HttpRequest,
        obj: PersonHours,
        form: Any,
        change: bool,  # noqa: FBT001  # Django's own signature
    ) -> None:
        """Set the hours by their action."""
        typed = form.cleaned_data
        person = obj.person if change else typed["person"]
        saved = actions.set_person_hours(person, typed["week"], actor=actor_of(request))
        assert saved is not None  # None is returned for the company's hours alone
        obj.__dict__.update(saved.__dict__)

    def delete_model(self, request: HttpRequest, obj: PersonHours) -> None:
        """Let the person keep the company's hours again."""
        actions.set_person_hours(obj.person, None, actor=actor_of(request))


class AbsenceForm(CheckedByAction):
    """Who is away, until when, and who stands in."""

    class Meta:
        model = Absence
        fields = ("person", "begins_at", "ends_at", "substitute", "reason")


@admin.register(Absence)
class AbsenceAdmin(ConfigurationAdmin):
    """Who is away."""

    form = AbsenceForm
    list_display = ("person", "begins_at", "ends_at", "substitute", "reason")
    list_select_related = ("person", "substitute")
    list_filter = ("person",)
    autocomplete_fields = ("person", "substitute")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Absence]:
        """Return all of them, the latest first."""
        absences: QuerySet[Absence] = super().get_queryset(request)
        return absences.order_by("-begins_at", "-pk")

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Whose absence it is never changes."""
        return ("person",) if obj else ()

    def save_model(
        self,
        request: HttpRequest,
        obj: Absence,
        form: Any,
        change: bool,  # noqa: FBT001  # Django's own signature
    ) -> None:
        """Enter or change the absence by its action."""
        actor, typed = actor_of(request), dict(form.cleaned_data)
        if change:
            saved = actions.change_absence(obj, typed, actor=actor)
        else:
            saved = actions.add_absence(**typed, actor=actor)
        obj.__dict__.update(saved.__dict__)

    def delete_model(self, request: HttpRequest, obj: Absence) -> None:
        """Take the absence back by its action."""
        actions.remove_absence(obj, actor=actor_of(request))
