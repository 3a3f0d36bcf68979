"""Where the texts of a picture stand, so that none touches another."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ilacs_reliability.reporting.palette import QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LETTER, LINE = 0.085, 0.19
"""Width of a letter and height of a line of text at the usual size, in inches."""


def wrapped(text: str, width: int) -> str:
    """Return a text in lines of so many letters."""
    return textwrap.fill(text, width) or text


def with_size(name: str, size: str, width: int) -> str:
    """Return a name with "(n = 12)", which no line breaks, in lines of so many letters."""
    return wrapped(f"{name} (n~=~{size})", width).replace("~=~", " = ")


def n_lines(text: str) -> int:
    """Count the lines of a text."""
    return 1 + text.count("\n")


def width_of(texts: Iterable[str]) -> float:
    """Return the width of the widest line, in inches."""
    return LETTER * max(len(line) for text in texts for line in text.split("\n"))


def name_at_the_side(
    ax: Axes, points: Mapping[str, tuple[float, float]], side: float, inches: float
) -> None:
    """Name points in a column at `side`, each as near to its height as the others let it.

    Parameters
    ----------
    ax : Axes
        Where; its limits are final, and it is so many inches high.
    points : mapping of str to (float, float)
        Names, from the lowest to the highest point.
    side : float
        Where the names begin; they end there where it lies left of all points.
    inches : float
        Height of the axes.
    """
    low, high = ax.get_ylim()
    heights = [LINE * n_lines(name) * (high - low) / inches for name in points]
    places = apart([y for _, y in points.values()], heights, low, high)
    for (name, (x, y)), place in zip(points.items(), places, strict=True):
        ax.annotate(
            name,
            (x, y),
            (side, place),
            va="center",
            ha="right" if side < x else "left",
            fontsize=9,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": QUIET, "linewidth": 0.6},
        )


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
    figure: Any = ax.figure
    figure.draw_without_rendering()
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
