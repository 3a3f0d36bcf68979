"""Whether the odds of groups differ, and whether they are proportional."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np
from scipy import special

from ilacs_reliability._checks.arguments import check_option
from ilacs_reliability._data.tables import GradesLike, as_grades
from ilacs_reliability._results.estimates import Estimate, FloatArray, SignificanceResult
from ilacs_reliability._results.undefined import left_unsaid
from ilacs_reliability.comparison.checks import disagreement
from ilacs_reliability.comparison.cumulative import Design, arrow_of, gain, gradient_of
from ilacs_reliability.comparison.groups import (
    SharedGrades,
    shared_grades,
    undefined_test,
)
from ilacs_reliability.comparison.in_words import (
    BESIDE_ANY_CUT,
    EXACT_ROW_MEANS,
    LABELS,
    NOT_SHOWN_BY_P,
    OF_TWO,
    SAME_AT_CUTS,
    SAME_ODDS,
    SEPARATED,
    WITH_A_GRADE,
    so_few_expected,
)
from ilacs_reliability.comparison.models import proportional_odds, reason_of_one_grade
from ilacs_reliability.comparison.ordinal_fit import (
    Fit,
    check_fittable,
    connected,
    cumulative_design,
    fit_in_order,
)
from ilacs_reliability.comparison.separation import (
    LimitFit,
    fit_contrast,
    informative,
    limit_fit,
)

OddsMethod: TypeAlias = Literal["likelihood_ratio", "score"]
# units to expect for chi-square to hold, as of any table
FEWEST = 5


def proportional_odds_test(
    grades: GradesLike, *, method: OddsMethod = "likelihood_ratio"
) -> SignificanceResult:
    """Test whether any group has other odds of a higher grade, adjusted for strata.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] n_groups, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter,
        nor do those whose units all have one end grade, and notes say so.
    method : {"likelihood_ratio", "score"}, optional
        Against proportional odds, by likelihood ratio or by the score of the model without
        groups. Default: "likelihood_ratio".

    Returns
    -------
    SignificanceResult
        Chi-square with one degree of freedom for each group but the first; the effect is the
        proportional odds ratio of two groups, and None of more: see `proportional_odds`. With two
        groups "likelihood_ratio" agrees with its profile interval.

    Raises
    ------
    ValueError
        If there are fewer than two groups, `method` is unknown, or there are too many strata to
        fit.

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum holds two groups, the strata do not link all groups, or every grade is the
        same in each stratum that does. The p-value is then nan.

    See Also
    --------
    proportional_odds : The odds ratio of one group over the first.
    cochran_mantel_haenszel : Exact, without a model.

    Notes
    -----
    Both are asymptotic [1]_: of two alike groups of 8 units on three grades the likelihood ratio
    rejects in up to 12% of samples for 5%, and a note says where a group is expected to have less
    than 5 units on a side of any cut. Two groups that are separated have the prior of
    `proportional_odds` in the likelihood ratio too; for more, the likelihood's supremum is taken.
    The score is taken where the likelihood without groups has its supremum, logits that run away at
    their ends. Neither hangs on the order of groups or strata.

    References
    ----------
    .. [1] P. McCullagh, "Regression models for ordinal data", Journal of the Royal Statistical
           Society B 42 (1980), 109-142.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> kept = ilr.grades_from_table(
    ...     [[2, 45], [4, 34], [9, 28]], groups=("small", "middle", "large")
    ... )
    >>> ilr.proportional_odds_test(kept)
    SignificanceResult(proportional_odds_test, likelihood_ratio: p = 0.0204, ...)
    """
    check_option(method, ("likelihood_ratio", "score"), "method")
    grades = as_grades(grades)
    shared = shared_grades(grades)
    label = LABELS["proportional_odds_test"]
    reason = _reason(shared)
    if reason:
        return undefined_test(shared, reason, name="proportional_odds_test", label=label)
    effect, shared = _odds_of_two(grades, shared), _telling(shared)
    if effect and effect.reason:
        return undefined_test(shared, effect.reason, name="proportional_odds_test", label=label)
    design = cumulative_design(shared)
    held = dict.fromkeys(design.columns.values(), 0.0)
    if method == "score":
        alike = limit_fit(design, held)
        statistic = _score_at(design, alike.fit.parameters, alike)
    else:
        statistic = _fall(design, held)
    df = float(design.n_groups)
    p_value = float(special.chdtrc(df, statistic))
    notes = effect.notes if effect else (*shared.notes, *_separation(limit_fit(design)))
    return SignificanceResult(
        statistic=statistic,
        df=df,
        p_value=p_value,
        method=method,
        name="proportional_odds_test",
        label=label,
        null=SAME_ODDS,
        effect=effect,
        n_units=shared.n_units,
        notes=(
            *notes,
            *_few_note(_least_by_cut(shared), BESIDE_ANY_CUT, EXACT_ROW_MEANS),
            *disagreement(p_value, effect, 1.0, why=OF_TWO["proportional_odds_test"]),
        ),
        limits=NOT_SHOWN_BY_P,
    )


def parallel_lines_test(
    grades: GradesLike, *, method: OddsMethod = "likelihood_ratio"
) -> SignificanceResult:
    """Test whether one odds ratio does for every cut between grades.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] n_groups, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter,
        nor do those whose units all have one end grade, and notes say so.
    method : {"likelihood_ratio", "score"}, optional
        Against the model with an odds ratio for each cut, by likelihood ratio or by the score of
        the proportional one. Default: "likelihood_ratio".

    Returns
    -------
    SignificanceResult
        Chi-square with one degree of freedom less than cuts between used grades, for each group
        but the first; the effect is the proportional odds ratio of two groups, and None of more.

    Raises
    ------
    ValueError
        If there are fewer than two groups, `method` is unknown, or there are too many strata to
        fit.

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum holds two groups, the strata do not link all groups, or every grade is the
        same in each stratum that does, or two grades only are used, so that there is one cut. The
        p-value is then nan.

    See Also
    --------
    proportional_odds : The common odds ratio.

    Notes
    -----
    Both tests are asymptotic, and the score test is known to reject too often where grades are
    sparse ([1]_; [2]_ compares them); in groups like those of the inspections it was the likelihood
    ratio that did, in 8% of samples for 5%. Of two alike groups of 8 to 12 units on three grades it
    rejects in up to 14% where 3 or 4 units of each group and grade are expected, 21% with 1 and 26%
    with less, every table being looked through; a note says where it is less than 5. Under
    separation the likelihoods' suprema are compared.

    References
    ----------
    .. [1] B. Peterson and F. E. Harrell, "Partial proportional odds models for ordinal response
           variables", Applied Statistics 39 (1990), 205-217.
    .. [2] R. Brant, "Assessing proportionality in the proportional odds model for ordinal logistic
           regression", Biometrics 46 (1990), 1171-1178.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.parallel_lines_test([[3, 8, 45, 39], [4, 6, 5, 3]])
    SignificanceResult(parallel_lines_test, ...)
    """
    check_option(method, ("likelihood_ratio", "score"), "method")
    grades = as_grades(grades)
    shared = shared_grades(grades)
    label = LABELS["parallel_lines_test"]
    reason = _reason(shared)
    if reason:
        return undefined_test(shared, reason, name="parallel_lines_test", label=label)
    effect, shared = _odds_of_two(grades, shared), _telling(shared)
    if effect and effect.reason:
        return undefined_test(shared, effect.reason, name="parallel_lines_test", label=label)
    design = cumulative_design(shared)
    df = float((design.n_cuts - 1) * design.n_groups)
    if not df:
        return undefined_test(shared, "single_cut", name="parallel_lines_test", label=label)
    common = limit_fit(design)
    notes = effect.notes if effect else (*shared.notes, *_separation(common))
    if method == "score":
        statistic = _score_at(_by_cut(design), _spread(common.fit), common)
    else:
        statistic = max(0.0, 2 * _free_gain(design, common))
    return SignificanceResult(
        statistic=statistic,
        df=df,
        p_value=float(special.chdtrc(df, statistic)),
        method=method,
        name="parallel_lines_test",
        label=label,
        null=SAME_AT_CUTS,
        effect=effect,
        n_units=shared.n_units,
        notes=(*notes, *_few_note(_least_by_cell(shared), WITH_A_GRADE)),
        limits=NOT_SHOWN_BY_P,
    )


def _few_note(least: float, where: str, better: str = "") -> tuple[str, ...]:
    """Say where the least number of units to expect is too small for chi-square."""
    return (so_few_expected(least, FEWEST, where, better),) if least < FEWEST else ()


def _expected(shared: SharedGrades) -> FloatArray:
    """Return units by group and grade to expect were groups alike, over all strata."""
    by_group, by_grade = (shared.counts.sum(axis=axis).astype(np.float64) for axis in (2, 1))
    sizes = by_group.sum(axis=1)[:, None, None]
    expected: FloatArray = (by_group[:, :, None] * by_grade[:, None] / sizes).sum(axis=0)
    return expected[:, expected.any(axis=0)]


def _least_by_cell(shared: SharedGrades) -> float:
    """Return the least number to expect of any group and grade: each tells of its own odds."""
    return float(_expected(shared).min())


def _least_by_cut(shared: SharedGrades) -> float:
    """Return that beyond the cut where it is largest: there one ratio of odds is told."""
    below = np.cumsum(_expected(shared), axis=1)
    above = below[:, -1:] - below
    return float(np.minimum(below, above).min(axis=0).max())


def _odds_of_two(grades: GradesLike, shared: SharedGrades) -> Estimate | None:
    """Return the odds ratio of two groups, on whose fit their tests rest, too."""
    if len(shared.groups) != 2:
        return None
    with left_unsaid():
        return proportional_odds(grades)


def _reason(shared: SharedGrades) -> str:
    if shared.reason:
        return shared.reason
    if not _linked(shared):
        return "no_overlap"
    telling = _telling(shared)
    return reason_of_one_grade(shared) or ("" if _linked(telling) else "no_contrast")


def _telling(shared: SharedGrades) -> SharedGrades:
    """Return the strata that say something of the groups, and the groups they hold."""
    shared = informative(shared)
    held = shared.pooled.sum(axis=1) > 0
    groups = tuple(name for name, keep in zip(shared.groups, held, strict=True) if keep)
    return replace(shared, counts=shared.counts[:, held], groups=groups)


def _linked(shared: SharedGrades) -> bool:
    present = shared.pooled.sum(axis=1) > 0
    # a group without units links nothing, were it the first
    held = replace(shared, counts=shared.counts[:, present])
    return bool(present.sum() > 1 and all(connected(held)))


def _fall(design: Design, held: dict[int, float]) -> float:
    """Return twice the fall of the log likelihood, of two groups as in their profile interval."""
    if design.n_groups > 1:
        return max(0.0, 2 * limit_fit(design).fit.fall_to(limit_fit(design, held).fit))
    found = fit_contrast(design, *held, penalty="when_separated")
    return max(0.0, 2 * found.fit.fall_to(found.held_at(0.0)))


def _separation(found: LimitFit) -> tuple[str, ...]:
    if not found.infinite.any():
        return ()
    return (SEPARATED,)


def _by_cut(design: Design) -> Design:
    """Return the model with coefficients of the groups for each cut."""
    n_cuts, n_groups = design.n_cuts, design.n_groups
    own = [-design.members[:, g, None, None] * np.eye(n_cuts) for g in range(n_groups)]
    return replace(design, core=np.concatenate([design.core[..., :n_cuts], *own], axis=2))


def _spread(fit: Fit) -> FloatArray:
    """Return the common model's parameters in the model with coefficients for each cut."""
    n_cuts, n_core = fit.design.n_cuts, fit.design.n_core
    cuts, groups, shifts = np.split(fit.parameters, [n_cuts, n_core])
    return np.concatenate([cuts, np.repeat(groups, n_cuts), shifts])


def _free_gain(design: Design, common: LimitFit) -> float:
    """Return how much larger the log likelihood is with coefficients for each cut."""
    if design.n_strata == 1:
        # each group with its own thresholds: the shares seen
        return _divergence(design.counts, common.chances(design, common.fit.parameters)[0])
    check_fittable(design, design.n_cuts * (1 + design.n_groups))
    free = _by_cut(design)
    found, start = fit_in_order(free), _spread(common.fit)
    return gain(free, found.parameters, replace(free, unbounded=common.fit.design.unbounded), start)


def _divergence(counts: FloatArray, shares: FloatArray) -> float:
    """Return the log likelihood of the shares seen, less that of others, to all digits."""
    sizes = counts.sum(axis=1, keepdims=True)
    seen = counts / np.maximum(sizes, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(shares > 0, seen / shares - 1, 0.0)
    near = ratio**2 / 2 - ratio**3 / 6 + ratio**4 / 12 - ratio**5 / 20
    far = special.xlogy(1 + ratio, 1 + ratio) - ratio
    return float((sizes * shares * np.where(np.abs(ratio) < 1e-3, near, far)).sum())


def _score_at(design: Design, theta: FloatArray, limit: LimitFit) -> float:
    """Return the score statistic of a model at some parameters, in its expected information."""
    shares, density = limit.chances(design, theta)
    safe = np.where(shares > 1e-300, shares, 1.0)
    ratio, weight = design.counts / safe, design.counts.sum(axis=1, keepdims=True) / safe
    score = gradient_of(design, density * (ratio[:, :-1] - ratio[:, 1:]))
    diagonal = density**2 * (weight[:, :-1] + weight[:, 1:])
    beside = -density[:, :-1] * density[:, 1:] * weight[:, 1:-1]
    return max(0.0, arrow_of(design, diagonal, beside).quadratic(score))
