"""Raters as a random effect within strata: what their differences add to chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from ilacs_reliability._data.scales import FloatArray, IntArray

# eigenvalues below this share of the largest are nothing
RANK = 1e-9
# ratios of variances beyond this are infinite
LARGEST = 1e30
# draws for the power of a test whose level is exact under normal errors
DRAWS = 4000
# numbers of one block of permutations: a few MiB
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Severity:
    """Sums of squares between raters within strata, freed of the strata's own means.

    Attributes
    ----------
    values, squares : ndarray of float, shape (n_pieces,)
        How much of the raters' variance each independent piece carries, and its square.
    vectors : ndarray of float, shape (n_raters, n_pieces)
        The pieces, by rater.
    gaps : ndarray of float, shape (n_raters,)
        Sum of each rater's scores above the means of their strata.
    laplacian : ndarray of float, shape (n_raters, n_raters)
        The covariance of the gaps where only chance tells raters apart and its variance is 1.
    sizes : ndarray of float, shape (n_raters,)
        Units of each rater.
    residual, df_residual : float
        Mean square of what neither strata nor raters say, and its degrees of freedom.
    total : float
        Mean square within strata.
    """

    values: FloatArray
    squares: FloatArray
    vectors: FloatArray
    gaps: FloatArray
    laplacian: FloatArray
    sizes: FloatArray
    residual: float
    df_residual: float
    total: float

    @property
    def statistic(self) -> float:
        """Mean square between raters over the residual one."""
        return float(self.squares.mean() / self.residual) if self.residual > 0 else np.inf

    @property
    def between(self) -> float:
        """Variance between raters by the mean squares' expectations, at least 0."""
        if not len(self.squares):
            return np.nan
        excess = self.squares.sum() - len(self.squares) * self.residual
        return float(max(excess / self.values.sum(), 0.0))

    def ratio_limit(self, tail: float) -> float:
        """Return the ratio of variances at which as little would be seen with chance `tail`."""
        from scipy.optimize import brentq

        df = float(len(self.squares))
        critical = float(special.fdtri(df, self.df_residual, tail)) * self.residual

        def excess(ratio: float) -> float:
            return float((self.squares / (1.0 + ratio * self.values)).mean()) - critical

        if excess(0.0) <= 0:
            return 0.0
        top = 1.0
        while excess(top) > 0 and top < LARGEST:
            top *= 4.0
        return float(brentq(excess, 0.0, top, xtol=1e-12, rtol=1e-10)) if top < LARGEST else np.inf

    def shrunken(self, between: float, residual: float) -> tuple[FloatArray, FloatArray]:
        """Return what is expected of each rater given all grades, and its standard deviation."""
        share = between / (residual + between * self.values)
        expected = self.vectors @ (share * (self.vectors.T @ self.gaps))
        known = (self.vectors**2) @ (share * self.values)
        return expected, np.sqrt(np.maximum(between * (1.0 - known), 0.0))


def severity_of(counts: IntArray, scores: FloatArray) -> Severity:
    """Take the sums of squares.

    Parameters
    ----------
    counts : ndarray of int, shape (n_strata, n_raters, n_grades)
        Units; each stratum and each rater has some.
    scores : ndarray of float, shape (n_grades,)
        The grades' scores.
    """
    sizes = counts.sum(axis=2).astype(np.float64)
    by_stratum, by_rater = sizes.sum(axis=1), sizes.sum(axis=0)
    totals = counts @ scores
    means = totals.sum(axis=1) / by_stratum
    gaps = np.einsum("srk,sk->r", counts, scores - means[:, None])
    # by its other cells, as units of one rater alone would leave their rounding on the diagonal
    laplacian = -(sizes / by_stratum[:, None]).T @ sizes
    np.fill_diagonal(laplacian, 0.0)
    np.fill_diagonal(laplacian, -laplacian.sum(axis=1))
    values, vectors = np.linalg.eigh(laplacian)
    kept = values > RANK * max(float(values.max()), 1e-300)
    values, vectors = values[kept], vectors[:, kept]
    squares = (vectors.T @ gaps) ** 2 / values
    spread = counts.sum(axis=1) @ scores**2 - by_stratum * means**2
    left = float(spread.sum() - squares.sum())
    df = float(sizes.sum() - len(by_stratum) - len(values))
    # rounding leaves a little of nothing
    left = left if left > 1e-12 * max(float(spread.sum()), 1e-300) else 0.0
    return Severity(
        values=values,
        squares=squares,
        vectors=vectors,
        gaps=gaps,
        laplacian=laplacian,
        sizes=by_rater,
        residual=left / df if df > 0 else np.nan,
        df_residual=df,
        total=float(spread.sum() / max(sizes.sum() - len(by_stratum), 1.0)),
    )


def components_of(sizes: FloatArray) -> IntArray:
    """Return, for each rater, the set of raters that strata link it to.

    Parameters
    ----------
    sizes : ndarray, shape (n_strata, n_raters)
        Units.
    """
    from scipy.sparse.csgraph import connected_components

    linked = (sizes.T @ sizes) > 0
    _, labels = connected_components(linked, directed=False)
    return np.asarray(labels, dtype=np.int64)


def permuted_squares(
    counts: IntArray,
    scores: FloatArray,
    severity: Severity,
    n_resamples: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Return the sum of squares between raters, grades being dealt anew within each stratum."""
    units = [_units_of(stratum, scores) for stratum in counts if stratum.any()]
    root = severity.vectors / np.sqrt(severity.values)
    width = max(1, BLOCK // max(len(severity.sizes), max(len(one) for one, *_ in units)))
    found = []
    for start in range(0, n_resamples, width):
        n = min(width, n_resamples - start)
        gaps = np.zeros((n, len(severity.sizes)))
        for residuals, raters, starts in units:
            dealt = np.tile(residuals, (n, 1))
            rng.permuted(dealt, axis=1, out=dealt)
            gaps[:, raters] += np.add.reduceat(dealt, starts, axis=1)
        found.append(((gaps @ root) ** 2).sum(axis=1))
    return np.concatenate(found)


def _units_of(counts: IntArray, scores: FloatArray) -> tuple[FloatArray, IntArray, IntArray]:
    """Return scores of a stratum's units above its mean, its raters, and where each one's start."""
    by_grade, by_rater = counts.sum(axis=0), counts.sum(axis=1)
    above = scores - float(by_grade @ scores) / float(by_grade.sum())
    raters = np.flatnonzero(by_rater)
    starts = np.cumsum(by_rater[raters]) - by_rater[raters]
    return np.repeat(above, by_grade), raters, starts


def power_at(severity: Severity, ratio: float, level: float = 0.05) -> float:
    """Return how often the mean squares differ at a level, were the ratio of variances so large."""
    rng = np.random.default_rng(0)
    df = len(severity.values)
    critical = special.fdtri(df, severity.df_residual, 1.0 - level)
    between = rng.chisquare(1.0, (DRAWS, df)) @ (1.0 + ratio * severity.values) / df
    within = rng.chisquare(severity.df_residual, DRAWS) / severity.df_residual
    return float((between > critical * within).mean())
