"""What names a field by its code: requirements of stages and moves, conditions, saved views."""

from __future__ import annotations

from django.utils.translation import gettext as _

from smart_processes import conditions
from smart_processes.actions.configuring import refuse, refuse_all
from smart_processes.field_filters import FilterOperator
from smart_processes.models import FieldDefinition, SavedView, Stage, StageTransition
from smart_processes.schema import TypeSchema


def forget_field(definition: FieldDefinition) -> None:
    """Take the field out of requirements and saved views.

    Raises:
        ConfigurationRefused: a move has a condition on it, which would change its meaning.
    """
    code = definition.code
    edges = StageTransition.objects.filter(pipeline__type=definition.type_id)
    for edge in edges.select_related("source", "target"):
        if any(row.get("field") == code for row in edge.conditions):
            refuse(
                {
                    "": _("The move %(move)s has a condition on “%(field)s”. Change it first.")
                    % {"move": str(edge), "field": definition.label}
                }
            )
        if code in edge.required_fields:
            edge.required_fields = [each for each in edge.required_fields if each != code]
            edge.save(update_fields=["required_fields"])
    for stage in Stage.objects.filter(pipeline__type=definition.type_id):
        if code in stage.required_from_here:
            stage.required_from_here = [c for c in stage.required_from_here if c != code]
            stage.save(update_fields=["required_from_here"])
    for view in SavedView.objects.filter(type=definition.type_id):
        _forget_in_view(view, code)


def refuse_broken_conditions(type_schema: TypeSchema) -> None:
    """Refuse when a condition of a move compares what its field does not hold.

    Raises:
        ConfigurationRefused: the message names the move.
    """
    edges = StageTransition.objects.filter(pipeline__type=type_schema.type)
    for edge in edges.select_related("source", "target"):
        wrong = conditions.check(edge.conditions, type_schema.fields)
        refuse_all(f"{edge}: {sentence}" for sentence in wrong)


def _forget_in_view(view: SavedView, code: str) -> None:
    before = (list(view.columns), dict(view.filters), view.sort)
    view.columns = [column for column in view.columns if column != code]
    gone = {operator.parameter(code) for operator in FilterOperator}
    view.filters = {name: wanted for name, wanted in view.filters.items() if name not in gone}
    if view.sort.lstrip("-") == code:
        view.sort = ""
    if before != (view.columns, view.filters, view.sort):
        view.save(update_fields=["columns", "filters", "sort"])
