"""Odds and rank correlations made of pairs of units from different groups."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, TypeAlias

import numpy as np

from ilacs_reliability._checks.arguments import check_option
from ilacs_reliability._data.tables import GradesLike
from ilacs_reliability._inference.shrinkage import absolute_spread
from ilacs_reliability._results.estimates import Estimate, FloatArray, IntArray
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.named_limits import Limits, name_of, under_name
from ilacs_reliability.comparison.effects import (
    Placements,
    effect_of_pairs,
    pair_methods,
    placements,
    spread_of_pairs,
)
from ilacs_reliability.comparison.groups import (
    SharedGrades,
    influence_of_groups,
    named,
    phrase_of_groups,
    shared_grades,
    undefined_estimate,
)
from ilacs_reliability.comparison.in_words import NOT_SHOWN, generalised_odds_label, trend_label
from ilacs_reliability.comparison.limits import holding

Ties: TypeAlias = Literal["split", "dropped"]
Given: TypeAlias = Literal["group", "grade"]


def generalised_odds(grades: GradesLike, *, ties: Ties = "split") -> Estimate:
    """Estimate the odds that a unit of the second group is graded above one of the first.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] 2, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter;
        the others are added up, and notes say both.
    ties : {"split", "dropped"}, optional
        Whether a pair with equal grades counts half for each side, or not at all. Default:
        "split".

    Returns
    -------
    Estimate
        1 where neither group tends to be graded higher; infinite under complete separation.
        Intervals "shrunk" (the default), "logit" (on the log odds), "t", "normal" and "jeffreys",
        as in `relative_effect`.

    Raises
    ------
    ValueError
        If there are not exactly two groups, or `ties` is unknown.

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum holds both groups, or ties are dropped and every pair is tied. The value is
        then nan.

    See Also
    --------
    relative_effect : The same as a probability.
    odds_ratio : At a single cut.

    Notes
    -----
    "dropped" is Agresti's generalised odds ratio [1]_, "split" the form of O'Brien and Castelloe
    [2]_: the more ties, the nearer it is to 1.

    References
    ----------
    .. [1] A. Agresti, "Generalized odds ratios for ordinal data", Biometrics 36 (1980), 59-67.
    .. [2] R. G. O'Brien and J. Castelloe, "Exploiting the link between the Wilcoxon-Mann-Whitney
           test and a simple odds statistic", SAS Users Group International 31 (2006), paper 209.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = [[3, 8, 45, 39], [4, 6, 5, 3]]
    >>> round(ilr.generalised_odds(table).value, 4)
    0.3486
    >>> round(ilr.generalised_odds(table, ties="dropped").value, 4)
    0.2259
    """
    check_option(ties, ("split", "dropped"), "ties")
    shared = shared_grades(grades, n_groups=2, pool=True)
    first, second = phrase_of_groups(shared)
    label = generalised_odds_label(first, second, ties)
    if shared.reason:
        return undefined_estimate(shared, shared.reason, name="generalised_odds", label=label)
    parts, untied = _untied(shared.pooled, ties)
    if not untied > 0:
        return undefined_estimate(shared, "no_variation", name="generalised_odds", label=label)
    share = float(parts.value)
    methods, notes = pair_methods(parts, n_pairs=max(1.0, np.floor(parts.sizes.min() * untied)))
    slope = 1 / (1 - share) ** 2 if share < 1 else float("nan")
    return Estimate(
        value=_odds(share),
        name="generalised_odds",
        label=label,
        frequencies=shared.pooled.ravel(),
        influence_source=slope * influence_of_groups(shared.pooled, parts.deviations),
        n_units=shared.n_units,
        methods_source=tuple(
            (name, keyed(_odds_limits, limits=limits)) for name, limits in methods
        ),
        notes=(*shared.notes, *notes),
        limits=NOT_SHOWN,
    )


def somers_d(grades: GradesLike, *, given: Given = "group") -> Estimate:
    """Estimate Somers' D between ordered groups and grades.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] n_groups, n_grades)
        Units by group and grade, groups in their order, worst grade first. Strata that hold one
        group only do not enter; the others are added up, and notes say both.
    given : {"group", "grade"}, optional
        What is held: of pairs of units that differ in it, how many more agree in order than
        disagree. Default: "group", so that the grade depends on the group.

    Returns
    -------
    Estimate
        -1 to 1; 0 without a trend. Intervals "shrunk" (the default), "logit", "t", "normal" and
        "jeffreys", as in `relative_effect` on the scale from 0 to 1.

    Raises
    ------
    ValueError
        If there are fewer than two groups, or `given` is unknown.

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum holds two groups, or every grade is the same and `given` is "grade". The
        value is then nan.

    See Also
    --------
    jonckheere : The test of such a trend.
    cliffs_delta : What this is for two groups.

    Notes
    -----
    Somers' asymmetric coefficient [1]_. Given two groups it is Cliff's delta, with fixed group
    sizes; otherwise the standard error is the delta method's over units [2]_.

    References
    ----------
    .. [1] R. H. Somers, "A new asymmetric measure of association for ordinal variables", American
           Sociological Review 27 (1962), 799-811.
    .. [2] M. B. Brown and J. K. Benedetti, "Sampling behavior of tests for correlation in two-way
           contingency tables", Journal of the American Statistical Association 72 (1977), 309-315.

    Examples
    --------
    Previously good or outstanding authorities at a short inspection, small, middle and large
    ones, by whether they declined:

    >>> import ilacs_reliability as ilr
    >>> ilr.somers_d([[2, 45], [4, 34], [9, 28]])
    Estimate(somers_d = -0.1328, n_units=122, 95% shrunk -0.2315 to -0.0322)
    """
    check_option(given, ("group", "grade"), "given")
    shared = shared_grades(grades, pool=True)
    first, last = named(shared.groups[0]), named(shared.groups[-1])
    label = trend_label(first, last, given)
    if not shared.reason and len(shared.groups) == 2 and given == "group":
        return effect_of_pairs(shared, name="somers_d", label=label, slope=2.0, intercept=-1.0)
    reason = shared.reason
    if not reason and given == "grade" and (shared.pooled.sum(axis=0) > 0).sum() < 2:
        reason = "no_variation"
    if reason:
        return undefined_estimate(shared, reason, name="somers_d", label=label)
    return _trend(shared, given, label)


def _trend(shared: SharedGrades, given: Given, label: str) -> Estimate:
    counts = shared.pooled
    value, deviations = _ordered_pairs(counts, given)
    n = shared.n_units
    halves = deviations.ravel() / 2
    variance = (counts.ravel() * halves**2).sum() / (n - 1) / n if n > 1 else np.nan
    sizes = counts.sum(axis=1)
    smallest = float(sizes[sizes > 0].min())
    # the whole table is one sample of n units: its variance stands in the first place
    parts = Placements(
        value=(value + 1) / 2,
        variances=np.array([0.0 if variance < 1e-28 else variance, 0.0]),
        deviations=deviations,
        sizes=np.array([n, np.inf]),
        spreads=np.array([float(absolute_spread(halves, counts.ravel().astype(float))), 0.0]),
        reach=n / smallest,
    )
    methods, notes = pair_methods(parts, n_pairs=smallest)
    return Estimate(
        value=value,
        name="somers_d",
        label=label,
        frequencies=counts.ravel(),
        influence_source=deviations.ravel(),
        n_units=n,
        methods_source=tuple((name, keyed(_doubled, limits=limits)) for name, limits in methods),
        notes=(*shared.notes, *notes),
        limits=NOT_SHOWN,
    )


def _ordered_pairs(counts: IntArray, given: Given) -> tuple[float, FloatArray]:
    """Return Somers' D and the influence of a unit of each cell."""
    table = counts.astype(np.float64)
    n = table.sum()
    corner = np.pad(table.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    rows, columns = corner[1:, -1:], corner[-1:, 1:]
    above_left = corner[:-1, :-1]
    below_right = n - rows - columns + corner[1:, 1:]
    above_right = corner[:-1, -1:] - corner[:-1, 1:]
    below_left = corner[-1:, :-1] - corner[1:, :-1]
    surplus = above_left + below_right - above_right - below_left
    own = table.sum(axis=1, keepdims=True) if given == "group" else table.sum(axis=0)[None]
    untied = np.broadcast_to(n - own, table.shape)
    total = (table * untied).sum()
    value = float((table * surplus).sum() / total)
    # each unit enters as either member of a pair, hence twice
    return value, 2 * n * (surplus - value * untied) / total


def _untied(counts: IntArray, ties: Ties) -> tuple[Placements, float]:
    """Return the share of pairs won by the second group, and the share of pairs that count."""
    parts = placements(counts)
    if ties == "split":
        return parts, 1.0
    shares = counts / counts.sum(axis=1, keepdims=True)
    equal = float((shares[0] * shares[1]).sum())
    if equal >= 1.0 - 1e-12:
        return parts, 0.0
    untied = 1.0 - equal
    won = (float(parts.value) - equal / 2) / untied
    # d won = (d effect - d equal / 2 + won d equal) / untied
    pulls = shares[::-1] - equal
    deviations = (parts.deviations + (won - 0.5) * pulls) / untied
    # whole pairs say where rounding would leave all but none, or next to none
    first, second = np.asarray(counts[0], dtype=object), np.asarray(counts[1], dtype=object)
    below = np.cumsum(first) - first
    lost = np.cumsum(second) - second
    won = 1.0 if not (first * lost).sum() else min(max(won, 0.0), 1.0)
    won = 0.0 if not (second * below).sum() else won
    parts = spread_of_pairs(counts.astype(np.float64), np.float64(won), deviations)
    return replace(parts, reach=1 / untied), untied


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else float("inf")


def _odds_limits(estimate: Estimate, confidence_level: float, *, limits: Any) -> Limits:
    found = limits(confidence_level)
    low, high = found
    return under_name(*holding((_odds(low), _odds(high)), estimate.value), name_of(found))


def _doubled(estimate: Estimate, confidence_level: float, *, limits: Any) -> Limits:
    found = limits(confidence_level)
    low, high = found
    return under_name(*holding((2 * low - 1, 2 * high - 1), estimate.value), name_of(found))
