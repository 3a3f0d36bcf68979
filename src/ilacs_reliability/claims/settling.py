"""How many units would settle a question about a share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from ilacs_reliability._data.scales import IntArray


def units_to_show_share(
    truth: float,
    threshold: float,
    *,
    confidence_level: float,
    power: float,
    most: int = 5_000,
) -> int | None:
    """Return how many units would show that a share lies above a threshold.

    Parameters
    ----------
    truth : float
        The share as it really is, between 0 and 1.
    threshold : float
        What it must be shown to pass, between 0 and 1.
    confidence_level : float
        Of the Clopper-Pearson interval whose lower limit must reach the threshold.
    power : float
        Probability with which it should, between 0 and 1.
    most : int, optional
        The largest number of units looked at. Default: 5,000.

    Returns
    -------
    int or None
        The least number of units from which on the power is always reached; None where the truth
        does not lie above the threshold, or `most` are too few.

    Examples
    --------
    Double inspections to show that two inspectors agree in 80 % of schools, if they do in 22 of 24:

    >>> from ilacs_reliability.claims.settling import units_to_show_share
    >>> units_to_show_share(22 / 24, 0.8, confidence_level=0.95, power=0.8)
    82
    """
    if not truth > threshold:
        return None
    n = np.arange(1, most + 1)
    needed = _least_successes(n, threshold, (1 - confidence_level) / 2)
    reached = np.where(needed <= n, special.bdtrc(needed - 1, n, truth), 0.0) >= power
    if not reached[-1]:
        return None
    short = np.flatnonzero(~reached)
    return int(n[short[-1]] + 1) if len(short) else 1


def _least_successes(n: IntArray, threshold: float, tail: float) -> IntArray:
    """Return the fewest successes whose exact lower limit reaches the threshold, n + 1 if none."""
    low, high = np.zeros_like(n), n + 1
    while (high - low > 1).any():
        middle = (low + high) // 2
        enough: npt.NDArray[np.bool_] = special.bdtrc(middle - 1, n, threshold) <= tail
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return high
