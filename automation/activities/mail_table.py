"""Mail a table of records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from automation.activities.base import (
    ActivityContext,
    Delivered,
    Group,
    OutsideActivity,
    Refused,
    ResultField,
    TryAgain,
)
from automation.activities.params import ParamKind, param
from automation.activities.record_values import field_code
from automation.activities.registry import register
from automation.activities.send_email import delivered
from automation.calendars.stored import company_zone
from automation.engine.expressions.conversion import listed, text
from automation.exceptions import StepRefused
from automation.letters import Attachment, Letter, clean_subject, read_addresses
from automation.tables import table_rows, write_table
from smart_processes.exceptions import TypeMissing
from smart_processes.schema import schema_for
from smart_processes.spreadsheets import XLSX_TYPE


@dataclass(frozen=True)
class MailTableParams:
    """The letter and its table."""

    to: Sequence[Any] = param(
        _("To"), ParamKind.PEOPLE, help=_("Addresses or people; several by commas.")
    )
    subject: str = param(_("Subject"))
    type: str = param(_("Record type"), ParamKind.RECORD_TYPE)
    filters: Mapping[str, Any] = param(
        _("Filter"),
        ParamKind.FILTERS,
        default={},
        help=_("As in lists: amount_min, stage, closes_on_before, search …"),
    )
    columns: Sequence[str] = param(
        _("Columns"), ParamKind.FIELDS, default=[], help=_("Codes of fields; empty: all.")
    )
    sort: str = param(_("Order"), default="", help=_("A field's code; with a minus: descending."))
    text: str = param(_("Text"), ParamKind.LINES, default="")
    is_sent_empty: bool = param(_("Send it also without any row"), ParamKind.FLAG, default=True)
    cc: Sequence[Any] = param(_("Copy to"), ParamKind.PEOPLE, default=[])


@register
class MailTable(OutsideActivity[MailTableParams]):
    """Sends the records that a filter finds as a spreadsheet, by the company's mail server.

    At least once, as every letter, always with one Message-ID. Which records stand in it is
    decided by the step, by the rights of the run; a copy that is sent again holds the same.
    """

    code = "mail_table"
    label = _("Mail a table")
    description = _("Sends the records that a filter finds as a spreadsheet.")
    group = Group.MESSAGES
    icon = "table-cells"
    params = MailTableParams
    results = (
        ResultField("message_id", _("Message-ID of the letter")),
        ResultField("count", _("How many"), "integer"),
    )
    needs_record = False

    def prepare(self, params: MailTableParams, context: ActivityContext) -> Mapping[str, Any]:
        """Return the letter and the rows of its table."""
        try:
            type_schema = schema_for(context.actor).type(params.type)
        except TypeMissing as missing:
            raise StepRefused(missing.message) from missing
        filters = {name: [text(each) for each in listed(v)] for name, v in params.filters.items()}
        codes = [field_code(type_schema, code) for code in params.columns]
        letter = Letter(
            to=read_addresses(params.to),
            subject=clean_subject(params.subject),
            text=params.text,
            cc=read_addresses(params.cc),
        )
        if not letter.to:
            raise StepRefused(gettext("The letter has nobody to go to."))
        ids = table_rows(type_schema, filters, params.sort, actor=context.actor)
        day = timezone.localtime(context.now, company_zone()).date().isoformat()
        return {
            "letter": letter.as_json(),
            "type": type_schema.code,
            "ids": ids,
            "columns": codes,
            "name": f"{type_schema.code}-{day}.xlsx",
            "runs_as": context.actor.user_id,
            "is_sent": bool(ids) or params.is_sent_empty,
        }

    def deliver(self, payload: Mapping[str, Any], key: str) -> Delivered | TryAgain | Refused:
        """Write the table and send the letter."""
        count = len(payload["ids"])
        if not payload["is_sent"]:
            return Delivered({"message_id": "", "count": 0}, gettext("There is nothing to send."))
        actor = Actor.robot(self.code, runs_as=payload["runs_as"])
        try:
            type_schema = schema_for(actor).type(payload["type"])
        except TypeMissing as missing:
            return Refused(missing.message)
        content = write_table(type_schema, payload["ids"], payload["columns"], actor=actor)
        table = Attachment(payload["name"], content, XLSX_TYPE)
        return delivered(Letter.from_json(payload["letter"]), key, [table], count=count)
