"""Where the texts of a picture stand, so that none touches another."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ilacs_reliability.reporting.palette import QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LETTER, LINE, AIR = 0.085, 0.19, 0.08
"""Width of a letter, height of a line of text at the usual size and of what is left free between
texts, in inches."""
SIZE = 9.0
"""Of names at the side, in points."""


def literal(text: str) -> str:
    """Return a text whose dollar signs are drawn as such: matplotlib sets formulas between two."""
    return re.sub(r"(?<!\\)\$", r"\\$", text)


def wrapped(text: str, width: int) -> str:
    """Return a text in lines of so many letters, of which none is a formula."""
    return literal(textwrap.fill(text, width) or text)


def with_size(name: str, size: str, width: int) -> str:
    """Return a name with "(n = 12)", which no line breaks, in lines of so many letters."""
    return wrapped(f"{name} (n~=~{size})", width).replace("~=~", " = ")


def n_lines(text: str) -> int:
    """Count the lines of a text."""
    return 1 + text.count("\n")


def tallest(names: Iterable[str]) -> float:
    """Return how high a row must be for the name with the most lines, in inches."""
    return LINE * max(map(n_lines, names)) + AIR


def width_of(texts: Iterable[str]) -> float:
    """Return the width of the widest line, in inches."""
    return LETTER * max(len(line) for text in texts for line in text.split("\n"))


def height_of(names: Iterable[str]) -> float:
    """Return how high a column of names is whose ends can be seen, in inches."""
    return sum(LINE * n_lines(name) + AIR for name in names)


def name_at_the_side(ax: Axes, points: Mapping[str, tuple[float, float]], side: float) -> None:
    """Name points in a column at `side`, each as near to its height as the others let it.

    Parameters
    ----------
    ax : Axes
        Where; its limits are final, and it is as high as `height_of` the names, or they are written
        smaller.
    points : mapping of str to (float, float)
        Names, from the lowest to the highest point.
    side : float
        Where the names begin; they end there where it lies left of all points.
    """
    left, right = ax.get_xlim()
    edge, turned = (left, "right") if side < left else (right, "left")
    texts = [
        ax.text(side, y, literal(name), va="center", ha=turned, fontsize=SIZE)
        for name, (_, y) in points.items()
    ]
    places = _places(ax, texts, [y for _, y in points.values()])
    for text, place in zip(texts, places, strict=True):
        text.set_y(place)
    before = side - 0.1 * (side - edge)
    # level to the edge, so that a line crosses neither another nor what is written below
    _lead(
        ax,
        [
            [(x, y), (edge, y), (before, place)]
            for (x, y), place in zip(points.values(), places, strict=True)
        ],
    )


def _places(ax: Axes, texts: Sequence[Any], wanted: Sequence[float]) -> list[float]:
    """Return how high texts are to stand, as drawn, and write them smaller if they do not fit."""
    drawn(ax)
    low, high = ax.get_ylim()
    unit = (high - low) / ax.get_window_extent().height
    heights = [unit * text.get_window_extent().height for text in texts]
    air = unit * AIR * ax.figure.dpi / 2
    share = min(1.0, (high - low) / (sum(heights) + air * len(heights)))
    for text in texts:
        text.set_fontsize(share * SIZE)
    return apart(wanted, [share * (height + air) for height in heights], low, high)


def _lead(ax: Axes, lines: Sequence[Any]) -> None:
    from matplotlib.collections import LineCollection

    leaders = LineCollection(lines, colors=QUIET, linewidths=0.6, clip_on=False)
    ax.add_collection(leaders, autolim=False)


def drawn(ax: Axes) -> None:
    """Lay out the whole figure, so that it can be asked where everything stands."""
    canvas: Any = ax.figure.canvas
    canvas.figure.draw_without_rendering()


def apart(
    wanted: Sequence[float], heights: Sequence[float], bottom: float, top: float
) -> list[float]:
    """Move places up, then down from the top, until texts of these heights do not touch."""
    places, limit = list(wanted), bottom
    for i in range(len(places)):
        places[i] = max(places[i], limit + heights[i] / 2)
        limit = places[i] + heights[i] / 2
    limit = top
    for i in reversed(range(len(places))):
        places[i] = min(places[i], limit - heights[i] / 2)
        limit = places[i] - heights[i] / 2
    return places


def drop_what_does_not_fit(ax: Axes, patches: Sequence[Any], texts: Sequence[Any]) -> None:
    """Leave out the texts that are wider or higher than the patch they stand on, as drawn."""
    drawn(ax)
    boxes = [patch.get_window_extent() for patch in patches]
    for text in texts:
        box = text.get_window_extent()
        middle = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
        # two points of air on either side
        if not any(
            there.contains(*middle)
            and there.x0 + 2 < box.x0
            and box.x1 < there.x1 - 2
            and there.height > 0.75 * box.height
            for there in boxes
        ):
            text.remove()
