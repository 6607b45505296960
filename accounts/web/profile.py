"""Pages about oneself: the profile, and the switches of the top bar."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from accounts.actions.profile import ProfileChanges, change_profile
from accounts.choices import Theme
from accounts.forms import LanguageForm, ProfileForm, ThemeForm
from accounts.models import User
from accounts.requests import actor_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show and save what a person may change about themselves."""
    person = _signed_in(request)
    form = ProfileForm(request.POST or None, person=person)
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return render(request, "accounts/profile.html", {"form": form}, status=status)
    fresh = change_profile(person, form.changes(), actor=actor_of(request)) or person
    with override(fresh.language or get_language()):
        messages.success(request, _("Your profile is saved"))
    return redirect("accounts:profile")


@login_required
@require_POST
def change_theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme that the top bar has already put on."""
    form = ThemeForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    theme = Theme(form.cleaned_data["theme"])
    change_profile(_signed_in(request), ProfileChanges(theme=theme), actor=actor_of(request))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_POST
def change_language(request: HttpRequest) -> HttpResponseBase:
    """Switch the language: in this browser, and for good where somebody is signed in.

    Open to visitors, since the sign-in page has the switch as well.
    """
    form = LanguageForm(request.POST)
    if form.is_valid() and request.user.is_authenticated:
        changes = ProfileChanges(language=form.cleaned_data["language"])
        change_profile(_signed_in(request), changes, actor=actor_of(request))
    return set_language(request)


def _signed_in(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "behind login_required"
    return request.user
