"""Does the difference between two groups change from stratum to stratum?"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np
from scipy import special

from ilacs_reliability._checks.arguments import check_option
from ilacs_reliability._checks.randomness import as_generator, check_draws
from ilacs_reliability._data.tables import GradesLike, GroupedGrades
from ilacs_reliability._inference.thresholds import difference
from ilacs_reliability._results.estimates import Estimate, IntArray, SignificanceResult
from ilacs_reliability.comparison.checks import disagreement
from ilacs_reliability.comparison.conditional import common_odds
from ilacs_reliability.comparison.effects import placements, relative_effect
from ilacs_reliability.comparison.groups import (
    SharedGrades,
    named,
    shared_grades,
    undefined_test,
)
from ilacs_reliability.comparison.in_words import (
    LABELS,
    MEASURES,
    NOT_SHOWN_BY_P,
    change_between,
    of_all_strata,
    same_in_every_stratum,
    so_few_in_a_stratum,
    too_many_tables,
)
from ilacs_reliability.comparison.proportions import cut_groups, risk_difference

VariationMethod: TypeAlias = Literal["exact", "monte_carlo", "asymptotic"]
# below this the chi-square distribution of Cochran's Q was seen to fail
FEW = 20


def heterogeneity(
    grades: GradesLike,
    *,
    at_least: Hashable | None = None,
    at_most: Hashable | None = None,
    method: VariationMethod = "exact",
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> SignificanceResult:
    """Test whether the difference between two groups is the same in every stratum.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape (n_strata, 2, n_grades)
        Units by group and grade, worst grade first, strata in their order. Strata that hold one
        group only do not enter, and a note says what share of units that is.
    at_least, at_most : hashable, optional
        A cut between grades: shares on either side of it are compared. Default: none, and all
        grades are.
    method : {"exact", "monte_carlo", "asymptotic"}, optional
        "exact" and "monte_carlo" compare odds ratios, given all margins; "asymptotic" compares
        relative effects, or shares at the cut. "exact" gives way to "monte_carlo" where there are
        too many outcomes; both to the normal distribution of the chances given the total where
        there are 100 strata or more and drawing takes too long, and to "asymptotic" where a stratum
        has too many tables; the result says so. Default: "exact".
    n_resamples : int, optional
        Outcomes to draw. Default: 9999.
    rng : Generator or int, optional
        Source of chance for these draws.

    Returns
    -------
    SignificanceResult
        `statistic` is how likely the strata's outcomes are given their total or, for "asymptotic",
        Cochran's Q. The effect is the difference between the last stratum and the first, of the
        relative effects or of the differences in shares at the cut: another measure than the
        odds ratio, of two strata alone. A note says where it and the p-value disagree at 5%.

    Raises
    ------
    TypeError
        If `rng` is neither a source of chance nor a seed.
    ValueError
        If there are not exactly two groups, only one stratum holds both, an option is unknown,
        `n_resamples` is below 1, or the cut is none.

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
    "exact" is Zelen's test of a common odds ratio [1]_, and with more than two grades the same for
    an odds ratio by which every step from one grade to the next multiplies (that of Agresti, Mehta
    and Patel's exact inference [2]_): given all margins and the sum of the second group's steps
    over strata, chances no longer depend on the odds ratio, and those of the outcomes no likelier
    than the one seen add up to the p-value. So the level holds in strata of any size, if the steps
    have one odds ratio. "asymptotic" is Cochran's Q of the relative effects [3]_, chi-square with
    one degree of freedom less than strata (where a stratum shows no spread, that of a Beta
    distribution for the pairs that share no unit); with fewer than about 20 units in a group it
    rejects too often, which a note says. With few units any such test misses large differences: a
    large p-value does not show a common effect.

    References
    ----------
    .. [1] M. Zelen, "The analysis of several 2 x 2 contingency tables", Biometrika 58 (1971),
           129-137.
    .. [2] A. Agresti, C. R. Mehta and N. R. Patel, "Exact inference for contingency tables with
           ordered categories", Journal of the American Statistical Association 85 (1990), 453-458.
    .. [3] W. G. Cochran, "The combination of estimates from different experiments", Biometrics 10
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
    check_option(method, ("exact", "monte_carlo", "asymptotic"), "method")
    n_resamples = check_draws(n_resamples)
    generator = as_generator(rng)
    has_cut = at_least is not None or at_most is not None
    shared = shared_grades(grades, n_groups=2)
    label = LABELS["heterogeneity"]
    if shared.reason:
        return undefined_test(shared, shared.reason, name="heterogeneity", label=label)
    if len(shared.strata) < 2:
        raise ValueError(
            "`grades` must have two or more strata that hold both groups, but only "
            f"{shared.strata[0]} does."
        )
    binary = has_cut or len(shared.scale) == 2
    cut = cut_groups(grades, at_least=at_least, at_most=at_most, pool=False) if binary else None
    tables = shared.counts if cut is None else cut.tables
    found = None
    if method != "asymptotic":
        found = common_odds(tables, method, n_resamples, generator)
    if found is None:
        statistic, p_value, used, df = _cochran_q(tables)
    else:
        statistic, p_value, used, df = found.chance, found.p_value, found.method, None
    effect = _last_minus_first(shared, at_least, at_most, binary=binary)
    measure = MEASURES[bool(found), binary]
    notes = () if found else _caveats(tables, method)
    return SignificanceResult(
        statistic=statistic,
        df=df,
        p_value=p_value,
        method=used,
        name="heterogeneity",
        label=label,
        null=same_in_every_stratum(measure),
        effect=effect,
        n_units=shared.n_units,
        notes=(
            *shared.notes,
            *notes,
            *disagreement(p_value, effect, 0.0, why=of_all_strata(measure)),
        ),
        limits=NOT_SHOWN_BY_P,
    )


def _caveats(tables: IntArray, asked: str) -> tuple[str, ...]:
    """Return what to know of the asymptotic test."""
    notes = []
    least = int(tables.sum(axis=2).min())
    if asked != "asymptotic":
        notes.append(too_many_tables(asked))
    if least < FEW:
        notes.append(so_few_in_a_stratum(least))
    return tuple(notes)


def _cochran_q(tables: IntArray) -> tuple[float, float, str, float | None]:
    """Return Cochran's Q of the strata's relative effects, its p-value, method and df."""
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
    return statistic, float(special.chdtrc(df, statistic)), "asymptotic", df


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
    last, first = (named(shared.strata[place], "stratum") for place in (-1, 0))
    label = change_between(first, last, ends[0].label)
    methods = gap.methods
    if not np.isfinite(gap.standard_error):
        # a group of one unit has no spread to see: what rests on one is left out
        methods = tuple(pair for pair in methods if pair[0] not in ("t", "wald"))
    return replace(
        gap, label=label, methods_source=methods, notes=shared.notes, limits=NOT_SHOWN_BY_P
    )
