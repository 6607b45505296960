"""A date of the record came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from automation.activities.params import ParamKind, param
from automation.calendars.stored import company_zone
from automation.engine.expressions.conversion import moment
from automation.engine.expressions.functions.intervals import Span
from automation.triggers.base import Answer, EventKind, Heard, TriggerKind
from automation.triggers.registry import register
from smart_processes.field_types.base import Family
from smart_processes.fields import Field
from smart_processes.models import Item
from smart_processes.schema import schema_for

FARTHEST_DAYS = 3_650  # ten years


@dataclass(frozen=True)
class MomentParams:
    """Which date, and how long before or after it."""

    field: str = param(_("Date field"), ParamKind.FIELD)
    days: Decimal = param(
        _("Days after it"), ParamKind.NUMBER, default=Decimal(0), help=_("Negative: before it.")
    )


@register
class Moment(TriggerKind[MomentParams]):
    """The day or moment in a field came, once for each value it has."""

    code = "moment"
    label = _("A date came")
    description = _("The date in a field of the record came, or comes in so many days.")
    icon = "clock"
    params = MomentParams
    listens = EventKind.MOMENT

    def problems(
        self, params: MomentParams, fields: Mapping[str, Field]
    ) -> Iterator[tuple[str, str]]:
        """Refuse fields that hold no single date, and parts of days."""
        field = fields[params.field]
        if field.type.family not in {Family.DATE, Family.MOMENT} or field.is_multiple:
            yield "field", gettext("“%(field)s” is not a date.") % {"field": field.label}
        if params.days != int(params.days) or abs(params.days) > FARTHEST_DAYS:
            limit = {"limit": FARTHEST_DAYS}
            yield "days", gettext("Enter a whole number from -%(limit)d to %(limit)d.") % limit

    def judge(self, params: MomentParams, item: Item, heard: Heard, actor: Actor) -> Answer:
        """Return whether the date still is what it was when the moment was found."""
        field = schema_for(actor).of(item).fields.get(params.field)
        value = field.read(item) if field else None
        if value is None or field is None:
            return Answer(is_met=False, reason=gettext("The date is empty now."))
        if field.to_json(value) != heard.payload["value"]:
            return Answer(is_met=False, reason=gettext("The date was changed in the meantime."))
        zone = company_zone()
        due = Span(days=int(params.days)).added_to(moment(value, zone).astimezone(zone))
        if heard.at is not None and due > heard.at:
            return Answer(is_met=False, reason=gettext("The date has not come yet."))
        return Answer(is_met=True)
