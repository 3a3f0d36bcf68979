"""Whether the share of each grade changed."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Literal, TypeAlias, get_args

import numpy as np
from scipy import special

from ilacs_reliability._checks.arguments import check_option
from ilacs_reliability._checks.containers import read_only
from ilacs_reliability._checks.randomness import check_chance
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._data.tables import TransitionsLike
from ilacs_reliability._inference.students import t_quantile
from ilacs_reliability._results.estimates import Estimate, Limits, Method, SignificanceResult
from ilacs_reliability._results.ingredients import Outcome, Title
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.listing import Estimates
from ilacs_reliability._results.undefined import REASONS, warn_undefined
from ilacs_reliability._results.wording import p_phrase
from ilacs_reliability.shift.imbalance import (
    few_moves_note,
    imbalance_estimate,
    imbalance_of,
    n_moved,
)
from ilacs_reliability.shift.moves import (
    as_pairs,
    kept_inside,
    linear_estimate,
    mean_methods,
)
from ilacs_reliability.shift.sentences import (
    EFFECT,
    LABELS,
    LEAST_P,
    MARGINS_NULL,
    UNSEEN,
    change_in_share,
    other_p_value,
)
from ilacs_reliability.shift.swaps import (
    SWAP_METHODS,
    SwapMethod,
    Swaps,
    check_directions,
    swap_result,
    swaps_of,
)
from ilacs_reliability.shift.testing import check_estimates, least_swap_p

BhapkarMethod: TypeAlias = Literal["asymptotic", "hotelling"]
# rows of it stand for grades
UNIT = read_only(np.eye(8))


def stuart_maxwell(
    table: TransitionsLike,
    *,
    method: SwapMethod = "asymptotic",
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> SignificanceResult:
    r"""Test whether the share of each grade is the same on both occasions.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units by grade before (rows) and after (columns), worst first.
    method : {"asymptotic", "exact", "monte_carlo"}, optional
        Chi-square; the exact distribution where each unit's two grades may swap places; or draws
        from it. Default: "asymptotic".
    n_resamples : int, optional
        Draws of "monte_carlo", and of "exact" where there is too much to enumerate; `method` of the
        result then says so. Default: 9999.
    rng : Generator or int, optional
        Where random numbers come from; an int makes the result reproducible.

    Returns
    -------
    SignificanceResult
        The p-value, and as effect the imbalance of the grades' gains and losses: 0 where each grade
        gained as many units as it lost, 1 where moves all add up one way. Its interval "ball"
        leaves 0 out where the test rejects. `df` is the rank of the covariance: grades that no unit
        left or entered do not count.

    Raises
    ------
    ValueError
        If the table is not square, a count is negative or fractional, no unit is graded twice, or
        an option is unknown.

    See Also
    --------
    bhapkar : The same with the covariance about the differences seen.
    marginal_shift_by_grade : Which grades gained and lost.
    bowker : Whether moves balance between each two grades.

    Notes
    -----
    With :math:`d_i = n_{\cdot i} - n_{i \cdot}`, the statistic is :math:`d' V^- d` where :math:`V`
    has :math:`n_{i \cdot} + n_{\cdot i} - 2 n_{ii}` on the diagonal and
    :math:`-(n_{ij} + n_{ji})` off it [1]_ [2]_. For two grades it is McNemar's. Where ratings carry
    clusters, :math:`V` is the clusters' and whole clusters swap occasions. The effect is the root
    of the statistic over the units (or clusters) that moved: the multiple correlation of moves with
    the best single direction. Its interval is the critical value's root to either side, cut at 0
    and 1, which errs on the wide side. As every length, it is above zero by chance alone; the
    interval says whether by more. `marginal_shift_by_grade` says where.

    References
    ----------
    .. [1] A. Stuart, "A test for homogeneity of the marginal distributions in a two-way
           classification", Biometrika 42 (1955), 412-416.
    .. [2] A. E. Maxwell, "Comparing the classification of subjects by two independent judges",
           British Journal of Psychiatry 116 (1970), 651-655.

    Examples
    --------
    Unaided vision of 7,477 women, right eye and left:

    >>> import ilacs_reliability as ilr
    >>> vision = [[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205],
    ...           [36, 82, 179, 492]]
    >>> result = ilr.stuart_maxwell(vision)
    >>> round(result.statistic, 4), result.df, round(result.p_value, 6)
    (11.9566, 3, 0.007533)
    """
    check_option(method, SWAP_METHODS, "method")
    n_resamples = check_chance(n_resamples, rng)
    pairs = as_pairs(table, by_order=False)
    swaps = swaps_of(pairs)
    found = imbalance_of(swaps, _free_steps(swaps, pairs.n_grades), method, n_resamples, rng)
    return swap_result(
        pairs,
        Title(name="stuart_maxwell", label=LABELS["stuart_maxwell"]),
        Outcome(
            statistic=found.statistic, df=found.df, p_value=found.p_value, method=found.null.method
        ),
        null=MARGINS_NULL,
        unseen=UNSEEN,
        effect=imbalance_estimate(pairs, found, name="marginal_imbalance", label=EFFECT),
        notes=few_moves_note(found),
    )


def bhapkar(table: TransitionsLike, *, method: BhapkarMethod = "asymptotic") -> SignificanceResult:
    r"""Test whether the share of each grade is the same on both occasions, as Bhapkar.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units by grade before (rows) and after (columns), worst first.
    method : {"asymptotic", "hotelling"}, optional
        Whether the statistic is judged by chi-square, as other programs do, or by the F
        distribution of Hotelling's test, which small samples need. Default: "asymptotic".

    Returns
    -------
    SignificanceResult
        The p-value; `statistic` is Bhapkar's, or F for "hotelling". The effect is the imbalance of
        the grades' gains and losses, as of `stuart_maxwell`, with an interval that leaves 0 out
        where this test rejects.

    Raises
    ------
    ValueError
        If the table is not square, a count is negative or fractional, no unit is graded twice, or
        the method is unknown.

    Warns
    -----
    UndefinedEstimateWarning
        If the moves of all units add up along one direction.

    See Also
    --------
    stuart_maxwell : The same with the covariance under the hypothesis; exact too.

    Notes
    -----
    The statistic is :math:`Q / (1 - Q / n)` with Stuart and Maxwell's :math:`Q` [1]_. It rejects
    more often, and in small samples too often by chi-square. It is :math:`n / (n - 1)` times
    Hotelling's :math:`T^2` of the units' moves [2]_, so that with rank :math:`r`,
    :math:`(n - r) / (n r)` times it is judged as :math:`F(r, n - r)` by "hotelling": moves are no
    normal variables, but in simulations this kept its level, within chance, at 12 to 150 units.
    Where all units moved and their moves add up along one direction, as where each made the same
    move, :math:`Q = n`: the covariance about the differences seen is then singular along them, the
    test is undefined, and a note gives Stuart and Maxwell's p-value. The effect and its interval
    are then that test's too. No p-value is below the least that the exact test of as many movers
    can have, and a note says where it would be.

    References
    ----------
    .. [1] V. P. Bhapkar, "A note on the equivalence of two test criteria for hypotheses in
           categorical data", Journal of the American Statistical Association 61 (1966), 228-235.
    .. [2] H. Hotelling, "The generalization of Student's ratio", Annals of Mathematical Statistics
           2 (1931), 360-378.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> vision = [[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205],
    ...           [36, 82, 179, 492]]
    >>> round(ilr.bhapkar(vision).statistic, 4)
    11.9757
    """
    check_option(method, get_args(BhapkarMethod), "method")
    pairs = as_pairs(table, by_order=False)
    swaps = swaps_of(pairs)
    found = imbalance_of(swaps, _free_steps(swaps, pairs.n_grades))
    q, df = found.statistic, found.df
    n = pairs.n_units if swaps.contributions is None else len(swaps.contributions)
    one_way = q >= n * (1 - 1e-12)
    least = least_swap_p(n_moved(swaps)) if df else 1.0
    critical = (
        None
        if one_way
        else keyed(_bhapkar_critical_value, df=df, n=n, method=method, seen=q, least=least)
    )
    seen = n // max(df, 1) if method == "asymptotic" else 0
    notes = few_moves_note(found, "stuart_maxwell(table, method={})", seen=seen)
    statistic = q / (1 - q / n) if not one_way else float("nan")
    by_f = method == "hotelling" and bool(df) and not one_way
    if by_f:
        statistic *= (n - df) / (n * df)
        p_value = float(special.fdtrc(df, n - df, statistic))
    else:
        p_value = float(special.chdtrc(df, statistic)) if df else 1.0
    if p_value < least:
        p_value, notes = least, (*notes, LEAST_P)
    result = swap_result(
        pairs,
        Title(name="bhapkar", label=LABELS["bhapkar"]),
        Outcome(
            statistic=statistic, df=(df, n - df) if by_f else df, p_value=p_value, method=method
        ),
        null=MARGINS_NULL,
        unseen=UNSEEN,
        effect=imbalance_estimate(
            pairs, found, name="marginal_imbalance", label=EFFECT, critical=critical
        ),
        notes=notes,
    )
    return _undefined(result, found.p_value) if one_way else result


def _undefined(result: SignificanceResult, other: float) -> SignificanceResult:
    """Give Stuart and Maxwell's p-value in a note, where Bhapkar's test has none."""
    warn_undefined(LABELS["bhapkar"], REASONS["one_way"])
    note = other_p_value("stuart_maxwell", p_phrase(other))
    notes = (*result.notes, note)
    return replace(result, status="undefined", reason="one_way", notes=notes)


def marginal_shift_by_grade(table: TransitionsLike) -> Estimates:
    r"""Estimate how the share of each grade changed, second occasion minus first.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units by grade before (rows) and after (columns), worst first.

    Returns
    -------
    Estimates
        By grade: the change in its share, -1 to 1, with intervals "bonferroni" and "scheffe", each
        of which is meant to cover all grades at once, and "t" and "wald", each for one grade alone.

    Raises
    ------
    ValueError
        If the table is not square, a count is negative or fractional, no unit is graded twice, or
        there are too many grades for memory.

    See Also
    --------
    stuart_maxwell : One test of all grades.

    Notes
    -----
    The simultaneous limits invert each grade's score test given the share of units that left or
    entered it, at the normal quantile of Bonferroni's or Scheffé's rule over the grades that any
    unit left or entered [1]_; where ratings carry clusters, they are Wald's at that of t, or by
    Scheffé's rule of F, with one degree of freedom less than clusters.

    References
    ----------
    .. [1] M. W. Fagerland, S. Lydersen and P. Laake, "Statistical Analysis of Contingency Tables",
           CRC Press (2017), chapter 9.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> shifts = ilr.marginal_shift_by_grade([[35, 5, 0], [15, 20, 5], [10, 5, 5]])
    >>> {grade: round(shift.value, 2) for grade, shift in shifts.items()}
    {1: 0.2, 2: -0.1, 3: -0.1}
    """
    pairs = as_pairs(table, by_order=False)
    check_estimates(pairs, pairs.n_grades, "stuart_maxwell")
    swaps = swaps_of(pairs)
    moved = len(set(swaps.lower.tolist() + swaps.upper.tolist()))
    df = _free_steps(swaps, pairs.n_grades).shape[1]
    shifts: dict[Hashable, Estimate] = {}
    for grade, label in enumerate(pairs.scale.labels):
        change = (pairs.after == grade).astype(np.float64) - (pairs.before == grade)
        shifts[label] = linear_estimate(
            pairs,
            change,
            Title(name="marginal_shift_by_grade", label=change_in_share(label)),
            methods=_grade_methods(change, max(moved, 1), max(df, 1)),
        )
    return Estimates("marginal_shift_by_grade", "grade", shifts)


def _grade_methods(change: FloatArray, n_grades: int, df: int) -> tuple[Method, ...]:
    return (
        ("bonferroni", keyed(_bonferroni, change=change, n_grades=n_grades)),
        ("scheffe", keyed(_scheffe, change=change, df=df)),
        *mean_methods(-1.0, 1.0),
    )


def _bonferroni(
    estimate: Estimate, confidence_level: float, *, change: FloatArray, n_grades: int
) -> Limits:
    tail = 1 - (1 - confidence_level) / (2 * n_grades)
    df = _df_of_clusters(estimate)
    z = t_quantile(df, tail) if df else special.ndtri(tail)
    return _scored(estimate, confidence_level, change, float(z))


def _scheffe(estimate: Estimate, confidence_level: float, *, change: FloatArray, df: int) -> Limits:
    within, alpha = _df_of_clusters(estimate), 1 - confidence_level
    square = df * special.fdtri(df, within, 1 - alpha) if within else special.chdtri(df, alpha)
    return _scored(estimate, confidence_level, change, float(np.sqrt(square)))


def _df_of_clusters(estimate: Estimate) -> int:
    """Return by how many numbers clusters tell the variance; 0 where there are none."""
    return 0 if estimate.clusters is None else max(int(estimate.n_independent) - 1, 1)


def _scored(estimate: Estimate, confidence_level: float, change: FloatArray, z: float) -> Limits:
    if estimate.clusters is not None:
        half = z * estimate.standard_error
        limits = (estimate.value - half, estimate.value + half)
        return kept_inside(estimate, limits, confidence_level, -1.0, 1.0)
    n, square = estimate.n_units, z**2
    moved = float(estimate.frequencies @ (change != 0)) / n
    # n (seen - true)^2 = z^2 (moved - true^2), a quadratic in the true change, its discriminant
    # written by the spread of the change, as differences of squares near 1 hold few digits
    centre, spread = n * estimate.value, estimate.frequencies @ (change - estimate.value) ** 2
    root = z * np.sqrt(float(spread) + square * moved)
    low, high = ((centre + sign * root) / (n + square) for sign in (-1, 1))
    limits = (max(low, -1.0), min(high, 1.0))
    return limits if moved else kept_inside(estimate, limits, confidence_level, -1.0, 1.0)


def _free_steps(swaps: Swaps, n_grades: int) -> FloatArray:
    """Return what moves add to the margins, less one grade of each set that moves connect."""
    check_directions(len(swaps.ups), n_grades - 1, "marginal_score_shift")
    columns = UNIT[:n_grades, :n_grades] if n_grades <= len(UNIT) else np.eye(n_grades)
    # so many pairs of grades leave none apart; the last grade follows from the others
    if len(swaps.ups) > (n_grades - 1) * (n_grades - 2) // 2:
        columns = columns[:, :-1]
    else:
        columns = np.delete(columns, _last_of_each(swaps, n_grades), axis=1)
    steps: FloatArray = columns.take(swaps.upper, axis=0) - columns.take(swaps.lower, axis=0)
    return steps


def _last_of_each(swaps: Swaps, n_grades: int) -> list[int]:
    """Return the best grade of each set that moves connect."""
    part = list(range(n_grades))
    for low, high in zip(swaps.lower.tolist(), swaps.upper.tolist(), strict=True):
        if (old := part[high]) != (new := part[low]):
            part = [new if group == old else group for group in part]
    return list({group: grade for grade, group in enumerate(part)}.values())


def _bhapkar_critical_value(
    confidence_level: float, *, df: int, n: int, method: str, seen: float, least: float
) -> float:
    """Turn the quantile of Bhapkar's statistic into one of Stuart and Maxwell's.

    At a level that no exact test of as many movers reaches it is no less than the statistic seen.
    """
    if method == "hotelling":
        usual = float(special.fdtri(df, n - df, confidence_level)) * n * df / (n - df)
    else:
        usual = float(special.chdtri(df, 1 - confidence_level))
    critical = usual / (1 + usual / n)
    return critical if 1 - confidence_level >= least else max(critical, seen * (1 + 1e-12))
