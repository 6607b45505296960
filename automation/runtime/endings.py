"""Telling who is concerned of turns: runs that ended, waits that closed. In their transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from automation.runtime.store_rows import Written

Listener = Callable[[Sequence[Written], datetime], None]
_listeners: list[Listener] = []
_of_closed: list[Listener] = []


def on_end(listener: Listener) -> None:
    """Call `listener` with runs that completed, failed or were cancelled."""
    _listeners.append(listener)


def on_close(listener: Listener) -> None:
    """Call `listener` with turns that closed waits, of whatever kind."""
    _of_closed.append(listener)


def tell(written: Sequence[Written], now: datetime) -> None:
    """Tell of the turns that closed waits, and of the runs among them that are over."""
    closing = [each for each in written if each.turn.closed]
    if closing:
        for listener in _of_closed:
            listener(closing, now)
    over = [each for each in written if each.is_over]
    if over:
        for listener in _listeners:
            listener(over, now)
