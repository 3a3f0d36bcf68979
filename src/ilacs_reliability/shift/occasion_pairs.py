"""Which of three or more occasions differ, each pair by its mean ranks."""

from __future__ import annotations

from itertools import combinations
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from scipy import special

from ilacs_reliability._checks.arguments import check_option
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.ratings import RatingsLike
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._data.tables import direction_note
from ilacs_reliability._inference.multiplicity import (
    AdjustMethod,
    adjust_p_values,
    check_adjustment,
)
from ilacs_reliability._results.listing import Listing
from ilacs_reliability.shift.occasions import ranked_occasions
from ilacs_reliability.shift.sentences import (
    BETTER_OF_TWO,
    ORDER_FOR_NEMENYI,
    pairs_of_occasions,
    two_ranks,
)
from ilacs_reliability.shift.testing import large_sample_note

OccasionPairMethod: TypeAlias = Literal["conover", "nemenyi"]
PAIR_METHODS: tuple[str, ...] = get_args(OccasionPairMethod)
# rounding of a sum of squares of ranks
NO_ERROR = 1e-9


def pairwise_occasions(
    ratings: RatingsLike,
    *,
    method: OccasionPairMethod = "conover",
    adjust: AdjustMethod | None = None,
) -> Listing:
    r"""Test each pair of occasions for equal mean ranks, adjusting for how many there are.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_occasions)
        Grades of each unit; columns are occasions, in order. Units with a missing grade do not
        enter.
    method : {"conover", "nemenyi"}, optional
        Conover's t, with the error that is left within units, or Nemenyi's range of mean ranks.
        Default: "conover".
    adjust : str, optional
        As `method` of `adjust_p_values`. Default: "holm" for "conover"; "nemenyi" is adjusted by
        the studentised range and takes no other.

    Returns
    -------
    Listing
        A row a pair: `first` and `second` (names, or numbers from 1), their mean ranks, `statistic`
        (t, or the range in standard errors; above 0 where the second has the higher ranks), `df`,
        `p_value` (of "nemenyi" by the normal distribution) and `adjusted_p_value`.

    Raises
    ------
    ValueError
        If there are fewer than two occasions or no complete unit, raters are anonymous, the scale
        is not ordered, the ratings carry clusters, there are more than some 180 occasions, or an
        option is unknown or does not go with the method.

    See Also
    --------
    friedman : One test of all occasions.
    wilcoxon_signed_rank : Two occasions alone, whatever the others were.

    Notes
    -----
    With rank sums :math:`R_j` of n units on k occasions and :math:`E` the sum of squares of ranks
    that occasions leave over, Conover's [1]_ :math:`t = (R_j - R_i) / \sqrt{2 n E / ((n - 1) (k -
    1))}` has (n - 1) (k - 1) degrees of freedom. Nemenyi's [2]_ statistic is :math:`\sqrt{12 / (k
    (k + 1) n)} (R_j - R_i)`, not corrected for ties, which makes it cautious. Both see a pair
    through the ranks of all occasions: another third occasion gives another p-value [3]_. Both are
    of large samples: where every order within units is as likely, Conover's rejects at 5 % in up to
    14 % of three units and 8 % of five or more, and a note says where units are too few.

    References
    ----------
    .. [1] W. J. Conover, "Practical Nonparametric Statistics", 3rd ed., Wiley (1999).
    .. [2] P. Nemenyi, "Distribution-free multiple comparisons", PhD thesis, Princeton (1963); J.
           Demsar, "Statistical comparisons of classifiers over multiple data sets", Journal of
           Machine Learning Research 7 (2006), 1-30.
    .. [3] A. Benavoli, G. Corani and F. Mangili, "Should we really use post-hoc tests based on
           mean-ranks?", Journal of Machine Learning Research 17 (2016), 1-10.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> grades = [[1, 2, 3], [2, 2, 3], [1, 3, 2], [2, 3, 4], [1, 1, 2], [3, 3, 3]]
    >>> pairs = ilr.pairwise_occasions(grades)
    >>> [(row["first"], row["second"], round(row["adjusted_p_value"], 4)) for row in pairs]
    [(1, 2, 0.1713), (1, 3, 0.0102), (2, 3, 0.1713)]
    """
    check_option(method, PAIR_METHODS, "method")
    if adjust is not None:
        check_adjustment(adjust, "adjust")
        if method == "nemenyi":
            raise ValueError(
                f"`adjust` must be None with 'nemenyi', whose range adjusts, but got {adjust!r}."
            )
    taken, ranks = ranked_occasions(ratings)
    if taken.clusters is not None:
        raise ValueError(
            "`ratings` carries clusters, but pairs of occasions take units for independent: ask "
            "`friedman`, or `wilcoxon_signed_rank` of two occasions."
        )
    times, k = taken.frequencies.astype(np.float64), ranks.shape[1]
    if not affordable(k * (k - 1) / 2, nanoseconds=300_000.0):
        raise ValueError(
            f"`ratings` has {k * (k - 1) // 2} pairs of occasions, more than are tested in some "
            "seconds: choose occasions by `select_raters`."
        )
    notes = (*taken.notes, *direction_note(taken.scale))
    if method == "conover" and not _left_over(ranks, times) > NO_ERROR and np.ptp(ranks):
        method, notes = "nemenyi", (*notes, ORDER_FOR_NEMENYI)
    places = list(combinations(range(k), 2))
    if method == "conover":
        statistics, df, p_values = _conover(ranks, times, places)
        adjusted = adjust_p_values(p_values, method=adjust or "holm")
    else:
        statistics, df = _nemenyi(ranks, times, places), None
        p_values = 2 * special.ndtr(-np.abs(statistics) / np.sqrt(2))
        adjusted = _of_range(np.abs(statistics), k)
    notes = (*notes, *_few_note(ranks, times))
    means = times @ ranks / times.sum()
    names: Any = taken.raters or range(1, k + 1)
    rows = tuple(
        {
            "first": names[i],
            "second": names[j],
            "mean_rank_first": float(means[i]),
            "mean_rank_second": float(means[j]),
            "statistic": float(statistic),
            "df": df,
            "p_value": float(p_value),
            "adjusted_p_value": float(last),
            "method": method,
            "adjust": "studentised range" if method == "nemenyi" else adjust or "holm",
        }
        for (i, j), statistic, p_value, last in zip(
            places, statistics, p_values, adjusted, strict=True
        )
    )
    return Listing("pairwise_occasions", rows, _sentence(rows, float(times.sum())), notes)


def _few_note(ranks: FloatArray, times: FloatArray) -> tuple[str, ...]:
    """Say where units of which the order says something are too few for t or the range."""
    squares = ((ranks - ranks.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    total = float(times @ squares)
    shares = squares[times > 0] / total if total > NO_ERROR else np.zeros(1)
    return large_sample_note(shares, "unit", BETTER_OF_TWO)


def _conover(
    ranks: FloatArray, times: FloatArray, places: list[tuple[int, int]]
) -> tuple[FloatArray, float, FloatArray]:
    n, k = times.sum(), ranks.shape[1]
    df = float((n - 1) * (k - 1))
    gaps = _gaps(ranks, times, places)
    if not gaps.any():
        return gaps, df, np.ones(len(gaps))
    statistics = gaps / np.sqrt(2 * n * _left_over(ranks, times) / df)
    return statistics, df, 2 * special.stdtr(df, -np.abs(statistics))


def _nemenyi(ranks: FloatArray, times: FloatArray, places: list[tuple[int, int]]) -> FloatArray:
    k = ranks.shape[1]
    statistics: FloatArray = _gaps(ranks, times, places) * np.sqrt(12 / (k * (k + 1) * times.sum()))
    return statistics


def _of_range(sizes: FloatArray, k: int) -> FloatArray:
    """Return the chances that the range of k normal variables is so large."""
    from scipy import stats

    return np.array([stats.studentized_range.sf(one, k, np.inf) for one in sizes])


def _gaps(ranks: FloatArray, times: FloatArray, places: list[tuple[int, int]]) -> FloatArray:
    sums = times @ ranks
    return np.array([sums[j] - sums[i] for i, j in places])


def _left_over(ranks: FloatArray, times: FloatArray) -> float:
    """Return the sum of squares of ranks within units that occasions do not take up."""
    centred = ranks - ranks.mean(axis=1, keepdims=True)
    return float(times @ (centred**2).sum(axis=1) - ((times @ centred) ** 2).sum() / times.sum())


def _sentence(rows: tuple[dict[str, Any], ...], n_units: float) -> str:
    told = (
        two_ranks(
            (row["first"], row["second"]),
            (row["mean_rank_first"], row["mean_rank_second"]),
            row["adjusted_p_value"],
        )
        for row in rows
    )
    return pairs_of_occasions(rows[0]["method"], rows[0]["adjust"], n_units, told)
