"""Does the difference between two groups change from stratum to stratum?"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from math import prod
from typing import Literal, TypeAlias

import numpy as np
from scipy import special

from ilacs_reliability.comparison.effects import placements, relative_effect
from ilacs_reliability.comparison.exact import log_choose
from ilacs_reliability.comparison.groups import (
    NOT_SHOWN_BY_P,
    SharedGrades,
    shared_grades,
    undefined_test,
)
from ilacs_reliability.comparison.proportions import CutGroups, cut_groups, risk_difference
from ilacs_reliability.estimates import Estimate, IntArray, SignificanceResult, check_option
from ilacs_reliability.inference import difference
from ilacs_reliability.tables import GradesLike, GroupedGrades

VariationMethod: TypeAlias = Literal["exact", "asymptotic"]
MOST_TABLES = 5_000_000


def heterogeneity(
    grades: GradesLike,
    *,
    at_least: Hashable | None = None,
    at_most: Hashable | None = None,
    method: VariationMethod | None = None,
) -> SignificanceResult:
    """Test whether the difference between two groups is the same in every stratum.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape (n_strata, 2, n_grades)
        Units by group and grade, worst grade first, strata in their order. Strata that hold one
        group only do not enter, and a note says what share of units that is.
    at_least, at_most : hashable, optional
        A cut between grades: then odds ratios are compared. Default: none, and relative effects
        are compared, unless there are two grades.
    method : {"exact", "asymptotic"}, optional
        "exact" is for odds ratios only, and gives way to "asymptotic" where there are too many
        tables; the result says so. Default: "exact" with a cut, else "asymptotic".

    Returns
    -------
    SignificanceResult
        The effect is the difference between the last stratum and the first, of the relative
        effects or of the differences in shares at the cut.

    Raises
    ------
    ValueError
        If there are not exactly two groups, only one stratum holds both, "exact" is asked for
        without a cut, or the cut is none.

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum holds both groups. The p-value is then nan.

    See Also
    --------
    stratified_relative_effect : The average, which does not hang on this test.
    jonckheere : A trend over ordered groups.

    Notes
    -----
    With a cut: Zelen's exact test of a common odds ratio [1]_, given all margins, which adds up
    the tables no more likely than the one seen. Without: Cochran's Q of the relative effects [2]_,
    chi-square with one degree of freedom less than strata; where a stratum shows no spread, that
    of a Beta distribution for the pairs that share no unit. With few units such a test misses
    large differences: a large p-value does not show a common effect.

    References
    ----------
    .. [1] M. Zelen, "The analysis of several 2 x 2 contingency tables", Biometrika 58 (1971),
           129-137.
    .. [2] W. G. Cochran, "The combination of estimates from different experiments", Biometrics 10
           (1954), 101-129.

    Examples
    --------
    Declined or not, by kind of inspection, in small, middle and large authorities:

    >>> import ilacs_reliability as ilr
    >>> declined = ilr.grades_from_table(
    ...     [[[2, 45], [4, 0]], [[4, 34], [6, 1]], [[9, 28], [0, 8]]],
    ...     groups=("short", "standard"),
    ...     strata=("small", "middle", "large"),
    ... )
    >>> ilr.heterogeneity(declined)
    SignificanceResult(heterogeneity, exact: p < 0.0001, statistic=4.589e-06, n_units=141)
    """
    check_option(method, ("exact", "asymptotic", None), "method")  # type: ignore[arg-type]
    has_cut = at_least is not None or at_most is not None
    shared = shared_grades(grades, n_groups=2)
    binary = has_cut or len(shared.scale) == 2
    chosen = method or ("exact" if binary else "asymptotic")
    if chosen == "exact" and not binary:
        raise ValueError("`method` 'exact' compares odds ratios: give `at_least` or `at_most`.")
    label = "test of heterogeneity"
    if shared.reason:
        return undefined_test(shared, shared.reason, name="heterogeneity", label=label)
    if len(shared.strata) < 2:
        raise ValueError(
            "`grades` must have two or more strata that hold both groups, but only "
            f"{shared.strata[0]} does."
        )
    cut = cut_groups(grades, at_least=at_least, at_most=at_most, pool=False) if binary else None
    found = _zelen(cut) if cut is not None and chosen == "exact" else None
    tables = shared.counts if cut is None else cut.tables
    statistic, p_value, df = found or _cochran_q(tables)
    if found:
        measure = "odds ratio"
    else:
        measure, chosen = "relative effect" if cut is None else "difference in shares", "asymptotic"
    return SignificanceResult(
        statistic=statistic,
        df=df,
        p_value=p_value,
        method=chosen,
        name="heterogeneity",
        label=label,
        null=f"the {measure} is the same in every stratum",
        effect=_last_minus_first(shared, at_least, at_most, binary=binary),
        n_units=shared.n_units,
        notes=shared.notes,
        limits=NOT_SHOWN_BY_P,
    )


def _zelen(cut: CutGroups) -> tuple[float, float, None] | None:
    """Return the probability of the tables seen, given all margins, and Zelen's p-value."""
    logs, seen = [], []
    for (no1, yes1), (no2, yes2) in cut.tables.tolist():
        n1, n2, yes = no1 + yes1, no2 + yes2, yes1 + yes2
        low, high = max(0, yes - n1), min(n2, yes)
        taken = np.arange(low, high + 1)
        logs.append(log_choose(np.asarray(n2), taken) + log_choose(np.asarray(n1), yes - taken))
        seen.append(yes2 - low)
    if prod(len(log) for log in logs) > MOST_TABLES:
        return None
    totals, weights = np.zeros(1, dtype=np.int64), np.zeros(1)
    for log in logs:
        totals = (totals[:, None] + np.arange(len(log))).ravel()
        weights = (weights[:, None] + log).ravel()
    weights = weights[totals == sum(seen)]
    own = sum(float(log[place]) for log, place in zip(logs, seen, strict=True))
    chances = np.exp(weights - special.logsumexp(weights))
    observed = float(np.exp(own - special.logsumexp(weights)))
    p_value = min(1.0, float(chances[chances <= observed * (1 + 1e-9)].sum()))
    return observed, p_value, None


def _cochran_q(tables: IntArray) -> tuple[float, float, float]:
    """Return Cochran's Q of the strata's relative effects."""
    parts = placements(tables)
    variances = parts.variances.sum(axis=-1)
    n_pairs = parts.sizes.min(axis=-1)
    # Jeffreys' variance of a share of the pairs that share no unit
    a, b = n_pairs * parts.value + 0.5, n_pairs * (1 - parts.value) + 0.5
    smooth = a * b / ((a + b) ** 2 * (a + b + 1))
    weights = 1 / np.where(variances > 0, variances, smooth)
    centre = (weights @ parts.value) / weights.sum()
    statistic = float(weights @ (parts.value - centre) ** 2)
    df = float(len(weights) - 1)
    return statistic, float(special.chdtrc(df, statistic)), df


def _last_minus_first(
    shared: SharedGrades, at_least: Hashable | None, at_most: Hashable | None, *, binary: bool
) -> Estimate:
    ends = []
    for place in (-1, 0):
        stratum = GroupedGrades(
            counts=shared.counts[place][None],
            scale=shared.scale,
            groups=shared.groups,
            strata=(shared.strata[place],),
        )
        ends.append(
            risk_difference(stratum, at_least=at_least, at_most=at_most)
            if binary
            else relative_effect(stratum)
        )
    gap = difference(*ends, paired=False)
    label = f"{ends[0].label}: stratum {shared.strata[-1]} minus stratum {shared.strata[0]}"
    return replace(gap, label=label, notes=shared.notes, limits=NOT_SHOWN_BY_P)
