"""Where latent classes start, and which starts promise most."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ilacs_reliability._data.scales import FloatArray, IntArray
from ilacs_reliability.error.latent_classes import Fit, Panel, em, em_step, free_fit, whole

# EM steps that all starts take, and then those that rank first
SHORT, MORE = 12, 15


def leading_starts(panel: Panel, starts: Fit, n_kept: int) -> Fit:
    """Take EM steps from all starts; return those that rank first, somewhat further on."""
    is_plain = isinstance(panel.given, np.ndarray) and not panel.prior.any()
    if n_kept < len(starts.shares) and is_plain:
        # ranks need few digits, and what was kept is climbed from with all of them
        fit, logs = _quick_steps(panel, starts, SHORT)
        fit, _ = _quick_steps(panel, fit.pick(_highest(logs, n_kept)), MORE)
        return fit
    fit, logs, _ = em(panel, starts, n_steps=SHORT)
    fit, _, _ = em(panel, fit.pick(_highest(logs, n_kept)), n_steps=MORE)
    return fit


def _highest(logs: FloatArray, number: int) -> IntArray:
    return np.argsort(-logs, kind="stable")[:number]


def _quick_steps(panel: Panel, fit: Fit, n_steps: int) -> tuple[Fit, FloatArray]:
    """Take EM steps in single precision, nothing being held; return log likelihoods too.

    Within, the class comes first, then the start, then patterns or cells.
    """
    single: Any = np.float32
    n_classes, n_starts = panel.n_classes, len(fit.shares)
    given, frequencies = panel.given.astype(single), panel.frequencies.astype(single)
    turned = np.ascontiguousarray(given.T)
    barred = panel.barred.T[:, None, :] if (panel.known >= 0).any() else None
    shares = fit.shares.T.astype(single)
    errors = np.ascontiguousarray(fit.errors.transpose(2, 1, 0), dtype=single)
    least = np.finfo(single).tiny
    for step in range(n_steps + 1):
        logs = np.log(np.maximum(errors, least)).reshape(n_classes * n_starts, -1)
        chances = (logs @ turned).reshape(n_classes, n_starts, -1)
        chances += np.log(np.maximum(shares, least))[:, :, None]
        if barred is not None:
            np.copyto(chances, -np.inf, where=barred)
        top = chances.max(axis=0)
        chances -= top
        np.exp(chances, out=chances)
        total = chances.sum(axis=0)
        if step == n_steps:
            break
        chances *= frequencies / total
        shares = chances.sum(axis=2)
        shares /= shares.sum(axis=0)
        counts = chances.reshape(n_classes * n_starts, -1) @ given
        by_rater = counts.reshape(n_classes, n_starts, panel.n_raters, -1)
        errors = (by_rater / np.maximum(by_rater.sum(axis=3, keepdims=True), least)).reshape(
            errors.shape
        )
    logs = np.asarray(np.log(total) + top, dtype=np.float64) @ panel.frequencies
    return _in_full(panel, fit, shares, errors), logs


def _in_full(panel: Panel, fit: Fit, shares: Any, errors: Any) -> Fit:
    """Return what adds up to one in all digits; a rater who rates no unit of a class is even."""
    rates = errors.transpose(2, 1, 0).astype(np.float64)
    shape = (panel.n_raters, panel.n_grades, *rates.shape[1:])
    none = rates.reshape(shape).sum(axis=1, keepdims=True) <= 0
    rates = np.where(none, 1.0 / panel.n_grades, rates.reshape(shape)).reshape(rates.shape)
    return whole(panel, replace(fit, shares=shares.T.astype(np.float64), errors=rates))


def starts_of(panel: Panel, n_starts: int, rng: np.random.Generator) -> Fit:
    """Start from the raters' votes, then from raters of whom some are better than others."""
    n_cells, n_classes = panel.n_raters * panel.n_grades, panel.n_classes
    shares = rng.dirichlet(np.full(n_classes, 5.0), n_starts)
    shape = (n_starts, panel.n_raters, n_classes)
    errors = rng.dirichlet(np.ones(panel.n_grades), shape)
    if n_classes == panel.n_grades:
        known = rng.beta(3.0, 1.5, (n_starts, panel.n_raters, 1, 1))
        known[n_starts // 2 :] = 0.0
        errors = known * np.eye(n_classes) + (1.0 - known) * errors
    cells = np.transpose(errors, (1, 3, 0, 2)).reshape(n_cells, n_starts, n_classes)
    fit = free_fit(shares, np.ascontiguousarray(cells))
    voted = _voted(panel, fit)
    if voted is not None:
        fit.shares[0], fit.errors[:, 0] = voted.shares[0], voted.errors[:, 0]
    return fit


def _voted(panel: Panel, fit: Fit) -> Fit | None:
    if panel.n_classes != panel.n_grades:
        return None
    votes = sum(
        np.asarray(columns_of(panel.given, rater, panel.n_grades))
        for rater in range(panel.n_raters)
    )
    chances = np.asarray(votes) + 1e-3
    chances = chances / chances.sum(axis=1, keepdims=True)
    is_known = panel.known >= 0
    chances[is_known] = np.eye(panel.n_classes)[panel.known[is_known]]
    return em_step(panel, fit.pick([0]), chances[:, None, :])


def columns_of(given: Any, rater: int, n_grades: int) -> Any:
    """Return how often a rater gave units of each pattern each grade."""
    block = given[:, rater * n_grades : (rater + 1) * n_grades]
    return block if isinstance(block, np.ndarray) else block.toarray()
