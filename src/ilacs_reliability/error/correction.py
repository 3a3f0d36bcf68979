"""The true moves behind observed ones, where grades are given with error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

from ilacs_reliability._checks.arguments import float_array, told
from ilacs_reliability._checks.containers import read_only
from ilacs_reliability._checks.randomness import as_generator, check_draws
from ilacs_reliability._data.labelled import in_grade_order
from ilacs_reliability._data.ratings import square_counts
from ilacs_reliability._data.scales import Scale
from ilacs_reliability._data.tables import Transitions, TransitionsLike
from ilacs_reliability._inference.few_draws import Spread, read_off, usual_tails
from ilacs_reliability._results.estimates import Estimate, Limits
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.named_limits import name_of, under_name
from ilacs_reliability._results.wording import fixed, significant
from ilacs_reliability.error.bivariate import cell_probabilities, thresholds_of
from ilacs_reliability.error.noise import net_of, ordered_moves, population_of
from ilacs_reliability.error.remarks import ALIKE_DRAWS, NOT_TURNED_BACK
from ilacs_reliability.error.stated import Reliability, reliability_given

FloatArray: TypeAlias = npt.NDArray[np.float64]
# below this least singular value the errors leave too little of the truth to be turned back
LEAST_SINGULAR = 0.2
MOST_ROUNDS, ROUNDS_OF_DRAWS = 20_000, 500
SETTLED = 1e-12
# draws no further apart than their rounds leave them are alike, as at an edge
ALIKE = 1e-9
FAR_BELOW = 1e300


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class CorrectedShift(Estimate):
    """Units that truly moved up minus those that truly moved down, as a share.

    Attributes
    ----------
    true_shares : ndarray, shape (n_grades, n_grades)
        The most likely shares of units by true grade before (rows) and after (columns).
    error : ndarray, shape (n_grades, n_grades)
        Probability of each grade (columns) where a grade is true (rows).
    scale : Scale
        The grades.
    uncorrected : float
        The same share as observed.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> error = [[0.9, 0.1], [0.2, 0.8]]
    >>> found = ilr.corrected_shift([[30, 20], [12, 38]], error=error, n_resamples=99, rng=1)
    >>> found.true_shares.round(2).tolist()
    [[0.32, 0.11], [0.0, 0.57]]
    """

    true_shares: FloatArray
    error: FloatArray
    scale: Scale
    uncorrected: float


def corrected_shift(
    table: TransitionsLike,
    *,
    error: npt.ArrayLike | None = None,
    error_counts: npt.ArrayLike | None = None,
    reliability: float | Estimate | None = None,
    shares: npt.ArrayLike | None = None,
    n_resamples: int = 999,
    rng: np.random.Generator | int | None = None,
) -> CorrectedShift:
    r"""Estimate the net shift of true grades behind a table of grades given with error.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units before (rows) and after (columns).
    error : array_like, shape (n_grades, n_grades), optional
        Probability of each grade (columns) where a grade is true (rows); rows add up to 1. Known.
        Worst first, unless a dataframe's labels are the grades.
    error_counts : array_like of int, shape (n_grades, n_grades), optional
        Gradings (columns) of units whose true grade is known (rows), from which the errors are
        estimated.
    reliability : float or Estimate, optional
        Correlation of two independent gradings of one state on the latent scale, as in
        `noise_only_transitions`. The true grade is then the state cut at the same thresholds.
    shares : array_like, shape (n_grades,), optional
        Shares of grades in the population, with `reliability`. Default: those of both gradings
        together.
    n_resamples : int, optional
        Draws for the interval. Default: 999.
    rng : numpy.random.Generator or int, optional
        Source of chance or a seed.

    Returns
    -------
    CorrectedShift
        The share improved minus the share declined, of true grades.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If not just one of `error`, `error_counts` and `reliability` is given, its shape does not
        fit, rows do not add up to 1 or are empty, or errors are so many that they cannot be turned
        back.

    See Also
    --------
    net_shift : The same without correction.
    noise_only_transitions : What error alone does.

    Notes
    -----
    With errors E the grades have shares :math:`E^T P E` for true shares P; P is found by maximum
    likelihood over tables without negative cells [1]_, where the inverse
    :math:`E^{-T} S E^{-1}` of observed shares S often has some. The interval holds the central
    share of draws: of the observed shares from their posterior under a prior worth one unit in all,
    and, where errors were counted, of each of their rows alike. Where they are too few for a level,
    the limits are their extremes, and `method` says so. Where these draws are alike, as at
    an edge, the limits are how far units of any one true cell move the shift before the likelihood
    has dropped by a chi-square's quantile, and `method` says so.

    References
    ----------
    .. [1] W. H. Richardson, "Bayesian-based iterative method of image restoration", Journal of the
           Optical Society of America 62 (1972), 55-59.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = ilr.load_dataset("first_to_latest_ilacs_2024").counts
    >>> round(ilr.corrected_shift(table, reliability=0.8, n_resamples=99, rng=1).value, 2)
    0.24
    """
    moves = ordered_moves(table)
    if not moves.n_units or len(moves.scale) == 1:
        raise ValueError(f"`table` must hold units on two grades or more, but got {moves!r}.")
    n_resamples = check_draws(n_resamples)
    generator = as_generator(rng)
    matrix, draw, notes, ends = _errors(moves, error, error_counts, reliability, shares)
    _refuse_singular(matrix)
    counts = moves.counts.astype(np.float64)
    true = true_shares(counts, matrix, MOST_ROUNDS)
    there = _may_be_true(moves.counts, matrix)
    seen = counts[np.ix_(there, there)]
    observed = generator.dirichlet((seen + 1 / seen.size).ravel(), n_resamples)
    errors = draw(generator, n_resamples)[..., there, :][..., there]
    drawn = true_shares(observed.reshape(-1, *seen.shape), errors, ROUNDS_OF_DRAWS)
    for end in ends:
        other = _settled(_net(true_shares(counts, end.matrix, MOST_ROUNDS)))
        notes = (*notes, f"With a reliability of {significant(end.value)} it is {fixed(other)}.")
    n = moves.n_units
    return CorrectedShift(
        value=_settled(_net(true)),
        name="corrected_shift",
        label="net shift of true grades",
        frequencies=counts.ravel(),
        influence_source=np.full(counts.size, np.nan),
        n_units=n,
        methods_source=(
            (
                "posterior",
                keyed(
                    _central,
                    Spread(read_only(np.sort(_net(drawn))), ALIKE),
                    counts=counts,
                    error=matrix,
                    true=true,
                ),
            ),
        ),
        notes=moves.notes + notes,
        design=moves.design,
        limits="moves of the state within a grade, nor anything where the errors are others",
        range_source=(-1.0, 1.0),
        true_shares=true,
        error=matrix,
        scale=moves.scale,
        uncorrected=net_of(moves.counts) / n,
    )


def _settled(net: Any) -> float:
    """Return a net shift of shares, 0 where it is what the rounds leave of it."""
    return 0.0 if abs(net) < ALIKE else float(np.clip(net, -1, 1))


def error_at(population: FloatArray, reliability: float) -> FloatArray:
    """Return the probability of each grade by the grade of the state, shape (n_grades, n_grades).

    A state that nobody is in keeps its grade.
    """
    cuts = thresholds_of(population)
    cells = cell_probabilities(cuts, cuts, np.sqrt(reliability)).probabilities
    totals = cells.sum(axis=1, keepdims=True)
    shares = cells / np.where(totals > 0, totals, 1.0)
    found: FloatArray = np.where(totals > 0, shares, np.eye(len(cells)))
    return found


def true_shares(observed: FloatArray, error: FloatArray, most_rounds: int) -> FloatArray:
    """Return the most likely shares of true grades behind observed ones.

    Parameters
    ----------
    observed : ndarray, shape (..., n_grades, n_grades)
        Units or shares, before x after.
    error : ndarray, shape (..., n_grades, n_grades)
        Probability of each grade by the true one.
    most_rounds : int
        Rounds of expectation and maximisation at most.

    Returns
    -------
    ndarray, shape (..., n_grades, n_grades)
        Shares without negative cells; the likelihood rises in each round.
    """
    shares = observed / observed.sum(axis=(-2, -1), keepdims=True)
    turned = np.swapaxes(error, -1, -2)
    true = np.full(shares.shape, 1 / (shares.shape[-1] * shares.shape[-2]))
    for _ in range(most_rounds):
        given = turned @ true @ error
        ratio = np.divide(shares, given, out=np.zeros_like(shares), where=given > 0)
        better = true * (error @ ratio @ turned)
        settled = np.abs(better - true).max() < SETTLED
        true = better
        if settled:
            break
    whole: FloatArray = true / true.sum(axis=(-2, -1), keepdims=True)
    return whole


def _may_be_true(counts: npt.NDArray[np.int64], error: FloatArray) -> npt.NDArray[np.intp]:
    """Return the grades that units had or may truly have: not those that nobody is in or takes."""
    had = counts.sum(axis=0) + counts.sum(axis=1) > 0
    taken = (error[:, had] > 0).any(axis=1)
    found = np.flatnonzero(had | taken)
    return found if len(found) > 1 else np.arange(len(error))


@dataclass(frozen=True, slots=True)
class _End:
    value: float
    matrix: FloatArray


Draw: TypeAlias = Callable[[np.random.Generator, int], FloatArray]


def _errors(
    moves: Transitions, error: Any, error_counts: Any, reliability: Any, shares: Any
) -> tuple[FloatArray, Draw, tuple[str, ...], list[_End]]:
    """Return the errors, how to draw others, notes, and errors at the reliability's limits."""
    given = [one is not None for one in (error, error_counts, reliability)]
    if sum(given) != 1:
        raise ValueError(
            "Give one of `error`, `error_counts` and `reliability`, but got "
            f"{sum(given) or 'none'} of them."
        )
    if shares is not None and reliability is None:
        raise ValueError("`shares` goes with `reliability`, which is not given.")
    n_grades = len(moves.scale)
    if error is not None:
        known = _known(in_grade_order(error, moves.scale, "error"), n_grades)
        return known, partial(_the_same, matrix=known), (), []
    if error_counts is not None:
        table = in_grade_order(error_counts, moves.scale, "error_counts")
        counts = square_counts(table, n_grades, "error_counts").astype(np.float64)
        if (counts.sum(axis=1) == 0).any():
            raise ValueError("`error_counts` must hold a grading of each true grade.")
        return counts / counts.sum(axis=1, keepdims=True), partial(_alike, counts=counts), (), []
    rho: Reliability = reliability_given(reliability)
    population, notes = population_of(moves, shares)
    found = error_at(population, rho.value)
    limits = [] if rho.interval is None else [float(end) for end in rho.interval]
    ends = [_End(end, error_at(population, end)) for end in limits]
    told_apart = [end for end in ends if _least_singular(end.matrix) >= LEAST_SINGULAR]
    lost = [significant(end.value) for end in ends if _least_singular(end.matrix) < LEAST_SINGULAR]
    notes = (*notes, *(NOT_TURNED_BACK.format(value=value) for value in lost))
    return found, partial(_the_same, matrix=found), notes, told_apart


def _known(error: Any, n_grades: int) -> FloatArray:
    try:
        matrix = float_array(error)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"`error` must be a table of numbers, but got {told(error)}.") from None
    if matrix.shape != (n_grades, n_grades):
        raise ValueError(f"`error` must have shape {(n_grades, n_grades)}, but got {matrix.shape}.")
    if not (matrix >= 0).all() or not np.allclose(matrix.sum(axis=1), 1, atol=1e-6):
        raise ValueError(
            "`error` must hold shares of 0 or more whose rows add up to 1, but rows add up to "
            f"{matrix.sum(axis=1).tolist()}; `error_counts` takes counts."
        )
    known: FloatArray = matrix / matrix.sum(axis=1, keepdims=True)
    return known


def _the_same(_: np.random.Generator, __: int, *, matrix: FloatArray) -> FloatArray:
    return matrix


def _alike(rng: np.random.Generator, number: int, *, counts: FloatArray) -> FloatArray:
    rows = [rng.dirichlet(row + 1 / len(row), number) for row in counts]
    return np.stack(rows, axis=1)


def _refuse_singular(error: FloatArray) -> None:
    least = _least_singular(error)
    if least < LEAST_SINGULAR:
        raise ValueError(
            "`error`: the errors are too many to be turned back, as the least singular value of "
            f"their table is {significant(least)}, below {LEAST_SINGULAR}; "
            "`noise_only_transitions` says what they do."
        )


def _least_singular(error: FloatArray) -> float:
    return float(np.linalg.svd(error, compute_uv=False).min())


def _net(shares: FloatArray) -> FloatArray:
    above = np.triu(np.ones(shares.shape[-2:]), 1)
    net: FloatArray = (shares * (above - above.T)).sum(axis=(-2, -1))
    return net


def _central(
    drawn: Spread,
    estimate: Estimate,
    confidence_level: float,
    *,
    counts: FloatArray,
    error: FloatArray,
    true: FloatArray,
) -> Limits:
    tails = usual_tails(confidence_level)
    if np.ptp(np.quantile(drawn.draws, tails)) > ALIKE:
        low, high = found = read_off(drawn.draws, tails, estimate.value, "posterior")
        # of a table at the edge every draw may lie to one side of the most likely one
        ends = np.minimum(low, estimate.value), np.maximum(high, estimate.value)
        return under_name(*ends, name_of(found))
    limits = _by_likelihood(estimate.value, confidence_level, counts, error, true)
    return under_name(*limits, ALIKE_DRAWS)


def _by_likelihood(
    value: float, confidence_level: float, counts: FloatArray, error: FloatArray, true: FloatArray
) -> tuple[float, float]:
    """Return how far units of one true cell move the shift before the likelihood has dropped."""
    allowed = float(special.chdtri(1, 1 - confidence_level))
    seen = counts > 0
    given, reached = (error.T @ true @ error)[seen], [value]
    for i, j in np.ndindex(counts.shape):
        off = np.outer(error[i], error[j])[seen] / given - 1.0
        share = _share_within(off, counts[seen], allowed)
        reached.append(value + share * (float(np.sign(j - i)) - value))
    return min(reached), max(reached)


def _share_within(off: FloatArray, counts: FloatArray, allowed: float) -> float:
    """Return the share of others at which the likelihood has dropped by what is allowed, or 1."""
    from scipy import optimize

    def excess(share: float) -> float:
        with np.errstate(divide="ignore"):
            drop = -2.0 * float(counts @ np.log1p(share * off))
        return float(np.sqrt(np.clip(drop, 0.0, FAR_BELOW)) - np.sqrt(allowed))

    if not excess(1.0) > 0:
        return 1.0
    return float(
        optimize.brentq(excess, 0.0, 1.0, xtol=1e-300, rtol=1e-9, maxiter=2000, disp=False)
    )
