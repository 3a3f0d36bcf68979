"""Raters who grade units more than once: agreement with themselves and with each other."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from itertools import chain, combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.containers import read_only
from ilacs_reliability._data.ratings import Ratings, RatingsLike
from ilacs_reliability._data.scales import FloatArray, Weights, agreement_weights
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.ingredients import Basis, Offer, Title, Value
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.listing import Estimates
from ilacs_reliability._results.undefined import left_unsaid
from ilacs_reliability._results.wording import left_out
from ilacs_reliability.agreement.formulas import (
    build_estimate,
    keep_raters,
    known_raters,
    only_patterns,
    patterns_of,
    smooth_parts,
)
from ilacs_reliability.agreement.reasons import lone_grade
from ilacs_reliability.agreement.studies import Origin, check_cells, coefficient_methods
from ilacs_reliability.error.remarks import by_appraisers
from ilacs_reliability.error.standards import Trials, appraisers

# chance agreement this close to 1 leaves nothing to be above
LEAST_ROOM = 1e-13
# pairs of columns, each set of them with the same weight
Sets = list[list[tuple[int, int]]]


def intra_rater_agreement(
    ratings: RatingsLike, *, trial: Trials = None, weights: Weights = "identity"
) -> Estimates:
    r"""Estimate how far raters agree with themselves, and with each other, beyond chance.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_columns)
        Grades of each unit, a column for each rater and trial; nan where one is missing.
    trial : int or mapping of hashable to sequence of hashable, optional
        Which columns are trials of one rater, as in `attribute_agreement`. Default: raters named by
        pairs (rater, trial) belong together, any others are a rater each.
    weights : str or array_like of float, shape (n_grades, n_grades), optional
        Credit for each pair of grades, as from `agreement_weights`. Default: exact agreement only.

    Returns
    -------
    Estimates
        Kappa of each rater's trials, under the rater's name; of all raters with themselves, under
        "within raters"; and, of two raters or more, of one with another, under "between raters".
        One without a value has status "undefined" and its reason, without a warning.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale, or `trial` is no number or mapping.
    ValueError
        If raters are anonymous, no rater has two trials, `trial` does not divide or list the
        columns, `weights` does not fit the scale, or there are too many grades and columns.

    See Also
    --------
    attribute_agreement : Shares of units graded alike in all trials, chance left in.
    group_agreement : Raters of one kind against those of another.
    icc : Of scores.

    Notes
    -----
    Cohen's observed and chance agreement of two trials, over the units that have both, are averaged
    over the pairs of trials of each rater, and then over raters, before kappa is taken of the
    averages; between raters over the pairs of a trial of either, and then over pairs of raters.
    Conger's kappa [1]_ averages so over pairs of raters.

    Raters who do not agree with themselves cannot agree with each other: only what is lost between
    raters beyond that is a difference of raters [2]_. All rest on one pattern table, so that
    `difference` with ``paired=True`` of "within raters" and "between raters" asks whether there is
    any. A second trial that remembers the first agrees too well: let time pass, and the order
    change.

    References
    ----------
    .. [1] A. J. Conger, "Integration and generalization of kappas for multiple raters",
           Psychological Bulletin 88 (1980), 322-328.
    .. [2] M. Haber, H. X. Barnhart, J. Song and J. Gruden, "Observer variability: a new approach in
           evaluating interobserver agreement", Journal of Data Science 3 (2005), 69-83.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> grades = [
    ...     [1, 1, 1, 1], [2, 2, 2, 1], [3, 3, 2, 2], [1, 1, 1, 2], [2, 2, 2, 2],
    ...     [3, 3, 3, 3], [1, 2, 1, 1], [2, 2, 3, 2],
    ... ]
    >>> found = ilr.intra_rater_agreement(grades, trial={"Ann": [0, 1], "Bob": [2, 3]})
    >>> {who: round(kappa.value, 3) for who, kappa in found.items()}
    {'Ann': 0.81, 'Bob': 0.415, 'within raters': 0.614, 'between raters': 0.418}
    """
    taken = known_raters(ratings, "intra_rater_agreement")
    columns = appraisers(taken, trial)
    repeated = {who: own for who, own in columns.items() if len(own) > 1}
    if not repeated:
        raise ValueError(
            "`trial` must say which columns are trials of one rater, but no rater of `ratings` has "
            "two."
        )
    own = {who: list(combinations(places, 2)) for who, places in repeated.items()}
    others = [
        [(i, j) for i in columns[first] for j in columns[second]]
        for first, second in combinations(columns, 2)
    ]
    n_pairs = max(sum(map(len, own.values())), sum(map(len, others)))
    sums = n_pairs * (2 + 2 * len(taken.scale))
    cells = float(sums * taken.frequencies.shape[-1])
    check_cells(taken, "intra_rater_agreement", steps=sums**2, nanoseconds=10.0, cells=cells)
    kind = weights if isinstance(weights, str) else "custom"
    credit = (agreement_weights(taken.scale, weights), kind)
    asked: list[tuple[Hashable, str, dict[Hashable, list[int]], Sets]] = [
        *((who, f"of the trials of {who}", {who: repeated[who]}, [own[who]]) for who in own),
        ("within raters", "within raters", repeated, list(own.values())),
    ]
    if others:
        asked.append(("between raters", "between raters", columns, others))
    with left_unsaid():
        entries = {
            key: replace(_kappa(taken, sets, credit, of), n_raters=len(who), by=by_appraisers(who))
            for key, of, who, sets in asked
        }
    return Estimates("intra_rater_agreement", "agreement", entries)


def _kappa(ratings: Ratings, sets: Sets, credit: tuple[FloatArray, str], of: str) -> Estimate:
    weights, kind = credit
    codes = patterns_of(ratings)
    pairs = [pair for members in sets for pair in members]
    enters = np.zeros(len(codes), dtype=bool)
    for i, j in pairs:
        enters |= (codes[:, i] >= 0) & (codes[:, j] >= 0)
    given = only_patterns(ratings, enters)
    asked = keep_raters(ratings, sorted(set(chain.from_iterable(pairs))))
    terms = np.column_stack([_terms(codes[:, pair], weights) for pair in pairs])
    sizes = tuple(map(len, sets))
    frequencies = given.frequencies.astype(np.float64, copy=False)
    formula = keyed(_of_sums, sizes=sizes, weights=weights)
    value, influence = smooth_parts(formula, terms, frequencies, given.table.rated)
    sums = frequencies @ terms
    with np.errstate(invalid="ignore", divide="ignore"):
        observed, expected = _parts(sums, sizes, weights)
        n_units: Any = given.sizes.rated
        value = np.where((1 - expected > LEAST_ROOM) & (n_units > 1), value, np.nan)
    label = f"kappa {of}"
    reason = "" if frequencies.ndim > 1 else _reason(given, n_units, value)
    left = float(np.max(ratings.sizes.rated - n_units)) if frequencies.ndim == 1 else 0.0
    notes = left_out(left, "without two ratings to compare")
    return build_estimate(
        given,
        Title(
            name="intra_rater_agreement",
            label=label if kind == "identity" else f"{label} ({kind} weights)",
            weights=kind,
        ),
        Value(
            value=value, influence=influence, observed=observed, expected=expected, reason=reason
        ),
        Basis(
            n_units=n_units,
            n_ratings=only_patterns(asked, enters).n_ratings,
            n_missing=asked.n_missing,
        ),
        Offer(
            methods=coefficient_methods(),
            within=(-np.inf, 1.0),
            origin=Origin(given, read_only(weights.view())),
        ),
        notes=notes,
    )


def _terms(codes: npt.NDArray[Any], weights: FloatArray) -> FloatArray:
    """Return what a unit of each pattern adds to the sums of a pair of columns."""
    q = len(weights)
    both = np.all(codes >= 0, axis=1)
    first, second = (
        ((codes[:, [side]] == np.arange(q)) & both[:, None]).astype(np.float64) for side in (0, 1)
    )
    agreement = np.vecdot(first @ weights, second)
    return np.column_stack([both.astype(np.float64), agreement, first, second])


def _of_sums(
    sums: npt.NDArray[Any], *, sizes: tuple[int, ...], weights: FloatArray
) -> npt.NDArray[Any]:
    observed, expected = _parts(sums, sizes, weights)
    kappa: npt.NDArray[Any] = (observed - expected) / (1 - expected)
    return kappa


def _parts(sums: npt.NDArray[Any], sizes: tuple[int, ...], weights: FloatArray) -> tuple[Any, Any]:
    """Return observed and chance agreement, averaged over the pairs of each set, then over sets."""
    q = len(weights)
    by_pair = sums.reshape(*sums.shape[:-1], sum(sizes), 2 + 2 * q)
    n = by_pair[..., 0]
    # a pair without a common unit says nothing
    known = n.real > 0
    units = np.where(known, n, 1.0)
    first, second = by_pair[..., 2 : 2 + q], by_pair[..., 2 + q :]
    parts = by_pair[..., 1] / units, ((first @ weights) * second).sum(axis=-1) / units**2
    share = _shares(known, sizes)
    return (share * parts[0]).sum(axis=-1), (share * parts[1]).sum(axis=-1)


def _shares(known: npt.NDArray[np.bool_], sizes: tuple[int, ...]) -> FloatArray:
    """Return the weight of each pair: the same for each set with any, and within it for each."""
    starts = np.cumsum([0, *sizes[:-1]])
    per_set = np.add.reduceat(known.astype(np.float64), starts, axis=-1)
    n_sets = (per_set > 0).sum(axis=-1, keepdims=True)
    each = np.where(per_set > 0, 1.0 / np.maximum(per_set, 1.0), 0.0) / n_sets
    shares: FloatArray = np.repeat(each, sizes, axis=-1) * known
    return shares


def _reason(ratings: Ratings, n_units: Any, value: FloatArray) -> str:
    if not n_units > 1:
        return "single_unit" if n_units == 1 else "no_pairable_units"
    if np.isnan(value):
        return "no_variation" if lone_grade(ratings) else "full_credit"
    return ""
