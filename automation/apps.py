"""The automation app."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class AutomationConfig(AppConfig):
    """Robots, triggers and workflows over any record."""

    name = "automation"
    verbose_name = _("Automation")

    def ready(self) -> None:
        """Listen to what happens to records; add to solution files what is ours."""
        from automation import (
            database_objects,
            run_jobs,  # noqa: F401  # known by being imported
        )
        from automation.engine.expressions.errors import speak_with
        from automation.solutions.calendar import CalendarPart
        from automation.solutions.globals import GlobalsPart
        from automation.solutions.programs import ProgramsPart
        from automation.solutions.robots import RobotsPart
        from automation.solutions.schedules import SchedulesPart
        from automation.solutions.triggers import TriggersPart
        from automation.subscribers import subscribe_all
        from smart_processes.solutions.registry import register

        speak_with(gettext)
        subscribe_all()
        for part in (
            CalendarPart(),
            GlobalsPart(),
            ProgramsPart(),
            RobotsPart(),
            TriggersPart(),
            SchedulesPart(),
        ):
            register(part)
        post_migrate.connect(
            database_objects.install, sender=self, dispatch_uid="make_automation_triggers"
        )
