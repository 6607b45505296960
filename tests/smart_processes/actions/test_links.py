"""Links between records, and what a reader is shown of them."""

from __future__ import annotations

import pytest

from accounts.exceptions import PermissionRefused
from smart_processes.actions.links import link_records, unlink_records
from smart_processes.choices import EntryKind, StageSemantics
from smart_processes.exceptions import RecordMissing
from smart_processes.models import Item, RecordLink, RecordType
from smart_processes.models.links import FURTHER_CONTACT
from smart_processes.selectors.related import (
    Relation,
    client_totals,
    count_related,
    further_contacts,
    related_records,
)
from tests.factories.accounts import make_role
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_type, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def requests(cast: Cast) -> RecordType:
    record_type = make_type("request")
    role = make_role("agents", {record_type: {"view": "department", "change": "own"}})
    for person in (cast.anna, cast.boris, cast.vera):
        person.groups.add(role)
    return record_type


def test_both_records_tell_of_the_link(requests: RecordType, cast: Cast) -> None:
    mine = make_item(requests, responsible=cast.anna.pk)
    other = make_item(requests, responsible=cast.boris.pk)

    assert link_records(mine, other, actor=cast.actor("anna"))

    link = RecordLink.objects.get()
    assert (link.parent_id, link.child_id) == (mine.pk, other.pk)
    for one, another in ((mine, other), (other, mine)):
        entry = one.timeline.get(kind=EntryKind.LINKED)
        assert entry.body == {"record": another.pk, "title": another.title}


def test_two_records_are_linked_once_whatever_the_direction(
    requests: RecordType, cast: Cast
) -> None:
    mine, other = (make_item(requests, responsible=cast.anna.pk) for _ in "ab")
    link_records(mine, other, actor=cast.actor("anna"))

    assert not link_records(other, mine, actor=cast.actor("anna"))
    assert not link_records(mine, mine, actor=cast.actor("anna"))
    assert RecordLink.objects.count() == 1


def test_a_hidden_record_cannot_be_linked(requests: RecordType, cast: Cast) -> None:
    mine = make_item(requests, responsible=cast.anna.pk)
    hidden = make_item(requests, responsible=cast.vera.pk)

    with pytest.raises(RecordMissing):
        link_records(mine, hidden, actor=cast.actor("anna"))

    assert not RecordLink.objects.exists()


def test_linking_changes_the_record_one_works_on(requests: RecordType, cast: Cast) -> None:
    mine = make_item(requests, responsible=cast.anna.pk)
    other = make_item(requests, responsible=cast.boris.pk)

    with pytest.raises(PermissionRefused):
        link_records(other, mine, actor=cast.actor("anna"))


def test_unlinking_takes_away_what_people_drew_and_nothing_else(
    requests: RecordType, cast: Cast
) -> None:
    make_field(requests, "main", "link", config={"target": "request"})
    other = make_item(requests, responsible=cast.boris.pk)
    mine = make_item(requests, responsible=cast.anna.pk, main=other.pk)
    link_records(mine, other, actor=cast.actor("anna"))

    assert unlink_records(mine, other, actor=cast.actor("anna"))

    assert not unlink_records(mine, other, actor=cast.actor("anna"))
    (left,) = RecordLink.objects.all()
    assert left.kind.startswith("f")
    assert mine.timeline.filter(kind=EntryKind.UNLINKED).count() == 1


def test_related_records_are_those_that_the_reader_may_see(
    requests: RecordType, cast: Cast
) -> None:
    mine = make_item(requests, responsible=cast.anna.pk)
    seen = make_item(requests, responsible=cast.boris.pk)
    hidden = make_item(requests, responsible=cast.vera.pk)
    for other in (seen, hidden):
        link_records(mine, other, actor=system())

    related = related_records(cast.actor("anna"), mine)

    assert [each.item.pk for each in related.records] == [seen.pk]
    assert count_related(cast.actor("anna"), mine) == 1
    assert count_related(system(), mine) == 2


def test_relations_say_which_way_a_link_goes(requests: RecordType, cast: Cast) -> None:
    make_field(requests, "main", "link", config={"target": "request"})
    middle = make_item(requests)
    parent, child = make_item(requests), make_item(requests)
    naming = make_item(requests, main=middle.pk)
    link_records(parent, middle, actor=system())
    link_records(middle, child, actor=system())

    related = related_records(system(), middle)

    assert {each.item.pk: each.relation for each in related.records} == {
        parent.pk: Relation.PARENT,
        child.pk: Relation.CHILD,
        naming.pk: Relation.FIELD,
    }
    assert {each.item.pk for each in related.records if each.is_drawn} == {parent.pk, child.pk}


def test_a_company_shows_its_deals_with_their_totals(cast: Cast) -> None:
    company = make_item(RecordType.objects.get(code="company"))
    deals = RecordType.objects.get(code="deal")
    make_item(deals, company=company.pk, amount="100 EUR")
    make_item(deals, company=company.pk, amount="50 EUR", stage="WON")
    make_item(deals, amount="7 EUR")

    related = related_records(system(), company)
    totals = client_totals(system(), company)

    assert related.client_totals.record_count == 2
    assert related.client_totals.amount_minor == 15_000
    assert {each.relation for each in related.records} == {Relation.CLIENT}
    assert totals[StageSemantics.SUCCESS].amount_minor == 5_000
    assert totals[StageSemantics.IN_PROGRESS].record_count == 1


def test_further_contacts_stand_beside_the_main_one() -> None:
    contacts = RecordType.objects.get(code="contact")
    deal: Item = make_item(RecordType.objects.get(code="deal"))
    second = make_item(contacts, first_name="David")
    link_records(deal, second, actor=system(), other_is_parent=True, kind=FURTHER_CONTACT)

    assert [item.pk for item in further_contacts(system(), deal)] == [second.pk]
    assert related_records(system(), deal).records == []
    (back,) = related_records(system(), second).records
    assert (back.item.pk, back.relation) == (deal.pk, Relation.CLIENT)
    unlink_records(deal, second, actor=system())
    assert further_contacts(system(), deal) == []
