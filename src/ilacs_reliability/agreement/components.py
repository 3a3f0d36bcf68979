"""Variance components of units, raters and residual, from mean squares or by REML."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize

from ilacs_reliability.agreement.formulas import STEP, patterns_of
from ilacs_reliability.ratings import Ratings
from ilacs_reliability.scales import FloatArray

# mean squares below this share of all variation are rounding
ROUNDING = 1e-14


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Scores of each pattern, less a common constant, and how often each occurs.

    Attributes
    ----------
    scores : ndarray of float, shape (n_patterns, n_raters)
        Score by each rater; 0 where one is missing.
    given : ndarray of float, shape (n_patterns, n_raters)
        1 where there is a score.
    sizes, means, within : ndarray of float, shape (n_patterns,)
        Ratings of a unit, their mean, and their sum of squares about it.
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
    rated: FloatArray
    frequencies: FloatArray

    @property
    def is_complete(self) -> bool:
        """Whether every rater rated every unit that has a rating."""
        counted = self.frequencies.reshape(-1, len(self.sizes)).sum(axis=0) > 0
        sizes = self.sizes[counted & (self.sizes > 0)]
        return bool((sizes == self.given.shape[1]).all())


def scores_of(ratings: Ratings) -> Scores:
    """Take the scores of ratings by known raters.

    Parameters
    ----------
    ratings : Ratings
        One study or many.

    Returns
    -------
    Scores
        The scores, with the middle of the scale taken off so that squares keep their digits.
    """
    patterns, values = patterns_of(ratings), np.asarray(ratings.scale.scores)
    given = (patterns >= 0).astype(np.float64)
    scores = np.where(given > 0, (values - values[len(values) // 2])[patterns], 0.0)
    sizes = given.sum(axis=1)
    means = scores.sum(axis=1) / np.maximum(sizes, 1.0)
    gaps = (scores - means[:, None]) * given
    # a unit whose raters all agree has no spread, whatever the rounding
    alike = (ratings.counts > 0).sum(axis=1) <= 1
    return Scores(
        scores=scores,
        given=given,
        sizes=sizes,
        means=means,
        within=np.where(alike, 0.0, (gaps**2).sum(axis=1)),
        rated=(sizes > 0).astype(np.float64),
        frequencies=ratings.frequencies.astype(np.float64),
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
    n, total, squares, sum_, by_mean, within = np.moveaxis(sums, -1, 0)
    df_units, df_within = n - 1.0, total - n
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
    sums : ndarray of float, shape (..., 5 + 2 * n_raters)
        Units, ratings, squares within units, squares of raters given units, squares, ratings of
        each rater, total of each rater.
    slopes : ndarray of float, shape (n_patterns, 5 + 2 * n_raters)
        Derivatives of the sums by each frequency; for a batch, those of linear sums alone.
    connected : ndarray of bool, shape (...)
        Whether units and raters hang together.
    """

    sums: FloatArray
    slopes: FloatArray
    connected: npt.NDArray[np.bool_]


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
    w, given, sizes = scores.frequencies, scores.given, np.maximum(scores.sizes, 1.0)
    gaps = (scores.scores - scores.means[:, None]) * given
    right, by_rater = w @ gaps, w @ given
    levels, connected = _levels(scores, right, by_rater)
    raters = (right * levels).sum(axis=-1)
    linear = (
        scores.rated,
        scores.sizes,
        scores.within,
        np.zeros(len(given)),
        (scores.scores**2).sum(axis=1),
    )
    terms = np.column_stack([*linear, given, scores.scores])
    sums = w @ terms
    sums[..., 3] = raters
    slopes = terms
    if w.ndim == 1:
        # least squares: the fit's own movement has no first-order effect
        own = given @ levels**2 - (given @ levels) ** 2 / sizes
        slopes[:, 3] = 2.0 * gaps @ levels - own
    return TwoWay(sums, slopes, connected)


def two_way_squares(sums: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
    """Return the mean squares of a two-way analysis of variance, each given the other.

    Parameters
    ----------
    sums : ndarray, shape (..., 5 + 2 * n_raters)
        As in `TwoWay`.

    Returns
    -------
    dict of ndarray, shape (...)
        "units", "raters" and "residual" mean squares and their "df_units", "df_raters",
        "df_residual"; "size_units" and "size_raters", how often a component counts in its mean
        square.
    """
    n, total, within, raters, squares = np.moveaxis(sums[..., :5], -1, 0)
    m_all = (sums.shape[-1] - 5) // 2
    by_rater, totals = sums[..., 5 : 5 + m_all], sums[..., 5 + m_all :]
    used = by_rater.real > 0
    m = used.sum(axis=-1)
    average = (totals**2 / np.where(used, by_rater, 1.0)).sum(axis=-1)
    residual = within - raters
    residual = np.where(residual.real > ROUNDING * np.abs(squares.real), residual, 0.0)
    df_units, df_raters, df_residual = n - 1.0, m - 1.0, total - n - m + 1.0
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "units": (squares - average - residual) / df_units,
            "raters": raters / df_raters,
            "residual": residual / df_residual,
            "df_units": df_units,
            "df_raters": df_raters * np.ones_like(df_units.real),
            "df_residual": df_residual,
            "size_units": (total - m) / df_units,
            "size_raters": (total - n) / df_raters,
        }


def two_way_components(
    sums: npt.NDArray[Any],
) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    """Return the variance of units, raters and residual by fitting constants.

    Parameters
    ----------
    sums : ndarray, shape (..., 5 + 2 * n_raters)
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


def _levels(
    scores: Scores, right: FloatArray, by_rater: FloatArray
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Solve the raters' normal equations, whose levels are free by a constant."""
    w, given = scores.frequencies, scores.given
    if scores.is_complete:
        n_units = (w @ scores.rated)[..., None]
        with np.errstate(invalid="ignore", divide="ignore"):
            return right / n_units, np.asarray(n_units[..., 0] > 0)
    n_raters = given.shape[1]
    shares = given / np.maximum(scores.sizes, 1.0)[:, None]
    shared = w @ (given[:, :, None] * shares[:, None, :]).reshape(len(given), -1)
    reduced = by_rater[..., None] * np.eye(n_raters)
    reduced -= shared.reshape(*w.shape[:-1], n_raters, n_raters)
    finite = np.asarray(np.isfinite(reduced).all(axis=(-1, -2)))
    values, vectors = np.linalg.eigh(np.where(finite[..., None, None], reduced, 0.0))
    real = values > 1e-9 * np.maximum(values.max(axis=-1, keepdims=True), 1.0)
    along = np.einsum("...ij,...i->...j", vectors, right)
    along = np.where(real, along / np.where(real, values, 1.0), 0.0)
    levels = np.einsum("...ij,...j->...i", vectors, along)
    connected = real.sum(axis=-1) == (by_rater > 0).sum(axis=-1) - 1
    return levels, np.asarray(connected)


@dataclass(frozen=True, slots=True)
class RemlFit:
    """Variance components by restricted maximum likelihood.

    Attributes
    ----------
    units, raters, residual : float
        The components, not negative; `raters` is 0 in a one-way model.
    mean : float
        The mean by generalised least squares, less the constant taken off the scores.
    log_likelihood : float
        The restricted log-likelihood.
    converged : bool
        Whether the search ended at a stationary point.
    """

    units: float
    raters: float
    residual: float
    mean: float
    log_likelihood: float
    converged: bool

    @property
    def ratios(self) -> FloatArray:
        """Units and raters over residual."""
        return np.array([self.units, self.raters]) / self.residual


def fit_reml(scores: Scores, start: tuple[float, float], *, two_way: bool = True) -> RemlFit:
    """Maximise the restricted likelihood of crossed normal effects.

    Parameters
    ----------
    scores : Scores
        A single study.
    start : tuple of float
        Ratios of the components of units and raters to the residual, to start from.
    two_way : bool, optional
        Whether raters have a component. Default: true.

    Returns
    -------
    RemlFit
        The components.
    """
    parts = _Moments(scores)
    free = np.array([True, two_way])
    at = np.where(free, np.maximum(start, 0.05), 0.0)
    bounds = [(0.0, 1e12) if is_free else (0.0, 0.0) for is_free in free]
    found = optimize.minimize(
        partial(_deviance_and_slope, parts),
        at,
        jac=True,
        bounds=bounds,
        method="L-BFGS-B",
        options={"ftol": 1e-13, "gtol": 1e-6, "maxiter": 500},
    )
    ratios, settled = _polish(parts, np.asarray(found.x, dtype=np.float64), free)
    _, residual, mean = _profile(parts, ratios)
    n = float(parts.n_ratings)
    deviance = float(_deviance(parts, ratios).real)
    constant = (n - 1.0) * (1.0 + np.log(2.0 * np.pi / (n - 1.0)))
    return RemlFit(
        units=float(ratios[0] * residual),
        raters=float(ratios[1] * residual),
        residual=float(residual),
        mean=float(mean),
        log_likelihood=-0.5 * (deviance + constant),
        converged=settled,
    )


def reml_ratio_slopes(scores: Scores, fit: RemlFit) -> FloatArray:
    """Differentiate the ratios of the components by each pattern's frequency.

    Parameters
    ----------
    scores : Scores
        A single study.
    fit : RemlFit
        Its fit.

    Returns
    -------
    ndarray of float, shape (n_patterns, 2)
        Derivatives of units over residual and raters over residual; 0 for a ratio held at 0.
    """
    ratios = fit.ratios
    free = ratios > 1e-10
    slopes = np.zeros((len(scores.sizes), 2))
    if not free.any():
        return slopes
    hessian = _hessian(_Moments(scores), ratios)[np.ix_(free, free)]
    for place in np.flatnonzero(scores.rated).tolist():
        step = 1e-4 * max(scores.frequencies[place], 1.0)
        sides = [_slope(_Moments(scores, place, sign * step), ratios)[free] for sign in (1.0, -1.0)]
        slopes[place, free] = -np.linalg.solve(hessian, (sides[0] - sides[1]) / (2.0 * step))
    return slopes


class _Moments:
    """Sums by number of ratings a unit, from which the likelihood follows for any ratios."""

    def __init__(self, scores: Scores, place: int | None = None, change: float = 0.0) -> None:
        w = scores.frequencies
        if place is not None:
            w = w.copy()
            w[place] += change
        self.sizes = np.unique(scores.sizes[scores.rated > 0])
        groups = [w * (scores.sizes == size) for size in self.sizes]
        totals = scores.sizes * scores.means
        self.n_units = np.array([g.sum() for g in groups])
        self.total = np.array([g @ totals for g in groups])
        self.squared = np.array([g @ totals**2 for g in groups])
        self.raters = np.array([g @ scores.given for g in groups])
        self.shared = np.array([(scores.given * g[:, None]).T @ scores.given for g in groups])
        self.crossed = np.array([(g * totals) @ scores.given for g in groups])
        self.squares = float(w @ (scores.scores**2).sum(axis=1))
        self.sums = w @ scores.scores
        self.n_ratings = float(w @ scores.sizes)


def _pieces(parts: _Moments, ratios: npt.NDArray[Any]) -> tuple[Any, Any, Any, Any]:
    """Return log determinant, and 1'V1, 1'Vy, y'Vy with V the inverse of the covariance."""
    units, raters = ratios
    weight = 1.0 / (1.0 + parts.sizes * units)
    log_det = (parts.n_units * np.log(1.0 + parts.sizes * units)).sum()
    ones = (parts.n_units * parts.sizes * weight).sum()
    mixed = (parts.total * weight).sum()
    squares = parts.squares - units * (parts.squared * weight).sum()
    inner = np.diag(parts.raters.sum(axis=0)) - units * np.einsum("s,sij->ij", weight, parts.shared)
    to_ones = weight @ parts.raters
    to_scores = parts.sums - units * (weight @ parts.crossed)
    spread = np.eye(len(to_ones)) + raters * inner
    sign, log_inner = np.linalg.slogdet(spread)
    solved = raters * np.linalg.solve(spread, np.column_stack([to_ones, to_scores]))
    # a complex step leaves its mark in the sign
    log_det = log_det + log_inner + np.log(sign)
    return (
        log_det,
        ones - to_ones @ solved[:, 0],
        mixed - to_ones @ solved[:, 1],
        squares - to_scores @ solved[:, 1],
    )


def _deviance(parts: _Moments, ratios: npt.NDArray[Any]) -> Any:
    log_det, ones, mixed, squares = _pieces(parts, ratios)
    left = squares - mixed**2 / ones
    return log_det + np.log(ones) + (parts.n_ratings - 1.0) * np.log(left)


def _profile(parts: _Moments, ratios: FloatArray) -> tuple[float, float, float]:
    log_det, ones, mixed, squares = _pieces(parts, ratios)
    return log_det, (squares - mixed**2 / ones) / (parts.n_ratings - 1.0), mixed / ones


def _slope(parts: _Moments, ratios: FloatArray) -> FloatArray:
    steps = 1j * STEP * np.eye(2)
    return np.array([_deviance(parts, ratios + step).imag / STEP for step in steps])


def _deviance_and_slope(parts: _Moments, ratios: FloatArray) -> tuple[float, FloatArray]:
    return float(np.real(_deviance(parts, ratios))), _slope(parts, ratios)


def _hessian(parts: _Moments, ratios: FloatArray) -> FloatArray:
    columns = []
    for place in range(2):
        step = np.zeros(2)
        step[place] = 1e-5 * max(ratios[place], 1e-3)
        high, low = _slope(parts, ratios + step), _slope(parts, ratios - step)
        columns.append((high - low) / (2.0 * step[place]))
    hessian: FloatArray = np.array(columns)
    symmetric: FloatArray = (hessian + hessian.T) / 2.0
    return symmetric


def _polish(
    parts: _Moments, ratios: FloatArray, free: npt.NDArray[np.bool_]
) -> tuple[FloatArray, bool]:
    """Newton steps on the ratios that are not held at 0."""
    inside = free & (ratios > 1e-8)
    ratios = np.where(inside, ratios, 0.0)
    for _ in range(20):
        slope = _slope(parts, ratios)[inside]
        hessian = _hessian(parts, ratios)[np.ix_(inside, inside)]
        if not inside.any() or not (np.linalg.eigvalsh(hessian) > 0).all():
            break
        step = np.linalg.solve(hessian, slope)
        moved = ratios.copy()
        moved[inside] -= step
        if (moved < 0).any() or not np.isfinite(moved).all():
            break
        ratios = moved
        if (np.abs(step) <= 1e-13 * (1.0 + ratios[inside])).all():
            break
    slope = _slope(parts, ratios)
    flat = np.abs(slope[inside]) * (1.0 + ratios[inside]) < 1e-4
    held = slope[free & ~inside] > -1e-4
    return ratios, bool(flat.all() and held.all())
