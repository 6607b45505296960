"""Where guardian keeps what roles may do: one row per role, object and codename.

Direct foreign keys, so that deleting a pipeline deletes its grants. Only
`accounts.grants` reads and writes these tables.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from guardian.models import GroupObjectPermissionBase

from accounts.choices import Action, Scope


def _codenames(actions: tuple[Action, ...]) -> Any:
    # English names: they stand in the permission table, not on a page.
    return [(f"{a.value}_{s.code}", f"{a.value} {s.code}") for a in actions for s in Scope]


TYPE_GRANTS = _codenames(tuple(Action))
# Adding, exporting, importing and automating are questions of a pipeline, not of a stage.
STAGE_ACTIONS = (Action.VIEW, Action.CHANGE, Action.DELETE, Action.MOVE)
STAGE_GRANTS = _codenames(STAGE_ACTIONS)


class TypeGrant(GroupObjectPermissionBase):
    """What a role may do with every pipeline of a type."""

    content_object = models.ForeignKey("smart_processes.RecordType", on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        pass


class PipelineGrant(GroupObjectPermissionBase):
    """What a role may do with one pipeline; holds over the type's grant."""

    content_object = models.ForeignKey("smart_processes.Pipeline", on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        pass


class StageGrant(GroupObjectPermissionBase):
    """What a role may do in one stage; holds over the pipeline's and the type's grant."""

    content_object = models.ForeignKey("smart_processes.Stage", on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        pass
