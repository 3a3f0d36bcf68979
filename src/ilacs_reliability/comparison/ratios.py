"""Two groups at a cut between grades: ratio of shares, odds ratio, and tests of equal shares."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from functools import partial
from typing import Any, Literal, TypeAlias

import numpy as np
from scipy import optimize, special, stats

from ilacs_reliability.comparison.exact import log_choose
from ilacs_reliability.comparison.groups import (
    NOT_SHOWN,
    NOT_SHOWN_BY_P,
    influence_of_groups,
    phrase_of_groups,
    undefined_estimate,
    undefined_test,
)
from ilacs_reliability.comparison.limits import (
    difference_score,
    katz_ratio,
    score_odds_ratio,
    score_ratio,
    woolf_odds_ratio,
)
from ilacs_reliability.comparison.proportions import (
    CutGroups,
    cut_groups,
    limits_of_counts,
    risk_difference,
    share_deviations,
    shares_note,
)
from ilacs_reliability.comparison.unconditional import unconditional_p_value
from ilacs_reliability.estimates import (
    Alternative,
    Estimate,
    FloatArray,
    IntArray,
    SignificanceResult,
    check_option,
)
from ilacs_reliability.tables import GradesLike

ALTERNATIVES = ("two-sided", "less", "greater")
ProportionMethod: TypeAlias = Literal["fisher", "boschloo", "barnard", "score"]


def risk_ratio(
    grades: GradesLike, *, at_least: Hashable | None = None, at_most: Hashable | None = None
) -> Estimate:
    """Estimate the ratio of two groups' shares at or beyond a grade.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] 2, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter;
        the others are added up, and notes say both.
    at_least, at_most : hashable, optional
        The lowest grade that counts, or the highest. One of the two, unless there are two grades:
        then the better one counts.

    Returns
    -------
    Estimate
        Share of the second group over share of the first, 0 or more; infinite where only the
        second group has any. Intervals "miettinen_nurminen" (the default) and "katz".

    Raises
    ------
    ValueError
        If there are not exactly two groups, neither or both of `at_least` and `at_most` are
        given, or every grade would count.

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum holds both groups, or no unit counts. The value is then nan.

    See Also
    --------
    risk_difference : The difference of the shares.
    e_value : How strong an unmeasured cause would have to be.

    Notes
    -----
    "miettinen_nurminen" inverts the score test with its factor N/(N - 1) [1]_; "katz" is normal on
    the log scale [2]_ and open where a count is zero.

    References
    ----------
    .. [1] O. Miettinen and M. Nurminen, "Comparative analysis of two rates", Statistics in
           Medicine 4 (1985), 213-226.
    .. [2] D. Katz, J. Baptista, S. P. Azen and M. C. Pike, "Obtaining confidence intervals for the
           risk ratio in cohort studies", Biometrics 34 (1978), 469-474.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.risk_ratio([[11, 84], [10, 8]])
    Estimate(risk_ratio = 0.5026, n_units=113, 95% miettinen_nurminen 0.2759 to 0.7583)
    """
    cut = cut_groups(grades, at_least=at_least, at_most=at_most)
    first, second = phrase_of_groups(cut.shared)
    label = f"ratio of the shares {cut.phrase}, {second} over {first}"
    reason = cut.shared.reason or ("no_variation" if not cut.tables[..., 1].any() else "")
    if reason:
        return undefined_estimate(cut.shared, reason, name="risk_ratio", label=label)
    x1, n1, x2, n2 = cut.counts
    value = x2 / n2 / (x1 / n1) if x1 else float("inf")
    slopes = (-value * n1 / x1, n1 / x1) if x1 else (float("nan"), float("nan"))
    return Estimate(
        value=value,
        name="risk_ratio",
        label=label,
        frequencies=cut.shared.pooled.ravel(),
        influence_source=influence_of_groups(cut.shared.pooled, share_deviations(cut, slopes)),
        n_units=cut.shared.n_units,
        methods=(
            ("miettinen_nurminen", partial(limits_of_counts, rule=score_ratio, counts=cut.counts)),
            ("katz", partial(limits_of_counts, rule=katz_ratio, counts=cut.counts)),
        ),
        notes=(*cut.shared.notes, shares_note(cut)),
        limits=NOT_SHOWN,
    )


def odds_ratio(
    grades: GradesLike, *, at_least: Hashable | None = None, at_most: Hashable | None = None
) -> Estimate:
    """Estimate the ratio of two groups' odds of being at or beyond a grade, within strata.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] 2, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter,
        and a note says so; over several others it is the common odds ratio.
    at_least, at_most : hashable, optional
        The lowest grade that counts, or the highest. One of the two, unless there are two grades:
        then the better one counts.

    Returns
    -------
    Estimate
        Odds of the second group over odds of the first, by Mantel and Haenszel; infinite under
        complete separation. Intervals "exact" (conditional, the default) and "midp"; for a single
        stratum also "miettinen_nurminen" and "woolf".

    Raises
    ------
    ValueError
        If there are not exactly two groups, neither or both of `at_least` and `at_most` are
        given, or every grade would count.

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum holds both groups, or in each all units are on one side of the cut. The value
        is then nan.

    See Also
    --------
    generalised_odds : Over all cuts.
    proportional_odds : One odds ratio for every cut, with covariates.

    Notes
    -----
    The value is the estimate of Mantel and Haenszel [1]_, in one stratum the ratio of products.
    "exact" inverts both one-sided tests given all margins, strata taken together [2]_, and so is
    finite on the side where there is information, whatever cell is zero.

    References
    ----------
    .. [1] N. Mantel and W. Haenszel, "Statistical aspects of the analysis of data from
           retrospective studies of disease", Journal of the National Cancer Institute 22 (1959),
           719-748.
    .. [2] J. J. Gart, "Point and interval estimation of the common odds ratio in the combination
           of 2 x 2 tables with fixed marginals", Biometrika 57 (1970), 471-475.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.odds_ratio([[11, 84], [10, 8]])
    Estimate(odds_ratio = 0.1048, n_units=113, 95% exact 0.0295 to 0.3739)
    """
    cut = cut_groups(grades, at_least=at_least, at_most=at_most, pool=False)
    first, second = phrase_of_groups(cut.shared)
    label = f"odds ratio of {cut.phrase}, {second} over {first}"
    informative = cut.tables[(cut.tables.sum(axis=1) > 0).all(axis=1)]
    reason = cut.shared.reason or ("" if len(informative) else "no_variation")
    if reason:
        return undefined_estimate(cut.shared, reason, name="odds_ratio", label=label)
    value, deviations = _mantel_haenszel(cut)
    least, logs = _conditional(informative)
    seen = int(informative[:, 1, 1].sum()) - least
    methods: list[tuple[str, Any]] = [
        (name, partial(_conditional_limits, least=least, logs=logs, seen=seen, part=part))
        for name, part in (("exact", 1.0), ("midp", 0.5))
    ]
    if len(cut.tables) == 1:
        for name, rule in (("miettinen_nurminen", score_odds_ratio), ("woolf", woolf_odds_ratio)):
            methods.append((name, partial(limits_of_counts, rule=rule, counts=cut.counts)))
    rows = cut.shared.counts.reshape(-1, len(cut.shared.scale))
    return Estimate(
        value=value,
        name="odds_ratio",
        label=label,
        frequencies=rows.ravel(),
        influence_source=influence_of_groups(rows, deviations),
        n_units=cut.shared.n_units,
        methods=tuple(methods),
        notes=(*cut.shared.notes, shares_note(cut)),
        limits=NOT_SHOWN,
    )


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
        With the difference in shares. Only "score" and its interval are one method; beside an
        exact p-value the interval is Newcombe's.

    Raises
    ------
    ValueError
        If there are not exactly two groups, an option is unknown, neither or both of `at_least`
        and `at_most` are given, or every grade would count.

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

    References
    ----------
    .. [1] R. A. Fisher, "The logic of inductive inference", Journal of the Royal Statistical
           Society 98 (1935), 39-82.
    .. [2] R. D. Boschloo, "Raised conditional level of significance for the 2 x 2 table when
           testing the equality of two probabilities", Statistica Neerlandica 24 (1970), 1-9.
    .. [3] G. A. Barnard, "Significance tests for 2 x 2 tables", Biometrika 34 (1947), 123-138.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.two_proportions([[11, 84], [10, 8]])
    SignificanceResult(two_proportions, fisher: p = 0.0001..., statistic=0.1048, n_units=113)
    """
    check_option(method, ("fisher", "boschloo", "barnard", "score"), "method")
    check_option(alternative, ALTERNATIVES, "alternative")
    cut = cut_groups(grades, at_least=at_least, at_most=at_most)
    label = f"test of equal shares {cut.phrase}"
    if cut.shared.reason:
        return undefined_test(
            cut.shared,
            cut.shared.reason,
            name="two_proportions",
            label=label,
            alternative=alternative,
        )
    statistic, p_value = _proportion_test(cut, method, alternative)
    effect = risk_difference(grades, at_least=at_least, at_most=at_most)
    if method == "score":
        order = sorted(effect.methods, key=lambda pair: pair[0] != "miettinen_nurminen")
        effect = replace(effect, methods=tuple(order))
    first, second = phrase_of_groups(cut.shared)
    relation = {"two-sided": "as large as", "greater": "no larger than", "less": "no smaller than"}
    return SignificanceResult(
        statistic=statistic,
        p_value=p_value,
        alternative=alternative,
        method=method,
        name="two_proportions",
        label=label,
        null=f"the share of {second} is {relation[alternative]} that of {first}",
        effect=effect,
        n_units=cut.shared.n_units,
        notes=(*cut.shared.notes, shares_note(cut)),
        limits=NOT_SHOWN_BY_P,
    )


def _mantel_haenszel(cut: CutGroups) -> tuple[float, FloatArray]:
    """Return the common odds ratio, and each unit's pull on it by stratum and group."""
    tables = cut.tables.astype(np.float64)
    sizes = tables.sum(axis=2)
    p1, p2 = (tables[..., 1] / sizes).T
    weights = sizes.prod(axis=1) / sizes.sum(axis=1)
    above, below = weights @ (p2 * (1 - p1)), weights @ (p1 * (1 - p2))
    value = float(above / below) if below > 0 else float("inf")
    if not below > 0:
        return value, np.full((len(sizes) * 2, len(cut.counted)), np.nan)
    slope1 = -weights * (p2 + value * (1 - p2)) / below
    slope2 = weights * (1 - p1 + value * p1) / below
    slopes = np.stack([slope1, slope2], axis=1)
    deviations = slopes[..., None] * (cut.counted - np.stack([p1, p2], axis=1)[..., None])
    return value, deviations.reshape(-1, deviations.shape[-1])


def _conditional(tables: IntArray) -> tuple[int, FloatArray]:
    """Return the least possible total of the second group, and log weights from there on."""
    least, weights = 0, np.ones(1)
    for (no1, yes1), (no2, yes2) in tables.tolist():
        n1, n2, yes = no1 + yes1, no2 + yes2, yes1 + yes2
        low, high = max(0, yes - n1), min(n2, yes)
        taken = np.arange(low, high + 1)
        logs = log_choose(np.asarray(n2), taken) + log_choose(np.asarray(n1), yes - taken)
        weights = np.convolve(weights, np.exp(logs - logs.max()))
        weights = weights / weights.max()
        least += low
    with np.errstate(divide="ignore"):
        return least, np.log(weights)


def _conditional_limits(
    estimate: Estimate,
    confidence_level: float,
    *,
    least: int,
    logs: FloatArray,
    seen: int,
    part: float,
) -> tuple[float, float]:
    """Invert the two one-sided conditional tests; `part` of the table seen counts."""
    tail = (1 - confidence_level) / 2
    places = np.arange(len(logs))

    def excess(log_odds: float, *, upper: bool) -> float:
        terms = logs + places * log_odds
        shares = np.exp(terms - special.logsumexp(terms))
        beyond = shares[seen + 1 :].sum() if upper else shares[:seen].sum()
        return float(beyond + part * shares[seen]) - tail

    low = 0.0 if seen == 0 else _log_root(partial(excess, upper=True))
    high = float("inf") if seen == len(logs) - 1 else _log_root(partial(excess, upper=False))
    return min(low, estimate.value), max(high, estimate.value)


def _log_root(function: Any) -> float:
    return float(np.exp(optimize.brentq(function, -60.0, 60.0, xtol=1e-12)))


def _proportion_test(cut: CutGroups, method: str, alternative: Alternative) -> tuple[float, float]:
    x1, n1, x2, n2 = (int(x) for x in cut.counts)
    if x1 + x2 in (0, n1 + n2):
        return 0.0, 1.0
    if method == "fisher":
        table = np.array([[x2, n2 - x2], [x1, n1 - x1]])
        found = stats.fisher_exact(table, alternative=alternative)
        return float(found.statistic), min(1.0, float(found.pvalue))
    if method == "score":
        z = difference_score(cut.counts, 0.0)
        tail = {"less": z, "greater": -z, "two-sided": -abs(z)}[alternative]
        return z, float(special.ndtr(tail) * (2 if alternative == "two-sided" else 1))
    value = unconditional_p_value((x1, n1, x2, n2), method, alternative)
    return difference_score(cut.counts, 0.0), value
