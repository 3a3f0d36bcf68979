"""Extreme p-values under a hidden cause of the group, by the normal distribution."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from scipy import special

from ilacs_reliability._results.estimates import FloatArray, IntArray
from ilacs_reliability.comparison.fixed_margins import double_mid_ranks, log_choose

# units of a stratum up to which every number of favoured units is looked at
MOST_UNITS = 500
# values of the second group's favoured units that moments are summed over
MOST_VALUES = 4001

# largest and smallest chance of a sum at least, and at most, as large as the one seen
Extremes: TypeAlias = tuple[float, float, float, float]


def surplus_of_second(counts: IntArray) -> float:
    """Return van Elteren's statistic, large where the second group is graded higher.

    Parameters
    ----------
    counts : ndarray of int, shape (n_strata, 2, n_grades)
        Units by group and grade.

    Returns
    -------
    float
        Sum over strata of the second group's rank sum over (units + 1), less what is expected.
    """
    return float(sum(_scores(table) @ table[1] for table in counts))


def normal_tails(counts: IntArray, gamma: float) -> Extremes:
    """Return the extreme tails at a strength by the normal distribution, strata chosen apart.

    Parameters
    ----------
    counts : ndarray of int, shape (n_strata, 2, n_grades)
        Units by group and grade.
    gamma : float
        1 or more.

    Returns
    -------
    tuple of float
        The largest and smallest chance of a sum at least as large as the one seen, then the same
        of one at most as large.
    """
    seen = surplus_of_second(counts)
    # strata with the same margins have the same moments
    _, first, n = np.unique(
        np.column_stack([counts[:, 1].sum(axis=1), counts.sum(axis=1)]),
        axis=0,
        return_index=True,
        return_counts=True,
    )
    tails: list[float] = []
    for sign in (1.0, -1.0):
        for strength in (gamma, 1 / gamma):
            moments = np.array([_extreme(table, strength, sign) for table in counts[first]])
            mean, variance = n @ moments
            z = (sign * seen - mean) / np.sqrt(variance) if variance > 1e-15 else -np.inf
            tails.append(float(special.ndtr(-z)))
    return tails[0], tails[1], tails[2], tails[3]


def _scores(table: IntArray) -> FloatArray:
    totals = table.sum(axis=0)
    n = int(totals.sum())
    scores: FloatArray = (double_mid_ranks(totals) / 2 - (n + 1) / 2) / (n + 1)
    return scores


def _extreme(table: IntArray, strength: float, sign: float) -> tuple[float, float]:
    """Return the most extreme mean of the second group's scores, and its variance."""
    totals, n_second = table.sum(axis=0), int(table[1].sum())
    scores = sign * _scores(table)
    order = np.argsort(-scores, kind="stable")
    totals, scores = totals[order], scores[order]
    n = int(totals.sum())
    # among many units the extreme lies at the border of two grades, or near enough
    borders = np.concatenate([[0], np.cumsum(totals)])
    favoured = np.arange(n + 1) if n <= MOST_UNITS else borders
    means, variances = rosenbaum_moments(scores, totals, favoured, n_second, strength)
    direction = 1.0 if strength >= 1 else -1.0
    best = np.lexsort((variances, np.round(direction * means, 12)))[-1]
    return float(means[best]), float(variances[best])


def rosenbaum_moments(
    scores: FloatArray, totals: IntArray, favoured: IntArray, n_second: int, gamma: float
) -> tuple[FloatArray, FloatArray]:
    """Return mean and variance of the second group's sum where the first units are favoured.

    Parameters
    ----------
    scores : ndarray of float, shape (n_grades,)
        Scores of the grades of a stratum.
    totals : ndarray of int, shape (n_grades,)
        Units of each grade, in the same order.
    favoured : ndarray of int, shape (n_cases,)
        How many units, the first ones, a hidden cause favours.
    n_second : int
        Units in the second group.
    gamma : float
        How many times the odds of being in the second group the favoured ones have.

    Returns
    -------
    tuple of ndarray, shape (n_cases,)
        Means and variances.
    """
    n, b = int(totals.sum()), favoured[:, None]
    k = _likely(b, n, n_second, gamma)
    possible = (k <= b) & (n_second - k <= n - b) & (k >= 0) & (k <= n_second)
    # of impossible ones only the shape matters
    k = np.where(possible, k, np.clip(n_second - (n - b), 0, None))
    logs = log_choose(b, k) + log_choose(n - b, n_second - k) + k * np.log(gamma)
    logs = np.where(possible, logs, -np.inf)
    chance = np.exp(logs - special.logsumexp(logs, axis=1, keepdims=True))
    inside = np.clip(b - (np.cumsum(totals) - totals), 0, totals)
    (mean1, spread1), (mean2, spread2) = (
        _moments(scores, part) for part in (inside, totals - inside)
    )
    rest = n_second - k
    centre = k * mean1 + rest * mean2
    within = spread1 * k * (1 - k / np.maximum(b, 1))
    within = within + spread2 * rest * (1 - rest / np.maximum(n - b, 1))
    means = (chance * centre).sum(axis=1)
    return means, (chance * (within + (centre - means[:, None]) ** 2)).sum(axis=1)


def _likely(b: IntArray, n: int, n_second: int, gamma: float) -> IntArray:
    """Return how many favoured units the second group may have, wherever that is likely."""
    if n_second < MOST_VALUES:
        return np.arange(n_second + 1)[None]
    # mean and spread of Fisher's noncentral hypergeometric distribution, nearly
    x, m = b.astype(np.float64), float(n_second)
    slope = (gamma - 1) * (x + m) + n
    centre = 2 * gamma * x * m / (slope + np.sqrt(slope**2 - 4 * gamma * (gamma - 1) * x * m))
    shares = [1 / np.maximum(part, 1) for part in (centre, x - centre, m - centre)]
    shares.append(1 / np.maximum(n - x - m + centre, 1))
    reach = 12 / np.sqrt(sum(shares)) + 20
    steps = np.linspace(-1.0, 1.0, MOST_VALUES)
    # a smooth function summed over equal steps loses nothing
    stride = np.maximum(1, np.ceil(2 * reach / (MOST_VALUES - 1)))
    values: IntArray = np.round(centre).astype(np.int64) + (
        np.round(steps * (MOST_VALUES - 1) / 2) * stride
    ).astype(np.int64)
    return values


def _moments(scores: FloatArray, totals: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return mean and variance (over size - 1) of units, in rows of cases."""
    sizes = totals.sum(axis=1, keepdims=True)
    mean = (totals @ scores)[:, None] / np.maximum(sizes, 1)
    squares = (totals * (scores - mean) ** 2).sum(axis=1, keepdims=True)
    return mean, squares / np.maximum(sizes - 1, 1)
