"""Addresses of the pages of automation."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from crm.web import (
    automation_board,
    automation_health,
    robot_edit,
    run_bulk,
    run_deed_forms,
    run_deeds,
    runs,
    trials,
)

_RUN = "automation/runs/<int:run_id>"
_BOARD = "<slug:type_code>/automation"
_ROBOT = f"{_BOARD}/robots/<int:robot_id>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("automation/health/", automation_health.health, name="automation"),
    path("automation/health/<int:run_id>/again/", automation_health.again, name="health_again"),
    path("automation/health/<int:run_id>/cancel/", automation_health.cancel, name="health_cancel"),
    path(
        "automation/health/<slug:kind>/<int:trouble_id>/again/",
        automation_health.trouble_again,
        name="trouble_again",
    ),
    path(
        "automation/health/<slug:kind>/<int:trouble_id>/leave/",
        automation_health.trouble_leave,
        name="trouble_leave",
    ),
    path("automation/runs/", runs.run_list, name="runs"),
    path("automation/runs/many/<slug:how>/", run_bulk.ask, name="runs_ask"),
    path("automation/runs/many/<slug:how>/start/", run_bulk.start, name="runs_start"),
    path(f"{_RUN}/", runs.run, name="run"),
    *(
        path(f"{_RUN}/{how}/", run_deeds.deed, {"how": how}, name=f"run_{how}")
        for how in run_deed_forms.FORMS
    ),
    path(f"{_RUN}/cancel/", runs.cancel, name="run_cancel"),
    path(f"{_RUN}/pause/", runs.steer, {"how": "pause"}, name="run_pause"),
    # trial runs
    path("automation/programs/<slug:code>/try/", trials.program, name="program_try"),
    path("automation/trials/<int:trial_id>/keep/", trials.keep, name="trial_keep"),
    path("automation/trials/<int:trial_id>/again/", trials.again, name="trial_again"),
    path("automation/trials/<int:trial_id>/forget/", trials.forget, name="trial_forget"),
    path(f"{_ROBOT}/try/", trials.robot, name="robot_try"),
    path(f"{_BOARD}/triggers/<int:trigger_id>/try/", trials.trigger, name="trigger_try"),
    # the robots of a type
    path(f"{_BOARD}/", automation_board.board, name="auto_board"),
    path(f"{_BOARD}/catalogue/", robot_edit.catalogue, name="robot_catalogue"),
    path(f"{_BOARD}/robots/new/<slug:activity_code>/", robot_edit.new, name="robot_new"),
    path(f"{_ROBOT}/", robot_edit.edit, name="robot_edit"),
    path(f"{_ROBOT}/move/", automation_board.move, name="robot_move"),
    path(f"{_ROBOT}/switch/", automation_board.flip, name="robot_switch"),
    path(f"{_ROBOT}/copy/", automation_board.copy, name="robot_copy"),
    path(f"{_ROBOT}/delete/", automation_board.delete, name="robot_delete"),
    path(f"{_ROBOT}/start/", automation_board.start, name="robot_start"),
]
