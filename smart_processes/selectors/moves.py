"""Which moves a board offers: the reason for every stage that records may not enter."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts import access
from accounts.access import Access
from accounts.actor import Actor
from accounts.choices import Action, Scope
from smart_processes.models import Stage
from smart_processes.schema import PipelineSchema

# Source stage -> target stage -> why records may not go there.
BarredMoves = dict[str, dict[str, str]]


def barred_moves(actor: Actor, pipeline: PipelineSchema) -> BarredMoves:
    """Return the moves that are refused whatever the record holds (no query).

    What depends on the single record (conditions, required fields, scopes narrower than
    all) is decided when it moves.
    """
    rights = access.of(actor)
    return {
        source.code: {
            target.code: reason
            for target in pipeline.stages
            if target.code != source.code and (reason := _reason(rights, pipeline, source, target))
        }
        for source in pipeline.stages
    }


def _reason(rights: Access, pipeline: PipelineSchema, source: Stage, target: Stage) -> str:
    names = {"from": source.name, "to": target.name}
    edge = pipeline.machine.edge(source.code, target.code)
    if edge is None:
        return _("No move leads from “%(from)s” to “%(to)s” in this pipeline.") % names
    is_for_all = rights.is_unlimited or not edge.role_ids
    if not is_for_all and not set(edge.role_ids) & set(rights.grants.roles):
        return _("Your roles do not allow the move from “%(from)s” to “%(to)s”.") % names
    if rights.scope(Action.MOVE, pipeline, target) == Scope.NONE:
        return _("Your roles do not let you bring records into “%(to)s”.") % names
    return ""
