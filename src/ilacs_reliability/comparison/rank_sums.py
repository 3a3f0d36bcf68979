"""The rank sum of one of two groups, given the grades' totals, and its distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ilacs_reliability._checks.randomness import as_generator
from ilacs_reliability._inference.null import Drawn, Exact, Null, extremity, normal
from ilacs_reliability._results.estimates import Alternative, FloatArray, IntArray
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability.comparison.fixed_margins import (
    double_mid_ranks,
    drawn_tables,
    meets,
    score_list,
    score_sums,
    score_tails,
)
from ilacs_reliability.comparison.rank_limits import MOST_TILTED, n_first_rows

# rounding of a sum of ranks, as a share of it
ONE_BIT = 1e-14


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RankSum:
    """The first group's rank sum, and how it is judged.

    Attributes
    ----------
    seen : float or int
        How extreme it is: how far beyond the expected, in the unit of `null`.
    null : Null
        The distribution of that.
    sums : tuple of ndarray or None
        Every sum of twice mid-ranks, rising, and the logarithm of its chance, where listed.
    surplus : ndarray of float or None
        Surplus of the second group's rank sum in the tables drawn, the one seen first.
    """

    seen: float
    null: Null
    sums: tuple[IntArray, FloatArray] | None = None
    surplus: FloatArray | None = None

    @property
    def p_value(self) -> float:
        """Between 0 and 1."""
        return self.null.reach(self.seen)


def rank_sum(
    counts: Any,
    method: str,
    alternative: Alternative,
    n_resamples: int,
    rng: Any,
    *,
    listing: bool = True,
) -> RankSum:
    """Judge the first group's rank sum.

    Parameters
    ----------
    counts : ndarray of int, shape (2, n_grades)
        Units by group and grade.
    method, alternative, n_resamples
        As in `mann_whitney`.
    rng : numpy.random.Generator, int or None
        Source of chance.
    listing : bool, optional
        Whether more is wanted than a p-value, as an interval is, so that all sums are listed.

    Returns
    -------
    RankSum
        The sum and its distribution.
    """
    totals, n1 = counts.sum(axis=0), int(counts[0].sum())
    scores, n = double_mid_ranks(totals), int(totals.sum())
    # whole, though the products may pass 64 bits; above 0 where the second group is higher
    gap = n1 * int(totals @ scores) - n * int(counts[0] @ scores)
    if method == "exact":
        sums = _listed(totals, n1) if listing or not meets(totals) else None
        exact = _counted(totals, n1, sums, alternative)
        if exact is not None:
            return RankSum(seen=_extreme(gap, alternative), null=exact, sums=sums)
    seen = float(extremity(gap / n, alternative))
    if method == "asymptotic":
        return RankSum(seen=seen, null=_normal(counts, scores, alternative))
    tables = drawn_tables(counts.sum(axis=1), totals, n_resamples, as_generator(rng))
    # n times the expected sum may be beyond 64 bits, its quotient and remainder are not
    whole, rest = divmod(n1 * int(totals @ scores), n)
    gaps = whole - np.append(counts[0] @ scores, tables[:, 0] @ scores) + rest / n
    draws = np.sort(extremity(gaps[1:], alternative))
    null = Drawn(draws, asked=n_resamples, instead=method == "exact", slack=ONE_BIT)
    return RankSum(seen=seen, null=null, surplus=gaps / 2)


def _extreme(gap: int, alternative: Alternative) -> int:
    return abs(gap) if alternative == "two-sided" else gap if alternative == "greater" else -gap


def _listed(totals: IntArray, n_first: int) -> tuple[IntArray, FloatArray] | None:
    """List every sum of twice mid-ranks and the logarithm of its chance; None where too many."""
    if int(totals.sum()) ** 2 >= 2**61:
        # sums of ranks of more units pass 64 bits
        return None
    find = score_list if n_first_rows(totals, n_first) <= MOST_TILTED else score_sums
    return find(totals, n_first, double_mid_ranks(totals))


def _counted(
    totals: IntArray,
    n_first: int,
    sums: tuple[IntArray, FloatArray] | None,
    alternative: Alternative,
) -> Exact | None:
    scores, n = double_mid_ranks(totals), int(totals.sum())
    if sums is None:
        # meeting in the middle lists nothing, and goes through more tables
        if not meets(totals):
            return None
        tails: Any = keyed(score_tails, totals, n_first, scores)
    else:
        tails = keyed(_looked_up, *sums)
    expected = n_first * int(totals @ scores)
    return Exact(keyed(_beyond, tails, expected, n, alternative))


def _looked_up(sums: IntArray, logs: FloatArray, low: int, high: int) -> tuple[float, float]:
    below = np.searchsorted(sums, low, side="right")
    above = np.searchsorted(sums, high, side="left")
    return float(np.exp(logs[:below]).sum()), float(np.exp(logs[above:]).sum())


def _beyond(tails: Any, expected: int, n: int, alternative: Alternative, gap: int) -> float:
    """Return the chance of a rank sum as far from the expected, which is n times too large."""
    # the second group is higher where the first group's sum is lower
    lower, upper = tails((expected - gap) // n, -((-expected - gap) // n))
    if alternative == "two-sided":
        return min(1.0, lower + upper) if gap else 1.0
    return float(lower if alternative == "greater" else upper)


def _normal(counts: Any, scores: Any, alternative: Alternative) -> Null:
    totals, (n1, n2) = counts.sum(axis=0), counts.sum(axis=1).tolist()
    n = n1 + n2
    mean = (totals @ scores) / n
    return normal(n1 * n2 / n / max(n - 1, 1) * (totals @ (scores - mean) ** 2), alternative)
