"""The unit of numbers whose size says nothing, so that rounding is told from what is seen."""

from __future__ import annotations

from typing import Any

import numpy as np

# largest numbers beside which an allowance for rounding is one
USUAL = (2.0**-10, 2.0**20)


def own_unit(numbers: Any) -> float:
    """Return a unit in which the largest of some numbers is neither very small nor very large.

    Parameters
    ----------
    numbers : array_like of float
        Scores, or changes of scores.

    Returns
    -------
    float
        A power of two, so that no digit is lost: 1 for numbers of a usual size.

    Examples
    --------
    >>> from ilacs_reliability._inference.units import own_unit
    >>> own_unit([0.0, 1.0, 5.0]), own_unit([0.0, 2.0**-70])
    (1.0, 8.470329472543003e-22)
    """
    largest = float(np.abs(np.asarray(numbers, dtype=np.float64)).max(initial=0.0))
    if not largest or USUAL[0] <= largest <= USUAL[1]:
        return 1.0
    return float(np.ldexp(1.0, int(np.frexp(largest)[1]) - 1))
