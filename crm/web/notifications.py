"""The bell: its number and list, the page of all notifications, how one wants to be told."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import actor_of
from automation.actions.notifications import choose_ways, mark_read
from automation.choices import MailChoice, NotificationKind
from automation.models import Notification
from automation.selectors.notifications import (
    IN_BELL,
    PER_PAGE,
    count_unread,
    latest_notifications,
    ways_of,
)
from automation.selectors.run_lists import count_failed, may_steer_somewhere
from automation.selectors.todos import own_counts
from automation.selectors.user_tasks import count_user_tasks

PAGE = "crm/notifications/page.html"
LOOKS = {
    NotificationKind.RESPONSIBLE: ("user", "run"),
    NotificationKind.TODO: ("check-circle", "run"),
    NotificationKind.USER_TASK: ("hand-raised", "wait"),
    NotificationKind.MENTION: ("at-symbol", "run"),
    NotificationKind.ROBOT: ("bolt", "wait"),
    NotificationKind.FAILURE: ("exclamation-triangle", "bad"),
}


@dataclass(frozen=True)
class Told:
    """A notification as it is drawn; `tone` colours its icon."""

    note: Notification
    icon: str
    tone: str


@login_required
@require_GET
def counts(request: HttpRequest) -> HttpResponse:
    """Answer the numbers of the shell: at the bell and in the menu (four queries)."""
    actor = actor_of(request)
    assert actor.user_id is not None  # behind login_required
    unread = count_unread(actor.user_id)
    todos, asked = own_counts(actor), count_user_tasks(actor)
    failed = count_failed(actor) if may_steer_somewhere(actor) else 0
    label = _("Notifications")
    if unread:
        label = ngettext(
            "Notifications, %(count)d unread", "Notifications, %(count)d unread", unread
        ) % {"count": unread}
    return JsonResponse(
        {
            "bell": {"count": unread, "label": label},
            "tasks": {
                "count": todos.overdue + todos.today + asked.waiting,
                "is_alert": bool(todos.overdue or asked.overdue),
            },
            "automation": {"count": failed, "is_alert": True},
        }
    )


@login_required
@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """Answer the latest notifications, for the list below the bell."""
    return render(request, f"{PAGE}#latest", _latest(request, IN_BELL))


@login_required
@require_GET
def notifications(request: HttpRequest) -> HttpResponse:
    """Show all notifications; `?before=` answers further ones."""
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) <= 18:
        context = _latest(request, PER_PAGE, before=int(before))
        return render(request, f"{PAGE}#further", context)
    return render(request, PAGE, _latest(request, PER_PAGE))


@login_required
@require_POST
def open_notification(request: HttpRequest, notification_id: int) -> HttpResponseBase:
    """Mark a notification as read and lead to its record."""
    actor = actor_of(request)
    told = get_object_or_404(Notification, pk=notification_id, person_id=actor.user_id)
    mark_read([told.pk], actor=actor)
    if told.user_task_id is not None:
        return redirect("crm:user_task", told.user_task_id)
    if told.item_id is None:
        return redirect("crm:notifications")
    return redirect("crm:by_id", told.item_id)


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponseBase:
    """Mark everything as read; answers the list below the bell, or the page."""
    mark_read(None, actor=actor_of(request))
    if not request.headers.get("HX-Request"):
        return redirect("crm:notifications")
    answer = render(request, f"{PAGE}#latest", _latest(request, IN_BELL))
    answer["HX-Trigger-After-Settle"] = "counts-changed"
    return answer


@login_required
@require_http_methods(["GET", "POST"])
def notification_settings(request: HttpRequest) -> HttpResponseBase:
    """Show and take how one wants to be told, kind by kind."""
    actor = actor_of(request)
    assert actor.user_id is not None  # behind login_required
    if request.method == "POST":
        for kind in NotificationKind:
            mail = request.POST.get(f"mail-{kind}", "")
            choose_ways(
                kind,
                in_bell=f"bell-{kind}" in request.POST,
                mail=MailChoice(mail) if mail in set(MailChoice) else MailChoice.NEVER,
                actor=actor,
            )
        messages.success(request, _("From now on you are told as you chose"))
        return redirect("crm:notification_settings")
    context = {"ways": ways_of(actor.user_id), "mails": MailChoice.choices}
    return render(request, "crm/notifications/settings.html", context)


def _latest(request: HttpRequest, limit: int, *, before: int | None = None) -> dict[str, object]:
    actor = actor_of(request)
    assert actor.user_id is not None  # behind login_required
    found = latest_notifications(actor.user_id, before=before, limit=limit + 1)
    shown = found[:limit]
    return {
        "told": [Told(note, *LOOKS[NotificationKind(note.kind)]) for note in shown],
        "unread": count_unread(actor.user_id),
        "further": shown[-1].pk if len(found) > limit else None,
    }
