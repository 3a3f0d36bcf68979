"""Variance components of units, raters and residual, by restricted maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability.agreement.components import Scores
from ilacs_reliability.agreement.formulas import STEP

# of the likelihood and its slopes, in a search
EVALUATIONS = 40.0
# a ratio below the first is 0; below the second it is taken there if a Newton step would go there
NOTHING, NEARLY_NOTHING = 1e-7, 1e-3


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
    n_raters, n_sizes = scores.given.shape[1], len(np.unique(scores.sizes))
    steps = float(n_raters**3 + n_sizes * n_raters**2)
    if not affordable(EVALUATIONS * steps, nanoseconds=2.0, held=24.0 * n_sizes * n_raters**2):
        raise ValueError(
            f"`estimator` 'reml' takes too long for {n_raters} raters: use 'anova', or a form of "
            "the one-way model."
        )
    parts = _Moments(scores)
    free = np.array([True, two_way])
    at = np.where(free, np.maximum(start, 0.05), 0.0)
    bounds = [(0.0, 1e12) if is_free else (0.0, 0.0) for is_free in free]
    # of very many units the pieces are lost in rounding, and the fit says that it did not settle
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return _fitted(parts, at, bounds, np.where(free, np.maximum(start, 0.0), 0.0))


def _fitted(
    parts: _Moments, at: FloatArray, bounds: list[tuple[float, float]], start: FloatArray
) -> RemlFit:
    free = np.array([low < high for low, high in bounds])
    from scipy import optimize

    found = optimize.minimize(
        partial(_deviance_and_slope, parts),
        at,
        jac=True,
        bounds=bounds,
        method="L-BFGS-B",
        options={"ftol": 1e-13, "gtol": 1e-6, "maxiter": 500},
    )
    ratios, settled = _polish(parts, np.asarray(found.x, dtype=np.float64), free)
    if not settled:
        # where units are many the search may stop before raters, who are few, have moved it
        ratios, settled = _polish(parts, start, free)
    residual, mean = _profile(parts, ratios)
    n = float(parts.n_ratings)
    deviance = float(_deviance(parts, ratios))
    constant = (n - 1.0) * (1.0 + np.log(2.0 * np.pi / (n - 1.0)))
    return RemlFit(
        units=float(ratios[0] * residual),
        raters=float(ratios[1] * residual),
        residual=float(residual),
        mean=float(mean),
        log_likelihood=-0.5 * (deviance + constant),
        converged=settled and bool(np.isfinite(deviance) and np.isfinite(residual)),
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
    free = ratios > NOTHING
    slopes = np.zeros((len(scores.sizes), 2))
    if not free.any():
        return slopes
    parts = _Moments(scores)
    hessian = _hessian(parts, ratios)[np.ix_(free, free)]
    by_frequency = np.stack([_pull(parts, scores, moved).imag / STEP for moved in _moved(ratios)])
    slopes[:, free] = -np.linalg.solve(hessian, by_frequency[free]).T * scores.rated[:, None]
    return slopes


class _Moments:
    """Sums by number of ratings a unit, from which the likelihood follows for any ratios."""

    def __init__(self, scores: Scores) -> None:
        w = scores.frequencies
        self.sizes = np.unique(scores.sizes[scores.rated > 0])
        groups = [np.flatnonzero(scores.sizes == size) for size in self.sizes]
        given, totals = scores.given, scores.sizes * scores.means
        self.n_units = np.array([w[g].sum() for g in groups])
        self.total = np.array([w[g] @ totals[g] for g in groups])
        self.squared = np.array([w[g] @ totals[g] ** 2 for g in groups])
        self.raters = np.array([w[g] @ given[g] for g in groups])
        self.shared = np.array([(given[g] * w[g, None]).T @ given[g] for g in groups])
        self.crossed = np.array([(w[g] * totals[g]) @ given[g] for g in groups])
        self.squares = float(w @ scores.squares)
        self.sums = w @ scores.scores
        self.n_ratings = float(w @ scores.sizes)


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Log determinant, and 1'V1, 1'Vy and y'Vy with V the inverse of the covariance."""

    log_det: Any
    ones: Any
    mixed: Any
    squares: Any
    # raters' part of the inverse, on what it meets, and what it comes from
    by_raters: npt.NDArray[Any]
    inverse: npt.NDArray[Any]
    inner: npt.NDArray[Any]
    to_ones: npt.NDArray[Any]
    to_scores: npt.NDArray[Any]

    @property
    def left(self) -> Any:
        """Squares that the mean leaves."""
        return self.squares - self.mixed**2 / self.ones


def _pieces(parts: _Moments, ratios: npt.NDArray[Any]) -> _Pieces:
    units, raters = ratios
    weight = 1.0 / (1.0 + parts.sizes * units)
    log_det = (parts.n_units * np.log(1.0 + parts.sizes * units)).sum()
    inner = np.diag(parts.raters.sum(axis=0)) - units * np.einsum("s,sij->ij", weight, parts.shared)
    to_ones = weight @ parts.raters
    to_scores = parts.sums - units * (weight @ parts.crossed)
    spread = np.eye(len(to_ones)) + raters * inner
    sign, log_inner = np.linalg.slogdet(spread)
    inverse = np.linalg.inv(spread)
    by_raters = raters * inverse
    return _Pieces(
        # a complex step leaves its mark in the sign
        log_det=log_det + log_inner + np.log(sign),
        ones=(parts.n_units * parts.sizes * weight).sum() - to_ones @ by_raters @ to_ones,
        mixed=(parts.total * weight).sum() - to_ones @ by_raters @ to_scores,
        squares=parts.squares
        - units * (parts.squared * weight).sum()
        - to_scores @ by_raters @ to_scores,
        by_raters=by_raters,
        inverse=inverse,
        inner=inner,
        to_ones=to_ones,
        to_scores=to_scores,
    )


def _deviance(parts: _Moments, ratios: npt.NDArray[Any]) -> Any:
    found = _pieces(parts, ratios)
    return found.log_det + np.log(found.ones) + (parts.n_ratings - 1.0) * np.log(found.left)


def _profile(parts: _Moments, ratios: FloatArray) -> tuple[float, float]:
    found = _pieces(parts, ratios)
    return found.left / (parts.n_ratings - 1.0), found.mixed / found.ones


def _moved(ratios: FloatArray) -> npt.NDArray[Any]:
    """Return the ratios, each moved by a step that needs no difference."""
    moved: npt.NDArray[Any] = ratios + 1j * STEP * np.eye(2)
    return moved


def _change(
    found: _Pieces, n_ratings: float, log_det: Any, ones: Any, mixed: Any, squares: Any
) -> Any:
    """Return what changes of the pieces do to the deviance."""
    share = found.mixed / found.ones
    left = squares - 2.0 * share * mixed + share**2 * ones
    return log_det + ones / found.ones + (n_ratings - 1.0) * left / found.left


def _slope(parts: _Moments, ratios: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Differentiate the deviance by the two ratios."""
    found = _pieces(parts, ratios)
    return np.array([_by_units(parts, ratios, found), _by_raters(parts, found)])


def _by_units(parts: _Moments, ratios: npt.NDArray[Any], found: _Pieces) -> Any:
    weight = 1.0 / (1.0 + parts.sizes * ratios[0])
    square = weight**2
    inner = -np.einsum("s,sij->ij", square, parts.shared)
    to_ones, to_scores = -(parts.sizes * square) @ parts.raters, -square @ parts.crossed
    x, z = found.by_raters @ found.to_ones, found.by_raters @ found.to_scores
    return _change(
        found,
        parts.n_ratings,
        (parts.n_units * parts.sizes * weight).sum() + (found.by_raters * inner).sum(),
        -(parts.n_units * parts.sizes**2 * square).sum() - 2.0 * to_ones @ x + x @ inner @ x,
        -(parts.total * parts.sizes * square).sum() - to_ones @ z - x @ to_scores + x @ inner @ z,
        -(parts.squared * square).sum() - 2.0 * to_scores @ z + z @ inner @ z,
    )


def _by_raters(parts: _Moments, found: _Pieces) -> Any:
    x, z = found.inverse @ found.to_ones, found.inverse @ found.to_scores
    log_det = (found.inverse * found.inner).sum()
    return _change(found, parts.n_ratings, log_det, -x @ x, -x @ z, -z @ z)


def _pull(parts: _Moments, scores: Scores, ratios: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Differentiate the deviance by the frequency of each pattern, (n_patterns,)."""
    found, units, given = _pieces(parts, ratios), ratios[0], scores.given
    x, z = found.by_raters @ found.to_ones, found.by_raters @ found.to_scores
    weight, totals = 1.0 / (1.0 + scores.sizes * units), scores.sizes * scores.means
    shrunk, gx, gz = units * weight, given @ x, given @ z
    own = given @ np.diag(found.by_raters) - shrunk * np.vecdot(given, given @ found.by_raters)
    pull: npt.NDArray[Any] = _change(
        found,
        parts.n_ratings,
        np.log(1.0 + scores.sizes * units) + own,
        scores.sizes * weight - 2.0 * weight * gx + given @ x**2 - shrunk * gx**2,
        totals * weight
        - weight * gz
        - (scores.scores @ x - shrunk * totals * gx)
        + given @ (x * z)
        - shrunk * gx * gz,
        scores.squares
        - shrunk * totals**2
        - 2.0 * (scores.scores @ z - shrunk * totals * gz)
        + given @ z**2
        - shrunk * gz**2,
    )
    pull += scores.sizes * np.log(found.left)
    return pull


def _deviance_and_slope(parts: _Moments, ratios: FloatArray) -> tuple[float, FloatArray]:
    return float(_deviance(parts, ratios)), _slope(parts, ratios)


def _hessian(parts: _Moments, ratios: FloatArray) -> FloatArray:
    hessian: FloatArray = np.array([_slope(parts, moved).imag / STEP for moved in _moved(ratios)])
    symmetric: FloatArray = (hessian + hessian.T) / 2.0
    return symmetric


def _polish(
    parts: _Moments, ratios: FloatArray, free: npt.NDArray[np.bool_]
) -> tuple[FloatArray, bool]:
    """Newton steps on the ratios that are not held at 0."""
    inside = free & (ratios > NOTHING)
    ratios = np.where(inside, ratios, 0.0)
    for _ in range(20):
        slope = _slope(parts, ratios)[inside]
        hessian = _hessian(parts, ratios)[np.ix_(inside, inside)]
        if not inside.any() or not (np.linalg.eigvalsh(hessian) > 0).all():
            break
        step = np.linalg.solve(hessian, slope)
        moved = ratios.copy()
        moved[inside] -= step
        gone = inside & (moved < NOTHING) & (ratios < NEARLY_NOTHING)
        if gone.any():
            # the maximum is at the end of the range, to which the search only comes near
            inside, ratios = inside & ~gone, np.where(gone, 0.0, ratios)
            continue
        if (moved < 0).any() or not np.isfinite(moved).all():
            break
        ratios = moved
        if (np.abs(step) <= 1e-13 * (1.0 + ratios[inside])).all():
            break
    slope = _slope(parts, ratios)
    # the deviance and its rounding grow with the number of ratings
    level = max(1e-4, 1e-10 * parts.n_ratings)
    flat = np.abs(slope[inside]) * (1.0 + ratios[inside]) < level
    held = slope[free & ~inside] > -level
    return ratios, bool(flat.all() and held.all())
