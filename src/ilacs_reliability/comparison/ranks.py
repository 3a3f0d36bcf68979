"""Rank tests of two groups with ties: Brunner-Munzel and Mann-Whitney."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, TypeAlias

import numpy as np
from scipy import special

from ilacs_reliability._checks.arguments import check_option
from ilacs_reliability._checks.randomness import as_generator, check_chance
from ilacs_reliability._data.tables import GradesLike
from ilacs_reliability._inference import betas
from ilacs_reliability._inference.shrinkage import no_bolder
from ilacs_reliability._results.estimates import (
    Alternative,
    Estimate,
    IntArray,
    SignificanceResult,
)
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.named_limits import Limits
from ilacs_reliability.comparison.effects import (
    Placements,
    effect_of_pairs,
    logit_statistic,
    of_other_limits,
    placements,
    relative_effect_label,
    shrunk_share,
)
from ilacs_reliability.comparison.fixed_margins import (
    double_mid_ranks,
    log_choose,
)
from ilacs_reliability.comparison.groups import (
    phrase_of_groups,
    shared_grades,
    undefined_test,
)
from ilacs_reliability.comparison.in_words import (
    DISJOINT_PAIRS,
    LABELS,
    LEAST_P,
    NOT_SHOWN_BY_P,
    TILTED_GRADES,
    WITHOUT_SPREAD,
    another_method,
    grades_alike,
    neither_higher,
    of_tilted_groups,
    own_interval,
)
from ilacs_reliability.comparison.permutation import Found, permutation_test
from ilacs_reliability.comparison.rank_limits import (
    listed_limits,
    score_limits,
)
from ilacs_reliability.comparison.rank_sums import RankSum, rank_sum

ALTERNATIVES = ("two-sided", "less", "greater")
RankMethod: TypeAlias = Literal["t", "logit", "permutation"]
SumMethod: TypeAlias = Literal["exact", "monte_carlo", "asymptotic"]
# Neubert and Brunner (2007): the t approximation is fair from about 15 a group
SMALL_GROUP = 15


def brunner_munzel(
    grades: GradesLike,
    *,
    method: RankMethod | None = None,
    alternative: Alternative = "two-sided",
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> SignificanceResult:
    """Test whether either group tends to be graded higher, whatever the groups' spreads.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] 2, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter;
        the others are added up, and notes say both.
    method : {"t", "logit", "permutation"}, optional
        "t" with Satterthwaite's degrees of freedom, the same on the log odds, or the studentised
        permutation. Default: "permutation" where a group has fewer than 15 units, else "t".
    alternative : {"two-sided", "less", "greater"}, optional
        "greater": the second group tends to be graded higher. Default: "two-sided".
    n_resamples : int, optional
        Tables to draw where the permutation has too many to enumerate. Default: 9999.
    rng : Generator or int, optional
        Source of chance for these draws.

    Returns
    -------
    SignificanceResult
        With the relative effect, whose default interval is the test's own, found by inverting it,
        and named by a note: "t" (value and standard error with the t quantile), "logit" (the same
        on the log odds) or "permutation" (the quantiles of the tables gone through instead of t's).
        It leaves a half out exactly where the two-sided p-value is at most 0.05, or the one-sided
        p-value at most 0.025. Where the groups show next to no spread it is "shrunk": that is the
        test's own for "t" and "logit", and not for "permutation", as the note says.

    Raises
    ------
    TypeError
        If `n_resamples` or `rng` is of the wrong kind.
    ValueError
        If there are not exactly two groups, an option is unknown, `n_resamples` is below 1, or
        there are too many units to draw tables.

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum holds both groups. The p-value is then nan.

    See Also
    --------
    mann_whitney : Exact, but of identical distributions.
    ordinal_equivalence : Whether the groups are alike within a margin.

    Notes
    -----
    The statistic is the relative effect minus a half in standard errors [1]_; its studentised
    permutation [2]_ draws tables, not units, and enumerates them where there are few enough. Where
    units of a group hardly differ (all of one grade, or groups that just overlap) the spread seen
    says little: "t" and "logit" then take the shrunk variance of `relative_effect`, which under
    complete separation is the exact binomial test of min(n1, n2) pairs that share no unit; the
    permutation stays exact for identical distributions. Neither "t" nor "logit" gives a p-value
    smaller than the exact rank sum test can have with the same totals; a note says where they
    would.

    References
    ----------
    .. [1] E. Brunner and U. Munzel, "The nonparametric Behrens-Fisher problem: asymptotic theory
           and a small-sample approximation", Biometrical Journal 42 (2000), 17-25.
    .. [2] K. Neubert and E. Brunner, "A studentized permutation test for the non-parametric
           Behrens-Fisher problem", Computational Statistics and Data Analysis 51 (2007), 5192-5204.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> pain = [[11, 2, 0, 1, 0], [3, 1, 4, 2, 1]]
    >>> ilr.brunner_munzel(pain, method="t")
    SignificanceResult(brunner_munzel, t: p = 0.00579, statistic=3.137, n_units=25)

    Raw grades are counted first (of many millions, grade by grade with `numpy.count_nonzero`):

    >>> import numpy as np
    >>> short, standard = np.array([3, 2, 3, 3]), np.array([1, 2, 2, 0])
    >>> table = [np.bincount(group, minlength=4) for group in (short, standard)]
    >>> round(ilr.brunner_munzel(table).p_value, 4)
    0.0857
    """
    check_option(alternative, ALTERNATIVES, "alternative")
    check_option(method, ("t", "logit", "permutation", None), "method")
    n_resamples = check_chance(n_resamples, rng)
    shared = shared_grades(grades, n_groups=2, pool=True)
    label = LABELS["brunner_munzel"]
    if shared.reason:
        return undefined_test(
            shared, shared.reason, name="brunner_munzel", label=label, alternative=alternative
        )
    small = shared.pooled.sum(axis=1).min() < SMALL_GROUP
    chosen = method or ("permutation" if small else "t")
    parts = placements(shared.pooled)
    effect = effect_of_pairs(
        shared, name="relative_effect", label=relative_effect_label(shared), parts=parts
    )
    if chosen == "permutation":
        found = permutation_test(shared, effect, alternative, n_resamples, as_generator(rng))
    else:
        found = _approximate(shared.pooled, parts, effect, alternative, chosen)
    return SignificanceResult(
        statistic=found.statistic,
        p_value=found.p_value,
        df=found.df,
        alternative=alternative,
        method=found.method,
        name="brunner_munzel",
        label=label,
        null=neither_higher(*phrase_of_groups(shared), alternative),
        effect=found.effect,
        n_units=shared.n_units,
        notes=(*found.effect.notes, *_whose_interval(found.effect, alternative)),
        limits=NOT_SHOWN_BY_P,
    )


def mann_whitney(
    grades: GradesLike,
    *,
    method: SumMethod = "exact",
    alternative: Alternative = "two-sided",
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> SignificanceResult:
    """Test whether two groups' grades come from the same distribution, by their rank sum.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] 2, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter;
        the others are added up, and notes say both.
    method : {"exact", "monte_carlo", "asymptotic"}, optional
        "exact" takes ties as they are, and gives way to "monte_carlo" where a table is too large
        to enumerate; the result says so. Default: "exact".
    alternative : {"two-sided", "less", "greater"}, optional
        "greater": the second group tends to be graded higher. Default: "two-sided".
    n_resamples : int, optional
        Tables to draw. Default: 9999.
    rng : Generator or int, optional
        Source of chance for these draws.

    Returns
    -------
    SignificanceResult
        `statistic` is how many pairs the second group wins, ties counted half; the effect is the
        relative effect. Its first interval, "conditional" or "score", leaves a half out exactly
        where the two-sided p-value is at most 0.05, or the one-sided p-value at most 0.025.

    Raises
    ------
    TypeError
        If `n_resamples` or `rng` is of the wrong kind.
    ValueError
        If there are not exactly two groups, an option is unknown, `n_resamples` is below 1, or
        there are too many units to draw tables.

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum holds both groups. The p-value is then nan.

    See Also
    --------
    brunner_munzel : Of the relative effect alone, whatever the groups' spreads.
    van_elteren : Within strata.

    Notes
    -----
    The rank sum with mid-ranks [1]_, given the grades' totals. "exact" adds up all tables at least
    as far from the expected rank sum: half of the grades are enumerated against the other half.
    "asymptotic" has the variance for ties and no continuity correction.

    The test's hypothesis is that the distributions are the same, and so its own interval needs a
    family of distributions that holds that case: one group's shares of grades are the other's times
    a factor exponential in the mid-rank, a tilt (a density ratio model [2]_). Given the margins the
    rank sum then says all there is to know of the tilt, and no tilt is the hypothesis. After
    "exact", "conditional" holds the tilts at which neither tail of the rank sum's distribution is
    too small, the error split between the tails as the two-sided test splits it under the
    hypothesis (anew at each level: limits at two levels need not be nested); "score" (otherwise)
    those at which the rank sum is not too many standard errors off, by the normal quantile or that
    of the tables drawn. Both are given as the relative effect that a tilt leads one to expect,
    given the totals: at the tilt that fits best that is the effect seen. They are open (0 or 1)
    where the groups are as far apart as the totals allow. They do not hold where the groups differ
    in spread and not by a tilt: "shrunk" and "logit" do. Where the distribution of the rank sum is
    too long to list the interval stays that of `relative_effect` and a note says so.

    References
    ----------
    .. [1] E. L. Lehmann, "Nonparametrics: Statistical Methods Based on Ranks", Holden-Day (1975),
           pp. 5-23.
    .. [2] J. Qin, "Inferences for case-control and semiparametric two-sample density ratio models",
           Biometrika 85 (1998), 619-630.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.mann_whitney([[3, 8, 45, 39], [4, 6, 5, 3]])
    SignificanceResult(mann_whitney, exact: p = 0.000285, statistic=442, n_units=113)
    """
    check_option(method, ("exact", "monte_carlo", "asymptotic"), "method")
    check_option(alternative, ALTERNATIVES, "alternative")
    n_resamples = check_chance(n_resamples, rng)
    shared = shared_grades(grades, n_groups=2, pool=True)
    label = LABELS["mann_whitney"]
    if shared.reason:
        return undefined_test(
            shared, shared.reason, name="mann_whitney", label=label, alternative=alternative
        )
    found = rank_sum(shared.pooled, method, alternative, n_resamples, rng)
    effect = effect_of_pairs(shared, name="relative_effect", label=relative_effect_label(shared))
    effect = _with_tilts(effect, shared.pooled, found, alternative)
    n1, n2 = shared.pooled.sum(axis=1).tolist()
    return SignificanceResult(
        statistic=effect.value * n1 * n2,
        p_value=found.p_value,
        alternative=alternative,
        method=found.null.method,
        name="mann_whitney",
        label=label,
        null=grades_alike(*phrase_of_groups(shared), alternative),
        effect=effect,
        n_units=shared.n_units,
        notes=effect.notes,
        limits=NOT_SHOWN_BY_P,
    )


def _whose_interval(effect: Estimate, alternative: Alternative) -> tuple[str, ...]:
    """Name the interval beside the p-value, where it is the test's own."""
    if any(note.startswith(WITHOUT_SPREAD) for note in effect.notes):
        return ()
    return (own_interval(effect.interval_methods[0], one_sided=alternative != "two-sided"),)


def _approximate(
    counts: Any, parts: Placements, effect: Estimate, alternative: Alternative, method: str
) -> Found:
    value, error, df = (float(x) for x in (parts.value, parts.standard_error, parts.df))
    if parts.is_single:
        p_value = _disjoint_p(value, float(parts.sizes.min()), alternative)
        used = DISJOINT_PAIRS
        return Found(statistic=float("nan"), p_value=p_value, df=None, method=used, effect=effect)
    steady, known = shrunk_share(parts)
    statistic = (value - 0.5) / error if error > 0 else _signed_infinity(value)
    if known:
        statistic = logit_statistic(value, error) if method == "logit" else statistic
        tails = {"less": statistic, "greater": -statistic, "two-sided": -abs(statistic)}
        p_value = float(special.stdtr(df, tails[alternative]) * (1 + (alternative == "two-sided")))
        effect = _method_first(effect, method)
    else:
        p_value, method = steady.p_value(0.5, alternative), "shrunk variance"
    least = least_rank_sum_p(counts, alternative)
    return Found(
        statistic=float(statistic),
        p_value=max(float(p_value), least),
        df=df if known else None,
        method=method,
        effect=_no_bolder(effect, least, alternative, raised=bool(p_value < least)),
    )


def least_rank_sum_p(counts: Any, alternative: Alternative) -> float:
    """Return the least p-value that the exact rank sum test can have, given the grades' totals.

    Parameters
    ----------
    counts : ndarray of int, shape (2, n_grades)
        Units by group and grade.
    alternative : {"two-sided", "less", "greater"}
        What is tested.

    Returns
    -------
    float
        The chance of the table in which the groups are as far apart as can be on that side;
        two-sided of the farther one, or of both where they are equally far.
    """
    totals, n_first = counts.sum(axis=0), int(counts[0].sum())
    # the first group has the lowest grades, or the highest
    rows = {"greater": _fullest(totals, n_first), "less": _fullest(totals[::-1], n_first)[::-1]}
    whole = log_choose(np.asarray(totals.sum()), np.asarray(n_first))
    chances = {k: float(np.exp(log_choose(totals, row).sum() - whole)) for k, row in rows.items()}
    if alternative != "two-sided":
        return min(1.0, chances[alternative])
    scores, n = double_mid_ranks(totals), int(totals.sum())
    expected = n_first * int(totals @ scores)
    far = {k: abs(n * int(row @ scores) - expected) for k, row in rows.items()}
    return min(1.0, sum(chances[k] for k in rows if far[k] == max(far.values())))


def _fullest(totals: IntArray, n_first: int) -> IntArray:
    """Return the row in which the first group has the first grades, as many as it takes."""
    return np.diff(np.minimum(np.cumsum(totals), n_first), prepend=0)


def _no_bolder(
    effect: Estimate, least: float, alternative: Alternative, *, raised: bool
) -> Estimate:
    """Keep the test's interval from saying more than the least p-value that there can be."""
    (name, limits), *others = effect.methods
    error = least if alternative == "two-sided" else 2 * least
    cautious = keyed(_holding_a_half, limits=limits, error=error)
    notes = (*effect.notes, LEAST_P) if raised else effect.notes
    return replace(effect, methods_source=((name, cautious), *others), notes=notes)


def _holding_a_half(
    estimate: Estimate, confidence_level: float, *, limits: Any, error: float
) -> Limits:
    return no_bolder(limits(estimate, confidence_level), confidence_level, 0.5, error)


def _disjoint_p(value: float, n_pairs: float, alternative: Alternative) -> float:
    """Invert the interval of pairs that share no unit about a half."""
    won, lost = value * n_pairs, (1 - value) * n_pairs
    greater = float(betas.betainc(won, lost + 1, 0.5)) if won > 0 else 1.0
    less = float(betas.betainc(lost, won + 1, 0.5)) if lost > 0 else 1.0
    return {"less": less, "greater": greater, "two-sided": min(1.0, 2 * min(less, greater))}[
        alternative
    ]


def _with_tilts(
    effect: Estimate, counts: IntArray, found: RankSum, alternative: Alternative
) -> Estimate:
    """Put the interval that inverts the rank sum test first."""
    if found.null.kind != "exact":
        limits: Any = keyed(
            score_limits, counts=counts, alternative=alternative, drawn=found.surplus
        )
        name = "score"
    elif found.sums is not None:
        limits = keyed(listed_limits, counts=counts, sums=found.sums, alternative=alternative)
        name = "conditional"
    else:
        note = another_method(effect.interval_methods[0])
        return replace(effect, notes=(*effect.notes, note))
    return replace(
        effect,
        label=of_tilted_groups(effect.label),
        methods_source=((name, limits), *effect.methods),
        notes=(*of_other_limits(effect), TILTED_GRADES),
    )


def _method_first(effect: Estimate, method: str) -> Estimate:
    ordered = sorted(effect.methods, key=lambda pair: pair[0] != method)
    return replace(effect, methods_source=tuple(ordered))


def _signed_infinity(value: float) -> float:
    return 0.0 if value == 0.5 else float(np.copysign(np.inf, value - 0.5))
