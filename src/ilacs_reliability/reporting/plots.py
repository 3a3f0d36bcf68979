"""Pictures for notebooks and papers, drawn with matplotlib (extra ``plot``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ilacs_reliability.arguments import check_confidence_level
from ilacs_reliability.estimates import Estimate
from ilacs_reliability.ratings import Ratings
from ilacs_reliability.tables import (
    GradesLike,
    TransitionsLike,
    as_grades,
    as_transitions,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# worst to best, told apart in grey print and by most colour-blind readers
SHADES = ("#8c2d19", "#d98a5b", "#8fb5cc", "#22577a")


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
        The picture. An undefined estimate keeps its line and shows why it is empty.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
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
    shown = list(estimates)
    if not shown:
        raise ValueError("`estimates` must hold at least one estimate, but is empty.")
    for place, one in enumerate(shown):
        if np.ndim(one.value):
            raise ValueError(f"`estimates` holds a batch at {place}; give single studies.")
    ax = _axes(ax, height=0.9 + 0.35 * len(shown))
    for row, one in enumerate(shown):
        _draw_interval(ax, row, one, confidence_level)
    if threshold is not None:
        ax.axvline(threshold, color="0.4", linestyle="--", linewidth=1)
    ax.set_yticks(range(len(shown)), [one.label or one.name for one in shown])
    ax.set_ylim(len(shown) - 0.5, -0.5)
    ax.set_xlabel(f"estimate with {100 * confidence_level:g}% interval")
    _bare(ax, "top", "right", "left")
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
    ax = _axes(ax, height=0.8 + 0.7 * len(labels), width=1.6 + 1.1 * len(labels))
    ax.imshow(counts, cmap="Greys", vmin=0, vmax=1.8 * max(counts.max(), 1), aspect="auto")
    for (row, column), count in np.ndenumerate(counts):
        ax.text(column, row, f"{count}", ha="center", va="center")
    for place in range(len(labels)):
        frame = _patches().Rectangle((place - 0.5, place - 0.5), 1, 1, fill=False, lw=1.2)
        ax.add_patch(frame)
    ax.set_xticks(range(len(labels)), labels)
    ax.set_yticks(range(len(labels)), labels)
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
    ax = _axes(ax, height=1.2 + 0.4 * len(bars))
    shares = bars / np.maximum(bars.sum(axis=1, keepdims=True), 1)
    left = np.zeros(len(bars))
    for grade, label in enumerate(taken.scale.labels):
        shade = SHADES[round(grade * (len(SHADES) - 1) / max(len(taken.scale) - 1, 1))]
        ax.barh(range(len(bars)), shares[:, grade], left=left, color=shade, label=str(label))
        _write_counts(ax, bars[:, grade], shares[:, grade], left)
        left += shares[:, grade]
    totals = bars.sum(axis=1)
    rows = [f"{name} (n = {total})" for name, total in zip(names, totals, strict=True)]
    ax.set_yticks(range(len(bars)), rows)
    ax.invert_yaxis()
    ax.set_xlim(0, 1)
    ax.set_xlabel("share of units")
    ax.legend(ncols=len(taken.scale), loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False)
    _bare(ax, "top", "right", "left")
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
    transitions = as_transitions(ratings)
    counts = transitions.counts
    names = ratings.raters or ("first rater", "second rater")
    ax = _axes(ax, height=4.5, width=4.5)
    x = y = 0
    for grade, label in enumerate(transitions.scale.labels):
        wide, high, both = counts[grade].sum(), counts[:, grade].sum(), counts[grade, grade]
        ax.add_patch(_patches().Rectangle((x, y), wide, high, fill=False))
        # the black square stands where the grades below it end
        across, up = counts[grade, :grade].sum(), counts[:grade, grade].sum()
        ax.add_patch(_patches().Rectangle((x + across, y + up), both, both, color="black"))
        if wide and high:
            ax.annotate(str(label), (x + wide, y), fontsize=8, ha="right", va="bottom", color="0.4")
        x, y = x + wide, y + high
    ax.plot([0, x], [0, y], color="0.6", linewidth=0.8)
    ax.set_xlim(0, x)
    ax.set_ylim(0, y)
    ax.set_aspect("equal")
    ax.set_xlabel(f"units, by {names[0]}")
    ax.set_ylabel(f"units, by {names[1]}")
    return ax


def _draw_interval(ax: Axes, row: int, one: Estimate, confidence_level: float) -> None:
    if one.status == "undefined":
        ax.text(0, row, f"undefined: {one.reason.replace('_', ' ')}", va="center", fontsize=8)
        return
    low, high = one.confidence_interval(confidence_level)
    ax.plot([low, high], [row, row], color="black", linewidth=1.5)
    ax.plot([one.value], [row], "o", color="black", markersize=5)


def _write_counts(ax: Axes, counts: Any, shares: Any, left: Any) -> None:
    for row, (count, share, start) in enumerate(zip(counts, shares, left, strict=True)):
        if share > 0.03:
            ax.text(start + share / 2, row, f"{count}", ha="center", va="center", color="white")


def _axes(ax: Axes | None, *, height: float, width: float = 6.4) -> Axes:
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError:
        raise ImportError(
            "pictures need matplotlib: install ilacs-reliability with its extra `plot`."
        ) from None
    _, made = pyplot.subplots(figsize=(width, height), layout="constrained")
    return made


def _patches() -> Any:
    from matplotlib import patches

    return patches


def _bare(ax: Axes, *sides: str) -> None:
    for side in sides:
        ax.spines[side].set_visible(False)
