"""The crm app."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    """The product: leads, deals, contacts, companies and the staff pages."""

    name = "crm"
    verbose_name = _("CRM")

    def ready(self) -> None:
        """Register what the product ships."""
        from crm.record_types import register_shipped_types
        from crm.shipped import after_migrate, register_shipped_words
        from crm.web.next_step_column import NEXT_STEP
        from smart_processes.columns import register_column

        register_shipped_types()
        register_shipped_words()
        register_column(NEXT_STEP)
        post_migrate.connect(after_migrate, sender=self, dispatch_uid="crm.shipped")
