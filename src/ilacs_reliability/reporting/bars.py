"""Pictures of groups: their shares of grades, and where they can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ilacs_reliability._data.tables import GradesLike, GroupedGrades, as_grades
from ilacs_reliability._results.wording import counted, percent, whole
from ilacs_reliability.comparison.overlap import OverlapReport, overlap_report
from ilacs_reliability.reporting.axes import bare, new_axes, whole_ticks
from ilacs_reliability.reporting.lettering import (
    LINE,
    drop_what_does_not_fit,
    n_lines,
    tallest,
    width_of,
    with_size,
    wrapped,
)
from ilacs_reliability.reporting.palette import SHADE, ink_on, shades

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GAP, HEADING = 0.4, 0.65
"""Between the strata, and a line of their headings, in bars."""
BAR = 0.36
"""From one bar to the next, in inches."""


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
        Bars of shares with the counts written in; a group without units has no bar. Its label
        (`get_label`) is alternative text, made from the counts.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If the table does not have two or three axes, or holds no unit.

    See Also
    --------
    overlap_plot : The units of each stratum, and where groups can be compared.

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
        str(group) if len(taken.strata) == 1 else f"{stratum}: {group}"
        for stratum in taken.strata
        for group in taken.groups
    ]
    totals = bars.sum(axis=1)
    rows = [with_size(name, whole(n), 30) for name, n in zip(names, totals, strict=True)]
    grade_names, lines = _grade_names(taken)
    ax = new_axes(
        ax,
        height=max(0.9 + max(0.45, tallest(rows)) * len(bars), 0.5 + 1.25 * LINE * lines),
        width=5.4 + width_of(rows) + width_of(grade_names),
    )
    _stack(ax, np.arange(len(bars)), bars / np.maximum(totals, 1)[:, None], bars, grade_names)
    ax.set_yticks(range(len(bars)), rows)
    ax.invert_yaxis()
    ax.set_xlim(0, 1)
    ax.set_xlabel("share of units")
    ax.set_label(_shares_in_words(names, bars, taken))
    _finish(ax, grade_names)
    return ax


def overlap_plot(grades: GradesLike, *, ax: Axes | None = None) -> Axes:
    """Draw the units of each group in each stratum, shaded where groups can be compared.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] n_groups, n_grades)
        Units by stratum, group and grade, worst first.
    ax : matplotlib Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib Axes
        A bar for each group of a stratum, as long as it has units, in the colours of their grades.
        Strata with two groups or more are shaded: outside them there is nothing to compare. Its
        label (`get_label`) is alternative text, made from the counts.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If the table does not have two or three axes, has a single group, or holds no unit.

    See Also
    --------
    ilacs_reliability.overlap_report : The same in numbers.
    grades_plot : Each group's shares.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> from ilacs_reliability.reporting.plots import overlap_plot
    >>> kinds = ilr.grades_from_table(
    ...     [[[3, 8], [4, 6]], [[0, 0], [30, 10]]],
    ...     groups=("short", "standard"),
    ...     strata=("good", "inadequate"),
    ... )
    >>> overlap_plot(kinds).get_label()[:75]
    'Short and standard can be compared in 1 of 2 strata (good), which holds 21 '
    """
    taken = as_grades(grades)
    report = overlap_report(taken)
    n_strata, n_groups, n_grades = taken.counts.shape
    bars = taken.counts.reshape(-1, n_grades)
    headings = _headings(report)
    tops = np.cumsum([HEADING * n_lines(name) + GAP for name in headings])
    tops = tops + 0.5 - GAP + n_groups * np.arange(n_strata)
    places = (tops[:, None] + np.arange(n_groups)).ravel()
    rows = [
        with_size(str(group), whole(n), 30)
        for sizes in report.sizes
        for group, n in zip(taken.groups, sizes, strict=True)
    ]
    grade_names, lines = _grade_names(taken)
    ax = new_axes(
        ax,
        height=max(0.8 + max(BAR, tallest(rows)) * (places[-1] + 1), 0.5 + 1.25 * LINE * lines),
        width=5.4 + width_of(rows) + width_of(grade_names),
    )
    _stack(ax, places, bars, bars, grade_names)
    ax.set_yticks(places, rows)
    ax.set_ylim(places[-1] + 0.5 + GAP / 2, -GAP / 2)
    ax.set_xlim(0, 1.02 * max(bars.sum(axis=1).max(), 1))
    ax.set_xlabel("units")
    whole_ticks(ax.xaxis)
    said = report.describe()
    ax.set_label(f"{said[:1].upper()}{said[1:]}")
    _finish(ax, grade_names)
    for heading, stratum, top in zip(headings, taken.strata, tops, strict=True):
        above = top - 0.5 - HEADING * n_lines(heading)
        if stratum in report.shared:
            ax.axhspan(above - GAP / 4, top + n_groups - 0.5 + GAP / 4, color=SHADE, zorder=0, lw=0)
        ax.text(0.01, above, heading, va="top", transform=ax.get_yaxis_transform())
    return ax


def _headings(report: OverlapReport) -> list[str]:
    """Return each stratum's name and whether its groups can be compared."""
    said = []
    for stratum in report.strata:
        if stratum in report.shared:
            what = "can be compared"
        else:
            only = report.decided.get(stratum)
            what = "no unit" if only is None else f"{only} only, nothing to compare"
        said.append(wrapped(f"{stratum}: {what}", 56))
    return said


def _grade_names(grades: GroupedGrades) -> tuple[list[str], int]:
    names = [wrapped(str(label), 24) for label in grades.scale.labels]
    return names, sum(map(n_lines, names))


def _stack(ax: Axes, places: Any, parts: Any, counts: Any, grade_names: list[str]) -> None:
    """Draw bars of parts at these places, a colour a grade, the counts written in."""
    left = np.zeros(len(parts))
    look: Any = {"edgecolor": "black", "linewidth": 0.6}
    for grade, shade in enumerate(shades(len(grade_names))):
        part = parts[:, grade]
        ax.barh(places, part, left=left, color=shade, label=f"grade {grade + 1}", **look)
        for place, count, wide, start in zip(places, counts[:, grade], part, left, strict=True):
            if count:
                ax.text(
                    start + wide / 2,
                    place,
                    whole(count),
                    ha="center",
                    va="center",
                    color=ink_on(shade),
                )
        left = left + part


def _finish(ax: Axes, grade_names: list[str]) -> None:
    key = ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0, frameon=False)
    # a legend leaves out what is called "_worst", so that names are written into it afterwards
    for text, name in zip(key.get_texts(), grade_names, strict=True):
        text.set_text(name)
    bare(ax, "top", "right", "left")
    # matplotlib's own types do not say that these hold bars
    held: Any = ax.containers
    drop_what_does_not_fit(ax, [bar for group in held for bar in group], list(ax.texts))


def _shares_in_words(names: list[str], bars: Any, grades: GroupedGrades) -> str:
    said = []
    for name, counts in zip(names, bars, strict=True):
        n = int(counts.sum())
        shares = ", ".join(
            f"{percent(count / n)} {label}"
            for count, label in zip(counts, grades.scale.labels, strict=True)
            if count
        )
        said.append(f"{name}, {counted(n, 'unit')}: {shares}" if n else f"{name}: no units")
    return ". ".join(said) + "."
