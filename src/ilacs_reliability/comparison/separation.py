"""Where the likelihood of cumulative logits rises for ever, and its supremum there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse, special

from ilacs_reliability._results.estimates import FloatArray
from ilacs_reliability.comparison.cumulative import Design
from ilacs_reliability.comparison.groups import SharedGrades
from ilacs_reliability.comparison.in_words import one_end_grade
from ilacs_reliability.comparison.ordinal_fit import Fit, check_fittable, fit_design

# a way by stages shorter than this share of the standard error leads no further
LEAST_STAGE = 1e-3


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ContrastFit:
    """The likelihood of one group's coefficient, all others at their best, and its top.

    Attributes
    ----------
    fit : Fit
        At the top, the logits left out that run away whatever the coefficient is.
    place : int
        The coefficient.
    separated, flat : bool
        Whether the likelihood rises for ever to one side, and whether it is the same everywhere.
    """

    fit: Fit
    place: int
    separated: bool
    flat: bool

    @property
    def spread(self) -> float:
        """Standard error of the coefficient by the information."""
        unit = np.zeros(self.fit.design.n_parameters)
        unit[self.place] = 1.0
        return float(np.sqrt(max(self.fit.information.quadratic(unit), 1e-300)))

    def held_at(self, beta: float, near: Fit | None = None) -> Fit:
        """Fit the others with the coefficient held.

        Parameters
        ----------
        beta : float
            Its value.
        near : Fit, optional
            A fit at a value close to it. Default: the top.

        Returns
        -------
        Fit
            Where the objective is largest over the other parameters.
        """
        at = near or self.fit
        found, step = self._held_from(at, beta), beta - float(at.parameters[self.place])
        # from too far away a fit can start where its cells have no chance: then it goes by stages
        while not found.settled_beside(self.place) and abs(step) > LEAST_STAGE * self.spread:
            step /= 2
            stage = self._held_from(at, float(at.parameters[self.place]) + step)
            if stage.settled_beside(self.place):
                at, found = stage, self._held_from(stage, beta)
                step = beta - float(at.parameters[self.place])
        return found

    def _held_from(self, near: Fit, beta: float) -> Fit:
        unit = np.zeros(self.fit.design.n_parameters)
        unit[self.place] = 1.0
        along = near.information.solved(unit)
        start = near.parameters
        if along[self.place] > 0:
            # along the ridge the others move as they do at its top
            start = start + along * (beta - start[self.place]) / along[self.place]
        return fit_design(self.fit.design, self.fit.prior, start=start, fixed={self.place: beta})


def informative(shared: SharedGrades) -> SharedGrades:
    """Leave out strata whose units all have one end grade, which say nothing of the groups.

    Parameters
    ----------
    shared : SharedGrades
        The groups.

    Returns
    -------
    SharedGrades
        The other strata, and a note. An end grade is the worst or the best that is used in them.
    """
    keep = np.ones(len(shared.counts), dtype=bool)
    used = shared.counts.sum(axis=1) > 0
    while keep.any():
        ends = np.flatnonzero(used[keep].any(axis=0))[[0, -1]]
        more = keep & ~((used.sum(axis=1) == 1) & used[:, ends].any(axis=1))
        if (more == keep).all():
            break
        keep = more
    if keep.all():
        return shared
    names = ", ".join(str(name) for name, kept in zip(shared.strata, keep, strict=True) if not kept)
    n_apart = int(shared.counts[~keep].sum())
    note = one_end_grade(n_apart, names)
    strata = tuple(name for name, kept in zip(shared.strata, keep, strict=True) if kept)
    return replace(shared, counts=shared.counts[keep], strata=strata, notes=(*shared.notes, note))


def fit_contrast(design: Design, place: int, *, penalty: str) -> ContrastFit:
    """Fit one group's coefficient, the others where the likelihood has its supremum.

    Parameters
    ----------
    design : Design
        The model.
    place : int
        The coefficient.
    penalty : {"when_separated", "none", "log_f"}
        Whether it has a log-F(1, 1) prior.

    Returns
    -------
    ContrastFit
        With the prior on this coefficient alone, so that neither the order of strata nor what
        they are coded against enters.
    """
    reduced, _ = _without_runaways(design, (place,))
    falls, rises = (_recedes(reduced, place, sign) for sign in (-1.0, 1.0))
    prior = np.zeros(design.n_core)
    separated = falls or rises
    prior[place] = penalty == "log_f" or (separated and penalty == "when_separated")
    return ContrastFit(
        fit=fit_design(reduced, prior),
        place=place,
        separated=separated,
        flat=falls and rises,
    )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LimitFit:
    """A model where the likelihood has its supremum.

    Attributes
    ----------
    fit : Fit
        The logits that stay finite.
    infinite : ndarray of float, shape (n_rows, n_cuts)
        1 where a cumulative logit goes to infinity there, -1 where to minus infinity, else 0.
    """

    fit: Fit
    infinite: FloatArray

    def chances(self, design: Design, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return each cell's chance by row, and the density of the logits' distribution at each."""
        z = np.where(self.infinite, np.copysign(np.inf, self.infinite), design.logits(theta))
        ends = np.full((len(z), 1), np.inf)
        above, below = np.hstack([z, ends]), np.hstack([-ends, z])
        with np.errstate(invalid="ignore"):
            # two logits at the same end leave nothing between them
            gap = np.nan_to_num(above - below, nan=0.0, posinf=np.inf)
        # a product keeps the relative accuracy of either tail
        shares = special.expit(above) * special.expit(-below) * -np.expm1(-np.maximum(gap, 0.0))
        return shares, special.expit(z) * special.expit(-z)


def limit_fit(design: Design, fixed: dict[int, float] | None = None) -> LimitFit:
    """Fit a model with the logits that run away at their ends.

    Parameters
    ----------
    design : Design
        The model.
    fixed : dict of int to float, optional
        Parameters held at a value.

    Returns
    -------
    LimitFit
        Neither its likelihood nor its probabilities hang on the order of groups or strata.
    """
    reduced, direction = _without_runaways(design, tuple(fixed or ()))
    fit = fit_design(reduced, fixed=fixed)
    moved = design.logits(direction)
    return LimitFit(fit=fit, infinite=np.where(np.abs(moved) > 1e-6, np.sign(moved), 0.0))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Bounds:
    """The logits that bound cells seen, strata alike in this taken once.

    `signed` has their slopes by core parameters and shifts of kinds of strata, signed so that the
    likelihood rises with them; `cells` their place in a stratum (a row, a grade, a side: 0 above
    the grade, 1 below) and the kind; `kinds` the kind of each stratum.
    """

    signed: Any
    cells: npt.NDArray[np.intp]
    kinds: npt.NDArray[np.intp]


def _bounding(design: Design) -> _Bounds:
    seen = design.counts > 0
    bounds = np.stack([seen & ~design.unbounded[0], seen & ~design.unbounded[1]], axis=2)
    bounds[:, -1, 0] = bounds[:, 0, 1] = False
    shape = (len(bounds) // design.n_strata, *bounds.shape[1:])
    patterns, kinds = np.unique(bounds.reshape(design.n_strata, -1), axis=0, return_inverse=True)
    kind, row, grade, side = np.argwhere(patterns.reshape(-1, *shape)).T
    signs = np.where(side, -1.0, 1.0)
    core = design.core[: shape[0]][row, grade - side] * signs[:, None]
    shifts = sparse.csr_array((-signs, (np.arange(len(kind)), kind)), (len(kind), len(patterns)))
    signed = sparse.hstack([sparse.csr_array(core), shifts], format="csr")
    return _Bounds(signed=signed, cells=np.array([kind, row, grade, side]), kinds=kinds.ravel())


def _without_runaways(design: Design, held: tuple[int, ...]) -> tuple[Design, FloatArray]:
    """Leave out the logits that run away while no likelihood falls and the held do not move.

    Returns the direction of the parameters too, zeros where nothing runs away.

    What is left has a maximum for any values of the held parameters: the direction along which
    most logits run away takes all with it that run away along any. It may be the same in strata
    that are alike, as the mean of such directions is one.
    """
    found = _bounding(design)
    n, p = found.signed.shape
    if not n:
        return design, np.zeros(design.n_parameters)
    check_fittable(design, n_bounds=float(n * p))
    reach = [(0.0, 0.0) if i in held else (None, None) for i in range(p)]
    solved = optimize.linprog(
        np.concatenate([np.zeros(p), -np.ones(n)]),
        A_ub=sparse.hstack([-found.signed, sparse.eye_array(n)], format="csr"),
        b_ub=np.zeros(n),
        bounds=[*reach, *[(0.0, 1.0)] * n],
        method="highs",
    )
    runs = np.asarray(solved.x)[p:] > 0.5
    if not runs.any():
        return design, np.zeros(design.n_parameters)
    kind, row, grade, side = found.cells[:, runs]
    n_kinds = p - design.n_core
    flags = np.zeros(
        (n_kinds, 2, len(design.counts) // design.n_strata, len(design.counts[0])), bool
    )
    flags[kind, side, row, grade] = True
    unbounded = np.moveaxis(flags[found.kinds], 1, 0).reshape(design.unbounded.shape)
    core, shifts = np.split(np.asarray(solved.x)[:p], [design.n_core])
    # the base has no shift
    base = shifts[found.kinds[design.base]]
    core[: design.n_cuts] -= base
    direction = np.append(core, shifts[found.kinds] - base)
    return replace(design, unbounded=design.unbounded | unbounded), direction


def _recedes(design: Design, place: int, sign: float) -> bool:
    """Whether a coefficient can go to infinity without any likelihood falling."""
    signed = _bounding(design).signed
    n, p = signed.shape
    if not n:
        return True
    reach: list[tuple[float | None, float | None]] = [(None, None)] * p
    reach[place] = (sign, sign)
    found = optimize.linprog(
        np.zeros(p), A_ub=-signed, b_ub=np.zeros(n), bounds=reach, method="highs"
    )
    return bool(found.status == 0)
