"""How strong an unmeasured cause would have to be to explain a difference away."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeAlias

import numpy as np
from scipy import optimize

from ilacs_reliability._checks.arguments import check_number, check_option
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.tables import GradesLike, as_grades
from ilacs_reliability._results.estimates import Alternative, Estimate, IntArray
from ilacs_reliability._results.keyed import folded, keyed
from ilacs_reliability._results.records import Record, html_table, plain
from ilacs_reliability._results.undefined import left_unsaid
from ilacs_reliability._results.wording import (
    significant,
    whole,
    with_article,
)
from ilacs_reliability.comparison.groups import (
    shared_grades,
    undefined_estimate,
)
from ilacs_reliability.comparison.hidden import (
    MOST_UNITS,
    MOST_VALUES,
    Extremes,
    margins_of,
    normal_tails,
)
from ilacs_reliability.comparison.in_words import (
    NOT_SHOWN_BY_CAUSE,
    bounds_are_normal,
    bounds_basis,
    e_value_of,
    hidden_cause,
    low_to_high,
    not_to_begin_with,
)
from ilacs_reliability.comparison.limits import holding
from ilacs_reliability.comparison.ratios import risk_ratio
from ilacs_reliability.comparison.strata import stratified_relative_effect
from ilacs_reliability.comparison.worst_causes import (
    TooManyCausesError,
    exact_tails,
    reached_sums,
)

HiddenMethod: TypeAlias = Literal["exact", "asymptotic"]
# strengths beyond are of no interest
STRONGEST = 100.0


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class RosenbaumBounds(Record):
    """P-values that hold whatever a hidden cause of the group did, up to a strength.

    Attributes
    ----------
    gamma : tuple of float
        Strengths: of two units of a stratum, the odds of being in the second group differ at most
        by this factor. 1 is chance alone.
    p_low, p_high : tuple of float
        The smallest and the largest p-value that such a cause allows, for each strength.
    tipping : float
        The strength at which the largest p-value reaches 0.05; 1 where it is above from the
        start, infinite where it never is below 100.
    alternative : str
        As asked for.
    effect : Estimate
        The relative effect within strata.
    n_units : int
        Units that the bounds rest on.
    method : str
        "exact", or "asymptotic" for the normal approximation.
    notes : tuple of str
        What the reader must know.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> bounds = ilr.rosenbaum_bounds([[3, 8, 45, 39], [4, 6, 5, 3]], gamma=(1, 2))
    >>> [round(p, 4) for p in bounds.p_high], bounds.method
    ([0.0004, 0.0107], 'exact')
    """

    gamma: tuple[float, ...]
    p_low: tuple[float, ...]
    p_high: tuple[float, ...]
    tipping: float
    alternative: str
    effect: Estimate
    n_units: int
    method: str = "exact"
    notes: tuple[str, ...] = ()

    def describe(self) -> str:
        """Say in a sentence how strong a hidden cause would have to be, with the notes.

        Returns
        -------
        str
            Plain English.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> print(ilr.rosenbaum_bounds([[3, 8, 45, 39], [4, 6, 5, 3]]).describe())
        A hidden cause that makes the odds of the group differ by 2.97 within strata could explain
        the difference at the 5% level (exact bounds), from 113 units; it does not show that there
        is one. Grade 1 is taken for the worst and grade 4 for the best; where 1 is the best, turn
        the order round and declare it, as in Scale([4, ..., 1]).
        """
        if self.tipping <= 1:
            start = not_to_begin_with(dict(zip(self.gamma, self.p_high, strict=True)).get(1.0))
        else:
            start = hidden_cause(self.tipping)
        return " ".join((f"{start} {bounds_basis(self.method, self.n_units)}", *self.notes))

    def to_dict(self) -> dict[str, Any]:
        """Return the bounds as a flat row of plain Python values.

        Returns
        -------
        dict
            One entry a field, the effect's with the prefix ``effect_``.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> ilr.rosenbaum_bounds([[3, 8, 45, 39], [4, 6, 5, 3]]).to_dict()["gamma"][0]
        1.0
        """
        row: dict[str, Any] = {"name": "rosenbaum_bounds", "gamma": list(self.gamma)}
        row |= {"p_low": list(self.p_low), "p_high": list(self.p_high), "tipping": self.tipping}
        row |= {"alternative": self.alternative, "method": self.method, "n_units": self.n_units}
        row["notes"] = list(self.notes)
        strict: dict[str, Any] = plain(
            row | {f"effect_{key}": value for key, value in self.effect.to_dict().items()}
        )
        return strict

    def __repr__(self) -> str:
        units = f"n_units={whole(self.n_units, mark='')}"
        return f"RosenbaumBounds(tipping gamma = {significant(self.tipping, 3)}, {units})"

    def _repr_html_(self) -> str:
        rows: dict[str, Any] = {
            f"gamma {gamma:g}": f"p {low_to_high(low, high)}"
            for gamma, low, high in zip(self.gamma, self.p_low, self.p_high, strict=True)
        }
        return html_table(rows | {"tipping": self.tipping})


def rosenbaum_bounds(
    grades: GradesLike,
    *,
    gamma: float | Sequence[float] = (1.0, 1.5, 2.0, 3.0, 5.0),
    alternative: Alternative = "two-sided",
    method: HiddenMethod = "exact",
) -> RosenbaumBounds:
    """Bound the p-value of a stratified comparison under hidden selection into the groups.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] 2, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter,
        and a note says what share of units that is.
    gamma : float or sequence of float, optional
        Strengths of 1 or more. Default: 1, 1.5, 2, 3 and 5.
    alternative : {"two-sided", "less", "greater"}, optional
        "less": the second group is graded lower. "two-sided" doubles the smaller one. Default:
        "two-sided".
    method : {"exact", "asymptotic"}, optional
        "exact" gives way to "asymptotic" where there are too many tables, sums or hidden causes;
        the result and a note say so. Default: "exact".

    Returns
    -------
    RosenbaumBounds
        The largest and the smallest p-value for each strength, and the strength that tips it.

    Raises
    ------
    TypeError
        If a strength is no number.
    ValueError
        If there are not exactly two groups, no stratum holds both, a strength is below 1 or
        infinite, an option is unknown, or strata and strengths are too many.

    See Also
    --------
    e_value : The same question about a share, for a cause of both group and grade.
    van_elteren : The test at strength 1.

    Notes
    -----
    Van Elteren's statistic when, within a stratum, the odds that a unit is in the second group
    differ by up to gamma from unit to unit ([1]_, chapter 4). The worst hidden cause is present in
    the best graded units of a stratum, or in the worst graded, and absent from the others [2]_.
    "exact" searches how many they are in each stratum, leaving out only what cannot be the worst,
    and adds up all tables stratum by stratum. Dozens of strata of a few units are often in reach,
    not always: the nearer the causes are to each other, the more are left. "asymptotic" is the
    normal approximation, with the number chosen stratum by stratum for the largest mean and then
    variance [3]_; it can be far too low in small strata, and among more than 500 units takes whole
    grades only.

    References
    ----------
    .. [1] P. R. Rosenbaum, "Observational Studies", 2nd ed., Springer (2002), pp. 105-170.
    .. [2] P. R. Rosenbaum and A. M. Krieger, "Sensitivity of two-sample permutation inferences in
           observational studies", Journal of the American Statistical Association 85 (1990),
           493-498.
    .. [3] J. L. Gastwirth, A. M. Krieger and P. R. Rosenbaum, "Asymptotic separability in
           sensitivity analysis", Journal of the Royal Statistical Society B 62 (2000), 545-555.

    Examples
    --------
    How standard inspections of good authorities were chosen was not stated: how strongly would a
    hidden cause have to bear on the choice to explain their lower grades?

    >>> import ilacs_reliability as ilr
    >>> bounds = ilr.rosenbaum_bounds([[3, 8, 45, 39], [4, 6, 5, 3]], alternative="less")
    >>> for gamma, p in zip(bounds.gamma, bounds.p_high):
    ...     print(f"odds up to {gamma:g} times as large: p up to {p:.4f}")
    odds up to 1 times as large: p up to 0.0002
    odds up to 1.5 times as large: p up to 0.0015
    odds up to 2 times as large: p up to 0.0054
    odds up to 3 times as large: p up to 0.0258
    odds up to 5 times as large: p up to 0.1188
    >>> round(bounds.tipping, 2)
    3.67
    """
    check_option(alternative, ("two-sided", "less", "greater"), "alternative")
    check_option(method, ("exact", "asymptotic"), "method")
    strengths = _strengths(gamma)
    grades = as_grades(grades)
    shared = shared_grades(grades, n_groups=2)
    if shared.reason:
        raise ValueError("`grades` has no stratum that holds both groups: nothing to bound.")
    _check_work(shared.counts, len(strengths))
    found = _found(shared.counts, strengths, alternative, method)
    return RosenbaumBounds(
        gamma=strengths,
        p_low=found.p_low,
        p_high=found.p_high,
        tipping=found.tipping,
        alternative=alternative,
        effect=stratified_relative_effect(grades, weights="van_elteren"),
        n_units=shared.n_units,
        method=found.method,
        notes=(*shared.notes, *_approximation(shared.counts, found.method)),
    )


def _check_work(counts: IntArray, n_strengths: int) -> None:
    """Raise where even the moments of the strata would take too long at every strength."""
    sizes = counts.sum(axis=2)
    margins = np.column_stack([sizes, counts.sum(axis=1)])
    kinds = np.unique(margins, axis=0)
    n, n_grades = kinds[:, :2].sum(axis=1), counts.shape[2]
    causes = np.where(n <= MOST_UNITS, n + 1, n_grades + 1)
    # each size of stratum has a distribution for every cause
    _, first = np.unique(kinds[:, :2], axis=0, return_index=True)
    chosen = np.minimum(kinds[:, 1] + 1, MOST_VALUES) * causes
    own = chosen[first].sum() + chosen[n > MOST_UNITS].sum()
    steps = 300.0 * float(own) + 100.0 * n_grades * float(causes.sum())
    # two strengths and two signs each, and some twenty to find the one that tips
    if not affordable(4 * steps * (n_strengths + 20), nanoseconds=1.0):
        raise ValueError(
            f"`grades` has {whole(len(counts))} strata, {whole(len(kinds))} of them with margins "
            f"of their own, and `gamma` {whole(n_strengths)} strengths: together they would take "
            "too long. Join strata or ask for fewer strengths."
        )


def _approximation(counts: IntArray, method: str) -> tuple[str, ...]:
    if method == "exact":
        return ()
    least = int(counts.sum(axis=2).min())
    return (bounds_are_normal(least),)


def e_value(
    grades: GradesLike, *, at_least: Hashable | None = None, at_most: Hashable | None = None
) -> Estimate:
    r"""Estimate how strong an unmeasured cause must be to explain a ratio of shares away.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] 2, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter,
        and a note says so; over several others it is that of the common ratio.
    at_least, at_most : hashable, optional
        The lowest grade that counts, or the highest. One of the two, unless there are two grades:
        then the better one counts.

    Returns
    -------
    Estimate
        The E-value, 1 or more: the ratio by which such a cause must be tied both to the group and
        to the grade. The lower limit of its interval is the E-value of the limit of the risk ratio
        that is nearer to 1, which is 1 where that interval holds 1.

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
    rosenbaum_bounds : Over all grades, for a cause of the group alone.
    risk_ratio : What is explained away.

    Notes
    -----
    :math:`R + \sqrt{R (R - 1)}` for a risk ratio R above 1, and for 1/R below [1]_.

    References
    ----------
    .. [1] T. J. VanderWeele and P. Ding, "Sensitivity analysis in observational research:
           introducing the E-value", Annals of Internal Medicine 167 (2017), 268-274.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = [[3, 8, 45, 39], [4, 6, 5, 3]]
    >>> round(ilr.e_value(table, at_most=2).value, 2)
    9.07
    """
    with left_unsaid():
        ratio = risk_ratio(grades, at_least=at_least, at_most=at_most)
    label = e_value_of(with_article(ratio.label))
    if ratio.status == "undefined":
        shared = shared_grades(grades, n_groups=2)
        return undefined_estimate(shared, ratio.reason, name="e_value", label=label, why=ratio.why)
    return Estimate(
        value=e_value_of_ratio(ratio.value),
        name="e_value",
        label=label,
        frequencies=ratio.frequencies,
        influence_source=_slope(ratio.value) * ratio.influence,
        n_units=ratio.n_units,
        methods_source=tuple(
            (name, keyed(_e_limits, ratio=ratio, method=name)) for name in ratio.interval_methods
        ),
        notes=ratio.notes,
        limits=NOT_SHOWN_BY_CAUSE,
    )


def e_value_of_ratio(ratio: float) -> float:
    """Return the E-value of a risk ratio.

    Parameters
    ----------
    ratio : float
        0 or more.

    Returns
    -------
    float
        1 or more, infinite for a ratio of 0 or infinity.
    """
    if ratio == 0 or np.isinf(ratio):
        return float("inf")
    above = max(ratio, 1 / ratio)
    return float(above + np.sqrt(above * (above - 1)))


def _slope(ratio: float) -> float:
    if not 0 < ratio < np.inf or ratio == 1:
        return float("nan")
    above = max(ratio, 1 / ratio)
    slope = 1 + (2 * above - 1) / (2 * np.sqrt(above * (above - 1)))
    return float(slope if ratio > 1 else -slope / ratio**2)


@folded
def _e_limits(
    estimate: Estimate, confidence_level: float, *, ratio: Estimate, method: str
) -> tuple[float, float]:
    low, high = ratio.confidence_interval(confidence_level, method)
    ends = sorted((e_value_of_ratio(low), e_value_of_ratio(high)))
    return holding(((1.0 if low <= 1 <= high else ends[0]), ends[1]), estimate.value)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Found:
    p_low: tuple[float, ...]
    p_high: tuple[float, ...]
    tipping: float
    method: str


def _strengths(gamma: float | Sequence[float]) -> tuple[float, ...]:
    listed = np.iterable(gamma) and not isinstance(gamma, (str, bytes, set, dict))
    try:
        given: list[Any] = [*gamma] if listed else [gamma]  # type: ignore[misc]
    except TypeError:  # a lazy frame has no rows yet
        given = [gamma]
    strengths = []
    for one in given:
        strength = check_number(one, "gamma", finite=False)
        if not 1 <= strength < np.inf:
            raise ValueError(f"`gamma` must be finite and 1 or more, but holds {one!r}.")
        strengths.append(strength)
    if not strengths:
        raise ValueError("`gamma` must hold a strength, but is empty.")
    return tuple(strengths)


def _found(
    counts: IntArray, strengths: tuple[float, ...], alternative: Alternative, method: str
) -> _Found:
    if method == "exact":
        try:
            tails = partial(exact_tails, reached_sums(counts, len(strengths)))
            return _bounds(tails, strengths, alternative, "exact")
        except TooManyCausesError:
            pass
    return _bounds(partial(normal_tails, margins_of(counts)), strengths, alternative, "asymptotic")


def _bounds(
    tails: Callable[[float], Extremes],
    strengths: tuple[float, ...],
    alternative: Alternative,
    method: str,
) -> _Found:
    pairs = [_p_values(tails(strength), alternative) for strength in strengths]
    return _Found(
        p_low=tuple(low for low, _ in pairs),
        p_high=tuple(high for _, high in pairs),
        tipping=_tipping(lambda strength: _p_values(tails(strength), alternative)[1]),
        method=method,
    )


def _p_values(tails: Extremes, alternative: Alternative) -> tuple[float, float]:
    """Return the smallest and the largest p-value."""
    most_above, least_above, most_below, least_below = tails
    if alternative == "greater":
        return least_above, most_above
    if alternative == "less":
        return least_below, most_below
    low, high = min(least_above, least_below), min(most_above, most_below)
    return min(1.0, 2 * low), min(1.0, 2 * high)


def _tipping(largest: Callable[[float], float]) -> float:
    """Find the strength at which the largest p-value reaches 0.05."""
    low, high = 0.0, float(np.log(STRONGEST))
    if largest(1.0) >= 0.05:
        return 1.0
    if largest(STRONGEST) < 0.05:
        return float("inf")
    # it rises with the strength, if by a jump where another cause becomes the worst
    found = optimize.brentq(lambda x: largest(float(np.exp(x))) - 0.05, low, high, xtol=1e-7)
    return float(np.exp(found))
