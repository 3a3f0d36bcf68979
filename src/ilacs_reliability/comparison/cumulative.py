"""The likelihood of cumulative logits: coefficients of all rows, and a shift of each stratum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

from ilacs_reliability._results.estimates import FloatArray

BoolArray: TypeAlias = npt.NDArray[np.bool_]
Edges: TypeAlias = tuple[FloatArray, FloatArray]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Design:
    """Cumulative logits of groups in strata.

    Attributes
    ----------
    counts : ndarray of float, shape (n_strata * n_groups, n_used)
        Units by row and used grade, stratum by stratum.
    core : ndarray of float, shape (n_strata * n_groups, n_used - 1, n_core)
        Derivatives of each row's logits by thresholds and coefficients, which all strata share. The
        shift of its stratum is taken from each logit.
    used : ndarray of bool, shape (n_grades,)
        Grades that some unit has.
    members : ndarray of float, shape (n_strata * n_groups, n_coefficients)
        1 where a row is of the group of a coefficient. The first group has none, nor has one
        without units.
    columns : dict of int to int
        The parameter of each group that has one.
    n_strata : int
        The number of strata. The largest has no shift, so that little is lost to rounding.
    unbounded : ndarray of bool, shape (2, n_strata * n_groups, n_used)
        Whether the logit above a cell's grade counts as infinite, and the one below.
    """

    counts: FloatArray
    core: FloatArray
    used: BoolArray
    members: FloatArray
    columns: dict[int, int]
    n_strata: int
    unbounded: BoolArray

    @property
    def n_cuts(self) -> int:
        """Cuts between used grades."""
        return int(self.core.shape[1])

    @property
    def n_groups(self) -> int:
        """Coefficients of groups."""
        return int(self.members.shape[1])

    @property
    def n_core(self) -> int:
        """Thresholds and coefficients."""
        return int(self.core.shape[2])

    @property
    def n_parameters(self) -> int:
        """Thresholds, coefficients and shifts."""
        return self.n_core + self.n_strata

    @property
    def base(self) -> int:
        """The stratum without a shift."""
        return int(self.by_stratum(self.counts).sum(axis=1).argmax())

    def by_stratum(self, rows: FloatArray) -> FloatArray:
        """Add up the rows of each stratum, shape (n_strata, ...)."""
        total: FloatArray = rows.reshape(self.n_strata, -1, *rows.shape[1:]).sum(axis=1)
        return total

    def logits(self, theta: FloatArray) -> FloatArray:
        """Return the cumulative logits, or what a change of the parameters adds to them."""
        core, shifts = np.split(theta, [self.n_core])
        rows = np.repeat(shifts, len(self.core) // self.n_strata)
        moved: FloatArray = self.core @ core - rows[:, None]
        return moved

    def edges(self, theta: FloatArray) -> Edges:
        """Return the logits above and below each cell, those that run away as infinite."""
        above, below = _padded(self.logits(theta), np.inf)
        above = np.where(self.unbounded[0], np.inf, above)
        return above, np.where(self.unbounded[1], -np.inf, below)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Arrow:
    """Second derivatives by core parameters and shifts: those of two shifts together are 0.

    Attributes
    ----------
    core : ndarray of float, shape (n_core, n_core)
        By core parameters.
    cross : ndarray of float, shape (n_strata, n_core)
        By a shift and a core parameter.
    own : ndarray of float, shape (n_strata,)
        By each shift twice.
    """

    core: FloatArray
    cross: FloatArray
    own: FloatArray

    def solved(self, right: FloatArray) -> FloatArray:
        """Return the least x with arrow @ x = right."""
        return self._solved(right, np.ones(len(self.core), dtype=bool), 0.0)

    def uphill(self, gradient: FloatArray, free: BoolArray) -> FloatArray:
        """Return the step of Newton's method; core parameters that are not free stay.

        Where the likelihood is a plane but for rounding, the step is long.
        """
        return self._solved(gradient, free, 1e12)

    def _solved(self, right: FloatArray, free: BoolArray, along_planes: float) -> FloatArray:
        core, shifts = np.split(right, [len(self.core)])
        ratio, rest = self._without_shifts()
        pull = core - ratio.T @ shifts
        # what rounding leaves of a curvature that the shifts take up is none
        none = 1e-14 * np.diag(self.core)
        noise = 1e-6 + 10 * none
        climbs = (np.abs(pull) > noise) & (along_planes > 0)
        kept = np.flatnonzero(free & ((np.diag(rest) > none) | climbs))
        # parameters of few units and of very many are put on one scale
        scale = 1 / np.sqrt(np.maximum(np.diag(rest), np.maximum(none, 1e-30))[kept])
        curved, ways = np.linalg.eigh(rest[np.ix_(kept, kept)] * scale[:, None] * scale)
        parts = ways.T @ (scale * pull[kept])
        flat = curved < 1e-12 * curved.max(initial=1.0)
        steep = np.abs(parts) > np.abs(ways).T @ (scale * noise[kept])
        far = np.where(steep, along_planes, 0.0)
        x = np.zeros(len(core))
        x[kept] = scale * (ways @ (parts * np.where(flat, far, 1 / np.where(flat, 1.0, curved))))
        return np.append(x, _divided(shifts, self.own) - ratio @ x)

    def quadratic(self, right: FloatArray) -> float:
        """Return right @ inverse @ right."""
        return float(right @ self.solved(right))

    def _without_shifts(self) -> tuple[FloatArray, FloatArray]:
        ratio = _divided(self.cross, self.own[:, None])
        return ratio, self.core - self.cross.T @ ratio


def _divided(above: FloatArray, below: FloatArray) -> FloatArray:
    quotient: FloatArray = np.divide(above, below, out=np.zeros_like(above), where=below > 0)
    return quotient


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Slopes:
    """The log likelihood at some parameters and its derivatives.

    Attributes
    ----------
    log_likelihood : float
        Minus infinity where a cell that was seen has no chance.
    by_edge : tuple of ndarray of float, shape (n_rows, n_used)
        Derivative of the log chance of each cell by the logit above, and by the one below.
    gradient : ndarray of float, shape (n_parameters,)
        First derivatives.
    information : Arrow
        Minus the second derivatives.
    """

    log_likelihood: float
    by_edge: Edges
    gradient: FloatArray
    information: Arrow


def slopes_at(design: Design, theta: FloatArray) -> Slopes | None:
    """Return the log likelihood and its derivatives; None where a cell seen has no chance."""
    above, below = design.edges(theta)
    seen, counts = design.counts > 0, design.counts
    # cells that nobody has may be out of order where logits run away
    gap = np.where(seen, above - below, np.inf)
    if (gap <= 0).any():
        return None
    upper, lower = special.expit(-above), special.expit(below)
    logs = special.log_expit(above) + special.log_expit(-below) + _log_between(gap)
    with np.errstate(over="ignore"):
        odds = 1 / np.expm1(gap)
    joint = counts * odds * (1 + odds)
    by_edge = upper + odds, -(lower + odds)
    diagonal = (counts * upper * (1 - upper) + joint)[:, :-1]
    diagonal = diagonal + (counts * lower * (1 - lower) + joint)[:, 1:]
    return Slopes(
        log_likelihood=float((counts * np.where(seen, logs, 0.0)).sum()),
        by_edge=by_edge,
        gradient=gradient_of(design, (counts * by_edge[0])[:, :-1] + (counts * by_edge[1])[:, 1:]),
        information=arrow_of(design, diagonal, -joint[:, 1:-1]),
    )


def gradient_of(design: Design, by_logit: FloatArray) -> FloatArray:
    """Turn derivatives by logits, shape (n_rows, n_cuts), into those by parameters."""
    shifts = -design.by_stratum(by_logit.sum(axis=1))
    shifts[design.base] = 0.0
    return np.append(np.einsum("rc,rck->k", by_logit, design.core), shifts)


def arrow_of(design: Design, diagonal: FloatArray, beside: FloatArray) -> Arrow:
    """Turn second derivatives by logits into those by parameters.

    `diagonal` is of each logit twice, `beside` of it and the next, shape (n_rows, n_cuts - 1).
    """
    core, n_core = design.core, design.n_core
    weighted = diagonal[..., None] * core
    weighted[:, 1:] += beside[..., None] * core[:, :-1]
    weighted[:, :-1] += beside[..., None] * core[:, 1:]
    own = design.by_stratum(diagonal.sum(axis=1) + 2 * beside.sum(axis=1))
    cross = -design.by_stratum(weighted.sum(axis=1))
    own[design.base], cross[design.base] = 0.0, 0.0
    together = core.reshape(-1, n_core).T @ weighted.reshape(-1, n_core)
    return Arrow(core=together, cross=cross, own=own)


def gain(design: Design, theta: FloatArray, other: Design, start: FloatArray) -> float:
    """Return by how much the log likelihood is larger than at another place.

    The two designs differ in what runs away at most. As changes of logits are taken from changes of
    parameters, the gain is not lost in rounding where the likelihoods are of very many units.
    """
    up, down = _padded(design.logits(theta - start), 0.0)
    (above, below), (above0, below0) = design.edges(theta), other.edges(start)
    seen = design.counts > 0
    gap, gap0 = (np.where(seen, a - b, np.inf) for a, b in ((above, below), (above0, below0)))
    if (gap <= 0).any():
        return -np.inf
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        near = np.log1p(-np.expm1(down - up) / np.expm1(gap0))
    apart = _log_between(gap) - _log_between(gap0)
    between = np.where(_close(gap, gap0, up - down), near, apart)
    gains = _log_expit_gain(above, above0, up) + _log_expit_gain(-below, -below0, -down) + between
    return float((design.counts * np.where(seen, gains, 0.0)).sum())


def _log_between(gap: FloatArray) -> FloatArray:
    """Return log(1 - exp(-gap)), to all digits whether the gap is small or large."""
    near = np.log(-np.expm1(-np.minimum(gap, 1.0)))
    return np.where(gap < 1.0, near, np.log1p(-np.exp(-np.maximum(gap, 1.0))))


def _log_expit_gain(at: FloatArray, was: FloatArray, move: FloatArray) -> FloatArray:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        near = -np.log1p(np.expm1(-move) * special.expit(-was))
        apart = special.log_expit(at) - special.log_expit(was)
    return np.where(_close(at, was, move), near, apart)


def _close(at: FloatArray, was: FloatArray, move: FloatArray) -> BoolArray:
    return np.isfinite(at) & np.isfinite(was) & (np.abs(move) < 1.0)


def _padded(logits: FloatArray, edge: float) -> Edges:
    ends = np.full((len(logits), 1), edge)
    return np.hstack([logits, ends]), np.hstack([-ends, logits])
