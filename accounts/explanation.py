"""Why somebody may, or may not, do something to a record: in rows a person can check."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts import access, stamps
from accounts.access import Access, PipelineRef, RecordRef, StageRef
from accounts.actor import Actor
from accounts.choices import Action, Scope
from accounts.models import Role, User
from accounts.org_tree import org_tree


@dataclass(frozen=True)
class WhyRow:
    """One fact: whether it speaks for the right, what it is, and whether it decides."""

    holds: bool
    text: str
    decides: bool = False


@dataclass(frozen=True)
class Explanation:
    """The answer and its grounds.

    Attributes:
        may: The answer, by the same question that every door asks.
        rows: The grounds, the deciding one first.
        other_actions: What else may be done to the record.
        refused_actions: What may not be done to it.
    """

    may: bool
    rows: tuple[WhyRow, ...]
    other_actions: tuple[Action, ...]
    refused_actions: tuple[Action, ...]


def explain(
    person: User,
    action: Action,
    record: RecordRef,
    pipeline: PipelineRef,
    stage: StageRef | None,
) -> Explanation:
    """Return why a person may do something to a record, or why not (a few queries).

    Args:
        person: Whose rights are explained.
        action: What is to be done.
        record: The record as it is now.
        pipeline: The record's pipeline.
        stage: The stage it stands in.
    """
    if stage is None:
        stage = next((s for s in pipeline.all_stages if s.code == record.stage), None)
    rights = access.fresh(Actor.person(person))
    answer = rights.may(action, record, pipeline, stage=stage)
    rows = [*_person_rows(person, rights)]
    if rights.is_active and not rights.is_unlimited:
        best = rights.scope(action, pipeline, stage)
        rows += _role_rows(rights, action, pipeline, stage, record)
        rows += _place_rows(person, record)
        if best == Scope.OPENED:
            rows.append(_open_row(record))
        if action == Action.VIEW:
            rows.append(_observer_row(rights, record, decides=not rights.reaches(best, record)))
    others = {
        each: rights.may(each, record, pipeline, stage=stage)
        for each in (Action.VIEW, Action.CHANGE, Action.DELETE, Action.EXPORT)
        if each != action
    }
    return Explanation(
        answer,
        tuple(sorted(rows, key=lambda row: not row.decides)),
        tuple(each for each, may in others.items() if may),
        tuple(each for each, may in others.items() if not may),
    )


def _person_rows(person: User, rights: Access) -> list[WhyRow]:
    if not rights.is_active:
        return [WhyRow(holds=False, text=_("The account is switched off."), decides=True)]
    if rights.is_unlimited:
        text = _("%(person)s is an administrator and may do everything.")
        return [WhyRow(holds=True, text=text % {"person": person.full_name}, decides=True)]
    return []


def _role_rows(
    rights: Access,
    action: Action,
    pipeline: PipelineRef,
    stage: StageRef | None,
    record: RecordRef,
) -> list[WhyRow]:
    rows = []
    names = dict(Role.objects.filter(pk__in=rights.grants.roles).values_list("pk", "name"))
    best = rights.scope(action, pipeline, stage)
    for role_id in rights.grants.roles:
        scope = rights.grants.scope_of_role(role_id, action, pipeline, stage)
        text = _("Role “%(role)s” gives “%(action)s” with the scope “%(scope)s”.") % {
            "role": names.get(role_id, ""),
            "action": action.label,
            "scope": scope.label,
        }
        reaches = rights.reaches(scope, record)
        rows.append(WhyRow(holds=reaches, text=text, decides=reaches and scope == best))
    if not rows:
        rows.append(WhyRow(holds=False, text=_("No role is given to this person."), decides=True))
    return rows


def _place_rows(person: User, record: RecordRef) -> list[WhyRow]:
    """Tell who is responsible, and how far that department is from the person's own."""
    if record.responsible_id is None:
        return [WhyRow(holds=False, text=_("Nobody is responsible for the record."))]
    if record.responsible_id == person.pk:
        return [WhyRow(holds=True, text=_("%(person)s is responsible.") % _name(person))]
    responsible = User.objects.select_related("department").get(pk=record.responsible_id)
    place, own = responsible.department, person.department
    if place is None:
        text = _("%(person)s is responsible and belongs to no department.")
        return [WhyRow(holds=False, text=text % _name(responsible))]
    told = _("%(person)s is responsible and works in “%(department)s”.")
    names = {**_name(responsible), "department": place}
    rows = [WhyRow(holds=True, text=told % names)]
    names = {**_name(person), "place": place, "own": own}
    if own is None:
        text = _("%(person)s belongs to no department.")
        return [*rows, WhyRow(holds=False, text=text % names)]
    if own == place:
        return [*rows, WhyRow(holds=True, text=_("%(person)s works there too.") % names)]
    tree = org_tree(stamps.read_stamps().get(stamps.ACCESS, ""))
    is_below = own.pk in tree.chain(place.pk)
    text = (
        _("“%(place)s” is below “%(own)s”, where %(person)s works.")
        if is_below
        else _("“%(place)s” is not below “%(own)s”, where %(person)s works.")
    )
    return [*rows, WhyRow(holds=is_below, text=text % names)]


def _open_row(record: RecordRef) -> WhyRow:
    text = _("The record is open to everyone.") if record.opened else _("The record is not open.")
    return WhyRow(holds=record.opened, text=text)


def _observer_row(rights: Access, record: RecordRef, *, decides: bool) -> WhyRow:
    if rights.observes(record.pk):
        return WhyRow(holds=True, text=_("Observes this record."), decides=decides)
    return WhyRow(holds=False, text=_("Does not observe this record."))


def _name(person: User) -> dict[str, object]:
    return {"person": person.full_name}
