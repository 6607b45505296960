"""The types that the product ships: their tables, fields and names."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.models import Company, Contact, Deal, Lead
from smart_processes.registry import ShippedType, SystemField, register


def _person_name(record: Any) -> str:
    return f"{record.first_name} {record.last_name}".strip()


_PERSON = (
    SystemField("first_name", _("First name"), "string", "first_name", empty=""),
    SystemField("last_name", _("Last name"), "string", "last_name", empty=""),
)
_REACHED = (
    SystemField("phones", _("Phones"), "phone", "phones", empty=[], is_multiple=True),
    SystemField("emails", _("E-mails"), "email", "emails", empty=[], is_multiple=True),
)

SHIPPED_TYPES = (
    ShippedType(
        code="lead",
        model=Lead,
        fields=(
            *_PERSON,
            SystemField("company_name", _("Company name"), "string", "company_name", empty=""),
            *_REACHED,
        ),
        title_of=lambda lead: _person_name(lead) or lead.company_name,
    ),
    ShippedType(
        code="deal",
        model=Deal,
        fields=(
            SystemField(
                "probability",
                _("Probability, %"),
                "integer",
                "probability",
                config={"min": 0, "max": 100},
            ),
        ),
    ),
    ShippedType(
        code="contact",
        model=Contact,
        fields=(
            *_PERSON,
            SystemField("job_title", _("Job title"), "string", "job_title", empty=""),
            SystemField("born_on", _("Date of birth"), "date", "born_on"),
            *_REACHED,
        ),
        title_of=_person_name,
    ),
    ShippedType(
        code="company",
        model=Company,
        fields=(
            SystemField("industry", _("Industry"), "string", "industry", empty=""),
            SystemField(
                "employee_count",
                _("Employees"),
                "integer",
                "employee_count",
                config={"min": 0, "max": 2**31 - 1},  # what the column takes
            ),
            SystemField(
                "revenue",
                _("Yearly revenue"),
                "decimal",
                "revenue",
                config={"decimal_places": 2},
            ),
            SystemField("website", _("Website"), "url", "website", empty=""),
            *_REACHED,
        ),
    ),
)


def register_shipped_types() -> None:
    """Make the shipped types known to the record engine."""
    for shipped in SHIPPED_TYPES:
        register(shipped)
