"""Whether moves in two directions balance: the tests behind the sign test and McNemar's."""

from __future__ import annotations

import numpy as np
from scipy import special

from ilacs_reliability._inference import betas


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
        return normal_balance(up - down, up + down, method, alternative)
    if not moved:
        return 0.0, 1.0
    tail = _midp if method == "midp" else _at_least
    if alternative == "two-sided":
        return float(up), min(1.0, 2 * tail(max(up, down), min(up, down)))
    return float(up), tail(up, down) if alternative == "greater" else tail(down, up)


def normal_balance(
    total: float, variance: float, method: str, alternative: str
) -> tuple[float, float]:
    """Test whether moves balance by the normal distribution.

    Parameters
    ----------
    total, variance : float
        Moves up less moves down, and its variance where each could have been the other.
    method : {"asymptotic", "corrected"}
        Without or with continuity correction.
    alternative : {"two-sided", "less", "greater"}
        "greater" where more moved up.

    Returns
    -------
    statistic, p_value : float
        A z statistic, and the p-value, 1 where nobody moved.
    """
    if not variance:
        return 0.0, 1.0
    corrected = method == "corrected"
    # the correction never turns a balance into a difference
    gap = max(abs(total) - 1.0, 0.0) if corrected else abs(total)
    z = float(np.copysign(gap, total) / np.sqrt(variance))
    if corrected and alternative != "two-sided":
        z = float((total - (1.0 if alternative == "greater" else -1.0)) / np.sqrt(variance))
    return z, normal_p(z, alternative)


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


def unseen_p(side: float, share: float, n: int, alternative: str) -> tuple[float, float]:
    """Test a mean of pieces that are all alike, by the share of others that none of n shows.

    Parameters
    ----------
    side : float
        Its distance from the hypothesis, not 0, of which the sign counts.
    share : float
        The share of such pieces among all that would make the hypothesis true, others being as far
        off as can be.
    n : int
        Pieces.
    alternative : {"two-sided", "less", "greater"}
        "greater" where the mean is above.

    Returns
    -------
    statistic, p_value : float
        Infinite, and the smallest level at which the bounds leave the hypothesis out.
    """
    tail = min(float(share) ** n, 0.5)
    p_value = 2 * tail if alternative == "two-sided" else tail
    away = (side > 0) == (alternative == "greater") or alternative == "two-sided"
    return float(np.copysign(np.inf, side)), p_value if away else 1 - tail


def _at_least(heads: int, tails: int) -> float:
    """Return the chance of so many heads or more, in as many fair tosses as both together."""
    if not heads or tails < 0:
        return float(not heads)
    return float(betas.betainc(heads, tails + 1, 0.5))


def _midp(heads: int, tails: int) -> float:
    """Return the same, counting half of so many."""
    # a mean of tails is all positive: nothing cancels, however small they are
    return (_at_least(heads, tails) + _at_least(heads + 1, tails - 1)) / 2
