"""Strata given their margins and their common total: does one odds ratio do for all of them?"""

from __future__ import annotations

from math import prod

import numpy as np
from scipy import optimize, special

from ilacs_reliability.comparison.exact import log_first_rows, log_summed
from ilacs_reliability.estimates import FloatArray, IntArray

# joint outcomes that are enumerated, and outcomes of all strata together that are drawn from
MOST_TABLES = 5_000_000
MOST_SUMS = 20_000
# outcomes that differ by rounding alone are equally likely
SLACK = 1e-9


def common_odds_p_value(
    tables: IntArray, method: str, n_resamples: int, rng: np.random.Generator
) -> tuple[float, float, str] | None:
    """Test one odds ratio per step of the grades in every stratum, given all margins.

    Parameters
    ----------
    tables : ndarray of int, shape (n_strata, 2, n_grades)
        Units by group and grade.
    method : {"exact", "monte_carlo"}
        "exact" gives way to "monte_carlo" where there are too many outcomes.
    n_resamples : int
        Outcomes to draw.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    chance, p_value : float
        How likely the strata's sums of steps are given their total, and the outcomes no likelier.
    used : str
        How the p-value was found.
        None, instead of all three, where a stratum has too many tables to enumerate.
    """
    codes = np.arange(tables.shape[2])
    found = [_step_sums(table) for table in tables]
    if any(part is None for part in found):
        return None
    parts = [part for part in found if part is not None]
    lows = [low for low, _ in parts]
    seen = np.array([int(table[1] @ codes) - low for table, low in zip(tables, lows, strict=True)])
    logs = _tilted([log for _, log in parts], int(seen.sum()))
    if method == "exact" and prod(sorted(map(len, logs))[:-1]) <= MOST_TABLES:
        return (*_enumerated(logs, seen), "exact")
    if sum(map(len, logs)) > MOST_SUMS:
        return None
    return (*_drawn(logs, seen, n_resamples, rng), f"monte_carlo, {n_resamples} draws")


def _step_sums(table: IntArray) -> tuple[int, FloatArray] | None:
    """Return the smallest sum of the second group's steps, and the log chance of each from it."""
    found = log_first_rows(table.sum(axis=0), int(table[1].sum()))
    if found is None:
        return None
    sums, logs = log_summed(found[0] @ np.arange(table.shape[1]), found[1])
    low = int(sums[0])
    # sums between them that no table has
    spread = np.full(int(sums[-1]) - low + 1, -np.inf)
    spread[sums - low] = logs
    return low, spread


def _tilted(logs: list[FloatArray], total: int) -> list[FloatArray]:
    """Return the log chances under the common odds ratio that makes the total the expected one.

    Given the total, the odds ratio cancels: this one keeps the chances away from underflow.
    """
    most = sum(len(log) - 1 for log in logs)

    def moved(theta: float) -> list[FloatArray]:
        raw = [log + theta * np.arange(len(log)) for log in logs]
        return [log - special.logsumexp(log) for log in raw]

    def excess(theta: float) -> float:
        means = (np.exp(log) @ np.arange(len(log)) for log in moved(theta))
        return float(sum(means)) - total

    if not 0 < total < most:
        return logs
    return moved(optimize.brentq(excess, -1000.0, 1000.0, xtol=1e-6))


def _enumerated(logs: list[FloatArray], seen: IntArray) -> tuple[float, float]:
    order = np.argsort([len(log) for log in logs], kind="stable")
    *rest, last = (logs[place] for place in order)
    sums, weights = np.zeros(1, dtype=np.int64), np.zeros(1)
    for log in rest:
        sums = (sums[:, None] + np.arange(len(log))).ravel()
        weights = (weights[:, None] + log).ravel()
    left = int(seen.sum()) - sums
    inside = (left >= 0) & (left < len(last))
    weights = weights[inside] + last[left[inside]]
    whole = float(special.logsumexp(weights))
    own = _own(logs, seen)
    p_value = float(np.exp(weights[weights <= own + SLACK] - whole).sum())
    return float(np.exp(own - whole)), min(1.0, p_value)


def _drawn(
    logs: list[FloatArray], seen: IntArray, n_resamples: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Draw the strata from the last to the first, each given what the total leaves."""
    chances = [np.exp(log) for log in logs]
    # up_to[h] is the distribution of the sum of the first h + 1 strata
    up_to = [chances[0]]
    for chance in chances[1:]:
        up_to.append(np.convolve(up_to[-1], chance))
    total = int(seen.sum())
    left = np.full(n_resamples, total)
    drawn = np.zeros(n_resamples)
    for h in range(len(logs) - 1, 0, -1):
        for rest in np.unique(left):
            mine = np.flatnonzero(left == rest)
            values = np.arange(max(0, rest - len(up_to[h - 1]) + 1), min(rest + 1, len(logs[h])))
            weights = chances[h][values] * up_to[h - 1][rest - values]
            taken = rng.choice(values, size=len(mine), p=weights / weights.sum())
            left[mine] -= taken
            drawn[mine] += logs[h][taken]
    drawn += logs[0][left]
    own = _own(logs, seen)
    hits = int((drawn <= own + SLACK).sum())
    return float(np.exp(own) / up_to[-1][total]), (1 + hits) / (1 + n_resamples)


def _own(logs: list[FloatArray], seen: IntArray) -> float:
    return sum(float(log[place]) for log, place in zip(logs, seen, strict=True))
