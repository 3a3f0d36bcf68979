"""Two groups compared within strata and then together."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np

from ilacs_reliability._checks.arguments import check_option
from ilacs_reliability._checks.randomness import as_generator, check_draws
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.tables import GradesLike, as_grades
from ilacs_reliability._inference.null import Drawn, Null, extremity, listed, normal
from ilacs_reliability._results.estimates import (
    Alternative,
    Estimate,
    FloatArray,
    SignificanceResult,
)
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.named_limits import Limits, name_of, under_name
from ilacs_reliability.comparison.checks import (
    check_drawable,
    disagreement,
    draws_affordable,
)
from ilacs_reliability.comparison.effects import (
    Placements,
    pair_methods,
    placements,
    relative_effect_label,
)
from ilacs_reliability.comparison.fixed_margins import (
    by_their_margins,
    convolved,
    double_mid_ranks,
    drawn_tables,
    first_rows,
    score_sums,
)
from ilacs_reliability.comparison.groups import (
    SharedGrades,
    influence_of_groups,
    phrase_of_groups,
    shared_grades,
    undefined_estimate,
    undefined_test,
)
from ilacs_reliability.comparison.in_words import (
    LABELS,
    NOT_SHOWN,
    NOT_SHOWN_BY_P,
    OF_TWO,
    UNDRAWN,
    borrowed_spread,
    grades_alike_within,
    within_strata,
)
from ilacs_reliability.comparison.limits import holding
from ilacs_reliability.comparison.rank_limits import MOST_TILTED, n_first_rows
from ilacs_reliability.comparison.rank_sums import rank_sum

StratumWeights: TypeAlias = Literal["mantel_haenszel", "van_elteren", "units"]
StratumMethod: TypeAlias = Literal["exact", "monte_carlo", "asymptotic"]
# units of a single stratum whose tables may be enumerated half by half
MOST_RANKED = 1_000_000


def stratified_relative_effect(
    grades: GradesLike, *, weights: StratumWeights = "mantel_haenszel"
) -> Estimate:
    """Estimate the relative effect within strata, averaged over them.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] 2, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter,
        and a note says what share of units that is.
    weights : {"mantel_haenszel", "van_elteren", "units"}, optional
        Weight of a stratum: n1 n2 / (n1 + n2), n1 n2 / (n1 + n2 + 1), or its n1 + n2 units.
        Default: "mantel_haenszel".

    Returns
    -------
    Estimate
        P(X < Y) + P(X = Y) / 2 for two units of the same stratum, X from the first group and Y
        from the second. Intervals "shrunk" (the default), "logit", "t", "normal" and "jeffreys"
        stay within 0 and 1.

    Raises
    ------
    ValueError
        If there are not exactly two groups or the weights are unknown.

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum holds both groups. The value is then nan.

    See Also
    --------
    relative_effect : Strata added up.
    heterogeneity : Whether it differs between strata.
    van_elteren : The test.

    Notes
    -----
    The strata are averaged whatever a test of their differences says: pooling that hangs on such a
    test is biased. "van_elteren" weights are those of Kawaguchi, Koch and Wang [1]_; variances add,
    with Satterthwaite's degrees of freedom. The spread of a group with one unit in a stratum is
    taken from its other strata, and a group whose units in a stratum are of one grade has Jeffreys'
    variance of a share there, not zero. "shrunk" shrinks what each group of a stratum adds as
    `relative_effect` does, by its weight in the average, and takes the effect for no fewer
    independent pairs than the least covered stratum would give.

    References
    ----------
    .. [1] A. Kawaguchi, G. G. Koch and X. Wang, "Stratified multivariate Mann-Whitney estimators
           for the comparison of two treatments with randomization based covariance adjustment",
           Statistics in Biopharmaceutical Research 3 (2011), 217-231.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> good, outstanding = [[3, 8, 45, 39], [4, 6, 5, 3]], [[0, 1, 3, 23], [0, 0, 0, 1]]
    >>> ilr.stratified_relative_effect([good, outstanding])
    Estimate(stratified_relative_effect = 0.2774, n_units=141, 95% shrunk 0.1569 to 0.4294)
    """
    check_option(weights, ("mantel_haenszel", "van_elteren", "units"), "weights")
    shared = shared_grades(grades, n_groups=2)
    label = within_strata(relative_effect_label(shared))
    if shared.reason:
        return undefined_estimate(
            shared, shared.reason, name="stratified_relative_effect", label=label
        )
    parts = placements(shared.counts)
    shares = _weights(parts.sizes, weights)
    value = float(shares @ parts.value)
    spread, notes = _borrowed(parts)
    spread = _steadied(spread, parts)
    variances = (shares[:, None] ** 2 * spread).ravel()
    smallest = parts.sizes.min(axis=1)
    joined = Placements(
        value=min(max(value, 0.0), 1.0),
        variances=variances,
        deviations=parts.deviations,
        # what is known of a borrowed spread grows with the strata that lent it
        sizes=np.maximum(parts.sizes, 2.0).ravel() if notes else parts.sizes.ravel(),
        spreads=None if parts.spreads is None else parts.spreads.ravel(),
        weights=np.repeat(shares, 2),
    )
    methods, why = pair_methods(joined, n_pairs=float((smallest / shares).min()))
    rows = shared.counts.reshape(-1, len(shared.scale))
    pulls = (shares[:, None, None] * parts.deviations).reshape(rows.shape)
    return Estimate(
        value=joined.value,
        name="stratified_relative_effect",
        label=label,
        frequencies=rows.ravel(),
        influence_source=_scaled(influence_of_groups(rows, pulls), rows, joined),
        n_units=shared.n_units,
        methods_source=tuple((name, keyed(_limits, limits=limits)) for name, limits in methods),
        notes=(*shared.notes, *notes, *why),
        limits=NOT_SHOWN,
    )


def van_elteren(
    grades: GradesLike,
    *,
    method: StratumMethod = "exact",
    alternative: Alternative = "two-sided",
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> SignificanceResult:
    """Test whether two groups' grades are distributed alike within every stratum.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] 2, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter,
        and a note says what share of units that is.
    method : {"exact", "monte_carlo", "asymptotic"}, optional
        "exact" gives way to "monte_carlo" where there are too many tables, and that to "asymptotic"
        where there are too many strata; the result says so. Default: "exact".
    alternative : {"two-sided", "less", "greater"}, optional
        "greater": the second group tends to be graded higher. Default: "two-sided".
    n_resamples : int, optional
        Tables to draw. Default: 9999.
    rng : Generator or int, optional
        Source of chance for these draws.

    Returns
    -------
    SignificanceResult
        `statistic` is the sum over strata of the second group's rank sum over (units + 1), less
        what is expected; the effect is the relative effect within strata, weighted alike. Its
        interval does not take the distributions as the same, as the p-value does; a note says
        where the two disagree at 5%.

    Raises
    ------
    TypeError
        If `rng` is neither a source of chance nor a seed.
    ValueError
        If there are not exactly two groups, an option is unknown, `n_resamples` is below 1, or
        tables would have to be drawn of a stratum with a thousand million units or more.

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum holds both groups. The p-value is then nan.

    See Also
    --------
    mann_whitney : What this is for one stratum.
    cochran_mantel_haenszel : For more groups, or for other than rank scores.

    Notes
    -----
    Ranks are taken within strata and weighted by 1/(N + 1) [1]_, with mid-ranks for ties. A rank
    test over all strata that only permutes within them is another test.

    References
    ----------
    .. [1] P. van Elteren, "On the combination of independent two sample tests of Wilcoxon",
           Bulletin of the International Statistical Institute 37 (1960), 351-361.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> good, outstanding = [[3, 8, 45, 39], [4, 6, 5, 3]], [[0, 1, 3, 23], [0, 0, 0, 1]]
    >>> ilr.van_elteren([good, outstanding]).p_value < 0.001
    True
    """
    check_option(method, ("exact", "monte_carlo", "asymptotic"), "method")
    check_option(alternative, ("two-sided", "less", "greater"), "alternative")
    n_resamples = check_draws(n_resamples)
    generator = as_generator(rng)
    grades = as_grades(grades)
    shared = shared_grades(grades, n_groups=2)
    label = LABELS["van_elteren"]
    if shared.reason:
        return undefined_test(
            shared, shared.reason, name="van_elteren", label=label, alternative=alternative
        )
    if len(shared.strata) == 1 and method == "exact" and shared.n_units <= MOST_RANKED:
        of_one = rank_sum(
            shared.counts[0], method, alternative, n_resamples, generator, listing=False
        )
        null, seen = of_one.null, of_one.seen
    else:
        null = _judged(shared, method, alternative, n_resamples, generator)
        seen = float(extremity(-_surplus(shared), alternative))
    p_value = null.reach(seen)
    effect = stratified_relative_effect(grades, weights="van_elteren")
    first, second = phrase_of_groups(shared)
    return SignificanceResult(
        statistic=-_surplus(shared),
        p_value=p_value,
        alternative=alternative,
        method=null.method,
        name="van_elteren",
        label=label,
        null=grades_alike_within(first, second, alternative),
        effect=effect,
        n_units=shared.n_units,
        notes=(
            *effect.notes,
            *((UNDRAWN,) if null.kind == "asymptotic" != method else ()),
            *disagreement(p_value, effect, 0.5, alternative, why=OF_TWO["van_elteren"]),
        ),
        limits=NOT_SHOWN_BY_P,
    )


def _weights(sizes: FloatArray, kind: StratumWeights) -> FloatArray:
    n = sizes.sum(axis=1)
    raw = {
        "mantel_haenszel": sizes.prod(axis=1) / n,
        "van_elteren": sizes.prod(axis=1) / (n + 1),
        "units": n,
    }[kind]
    shares: FloatArray = raw / raw.sum()
    return shares


def _borrowed(parts: Placements) -> tuple[FloatArray, tuple[str, ...]]:
    """Return variances by stratum and group, single units' spread taken from other strata."""
    spread = parts.variances * parts.sizes
    single = parts.sizes < 2
    df = np.where(single, 0.0, parts.sizes - 1)
    known = df.sum(axis=0)
    if not single.any() or (known == 0).any():
        return parts.variances, ()
    pooled = (df * np.where(single, 0.0, spread)).sum(axis=0) / known
    n_single = int(single.sum())
    return np.where(single, pooled, spread) / parts.sizes, (borrowed_spread(n_single),)


def _steadied(spread: FloatArray, parts: Placements) -> FloatArray:
    """Give a group without spread in a stratum Jeffreys' variance of a share, unless all are so."""
    if len(spread) < 2 or not (spread > 0).any() or np.isnan(spread).any():
        return spread
    centre = np.asarray(parts.value)[:, None]
    a, b = parts.sizes * centre + 0.5, parts.sizes * (1 - centre) + 0.5
    smooth = a * b / ((a + b) ** 2 * (a + b + 1))
    return np.where(spread > 0, spread, smooth)


def _scaled(influence: FloatArray, rows: Any, joined: Placements) -> FloatArray:
    """Scale influences so that they carry the borrowed spread too."""
    if (rows.sum(axis=1) > 1).all():
        return influence
    pull = np.where(np.isfinite(influence), influence, 0.0)
    n = rows.sum()
    raw = np.sqrt((rows.ravel() * pull**2).sum() / n / (n - 1))
    error = joined.standard_error
    return pull * (error / raw) if raw > 0 and error > 0 else influence


def _surplus(shared: SharedGrades) -> float:
    """Return the first group's weighted rank sum less what is expected."""
    totals = shared.counts.sum(axis=1)
    n = totals.sum(axis=1)
    ranks = double_mid_ranks(totals) / 2
    # units times units pass the largest whole number
    sums = (shared.counts[:, 0] * (ranks - (n[:, None] + 1) / 2)).sum(axis=1)
    return float((sums / (n + 1)).sum())


def _judged(
    shared: SharedGrades,
    method: str,
    alternative: Alternative,
    n_resamples: int,
    rng: np.random.Generator,
) -> Null:
    """Return the distribution of the second group's surplus, as extreme as the alternative says."""
    # what can be enumerated, and what is drawn, may not hang on which stratum comes first
    counts = shared.counts[by_their_margins(shared.counts)]
    totals, sizes = counts.sum(axis=1), counts.sum(axis=2)
    n = totals.sum(axis=1, keepdims=True)
    # centred, so that the sum is a surplus; divided by N + 1 as in van Elteren (1960)
    scores = (double_mid_ranks(totals) / 2 - (n + 1) / 2) / (n + 1)
    found = _surplus_distribution(totals, sizes, scores) if method == "exact" else None
    if found is not None:
        return listed(extremity(-found[0], alternative), found[1])
    if method == "asymptotic" or not draws_affordable(shared.counts, n_resamples):
        spread = (totals * scores**2).sum(axis=1) / (n[:, 0] - 1)
        variance = (sizes.astype(np.float64).prod(axis=1) / n[:, 0] * spread).sum()
        return normal(float(variance), alternative)
    check_drawable(shared.counts)
    sums = np.zeros(n_resamples)
    for total, size, score in zip(totals, sizes, scores, strict=True):
        sums += drawn_tables(size, total, n_resamples, rng)[:, 0] @ score
    draws = np.sort(extremity(-sums, alternative))
    return Drawn(draws, asked=n_resamples, instead=method == "exact")


def _surplus_distribution(totals: Any, sizes: Any, scores: FloatArray) -> Any:
    found: Any = (np.zeros((1, 1)), np.ones(1))
    n_terms = 0.0
    for total, size, score in zip(totals, sizes, scores, strict=True):
        sums = _sums_of_scores(total, int(size[0]), score)
        n_terms += len(found[0]) * len(sums[0]) if sums else 0
        found = sums and convolved(found, sums)
        if found is None or not affordable(n_terms, nanoseconds=1000.0):
            return None
    return found[0][:, 0], found[1]


def _sums_of_scores(total: Any, n_first: int, score: FloatArray) -> Any:
    """Return the sums of scores that the first group can have in a stratum, and their chances."""
    many = n_first_rows(total, n_first) > MOST_TILTED
    sums = score_sums(total, n_first, double_mid_ranks(total)) if many else None
    if sums is None:
        rows = first_rows(total, n_first)
        return rows and (rows[0] @ score[:, None], rows[1])
    n = int(total.sum())
    return ((sums[0] - n_first * (n + 1)) / (2 * (n + 1)))[:, None], np.exp(sums[1])


def _limits(estimate: Estimate, confidence_level: float, *, limits: Any) -> Limits:
    found = limits(confidence_level)
    return under_name(*holding(found, estimate.value), name_of(found))
