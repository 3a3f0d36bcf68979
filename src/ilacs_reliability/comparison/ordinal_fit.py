"""Maximum likelihood for cumulative logits of groups in strata, with or without a prior."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import special

from ilacs_reliability._checks.work import affordable
from ilacs_reliability._results.estimates import FloatArray
from ilacs_reliability._results.wording import whole
from ilacs_reliability.comparison.cumulative import Arrow, Design, Edges, gain, slopes_at
from ilacs_reliability.comparison.groups import SharedGrades

# longest step, as a change of a logit
MOST_STEP = 10.0
LEAST_GAIN, MOST_FALL = 1e-11, 1e-6
# steps that parameters hardly hold, and such that should have halved what they promise in so many
LEAST_STEP, SHORT_STEP, PATIENCE = 1e-13, 1e-6, 8
# log likelihood that a fit may leave to be gained
UNSETTLED = 1e-3
# units of a cell from which on a fit starts from a milder one
MANY = 1e5
# units that each cell is given so that logits keep in order, fewer and fewer
GUARDS = (1.0, 1e-2, 1e-4, 1e-6, 1e-8, 1e-10)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Fit:
    """A fitted model.

    Attributes
    ----------
    design : Design
        What was fitted.
    parameters : ndarray of float, shape (n_parameters,)
        Thresholds, coefficients, shifts of strata.
    prior : ndarray of float, shape (n_core,)
        Degrees of freedom m of the log-F(m, m) prior on each core parameter; 0 for none.
    log_likelihood : float
        Without the prior.
    gradient : ndarray of float, shape (n_parameters,)
        First derivatives of the objective, which has the prior.
    information : Arrow
        Minus its second derivatives.
    by_edge : tuple of ndarray of float
        As in `Slopes`.
    """

    design: Design
    parameters: FloatArray
    prior: FloatArray
    log_likelihood: float
    gradient: FloatArray
    information: Arrow
    by_edge: Edges

    @property
    def objective(self) -> float:
        """The log likelihood with the prior."""
        theta = self.parameters[: len(self.prior)]
        return self.log_likelihood + float(self.prior @ (theta / 2 - np.logaddexp(0.0, theta)))

    @property
    def settled(self) -> bool:
        """Whether another step would gain nothing to speak of."""
        return self._left_to_gain(np.ones(self.design.n_core, dtype=bool)) < UNSETTLED

    def settled_beside(self, place: int) -> bool:
        """Return whether it is settled but for a core parameter that is held."""
        free = np.ones(self.design.n_core, dtype=bool)
        free[place] = False
        return self._left_to_gain(free) < UNSETTLED

    def _left_to_gain(self, free: npt.NDArray[np.bool_]) -> float:
        return abs(float(self.gradient @ self.information.uphill(self.gradient, free)))

    def fall_to(self, other: Fit) -> float:
        """Return by how much the objective of another fit of the design is smaller."""
        start, theta = self.parameters, other.parameters
        n = len(self.prior)
        penalty = self.prior @ _penalty_gain(start[:n], (theta - start)[:n])
        return -gain(other.design, theta, self.design, start) - float(penalty)

    def pull(self, place: int) -> FloatArray:
        """Return each unit's pull on a core parameter by row and grade: score over information."""
        unit = np.zeros(self.design.n_parameters)
        unit[place] = 1.0
        moved = self.design.logits(self.information.solved(unit))
        above, below = (edge.copy() for edge in self.by_edge)
        above[:, :-1] *= moved
        below[:, 1:] *= moved
        above[:, -1], below[:, 0] = 0.0, 0.0
        return above + below


def cumulative_design(shared: SharedGrades) -> Design:
    """Lay out the proportional odds model of groups in strata.

    Parameters
    ----------
    shared : SharedGrades
        The groups, two or more grades used.

    Returns
    -------
    Design
        With one coefficient for every group but the first, and a shift for every stratum but the
        largest.
    """
    used = shared.pooled.sum(axis=0) > 0
    counts = shared.counts[..., used].astype(np.float64)
    n_strata, n_groups, n_used = counts.shape
    present = [g for g in range(1, n_groups) if counts[:, g].any()]
    members = np.tile(np.eye(n_groups)[:, present], (n_strata, 1))
    n_rows, n_cuts = n_strata * n_groups, n_used - 1
    core = np.concatenate(
        [
            np.broadcast_to(np.eye(n_cuts), (n_rows, n_cuts, n_cuts)),
            np.repeat(-members[:, None], n_cuts, axis=1),
        ],
        axis=2,
    )
    design = Design(
        counts=counts.reshape(-1, n_used),
        core=core,
        used=used,
        members=members,
        columns={group: n_cuts + place for place, group in enumerate(present)},
        n_strata=n_strata,
        unbounded=np.zeros((2, n_rows, n_used), dtype=bool),
    )
    check_fittable(design)
    return design


def check_fittable(design: Design, n_core: int = 0, n_bounds: float = 0.0) -> None:
    """Raise where fits of a model would take too long.

    Parameters
    ----------
    design : Design
        The model.
    n_core : int, optional
        Core parameters of what is fitted. Default: the design's.
    n_bounds : float, optional
        Bounds times parameters of a linear programme. Default: none.

    Raises
    ------
    ValueError
        If they are not `affordable`.
    """
    n_core, n_cells = n_core or design.n_core, float(design.counts.size)
    # an interval and a test take some 150 steps of Newton's method together
    steps = 150 * n_cells * (70 + n_core**2)
    held = 40 * n_cells * n_core + 100 * n_bounds / max(n_core, 1)
    if not affordable(steps + 50 * n_bounds, nanoseconds=1.5, held=held):
        if design.n_strata < n_core:
            raise ValueError(
                f"`grades` has so many grades or groups that the model has {whole(n_core)} "
                "parameters, which would take too long to fit: join grades or groups, or use "
                "`cochran_mantel_haenszel`."
            )
        raise ValueError(
            f"`grades` has {whole(design.n_strata)} strata, each with a shift to be fitted, which "
            "would take too long: join strata, or use `stratified_relative_effect` or `odds_ratio`."
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


def fit_design(
    design: Design,
    prior: FloatArray | None = None,
    *,
    start: FloatArray | None = None,
    fixed: dict[int, float] | None = None,
) -> Fit:
    """Fit cumulative logits by Newton's method with step halving.

    Parameters
    ----------
    design : Design
        The model.
    prior : ndarray of float, shape (n_core,), optional
        As in `Fit`. Default: none.
    start : ndarray of float, shape (n_parameters,), optional
        Where to start. Default: no differences.
    fixed : dict of int to float, optional
        Core parameters held at a value.

    Returns
    -------
    Fit
        Where the objective is largest.
    """
    prior = np.zeros(design.n_core) if prior is None else prior
    if start is None and design.counts.max(initial=0.0) > MANY:
        # cells of so unlike sizes make ridges, along which steps run away: their roots come first
        milder = replace(design, counts=np.sqrt(design.counts))
        start = fit_design(milder, prior, fixed=fixed).parameters
    places, free = list(fixed or ()), np.ones(design.n_core, dtype=bool)
    free[places] = False
    # a guess may put thresholds out of order; those of all rows together are in order
    guesses = (start, threshold_start(design)) if start is not None else (threshold_start(design),)
    held = np.array(list((fixed or {}).values()))
    now = next(fit for one in guesses if (fit := _at(design, _put(one, places, held), prior)))
    least, nearest, idle = np.inf, now, 0
    for _ in range(100):
        step = now.information.uphill(now.gradient, free)
        # Newton's method doubles the digits: after so little a gain none are left
        promised, longest = abs(float(now.gradient @ step)), float(np.abs(step).max(initial=0.0))
        idle = 0 if promised < least / 2 else idle + 1
        least, nearest = (promised, now) if promised < least else (least, nearest)
        # of 2**50 units steps go on for ever that are made of rounding
        if longest < SHORT_STEP and idle >= PATIENCE:
            return nearest
        last = longest < LEAST_STEP or promised < LEAST_GAIN
        # where the likelihood is nearly a plane, its top is not where the step leads
        step *= min(1.0, MOST_STEP / np.abs(step).max(initial=MOST_STEP))
        before, now = now, _moved(now, step)
        if last or now is before:
            break
    return now


def fit_in_order(design: Design) -> Fit:
    """Fit a model with each row's cumulative logits kept in order.

    Parameters
    ----------
    design : Design
        The model; where it has a coefficient for each cut, logits of a row could cross between
        cells that nobody has.

    Returns
    -------
    Fit
        Next to the supremum, which may lie where two logits of a row meet or run away: every cell
        counts as if it held 1e-10 of a unit more.
    """
    start = threshold_start(design)
    for guard in GUARDS:
        found = fit_design(replace(design, counts=design.counts + guard), start=start)
        start = found.parameters
    return replace(found, design=design)


def threshold_start(design: Design) -> FloatArray:
    """Return the thresholds of all rows together, and zeros.

    Parameters
    ----------
    design : Design
        The model, every grade used.

    Returns
    -------
    ndarray of float, shape (n_parameters,)
        A place to start from.
    """
    counts = design.counts.sum(axis=0)
    below = np.cumsum(counts)[:-1]
    # shares next to 1 have no logit, their odds have
    odds = below / np.cumsum(counts[::-1])[::-1][1:]
    return np.append(np.log(odds), np.zeros(design.n_parameters - design.n_cuts))


def _at(design: Design, theta: FloatArray, prior: FloatArray) -> Fit | None:
    """Return the objective and its derivatives; None where a cell seen has no chance."""
    found = slopes_at(design, theta)
    if found is None:
        return None
    share = special.expit(theta[: design.n_core])
    gradient = found.gradient.copy()
    gradient[: design.n_core] += prior * (0.5 - share)
    core = found.information.core + np.diag(prior * share * (1 - share))
    return Fit(
        design=design,
        parameters=theta,
        prior=prior,
        log_likelihood=found.log_likelihood,
        gradient=gradient,
        information=replace(found.information, core=core),
        by_edge=found.by_edge,
    )


def _put(theta: FloatArray, places: list[int], values: FloatArray) -> FloatArray:
    moved = theta.copy()
    moved[places] = values
    return moved


def _moved(now: Fit, step: FloatArray) -> Fit:
    """Return the fit after a step, halved until the objective does not fall; else the same."""
    for _ in range(40):
        moved = _at(now.design, now.parameters + step, now.prior)
        # of 2**50 units objectives differ by rounding alone, by which no step may drift
        if moved and now.fall_to(moved) <= min(1e-13 * abs(now.objective), MOST_FALL):
            return moved
        step = step / 2
    return now


def _penalty_gain(start: FloatArray, step: FloatArray) -> FloatArray:
    """Return what a step adds to the log-F(1, 1) prior: t / 2 - log(1 + exp(t))."""
    near = np.log1p(special.expit(start) * np.expm1(np.clip(step, -1.0, 1.0)))
    apart = np.logaddexp(0.0, start + step) - np.logaddexp(0.0, start)
    gained: FloatArray = step / 2 - np.where(np.abs(step) < 1.0, near, apart)
    return gained
