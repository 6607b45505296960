"""Signed links in letters: who opens one answers as the person whom the letter was for.

A link serves one place in one task. It ends with the answer, with the task, when the place is
given on, and after two weeks.
"""

from __future__ import annotations

from datetime import timedelta

from django.core import signing
from django.utils.translation import gettext as _

from automation.addresses import page_address
from automation.exceptions import UserTaskRefused
from automation.models import UserTask, UserTaskPerson

LINK_PAGE = "crm:user_task_link"  # the pages belong to the app above: by its name alone
LASTS = timedelta(days=14)
_SALT = "automation.user_tasks.links"


def link_address(task: UserTask | int, person_id: int) -> str:
    """Return the address by which a person answers without signing in; empty: has no place."""
    places = UserTaskPerson.objects.filter(task=task, person_id=person_id)
    place = places.values_list("pk", flat=True).first()
    if place is None:
        return ""
    return page_address(LINK_PAGE, signing.dumps([place, person_id], salt=_SALT))


def place_of_link(token: str) -> UserTaskPerson:
    """Return the place that a link is for, with its task and person.

    Raises:
        UserTaskRefused: forged or damaged, too old, or the place is somebody else's now.
    """
    try:
        place_id, person_id = signing.loads(token, salt=_SALT, max_age=LASTS)
    except signing.SignatureExpired as old:
        sentence = _("This link is older than %(count)d days. Sign in to answer.")
        raise UserTaskRefused(sentence % {"count": LASTS.days}) from old
    except signing.BadSignature as forged:
        sentence = _("This link is not whole. Open it from the letter once more.")
        raise UserTaskRefused(sentence) from forged
    places = UserTaskPerson.objects.select_related("task", "person")
    place = places.filter(pk=place_id, person_id=person_id, person__is_active=True).first()
    if place is None:
        raise UserTaskRefused(_("Somebody else answers this task now."))
    return place
