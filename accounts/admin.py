"""People, departments and roles, for administrators; saving is done by actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from accounts import access
from accounts.actions import departments as department_actions
from accounts.actions import people as people_actions
from accounts.actions import roles as role_actions
from accounts.admin_forms import ActionAdmin, name_controls
from accounts.admin_person_form import PERSON_FIELDS, PersonForm
from accounts.models import Department, Role, RoleAssignment, User
from accounts.requests import actor_of

admin.site.unregister(Group)  # roles take its place


class ForAdministrators:
    """For admins and inlines: everything or nothing, for administrators."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the app to administrators."""
        return access.of(actor_of(request)).is_unlimited

    def has_view_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Show the pages to administrators."""
        return access.of(actor_of(request)).is_unlimited

    def has_add_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Offer adding to administrators."""
        return access.of(actor_of(request)).is_unlimited

    def has_change_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Offer changing to administrators."""
        return access.of(actor_of(request)).is_unlimited

    def has_delete_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Offer deleting to administrators."""
        return access.of(actor_of(request)).is_unlimited


@admin.register(User)
class PersonAdmin(ForAdministrators, ActionAdmin):
    """People who sign in, with their department and their own roles."""

    form = PersonForm
    list_display = ("full_name", "username", "email", "department", "is_active", "is_superuser")
    list_filter = ("is_active", "department", "groups")
    list_select_related = ("department",)
    ordering = ("first_name", "last_name", "username")
    search_fields = ("username", "first_name", "last_name", "email")
    fieldsets = (
        (None, {"fields": (("first_name", "last_name"), ("username", "email"), "password")}),
        (_("Place"), {"fields": (("department", "job_title"), ("language", "time_zone"))}),
        (_("Access"), {"fields": ("groups", "is_active", "is_staff", "is_superuser")}),
    )

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Refuse: people who leave are switched off, their records stay theirs."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: User,
        form: Any,
        change: bool,  # noqa: FBT001  # Django's own signature
    ) -> None:
        """Make or change the person by their actions."""
        actor, typed = actor_of(request), form.cleaned_data
        if change:
            changes = {n: typed[n] for n in form.changed_data if n in PERSON_FIELDS}
            people_actions.change_user(User.objects.get(pk=obj.pk), changes, actor=actor)
            if typed["password"]:
                people_actions.set_password(obj, typed["password"], actor=actor)
            return
        wanted = {n: typed[n] for n in PERSON_FIELDS if not n.startswith("is_")}
        draft = people_actions.UserDraft(
            **wanted, password=typed["password"], is_administrator=typed["is_superuser"]
        )
        made = people_actions.create_user(draft, actor=actor)
        # An administrator who may not enter these pages could not administer.
        enters = typed["is_staff"] or typed["is_superuser"]
        switches = {"is_active": typed["is_active"], "is_staff": enters}
        made = people_actions.change_user(made, switches, actor=actor)
        obj.__dict__.update(made.__dict__)

    def save_related(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Any,
        change: bool,  # noqa: FBT001  # Django's own signature
    ) -> None:
        """Give and take roles by their actions."""
        actor, person = actor_of(request), form.instance
        wanted = {role.pk for role in form.cleaned_data["groups"]}
        held = set(person.groups.values_list("pk", flat=True))
        for role in Role.objects.filter(pk__in=wanted - held):
            role_actions.give_role(role, actor=actor, to=person)
        for role in Role.objects.filter(pk__in=held - wanted):
            role_actions.take_role(role, actor=actor, from_=person)


class DepartmentForm(forms.ModelForm[Department]):
    """A department; an empty code is made from the name."""

    class Meta:
        model = Department
        fields = ("name", "code", "parent", "head")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The code may be left empty."""
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].required = False

    def _post_clean(self) -> None:
        """Leave checking to the action."""


@admin.register(Department)
class DepartmentAdmin(ForAdministrators, ActionAdmin):
    """The department tree."""

    form = DepartmentForm
    list_display = ("name", "parent", "head", "code")
    list_select_related = ("parent", "head")
    search_fields = ("name", "code")
    autocomplete_fields = ("head",)

    def places_for_contents(self, obj: Any) -> list[tuple[str, str]]:
        """Offer the other departments to the people of this one."""
        if not obj.members.exists():
            return []
        others = Department.objects.exclude(pk=obj.pk)
        return [(str(each.pk), each.name) for each in others]

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A code never changes."""
        return ("code",) if obj else ()

    def save_model(
        self,
        request: HttpRequest,
        obj: Department,
        form: Any,
        change: bool,  # noqa: FBT001  # Django's own signature
    ) -> None:
        """Make, change or move the department by its actions."""
        actor, typed = actor_of(request), form.cleaned_data
        if not change:
            made = department_actions.create_department(**typed, actor=actor)
            obj.__dict__.update(made.__dict__)
            return
        stored = Department.objects.get(pk=obj.pk)
        changes = {n: typed[n] for n in ("name", "head")}
        department_actions.change_department(stored, changes, actor=actor)
        if "parent" in form.changed_data:
            department_actions.move_department(stored, typed["parent"], actor=actor)

    def delete_model(self, request: HttpRequest, obj: Department) -> None:
        """Delete the department; its people go where the form says."""
        chosen = request.POST.get("move_to", "")
        place = Department.objects.get(pk=chosen) if chosen else None
        department_actions.delete_department(obj, actor=actor_of(request), move_people_to=place)


class AssignmentForm(forms.ModelForm[RoleAssignment]):
    """A department, or everybody."""

    class Meta:
        model = RoleAssignment
        fields = ("department", "with_below", "everybody")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name the controls, which have no labels."""
        super().__init__(*args, **kwargs)
        name_controls(self)

    def clean(self) -> dict[str, Any]:
        """Refuse a row that names nobody, or a department and everybody at once."""
        typed = self.cleaned_data
        if typed.get("everybody") and typed.get("department"):
            self.add_error("everybody", _("Choose a department or everybody, not both."))
        elif not typed.get("everybody") and not typed.get("department"):
            self.add_error("department", _("Choose a department, or switch on “Everybody”."))
        return typed

    def _post_clean(self) -> None:
        """Leave the rest to the action."""


class Assignments(ForAdministrators, TabularInline):
    """Departments that hold the role, or everybody."""

    model = RoleAssignment
    form = AssignmentForm
    extra = 0
    hide_title = True
    verbose_name_plural = _("Given to departments or everybody")


class RoleForm(forms.ModelForm[Role]):
    """A role; an empty code is made from the name."""

    class Meta:
        model = Role
        fields = ("name", "code", "description", "may_configure")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The code may be left empty."""
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].required = False

    def _post_clean(self) -> None:
        """Leave checking to the action."""


@admin.register(Role)
class RoleAdmin(ForAdministrators, ActionAdmin):
    """Roles and to whom they are given; what they grant stands in the matrix."""

    form = RoleForm
    list_display = ("name", "code", "may_configure", "matrix")
    search_fields = ("name", "code")
    inlines = (Assignments,)
    readonly_fields = ("matrix",)
    fields = ("name", "code", "description", "may_configure", "matrix")

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A code never changes."""
        return ("matrix", "code") if obj else ("matrix",)

    @admin.display(description=_("what it grants"))
    def matrix(self, role: Role) -> str:
        """Link to the role's matrix on the staff pages."""
        if role._state.adding:
            return "—"
        url = reverse("crm:role", args=[role.code])
        return format_html('<a class="underline" href="{}">{}</a>', url, _("Open the matrix"))

    def save_model(
        self,
        request: HttpRequest,
        obj: Role,
        form: Any,
        change: bool,  # noqa: FBT001  # Django's own signature
    ) -> None:
        """Make or change the role by its actions."""
        actor, typed = actor_of(request), form.cleaned_data
        if change:
            changes = {n: typed[n] for n in form.changed_data if n != "code"}
            role_actions.change_role(Role.objects.get(pk=obj.pk), changes, actor=actor)
            return
        made = role_actions.create_role(typed.pop("name"), **typed, actor=actor)
        obj.__dict__.update(made.__dict__)

    def save_formset(
        self,
        request: HttpRequest,
        form: Any,
        formset: Any,
        change: bool,  # noqa: FBT001  # Django's own signature
    ) -> None:
        """Give and take the role by its actions."""
        actor = actor_of(request)
        role = Role.objects.get(pk=form.instance.pk)
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        changed = [row for row in formset.forms if row.has_changed()]
        # First all that ends: two rows may have changed places.
        for row in {*changed, *formset.deleted_forms}:
            if row.instance.pk:
                before = RoleAssignment.objects.get(pk=row.instance.pk)
                role_actions.take_role(role, actor=actor, from_=before.department)
        for row in changed:
            if row not in formset.deleted_forms:
                typed = row.cleaned_data
                role_actions.give_role(
                    role, actor=actor, to=typed["department"], with_below=typed["with_below"]
                )

    def delete_model(self, request: HttpRequest, obj: Role) -> None:
        """Delete the role; refused while something would be open to everybody without it."""
        role_actions.delete_role(obj, actor=actor_of(request))
