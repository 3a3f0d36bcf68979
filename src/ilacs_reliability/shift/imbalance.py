"""Tests of several imbalances at once, and how large these are together."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, cast

import numpy as np
from scipy import special

from ilacs_reliability._checks.randomness import as_generator
from ilacs_reliability._data.scales import FloatArray, IntArray
from ilacs_reliability._inference.forms import inverse, pseudo_inverse
from ilacs_reliability._inference.null import ChiSquare, Drawn, Exact, Null, found_by, listed
from ilacs_reliability._results.estimates import Estimate, Limits
from ilacs_reliability._results.ingredients import Title, Value
from ilacs_reliability._results.keyed import folded, keyed
from ilacs_reliability.shift.moves import Pairs, pair_estimate
from ilacs_reliability.shift.sign_flips import (
    LARGEST_GRID,
    draw_gaps,
    quadratic_tail,
    squares_tail,
)
from ilacs_reliability.shift.swaps import Swaps, check_directions
from ilacs_reliability.shift.testing import (
    large_sample_note,
    why_still,
)

# the interval is never a point, however low its level
LEAST = 1e-6


class Imbalance(NamedTuple):
    """Moves up less moves down in several directions, and how they are judged together.

    Attributes
    ----------
    swaps : Swaps
        The moves between each two grades.
    steps : ndarray of float, shape (n_pairs, n_directions), or None
        What a move up between two grades adds to each direction, a whole number; no direction
        follows from the others. None where each pair of grades is a direction of its own.
    precision : ndarray of float, shape (n_directions, n_directions) or (n_directions,)
        The inverse covariance under no shift; its diagonal where it is nothing else.
    df : int
        Its rank.
    sums : ndarray of float, shape (n_directions,)
        Moves up less moves down in each direction.
    statistic : float
        The squares of the sums, weighed by the precision.
    null : Null
        The distribution of the statistic under no shift.
    """

    swaps: Swaps
    steps: FloatArray | None
    precision: FloatArray
    df: int
    sums: FloatArray
    statistic: float
    null: Null

    @property
    def p_value(self) -> float:
        """Between 0 and 1; 1 where nobody moved."""
        return self.null.reach(self.statistic) if self.df else 1.0

    @property
    def shares(self) -> FloatArray:
        """The share of the variance in its own direction that each unit or cluster makes."""
        moves = self.swaps.contributions
        if moves is not None:
            ways = self.along(moves.astype(np.float64))
        elif self.steps is not None:
            ways = self.steps
        else:
            return self.precision
        shares: FloatArray = np.vecdot(self.weighed(ways), ways)
        return shares

    def weighed(self, sums: FloatArray) -> FloatArray:
        """Weigh sums in each direction, shape (..., n_directions), by the precision."""
        return _weighed(sums, self.precision)

    def along(self, gaps: FloatArray) -> FloatArray:
        """Turn moves up less moves down between grades, shape (..., n_pairs), into directions."""
        return _along(gaps, self.steps)


def imbalance_of(
    swaps: Swaps,
    steps: FloatArray | None,
    method: str = "asymptotic",
    n_resamples: int = 0,
    rng: Any = None,
) -> Imbalance:
    """Weigh moves by their covariance under no shift.

    Parameters
    ----------
    swaps : Swaps
        The moves.
    steps : ndarray of float, shape (n_pairs, n_directions), or None
        As in `Imbalance`.
    method : {"asymptotic", "exact", "monte_carlo"}, optional
        How the p-value is found; "exact" becomes "monte_carlo" where there is too much to
        enumerate.
    n_resamples : int, optional
        Draws.
    rng : Generator, int or None
        Where random numbers come from.

    Returns
    -------
    Imbalance
        The moves and how they are judged.
    """
    precision, df = _precision(swaps, steps)
    chi_square = ChiSquare(df)
    sums = _along(swaps.gaps.astype(np.float64), steps)
    statistic = float(_weighed(sums, precision).dot(sums))
    found = Imbalance(swaps, steps, precision, df, sums, statistic, chi_square)
    if method == "asymptotic":
        return found
    null = found_by(
        method,
        exact=partial(_enumerated, found),
        drawn=partial(_drawn, found, n_resamples, rng),
        asymptotic=partial(ChiSquare, df),
    )
    return found._replace(null=null)


def _along(gaps: FloatArray, steps: FloatArray | None) -> FloatArray:
    return gaps if steps is None else gaps.dot(steps)


def _weighed(sums: FloatArray, precision: FloatArray) -> FloatArray:
    return sums * precision if precision.ndim == 1 else sums.dot(precision)


def few_moves_note(
    found: Imbalance, better: str = "method={}", *, seen: int = 0
) -> tuple[str, ...]:
    """Say where a p-value of large samples rests on too few moves.

    Parameters
    ----------
    found : Imbalance
        The moves and how they are judged.
    better : str, optional
        What to prefer, with a place for the method. Default: that of the same test.
    seen : int, optional
        As in `large_sample_note`.

    Returns
    -------
    tuple of str
        A note, or nothing.
    """
    if found.null.kind != "asymptotic":
        return ()
    thing = "unit" if found.swaps.contributions is None else "cluster"
    method = "'exact'" if _is_listable(found) else "'monte_carlo'"
    return large_sample_note(found.shares, thing, better.format(method), seen=seen)


def _is_listable(found: Imbalance) -> bool:
    """Say whether the exact method takes so many units that move alike."""
    return found.swaps.contributions is not None or bool((found.swaps.sizes <= LARGEST_GRID).all())


def imbalance_critical_value(confidence_level: float, *, found: Imbalance) -> float:
    """Return the number that exactly the statistics pass at which the test rejects.

    Parameters
    ----------
    confidence_level : float
        One less the level of the test.
    found : Imbalance
        The moves and how they are judged.

    Returns
    -------
    float
        The quantile of chi-square, where it lies well between those kept and rejected.
    """
    alpha, top = 1 - confidence_level, float(n_moved(found.swaps))
    return found.null.critical_value(alpha, usual=float(special.chdtri(found.df, alpha)), top=top)


def imbalance_estimate(
    pairs: Pairs,
    found: Imbalance,
    *,
    name: str,
    label: str,
    critical: Callable[[float], float] | None = None,
) -> Estimate:
    """Estimate how far moves are out of balance, from 0 to 1.

    The root of the statistic over the units (or clusters) that moved: the multiple correlation of
    moves with a direction. For two grades it is the share up less the share down, without its
    sign.

    Parameters
    ----------
    pairs : Pairs
        The study.
    found : Imbalance
        The moves and how they are judged.
    name, label : str
        As in `Estimate`.
    critical : callable, optional
        Takes a confidence level and returns the number that the statistics pass at which the test
        rejects. Default: as `found` is judged.

    Returns
    -------
    Estimate
        The imbalance. Under no shift the roots of the weighed squares lie within a ball of the
        critical value's root; its radius to either side is the interval "ball", which leaves zero
        out exactly where the test rejects.
    """
    moved, root = n_moved(found.swaps), math.sqrt(found.statistic)
    value = min(root / math.sqrt(moved), 1.0) if found.df else float("nan")
    reason = "" if found.df else "balanced_clusters" if len(found.swaps.ups) else "no_change"
    return pair_estimate(
        pairs,
        Title(name=name, label=label),
        Value(
            value=value,
            influence=keyed(_influence, pairs, found, value),
            reason=reason,
            why=why_still(pairs) if reason == "no_change" else "",
        ),
        methods=(("ball", keyed(_ball, found=found, critical=critical)),),
    )


@folded
def _ball(
    estimate: Estimate,
    confidence_level: float,
    *,
    found: Imbalance,
    critical: Callable[[float], float] | None,
) -> Limits:
    if critical is None:
        cut = imbalance_critical_value(confidence_level, found=found)
    else:
        cut = critical(confidence_level)
    radius = max(math.sqrt(cut), LEAST) / math.sqrt(n_moved(found.swaps))
    return max(estimate.value - radius, 0.0), min(estimate.value + radius, 1.0)


def _precision(swaps: Swaps, steps: FloatArray | None) -> tuple[FloatArray, int]:
    """Return the inverse covariance of the directions under no shift, and its rank."""
    if swaps.contributions is not None:
        if steps is None:
            check_directions(len(swaps.contributions), len(swaps.ups), "stuart_maxwell")
        totals = swaps.contributions if steps is None else swaps.contributions @ steps
        return pseudo_inverse((totals.T @ totals).astype(np.float64))
    if steps is None:
        return 1.0 / swaps.sizes, len(swaps.sizes)
    return inverse((steps.T * swaps.sizes).dot(steps))


def _enumerated(found: Imbalance) -> Exact | None:
    """Count every outcome; None where there are too many."""
    if not found.df:
        return listed(np.zeros(1), np.ones(1))
    if found.swaps.contributions is not None:
        tail = quadratic_tail(*_alike(found), found.precision)
    elif found.steps is None:
        tail = squares_tail(found.swaps.sizes)
    else:
        tail = quadratic_tail(found.steps.astype(np.int64), found.swaps.sizes, found.precision)
    return tail and Exact(tail)


def _alike(found: Imbalance) -> tuple[IntArray, IntArray]:
    """Return the distinct sums of clusters, but for their signs, and the clusters of each."""
    sums: IntArray = cast(IntArray, found.swaps.contributions)
    sums = sums if found.steps is None else (sums @ found.steps).astype(np.int64)
    sums = sums[(sums != 0).any(axis=1)]
    first = np.take_along_axis(sums, (sums != 0).argmax(axis=1)[:, None], axis=1)
    return np.unique(sums * np.sign(first), axis=0, return_counts=True)


def _drawn(found: Imbalance, n_resamples: int, rng: Any, instead: bool) -> Drawn:
    swaps, forms = found.swaps, []
    for gaps in draw_gaps(swaps.sizes, swaps.contributions, n_resamples, as_generator(rng)):
        sums = found.along(gaps)
        forms.append((found.weighed(sums) * sums).sum(axis=1))
    return Drawn(np.sort(np.concatenate(forms)), asked=n_resamples, instead=instead)


def n_moved(swaps: Swaps) -> int:
    """Count the units, or the clusters, of which any moved.

    Parameters
    ----------
    swaps : Swaps
        The moves.

    Returns
    -------
    int
        Their number.
    """
    if swaps.contributions is None:
        return int(np.add.reduce(swaps.sizes))
    return int((swaps.movers > 0).sum())


def _influence(pairs: Pairs, found: Imbalance, value: float) -> FloatArray:
    """Differentiate the root of the statistic over its number of pieces."""
    swaps, rows = found.swaps, pairs.moves != 0
    if not value > 0:
        return np.full(len(rows), np.nan)
    weights = found.weighed(found.sums)
    if found.steps is not None:
        weights = found.steps @ weights
    place = np.full((pairs.n_grades,) * 2, -1)
    place[swaps.lower, swaps.upper] = place[swaps.upper, swaps.lower] = np.arange(len(weights))
    where = place[pairs.before, pairs.after]
    pull = np.where(where >= 0, np.sign(pairs.moves) * weights[where], 0.0)
    total, share = pull, rows.astype(np.float64)
    if pairs.clusters is not None:
        total = np.bincount(pairs.clusters, weights=pairs.frequencies * pull)[pairs.clusters]
        share = rows / np.maximum(swaps.movers[pairs.clusters], 1)
    squares = (2 - total) * pull - value**2 * share
    influence: FloatArray = squares * pairs.n_units / (2 * value * n_moved(swaps))
    return influence
