"""The record that another one belongs to."""

from __future__ import annotations

import pytest

from smart_processes.actions.links import link_records
from smart_processes.selectors.parents import parent_by_field, parent_of_type
from tests.factories.cast import Cast
from tests.factories.smart_processes import make_field, make_item, make_type, system

pytestmark = pytest.mark.django_db


def test_parent_is_the_record_that_a_link_field_names(cast: Cast) -> None:
    project, task = make_type("project"), make_type("task")
    make_field(task, "project", "link", config={"target": "project"})
    parent = make_item(project)
    child, alone = make_item(task, project=parent.pk), make_item(task)

    assert parent_by_field(system(), child, "project") == parent
    assert parent_by_field(system(), alone, "project") is None
    assert parent_by_field(cast.actor("guest"), child, "project") is None
    for wrong in ("title", "nothing"):
        with pytest.raises(KeyError):
            parent_by_field(system(), child, wrong)


def test_parent_is_the_record_that_this_one_was_made_for(cast: Cast) -> None:
    project, task = make_type("project"), make_type("task")
    first, second = make_item(project), make_item(project)
    child, below = make_item(task), make_item(task)
    for parent in (second, first):
        link_records(parent, child, actor=system())
    link_records(child, below, actor=system())

    assert parent_of_type(system(), child, "project") == second
    assert parent_of_type(system(), child, "task") is None
    assert parent_of_type(system(), below, "task") == child
    assert parent_of_type(cast.actor("guest"), child, "project") is None
