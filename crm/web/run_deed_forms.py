"""What each deed to a run asks for: a reason, a step, a version, values of variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from accounts.actor import Actor
from automation.actions.deeds import Plan
from automation.actions.mending import edit_variables, go_to_step
from automation.definitions import field_of
from automation.engine.compiled import Definition
from automation.engine.journal import LineKind
from automation.engine.nodes import Block
from automation.engine.placing import SteeringRefused, token_for
from automation.exceptions import VariablesRefused
from automation.models import ProgramVersion, Run
from automation.runtime.programs import published
from crm.templatetags.crm_format import exact_moment
from crm.web.run_steering import STEERING
from crm.web.run_words import step_title
from smart_processes.field_types.base import Names, ValueRefused

VALUE = "value_"
# Kinds that no text names; they are chosen on records.
_NOT_ASKED = frozenset({"file", "link"})


class DeedForm(forms.Form):
    """What every deed asks.

    Attributes:
        run: What it is done to.
        how: The deed, a key of `STEERING`.
    """

    title: ClassVar[StrOrPromise] = gettext_lazy("Let the run of “%(name)s” go on")
    kind: ClassVar[LineKind]
    needs_reason: ClassVar[bool] = False

    # The last line of the journal that the person saw: somebody else may be faster.
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Stays in the journal with your name."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, run: Run, how: str, sent: QueryDict | None) -> None:
        """Make the form, unbound while it only asks."""
        super().__init__(sent, initial={"seen": run.snapshot["seq"]})
        self.run = run
        self.how = how
        self.fields["reason"].required = self.needs_reason
        self.build()
        self.order_fields([name for name in self.fields if name != "reason"])

    def build(self) -> None:
        """Add what the deed asks beside the reason."""

    def plan(self, _given: QueryDict) -> Plan | None:
        """Return what would be done, for the report; None while that is not known."""
        return Plan(self.kind)

    def act(self, actor: Actor) -> Run:
        """Do it; return the run whose story is to be told."""
        return STEERING[self.how].act(self.run, actor=actor, **self._common)

    def explain(self, refusal: VariablesRefused) -> None:
        """Put refusals at their controls."""
        for code, message in refusal.errors.items():
            self.add_error(VALUE + code if VALUE + code in self.fields else None, message)

    @property
    def _common(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"reason": given["reason"], "expected": given["seen"]}


class ResumeForm(DeedForm):
    """A paused run goes on."""

    kind = LineKind.RESUMED


class RetryForm(DeedForm):
    """The failed step is done again."""

    title = gettext_lazy("Retry the failed step of “%(name)s”")
    kind = LineKind.RETRIED


class SkipForm(DeedForm):
    """The failed step is passed over."""

    title = gettext_lazy("Skip the failed step of “%(name)s”")
    kind = LineKind.SKIPPED
    needs_reason = True


class RestartForm(DeedForm):
    """It begins anew."""

    title = gettext_lazy("Start “%(name)s” again from the beginning")
    kind = LineKind.RESTARTED


class GoForm(DeedForm):
    """Which step it goes to."""

    title = gettext_lazy("Put the run of “%(name)s” at another step")
    kind = LineKind.MOVED
    needs_reason = True

    step = forms.ChoiceField(label=gettext_lazy("Go to the step"))

    def build(self) -> None:
        """Offer the steps that the run can be put at."""
        steps = self.fields["step"]
        assert isinstance(steps, forms.ChoiceField)
        chosen = self.data.get("step", "")
        offered = [("", _("Choose a step")), *_places(self.run)]
        # Another step, because the run has moved on: the action says so in a sentence.
        is_other = chosen and chosen not in dict(offered)
        steps.choices = [*offered, (chosen, chosen)] if is_other else offered
        steps.widget.attrs |= _asks_again(self.how, self.run)

    def plan(self, given: QueryDict) -> Plan | None:
        """Return the move, once the step is chosen."""
        step = given.get("step", "")
        return Plan(self.kind, step=step) if step else None

    def act(self, actor: Actor) -> Run:
        """Move the run."""
        return go_to_step(self.run, self.cleaned_data["step"], actor=actor, **self._common)


class MigrateForm(DeedForm):
    """Which version it goes on in."""

    title = gettext_lazy("Take the run of “%(name)s” to another version")
    kind = LineKind.MIGRATED

    version = forms.TypedChoiceField(label=gettext_lazy("Version"), coerce=int)

    def build(self) -> None:
        """Offer the other versions, the published one first."""
        others = self._others()
        newest = self.run.version.program.published_id
        others.sort(key=lambda each: (each.pk != newest, -each.number))
        versions = self.fields["version"]
        assert isinstance(versions, forms.ChoiceField)
        versions.choices = [(each.number, _version_name(each)) for each in others]
        versions.widget.attrs |= _asks_again(self.how, self.run)

    def plan(self, given: QueryDict) -> Plan | None:
        """Return the way to the chosen version; at first to the published one."""
        wanted = given.get("version", "")
        versions = self._others()
        chosen = next((each for each in versions if str(each.number) == wanted), None)
        return Plan(self.kind, version=chosen)

    def act(self, actor: Actor) -> Run:
        """Take the run there."""
        version = next(v for v in self._others() if v.number == self.cleaned_data["version"])
        return STEERING[self.how].act(self.run, version, actor=actor, **self._common)

    def _others(self) -> list[ProgramVersion]:
        versions = ProgramVersion.objects.filter(program_id=self.run.version.program_id)
        return list(versions.exclude(pk=self.run.version_id).defer("body"))


class EditForm(DeedForm):
    """Other values of variables."""

    title = gettext_lazy("Change what the run of “%(name)s” knows")
    kind = LineKind.EDITED
    needs_reason = True

    def build(self) -> None:
        """Add a control for each variable, as a field of its kind."""
        for code, definition in _variables(self.run).items():
            field = field_of(definition)
            self.fields[VALUE + code] = field.form_field(
                required=False, initial=_shown(definition, self.run.snapshot["vars"].get(code))
            )

    def plan(self, _given: QueryDict) -> Plan | None:
        """Say nothing: the run goes on where it was."""
        return None

    def act(self, actor: Actor) -> Run:
        """Change what was changed in the form."""
        values: Mapping[str, Any] = {
            name.removeprefix(VALUE): self.cleaned_data[name]
            for name in self.changed_data
            if name.startswith(VALUE)
        }
        return edit_variables(self.run, values, actor=actor, **self._common)


FORMS: Mapping[str, type[DeedForm]] = {
    "resume": ResumeForm,
    "retry": RetryForm,
    "skip": SkipForm,
    "go": GoForm,
    "edit": EditForm,
    "migrate": MigrateForm,
    "restart": RestartForm,
}


def deed_form(how: str, run: Run, sent: QueryDict | None) -> DeedForm:
    """Return the form of a deed."""
    return FORMS[how](run, how, sent)


def has_variables(run: Run) -> bool:
    """Return whether there is anything to change in a run."""
    return bool(_variables(run))


def _variables(run: Run) -> dict[str, Definition]:
    known = published(run.version_id).program.variables
    return {code: each for code, each in known.items() if each.kind not in _NOT_ASKED}


def _shown(definition: Definition, value: Any) -> Any:
    """Return what a variable's control shows for its value."""
    field = field_of(definition)
    try:
        return field.form_value(field.parse(value), Names())
    except ValueRefused:
        return str(value)  # a step wrote something else; it can be mended here


def _places(run: Run) -> list[tuple[str, str]]:
    """Return the steps that a run can be put at, in the program's order."""
    program = published(run.version_id).program
    found: list[tuple[str, str]] = []
    if not run.snapshot["tokens"]:
        return found
    for node_id, node in program.nodes.items():
        if node is program.root or (isinstance(node, Block) and not node.title):
            continue
        try:
            token_for(program, run.snapshot, node_id)
        except SteeringRefused:
            continue
        found.append((node_id, f"{step_title(node)} · {node_id}"))
    return found


def _asks_again(how: str, run: Run) -> dict[str, str]:
    """Return what lets a choice renew the report."""
    return {
        "hx-get": reverse(f"crm:run_{how}", args=[run.pk]),
        "hx-target": "#preflight",
        "hx-select": "#preflight",
        "hx-swap": "outerHTML",
    }


def _version_name(version: ProgramVersion) -> str:
    names = {"number": version.number, "moment": exact_moment(version.published_at)}
    return _("%(number)d · published %(moment)s") % names
