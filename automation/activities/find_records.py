"""Find records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from automation.activities.base import Activity, ActivityContext, Group, ResultField
from automation.activities.params import ParamKind, param
from automation.activities.record_values import field_code
from automation.activities.registry import register
from automation.engine.expressions.conversion import is_empty, listed, text
from automation.engine.outcomes import Done
from automation.exceptions import StepRefused
from automation.field_language import printed_values, read_values
from smart_processes.filters import SORT, filterset_for
from smart_processes.models import Item
from smart_processes.models.links import DRAWN
from smart_processes.schema import TypeSchema, schema_for
from smart_processes.selectors.lookups import lookups_for
from smart_processes.selectors.records import visible_records

MOST_FOUND = 1_000  # ids; a loop over more is a job, not a step


@dataclass(frozen=True)
class FindRecordsParams:
    """What is looked for."""

    type: str = param(_("Record type"), ParamKind.RECORD_TYPE)
    filters: Mapping[str, Any] = param(
        _("Filter"),
        ParamKind.FILTERS,
        default={},
        help=_("As in lists: amount_min, stage, closes_on_before, search …"),
    )
    sort: str = param(_("Order"), default="", help=_("A field's code; with a minus: descending."))
    limit: Decimal = param(_("At most"), ParamKind.NUMBER, default=Decimal(100))
    is_linked: bool = param(
        _("Only those linked with the record of this run"), ParamKind.FLAG, default=False
    )
    fields: Sequence[str] = param(
        _("Fields"), ParamKind.FIELDS, default=[], help=_("Read of the first one found.")
    )


@register
class FindRecords(Activity[FindRecordsParams]):
    """Finds the records that a filter describes and the run may see. Exactly once.

    The filter is that of lists. A condition whose value is empty finds nothing: leaving it
    out would find records that nobody asked for.
    """

    code = "find_records"
    label = _("Find records")
    description = _("Finds records of a type by a filter; later steps use them.")
    group = Group.RECORD
    icon = "magnifying-glass"
    params = FindRecordsParams
    results = (
        ResultField("records", _("Numbers of the records"), "link"),
        ResultField("count", _("How many"), "integer"),
        ResultField("record", _("Number of the first"), "link"),
        ResultField("title", _("Title of the first")),
        ResultField("values", _("Values of the first by field"), "any"),
        ResultField("texts", _("Values as people read them"), "any"),
    )
    needs_record = False

    def execute(self, params: FindRecordsParams, context: ActivityContext) -> Done:
        """Find them."""
        type_schema = schema_for(context.actor).type(params.type)
        found = _found(params, type_schema, context)
        limit = min(max(int(params.limit), 1), MOST_FOUND)
        ids = list(found.values_list("pk", flat=True)[:limit])
        first = found.first() if ids else None
        result = {"records": ids, "count": len(ids), "record": None, "title": ""}
        if first is None:
            return Done({**result, "values": {}, "texts": {}})
        codes = [field_code(type_schema, code) for code in params.fields]
        fields = [type_schema.fields[code] for code in codes]
        return Done(
            {
                **result,
                "record": first.pk,
                "title": first.title,
                "values": read_values(first, fields),
                "texts": printed_values(first, fields, actor=context.actor),
            }
        )


def _found(
    params: FindRecordsParams, type_schema: TypeSchema, context: ActivityContext
) -> QuerySet[Item]:
    records = visible_records(context.actor, type_schema)
    if params.is_linked:
        here = context.record().pk
        ends = Q(child_links__child=here, child_links__kind=DRAWN)
        ends |= Q(parent_links__parent=here, parent_links__kind=DRAWN)
        linked = Item._base_manager.filter(ends)
        records = records.filter(pk__in=linked.values("pk"))
    asked = {name: [text(each) for each in listed(v)] for name, v in params.filters.items()}
    if any(is_empty(values) or not all(values) for values in asked.values()):
        return records.none()
    if params.sort:
        asked[SORT] = [params.sort]
    filtered = filterset_for(type_schema)(
        asked, records, lookups=lookups_for(context.actor), also_known=frozenset()
    )
    if not filtered.form.is_valid():
        raise StepRefused(" ".join(filtered.sentences) or gettext("The filter is wrong."))
    found = filtered.qs
    return found if found.query.order_by else found.order_by("-created_at", "-pk")
