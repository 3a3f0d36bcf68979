"""Estimates from a formula in sums over patterns, with influences by differentiating it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.names import column_called
from ilacs_reliability._data.ratings import FROM_PATTERNS, Ratings, RatingsLike, as_ratings, by_whom
from ilacs_reliability._data.scales import CodeArray, FloatArray
from ilacs_reliability._inference.intervals import t_limits
from ilacs_reliability._results.estimates import Estimate, Limits
from ilacs_reliability._results.ingredients import Basis, Offer, Title, Value
from ilacs_reliability._results.keyed import Keyed, keyed
from ilacs_reliability._results.undefined import warn_undefined
from ilacs_reliability.agreement.reasons import why_of
from ilacs_reliability.agreement.spoken_notes import incomplete
from ilacs_reliability.agreement.studies import Origin, as_count, as_float
from ilacs_reliability.agreement.titles import WHETHER_RIGHT

# takes sums, shape (..., n_sums), real or complex, to values, shape (...)
Formula: TypeAlias = Callable[[npt.NDArray[Any]], npt.NDArray[Any]]

STEP = 1e-20
# complex numbers of one block of differentiation: a few MiB
BLOCK = 1 << 18


NOTHING = Offer()


def gradient(formula: Formula, sums: FloatArray) -> FloatArray:
    """Differentiate a formula in sums, to machine precision.

    Parameters
    ----------
    formula : callable
        Takes sums, shape (..., n_sums), to values, shape (...), by operations that complex numbers
        allow.
    sums : ndarray of float, shape (..., n_sums)
        Where to differentiate.

    Returns
    -------
    ndarray of float, shape (..., n_sums)
        The partial derivatives.

    Notes
    -----
    A step in the imaginary direction needs no difference, so nothing cancels [1]_.

    References
    ----------
    .. [1] W. Squire and G. Trapp, "Using complex variables to estimate derivatives of real
           functions", SIAM Review 40 (1998), 110-112.
    """
    n_sums, step = sums.shape[-1], _step(sums)
    slopes = np.empty(sums.shape)
    width = max(1, BLOCK // max(sums.size, 1))
    for start in range(0, n_sums, width):
        columns = np.arange(start, min(start + width, n_sums))
        moved = np.repeat(sums[None].astype(np.complex128), len(columns), axis=0)
        moved[np.arange(len(columns)), ..., columns] += 1j * step
        slopes[..., columns] = np.moveaxis(formula(moved).imag, 0, -1) / step
    return slopes


def _step(sums: FloatArray) -> float:
    """Return a step that is small beside every sum, also of squares of scores 1e-13 apart."""
    sizes = np.abs(sums)
    smallest = np.fmin.reduce(sizes[sizes > 0], initial=1.0)
    # times a power of two, so that no digit hangs on it
    return float(np.ldexp(STEP, int(np.frexp(smallest)[1]) - 1))


def influence_of(
    formula: Formula,
    sums: FloatArray,
    slopes: FloatArray,
    frequencies: FloatArray,
    enters: FloatArray,
) -> FloatArray:
    """Return the influence of a unit of each pattern on a formula in sums.

    Parameters
    ----------
    formula : callable
        As in `gradient`.
    sums : ndarray of float, shape (..., n_sums)
        The sums over units.
    slopes : ndarray of float, shape (n_patterns, n_sums)
        What a unit of each pattern adds to each sum.
    frequencies : ndarray of float, shape (..., n_patterns)
        Units of each pattern.
    enters : ndarray of float, shape (n_patterns,)
        1 where units of a pattern enter at all.

    Returns
    -------
    ndarray of float, shape (..., n_patterns)
        Influences that average to zero over the units that enter: where a formula counts units, as
        in a mean square, their number is held.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return centred(gradient(formula, sums) @ slopes.T, frequencies, enters)


def centred(pull: FloatArray, frequencies: FloatArray, enters: FloatArray) -> FloatArray:
    """Turn derivatives by frequencies into influences that average to zero.

    Parameters
    ----------
    pull : ndarray of float, shape (..., n_patterns)
        Derivatives of a number by how many units each pattern has.
    frequencies : ndarray of float, shape (..., n_patterns)
        Units of each pattern.
    enters : ndarray of float, shape (n_patterns,)
        1 where units of a pattern enter at all.

    Returns
    -------
    ndarray of float, shape (..., n_patterns)
        The influence of a unit of each pattern.
    """
    n_units = (frequencies @ enters)[..., None]
    pull = pull * enters
    mean = np.vecdot(pull, frequencies)[..., None] / n_units
    influence: FloatArray = n_units * (pull - mean * enters)
    return influence


def smooth_parts(
    formula: Formula, terms: FloatArray, frequencies: FloatArray, enters: FloatArray
) -> tuple[FloatArray, FloatArray | Keyed]:
    """Evaluate a formula in linear sums and where its influences come from.

    Parameters
    ----------
    formula : callable
        As in `gradient`.
    terms : ndarray of float, shape (n_patterns, n_sums)
        What a unit of each pattern adds to each sum.
    frequencies : ndarray of float, shape (..., n_patterns)
        Units of each pattern.
    enters : ndarray of float, shape (n_patterns,)
        1 where units of a pattern enter at all.

    Returns
    -------
    value : ndarray of float, shape (...)
        The formula's value; nan where it is not finite.
    influence : ndarray or callable
        Influences of a single study; for many, a function that returns them.
    """
    sums = frequencies @ terms
    with np.errstate(invalid="ignore", divide="ignore"):
        value = formula(sums)
    value = np.where(np.isfinite(value), value, np.nan)
    if frequencies.ndim > 1:
        whole = formula if isinstance(formula, Keyed) else keyed(formula)
        return value, keyed(influence_of, whole, sums, terms, frequencies, enters)
    return value, influence_of(formula, sums, terms, frequencies, enters)


def build_estimate(
    ratings: Ratings,
    title: Title,
    value: Value,
    basis: Basis,
    offer: Offer = NOTHING,
    *,
    notes: Iterable[str] = (),
    limits: str = WHETHER_RIGHT,
) -> Estimate:
    """Make an estimate from ratings, and warn where it is undefined.

    Parameters
    ----------
    ratings : Ratings
        What it rests on.
    title : Title
        What it is called.
    value : Value
        Its value; where it has a reason but no why, what the reason says of all `ratings`.
    basis : Basis
        The units it rests on. Default of the others: all of `ratings`, which counts ratings left
        out as missing.
    offer : Offer, optional
        Its limits; they rest on the ratings unless it says on what. Default: none.
    notes : iterable of str, optional
        Added to those of the ratings.
    limits : str, optional
        As in `Estimate`.

    Returns
    -------
    Estimate
        The estimate.

    Warns
    -----
    UndefinedEstimateWarning
        If there is a reason why it is undefined.
    """
    reason, methods = value.reason, offer.methods
    _, n_ratings, n_missing, enters = basis
    why = ""
    if reason:
        why = value.why or why_of(ratings, reason)
        warn_undefined(title.label, why)
    return Estimate(
        value=float("nan") if reason else as_float(value.value),
        name=title.name,
        label=title.label,
        frequencies=ratings.frequencies,
        influence_source=value.influence,
        n_units=as_count(basis.n_units),
        n_raters=ratings.n_raters,
        by=by_whom(ratings),
        n_ratings=ratings.n_ratings if n_ratings is None else n_ratings,
        n_missing=ratings.n_missing if n_missing is None else n_missing,
        observed=as_float(value.observed),
        expected=as_float(value.expected),
        weights=title.weights,
        clusters=ratings.clusters,
        methods_source=methods if isinstance(methods, Keyed) else tuple(methods),
        status="undefined" if reason else "ok",
        reason=reason,
        why=why,
        notes=tuple(dict.fromkeys((*ratings.notes, *notes))) if notes else ratings.notes,
        limits=limits,
        design=ratings.design,
        patterns=ratings.rows,
        enters=ratings.table.rated if enters is None else enters,
        range_source=offer.within,
        origin=Origin(ratings) if offer.origin is None else offer.origin,
    )


def known_raters(ratings: RatingsLike, name: str, *, n_raters: int | None = None) -> Ratings:
    """Take ratings whose raters are known.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Ratings.
    name : str
        Who asks, for an error.
    n_raters : int, optional
        How many raters there must be.

    Returns
    -------
    Ratings
        The same.

    Raises
    ------
    ValueError
        If raters are anonymous or not as many as wanted.
    """
    taken = as_ratings(ratings)
    if taken.patterns is None:
        raise ValueError(
            f"{name} needs to know who gave each rating, but `ratings` holds counts by anonymous "
            "raters."
        )
    if n_raters is not None and taken.n_raters != n_raters:
        raise ValueError(
            f"{name} is for {n_raters} raters, but `ratings` has {taken.n_raters}; "
            "see pairwise_agreement."
        )
    return taken


def patterns_of(ratings: Ratings) -> CodeArray:
    """Return the pattern table of ratings whose raters are known.

    Parameters
    ----------
    ratings : Ratings
        Ratings by known raters.

    Returns
    -------
    ndarray of int, shape (n_patterns, n_raters)
        Grade indices, -1 for missing.

    Raises
    ------
    ValueError
        If raters are anonymous.
    """
    if ratings.patterns is None:
        raise ValueError("`ratings` holds counts by anonymous raters.")
    return ratings.patterns


def complete_only(ratings: Ratings) -> tuple[Ratings, tuple[str, ...]]:
    """Leave out the units that some rater did not rate, keeping the pattern table's rows.

    Parameters
    ----------
    ratings : Ratings
        Ratings by known raters.

    Returns
    -------
    ratings : Ratings
        The same, with incomplete patterns emptied.
    notes : tuple of str
        How many units were left out, where any were.
    """
    patterns = patterns_of(ratings)
    complete: npt.NDArray[np.bool_] = np.all(patterns >= 0, axis=1)
    if complete.all():
        return ratings, ()
    kept = only_patterns(ratings, complete)
    if ratings.frequencies.ndim > 1:
        return kept, ()
    left = float(ratings.frequencies @ (ratings.table.rated * ~complete))
    return kept, incomplete(left)


def only_patterns(ratings: Ratings, keep: npt.NDArray[np.bool_]) -> Ratings:
    """Empty some patterns, keeping the pattern table's rows.

    Parameters
    ----------
    ratings : Ratings
        Ratings.
    keep : ndarray of bool, shape (n_patterns,)
        Patterns that stay.

    Returns
    -------
    Ratings
        The same, with the other patterns emptied: their units count as unrated.
    """
    patterns = ratings.patterns
    if patterns is not None:
        patterns = np.where(keep[:, None], patterns, -1).astype(patterns.dtype)
        return replace(ratings, patterns=patterns, counts=FROM_PATTERNS)
    return replace(ratings, counts=ratings.counts * keep[:, None])


def keep_raters(ratings: Ratings, columns: Iterable[int]) -> Ratings:
    """Return the ratings by some of the raters, over the same pattern rows.

    Parameters
    ----------
    ratings : Ratings
        Ratings by known raters.
    columns : iterable of int
        Columns to keep.

    Returns
    -------
    Ratings
        The ratings by those raters.
    """
    kept = list(columns)
    patterns = patterns_of(ratings)[:, kept]
    names = None if ratings.raters is None else tuple(ratings.raters[i] for i in kept)
    return replace(ratings, patterns=patterns, counts=FROM_PATTERNS, raters=names)


def rater_names(ratings: Ratings) -> tuple[Any, ...]:
    """Return the raters' names, or their numbers where they have none.

    Parameters
    ----------
    ratings : Ratings
        Ratings.

    Returns
    -------
    tuple
        A name a rater.
    """
    return ratings.raters or tuple(range(1, ratings.n_raters + 1))


def column_of(ratings: Ratings, rater: Any) -> int | None:
    """Return the column of a rater.

    Parameters
    ----------
    ratings : Ratings
        Ratings by known raters.
    rater : int or hashable
        A name, or a column, from 0 or from the end, where no name is a whole number.

    Returns
    -------
    int or None
        The column; None where there is no such rater.
    """
    return column_called(rater, ratings.raters, ratings.n_raters)


def fisher_interval(estimate: Estimate, confidence_level: float) -> Limits:
    """Return t limits on the scale of Fisher's z.

    Parameters
    ----------
    estimate : Estimate
        A number that is at most 1.
    confidence_level : float
        Wanted coverage, between 0 and 1.

    Returns
    -------
    low, high : float or ndarray
        The limits; the value itself at 1, where z is infinite.
    """
    inside = np.abs(estimate.value) < 1
    value = np.where(inside, estimate.value, 0.0)
    error = estimate.standard_error / (1.0 - value**2)
    low, high = t_limits(
        np.arctanh(value), error, estimate.n_independent, confidence_level=confidence_level
    )
    return (
        np.where(inside, np.tanh(low), estimate.value),
        np.where(inside, np.tanh(high), estimate.value),
    )
