"""How reliable the mean of more raters would be, and how many a wanted reliability takes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, TypeAlias

import numpy as np

from ilacs_reliability._checks.arguments import (
    check_between,
    check_confidence_level,
    check_listing,
    check_option,
    is_whole,
    told,
)
from ilacs_reliability._data.ratings import RatingsLike
from ilacs_reliability._results.estimates import NO_ERROR, Estimate
from ilacs_reliability._results.listing import Listing
from ilacs_reliability.agreement.generalisability import VarianceComponents, variance_components
from ilacs_reliability.agreement.spoken import raters_that_would_do

Decision: TypeAlias = Literal["absolute", "relative"]
DECISIONS = ("absolute", "relative")


def d_study(
    source: RatingsLike | VarianceComponents,
    *,
    n_raters: Sequence[int] = (1, 2, 3, 4, 5, 6, 8, 10),
    reliability: float = 0.8,
    decision: Decision = "absolute",
    confidence_level: float = 0.95,
) -> Listing:
    r"""Say how reliable the mean of more raters would be, and how many a target takes.

    Parameters
    ----------
    source : VarianceComponents, Ratings or array_like of number, shape (n_units, n_raters)
        The components, or ratings to take them from by mean squares.
    n_raters : sequence of int, optional
        Numbers of raters of each unit to list. Default: 1 to 10.
    reliability : float, optional
        The target, between 0 and 1. Default: 0.8.
    decision : {"absolute", "relative"}, optional
        Whether the target is for the grade itself, or for the order of units among the same raters.
        Default: "absolute".
    confidence_level : float, optional
        Of the intervals, between 0 and 1. Default: 0.95.

    Returns
    -------
    Listing
        A row for each number of raters, the number that the target takes among them: `n_raters`,
        `relative` (the generalisability coefficient), `absolute` (the index of dependability), each
        with its limits `relative_low`, `relative_high`, `absolute_low` and `absolute_high`,
        `error_relative` and `error_absolute` (standard errors of measurement, in the unit of the
        scores), whether the target `is_reached`, and whether it `surely` is: by the lower limit.
        The sentence says how many raters the target takes, with the interval of that number.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If a number of raters is not positive, the target or the confidence level is not between 0
        and 1, or the decision is unknown.

    Warns
    -----
    UndefinedEstimateWarning
        If the components are undefined. The rows then hold nan.

    See Also
    --------
    variance_components : Where the answer comes from.
    icc : The same coefficients with intervals, for the raters at hand.

    Notes
    -----
    With components u, r, e and k raters: relative :math:`u / (u + e / k)`, absolute :math:`u / (u +
    (r + e) / k)` [1]_. Negative components count as 0. The target takes :math:`\lceil \rho E /
    ((1 - \rho) u) \rceil` raters, E the error variance of one. Both depend on the components by the
    correlation of a single rating alone, absolute or relative, and rise or fall with it: their
    limits are those of `icc`, by "score", carried over, cut off at 0, and hold as often. Where mean
    squares make that correlation 0 or less, all its limits can lie below 0: the upper one is then
    no lower than that of a correlation estimated as 0, as by restricted maximum likelihood. The
    limits are for other units graded by these raters: for those they covered 98 % on average and
    95 % at worst in 90 settings of two to six raters, for 95 %. Read for the mean of other raters,
    drawn like these, they covered 88 % on average and 41 % at worst: the more units, the less,
    since units do not show how other raters would differ.

    References
    ----------
    .. [1] R. L. Brennan, "Generalizability Theory", Springer (2001), pp. 95-139.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> study = ilr.d_study([[1, 1, 2], [3, 3, 3], [2, 2, 4], [4, 3, 4]], reliability=0.9)
    >>> print(study.sentence)
    The mean of 6 raters would reach an absolute reliability of 0.9 (at 95% confidence the data do
    not bound the number of raters).
    """
    confidence_level = check_confidence_level(confidence_level)
    check_option(decision, DECISIONS, "decision")
    reliability = check_between(reliability, "reliability", 0.0, 1.0)
    listed = check_listing(n_raters, "n_raters", of="whole numbers")
    for place, number in enumerate(listed):
        if not (is_whole(number) and number > 0):
            raise ValueError(
                f"`n_raters` must hold whole numbers above 0, but got {told(number)} at {place}."
            )
    parts = source if isinstance(source, VarianceComponents) else variance_components(source)
    needed = _needed(parts, reliability, decision)
    numbers = sorted({int(number) for number in listed} | ({needed} if needed else set()))
    limits = {kind: _single_limits(parts, kind, confidence_level) for kind in DECISIONS}
    rows = tuple(_projection(parts, k, reliability, decision, limits) for k in numbers)
    low, high = (_raters(limit, reliability) for limit in limits[decision])
    sentence = (
        parts.describe()
        if parts.status == "undefined"
        else raters_that_would_do(
            needed,
            (low, high),
            reliability=reliability,
            decision=decision,
            confidence_level=confidence_level,
        )
    )
    return Listing("d_study", rows, sentence, parts.notes)


def _error(parts: VarianceComponents, decision: str) -> float:
    return parts.residual + (max(parts.raters, 0.0) if decision == "absolute" else 0.0)


def _single(parts: VarianceComponents, decision: str) -> float:
    """Return the reliability of a single rating."""
    units, error = max(parts.units, 0.0), _error(parts, decision)
    return units / (units + error) if units + error > 0 else math.nan


def _single_limits(
    parts: VarianceComponents, decision: str, confidence_level: float
) -> tuple[float, float]:
    """Return limits of the reliability of a single rating, 0 to 1, holding it."""
    if decision not in parts.estimates:
        return math.nan, math.nan
    estimate, value = parts.estimates[decision], _single(parts, decision)
    low, high = estimate.confidence_interval(confidence_level)
    if estimate.value <= 0:
        # squares can leave all limits below 0, where no true correlation of raters lies
        high = max(high, _at_zero(estimate).confidence_interval(confidence_level).high)
    return max(min(low, value), 0.0), min(max(high, value), 1.0)


def _at_zero(estimate: Estimate) -> Estimate:
    """Return a correlation at the end of its range, where its slope says nothing of its error."""
    unknown = np.full(np.shape(estimate.frequencies), np.nan)
    return replace(estimate, value=0.0, observed=estimate.expected, influence_source=unknown)


def _needed(parts: VarianceComponents, reliability: float, decision: str) -> int | None:
    return None if parts.status == "undefined" else _raters(_single(parts, decision), reliability)


def _raters(single: float, reliability: float) -> int | None:
    """Return how many raters a target takes at a reliability of one; None where none do."""
    if not single > NO_ERROR:
        return None  # a reliability of 0 but for rounding, which took 10**16 raters
    ratio = reliability * (1.0 - single) / ((1.0 - reliability) * single)
    # a ratio that is whole but for rounding is whole
    return max(1, math.ceil(ratio - 1e-9))


def _stepped(single: float, k: int) -> float:
    return k * single / (1.0 + (k - 1.0) * single)


def _projection(
    parts: VarianceComponents,
    k: int,
    reliability: float,
    decision: str,
    limits: dict[str, tuple[float, float]],
) -> dict[str, Any]:
    row: dict[str, Any] = {"n_raters": k}
    for kind in ("relative", "absolute"):
        row[kind] = _stepped(_single(parts, kind), k)
        row[f"{kind}_low"], row[f"{kind}_high"] = (_stepped(end, k) for end in limits[kind])
    for kind in ("relative", "absolute"):
        row[f"error_{kind}"] = math.sqrt(max(_error(parts, kind) / k, 0.0))
    reached = {"is_reached": decision, "surely": f"{decision}_low"}
    return row | {name: bool(row[by] >= reliability - 1e-9) for name, by in reached.items()}
