"""Two groups at a cut between grades: how much more often is one at or above it?"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ilacs_reliability._data.tables import GradesLike
from ilacs_reliability._results.estimates import Estimate, FloatArray, IntArray
from ilacs_reliability._results.keyed import Keyed, keyed
from ilacs_reliability.comparison.groups import (
    SharedGrades,
    cut_code,
    influence_of_groups,
    phrase_of_groups,
    sentence,
    shared_grades,
    undefined_estimate,
)
from ilacs_reliability.comparison.in_words import NOT_SHOWN, gap_in_share, shares_in_counts
from ilacs_reliability.comparison.limits import (
    Counts,
    Pair,
    agresti_caffo_difference,
    holding,
    midp_difference,
    newcombe_difference,
    score_difference,
    stratified_score_difference,
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CutGroups:
    """Two groups cut in two.

    Attributes
    ----------
    shared : SharedGrades
        The groups.
    counted : ndarray of bool, shape (n_grades,)
        Grades that count.
    phrase : str
        "good or better".
    tables : ndarray of int, shape (n_shared, 2, 2)
        Units by group, not counted and counted.
    """

    shared: SharedGrades
    counted: FloatArray
    phrase: str
    tables: IntArray

    @property
    def counts(self) -> Counts:
        """Count and n of the first group, count and n of the second, over all strata."""
        (no1, yes1), (no2, yes2) = self.tables.sum(axis=0).tolist()
        return yes1, no1 + yes1, yes2, no2 + yes2

    @property
    def counts_by_stratum(self) -> FloatArray:
        """The same of each stratum, shape (n_shared, 4)."""
        yes, sizes = self.tables[..., 1], self.tables.sum(axis=2)
        counts: FloatArray = np.stack([yes, sizes], axis=-1).reshape(-1, 4).astype(np.float64)
        return counts


def cut_groups(
    grades: GradesLike,
    *,
    at_least: Hashable | None,
    at_most: Hashable | None,
    pool: bool = True,
) -> CutGroups:
    """Cut two groups at a grade.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] 2, n_grades)
        Units by group and grade.
    at_least, at_most : hashable or None
        The lowest or the highest grade that counts.
    pool : bool, optional
        Whether the caller adds the strata up. Default: True.

    Returns
    -------
    CutGroups
        The tables.

    Raises
    ------
    ValueError
        If there are not two groups, or the cut is not one.
    """
    shared = shared_grades(grades, n_groups=2, pool=pool)
    first, phrase = cut_code(shared.scale, at_least=at_least, at_most=at_most)
    upper = np.arange(len(shared.scale)) >= first
    counted = upper if at_most is None else ~upper
    yes = shared.counts[..., counted].sum(axis=-1)
    no = shared.counts[..., ~counted].sum(axis=-1)
    return CutGroups(
        shared=shared,
        counted=counted.astype(np.float64),
        phrase=phrase,
        tables=np.stack([no, yes], axis=-1),
    )


def risk_difference(
    grades: GradesLike, *, at_least: Hashable | None = None, at_most: Hashable | None = None
) -> Estimate:
    """Estimate the difference between two groups' shares at or beyond a grade.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] 2, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter,
        and a note says so; over several others the differences within strata are averaged.
    at_least, at_most : hashable, optional
        The lowest grade that counts, or the highest. One of the two, unless there are two grades:
        then the better one counts.

    Returns
    -------
    Estimate
        Share of the second group minus share of the first, -1 to 1. Intervals "midp",
        "newcombe", "miettinen_nurminen" and "agresti_caffo". The default is "midp", over strata
        "miettinen_nurminen".

    Raises
    ------
    ValueError
        If there are not exactly two groups, neither or both of `at_least` and `at_most` are
        given, or every grade would count.

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum holds both groups. The value is then nan.

    See Also
    --------
    risk_ratio : The ratio of the shares.
    two_proportions : Exact tests of equal shares.

    Notes
    -----
    Strata are averaged with Mantel-Haenszel weights n1 n2 / (n1 + n2). "midp" joins two mid-p
    intervals [5]_ by the variances that they imply [4]_, as "newcombe" joins two of Wilson's ([1]_,
    method 10); both join those of strata in the same way. "miettinen_nurminen" inverts the score
    test with its factor N/(N - 1) [2]_; over strata it is the weighted sum's, each stratum's
    variance that where it has the difference tried, which holds in many small strata where joined
    limits are too short. "agresti_caffo" adds one success and one failure to each group [3]_, and
    is widened to the difference seen where that has moved it past (groups of one or two, all or
    none). None has zero width. How often each holds the truth is in the documentation, "How the
    comparison of two groups was checked".

    References
    ----------
    .. [1] R. G. Newcombe, "Interval estimation for the difference between independent proportions:
           comparison of eleven methods", Statistics in Medicine 17 (1998), 873-890.
    .. [2] O. Miettinen and M. Nurminen, "Comparative analysis of two rates", Statistics in
           Medicine 4 (1985), 213-226.
    .. [3] A. Agresti and B. Caffo, "Simple and effective confidence intervals for proportions and
           differences of proportions result from adding two successes and two failures", The
           American Statistician 54 (2000), 280-288.
    .. [4] G. Y. Zou and A. Donner, "Construction of confidence limits about effect measures: a
           general approach", Statistics in Medicine 27 (2008), 1693-1702.
    .. [5] A. Agresti and A. Gottard, "Comment: randomized confidence intervals and the mid-p
           approach", Statistical Science 20 (2005), 367-371.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> previously_good = ilr.grades_from_table(
    ...     [[3, 8, 45, 39], [4, 6, 5, 3]],
    ...     scale=ilr.OFSTED_SCALE,
    ...     groups=("short", "standard"),
    ... )
    >>> ilr.risk_difference(previously_good, at_least="good")
    Estimate(risk_difference = -0.4398, n_units=113, 95% midp -0.6587 to -0.1983)
    """
    cut = cut_groups(grades, at_least=at_least, at_most=at_most, pool=False)
    first, second = phrase_of_groups(cut.shared)
    label = gap_in_share(cut.phrase, first, second)
    if cut.shared.reason:
        return undefined_estimate(
            cut.shared, cut.shared.reason, name="risk_difference", label=label
        )
    return difference_of_shares(cut, name="risk_difference", label=label)


def difference_of_shares(cut: CutGroups, *, name: str, label: str) -> Estimate:
    """Return the difference in shares, second group minus first, averaged over strata.

    Parameters
    ----------
    cut : CutGroups
        The groups.
    name, label : str
        The function, and how a sentence calls the difference.

    Returns
    -------
    Estimate
        With intervals "midp", "newcombe", "miettinen_nurminen" and "agresti_caffo".
    """
    sizes = cut.tables.sum(axis=2).astype(np.float64)
    shares = cut.tables[..., 1] / sizes
    weights = sizes.prod(axis=1) / sizes.sum(axis=1)
    weights /= weights.sum()
    rows = cut.shared.counts.reshape(-1, len(cut.shared.scale))
    slopes = np.stack([-weights, weights], axis=1)
    deviations = slopes[..., None] * (cut.counted - shares[..., None])
    strata = tuple((x1, n1, x2, n2) for x1, n1, x2, n2 in cut.counts_by_stratum.tolist())
    return Estimate(
        value=float(weights @ (shares[:, 1] - shares[:, 0])),
        name=name,
        label=label,
        frequencies=rows.ravel(),
        influence_source=influence_of_groups(rows, deviations.reshape(rows.shape)),
        n_units=cut.shared.n_units,
        methods_source=_difference_methods(strata, weights),
        notes=(*cut.shared.notes, shares_note(cut)),
        limits=NOT_SHOWN,
    )


def _difference_methods(
    strata: tuple[Counts, ...], weights: FloatArray
) -> tuple[tuple[str, Keyed], ...]:
    """List the intervals of a difference, the one that covers best first."""
    joined = tuple(
        (name, keyed(_averaged, rule=rule, strata=strata, weights=weights)) for name, rule in JOINED
    )
    score = ("miettinen_nurminen", keyed(_scored, strata=strata, weights=weights))
    return (joined[0], joined[1], score, joined[2]) if len(strata) == 1 else (score, *joined)


JOINED = (
    ("midp", keyed(midp_difference)),
    ("newcombe", keyed(newcombe_difference)),
    ("agresti_caffo", keyed(agresti_caffo_difference)),
)


def limits_of_counts(
    estimate: Estimate,
    confidence_level: float,
    *,
    rule: Callable[[Counts, float], Pair],
    counts: Counts,
) -> Pair:
    """Return limits that rest on the counts alone.

    Parameters
    ----------
    estimate : Estimate
        Not looked at.
    confidence_level : float
        Wanted coverage.
    rule : callable
        Takes counts and the level.
    counts : tuple of float
        Count and n of the first group, count and n of the second.

    Returns
    -------
    tuple of float
        Lower and upper limit.
    """
    return holding(rule(counts, confidence_level), estimate.value)


def shares_note(cut: CutGroups) -> str:
    """Say the two shares in counts.

    Parameters
    ----------
    cut : CutGroups
        The groups.

    Returns
    -------
    str
        A note.
    """
    x1, n1, x2, n2 = cut.counts
    first, second = phrase_of_groups(cut.shared)
    return shares_in_counts(sentence(cut.phrase), (first, x1, n1), (second, x2, n2))


def _scored(
    estimate: Estimate,
    confidence_level: float,
    *,
    strata: tuple[Counts, ...],
    weights: FloatArray,
) -> Pair:
    if len(strata) == 1:
        return score_difference(strata[0], confidence_level)
    limits = stratified_score_difference(np.array(strata), weights, confidence_level)
    return holding(limits, estimate.value)


def _averaged(
    estimate: Estimate,
    confidence_level: float,
    *,
    rule: Callable[[Counts, float], Pair],
    strata: tuple[Counts, ...],
    weights: FloatArray,
) -> Pair:
    """Join the strata's limits by the variances that they imply (Zou and Donner, 2008)."""
    if len(strata) == 1:
        return rule(strata[0], confidence_level)
    every: Any = np.array(strata, dtype=np.float64).T
    limits, (x1, n1, x2, n2) = np.array(rule(every, confidence_level)), every
    # a limit that smoothing puts beyond the value adds nothing on that side
    gaps = np.maximum(np.array([[-1.0], [1.0]]) * (limits - (x2 / n2 - x1 / n1)), 0.0)
    down, up = np.sqrt(((weights * gaps) ** 2).sum(axis=1)).tolist()
    return max(-1.0, estimate.value - down), min(1.0, estimate.value + up)
