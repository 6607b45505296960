"""The drawing of a pipeline's state machine, as SVG made on the server.

Stages in progress stand in a row that ends in success; failures stand below. Moves to the
next stage are straight lines, jumps forward are arcs above the row, ways back arcs below.
Colours are the stylesheet's: boxes carry their hue as `data-hue`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from smart_processes.choices import StageSemantics
from smart_processes.models import Stage

# All in SVG units, which are pixels at 100 %.
WIDTH, HEIGHT = 132, 40
GAP = 56
ROW = 150  # the middle of the row
FAILURES = 270
MARGIN = 8
LONGEST_NAME = 16  # characters that fit into a box


@dataclass(frozen=True)
class _Box:
    """A stage with the middle of its box."""

    stage: Stage
    x: int
    y: int
    place: int


def draw(stages: Iterable[Stage], edges: Iterable[tuple[str, str]]) -> SafeString:
    """Return the drawing; stages in order, edges by the codes of their stages."""
    boxes = _place(list(stages))
    drawn = [
        (boxes[source], boxes[target])
        for source, target in edges
        if source in boxes and target in boxes
    ]
    width = max((box.x for box in boxes.values()), default=0) + WIDTH // 2 + GAP // 2
    top, height = _extent(boxes.values(), drawn)
    label = _("Stages and allowed moves") if drawn else _("Stages; every move is allowed")
    lines = format_html_join(
        "",
        '<path d="{}" class="edge" marker-end="url(#arrow)"><title>{} → {}</title></path>',
        ((mark_safe(_path(a, b)), a.stage.name, b.stage.name) for a, b in drawn),  # noqa: S308  # numbers only
    )
    shapes = format_html_join(
        "",
        '<g class="stage" data-hue="{}"><title>{}</title>'
        '<rect x="{}" y="{}" width="{}" height="{}" rx="8"></rect>'
        '<text x="{}" y="{}">{}</text></g>',
        (
            (
                box.stage.hue,
                box.stage.name,
                box.x - WIDTH // 2,
                box.y - HEIGHT // 2,
                WIDTH,
                HEIGHT,
                box.x,
                box.y + 4,
                _short(box.stage.name),
            )
            for box in boxes.values()
        ),
    )
    return format_html(
        '<svg class="state-machine" viewBox="0 {} {} {}" width="{}" height="{}" role="img" '
        'aria-label="{}"><defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" '
        'markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"></path>'
        "</marker></defs>{}{}</svg>",
        top,
        width,
        height,
        width,
        height,
        escape(label),
        lines,
        shapes,
    )


def _place(stages: list[Stage]) -> dict[str, _Box]:
    boxes: dict[str, _Box] = {}
    columns = {ROW: 0, FAILURES: 0}
    for stage in stages:
        row = FAILURES if stage.semantics == StageSemantics.FAILURE else ROW
        column = columns[row]
        columns[row] += 1
        x = GAP // 2 + WIDTH // 2 + column * (WIDTH + GAP)
        boxes[stage.code] = _Box(stage, x, row, column)
    return boxes


def _extent(boxes: Iterable[_Box], drawn: Iterable[tuple[_Box, _Box]]) -> tuple[int, int]:
    """Return where the drawing begins and how high it is: boxes, arcs and a margin."""
    half = HEIGHT // 2 + MARGIN
    top, bottom = ROW - half, max((box.y for box in boxes), default=ROW) + half
    for source, target in drawn:
        step = target.place - source.place
        if source.y == target.y and step != 1:
            # A curve reaches three quarters of the way to where it is bent to.
            reach = HEIGHT // 2 + _rise(step) * 3 // 4 + MARGIN
            top = min(top, source.y - reach) if step > 0 else top
            bottom = max(bottom, source.y + reach) if step < 0 else bottom
    return top, bottom - top


def _rise(step: int) -> int:
    return 24 + 14 * abs(step)


def _path(source: _Box, target: _Box) -> str:
    half_width, half_height = WIDTH // 2, HEIGHT // 2
    if source.y == target.y:
        step = target.place - source.place
        if step == 1:
            return f"M{source.x + half_width} {source.y} {target.x - half_width} {target.y}"
        side = -1 if step > 0 else 1
        bend = source.y + side * (half_height + _rise(step))
        start, end = source.x + 12 * side, target.x - 12 * side
        edge = source.y + side * half_height
        return f"M{start} {edge}C{start} {bend} {end} {bend} {end} {edge}"
    down = 1 if target.y > source.y else -1
    start_y, end_y = source.y + down * half_height, target.y - down * half_height
    middle = (start_y + end_y) // 2
    return f"M{source.x} {start_y}C{source.x} {middle} {target.x} {middle} {target.x} {end_y}"


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
