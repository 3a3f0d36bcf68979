"""The distribution of the concordance of ranks when each rater deals ranks at random."""

from __future__ import annotations

import numpy as np
from scipy import special

from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.scales import FloatArray, IntArray

# sums of ranks times orders of a rater that one step of the enumeration may hold
LARGEST_STEP = 1 << 20
MOST_ORDERS = 1 << 13
# logarithms of counts that differ by less are of the same count
ROUNDING = 1e-9
# time to draw one rank of one rater
NANOSECONDS = 15.0
# ranks that one block of random draws may hold
BLOCK = 1 << 20


def is_enumerable(ranks: IntArray) -> bool:
    """Tell whether every way to deal the ranks can be enumerated.

    Parameters
    ----------
    ranks : ndarray of int, shape (n_units, n_raters)
        Ranks by each rater.

    Returns
    -------
    bool
        Whether `exact_upper_tail` will hold it in memory.
    """
    *others, first = sorted(map(_log_orders, ranks.T))
    # equal sums are merged at each step: a state is an ordered list of sums
    span = int(np.ptp(ranks, axis=0).sum()) + 1 if len(ranks) else 1
    states = min(sum(others[:-1]), np.log(span) * (len(ranks) - 1))
    most, largest = np.log(MOST_ORDERS) + ROUNDING, np.log(LARGEST_STEP) + ROUNDING
    return bool(first <= most and states + max(others, default=0.0) <= largest)


def exact_upper_tail(ranks: IntArray) -> float:
    """Return the chance that random ranks agree as much as these, by enumeration.

    Parameters
    ----------
    ranks : ndarray of int, shape (n_units, n_raters)
        Ranks by each rater, less their mean.

    Returns
    -------
    float
        The upper tail of the sum of squares of the units' rank sums.
    """
    # the rater with most orders stays put, so that the order of raters changes nothing
    *others, first = sorted(ranks.T.tolist(), key=_by_orders)
    sums, chance = np.sort(first)[None, :], np.ones(1)
    for column in map(np.array, others):
        sums, chance = _add_rater(sums, chance, _orders(column))
    reached = (sums**2).sum(axis=1) >= _spread(ranks)
    return float(min(chance[reached].sum(), 1.0))


def affordable_draws(n_resamples: int, n_ranks: float) -> int:
    """Return how many random draws are affordable.

    Parameters
    ----------
    n_resamples : int
        Draws asked for.
    n_ranks : float
        Ranks that a draw deals: units times raters.

    Returns
    -------
    int
        As many as were asked for, or that halved until they are affordable; 0 at last.
    """
    while n_resamples and not affordable(n_resamples * n_ranks, nanoseconds=NANOSECONDS):
        n_resamples //= 2
    return n_resamples


def sampled_upper_tail(ranks: IntArray, n_resamples: int, rng: np.random.Generator) -> float:
    """Return the same chance from random draws.

    Parameters
    ----------
    ranks : ndarray of int, shape (n_units, n_raters)
        Ranks by each rater, less their mean.
    n_resamples : int
        Draws.
    rng : Generator
        Where random numbers come from.

    Returns
    -------
    float
        (1 + hits) / (1 + draws).
    """
    hits, observed = 0, _spread(ranks)
    step = max(1, BLOCK // max(len(ranks), 1))
    for start in range(0, n_resamples, step):
        size = min(step, n_resamples - start)
        sums = np.tile(ranks[:, 0], (size, 1))
        for column in ranks[:, 1:].T:
            sums += rng.permuted(np.tile(column, (size, 1)), axis=1)
        hits += int(((sums**2).sum(axis=1) >= observed).sum())
    return (1 + hits) / (1 + n_resamples)


def _spread(ranks: IntArray) -> int:
    return int((ranks.sum(axis=1) ** 2).sum())


def _log_orders(column: IntArray) -> float:
    _, times = np.unique(column, return_counts=True)
    return float(special.gammaln(len(column) + 1) - special.gammaln(np.sort(times) + 1).sum())


def _by_orders(column: list[int]) -> tuple[float, list[int]]:
    return _log_orders(np.array(column)), sorted(column)


def _orders(column: IntArray) -> IntArray:
    """Return the distinct orders of a rater's ranks, one a row."""
    rows = np.empty((1, 0), dtype=np.int64)
    values, times = np.unique(column, return_counts=True)
    left = times[None, :]
    for _ in range(len(column)):
        kept = [left[:, k] > 0 for k in range(len(values))]
        taken = np.eye(len(values), dtype=np.int64)
        rows = np.concatenate(
            [
                np.column_stack([rows[use], np.full(use.sum(), values[k])])
                for k, use in enumerate(kept)
            ]
        )
        left = np.concatenate([left[use] - taken[k] for k, use in enumerate(kept)])
    return rows


def _add_rater(sums: IntArray, chance: FloatArray, orders: IntArray) -> tuple[IntArray, FloatArray]:
    """Add one rater's ranks in every order; only the multiset of sums matters."""
    added = np.sort((sums[:, None, :] + orders[None, :, :]).reshape(-1, sums.shape[1]), axis=1)
    merged, place = np.unique(added, axis=0, return_inverse=True)
    weight = np.repeat(chance / len(orders), len(orders))
    total = np.bincount(place.ravel(), weights=weight, minlength=len(merged))
    return merged, total.astype(np.float64)
