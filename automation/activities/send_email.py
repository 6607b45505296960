"""Send an e-mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from smtplib import (
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

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
from automation.exceptions import StepRefused
from automation.letters import (
    Attachment,
    Letter,
    attachable_files,
    clean_subject,
    read_addresses,
    send,
)
from smart_processes.schema import schema_for

PERMANENT = 500  # SMTP answers from here on will not change by asking again


@dataclass(frozen=True)
class SendEmailParams:
    """The letter."""

    to: Sequence[Any] = param(
        _("To"), ParamKind.PEOPLE, help=_("Addresses or people; several by commas.")
    )
    subject: str = param(_("Subject"))
    text: str = param(_("Text"), ParamKind.LINES)
    html: str = param(_("Text as HTML"), ParamKind.LINES, default="")
    cc: Sequence[Any] = param(_("Copy to"), ParamKind.PEOPLE, default=[])
    bcc: Sequence[Any] = param(_("Hidden copy to"), ParamKind.PEOPLE, default=[])
    reply_to: Sequence[Any] = param(_("Answers to"), ParamKind.PEOPLE, default=[])
    file_fields: Sequence[str] = param(
        _("Attach files of the fields"), ParamKind.FIELDS, default=[]
    )
    files: Sequence[Any] = param(_("Attach files"), ParamKind.FILES, default=[])


@register
class SendEmail(OutsideActivity[SendEmailParams]):
    """Sends a letter through the company's mail server, with files of records.

    At least once: a crash between the server's answer and our note of it sends the letter
    again, with the same Message-ID, so that mail servers drop the copy. An answer from 500
    on is final.
    """

    code = "send_email"
    label = _("Send an e-mail")
    description = _("Sends a letter to people or addresses, with files attached.")
    group = Group.MESSAGES
    icon = "envelope"
    params = SendEmailParams
    results = (ResultField("message_id", _("Message-ID of the letter")),)
    needs_record = False

    def prepare(self, params: SendEmailParams, context: ActivityContext) -> Mapping[str, Any]:
        """Return the letter; addresses and files are checked now, by the rights of the run."""
        letter = Letter(
            to=read_addresses(params.to),
            subject=clean_subject(params.subject),
            text=params.text,
            html=params.html,
            cc=read_addresses(params.cc),
            bcc=read_addresses(params.bcc),
            reply_to=read_addresses(params.reply_to),
            file_ids=attachable_files(_files(params, context), actor=context.actor),
        )
        if not letter.to:
            raise StepRefused(gettext("The letter has nobody to go to."))
        return letter.as_json()

    def deliver(self, payload: Mapping[str, Any], key: str) -> Delivered | TryAgain | Refused:
        """Send the letter."""
        return delivered(Letter.from_json(payload), key)


def delivered(
    letter: Letter, key: str, attachments: Sequence[Attachment] = (), **result: Any
) -> Delivered | TryAgain | Refused:
    """Send a letter and return what became of it; `result` is returned beside its id."""
    try:
        message_id = send(letter, key=key, attachments=attachments)
    except SMTPRecipientsRefused as refusal:
        codes = [code for code, _answer in refusal.recipients.values()]
        return _outcome(min(codes), gettext("The mail server refused the address."))
    except SMTPResponseException as refusal:
        answer = refusal.smtp_error
        said = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
        return _outcome(refusal.smtp_code, f"{refusal.smtp_code} {said}")
    except (SMTPException, OSError) as trouble:
        return TryAgain(
            gettext("The mail server could not be reached: %(reason)s") % {"reason": trouble}
        )
    return Delivered({"message_id": message_id, **result})


def _files(params: SendEmailParams, context: ActivityContext) -> list[Any]:
    found = list(params.files)
    if params.file_fields:
        record = context.record()
        type_schema = schema_for(context.actor).of(record)
        for written in params.file_fields:
            field = type_schema.fields[field_code(type_schema, written)]
            if field.type.kind != "file":
                raise StepRefused(gettext("“%(field)s” holds no files.") % {"field": field.label})
            found += field.each(field.read(record))
    return found


def _outcome(code: int, said: str) -> TryAgain | Refused:
    reason = gettext("The mail server answered: %(answer)s") % {"answer": said}
    return Refused(reason) if code >= PERMANENT else TryAgain(reason)
