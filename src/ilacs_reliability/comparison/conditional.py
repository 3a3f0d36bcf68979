"""Strata given their margins and their common total: does one odds ratio do for all of them?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from ilacs_reliability._checks.work import affordable
from ilacs_reliability._inference.null import Drawn, Normal, Null, listed
from ilacs_reliability._results.estimates import FloatArray, IntArray
from ilacs_reliability.comparison.fixed_margins import log_first_rows, log_summed
from ilacs_reliability.comparison.in_words import given_the_total

# joint outcomes that are enumerated, and outcomes of all strata together that are drawn from
MOST_TABLES = 5_000_000
MOST_SUMS = 20_000
# strata from which their log chances add up to a normal distribution
MANY_STRATA = 100


@dataclass(frozen=True, slots=True, eq=False)
class CommonOdds:
    """The strata's sums of steps given their total, under one odds ratio per step.

    Attributes
    ----------
    chance : float
        How likely the outcome seen is.
    seen : float
        How unlikely it is, in the unit of `null`.
    null : Null
        The distribution of that: the logarithm of the chance seen less that of an outcome.
    """

    chance: float
    seen: float
    null: Null

    @property
    def p_value(self) -> float:
        """The chance of the outcomes no likelier, 0 to 1."""
        return self.null.reach(self.seen)

    @property
    def method(self) -> str:
        """How it was found."""
        large = self.null.kind == "asymptotic"
        return given_the_total(self.null.method) if large else self.null.method


def common_odds(
    tables: IntArray, method: str, n_resamples: int, rng: np.random.Generator
) -> CommonOdds | None:
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
    CommonOdds or None
        The outcome seen and its distribution; None where a stratum has too many tables to
        enumerate.
    """
    margins = np.column_stack([tables[:, 1].sum(axis=1), tables.sum(axis=1)])
    # strata with the same margins have the same distribution
    kinds, first, place, n = np.unique(
        margins, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    parts = [part for part in map(_step_sums, tables[first]) if part is not None]
    if len(parts) < len(kinds):
        return None
    place = place.ravel()
    lows = np.array([low for low, _ in parts])[place]
    seen = tables[:, 1] @ np.arange(tables.shape[2]) - lows
    moved = _tilted([log for _, log in parts], n, int(seen.sum()))
    logs = [moved[kind] for kind in place.tolist()]
    lengths = sorted(map(len, logs))[:-1]
    if method == "exact" and sum(map(math.log, lengths)) <= math.log(MOST_TABLES):
        return _enumerated(logs, seen)
    if _drawable(moved, n):
        chance, draws = _drawn(logs, seen, n_resamples, rng)
        null = Drawn(draws, asked=n_resamples, instead=method == "exact")
        return CommonOdds(chance, 0.0, null)
    if len(logs) < MANY_STRATA:
        return None
    return _normal(moved, n, _own(logs, seen))


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


def _drawable(kinds: list[FloatArray], n: IntArray) -> bool:
    """Say whether sums over strata can be drawn: one call for each stratum and sum left."""
    whole = float(sum(k * (len(part) - 1) for part, k in zip(kinds, n.tolist(), strict=True)))
    spread = float(sum(k * _moments(part)[3] for part, k in zip(kinds, n.tolist(), strict=True)))
    calls = float(n.sum()) * min(whole, 8 * np.sqrt(spread)) + 1
    enough = affordable(calls, nanoseconds=3e4, held=8 * float(n.sum()) * whole)
    return enough and whole <= MOST_SUMS


def _moments(log: FloatArray) -> tuple[float, float, float, float]:
    """Return mean and variance of a stratum's log chance, its covariance with the sum, and that's.

    The last is the variance of the sum.
    """
    chances = np.exp(log)
    sums = np.arange(len(log)) - chances @ np.arange(len(log))
    safe = np.where(chances > 0, log, 0.0)
    mean = float(chances @ safe)
    gap = safe - mean
    square, cross, spread = (
        float(chances @ (a * b)) for a, b in ((gap, gap), (gap, sums), (sums, sums))
    )
    return mean, square, cross, spread


def _normal(kinds: list[FloatArray], n: IntArray, own: float) -> CommonOdds:
    """Refer the log chance seen to the normal distribution it has given the total.

    Over many strata log chance and total are jointly normal; the tilt has put the total seen at
    its mean, so that given it the mean of the log chance stays and the variance is the residual.
    """
    mean, square, cross, spread = n @ np.array([_moments(part) for part in kinds])
    variance = square - cross**2 / spread if spread > 0 else 0.0
    chance = float(np.exp(own) * np.sqrt(2 * np.pi * max(spread, 1e-300)))
    error = float(np.sqrt(variance)) if variance > 1e-12 * max(1.0, mean**2) else 0.0
    return CommonOdds(chance, float(mean - own), Normal(error, sides=1))


def _tilted(logs: list[FloatArray], n: IntArray, total: int) -> list[FloatArray]:
    """Return the log chances under the common odds ratio that makes the total the expected one.

    Given the total, the odds ratio cancels: this one keeps the chances away from underflow.
    """
    steps = [np.arange(len(log)) for log in logs]
    most = sum(k * int(step[-1]) for step, k in zip(steps, n.tolist(), strict=True))

    def moved(theta: float) -> list[FloatArray]:
        raw = [log + theta * step for log, step in zip(logs, steps, strict=True)]
        peaks = (float(log.max()) for log in raw)
        raw = [log - peak for log, peak in zip(raw, peaks, strict=True)]
        return [log - np.log(np.exp(log).sum()) for log in raw]

    def excess(theta: float) -> float:
        pairs = zip(moved(theta), steps, strict=True)
        return float(n @ np.array([np.exp(log) @ step for log, step in pairs])) - total

    if not 0 < total < most:
        return moved(0.0)
    return moved(optimize.brentq(excess, -1000.0, 1000.0, xtol=1e-6))


def _enumerated(logs: list[FloatArray], seen: IntArray) -> CommonOdds:
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
    null = listed(own - weights, np.exp(weights - whole))
    return CommonOdds(float(np.exp(own - whole)), 0.0, null)


def _drawn(
    logs: list[FloatArray], seen: IntArray, n_resamples: int, rng: np.random.Generator
) -> tuple[float, FloatArray]:
    """Draw the strata from the last to the first, each given what the total leaves.

    Returns how likely what was seen is, and how much less likely what was drawn, rising.
    """
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
    return float(np.exp(own) / up_to[-1][total]), np.sort(own - drawn)


def _own(logs: list[FloatArray], seen: IntArray) -> float:
    return sum(float(log[place]) for log, place in zip(logs, seen, strict=True))
