"""Sums over occasions that change places within a unit, or a cluster, and how they are judged."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._inference.reorderings import Reordering, reordered
from ilacs_reliability._results.estimates import Estimate, Limits
from ilacs_reliability._results.influences import by_cluster
from ilacs_reliability._results.keyed import folded, keyed
from ilacs_reliability.shift.sentences import NOT_SHOWN

# the interval is never a point, however low its level
LEAST = 1e-6


def reordering_of(
    ratings: Ratings, centred: FloatArray, method: str, n_resamples: int, rng: Any
) -> Reordering:
    """Collect values on each occasion, over clusters where there are any.

    Parameters
    ----------
    ratings : Ratings
        The units.
    centred : ndarray of float, shape (n_rows, n_occasions, n_dims)
        Values of a unit of each row, less their mean over occasions.
    method : {"asymptotic", "exact", "monte_carlo"}
        How the p-value is found; "exact" becomes "monte_carlo" where there is too much to
        enumerate.
    n_resamples : int
        Draws.
    rng : Generator, int or None
        Where random numbers come from.

    Returns
    -------
    Reordering
        The values and how they are judged.
    """
    rows, times = centred, ratings.frequencies.astype(np.int64)
    if ratings.clusters is not None:
        rows = np.zeros((int(ratings.clusters.max()) + 1, *centred.shape[1:]))
        np.add.at(rows, ratings.clusters, centred * times[:, None, None])
        rows[np.abs(rows) < 1e-9] = 0.0
        times = np.ones(len(rows), dtype=np.int64)
    return reordered(rows, times, method, n_resamples, rng)


def occasions_estimate(
    ratings: Ratings, centred: FloatArray, found: Reordering, *, label: str
) -> Estimate:
    """Estimate how far occasions differ, from 0 to 1.

    Parameters
    ----------
    ratings : Ratings
        The units.
    centred : ndarray of float, shape (n_rows, n_occasions, n_dims)
        Values of a unit of each row, less their mean over occasions.
    found : Reordering
        The values and how they are judged.
    label : str
        As in `Estimate`.

    Returns
    -------
    Estimate
        The statistic over the largest there can be. Its interval "ball" leaves zero out exactly
        where the test rejects.
    """
    value = min(found.statistic / found.largest, 1.0) if found.rank else 0.0
    return Estimate(
        value=value,
        name="occasion_imbalance",
        label=label,
        frequencies=ratings.frequencies.astype(np.float64),
        influence_source=_influence(ratings, centred, found, value),
        n_units=int(ratings.frequencies.sum()),
        clusters=ratings.clusters,
        methods_source=(("ball", keyed(_ball, found=found)),),
        notes=ratings.notes,
        limits=NOT_SHOWN,
        design=ratings.design,
    )


@folded
def _ball(estimate: Estimate, confidence_level: float, *, found: Reordering) -> Limits:
    if not found.rank:
        # all alike: the share of pieces that may differ after all, each to the utmost
        return 0.0, 1 - ((1 - confidence_level) / 2) ** (1 / found.n_pieces)
    radius = max(float(np.sqrt(_critical_value(confidence_level, found))), LEAST)
    scale = found.largest
    root = float(np.sqrt(min(found.statistic, scale)))
    return max(root - radius, 0.0) ** 2 / scale, min((root + radius) ** 2 / scale, 1.0)


def _critical_value(confidence_level: float, found: Reordering) -> float:
    """Return the number that exactly the statistics pass at which the test rejects."""
    alpha = 1 - confidence_level
    usual = float(special.chdtri(found.df, alpha))
    return found.null.critical_value(alpha, usual=usual, top=found.largest)


def _influence(
    ratings: Ratings, centred: FloatArray, found: Reordering, value: float
) -> FloatArray:
    """Differentiate the statistic over its largest value, piece by piece."""
    if not found.rank:
        return np.zeros(len(centred))
    free = found.rows.shape[1] - 1
    weights = found.sums @ (found.precision / free)
    own = np.einsum("uoi,pi->uop", centred, weights)
    whole, size = own, np.ones(len(own))
    if ratings.clusters is not None:
        whole = np.einsum("uoi,pi->uop", found.rows, weights)[ratings.clusters]
        size = by_cluster(ratings.frequencies, ratings.clusters)[ratings.clusters]
    pull = 2 * np.trace(own, axis1=1, axis2=2) - (own * whole).sum(axis=(1, 2))
    scale = ratings.frequencies.sum() / found.n_pieces
    influence: FloatArray = scale * (pull / min(found.rank, free) - value / size)
    return influence
