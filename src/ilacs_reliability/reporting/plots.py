"""Pictures for notebooks and papers, drawn with matplotlib (extra ``plot``)."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ilacs_reliability._checks.arguments import (
    check_confidence_level,
    check_count,
    check_each,
    check_number,
    told,
)
from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._data.tables import (
    GradesLike,
    TransitionsLike,
    as_grades,
    as_transitions,
)
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.wording import level, whole
from ilacs_reliability.reporting.axes import bare, new_axes
from ilacs_reliability.reporting.curves import repeat_plot, sequence_plot

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "agreement_plot",
    "grades_plot",
    "ink_on",
    "interval_plot",
    "repeat_plot",
    "sequence_plot",
    "shades",
    "transitions_plot",
]

# an even ladder from dark to light, made for colour-blind readers, told apart in grey print too
LADDER = "cividis"
LETTER, LINE = 0.085, 0.19
"""Width of a letter and height of a line of text at the usual size, in inches."""


def interval_plot(
    estimates: Sequence[Estimate],
    *,
    threshold: float | None = None,
    confidence_level: float = 0.95,
    ax: Axes | None = None,
) -> Axes:
    """Draw estimates with their intervals, one line each.

    Parameters
    ----------
    estimates : sequence of Estimate
        Single studies, each with an interval; drawn from the top in this order.
    threshold : float, optional
        A value to compare with, drawn as a line across.
    confidence_level : float, optional
        Of the intervals, between 0 and 1. Default: 0.95.
    ax : matplotlib Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib Axes
        The picture. An undefined estimate keeps its line and shows why it is empty; a limit that is
        infinite is an arrow at the edge.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError
        If there is something else among them, or `threshold` is not a number.
    ValueError
        If there is no estimate, one is a batch, or the level is not between 0 and 1.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> from ilacs_reliability.reporting.plots import interval_plot
    >>> table = ilr.ratings_from_table([[20, 1], [1, 2]], scale=ilr.Scale(["good", "convert"]))
    >>> ax = interval_plot([ilr.percent_agreement(table), ilr.cohen_kappa(table)], threshold=0.8)
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['percent agreement', "Cohen's kappa"]
    """
    check_confidence_level(confidence_level)
    if threshold is not None:
        check_number(threshold, "threshold")
    shown = check_each(estimates, "estimates", Estimate, of="Estimates")
    if not shown:
        raise ValueError("`estimates` must hold at least one estimate, but is empty.")
    for place, one in enumerate(shown):
        if np.ndim(one.value):
            raise ValueError(f"`estimates` holds a batch at {place}; give single studies.")
    names = [_wrapped(one.label or one.name, 32) for one in shown]
    lines = sum(max(2, 1 + name.count("\n")) for name in names)
    ax = new_axes(ax, height=0.9 + LINE * lines, width=4.2 + _width(names))
    limits = [one.confidence_interval(confidence_level) for one in shown]
    edges = _edges(np.array([(one.value, *pair) for one, pair in zip(shown, limits, strict=True)]))
    for row, (one, pair) in enumerate(zip(shown, limits, strict=True)):
        _draw_interval(ax, row, one, pair, edges)
    if threshold is not None:
        ax.axvline(float(threshold), color="0.4", linestyle="--", linewidth=1)
    ax.set_yticks(range(len(shown)), names)
    ax.set_ylim(len(shown) - 0.5, -0.5)
    ax.set_xlabel(f"estimate with {level(confidence_level)} interval")
    bare(ax, "top", "right", "left")
    return ax


def transitions_plot(table: TransitionsLike, *, ax: Axes | None = None) -> Axes:
    """Draw how many units moved from each grade to each grade.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units before (rows) and after (columns), worst first.
    ax : matplotlib Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib Axes
        A square of counts, the unchanged on a framed diagonal; improvement lies to the right.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If the table is not square over the grades.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> from ilacs_reliability.reporting.plots import transitions_plot
    >>> ax = transitions_plot([[2, 3], [1, 4]])
    >>> ax.get_xlabel()
    'grade after'
    """
    transitions = as_transitions(table)
    counts, labels = transitions.counts, list(map(str, transitions.scale.labels))
    names = [_wrapped(label, 14) for label in labels]
    cell = max(0.7, 0.2 + _width([*names, whole(counts.max())]))
    row = max(0.6, 0.2 + LINE * (1 + max(name.count("\n") for name in names)))
    ax = new_axes(ax, height=0.8 + row * (1 + len(labels)), width=0.6 + cell * (1 + len(labels)))
    ax.imshow(counts, cmap="Greys", vmin=0, vmax=1.8 * max(counts.max(), 1), aspect="auto")
    for (row, column), count in np.ndenumerate(counts):
        ax.text(column, row, whole(count), ha="center", va="center")
    for place in range(len(labels)):
        frame = _patches().Rectangle((place - 0.5, place - 0.5), 1, 1, fill=False, lw=1.2)
        ax.add_patch(frame)
    ax.set_xticks(range(len(labels)), names)
    ax.set_yticks(range(len(labels)), names)
    ax.set_xlabel("grade after")
    ax.set_ylabel("grade before")
    return ax


def grades_plot(grades: GradesLike, *, ax: Axes | None = None) -> Axes:
    """Draw each group's shares of the grades as one bar, strata under each other.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] n_groups, n_grades)
        Units by group and grade, worst first.
    ax : matplotlib Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib Axes
        Bars of shares with the counts written in; a group without units has no bar.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If the table does not have two or three axes, or holds no unit.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> from ilacs_reliability.reporting.plots import grades_plot
    >>> previously_good = [[3, 8, 45, 39], [4, 6, 5, 3]]
    >>> ax = grades_plot(ilr.grades_from_table(previously_good, groups=("short", "standard")))
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['short (n = 95)', 'standard (n = 18)']
    """
    taken = as_grades(grades)
    bars = taken.counts.reshape(-1, len(taken.scale))
    names = [
        group if len(taken.strata) == 1 else f"{stratum}: {group}"
        for stratum in taken.strata
        for group in taken.groups
    ]
    totals = bars.sum(axis=1)
    rows = [
        _wrapped(f"{name} (n~=~{whole(n)})", 30).replace("~=~", " = ")
        for name, n in zip(names, totals, strict=True)
    ]
    grade_names = [_wrapped(str(label), 24) for label in taken.scale.labels]
    lines = sum(1 + name.count("\n") for name in grade_names)
    ax = new_axes(
        ax,
        height=max(0.9 + 0.45 * len(bars), 0.5 + 1.25 * LINE * lines),
        width=5.4 + _width(rows) + _width(grade_names),
    )
    shares = bars / np.maximum(bars.sum(axis=1, keepdims=True), 1)
    left = np.zeros(len(bars))
    look: Any = {"edgecolor": "black", "linewidth": 0.6}
    for grade, shade in enumerate(shades(len(taken.scale))):
        part = shares[:, grade]
        ax.barh(range(len(bars)), part, left=left, color=shade, label=grade_names[grade], **look)
        _write_counts(ax, bars[:, grade], part, left, ink_on(shade))
        left += part
    ax.set_yticks(range(len(bars)), rows)
    ax.invert_yaxis()
    ax.set_xlim(0, 1)
    ax.set_xlabel("share of units")
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0, frameon=False)
    bare(ax, "top", "right", "left")
    _drop_what_does_not_fit(ax)
    return ax


def agreement_plot(ratings: Ratings, *, ax: Axes | None = None) -> Axes:
    """Draw Bangdiwala's agreement chart of two raters.

    Parameters
    ----------
    ratings : Ratings
        One study by two known raters.
    ax : matplotlib Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib Axes
        A rectangle for each grade with the raters' totals as sides; black where both gave it. A
        path of rectangles away from the diagonal shows that one rater grades higher.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError
        If they are not Ratings.
    ValueError
        If the ratings are not one study by two known raters.

    References
    ----------
    .. [1] S. I. Bangdiwala and V. Shankar, "The agreement chart", BMC Medical Research Methodology
           13 (2013), article 97.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> from ilacs_reliability.reporting.plots import agreement_plot
    >>> table = ilr.ratings_from_table([[20, 1], [1, 2]], scale=ilr.Scale(["good", "convert"]))
    >>> agreement_plot(table).get_xlabel()
    'units, by first'
    """
    if not isinstance(ratings, Ratings):
        raise TypeError(f"`ratings` must be Ratings by two raters, but got {told(ratings)}.")
    transitions = as_transitions(ratings)
    counts = transitions.counts
    names = ratings.raters or ("first rater", "second rater")
    labels = [_wrapped(str(label), 24) for label in transitions.scale.labels]
    ax = new_axes(ax, height=4.8, width=5.2 + _width(labels))
    x = y = 0
    middles = {}
    for grade, label in enumerate(labels):
        wide, high, both = counts[grade].sum(), counts[:, grade].sum(), counts[grade, grade]
        ax.add_patch(_patches().Rectangle((x, y), wide, high, fill=False))
        # the black square stands where the grades below it end
        across, up = counts[grade, :grade].sum(), counts[:grade, grade].sum()
        ax.add_patch(_patches().Rectangle((x + across, y + up), both, both, color="black"))
        if wide and high:
            middles[label] = (x + wide, y + high / 2)
        x, y = x + wide, y + high
    # a grey that is seen on black and on white
    ax.plot([0, x], [0, y], color="0.45", linewidth=0.8)
    ax.set_xlim(0, x)
    ax.set_ylim(0, y)
    ax.set_aspect("equal")
    ax.set_xlabel(_wrapped(f"units, by {names[0]}", 40))
    ax.set_ylabel(_wrapped(f"units, by {names[1]}", 40))
    _name_at_the_side(ax, middles, float(x), float(y))
    return ax


# more colours than any eye or screen tells apart
MOST_SHADES = 10_000


def shades(n_grades: int) -> list[str]:
    """Return a colour for each grade, the worst the darkest.

    Parameters
    ----------
    n_grades : int
        Number of grades.

    Returns
    -------
    list of str
        Colours such as "#00224e", each lighter than the one before.
    """
    from matplotlib import colormaps, colors

    if check_count(n_grades, "n_grades") > MOST_SHADES:
        raise ValueError(f"`n_grades` must be at most {MOST_SHADES:,}, but got {told(n_grades)}.")
    return [colors.to_hex(colormaps[LADDER](place)) for place in np.linspace(0, 1, n_grades)]


def ink_on(colour: str) -> str:
    """Return the ink, black or white, that stands out more on a colour.

    Parameters
    ----------
    colour : str
        Any colour that matplotlib knows.

    Returns
    -------
    str
        "black" or "white"; the contrast is at least 4.5 to 1 by WCAG's measure.
    """
    from matplotlib.colors import is_color_like, to_rgb

    if not is_color_like(colour):
        raise ValueError(f"`colour` must be one that matplotlib knows, but got {told(colour)}.")
    parts = np.array(to_rgb(colour))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ [0.2126, 0.7152, 0.0722])
    # where both inks contrast alike: (1.05) / (l + 0.05) = (l + 0.05) / 0.05
    return "white" if luminance + 0.05 < np.sqrt(1.05 * 0.05) else "black"


def _wrapped(text: str, width: int) -> str:
    return textwrap.fill(text, width) or text


def _width(texts: Sequence[str]) -> float:
    """Return the width of the widest line, in inches."""
    return LETTER * max(len(line) for text in texts for line in text.split("\n"))


def _name_at_the_side(ax: Axes, middles: dict[str, Any], right: float, top: float) -> None:
    """Name rectangles at the right edge, each as near to its height as the others let it."""
    heights = [LINE * (1 + name.count("\n")) * top / 3.6 for name in middles]
    places = _apart([middle for _, middle in middles.values()], heights, top)
    for (name, (x, y)), place in zip(middles.items(), places, strict=True):
        ax.annotate(
            name,
            (x, y),
            (1.03 * right, place),
            va="center",
            fontsize=9,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": "0.45", "linewidth": 0.6},
        )


def _apart(wanted: list[float], heights: list[float], top: float) -> list[float]:
    """Move places up, then down from the top, until texts of these heights do not touch."""
    places, limit = list(wanted), 0.0
    for i in range(len(places)):
        places[i] = max(places[i], limit + heights[i] / 2)
        limit = places[i] + heights[i] / 2
    limit = top
    for i in reversed(range(len(places))):
        places[i] = min(places[i], limit - heights[i] / 2)
        limit = places[i] - heights[i] / 2
    return places


def _edges(numbers: Any) -> tuple[float, float] | None:
    """Return how far a line goes that has no end; None where each has one."""
    if not np.isinf(numbers).any():
        return None
    known = numbers[np.isfinite(numbers)]
    low, high = (known.min(), known.max()) if known.size else (0.0, 1.0)
    air = 0.25 * (high - low) or 1.0
    return float(low - air), float(high + air)


def _draw_interval(
    ax: Axes, row: int, one: Estimate, limits: Iterable[float], edges: tuple[float, float] | None
) -> None:
    if one.status == "undefined":
        why = f"undefined: {one.reason.replace('_', ' ')}"
        ax.text(0.01, row, why, va="center", fontsize=8, transform=ax.get_yaxis_transform())
        return
    numbers = np.array([*limits, one.value])
    low, high, value = numbers if edges is None else np.clip(numbers, *edges)
    ax.plot([low, high], [row, row], color="black", linewidth=1.5)
    if np.isfinite(one.value):
        ax.plot([value], [row], "o", color="black", markersize=5)
    for end, number in zip("<>", (low, high), strict=True):
        if edges is not None and number == edges["<>".index(end)]:
            ax.plot([number], [row], end, color="black", markersize=7)


def _write_counts(ax: Axes, counts: Any, shares: Any, left: Any, ink: str) -> None:
    for row, (count, share, start) in enumerate(zip(counts, shares, left, strict=True)):
        if count:
            ax.text(start + share / 2, row, whole(count), ha="center", va="center", color=ink)


def _drop_what_does_not_fit(ax: Axes) -> None:
    """Leave out the counts that are wider than their bars, as the picture is drawn."""
    figure: Any = ax.figure
    figure.draw_without_rendering()
    # matplotlib's own types do not say that these hold bars
    held: Any = ax.containers
    bars = [bar.get_window_extent() for group in held for bar in group]
    for text in list(ax.texts):
        box = text.get_window_extent()
        middle = (box.y0 + box.y1) / 2
        # two points of air on either side
        if not any(
            bar.y0 < middle < bar.y1 and bar.x0 + 2 < box.x0 and box.x1 < bar.x1 - 2 for bar in bars
        ):
            text.remove()


def _patches() -> Any:
    from matplotlib import patches

    return patches
