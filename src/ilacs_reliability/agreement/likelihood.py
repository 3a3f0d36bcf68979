"""Variance components of units, raters and residual, by restricted maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize

from ilacs_reliability.agreement.components import Scores
from ilacs_reliability.agreement.formulas import STEP
from ilacs_reliability.scales import FloatArray

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
    if not settled:
        # where units are many the search may stop before raters, who are few, have moved it
        ratios, settled = _polish(parts, np.where(free, np.maximum(start, 0.0), 0.0), free)
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
    free = ratios > NOTHING
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
