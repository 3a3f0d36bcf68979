"""Whether moves in two directions balance: the tests behind the sign test and McNemar's."""

from __future__ import annotations

import numpy as np
from scipy import optimize, special

from ilacs_reliability.scales import FloatArray, IntArray
from ilacs_reliability.shift.exact import (
    SLACK,
    check_enumerable,
    draw_gaps,
    monte_carlo_p,
    signed_sum_tail,
)
from ilacs_reliability.shift.testing import as_generator, falls_back

# grid over the share that moved, before the best place is refined
SHARES = np.linspace(0.0, 1.0, 1001)[1:]
# units of the unconditional test: a few seconds at most
MOST_UNITS = 20_000


def balance_p(up: int, down: int, method: str, alternative: str) -> tuple[float, float]:
    """Test whether as many moved up as down, given how many moved.

    Parameters
    ----------
    up, down : int
        Units that moved each way.
    method : {"exact", "midp", "asymptotic", "corrected"}
        How the p-value is found.
    alternative : {"two-sided", "less", "greater"}
        "greater" where more moved up.

    Returns
    -------
    statistic, p_value : float
        The number that moved up, or a z statistic; the p-value, 1 where nobody moved.
    """
    moved = up + down
    if method in ("asymptotic", "corrected"):
        return _asymptotic(up, down, method, alternative)
    if not moved:
        return 0.0, 1.0
    at_least = float(special.betainc(up, down + 1, 0.5)) if up else 1.0
    at_most = float(special.betainc(down, up + 1, 0.5)) if down else 1.0
    if method == "midp":
        here = float(np.exp(_log_half(up, moved))) / 2
        at_least, at_most = at_least - here, at_most - here
    return float(up), _sided(at_least, at_most, alternative)


def unconditional_p(up: int, down: int, n: int, alternative: str) -> tuple[float, float]:
    """Test whether as many move up as down, whatever the share that moves.

    Parameters
    ----------
    up, down, n : int
        Units that moved each way, and all.
    alternative : {"two-sided", "less", "greater"}
        "greater" where more moved up.

    Returns
    -------
    statistic, p_value : float
        McNemar's z, and the largest probability of one as extreme over all shares that move.

    Raises
    ------
    ValueError
        If there are too many units to list.
    """
    if n > MOST_UNITS:
        raise ValueError(
            f"`method` 'unconditional' goes through every share that may move, up to {MOST_UNITS} "
            f"units, but got {n}: use 'exact', which takes any number."
        )
    if not up + down:
        return 0.0, 1.0
    z = (up - down) / np.sqrt(up + down)
    inside = _extreme_given_moved(z, n, alternative)

    def probability(share: FloatArray) -> FloatArray:
        moved = np.arange(n + 1)
        log = special.gammaln(n + 1) - special.gammaln(moved + 1) - special.gammaln(n - moved + 1)
        log = (
            log + special.xlogy(moved, share[:, None]) + special.xlog1py(n - moved, -share[:, None])
        )
        total: FloatArray = np.exp(log) @ inside
        return total

    # of many units, even the least share of the grid would move more than one
    shares: FloatArray = SHARES
    if n * SHARES[0] > 1:
        shares = np.concatenate([np.geomspace(0.1 / n, SHARES[0], 100, endpoint=False), SHARES])
    grid = np.concatenate([probability(part) for part in np.array_split(shares, 20)])
    best = int(np.argmax(grid))
    low, high = shares[max(best - 1, 0)], shares[min(best + 1, len(shares) - 1)]
    found = optimize.minimize_scalar(
        lambda share: -probability(np.array([share]))[0],
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-10 * high},
    )
    return float(z), float(min(1.0, max(grid[best], -found.fun)))


def cluster_balance_p(sums: IntArray, method: str, alternative: str) -> tuple[float, float]:
    """Test whether moves balance, where all units of a cluster would swap occasions together.

    Parameters
    ----------
    sums : ndarray of int, shape (n_clusters,)
        Moves up less moves down in each cluster.
    method : {"exact", "midp", "asymptotic", "corrected"}
        How the p-value is found.
    alternative : {"two-sided", "less", "greater"}
        "greater" where more moved up.

    Returns
    -------
    statistic, p_value : float
        The total of the sums, or a z statistic; the p-value.

    Raises
    ------
    ValueError
        If the sums are too large to list.
    """
    total, squares = int(sums.sum()), float((sums.astype(np.float64) ** 2).sum())
    if method in ("asymptotic", "corrected"):
        return _normal(float(total), squares, method == "corrected", alternative)
    if not squares:
        return 0.0, 1.0
    sizes = np.abs(sums[sums != 0])
    check_enumerable(int(sizes.sum()))
    chances = np.ones(1)
    for size in sizes:
        wider = np.zeros(len(chances) + 2 * size)
        wider[: len(chances)] += chances / 2
        wider[2 * size :] += chances / 2
        chances = wider
    place = total + int(sizes.sum())
    at_least, at_most = float(chances[place:].sum()), float(chances[: place + 1].sum())
    if method == "midp":
        at_least, at_most = at_least - chances[place] / 2, at_most - chances[place] / 2
    return float(total), _sided(at_least, at_most, alternative)


def _asymptotic(up: int, down: int, method: str, alternative: str) -> tuple[float, float]:
    return _normal(float(up - down), float(up + down), method == "corrected", alternative)


def _normal(
    total: float, variance: float, corrected: bool, alternative: str
) -> tuple[float, float]:
    if not variance:
        return 0.0, 1.0
    # the correction never turns a balance into a difference
    gap = max(abs(total) - 1.0, 0.0) if corrected else abs(total)
    z = float(np.copysign(gap, total) / np.sqrt(variance))
    if alternative == "two-sided":
        return z, float(2 * special.ndtr(-abs(z)))
    if corrected:
        z = (total - (1.0 if alternative == "greater" else -1.0)) / np.sqrt(variance)
    return float(z), float(special.ndtr(-z if alternative == "greater" else z))


def _sided(at_least: float, at_most: float, alternative: str) -> float:
    if alternative == "two-sided":
        return min(1.0, 2 * min(at_least, at_most))
    return at_least if alternative == "greater" else at_most


def _log_half(hits: int, n: int) -> float:
    """Return the log probability of `hits` heads in n fair tosses."""
    log = special.gammaln(n + 1) - special.gammaln(hits + 1) - special.gammaln(n - hits + 1)
    return float(log - n * np.log(2))


def _extreme_given_moved(z: float, n: int, alternative: str) -> FloatArray:
    """Return, for each number that moved, the chance of a z as extreme as the one seen."""
    moved = np.arange(n + 1, dtype=np.float64)
    root = np.sqrt(np.maximum(moved, 1.0))
    # the least number up whose z reaches |z| or z, with room for rounding
    wanted = abs(z) if alternative == "two-sided" else (z if alternative == "greater" else -z)
    least = np.ceil((moved + wanted * root) / 2 - 1e-9)
    some = np.clip(least, 1, None)
    tail = np.where(
        least <= 0,
        1.0,
        np.where(least > moved, 0.0, special.betainc(some, np.maximum(moved - some, 0) + 1, 0.5)),
    )
    if alternative == "two-sided":
        return np.where(least * 2 > moved, 2 * tail, 1.0)
    reached: FloatArray = np.where(moved > 0, tail, float(wanted <= 0))
    return reached


def signed_sum_p(
    values: FloatArray,
    times: FloatArray,
    alternative: str,
    method: str,
    n_resamples: int,
    rng: np.random.Generator | int | None,
) -> tuple[float, str]:
    """Test whether a sum is as expected where the sign of each piece is random.

    Parameters
    ----------
    values : ndarray of float, shape (n_kinds,)
        The signed value of each kind of piece.
    times : ndarray of float, shape (n_kinds,)
        How many pieces of each kind there are.
    alternative : {"two-sided", "less", "greater"}
        "greater" where the sum is above zero.
    method : {"exact", "monte_carlo"}
        How the p-value is found.
    n_resamples : int
        Draws, where it is drawn.
    rng : Generator, int or None
        Where random numbers come from.

    Returns
    -------
    p_value : float
        1 where every piece is zero.
    method : str
        The method used.
    """
    # values equal but for rounding are one group
    weights, place = np.unique(np.abs(values).round(10), return_inverse=True)
    sizes = np.rint(np.bincount(place, weights=times)).astype(np.int64)
    weights, sizes = weights[(kept := (weights > 0) & (sizes > 0))], sizes[kept]
    total = float(times @ values)
    observed = abs(total) if alternative == "two-sided" else total
    observed = -observed if alternative == "less" else observed
    if not len(sizes) or (alternative == "two-sided" and observed <= SLACK):
        return 1.0, method
    sides = 2 if alternative == "two-sided" else 1
    if method == "exact":
        tail = signed_sum_tail(weights.tolist(), sizes.tolist(), observed)
        if tail is not None:
            return min(1.0, sides * tail), method
    hits, generator = 0, as_generator(rng)
    least = observed - SLACK * max(1.0, abs(observed))
    for gaps in draw_gaps(sizes, None, n_resamples, generator):
        sums = gaps @ weights
        hits += int(((np.abs(sums) if sides == 2 else sums) >= least).sum())
    return monte_carlo_p(hits, n_resamples), falls_back(method, n_resamples)


def normal_p(z: float, alternative: str) -> float:
    """Return the p-value of a standard normal statistic.

    Parameters
    ----------
    z : float
        The statistic.
    alternative : {"two-sided", "less", "greater"}
        Which tail counts.

    Returns
    -------
    float
        Between 0 and 1.
    """
    if alternative == "two-sided":
        return float(2 * special.ndtr(-abs(z)))
    return float(special.ndtr(-z if alternative == "greater" else z))
