"""Intervals found on a scale where a coefficient behaves like a share of units."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._inference.said import inverted
from ilacs_reliability._inference.thresholds import threshold_test
from ilacs_reliability._results.estimates import (
    NO_ERROR,
    Estimate,
    Limits,
    Method,
    SignificanceResult,
)
from ilacs_reliability._results.keyed import Keyed, keyed
from ilacs_reliability._results.named_limits import instead, name_of, under_name
from ilacs_reliability._results.undefined import UndefinedEstimateWarning
from ilacs_reliability._results.wording import with_article
from ilacs_reliability.agreement.formulas import fisher_interval
from ilacs_reliability.agreement.spoken_notes import NO_FISHER, NO_LOGIT, p_by_interval
from ilacs_reliability.agreement.studies import (
    coefficient_methods,
    proportion_methods,
)
from ilacs_reliability.agreement.titles import the_test_of

# takes a coefficient, shape (...), to another scale or back
Map: TypeAlias = Callable[[Any], Any]


def rescaled_methods(
    forward: Map, back: Map, slope: Map, *, expected: Any = 0.0, ends: Keyed | None = None
) -> tuple[Method, ...]:
    """List the intervals of a coefficient whose score and logit limits need another scale.

    Parameters
    ----------
    forward, back : Keyed
        Take the coefficient to the scale, and limits back from it; increasing.
    slope : Keyed
        Derivative of `forward` at the coefficient.
    expected : float or ndarray, shape (...), optional
        Agreement expected by chance on that scale. Default: 0.
    ends : Keyed, optional
        Limits that those of score hold where the coefficient is 0 or 1. Default: none.

    Returns
    -------
    tuple of (str, callable)
        score, t, wald and logit, the default first.
    """
    # on another scale the range is another, too
    offered = dict(coefficient_methods(chance_is_known=True))
    scale: dict[str, Any] = {"forward": forward, "back": back, "slope": slope, "expected": expected}
    score = keyed(_moved_limits, limits=offered["score"], **scale)
    if ends is not None:
        score = keyed(_wider_at_ends, score=score, ends=ends)
    logit = keyed(_moved_limits, limits=offered["logit"], **scale)
    logit = keyed(_inside, limits=logit, ends=score)
    return (("score", score), ("t", offered["t"]), ("wald", offered["wald"]), ("logit", logit))


def rescaled_proportion_methods(forward: Map, back: Map, n_units: Any) -> tuple[Method, ...]:
    """List the exact intervals of a coefficient that rises with a share of units.

    Parameters
    ----------
    forward, back : Keyed
        Take the coefficient to the share, and limits back from it; increasing.
    n_units : float or ndarray, shape (...)
        Units that the share is of.

    Returns
    -------
    tuple of (str, callable)
        clopper_pearson, wilson, jeffreys and midp, the default first.
    """
    return tuple(
        (
            name,
            keyed(_share_limits, limits=limits, forward=forward, back=back, n_units=n_units),
        )
        for name, limits in proportion_methods()
    )


def fisher_method(score: Keyed) -> Method:
    """List the t interval on the scale of Fisher's z.

    Parameters
    ----------
    score : callable
        The coefficient's own "score" limits.

    Returns
    -------
    name : str
        "fisher".
    limits : callable
        The limits; where the coefficient is 1 or -1 but for rounding, z is infinite and they are
        those of "score".
    """
    return "fisher", keyed(_fisher, score=score)


def by_interval(
    effect: Estimate, threshold: float, *, name: str, null: str, why: str = ""
) -> SignificanceResult:
    """Test whether a coefficient exceeds a value where the test of its own does not apply.

    Parameters
    ----------
    effect : Estimate
        The coefficient.
    threshold : float
        The value.
    name : str
        Function that asks.
    null : str
        The hypothesis, in words.
    why : str, optional
        Why the test of its own does not apply. Default: that units come in clusters or ratings are
        missing.

    Returns
    -------
    SignificanceResult
        By inverting the coefficient's default interval, with a note that says so.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedEstimateWarning)
        found = threshold_test(effect, threshold)
    method = effect.interval_methods[0]
    note = p_by_interval(method, effect.clusters is not None, why)
    return replace(
        found,
        method=inverted(method),
        name=name,
        label=the_test_of(with_article(effect.label)),
        null=null,
        notes=(*found.notes, note),
    )


def _fisher(estimate: Estimate, confidence_level: float, *, score: Keyed) -> Limits:
    found = fisher_interval(estimate, confidence_level)
    at_end = np.asarray(np.abs(estimate.value) > 1.0 - NO_ERROR)
    if not at_end.any():
        return found
    other = score(estimate, confidence_level)
    return instead(found, other, at_end, "score", NO_FISHER)


def _moved_limits(
    estimate: Estimate,
    confidence_level: float,
    *,
    limits: Keyed,
    forward: Map,
    back: Map,
    slope: Map,
    expected: Any,
) -> Limits:
    value = np.asarray(estimate.value, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        moved = forward(value)
        pull = np.asarray(slope(value))[..., None] * estimate.influence
    there = replace(
        estimate,
        value=moved,
        observed=moved * (1.0 - expected) + expected,
        expected=expected,
        influence_source=pull,
        range_source=(-np.inf, np.inf),
    )
    # at 0 a root has no slope
    with np.errstate(invalid="ignore"):
        low, high = found = limits(there, confidence_level)
    low, high = np.minimum(back(low), value), np.maximum(back(high), value)
    return under_name(low, high, name_of(found))


def _wider_at_ends(
    estimate: Estimate, confidence_level: float, *, score: Keyed, ends: Keyed
) -> Limits:
    value: FloatArray = np.asarray(estimate.value)
    low, high = found = score(estimate, confidence_level)
    other_low, other_high = ends(estimate, confidence_level)
    low = np.where(value > 1.0 - NO_ERROR, np.minimum(low, other_low), low)
    high = np.where(value < NO_ERROR, np.maximum(high, other_high), high)
    return under_name(low, high, name_of(found))


def _inside(
    estimate: Estimate,
    confidence_level: float,
    *,
    limits: Keyed,
    ends: Keyed,
) -> Limits:
    """Take other limits at 0 and 1, where the logit has none."""
    found, other = limits(estimate, confidence_level), ends(estimate, confidence_level)
    value: FloatArray = np.asarray(estimate.value)
    return instead(found, other, ~((value > 0) & (value < 1)), "score", NO_LOGIT)


def _share_limits(
    estimate: Estimate,
    confidence_level: float,
    *,
    limits: Keyed,
    forward: Map,
    back: Map,
    n_units: Any,
) -> Limits:
    share = replace(estimate, value=forward(np.asarray(estimate.value)), n_units=n_units)
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = limits(share, confidence_level)
    return back(low), back(high)
