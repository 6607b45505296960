"""Who imports what in the wizard, and which jobs are theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from accounts.exceptions import PermissionRefused
from accounts.requests import actor_of
from automation.robots.lists import has_robots
from crm.web.import_jobs import CHECK, IMPORT
from smart_processes.models import Job
from smart_processes.schema import Schema, TypeSchema, schema_for


@dataclass(frozen=True)
class Importer:
    """Who imports what."""

    actor: Actor
    schema: Schema
    type_schema: TypeSchema

    @property
    def code(self) -> str:
        """The code of the type."""
        return self.type_schema.code

    @property
    def has_robots(self) -> bool:
        """Whether records of the type may meet robots in their stages."""
        return has_robots(self.actor, self.type_schema.type.pk)


def importer_of(request: HttpRequest, type_code: str) -> Importer:
    """Return who imports what.

    Raises:
        TypeMissing: no such type.
        PermissionRefused: the person may import nothing of it.
    """
    actor = actor_of(request)
    schema = schema_for(actor)
    type_schema = schema.type(type_code)
    if not access.of(actor).may_somewhere(Action.IMPORT, type_schema.pipelines):
        raise PermissionRefused(Action.IMPORT, type_schema.type.name_many)
    return Importer(actor, schema, type_schema)


def own_job(importer: Importer, job_id: int, *, is_locked: bool = False) -> Job:
    """Return a check or an import of the person's own; of others nobody is told more."""
    jobs = Job.objects.select_for_update(of=("self",)) if is_locked else Job.objects
    kinds = (CHECK, IMPORT)
    own = jobs.filter(pk=job_id, kind__in=kinds, type__code=importer.code).select_related("type")
    found = own.first()
    if found is None:
        raise Http404
    if found.owner_id != importer.actor.user_id:
        raise PermissionDenied
    return found


def steps(current: int) -> list[Mapping[str, object]]:
    """Return the wizard's steps for the stepper."""
    titles = (_("File"), _("Columns"), _("Check"), _("Result"))
    return [
        {"title": title, "is_done": number < current, "is_current": number == current, "url": ""}
        for number, title in enumerate(titles, start=1)
    ]


def job_url(found: Job) -> str:
    """Return the wizard's page of a check or an import; empty for other jobs."""
    if found.kind not in (CHECK, IMPORT) or found.type is None:
        return ""
    return reverse("crm:import_job", args=[found.type.code, found.pk])
