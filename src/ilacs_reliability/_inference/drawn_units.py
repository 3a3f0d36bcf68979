"""How often each pattern or cluster is drawn in replicates of a study."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import told
from ilacs_reliability._checks.work import SECONDS, affordable
from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._data.scales import FloatArray, IntArray

# entries of a block of replicates: a few MiB
BLOCK = 1 << 19
# draws that stay in the processor's cache until they are counted
CACHED = 1 << 16
# below as many units a pattern, drawing units is faster than drawing each pattern's number
UNITS_A_KIND = 25
# time to draw a pattern or to sum over it, and for one of a study that lacks a unit
NANOSECONDS_DRAWN, NANOSECONDS_LEFT = 60.0, 12.0
# resamples that an interval needs at least
FEWEST_RESAMPLES = 99

# the replicates' places, their frequencies, and how often each pattern or cluster was drawn
Draws: TypeAlias = Iterator[tuple[slice, npt.NDArray[Any], npt.NDArray[Any]]]


def resamples_in_time(ratings: Ratings, n_coefficients: int, n_resamples: int) -> int:
    """Return how many resamples to draw: as asked, or as many as some seconds suffice for."""
    one = NANOSECONDS_DRAWN * len(ratings.frequencies) * (1 + n_coefficients)
    if affordable(n_resamples, nanoseconds=one):
        return n_resamples
    number = int(SECONDS / (one * 1e-9))
    if number < FEWEST_RESAMPLES:
        raise ValueError(
            f"`n_resamples` of {n_resamples} take too long, even {FEWEST_RESAMPLES}, with so many "
            f"patterns ({told(ratings)}): take the estimate's own interval."
        )
    return number


def affordable_without_each(n_left_out: int, ratings: Ratings) -> bool:
    """Say whether there is time for as many studies over these patterns, each lacking something."""
    cells = float(n_left_out) * len(ratings.frequencies)
    return affordable(cells, nanoseconds=NANOSECONDS_LEFT)


def draw_counts(ratings: Ratings, n_resamples: int, rng: np.random.Generator) -> Draws:
    """Draw frequencies of as many units, or clusters, as there are."""
    mass, spread = _pieces(ratings)
    n, n_kinds = int(mass.sum()), len(mass)
    for rows in blocks_of(n_resamples, max(n_kinds, len(ratings.table.totals))):
        size = rows.stop - rows.start
        if n < UNITS_A_KIND * n_kinds:
            counts = _draw_units(mass, size, rng)
        else:
            counts = rng.multinomial(n, mass / n, size).astype(np.float64)
        yield rows, spread(counts), counts


def _draw_units(mass: IntArray, size: int, rng: np.random.Generator) -> FloatArray:
    """Draw one unit after another and count them."""
    n, n_kinds = int(mass.sum()), len(mass)
    kind = np.repeat(np.arange(n_kinds), mass)
    counts = np.empty((size, n_kinds))
    step = max(1, CACHED // max(n, 1))
    for start in range(0, size, step):
        part = counts[start : start + step]
        drawn = kind[rng.integers(0, n, (len(part), n))]
        drawn += n_kinds * np.arange(len(part))[:, None]
        part[:] = np.bincount(drawn.ravel(), minlength=part.size).reshape(part.shape)
    return counts


def draw_bayesian(
    ratings: Ratings, n_resamples: int, rng: np.random.Generator, extra: Any = 0
) -> Draws:
    """Draw frequencies in proportion to Dirichlet shares; `extra` is what a prior adds."""
    mass, spread = _pieces(ratings, unseen=bool(np.any(extra)))
    for rows in blocks_of(n_resamples, max(len(mass), len(ratings.table.totals))):
        weights = rng.standard_gamma(mass + extra, (rows.stop - rows.start, len(mass)))
        weights *= (mass.sum() / weights.sum(axis=1))[:, None]
        yield rows, spread(weights), weights


def _pieces(
    ratings: Ratings, *, unseen: bool = False
) -> tuple[IntArray, Callable[[npt.NDArray[Any]], npt.NDArray[Any]]]:
    """Return how many of each kind there are to draw, and how a draw becomes frequencies.

    Patterns and clusters of no unit are no kinds, unless a prior lets them be drawn.
    """
    frequencies = ratings.frequencies.astype(np.int64)
    if ratings.clusters is not None:
        clusters = clusters_seen(ratings)
        place = np.minimum(np.searchsorted(clusters, ratings.clusters), len(clusters) - 1)
        spread = partial(_spread, clusters=place, frequencies=frequencies)
        return np.ones(len(clusters), dtype=np.int64), spread
    seen = np.flatnonzero(frequencies)
    if unseen or len(seen) in (0, len(frequencies)):
        return frequencies, np.asarray
    return frequencies[seen], partial(_placed, seen=seen, n_patterns=len(frequencies))


def clusters_seen(ratings: Ratings) -> IntArray:
    """Return the clusters that hold units."""
    clusters: Any = ratings.clusters
    found: IntArray = np.unique(clusters[ratings.frequencies > 0])
    return found if len(found) else np.unique(clusters)


def _placed(
    counts: npt.NDArray[Any], *, seen: npt.NDArray[np.intp], n_patterns: int
) -> npt.NDArray[Any]:
    every = np.zeros((len(counts), n_patterns), dtype=counts.dtype)
    every[:, seen] = counts
    return every


def _spread(
    counts: npt.NDArray[Any], *, clusters: npt.NDArray[np.intp], frequencies: IntArray
) -> npt.NDArray[Any]:
    return counts[:, clusters] * frequencies


def blocks_of(n_resamples: int, width: int) -> Iterator[slice]:
    """Yield which replicates, of so many numbers each, are made at once."""
    step = max(1, BLOCK // max(width, 1))
    for start in range(0, n_resamples, step):
        yield slice(start, min(start + step, n_resamples))
