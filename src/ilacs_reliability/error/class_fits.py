"""Where latent classes start, which start wins, which is which, and what can be told apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ilacs_reliability._data.scales import FloatArray, IntArray
from ilacs_reliability.error.class_starts import columns_of, leading_starts, starts_of
from ilacs_reliability.error.latent_classes import (
    Climb,
    Fit,
    Panel,
    average_scores,
    em,
    free_fit,
    newton,
    posterior,
    same_top,
    score_blocks,
)

# cells of patterns, ratings and classes that finishing all starts may take
FINISHED = 5e5
# parameters up to which Newton's steps and the rank are affordable
MOST_PARAMETERS = 250
# log likelihoods nearer than this are one maximum
SAME = 1e-5
# singular values below this share of the largest are nothing
RANK = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The best maximum of many starts.

    Attributes
    ----------
    fit : Fit
        Shares and rates of one start.
    log : float
        Its log likelihood, with what the prior adds.
    chances : ndarray of float, shape (n_patterns, n_classes)
        Chances of classes of a unit of each pattern.
    logs : tuple of float
        Log likelihoods of all starts that were followed to the end, highest first.
    method : str
        How it was found.
    converged : bool
        Whether it is a maximum.
    hessian : ndarray of float or None
        The second derivatives there, where they were taken.
    """

    fit: Fit
    log: float
    chances: FloatArray
    logs: tuple[float, ...]
    method: str
    converged: bool
    hessian: FloatArray | None = None


def best_of(panel: Panel, n_starts: int, rng: np.random.Generator) -> Found:
    """Follow many starts, the most promising ones to their maximum."""
    cells = len(panel.frequencies) * panel.n_raters * panel.n_grades * panel.n_classes
    n_kept = int(np.clip(FINISHED / cells, 3, n_starts))
    leading = leading_starts(panel, starts_of(panel, n_starts, rng), n_kept)
    by_newton = panel.n_parameters <= MOST_PARAMETERS and isinstance(panel.given, np.ndarray)
    finished = list(_finished(panel, leading, by_newton, n_kept == n_starts))
    finished.sort(key=lambda one: -one.log)
    fit, log, converged, hessian = finished[0]
    _, chances = posterior(panel, fit)
    return Found(
        fit=fit,
        log=log,
        chances=chances[:, 0],
        logs=tuple(one.log for one in finished),
        method="EM and Newton" if by_newton else "EM",
        converged=converged,
        hessian=hessian,
    )


def _finished(panel: Panel, leading: Fit, by_newton: bool, all_starts: bool) -> Iterator[Climb]:
    if not by_newton:
        # a few digits less than Newton's, as each step goes through all ratings
        fit, logs, steps = em(panel, leading, n_steps=1000, gain=1e-7)
        for place, log in enumerate(logs.tolist()):
            yield Climb(fit.pick([place]), log, steps < 1000, None)
        return
    done: list[Climb] = []
    for place in range(len(leading.shares)):
        done.append(_climbed(panel, leading.pick([place]), done))
        yield done[-1]
        # of a large table, three that agree are enough
        reached = sorted(one.log for one in done)
        if not all_starts and len(done) >= 3 and reached[-1] - reached[-3] < SAME:
            return


def _climbed(panel: Panel, fit: Fit, done: list[Climb]) -> Climb:
    """Climb to a maximum: the highest so far, where steps with its derivatives lead there."""
    top = max(done, key=lambda one: one.log, default=None)
    if top is not None and same_top(panel, top, _aligned(panel, top.fit, fit), within=SAME / 10):
        return top
    return newton(panel, fit)


def _aligned(panel: Panel, top: Fit, fit: Fit) -> Fit:
    """Order the classes of a start as those of a maximum that they are most like."""
    from scipy.optimize import linear_sum_assignment

    if (panel.known >= 0).any():
        return fit
    apart = ((top.errors[:, 0, :, None] - fit.errors[:, 0, None, :]) ** 2).sum(axis=0)
    _, order = linear_sum_assignment(apart)
    return replace(fit, shares=fit.shares[:, order], errors=fit.errors[:, :, order])


def in_order(panel: Panel, found: Found, scores: FloatArray) -> Found:
    """Give classes the order of the scale: so that raters name them as often as can be.

    Parameters
    ----------
    panel : Panel
        The ratings; classes of which units are known stay where they are.
    found : Found
        The maximum.
    scores : ndarray of float, shape (n_grades,)
        The grades' scores, by whose mean as many classes as grades are not are put in order.
    """
    from scipy.optimize import linear_sum_assignment

    order = np.arange(panel.n_classes)
    loose = np.setdiff1d(order, panel.known[panel.known >= 0])
    rates = found.fit.errors[:, 0].reshape(panel.n_raters, panel.n_grades, panel.n_classes)
    mean = rates.mean(axis=0)
    if panel.n_classes == panel.n_grades:
        grades, classes = linear_sum_assignment(-mean[np.ix_(loose, loose)])
        order[loose[grades]] = loose[classes]
    else:
        order = np.argsort(scores @ mean, kind="stable")
    fit = replace(
        found.fit, shares=found.fit.shares[:, order], errors=found.fit.errors[:, :, order]
    )
    return replace(found, fit=fit, chances=found.chances[:, order])


def generic_rank(panel: Panel) -> int:
    """Return how many parameters such ratings can tell apart, almost wherever the truth lies."""
    masks, known = _designs(panel)
    # three raters of every unit who use as many grades as there are classes always can (Allman,
    # Matias and Rhodes 2009, corollary 5)
    crossed = len(masks) == 1 and masks.min() > 0 and panel.n_raters > 2
    if crossed and panel.n_classes <= panel.n_grades:
        return panel.n_parameters
    return rank_at_random(panel, masks, known)


def rank_at_random(panel: Panel, masks: IntArray, known: Any) -> int:
    """Return the rank of the slopes of patterns' log chances, at chances drawn at random.

    Parameters
    ----------
    panel : Panel
        What is asked of.
    masks : ndarray of int, shape (n_designs, n_raters)
        How often each rater rates a unit.
    known : ndarray of bool, shape (n_designs,)
        Whether the unit's class is known.
    """
    rng = np.random.default_rng(0)
    n_drawn = max(2 * panel.n_parameters, 8 * len(masks), 60)
    picked = np.arange(n_drawn) % len(masks)
    given = _drawn_ratings(masks[picked], panel.n_grades, rng)
    n_classes = panel.n_classes
    classes = np.where(known[picked], rng.integers(n_classes, size=n_drawn), -1)
    could = replace(
        panel, given=given, frequencies=np.ones(n_drawn), known=classes, prior=0 * panel.prior
    )
    shares = rng.dirichlet(np.full(n_classes, 5.0), 1)
    errors = rng.dirichlet(np.full(panel.n_grades, 2.0), (panel.n_raters, 1, n_classes))
    cells = np.transpose(errors, (0, 3, 1, 2)).reshape(-1, 1, n_classes)
    fit = free_fit(shares, np.ascontiguousarray(cells))
    _, chances = posterior(could, fit)
    slopes = average_scores(score_blocks(could, fit), chances[:, 0])
    values = np.linalg.svd(slopes, compute_uv=False)
    return int((values > RANK * values[0]).sum())


def _designs(panel: Panel) -> tuple[IntArray, Any]:
    """Return how often each rater rates a unit, and whether its class is known: distinct rows."""
    rated = np.stack(
        [
            np.asarray(columns_of(panel.given, rater, panel.n_grades)).sum(axis=1)
            for rater in range(panel.n_raters)
        ],
        axis=1,
    )
    there = panel.frequencies > 0
    rows = np.column_stack([rated, panel.known >= 0])[there].astype(np.int64)
    # where all units are rated alike there is nothing to sort
    distinct = rows[:1] if (rows == rows[:1]).all() else np.unique(rows, axis=0)
    return distinct[:, :-1], distinct[:, -1] > 0


def _drawn_ratings(masks: IntArray, n_grades: int, rng: np.random.Generator) -> FloatArray:
    drawn = rng.multinomial(masks, np.full(n_grades, 1.0 / n_grades))
    return drawn.reshape(len(masks), -1).astype(np.float64)
