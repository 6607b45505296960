"""Each person's language and time zone, and where htmx goes when a session has ended."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone, translation
from django.utils.deprecation import MiddlewareMixin
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class PersonalMiddleware(MiddlewareMixin):
    """Show pages in the language and the time zone of who is signed in.

    Stands behind Django's LocaleMiddleware, whose answer (cookie, then browser) stays
    for visitors and for people who chose no language.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Activate both for the rest of this request."""
        person = request.user if isinstance(request.user, User) else None
        language = person.language if person else ""
        if language in dict(settings.LANGUAGES):
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
        # Threads serve one person after another: without a zone the last one's has to go.
        timezone.activate(_zone(person.time_zone if person else ""))


class SignInAgainMiddleware(MiddlewareMixin):
    """Send the whole page to the sign-in form when a part of it asks without a session.

    htmx follows a redirect by itself and would put the form into a corner of the page.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Replace a redirect to the sign-in page by one that htmx hands to the browser."""
        htmx: HtmxDetails | None = getattr(request, "htmx", None)
        if not htmx or response.status_code != HTTPStatus.FOUND:
            return response
        sign_in = resolve_url(settings.LOGIN_URL)
        if urlsplit(response["Location"]).path != sign_in:
            return response
        back = urlencode({REDIRECT_FIELD_NAME: htmx.current_url_abs_path or "/"})
        return HttpResponseClientRedirect(f"{sign_in}?{back}")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or settings.TIME_ZONE)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(settings.TIME_ZONE)  # a name the database of zones has dropped
