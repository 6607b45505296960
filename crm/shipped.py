"""What an empty system starts with: the four shipped types and the base currency.

Run after every `migrate` and `flush`. A type that is there is left alone, whatever a
company made of it; only one that is missing is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from smart_processes import registry
from smart_processes.choices import Hue, MenuSection, StageSemantics
from smart_processes.drafts import HIDDEN_PIPELINE, HIDDEN_STAGE
from smart_processes.models import Currency, Pipeline, RecordType, Stage
from smart_processes.schema import DEFAULT_BASE_CURRENCY

SUCCESS, FAILURE = StageSemantics.SUCCESS, StageSemantics.FAILURE


@dataclass(frozen=True)
class ShippedStage:
    """A stage as a new installation gets it."""

    code: str
    name: StrOrPromise
    hue: Hue
    semantics: StageSemantics = StageSemantics.IN_PROGRESS


@dataclass(frozen=True)
class ShippedConfiguration:
    """A type as a new installation gets it; no stages: a list without a board."""

    entity_type_id: int
    code: str
    name_one: StrOrPromise
    name_many: StrOrPromise
    icon: str
    hue: Hue
    stages: tuple[ShippedStage, ...] = ()
    switches: Mapping[str, Any] = field(default_factory=dict)


CONFIGURATIONS = (
    ShippedConfiguration(
        entity_type_id=1,
        code="lead",
        name_one=_("Lead"),
        name_many=_("Leads"),
        icon="funnel",
        hue=Hue.CYAN,
        stages=(
            ShippedStage("NEW", pgettext_lazy("stage", "New"), Hue.GREY),
            ShippedStage("IN_WORK", _("In work"), Hue.BLUE),
            ShippedStage("CONVERTED", _("Converted"), Hue.GREEN, SUCCESS),
            ShippedStage("JUNK", _("Junk"), Hue.RED, FAILURE),
        ),
        switches={"has_amount": True, "has_client": True, "has_source": True, "has_dates": True},
    ),
    ShippedConfiguration(
        entity_type_id=2,
        code="deal",
        name_one=_("Deal"),
        name_many=_("Deals"),
        icon="currency-euro",
        hue=Hue.BLUE,
        stages=(
            ShippedStage("NEW", pgettext_lazy("stage", "New"), Hue.GREY),
            ShippedStage("QUALIFIED", _("Qualified"), Hue.BLUE),
            ShippedStage("PROPOSAL", _("Proposal"), Hue.CYAN),
            ShippedStage("NEGOTIATION", _("Negotiation"), Hue.AMBER),
            ShippedStage("CONTRACT", _("Contract"), Hue.VIOLET),
            ShippedStage("WON", _("Won"), Hue.GREEN, SUCCESS),
            ShippedStage("LOST", _("Lost"), Hue.RED, FAILURE),
        ),
        switches={
            "has_pipelines": True,
            "has_amount": True,
            "has_client": True,
            "has_source": True,
            "has_dates": True,
        },
    ),
    ShippedConfiguration(
        entity_type_id=3,
        code="contact",
        name_one=_("Contact"),
        name_many=_("Contacts"),
        icon="user",
        hue=Hue.TEAL,
        switches={"has_client": True, "has_source": True, "opened_by_default": True},
    ),
    ShippedConfiguration(
        entity_type_id=4,
        code="company",
        name_one=_("Company"),
        name_many=_("Companies"),
        icon="building-office-2",
        hue=Hue.INDIGO,
        switches={"has_source": True, "opened_by_default": True},
    ),
)


def register_shipped_words() -> None:
    """Let everybody read the names in their own language until a company changes them."""
    for each in CONFIGURATIONS:
        words = (each.name_one, each.name_many, *(stage.name for stage in each.stages))
        registry.register_words(words)


def ensure_shipped_types() -> list[str]:
    """Make the shipped types and the base currency where they are missing.

    Names are written in the installation's language (`LANGUAGE_CODE`).

    Returns:
        The codes of the types made.
    """
    if not Currency.objects.exists():
        Currency.objects.create(code=DEFAULT_BASE_CURRENCY, is_base=True)
    present = set(RecordType.objects.values_list("code", flat=True))
    missing = [each for each in CONFIGURATIONS if each.code not in present]
    if missing:
        with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
            for configuration in missing:
                _make(configuration)
    return [each.code for each in missing]


def after_migrate(*, using: str, **_signal: Any) -> None:
    """Make the shipped types, unless the tables are not all there (a partial migration)."""
    tables = set(connections[using].introspection.table_names())
    needed = {model._meta.db_table for model in (Currency, RecordType, Pipeline, Stage)}
    if needed <= tables and using == "default":
        ensure_shipped_types()


def _make(configuration: ShippedConfiguration) -> None:
    record_type = RecordType.objects.create(
        code=configuration.code,
        entity_type_id=configuration.entity_type_id,
        name_one=str(configuration.name_one),
        name_many=str(configuration.name_many),
        icon=configuration.icon,
        hue=configuration.hue,
        menu_section=MenuSection.SALES,
        # Before everything that people make.
        position=configuration.entity_type_id,
        is_shipped=True,
        has_stages=bool(configuration.stages),
        **configuration.switches,
    )
    pipeline = Pipeline.objects.create(
        type=record_type, code=HIDDEN_PIPELINE, name=record_type.name_many, is_default=True
    )
    stages = configuration.stages or (ShippedStage(HIDDEN_STAGE, record_type.name_one, Hue.GREY),)
    Stage.objects.bulk_create(
        Stage(
            pipeline=pipeline,
            code=stage.code,
            name=str(stage.name),
            hue=stage.hue,
            semantics=stage.semantics,
            position=position,
        )
        for position, stage in enumerate(stages)
    )
