"""Pictures of many numbers at once: raters in a funnel, coverages over settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import check_confidence_level, check_count, told
from ilacs_reliability._results.wording import counted, level, percent
from ilacs_reliability.error.severity import RaterSeverity
from ilacs_reliability.reporting.axes import bare, new_axes, whole_ticks
from ilacs_reliability.reporting.lettering import (
    LINE,
    height_of,
    name_at_the_side,
    tallest,
    width_of,
    wrapped,
)
from ilacs_reliability.reporting.palette import INKS, QUIET, SHADE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FRAME = 3.1
"""Height of the funnel's frame, in inches."""
LOOKS: dict[bool, Any] = {
    False: {"marker": "o", "ms": 4, "color": "black"},
    True: {"marker": "s", "ms": 6, "color": INKS[1][0], "mec": "white"},
}
MANY = 30
"""Raters from which on their bars are thin."""
MOST_SAMPLES = 10**12
DRAWN = 400
"""Dots of a row that are drawn, evenly by size, where there are more."""


def severity_plot(found: RaterSeverity, *, ax: Axes | None = None) -> Axes:
    """Draw each rater's deviation against its units, within the limits that chance alone allows.

    Parameters
    ----------
    found : RaterSeverity
        What `rater_severity` returned.
    ax : matplotlib Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib Axes
        A funnel: bars hold 95 (dark) and 99.8 (light) of 100 raters who do not differ, and those
        outside the former are squares, named where rows by rater were asked for. Its label
        (`get_label`) is alternative text, made from the numbers.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError
        If something else was given.
    ValueError
        If the severity is undefined.

    References
    ----------
    .. [1] D. J. Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics
           in Medicine 24 (2005), 1185-1202.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> from ilacs_reliability.reporting.plots import severity_plot
    >>> grades = ilr.grades_from_table([[9, 3], [8, 4], [3, 9]], groups=("A", "B", "C"))
    >>> print(severity_plot(ilr.rater_severity(grades, rng=1)).get_label())
    Of 3 raters of 36 units, 0 lie below and 1 above the limits in which chance alone leaves 95 of
    100.
    """
    if not isinstance(found, RaterSeverity):
        raise TypeError(f"`found` must be a RaterSeverity, but got {told(found)}.")
    if found.status != "ok":
        raise ValueError(f"`found` must be defined, but is not: {found.why}.")
    rows = sorted(found.funnel, key=lambda row: (row["n_units"], row["deviation"]))
    places = _beside(np.array([row["n_units"] for row in rows], dtype=float))
    outside = {
        str(row.get("rater", "")): (float(x), float(row["deviation"]))
        for x, row in zip(places, rows, strict=True)
        if not row["low_95"] <= row["deviation"] <= row["high_95"]
    }
    names = sorted(filter(None, outside), key=lambda name: outside[name][1])
    frame = max(FRAME, height_of(names))
    ax = new_axes(ax, height=frame + 0.7, width=6.4 + (width_of(names) if names else 0))
    thick = 5 if len(rows) <= MANY else 2.5
    for x, row in zip(places, rows, strict=True):
        ax.vlines(x, row["low_998"], row["high_998"], color=SHADE, linewidth=thick)
        ax.vlines(x, row["low_95"], row["high_95"], color="#8f9bab", linewidth=thick)
        out = not row["low_95"] <= row["deviation"] <= row["high_95"]
        look: Any = (
            {"marker": "s", "ms": 6, "color": INKS[1][0], "mec": "white"}
            if out
            else {"marker": "o"}
        )
        ax.plot([x], [row["deviation"]], **{"color": "black", "ms": 4, **look}, zorder=3)
    ax.axhline(0, color=QUIET, linewidth=0.8)
    whole_ticks(ax.xaxis)
    ax.set_xlabel("units graded (bars: where chance alone leaves 95 and 99.8 of 100)")
    ax.set_ylabel(wrapped("mean grade above that of the same strata", 26))
    ax.set_xlim(*_with_air(places))
    if names:
        right = ax.get_xlim()[1] + 0.02 * np.diff(ax.get_xlim())[0]
        name_at_the_side(ax, {name: outside[name] for name in names}, right)
    ax.set_label(_funnel_in_words(found))
    bare(ax, "top", "right")
    return ax


def _beside(sizes: Any) -> Any:
    """Put equal sizes beside each other, within a unit."""
    places = sizes.copy()
    for size in np.unique(sizes):
        same = np.flatnonzero(sizes == size)
        places[same] += (np.arange(len(same)) - (len(same) - 1) / 2) * min(0.5, 1 / len(same))
    return places


def _with_air(places: Any) -> tuple[float, float]:
    air = 0.06 * (places.max() - places.min()) or 1.0
    return float(places.min() - air), float(places.max() + air)


def _funnel_in_words(found: RaterSeverity) -> str:
    below = sum(row["deviation"] < row["low_95"] for row in found.funnel)
    above = sum(row["deviation"] > row["high_95"] for row in found.funnel)
    return (
        f"Of {counted(found.n_raters, 'rater')} of {counted(found.n_units, 'unit')}, {below} "
        f"{'lies' if below == 1 else 'lie'} below and {above} above the limits in which chance "
        "alone leaves 95 of 100."
    )


def coverage_plot(
    coverages: Mapping[str, npt.ArrayLike],
    *,
    confidence_level: float = 0.95,
    n_samples: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how often intervals held the truth in each of many settings, a row a method.

    Parameters
    ----------
    coverages : mapping of str to array_like of float
        Methods and the share of samples in each setting whose interval held the truth, 0 to 1; nan
        where a setting was not tried.
    confidence_level : float, optional
        What was promised, between 0 and 1. Default: 0.95.
    n_samples : int, optional
        Samples in a setting; shaded is then where chance alone leaves 95 of 100 settings that hold
        what was promised.
    ax : matplotlib Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib Axes
        A dot a setting, a bar over the middle half, and the worst and the mean as numbers. Its
        label (`get_label`) is alternative text, made from the numbers.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError
        If `coverages` is no mapping of numbers, or `n_samples` no whole number.
    ValueError
        If there is no method, one has no number, a number is not within 0 to 1, or the level is not
        between 0 and 1.

    Examples
    --------
    >>> from ilacs_reliability.reporting.plots import coverage_plot
    >>> ax = coverage_plot({"score": [0.95, 0.94, 0.97], "wald": [0.91, 0.80, 0.94]})
    >>> print(ax.get_label())
    Held the truth, of settings promised 95%: score in 95.3% on average and 94.0% at worst (3
    settings); wald in 88.3% on average and 80.0% at worst (3 settings).
    """
    confidence_level = check_confidence_level(confidence_level)
    known = _known(coverages)
    names = [wrapped(name, 30) for name in known]
    numbers = [f"{percent(one.min())}  {percent(one.mean())}" for one in known.values()]
    height = 1.1 + max(2 * LINE, tallest(names)) * len(names)
    ax = new_axes(ax, height=height, width=4.4 + width_of(names) + width_of(numbers))
    if n_samples is not None:
        samples = min(check_count(n_samples, "n_samples"), MOST_SAMPLES)
        spread = confidence_level * (1 - confidence_level) / samples
        air = 1.96 * float(np.sqrt(spread))
        ax.axvspan(confidence_level - air, min(confidence_level + air, 1), color=SHADE, lw=0)
    for row, shares in enumerate(known.values()):
        _draw_row(ax, row, shares)
    ax.axvline(confidence_level, color=INKS[1][0], linestyle="--", linewidth=1.5)
    for row, text in enumerate(numbers):
        ax.text(1.03, row, text, va="center", transform=ax.get_yaxis_transform())
    ax.text(1.03, -0.75, "worst  mean", va="center", transform=ax.get_yaxis_transform())
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -1.1)
    ax.set_xlim(right=1.004)
    ax.set_xlabel(f"share of samples that hold the truth (promised {level(confidence_level)})")
    ax.set_label(_coverage_in_words(known, confidence_level))
    bare(ax, "top", "right", "left")
    return ax


def _known(coverages: Any) -> dict[str, Any]:
    if not isinstance(coverages, Mapping):
        raise TypeError(f"`coverages` must be a mapping of names, but got {told(coverages)}.")
    if not coverages:
        raise ValueError("`coverages` must hold at least one method, but is empty.")
    known = {}
    for name, shares in coverages.items():
        try:
            one = np.asarray(shares, dtype=float).ravel()
        except (TypeError, ValueError, OverflowError):
            raise TypeError(f"`coverages` must hold numbers for {told(name)}.") from None
        one = one[~np.isnan(one)]
        if not one.size:
            raise ValueError(f"`coverages` must hold a number for {told(name)}, but has none.")
        if not ((one >= 0) & (one <= 1)).all():
            raise ValueError(f"`coverages` must lie within 0 to 1, but not {told(name)}.")
        known[str(name)] = one
    return known


def _draw_row(ax: Axes, row: int, shares: Any) -> None:
    # in order of size, over and under the line in turn: dots spread without a draw
    ordered = np.sort(shares)[:: 1 + len(shares) // DRAWN]
    heights = row + 0.28 * np.sin(2.4 * np.arange(len(ordered)))
    ax.plot(ordered, heights, "o", ms=2.5, color="#6b7a90", alpha=0.6, mew=0)
    quarter, half, three = np.quantile(shares, [0.25, 0.5, 0.75])
    ax.plot([quarter, three], [row, row], color="black", linewidth=5, solid_capstyle="butt")
    ax.plot([half], [row], "o", color="white", ms=4, mec="black")


def _coverage_in_words(known: Mapping[str, Any], confidence_level: float) -> str:
    said = [
        f"{name} in {percent(one.mean())} on average and {percent(one.min())} at worst "
        f"({counted(len(one), 'setting')})"
        for name, one in known.items()
    ]
    return f"Held the truth, of settings promised {level(confidence_level)}: {'; '.join(said)}."
