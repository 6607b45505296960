"""Addresses of what the page of one record asks for."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from crm.web import (
    files,
    links,
    observers,
    record,
    record_automation,
    record_fields,
    record_history,
    record_moves,
    timeline,
    todos,
    user_task,
)

_HERE = "<slug:type_code>/<int:record_id>"

urlpatterns: list[URLPattern | URLResolver] = [
    path(f"{_HERE}/head/", record.head, name="record_head"),
    path(f"{_HERE}/client/", record.client, name="record_client"),
    path(f"{_HERE}/stage/", record_moves.move, name="record_move"),
    path(f"{_HERE}/into-bin/", record.delete, name="record_delete"),
    path(f"{_HERE}/out-of-bin/", record.restore, name="record_restore"),
    path(f"{_HERE}/history/", record_history.history, name="record_history"),
    # fields
    path(f"{_HERE}/fields/<slug:field_code>/", record_fields.field, name="record_field"),
    path(f"{_HERE}/fields/<slug:field_code>/edit/", record_fields.edit, name="record_edit"),
    # timeline
    path(f"{_HERE}/timeline/", timeline.timeline, name="record_timeline"),
    path(f"{_HERE}/comments/", timeline.comment, name="comment"),
    path(f"{_HERE}/comments/<int:entry_id>/", timeline.edit, name="comment_edit"),
    path(f"{_HERE}/comments/<int:entry_id>/delete/", timeline.delete, name="comment_delete"),
    path(f"{_HERE}/timeline/<int:entry_id>/pin/", timeline.pin, name="entry_pin"),
    # what workflows ask people about it
    path(f"{_HERE}/user-tasks/", user_task.of_record, name="record_user_tasks"),
    # to-dos
    path(f"{_HERE}/todos/", todos.todos, name="record_todos"),
    path(f"{_HERE}/todos/add/", todos.add, name="todo_add"),
    path(f"{_HERE}/todos/<int:todo_id>/edit/", todos.edit, name="todo_edit"),
    path(f"{_HERE}/todos/<int:todo_id>/done/", todos.done, name="todo_done"),
    path(f"{_HERE}/todos/<int:todo_id>/delete/", todos.delete, name="todo_delete"),
    path(f"{_HERE}/todos/lines/<int:line_id>/", todos.tick, name="todo_tick"),
    # automation
    path(f"{_HERE}/automation/", record_automation.automation, name="record_automation"),
    path(
        f"{_HERE}/automation/<int:run_id>/retry/",
        record_automation.retry,
        name="record_run_retry",
    ),
    path(
        f"{_HERE}/automation/<int:run_id>/cancel/",
        record_automation.cancel,
        name="record_run_cancel",
    ),
    path(
        f"{_HERE}/automation/waiting/<int:decision_id>/run/",
        record_automation.run_waiting,
        name="record_rule_run",
    ),
    path(
        f"{_HERE}/automation/waiting/<int:decision_id>/cancel/",
        record_automation.cancel_waiting,
        name="record_rule_cancel",
    ),
    # links
    path(f"{_HERE}/links/", links.links, name="record_links"),
    path(f"{_HERE}/links/find/", links.candidates, name="record_candidates"),
    path(f"{_HERE}/links/add/", links.link, name="record_link"),
    path(f"{_HERE}/links/remove/", links.unlink, name="record_unlink"),
    path(f"{_HERE}/contact/", links.contact, name="record_contact"),
    # files
    path(f"{_HERE}/files/", files.files, name="record_files"),
    path(f"{_HERE}/files/upload/", files.upload, name="file_upload"),
    path(f"{_HERE}/files/<int:file_id>/", files.download, name="file"),
    path(f"{_HERE}/files/<int:file_id>/delete/", files.delete, name="file_delete"),
    # observers
    path(f"{_HERE}/watch/", observers.watch, name="watch"),
    path(f"{_HERE}/observers/", observers.add, name="observer_add"),
    path(f"{_HERE}/observers/<int:user_id>/remove/", observers.remove, name="observer_remove"),
]
