"""Who leads whom."""

from __future__ import annotations

import pytest

from accounts.models import Department, User
from accounts.selectors.heads import head_of
from tests.factories.accounts import make_department, make_user
from tests.factories.cast import Cast


@pytest.fixture
def company(cast: Cast) -> Cast:
    """Return the cast with heads: boris of sales, clara of the north below, vera of all."""
    everybody = make_department("company")
    Department.objects.filter(code="sales").update(parent=everybody, head=cast.boris)
    Department.objects.filter(code="sales-north").update(head=cast.clara)
    Department.objects.filter(code="company").update(head=cast.vera)
    return cast


def test_head_is_that_of_the_own_department(company: Cast) -> None:
    assert head_of(company.anna.pk) == company.boris.pk


def test_head_of_a_head_leads_the_department_above(company: Cast) -> None:
    assert head_of(company.clara.pk) == company.boris.pk
    assert head_of(company.clara.pk, 2) == company.vera.pk
    assert head_of(company.vera.pk) is None


def test_level_goes_up_the_tree(company: Cast) -> None:
    assert head_of(company.anna.pk, 2) == company.vera.pk
    assert head_of(company.anna.pk, 3) is None


def test_head_who_left_is_passed_over(company: Cast) -> None:
    User.objects.filter(pk=company.boris.pk).update(is_active=False)

    assert head_of(company.anna.pk) == company.vera.pk


def test_somebody_without_department_has_no_head(company: Cast) -> None:
    assert head_of(make_user("paul").pk) is None
