"""Variances shrunk towards that of a share, where few units show any spread.

An estimate between 0 and 1 whose units hardly differ has next to no estimated variance, and yet
none of its units may be of a kind that is there and was missed. What is known of the variance grows
with how much units differ, not with how many do; the rest is taken from a share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._inference import betas
from ilacs_reliability._results.named_limits import Limits, name_of, under_name

# a spread that is added, in units that differ by all there is, and the variance about a half that
# it is taken to have, 1 that of a share; chosen by simulation, docs/comparison.md
PRIOR_SPREAD = 0.25
SHARE_AT_HALF = 0.4
# kinds of units of which all distances are found before they are ordered
FEW_KINDS = 12
# how fast limits leave the exact ones at none and all for those of Jeffreys between
FASTER = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLike:
    """An estimate between 0 and 1, judged as a share of as many units as its variance implies.

    Attributes
    ----------
    value : float
        The estimate.
    size : float
        Units that a share with its variance would be seen in.

    Examples
    --------
    >>> from ilacs_reliability._inference.shrinkage import ShareLike
    >>> round(ShareLike(value=1.0, size=10.0).p_value(0.5, "two-sided") * 2**10, 6)
    2.0
    """

    value: float
    size: float

    def limits(self, confidence_level: float) -> tuple[float, float]:
        """Return the limits: exact ones at 0 and 1, Jeffreys' between, and what joins the two.

        Parameters
        ----------
        confidence_level : float
            Wanted coverage.

        Returns
        -------
        tuple of float
            Lower and upper limit, which hold the value.
        """
        tail = (1 - confidence_level) / 2
        low = _lower(self.value, self.size, tail)
        return low, 1 - _lower(1 - self.value, self.size, tail)

    def p_value(self, null: float, alternative: str) -> float:
        """Return the p-value that goes with the limits.

        Parameters
        ----------
        null : float
            The value under the hypothesis, between 0 and 1.
        alternative : {"two-sided", "less", "greater"}
            "greater" where the value is above.

        Returns
        -------
        float
            At most the level exactly where the limits leave the value under the hypothesis out.
        """
        greater = _below(null, *_shape(self.value, self.size))
        less = _below(1 - null, *_shape(1 - self.value, self.size))
        tails = {"greater": greater, "less": less, "two-sided": 2 * min(greater, less)}
        return min(1.0, tails[alternative])


def absolute_spread(pulls: FloatArray, times: FloatArray) -> FloatArray:
    """Add up how far units are from their median: units that differ, each by how much.

    Parameters
    ----------
    pulls : ndarray of float, shape (..., n_kinds)
        Pull of one unit of each kind.
    times : ndarray of float, shape (..., n_kinds)
        Units of each kind.

    Returns
    -------
    ndarray of float, shape (...)
        The sum of the distances.
    """
    if pulls.shape[-1] <= FEW_KINDS:
        # the median is where they add up to least
        apart = np.abs(pulls[..., :, None] - pulls[..., None, :])
        least: FloatArray = np.vecdot(apart, times[..., None, :]).min(axis=-1)
        return least
    order = np.argsort(pulls, axis=-1)
    ordered, own = (np.take_along_axis(x, order, axis=-1) for x in (pulls, times))
    reached = 2 * np.cumsum(own, axis=-1) >= own.sum(axis=-1, keepdims=True)
    median = np.take_along_axis(ordered, reached.argmax(axis=-1)[..., None], axis=-1)
    total: FloatArray = (own * np.abs(ordered - median)).sum(axis=-1)
    return total


def share_of_variance(value: float, reach: float = 1.0) -> float:
    """Return the variance of a unit to take where none is seen.

    Parameters
    ----------
    value : float
        The estimate, 0 to 1.
    reach : float, optional
        How far a unit that was missed can pull at most. Default: from one end to the other.

    Returns
    -------
    float
        As a part of that of a share: 0.4 about a half, where units are rarely all or nothing, and
        the reach at 0 and 1, where a missed unit would be.
    """
    return reach - (reach - SHARE_AT_HALF) * 4 * value * (1 - value)


def shrunk(
    variances: FloatArray, spreads: FloatArray, priors: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return what is seen and what is taken of variances.

    Parameters
    ----------
    variances : ndarray of float
        The variances seen; nan where a single unit shows none.
    spreads : ndarray of float
        As `absolute_spread` gives them.
    priors : ndarray of float
        The variances to take where nothing is seen.

    Returns
    -------
    seen, taken : ndarray of float
        Their parts, which add up to the shrunk variances.
    """
    known = spreads / (spreads + PRIOR_SPREAD)
    seen = np.where((known > 0) & ~np.isnan(variances), known * variances, 0.0)
    return seen, (1 - known) * priors


def t_correction(df: float) -> float:
    """Return how many times fewer units a share is worth whose variance is estimated.

    Parameters
    ----------
    df : float
        Degrees of freedom of the variance.

    Returns
    -------
    float
        The square of the normal over the t quantile, at 95 %.
    """
    return float((special.ndtri(0.975) / special.stdtrit(max(df, 1.0), 0.975)) ** 2)


def no_bolder(found: Limits, confidence_level: float, null: float, least: float) -> Limits:
    """Keep limits from saying more than the least two-sided p-value that there can be.

    Parameters
    ----------
    found : pair of float
        Limits of an approximate method.
    confidence_level : float
        Their level.
    null : float
        The value under the hypothesis.
    least : float
        The least p-value that an exact test can have.

    Returns
    -------
    pair of float
        The limits, which hold the value under the hypothesis at levels that no exact test reaches.
    """
    if 1 - confidence_level >= least:
        return found
    low, high = np.minimum(found[0], null), np.maximum(found[1], null)
    return under_name(low, high, name_of(found))


def _shape(value: float, size: float) -> tuple[float, float]:
    """Return the beta distribution whose quantile is the lower limit."""
    hits, misses = size * value, size * (1 - value)
    moved = 0.5 / (1 + FASTER * misses)
    return max(hits + 0.5 - moved, 1e-300), misses + 0.5 + moved


def _lower(value: float, size: float, tail: float) -> float:
    hits, misses = _shape(value, size)
    return min(float(betas.betaincinv(hits, misses, tail)), value)


def _below(null: float, hits: float, misses: float) -> float:
    """Return the chance that a beta distribution gives a number below one."""
    return float(betas.betainc(hits, misses, null))
