"""Refusals of the app. Each has a stable `code` and says what to do in its message."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from accounts.choices import Action


class AccountsRefusal(Exception):
    """The tree's root; `message` is a sentence for the person who asked."""

    code = "refused"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class PermissionRefused(AccountsRefusal):
    """The actor's roles do not reach this record or type."""

    code = "permission_refused"

    def __init__(self, action: Action, subject: str) -> None:
        self.action = action
        self.subject = subject
        super().__init__(
            _(
                "Your roles do not let you “%(action)s” here: %(subject)s. "
                "Ask an administrator for access."
            )
            % {"action": action.label, "subject": subject}
        )


class AccountRefused(AccountsRefusal):
    """A person, department or role may not be like this; `errors` maps attributes to sentences."""

    code = "account_refused"

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__(" ".join(dict.fromkeys(self.errors.values())))
