"""How strong an unmeasured cause would have to be to explain a difference away."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy import special

from ilacs_reliability.comparison.exact import double_mid_ranks, log_choose
from ilacs_reliability.comparison.groups import (
    NOT_SHOWN,
    SharedGrades,
    shared_grades,
    undefined_estimate,
)
from ilacs_reliability.comparison.ratios import risk_ratio
from ilacs_reliability.comparison.strata import stratified_relative_effect
from ilacs_reliability.estimates import (
    Alternative,
    Estimate,
    FloatArray,
    IntArray,
    check_option,
    html_table,
    p_phrase,
)
from ilacs_reliability.tables import GradesLike


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class RosenbaumBounds:
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
    notes : tuple of str
        What the reader must know.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> bounds = ilr.rosenbaum_bounds([[3, 8, 45, 39], [4, 6, 5, 3]], gamma=(1, 2))
    >>> bounds.p_high[0] < 0.05 < bounds.p_high[1] * 10
    True
    """

    gamma: tuple[float, ...]
    p_low: tuple[float, ...]
    p_high: tuple[float, ...]
    tipping: float
    alternative: str
    effect: Estimate
    n_units: int
    notes: tuple[str, ...] = ()

    def describe(self) -> str:
        """Say in a sentence how strong a hidden cause would have to be.

        Returns
        -------
        str
            Plain English.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> ilr.rosenbaum_bounds([[3, 8, 45, 39], [4, 6, 5, 3]]).describe()[:38]
        'A hidden cause that makes the odds of '
        """
        end = "from {n} units; it does not show that there is one.".format(n=f"{self.n_units:g}")
        if self.tipping <= 1:
            return (
                f"Without a hidden cause the difference has {p_phrase(self.p_high[0])}, so it is "
                f"not significant to begin with, {end}"
            )
        strength = "any factor up to 100" if np.isinf(self.tipping) else f"{self.tipping:.2f}"
        verb = "could not" if np.isinf(self.tipping) else "could"
        return (
            f"A hidden cause that makes the odds of the group differ by {strength} within strata "
            f"{verb} explain the difference at the 5% level, {end}"
        )

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
        row |= {"alternative": self.alternative, "n_units": self.n_units, "notes": list(self.notes)}
        return row | {f"effect_{key}": value for key, value in self.effect.to_dict().items()}

    def __repr__(self) -> str:
        return f"RosenbaumBounds(tipping gamma = {self.tipping:.3g}, n_units={self.n_units:g})"

    def _repr_html_(self) -> str:
        rows: dict[str, Any] = {
            f"gamma {gamma:g}": f"p {low:.4g} to {high:.4g}"
            for gamma, low, high in zip(self.gamma, self.p_low, self.p_high, strict=True)
        }
        return html_table(rows | {"tipping": self.tipping})


def rosenbaum_bounds(
    grades: GradesLike,
    *,
    gamma: Sequence[float] = (1.0, 1.5, 2.0, 3.0, 5.0),
    alternative: Alternative = "two-sided",
) -> RosenbaumBounds:
    """Bound the p-value of a stratified comparison under hidden selection into the groups.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] 2, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter,
        and a note says what share of units that is.
    gamma : sequence of float, optional
        Strengths of 1 or more. Default: 1, 1.5, 2, 3 and 5.
    alternative : {"two-sided", "less", "greater"}, optional
        "less": the second group is graded lower. "two-sided" doubles the smaller one. Default:
        "two-sided".

    Returns
    -------
    RosenbaumBounds
        The largest and the smallest p-value for each strength, and the strength that tips it.

    Raises
    ------
    ValueError
        If there are not exactly two groups, no stratum holds both, a strength is below 1 or
        `alternative` is unknown.

    See Also
    --------
    e_value : The same question about a share, for a cause of both group and grade.
    van_elteren : The test at strength 1.

    Notes
    -----
    Van Elteren's statistic when, within a stratum, the odds that a unit is in the second group
    differ by up to gamma from unit to unit ([1]_, chapter 4): the worst hidden cause is present in
    the best graded units and absent from the others, how many of them being chosen stratum by
    stratum for the largest mean and then variance [2]_. Normal approximation.

    References
    ----------
    .. [1] P. R. Rosenbaum, "Observational Studies", 2nd ed., Springer (2002), pp. 105-170.
    .. [2] J. L. Gastwirth, A. M. Krieger and P. R. Rosenbaum, "Asymptotic separability in
           sensitivity analysis", Journal of the Royal Statistical Society B 62 (2000), 545-555.

    Examples
    --------
    Standard inspections of good authorities were chosen by risk: how strongly would that have to
    bear on the choice to explain their lower grades?

    >>> import ilacs_reliability as ilr
    >>> bounds = ilr.rosenbaum_bounds([[3, 8, 45, 39], [4, 6, 5, 3]], alternative="less")
    >>> 2 < bounds.tipping < 4
    False
    """
    check_option(alternative, ("two-sided", "less", "greater"), "alternative")
    strengths = tuple(float(g) for g in gamma)
    if not strengths or not all(g >= 1 for g in strengths):
        raise ValueError(f"`gamma` must hold numbers of 1 or more, but got {tuple(gamma)}.")
    shared = shared_grades(grades, n_groups=2)
    if shared.reason:
        raise ValueError("`grades` has no stratum that holds both groups: nothing to bound.")
    bounds = [_bounds(shared, g, alternative) for g in strengths]
    return RosenbaumBounds(
        gamma=strengths,
        p_low=tuple(low for low, _ in bounds),
        p_high=tuple(high for _, high in bounds),
        tipping=_tipping(shared, alternative),
        alternative=alternative,
        effect=stratified_relative_effect(grades, weights="van_elteren"),
        n_units=shared.n_units,
        notes=shared.notes,
    )


def e_value(
    grades: GradesLike, *, at_least: Hashable | None = None, at_most: Hashable | None = None
) -> Estimate:
    r"""Estimate how strong an unmeasured cause must be to explain a ratio of shares away.

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
    ratio = risk_ratio(grades, at_least=at_least, at_most=at_most)
    label = f"E-value of the {ratio.label}"
    if ratio.status == "undefined":
        shared = shared_grades(grades, n_groups=2)
        return undefined_estimate(shared, ratio.reason, name="e_value", label=label)
    return Estimate(
        value=e_value_of_ratio(ratio.value),
        name="e_value",
        label=label,
        frequencies=ratio.frequencies,
        influence_source=_slope(ratio.value) * ratio.influence,
        n_units=ratio.n_units,
        methods=tuple(
            (name, partial(_e_limits, ratio=ratio, method=name)) for name in ratio.interval_methods
        ),
        notes=ratio.notes,
        limits=f"whether there is such a cause, nor {NOT_SHOWN}",
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


def _e_limits(
    estimate: Estimate, confidence_level: float, *, ratio: Estimate, method: str
) -> tuple[float, float]:
    low, high = ratio.confidence_interval(confidence_level, method)
    ends = sorted((e_value_of_ratio(low), e_value_of_ratio(high)))
    return (1.0 if low <= 1 <= high else ends[0]), ends[1]


def _bounds(shared: SharedGrades, gamma: float, alternative: Alternative) -> tuple[float, float]:
    """Return the smallest and the largest p-value at a strength."""
    # scores of the second group, and the same turned over for "less"
    up, down = (_tails(shared, gamma, sign) for sign in (1.0, -1.0))
    if alternative != "two-sided":
        return up if alternative == "greater" else down
    low = min(1.0, 2 * min(up[0], down[0]))
    return low, min(1.0, 2 * min(up[1], down[1]))


def _tails(shared: SharedGrades, gamma: float, sign: float) -> tuple[float, float]:
    moments = np.array(
        [
            [_extreme(counts, strength, sign) for counts in shared.counts]
            for strength in (gamma, 1 / gamma)
        ]
    )
    seen = sum(_stratum_scores(counts, sign) @ counts[1] for counts in shared.counts)
    p_values = []
    for means, variances in moments.sum(axis=1):
        z = (seen - means) / np.sqrt(variances) if variances > 1e-15 else 0.0
        p_values.append(float(special.ndtr(-z)) if variances > 1e-15 else 1.0)
    return p_values[1], p_values[0]


def _stratum_scores(counts: IntArray, sign: float) -> FloatArray:
    totals = counts.sum(axis=0)
    n = int(totals.sum())
    scores: FloatArray = sign * (double_mid_ranks(totals) / 2 - (n + 1) / 2) / (n + 1)
    return scores


def _extreme(counts: IntArray, gamma: float, sign: float) -> tuple[float, float]:
    """Return the most extreme mean of the second group's scores, and its variance."""
    totals, n_second = counts.sum(axis=0), int(counts[1].sum())
    scores = _stratum_scores(counts, sign)
    units = np.sort(np.repeat(scores, totals))[::-1]
    favoured = np.arange(len(units) + 1)
    if len(units) > MOST_UNITS:
        # between two grades the extreme lies at their border, or near enough among so many
        favoured = np.concatenate([[0], np.cumsum(totals[::-1])])
    means, variances = rosenbaum_moments(units, favoured, n_second, gamma)
    direction = 1.0 if gamma >= 1 else -1.0
    best = np.lexsort((variances, np.round(direction * means, 12)))[-1]
    return float(means[best]), float(variances[best])


MOST_UNITS = 2000


def rosenbaum_moments(
    units: FloatArray, favoured: IntArray, n_second: int, gamma: float
) -> tuple[FloatArray, FloatArray]:
    """Return mean and variance of the second group's sum where the first units are favoured.

    Parameters
    ----------
    units : ndarray of float, shape (n_units,)
        Scores of the units of a stratum.
    favoured : ndarray of int, shape (n_cases,)
        How many units, the first ones, a hidden cause favours.
    n_second : int
        Units in the second group.
    gamma : float
        How many times the odds of being in the second group the favoured ones have.

    Returns
    -------
    tuple of ndarray, shape (n_cases,)
        Means and variances.
    """
    n, b = len(units), favoured[:, None]
    k = np.arange(n_second + 1)
    possible = (k <= b) & (n_second - k <= n - b)
    with np.errstate(invalid="ignore"):
        logs = log_choose(b, k) + log_choose(n - b, n_second - k) + k * np.log(gamma)
    logs = np.where(possible, logs, -np.inf)
    chance = np.exp(logs - special.logsumexp(logs, axis=1, keepdims=True))
    (mean1, spread1), (mean2, spread2) = _prefixes(units, b), _prefixes(units[::-1], n - b)
    rest = n_second - k
    centre = k * mean1 + rest * mean2
    within = spread1 * k * (1 - k / np.maximum(b, 1))
    within = within + spread2 * rest * (1 - rest / np.maximum(n - b, 1))
    means = (chance * centre).sum(axis=1)
    return means, (chance * (within + (centre - means[:, None]) ** 2)).sum(axis=1)


def _prefixes(units: FloatArray, sizes: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return mean and variance (over size - 1) of the first units, for each size."""
    total, squares = (np.append(0.0, np.cumsum(units**power))[sizes] for power in (1, 2))
    mean = total / np.maximum(sizes, 1)
    spread = np.maximum(squares - sizes * mean**2, 0.0) / np.maximum(sizes - 1, 1)
    return mean, spread


def _tipping(shared: SharedGrades, alternative: Alternative) -> float:
    """Bisect for the strength at which the largest p-value reaches 0.05."""
    low, high = 0.0, float(np.log(100.0))
    if _bounds(shared, 1.0, alternative)[1] >= 0.05:
        return 1.0
    if _bounds(shared, 100.0, alternative)[1] < 0.05:
        return float("inf")
    for _ in range(30):
        middle = (low + high) / 2
        if _bounds(shared, float(np.exp(middle)), alternative)[1] < 0.05:
            low = middle
        else:
            high = middle
    return float(np.exp(high))
