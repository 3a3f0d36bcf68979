"""Rank correlation of raters two by two, each on the units that both rated."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability.agreement.formulas import centred, keep_raters, only_patterns, patterns_of
from ilacs_reliability.agreement.mid_ranks import MidRanks

# time for one pattern of one study of one pair of raters
# what a pair of raters costs by itself, in patterns
A_PAIR = 700.0
NANOSECONDS = 400.0


@dataclass(frozen=True, slots=True, eq=False)
class Concordance:
    """Kendall's W of raters who did not all rate all units, and what it is made of.

    Attributes
    ----------
    ratings : Ratings
        The ratings.
    products, squares : ndarray of float, shape (...)
        Weighted sums over pairs of raters of products of ranks, and of half their squares.
    slopes : ndarray of float, shape (2, ..., n_patterns)
        What one more unit of each pattern does to either.
    expected : ndarray of float, shape (...)
        Agreement of ranks by chance, as quadratic weights on them would give it.
    """

    ratings: Ratings
    products: FloatArray
    squares: FloatArray
    slopes: FloatArray
    expected: FloatArray

    @property
    def ratings_per_unit(self) -> Any:
        """Mean number of ratings of the units that have two or more, shape (...)."""
        table, sizes = self.ratings.table, self.ratings.sizes
        with np.errstate(invalid="ignore", divide="ignore"):
            given = self.ratings.frequencies @ (table.totals * table.paired)
            return np.where(sizes.paired > 0, given / np.maximum(sizes.paired, 1), 2.0)

    @property
    def correlation(self) -> FloatArray:
        """Average rank correlation, shape (...); nan where no rater tells two units apart."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.squares > 0, self.products / self.squares, np.nan)

    @property
    def value(self) -> FloatArray:
        """Kendall's W, shape (...)."""
        k = self.ratings_per_unit
        concordance: FloatArray = (1 + self.correlation * (k - 1)) / k
        return concordance

    def influence(self) -> FloatArray:
        """Return the influence of a unit of each pattern on W, shape (..., n_patterns)."""
        table, n_paired = self.ratings.table, np.asarray(self.ratings.sizes.paired)
        k, correlation = self.ratings_per_unit, self.correlation
        with np.errstate(invalid="ignore", divide="ignore"):
            pull = (self.slopes[0] - correlation[..., None] * self.slopes[1]) * (
                (k - 1) / k / self.squares
            )[..., None]
            more = table.paired * (table.totals - k[..., None]) / n_paired[..., None]
            pull = pull + ((correlation - 1) / k**2)[..., None] * more
            frequencies = self.ratings.frequencies.astype(np.float64)
            return centred(pull, frequencies, np.asarray(table.paired, dtype=np.float64))


def concordance_of_pairs(ratings: Ratings) -> Concordance:
    """Compare each two raters on the units that both rated.

    Parameters
    ----------
    ratings : Ratings
        Ratings by known raters, of one study or many, on an ordered scale.

    Returns
    -------
    Concordance
        The sums over pairs.

    Raises
    ------
    ValueError
        If there are too many pairs.
    """
    m, shape = ratings.n_raters, ratings.frequencies.shape
    pairs = m * (m - 1) // 2
    if not affordable(float(pairs) * (A_PAIR + ratings.frequencies.size), nanoseconds=NANOSECONDS):
        raise ValueError(
            f"`ratings` has {pairs} pairs of raters, more than are ranked in some seconds: choose "
            "raters by `select_raters`, or leave incomplete units out by missing='listwise'."
        )
    sums, slopes = np.zeros((2, *shape[:-1])), np.zeros((2, *shape))
    given = patterns_of(ratings) >= 0
    for i, j in combinations(range(m), 2):
        both = given[:, i] & given[:, j]
        found = _pair(only_patterns(keep_raters(ratings, (i, j)), both), both)
        sums, slopes = sums + found[0], slopes + found[1]
    expected = MidRanks(ratings, ratings.frequencies.astype(np.float64)).expected()
    return Concordance(ratings, sums[0], sums[1], slopes, expected)


def _pair(ratings: Ratings, both: Any) -> tuple[FloatArray, FloatArray]:
    """Return the sums of a pair of raters, and how units move them."""
    ranks = MidRanks(ratings, ratings.frequencies.astype(np.float64))
    n = ranks.frequencies @ both.astype(np.float64)
    scale = np.where(n > 0, 12.0 / np.maximum(n * (n + 1), 1.0), 0.0)
    fall = -scale * (2 * n + 1) / np.maximum(n * (n + 1), 1.0)
    sums = np.stack([(ranks.between - ranks.within) / 2, ranks.within / 2])
    between, within = ranks.slopes()
    slopes = np.stack([(between - within) / 2, within / 2])
    moved = scale[..., None] * slopes + (fall * sums)[..., None]
    return scale * sums, moved * both
