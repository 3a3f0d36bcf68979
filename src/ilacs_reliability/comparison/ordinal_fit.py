"""Maximum likelihood for cumulative logits of groups in strata, with or without a prior."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from ilacs_reliability._checks.work import affordable
from ilacs_reliability._results.estimates import FloatArray
from ilacs_reliability.comparison.groups import SharedGrades

BoolArray: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Fit:
    """A fitted model.

    Attributes
    ----------
    parameters : ndarray of float
        Thresholds, then coefficients.
    log_likelihood : float
        Without the prior.
    objective : float
        With the prior.
    information : ndarray of float, shape (n_parameters, n_parameters)
        Minus the second derivatives of the objective.
    scores : ndarray of float, shape (n_rows, n_grades, n_parameters)
        First derivatives of the log probability of each cell.
    converged : bool
        Whether the first derivatives vanish.
    """

    parameters: FloatArray
    log_likelihood: float
    objective: float
    information: FloatArray
    scores: FloatArray
    converged: bool


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Design:
    """Cumulative logits of groups in strata: thresholds, then groups, then strata.

    Attributes
    ----------
    counts : ndarray of float, shape (n_strata * n_groups, n_used)
        Units by row and used grade.
    slopes : ndarray of float, shape (n_strata * n_groups, n_used - 1, n_parameters)
        Derivatives of each row's cumulative logits by the parameters.
    used : ndarray of bool, shape (n_grades,)
        Grades that some unit has.
    members : ndarray of float, shape (n_strata * n_groups, n_coefficients)
        1 where a row is of the group of a coefficient. The first group has none, nor has one
        without units.
    columns : dict of int to int
        The parameter of each group that has one.
    one_stratum : bool
        Whether there is only one.
    unbounded : ndarray of bool, shape (2, n_strata * n_groups, n_used)
        Whether the logit above a cell's grade counts as infinite, and the one below.
    """

    counts: FloatArray
    slopes: FloatArray
    used: BoolArray
    members: FloatArray
    columns: dict[int, int]
    one_stratum: bool
    unbounded: BoolArray

    @property
    def n_cuts(self) -> int:
        """Cuts between used grades."""
        return int(self.slopes.shape[1])

    @property
    def n_groups(self) -> int:
        """Coefficients of groups."""
        return int(self.members.shape[1])

    @property
    def n_parameters(self) -> int:
        """Thresholds and coefficients."""
        return int(self.slopes.shape[2])


def cumulative_design(shared: SharedGrades) -> Design:
    """Lay out the proportional odds model of groups in strata.

    Parameters
    ----------
    shared : SharedGrades
        The groups, two or more grades used.

    Returns
    -------
    Design
        With one coefficient for every group but the first, and for every stratum but the first.
    """
    used = shared.pooled.sum(axis=0) > 0
    counts = shared.counts[..., used].astype(np.float64)
    n_strata, n_groups, n_used = counts.shape
    _check_fittable(n_strata, counts.size, n_strata + n_groups + n_used)
    present = [g for g in range(1, n_groups) if counts[:, g].any()]
    members = np.tile(np.eye(n_groups)[:, present], (n_strata, 1))
    stratum = np.repeat(np.eye(n_strata)[:, 1:], n_groups, axis=0)
    covariates = np.column_stack([members, stratum])
    slopes = np.concatenate(
        [
            np.broadcast_to(np.eye(n_used - 1), (n_strata * n_groups, n_used - 1, n_used - 1)),
            np.repeat(-covariates[:, None], n_used - 1, axis=1),
        ],
        axis=2,
    )
    return Design(
        counts=counts.reshape(-1, n_used),
        slopes=slopes,
        used=used,
        members=members,
        columns={group: n_used - 1 + place for place, group in enumerate(present)},
        one_stratum=n_strata == 1,
        unbounded=np.zeros((2, n_strata * n_groups, n_used), dtype=bool),
    )


def _check_fittable(n_strata: int, n_cells: int, n_parameters: int) -> None:
    """Raise where the model has too many strata, each with a parameter, to be fitted."""
    steps = float(n_cells) * n_parameters**2
    # a profile takes about two hundred steps of Newton's method
    if not affordable(200 * steps, nanoseconds=1.0, held=64.0 * n_cells * n_parameters):
        raise ValueError(
            f"`grades` has {n_strata} strata, each with a shift to be fitted, which would take too "
            "long: join strata, or use `stratified_relative_effect` or `odds_ratio`."
        )


def fit_design(
    design: Design,
    prior: FloatArray,
    *,
    start: FloatArray | None = None,
    fixed: dict[int, float] | None = None,
) -> Fit:
    """Fit the proportional odds model.

    Parameters
    ----------
    design : Design
        The model.
    prior : ndarray of float, shape (n_parameters,)
        As in `fit_cumulative`.
    start : ndarray of float, shape (n_parameters,), optional
        Where to start. Default: no differences.
    fixed : dict of int to float, optional
        Parameters held at a value.

    Returns
    -------
    Fit
        Where the objective is largest.
    """
    if start is None:
        start = threshold_start(design.counts, design.n_parameters - design.n_cuts)
    return fit_cumulative(
        design.counts,
        design.slopes,
        start=start,
        prior=prior,
        fixed=fixed,
        unbounded=design.unbounded,
    )


def connected(shared: SharedGrades) -> list[bool]:
    """Return which groups can be set against the first, through strata that hold both or a chain.

    Parameters
    ----------
    shared : SharedGrades
        The groups.

    Returns
    -------
    list of bool
        One for each group, true for the first if it has units.
    """
    held = shared.counts.sum(axis=2) > 0
    reached = np.zeros(held.shape[1], dtype=bool)
    reached[0] = held[:, 0].any()
    for _ in range(held.shape[1]):
        reached |= held[held[:, reached].any(axis=1)].any(axis=0)
    return [bool(one) for one in reached]


def fit_cumulative(
    counts: FloatArray,
    slopes: FloatArray,
    *,
    start: FloatArray,
    prior: FloatArray,
    fixed: dict[int, float] | None = None,
    unbounded: BoolArray | None = None,
) -> Fit:
    """Fit cumulative logits by Newton's method with step halving.

    Parameters
    ----------
    counts : ndarray of float, shape (n_rows, n_grades)
        Units by row (group in a stratum) and grade.
    slopes : ndarray of float, shape (n_rows, n_grades - 1, n_parameters)
        Derivatives of each row's cumulative logits by the parameters.
    start : ndarray of float, shape (n_parameters,)
        Where to start.
    prior : ndarray of float, shape (n_parameters,)
        Degrees of freedom m of a log-F(m, m) prior on each parameter; 0 for none.
    fixed : dict of int to float, optional
        Parameters held at a value.
    unbounded : ndarray of bool, shape (2, n_rows, n_grades), optional
        As in `Design`. Default: none.

    Returns
    -------
    Fit
        Where the objective is largest.
    """
    theta = start.copy()
    for place, value in (fixed or {}).items():
        theta[place] = value
    free = np.array([i not in (fixed or {}) for i in range(len(theta))])
    now = _derivatives(counts, slopes, theta, prior, unbounded)
    still = 1e-12 * max(1.0, float(counts.sum()))
    for _ in range(200):
        objective, _, gradient, information, _ = now
        step = np.zeros_like(theta)
        block = information[np.ix_(free, free)]
        ridge = 1e-9 * np.eye(len(block)) * max(1.0, float(np.trace(block)))
        step[free] = np.linalg.lstsq(block + ridge, gradient[free], rcond=None)[0]
        # a coefficient that runs away must not hold the others back
        step = np.clip(step, -5.0, 5.0)
        for _ in range(40):
            moved = _derivatives(counts, slopes, theta + step, prior, unbounded)
            if moved[0] >= objective - 1e-13 * abs(objective):
                break
            step = step / 2
        theta, gain, now = theta + step, moved[0] - objective, moved
        if np.abs(step).max() < 1e-11 or (gain < 1e-13 and np.abs(now[2][free]).max() < still):
            break
    objective, log_likelihood, gradient, information, scores = now
    return Fit(
        parameters=theta,
        log_likelihood=log_likelihood,
        objective=objective,
        information=information,
        scores=scores,
        converged=bool(np.abs(gradient[free]).max(initial=0.0) < 1e-5 * max(1.0, counts.sum())),
    )


def ordered_log_likelihood(counts: FloatArray, slopes: FloatArray, *, start: FloatArray) -> float:
    """Return the largest log likelihood with each row's cumulative logits kept in order.

    Parameters
    ----------
    counts : ndarray of float, shape (n_rows, n_grades)
        Units by row and grade.
    slopes : ndarray of float, shape (n_rows, n_grades - 1, n_parameters)
        Derivatives of each row's cumulative logits by the parameters.
    start : ndarray of float, shape (n_parameters,)
        Where to start, with logits in order.

    Returns
    -------
    float
        The supremum, which may lie where two cumulative logits of a row meet or run away.
    """
    none = np.zeros(len(start))
    # shares, so that great counts do not set the optimiser's scale
    n = float(counts.sum())
    counts = counts / n

    def loss(theta: FloatArray) -> float:
        value = _derivatives(counts, slopes, theta, none)[1]
        return -value if np.isfinite(value) else 1e10

    def slope(theta: FloatArray) -> FloatArray:
        return -_derivatives(counts, slopes, theta, none)[2]

    gaps = np.diff(slopes, axis=1).reshape(-1, len(start))
    found = optimize.minimize(
        loss,
        np.clip(start, -30, 30),
        jac=slope,
        method="SLSQP",
        bounds=[(-40.0, 40.0)] * len(start),
        constraints=optimize.LinearConstraint(gaps, 0.0, np.inf),
        options={"maxiter": 1000, "ftol": 1e-15},
    )
    return -float(found.fun) * n


def threshold_start(counts: FloatArray, n_slopes: int) -> FloatArray:
    """Return the thresholds of all rows together, and zeros.

    Parameters
    ----------
    counts : ndarray of float, shape (n_rows, n_grades)
        Units, every grade used.
    n_slopes : int
        Coefficients after the thresholds.

    Returns
    -------
    ndarray of float, shape (n_grades - 1 + n_slopes,)
        A place to start from.
    """
    shares = np.cumsum(counts.sum(axis=0))[:-1] / counts.sum()
    return np.concatenate([special.logit(shares), np.zeros(n_slopes)])


def _derivatives(
    counts: FloatArray,
    slopes: FloatArray,
    theta: FloatArray,
    prior: FloatArray,
    unbounded: BoolArray | None = None,
) -> tuple[float, float, FloatArray, FloatArray, FloatArray]:
    """Return objective, log likelihood, gradient, information and scores."""
    z = slopes @ theta
    n_rows, n = len(z), len(theta)
    edge, flat = np.full((n_rows, 1), np.inf), np.zeros((n_rows, 1, n))
    above, below = np.hstack([z, edge]), np.hstack([-edge, z])
    steep, low = np.concatenate([slopes, flat], axis=1), np.concatenate([flat, slopes], axis=1)
    if unbounded is not None:
        above, below = np.where(unbounded[0], np.inf, above), np.where(unbounded[1], -np.inf, below)
    seen = counts > 0
    if (above[seen] <= below[seen]).any():
        return -np.inf, -np.inf, np.zeros(n), np.eye(n), np.zeros((*counts.shape, n))
    # unseen cells may be out of order where logits run away
    upper, lower = special.expit(above), special.expit(below)
    # a product keeps the relative accuracy of either tail
    shares = upper * special.expit(-below) * -np.expm1(np.minimum(below - above, 0.0))
    safe = np.where(shares > 0, shares, 1.0)
    top, bottom = upper * special.expit(-above), lower * special.expit(-below)
    scores = (top[..., None] * steep - bottom[..., None] * low) / safe[..., None]
    log_likelihood = float((counts * np.log(safe)).sum())
    gradient = np.einsum("ij,ijp->p", counts, scores)
    information = _weighted(counts, scores)
    information = information - _weighted(counts * top * (1 - 2 * upper) / safe, steep)
    information = information + _weighted(counts * bottom * (1 - 2 * lower) / safe, low)
    # log-F(m, m): m (t / 2 - log(1 + exp(t)))
    penalty = float(prior @ (theta / 2 - np.logaddexp(0.0, theta)))
    share = special.expit(theta)
    gradient = gradient + prior * (0.5 - share)
    information = information + np.diag(prior * share * (1 - share))
    return log_likelihood + penalty, log_likelihood, gradient, information, scores


def _weighted(weights: FloatArray, vectors: FloatArray) -> FloatArray:
    """Return the sum over cells of weighted products of each vector with itself."""
    flat = vectors.reshape(-1, vectors.shape[2])
    product: FloatArray = (flat * weights.reshape(-1, 1)).T @ flat
    return product
