"""What else depends on a role: the apps above say it, so that nothing opens by a deletion."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from accounts.models import Role

# Returns sentences that say what still needs the role; none when nothing does.
Uses = Callable[[Role], list[str]]
_uses: list[Uses] = []


def register(uses: Uses) -> None:
    """Ask this as well before a role is deleted; called once when an app is ready."""
    _uses.append(uses)


def uses_of(role: Role) -> Iterator[str]:
    """Yield a sentence for everything that still needs the role."""
    for uses in _uses:
        yield from uses(role)
