"""The calendar's configuration pages, as a browser sends their forms."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from automation.models import Absence, CompanyCalendar, PersonHours
from tests.factories.cast import Cast
from tests.support.admin_forms import add_url, change_url, filled_in

pytestmark = pytest.mark.django_db


def test_calendar_is_made_and_changed_on_its_page(owner: Client) -> None:
    place = owner.get("/admin/automation/companycalendar/")["Location"]
    typed = filled_in(owner, place)
    assert typed["week_0"] == "09:00-18:00"

    typed |= {"country": "by", "week_5": "10:00-14:00", "days-TOTAL_FORMS": "1"}
    typed |= {"days-0-on": "2026-12-31", "days-0-hours": "09:00-13:00", "days-0-note": "Eve"}
    assert owner.post(place, typed).status_code == 302

    calendar = CompanyCalendar.objects.get()
    assert (calendar.country, calendar.week[5]) == ("BY", "10:00-14:00")
    assert calendar.days.get().on == date(2026, 12, 31)


def test_hours_that_are_none_are_refused_on_the_form(owner: Client) -> None:
    place = add_url(CompanyCalendar)

    answer = owner.post(place, filled_in(owner, place) | {"week_0": "all day"})

    assert "“all day” is no working time" in answer.content.decode()
    assert not CompanyCalendar.objects.exists()


def test_person_gets_hours_of_their_own(owner: Client, cast: Cast) -> None:
    place = add_url(PersonHours)

    owner.post(place, filled_in(owner, place) | {"person": cast.boris.pk, "week_4": ""})
    own = PersonHours.objects.get()
    assert (own.person, own.week[4]) == (cast.boris, "")

    owner.post(change_url(own), filled_in(owner, change_url(own)) | {"week_4": "09:00-12:00"})
    own.refresh_from_db()
    assert own.week[4] == "09:00-12:00"


def test_absence_is_entered_with_a_substitute(owner: Client, cast: Cast) -> None:
    place = add_url(Absence)
    typed = filled_in(owner, place) | {
        "person": cast.boris.pk,
        "substitute": cast.boris.pk,
        "begins_at_0": "2026-07-01",
        "begins_at_1": "00:00:00",
        "ends_at_0": "2026-07-15",
        "ends_at_1": "00:00:00",
    }

    assert "Nobody stands in for themselves" in owner.post(place, typed).content.decode()
    owner.post(place, typed | {"substitute": cast.vera.pk})

    assert Absence.objects.get().substitute == cast.vera


def test_pages_are_for_who_may_configure(cast: Cast) -> None:
    cast.boris.is_staff = True
    cast.boris.save(update_fields=["is_staff"])
    client = Client()
    client.force_login(cast.boris)

    assert client.get("/admin/automation/absence/").status_code == 403
    assert client.get(add_url(CompanyCalendar)).status_code == 403
