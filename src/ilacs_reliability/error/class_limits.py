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
    Climb,
    Fit,
    Panel,
    average_scores,
    em,
    newton,
    posterior,
    score_blocks,
    slope_and_hessian,
)
from ilacs_reliability.error.outwards import limit_outwards

# the place of a number: (None, class) for a share, (cell, class) for a rate
Place = tuple[int | None, int]


def profile_limits(
    estimate: Estimate, confidence_level: float, *, panel: Panel, fit: Fit, log: float, place: Place
) -> Limits:
    """Return where the likelihood, all else at its best, has dropped by a chi-square's quantile."""
    allowed = float(special.chdtri(1, 1.0 - confidence_level))
    low = _crossing(panel, fit, log, place, allowed, 0.0)
    high = _crossing(panel, fit, log, place, allowed, 1.0)
    return low, high


def _crossing(
    panel: Panel, fit: Fit, log: float, place: Place, allowed: float, end: float
) -> float:
    """Go from the maximum towards an end until the likelihood has dropped by what is allowed.

    Each place starts from the one before: from afar a class that may no longer be what it was would
    take the part of another.
    """
    value = _value(fit, place)
    fits = {value: fit}

    def drop(at: float) -> float:
        near = min(fits, key=lambda one: abs(one - at))
        found = _best_with(panel, fits[near], place, at)
        fits[at] = found.fit
        return 2.0 * (log - found.log)

    step = _first_step(panel, fit, place, allowed)
    return limit_outwards(drop, peak=value, end=end, step=step, allowed=allowed)


def _first_step(panel: Panel, fit: Fit, place: Place, allowed: float) -> float:
    """Return about how far a limit is away, were the units of each class known."""
    cell, number = place
    value = _value(fit, place)
    units: FloatArray = panel.frequencies
    if cell is not None:
        rated = np.asarray(panel.given[:, _rater_cells(panel, cell)].sum(axis=1))
        units = units * rated * posterior(panel, fit)[1][:, 0, number]
    size = max(float(units.sum()), 1.0)
    step = np.sqrt(allowed * value * (1.0 - value) / size) + 0.5 * allowed / size
    return float(np.clip(step, 1e-5, 0.5))


def _rater_cells(panel: Panel, cell: int) -> slice:
    """Return the cells of the rater to whom a cell belongs."""
    start = cell // panel.n_grades * panel.n_grades
    return slice(start, start + panel.n_grades)


def _best_with(panel: Panel, fit: Fit, place: Place, at: float) -> Climb:
    held, _, _ = em(panel, _held_at(panel, fit, place, at), n_steps=4)
    return newton(panel, held)


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
    rows = _rater_cells(panel, cell)
    errors, held = fit.errors.copy(), fit.held_errors.copy()
    errors[rows, 0, number] = _rest(fit.errors[rows, 0, number], cell - rows.start, at)
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
        rows = _rater_cells(panel, cell)
        start = panel.n_classes + number * len(fit.errors) + rows.start
        of_set, at = slice(start, start + panel.n_grades), start + cell - rows.start
        values = fit.errors[rows, 0, number]
    value = _value(fit, place)
    slope[of_set] = -value * values
    slope[at] += value
    n_units = float(panel.frequencies.sum())
    pulled: FloatArray = n_units * (pulls @ slope[free])
    return pulled - float(pulled @ panel.frequencies) / n_units
