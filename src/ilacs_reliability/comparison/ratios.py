"""Two groups at a cut between grades: ratio of shares and odds ratio."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize

from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.tables import GradesLike
from ilacs_reliability._results.estimates import (
    Estimate,
    FloatArray,
    IntArray,
    Method,
)
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.named_limits import Limits, under_name
from ilacs_reliability._results.wording import counted, whole
from ilacs_reliability.comparison.groups import (
    influence_of_groups,
    phrase_of_groups,
    undefined_estimate,
)
from ilacs_reliability.comparison.in_words import (
    NOT_SHOWN,
    TOO_MANY_UNITS,
    katz_fails,
    one_side_of_cut,
    one_sided_cut,
    ratio_of_odds,
    ratio_of_shares,
)
from ilacs_reliability.comparison.limits import (
    Counts,
    greenland_robins_ratio,
    katz_ratio,
    quantile,
    score_odds_ratio,
    score_ratio,
    stratified_score_ratio,
    woolf_odds_ratio,
)
from ilacs_reliability.comparison.proportions import (
    CutGroups,
    cut_groups,
    limits_of_counts,
    shares_note,
)
from ilacs_reliability.comparison.tilted import Family

# log odds ratios of any table are within this
FARTHEST_ODDS = 200.0


def risk_ratio(
    grades: GradesLike, *, at_least: Hashable | None = None, at_most: Hashable | None = None
) -> Estimate:
    """Estimate the ratio of two groups' shares at or beyond a grade.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] 2, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter,
        and a note says so; over several others it is the common ratio.
    at_least, at_most : hashable, optional
        The lowest grade that counts, or the highest. One of the two, unless there are two grades:
        then the better one counts.

    Returns
    -------
    Estimate
        Share of the second group over share of the first, 0 or more, over strata by Mantel and
        Haenszel; infinite where only the second group has any. Intervals "miettinen_nurminen" (the
        default) and "katz", over strata "greenland_robins" in place of the latter.

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
    heterogeneity : Whether the strata's odds ratios differ.

    Notes
    -----
    Over strata the value is the ratio of Mantel and Haenszel, the sum of x2 n1 / N over that of
    x1 n2 / N. "miettinen_nurminen" inverts the score test with its factor N/(N - 1) [1]_, over
    strata that of the gaps p2 - R p1 with the same weights n1 n2 / N; "katz" is normal on the log
    scale [2]_ and open where a count is zero, as is "greenland_robins" [3]_, the same over strata,
    few large ones or many small ones, and alone where more than some twenty
    thousand strata differ. A group all of whose units count adds nothing to the error of
    "katz", so that it can be far too short beside a small group; its name says so where a group has
    fewer than five units on either side of the cut. Strata added up first
    (`counts.sum(axis=0)`) give the ratio of the shares overall, which may be another.

    References
    ----------
    .. [1] O. Miettinen and M. Nurminen, "Comparative analysis of two rates", Statistics in
           Medicine 4 (1985), 213-226.
    .. [2] D. Katz, J. Baptista, S. P. Azen and M. C. Pike, "Obtaining confidence intervals for the
           risk ratio in cohort studies", Biometrics 34 (1978), 469-474.
    .. [3] S. Greenland and J. M. Robins, "Estimation of a common effect parameter from sparse
           follow-up data", Biometrics 41 (1985), 55-68.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.risk_ratio([[11, 84], [10, 8]])
    Estimate(risk_ratio = 0.5026, n_units=113, 95% miettinen_nurminen 0.2759 to 0.7583)

    Within two regions:

    >>> ilr.risk_ratio([[[5, 44], [3, 5]], [[6, 40], [7, 3]]])
    Estimate(risk_ratio = 0.5078, n_units=113, 95% miettinen_nurminen 0.2789 to 0.7651)
    """
    cut = cut_groups(grades, at_least=at_least, at_most=at_most, pool=False)
    first, second = phrase_of_groups(cut.shared)
    label = ratio_of_shares(cut.phrase, first, second)
    reason = cut.shared.reason or ("one_side" if not cut.tables[..., 1].any() else "")
    if reason:
        why = why_one_side(cut) if reason == "one_side" else ""
        return undefined_estimate(cut.shared, reason, name="risk_ratio", label=label, why=why)
    value, deviations = _common_ratio(cut)
    rows = cut.shared.counts.reshape(-1, len(cut.shared.scale))
    return Estimate(
        value=value,
        name="risk_ratio",
        label=label,
        frequencies=rows.ravel(),
        influence_source=influence_of_groups(rows, deviations),
        n_units=cut.shared.n_units,
        methods_source=_ratio_methods(cut),
        notes=(*cut.shared.notes, shares_note(cut)),
        limits=NOT_SHOWN,
    )


def _common_ratio(cut: CutGroups) -> tuple[float, FloatArray]:
    """Return the ratio of shares common to strata, and each unit's pull on it."""
    sizes = cut.tables.sum(axis=2).astype(np.float64)
    shares = cut.tables[..., 1] / sizes
    weights = sizes.prod(axis=1) / sizes.sum(axis=1)
    first, second = (weights @ shares).tolist()
    value = second / first if first > 0 else float("inf")
    scale = weights / first if first > 0 else np.full(len(weights), np.nan)
    slopes = np.stack([-value * scale, scale], axis=1)
    deviations = slopes[..., None] * (cut.counted - shares[..., None])
    return value, deviations.reshape(-1, deviations.shape[-1])


def _ratio_methods(cut: CutGroups) -> tuple[Method, ...]:
    if len(cut.tables) == 1:
        score = keyed(limits_of_counts, rule=keyed(score_ratio), counts=cut.counts)
        return ("miettinen_nurminen", score), ("katz", keyed(_katz, counts=cut.counts))
    strata = cut.counts_by_stratum
    log = ("greenland_robins", keyed(limits_of_counts, rule=GREENLAND_ROBINS, counts=strata))
    if not affordable(len(np.unique(strata, axis=0)), nanoseconds=250_000.0):
        return (log,)
    score = keyed(limits_of_counts, rule=keyed(stratified_score_ratio), counts=strata)
    return ("miettinen_nurminen", score), log


GREENLAND_ROBINS = keyed(greenland_robins_ratio)


# units on either side of the cut from which Katz's error is one to lean on
FEWEST = 5


def _katz(estimate: Estimate, confidence_level: float, *, counts: Counts) -> Limits:
    limits = limits_of_counts(estimate, confidence_level, rule=katz_ratio, counts=counts)
    x1, n1, x2, n2 = counts
    few = min(x1, n1 - x1, x2, n2 - x2) < FEWEST
    return under_name(*limits, katz_fails(FEWEST) if few else "")


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
        stratum also "miettinen_nurminen" and "woolf". Of too many units to list their distribution
        the latter alone or, over several strata, "wald" on the log odds; a note says so.

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
    return odds_ratio_of(cut)


def odds_ratio_of(cut: CutGroups) -> Estimate:
    """Return the common odds ratio of groups cut in two.

    Parameters
    ----------
    cut : CutGroups
        The groups.

    Returns
    -------
    Estimate
        As from `odds_ratio`.
    """
    first, second = phrase_of_groups(cut.shared)
    label = ratio_of_odds(cut.phrase, first, second)
    two_sided = (cut.tables.sum(axis=1) > 0).all(axis=1)
    reason = cut.shared.reason or ("" if two_sided.any() else "one_side")
    if reason:
        why = why_one_side(cut) if reason == "one_side" else ""
        return undefined_estimate(cut.shared, reason, name="odds_ratio", label=label, why=why)
    cut = _telling(cut, two_sided)
    value, deviations = _mantel_haenszel(cut)
    listable = is_listable(cut.tables)
    methods: list[tuple[str, Any]] = [
        (name, keyed(_conditional_limits, tables=cut.tables, part=part))
        for name, part in (("exact", 1.0), ("midp", 0.5))
        if listable
    ]
    if len(cut.tables) == 1:
        for name, rule in (("miettinen_nurminen", score_odds_ratio), ("woolf", woolf_odds_ratio)):
            methods.append((name, keyed(limits_of_counts, rule=keyed(rule), counts=cut.counts)))
    rows = cut.shared.counts.reshape(-1, len(cut.shared.scale))
    if not methods:
        methods = [("wald", keyed(_log_limits))]
    return Estimate(
        value=value,
        name="odds_ratio",
        label=label,
        frequencies=rows.ravel(),
        influence_source=influence_of_groups(rows, deviations),
        n_units=cut.shared.n_units,
        methods_source=tuple(methods),
        notes=(*cut.shared.notes, shares_note(cut), *(() if listable else (TOO_MANY_UNITS,))),
        limits=NOT_SHOWN,
    )


def _telling(cut: CutGroups, two_sided: npt.NDArray[np.bool_]) -> CutGroups:
    """Leave out strata that are all on one side of the cut."""
    if two_sided.all():
        return cut
    shared, names = cut.shared, []
    for name, kept in zip(shared.strata, two_sided, strict=True):
        names += [] if kept else [str(name)]
    note = one_side_of_cut(int(cut.tables[~two_sided].sum()), cut.phrase, ", ".join(names))
    strata = tuple(name for name, kept in zip(shared.strata, two_sided, strict=True) if kept)
    left = replace(
        shared, counts=shared.counts[two_sided], strata=strata, notes=(*shared.notes, note)
    )
    return replace(cut, shared=left, tables=cut.tables[two_sided])


def why_one_side(cut: CutGroups) -> str:
    """Say that no stratum has units on both sides of a cut.

    Parameters
    ----------
    cut : CutGroups
        Groups of which that is true.

    Returns
    -------
    str
        Such as "none of the 20 units is good or better".
    """
    n, hits = cut.shared.n_units, int(cut.tables[..., 1].sum())
    units, strata = counted(n, "unit"), whole(len(cut.tables))
    return one_sided_cut(cut.phrase, units, strata, none=not hits, every=hits == n)


def conditional_family(tables: IntArray, *, at_one: bool = False) -> Family:
    """Return how the second group's total is distributed given all margins, tilted by log odds.

    Parameters
    ----------
    tables : ndarray of int, shape (n_strata, 2, 2)
        Units by group, not counted and counted.
    at_one : bool, optional
        Whether to list the totals likely at an odds ratio of 1. Default: those likely at the odds
        ratio at which the total seen is expected. Of few units all are listed.

    Returns
    -------
    Family
        Of the units of the second group that count; a tilt is a log odds ratio. Totals farther than
        20 standard deviations are left out.
    """
    centre = 0.0 if at_one else _log_odds_expected(tables)
    starts, parts = zip(*_likely_totals(tables, centre), strict=True)
    least, every = sum(starts), list(parts)
    # pairs of neighbours, then pairs of pairs: of many strata few sums are long
    while len(every) > 1:
        odd = every[-1:] if len(every) % 2 else []
        joined = zip(every[::2], every[1::2], strict=False)
        every = [_log_convolved(first, second) for first, second in joined] + odd
    seen = int(tables[:, 1, 1].sum()) - least
    return Family(values=least + np.arange(len(every[0])), logs=every[0], seen=seen, centre=centre)


def _log_odds_expected(tables: IntArray) -> float:
    """Return the log odds ratio at which the second group's total is expected, near enough."""
    low, high = _ends(tables)
    # at an end of what is possible the odds are infinite
    seen = float(np.clip(tables[:, 1, 1].sum() - low.sum(), 0.5, (high - low).sum() - 0.5))

    def excess(log_odds: float) -> float:
        return float((_middles(tables, log_odds) - low).sum() - seen)

    far = 1.0
    while excess(-far) > 0 or excess(far) < 0:
        if far > FARTHEST_ODDS:
            return 0.0
        far *= 2
    return float(optimize.brentq(excess, -far, far, xtol=1e-13))


def _ends(tables: IntArray) -> tuple[IntArray, IntArray]:
    """Return the least and the largest count of the second group in each stratum."""
    (n1, n2), yes = tables.sum(axis=2).T, tables[:, :, 1].sum(axis=1)
    return np.maximum(0, yes - n1), np.minimum(n2, yes)


def _middles(tables: IntArray, log_odds: float) -> FloatArray:
    """Return the count of the second group at which each stratum has an odds ratio."""
    (n1, n2), yes = tables.sum(axis=2).T.astype(np.float64), tables[:, :, 1].sum(axis=1)
    # with odds above 1 the first group's count is the one without a difference of large numbers
    first, second, odds = (
        (n1, n2, np.exp(log_odds)) if log_odds <= 0 else (n2, n1, np.exp(-log_odds))
    )
    b = first - yes + odds * (second + yes)
    root = np.sqrt(b**2 + 4 * (1 - odds) * odds * second * yes)
    # of the quadratic's two forms the one that adds
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = np.where(
            b > 0, 2 * odds * second * yes / (b + root), (root - b) / (2 * (1 - odds))
        )
    low, high = _ends(tables)
    counts: FloatArray = np.clip(middle if log_odds <= 0 else yes - middle, low, high)
    return counts


def _likely_totals(tables: IntArray, log_odds: float) -> Iterator[tuple[int, FloatArray]]:
    """Yield each stratum's least likely count of the second group, and log weights from there."""
    middles, (lows, highs) = _middles(tables, log_odds), _ends(tables)
    halves = _reaches(tables, middles)
    for table, middle, half, low, high in zip(
        tables.tolist(),
        middles.tolist(),
        halves.tolist(),
        lows.tolist(),
        highs.tolist(),
        strict=True,
    ):
        (no1, yes1), (no2, yes2) = table
        n1, n2, yes = no1 + yes1, no2 + yes2, yes1 + yes2
        start, end = max(low, int(middle) - half), min(high, int(middle) + half)
        if len(tables) == 1:
            start, end = min(start, yes2), max(end, yes2)
        k = np.arange(start, end, dtype=np.float64)
        steps = np.log((n2 - k) * (yes - k) / ((k + 1) * (n1 - yes + k + 1)))
        logs = np.append(0.0, np.cumsum(steps + log_odds))
        yield start, logs - logs.max()


def _reaches(tables: IntArray, middles: FloatArray) -> IntArray:
    """Return 20 standard deviations of each count given the margins, and some more."""
    (n1, n2), yes = tables.sum(axis=2).T, tables[:, :, 1].sum(axis=1)
    cells = np.maximum([middles, n2 - middles, yes - middles, n1 - yes + middles], 0.5)
    reaches: IntArray = (20 / np.sqrt((1 / cells).sum(axis=0))).astype(np.int64) + 200
    return reaches


def is_listable(tables: IntArray, *, at_one: bool = False) -> bool:
    """Say whether `conditional_family` can list the totals likely given the margins.

    Parameters
    ----------
    tables : ndarray of int, shape (n_strata, 2, 2)
        Units by group, not counted and counted.
    at_one : bool, optional
        As of `conditional_family`.

    Returns
    -------
    bool
        False where that would take too long or too much memory.
    """
    centre = 0.0 if at_one else _log_odds_expected(tables)
    middles, (low, high) = _middles(tables, centre), _ends(tables)
    most = float(np.minimum(2.0 * _reaches(tables, middles), high - low + 1).sum())
    if len(tables) == 1:
        # of one table the list goes on to the total that was seen
        most += float(np.abs(tables[0, 1, 1] - middles[0]))
    # each number is looked at in dozens of tilts
    return affordable(most * np.log2(len(tables) + 1), nanoseconds=2500.0, held=64 * most)


def _log_limits(estimate: Estimate, confidence_level: float) -> tuple[float, float]:
    """Return normal limits of the log of a common odds ratio, by its influences."""
    if not 0 < estimate.value < np.inf:
        return 0.0, float("inf")
    half = quantile(confidence_level) * float(estimate.standard_error) / estimate.value
    return float(estimate.value * np.exp(-half)), float(estimate.value * np.exp(half))


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


def _log_convolved(first: FloatArray, second: FloatArray) -> FloatArray:
    parts = np.exp(first - first.max()), np.exp(second - second.max())
    # by Fourier transform only probabilities below about 1e-16 of the largest are lost
    many = len(first) * len(second) > MOST_PRODUCTS
    from scipy import signal

    joined = signal.fftconvolve(*parts) if many else np.convolve(*parts)
    with np.errstate(divide="ignore"):
        logs: FloatArray = np.log(np.maximum(joined, 0.0))
    return logs


MOST_PRODUCTS = 500_000_000


def _conditional_limits(
    estimate: Estimate, confidence_level: float, *, tables: IntArray, part: float
) -> tuple[float, float]:
    """Invert the two one-sided conditional tests; `part` of the table seen counts."""
    tail = (1 - confidence_level) / 2
    low, high = np.exp(conditional_family(tables).limits((tail, tail), part)).tolist()
    return min(low, estimate.value), max(high, estimate.value)
