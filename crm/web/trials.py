"""Trying robots and programs out on a record: nothing is changed, nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actor import Actor
from accounts.exceptions import AccountsRefusal
from automation.engine.compiled import Program as Compiled
from automation.exceptions import AutomationRefusal
from automation.models import Program, Trial
from automation.runtime.programs import published
from automation.runtime.starting import runnable
from automation.trials.cases import (
    Difference,
    Rule,
    cases_of,
    forget_case,
    keep_case,
    try_again,
    try_out,
)
from automation.trials.scenario import Scenario
from crm.web.record import with_toast
from crm.web.rule_page import open_rule_page
from crm.web.runs import require_steering
from crm.web.trial_form import AnswerForm, TrialForm, answers_in, results_of
from crm.web.trial_view import TrialView, difference_words, question_titles, tried_program
from smart_processes.exceptions import RecordMissing
from smart_processes.models import Item
from smart_processes.schema import TypeSchema, schema_for
from smart_processes.selectors.records import get_record

PAGE = "crm/automation/trial.html"
RESULT = f"{PAGE}#result"
CASES = f"{PAGE}#cases"


@dataclass(frozen=True)
class TrialPage:
    """What is tried, and by whom; templates call it `page`."""

    actor: Actor
    rule: Rule
    compiled: Compiled | None
    type_schema: TypeSchema | None
    address: str
    back_url: str
    back_title: str

    @property
    def type_code(self) -> str:
        """Of the records it may be tried on; empty: it has none."""
        return self.type_schema.code if self.type_schema else ""


@login_required
@require_http_methods(["GET", "POST"])
def robot(request: HttpRequest, type_code: str, robot_id: int) -> HttpResponse:
    """Try a robot; `?record=` is the record that is offered."""
    board = open_rule_page(request, type_code)
    found = board.robot(robot_id)
    page = TrialPage(
        actor=board.actor,
        rule=found,
        compiled=published(str(found.program.published_id)).program,
        type_schema=board.type_schema,
        address=f"{reverse('crm:robot_try', args=[type_code, robot_id])}?pipeline={board.pipeline.code}",
        back_url=board.address,
        back_title=_("Automation of %(records)s") % {"records": board.title},
    )
    return _answer(request, page)


@login_required
@require_http_methods(["GET", "POST"])
def trigger(request: HttpRequest, type_code: str, trigger_id: int) -> HttpResponse:
    """Try a trigger, as if what it waits for happened; `?record=` is the record that is offered."""
    board = open_rule_page(request, type_code)
    address = reverse("crm:trigger_try", args=[type_code, trigger_id])
    page = TrialPage(
        actor=board.actor,
        rule=board.trigger(trigger_id),
        compiled=None,
        type_schema=board.type_schema,
        address=f"{address}?pipeline={board.pipeline.code}",
        back_url=board.address,
        back_title=_("Automation of %(records)s") % {"records": board.title},
    )
    return _answer(request, page)


@login_required
@require_http_methods(["GET", "POST"])
def program(request: HttpRequest, code: str) -> HttpResponse:
    """Try a program; `?record=` is the record that is offered."""
    actor = require_steering(request)
    found = Program.objects.filter(code=code, robot=None).first()
    if found is None:
        raise RecordMissing
    schema = schema_for(actor)
    page = TrialPage(
        actor=actor,
        rule=found,
        compiled=runnable(found).program,
        type_schema=schema.types_by_id.get(found.type_id) if found.type_id else None,
        address=reverse("crm:program_try", args=[code]),
        back_url=reverse("crm:runs"),
        back_title=_("Runs"),
    )
    return _answer(request, page)


@login_required
@require_POST
def keep(request: HttpRequest, trial_id: int) -> HttpResponse:
    """Keep a trial as a case called `name`; answers the cases."""
    actor, trial = _trial(request, trial_id)
    kept = keep_case(trial, request.POST.get("name", ""), actor=actor)
    said = _("The case “%(name)s” is kept") % {"name": kept.name}
    return with_toast(_cases(request, trial), said)


@login_required
@require_POST
def forget(request: HttpRequest, trial_id: int) -> HttpResponse:
    """Delete a case; answers the cases."""
    actor, trial = _trial(request, trial_id)
    forget_case(trial, actor=actor)
    said = _("The case “%(name)s” is deleted") % {"name": trial.name}
    return with_toast(_cases(request, trial), said)


@login_required
@require_POST
def again(request: HttpRequest, trial_id: int) -> HttpResponse:
    """Make all cases of a trial's rule again; answers the cases with what changed."""
    actor, trial = _trial(request, trial_id)
    found: dict[int, Difference | str] = {}
    for case in cases_of(trial.rule):
        try:
            found[case.pk] = try_again(case, actor=actor)
        except (AutomationRefusal, AccountsRefusal) as refusal:
            found[case.pk] = refusal.message
    return _cases(request, trial, found)


def _answer(request: HttpRequest, page: TrialPage) -> HttpResponse:
    if request.method == "GET":
        form = _form(page, None, _offered(request, page))
        return render(
            request, PAGE, {"page": page, "form": form, "cases": _drawn(cases_of(page.rule))}
        )
    form = _form(page, request.POST, None)
    if not form.is_valid():
        context = {"page": page, "form": form}
        return render(request, RESULT, context, status=422)
    answers = [each for each in answers_in(request.POST, page.compiled) if each.is_valid()]
    scenario = Scenario(
        at=form.cleaned_data["at"],
        answers={each.step: each.answer() for each in answers},
        parameters=form.parameters,
    )
    trial = try_out(page.rule, form.item, scenario, actor=page.actor)
    context = {
        "page": page,
        "form": form,
        "tried": TrialView(trial, page.type_schema),
        "answers": _answer_forms(trial),
    }
    return render(request, RESULT, context)


def _form(page: TrialPage, data: QueryDict | None, item: Item | None) -> TrialForm:
    return TrialForm(page.actor, page.type_code, page.compiled, data, item=item)


def _offered(request: HttpRequest, page: TrialPage) -> Item | None:
    wanted = request.GET.get("record", "")
    if not page.type_code or not wanted.isdecimal():
        return None
    try:
        return get_record(page.actor, int(wanted), type_code=page.type_code)
    except RecordMissing:
        return None


def _answer_forms(trial: Trial) -> list[AnswerForm]:
    """Return a form for each question of a trial, with the answers it had."""
    compiled = tried_program(trial)
    if compiled is None:
        return []
    forms = []
    how = {each["step"]: each["how"] for each in trial.report["questions"]}
    for step, title in question_titles(trial, compiled).items():
        results = trial.answers.get(step, {}).get("result", {})
        initial = {"how": how[step]} | {f"result-{name}": each for name, each in results.items()}
        forms.append(AnswerForm(step, title, results_of(compiled, step), initial=initial))
    return forms


def _trial(request: HttpRequest, trial_id: int) -> tuple[Actor, Trial]:
    actor = require_steering(request)
    trial = (
        Trial.objects.filter(pk=trial_id)
        .select_related("program", "robot", "trigger", "item")
        .first()
    )
    if trial is None:
        raise RecordMissing
    return actor, trial


def _cases(
    request: HttpRequest, trial: Trial, found: dict[int, Difference | str] | None = None
) -> HttpResponse:
    return render(request, CASES, {"cases": _drawn(cases_of(trial.rule), found)})


def _drawn(
    cases: Sequence[Trial], found: dict[int, Difference | str] | None = None
) -> list[dict[str, Any]]:
    """Return cases as they are drawn, with what a repetition found."""
    drawn = []
    for case in cases:
        outcome = (found or {}).get(case.pk)
        difference = outcome if isinstance(outcome, Difference) else None
        drawn.append(
            {
                "case": case,
                "refusal": outcome if isinstance(outcome, str) else "",
                "is_same": difference is not None and difference.is_same,
                "gone": difference_words(difference.gone) if difference else [],
                "come": difference_words(difference.come) if difference else [],
            }
        )
    return drawn
