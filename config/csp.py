"""The content security policy, with the exception that the admin's theme needs."""

from __future__ import annotations

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

# Alpine.js, which django-unfold is built on, evaluates its attributes.
ADMIN_SCRIPTS = {"script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL]}


class PolicyMiddleware(CSPMiddleware):
    """Send the strict policy everywhere but in the admin, which may evaluate scripts."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,  # noqa: FBT001, FBT002  # the library's signature
    ) -> PolicyParts:
        """Return the parts for one answer."""
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(reverse("admin:index")):
            parts.replace = ADMIN_SCRIPTS | (parts.replace or {})
        return parts
