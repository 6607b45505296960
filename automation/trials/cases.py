"""Trying rules and programs out, and keeping what was tried as cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import access
from accounts.actor import Actor
from accounts.choices import Action
from automation.actions.programs import require_configuring
from automation.choices import TrialAnswer
from automation.exceptions import TrialRefused
from automation.models import Program, Robot, Trial, Trigger
from automation.runtime import clock
from automation.runtime.starting import runnable
from automation.trials.report import Report, outline
from automation.trials.scenario import Answer, Scenario
from automation.trials.trial import try_program, try_robot, try_trigger
from smart_processes.history import person_of
from smart_processes.models import Item
from smart_processes.schema import schema_for

Rule = Program | Robot | Trigger
# What was tried last is of use while somebody works on the rule.
KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Difference:
    """What is otherwise in a case than it was, as lines of `trials.report.outline`.

    Attributes:
        trial: The case, with its new report.
        gone: What happened before and does not any more.
        come: What happens now and did not before.
    """

    trial: Trial
    gone: list[str]
    come: list[str]

    @property
    def is_same(self) -> bool:
        """Whether nothing changed."""
        return not self.gone and not self.come


def try_out(rule: Rule, item: Item | None, scenario: Scenario, *, actor: Actor) -> Trial:
    """Find out what a rule or a program would do with a record, and store what was found.

    Nothing of what it does stays and nothing is sent; the report is written afterwards.

    Raises:
        PermissionRefused: the actor may not automate this record.
        ProgramMissing: the program has no published version or is switched off.
        ParametersRefused: one is missing or unknown.
        TrialRefused: the rule is of another pipeline, or the record is being changed.
    """
    _require(actor, item, rule.name)
    report = _report(rule, item, scenario, actor)
    Trial.objects.filter(name="", made_at__lt=clock.now() - KEPT).delete()
    return Trial.objects.create(
        program=rule if isinstance(rule, Program) else None,
        robot=rule if isinstance(rule, Robot) else None,
        trigger=rule if isinstance(rule, Trigger) else None,
        item=item,
        at=scenario.at,
        answers=_stored(scenario.answers),
        parameters=dict(scenario.parameters),
        report=report,
        made_by_id=person_of(actor),
        made_at=clock.now(),
    )


def keep_case(trial: Trial, name: str, *, actor: Actor) -> Trial:
    """Keep a trial as a case.

    Raises:
        PermissionRefused: the actor may not automate its record.
        TrialRefused: it has no name, or there is a case of that name.
    """
    _require(actor, trial.item, trial.rule.name)
    name = " ".join(name.split())[:200]
    if not name:
        raise TrialRefused(_("Give the case a name."))
    trial.name = name
    try:
        with transaction.atomic():
            trial.save(update_fields=["name"])
    except IntegrityError as taken:
        sentence = _("There is a case “%(name)s” already. Give this one another name.")
        raise TrialRefused(sentence % {"name": name}) from taken
    return trial


def forget_case(trial: Trial, *, actor: Actor) -> None:
    """Delete a case.

    Raises:
        PermissionRefused: the actor may not automate its record.
    """
    _require(actor, trial.item, trial.rule.name)
    trial.delete()


def try_again(trial: Trial, *, actor: Actor) -> Difference:
    """Make a case again with the rule and the record as they are now.

    Raises:
        As `try_out`; the case then stays as it was.
    """
    _require(actor, trial.item, trial.rule.name)
    before = outline(trial.report)
    trial.report = _report(trial.rule, trial.item, scenario_of(trial), actor)
    trial.made_at = clock.now()
    trial.save(update_fields=["report", "made_at"])
    after = outline(trial.report)
    return Difference(
        trial,
        gone=[line for line in before if line not in after],
        come=[line for line in after if line not in before],
    )


def scenario_of(trial: Trial) -> Scenario:
    """Return what a stored trial pretended."""
    return Scenario(
        at=trial.at,
        answers={
            step: Answer(TrialAnswer(each["how"]), each["result"])
            for step, each in trial.answers.items()
        },
        parameters=trial.parameters,
    )


def cases_of(rule: Rule) -> list[Trial]:
    """Return the cases of a rule, by name (one query)."""
    return list(rule.trials.exclude(name="").order_by("name"))


def _report(rule: Rule, item: Item | None, scenario: Scenario, actor: Actor) -> Report:
    if isinstance(rule, Program):
        return try_program(runnable(rule), item, scenario, actor=actor)
    if item is None or item.pipeline_id != rule.pipeline_id:
        sentence = _("“%(name)s” works on records of its own pipeline. Choose one of those.")
        raise TrialRefused(sentence % {"name": rule.name})
    if isinstance(rule, Trigger):
        return try_trigger(rule, item, scenario, actor=actor)
    return try_robot(rule, item, scenario, actor=actor)


def _stored(answers: Mapping[str, Answer]) -> dict[str, Any]:
    return {
        step: {"how": str(each.how), "result": dict(each.result)} for step, each in answers.items()
    }


def _require(actor: Actor, item: Item | None, subject: str) -> None:
    """Refuse who may not automate the record; without one, who may not configure."""
    if item is None:
        require_configuring(actor, subject)
        return
    pipeline = schema_for(actor).pipelines[item.pipeline_id]
    access.require(access.of(actor), Action.AUTOMATE, item, pipeline)
