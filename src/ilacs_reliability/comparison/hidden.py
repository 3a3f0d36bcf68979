"""Extreme p-values under a hidden cause of the group, by the normal distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy import special

from ilacs_reliability._results.estimates import FloatArray, IntArray
from ilacs_reliability.comparison.fixed_margins import double_mid_ranks, log_choose

# units of a stratum up to which every number of favoured units is looked at
MOST_UNITS = 500
# values of the second group's favoured units that moments are summed over
MOST_VALUES = 801
# cells of strata, causes and grades that are held at once
MOST_CELLS = 2_000_000

# largest and smallest chance of a sum at least, and at most, as large as the one seen
Extremes: TypeAlias = tuple[float, float, float, float]
Moments: TypeAlias = tuple[FloatArray, FloatArray]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Margins:
    """Strata with the same margins, which have the same moments, each kind once.

    Attributes
    ----------
    totals : ndarray of int, shape (n_kinds, n_grades)
        Units of both groups by grade.
    n_second : ndarray of int, shape (n_kinds,)
        Units of the second group.
    times : ndarray of int, shape (n_kinds,)
        Strata of each kind.
    seen : float
        The surplus of the second group over all strata.
    """

    totals: IntArray
    n_second: IntArray
    times: IntArray
    seen: float


def margins_of(counts: IntArray) -> Margins:
    """Return the margins of strata and their common statistic.

    Parameters
    ----------
    counts : ndarray of int, shape (n_strata, 2, n_grades)
        Units by group and grade.

    Returns
    -------
    Margins
        Van Elteren's statistic is large where the second group is graded higher: the sum over
        strata of its rank sum over (units + 1), less what is expected.
    """
    margins = np.column_stack([counts[:, 1].sum(axis=1), counts.sum(axis=1)])
    kinds, times = np.unique(margins, axis=0, return_counts=True)
    return Margins(
        totals=kinds[:, 1:],
        n_second=kinds[:, 0],
        times=times,
        seen=float((_scores(counts.sum(axis=1)) * counts[:, 1]).sum()),
    )


def normal_tails(margins: Margins, gamma: float) -> Extremes:
    """Return the extreme tails at a strength by the normal distribution, strata chosen apart.

    Parameters
    ----------
    margins : Margins
        The strata.
    gamma : float
        1 or more.

    Returns
    -------
    tuple of float
        The largest and smallest chance of a sum at least as large as the one seen, then the same
        of one at most as large.
    """
    tails: list[float] = []
    for sign in (1.0, -1.0):
        for strength in (gamma, 1 / gamma):
            mean, variance = margins.times @ _extremes(margins, strength, sign)
            z = (sign * margins.seen - mean) / np.sqrt(variance) if variance > 1e-15 else -np.inf
            tails.append(float(special.ndtr(-z)))
    return tails[0], tails[1], tails[2], tails[3]


def _scores(totals: IntArray) -> FloatArray:
    n = totals.sum(axis=-1, keepdims=True)
    scores: FloatArray = (double_mid_ranks(totals) / 2 - (n + 1) / 2) / (n + 1)
    return scores


def _extremes(margins: Margins, strength: float, sign: float) -> FloatArray:
    """Return each kind's most extreme mean of the second group's scores, and its variance."""
    found = np.empty((len(margins.totals), 2))
    sizes = np.column_stack([margins.totals.sum(axis=1), margins.n_second])
    alike, place = np.unique(sizes, axis=0, return_inverse=True)
    for k, (n, n_second) in enumerate(alike.tolist()):
        rows = np.flatnonzero(place.ravel() == k)
        step = max(1, MOST_CELLS // ((min(n, MOST_UNITS) + 1) * margins.totals.shape[1]))
        for start in range(0, len(rows), step):
            some = rows[start : start + step]
            found[some] = _extreme(margins.totals[some], n_second, strength, sign)
    return found


def _extreme(totals: IntArray, n_second: int, strength: float, sign: float) -> FloatArray:
    """Return the extreme mean and variance of strata of one size, shape (n_kinds, 2)."""
    scores, n = sign * _scores(totals), int(totals[0].sum())
    if sign > 0:
        # the highest scores come first
        totals, scores = totals[:, ::-1], scores[:, ::-1]
    if n <= MOST_UNITS:
        favoured = np.broadcast_to(np.arange(n + 1), (len(totals), n + 1))
        chosen = [part[None] for part in chosen_moments(np.arange(n + 1), n, n_second, strength)]
    else:
        # among many units the extreme lies at the border of two grades, or near enough
        favoured = np.concatenate([np.zeros_like(totals[:, :1]), np.cumsum(totals, axis=1)], axis=1)
        every, place = np.unique(favoured, return_inverse=True)
        parts = chosen_moments(every, n, n_second, strength)
        chosen = [part[place].reshape(favoured.shape) for part in parts]
    means, variances = rosenbaum_moments(scores, totals, favoured, n_second, (chosen[0], chosen[1]))
    rank = np.round(means if strength >= 1 else -means, 12)
    tied = rank == rank.max(axis=1, keepdims=True)
    best = np.where(tied, variances, -np.inf).argmax(axis=1)[:, None]
    return np.hstack([np.take_along_axis(part, best, axis=1) for part in (means, variances)])


def chosen_moments(favoured: IntArray, n: int, n_second: int, gamma: float) -> Moments:
    """Return mean and variance of how many favoured units the second group has.

    Parameters
    ----------
    favoured : ndarray of int, shape (n_cases,)
        How many units a hidden cause favours.
    n : int
        Units of the stratum.
    n_second : int
        Units in the second group.
    gamma : float
        How many times the odds of being in the second group the favoured ones have.

    Returns
    -------
    tuple of ndarray, shape (n_cases,)
        Of Fisher's noncentral hypergeometric distribution.
    """
    b = favoured[:, None]
    k = _likely(b, n, n_second, gamma)
    possible = (k <= b) & (n_second - k <= n - b) & (k >= 0) & (k <= n_second)
    # of impossible ones only the shape matters
    k = np.where(possible, k, np.clip(n_second - (n - b), 0, None))
    logs = log_choose(b, k) + log_choose(n - b, n_second - k) + k * np.log(gamma)
    logs = np.where(possible, logs, -np.inf)
    chance = np.exp(logs - special.logsumexp(logs, axis=1, keepdims=True))
    mean = (chance * k).sum(axis=1)
    return mean, (chance * (k - mean[:, None]) ** 2).sum(axis=1)


def rosenbaum_moments(
    scores: FloatArray, totals: IntArray, favoured: IntArray, n_second: int, chosen: Moments
) -> Moments:
    """Return mean and variance of the second group's sum where the first units are favoured.

    Parameters
    ----------
    scores : ndarray of float, shape (..., n_grades)
        Scores of the grades of a stratum.
    totals : ndarray of int, shape (..., n_grades)
        Units of each grade, in the same order.
    favoured : ndarray of int, shape (..., n_cases)
        How many units, the first ones, a hidden cause favours.
    n_second : int
        Units in the second group.
    chosen : tuple of ndarray, shape (..., n_cases)
        As from `chosen_moments`.

    Returns
    -------
    tuple of ndarray, shape (..., n_cases)
        Means and variances.
    """
    k, spread = chosen
    n, rest = totals.sum(axis=-1)[..., None], n_second - k
    before = np.cumsum(totals, axis=-1) - totals
    inside = np.clip(favoured[..., None] - before[..., None, :], 0, totals[..., None, :])
    parts = inside, totals[..., None, :] - inside
    (mean1, spread1), (mean2, spread2) = (_moments(scores[..., None, :], part) for part in parts)
    # given how many are chosen, a sample without replacement from either part
    within = spread1 * (k - (k**2 + spread) / np.maximum(favoured, 1))
    within = within + spread2 * (rest - (rest**2 + spread) / np.maximum(n - favoured, 1))
    return k * mean1 + rest * mean2, within + (mean1 - mean2) ** 2 * spread


def _likely(b: IntArray, n: int, n_second: int, gamma: float) -> IntArray:
    """Return how many favoured units the second group may have, wherever that is likely."""
    if n_second < MOST_VALUES:
        return np.arange(n_second + 1)[None]
    # mean and spread of Fisher's noncentral hypergeometric distribution, nearly
    x, m = b.astype(np.float64), float(n_second)
    centre = _centre(x, m, n, gamma) if gamma >= 1 else m - _centre(n - x, m, n, 1 / gamma)
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


def _centre(x: FloatArray, m: float, n: int, gamma: float) -> FloatArray:
    """Return the favoured units among m of n, x of them favoured, losing no digits."""
    more, part = (gamma - 1) / gamma, n / gamma
    root = np.sqrt((more * (x - m)) ** 2 + more * (2 * n * (x + m) - 4 * x * m) / gamma + part**2)
    centre: FloatArray = 2 * x * m / (more * (x + m) + part + root)
    return centre


def _moments(scores: FloatArray, totals: IntArray) -> Moments:
    """Return mean and variance (over size - 1) of units, over the last axis."""
    sizes = totals.sum(axis=-1)
    mean = (totals * scores).sum(axis=-1) / np.maximum(sizes, 1)
    squares = (totals * (scores - mean[..., None]) ** 2).sum(axis=-1)
    return mean, squares / np.maximum(sizes - 1, 1)
