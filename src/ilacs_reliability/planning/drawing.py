"""Studies of a planned size: all that can come out, or many drawn ones, as one batch."""

from __future__ import annotations

from collections.abc import Iterator
from math import comb

import numpy as np
from scipy.special import gammaln, xlogy

from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.ratings import Ratings, ratings_from_codes
from ilacs_reliability._results.estimates import FloatArray, IntArray
from ilacs_reliability.planning.fieldwork import Fieldwork, seen
from ilacs_reliability.planning.worlds import World

# cells of frequencies held at once
BLOCK = 2**20
# fewer drawn studies tell less than a formula
FEWEST_DRAWS = 200
# nanoseconds for a frequency of a drawn study, and for a study beside them
CELL, STUDY = 110.0, 1e4


def every_study(world: World, fieldwork: Fieldwork, n_units: int) -> tuple[Ratings, FloatArray]:
    """Return all studies of `n_units` that can come out, as a batch, with their probabilities."""
    patterns, shares = _possible(world, fieldwork)
    tables = compositions(n_units, len(shares))
    logs = gammaln(n_units + 1) + (xlogy(tables, shares) - gammaln(tables + 1)).sum(axis=1)
    return _ratings(world, patterns).with_frequencies(tables), np.exp(logs)


def n_studies(world: World, fieldwork: Fieldwork, n_units: int) -> float:
    """Return how many different studies can come out; infinity where clusters tell units apart."""
    if fieldwork.cluster_size > 1:
        return float("inf")
    n_patterns = len(_possible(world, fieldwork)[1])
    return float(comb(n_units + n_patterns - 1, n_patterns - 1))


def n_cells(world: World, fieldwork: Fieldwork, n_units: int) -> int:
    """Return how many frequencies a study has: patterns, anew for each cluster."""
    n_clusters = len(cluster_sizes(n_units, fieldwork.cluster_size))
    return n_clusters * len(_possible(world, fieldwork)[1])


def draws_within(
    n_draws: int, cells: float, *, looks: float = 1, nanoseconds: float = STUDY
) -> int:
    """Return how many studies of so many frequencies to draw at each look: 0 where too few."""
    one = looks * (CELL * cells + nanoseconds)
    while n_draws and not affordable(n_draws, nanoseconds=one):
        n_draws = n_draws // 2 if n_draws >= 2 * FEWEST_DRAWS else 0
    return n_draws


def drawn_studies(
    world: World, fieldwork: Fieldwork, n_units: int, n_draws: int, rng: np.random.Generator
) -> Iterator[Ratings]:
    """Yield drawn studies in batches."""
    patterns, shares = _possible(world, fieldwork)
    sizes = cluster_sizes(n_units, fieldwork.cluster_size)
    every = _ratings(world, patterns, len(sizes) if fieldwork.cluster_size > 1 else 0)
    step = max(BLOCK // (len(shares) * len(sizes)), 1)
    for start in range(0, n_draws, step):
        number = min(step, n_draws - start)
        if fieldwork.cluster_size == 1:
            yield every.with_frequencies(rng.multinomial(n_units, shares, size=number))
        else:
            drawn = in_clusters(shares, sizes, fieldwork.cluster_correlation, number, rng)
            yield every.with_frequencies(drawn)


def _possible(world: World, fieldwork: Fieldwork) -> tuple[IntArray, FloatArray]:
    patterns, shares = seen(world, fieldwork)
    return patterns[shares > 0], shares[shares > 0] / shares.sum()


def _ratings(world: World, patterns: IntArray, n_clusters: int = 0) -> Ratings:
    """Return ratings whose rows are the patterns in this order, anew for each cluster."""
    if not n_clusters:
        return _in_order(ratings_from_codes(patterns, scale=world.scale), patterns)
    clusters = np.repeat(np.arange(n_clusters), len(patterns))
    codes = np.tile(patterns, (n_clusters, 1))
    return _in_order(ratings_from_codes(codes, scale=world.scale, clusters=clusters), codes)


def _in_order(ratings: Ratings, codes: IntArray) -> Ratings:
    """Return the ratings; their patterns are sorted as `seen` sorts them, which this asserts."""
    if not np.array_equal(np.asarray(ratings.patterns), codes):
        raise RuntimeError("patterns were put into another order")
    return ratings


def cluster_sizes(n_units: int, size: int) -> IntArray:
    """Return the units of each cluster, the last of which may have fewer."""
    if size == 1:
        return np.array([n_units])
    full, rest = divmod(n_units, size)
    return np.array([size] * full + [rest] * (rest > 0))


def in_clusters(
    shares: FloatArray, sizes: IntArray, correlation: float, n_draws: int, rng: np.random.Generator
) -> IntArray:
    """Draw pattern counts cluster by cluster, shape (n_draws, n_clusters * n_patterns)."""
    n_patterns, places = len(shares), np.arange(sizes.max())[:, None]
    codes = rng.choice(n_patterns, p=shares, size=(sizes.max(), n_draws, len(sizes)))
    # a later unit repeats an earlier one of its cluster: Polya's urn, in which any two units have
    # the correlation that is asked for
    repeats = places * correlation / (1 - correlation + places * correlation)
    for place in range(1, len(codes) if correlation else 0):
        again = rng.random(codes.shape[1:]) < repeats[place]
        draw, cluster = np.nonzero(again)
        codes[place][again] = codes[rng.integers(place, size=len(draw)), draw, cluster]
    columns = codes + n_patterns * np.arange(n_draws * len(sizes)).reshape(n_draws, -1)
    counts = np.bincount(
        columns[np.broadcast_to(places[:, None] < sizes, codes.shape)],
        minlength=n_draws * len(sizes) * n_patterns,
    )
    return counts.reshape(n_draws, -1)


def compositions(total: int, n_parts: int) -> IntArray:
    """Return every list of `n_parts` counts that add up to `total`."""
    found = np.zeros((1, 0), dtype=np.int64)
    left = np.array([total])
    for _ in range(n_parts - 1):
        ways = left + 1
        row = np.repeat(np.arange(len(left)), ways)
        value = np.arange(ways.sum()) - np.repeat(np.cumsum(ways) - ways, ways)
        found, left = np.column_stack([found[row], value]), left[row] - value
    return np.column_stack([found, left])
