"""Latent classes whose units raters grade independently: likelihood, EM and Newton's steps.

Arrays of many starts carry an axis before that of classes: shares (n_starts, n_classes), errors
(n_cells, n_starts, n_classes), where a cell is a rater and the grade given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ilacs_reliability._data.scales import FloatArray

# the logarithm of this stands for that of nothing
TINY = 1e-300
# a probability below this on its way down is taken for zero
NEAR_ZERO = 1e-5
# twice what a Newton step still promises, below which there is nothing to win
DONE = 1e-11


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """What the likelihood needs of ratings.

    Attributes
    ----------
    given : ndarray or sparse array of float, shape (n_patterns, n_raters * n_grades)
        How often a unit of the pattern got each grade from each rater.
    frequencies : ndarray of float, shape (n_patterns,) or (n_starts, n_patterns)
        Units of each pattern; for EM steps each start may have its own.
    known : ndarray of int, shape (n_patterns,)
        The class that is known of the units of a pattern, or -1.
    n_raters, n_grades, n_classes : int
        Sizes.
    prior : ndarray of float, shape (n_classes, n_grades)
        Ratings that each rater is taken to have given beforehand, by class and grade.
    """

    given: Any
    frequencies: FloatArray
    known: npt.NDArray[np.int64]
    n_raters: int
    n_grades: int
    n_classes: int
    prior: FloatArray

    @property
    def barred(self) -> npt.NDArray[np.bool_]:
        """Whether a pattern's units are known to be of another class, (n_patterns, n_classes)."""
        classes = np.arange(self.n_classes)
        return np.asarray((self.known[:, None] >= 0) & (self.known[:, None] != classes))

    @property
    def n_parameters(self) -> int:
        """Class shares and error rates that are free to differ."""
        rates = self.n_raters * self.n_classes * (self.n_grades - 1)
        return self.n_classes - 1 + rates


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Class shares and error rates, from one start or many, and what is held fixed.

    Attributes
    ----------
    shares : ndarray of float, shape (n_starts, n_classes)
        Share of units of each class.
    errors : ndarray of float, shape (n_cells, n_starts, n_classes)
        Chance of each grade by each rater for a unit of each class.
    held_shares : ndarray of bool, shape (n_classes,)
        Classes whose share is not to be estimated.
    held_errors : ndarray of bool, shape (n_cells, n_classes)
        Rates that are not to be estimated.
    """

    shares: FloatArray
    errors: FloatArray
    held_shares: npt.NDArray[np.bool_]
    held_errors: npt.NDArray[np.bool_]

    def pick(self, starts: Any) -> Fit:
        """Return some of the starts."""
        return replace(self, shares=self.shares[starts], errors=self.errors[:, starts])


def free_fit(shares: FloatArray, errors: FloatArray) -> Fit:
    """Return a fit of which nothing is held fixed."""
    n_classes = shares.shape[-1]
    held = np.zeros((len(errors), n_classes), dtype=bool)
    return Fit(shares, errors, np.zeros(n_classes, dtype=bool), held)


def posterior(panel: Panel, fit: Fit) -> tuple[FloatArray, FloatArray]:
    """Return log likelihoods, (n_starts,), and chances of classes, (n_patterns, n_starts, K)."""
    chances = _joint(panel, fit)
    top = chances.max(axis=0)
    chances -= top
    np.exp(chances, out=chances)
    total = chances.sum(axis=0)
    chances /= total
    logs = np.asarray(np.log(total) + top, dtype=np.float64)
    by_start = (logs * panel.frequencies).sum(axis=-1) + prior_log(panel, fit)
    return by_start, chances.transpose(2, 1, 0)


def _joint(panel: Panel, fit: Fit) -> FloatArray:
    """Return log chances of class and pattern, the class first: (K, n_starts, n_patterns)."""
    n_cells, n_starts, n_classes = fit.errors.shape
    logs = _log(fit.errors).transpose(2, 1, 0)
    joint = _times(panel, logs.reshape(-1, n_cells)).reshape(n_classes, n_starts, -1)
    joint += _log(fit.shares).T[:, :, None]
    if (panel.known >= 0).any():
        joint = np.where(panel.barred.T[:, None, :], -np.inf, joint)
    return joint


def _log(values: FloatArray) -> FloatArray:
    # in single precision nothing is as small as TINY
    least = max(TINY, float(np.finfo(values.dtype).tiny))
    return np.log(np.maximum(values, least))


def _times(panel: Panel, rows: FloatArray) -> FloatArray:
    """Return what each row of numbers by cell adds up to over each pattern's ratings."""
    if isinstance(panel.given, np.ndarray):
        return np.asarray(rows @ panel.given.T)
    return np.ascontiguousarray((panel.given @ rows.T).T)


def prior_log(panel: Panel, fit: Fit) -> FloatArray:
    """Return what the prior adds to the log likelihood of each start."""
    if not panel.prior.any():
        return np.zeros(len(fit.shares))
    by_cell = np.tile(panel.prior.T, (panel.n_raters, 1))
    logs: FloatArray = (by_cell[:, None, :] * _log(fit.errors)).sum(axis=(0, 2))
    return logs


def em_step(panel: Panel, fit: Fit, chances: FloatArray) -> Fit:
    """Return the shares and rates that are likeliest given the chances of classes."""
    n_patterns, n_starts, n_classes = chances.shape
    mass = chances.transpose(2, 1, 0) * panel.frequencies
    shares = _divided(mass.sum(axis=-1).T, fit.shares, fit.held_shares, axis=-1)
    flat = mass.reshape(n_classes * n_starts, n_patterns)
    counts = np.asarray(flat @ panel.given).reshape(n_classes, n_starts, -1).transpose(2, 1, 0)
    if panel.prior.any():
        counts = counts + np.tile(panel.prior.T, (panel.n_raters, 1))[:, None, :]
    shape = (panel.n_raters, panel.n_grades, n_starts, n_classes)
    held = np.broadcast_to(fit.held_errors[:, None, :], fit.errors.shape).reshape(shape)
    errors = _divided(counts.reshape(shape), fit.errors.reshape(shape), held, axis=1)
    return replace(fit, shares=shares, errors=errors.reshape(fit.errors.shape))


def _divided(
    counts: FloatArray, old: FloatArray, held: npt.NDArray[np.bool_], *, axis: int
) -> FloatArray:
    """Share out by counts what the fixed parts leave; where nothing is counted, as before."""
    kept = np.where(held, old, 0.0)
    counts = np.where(held, 0.0, counts)
    total = counts.sum(axis=axis, keepdims=True)
    room = 1.0 - kept.sum(axis=axis, keepdims=True)
    found = counts / np.where(total > 0, total, 1.0) * room + kept
    return np.where(total > 0, found, old)


def em(panel: Panel, fit: Fit, *, n_steps: int, gain: float = 0.0) -> tuple[Fit, FloatArray, int]:
    """Take EM steps; return the fit, its log likelihoods and the steps taken.

    Stops early where no start gains more than `gain` by a step.
    """
    logs, chances = posterior(panel, fit)
    for step in range(n_steps):
        fit = em_step(panel, fit, chances)
        before, (logs, chances) = logs, posterior(panel, fit)
        if (logs - before).max() <= gain:
            return fit, logs, step + 1
    return fit, logs, n_steps


class Climb(NamedTuple):
    """Where Newton's steps led: the second derivatives there are None where they were not taken."""

    fit: Fit
    log: float
    converged: bool
    hessian: FloatArray | None


def newton(panel: Panel, fit: Fit, *, n_steps: int = 60) -> Climb:
    """Climb from one start to a maximum.

    Rates that head for zero are set to zero, and given back where that is no maximum.
    """
    logs, _ = posterior(panel, fit)
    log = float(logs[0])
    for _ in range(n_steps):
        fit, log = _settled(panel, fit, log)
        slope, hessian, free = slope_and_hessian(panel, fit)
        step = _uphill(slope, hessian)
        if slope @ step < DONE * max(1.0, abs(log)):
            released = _released(panel, fit)
            if released is None:
                return Climb(fit, log, True, hessian)
            fit, found, _ = em(panel, released, n_steps=20)
            log = float(found[0])
            continue
        moved = _climbed(panel, fit, log, free, step)
        if moved is None:
            fit, found, _ = em(panel, fit, n_steps=10)
            if found[0] - log < 1e-12 * max(1.0, abs(log)):
                return Climb(fit, float(found[0]), True, None)
            log = float(found[0])
        else:
            fit, log = moved
    return Climb(fit, log, False, None)


def same_top(panel: Panel, top: Climb, fit: Fit, *, within: float, n_steps: int = 12) -> bool:
    """Say whether a start near a maximum climbs to it, by steps with the derivatives there."""
    if top.hessian is None:
        return False
    zero = top.fit.errors <= 0
    fit = whole(panel, replace(fit, errors=np.where(zero, 0.0, fit.errors)))
    free = _free(panel, top.fit)
    before = -np.inf
    for _ in range(n_steps):
        logs, chances = posterior(panel, fit)
        if abs(top.log - logs[0]) < within:
            return True
        if not logs[0] > before:
            return False
        before = float(logs[0])
        slope = _slope(panel, fit, chances)[free]
        step = _uphill(slope, top.hessian)
        fit = _moved(panel, fit, free, step)
    return False


def _slope(panel: Panel, fit: Fit, chances: FloatArray) -> FloatArray:
    """Differentiate by the logits of all shares and rates of one start, where none is held."""
    mass = chances[:, 0] * panel.frequencies[:, None]
    counts = np.asarray(mass.T @ panel.given).reshape(panel.n_classes, panel.n_raters, -1)
    rates = fit.errors[:, 0].T.reshape(counts.shape)
    by_rates = counts - counts.sum(axis=2, keepdims=True) * rates
    by_shares = mass.sum(axis=0) - panel.frequencies.sum() * fit.shares[0]
    return np.concatenate([by_shares, by_rates.ravel()])


def _uphill(slope: FloatArray, hessian: FloatArray) -> FloatArray:
    """Return Newton's step, along directions of the wrong curvature by its size."""
    values, vectors = np.linalg.eigh(-hessian)
    least = 1e-9 * max(1.0, float(np.abs(values).max(initial=0.0)))
    step: FloatArray = vectors @ ((slope @ vectors) / np.maximum(np.abs(values), least))
    # logits move by a few units at most
    return step * min(1.0, 5.0 / max(float(np.abs(step).max(initial=0.0)), 1e-9))


def _climbed(
    panel: Panel, fit: Fit, log: float, free: npt.NDArray[np.bool_], step: FloatArray
) -> tuple[Fit, float] | None:
    for halving in range(12):
        moved = _moved(panel, fit, free, step * 0.5**halving)
        logs, _ = posterior(panel, moved)
        if logs[0] > log:
            return moved, float(logs[0])
    return None


def _moved(panel: Panel, fit: Fit, free: npt.NDArray[np.bool_], step: FloatArray) -> Fit:
    """Move the logits of what is free, shares first and then rates by class, rater and grade."""
    n_classes = panel.n_classes
    by = np.zeros(len(free))
    by[free] = step
    shares = _shifted(fit.shares[0], by[:n_classes], _held_shares(fit), axis=0)
    shape = (panel.n_raters, panel.n_grades, n_classes)
    moves = np.moveaxis(by[n_classes:].reshape(n_classes, panel.n_raters, panel.n_grades), 0, -1)
    errors = _shifted(
        fit.errors[:, 0].reshape(shape), moves, _held_errors(fit).reshape(shape), axis=1
    )
    return replace(fit, shares=shares[None], errors=errors.reshape(len(fit.errors), 1, n_classes))


def _shifted(
    old: FloatArray, by: FloatArray, held: npt.NDArray[np.bool_], *, axis: int
) -> FloatArray:
    kept = np.where(held, old, 0.0)
    grown = np.where(held, 0.0, old * np.exp(by))
    total = grown.sum(axis=axis, keepdims=True)
    room = 1.0 - kept.sum(axis=axis, keepdims=True)
    return np.where(total > 0, grown / np.where(total > 0, total, 1.0) * room + kept, old)


def _held_shares(fit: Fit) -> npt.NDArray[np.bool_]:
    return np.asarray(fit.held_shares | (fit.shares[0] <= 0))


def _held_errors(fit: Fit) -> npt.NDArray[np.bool_]:
    return np.asarray(fit.held_errors | (fit.errors[:, 0] <= 0))


def slope_and_hessian(
    panel: Panel, fit: Fit
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    """Differentiate the log likelihood of one start by the logits of what is free.

    Returns
    -------
    slope, hessian : ndarray of float, shape (n_free,), (n_free, n_free)
        The derivatives.
    free : ndarray of bool, shape (n_classes * (1 + n_cells),)
        Which are free: shares first, then rates by class, rater and grade. Of each set that adds
        up, the largest is left out.
    """
    _, chances = posterior(panel, fit)
    weights = panel.frequencies[:, None] * chances[:, 0]
    scores = score_blocks(panel, fit)
    average = average_scores(scores, chances[:, 0])
    slope = panel.frequencies @ average
    hessian = -(average * panel.frequencies[:, None]).T @ average
    n_classes = panel.n_classes
    for number, (of_share, of_rates) in enumerate(scores):
        mass, columns = weights[:, number], _columns_of(panel, number)
        crossed = np.outer(of_share, mass @ of_rates)
        hessian[:n_classes, :n_classes] += mass.sum() * np.outer(of_share, of_share)
        hessian[:n_classes, columns] += crossed
        hessian[columns, :n_classes] += crossed.T
        hessian[columns, columns] += (of_rates * mass[:, None]).T @ of_rates
    _add_curvature(panel, fit, weights, hessian)
    _add_prior(panel, fit, slope, hessian)
    free = _free(panel, fit)
    return slope[free], hessian[np.ix_(free, free)], free


def _columns_of(panel: Panel, number: int) -> slice:
    n_cells = panel.n_raters * panel.n_grades
    start = panel.n_classes + number * n_cells
    return slice(start, start + n_cells)


def score_blocks(panel: Panel, fit: Fit) -> list[tuple[FloatArray, FloatArray]]:
    """Return, for each class, the slopes of patterns' log chances were their units of that class.

    Those by the shares are the same for all patterns, shape (n_classes,); those by the class's own
    rates have shape (n_patterns, n_cells); those by other classes' rates are nothing.
    """
    held = _held_shares(fit)
    room = float(fit.shares[0][~held].sum()) or 1.0
    among = np.where(held, 0.0, fit.shares[0] / room)
    own = np.eye(panel.n_classes) - among
    own[held] = 0.0
    return [(own[number], _rate_scores(panel, fit, number)) for number in range(panel.n_classes)]


def _rate_scores(panel: Panel, fit: Fit, number: int) -> FloatArray:
    given = panel.given * ~_held_errors(fit)[:, number]
    rater = np.arange(panel.n_raters * panel.n_grades) // panel.n_grades
    among = (rater[:, None] == rater) * _among(panel, fit)[number].ravel()
    scores: FloatArray = given - given @ among
    return scores


def _among(panel: Panel, fit: Fit) -> FloatArray:
    """Return the rates as shares of what is free, shape (n_classes, n_raters, n_grades)."""
    rates = np.where(_held_errors(fit), 0.0, fit.errors[:, 0]).T
    rates = rates.reshape(panel.n_classes, panel.n_raters, panel.n_grades)
    total = rates.sum(axis=2, keepdims=True)
    return rates / np.where(total > 0, total, 1.0)


def average_scores(scores: list[tuple[FloatArray, FloatArray]], chances: FloatArray) -> FloatArray:
    """Return the slopes of each pattern's log chance, shape (n_patterns, n_columns)."""
    by_share = chances @ np.stack([of_share for of_share, _ in scores])
    by_rates = [of_rates * chances[:, number, None] for number, (_, of_rates) in enumerate(scores)]
    return np.concatenate([by_share, *by_rates], axis=1)


def _add_curvature(panel: Panel, fit: Fit, weights: FloatArray, hessian: FloatArray) -> None:
    """Add what the slopes themselves change by."""
    n_classes = panel.n_classes
    held = _held_shares(fit)
    room = float(fit.shares[0][~held].sum()) or 1.0
    among = np.where(held, 0.0, fit.shares[0] / room)
    mass = float(weights[:, ~held].sum())
    hessian[:n_classes, :n_classes] -= mass * (np.diag(among) - np.outer(among, among))
    counts = (weights.T @ panel.given * ~_held_errors(fit).T).reshape(n_classes, panel.n_raters, -1)
    rates = _among(panel, fit)
    blocks = counts.sum(axis=2)[..., None, None] * (
        np.eye(panel.n_grades) * rates[..., None] - rates[..., None] * rates[..., None, :]
    )
    for place, block in enumerate(blocks.reshape(-1, panel.n_grades, panel.n_grades)):
        start = n_classes + place * panel.n_grades
        hessian[start : start + panel.n_grades, start : start + panel.n_grades] -= block


def _add_prior(panel: Panel, fit: Fit, slope: FloatArray, hessian: FloatArray) -> None:
    if not panel.prior.any():
        return
    n_classes, n_cells = panel.n_classes, panel.n_raters * panel.n_grades
    for number in range(n_classes):
        free = ~_held_errors(fit)[:, number].reshape(panel.n_raters, panel.n_grades)
        start = n_classes + number * n_cells
        for rater, rates in enumerate(_among(panel, fit)[number]):
            at = slice(start + rater * panel.n_grades, start + (rater + 1) * panel.n_grades)
            before = np.where(free[rater], panel.prior[number], 0.0)
            slope[at] += before - before.sum() * rates
            hessian[at, at] -= before.sum() * (np.diag(rates) - np.outer(rates, rates))


def _free(panel: Panel, fit: Fit) -> npt.NDArray[np.bool_]:
    shape = (panel.n_classes, panel.n_raters, panel.n_grades)
    shares = _all_but_largest(fit.shares[0], ~_held_shares(fit))
    rates = _all_but_largest(fit.errors[:, 0].T.reshape(shape), ~_held_errors(fit).T.reshape(shape))
    return np.concatenate([shares, rates.ravel()])


def _all_but_largest(values: FloatArray, may: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Say which of each set may vary, the last axis being that of a set."""
    free = may.copy()
    largest = np.where(may, values, -1.0).argmax(axis=-1)
    np.put_along_axis(free, largest[..., None], False, axis=-1)
    return free


def _settled(panel: Panel, fit: Fit, log: float) -> tuple[Fit, float]:
    """Set to zero what an EM step makes smaller and is near zero already."""
    _, chances = posterior(panel, fit)
    after = em_step(panel, fit, chances)
    zero = (fit.errors < NEAR_ZERO) & (after.errors < 0.95 * fit.errors)
    zero &= ~fit.held_errors[:, None, :]
    none = (fit.shares < NEAR_ZERO) & (after.shares < 0.95 * fit.shares) & ~fit.held_shares
    if not zero.any() and not none.any():
        return fit, log
    cut = replace(
        fit, errors=np.where(zero, 0.0, fit.errors), shares=np.where(none, 0.0, fit.shares)
    )
    cut = whole(panel, cut)
    logs, _ = posterior(panel, cut)
    return (cut, float(logs[0])) if logs[0] >= log else (fit, log)


def whole(panel: Panel, fit: Fit) -> Fit:
    """Let shares and rates add up to one again."""
    shape = (panel.n_raters, panel.n_grades, len(fit.shares), panel.n_classes)
    held = fit.held_errors[:, None, :].reshape(*shape[:2], 1, -1)
    rates = fit.errors.reshape(shape)
    errors = _divided(rates, rates, held, axis=1).reshape(fit.errors.shape)
    shares = _divided(fit.shares, fit.shares, fit.held_shares, axis=-1)
    return replace(fit, shares=shares, errors=errors)


def _released(panel: Panel, fit: Fit) -> Fit | None:
    """Give back the rates whose being zero is no maximum; None where all are."""
    wanting = list(_wanting(panel, fit))
    if not wanting:
        return None
    errors = fit.errors.copy()
    for cell, number in wanting:
        errors[cell, 0, number] = 1e-3
    return whole(panel, replace(fit, errors=errors))


def _wanting(panel: Panel, fit: Fit) -> Iterator[tuple[int, int]]:
    joint = _joint(panel, fit)[:, 0].T
    top = joint.max(axis=-1, keepdims=True)
    logs = np.log(np.exp(joint - top).sum(axis=-1, keepdims=True)) + top
    chances = np.exp(joint - logs)
    for cell, number in np.argwhere((fit.errors[:, 0] <= 0) & ~fit.held_errors):
        given = panel.given[:, cell]
        once = given == 1
        lifted = np.exp(joint[once, number] - np.log(TINY) - logs[once, 0])
        rater = slice(cell // panel.n_grades * panel.n_grades, None)
        rated = panel.given[:, rater][:, : panel.n_grades].sum(axis=1)
        worth = float(panel.frequencies @ (chances[:, number] * rated))
        if panel.frequencies[once] @ lifted > worth * (1 + 1e-6) + 1e-9:
            yield int(cell), int(number)
