"""Units at or above a grade before and after: tests and effects of a paired two-by-two table."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import Literal, TypeAlias, get_args

import numpy as np
from scipy import special

from ilacs_reliability.estimates import (
    Alternative,
    Estimate,
    Limits,
    SignificanceResult,
    check_option,
)
from ilacs_reliability.inference import ALTERNATIVES
from ilacs_reliability.intervals import clopper_pearson_limits, midp_limits, wilson_limits
from ilacs_reliability.scales import IntArray
from ilacs_reliability.shift.limits import bonett_price_limits, newcombe_limits, tango_limits
from ilacs_reliability.shift.movement import check_ordered, net_estimate
from ilacs_reliability.shift.pairs import (
    FLIPPED,
    NO_CHANGE,
    NOT_SHOWN,
    Mask,
    Pairs,
    as_pairs,
    cut_at,
    linear_estimate,
    mean_methods,
    pair_estimate,
    reordered,
    share_estimate,
    warned,
)
from ilacs_reliability.shift.signs import balance_p, cluster_balance_p, unconditional_p
from ilacs_reliability.shift.testing import OTHER_METHOD
from ilacs_reliability.tables import TransitionsLike

McnemarMethod: TypeAlias = Literal["exact", "midp", "asymptotic", "corrected", "unconditional"]
SignMethod: TypeAlias = Literal["exact", "midp", "asymptotic"]
MCNEMAR_METHODS: tuple[str, ...] = get_args(McnemarMethod)
SIGN_METHODS: tuple[str, ...] = get_args(SignMethod)
# which interval of a share answers about one half as the test does
MATCHING = {"exact": "clopper_pearson", "midp": "midp", "asymptotic": "wilson"}


def sign_test(
    table: TransitionsLike,
    *,
    alternative: Alternative = "two-sided",
    method: SignMethod = "exact",
) -> SignificanceResult:
    """Test whether more units improved than declined, whatever the number of grades moved.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units by grade before (rows) and after (columns), worst first.
    alternative : {"two-sided", "less", "greater"}, optional
        "greater" where more improved. Default: "two-sided".
    method : {"exact", "midp", "asymptotic"}, optional
        The binomial test, the same counting half of what was seen, or its normal approximation.
        Default: "exact".

    Returns
    -------
    SignificanceResult
        The p-value; `statistic` is the number improved (a z statistic for "asymptotic"). The effect
        is the share improved among the units that moved, with the interval that answers about one
        half as the test does; where no unit moved, p = 1 and a note says so.

    Raises
    ------
    ValueError
        If the table is not square, a count is negative or fractional, no unit is graded twice, the
        scale is not ordered, or an option is unknown.

    See Also
    --------
    wilcoxon_signed_rank : Counts how far units moved.
    net_shift : The shares themselves.

    Notes
    -----
    Units that kept their grade do not enter [1]_. Where ratings carry clusters, a cluster's units
    would all swap occasions together: the p-value is that of the clusters' signed totals.

    References
    ----------
    .. [1] W. J. Dixon and A. M. Mood, "The statistical sign test", Journal of the American
           Statistical Association 41 (1946), 557-566.

    Examples
    --------
    In the framework's first year 19 councils improved and 3 declined:

    >>> import ilacs_reliability as ilr
    >>> result = ilr.sign_test([[0, 2, 1, 0], [3, 7, 11, 1], [0, 0, 4, 4], [0, 0, 0, 0]])
    >>> round(result.p_value, 6)
    0.000855
    """
    check_option(alternative, ALTERNATIVES, "alternative")
    check_option(method, SIGN_METHODS, "method")
    pairs = as_pairs(table)
    check_ordered(pairs)
    ways = np.sign(pairs.moves)
    statistic, p_value = _direction_p(pairs, ways, method, alternative)
    effect = share_estimate(
        pairs,
        ways > 0,
        ways != 0,
        name="sign_test",
        label="share improved among units that moved",
        first=MATCHING[method],
    )
    return _direction_result(
        pairs,
        statistic=statistic,
        p_value=p_value,
        alternative=alternative,
        method=method,
        name="sign_test",
        label="sign test",
        things=("improved", "declined"),
        effect=effect if pairs.clusters is None else net_estimate(pairs),
    )


def mcnemar(
    table: TransitionsLike,
    *,
    at_least: Hashable | None = None,
    alternative: Alternative = "two-sided",
    method: McnemarMethod = "exact",
) -> SignificanceResult:
    """Test whether as many units rose to a grade as fell below it.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units by grade before (rows) and after (columns), worst first.
    at_least : hashable, optional
        The grade to cut at, such as "good". Needed unless there are two grades.
    alternative : {"two-sided", "less", "greater"}, optional
        "greater" where more rose. Default: "two-sided".
    method : {"exact", "midp", "asymptotic", "corrected", "unconditional"}, optional
        The binomial test of those that crossed; the same counting half of what was seen; its normal
        approximation without and with continuity correction; or the exact test that does not take
        the number that crossed as given. Default: "exact".

    Returns
    -------
    SignificanceResult
        The p-value; `statistic` is the number that rose ("exact", "midp") or McNemar's z, whose
        square is his chi-square. The effect is the paired odds ratio with the interval that answers
        about 1 as the test does; for "unconditional" the difference of shares, by Tango, which
        may disagree with the test, as a note says. Where no unit crossed, p = 1 and a note says so.

    Raises
    ------
    ValueError
        If the table is not square, a count is negative or fractional, no unit is graded twice, the
        scale is not ordered, the grade is missing, unknown or the worst, an option is
        unknown, or "unconditional" meets clusters or more than 20,000 units.

    See Also
    --------
    paired_difference : The change in the share at or above the grade.
    bowker : All grades at once.

    Notes
    -----
    "exact" never rejects more often than it says, and "unconditional" neither [2]_; "midp" and
    "asymptotic" may, by little [3]_.

    References
    ----------
    .. [1] Q. McNemar, "Note on the sampling error of the difference between correlated proportions
           or percentages", Psychometrika 12 (1947), 153-157.
    .. [2] S. Suissa and J. J. Shuster, "The 2 x 2 matched-pairs trial: exact unconditional design
           and analysis", Biometrics 47 (1991), 361-372.
    .. [3] M. W. Fagerland, S. Lydersen and P. Laake, "The McNemar test for binary matched-pairs
           data: mid-p and asymptotic are better than exact conditional", BMC Medical Research
           Methodology 13 (2013), 91.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> round(ilr.mcnemar([[1, 1], [7, 12]]).p_value, 4)
    0.0703
    >>> round(ilr.mcnemar([[1, 1], [7, 12]], method="midp").p_value, 4)
    0.0391
    """
    check_option(alternative, ALTERNATIVES, "alternative")
    check_option(method, MCNEMAR_METHODS, "method")
    pairs = as_pairs(table)
    before, after = cut_at(pairs, at_least)
    ways = after.astype(np.int64) - before
    if method == "unconditional":
        if pairs.clusters is not None:
            raise ValueError("`method` 'unconditional' takes independent units, not clusters.")
        up, down = (pairs.count(ways == way) for way in (1, -1))
        statistic, p_value = unconditional_p(up, down, pairs.n_units, alternative)
    else:
        statistic, p_value = _direction_p(pairs, ways, method, alternative)
    by_difference = method == "unconditional" or pairs.clusters is not None
    return _direction_result(
        pairs,
        statistic=statistic,
        p_value=p_value,
        alternative=alternative,
        method=method,
        name="mcnemar",
        label="McNemar's test",
        things=("rose to the cut", "fell below it"),
        effect=binary_difference(pairs, before, after)
        if by_difference
        else _odds_ratio(pairs, ways, MATCHING_ODDS[method]),
    )


def paired_difference(table: TransitionsLike, *, at_least: Hashable | None = None) -> Estimate:
    """Estimate the change in the share of units at or above a grade, second minus first.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units by grade before (rows) and after (columns), worst first.
    at_least : hashable, optional
        The grade to cut at, such as "good". Needed unless there are two grades.

    Returns
    -------
    Estimate
        The difference, -1 to 1, with intervals "tango", "newcombe", "bonett_price", "t" and "wald";
        where ratings carry clusters, "t" and "wald" over clusters.

    Raises
    ------
    ValueError
        If the table is not square, a count is negative or fractional, no unit is graded twice,
        the scale is not ordered, or the grade is missing, unknown or the worst.

    See Also
    --------
    mcnemar : The test that Tango's interval agrees with ("asymptotic").

    References
    ----------
    .. [1] T. Tango, "Equivalence test and confidence interval for the difference in proportions for
           the paired-sample design", Statistics in Medicine 17 (1998), 891-908.
    .. [2] R. G. Newcombe, "Improved confidence intervals for the difference between binomial
           proportions based on paired data", Statistics in Medicine 17 (1998), 2635-2650.
    .. [3] D. G. Bonett and R. M. Price, "Adjusted Wald confidence interval for a difference of
           binomial proportions based on paired data", Journal of Educational and Behavioral
           Statistics 37 (2012), 479-488.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> change = ilr.paired_difference([[1, 1], [7, 12]])
    >>> change.confidence_interval(method="newcombe")
    Interval(-0.5069, -0.0256, 95% newcombe)
    """
    pairs = as_pairs(table, single=False)
    return binary_difference(pairs, *cut_at(pairs, at_least))


def paired_odds_ratio(table: TransitionsLike, *, at_least: Hashable | None = None) -> Estimate:
    """Estimate how many units rose to a grade for each that fell below it.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units by grade before (rows) and after (columns), worst first.
    at_least : hashable, optional
        The grade to cut at, such as "good". Needed unless there are two grades.

    Returns
    -------
    Estimate
        The conditional odds ratio, 0 to infinity, with intervals "exact", "midp", "wilson" and
        "wilson_corrected", each of which answers about 1 as the `mcnemar` of that name does.

    Raises
    ------
    ValueError
        If the table is not square, a count is negative or fractional, no unit is graded twice,
        the scale is not ordered, or the grade is missing, unknown or the worst.

    Warns
    -----
    UndefinedEstimateWarning
        If no unit crossed the cut. The value is then nan.

    See Also
    --------
    paired_difference : The change in the share, which also rests on units that did not cross.

    Notes
    -----
    The limits are those of the share that rose among units that crossed, :math:`p / (1 - p)` [1]_.

    References
    ----------
    .. [1] M. W. Fagerland, S. Lydersen and P. Laake, "Recommended tests and confidence intervals
           for paired binomial proportions", Statistics in Medicine 33 (2014), 2850-2875.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.paired_odds_ratio([[59, 6], [16, 80]]).confidence_interval()
    Interval(0.1202, 1.0089, 95% exact)
    """
    pairs = as_pairs(table)
    before, after = cut_at(pairs, at_least)
    return warned(_odds_ratio(pairs, after.astype(np.int64) - before, "exact"))


def _direction_p(
    pairs: Pairs, ways: IntArray, method: str, alternative: str
) -> tuple[float, float]:
    if pairs.clusters is None:
        up, down = (pairs.count(ways == way) for way in (1, -1))
        return balance_p(up, down, method, alternative)
    sums = np.bincount(pairs.clusters, weights=pairs.frequencies * ways)
    return cluster_balance_p(np.rint(sums).astype(np.int64), method, alternative)


def _direction_result(
    pairs: Pairs,
    *,
    statistic: float,
    p_value: float,
    alternative: str,
    method: str,
    name: str,
    label: str,
    things: tuple[str, str],
    effect: Estimate,
) -> SignificanceResult:
    up, down = things
    relation = {"two-sided": "as many", "greater": "no more", "less": "no fewer"}[alternative]
    still = not pairs.frequencies @ (pairs.moves != 0)
    crossed = effect.status == "ok"
    apart = pairs.clusters is not None or method == "unconditional"
    notes = (*pairs.notes, *((OTHER_METHOD,) if apart else ()))
    notes = (*notes, *((NO_CHANGE,) if still else () if crossed else (NOT_CROSSED,)))
    return SignificanceResult(
        statistic=statistic,
        p_value=p_value,
        alternative=alternative,
        method=method if pairs.clusters is None else f"{method}, {FLIPPED}",
        name=name,
        label=label,
        null=f"{relation} {up} as {down}"
        if relation == "as many"
        else f"{relation} {up} than {down}",
        effect=effect,
        n_units=pairs.n_units,
        notes=notes,
        limits=NOT_SHOWN,
    )


def binary_difference(pairs: Pairs, before: Mask, after: Mask) -> Estimate:
    """Estimate the change in the share of some rows.

    Parameters
    ----------
    pairs : Pairs
        One study or many.
    before, after : ndarray of bool, shape (n_rows,)
        Whether a row counts on each occasion.

    Returns
    -------
    Estimate
        The change, -1 to 1.
    """
    ways = after.astype(np.float64) - before
    methods = mean_methods(-1.0, 1.0)
    if pairs.clusters is None:
        rows = {
            "both": after & before,
            "up": ways > 0,
            "down": ways < 0,
            "neither": ~(after | before),
        }
        methods = (
            *((name, partial(_cells, limits=limits, rows=rows)) for name, limits in CLOSED),
            *methods,
        )
    return linear_estimate(
        pairs,
        ways,
        name="paired_difference",
        label="change in the share at or above the cut",
        methods=methods,
    )


def _cells(
    estimate: Estimate,
    confidence_level: float,
    *,
    limits: Callable[..., Limits],
    rows: dict[str, Mask],
) -> Limits:
    cells = {name: estimate.frequencies @ kind for name, kind in rows.items()}
    return limits(**cells, confidence_level=confidence_level)


def _tango(
    *, both: float, up: float, down: float, neither: float, confidence_level: float
) -> Limits:
    return tango_limits(up, down, both + up + down + neither, confidence_level=confidence_level)


def _bonett_price(
    *, both: float, up: float, down: float, neither: float, confidence_level: float
) -> Limits:
    n = both + up + down + neither
    return bonett_price_limits(up, down, n, confidence_level=confidence_level)


CLOSED = (("tango", _tango), ("newcombe", newcombe_limits), ("bonett_price", _bonett_price))


def _odds_ratio(pairs: Pairs, ways: IntArray, first: str) -> Estimate:
    up, down = (pairs.count(ways == way) for way in (1, -1))
    value = up / down if down else np.inf if up else np.nan
    with np.errstate(invalid="ignore", divide="ignore"):
        # how the ratio follows one more unit that rose, or fell
        pull = np.where(ways > 0, 1.0, np.where(ways < 0, -value, 0.0))
        influence = pull * pairs.n_units / down if down else np.full(len(ways), np.nan)
    methods = tuple(
        (name, partial(_odds_limits, limits=limits, up=up, down=down)) for name, limits in SHARES
    )
    return pair_estimate(
        pairs,
        value=value,
        influence=influence,
        name="paired_odds_ratio",
        label="paired odds ratio, units that rose for each that fell",
        methods=reordered(methods, first) if up + down else (),
        reason="" if up + down else "no_change",
        notes=(IGNORES_CLUSTERS,) if pairs.clusters is not None else (),
    )


def _odds_limits(
    estimate: Estimate,
    confidence_level: float,
    *,
    limits: Callable[..., Limits],
    up: int,
    down: int,
) -> Limits:
    low, high = limits(up, up + down, confidence_level=confidence_level)
    return _odds(float(low)), _odds(float(high))  # type: ignore[arg-type]


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else float("inf")


def _wilson_corrected(hits: float, n: float, *, confidence_level: float) -> Limits:
    """Return Wilson's limits with the continuity correction (Newcombe, 1998)."""
    z = special.ndtri((1 + confidence_level) / 2)
    p, wide = hits / n, 2 * (n + z**2)
    low = 2 * hits + z**2 - 1 - z * np.sqrt(max(z**2 - 2 - 1 / n + 4 * p * (n - hits + 1), 0.0))
    high = 2 * hits + z**2 + 1 + z * np.sqrt(max(z**2 + 2 - 1 / n + 4 * p * (n - hits - 1), 0.0))
    return (max(low / wide, 0.0) if hits else 0.0), (min(high / wide, 1.0) if hits < n else 1.0)


SHARES = (
    ("exact", clopper_pearson_limits),
    ("midp", midp_limits),
    ("wilson", wilson_limits),
    ("wilson_corrected", _wilson_corrected),
)
MATCHING_ODDS = {
    "exact": "exact",
    "midp": "midp",
    "asymptotic": "wilson",
    "corrected": "wilson_corrected",
}
NOT_CROSSED = "No unit crossed the cut: p = 1, since the data hold nothing about its direction."
IGNORES_CLUSTERS = "This interval takes units as independent; `paired_difference` does not."
