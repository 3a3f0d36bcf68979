"""Extreme p-values of van Elteren's statistic under a hidden cause of the group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy import special

from ilacs_reliability.comparison.exact import double_mid_ranks, first_rows, log_choose
from ilacs_reliability.estimates import FloatArray, IntArray

# cells held for a stratum, and terms added where strata are joined
MOST_CELLS = 4_000_000
MOST_TERMS = 2_000_000
# units of a stratum up to which every number of favoured units is looked at
MOST_UNITS = 500
# values of the second group's favoured units that moments are summed over
MOST_VALUES = 4001
# sums of ranks over N + 1 that differ by less are equal, and chances that do are too
SLACK = 1e-9

# largest and smallest chance of a sum at least, and at most, as large as the one seen
Extremes: TypeAlias = tuple[float, float, float, float]


class TooManyCausesError(Exception):
    """There are too many tables or hidden causes to go through."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Stratum:
    """The second group's rank sum in a stratum, by how many of its units a cause favours.

    Attributes
    ----------
    values : ndarray of float, shape (n_values,)
        Possible sums, less what is expected without a cause, over units + 1.
    weights : ndarray of float, shape (n_units + 1, n_second + 1, n_values)
        Chance without a cause of each number of favoured units in the second group and of each
        sum, where the best 0, 1, ... units are the favoured ones.
    """

    values: FloatArray
    weights: FloatArray


def exact_strata(counts: IntArray) -> list[tuple[Stratum, int]]:
    """Tabulate every stratum under every cause that favours the best graded units.

    Parameters
    ----------
    counts : ndarray of int, shape (n_strata, 2, n_grades)
        Units by group and grade.

    Returns
    -------
    list of (Stratum, int)
        Strata with different margins, and how many there are of each.

    Raises
    ------
    TooManyCausesError
        If a stratum has too many tables.
    """
    kinds: dict[tuple[int, ...], int] = {}
    for table in counts:
        key = (int(table[1].sum()), *table.sum(axis=0).tolist())
        kinds[key] = kinds.get(key, 0) + 1
    return [(_stratum(np.array(key[1:]), key[0]), n) for key, n in kinds.items()]


def exact_tails(strata: list[tuple[Stratum, int]], seen: float, gamma: float) -> Extremes:
    """Return the extreme tails at a strength, over every hidden cause that may be extreme.

    Parameters
    ----------
    strata : list of (Stratum, int)
        As from `exact_strata`.
    seen : float
        The sum seen.
    gamma : float
        1 or more.

    Returns
    -------
    tuple of float
        The four tails.

    Raises
    ------
    TooManyCausesError
        If too many combinations of causes are left.

    Notes
    -----
    The extreme cause favours the best graded units of a stratum wholly, or disfavours them
    (Rosenbaum and Krieger 1990). A cause is left out where another makes every large sum as
    likely or more so in its stratum: adding independent strata keeps that order.
    """
    most_above, least_below = _joined_tails(strata, seen, gamma, up=True)
    least_above, most_below = _joined_tails(strata, seen, 1 / gamma, up=False)
    return most_above, least_above, most_below, least_below


def _stratum(totals: IntArray, n_second: int) -> Stratum:
    n = int(totals.sum())
    ranks = double_mid_ranks(totals)
    plain = first_rows(totals, n_second)
    if plain is None:
        raise TooManyCausesError
    sums = np.unique(plain[0] @ ranks)
    if (n + 1) * (n_second + 1) * len(sums) > MOST_CELLS:
        raise TooManyCausesError
    weights = np.zeros((n + 1, n_second + 1, len(sums)))
    # best graded first
    totals, ranks = totals[::-1], ranks[::-1]
    n_rows = 0
    for favoured in range(n + 1):
        inside = np.clip(favoured - (np.cumsum(totals) - totals), 0, totals)
        found = first_rows(np.concatenate([inside, totals - inside]), n_second)
        n_rows += len(found[0]) if found else MOST_CELLS + 1
        if found is None or n_rows > MOST_CELLS:
            raise TooManyCausesError
        rows, chances = found
        chosen = rows[:, : len(totals)].sum(axis=1)
        place = np.searchsorted(sums, rows @ np.concatenate([ranks, ranks]))
        cells = np.bincount(chosen * len(sums) + place, weights=chances, minlength=weights[0].size)
        weights[favoured] = cells.reshape(weights[0].shape)
    return Stratum(values=(sums / 2 - n_second * (n + 1) / 2) / (n + 1), weights=weights)


def _chances(stratum: Stratum, strength: float) -> FloatArray:
    """Return the chance of each sum, shape (n_causes, n_values)."""
    logs = np.arange(stratum.weights.shape[1]) * np.log(strength)
    chances: FloatArray = np.einsum("bkr,k->br", stratum.weights, np.exp(logs - logs.max()))
    chances /= chances.sum(axis=1, keepdims=True)
    return chances


def _joined_tails(
    strata: list[tuple[Stratum, int]], seen: float, strength: float, *, up: bool
) -> tuple[float, float]:
    """Return the extreme upper and lower tail over causes that push the sum up, or down."""
    parts = []
    for stratum, n in strata:
        chances = _undominated(_chances(stratum, strength), up=up)
        parts += [(stratum.values, chances)] * n
    *rest, (last, theirs) = sorted(parts, key=lambda part: part[1].size)
    values, chances = np.zeros(1), np.ones((1, 1))
    for more, mine in rest:
        values, chances = _added(values, chances, more, mine)
        chances = _undominated(chances, up=up)
    # of the largest stratum only what it must add at least, or may at most
    none = np.zeros((len(theirs), 1))
    at_most = np.hstack([none, np.cumsum(theirs, axis=1)])
    at_least = np.hstack([np.cumsum(theirs[:, ::-1], axis=1)[:, ::-1], none])
    first = np.searchsorted(last, seen - values - SLACK, side="left")
    beyond = np.searchsorted(last, seen - values + SLACK, side="right")
    above, below = chances @ at_least[:, first].T, chances @ at_most[:, beyond].T
    upper, lower = (above.max(), below.min()) if up else (above.min(), below.max())
    return min(1.0, float(upper)), min(1.0, float(lower))


def _added(
    values: FloatArray, chances: FloatArray, more: FloatArray, theirs: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Add an independent stratum, for every pair of causes."""
    pairs = len(chances) * len(theirs)
    if pairs * len(values) * len(more) > MOST_TERMS:
        raise TooManyCausesError
    sums = (values[:, None] + more).ravel()
    order = np.argsort(sums, kind="stable")
    new = np.append(True, np.diff(sums[order]) > SLACK)
    products = np.einsum("ai,bj->abij", chances, theirs).reshape(pairs, -1)
    starts = np.flatnonzero(new)
    return sums[order][starts], np.add.reduceat(products[:, order], starts, axis=1)


def _undominated(chances: FloatArray, *, up: bool) -> FloatArray:
    """Keep the causes that no other exceeds at every sum, from above or from below."""
    tails = np.cumsum(chances[:, ::-1], axis=1)
    if not up:
        tails = -tails
    kept: list[int] = []
    # a cause that is exceeded everywhere has the smaller mean
    for cause in np.argsort(-tails.sum(axis=1), kind="stable"):
        if not kept or (tails[kept] < tails[cause] - 1e-13).any(axis=1).all():
            kept.append(int(cause))
    return chances[kept]


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
    tails: list[float] = []
    for sign in (1.0, -1.0):
        for strength in (gamma, 1 / gamma):
            moments = [_extreme(table, strength, sign) for table in counts]
            mean, variance = np.sum(moments, axis=0)
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
