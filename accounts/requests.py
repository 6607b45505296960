"""From a request to the actor behind it."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.actor import Actor

_ATTRIBUTE = "_actor"


def actor_of(request: HttpRequest) -> Actor:
    """Return the signed-in person as an actor, the same one for the whole request.

    Pages and endpoints stand behind `login_required`; for a stranger this is an actor
    without any right.
    """
    actor: Actor | None = getattr(request, _ATTRIBUTE, None)
    if actor is None:
        actor = Actor.person(request.user)
        setattr(request, _ATTRIBUTE, actor)
    return actor
