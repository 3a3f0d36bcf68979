"""The two readings of a claim: as a count of those inspected, and as a rate beyond them."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from ilacs_reliability._data.scales import FloatArray, IntArray
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability.claims.statements import Claim

Outcome: TypeAlias = Literal["supported", "contradicted", "not shown", "not answerable"]
AsCount: TypeAlias = Literal["true", "false", "cannot be checked"]
OUTCOMES: tuple[Outcome, ...] = ("supported", "contradicted", "not shown", "not answerable")
SUPPORTED, CONTRADICTED, NOT_SHOWN, NOT_ANSWERABLE = range(4)
# approximate limits miss more often than they say, at worst as often as docs/verdict_errors.md
# lists: a verdict takes them at a level whose error is the declared one divided by this
TIGHTER = {"score": 5.0, "tango": 3.0, "shrunk": 2.0}
# shares that differ by less are one share
ROUNDING = 1e-12


def deciding_level(confidence_level: float, method: str) -> float:
    """Return the level at which an interval is taken, so that verdicts keep the declared error."""
    return 1 - (1 - confidence_level) / TIGHTER.get(method, 1.0)


def deciding_method(estimate: Estimate) -> str:
    """Return the name of the interval that decides about a claim; "" where there is none."""
    method = estimate.interval_methods[0] if estimate.interval_methods else ""
    # how often verdicts err is known of the score at its stricter level
    return "score" if method == "enumerated" else method


def deciding_limits(claim: Claim, estimate: Estimate) -> Any:
    """Return the interval of an estimate, or of many, that decides about a claim."""
    method = deciding_method(estimate)
    return estimate.confidence_interval(
        deciding_level(claim.confidence_level, method), method or None
    )


def outcome_codes(claim: Claim, low: npt.ArrayLike, high: npt.ArrayLike) -> IntArray:
    """Return the place in `OUTCOMES` for limits of shape (...); nan limits are not answerable."""
    least, most = claim.margins
    low, high = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    if claim.is_strict:
        # "more than" a share is not shown by an interval that ends on it
        inside = _open(least, low, np.less) & _open(high, most, np.less)
        outside = (high <= least) | (low >= most)
    else:
        inside = _open(least, low, np.less_equal) & _open(high, most, np.less_equal)
        outside = (high < least) | (low > most)
    codes = np.where(inside, SUPPORTED, np.where(outside, CONTRADICTED, NOT_SHOWN))
    return np.where(np.isnan(low) | np.isnan(high), NOT_ANSWERABLE, codes)


def _open(one: Any, other: Any, before: Any) -> Any:
    # an open side of the claim is never missed, not even by an infinite limit
    unbounded = any(np.isscalar(side) and np.isinf(side) for side in (one, other))
    return np.ones(np.broadcast(one, other).shape, dtype=bool) if unbounded else before(one, other)


def is_true(claim: Claim, value: FloatArray | float) -> bool:
    """Say whether a claim is true of exactly this value."""
    least, most = claim.margins
    if claim.is_strict:
        return bool(least + ROUNDING < value < most - ROUNDING)
    return bool(least - ROUNDING <= value <= most + ROUNDING)
