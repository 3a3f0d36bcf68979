"""A reliability that is given: a number, or an estimate of one with its limits."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ilacs_reliability._checks.arguments import check_number, told
from ilacs_reliability._results.estimates import Estimate, Interval

# estimates of how two gradings of one state correlate
OF_STATES = ("reliability_from_repeats", "latent_grade_model", "reliability")
OF_GRADINGS = ("polychoric_correlation", "icc", "lin_ccc")
# with quadratic credit these are an intraclass correlation but for terms of one in the units
OF_SQUARES = (
    "cohen_kappa",
    "conger_kappa",
    "light_kappa",
    "scott_pi",
    "fleiss_kappa",
    "krippendorff_alpha",
)
SQUARES = ("quadratic", "interval")
TAKES = (
    "a number, what `reliability_from_repeats`, `polychoric_correlation` or `icc` of single "
    "ratings gives, or a kappa with quadratic weights"
)


class Reliability(NamedTuple):
    """A reliability and, where it is an estimate, its interval, within 0 to 1."""

    value: float
    interval: Interval | None


def reliability_given(reliability: Any) -> Reliability:
    """Return a reliability that is a number, or an estimate with its interval."""
    if not isinstance(reliability, Estimate):
        value = check_number(reliability, "reliability")
        if not 0 <= value <= 1:
            raise ValueError(f"`reliability` must be from 0 to 1, but got {told(reliability)}.")
        return Reliability(value, None)
    check_reliability(reliability)
    if reliability.status != "ok":
        raise ValueError(f"`reliability` must have one value, but got {reliability!r}.")
    interval = reliability.confidence_interval() if reliability.methods else None
    return Reliability(float(reliability.value), interval and between_none_and_one(interval))


def check_reliability(estimate: Estimate) -> None:
    """Refuse what is no correlation of two gradings, or none from 0 to 1."""
    if np.ndim(estimate.value):
        raise ValueError(f"`reliability` must have one value, but got {estimate!r}.")
    if not _is_reliability(estimate):
        raise ValueError(
            f"`reliability` must be the correlation of two gradings of one state, such as {TAKES}, "
            f"but got {told(estimate)}."
        )
    if estimate.value < 0 or estimate.value > 1:
        raise ValueError(f"`reliability` must be from 0 to 1, but got {told(estimate)}.")


def between_none_and_one(interval: Interval) -> Interval:
    """Return limits of a correlation as those of a reliability, which is from 0 to 1."""
    low, high = max(float(interval.low), 0.0), min(float(interval.high), 1.0)
    return Interval(low, high, interval.confidence_level, interval.method)


def _is_reliability(estimate: Estimate) -> bool:
    name = estimate.name
    if name in OF_SQUARES:
        return estimate.weights in SQUARES
    # that of a mean of several ratings is another number
    of_means = name == "icc" and ",k" in estimate.label
    return name in (*OF_STATES, *OF_GRADINGS) and not of_means
