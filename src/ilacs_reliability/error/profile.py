"""The likelihood along the reliability, all else at its best, and the interval that it gives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from ilacs_reliability.error.climbing import Sequences, climb, first_place, partial_information
from ilacs_reliability.error.simplex import NEAR_ONE

FloatArray = npt.NDArray[np.float64]

LEAST, MOST = 0.005, NEAR_ONE**2
# places where the profile is looked at before its peak and its limits are sought between them
LOOKED_AT = (MOST, 0.85, 0.7, 0.55, 0.4, 0.25, 0.1, LEAST)
CLOSE = 1e-5
# information below this share of all there is, is none: rounding leaves as much
IDENTIFIED = 1e-6


class Point(NamedTuple):
    """The best chain at a reliability."""

    reliability: float
    log_likelihood: float
    place: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """Points of a profile, its peak first.

    Attributes
    ----------
    sequences : Sequences
        The gradings.
    error_correlation : float
        Of any two gradings of a unit.
    peak : Point
        The most likely reliability.
    points : tuple of Point
        All points, by falling reliability.
    """

    sequences: Sequences
    error_correlation: float
    peak: Point
    points: tuple[Point, ...]

    def at(self, reliability: float) -> Point:
        """Return the point at a reliability, climbing from the nearest one known."""
        near = min(self.points, key=lambda point: abs(point.reliability - reliability))
        return _point(self.sequences, reliability, self.error_correlation, near.place)

    def drops(self) -> FloatArray:
        """Return reliability and twice the drop in log-likelihood, shape (n_points, 2)."""
        top = self.peak.log_likelihood
        return np.array([[p.reliability, 2 * (top - p.log_likelihood)] for p in self.points])


def profile_of(sequences: Sequences, error_correlation: float) -> Profile:
    """Return the profile of the reliability with its peak."""
    points: list[Point] = []
    for reliability in LOOKED_AT:
        start = points[-1].place if points else None
        points.append(_point(sequences, reliability, error_correlation, start))
    best = max(range(len(points)), key=lambda k: points[k].log_likelihood)
    upper, lower = points[max(best - 1, 0)], points[min(best + 1, len(points) - 1)]
    rough = Profile(sequences, error_correlation, points[best], tuple(points))

    def fall(reliability: float) -> float:
        return -rough.at(reliability).log_likelihood

    found = optimize.minimize_scalar(
        fall,
        bounds=(lower.reliability, upper.reliability),
        method="bounded",
        options={"xatol": CLOSE},
    )
    peak = max(rough.at(float(found.x)), points[best], key=lambda point: point.log_likelihood)
    every = sorted({p.reliability: p for p in [*points, peak]}.values(), key=lambda p: -p[0])
    return Profile(sequences, error_correlation, peak, tuple(every))


def limits_of(_: Any, confidence_level: float, *, profile: Profile) -> tuple[float, float]:
    """Return the reliabilities between which twice the log-likelihood drops by too little."""
    return _limits(profile, confidence_level)


@lru_cache(maxsize=8)
def _limits(profile: Profile, confidence_level: float) -> tuple[float, float]:
    # all that hangs on the reliability asks for its limits again
    most = float(special.chdtri(1, 1 - confidence_level))
    drops = profile.drops()
    at = int(np.argmin(np.abs(drops[:, 0] - profile.peak.reliability)))
    low = _crossing(profile, drops[at:], most, 0.0)
    high = _crossing(profile, drops[at::-1], most, 1.0)
    return low, high


def told_apart(sequences: Sequences) -> bool:
    """Say whether gradings of this kind tell error from change.

    Asked within all limits, where the information on the reliability that no other parameter
    explains is either there or not.
    """
    if not sequences.groups:
        return False
    _, left, whole = partial_information(sequences, first_place(sequences), 0.6, 0.0)
    n_units = sum(int(group.counts.sum()) for group in sequences.groups)
    return bool(left[0, 0] > IDENTIFIED * max(whole[0, 0], n_units * IDENTIFIED))


def links_left_out(profile: Profile) -> tuple[float, int]:
    """Return the score statistic of links between errors that a chain leaves out, and its df.

    Occasions nearer than three apart are fitted whatever their links; of those farther apart each
    pair that some units were graded at says something more.
    """
    pairs = [
        (first, last)
        for first, last in combinations(range(profile.sequences.n_occasions), 2)
        if last - first >= 3
        and any({first, last} <= set(group.occasions) for group in profile.sequences.groups)
    ]
    if not pairs:
        return np.nan, 0
    reliability = min(profile.peak.reliability, 0.99)
    place = profile.at(reliability).place
    score, left, _ = partial_information(profile.sequences, place, reliability, 0.0, pairs)
    df = int(np.linalg.matrix_rank(left, tol=IDENTIFIED * max(np.trace(left), 1e-300)))
    return float(score @ np.linalg.pinv(left, rcond=IDENTIFIED) @ score), df


def _point(sequences: Sequences, reliability: float, error_correlation: float, start: Any) -> Point:
    fit = climb(sequences, reliability, error_correlation, start)
    return Point(reliability, fit.log_likelihood, fit.place)


def _crossing(profile: Profile, drops: FloatArray, most: float, end: float) -> float:
    """Return where the drop reaches `most` on the way from the peak to an end."""
    top = profile.peak.log_likelihood

    # roots of drops are nearly straight
    def excess(reliability: float) -> float:
        drop = 2 * (top - profile.at(reliability).log_likelihood)
        return float(np.sqrt(max(drop, 0.0)) - np.sqrt(most))

    for place in np.flatnonzero(drops[:, 1] > most).tolist():
        inside, outside = float(drops[max(place - 1, 0), 0]), float(drops[place, 0])
        # climbed again from its own place, a point may turn out to lie higher
        if excess(outside) > 0:
            if not excess(inside) < 0:
                return inside
            return float(optimize.brentq(excess, outside, inside, xtol=CLOSE / 100))
    return end
