"""Whether grades differ between three or more occasions."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace
from itertools import permutations
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from ilacs_reliability.estimates import Estimate, SignificanceResult, check_option
from ilacs_reliability.ratings import Ratings, RatingsLike, as_ratings, check_whole
from ilacs_reliability.scales import CodeArray, FloatArray, IntArray
from ilacs_reliability.shift.binary import paired_difference
from ilacs_reliability.shift.exact import BLOCK, monte_carlo_p
from ilacs_reliability.shift.pairs import NOT_SHOWN, as_pairs, grade_code
from ilacs_reliability.shift.swaps import table_effect
from ilacs_reliability.shift.testing import (
    as_generator,
    check_resamples,
    falls_back,
    pseudo_inverse,
)

OccasionMethod: TypeAlias = Literal["asymptotic", "exact", "monte_carlo"]
OCCASION_METHODS: tuple[str, ...] = get_args(OccasionMethod)
# orders of a unit's grades that are listed, and steps of an exact distribution
MOST_OCCASIONS_LISTED = 6
LARGEST_EFFORT = 30_000_000
ENDS_ONLY = (
    "which occasions differ: the test is of any difference between them, the effect shown compares "
    "the first and the last and may be zero where the test rejects"
)
STILL = "No unit's grade differs between occasions: p = 1."


def cochran_q(
    ratings: RatingsLike,
    *,
    at_least: Hashable | None = None,
    method: OccasionMethod = "asymptotic",
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> SignificanceResult:
    r"""Test whether the share of units at or above a grade differs between occasions.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_occasions)
        Grades of each unit; columns are occasions, in order. Units with a missing grade do not
        enter.
    at_least : hashable, optional
        The grade to cut at. Needed unless there are two grades.
    method : {"asymptotic", "exact", "monte_carlo"}, optional
        Chi-square; the distribution over all orders of each unit's grades; or draws from it.
        Default: "asymptotic".
    n_resamples : int, optional
        Draws of "monte_carlo", and of "exact" where there is too much to enumerate. Default: 9999.
    rng : Generator or int, optional
        Where random numbers come from.

    Returns
    -------
    SignificanceResult
        The p-value; the effect is the change in the share from the first occasion to the last.

    Raises
    ------
    ValueError
        If there are fewer than two occasions or no complete unit, raters are anonymous, units are
        clustered, the scale is not ordered, the grade is missing, unknown or the worst, or an
        option is unknown.

    See Also
    --------
    mcnemar : Two occasions.
    madansky : All grades.

    References
    ----------
    .. [1] W. G. Cochran, "The comparison of percentages in matched samples", Biometrika 37 (1950),
           256-266.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> good = [[0, 0, 1], [0, 1, 1], [1, 1, 1], [0, 0, 1], [0, 1, 1], [0, 0, 0], [1, 0, 1]]
    >>> result = ilr.cochran_q(good)
    >>> round(result.statistic, 3), round(result.p_value, 3)
    (5.2, 0.074)
    """
    taken, grades = _complete(ratings)
    code = _cut_code(taken, at_least)
    above = (grades >= code).astype(np.float64)
    effect = paired_difference(_ends(taken), at_least=taken.scale.labels[code])
    return _result(
        taken,
        above[:, :, None],
        (method, n_resamples, rng),
        name="cochran_q",
        label="Cochran's Q test",
        null="the share at or above the cut is the same on every occasion",
        effect=effect,
    )


def friedman(
    ratings: RatingsLike,
    *,
    method: OccasionMethod = "asymptotic",
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> SignificanceResult:
    r"""Test whether grades differ between occasions, by ranks within units.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_occasions)
        Grades of each unit; columns are occasions, in order. Units with a missing grade do not
        enter.
    method : {"asymptotic", "exact", "monte_carlo"}, optional
        Chi-square; the distribution over all orders of each unit's grades; or draws from it.
        Default: "asymptotic".
    n_resamples : int, optional
        Draws of "monte_carlo", and of "exact" where there is too much to enumerate. Default: 9999.
    rng : Generator or int, optional
        Where random numbers come from.

    Returns
    -------
    SignificanceResult
        The p-value, corrected for ties; the effect is the change in mean score from the first
        occasion to the last.

    Raises
    ------
    ValueError
        If there are fewer than two occasions or no complete unit, raters are anonymous, units are
        clustered, the scale is not ordered, or an option is unknown.

    See Also
    --------
    wilcoxon_signed_rank : Two occasions, counting how far units moved.

    References
    ----------
    .. [1] M. Friedman, "The use of ranks to avoid the assumption of normality implicit in the
           analysis of variance", Journal of the American Statistical Association 32 (1937),
           675-701.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> grades = [[1, 2, 3], [2, 2, 3], [1, 3, 2], [2, 3, 4], [1, 1, 2], [3, 3, 3]]
    >>> round(ilr.friedman(grades).p_value, 4)
    0.0286
    >>> round(ilr.friedman(grades, method="exact").p_value, 4)
    0.0216
    """
    taken, grades = _complete(ratings)
    if not taken.scale.ordered:
        raise ValueError(f"`ratings` is on the unordered scale {taken.scale.labels}: no ranks.")
    ranks = stats.rankdata(grades, axis=1)
    return _result(
        taken,
        ranks[:, :, None],
        (method, n_resamples, rng),
        name="friedman",
        label="Friedman's test",
        null="grades are alike on every occasion",
        effect=table_effect(as_pairs(_ends(taken)), by_scores=True),
    )


def madansky(
    ratings: RatingsLike,
    *,
    method: OccasionMethod = "asymptotic",
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> SignificanceResult:
    r"""Test whether the share of each grade is the same on every occasion.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_occasions)
        Grades of each unit; columns are occasions, in order. Units with a missing grade do not
        enter.
    method : {"asymptotic", "exact", "monte_carlo"}, optional
        Chi-square; the distribution over all orders of each unit's grades; or draws from it.
        Default: "asymptotic".
    n_resamples : int, optional
        Draws of "monte_carlo", and of "exact" where there is too much to enumerate. Default: 9999.
    rng : Generator or int, optional
        Where random numbers come from.

    Returns
    -------
    SignificanceResult
        The p-value; the effect is the change in mean score from the first occasion to the last (the
        share that moved, on an unordered scale).

    Raises
    ------
    ValueError
        If there are fewer than two occasions or no complete unit, raters are anonymous, units are
        clustered, or an option is unknown.

    See Also
    --------
    stuart_maxwell : Two occasions.

    Notes
    -----
    With two occasions it is Stuart and Maxwell's test, with two grades Cochran's [1]_.

    References
    ----------
    .. [1] A. Madansky, "Tests of homogeneity for correlated samples", Journal of the American
           Statistical Association 58 (1963), 97-119.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> grades = [[1, 2, 3], [2, 2, 3], [1, 3, 2], [2, 3, 3], [1, 1, 2], [3, 3, 3]]
    >>> ilr.madansky(grades).df
    4
    """
    taken, grades = _complete(ratings)
    indicators = (grades[:, :, None] == np.arange(taken.scale.n_grades)).astype(np.float64)
    return _result(
        taken,
        indicators,
        (method, n_resamples, rng),
        name="madansky",
        label="Madansky's test",
        null="the share of each grade is the same on every occasion",
        effect=table_effect(as_pairs(_ends(taken)), by_scores=True),
    )


def _complete(ratings: RatingsLike) -> tuple[Ratings, CodeArray]:
    """Keep the units that were graded on every occasion; return their patterns too."""
    taken = as_ratings(ratings)
    if taken.patterns is None or taken.n_raters < 2 or taken.frequencies.ndim != 1:
        raise ValueError(
            f"`ratings` must be of one study on two or more known occasions, but got {taken!r}."
        )
    if taken.clusters is not None:
        raise ValueError("`ratings` must hold independent units here, but has clusters.")
    check_whole(taken, "ratings")
    full = (taken.patterns >= 0).all(axis=1) & (taken.frequencies > 0)
    if not full.any():
        raise ValueError("`ratings` holds no unit that was graded on every occasion.")
    left = int(taken.frequencies[~full].sum())
    notes = (f"{left} units with a missing grade do not enter.",) if left else ()
    kept = replace(
        taken,
        patterns=taken.patterns[full],
        counts=taken.counts[full],
        rows=taken.patterns[full],
        frequencies=taken.frequencies[full],
        notes=notes,
    )
    return kept, taken.patterns[full]


def _cut_code(ratings: Ratings, at_least: Hashable | None) -> int:
    labels = ratings.scale.labels
    if not ratings.scale.ordered:
        raise ValueError(
            f"`ratings` is on the unordered scale {labels}: no grade is at or above another there; "
            "ask `madansky`."
        )
    if at_least is None:
        if len(labels) > 2:
            raise ValueError(f"`at_least` must name the grade to cut at, one of {labels[1:]}.")
        # a scale of one number seen is a study in which nothing differs
        return len(labels) - 1
    code = grade_code(ratings.scale, at_least)
    if code == 0:
        raise ValueError(f"`at_least` is {at_least!r}, the worst grade: every unit is above it.")
    return code


def _ends(ratings: Ratings) -> Ratings:
    return ratings.select_raters(0, ratings.n_raters - 1)


def _result(
    ratings: Ratings,
    values: FloatArray,
    how: tuple[str, int, Any],
    *,
    name: str,
    label: str,
    null: str,
    effect: Estimate,
) -> SignificanceResult:
    """Test whether values of shape (n_rows, n_occasions, n_dims) have the same sum everywhere."""
    method, n_resamples, rng = how
    check_option(method, OCCASION_METHODS, "method")
    check_resamples(n_resamples)
    frequencies = ratings.frequencies.astype(np.float64)
    centred = values - values.mean(axis=1, keepdims=True)
    covariance = np.einsum("u,uoi,uoj->ij", frequencies, centred, centred)
    inverse, rank = pseudo_inverse(covariance)
    precision = (values.shape[1] - 1) * inverse
    differing = (centred != 0).any(axis=(1, 2))
    sums = np.tensordot(frequencies, centred, axes=1)
    statistic = float(_form(sums[None], precision)[0])
    df = (values.shape[1] - 1) * rank
    apart = df > 1
    p_value, used = 1.0, method
    if rank and method == "asymptotic":
        p_value = float(special.chdtrc(df, statistic))
    elif rank:
        rows = centred[differing], ratings.frequencies[differing].astype(np.int64)
        p_value, used = _reordered_p(*rows, precision, statistic, method, n_resamples, rng)
    return SignificanceResult(
        statistic=statistic,
        df=df,
        p_value=p_value,
        method=used,
        name=name,
        label=label,
        null=null,
        effect=effect,
        n_units=int(frequencies.sum()),
        notes=(
            *ratings.notes,
            *((f"It does not show {ENDS_ONLY}.",) if apart else ()),
            *(() if rank else (STILL,)),
        ),
        limits=f"{ENDS_ONLY}; nor {NOT_SHOWN}" if apart else NOT_SHOWN,
    )


def _form(sums: FloatArray, precision: FloatArray) -> FloatArray:
    """Return the statistic of each set of sums, shape (n, n_occasions, n_dims)."""
    form: FloatArray = np.einsum("noi,ij,noj->n", sums, precision, sums)
    return form


def _reordered_p(
    rows: FloatArray,
    times: IntArray,
    precision: FloatArray,
    statistic: float,
    method: str,
    n_resamples: int,
    rng: np.random.Generator | int | None,
) -> tuple[float, str]:
    least = statistic * (1 - 1e-9) - 1e-9
    if method == "exact":
        found = _exact_tail(rows, times, precision, least)
        if found is not None:
            return found, method
    hits, generator = 0, as_generator(rng)
    for sums in _draws(rows, times, n_resamples, generator):
        hits += int((_form(sums, precision) >= least).sum())
    return monte_carlo_p(hits, n_resamples), falls_back(method, n_resamples)


def _orders(row: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """List the distinct orders of a unit's values, shape (n_orders, n_occasions, n_dims)."""
    return np.unique(
        np.array([row[list(order)] for order in permutations(range(len(row)))]), axis=0
    )


def _exact_tail(
    rows: FloatArray, times: IntArray, precision: FloatArray, least: float
) -> float | None:
    """Add the chances of all sums that reach the statistic; None where there are too many."""
    n_occasions, n_dims = rows.shape[1:]
    if n_occasions > MOST_OCCASIONS_LISTED:
        return None
    # centred values are multiples of one part of the occasions, ranks of half of it
    whole = np.rint(rows * 2 * n_occasions).astype(np.int64)
    code = _digit_weights(whole, times)
    if code is None:
        return None
    states: IntArray = np.zeros((1, n_occasions, n_dims), dtype=np.int64)
    chances: FloatArray = np.ones(1)
    effort = 0
    for row, count in zip(whole, times.tolist(), strict=True):
        orders = _orders(row)
        for _ in range(count):
            effort += len(states) * len(orders) * n_occasions * n_dims
            if effort > LARGEST_EFFORT:
                return None
            sums = (states[:, None] + orders).reshape(-1, n_occasions * n_dims)
            _, first, place = np.unique(sums @ code, return_index=True, return_inverse=True)
            weights = np.repeat(chances / len(orders), len(orders))
            chances = np.bincount(place, weights=weights).astype(np.float64)
            states = sums[first].reshape(-1, n_occasions, n_dims)
    reached = _form(states / (2.0 * n_occasions), precision) >= least
    return min(float(chances[reached].sum()), 1.0)


def _digit_weights(whole: IntArray, times: IntArray) -> IntArray | None:
    """Weigh the sums' entries so that each set of sums has a whole number of its own."""
    n_occasions, n_dims = whole.shape[1:]
    base = 2 * int(np.abs(whole).max(axis=(1, 2)) @ times) + 1
    # the last occasion follows from the others, and so does the last of several grades
    kept = (n_occasions - 1) * max(n_dims - 1, 1)
    if kept * np.log2(base) > 62:
        return None
    weights = np.zeros((n_occasions, n_dims), dtype=np.int64)
    powers = base ** np.arange(kept, dtype=np.int64)
    weights[:-1, : max(n_dims - 1, 1)] = powers.reshape(n_occasions - 1, -1)
    return weights.ravel()


def _draws(
    rows: FloatArray, times: IntArray, n_resamples: int, rng: np.random.Generator
) -> Iterator[FloatArray]:
    """Draw the sums with each unit's values in a random order."""
    n_occasions, n_dims = rows.shape[1:]
    listed = n_occasions <= MOST_OCCASIONS_LISTED
    units = int(times.sum())
    step = max(1, BLOCK // (n_occasions * n_dims * (1 if listed else units)))
    orders = [_orders(row) for row in rows] if listed else []
    for start in range(0, n_resamples, step):
        size = min(step, n_resamples - start)
        total: npt.NDArray[np.float64] = np.zeros((size, n_occasions, n_dims))
        if listed:
            for options, count in zip(orders, times.tolist(), strict=True):
                drawn = rng.multinomial(count, np.full(len(options), 1 / len(options)), size)
                total += np.tensordot(drawn, options, axes=1)
        else:
            every = np.repeat(rows, times, axis=0)
            keys = rng.random((size, units, n_occasions)).argsort(axis=2)
            total = every[np.arange(units)[None, :, None], keys].sum(axis=1)
        yield total
