"""Limits of the largest kappa that two raters' margins allow."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import partial

import numpy as np

from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._inference.intervals import score_limits
from ilacs_reliability._results.estimates import Estimate, Limits
from ilacs_reliability._results.influences import n_clusters, standard_error
from ilacs_reliability.agreement.formulas import patterns_of
from ilacs_reliability.agreement.studies import Study, study_of

# with more grades only some sets are looked at, and the sample's largest
MOST_GRADES = 10


@dataclass(frozen=True, slots=True, eq=False)
class _Shifts:
    """By how much the raters differ on each set of grades, over the room that chance leaves.

    Attributes
    ----------
    value, error : ndarray of float, shape (..., n_sets)
        The shifts and their standard errors.
    """

    value: FloatArray
    error: FloatArray
    room: FloatArray


def margin_limits(estimate: Estimate, confidence_level: float, *, ratings: Ratings) -> Limits:
    r"""Return limits of the largest kappa from those of differences between the margins.

    Parameters
    ----------
    estimate : Estimate
        The largest kappa.
    confidence_level : float
        Wanted coverage, between 0 and 1.
    ratings : Ratings
        Complete pairs of ratings.

    Returns
    -------
    low, high : ndarray of float, shape (...)
        The limits, 0 to 1.

    Notes
    -----
    :math:`1 - \kappa_{max} = \max_A \theta_A` with :math:`\theta_A = (P(A) - Q(A)) / (1 - p_e)`
    over the sets A of grades. Each :math:`\theta_A` is smooth where the maximum is not. An upper
    limit of the maximum is the largest upper limit of any, at the same level: the true maximiser's
    is among them. A lower limit is the largest lower limit, at a level shared among the sets. Of
    more than ten grades, whose sets are too many, it goes by the single grades, all below or above
    a grade, and their complements; a set chosen by the sample has no place there. The upper limit
    takes in the set on which the sample's shift is largest, too, which no other exceeds.

    A shift lies between -1 and 1, and where grades are rare it is the balance of the few units that
    have them, of which there are :math:`n (1 - p_e)`: its limits are those of `score_limits` for
    the share (1 + theta) / 2 of so many.
    """
    study = study_of(ratings, "identity")
    cells = _cells(study)
    inflation, pieces = _clustering(estimate, study)
    limits = partial(_limits, cells, inflation=inflation, pieces=pieces)
    sets = _sets(cells.shape[-1])
    most = limits(sets, confidence_level)[1]
    if cells.shape[-1] > MOST_GRADES:
        own = limits(_largest_sets(cells), confidence_level)[1]
        most = np.concatenate([most, own], axis=-1)
    shared = 1.0 - (1.0 - confidence_level) / sets.shape[-2]
    least = limits(sets, shared)[0]
    value = np.asarray(estimate.value)
    low = np.clip(1.0 - most.max(axis=-1), 0.0, 1.0)
    high = 1.0 - np.clip(least.max(axis=-1), 0.0, 1.0)
    return np.minimum(low, value), np.maximum(high, value)


def affordable_limits(study: Study) -> bool:
    """Tell whether the grades are few enough for `margin_limits`.

    Parameters
    ----------
    study : Study
        Complete pairs of ratings.

    Returns
    -------
    bool
        Whether the limits fit in time and memory.
    """
    codes = patterns_of(study.ratings)
    q = len(np.unique(codes[codes >= 0]))
    n_sets = 4 * q if q > MOST_GRADES else 2**q
    n_studies = max(int(np.prod(study.frequencies.shape[:-1])), 1)
    cells = n_studies * n_sets * q**2
    return affordable(cells, nanoseconds=30.0, held=32.0 * cells + 8.0 * len(codes) * q**2)


def _limits(
    cells: FloatArray,
    sets: FloatArray,
    confidence_level: float,
    *,
    inflation: FloatArray,
    pieces: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return limits of the shift on each set: -1 to 1, like the balance of a share of units."""
    shifts = _shifts(cells, sets)
    room, n = shifts.room[..., None], pieces[..., None]
    apart = (cells.sum(axis=(-1, -2)) - np.trace(cells, axis1=-2, axis2=-1))[..., None]
    known = n * room
    low, high = score_limits(
        shifts.value,
        (1.0 + shifts.value) / 2.0,
        0.5,
        shifts.error * inflation[..., None],
        known,
        np.minimum(apart, known),
        confidence_level=confidence_level,
    )
    return np.asarray(low), np.asarray(high)


def _cells(study: Study) -> FloatArray:
    """Return the tables of pairs, without grades that nobody gave, (..., n_grades, n_grades)."""
    patterns, n_grades = patterns_of(study.ratings).astype(np.int64), len(study.ratings.scale)
    both = (patterns >= 0).all(axis=1)
    used = np.isin(np.arange(n_grades), patterns[both])
    place = np.cumsum(used) - 1
    q = max(int(used.sum()), 2)
    spread = np.zeros((len(patterns), q * q))
    first, second = place[patterns[both]].T
    spread[both, first * q + second] = 1.0
    table = study.frequencies @ spread
    return table.reshape(*table.shape[:-1], q, q)


def _sets(n_grades: int) -> FloatArray:
    """Return the sets of grades that are neither empty nor whole, (n_sets, n_grades)."""
    if n_grades > MOST_GRADES:
        upper = np.triu(np.ones((n_grades, n_grades)))[1:]
        single = np.eye(n_grades)
        return np.concatenate([upper, 1.0 - upper, single, 1.0 - single])
    every = np.array(list(itertools.product((0.0, 1.0), repeat=n_grades)))
    return every[1:-1]


def _largest_sets(cells: FloatArray) -> FloatArray:
    """Return the sets on which the first rater leads most, without and with ties, (..., 2, q)."""
    first, second = cells.sum(axis=-1), cells.sum(axis=-2)
    return np.stack([first > second, first >= second], axis=-2).astype(np.float64)


def _shifts(cells: FloatArray, sets: FloatArray) -> _Shifts:
    q = cells.shape[-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        n = cells.sum(axis=(-1, -2))[..., None]
        first, second = cells.sum(axis=-1) / n, cells.sum(axis=-2) / n
        room = 1.0 - (first * second).sum(axis=-1)[..., None]
        value = np.vecdot((first - second)[..., None, :], sets) / room
        # influence of a unit of each cell: its own shift, and what it does to the room
        moved = sets[..., :, None] - sets[..., None, :]
        moved = moved.reshape(*sets.shape[:-1], q * q)
        chance = second[..., :, None] + first[..., None, :] - 2.0 * (1.0 - room[..., None])
        chance = chance.reshape(*chance.shape[:-2], 1, q * q)
        pull = (moved - (value * room)[..., None] + value[..., None] * chance) / room[..., None]
        shares = (cells / n[..., None]).reshape(*cells.shape[:-2], 1, q * q)
        error = np.sqrt((shares * pull**2).sum(axis=-1) / n)
    return _Shifts(value, error, room[..., 0])


def _clustering(estimate: Estimate, study: Study) -> tuple[FloatArray, FloatArray]:
    """Return how much clusters inflate the error, and the number of independent pieces."""
    if estimate.clusters is None:
        return np.ones(np.shape(study.n_paired)), np.asarray(study.n_paired, dtype=np.float64)
    enters = study.ratings.table.paired
    pieces = n_clusters(study.frequencies, estimate.clusters, enters)
    alone = standard_error(estimate.influence, study.frequencies, study.n_paired)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.asarray(estimate.standard_error) / np.asarray(alone)
    # without a spread to compare, as much as if the units of a cluster were one
    least = np.sqrt(study.n_paired / np.maximum(pieces, 1))
    ratio = np.where(np.isfinite(ratio), np.maximum(ratio, 1.0), least)
    return ratio, np.asarray(pieces, dtype=np.float64)
