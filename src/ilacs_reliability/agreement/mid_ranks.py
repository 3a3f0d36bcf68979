"""Mid-ranks of units by each rater, and how a unit moves those of all others."""

from __future__ import annotations

from typing import Any

import numpy as np

from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._data.wide import given_rows
from ilacs_reliability.agreement.formulas import patterns_of


class MidRanks:
    """Mid-ranks less their mean, for each rater, and what W is made of.

    Ratings may be missing: each rater ranks the units that he rated.
    """

    __slots__ = (
        "between",
        "by_rater",
        "codes",
        "complete",
        "frequencies",
        "given",
        "margins",
        "within",
    )

    def __init__(self, ratings: Ratings, frequencies: FloatArray) -> None:
        self.codes, q = patterns_of(ratings).astype(np.intp), len(ratings.scale)
        self.complete = ratings.table.rated
        self.given: Any = given_rows(self.codes, q)
        self.frequencies = frequencies
        shape = (*frequencies.shape[:-1], self.codes.shape[1], q)
        self.margins = (frequencies @ self.given).reshape(shape)
        before = np.cumsum(self.margins, axis=-1) - self.margins / 2.0
        ranks = before - self.margins.sum(axis=-1, keepdims=True) / 2.0
        # (..., n_patterns, n_raters)
        self.by_rater = self._of_ratings(ranks)
        self.between = (frequencies * self.by_rater.sum(axis=-1) ** 2).sum(axis=-1)
        self.within = (frequencies * (self.by_rater**2).sum(axis=-1)).sum(axis=-1)

    def slopes(self) -> tuple[FloatArray, FloatArray]:
        """Return what one more unit of each pattern does to `between` and to `within`."""
        total = self.by_rater.sum(axis=-1)
        between = total**2 + self._moved(total[..., None])
        return between, (self.by_rater**2).sum(axis=-1) + self._moved(self.by_rater)

    def influence(self) -> FloatArray:
        """Return the influence of a unit of each pattern on W."""
        n_units = (self.frequencies @ self.complete)[..., None]
        between, within = self.slopes()
        m = self.by_rater.shape[-1]
        with np.errstate(invalid="ignore", divide="ignore"):
            share = (self.between / self.within)[..., None]
            scale = n_units / (m * self.within[..., None])
            influence: FloatArray = scale * (between - share * within) * self.complete
        return influence

    def expected(self) -> FloatArray:
        """Return the agreement of ranks by chance, as quadratic weights on them would give it."""
        seen = (self.frequencies * self.complete > 0)[..., None]
        top = np.where(seen, self.by_rater, -np.inf).max(axis=(-2, -1), initial=-np.inf)
        bottom = np.where(seen, self.by_rater, np.inf).min(axis=(-2, -1), initial=np.inf)
        n_ranks = self.frequencies @ (self.codes >= 0).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            expected: FloatArray = 1 - 2 * self.within / n_ranks / (top - bottom) ** 2
        return expected

    def _moved(self, weight: FloatArray) -> FloatArray:
        """Return what a unit does by moving the ranks of the others, each with its weight."""
        pull: FloatArray = np.empty_like(self.margins)
        q = self.margins.shape[-1]
        times = self.frequencies[..., None] * np.broadcast_to(weight, self.by_rater.shape)
        for j in range(pull.shape[-2]):
            pull[..., j, :] = times[..., j] @ self.given[:, j * q : (j + 1) * q]
        # a unit lifts the ranks above its own and lowers those below
        moves = pull.sum(axis=-1, keepdims=True) - 2.0 * np.cumsum(pull, axis=-1) + pull
        moved: FloatArray = self._of_ratings(moves).sum(axis=-1)
        return moved

    def _of_ratings(self, by_grade: FloatArray) -> FloatArray:
        """Return what belongs to the grade of each rating, 0 where there is none."""
        found = by_grade[..., np.arange(self.codes.shape[1]), self.codes]
        return np.where(self.codes >= 0, found, 0.0)
