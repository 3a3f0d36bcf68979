"""Intervals by inverting exact conditional tests, so that both say the same of the hypothesis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, special

from ilacs_reliability._results.estimates import Alternative, FloatArray

# a probability this much larger is the same but for rounding
SAME = 1 + 1e-9
# what adds nothing to a sum of 1 or more; numbers too small for all their digits take long to find
NOTHING = -700.0
# at this tilt no value but an end has a probability above 1e-300
FARTHEST = 1e3


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Family:
    """Distributions of a statistic tilted by an exponential factor.

    Attributes
    ----------
    values : ndarray, shape (n_values,)
        What the statistic can be, rising.
    logs : ndarray of float, shape (n_values,)
        Logarithm of each value's probability under the hypothesis, up to a constant. With a tilt
        of t the probability is proportional to exp(log + t value).
    seen : int
        Place of the value seen.
    centre : float, optional
        The tilt that is in the logarithms already. Default: 0, the hypothesis.
    """

    values: Any
    logs: FloatArray
    seen: int
    centre: float = 0.0

    def log_tail(self, tilt: float, *, upper: bool, part: float = 1.0) -> float:
        """Return the log probability of a value as high (or low) as the one seen.

        Parameters
        ----------
        tilt : float
            The tilt.
        upper : bool
            Whether as high; otherwise as low.
        part : float, optional
            What the value seen itself counts: 0.5 for mid-p. Default: 1.

        Returns
        -------
        float
            The logarithm.
        """
        terms = self._terms(tilt)
        terms -= terms.max()
        weights = _weights(terms)
        tail = slice(self.seen, None) if upper else slice(self.seen + 1)
        share = float(weights[tail].sum() - (1 - part) * weights[self.seen])
        if share > 1e-250:
            return float(np.log(share / weights.sum()))
        terms[self.seen] += np.log(part)
        return _log_sum(terms[tail]) - float(np.log(weights.sum()))

    def mean(self, tilt: float) -> float:
        """Return the expected value at a tilt.

        Parameters
        ----------
        tilt : float
            The tilt; infinite ones give the ends.

        Returns
        -------
        float
            The expectation.
        """
        if np.isinf(tilt):
            return float(self.values[-1 if tilt > 0 else 0])
        terms = self._terms(tilt)
        weights = _weights(terms - terms.max())
        return float(weights @ self.values / weights.sum())

    def _terms(self, tilt: float) -> FloatArray:
        # large values are taken from the one seen, lest digits be lost
        terms: FloatArray = (self.values - self.values[self.seen]) * (tilt - self.centre)
        terms += self.logs
        return terms

    def limits(self, tails: tuple[float, float], part: float = 1.0) -> tuple[float, float]:
        """Return the tilts at which the tails reach given probabilities.

        Parameters
        ----------
        tails : tuple of float
            Probability of a value as high as the one seen at the lower limit, and of one as low at
            the upper limit.
        part : float, optional
            What the value seen itself counts. Default: 1.

        Returns
        -------
        tuple of float
            The limits; infinite where the value seen is the lowest or the highest possible.
        """
        low = -np.inf if self.seen == 0 else self._root(tails[0], part, upper=True)
        last = self.seen == len(self.values) - 1
        return low, np.inf if last else self._root(tails[1], part, upper=False)

    def _root(self, tail: float, part: float, *, upper: bool) -> float:
        if tail <= 0:
            return -np.inf if upper else np.inf
        goal = np.log(tail)

        def excess(tilt: float) -> float:
            return float(self.log_tail(tilt, upper=upper, part=part) - goal)

        sign, step = (1.0 if upper else -1.0), self._step()
        # the tail grows with the tilt above, and falls below
        near, start = self.centre, excess(self.centre)
        if start == 0:
            return near
        direction = -sign if start > 0 else sign
        # as far as it would be for a normal distribution
        ahead = step * max(1.0, abs(float(special.ndtri(min(tail, 0.5)))))
        while excess(near + direction * ahead) * start > 0:
            if ahead > FARTHEST:
                return float(direction * np.inf)
            near, ahead = near + direction * ahead, 2 * ahead
        far = near + direction * ahead
        return float(optimize.brentq(excess, near, far, xtol=1e-12 * step, rtol=1e-13))

    def _step(self) -> float:
        weights = _weights(self.logs - self.logs.max())
        weights /= weights.sum()
        mean = weights @ self.values
        spread = weights @ (self.values - mean) ** 2
        return float(1 / np.sqrt(max(spread, 1e-9)))


def _log_sum(logs: FloatArray) -> float:
    peak = float(logs.max())
    return peak + float(np.log(_weights(logs - peak).sum()))


def _weights(logs: FloatArray) -> FloatArray:
    """Return what logarithms of at most 0, the greatest of them 0, are the logarithms of."""
    weights: FloatArray = np.exp(np.maximum(logs, NOTHING))
    return weights


def two_sided_p_values(logs: FloatArray, distances: Any = None) -> FloatArray:
    """Return the two-sided p-value of every value of a statistic.

    Parameters
    ----------
    logs : ndarray of float, shape (n_values,)
        Logarithm of each value's probability, up to a constant.
    distances : ndarray, shape (n_values,), optional
        How far each value is from the expected one: farther is more extreme. Default: the less
        likely, the more extreme, as in Fisher's test.

    Returns
    -------
    ndarray of float, shape (n_values,)
        Probability of a value as extreme.
    """
    chances = np.exp(logs - logs.max())
    chances /= chances.sum()
    # the first in order are the most extreme
    rank = chances if distances is None else -np.asarray(distances)
    order = np.argsort(rank, kind="stable")
    total, ranked = np.cumsum(chances[order]), rank[order]
    # values as extreme but for rounding share the larger sum
    last = np.searchsorted(ranked, ranked * SAME if distances is None else ranked, side="right") - 1
    p_values = np.empty(len(logs))
    p_values[order] = np.minimum(total[last], 1.0)
    return p_values


def matching_tails(
    confidence_level: float, logs: FloatArray, p_values: FloatArray
) -> tuple[float, float]:
    """Split an error between two tails as a two-sided test splits it under the hypothesis.

    Parameters
    ----------
    confidence_level : float
        Wanted coverage.
    logs : ndarray of float, shape (n_values,)
        Logarithm of each value's probability under the hypothesis, up to a constant.
    p_values : ndarray of float, shape (n_values,)
        The test's p-value of each value; those above 1 minus the level are neighbours.

    Returns
    -------
    tuple of float
        Probability of the upper tail (which sets the lower limit) and of the lower. They add up to
        at most 1 minus the level, so that limits by inverting each tail have the coverage. A value
        has a tail as small as that exactly where its p-value is at most 1 minus the level. As the
        test splits the error anew at each level, limits at two levels need not be nested.
    """
    alpha = 1 - confidence_level
    chances = np.exp(logs - logs.max())
    chances /= chances.sum()
    # at a level of nothing the likeliest value is left
    accepted = np.flatnonzero(p_values > min(alpha, p_values.max() / SAME))
    first, last = accepted[0], accepted[-1]
    up_to, down_to = np.cumsum(chances), np.cumsum(chances[::-1])[::-1]
    upper = float(down_to[last + 1]) if last + 1 < len(chances) else 0.0
    lower = float(up_to[first - 1]) if first > 0 else 0.0
    # what the test leaves unused goes to both, but not as far as a value that it accepts
    spare = max(alpha - upper - lower, 0.0) / 2
    return (
        min(upper + spare, float(down_to[last]) / SAME),
        min(lower + spare, float(up_to[first]) / SAME),
    )


def tails_for(
    confidence_level: float, family: Family, alternative: Alternative, distances: Any = None
) -> tuple[float, float]:
    """Return the tails of an interval that agrees with a test.

    Parameters
    ----------
    confidence_level : float
        Wanted coverage.
    family : Family
        The distributions.
    alternative : {"two-sided", "less", "greater"}
        Of the test. One-sided: equal tails, so that a limit leaves the null out exactly where the
        one-sided p-value is at most half of 1 minus the level.
    distances : ndarray, optional
        As in `two_sided_p_values`.

    Returns
    -------
    tuple of float
        As from `matching_tails`.
    """
    if alternative != "two-sided":
        return (1 - confidence_level) / 2, (1 - confidence_level) / 2
    p_values = two_sided_p_values(family.logs, distances)
    return matching_tails(confidence_level, family.logs, p_values)
