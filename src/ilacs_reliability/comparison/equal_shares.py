"""Tests of whether two groups have the same share at or beyond a grade."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np
from scipy import special

from ilacs_reliability._checks.arguments import check_option
from ilacs_reliability._data.scales import IntArray
from ilacs_reliability._data.tables import GradesLike
from ilacs_reliability._results.estimates import Alternative, Estimate, SignificanceResult
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability.comparison.groups import phrase_of_groups, undefined_test
from ilacs_reliability.comparison.in_words import (
    NOT_SHOWN_BY_P,
    another_method,
    equal_shares_label,
    gap_in_share,
    shares_alike,
)
from ilacs_reliability.comparison.limits import Pair, difference_score
from ilacs_reliability.comparison.proportions import (
    CutGroups,
    cut_groups,
    difference_of_shares,
)
from ilacs_reliability.comparison.ratios import conditional_family, is_listable, odds_ratio_of
from ilacs_reliability.comparison.tilted import tails_for
from ilacs_reliability.comparison.unconditional import (
    MOST_INVERTED,
    MOST_TABLES,
    Inverted,
    unconditional_p_value,
)

# SciPy's Fisher test takes products of counts as 64-bit numbers
MOST_UNITS = 2_000_000_000
ALTERNATIVES = ("two-sided", "less", "greater")
ProportionMethod: TypeAlias = Literal["fisher", "boschloo", "barnard", "score"]


def two_proportions(
    grades: GradesLike,
    *,
    at_least: Hashable | None = None,
    at_most: Hashable | None = None,
    method: ProportionMethod = "fisher",
    alternative: Alternative = "two-sided",
) -> SignificanceResult:
    """Test whether two groups have the same share at or beyond a grade.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] 2, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter;
        the others are added up for the test, and notes say both.
    at_least, at_most : hashable, optional
        The lowest grade that counts, or the highest. One of the two, unless there are two grades:
        then the better one counts.
    method : {"fisher", "boschloo", "barnard", "score"}, optional
        Exact tests given both margins (through SciPy), or given the group sizes and the
        most unfavourable common share; or Miettinen and Nurminen's score. Default: "fisher".
    alternative : {"two-sided", "less", "greater"}, optional
        "greater": the second group has the larger share. Default: "two-sided".

    Returns
    -------
    SignificanceResult
        With the odds ratio (second group over first) for "fisher", else with the difference in
        shares (second minus first), and as its first interval one of the same method as the
        p-value: it leaves 1, or 0, out exactly where the two-sided p-value is at most 0.05, or the
        one-sided p-value at most 0.025. Where every unit is on one side of the cut there is no odds
        ratio and the difference stands in for it, with the interval "midp" after "fisher" and
        "barnard" after "boschloo", which a note says.

    Raises
    ------
    ValueError
        If there are not exactly two groups, an option is unknown, neither or both of `at_least`
        and `at_most` are given, every grade would count, or the groups are too large for the method
        ("boschloo" and "barnard" take about 2000 units a group).

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum holds both groups. The p-value is then nan.

    See Also
    --------
    ordinal_noninferiority : Whether a share is worse by more than a margin.

    Notes
    -----
    Fisher [1]_; Boschloo [2]_, whose tables are ordered by Fisher's one-sided p-value and whose
    two-sided p-value is twice the smaller; Barnard [3]_, ordered by the pooled score. The worst
    common share is looked for on a grid and then more closely. Where every unit is on one side of
    the cut p is 1.

    The intervals: "fisher" are limits of the odds ratio from the two tails of the noncentral
    hypergeometric distribution, the error split between the tails as the two-sided test, for which
    less likely tables are more extreme, splits it given these margins, anew at each level, so that
    limits at two levels need not be nested; after a one-sided test it is the equal-tailed interval
    "exact" of `odds_ratio`. "boschloo", and "barnard" after a one-sided test, leave an equal error
    on either side: each limit is the last difference that the one-sided score test [4]_ does not
    reject at the most unfavourable shares [5]_, or, where that lies on the other side of 0 than the
    test says, the last that the test's own order of tables does not, and which need not lie beyond
    those of lower levels. "barnard" after a two-sided test holds every difference whose score test
    [4]_ is not significant at the most unfavourable shares [5]_; where these differences leave a
    gap the interval spans it, so that it may hold 0 although the p-value is just below. In groups
    of more than about 200 units inverting would take too long, and a note says that the interval is
    of another method.

    References
    ----------
    .. [1] R. A. Fisher, "The logic of inductive inference", Journal of the Royal Statistical
           Society 98 (1935), 39-82.
    .. [2] R. D. Boschloo, "Raised conditional level of significance for the 2 x 2 table when
           testing the equality of two probabilities", Statistica Neerlandica 24 (1970), 1-9.
    .. [3] G. A. Barnard, "Significance tests for 2 x 2 tables", Biometrika 34 (1947), 123-138.
    .. [4] O. Miettinen and M. Nurminen, "Comparative analysis of two rates", Statistics in
           Medicine 4 (1985), 213-226.
    .. [5] A. Agresti and Y. Min, "On small-sample confidence intervals for parameters in discrete
           distributions", Biometrics 57 (2001), 963-971.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.two_proportions([[11, 84], [10, 8]])
    SignificanceResult(two_proportions, fisher: p = 0.0001..., statistic=0.1048, n_units=113)
    """
    check_option(method, ("fisher", "boschloo", "barnard", "score"), "method")
    check_option(alternative, ALTERNATIVES, "alternative")
    cut = cut_groups(grades, at_least=at_least, at_most=at_most)
    label = equal_shares_label(cut.phrase)
    if cut.shared.reason:
        return undefined_test(
            cut.shared,
            cut.shared.reason,
            name="two_proportions",
            label=label,
            alternative=alternative,
        )
    # the test adds the strata up, and so does its effect
    cut = _added_up(cut)
    statistic, p_value = _proportion_test(cut, method, alternative)
    effect = _effect(cut, method, alternative)
    first, second = phrase_of_groups(cut.shared)
    return SignificanceResult(
        statistic=statistic,
        p_value=p_value,
        alternative=alternative,
        method=method,
        name="two_proportions",
        label=label,
        null=shares_alike(first, second, alternative),
        effect=effect,
        n_units=cut.shared.n_units,
        notes=effect.notes,
        limits=NOT_SHOWN_BY_P,
    )


def _added_up(cut: CutGroups) -> CutGroups:
    shared = replace(
        cut.shared,
        counts=cut.shared.pooled[None],
        strata=(" + ".join(map(str, cut.shared.strata)),),
    )
    return replace(cut, shared=shared, tables=cut.tables.sum(axis=0, keepdims=True))


def _effect(cut: CutGroups, method: str, alternative: Alternative) -> Estimate:
    """Return the effect whose first interval is of the test's own method."""
    x1, n1, x2, n2 = (int(x) for x in cut.counts)
    one_sided = x1 + x2 in (0, n1 + n2)
    if method == "fisher" and not one_sided:
        effect = odds_ratio_of(cut)
        if alternative != "two-sided":
            return effect
        if not is_listable(cut.tables, at_one=True):
            notes = (*effect.notes, another_method(effect.interval_methods[0]))
            return replace(effect, notes=notes)
        limits = keyed(_fisher_limits, tables=cut.tables)
        return replace(effect, methods_source=(("fisher", limits), *effect.methods))
    first, second = phrase_of_groups(cut.shared)
    label = gap_in_share(cut.phrase, first, second)
    effect = difference_of_shares(cut, name="risk_difference", label=label)
    if method == "score":
        ranked = sorted(effect.methods, key=lambda pair: pair[0] != "miettinen_nurminen")
        return replace(effect, methods_source=tuple(ranked))
    if method == "fisher" or (n1 + 1) * (n2 + 1) > MOST_INVERTED:
        return replace(effect, notes=(*effect.notes, another_method(effect.interval_methods[0])))
    # Fisher's p-value is 1 of every such table, which leaves Boschloo's order nothing to say
    other = one_sided and method == "boschloo"
    order = "barnard" if other else method
    limits = keyed(Inverted.limits, Inverted((x1, n1, x2, n2), order, alternative))
    notes = (*effect.notes, another_method(order)) if other else effect.notes
    return replace(effect, methods_source=((order, limits), *effect.methods), notes=notes)


def _fisher_limits(estimate: Estimate, confidence_level: float, *, tables: IntArray) -> Pair:
    tails = tails_for(confidence_level, conditional_family(tables, at_one=True), "two-sided")
    low, high = conditional_family(tables).limits(tails)
    return min(float(np.exp(low)), estimate.value), max(float(np.exp(high)), estimate.value)


def _proportion_test(cut: CutGroups, method: str, alternative: Alternative) -> tuple[float, float]:
    x1, n1, x2, n2 = (int(x) for x in cut.counts)
    if x1 + x2 in (0, n1 + n2):
        return 0.0, 1.0
    if method == "fisher":
        if n1 + n2 > MOST_UNITS:
            raise ValueError(
                f"`method` 'fisher' takes up to {MOST_UNITS:,} units, but got {n1 + n2:,}; use "
                "'score'."
            )
        table = np.array([[x2, n2 - x2], [x1, n1 - x1]])
        from scipy import stats

        found = stats.fisher_exact(table, alternative=alternative)
        return float(found.statistic), min(1.0, float(found.pvalue))
    if method == "score":
        z = difference_score(cut.counts, 0.0)
        tail = {"less": z, "greater": -z, "two-sided": -abs(z)}[alternative]
        return z, float(special.ndtr(tail) * (2 if alternative == "two-sided" else 1))
    if (n1 + 1) * (n2 + 1) > MOST_TABLES:
        raise ValueError(
            f"`method` {method!r} takes groups of up to about {int(MOST_TABLES**0.5)} units, "
            f"but got {n1} and {n2}; use 'fisher' or 'score'."
        )
    value = unconditional_p_value((x1, n1, x2, n2), method, alternative)
    return difference_score(cut.counts, 0.0), value
