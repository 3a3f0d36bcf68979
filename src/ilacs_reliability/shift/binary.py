"""Units at or above a grade before and after: tests and effects of a paired two-by-two table."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Literal, TypeAlias, get_args

import numpy as np

from ilacs_reliability._checks.arguments import check_option
from ilacs_reliability._data.scales import IntArray
from ilacs_reliability._data.tables import TransitionsLike
from ilacs_reliability._inference.thresholds import ALTERNATIVES
from ilacs_reliability._results.estimates import Alternative, Estimate, SignificanceResult
from ilacs_reliability._results.ingredients import Outcome, Title
from ilacs_reliability.shift.movement import check_ordered, net_estimate
from ilacs_reliability.shift.moves import MATCHING, Pairs, as_pairs, cut_at, share_estimate, warned
from ilacs_reliability.shift.paired import binary_difference, cut_phrase, odds_ratio
from ilacs_reliability.shift.sentences import (
    CROSSED,
    EFFECTS,
    LABELS,
    NO_CHANGE,
    NOT_CROSSED,
    NOT_SHOWN,
    as_many,
    one_alone,
    rose_and_fell,
    ways_over,
)
from ilacs_reliability.shift.signs import balance_p, normal_balance
from ilacs_reliability.shift.sums import SignedSum, signed_sum, signed_sum_p, sum_notes
from ilacs_reliability.shift.swaps import flipped
from ilacs_reliability.shift.testing import is_alone, large_sample_note, least_p_note, stayed_note
from ilacs_reliability.shift.worst_share import unconditional_p

McnemarMethod: TypeAlias = Literal["exact", "midp", "asymptotic", "corrected", "unconditional"]
SignMethod: TypeAlias = Literal["exact", "midp", "asymptotic"]
MCNEMAR_METHODS: tuple[str, ...] = get_args(McnemarMethod)
SIGN_METHODS: tuple[str, ...] = get_args(SignMethod)
MATCHING_ODDS = {
    "exact": "exact",
    "midp": "midp",
    "asymptotic": "wilson",
    "corrected": "wilson_corrected",
}


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
        half as the test does; where ratings carry clusters, the share improved minus the share
        declined, whose interval answers about zero as the test does. Where no unit moved, p = 1
        and a note says so.

    Raises
    ------
    ValueError
        If the table is not square, a count is negative or fractional, no unit is graded twice, the
        scale is not ordered, an option is unknown, or there are more clusters than can be listed.

    See Also
    --------
    wilcoxon_signed_rank : Counts how far units moved.
    net_shift : The shares themselves.

    Notes
    -----
    Units that kept their grade do not enter [1]_. Where ratings carry clusters, a cluster's units
    would all swap occasions together: the p-value is that of the clusters' signed totals, and the
    interval is the score interval of the net change over clusters at the test's critical value.

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
    up, down = pairs.ways(ways)
    pieces = _cluster_sum(pairs, ways, method)
    statistic, p_value = _direction_p(up, down, pieces, method, alternative)
    effect = (
        share_estimate(
            pairs,
            ways > 0,
            ways != 0,
            Title(name="sign_test", label=EFFECTS["improved"]),
            first=MATCHING[method],
        )
        if pieces is None
        else net_estimate(pairs, pieces=pieces)
    )
    return _direction_result(
        pairs,
        pieces,
        Title(name="sign_test", label=LABELS["sign_test"]),
        Outcome(statistic=statistic, p_value=p_value, alternative=alternative, method=method),
        things=("improved", "declined"),
        effect=effect,
        up=up,
        down=down,
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
        The grade to cut at, such as "good"; of a plain table its number, 1 being the worst. Needed
        unless there are two grades.
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
        about 1 as the test does; for "unconditional", and where ratings carry clusters, it is the
        difference of shares with an interval that answers about 0 as the test does. Where no unit
        crossed, p = 1 and a note says so.

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
    "asymptotic" may, by little [3]_. The interval "calibrated_tango" inverts Tango's score test at
    the critical value of the unconditional test, which is the normal one where that lies well
    between the statistics kept and rejected.

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
    if method == "unconditional" and pairs.clusters is not None:
        raise ValueError("`method` 'unconditional' takes independent units, not clusters.")
    before, after = cut_at(pairs, at_least)
    ways = after.astype(np.int64) - before
    up, down = pairs.ways(ways)
    pieces = _cluster_sum(pairs, ways, method)
    if method == "unconditional":
        statistic, p_value = unconditional_p(up, down, pairs.n_units, alternative)
    else:
        statistic, p_value = _direction_p(up, down, pieces, method, alternative)
    reached = cut_phrase(pairs.scale, at_least, number="grade")
    by_difference = method == "unconditional" or pieces is not None
    return _direction_result(
        pairs,
        pieces,
        Title(name="mcnemar", label=LABELS["mcnemar"]),
        Outcome(statistic=statistic, p_value=p_value, alternative=alternative, method=method),
        things=ways_over(reached),
        effect=binary_difference(
            pairs,
            before,
            after,
            cut=cut_phrase(pairs.scale, at_least),
            pieces=pieces,
            method=method,
        )
        if by_difference
        else odds_ratio(pairs, ways, (up, down), MATCHING_ODDS[method], cut=reached),
        up=up,
        down=down,
    )


def paired_difference(table: TransitionsLike, *, at_least: Hashable | None = None) -> Estimate:
    """Estimate the change in the share of units at or above a grade, second minus first.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units by grade before (rows) and after (columns), worst first.
    at_least : hashable, optional
        The grade to cut at, such as "good"; of a plain table its number, 1 being the worst. Needed
        unless there are two grades.

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
    cut = cut_at(pairs, at_least)
    return binary_difference(pairs, *cut, cut=cut_phrase(pairs.scale, at_least))


def paired_odds_ratio(table: TransitionsLike, *, at_least: Hashable | None = None) -> Estimate:
    """Estimate how many units rose to a grade for each that fell below it.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units by grade before (rows) and after (columns), worst first.
    at_least : hashable, optional
        The grade to cut at, such as "good"; of a plain table its number, 1 being the worst. Needed
        unless there are two grades.

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
    reached = cut_phrase(pairs.scale, at_least, number="grade")
    ways = after.astype(np.int64) - before
    return warned(odds_ratio(pairs, ways, pairs.ways(ways), "exact", cut=reached))


def _cluster_sum(pairs: Pairs, ways: IntArray, method: str) -> SignedSum | None:
    """Collect clusters' moves up less moves down, or nothing where units are independent."""
    if pairs.clusters is None:
        return None
    sums = np.bincount(pairs.clusters, weights=pairs.frequencies * ways).astype(np.float64)
    return signed_sum(sums, np.ones(len(sums)), method)


def _direction_p(
    up: int, down: int, pieces: SignedSum | None, method: str, alternative: str
) -> tuple[float, float]:
    if pieces is None:
        return balance_p(up, down, method, alternative)
    if method in ("asymptotic", "corrected"):
        return normal_balance(pieces.total, pieces.squares, method, alternative)
    return pieces.total, signed_sum_p(pieces, alternative)


def _direction_result(
    pairs: Pairs,
    pieces: SignedSum | None,
    title: Title,
    outcome: Outcome,
    *,
    things: tuple[str, str],
    effect: Estimate,
    up: int,
    down: int,
) -> SignificanceResult:
    (rose, fell), method, alternative = things, outcome.method, outcome.alternative
    # the sign test's effect is a share of the units that moved
    stayed = pairs.n_units - effect.n_units if title.name == "sign_test" else 0
    return SignificanceResult(
        statistic=outcome.statistic,
        p_value=outcome.p_value,
        alternative=alternative,
        method=flipped(method, pairs),
        name=title.name,
        label=title.label,
        null=as_many(rose, fell, alternative),
        effect=effect,
        n_units=pairs.n_units,
        notes=(
            *pairs.notes,
            *stayed_note(stayed),
            *_direction_notes(pairs, pieces, up, down, things, method, alternative, effect),
        ),
        limits=NOT_SHOWN,
    )


def _direction_notes(
    pairs: Pairs,
    pieces: SignedSum | None,
    up: int,
    down: int,
    things: tuple[str, str],
    method: str,
    alternative: str,
    effect: Estimate,
) -> tuple[str, ...]:
    crossed, moved = up + down, pairs.count(pairs.moves != 0)
    if not moved:
        return (NO_CHANGE,)
    if not crossed:
        return (NOT_CROSSED,)
    if pieces is not None:
        return sum_notes(pieces, effect, alternative, moved=True, alone=is_alone(pairs))
    if pairs.n_units == 1:
        return (one_alone("unit"),)
    seen = rose_and_fell(up, down, things)
    if method in ("asymptotic", "corrected"):
        return (seen, *large_sample_note(np.array([1 / crossed]), "unit", "method='exact'"))
    verb = "moved" if crossed == moved else CROSSED
    return (seen, *least_p_note(crossed, "unit", method, alternative, verb=verb))
