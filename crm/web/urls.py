"""Addresses of the staff pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from crm.web import (
    access,
    automation_urls,
    board,
    board_add,
    board_move,
    bulk,
    create,
    duplicates,
    filter_bar,
    home,
    import_runs,
    imports,
    jobs,
    links,
    list_cells,
    live,
    my_tasks,
    notifications,
    observers,
    record,
    record_urls,
    recycle_bin,
    saved_views,
    search,
    trigger_urls,
    user_task,
    user_task_link,
    user_tasks,
    wizard,
)
from crm.web import list as listing

app_name = "crm"

urlpatterns: list[URLPattern | URLResolver] = [
    # background work; before records, whose addresses look alike
    path("jobs/", jobs.jobs, name="my_jobs"),
    path("jobs/<int:job_id>/", jobs.job, name="jobs"),
    path("jobs/<int:job_id>/progress/", jobs.progress, name="job_progress"),
    path("jobs/<int:job_id>/cancel/", jobs.cancel, name="job_cancel"),
    path("jobs/<int:job_id>/undo/", jobs.undo, name="job_undo"),
    path("jobs/<int:job_id>/result/", jobs.result, name="job_result"),
    path("jobs/<int:job_id>/refused/", jobs.refused, name="job_refused"),
    # automation: how it does, runs and their stories
    *automation_urls.urlpatterns,
    *trigger_urls.urlpatterns,
    # my to-dos, and what I am told
    path("tasks/", my_tasks.my_tasks, name="tasks"),
    path("tasks/<int:todo_id>/done/", my_tasks.done, name="task_done"),
    # what waits for my answer, and what my workflows ask others
    path("tasks/answer/", user_tasks.to_answer, name="user_tasks"),
    path("tasks/answer/many/", user_tasks.answer_many, name="user_tasks_answer"),
    path("tasks/asked/", user_tasks.asked, name="user_tasks_asked"),
    path("tasks/link/<str:token>/", user_task_link.by_link, name="user_task_link"),
    path("tasks/answer/<int:task_id>/", user_task.user_task, name="user_task"),
    path("tasks/answer/<int:task_id>/send/", user_task.answer, name="user_task_answer"),
    path("tasks/answer/<int:task_id>/delegate/", user_task.delegate, name="user_task_delegate"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/bell/", notifications.bell, name="bell"),
    path("notifications/counts/", notifications.counts, name="counts"),
    path("notifications/read/", notifications.read_all, name="notifications_read"),
    path(
        "notifications/settings/", notifications.notification_settings, name="notification_settings"
    ),
    path(
        "notifications/<int:notification_id>/open/",
        notifications.open_notification,
        name="notification_open",
    ),
    # list, and the filter bar and bulk bar of list and board
    path("<slug:type_code>/list/", listing.record_list, name="list"),
    path("<slug:type_code>/list/columns/", listing.choose_columns, name="list_columns"),
    path("<slug:type_code>/<int:record_id>/cell/<slug:field_code>/", list_cells.cell, name="cell"),
    path("<slug:type_code>/filter/", filter_bar.fields, name="filter_fields"),
    path("<slug:type_code>/filter/<slug:field_code>/", filter_bar.inputs, name="filter_inputs"),
    path("<slug:type_code>/views/new/", saved_views.new, name="view_new"),
    path("<slug:type_code>/views/first/", saved_views.first, name="view_first"),
    path("<slug:type_code>/views/<int:view_id>/save/", saved_views.save, name="view_save"),
    path("<slug:type_code>/views/<int:view_id>/edit/", saved_views.edit, name="view_edit"),
    path("<slug:type_code>/views/<int:view_id>/delete/", saved_views.delete, name="view_delete"),
    path("<slug:type_code>/bulk/<slug:change>/", bulk.start, name="bulk"),
    path("<slug:type_code>/bulk/<slug:change>/ask/", bulk.ask, name="bulk_ask"),
    # spreadsheets that become records
    path("<slug:type_code>/import/", imports.start, name="import"),
    path("<slug:type_code>/import/columns/", imports.columns, name="import_columns"),
    path("<slug:type_code>/import/<int:job_id>/", import_runs.job, name="import_job"),
    path("<slug:type_code>/import/<int:job_id>/run/", import_runs.run, name="import_run"),
    path("<slug:type_code>/import/<int:job_id>/undo/", import_runs.undo, name="import_undo"),
    path(
        "<slug:type_code>/import/<int:job_id>/refused/", import_runs.refused, name="import_refused"
    ),
    # board
    path("<slug:type_code>/board/", board.board, name="board"),
    path("<slug:type_code>/board/column/", board.column, name="board_column"),
    path("<slug:type_code>/board/cards/", board.cards, name="board_cards"),
    path("<slug:type_code>/board/add/", board_add.quick_add, name="board_add"),
    path("<slug:type_code>/board/clients/", board_add.clients, name="board_clients"),
    path("<slug:type_code>/<int:record_id>/move/", board_move.move, name="move"),
    path("<slug:type_code>/<int:record_id>/delete/", board_move.delete, name="delete"),
    path("<slug:type_code>/<int:record_id>/restore/", board_move.restore, name="restore"),
    path("live/", live.live_bell, name="live_bell"),
    path("live/<slug:type_code>/", live.live, name="live"),
    # a process of one's own
    path("settings/new-process/", wizard.wizard, name="wizard"),
    path("settings/new-process/preview/", wizard.preview, name="wizard_preview"),
    # who may do what
    path("settings/access/", access.matrix, name="access"),
    path("settings/access/why/", access.why, name="why"),
    path("settings/access/<slug:role_code>/", access.matrix, name="role"),
    path("settings/access/<slug:role_code>/save/", access.save, name="save_role"),
    path("settings/access/<slug:role_code>/preview/", access.preview, name="preview_role"),
    # start page, search
    path("", home.home, name="home"),
    path("search/", search.find, name="search"),
    path("search/people/", observers.people_options, name="people_options"),
    path("search/<int:record_id>/", record.by_id, name="by_id"),
    # making records
    path("<slug:type_code>/new/", create.create, name="create"),
    path("<slug:type_code>/duplicates/", duplicates.duplicates, name="duplicates"),
    path("<slug:type_code>/suggest/", links.suggest, name="suggest"),
    # recycle bin
    path("<slug:type_code>/bin/", recycle_bin.recycle_bin, name="recycle_bin"),
    path("<slug:type_code>/bin/<int:record_id>/", recycle_bin.take_out, name="take_out"),
    path("<slug:type_code>/bin/<int:record_id>/purge/", recycle_bin.purge, name="purge"),
    # one record; stands last, since its first part may be any code
    path("<slug:type_code>/<int:record_id>/", record.record, name="record"),
    *record_urls.urlpatterns,
]
