"""Where a test starts to reject, so that an interval can answer as the test does.

A score interval leaves no effect out where the statistic passes a quantile of the normal
distribution. With the test's own critical value in its place, it answers as that test does, exact,
drawn or asymptotic.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from ilacs_reliability._data.scales import FloatArray

# the chance that a statistic reaches a number
Tail: TypeAlias = Callable[[float], float]
# statistics closer than this are equal but for rounding
SLACK = 1e-9
# how closely a step of the p-value is searched for, as a share of where it lies
CLOSE = 1e-10
# keeps rounding from rejecting what is kept
ROOM = 1e-8


def critical_value(
    p_value: Tail,
    alpha: float,
    *,
    usual: float,
    top: float,
    following: Callable[[float], float] | None = None,
) -> float:
    """Return a number that exactly the statistics pass at which a test rejects.

    Parameters
    ----------
    p_value : callable
        Takes a statistic, 0 or more, and returns its p-value, which falls in steps.
    alpha : float
        The level of the test, between 0 and 1.
    usual : float
        The critical value of large samples, taken wherever it lies well between the last statistic
        kept and the first rejected.
    top : float
        A number that no statistic passes.
    following : callable, optional
        Takes a number and returns the least statistic above it. Needed where the p-value may stay
        the same from one statistic to the next. Default: where the p-value falls next.

    Returns
    -------
    float
        Between the largest statistic kept and the least rejected: the usual value, but no closer
        to either than a quarter of their distance. Where none can be rejected, no less than the
        largest. It never falls as the level does, so that intervals lie within wider ones.

    Examples
    --------
    Of six tosses, only six alike are rare enough:

    >>> from ilacs_reliability._inference.critical import critical_value
    >>> from ilacs_reliability.shift.signed import signed_sum_tail
    >>> tail = signed_sum_tail([1.0], [6])
    >>> critical_value(lambda gap: 2 * tail(gap), 0.05, usual=4.8, top=6.0)
    4.8
    >>> round(critical_value(lambda gap: 2 * tail(gap), 0.05, usual=3.9, top=6.0), 6)
    4.5
    """
    if p_value(top) > alpha:
        return max(usual, top * (1 + ROOM))
    low, high = 0.98 * usual, min(1.02 * usual, top)
    low = low if low < top and p_value(low) > alpha else 0.0
    high = high if p_value(high) <= alpha else top
    kept, above = _last(p_value, alpha, low, high)
    # past statistics that are equal but for rounding
    above += 8 * SLACK * max(1.0, above)
    if following is not None:
        return _between(usual, kept, following(above))
    rest = p_value(above)
    if not rest > 0:
        return max(usual, kept * (1 + ROOM))
    low, width = above, 1e-6 * max(1.0, above)
    while low + width < top and p_value(low + width) > rest * (1 - SLACK):
        low, width = low + width, 8 * width
    rejected, _ = _last(p_value, rest * (1 - SLACK), low, min(low + width, top))
    return _between(usual, kept, rejected)


def whole_critical_value(p_value: Tail, alpha: float, *, usual: float, top: float) -> float:
    """Do the same where statistics are whole numbers.

    Parameters
    ----------
    p_value : callable
        Takes a statistic, 0 or more, and returns its p-value.
    alpha : float
        The level of the test, between 0 and 1.
    usual, top : float
        As of `critical_value`.

    Returns
    -------
    float
        Between the largest statistic kept and the least rejected, as of `critical_value`.
    """
    if p_value(top) > alpha:
        return max(usual, top * (1 + ROOM))
    kept, rejected = 0, round(top)
    while rejected - kept > 1:
        middle = (kept + rejected) // 2
        kept, rejected = (middle, rejected) if p_value(middle) > alpha else (kept, middle)
    return _between(usual, kept, rejected)


def drawn_critical_value(draws: FloatArray, alpha: float, *, usual: float, top: float) -> float:
    """Return the largest statistic at which a Monte Carlo test does not reject.

    Parameters
    ----------
    draws : ndarray of float, shape (n_resamples,)
        Statistics under the hypothesis, ascending.
    alpha : float
        The level of the test.
    usual, top : float
        As of `critical_value`, where there are too few draws to reject anything.

    Returns
    -------
    float
        The number that exactly the statistics pass at which the test rejects.
    """
    # 1 + hits over 1 + draws must pass the level
    hits = int(np.floor(alpha * (1 + len(draws)) + 1e-9))
    if not hits:
        return max(usual, top * (1 + ROOM))
    edge = float(draws[len(draws) - min(hits, len(draws))])
    return (edge + 2 * SLACK) / (1 - 2 * SLACK)


def _between(usual: float, kept: float, rejected: float) -> float:
    """Keep the usual value well inside a gap: what it ends up as then rises where it rises."""
    inside = (rejected - kept) / 4
    return min(max(usual, kept + inside), rejected - inside)


def _last(p_value: Tail, level: float, low: float, high: float) -> tuple[float, float]:
    """Close in on the last statistic whose p-value is above a level, from below and above."""
    while high - low > CLOSE * max(1.0, high):
        middle = (low + high) / 2
        low, high = (middle, high) if p_value(middle) > level else (low, middle)
    return low, high
