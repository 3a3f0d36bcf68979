"""Where the likelihood of cumulative logits rises for ever, and its supremum there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import optimize

from ilacs_reliability._results.estimates import FloatArray
from ilacs_reliability._results.wording import counted
from ilacs_reliability.comparison.groups import SharedGrades
from ilacs_reliability.comparison.ordinal_fit import Design, Fit, fit_design


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ContrastFit:
    """The likelihood of one group's coefficient, all others at their best, and its top.

    Attributes
    ----------
    fit : Fit
        At the top.
    design : Design
        With the logits left out that run away whatever the coefficient is.
    place : int
        The coefficient.
    prior : ndarray of float, shape (n_parameters,)
        Degrees of freedom of the log-F prior, 0 but for the coefficient.
    separated, flat : bool
        Whether the likelihood rises for ever to one side, and whether it is the same everywhere.
    """

    fit: Fit
    design: Design
    place: int
    prior: FloatArray
    separated: bool
    flat: bool

    def profile(self, beta: float) -> float:
        """Return the objective with the coefficient held.

        Parameters
        ----------
        beta : float
            Its value.

        Returns
        -------
        float
            The largest over the other parameters.
        """
        start = self.fit.parameters
        return fit_design(self.design, self.prior, start=start, fixed={self.place: beta}).objective


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
    note = (
        f"{counted(n_apart, 'unit')} of strata in which every unit has one end grade say nothing "
        f"of the groups and do not enter: {names}."
    )
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
    prior = np.zeros(design.n_parameters)
    separated = falls or rises
    prior[place] = penalty == "log_f" or (separated and penalty == "when_separated")
    return ContrastFit(
        fit=fit_design(reduced, prior),
        design=reduced,
        place=place,
        prior=prior,
        separated=separated,
        flat=falls and rises,
    )


def supremum(design: Design, fixed: dict[int, float] | None = None) -> float:
    """Return the supremum of the log likelihood.

    Parameters
    ----------
    design : Design
        The model.
    fixed : dict of int to float, optional
        Parameters held at a value.

    Returns
    -------
    float
        Which some parameters may reach at infinity only.
    """
    return limit_fit(design, fixed).fit.log_likelihood


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
    fit = fit_design(reduced, np.zeros(design.n_parameters), fixed=fixed)
    slopes = design.slopes @ direction
    return LimitFit(fit=fit, infinite=np.where(np.abs(slopes) > 1e-6, np.sign(slopes), 0.0))


def _bounding(design: Design) -> tuple[FloatArray, npt.NDArray[np.intp]]:
    """Return the logits that bound the cells seen, signed so that the likelihood rises with them.

    The second has a row, a grade and a side (0 above the grade, 1 below) for each.
    """
    seen = design.counts > 0
    bounds = np.stack([seen & ~design.unbounded[0], seen & ~design.unbounded[1]], axis=2)
    bounds[:, -1, 0] = bounds[:, 0, 1] = False
    cells = np.argwhere(bounds)
    row, grade, side = cells.T
    return design.slopes[row, grade - side] * np.where(side, -1.0, 1.0)[:, None], cells


def _without_runaways(design: Design, held: tuple[int, ...]) -> tuple[Design, FloatArray]:
    """Leave out the logits that run away while no likelihood falls and the held do not move.

    Returns the direction of the parameters too, zeros where nothing runs away.

    What is left has a maximum for any values of the held parameters: the direction along which
    most logits run away takes all with it that run away along any.
    """
    signed, cells = _bounding(design)
    n, p = signed.shape
    if not n:
        return design, np.zeros(p)
    reach = [(0.0, 0.0) if i in held else (None, None) for i in range(p)]
    found = optimize.linprog(
        np.concatenate([np.zeros(p), -np.ones(n)]),
        A_ub=np.column_stack([-signed, np.eye(n)]),
        b_ub=np.zeros(n),
        bounds=[*reach, *[(0.0, 1.0)] * n],
        method="highs",
    )
    unbounded = design.unbounded.copy()
    runs = np.asarray(found.x)[p:] > 0.5
    direction = np.asarray(found.x)[:p] if runs.any() else np.zeros(p)
    row, grade, side = cells[runs].T
    unbounded[side, row, grade] = True
    return replace(design, unbounded=unbounded), direction


def _recedes(design: Design, place: int, sign: float) -> bool:
    """Whether a coefficient can go to infinity without any likelihood falling."""
    signed, _ = _bounding(design)
    if not len(signed):
        return True
    reach: list[tuple[float | None, float | None]] = [(None, None)] * design.n_parameters
    reach[place] = (sign, sign)
    found = optimize.linprog(
        np.zeros(design.n_parameters),
        A_ub=-signed,
        b_ub=np.zeros(len(signed)),
        bounds=reach,
        method="highs",
    )
    return bool(found.status == 0)
