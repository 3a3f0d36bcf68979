"""The exact test of a paired two-by-two table that does not take the number of movers as given."""

from __future__ import annotations

from functools import partial
from typing import TypeAlias

import numpy as np
from scipy import optimize, special

from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._inference.critical import critical_value

# grid over the share that moved, before the best place is refined
SHARES = np.linspace(0.0, 1.0, 1001)[1:]
# units: a few seconds at most
MOST_UNITS = 20_000
# numbers of movers further than this from what a share leads to are as good as impossible
WIDTH = 12.0
PARTS = 40
# shares that move, the first and one past the last number of movers, and the chances of each
Part: TypeAlias = tuple[FloatArray, int, int, FloatArray]


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
    z = float((up - down) / np.sqrt(up + down))
    if alternative == "two-sided":
        return z, _largest(_parts(n), n, 2, abs(z))
    return z, _largest(_parts(n), n, 1, z if alternative == "greater" else -z)


def unconditional_critical_value(confidence_level: float, *, n: int) -> float:
    """Return the number that exactly the z statistics pass at which the test rejects.

    Parameters
    ----------
    confidence_level : float
        One less the level of the two-sided test.
    n : int
        Units.

    Returns
    -------
    float
        The normal quantile, where it lies well between the statistics kept and rejected.
    """
    usual = float(special.ndtri((1 + confidence_level) / 2))
    p_value = partial(_largest, _parts(n), n, 2)
    return critical_value(
        p_value,
        1 - confidence_level,
        usual=usual,
        top=float(np.sqrt(n)),
        following=partial(_following, n),
    )


def _following(n: int, z: float) -> float:
    """Return the least z statistic above a number."""
    moved = np.arange(1, n + 1, dtype=np.float64)
    up = np.floor((moved + z * np.sqrt(moved)) / 2) + 1
    reached = up <= moved
    return float(((2 * up - moved) / np.sqrt(moved))[reached].min(initial=np.sqrt(n)))


def _largest(parts: list[Part], n: int, sides: int, z: float) -> float:
    """Return the largest probability of a z as extreme, over the shares that move."""
    inside = _extreme_given_moved(z, n, sides)
    grid = np.concatenate([chances @ inside[start:stop] for _, start, stop, chances in parts])
    shares = np.concatenate([part[0] for part in parts])
    best = int(np.argmax(grid))
    low, high = shares[max(best - 1, 0)], shares[min(best + 1, len(shares) - 1)]

    def less(share: float) -> float:
        start, stop, chances = _moved_chances(n, np.array([share]))
        return -float(chances[0] @ inside[start:stop])

    found = optimize.minimize_scalar(
        less, bounds=(low, high), method="bounded", options={"xatol": 1e-10 * high}
    )
    return float(min(1.0, max(grid[best], -found.fun)))


def _parts(n: int) -> list[Part]:
    """List shares that move with the chances of each number of movers."""
    shares: FloatArray = SHARES
    # of many units, even the least share of the grid would move more than one
    if n * SHARES[0] > 1:
        shares = np.concatenate([np.geomspace(0.1 / n, SHARES[0], 100, endpoint=False), SHARES])
    return [(part, *_moved_chances(n, part)) for part in np.array_split(shares, PARTS)]


def _moved_chances(n: int, shares: FloatArray) -> tuple[int, int, FloatArray]:
    """Return the chances of the numbers of movers that some shares can lead to."""
    ends = n * shares[[0, -1]] + np.array([-WIDTH, WIDTH]) * np.sqrt(n * shares[[0, -1]] + WIDTH**2)
    start, stop = max(int(ends[0]), 0), min(int(np.ceil(ends[1])), n) + 1
    moved = np.arange(start, stop)
    log = special.gammaln(n + 1) - special.gammaln(moved + 1) - special.gammaln(n - moved + 1)
    log = log + special.xlogy(moved, shares[:, None])
    return start, stop, np.exp(log + special.xlog1py(n - moved, -shares[:, None]))


def _extreme_given_moved(z: float, n: int, sides: int) -> FloatArray:
    """Return, for each number that moved, the chance of a z as extreme as the one seen."""
    moved = np.arange(n + 1, dtype=np.float64)
    root = np.sqrt(np.maximum(moved, 1.0))
    # the least number up whose z reaches what is wanted, with room for rounding
    least = np.ceil((moved + z * root) / 2 - 1e-9)
    some = np.clip(least, 1, None)
    tail = np.where(
        least <= 0,
        1.0,
        np.where(least > moved, 0.0, special.betainc(some, np.maximum(moved - some, 0) + 1, 0.5)),
    )
    if sides == 2:
        return np.where(least * 2 > moved, 2 * tail, 1.0)
    reached: FloatArray = np.where(moved > 0, tail, float(z <= 0))
    return reached
