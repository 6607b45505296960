"""Read fields of the record that this one belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from automation.activities.base import Activity, ActivityContext, Group, ResultField
from automation.activities.params import ParamKind, param
from automation.activities.record_values import field_code
from automation.activities.registry import register
from automation.engine.outcomes import Done
from automation.exceptions import StepRefused
from automation.field_language import printed_values, read_values
from smart_processes.models import Item
from smart_processes.schema import schema_for
from smart_processes.selectors.parents import parent_by_field, parent_of_type


@dataclass(frozen=True)
class ReadParentParams:
    """Which record, and what is read of it."""

    field: str = param(
        _("Link field"),
        ParamKind.FIELD,
        default="",
        help=_("The field that names the other record; or choose a type below."),
    )
    type: str = param(
        _("Record type"),
        ParamKind.RECORD_TYPE,
        default="",
        help=_("The linked record of this type that this one was made for."),
    )
    fields: Sequence[str] = param(
        _("Fields"), ParamKind.FIELDS, default=[], help=_("Empty: all of them.")
    )


@register
class ReadParent(Activity[ReadParentParams]):
    """Reads fields of a linked parent. Exactly once; changes nothing.

    Later steps read `{=step:values.amount}` and, as people read it, `{=step:texts.amount}`.
    A record without a parent is no failure: `record` is empty then.
    """

    code = "read_parent"
    label = _("Read a linked record")
    description = _("Reads fields of the record that this one belongs to.")
    group = Group.RECORD
    icon = "arrow-up-on-square"
    params = ReadParentParams
    results = (
        ResultField("record", _("Number of the record"), "link"),
        ResultField("title", _("Title")),
        ResultField("values", _("Values by field"), "any"),
        ResultField("texts", _("Values as people read them"), "any"),
    )

    def execute(self, params: ReadParentParams, context: ActivityContext) -> Done:
        """Find it and read it."""
        parent = _parent(params, context)
        if parent is None:
            return Done({"record": None, "title": "", "values": {}, "texts": {}})
        type_schema = schema_for(context.actor).of(parent)
        codes = [field_code(type_schema, code) for code in params.fields] or type_schema.fields
        fields = [type_schema.fields[code] for code in codes]
        return Done(
            {
                "record": parent.pk,
                "title": parent.title,
                "values": read_values(parent, fields),
                "texts": printed_values(parent, fields, actor=context.actor),
            }
        )


def _parent(params: ReadParentParams, context: ActivityContext) -> Item | None:
    record = context.record()
    if params.field:
        code = field_code(schema_for(context.actor).of(record), params.field)
        try:
            return parent_by_field(context.actor, record, code)
        except KeyError as missing:
            raise StepRefused(
                gettext("“%(code)s” does not link to records.") % {"code": code}
            ) from missing
    if params.type:
        return parent_of_type(context.actor, record, params.type)
    raise StepRefused(gettext("Choose the link field or the type of the linked record."))
