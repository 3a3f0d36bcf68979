"""McGraw and Wong's F limits and F tests of an intraclass correlation, for complete data."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._results.estimates import Estimate, Limits
from ilacs_reliability._results.keyed import Keyed
from ilacs_reliability._results.named_limits import instead
from ilacs_reliability.agreement.components import (
    Scores,
    one_way_squares,
    one_way_terms,
    scores_of,
    two_way_squares,
    two_way_sums,
)
from ilacs_reliability.agreement.spoken_notes import NO_F

NO_WIDTH = 1e-9
# the chance below the upper of two limits of 95 %
USUAL = 0.975


def f_limits(
    ratings: Ratings,
    kind: str,
    single: npt.ArrayLike,
    k: Any,
    score: Keyed,
    estimate: Estimate,
    confidence_level: float,
) -> Limits:
    """Return McGraw and Wong's limits, or others where F has no width.

    Parameters
    ----------
    ratings : Ratings
        One study or many, with complete scores.
    kind : {"1", "A", "C"}
        The form.
    single : float or ndarray, shape (...)
        The correlation of a single rating.
    k : float or ndarray, shape (...)
        Ratings a unit whose mean is meant: 1 for a single rating.
    score : callable
        Limits to use where F has no width.
    estimate : Estimate
        The correlation.
    confidence_level : float
        Wanted coverage, between 0 and 1.

    Returns
    -------
    low, high : ndarray
        The limits.
    """
    scores, tail = ratings.derived("scores", scores_of), (1 + confidence_level) / 2
    squares = mean_squares(scores, kind)
    value = np.asarray(single)
    find = _agreement_limits if kind == "A" else partial(_ratio_limits, kind=kind)
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = find(squares, value, tail)
        usual = find(squares, value, USUAL)
        # no residual, or no difference between units, whatever the level
        full = (value >= 1) | ~(usual[1] - usual[0] > NO_WIDTH)
        # of little agreement limits can lie below all that agreement can be
        full = full | ((high <= -1) & (value >= -1))
        # with degrees of freedom that the value itself gives, limits may leave it out
        full = full | (usual[0] > value + NO_WIDTH) | (usual[1] < value - NO_WIDTH)
    low, high = step_up(low, k), step_up(high, k)
    found = low, high
    if not full.any():
        return found
    return instead(found, score(estimate, confidence_level), full, "score", NO_F)


def _ratio_limits(
    squares: dict[str, Any], value: FloatArray, tail: float, *, kind: str
) -> tuple[FloatArray, FloatArray]:
    n, m = squares["n"], squares["m"]
    error = squares["within"] if kind == "1" else squares["residual"]
    df = n * (m - 1) if kind == "1" else (n - 1) * (m - 1)
    ratio = squares["units"] / error
    low = ratio / special.fdtri(n - 1, df, tail)
    high = ratio * special.fdtri(df, n - 1, tail)
    return (low - 1) / (low + m - 1), (high - 1) / (high + m - 1)


def _agreement_limits(
    squares: dict[str, Any], value: FloatArray, tail: float
) -> tuple[FloatArray, FloatArray]:
    n, m = squares["n"], squares["m"]
    units, raters, residual = squares["units"], squares["raters"], squares["residual"]
    df = _satterthwaite(squares, value)
    above, below = special.fdtri(n - 1, df, tail), special.fdtri(df, n - 1, tail)
    rest = m * raters + (m * n - m - n) * residual
    # by ratios to the residual, as a quantile of few degrees of freedom is huge
    rest, units = rest / residual, units / residual
    # of hardly any degrees of freedom the one quantile is next to infinite, the other to nothing
    low = n * (units / above - 1) / (rest + n * units / above)
    part, over = np.minimum(below, 1.0), 1 / np.maximum(below, 1.0)
    high = n * (units * part - over) / (rest * over + n * units * part)
    return low, high


def _satterthwaite(squares: dict[str, Any], value: Any) -> Any:
    """Return the degrees of freedom of what units are compared with, at a correlation."""
    a, b = _parts_at(squares, value)
    n, m = squares["n"], squares["m"]
    by_raters, by_residual = a * squares["raters"], b * squares["residual"]
    spread = by_raters**2 / (m - 1) + by_residual**2 / ((n - 1) * (m - 1))
    return (by_raters + by_residual) ** 2 / spread


def _parts_at(squares: dict[str, Any], value: Any) -> tuple[Any, Any]:
    n, m = squares["n"], squares["m"]
    odds = m * value / (n * (1 - value))
    return odds, 1 + odds * (n - 1)


def mean_squares(scores: Scores, kind: str) -> dict[str, Any]:
    """Return the mean squares of complete data.

    Parameters
    ----------
    scores : Scores
        Complete scores of one study or many.
    kind : {"1", "A", "C"}
        The form, of a single rating.

    Returns
    -------
    dict
        Mean squares, each an array of shape (...), with "n" units and "m" raters.
    """
    if kind == "1":
        squares = one_way_squares(scores.frequencies @ one_way_terms(scores))
    else:
        squares = two_way_squares(two_way_sums(scores).sums)
    return squares | {"n": squares["df_units"] + 1.0, "m": float(scores.n_raters)}


def f_test(squares: dict[str, Any], kind: str, null: float) -> tuple[float, tuple[float, float]]:
    """Return F and its degrees of freedom for the hypothesis that a correlation is at most `null`.

    Parameters
    ----------
    squares : dict
        Mean squares of a single study, by `mean_squares`.
    kind : {"1", "A", "C"}
        The form, of a single rating.
    null : float
        The correlation of a single rating under the hypothesis.

    Returns
    -------
    statistic : float
        F; nan or infinite where there is nothing to divide by.
    df : tuple of float
        Degrees of freedom of units and of what they are compared with.
    """
    n, m, units = squares["n"], squares["m"], squares["units"]
    with np.errstate(invalid="ignore", divide="ignore"):
        if kind == "A":
            a, b = _parts_at(squares, null)
            statistic = units / (a * squares["raters"] + b * squares["residual"])
            df = _satterthwaite(squares, null)
        else:
            error = squares["within"] if kind == "1" else squares["residual"]
            statistic = units / error * (1 - null) / (1 + (m - 1) * null)
            df = n * (m - 1) if kind == "1" else (n - 1) * (m - 1)
    # rounding can leave squares between like means below 0
    return max(float(statistic), 0.0), (float(n - 1), float(df))


def upper_tail(statistic: float, df: tuple[float, float]) -> float:
    """Return the probability of a larger F.

    Parameters
    ----------
    statistic : float
        F.
    df : tuple of float
        Its degrees of freedom.

    Returns
    -------
    float
        Between 0 and 1; nan where F is.
    """
    return float(special.fdtrc(*df, statistic))


def leaves_no_residual(squares: dict[str, Any], kind: str) -> bool:
    """Tell whether there is nothing, but for rounding, that F could compare units with.

    Parameters
    ----------
    squares : dict
        Mean squares of a single study, by `mean_squares`.
    kind : {"1", "A", "C"}
        The form, of a single rating.

    Returns
    -------
    bool
        Whether the mean square that F divides by is nil beside that of units.
    """
    error = squares["within"] if kind == "1" else squares["residual"]
    return not error > NO_WIDTH * squares["units"]


def limit_of_test(squares: dict[str, Any], tail: float) -> float:
    """Return the correlation "A,1" at which the F test's p-value is `tail`.

    Parameters
    ----------
    squares : dict
        Mean squares of a single study with a residual, by `mean_squares`.
    tail : float
        The p-value, between 0 and 1.

    Returns
    -------
    float
        The correlation, from 0 to 1; nan where the p-value at 0 is above `tail` already.
    """

    def is_below(null: float) -> bool:
        return upper_tail(*f_test(squares, "A", null)) <= tail

    if not is_below(0.0):
        return float("nan")
    low, high = 0.0, 1.0
    # bisected until no number lies between: the test at a limit is the limit's
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return low


def step_up(value: FloatArray, k: Any) -> FloatArray:
    """Return the correlation of means by Spearman and Brown's formula.

    Parameters
    ----------
    value : ndarray of float, shape (...)
        The correlation of a single rating.
    k : float or ndarray, shape (...)
        Ratings that a mean is of.

    Returns
    -------
    ndarray of float, shape (...)
        The correlation; minus infinity where there is none that low.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        room = 1.0 + (k - 1.0) * value
        stepped: FloatArray = np.where(room > NO_WIDTH, k * value / room, -np.inf)
    return np.where(np.isnan(value), np.nan, stepped)
