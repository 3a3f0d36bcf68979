"""Variance components of units, raters and residual, from mean squares."""

from __future__ import annotations

from dataclasses import dataclass
from operator import mul
from typing import Any

import numpy as np
import numpy.typing as npt

from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._data.scales import FloatArray, usable_scores
from ilacs_reliability.agreement.formulas import patterns_of, rater_names

# mean squares below this share of all variation are rounding
ROUNDING = 1e-14
# numbers held for products of all pairs of raters: some MiB
BLOCK = 1 << 20
# sums of a two-way analysis before those of each rater
PLAIN = 6
# numbers of ratings that differ by less than this share are the same
ALMOST = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Scores of each pattern, less a common constant, and how often each occurs.

    Attributes
    ----------
    scores : ndarray of float, shape (n_patterns, n_raters)
        Score by each rater; 0 where one is missing. No columns where raters are anonymous.
    given : ndarray of float, shape (n_patterns, n_raters)
        1 where there is a score.
    sizes, means, within : ndarray of float, shape (n_patterns,)
        Ratings of a unit, their mean, and their sum of squares about it.
    squares : ndarray of float, shape (n_patterns,)
        Sum of squares of a unit's scores.
    n_raters : int
        Raters, or the most ratings of a unit where they are anonymous.
    rated : ndarray of float, shape (n_patterns,)
        1 where a unit has a rating.
    frequencies : ndarray of float, shape (..., n_patterns)
        Units of each pattern.
    """

    scores: FloatArray
    given: FloatArray
    sizes: FloatArray
    means: FloatArray
    within: FloatArray
    squares: FloatArray
    rated: FloatArray
    frequencies: FloatArray
    n_raters: int

    @property
    def varies(self) -> bool:
        """Whether there are two scores at all, in a single study."""
        seen = self.frequencies * self.rated > 0
        if not self.given.shape[1]:
            return bool((self.within[seen] > 0).any() or np.unique(self.means[seen]).size > 1)
        values = self.scores[seen][self.given[seen] > 0]
        return bool(values.size and np.ptp(values) > 0)

    @property
    def is_complete(self) -> bool:
        """Whether every rater rated every unit that has a rating."""
        n_raters = self.n_raters
        if self.sizes.min(initial=n_raters) == n_raters:
            return True
        # neither all nor none
        some = self.sizes * (n_raters - self.sizes) > 0
        return not np.any(self.frequencies @ some)


def scores_of(ratings: Ratings) -> Scores:
    """Take the scores of ratings.

    Parameters
    ----------
    ratings : Ratings
        One study or many.

    Returns
    -------
    Scores
        The scores, with the middle of the scale taken off so that squares keep their digits.
    """
    if ratings.patterns is None:
        return _scores_of_counts(ratings)
    patterns, values = ratings.patterns, usable_scores(ratings.scale)
    given = (patterns >= 0).astype(np.float64)
    scores = np.where(given > 0, (values - values[len(values) // 2])[patterns], 0.0)
    ones = np.ones(given.shape[1])
    sizes = given @ ones
    means = scores @ ones / np.maximum(sizes, 1.0)
    gaps = (scores - means[:, None]) * given
    # a unit whose raters all agree has no spread, whatever the rounding
    return Scores(
        scores=scores,
        given=given,
        sizes=sizes,
        means=means,
        within=np.where(ratings.table.mixed, np.vecdot(gaps, gaps), 0.0),
        squares=np.vecdot(scores, scores),
        rated=(sizes > 0).astype(np.float64),
        frequencies=ratings.frequencies.astype(np.float64),
        n_raters=ratings.n_raters,
    )


def _scores_of_counts(ratings: Ratings) -> Scores:
    """Take what a one-way analysis needs of counts by anonymous raters, however many."""
    table, values = ratings.table, usable_scores(ratings.scale)
    values = values - values[len(values) // 2]
    means = table.counts @ values / np.maximum(table.totals, 1.0)
    # a unit whose ratings are all one grade has that grade's score for a mean, but for no rounding
    means = np.where(table.mixed | (table.totals == 0), means, values[table.counts.argmax(axis=1)])
    nobody = np.zeros((len(means), 0))
    return Scores(
        scores=nobody,
        given=nobody,
        sizes=table.totals,
        means=means,
        within=(table.counts * (values - means[:, None]) ** 2).sum(axis=1),
        squares=table.counts @ values**2,
        rated=table.rated,
        frequencies=ratings.frequencies.astype(np.float64),
        n_raters=ratings.n_raters,
    )


def one_way_terms(scores: Scores) -> FloatArray:
    """Return what a unit of each pattern adds to the sums of a one-way analysis.

    Parameters
    ----------
    scores : Scores
        The scores.

    Returns
    -------
    ndarray of float, shape (n_patterns, 6)
        1, ratings, ratings squared, total, total times mean, and the sum of squares within.
    """
    sizes, means = scores.sizes, scores.means
    columns = (scores.rated, sizes, sizes**2, sizes * means, sizes * means**2, scores.within)
    return np.column_stack(columns)


def one_way_squares(sums: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
    """Return the mean squares of a one-way analysis of variance.

    Parameters
    ----------
    sums : ndarray, shape (..., 6)
        Sums of the columns of `one_way_terms`.

    Returns
    -------
    dict of ndarray, shape (...)
        "units" and "within" mean squares, "df_units", "df_within", and the "size" of a unit that
        the mean square between units speaks of [1]_.

    References
    ----------
    .. [1] S. R. Searle, G. Casella and C. E. McCulloch, "Variance Components", Wiley (1992),
           pp. 69-73.
    """
    n, total, squares, sum_, by_mean, within = (sums[..., place] for place in range(6))
    df_units, df_within = n - 1.0, total - n
    # without units, or with one rating of each, some of these do not exist
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "units": (by_mean - sum_**2 / total) / df_units,
            "within": within / df_within,
            "df_units": df_units,
            "df_within": df_within,
            "size": (total - squares / total) / df_units,
        }


def one_way_components(sums: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return the variance of units and within them, by the mean squares' expectations.

    Parameters
    ----------
    sums : ndarray, shape (..., 6)
        Sums of the columns of `one_way_terms`.

    Returns
    -------
    units, within : ndarray, shape (...)
        The components; that of units may be negative.
    """
    squares = one_way_squares(sums)
    return (squares["units"] - squares["within"]) / squares["size"], squares["within"]


@dataclass(frozen=True, slots=True, eq=False)
class TwoWay:
    """Sums of a two-way analysis, and what a unit of each pattern adds to them.

    Attributes
    ----------
    sums : ndarray of float, shape (..., 6 + 2 * n_raters)
        Units, ratings, squares within units, squares of raters given units, squares, sets of raters
        that no unit links, ratings of each rater, total of each rater.
    slopes : ndarray of float, shape (n_patterns, 6 + 2 * n_raters)
        Derivatives of the sums by each frequency; for a batch, those of linear sums alone.
    """

    sums: FloatArray
    slopes: FloatArray


def two_way_sums(scores: Scores) -> TwoWay:
    """Fit units and raters by least squares and take the sums that the components rest on.

    Parameters
    ----------
    scores : Scores
        The scores.

    Returns
    -------
    TwoWay
        Sums and their slopes.
    """
    w, given = scores.frequencies, scores.given
    m, sizes = given.shape[1], np.maximum(scores.sizes, 1.0)
    gaps = (scores.scores - scores.means[:, None]) * given
    slopes = np.empty((len(given), PLAIN + 2 * m))
    slopes[:, 0], slopes[:, 1], slopes[:, 2], slopes[:, 3] = (
        scores.rated,
        scores.sizes,
        scores.within,
        0.0,
    )
    slopes[:, 4], slopes[:, 5] = scores.squares, 0.0
    slopes[:, PLAIN : PLAIN + m], slopes[:, PLAIN + m :] = given, scores.scores
    sums = w @ slopes
    right = w @ gaps
    levels, sums[..., 5] = _levels(scores, right, sums[..., PLAIN : PLAIN + m])
    sums[..., 3] = np.vecdot(right, levels)
    if w.ndim == 1:
        # least squares: the fit's own movement has no first-order effect
        own = given @ levels**2 - (given @ levels) ** 2 / sizes
        slopes[:, 3] = 2.0 * gaps @ levels - own
    return TwoWay(sums, slopes)


def two_way_squares(sums: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
    """Return the mean squares of a two-way analysis of variance, each given the other.

    Parameters
    ----------
    sums : ndarray, shape (..., 6 + 2 * n_raters)
        As in `TwoWay`.

    Returns
    -------
    dict of ndarray, shape (...)
        "units", "raters" and "residual" mean squares and their "df_units", "df_raters",
        "df_residual"; "size_units" and "size_raters", how often a component counts in its mean
        square.
    """
    n, total, within, raters, squares, sets = (sums[..., place] for place in range(PLAIN))
    m_all = (sums.shape[-1] - PLAIN) // 2
    by_rater, totals = sums[..., PLAIN : PLAIN + m_all], sums[..., PLAIN + m_all :]
    used = by_rater.real > 0
    m = used.sum(axis=-1)
    average = np.vecdot(totals.conj(), totals / np.where(used, by_rater, 1.0))
    residual = within - raters
    residual = np.where(residual.real > ROUNDING * np.abs(squares.real), residual, 0.0)
    # within each set the mean is that of its units and of its raters alike
    df_units, df_raters, df_residual = n - sets, m - sets, total - n - m + sets
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "units": (squares - average - residual) / df_units,
            "raters": raters / df_raters,
            "residual": residual / df_residual,
            "df_units": df_units,
            "df_raters": df_raters + 0.0 * df_units.real,
            "df_residual": df_residual,
            "size_units": (total - m) / df_units,
            "size_raters": (total - n) / df_raters,
        }


def is_complete(sums: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Tell whether every rater with a rating rated every unit.

    Parameters
    ----------
    sums : ndarray, shape (..., 6 + 2 * n_raters)
        As in `TwoWay`.

    Returns
    -------
    ndarray of bool, shape (...)
        Whether the design is complete.
    """
    n_raters = (sums.shape[-1] - PLAIN) // 2
    used = (sums[..., PLAIN : PLAIN + n_raters].real > 0).sum(axis=-1)
    n_ratings, wanted = sums[..., 1].real, sums[..., 0].real * used
    return np.asarray(np.abs(n_ratings - wanted) <= ALMOST * wanted)


def why_no_residual(scores: Scores, sets: float) -> str:
    """Say why no ratings are left over once units and raters are fitted; "" where some are.

    Parameters
    ----------
    scores : Scores
        A single study.
    sets : float
        Sets of raters that no unit links.

    Returns
    -------
    str
        A key of `REASONS`, or "".
    """
    by_rater = scores.frequencies @ scores.given
    n_ratings, n_used = by_rater.sum(), (by_rater > 0).sum()
    if n_ratings > scores.frequencies @ scores.rated + n_used - sets:
        return ""
    return "own_raters" if n_ratings == n_used else "no_residual"


def two_way_components(
    sums: npt.NDArray[Any],
) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    """Return the variance of units, raters and residual by fitting constants.

    Parameters
    ----------
    sums : ndarray, shape (..., 6 + 2 * n_raters)
        As in `TwoWay`.

    Returns
    -------
    units, raters, residual : ndarray, shape (...)
        The components by Henderson's third method [1]_, which are the usual ones on complete data;
        the first two may be negative.

    References
    ----------
    .. [1] C. R. Henderson, "Estimation of variance and covariance components", Biometrics 9
           (1953), 226-252.
    """
    squares = two_way_squares(sums)
    residual = squares["residual"]
    units = (squares["units"] - residual) / squares["size_units"]
    raters = (squares["raters"] - residual) / squares["size_raters"]
    return units, raters, residual


def two_way_slopes(sums: FloatArray) -> tuple[list[float], FloatArray] | None:
    """Return the components of a single study and their derivatives by each sum.

    Parameters
    ----------
    sums : ndarray of float, shape (6 + 2 * n_raters,)
        As in `TwoWay`.

    Returns
    -------
    parts : list of float
        Variance of units, raters and residual, as by `two_way_components`.
    slopes : ndarray of float, shape (3, 6 + 2 * n_raters)
        Their derivatives; None in place of both where a mean square has no degrees of freedom.
    """
    n, total, within, raters, squares, sets, *rest = sums.tolist()
    by_rater, totals = rest[: len(rest) // 2], rest[len(rest) // 2 :]
    m = sum(ratings > 0 for ratings in by_rater)
    df = total - n - m + sets
    if not (n > sets and m > sets and df > 0 and total > m and total > n):
        return None
    means = [
        sum_ / ratings if ratings > 0 else 0.0
        for sum_, ratings in zip(totals, by_rater, strict=True)
    ]
    left = within - raters
    moves = 1.0 if left > ROUNDING * abs(squares) else 0.0
    residual = left * moves / df
    between = squares - sum(map(mul, means, totals)) - left * moves
    units = (between - residual * (n - sets)) / (total - m)
    of_raters = (raters - residual * (m - sets)) / (total - n)
    # by units, ratings, squares within, squares of raters, squares and sets
    per, by_size = moves / df, residual / df
    by_residual = [by_size, -by_size, per, -per, 0.0, -by_size]
    share, shrink = 1.0 / (total - m), 1.0 / (total - n)
    by_units = [-(n - sets) * share * slope for slope in by_residual]
    by_raters = [-(m - sets) * shrink * slope for slope in by_residual]
    for row, at, slope in (
        (by_units, 0, -residual * share),
        (by_units, 1, -units * share),
        (by_units, 2, -moves * share),
        (by_units, 3, moves * share),
        (by_units, 4, share),
        (by_units, 5, residual * share),
        (by_raters, 0, of_raters * shrink),
        (by_raters, 1, -of_raters * shrink),
        (by_raters, 3, shrink),
        (by_raters, 5, residual * shrink),
    ):
        row[at] += slope
    none = [0.0] * len(rest)
    by_units += [mean * mean * share for mean in means]
    by_units += [-2.0 * mean * share for mean in means]
    slopes = np.array([by_units, by_raters + none, by_residual + none])
    return [units, of_raters, residual], slopes


def _levels(
    scores: Scores, right: FloatArray, by_rater: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Solve the raters' normal equations, whose levels are free by a constant in each linked set.

    Returns the levels, and how many sets there are.
    """
    w, given = scores.frequencies, scores.given
    if scores.is_complete:
        n_units = (w @ scores.rated)[..., None]
        with np.errstate(invalid="ignore", divide="ignore"):
            return right / n_units, np.ones(n_units.shape[:-1])
    n_raters = given.shape[1]
    shares = given / np.maximum(scores.sizes, 1.0)[:, None]
    reduced = by_rater[..., None] * np.eye(n_raters) - _shared(w, given, shares)
    finite = np.asarray(np.isfinite(reduced).all(axis=(-1, -2)))
    values, vectors = np.linalg.eigh(np.where(finite[..., None, None], reduced, 0.0))
    real = values > 1e-9 * np.maximum(values.max(axis=-1, keepdims=True), 1.0)
    along = np.einsum("...ij,...i->...j", vectors, right)
    along = np.where(real, along / np.where(real, values, 1.0), 0.0)
    levels = np.einsum("...ij,...j->...i", vectors, along)
    sets = (by_rater > 0).sum(axis=-1) - real.sum(axis=-1)
    return levels, np.asarray(sets, dtype=np.float64)


def _shared(w: FloatArray, given: FloatArray, shares: FloatArray) -> FloatArray:
    """Return the units that each pair of raters share, each by its share, (..., m, m)."""
    n, m = given.shape
    if w.ndim > 1 and n * m * m <= BLOCK:
        products = (given[:, :, None] * shares[:, None, :]).reshape(n, m * m)
        return (w @ products).reshape(*w.shape[:-1], m, m)
    found = [(given * row[:, None]).T @ shares for row in w.reshape(-1, n)]
    return np.reshape(found, (*w.shape[:-1], m, m))


def panels_of(ratings: Ratings) -> list[list[Any]]:
    """Return the names of the raters of each set that units link, of raters who rated anything.

    Parameters
    ----------
    ratings : Ratings
        A single study by known raters.

    Returns
    -------
    list of list
        The names, or numbers from 1 where there are none.
    """
    rated = (patterns_of(ratings) >= 0)[ratings.frequencies > 0]
    names, part = rater_names(ratings), np.arange(rated.shape[1])
    for row in np.unique(rated, axis=0):
        linked = np.flatnonzero(row)
        if len(linked):
            part[np.isin(part, part[linked])] = part[linked].min()
    used = np.flatnonzero(rated.any(axis=0))
    return [
        [names[i] for i in used if part[i] == root] for root in dict.fromkeys(part[used].tolist())
    ]
