"""The reliability at which gradings of a latent normal state are likeliest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import special

from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability.error.bivariate import cell_probabilities

# states at which gradings of three raters or more are summed up, and how far out they reach
NODES, FARTHEST = 601, 8.5
# with three ratings or more of a unit the sum over states holds up to here
NEAR_ONE = 0.998
# a reliability nearer to an end than this is at the end
AT_END = 1e-6
# how closely a limit is searched for, as many units leave little room beside an end
CLOSE, ROUNDING = 1e-14, 1e-14


@dataclass(frozen=True, slots=True, eq=False)
class Gradings:
    """Units by how many ratings of each grade they have, two or more.

    Attributes
    ----------
    counts : ndarray of float, shape (n_patterns, n_grades)
        Ratings.
    frequencies : ndarray of float, shape (n_patterns,)
        Units.
    thresholds : ndarray of float, shape (n_grades - 1,)
        Where the state is cut, in standard deviations of a grading.
    """

    counts: FloatArray
    frequencies: FloatArray
    thresholds: FloatArray

    @property
    def most(self) -> float:
        """The highest reliability below 1 that is tried."""
        return 1.0 - 1e-9 if self.counts.sum(axis=1).max(initial=0) <= 2 else NEAR_ONE

    def logs(self, reliability: float) -> FloatArray:
        """Return the log chance of each pattern's ratings."""
        if reliability >= 1:
            return self._logs_of_one_state()
        if self.counts.sum(axis=1).max(initial=0) <= 2:
            return self._logs_of_pairs(reliability)
        return self._logs_by_state(reliability)

    def total(self, reliability: float) -> float:
        """Return the log likelihood, which all that hangs on the reliability asks for again."""
        return _total(self, float(reliability))

    def _logs_of_one_state(self) -> FloatArray:
        shares = _shares(self.thresholds)
        alike = self.counts.max(axis=1) == self.counts.sum(axis=1)
        with np.errstate(divide="ignore"):
            logs = np.log(shares)[self.counts.argmax(axis=1)]
        return np.asarray(np.where(alike, logs, -np.inf))

    def _logs_of_pairs(self, reliability: float) -> FloatArray:
        cells = cell_probabilities(self.thresholds, self.thresholds, reliability).probabilities
        first = self.counts.argmax(axis=1)
        rest = self.counts.copy()
        rest[np.arange(len(rest)), first] -= 1
        with np.errstate(divide="ignore"):
            logs: FloatArray = np.log(cells[first, rest.argmax(axis=1)])
        return logs

    def _logs_by_state(self, reliability: float) -> FloatArray:
        states = np.linspace(-FARTHEST, FARTHEST, NODES)
        root, rest = np.sqrt(reliability), np.sqrt(1.0 - reliability)
        inner = (self.thresholds - root * states[:, None]) / rest
        shares = _shares(inner)
        joint = self.counts @ np.log(np.maximum(shares, 1e-300)).T - states**2 / 2
        step = float(states[1] - states[0])
        logs: FloatArray = special.logsumexp(joint, axis=1) + np.log(step / np.sqrt(2 * np.pi))
        return logs


# as many as one pair of limits looks at
@lru_cache(maxsize=64)
def _total(gradings: Gradings, reliability: float) -> float:
    logs = gradings.logs(reliability)
    seen = gradings.frequencies > 0
    return float(gradings.frequencies[seen] @ logs[seen])


def _shares(thresholds: FloatArray) -> FloatArray:
    end = np.full((*thresholds.shape[:-1], 1), np.inf)
    edges = np.concatenate([-end, thresholds, end], axis=-1)
    low, high = edges[..., :-1], edges[..., 1:]
    upper = low > 0
    near, far = np.where(upper, -low, high), np.where(upper, -high, low)
    return np.asarray(special.ndtr(near) - special.ndtr(far))


def likeliest(gradings: Gradings) -> float:
    """Return the reliability of the greatest likelihood, the ends included."""
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda at: -gradings.total(at),
        bounds=(0.0, gradings.most),
        method="bounded",
        options={"xatol": 1e-9, "maxiter": 200},
    )
    best = max((0.0, float(found.x), 1.0), key=gradings.total)
    return round(best) * 1.0 if min(best, 1.0 - best) < AT_END else best


def profile_limits(
    _: Estimate, confidence_level: float, *, gradings: Gradings, value: float
) -> tuple[float, float]:
    """Return where the likelihood has dropped by a chi-square's quantile, the ends included."""
    from scipy.optimize import brentq

    top = gradings.total(value)
    # chances are summed to a few units in the last place, which many units make many
    allowed = float(special.chdtri(1, 1.0 - confidence_level)) / 2 + ROUNDING * abs(top)

    def excess(at: float) -> float:
        return min(top - gradings.total(at) - allowed, 1e6)

    low, near = 0.0, min(value, gradings.most)
    if value > 0 and excess(0.0) > 0:
        low = near if excess(near) > 0 else float(brentq(excess, 0.0, near, xtol=CLOSE))
    if value >= 1 or excess(1.0) <= 0:
        return low, 1.0
    if excess(gradings.most) <= 0:
        return low, 1.0
    return low, float(brentq(excess, value, gradings.most, xtol=CLOSE))


def influence_on(gradings: Gradings, value: float) -> FloatArray:
    """Return each pattern's pull on the reliability, the thresholds held; nan at an end."""
    if not 0 < value < gradings.most:
        return np.full(len(gradings.counts), np.nan)
    step = 1e-5 * min(value, 1.0 - value)
    seen = gradings.frequencies > 0
    with np.errstate(invalid="ignore"):
        slopes = (gradings.logs(value + step) - gradings.logs(value - step)) / (2 * step)
        slopes = np.where(seen, slopes, 0.0)
        information = float(gradings.frequencies @ slopes**2)
    # beside a chance that is too small for a float there is no slope
    if not 0 < information < np.inf:
        return np.full(len(gradings.counts), np.nan)
    pulls: FloatArray = gradings.frequencies.sum() * slopes / information
    mean = float(gradings.frequencies @ pulls) / float(gradings.frequencies.sum())
    return np.where(seen, pulls - mean, 0.0)
