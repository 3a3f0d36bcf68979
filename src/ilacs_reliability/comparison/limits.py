"""Confidence limits for two independent proportions: difference, ratio and odds ratio."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from scipy import optimize, special

from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._inference.intervals import midp_limits

# share of the first group first: (count, n, count, n)
Counts: TypeAlias = tuple[float, float, float, float]
Pair: TypeAlias = tuple[float, float]
# shares below which the cubic's closed root loses digits, and halvings that bring them back
RARE = 1e-3
HALVINGS = 100
# the log of no ratio or odds ratio of whole numbers of 64 bits is farther from 0
FARTHEST = 90.0


def holding(limits: Pair, value: float) -> Pair:
    """Return limits that hold a value which rounding may have left just outside.

    Parameters
    ----------
    limits : tuple of float
        Lower and upper limit.
    value : float
        The estimate.

    Returns
    -------
    tuple of float
        The limits, widened to it.
    """
    return min(float(limits[0]), value), max(float(limits[1]), value)


def wilson(count: float, n: float, z: float) -> Pair:
    """Return Wilson's limits of a proportion.

    Parameters
    ----------
    count, n : float
        Units that count, and units.
    z : float
        Normal quantile.

    Returns
    -------
    tuple of float
        Lower and upper limit.
    """
    centre = count + z**2 / 2
    half = z * np.sqrt(count * (n - count) / n + z**2 / 4)
    low, high = (centre - half) / (n + z**2), (centre + half) / (n + z**2)
    # at a very low level the lower limit of all rounds to 1
    low = np.where(np.equal(count, n), np.minimum(low, np.nextafter(1.0, 0.0)), low)
    # exact at the ends, where the difference leaves about 1e-17
    return _numbers(np.where(np.equal(count, 0), 0.0, low), np.where(np.equal(count, n), 1.0, high))


def newcombe_difference(counts: Counts, confidence_level: float) -> Pair:
    """Return Newcombe's limits (1998, method 10) of the second share minus the first.

    Parameters
    ----------
    counts : tuple of float
        Count and n of the first group, count and n of the second.
    confidence_level : float
        Wanted coverage.

    Returns
    -------
    tuple of float
        Lower and upper limit, within -1 and 1.
    """
    x1, n1, x2, n2 = counts
    z = quantile(confidence_level)
    (l1, u1), (l2, u2) = wilson(x1, n1, z), wilson(x2, n2, z)
    p1, p2 = x1 / n1, x2 / n2
    low = p2 - p1 - np.hypot(p2 - l2, u1 - p1)
    high = p2 - p1 + np.hypot(u2 - p2, p1 - l1)
    return _numbers(low, high)


def midp_difference(counts: Counts, confidence_level: float) -> Pair:
    """Return limits of the second share minus the first, joined from mid-p limits of either.

    Parameters
    ----------
    counts : tuple of float
        Count and n of the first group, count and n of the second.
    confidence_level : float
        Wanted coverage.

    Returns
    -------
    tuple of float
        Lower and upper limit, within -1 and 1.
    """
    x1, n1, x2, n2 = counts
    p = np.array([x1 / n1, x2 / n2])
    low, high = midp_limits([x1, x2], [n1, n2], confidence_level=confidence_level)
    # at a low level the median of the limits may lie to either side of the share
    down, up = np.maximum(p - low, 0.0), np.maximum(high - p, 0.0)
    value = p[1] - p[0]
    ends = value - np.hypot(down[1], up[0]), value + np.hypot(up[1], down[0])
    return _numbers(np.maximum(-1.0, ends[0]), np.minimum(1.0, ends[1]))


def agresti_caffo_difference(counts: Counts, confidence_level: float) -> Pair:
    """Return Agresti and Caffo's limits (2000): one success and one failure more in each group.

    Parameters
    ----------
    counts : tuple of float
        Count and n of the first group, count and n of the second.
    confidence_level : float
        Wanted coverage.

    Returns
    -------
    tuple of float
        Lower and upper limit, cut at -1 and 1, and widened to the difference seen where the two
        units more have moved them past it (in groups of one or two, or at a low level).
    """
    x1, n1, x2, n2 = counts
    p1, p2 = (x1 + 1) / (n1 + 2), (x2 + 1) / (n2 + 2)
    half = quantile(confidence_level) * np.sqrt(p1 * (1 - p1) / (n1 + 2) + p2 * (1 - p2) / (n2 + 2))
    low, high, seen = p2 - p1 - half, p2 - p1 + half, x2 / n2 - x1 / n1
    low, high = np.maximum(-1.0, np.minimum(low, seen)), np.minimum(1.0, np.maximum(high, seen))
    return _numbers(low, high)


def _numbers(low: Any, high: Any) -> Pair:
    """Return limits of one study as numbers, of many as arrays."""
    return (low, high) if np.ndim(low) else (float(low), float(high))


def score_difference(counts: Counts, confidence_level: float) -> Pair:
    """Return Miettinen and Nurminen's limits (1985) of the second share minus the first.

    Parameters
    ----------
    counts : tuple of float
        Count and n of the first group, count and n of the second.
    confidence_level : float
        Wanted coverage.

    Returns
    -------
    tuple of float
        Lower and upper limit, within -1 and 1.
    """
    x1, n1, x2, n2 = counts
    z, value = quantile(confidence_level), x2 / n2 - x1 / n1

    def beyond(delta: float) -> float:
        return difference_score(counts, delta) - z * float(np.sign(value - delta))

    return _end(beyond, value, -1.0), _end(beyond, value, 1.0)


def stratified_score_difference(
    strata: FloatArray, weights: FloatArray, confidence_level: float
) -> Pair:
    """Return Miettinen and Nurminen's limits (1985) of a weighted difference over strata.

    Parameters
    ----------
    strata : ndarray of float, shape (n_strata, 4)
        Count and n of the first group, count and n of the second, by stratum.
    weights : ndarray of float, shape (n_strata,)
        Weights of the strata's differences, which add up to 1.
    confidence_level : float
        Wanted coverage.

    Returns
    -------
    tuple of float
        The differences that are no more than the normal quantile of standard errors off, with the
        variance of each stratum where it has that difference.
    """
    x1, n1, x2, n2 = strata.T
    z, value = quantile(confidence_level), float(weights @ (x2 / n2 - x1 / n1))

    def beyond(delta: float) -> float:
        p1 = _restricted_shares(strata, delta)
        p2 = np.clip(p1 + delta, 0.0, 1.0)
        n = n1 + n2
        spread = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * n / (n - 1)
        error = float(np.sqrt(weights**2 @ spread))
        return (value - delta) - z * error * float(np.sign(value - delta))

    return _end(beyond, value, -1.0), _end(beyond, value, 1.0)


def _restricted_shares(strata: FloatArray, delta: float) -> FloatArray:
    """Return the first share most likely under the difference in each stratum, by halving."""
    x1, n1, x2, n2 = strata.T
    low = np.full(len(strata), max(0.0, -delta))
    high = np.full(len(strata), min(1.0, 1.0 - delta))
    for _ in range(HALVINGS // 2):
        p1 = (low + high) / 2
        p2 = p1 + delta
        with np.errstate(divide="ignore", invalid="ignore"):
            rises = x1 / p1 + x2 / p2 > (n1 - x1) / (1 - p1) + (n2 - x2) / (1 - p2)
        low, high = np.where(rises, p1, low), np.where(rises, high, p1)
    middle: FloatArray = (low + high) / 2
    return middle


def difference_score(counts: Counts, delta: float) -> float:
    """Return the score statistic for a difference of `delta`.

    Parameters
    ----------
    counts : tuple of float
        Count and n of the first group, count and n of the second.
    delta : float
        Second share minus first under the hypothesis.

    Returns
    -------
    float
        The difference seen minus `delta`, in standard errors under the hypothesis.
    """
    x1, n1, x2, n2 = counts
    if x1 + x2 > (n1 + n2) / 2:
        # a share that is almost 1 has lost the digits of what it lacks
        return 0.0 - difference_score((n1 - x1, n1, n2 - x2, n2), -delta)
    if x1 * n2 > x2 * n1:
        # the rarer share is what is searched for: taken from the other it has lost its digits
        return 0.0 - difference_score((x2, n2, x1, n1), -delta)
    p1 = _restricted_first(counts, delta)
    p2 = min(max(p1 + delta, 0.0), 1.0)
    n = n1 + n2
    variance = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * n / (n - 1)
    gap = x2 / n2 - x1 / n1 - delta
    if variance <= 0:
        return 0.0 if abs(gap) < 1e-12 else float(np.sign(gap) * np.inf)
    return float(gap / np.sqrt(variance))


def score_ratio(counts: Counts, confidence_level: float) -> Pair:
    """Return Miettinen and Nurminen's limits (1985) of the second share over the first.

    Parameters
    ----------
    counts : tuple of float
        Count and n of the first group, count and n of the second.
    confidence_level : float
        Wanted coverage.

    Returns
    -------
    tuple of float
        Lower and upper limit, 0 and infinity included.
    """
    return _positive_limits(counts, confidence_level, _ratio_score)


def stratified_score_ratio(strata: FloatArray, confidence_level: float) -> Pair:
    """Return score limits of a ratio of shares common to strata, weighted by Mantel and Haenszel.

    Parameters
    ----------
    strata : ndarray of float, shape (n_strata, 4)
        Count and n of the first group, count and n of the second, by stratum.
    confidence_level : float
        Wanted coverage.

    Returns
    -------
    tuple of float
        Lower and upper limit, 0 and infinity included.
    """
    kinds, times = np.unique(strata, axis=0, return_counts=True)
    _, n1, _, n2 = kinds.T
    weights = n1 * n2 / (n1 + n2)
    listed = kinds.tolist()

    def score(_: Counts, log: float) -> float:
        gaps, variances = np.array([_ratio_parts(tuple(one), log) for one in listed]).T
        return _in_errors(float(times * weights @ gaps), float(times * weights**2 @ variances))

    x1, n, x2, m = strata.sum(axis=0).tolist()
    return _positive_limits((x1, n, x2, m), confidence_level, score)


def greenland_robins_ratio(strata: FloatArray, confidence_level: float) -> Pair:
    """Return limits of the log of Mantel and Haenszel's ratio of shares (Greenland, Robins, 1985).

    Parameters
    ----------
    strata : ndarray of float, shape (n_strata, 4)
        Count and n of the first group, count and n of the second, by stratum.
    confidence_level : float
        Wanted coverage.

    Returns
    -------
    tuple of float
        Lower and upper limit; 0 to infinity where a group counts none.
    """
    x1, n1, x2, n2 = strata.T
    n = n1 + n2
    second, first = float((x2 * n1 / n).sum()), float((x1 * n2 / n).sum())
    if not (first > 0 and second > 0):
        return 0.0, float("inf")
    # written as a sum, so that few of very many are not lost in rounding
    spread = float(((x1 * n1 * (n2 - x2) + x2 * n2 * (n1 - x1)) / n**2).sum())
    return _log_limits(second / first, np.sqrt(spread / first / second), confidence_level)


def score_odds_ratio(counts: Counts, confidence_level: float) -> Pair:
    """Return Miettinen and Nurminen's limits (1985) of the second odds over the first.

    Parameters
    ----------
    counts : tuple of float
        Count and n of the first group, count and n of the second.
    confidence_level : float
        Wanted coverage.

    Returns
    -------
    tuple of float
        Lower and upper limit, 0 and infinity included.
    """
    return _positive_limits(counts, confidence_level, _odds_score)


def katz_ratio(counts: Counts, confidence_level: float) -> Pair:
    """Return limits of the log ratio of two shares (Katz and others, 1978).

    Parameters
    ----------
    counts : tuple of float
        Count and n of the first group, count and n of the second.
    confidence_level : float
        Wanted coverage.

    Returns
    -------
    tuple of float
        Lower and upper limit; 0 to infinity where a count is zero.
    """
    x1, n1, x2, n2 = counts
    if not (x1 > 0 and x2 > 0):
        return 0.0, float("inf")
    # taken from the others, so that few of very many are not lost in rounding
    error = np.sqrt((n1 - x1) / (x1 * float(n1)) + (n2 - x2) / (x2 * float(n2)))
    return _log_limits(x2 / n2 / (x1 / n1), error, confidence_level)


def woolf_odds_ratio(counts: Counts, confidence_level: float) -> Pair:
    """Return Woolf's limits (1955) of the log odds ratio.

    Parameters
    ----------
    counts : tuple of float
        Count and n of the first group, count and n of the second.
    confidence_level : float
        Wanted coverage.

    Returns
    -------
    tuple of float
        Lower and upper limit; 0 to infinity where a count is zero.
    """
    x1, n1, x2, n2 = counts
    cells = np.array([x1, n1 - x1, x2, n2 - x2], dtype=np.float64)
    if (cells == 0).any():
        return 0.0, float("inf")
    odds = cells[2] * cells[1] / (cells[3] * cells[0])
    return _log_limits(float(odds), float(np.sqrt((1 / cells).sum())), confidence_level)


def quantile(confidence_level: float) -> float:
    """Return the normal quantile of a two-sided interval.

    Parameters
    ----------
    confidence_level : float
        Wanted coverage.

    Returns
    -------
    float
        1.96 for 0.95.
    """
    return float(special.ndtri((1 + confidence_level) / 2))


def _restricted_first(counts: Counts, delta: float) -> float:
    """Return the first share most likely under the difference (Miettinen-Nurminen, appendix I)."""
    x1, n1, x2, n2 = counts
    n, x = n1 + n2, x1 + x2
    c3, c2 = n, (n2 + 2 * n1) * delta - n - x
    c1 = (n1 * delta - n - 2 * x1) * delta + x
    c0 = x1 * delta * (1 - delta)
    q = c2**3 / (27 * c3**3) - c1 * c2 / (6 * c3**2) + c0 / (2 * c3)
    p = np.sqrt(max(c2**2 / (9 * c3**2) - c1 / (3 * c3), 0.0)) * (1.0 if q >= 0 else -1.0)
    ratio = q / p**3 if p else 0.0
    angle = (np.pi + np.arccos(np.clip(ratio, -1.0, 1.0))) / 3
    root = 2 * p * np.cos(angle) - c2 / (3 * c3)
    low, high = max(0.0, -delta), min(1.0, 1.0 - delta)
    return float(np.clip(root, low, high)) if root > RARE else _halved(counts, delta, low, high)


def _halved(counts: Counts, delta: float, low: float, high: float) -> float:
    """Return the same by halving, as far as a small share needs it."""
    x1, n1, x2, n2 = counts
    for _ in range(HALVINGS):
        p1 = (low + high) / 2
        p2 = p1 + delta
        if not (0 < p1 < 1 and 0 < p2 < 1):
            break
        rises = x1 / p1 + x2 / p2 > (n1 - x1) / (1 - p1) + (n2 - x2) / (1 - p2)
        low, high = (p1, high) if rises else (low, p1)
    return (low + high) / 2


def _ratio_score(counts: Counts, log: float) -> float:
    return _in_errors(*_ratio_parts(counts, log))


def _in_errors(gap: float, variance: float) -> float:
    if variance <= 0:
        return 0.0 if gap == 0 else float(np.sign(gap) * np.inf)
    return float(gap / np.sqrt(variance))


def _ratio_parts(counts: Counts, log: float) -> tuple[float, float]:
    """Return how far two shares are from a ratio, and the variance of that under it."""
    x1, n1, x2, n2 = counts
    if log < 0:
        gap, variance = _ratio_parts((x2, n2, x1, n1), -log)
        return -gap, variance
    n, y1, y2 = n1 + n2, n1 - x1, n2 - x2
    ratio, more, less = np.exp(log), np.expm1(log), np.exp(-log)
    b = -(n2 + x1) - (x2 + n1) * less
    p2 = 2 * (x1 + x2) / (-b + np.sqrt(max(b**2 - 4 * n * less * (x1 + x2), 0.0)))
    q2, gap = 1 - p2, x2 / n2 - ratio * x1 / n1
    if p2 > 0.5:
        # next to 1 the shares that are not counted keep the digits
        c = (x1 + x2 + y2) * more * less - (y1 + y2) * less
        root = np.sqrt(c**2 + 4 * n * less * y2 * more * less)
        q2 = 2 * y2 * more * less / (c + root) if c > 0 else (root - c) / (2 * n * less)
        p2, gap = 1 - q2, y1 / n1 - y2 / n2 - more * x1 / n1
    p2, q2 = min(max(p2, 0.0), 1.0), min(max(q2, 0.0), 1.0)
    # the first share times the ratio is the second
    return gap, (p2 * q2 / n2 + p2 * (more + q2) / n1) * n / (n - 1)


def _odds_score(counts: Counts, log: float) -> float:
    x1, n1, x2, n2 = counts
    if log < 0:
        return -_odds_score((x2, n2, x1, n1), -log)
    n, x = n1 + n2, x1 + x2
    more, less = -np.expm1(-log), np.exp(-log)
    # the shares under the hypothesis have this odds ratio and the total seen: roots of quadratics
    # of one discriminant, in forms that take nothing from nothing
    b = (n2 - x) + less * (n1 + x)
    root = np.sqrt(b**2 + 4 * n1 * more * x * less)
    p1 = 2 * x * less / (b + root) if b >= 0 else (root - b) / (2 * n1 * more)
    q1 = 2 * (n - x) / (n1 + n2 * less + (n - x) * more + root)
    both = p1 + q1 * less
    p2, q2 = p1 / both, q1 * less / both
    spread = 1 / max(n1 * p1 * q1, 1e-200) + 1 / max(n2 * p2 * q2, 1e-200)
    # all four cells are off by as much; the smallest keeps the digits of it
    cells = ((n1 * p1, x1, -1), (n1 * q1, n1 - x1, 1), (n2 * p2, x2, 1), (n2 * q2, n2 - x2, -1))
    expected, seen, sign = min(cells)
    return float(sign * (seen - expected) * np.sqrt(spread * (n - 1) / n))


def _positive_limits(
    counts: Counts, confidence_level: float, score: Callable[[Counts, float], float]
) -> Pair:
    """Invert a score on the log scale, open ends where a group is all or none."""
    x1, n1, x2, n2 = counts
    z = quantile(confidence_level)

    def crossing(level: float) -> float:
        def beyond(log: float) -> float:
            return min(max(score(counts, log), -1e6), 1e6) - level

        low, high = -FARTHEST, FARTHEST
        if beyond(high) >= 0:
            # at a level of next to nothing the score still passes it far out
            return float(np.exp(high)) if level > 0 else float("inf")
        if beyond(low) <= 0:
            return 0.0
        return float(np.exp(optimize.brentq(beyond, low, high, xtol=1e-300, maxiter=1000)))

    if x1 + x2 in (0, n1 + n2) and score is _odds_score:
        return 0.0, float("inf")
    if x1 + x2 == 0:
        return 0.0, float("inf")
    low = 0.0 if x2 == 0 else crossing(z)
    high = float("inf") if x1 == 0 else crossing(-z)
    return low, high


def _end(beyond: Callable[[float], float], value: float, end: float) -> float:
    """Find where a score crosses its quantile between the value and an end of the range."""
    if value == end:
        return end
    # limits about rare grades of huge groups lie closer than the first step
    for step in (1e-9, 1e-12, 1e-15):
        near = value + (end - value) * step
        if near != value and beyond(end) * beyond(near) < 0:
            return float(optimize.brentq(beyond, near, end, xtol=1e-3 * step))
    # at a low level the score may cross nearer than the last step
    return near if beyond(end) * (value - end) > 0 else end


def _log_limits(value: float, error: float, confidence_level: float) -> Pair:
    half = quantile(confidence_level) * error
    # beyond the largest number there is no limit
    with np.errstate(over="ignore"):
        return float(value * np.exp(-half)), float(value * np.exp(half))
