"""The fields that every record has, in the order a card shows them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from smart_processes.registry import SystemField

AMOUNT = "amount"

SYSTEM_FIELDS: tuple[SystemField, ...] = (
    SystemField("number", _("No."), "integer", "number", is_editable=False),
    SystemField("title", _("Title"), "string", "title", empty=""),
    SystemField(AMOUNT, _("Amount"), "money", "", switch="has_amount"),
    SystemField(
        "company",
        _("Company"),
        "link",
        "company_id",
        switch="has_client",
        config={"target": "company"},
    ),
    SystemField(
        "contact",
        _("Contact"),
        "link",
        "contact_id",
        switch="has_client",
        config={"target": "contact"},
    ),
    SystemField("responsible", _("Responsible"), "user", "responsible_id"),
    SystemField("begins_on", _("Begins on"), "date", "begins_on", switch="has_dates"),
    SystemField("closes_on", _("Closes on"), "date", "closes_on", switch="has_dates"),
    SystemField("source", _("Source"), "string", "source", empty="", switch="has_source"),
    SystemField(
        "source_details",
        _("Source details"),
        "string",
        "source_details",
        empty="",
        switch="has_source",
    ),
    SystemField("opened", _("Open to everyone"), "flag", "opened", empty=False),
    SystemField("external_id", _("External id"), "string", "external_id", empty=""),
    SystemField("created_at", _("Created at"), "datetime", "created_at", is_editable=False),
    SystemField("created_by", _("Created by"), "user", "created_by_id", is_editable=False),
    SystemField("updated_at", _("Changed at"), "datetime", "updated_at", is_editable=False),
    SystemField("moved_at", _("In the stage since"), "datetime", "moved_at", is_editable=False),
)
