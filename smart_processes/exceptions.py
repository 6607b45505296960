"""Refusals of the record engine.

Each has a stable `code`, a sentence for the person (`message`) and what a program needs
(`params`). One handler per door turns them into an answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from smart_processes.fields import Field


class RecordRefusal(Exception):
    """The tree's root: nothing was changed, and `message` says why and what to do."""

    code = "refused"

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message)
        self.message = message
        self.params = params


class RecordMissing(RecordRefusal):
    """There is no such record, or the actor may not know that there is."""

    code = "record_missing"

    def __init__(self) -> None:
        super().__init__(_("This record does not exist, or your roles do not show it to you."))


class StaleRecord(RecordRefusal):
    """Somebody changed or moved the record first."""

    code = "stale_record"


class MoveRefused(RecordRefusal):
    """The record may not enter this stage."""

    code = "move_refused"


class FieldsMissing(MoveRefused):
    """The stage or the edge asks for fields that are empty."""

    code = "fields_missing"

    def __init__(self, fields: Sequence[Field], stage_name: str) -> None:
        self.fields = tuple(fields)
        names = ", ".join(_("“%(text)s”") % {"text": field.label} for field in fields)
        super().__init__(
            _("Fill in %(fields)s first: the stage “%(stage)s” needs it.")
            % {"fields": names, "stage": stage_name},
            fields=[field.code for field in fields],
        )


class ValuesRefused(RecordRefusal):
    """Some values are wrong; `errors` maps field codes to sentences."""

    code = "values_refused"

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__(" ".join(self.errors.values()), errors=self.errors)


class ConfigurationRefused(RecordRefusal):
    """A type, field, pipeline or stage may not be like this."""

    code = "configuration_refused"


class TypeMissing(RecordRefusal):
    """There is no type with this code."""

    code = "type_missing"

    def __init__(self, type_code: str) -> None:
        super().__init__(_("There is no record type “%(code)s”.") % {"code": type_code})


class CurrencyMissing(RecordRefusal):
    """Amounts in this currency cannot be summed: nobody entered a rate."""

    code = "currency_missing"

    def __init__(self, currency: str, known: Sequence[str]) -> None:
        super().__init__(
            _("“%(currency)s” is not among the currencies in use: %(known)s.")
            % {"currency": currency, "known": ", ".join(known)}
        )
