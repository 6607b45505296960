"""The automation board as its template draws it: stages with their triggers and robots."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actor import Actor
from automation.selectors.robots import results_of, rules_of, trigger_results_of
from crm.web.robot_cards import RobotCard, robot_card
from crm.web.trigger_cards import TriggerCard, trigger_card
from smart_processes.models import Stage
from smart_processes.schema import PipelineSchema, TypeSchema, schema_for
from smart_processes.selectors.board import counted_columns

LONGEST_AGO = 30  # days that results are counted for


@dataclass(frozen=True)
class RuleLane:
    """A stage with its rules.

    Attributes:
        count: How many records stand there, in words; "" where the reader sees none of them.
    """

    stage: Stage
    triggers: Sequence[TriggerCard]
    cards: Sequence[RobotCard]
    count: str

    @property
    def label(self) -> str:
        """What a screen reader calls it: "Qualified, 1 trigger, 3 robots"."""
        return ", ".join([self.stage.name, _triggers(len(self.triggers)), _robots(len(self.cards))])


@dataclass(frozen=True)
class RuleBoard:
    """All stages of a pipeline.

    Attributes:
        summary: What there is and what came of it, in words.
        failing: How many robots failed lately, in words; "" for none.
    """

    lanes: Sequence[RuleLane]
    summary: str
    failing: str


def rule_board(actor: Actor, type_schema: TypeSchema, pipeline: PipelineSchema) -> RuleBoard:
    """Return the stages of a pipeline with their rules (five queries; six for observers)."""
    robots, triggers = rules_of(pipeline.pk)
    results = results_of(pipeline.pk, days=LONGEST_AGO)
    fired = trigger_results_of(pipeline.pk, days=LONGEST_AGO)
    schema = schema_for(actor)
    cards: dict[int, list[RobotCard]] = defaultdict(list)
    for robot in robots:
        cards[robot.stage_id].append(robot_card(robot, type_schema, results))
    movers: dict[int, list[TriggerCard]] = defaultdict(list)
    for trigger in triggers:
        movers[trigger.stage_id].append(trigger_card(trigger, schema, type_schema, fired))
    counts = _counts(actor, type_schema, pipeline)
    stages = [stage for stage in pipeline.all_stages if stage.retired_at is None]
    failing = sum(1 for each in results.values() if each.failed)
    return RuleBoard(
        lanes=[
            RuleLane(stage, movers[stage.pk], cards[stage.pk], counts.get(stage.code, ""))
            for stage in stages
        ],
        summary=_summary(len(robots), len(triggers), sum(each.fired for each in results.values())),
        failing=ngettext("%(n)d failing", "%(n)d failing", failing) % {"n": failing}
        if failing
        else "",
    )


def _counts(actor: Actor, type_schema: TypeSchema, pipeline: PipelineSchema) -> dict[str, str]:
    """Return how many records stand in each stage: "14 here"."""
    columns = counted_columns(actor=actor, type_schema=type_schema, pipeline=pipeline)
    return {each.stage.code: _("%(count)s here") % {"count": each.record_count} for each in columns}


def _summary(robots: int, triggers: int, runs: int) -> str:
    runs_words = ngettext("%(n)d run in 30 days", "%(n)d runs in 30 days", runs) % {"n": runs}
    rules = _("%(robots)s, %(triggers)s") % {
        "robots": _robots(robots),
        "triggers": _triggers(triggers),
    }
    return f"{rules} · {runs_words}"


def _robots(count: int) -> str:
    return ngettext("%(n)d robot", "%(n)d robots", count) % {"n": count}


def _triggers(count: int) -> str:
    return ngettext("%(n)d trigger", "%(n)d triggers", count) % {"n": count}
