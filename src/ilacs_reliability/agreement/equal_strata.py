"""Whether several coefficients are equal once the strata of a covariate are held apart."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ilacs_reliability._checks.arguments import check_listing, told
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._results.estimates import Estimate

ROUNDING = 1e-12
Covariance = Callable[[Sequence[Estimate]], FloatArray]


class Stratified(NamedTuple):
    """Squares of the common differences, and of how strata differ from them, with their freedom."""

    statistic: float
    df: float
    between: float
    df_between: float


def strata_of(estimates: object) -> dict[Hashable, Any] | None:
    """Return what stands under each stratum; None where estimates are not told by strata."""
    if not isinstance(estimates, Mapping) or not estimates:
        return None
    if any(isinstance(one, Estimate) for one in estimates.values()):
        return None
    return dict(estimates)


def in_one_order(strata: Mapping[Hashable, Any]) -> dict[Hashable, Any]:
    """Put the estimates of each stratum in the order of the first, where they have names."""
    first, *others = strata.values()
    if not isinstance(first, Mapping):
        listed = {
            name: check_listing(one, "estimates", of="estimates in each stratum")
            for name, one in strata.items()
        }
        sizes = sorted({len(one) for one in listed.values()})
        if len(sizes) > 1:
            raise ValueError(
                f"`estimates` must hold as many in each stratum, but has {sizes[0]} and {sizes[1]}."
            )
        return listed
    for other in others:
        if not isinstance(other, Mapping) or set(other) != set(first):
            raise ValueError(
                f"`estimates` must have the same names in each stratum, {told(list(first))}, but "
                f"got {told(other)}."
            )
    return {name: [one[key] for key in first] for name, one in strata.items()}


def common_differences(
    strata: Sequence[Sequence[Estimate]], covariance: Covariance
) -> Stratified | None:
    """Weigh each stratum's differences between neighbours by the inverse of their covariance.

    Parameters
    ----------
    strata : sequence of sequence of Estimate
        As many of each stratum, in one order; each has a value.
    covariance : callable
        The covariance of the differences of one stratum.

    Returns
    -------
    Stratified or None
        None where some stratum's differences have no error to be compared by.
    """
    gaps, weights = [], []
    for given in strata:
        spread = covariance(given)
        sizes = np.linalg.eigvalsh(spread)
        if not sizes[0] > ROUNDING * max(sizes[-1], ROUNDING):
            return None
        gaps.append(np.diff([float(one.value) for one in given]))
        weights.append(np.linalg.inv(spread))
    pulled = sum(weight @ gap for weight, gap in zip(weights, gaps, strict=True))
    common = np.linalg.solve(sum(weights), pulled)
    statistic = float(common @ pulled)
    every = sum(float(gap @ weight @ gap) for weight, gap in zip(weights, gaps, strict=True))
    df = float(len(common))
    return Stratified(statistic, df, max(every - statistic, 0.0), df * (len(gaps) - 1))
