"""The smart_processes app."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class SmartProcessesConfig(AppConfig):
    """The record engine: types, fields, pipelines, stages, records."""

    name = "smart_processes"
    verbose_name = _("Smart processes")

    def ready(self) -> None:
        """Hand grants and observers to `accounts`; keep the database's triggers in place."""
        from accounts import access, grants, role_uses
        from smart_processes import database_objects
        from smart_processes.models import ItemObserver, Pipeline, RecordType, Stage
        from smart_processes.selectors.configuration import uses_of_role

        grants.register("type", RecordType)
        grants.register("pipeline", Pipeline)
        grants.register("stage", Stage)
        role_uses.register(uses_of_role)
        access.use_observers(
            lambda user_id: ItemObserver.objects.filter(user_id=user_id).values_list(
                "item_id", flat=True
            )
        )
        pre_migrate.connect(database_objects.uninstall, dispatch_uid="drop_triggers")
        post_migrate.connect(database_objects.install, sender=self, dispatch_uid="make_triggers")
