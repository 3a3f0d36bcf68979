"""Limits of a relative effect, and of a trend, that agree with rank tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from ilacs_reliability._results.estimates import Alternative, Estimate, FloatArray, IntArray
from ilacs_reliability.comparison.fixed_margins import double_mid_ranks
from ilacs_reliability.comparison.tilted import Family, tails_for

# first rows that an interval enumerates; a test meets in the middle and needs fewer
MOST_TILTED = 500_000


def n_first_rows(totals: IntArray, n_first: int) -> float:
    """Return how many first rows of tables of two rows with given margins there are.

    Parameters
    ----------
    totals : ndarray of int, shape (n_grades,)
        Column totals.
    n_first : int
        Units in the first row.

    Returns
    -------
    float
        Their number; infinite where it is not worth counting.
    """
    totals = totals[totals > 0]
    if np.log(np.sort(totals)[:-1] + 1.0).sum() < np.log(MOST_TILTED):
        return float(np.prod(np.sort(totals)[:-1] + 1.0))
    if n_first > MOST_TILTED:
        return np.inf
    ways = np.zeros(n_first + 1)
    ways[0] = 1.0
    for total in totals.tolist():
        up_to = np.cumsum(ways)
        up_to[total + 1 :] -= up_to[: -total - 1].copy()
        ways = up_to
    return float(ways[-1])


def listed_limits(
    estimate: Estimate,
    confidence_level: float,
    *,
    counts: IntArray,
    sums: tuple[IntArray, FloatArray],
    alternative: Alternative,
) -> tuple[float, float]:
    """Invert the exact rank sum test where the rank sum's distribution is at hand.

    Parameters
    ----------
    estimate : Estimate
        The relative effect seen.
    confidence_level : float
        Wanted coverage.
    counts : ndarray of int, shape (2, n_grades)
        Units by group and grade.
    sums : tuple of ndarray
        Twice the first group's rank sums, rising, and the logarithms of their probabilities.
    alternative : {"two-sided", "less", "greater"}
        Of the test.

    Returns
    -------
    tuple of float
        Limits of the expected relative effect; 0 or 1 where no tilt is too strong.
    """
    sizes, totals = counts.sum(axis=1), counts.sum(axis=0)
    pairs = int(sizes.prod())
    # twice the pairs that the second group wins: its rank sum less the least it can be
    ranks = double_mid_ranks(totals)
    floor = int(sizes[1]) * (int(sizes[1]) + 1)
    wins = int(totals @ ranks) - sums[0][::-1] - floor
    seen = int(counts[1] @ ranks) - floor
    return tilted_limits(
        estimate,
        confidence_level,
        (wins, sums[1][::-1]),
        seen,
        pairs,
        alternative,
        scale=0.5,
    )


def tilted_limits(
    estimate: Estimate,
    confidence_level: float,
    distribution: tuple[IntArray, FloatArray],
    seen: int,
    middle: int,
    alternative: Alternative,
    *,
    scale: float,
) -> tuple[float, float]:
    """Return limits of the expected statistic over tilts, mapped to an effect.

    Parameters
    ----------
    estimate : Estimate
        The effect seen.
    confidence_level : float
        Wanted coverage.
    distribution : tuple of ndarray
        Values of the statistic, rising from 0 to twice `middle`, and the logarithms of their
        probabilities under the hypothesis.
    seen, middle : int
        The statistic seen, and its expectation.
    alternative : {"two-sided", "less", "greater"}
        Of the test.
    scale : float
        The effect is 0.5 + `scale` times (statistic / middle - 1), and so for a null of 0 without
        the 0.5: `scale` of 1.

    Returns
    -------
    tuple of float
        The limits, open (the end of the effect's range) where no tilt is too strong.
    """
    values, logs = distribution
    family = Family(values=values, logs=logs, seen=int(np.searchsorted(values, seen)))
    tails = tails_for(confidence_level, family, alternative, np.abs(values - middle))
    null = 0.5 if scale == 0.5 else 0.0
    limits = [
        null + scale * (np.sign(tilt) if np.isinf(tilt) else family.mean(tilt) / middle - 1)
        for tilt in family.limits(tails)
    ]
    return min(float(limits[0]), estimate.value), max(float(limits[1]), estimate.value)


def score_limits(
    estimate: Estimate,
    confidence_level: float,
    *,
    counts: IntArray,
    alternative: Alternative,
    drawn: FloatArray | None = None,
) -> tuple[float, float]:
    """Invert the rank sum in its standard errors over tilts, by large-sample moments.

    Parameters
    ----------
    estimate : Estimate
        The relative effect seen.
    confidence_level : float
        Wanted coverage.
    counts : ndarray of int, shape (2, n_grades)
        Units by group and grade.
    alternative : {"two-sided", "less", "greater"}
        Of the test.
    drawn : ndarray of float, optional
        Surplus of the second group's rank sum in tables drawn under the hypothesis, the one seen
        among them, for quantiles. Default: those of the normal distribution.

    Returns
    -------
    tuple of float
        Limits of the expected relative effect; 0 or 1 where no tilt is too strong.
    """
    tilts = _Tilts.of(counts)
    if tilts is None:
        return 0.0, 1.0
    spread = tilts.moments(0.0)[1]
    gaps = None if drawn is None else drawn / spread
    below, above = quantiles(confidence_level, alternative, gaps)
    low = 0.0 if tilts.seen <= tilts.least else tilts.limit(below, side=-1.0)
    high = 1.0 if tilts.seen >= tilts.most else tilts.limit(above, side=1.0)
    return min(low, estimate.value), max(high, estimate.value)


def quantiles(
    confidence_level: float,
    alternative: Alternative,
    gaps: FloatArray | None,
    weights: FloatArray | None = None,
) -> tuple[float, float]:
    """Return how many standard errors limits lie below and above, as a test's p-value implies.

    Parameters
    ----------
    confidence_level : float
        Wanted coverage.
    alternative : {"two-sided", "less", "greater"}
        Of the test. One-sided: an equal error on either side.
    gaps : ndarray of float or None
        The statistic under the hypothesis, the one seen among them. None: it is normal.
    weights : ndarray of float, optional
        Their probabilities. Default: all alike.

    Returns
    -------
    tuple of float
        A statistic up to the first is not significantly high, down to minus the second not low.
    """
    alpha = 1 - confidence_level
    if gaps is None:
        z = float(special.ndtri(1 - alpha / 2))
        return z, z
    weights = np.full(len(gaps), 1 / len(gaps)) if weights is None else weights
    if alternative == "two-sided":
        both = largest_accepted(np.abs(gaps), weights, alpha)
        return both, both
    return (
        largest_accepted(gaps, weights, alpha / 2),
        largest_accepted(-gaps, weights, alpha / 2),
    )


def largest_accepted(statistics: FloatArray, weights: FloatArray, alpha: float) -> float:
    """Return the largest statistic whose p-value is above a level.

    Parameters
    ----------
    statistics, weights : ndarray of float, shape (n,)
        Statistics under the hypothesis and their probabilities; larger is more extreme.
    alpha : float
        The level.

    Returns
    -------
    float
        It; where none above zero is accepted, half of the smallest above zero, so that an interval
        keeps some width.
    """
    order = np.argsort(statistics)
    ranked = statistics[order]
    # tail[i] is the p-value of the i-th smallest statistic, ties taken together
    tail = np.cumsum(weights[order][::-1])[::-1]
    near = 1e-9 * np.where(np.isfinite(ranked), np.maximum(1.0, np.abs(ranked)), 0.0)
    first = np.searchsorted(ranked, ranked - near, side="left")
    accepted = ranked[tail[first] > alpha]
    last = float(accepted.max(initial=0.0))
    if last == 0:
        last = float(ranked[ranked > 0].min(initial=np.inf)) / 2
    # a hair wider, so that rounding does not put the null outside against the p-value
    return last * (1 + 1e-9)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Tilts:
    """Who is in the second group, as a logistic curve over the grades' mid-ranks."""

    totals: FloatArray
    ranks: FloatArray
    n_second: int
    seen: float
    least: float
    most: float

    @classmethod
    def of(cls, counts: IntArray) -> _Tilts | None:
        totals = counts.sum(axis=0).astype(np.float64)
        used = totals > 0
        if used.sum() < 2:
            return None
        totals, second = totals[used], counts[1][used].astype(np.float64)
        ranks, n_second = np.cumsum(totals) - totals / 2, float(second.sum())
        # centred, so that without a tilt a surplus of zero is expected
        ranks -= totals @ ranks / totals.sum()
        up_to = np.minimum(np.cumsum(totals), n_second)
        down_to = np.minimum(np.cumsum(totals[::-1]), n_second)[::-1]
        return cls(
            totals=totals,
            ranks=ranks,
            n_second=int(n_second),
            seen=float(second @ ranks),
            least=float(np.diff(up_to, prepend=0.0) @ ranks),
            most=float(-np.diff(down_to, append=0.0) @ ranks),
        )

    def moments(self, tilt: float) -> tuple[float, float]:
        """Return the second group's expected surplus of ranks, and its standard deviation."""
        totals, n = self.totals, self.totals.sum()
        slopes = tilt * self.ranks / np.abs(self.ranks).max()
        if tilt == 0:
            shares = np.full(len(totals), self.n_second / n)
        else:
            bound = np.abs(slopes).max() + abs(special.logit(self.n_second / n)) + 1

            def surplus(level: float) -> float:
                return float(totals @ special.expit(level + slopes) - self.n_second)

            level = optimize.brentq(surplus, -bound, bound, xtol=1e-14)
            shares = special.expit(level + slopes)
        spread = totals * shares * (1 - shares)
        if not spread.sum() > 0:
            return float(totals * shares @ self.ranks), 0.0
        middle = spread @ self.ranks / spread.sum()
        variance = n / max(n - 1, 1) * (spread @ (self.ranks - middle) ** 2)
        return float(totals * shares @ self.ranks), float(np.sqrt(variance))

    def limit(self, gap: float, *, side: float) -> float:
        """Return the expected effect so far that the surplus seen is `gap` errors from it."""
        if np.isinf(gap):
            return 0.0 if side < 0 else 1.0

        def beyond(tilt: float) -> float:
            mean, error = self.moments(tilt)
            return side * (mean - self.seen) - gap * error

        # tilts farther to this side are less in keeping with the surplus seen
        near, far = (0.0, side) if beyond(0.0) <= 0 else (-side, 0.0)
        while beyond(far) < 0 and abs(far) < FARTHEST:
            near, far = far, 2 * far
        while beyond(near) > 0 and abs(near) < FARTHEST:
            near, far = 2 * near, near
        if beyond(near) * beyond(far) > 0:
            return 0.0 if side < 0 else 1.0
        mean = self.moments(float(optimize.brentq(beyond, near, far, xtol=1e-12)))[0]
        n_first = self.totals.sum() - self.n_second
        return float(0.5 + mean / (n_first * self.n_second))


FARTHEST = 600.0
