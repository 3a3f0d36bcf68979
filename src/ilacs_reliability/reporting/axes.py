"""Where a picture is drawn, and what of its frame is left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ilacs_reliability._checks.arguments import told

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def new_axes(ax: Axes | None, *, height: float, width: float = 6.4) -> Axes:
    """Return the axes that were given, checked, or new ones of that size in inches."""
    try:
        from matplotlib import axes, pyplot
    except ImportError:
        raise ImportError(
            "pictures need matplotlib: install ilacs-reliability with its extra `plot`."
        ) from None
    if ax is not None:
        if not isinstance(ax, axes.Axes):
            raise TypeError(f"`ax` must be Axes of matplotlib, but got {told(ax)}.")
        return ax
    _, made = pyplot.subplots(figsize=(width, height), layout="constrained")
    return made


def bare(ax: Axes, *sides: str) -> None:
    """Leave out sides of the frame; all four, and the ticks at the left, where none is named."""
    for side in sides or ("top", "right", "left", "bottom"):
        ax.spines[side].set_visible(False)
    if not sides:
        ax.set_yticks([])


def whole_ticks(*axis: Any) -> None:
    """Mark whole numbers alone on axes of counts."""
    from matplotlib.ticker import MaxNLocator

    for one in axis:
        one.set_major_locator(
            MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10], integer=True, min_n_ticks=1)
        )


def names_both_ways(ax: Axes, names: Sequence[str], *, rotation: float = 0) -> None:
    """Name the rows and the columns of a square alike."""
    ax.set_xticks(range(len(names)), names, rotation=rotation)
    ax.set_yticks(range(len(names)), names)
