"""What an interval says of a threshold, for one study or many, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import (
    check_confidence_level,
    check_number,
    check_option,
    told,
)
from ilacs_reliability._results.records import Record
from ilacs_reliability._results.wording import percent

Direction: TypeAlias = Literal["at least", "more than", "at most", "less than", "within"]
DIRECTIONS = ("at least", "more than", "at most", "less than", "within")
UPWARD = ("at least", "more than")
STRICT = ("more than", "less than")


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What is to be shown, and by an interval of which level."""

    low: float
    high: float
    is_strict: bool
    confidence_level: float

    @property
    def tail(self) -> float:
        """Chance beyond each limit."""
        return (1 - self.confidence_level) / 2


def aim_at(threshold: Any, direction: Any, confidence_level: Any) -> Aim:
    """Return the aim that a threshold and its direction make; raise where they do not fit."""
    check_option(direction, DIRECTIONS, "direction")
    level = check_confidence_level(confidence_level)
    if direction == "within":
        if not isinstance(threshold, (tuple, list)) or len(threshold) != 2:
            raise ValueError(
                f"`threshold` must be two margins where `direction` is 'within', but got "
                f"{told(threshold)}."
            )
        low, high = (check_number(one, "threshold") for one in threshold)
        if not low < high:
            raise ValueError(f"`threshold` must be two margins in order, but got {threshold}.")
    else:
        one = check_number(threshold, "threshold")
        low, high = (one, inf) if direction in UPWARD else (-inf, one)
    return Aim(low=low, high=high, is_strict=direction in STRICT, confidence_level=level)


def is_shown(aim: Aim, low: Any, high: Any) -> npt.NDArray[np.bool_]:
    """Say where limits lie wholly on the aim's side: what "supported" means."""
    with np.errstate(invalid="ignore"):
        above = low > aim.low if aim.is_strict else low >= aim.low
        below = high < aim.high if aim.is_strict else high <= aim.high
    known = ~(np.isnan(low) | np.isnan(high))
    shown: npt.NDArray[np.bool_] = (above | (aim.low == -inf)) & (below | (aim.high == inf)) & known
    return shown


def is_refuted(aim: Aim, low: Any, high: Any) -> npt.NDArray[np.bool_]:
    """Say where limits lie wholly on the other side: what "contradicted" means."""
    with np.errstate(invalid="ignore"):
        if aim.is_strict:
            return np.asarray((high <= aim.low) | (low >= aim.high))
        return np.asarray((high < aim.low) | (low > aim.high))


def chance(share: float) -> str:
    """Write a chance as per cent, as "under 0.1%" where more digits would say nothing."""
    if 0 < share < 0.0005:
        return "under 0.1%"
    return "over 99.9%" if 0.9995 < share < 1 else percent(share)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Chances(Record):
    """How often a study of some size ends how.

    Attributes
    ----------
    supported, contradicted, not_shown, undefined : float
        Chance that the interval lies on the claim's side of the threshold, on the other, on both,
        or that the study leaves the number undefined.
    simulation_error : float
        Standard error of `supported` from the number of draws; 0 where it is exact.
    method : {"exact", "simulated", "formula"}
        How they were found.
    """

    supported: float
    contradicted: float
    not_shown: float
    undefined: float
    simulation_error: float
    method: str


def chances_of(
    aim: Aim, low: Any, high: Any, weights: npt.NDArray[np.float64] | None = None
) -> Chances:
    """Return how often limits of many studies say what, each study having a weight or the same."""
    n_draws = np.size(low)
    weight = np.full(n_draws, 1 / n_draws) if weights is None else weights
    supported, contradicted, undefined = (
        float(min(weight[where].sum(), 1.0))
        for where in (is_shown(aim, low, high), is_refuted(aim, low, high), np.isnan(low))
    )
    error = 0.0 if weights is not None else (supported * (1 - supported) / n_draws) ** 0.5
    return Chances(
        supported=supported,
        contradicted=contradicted,
        not_shown=max(1 - supported - contradicted - undefined, 0.0),
        undefined=undefined,
        simulation_error=error,
        method="simulated" if weights is None else "exact",
    )
