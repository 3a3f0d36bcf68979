"""What a number of draws can hold: no tail below one in all of them and what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._inference.said import at_extremes
from ilacs_reliability._results.estimates import Estimate, Limits
from ilacs_reliability._results.named_limits import under_name

# what rounding leaves of a tail
ROUNDING = 1e-9


def least_tail(n_draws: int) -> float:
    """Return the least chance of a tail that so many draws can hold, as of a test by draws."""
    return 1.0 / (n_draws + 1)


def hold(n_draws: int, tails: FloatArray) -> bool:
    """Return whether draws are enough for the chances of a lower and an upper limit."""
    lower, upper = tails
    return bool(min(lower, 1.0 - upper) >= least_tail(n_draws) * (1.0 - ROUNDING))


def hold_level(least_p: float, confidence_level: float) -> bool:
    """Return whether draws whose least p-value of two sides is known are enough for a level."""
    return 1.0 - confidence_level >= least_p * (1.0 - ROUNDING)


def draws_of(least_p: float) -> int:
    """Return how many draws have a least p-value of two sides."""
    return round(2.0 / least_p) - 1


def usual_tails(confidence_level: float) -> FloatArray:
    """Return the chances below the limits of an interval with as much in either tail."""
    return np.array([(1.0 - confidence_level) / 2.0, (1.0 + confidence_level) / 2.0])


def read_off(
    draws: FloatArray, tails: FloatArray, value: float, method: str, kind: str = "draw"
) -> Limits:
    """Return quantiles of draws; where these are too few, their extremes, and say so.

    The extremes are drawn out to hold the estimate, as few draws may all lie to one side of it.
    """
    least = 0.0 if hold(len(draws), tails) else least_tail(len(draws))
    there = np.where(tails < least, 0.0, np.where(tails > 1.0 - least, 1.0, tails))
    low, high = np.quantile(draws, there).tolist()
    if not least:
        return low, high
    name = at_extremes(method, len(draws), kind)
    return under_name(min(low, value), max(high, value), name)


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Draws of one number, ascending; those no further apart than `alike` say nothing."""

    draws: FloatArray
    alike: float = 0.0

    @property
    def is_point(self) -> bool:
        """Whether all draws are alike."""
        return not np.ptp(self.draws) > self.alike

    def least_p(self, _: Estimate) -> float:
        """Return the least p-value of two sides that these draws can hold."""
        return 0.0 if self.is_point else 2.0 * least_tail(len(self.draws))


def least_p_value(estimate: Estimate, method: str | None = None) -> float:
    """Return the least p-value of two sides that the draws behind limits can hold; 0 without any.

    Parameters
    ----------
    estimate : Estimate
        Of one study.
    method : str, optional
        One of its `interval_methods`. Default: the first.

    Returns
    -------
    float
        Limits that are made of those of other estimates hold no smaller one than these.
    """
    offered = dict(estimate.methods)
    limits: Any = offered[method or next(iter(offered))]
    held = (*limits.first, *limits.named.values())
    return max((_least_p_of(one, estimate) for one in held), default=0.0)


def _least_p_of(held: Any, estimate: Estimate) -> float:
    if isinstance(held, Estimate):
        return least_p_value(held) if held.methods and held.status == "ok" else 0.0
    return float(held.least_p(estimate)) if hasattr(held, "least_p") else 0.0
