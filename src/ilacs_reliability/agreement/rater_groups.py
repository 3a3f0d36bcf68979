"""Groups of raters, such as people and models: agreement within each and between each two."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, combinations
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import check_listing, check_mapping, check_option, told
from ilacs_reliability._checks.containers import read_only
from ilacs_reliability._checks.names import columns_in_words, shown
from ilacs_reliability._data.ratings import Ratings, RatingsLike
from ilacs_reliability._data.scales import FloatArray, Weights, agreement_weights
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.ingredients import Basis, Offer, Title, Value
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.listing import Estimates
from ilacs_reliability._results.undefined import left_unsaid
from ilacs_reliability.agreement.coefficients import LEAST_ROOM, conger_kappa
from ilacs_reliability.agreement.formulas import (
    build_estimate,
    column_of,
    keep_raters,
    known_raters,
    only_patterns,
    patterns_of,
    smooth_parts,
)
from ilacs_reliability.agreement.ranges import coefficient_range
from ilacs_reliability.agreement.reasons import lone_grade
from ilacs_reliability.agreement.spoken_notes import not_by_both
from ilacs_reliability.agreement.studies import Origin, check_cells, coefficient_methods
from ilacs_reliability.agreement.titles import between_groups, within_group

Between: TypeAlias = Literal["schouten", "vanbelle_albert"]
BETWEEN: tuple[str, ...] = get_args(Between)
# sums of a study before those of its raters: units, their agreement, the most that they could have
SUMS = 3


def group_agreement(
    ratings: RatingsLike,
    groups: Mapping[Hashable, Sequence[Hashable]],
    *,
    weights: Weights = "identity",
    between: Between = "schouten",
) -> Estimates:
    r"""Estimate how far groups of raters, such as people and models, agree within and between.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing.
    groups : mapping of hashable to sequence of hashable
        The raters of each group, two groups or more, each rater in one at most: columns of the
        ratings, from 0, or names, as `Ratings.select_raters` takes them.
    weights : str or array_like of float, shape (n_grades, n_grades), optional
        Credit for each pair of grades, as from `agreement_weights`. Default: exact agreement only.
    between : {"schouten", "vanbelle_albert"}, optional
        Whether agreement between two groups is held against raters who all agree, or against the
        most that the disagreement within the groups leaves. Default: "schouten".

    Returns
    -------
    Estimates
        Under ``(group, group)`` Conger's kappa within each group of two raters or more, under
        ``(group, other)`` kappa between each two. One without a value has status "undefined" and
        its reason, without a warning.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale, or `groups` is no mapping to lists of raters.
    ValueError
        If raters are anonymous, there are fewer than two groups, one is empty, a rater is unknown
        or in two, `weights` does not fit the scale, or there are too many grades and raters.

    See Also
    --------
    pairwise_agreement : Each rater with each.
    consensus_agreement : Each rater with the consensus of others.
    agreement_with_standard : Each rater with what is known, or with one of them.
    conger_kappa : All raters as one group.

    Notes
    -----
    Between groups g and h, :math:`\kappa_{gh} = (p_a - p_e) / (1 - p_e)` with :math:`p_a` the
    average credit of a rating of g with one of h of the same unit, and :math:`p_e = \bar P_g' W
    \bar P_h`, where :math:`\bar P_g` averages the shares of grades over the raters of g [1]_: the
    average of Cohen's observed and of his chance agreement over all pairs of a rater of g and one
    of h. "vanbelle_albert" puts in place of 1 the average over units of the greater of
    :math:`P_{ig}' W P_{ig}` and :math:`P_{ih}' W P_{ih}`, with the shares of a unit's grades in
    either group [2]_: it is 1 where both groups share out their grades alike in each unit, however
    much they disagree within. A unit without a rating by both groups does not enter.

    All rest on one pattern table, so that `difference` with ``paired=True`` asks whether a group
    agrees with itself as it does with another, and `equal_agreement_test` whether several are
    equal. Where models agree with people as people do with each other, they can stand in for one
    of them, as far as these units show.

    References
    ----------
    .. [1] H. J. A. Schouten, "Measuring pairwise interobserver agreement when all subjects are
           judged by the same observers", Statistica Neerlandica 36 (1982), 45-61.
    .. [2] S. Vanbelle and A. Albert, "Agreement between two independent groups of raters",
           Psychometrika 74 (2009), 477-491.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> grades = [
    ...     [1, 1, 1, 1, 1], [2, 2, 2, 2, 1], [3, 3, 2, 3, 3], [1, 2, 1, 1, 2], [2, 2, 2, 3, 2],
    ...     [3, 3, 3, 3, 3], [1, 1, 1, 2, 2], [2, 3, 2, 2, 3],
    ... ]
    >>> groups = {"people": [0, 1, 2], "models": [3, 4]}
    >>> found = ilr.group_agreement(grades, groups, weights="linear")
    >>> {names: round(kappa.value, 3) for names, kappa in found.items()}
    {('people', 'people'): 0.7, ('models', 'models'): 0.407, ('people', 'models'): 0.512}
    >>> gap = ilr.difference(found["people", "people"], found["people", "models"], paired=True)
    >>> round(gap.value, 3)
    0.188
    """
    check_option(between, BETWEEN, "between")
    taken = known_raters(ratings, "group_agreement")
    columns = _columns(taken, groups)
    kind = weights if isinstance(weights, str) else "custom"
    q, m = len(taken.scale), taken.n_raters
    cells = float(len(taken.frequencies.T) * m * q)
    check_cells(taken, "group_agreement", steps=(m * q) ** 2, nanoseconds=10.0, cells=cells)
    credit = agreement_weights(taken.scale, weights)
    found: dict[Hashable, Estimate] = {}
    with left_unsaid():
        for name, own in columns.items():
            if len(own) > 1:
                found[name, name] = _within(keep_raters(taken, own), weights, name)
        for pair in combinations(columns, 2):
            chosen = [columns[name] for name in pair]
            found[pair] = _between(taken, chosen, (credit, kind), between, pair)
    return Estimates("group_agreement", "groups", found)


def _columns(ratings: Ratings, groups: Any) -> dict[Hashable, list[int]]:
    """Return the columns of each group's raters."""
    check_mapping(groups, "groups", of="groups to lists of raters")
    if len(groups) < 2:
        raise ValueError(f"`groups` must hold two groups or more, but got {told(groups)}.")
    found: dict[Hashable, list[int]] = {}
    for name, raters in groups.items():
        check_listing(raters, "groups", of="raters for each group")
        found[name] = [_column(ratings, rater, name) for rater in raters]
        if not found[name]:
            raise ValueError(
                f"`groups` must hold raters for each group, but {told(name)} has none."
            )
    used = list(chain.from_iterable(found.values()))
    if len(set(used)) < len(used):
        raise ValueError(f"`groups` must hold each rater once, but got {told(groups)}.")
    return found


def _column(ratings: Ratings, rater: Any, name: Hashable) -> int:
    column = column_of(ratings, rater)
    if column is None:
        named = "have no names" if ratings.raters is None else f"are {shown(ratings.raters)}"
        raise ValueError(
            f"`groups` must hold raters as {columns_in_words(ratings.raters, ratings.n_raters)}, "
            f"but got {told(rater)} in {told(name)}; the raters {named}."
        )
    return column


def _within(ratings: Ratings, weights: Weights, name: Hashable) -> Estimate:
    kappa = conger_kappa(ratings, weights=weights)
    return replace(kappa, label=within_group(kappa.label, name))


def _between(
    ratings: Ratings,
    columns: list[list[int]],
    credit: tuple[FloatArray, str],
    rule: Between,
    names: tuple[Hashable, ...],
) -> Estimate:
    weights, kind = credit
    asked, first = keep_raters(ratings, chain.from_iterable(columns)), len(columns[0])
    given, notes = _with_both(asked, first)
    frequencies = given.frequencies.astype(np.float64, copy=False)
    terms = _terms(given, first, weights, rule)
    formula = keyed(_kappa, first=first, weights=weights)
    value, influence = smooth_parts(formula, terms, frequencies, given.table.rated)
    sums = frequencies @ terms
    with np.errstate(invalid="ignore", divide="ignore"):
        observed, most, expected = _parts(sums, first, weights)
        value = np.where((most - expected > LEAST_ROOM) & (sums[..., 0] > 1), value, np.nan)
    return build_estimate(
        given,
        Title(
            name="group_agreement",
            label=between_groups(rule, names, kind),
            weights=kind,
        ),
        Value(
            value=value,
            influence=influence,
            # on the scale on which chance leaves room up to 1
            observed=observed if rule == "schouten" else value * (1 - expected) + expected,
            expected=expected,
            reason="" if frequencies.ndim > 1 else _reason(given, sums, value),
        ),
        Basis(n_units=given.sizes.rated, n_missing=asked.n_missing),
        Offer(
            methods=coefficient_methods(),
            within=(_least(given, weights, rule), 1.0),
            origin=Origin(given, read_only(weights.view())),
        ),
        notes=notes,
    )


def _with_both(ratings: Ratings, first: int) -> tuple[Ratings, tuple[str, ...]]:
    """Empty the patterns that one of two groups did not rate; say how many units that are."""
    given = patterns_of(ratings) >= 0
    both = np.any(given[:, :first], axis=1) & np.any(given[:, first:], axis=1)
    kept = only_patterns(ratings, both)
    if ratings.frequencies.ndim > 1:
        return kept, ()
    left = float(ratings.frequencies @ ~both)
    return kept, not_by_both(left)


def _terms(ratings: Ratings, first: int, weights: FloatArray, rule: Between) -> FloatArray:
    """Return what a unit of each pattern adds to each sum, shape (n_patterns, n_sums)."""
    codes, q = patterns_of(ratings), len(weights)
    enters = ratings.table.rated
    given = (codes[:, :, None] == np.arange(q)).astype(np.float64)
    shares = [
        part.sum(axis=1) / np.maximum(part.sum(axis=(1, 2)), 1)[:, None]
        for part in (given[:, :first], given[:, first:])
    ]
    own = [np.vecdot(share @ weights, share) for share in shares]
    most = np.maximum(*own) if rule == "vanbelle_albert" else enters
    agreement = np.vecdot(shares[0] @ weights, shares[1])
    rated = (codes >= 0).astype(np.float64)
    by_rater = given.reshape(len(codes), -1)
    return np.column_stack([enters, agreement, most, rated, by_rater])


def _kappa(sums: npt.NDArray[Any], *, first: int, weights: FloatArray) -> npt.NDArray[Any]:
    observed, most, expected = _parts(sums, first, weights)
    kappa: npt.NDArray[Any] = (observed - expected) / (most - expected)
    return kappa


def _parts(sums: npt.NDArray[Any], first: int, weights: FloatArray) -> tuple[Any, Any, Any]:
    """Return the agreement between two groups, the most there could be, and that by chance."""
    q = len(weights)
    m = (sums.shape[-1] - SUMS) // (q + 1)
    observed, most = sums[..., 1] / sums[..., 0], sums[..., 2] / sums[..., 0]
    n_by = sums[..., SUMS : SUMS + m]
    counts = sums[..., SUMS + m :].reshape(*n_by.shape, q)
    # a rater who rated none of these units has no shares
    rated = n_by.real > 0
    shares = counts / np.where(rated, n_by, 1.0)[..., None]
    means = [
        shares[..., part, :].sum(axis=-2) / rated[..., part].sum(axis=-1)[..., None]
        for part in (slice(None, first), slice(first, None))
    ]
    return observed, most, ((means[0] @ weights) * means[1]).sum(axis=-1)


def _least(ratings: Ratings, weights: FloatArray, rule: Between) -> float:
    """Return the least that kappa between groups can be: that of a pair, of which it is a mean."""
    codes = patterns_of(ratings)[ratings.table.rated > 0]
    if rule != "schouten" or (codes < 0).any():
        return -np.inf
    return float(coefficient_range("cohen_kappa", weights, 2)[0])


def _reason(ratings: Ratings, sums: FloatArray, value: FloatArray) -> str:
    if not sums[0] > 1:
        return "single_unit" if sums[0] == 1 else "no_pairable_units"
    if np.isnan(value):
        return "no_variation" if lone_grade(ratings) else "full_credit"
    return ""
