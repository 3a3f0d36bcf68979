"""Sums whose pieces change sign where a unit's, or a cluster's, two grades swap places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy import special

from ilacs_reliability._checks.randomness import as_generator
from ilacs_reliability._data.scales import FloatArray, IntArray
from ilacs_reliability._inference.critical import Tail
from ilacs_reliability._inference.null import (
    Drawn,
    Exact,
    MidP,
    Normal,
    Null,
    found_by,
    listed,
    symmetric_p,
)
from ilacs_reliability._results.estimates import Estimate, Limits, Method
from ilacs_reliability._results.influences import by_cluster
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability.shift.moves import ROUNDING
from ilacs_reliability.shift.sentences import CANCELLED, NO_CHANGE, ON_BALANCE, one_alone
from ilacs_reliability.shift.sign_flips import (
    LARGEST_GRID,
    check_enumerable,
    draw_gaps,
)
from ilacs_reliability.shift.signed import signed_sum_tail
from ilacs_reliability.shift.testing import large_sample_note, least_p_note

# the interval is never a point, however low its level
LEAST = 1e-6


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SignedSum:
    """A sum of pieces whose signs are random under no shift, and how it is judged.

    Attributes
    ----------
    total : float
        The sum seen.
    weights : ndarray of float, shape (n_weights,)
        The distinct sizes of pieces that are not zero.
    sizes : ndarray of int, shape (n_weights,)
        Pieces of each size.
    null : Null
        The distribution of the sum's size under no shift.
    """

    total: float
    weights: FloatArray
    sizes: IntArray
    null: Null

    @property
    def squares(self) -> float:
        """Variance of the sum under no shift."""
        return float(self.sizes @ self.weights**2)

    @property
    def reach(self) -> float:
        """The largest sum there can be."""
        return float(self.sizes @ self.weights)

    @property
    def shares(self) -> FloatArray:
        """The share of the variance that a piece of each size makes."""
        shares: FloatArray = self.weights**2 / (self.squares or 1.0)
        return shares


def signed_sum(
    values: FloatArray, times: FloatArray, method: str, n_resamples: int = 0, rng: Any = None
) -> SignedSum:
    """Collect pieces by size.

    Parameters
    ----------
    values : ndarray of float, shape (n_kinds,)
        The signed value of each kind of piece.
    times : ndarray of float, shape (n_kinds,)
        How many pieces of each kind there are.
    method : {"exact", "midp", "monte_carlo", "asymptotic", "corrected"}
        How it is judged; "exact" becomes "monte_carlo" where there is too much to enumerate.
    n_resamples : int, optional
        Draws, where it may be drawn.
    rng : Generator, int or None
        Where random numbers come from.

    Returns
    -------
    SignedSum
        The sum.

    Raises
    ------
    ValueError
        If it is exact, cannot be enumerated and may not be drawn.
    """
    # values equal but for rounding are one group
    rounded = np.abs(values).round(10)
    weights = np.unique(rounded)
    found = np.bincount(weights.searchsorted(rounded), weights=times)
    sizes = np.rint(found).astype(np.int64)
    kept = (weights > 0) & (sizes > 0)
    weights, sizes, total = weights[kept], sizes[kept], float(times @ values)
    normal = Normal(float(np.sqrt(sizes @ weights**2)), less=1.0 if method == "corrected" else 0.0)
    null = found_by(
        "asymptotic" if method == "corrected" else method,
        exact=partial(_enumerated, weights, sizes, method, drawable=n_resamples > 0),
        drawn=partial(_drawn, weights, sizes, n_resamples, rng),
        asymptotic=lambda: normal,
    )
    return SignedSum(total=total, weights=weights, sizes=sizes, null=null)


def _enumerated(
    weights: FloatArray, sizes: IntArray, method: str, *, drawable: bool
) -> Exact | None:
    """Count all signs; None where there are too many and the sum may be drawn."""
    if not len(sizes):
        return listed(np.zeros(1), np.ones(1))
    tail = signed_sum_tail(weights.tolist(), sizes.tolist())
    if tail is None and not drawable:
        check_enumerable(max(int(sizes @ weights), LARGEST_GRID + 1))
    kind = MidP if method == "midp" else Exact
    return tail and kind(keyed(_either_way, tail), grain=float(weights.max()))


def _either_way(tail: Tail, size: float) -> float:
    return 2 * tail(size)


def _drawn(
    weights: FloatArray, sizes: IntArray, n_resamples: int, rng: Any, instead: bool
) -> Drawn:
    blocks = draw_gaps(sizes, None, n_resamples, as_generator(rng))
    draws = np.sort(np.concatenate([np.abs(gaps @ weights) for gaps in blocks]))
    return Drawn(draws, asked=n_resamples, instead=instead)


def signed_sum_p(pieces: SignedSum, alternative: str) -> float:
    """Return the p-value of a sum.

    Parameters
    ----------
    pieces : SignedSum
        The sum.
    alternative : {"two-sided", "less", "greater"}
        "greater" where the sum is above zero.

    Returns
    -------
    float
        Between 0 and 1; 1 where every piece is zero.
    """
    if not len(pieces.sizes):
        return 1.0
    return symmetric_p(pieces.null, pieces.total, alternative)


def sum_notes(
    pieces: SignedSum,
    effect: Estimate,
    alternative: str,
    *,
    moved: bool,
    alone: bool,
    seen: bool = False,
) -> tuple[str, ...]:
    """Say what a reader must know of the p-value of a sum.

    Parameters
    ----------
    pieces : SignedSum
        The sum.
    effect : Estimate
        The effect beside it.
    alternative : str
        "two-sided", "less" or "greater".
    moved, alone : bool
        Whether any unit moved, and whether there is a single unit or cluster.
    seen : bool, optional
        Whether the variance is the one about the shift that was seen.

    Returns
    -------
    tuple of str
        Notes, or nothing.
    """
    if not moved:
        return (NO_CHANGE,)
    thing = "unit" if effect.clusters is None else "cluster"
    if alone:
        return (one_alone(thing),)
    if not len(pieces.sizes):
        return (CANCELLED,)
    if isinstance(pieces.null, Normal):
        every = int(effect.n_independent) if seen else 0
        listable = int(pieces.sizes.max()) <= LARGEST_GRID
        better = "method='exact'" if listable else "method='monte_carlo'"
        return large_sample_note(pieces.shares, thing, better, seen=every)
    n = int(pieces.sizes.sum())
    if effect.clusters is None:
        return least_p_note(n, "unit", pieces.null.kind, alternative)
    return least_p_note(n, "cluster", pieces.null.kind, alternative, verb=ON_BALANCE)


def critical_ratio(confidence_level: float, *, pieces: SignedSum | None = None) -> float:
    """Return how many standard errors a sum must lie from zero for its test to reject.

    Parameters
    ----------
    confidence_level : float
        One less the level of the two-sided test.
    pieces : SignedSum, optional
        The sum and how it is judged. Default: by the normal distribution.

    Returns
    -------
    float
        The number of standard errors under no shift that exactly the sums rejected pass.
    """
    z = max(float(special.ndtri((1 + confidence_level) / 2)), LEAST)
    if pieces is None or not len(pieces.sizes):
        return z
    error, alpha = float(np.sqrt(pieces.squares)), 1 - confidence_level
    edge = pieces.null.critical_value(alpha, usual=z * error, top=pieces.reach)
    return max(edge / error, LEAST)


def score_method(pieces: SignedSum | None, values: FloatArray, low: float, high: float) -> Method:
    """Return the interval of a mean that answers about zero as the test of its sum does.

    Parameters
    ----------
    pieces : SignedSum or None
        The sum and how it is judged; None for the normal distribution.
    values : ndarray of float, shape (n_rows,)
        The value of a unit of each row.
    low, high : float
        The least and the greatest value a unit can have.

    Returns
    -------
    name : str
        "score", or "calibrated_score" where the critical value is not that of the normal.
    limits : callable
        Takes the estimate and a confidence level.
    """
    critical = keyed(critical_ratio, pieces=pieces)
    limits = keyed(_score_limits, values=values, low=low, high=high, critical=critical)
    return matching_name(pieces), limits


def matching_name(pieces: SignedSum | None) -> str:
    """Name the interval that answers as the test of a sum does."""
    usual = pieces is None or pieces.null.method == "asymptotic"
    return "score" if usual else "calibrated_score"


def _score_limits(
    estimate: Estimate,
    confidence_level: float,
    *,
    values: FloatArray,
    low: float,
    high: float,
    critical: Callable[[float], float],
) -> Limits:
    square, n = critical(confidence_level) ** 2, np.asarray(estimate.n_units, dtype=np.float64)
    a, b, c = _moments(estimate, values)
    mean = np.asarray(estimate.value)
    total = mean * n
    # (total - n delta)^2 = square (a - 2 delta b + delta^2 c), a quadratic in delta
    lead, middle, last = n**2 - square * c, total * n - square * b, total**2 - square * a
    # middle^2 - lead last, without the squares that cancel where the level is low
    spread = a - 2 * mean * b + mean**2 * c
    root = np.sqrt(square * np.maximum(n**2 * spread - square * (a * c - b**2), 0.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        limits = (middle - root) / lead, (middle + root) / lead
        # uneven clusters may leave the far side open
        open_low = np.where((last > 0) & (mean > 0), last / (middle + root), low)
        open_high = np.where((last > 0) & (mean < 0), last / (middle - root), high)
    below, above = np.where(lead > 0, limits[0], open_low), np.where(lead > 0, limits[1], open_high)
    near, far = _alike(estimate, confidence_level, total**2, square * a, low, high)
    alike = spread <= ROUNDING * (high - low) ** 2
    below, above = np.where(alike, near, below), np.where(alike, far, above)
    return np.maximum(below, low), np.minimum(above, high)


def _moments(estimate: Estimate, values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sum squares of pieces' totals, products with their numbers of units, and squares of these."""
    frequencies, mass = estimate.frequencies, np.ones(len(values))
    if estimate.clusters is None:
        return frequencies @ values**2, frequencies @ values, frequencies @ mass
    sums = by_cluster(frequencies * values, estimate.clusters)
    sizes = by_cluster(frequencies * mass, estimate.clusters)
    return (sums**2).sum(axis=-1), (sums * sizes).sum(axis=-1), (sizes**2).sum(axis=-1)


def _alike(
    estimate: Estimate,
    confidence_level: float,
    total: Any,
    square: Any,
    low: float,
    high: float,
) -> tuple[FloatArray, FloatArray]:
    """Bound a mean of pieces that are all alike, when there is no spread to lean on.

    Towards zero by the score limits of the share of pieces with this sign, away from it by the
    share of others that could have been missed.
    """
    mean, n = np.asarray(estimate.value), np.asarray(estimate.n_independent, dtype=np.float64)
    unseen = 1 - ((1 - confidence_level) / 2) ** (1 / n)
    with np.errstate(invalid="ignore"):
        inner = np.where(square > 0, mean * (total - square) / (total + square), 0.0)
    below, above = mean - unseen * (mean - low), mean + unseen * (high - mean)
    return np.where(mean > 0, inner, below), np.where(mean < 0, inner, above)
