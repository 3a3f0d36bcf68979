"""Limits of class shares and error rates by the profile of the likelihood, ends included."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._results.estimates import Estimate, Limits
from ilacs_reliability.error.latent_classes import (
    Fit,
    Panel,
    average_scores,
    em,
    newton,
    posterior,
    score_blocks,
    slope_and_hessian,
)

# the place of a number: (None, class) for a share, (cell, class) for a rate
Place = tuple[int | None, int]


def profile_limits(
    estimate: Estimate, confidence_level: float, *, panel: Panel, fit: Fit, log: float, place: Place
) -> Limits:
    """Return where the likelihood, all else at its best, has dropped by a chi-square's quantile."""
    from scipy.optimize import brentq

    allowed = float(special.chdtri(1, 1.0 - confidence_level))
    value = _value(fit, place)

    def excess(at: float) -> float:
        return 2.0 * (log - _best_with(panel, fit, place, at)) - allowed

    low = 0.0 if value <= 0 or excess(0.0) <= 0 else brentq(excess, 0.0, value, xtol=1e-6)
    high = 1.0 if value >= 1 or excess(1.0) <= 0 else brentq(excess, value, 1.0, xtol=1e-6)
    return low, high


def _best_with(panel: Panel, fit: Fit, place: Place, at: float) -> float:
    held = _held_at(panel, fit, place, at)
    held, _, _ = em(panel, held, n_steps=8)
    return newton(panel, held).log


def _value(fit: Fit, place: Place) -> float:
    cell, number = place
    return float(fit.shares[0, number] if cell is None else fit.errors[cell, 0, number])


def _held_at(panel: Panel, fit: Fit, place: Place, at: float) -> Fit:
    """Fix one number; the others of its set keep their proportions, none being quite zero."""
    cell, number = place
    if cell is None:
        held = fit.held_shares.copy()
        held[number] = True
        return replace(fit, shares=_rest(fit.shares[0], number, at)[None], held_shares=held)
    start = cell // panel.n_grades * panel.n_grades
    rows = slice(start, start + panel.n_grades)
    errors, held = fit.errors.copy(), fit.held_errors.copy()
    errors[rows, 0, number] = _rest(fit.errors[rows, 0, number], cell - start, at)
    held[cell, number] = True
    return replace(fit, errors=errors, held_errors=held)


def _rest(values: FloatArray, place: int, at: float) -> FloatArray:
    others = np.maximum(values, 1e-3)
    others[place] = 0.0
    found: FloatArray = others / others.sum() * (1.0 - at)
    found[place] = at
    return found


def n_flat(panel: Panel, fit: Fit, hessian: FloatArray | None) -> int:
    """Return the number of directions in which the likelihood is flat at its maximum."""
    if hessian is None:
        hessian = slope_and_hessian(panel, fit)[1]
    values = np.linalg.eigvalsh(-hessian)
    return int((~_curved(values)).sum())


def _curved(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    return np.asarray(values > 1e-7 * max(float(values.max(initial=0.0)), 1e-300))


def influences(panel: Panel, fit: Fit) -> tuple[FloatArray, Any]:
    """Return what a unit of each pattern moves the logits of what is free by.

    Returns
    -------
    pulls : ndarray of float, shape (n_patterns, n_free)
        The movements, by the information seen.
    free : ndarray of bool
        As from `slope_and_hessian`.
    """
    _, hessian, free = slope_and_hessian(panel, fit)
    _, chances = posterior(panel, fit)
    scores = average_scores(score_blocks(panel, fit), chances[:, 0])[:, free]
    values, vectors = np.linalg.eigh(-hessian)
    curved = _curved(values)
    inverse = (vectors[:, curved] / values[curved]) @ vectors[:, curved].T
    return scores @ inverse, free


def pull_on(panel: Panel, fit: Fit, pulls: FloatArray, free: Any, *, place: Place) -> FloatArray:
    """Turn movements of logits into those of one share or rate, for each pattern."""
    cell, number = place
    slope = np.zeros(len(free))
    if cell is None:
        of_set, at = slice(0, panel.n_classes), number
        values = fit.shares[0]
    else:
        first = cell // panel.n_grades * panel.n_grades
        start = panel.n_classes + number * len(fit.errors) + first
        of_set, at = slice(start, start + panel.n_grades), start + cell - first
        values = fit.errors[first : first + panel.n_grades, 0, number]
    value = _value(fit, place)
    slope[of_set] = -value * values
    slope[at] += value
    n_units = float(panel.frequencies.sum())
    pulled: FloatArray = n_units * (pulls @ slope[free])
    return pulled - float(pulled @ panel.frequencies) / n_units
