"""Making the process that a draft describes: all of it or nothing, by the actions.

What an action refuses is told at the step and the field that it is about.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.roles import everybody_role
from accounts.actor import Actor
from accounts.choices import Action, Scope
from accounts.models import Role
from crm.web.wizard_reading import ASKED_ACTIONS, has_options, has_target
from crm.web.wizard_state import FieldRow, StageRow, WizardState
from smart_processes.actions.fields import add_field
from smart_processes.actions.pipelines import set_shape
from smart_processes.actions.record_types import create_type
from smart_processes.actions.type_grants import set_type_grants
from smart_processes.codes import make_code
from smart_processes.drafts import (
    EdgeDraft,
    FieldDraft,
    OptionDraft,
    PipelineDraft,
    StageDraft,
    TypeDraft,
)
from smart_processes.exceptions import ConfigurationRefused
from smart_processes.models import Currency, RecordType

STAGE_CODE_LENGTH = 64

# Where a sentence stands: step -> place in it ("name_many", "f3:label", "" for the whole).
Problems = dict[str, dict[str, str]]


class ProcessRefused(Exception):
    """The draft cannot become a process; nothing was made."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(problems)
        self.problems = problems


def create(state: WizardState, *, actor: Actor) -> RecordType:
    """Make the type with its fields, stages, moves and grants.

    Raises:
        PermissionRefused: the actor may not configure.
        ProcessRefused: nothing was made; it says what is wrong where.
    """
    try:
        with transaction.atomic():
            made, problems = _make(state, actor)
            if made is None or problems:
                raise ProcessRefused(problems)
            return made
    finally:
        # What the actor's memory of this transaction knows may have been undone.
        actor.access_memo = None


def problems_of(state: WizardState, *, actor: Actor) -> Problems:
    """Return what would be refused: the process is made and undone again."""
    try:
        with transaction.atomic():
            _made, problems = _make(state, actor)
            transaction.set_rollback(True)
            return problems
    finally:
        actor.access_memo = None


def _make(state: WizardState, actor: Actor) -> tuple[RecordType | None, Problems]:
    problems: Problems = _blanks(state)
    try:
        made = create_type(_type_draft(state), actor=actor)
    except ConfigurationRefused as refusal:
        for place, sentence in _errors(refusal).items():
            known = place if place in _START_PLACES else ""
            problems.setdefault("start", {}).setdefault(known, sentence)
        return None, problems
    codes = _add_fields(made, state, problems, actor)
    if state.has_stages and not problems:
        _draw(made, state, codes, problems, actor)
    if not state.is_for_everybody and not state.scopes:
        problems["access"] = {
            "": _("Nobody could work with it. Choose what at least one role may do.")
        }
    if not problems:
        _grant(made, state, actor)
    return made, problems


_START_PLACES = frozenset({"name_one", "name_many", "number_prefix", "icon", "hue"})


def _blanks(state: WizardState) -> Problems:
    """Return what was left empty; said simpler here than by the models."""
    found: Problems = {}
    if not state.name_many:
        found.setdefault("start", {})["name_many"] = _("Enter what the menu will call it.")
    if not state.name_one:
        found.setdefault("start", {})["name_one"] = _("Enter what one record is called.")
    for row in state.fields:
        if not row.label:
            sentence = _("Name the field, or remove it.")
            found.setdefault("fields", {})[f"{row.key}:label"] = sentence
    for stage in state.stages if state.has_stages else ():
        if not stage.name:
            sentence = _("Name the stage, or remove it.")
            found.setdefault("stages", {})[f"{stage.key}:name"] = sentence
    return found


def _type_draft(state: WizardState) -> TypeDraft:
    return TypeDraft(
        # An empty name is told already; the rest is checked with a stand-in.
        name_one=state.name_one or "-",
        name_many=state.name_many or "-",
        icon=state.icon,
        hue=state.hue,
        number_prefix=state.number_prefix,
        switches=state.switches,
    )


def _add_fields(
    made: RecordType, state: WizardState, problems: Problems, actor: Actor
) -> dict[str, str]:
    """Add the fields and return their codes by the keys of their rows."""
    codes: dict[str, str] = {}
    currency = Currency.objects.filter(is_base=True).values_list("code", flat=True).first()
    for row in state.fields:
        if not row.label:
            continue
        try:
            codes[row.key] = add_field(made, _field_draft(row, currency), actor=actor).code
        except ConfigurationRefused as refusal:
            for place, sentence in _errors(refusal).items():
                wrong = _field_place(row, place, sentence)
                problems.setdefault("fields", {})[f"{row.key}:{wrong}"] = sentence
    return codes


def _field_draft(row: FieldRow, currency: str | None) -> FieldDraft:
    config = {"target": row.target} if has_target(row.kind) else {}
    if row.kind == "money" and currency:
        config["currency"] = currency
    options = tuple(OptionDraft(label=label) for label in row.options)
    return FieldDraft(
        label=row.label,
        kind=row.kind,
        is_required=row.is_required,
        is_multiple=row.is_multiple,
        on_card=row.on_card,
        config=config,
        options=options if has_options(row.kind) else (),
    )


def _field_place(row: FieldRow, place: str, sentence: str) -> str:
    of_option = has_options(row.kind) and any(map(sentence.startswith, row.options))
    if place == "options" or (place in {"label", "code"} and of_option):
        return "options"
    if place == "config" and has_target(row.kind):
        return "target"
    return "kind" if place in {"kind", "is_multiple", "config"} else "label"


def _draw(
    made: RecordType,
    state: WizardState,
    field_codes: Mapping[str, str],
    problems: Problems,
    actor: Actor,
) -> None:
    pipeline = made.pipelines.get()
    allowed = state.requirable()
    stage_codes = _stage_codes(state.stages)

    def codes_of(references: list[str]) -> tuple[str, ...]:
        return tuple(field_codes.get(each, each) for each in references if each in allowed)

    draft = PipelineDraft(
        name=pipeline.name,
        code=pipeline.code,
        is_default=True,
        stages=tuple(
            StageDraft(
                name=row.name,
                code=stage_codes[row.key],
                hue=row.hue,
                semantics=row.semantics,
                required_from_here=codes_of(row.required),
            )
            for row in state.stages
        ),
        edges=tuple(
            EdgeDraft(
                source=stage_codes[move.source],
                target=stage_codes[move.target],
                required_fields=codes_of(move.required),
            )
            for move in state.moves
        ),
    )
    try:
        set_shape(pipeline, draft, actor=actor)
    except ConfigurationRefused as refusal:
        for place, sentence in _errors(refusal).items():
            where = _stage_place(state, sentence) if place in {"name", "code"} else ""
            problems.setdefault("stages", {})[where] = sentence


def _stage_codes(rows: list[StageRow]) -> dict[str, str]:
    codes: dict[str, str] = {}
    for row in rows:
        codes[row.key] = make_code(
            row.name, codes.values(), fallback="STAGE", limit=STAGE_CODE_LENGTH, capital=True
        )
    return codes


def _stage_place(state: WizardState, sentence: str) -> str:
    """Return the stage that a sentence begins with."""
    named = (row.key for row in state.stages if sentence.startswith(row.name))
    return next((f"{key}:name" for key in named), "")


def _grant(made: RecordType, state: WizardState, actor: Actor) -> None:
    if state.is_for_everybody:
        everything = [(made, action, Scope.ALL) for action in ASKED_ACTIONS]
        set_type_grants(everybody_role(), everything, actor=actor)
        return
    for role in Role._base_manager.filter(code__in=state.scopes):
        given = state.scopes[role.code].items()
        cells = [(made, Action(action), Scope.from_code(scope)) for action, scope in given]
        set_type_grants(role, cells, actor=actor)


def _errors(refusal: ConfigurationRefused) -> dict[str, str]:
    errors: dict[str, str] = refusal.params.get("errors") or {"": refusal.message}
    return errors
