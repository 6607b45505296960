"""How people get in: invited by an administrator, told plainly what went wrong."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User

WRONG = _("The user name, the e-mail or the password is wrong. Check them and try again.")


class InvitedOnly(DefaultAccountAdapter):
    """allauth's adapter without registration, and with sentences that say what to do."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is switched off. Ask your administrator."),
        # The same words in both cases: they must not tell which accounts exist.
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "incorrect_password": _("This password is wrong."),
        "enter_current_password": _("This is not your current password."),
        # The pause is what ACCOUNT_RATE_LIMITS says for "login_failed".
        "too_many_login_attempts": _(
            "Too many wrong passwords. Wait five minutes, then try again, "
            "or choose a new password by “Forgot it?”."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # allauth's signature
        """Say no: administrators make the accounts."""
        return False


class SecondStep(DefaultMFAAdapter):
    """allauth's adapter of two-step sign-in, with sentences that say what to do."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is wrong or too old. Enter the one the app shows now."),
    }

    def get_totp_issuer(self) -> str:
        """Return the name under which the app on the phone lists its codes."""
        return "Smart Process CRM"


class WithDepartment(ModelBackend):
    """Django's backend; the account menu of every page names the person's department."""

    def get_user(self, user_id: int) -> User | None:
        """Return the person of a session together with the department (one query)."""
        found = User.objects.select_related("department").filter(pk=user_id).first()
        return found if found is not None and self.user_can_authenticate(found) else None
