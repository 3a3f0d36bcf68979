"""Whether grades differ between three or more occasions."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from ilacs_reliability._checks.arguments import check_option, told
from ilacs_reliability._checks.names import shown
from ilacs_reliability._checks.randomness import check_chance
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.ratings import (
    FROM_PATTERNS,
    Ratings,
    RatingsLike,
    as_ratings,
    check_whole,
)
from ilacs_reliability._data.scales import CodeArray, FloatArray, refuse_unordered
from ilacs_reliability._data.tables import direction_note, one_time_note
from ilacs_reliability._inference.null import ImanDavenport
from ilacs_reliability._inference.reorderings import Reordering
from ilacs_reliability._results.estimates import SignificanceResult
from ilacs_reliability._results.wording import fixed, set_aside
from ilacs_reliability.shift.moves import grade_code
from ilacs_reliability.shift.paired import cut_phrase
from ilacs_reliability.shift.reordering import (
    occasions_estimate,
    reordering_of,
)
from ilacs_reliability.shift.sentences import (
    CANCELLED,
    CLUSTER_NOTE,
    EFFECTS,
    HYPOTHESES,
    INCOMPLETE,
    LABELS,
    NO_CUT_OF_SEVERAL,
    ONE_SIDE,
    SHARED_ORDER,
    STILL,
    TOGETHER,
    WHICH_OCCASIONS,
    by_occasion,
    one_alone,
    same_share,
    unseen_here,
)
from ilacs_reliability.shift.testing import large_sample_note

OccasionMethod: TypeAlias = Literal["asymptotic", "exact", "monte_carlo"]
OCCASION_METHODS: tuple[str, ...] = get_args(OccasionMethod)
FriedmanMethod: TypeAlias = Literal["asymptotic", "exact", "monte_carlo", "iman_davenport"]
FRIEDMAN_METHODS: tuple[str, ...] = get_args(FriedmanMethod)


def cochran_q(
    ratings: RatingsLike,
    *,
    at_least: Hashable | None = None,
    method: OccasionMethod = "asymptotic",
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> SignificanceResult:
    r"""Test whether the share of units at or above a grade differs between occasions.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_occasions)
        Grades of each unit; columns are occasions, in order. Units with a missing grade do not
        enter.
    at_least : hashable, optional
        The grade to cut at. Needed unless there are two grades.
    method : {"asymptotic", "exact", "monte_carlo"}, optional
        Chi-square; the distribution over all orders of each unit's grades; or draws from it.
        Default: "asymptotic".
    n_resamples : int, optional
        Draws of "monte_carlo", and of "exact" where there is too much to enumerate. Default: 9999.
    rng : Generator or int, optional
        Where random numbers come from.

    Returns
    -------
    SignificanceResult
        The p-value; the effect is :math:`Q / (n (k - 1))` with k occasions: 0 where the share is
        the same on all, 1 where every unit stands above the cut on the same ones. Its interval
        "ball" leaves 0 out where the test rejects. A note gives the share on each occasion.

    Raises
    ------
    ValueError
        If there are fewer than two occasions or no complete unit, raters are anonymous, the scale
        is not ordered, the grade is missing, unknown or the worst, or an
        option is unknown.

    See Also
    --------
    mcnemar : Two occasions.
    madansky : All grades.

    Notes
    -----
    The statistic is Cochran's [1]_, the effect of [2]_. The interval of the effect moves the root
    of the statistic by the root of its critical value, cut at 0 and 1, and errs on the wide side.
    As every length, the effect is above zero by chance alone; the interval says whether by more.
    Where ratings carry clusters, a cluster's
    grades change places together, the statistic weighs clusters' totals, and n counts them.

    References
    ----------
    .. [1] W. G. Cochran, "The comparison of percentages in matched samples", Biometrika 37 (1950),
           256-266.
    .. [2] R. C. Serlin, J. Carr and L. A. Marascuilo, "A measure of association for selected
           nonparametric procedures", Psychological Bulletin 92 (1982), 786-790.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> good = [[0, 0, 1], [0, 1, 1], [1, 1, 1], [0, 0, 1], [0, 1, 1], [0, 0, 0], [1, 0, 1]]
    >>> result = ilr.cochran_q(good)
    >>> round(result.statistic, 3), round(result.p_value, 3)
    (5.2, 0.074)
    """
    taken, grades = _complete(ratings)
    code = _cut_code(taken, at_least)
    above = (grades >= code).astype(np.float64)
    cut = cut_phrase(taken.scale, at_least)
    return _result(
        taken,
        above[:, :, None],
        (method, n_resamples, rng),
        name="cochran_q",
        label=LABELS["cochran_q"],
        null=same_share(cut),
        effect=EFFECTS["cochran_q"],
        notes=(*direction_note(taken.scale), _by_occasion(taken, above, f"Share {cut}")),
    )


def friedman(
    ratings: RatingsLike,
    *,
    method: FriedmanMethod = "asymptotic",
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> SignificanceResult:
    r"""Test whether grades differ between occasions, by ranks within units.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_occasions)
        Grades of each unit; columns are occasions, in order. Units with a missing grade do not
        enter.
    method : {"asymptotic", "exact", "monte_carlo", "iman_davenport"}, optional
        Chi-square; the distribution over all orders of each unit's grades; draws from it; or the F
        distribution, by analysis of variance of the ranks. Default: "asymptotic".
    n_resamples : int, optional
        Draws of "monte_carlo", and of "exact" where there is too much to enumerate. Default: 9999.
    rng : Generator or int, optional
        Where random numbers come from.

    Returns
    -------
    SignificanceResult
        The p-value, corrected for ties; the effect is Kendall's W [2]_: 0 where mean ranks are
        alike, 1 where every unit has the same order. Its interval "ball" leaves 0 out where the
        test rejects. A note gives the mean rank of each occasion.

    Raises
    ------
    ValueError
        If there are fewer than two occasions or no complete unit, raters are anonymous, the scale
        is not ordered, an option is unknown, or "iman_davenport" is asked of clusters.

    See Also
    --------
    pairwise_occasions : Which occasions differ.
    wilcoxon_signed_rank : Two occasions, counting how far units moved.
    kendall_w_test : The same test of raters who rank units, exact by default.

    Notes
    -----
    With n units and k occasions the statistic [1]_ is :math:`n (k - 1) W`, or :math:`F = (n - 1) W
    / (1 - W)` on k - 1 and (n - 1) (k - 1) degrees of freedom [3]_, which is nearer to the exact
    test where units or occasions are few. The interval of the
    effect moves the root of the statistic by the root of its critical value, cut at 0 and 1, and
    errs on the wide side. As every length, the effect is above zero by
    chance alone; the interval says whether by more. Where ratings carry clusters, a cluster's
    grades change places together, the statistic weighs clusters' totals, and n counts them.

    References
    ----------
    .. [1] M. Friedman, "The use of ranks to avoid the assumption of normality implicit in the
           analysis of variance", Journal of the American Statistical Association 32 (1937),
           675-701.
    .. [2] M. G. Kendall and B. Babington Smith, "The problem of m rankings", Annals of Mathematical
           Statistics 10 (1939), 275-287.
    .. [3] R. L. Iman and J. M. Davenport, "Approximations of the critical region of the Friedman
           statistic", Communications in Statistics A 9 (1980), 571-595.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> grades = [[1, 2, 3], [2, 2, 3], [1, 3, 2], [2, 3, 4], [1, 1, 2], [3, 3, 3]]
    >>> round(ilr.friedman(grades).p_value, 4)
    0.0286
    >>> round(ilr.friedman(grades, method="exact").p_value, 4)
    0.0216
    >>> result = ilr.friedman(grades, method="iman_davenport")
    >>> round(result.statistic, 3), result.df, round(result.p_value, 4)
    (7.273, (2.0, 10.0), 0.0112)
    """
    check_option(method, FRIEDMAN_METHODS, "method")
    taken, ranks = ranked_occasions(ratings)
    return _result(
        taken,
        ranks[:, :, None],
        (method, n_resamples, rng),
        name="friedman",
        label=LABELS["friedman"],
        null=HYPOTHESES["friedman"],
        effect=EFFECTS["friedman"],
        notes=(*direction_note(taken.scale), _by_occasion(taken, ranks, "Mean rank")),
    )


def madansky(
    ratings: RatingsLike,
    *,
    method: OccasionMethod = "asymptotic",
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> SignificanceResult:
    r"""Test whether the share of each grade is the same on every occasion.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_occasions)
        Grades of each unit; columns are occasions, in order. Units with a missing grade do not
        enter.
    method : {"asymptotic", "exact", "monte_carlo"}, optional
        Chi-square; the distribution over all orders of each unit's grades; or draws from it.
        Default: "asymptotic".
    n_resamples : int, optional
        Draws of "monte_carlo", and of "exact" where there is too much to enumerate. Default: 9999.
    rng : Generator or int, optional
        Where random numbers come from.

    Returns
    -------
    SignificanceResult
        The p-value; the effect is the statistic over the largest that there can be: 0 where the
        shares are the same on all occasions, 1 where every unit has the same grades in the same
        order. Its interval "ball" leaves 0 out where the test rejects.

    Raises
    ------
    ValueError
        If there are fewer than two occasions or no complete unit, raters are anonymous, an option
        is unknown, or units have more grades than some seconds and a gibibyte suffice for.

    See Also
    --------
    stuart_maxwell : Two occasions.

    Notes
    -----
    With two occasions it is Stuart and Maxwell's test, with two grades Cochran's [1]_.
    The interval of the effect moves the root of the statistic by the root of its critical
    value, cut at 0 and 1, and errs on the wide side. As every length, the effect is above zero by
    chance alone; the interval says whether by more. Where ratings carry clusters, a cluster's
    grades change places together, the statistic weighs clusters' totals, and n counts them.

    References
    ----------
    .. [1] A. Madansky, "Tests of homogeneity for correlated samples", Journal of the American
           Statistical Association 58 (1963), 97-119.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> grades = [[1, 2, 3], [2, 2, 3], [1, 3, 2], [2, 3, 3], [1, 1, 2], [3, 3, 3]]
    >>> ilr.madansky(grades).df
    4
    """
    taken, grades = _complete(ratings)
    used = np.unique(grades)
    _check_work(taken, grades.size, len(used))
    indicators = (grades[:, :, None] == used).astype(np.float64)
    return _result(
        taken,
        indicators,
        (method, n_resamples, rng),
        name="madansky",
        label=LABELS["madansky"],
        null=HYPOTHESES["madansky"],
        effect=EFFECTS["cochran_q"],
    )


def _check_work(ratings: Ratings, cells: int, n_used: int) -> None:
    """Refuse more grades than a matrix of each two of them can be had for in time."""
    steps = 3.0 * cells * n_used**2 + 5.0 * n_used**3
    if not affordable(steps, nanoseconds=1.0, held=32.0 * n_used * (cells + n_used)):
        raise ValueError(
            f"`ratings` uses {n_used} grades, too many to compare each two in some seconds "
            f"({told(ratings)}): join grades, or ask `friedman`."
        )


def ranked_occasions(ratings: RatingsLike) -> tuple[Ratings, FloatArray]:
    """Rank the occasions within each unit.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_occasions)
        Grades of each unit.

    Returns
    -------
    tuple of Ratings and ndarray of float, shape (n_patterns, n_occasions)
        The units graded on every occasion, and the ranks of each pattern.

    Raises
    ------
    ValueError
        If the scale has no order, or there are not several occasions with such a unit.
    """
    taken, grades = _complete(ratings)
    refuse_unordered(taken.scale, "ratings", "no ranks")
    from scipy import stats

    return taken, stats.rankdata(grades, axis=1)


def _complete(ratings: RatingsLike) -> tuple[Ratings, CodeArray]:
    """Keep the units that were graded on every occasion; return their patterns too."""
    taken = as_ratings(ratings)
    if taken.patterns is None or taken.n_raters < 2 or taken.frequencies.ndim != 1:
        raise ValueError(
            f"`ratings` must be of one study on two or more known occasions, but got {told(taken)}."
        )
    check_whole(taken, "ratings")
    full = (taken.patterns >= 0).all(axis=1) & (taken.frequencies > 0)
    if not full.any():
        raise ValueError("`ratings` holds no unit that was graded on every occasion.")
    left = int(taken.frequencies[~full].sum())
    notes = set_aside(left, INCOMPLETE)
    clusters = taken.clusters
    if clusters is not None:
        clusters, notes = np.unique(clusters[full], return_inverse=True)[1], (*notes, CLUSTER_NOTE)
    if isinstance(ratings, Ratings):
        notes = (*notes, *one_time_note(ratings))
    kept = replace(
        taken,
        patterns=taken.patterns[full],
        counts=FROM_PATTERNS,
        rows=taken.patterns[full],
        frequencies=taken.frequencies[full],
        clusters=clusters,
        notes=notes,
        design=taken.design if isinstance(ratings, Ratings) else "repeat",
    )
    return kept, taken.patterns[full]


def _cut_code(ratings: Ratings, at_least: Hashable | None) -> int:
    labels = ratings.scale.labels
    refuse_unordered(ratings.scale, "ratings", NO_CUT_OF_SEVERAL)
    if at_least is None:
        if len(labels) > 2:
            better = shown(labels[1:])
            raise ValueError(f"`at_least` must name the grade to cut at, one of {better}.")
        # a scale of one number seen is a study in which nothing differs
        return len(labels) - 1
    code = grade_code(ratings.scale, at_least)
    if code == 0:
        raise ValueError(
            f"`at_least` is {at_least!r}, the worst grade: every unit is at or above it."
        )
    return code


def _any_differs(ratings: Ratings) -> bool:
    codes = ratings.patterns
    return codes is not None and bool(ratings.frequencies @ (codes != codes[:, :1]).any(axis=1))


def _result(
    ratings: Ratings,
    values: FloatArray,
    how: tuple[str, int, Any],
    *,
    name: str,
    label: str,
    null: str,
    effect: str,
    notes: tuple[str, ...] = (),
) -> SignificanceResult:
    """Test whether values of shape (n_rows, n_occasions, n_dims) have the same sum everywhere."""
    method, n_resamples, rng = how
    if name != "friedman":
        check_option(method, OCCASION_METHODS, "method")
    n_resamples = check_chance(n_resamples, rng)
    centred = values - values.mean(axis=1, keepdims=True)
    found = _judged(ratings, centred, method, (n_resamples, rng))
    frequencies = ratings.frequencies.astype(np.float64)
    still = not frequencies @ (centred != 0).any(axis=(1, 2))
    thing = "unit" if ratings.clusters is None else "cluster"
    if still:
        notes = (ONE_SIDE if _any_differs(ratings) else STILL,)
    elif not found.df:
        notes = (CANCELLED,)
    elif found.n_pieces == 1:
        notes = (*notes, one_alone(thing))
    elif found.null.kind == "asymptotic":
        notes = (*notes, *large_sample_note(found.shares, thing, "method='exact'"))
    if method == "iman_davenport" and found.null.kind == "exact":
        notes = (*notes, SHARED_ORDER)
    used, statistic = found.null.method, found.statistic
    df: float | tuple[float, float] = found.df
    if isinstance(found.null, ImanDavenport):
        statistic, df = found.null.f(statistic), (found.null.df, found.null.df_within)
    return SignificanceResult(
        statistic=statistic,
        df=df,
        p_value=found.p_value,
        method=used if ratings.clusters is None else f"{used}, {TOGETHER}",
        name=name,
        label=label,
        null=null,
        effect=occasions_estimate(ratings, centred, found, label=effect),
        n_units=int(frequencies.sum()),
        notes=(*ratings.notes, *notes),
        limits=unseen_here(WHICH_OCCASIONS),
    )


def _judged(
    ratings: Ratings, centred: FloatArray, method: str, chance: tuple[int, Any]
) -> Reordering:
    if method != "iman_davenport":
        return reordering_of(ratings, centred, method, *chance)
    if ratings.clusters is not None:
        raise ValueError(
            "`method` 'iman_davenport' takes units for independent, but `ratings` carries "
            "clusters: ask 'exact'."
        )
    found = reordering_of(ratings, centred, "asymptotic", *chance)
    if not found.rank:
        return found
    if found.statistic > found.largest * (1 - SAME):
        return reordering_of(ratings, centred, "exact", *chance)
    return replace(found, null=ImanDavenport(float(found.df), float(found.n_pieces)))


# rounding of sums of ranks
SAME = 1e-12


def _by_occasion(ratings: Ratings, values: FloatArray, what: str) -> str:
    """Say a mean on each occasion."""
    frequencies = ratings.frequencies.astype(np.float64)
    means = frequencies @ values / frequencies.sum()
    return by_occasion(what, list(map(fixed, means)))
