"""Exact tests of two shares, given the group sizes, at the most unfavourable common share.

And intervals of their difference by inverting these tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
from scipy import optimize, special

from ilacs_reliability._results.estimates import Alternative, Estimate, FloatArray
from ilacs_reliability.comparison.fixed_margins import log_choose
from ilacs_reliability.comparison.limits import holding, score_difference

GRID = 1000
# tables of two counts that a p-value and that an interval may take; about 2000 and 200 a group
MOST_TABLES = 4_000_000
MOST_INVERTED = 40_000


def unconditional_p_value(
    counts: tuple[int, int, int, int], order: str, alternative: Alternative
) -> float:
    """Return Boschloo's or Barnard's p-value for the second share against the first.

    Parameters
    ----------
    counts : tuple of int
        Count and n of the first group, count and n of the second.
    order : {"boschloo", "barnard"}
        By what tables are ordered: Fisher's one-sided p-value, or the pooled score.
    alternative : {"two-sided", "less", "greater"}
        "greater": the second share is larger.

    Returns
    -------
    float
        The largest probability, over common shares, of a table as extreme as the one seen.
    """
    if alternative == "two-sided" and order == "boschloo":
        less, greater = (unconditional_p_value(counts, order, s) for s in ("less", "greater"))
        return min(1.0, 2 * min(less, greater))
    return _largest(_region(counts, order, alternative))


# a search takes seconds at 200 a group, and every sentence and table asks for the limits; a result
# whose p-value is all that is wanted must not wait for them
@lru_cache(maxsize=64)
def unconditional_limits(
    confidence_level: float,
    counts: tuple[int, int, int, int],
    order: str,
    alternative: Alternative,
) -> tuple[float, float]:
    """Return limits of the second share minus the first, by inverting the unconditional test.

    Parameters
    ----------
    confidence_level : float
        Wanted coverage.
    counts : tuple of int
        Count and n of the first group, count and n of the second.
    order, alternative : str
        As in `unconditional_p_value`. Limits of a one-sided test, and of Boschloo's, which doubles
        the one-sided p-value, leave an equal error on either side: each holds the differences that
        the one-sided score test does not reject at the most unfavourable shares.

    Returns
    -------
    tuple of float
        The limits, -1 to 1.
    """
    if alternative == "two-sided" and order == "barnard":
        return _score_limits(1 - confidence_level, counts, "two-sided")
    tail = (1 - confidence_level) / 2
    moving = _score_limits(tail, counts, "one-sided")
    regions = (_region(counts, order, side) for side in ("greater", "less"))
    low, high = (
        _own_side(region, tail, end, limit)
        for region, end, limit in zip(regions, (-1.0, 1.0), moving, strict=True)
    )
    return low, high


@dataclass(frozen=True, slots=True)
class Inverted:
    """The limits of a difference by inverting a test, and which p-value a difference has about.

    Attributes
    ----------
    counts : tuple of int
        Count and n of the first group, count and n of the second.
    order, alternative : str
        As in `unconditional_limits`.
    """

    counts: tuple[int, int, int, int]
    order: str
    alternative: Alternative

    def limits(self, estimate: Estimate, confidence_level: float) -> tuple[float, float]:
        """Return the limits, which hold the estimate."""
        found = unconditional_limits(confidence_level, self.counts, self.order, self.alternative)
        return holding(found, estimate.value)

    def about(self, estimate: Estimate, threshold: float) -> tuple[float, ...]:
        """Return two-sided p-values of which one is about where the limits leave a threshold out.

        By the order that moves with the difference, and by the test's own. Limits lie at the
        outermost difference that is not rejected, so that those next to the threshold count.
        """
        side = 1.0 if threshold > estimate.value else -1.0
        if not -1.0 <= threshold <= 1.0:
            return ()
        beyond = np.linspace(threshold, threshold + side * NEXT_TO, PLACES_NEXT_TO)
        places = [one for one in beyond.tolist() if abs(one) <= 1]
        if self.alternative == "two-sided" and self.order == "barnard":
            moving = [_p_moving(one, self.counts, 0) for one in places]
            return moving[0], max(moving)
        moving = [2 * _p_moving(one, self.counts, -int(side)) for one in places]
        region = _region(self.counts, self.order, "less" if side > 0 else "greater")
        return moving[0], max(moving), 2 * _largest(region, threshold, closely=threshold == 0)


def _own_side(region: Any, tail: float, end: float, limit: float) -> float:
    """Return a limit that moves the order with the difference, on the side of zero of the test.

    Where it is on the other side, the order of the test itself stands for every difference.
    """
    accepts_zero = region.all() or _largest(region) > tail
    beyond = limit <= 0 if end < 0 else limit >= 0
    return limit if accepts_zero == beyond else _one_limit(region, tail, end)


def _region(counts: tuple[int, int, int, int], order: str, alternative: str) -> Any:
    """Return which tables are as extreme as the one seen."""
    x1, n1, x2, n2 = counts
    if order == "barnard":
        scores = _pooled_scores(n1, n2)
        extremity = {"greater": scores, "less": -scores, "two-sided": np.abs(scores)}[alternative]
        return extremity >= extremity[x1, x2] - 1e-9
    chances = _fisher(n1, n2, alternative)
    return chances <= chances[x1, x2] * (1 + 1e-9)


def _one_limit(region: Any, tail: float, end: float) -> float:
    """Return the difference, from `end` inwards, at which the region is as likely as the tail."""
    if region.all():
        return end

    def excess(difference: float) -> float:
        return _largest(region, difference, closely=difference == 0) - tail

    # the test itself is the difference of zero: the limit stays on the side where the test puts it
    start = excess(0.0)
    if start == 0:
        return 0.0
    far = end if start > 0 else -end
    return float(optimize.brentq(excess, 0.0, far, xtol=1e-9)) if excess(far) * start < 0 else far


def _score_limits(
    alpha: float, counts: tuple[int, int, int, int], sides: str
) -> tuple[float, float]:
    """Return the ends of the differences that the score test does not reject.

    The test is two-sided, or that of either side for its own limit.
    """
    x1, n1, x2, n2 = counts
    value = x2 / n2 - x1 / n1
    signs = (0, 0) if sides == "two-sided" else (1, -1)
    far = _far_ends(alpha, counts)
    low, high = (
        _outermost(partial(_accepted, alpha=alpha, counts=counts, sign=sign), end, edge, value)
        for sign, end, edge in zip(signs, (-1.0, 1.0), far, strict=True)
    )
    return low, high


def _far_ends(alpha: float, counts: tuple[int, int, int, int]) -> tuple[float, float]:
    """Return limits of large samples beyond which to look for none, save in small groups."""
    x1, n1, x2, n2 = counts
    if (n1 + 1) * (n2 + 1) < SMALL:
        return -1.0, 1.0
    whole = (float(x1), float(n1), float(x2), float(n2))
    return score_difference(whole, 1 - alpha / FARTHER)


def _accepted(
    difference: float, *, alpha: float, counts: tuple[int, int, int, int], sign: int
) -> bool:
    return _p_moving(difference, counts, sign) > alpha


def _p_moving(difference: float, counts: tuple[int, int, int, int], sign: int) -> float:
    """Return the p-value of the score for a difference; two-sided where the sign is 0."""
    x1, n1, x2, n2 = counts
    scores = _scores(n1, n2, difference)
    scores = sign * scores if sign else np.abs(scores)
    # a score found by trigonometry is right to about 1e-8
    region = scores >= scores[x1, x2] - 1e-7
    return _largest(region, difference, COARSE, closely=difference == 0)


def _outermost(accepted: Callable[[float], bool], end: float, edge: float, value: float) -> float:
    """Return the accepted difference nearest to an end of the range."""
    outer = end if edge == end or accepted(edge) else edge
    n_steps = STEPS if outer == end else FEWER_STEPS
    steps = np.linspace(outer, value, n_steps + 1)
    if min(outer, value) < 0 < max(outer, value):
        # zero itself, so that the interval holds it where the test does not reject it
        steps = np.sort(np.append(steps, 0.0))[:: 1 if outer < value else -1]
    # the value seen is accepted whatever the level
    first = next(
        (i for i, step in enumerate(steps[:-1].tolist()) if accepted(step)), len(steps) - 1
    )
    if first == 0:
        return outer
    far, near = float(steps[first - 1]), float(steps[first])
    while abs(far - near) > 1e-7:
        middle = (far + near) / 2
        far, near = (far, middle) if accepted(middle) else (middle, near)
    return near


# tables up to which the whole range is searched; how many times less likely limits of large samples
# are beyond which larger ones are not, and the steps that then take
SMALL = 400
FARTHER = 1000
FEWER_STEPS = 25
STEPS = 100
COARSE = 200
# how far beyond a threshold its p-value is looked for, and at how many places
NEXT_TO, PLACES_NEXT_TO = 0.05, 25


def _pooled_scores(n1: int, n2: int) -> FloatArray:
    """Return the pooled score of every table, rows by the first count, columns by the second."""
    first, second = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)
    share = (first + second) / (n1 + n2)
    variance = share * (1 - share) * (1 / n1 + 1 / n2)
    gap = second / n2 - first / n1
    # where all units agree there is no difference to see
    scores: FloatArray = np.where(variance > 0, gap / np.sqrt(np.maximum(variance, 1e-300)), 0.0)
    return scores


def _scores(n1: int, n2: int, difference: float) -> FloatArray:
    """Return every table's score for a difference (Miettinen and Nurminen, 1985, appendix I)."""
    if difference == 0:
        return _pooled_scores(n1, n2)
    first, second = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)
    n, total = n1 + n2, first + second
    c2 = (n2 + 2 * n1) * difference - n - total
    c1 = (n1 * difference - n - 2 * first) * difference + total
    c0 = first * difference * (1 - difference)
    q = c2**3 / (27 * n**3) - c1 * c2 / (6 * n**2) + c0 / (2 * n)
    p = np.sqrt(np.maximum(c2**2 / (9 * n**2) - c1 / (3 * n), 0.0)) * np.where(q >= 0, 1.0, -1.0)
    ratio = np.divide(q, p**3, out=np.zeros_like(p), where=np.abs(p) > 1e-100)
    angle = (np.pi + np.arccos(np.clip(ratio, -1.0, 1.0))) / 3
    root = 2 * p * np.cos(angle) - c2 / (3 * n)
    p1 = np.clip(root, max(0.0, -difference), min(1.0, 1.0 - difference))
    p2 = np.clip(p1 + difference, 0.0, 1.0)
    variance = p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2
    gap = second / n2 - first / n1 - difference
    gap = np.where(np.abs(gap) < 1e-12, 0.0, gap)
    scores: FloatArray = gap / np.sqrt(np.maximum(variance, 1e-24))
    return scores


def _fisher(n1: int, n2: int, alternative: str) -> FloatArray:
    """Return Fisher's one-sided p-value of every table."""
    if alternative == "less":
        return _fisher(n2, n1, "greater").T
    first, second = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)
    logs = log_choose(np.asarray(n1), first) + log_choose(np.asarray(n2), second)
    logs = logs - log_choose(np.asarray(n1 + n2), first + second)
    # the tables of a total lie on a diagonal: put each in a row, then add up from its far end
    total, place, width = (
        (first + second, first, n1) if n1 < n2 else (first + second, n2 - second, n2)
    )
    rows = np.zeros((n1 + n2 + 1, width + 1))
    rows[total, place] = np.exp(logs)
    chances: FloatArray = np.cumsum(rows, axis=1)[total, place]
    return chances


def _largest(
    region: Any, difference: float = 0.0, grid: int = GRID, *, closely: bool = True
) -> float:
    """Return the largest probability of a region of tables over first shares."""
    if region.all():
        return 1.0
    grid = GRID if closely else grid
    least, most = max(0.0, -difference), min(1.0, 1.0 - difference)
    step = (most - least) / grid
    # at a difference of zero nothing is extreme at the ends
    shares: FloatArray = np.linspace(least, most, grid + 1)
    if not difference:
        shares = shares[1:-1]
    chances = _probabilities(region, shares, difference)
    best = float(chances.max())
    for place in np.argsort(chances)[-3:] if closely else ():
        found = optimize.minimize_scalar(
            lambda share: -float(_probabilities(region, np.array([share]), difference)[0]),
            bounds=(max(shares[place] - step, least), min(shares[place] + step, most)),
            method="bounded",
            options={"xatol": 1e-10},
        )
        best = max(best, -float(found.fun))
    return min(1.0, best)


def _probabilities(region: Any, shares: FloatArray, difference: float = 0.0) -> FloatArray:
    """Return the probability of a region for each first share."""
    n1, n2 = (size - 1 for size in region.shape)
    first = _binomial(n1, shares)
    second = _binomial(n2, np.clip(shares + difference, 0.0, 1.0))
    total: FloatArray = ((second @ region.T) * first).sum(axis=1)
    return total


def _binomial(n: int, shares: FloatArray) -> FloatArray:
    k = np.arange(n + 1)
    logs = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    terms = special.xlogy(k, shares[:, None]) + special.xlog1py(n - k, -shares[:, None])
    chances: FloatArray = np.exp(logs + terms)
    return chances
