"""Exact tests of two shares, given the group sizes, at the most unfavourable common share."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import optimize, special, stats

from ilacs_reliability.estimates import Alternative, FloatArray

GRID = 1000


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
    x1, n1, x2, n2 = counts
    if order == "barnard":
        scores = _pooled_scores(n1, n2)
        extremity = {"greater": scores, "less": -scores, "two-sided": np.abs(scores)}[alternative]
        return _largest(extremity >= extremity[x1, x2] - 1e-9)
    if alternative == "two-sided":
        less, greater = (unconditional_p_value(counts, order, s) for s in ("less", "greater"))
        return min(1.0, 2 * min(less, greater))
    chances = _fisher(n1, n2, alternative)
    return _largest(chances <= chances[x1, x2] * (1 + 1e-9))


def _pooled_scores(n1: int, n2: int) -> FloatArray:
    """Return the pooled score of every table, rows by the first count, columns by the second."""
    first, second = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)
    share = (first + second) / (n1 + n2)
    variance = share * (1 - share) * (1 / n1 + 1 / n2)
    gap = second / n2 - first / n1
    # where all units agree there is no difference to see
    scores: FloatArray = np.where(variance > 0, gap / np.sqrt(np.maximum(variance, 1e-300)), 0.0)
    return scores


def _fisher(n1: int, n2: int, alternative: Alternative) -> FloatArray:
    """Return Fisher's one-sided p-value of every table."""
    first, second = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)
    law = stats.hypergeom(n1 + n2, n2, first + second)
    chances: Any = law.sf(second - 1) if alternative == "greater" else law.cdf(second)
    return np.asarray(chances, dtype=np.float64)


def _largest(region: Any) -> float:
    """Return the largest probability of a region of tables over common shares."""
    if region.all():
        return 1.0
    shares = np.arange(1, GRID) / GRID
    chances = _probabilities(region, shares)
    best = float(chances.max())
    for place in np.argsort(chances)[-3:]:
        ends = (shares[place] - 1 / GRID, shares[place] + 1 / GRID)
        found = optimize.minimize_scalar(
            lambda share: -float(_probabilities(region, np.array([share]))[0]),
            bounds=ends,
            method="bounded",
            options={"xatol": 1e-10},
        )
        best = max(best, -float(found.fun))
    return min(1.0, best)


def _probabilities(region: Any, shares: FloatArray) -> FloatArray:
    """Return the probability of a region for each common share."""
    n1, n2 = (size - 1 for size in region.shape)
    first, second = (_binomial(n, shares) for n in (n1, n2))
    total: FloatArray = ((second @ region.T) * first).sum(axis=1)
    return total


def _binomial(n: int, shares: FloatArray) -> FloatArray:
    k = np.arange(n + 1)
    logs = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    terms = special.xlogy(k, shares[:, None]) + special.xlog1py(n - k, -shares[:, None])
    chances: FloatArray = np.exp(logs + terms)
    return chances
