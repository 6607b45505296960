"""Roles and to whom they are given."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Role(Group):
    """A Django group with a stable code; its guardian grants say what its holders may do.

    Given to single people through `User.groups`, to departments and to everybody
    through `RoleAssignment`.
    """

    code = models.SlugField(_("code"), max_length=64, unique=True)
    description = models.CharField(_("description"), max_length=255, blank=True)
    may_configure = models.BooleanField(
        _("may configure"),
        default=False,
        help_text=_("Creates and changes record types, fields, pipelines and stages."),
    )

    objects: ClassVar[models.Manager[Role]] = models.Manager()  # type: ignore[assignment]  # a group's is for groups

    class Meta:
        ordering = ["name"]
        verbose_name = _("role")
        verbose_name_plural = _("roles")


class RoleAssignment(models.Model):
    """A role given to a department (with or without those below) or to everybody."""

    role = models.ForeignKey(
        Role, verbose_name=_("role"), on_delete=models.CASCADE, related_name="assignments"
    )
    department = models.ForeignKey(
        "accounts.Department",
        verbose_name=_("department"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="role_assignments",
    )
    with_below = models.BooleanField(_("with departments below"), default=False)
    everybody = models.BooleanField(_("everybody"), default=False)

    class Meta:
        verbose_name = _("role given to a group of people")
        verbose_name_plural = _("roles given to groups of people")
        constraints = [
            models.CheckConstraint(
                condition=Q(department__isnull=False, everybody=False)
                | Q(department=None, everybody=True, with_below=False),
                name="role_given_to_department_or_everybody",
            ),
            models.UniqueConstraint(
                fields=["role", "department"], name="role_given_once_to_department"
            ),
            models.UniqueConstraint(
                fields=["role"], condition=Q(everybody=True), name="role_given_once_to_everybody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} → {self.department or _('everybody')}"
