"""Every model of the record engine.

Types, pipelines and stages stand before items: fixtures load in this order, and the
database refuses an item whose stage is not there yet.
"""

from smart_processes.models.record_types import RecordNumber, RecordType  # isort: skip
from smart_processes.models.pipelines import Pipeline, Stage, StageTransition  # isort: skip
from smart_processes.models.currencies import Currency
from smart_processes.models.fields import FieldDefinition, FieldOption, UniqueValue
from smart_processes.models.grants import PipelineGrant, StageGrant, TypeGrant
from smart_processes.models.items import Item, ItemObserver

from smart_processes.models.change_feed import ChangeEvent  # isort: skip
from smart_processes.models.counters import StageCounter  # isort: skip
from smart_processes.models.jobs import Job, JobRow
from smart_processes.models.links import RecordLink
from smart_processes.models.saved_views import SavedView
from smart_processes.models.timeline import RecordFile, StageVisit, TimelineEntry

__all__ = [
    "ChangeEvent",
    "Currency",
    "FieldDefinition",
    "FieldOption",
    "Item",
    "ItemObserver",
    "Job",
    "JobRow",
    "Pipeline",
    "PipelineGrant",
    "RecordFile",
    "RecordLink",
    "RecordNumber",
    "RecordType",
    "SavedView",
    "Stage",
    "StageCounter",
    "StageGrant",
    "StageTransition",
    "StageVisit",
    "TimelineEntry",
    "TypeGrant",
    "UniqueValue",
]
