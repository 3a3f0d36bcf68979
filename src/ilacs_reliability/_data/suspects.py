"""Arrays that can hardly be units by raters, and the warning that says what they may be."""

from __future__ import annotations

import re
import warnings
from collections.abc import Hashable, Sequence
from inspect import currentframe
from typing import Any

import numpy as np
import numpy.typing as npt

from ilacs_reliability._data.arrays import LARGEST_WHOLE
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._results.undefined import levels_out

SILENT = "If these are ratings, declare their scale, as in `ratings_from_matrix(..., scale=...)`."
NUMBERED = frozenset(("id", "ids", "unit", "units", "subject", "item", "case", "row", "index"))
COUNTED = "If these are counts, declare them, as in `grades_from_table(counts)`."
MANY = 12
"""So many grades, or groups, are seldom counted; grades of so many units are usual."""
LARGEST_GRADE = 10
"""Above this, a number in a square table is more often a count than a grade."""
COMMON_GRADE = 5
"""Up to this, it is more often a grade, even where each row has its largest on the diagonal."""


class SuspectInputWarning(UserWarning):
    """An array can hardly be what it is read as: ratings that look like counts, or the reverse."""


def warn_suspect(
    matrix: npt.NDArray[Any], rows: FloatArray, raters: Sequence[Hashable] | None = None
) -> None:
    """Warn where numbers without a scale can hardly be units by raters.

    Parameters
    ----------
    matrix : ndarray of number, shape (n_units, n_raters)
        The numbers.
    rows : ndarray of float, shape (n_patterns, n_raters)
        Its distinct rows.
    raters : sequence of hashable, optional
        Names of the columns, where they have any.

    Warns
    -----
    SuspectInputWarning
        If the array looks like a cross-table, counts of grades, or raters by units, or if a column
        names the units.
    """
    suspicion = _names_units(matrix, raters or ()) or _suspicion(matrix, rows)
    if suspicion:
        shape = f"`ratings` of shape {matrix.shape} is read as units by raters"
        message = f"{shape}, but {suspicion} {SILENT}"
        warnings.warn(message, SuspectInputWarning, stacklevel=levels_out(currentframe()))


def warn_suspect_counts(cells: npt.NDArray[Any], name: str) -> None:
    """Warn where a table given as counts of grades can hardly be that.

    Parameters
    ----------
    cells : ndarray of int, shape ([n_strata,] n_groups, n_grades)
        The numbers.
    name : str
        The argument's name.

    Warns
    -----
    SuspectInputWarning
        If the table looks like samples of grades, a row each, or like grades of units by raters.
    """
    suspicion = _suspicion_of_counts(cells)
    if suspicion:
        shape = f"`{name}` of shape {cells.shape} is read as units counted by group and grade"
        message = f"{shape}, but {suspicion} {COUNTED}"
        warnings.warn(message, SuspectInputWarning, stacklevel=levels_out(currentframe()))


def _suspicion_of_counts(cells: npt.NDArray[Any]) -> str:
    """Tell grades from counts: many counts that are all small hold a zero somewhere."""
    n_rows, n_columns = cells.shape[-2:]
    least, largest = int(cells.min()), int(cells.max())
    if least < 1:
        return ""
    if n_rows >= 2 and n_columns > MANY and largest <= LARGEST_GRADE:
        return (
            f"looks like {n_rows} samples of {n_columns} grades each: count them by "
            "`grades_from_frame(frame, grade=..., group=..., scale=...)`, with a row for each unit."
        )
    if cells.ndim == 2 and 2 <= n_columns < MANY < n_rows and largest <= COMMON_GRADE:
        return (
            f"looks like grades of {n_rows} units by {n_columns} raters: build ratings by "
            "`ratings_from_matrix(matrix, scale=...)`, or count grades by "
            "`grades_from_frame(frame, grade=..., group=..., stratum=..., scale=...)`."
        )
    return ""


def _suspicion(matrix: npt.NDArray[Any], rows: FloatArray) -> str:
    n_units, n_raters = matrix.shape
    counts = bool((rows >= 0).all() and (rows == np.floor(rows)).all())
    if counts and n_units == n_raters and _is_cross_table(matrix):
        return (
            "looks like a square table of counts: build ratings by `ratings_from_table(table, "
            "scale=...)`."
        )
    if counts and _is_counts_of_grades(rows):
        return (
            "every row adds up to the same number, as counts of grades do: build ratings by "
            "`ratings_from_counts(counts, scale=...)`."
        )
    if n_raters > max(n_units, 4):
        return "has more raters than units: transpose it if its rows are raters."
    return ""


def _names_units(matrix: npt.NDArray[Any], raters: Sequence[Hashable]) -> str:
    """Tell a column that numbers the units, by its name and as no number comes twice."""
    for place, name in enumerate(raters):
        words = str(name).lower()
        # "unit 3" is a unit, and its column holds grades
        called = set() if re.search("[0-9]", words) else set(re.split("[^a-z]+", words))
        column = matrix[:, place]
        apart = len(column) > 2 and len(np.unique(column)) == len(column)
        if apart and called & NUMBERED and (column == np.floor(column)).all():
            return (
                f"column {name!r} holds another number in each row, as the names of units do: "
                "leave it out, or make it the index."
            )
    return ""


def _is_cross_table(cells: npt.NDArray[Any]) -> bool:
    """Tell a table of two raters' grades from grades of as many units as raters."""
    cells = cells.astype(np.float64)
    largest, n = cells.max(), cells.sum()
    if n > LARGEST_WHOLE:
        return False
    if largest > LARGEST_GRADE:
        # two raters agree more than by chance
        agree = np.trace(cells) * n > cells.sum(axis=0) @ cells.sum(axis=1)
        # but grades of one unit are nearer to each other than those of all units
        return bool(agree and 2 * np.ptp(cells, axis=1).max() > np.ptp(cells))
    apart = ~np.eye(len(cells), dtype=bool)
    off = np.where(apart, cells, -1)
    diagonal = np.diagonal(cells)
    dominant = (diagonal > off.max(axis=0)) & (diagonal > off.max(axis=1))
    return bool(largest > max(COMMON_GRADE, len(cells)) and dominant.all())


def _is_counts_of_grades(rows: FloatArray) -> bool:
    """Tell counts of grades by as many raters a unit from grades that happen to add up."""
    sums = rows.sum(axis=1)
    constant = sums[0] >= 2 and bool((sums == sums[0]).all())
    # few rows may add up by chance, but hardly hold a zero too
    return constant and (len(rows) >= 5 or (len(rows) >= 3 and bool((rows == 0).any())))
