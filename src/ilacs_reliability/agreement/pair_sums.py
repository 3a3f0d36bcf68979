"""Cohen's kappa of every pair of raters at once, from what each pair and each rater shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._data.wide import given_rows
from ilacs_reliability.agreement.formulas import patterns_of
from ilacs_reliability.agreement.studies import Study

# chance agreement this close to 1 leaves nothing to be above
LEAST_ROOM = 1e-13
# numbers held for a block of pairs: some MiB
BLOCK = 1 << 20

Pairs = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]


@dataclass(frozen=True, slots=True, eq=False)
class PairKappas:
    """Kappa and chance agreement of pairs of raters, and how many units each pair shares.

    Attributes
    ----------
    value, observed, expected, n_both : ndarray of float, shape (..., n_pairs)
        Of each pair, in the order of `np.triu_indices`; a value is nan where undefined.
    """

    value: FloatArray
    observed: FloatArray
    expected: FloatArray
    n_both: FloatArray


class RaterSums:
    """What each rater gave, over units: the margins that chance agreement is made of."""

    __slots__ = ("by_rater", "codes", "frequencies", "given", "margins", "weights")

    def __init__(self, study: Study) -> None:
        codes, q = patterns_of(study.ratings).astype(np.intp), len(study.weights)
        w = study.frequencies
        self.codes, self.frequencies, self.weights = codes, w, study.weights
        self.given = (codes >= 0).astype(np.float64)
        self.by_rater = w @ self.given
        counts = [w @ given_rows(column[:, None], q) for column in codes.T]
        with np.errstate(invalid="ignore", divide="ignore"):
            self.margins = np.stack(counts, axis=-2) / self.by_rater[..., None]

    def blocks(self) -> Iterator[Pairs]:
        """Yield the columns of the first and of the second raters of a few pairs."""
        n_patterns, m = self.codes.shape
        first, second = np.triu_indices(m, 1)
        n_studies = int(np.prod(self.frequencies.shape[:-1]))
        held = max(n_patterns, n_studies * len(self.weights), 1)
        step = max(1, BLOCK // held)
        for start in range(0, len(first), step):
            yield first[start : start + step], second[start : start + step]

    def credit(self, pairs: Pairs) -> tuple[FloatArray, FloatArray]:
        """Return the credit of each pattern to pairs, and 1 where both graded."""
        first, second = pairs
        both = self.given[:, first] * self.given[:, second]
        return self.weights[self.codes[:, first], self.codes[:, second]] * both, both

    def kappas(self, pairs: Pairs) -> PairKappas:
        """Return kappa of some pairs."""
        credit, both = self.credit(pairs)
        n_both = self.frequencies @ both
        with np.errstate(invalid="ignore", divide="ignore"):
            observed = self.frequencies @ credit / n_both
            chance = self.margins[..., pairs[0], :] @ self.weights
            expected = np.vecdot(chance, self.margins[..., pairs[1], :])
            enough = (1.0 - expected > LEAST_ROOM) & (n_both > 1)
            value = np.where(enough, (observed - expected) / (1.0 - expected), np.nan)
        return PairKappas(value, observed, expected, n_both)


def pair_kappas(study: Study) -> PairKappas:
    """Return Cohen's kappa of all pairs of raters of a single study.

    Parameters
    ----------
    study : Study
        One study by two raters or more.

    Returns
    -------
    PairKappas
        Each of shape (n_pairs,).
    """
    sums = RaterSums(study)
    found = [sums.kappas(pairs) for pairs in sums.blocks()]
    names = ("value", "observed", "expected", "n_both")
    return PairKappas(*(np.concatenate([getattr(x, name) for x in found], -1) for name in names))


def average_kappa(study: Study) -> tuple[FloatArray, FloatArray]:
    """Average kappa and chance agreement over pairs of raters.

    Parameters
    ----------
    study : Study
        One study or many.

    Returns
    -------
    value, expected : ndarray of float, shape (...)
        The averages; nan where one pair's is undefined, or there is no pair.
    """
    m, shape = study.ratings.n_raters, study.frequencies.shape[:-1]
    if m < 2:
        return np.full(shape, np.nan), np.full(shape, np.nan)
    sums, value, expected = RaterSums(study), np.zeros(shape), np.zeros(shape)
    for pairs in sums.blocks():
        found = sums.kappas(pairs)
        value, expected = value + found.value.sum(-1), expected + found.expected.sum(-1)
    n_pairs = m * (m - 1) / 2
    return value / n_pairs, expected / n_pairs


def average_influence(study: Study) -> FloatArray:
    """Return the influence of a unit of each pattern on the average of the pairs' kappas.

    Parameters
    ----------
    study : Study
        One study or many.

    Returns
    -------
    ndarray of float, shape (..., n_patterns)
        Influences that average to zero over rated units.
    """
    shape, m = study.frequencies.shape, study.ratings.n_raters
    if m < 2:
        return np.full(shape, np.nan)
    sums, pull, slopes = RaterSums(study), np.zeros(shape), np.zeros((*shape[:-1], m, m))
    chance = np.zeros(slopes.shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        for first, second in sums.blocks():
            found, (credit, both) = sums.kappas((first, second)), sums.credit((first, second))
            room = 1.0 - found.expected
            share = 1.0 / (found.n_both * room)
            pull += share @ credit.T - (share * found.observed) @ both.T
            slopes[..., first, second] = (1.0 - found.observed) / room**2
            chance[..., first, second] = found.expected
        slopes = slopes + np.swapaxes(slopes, -1, -2)
        chance = chance + np.swapaxes(chance, -1, -2)
        # each rater's grades meet the margins of all others
        met = slopes @ (sums.margins @ sums.weights)
        centre = (slopes * chance).sum(axis=-1)[..., None, :]
        moved = (met[..., np.arange(m), sums.codes] - centre) * sums.given
        by_rater = np.where(sums.by_rater > 0, sums.by_rater, np.nan)[..., None, :]
        pull -= (moved / by_rater).sum(axis=-1)
        influence: FloatArray = study.n_rated[..., None] * pull / (m * (m - 1) / 2)
    return influence
