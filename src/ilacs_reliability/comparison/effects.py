"""How far one group's grades stand above another's: effects made of pairs of units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from ilacs_reliability._data.tables import GradesLike
from ilacs_reliability._inference import betas
from ilacs_reliability._inference.shrinkage import (
    ShareLike,
    absolute_spread,
    share_of_variance,
    shrunk,
    t_correction,
)
from ilacs_reliability._inference.students import t_quantile
from ilacs_reliability._results.estimates import Estimate, FloatArray
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.named_limits import Limits, name_of, under_name
from ilacs_reliability.comparison.groups import (
    SharedGrades,
    influence_of_groups,
    phrase_of_groups,
    shared_grades,
    undefined_estimate,
)
from ilacs_reliability.comparison.in_words import (
    EXACT_OF,
    NOT_SHOWN,
    SHRUNK,
    TAKEN,
    cliffs_delta_label,
    lone_pairs,
    relative,
    taken_error,
)
from ilacs_reliability.comparison.limits import holding


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Placements:
    """The relative effect of tables, with the spread of its two parts.

    Attributes
    ----------
    value : float or ndarray, shape (...)
        P(X < Y) + P(X = Y) / 2.
    variances : ndarray, shape (..., 2)
        Variance that each group's sampling adds; nan for a group of one unit.
    deviations : ndarray, shape (..., 2, n_grades)
        Pull of one unit of each group and grade.
    sizes : ndarray, shape (..., 2)
        Units in each group.
    spreads : ndarray, shape (..., 2), optional
        How much units of each group differ, added up: what is known of its spread.
    weights : float or ndarray, shape (..., 2)
        Weight of each group's stratum in the value; 1 without strata.
    reach : float, optional
        How far a unit that was missed can pull at most.
    """

    value: Any
    variances: FloatArray
    deviations: FloatArray
    sizes: FloatArray
    spreads: FloatArray | None = None
    weights: Any = 1.0
    reach: float = 1.0

    @property
    def standard_error(self) -> Any:
        """Standard error of the value."""
        return np.sqrt(self.variances.sum(axis=-1))

    @property
    def is_single(self) -> bool:
        """Whether a group of one table is a single unit."""
        return bool((self.sizes < 2).any())

    @property
    def df(self) -> Any:
        """Degrees of freedom by Satterthwaite's rule, as in Brunner and Munzel (2000)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = (self.variances**2 / (self.sizes - 1)).sum(axis=-1)
            return self.variances.sum(axis=-1) ** 2 / spread


def placements(tables: Any) -> Placements:
    """Compute the relative effect of 2 x q tables and the spread of its parts.

    Parameters
    ----------
    tables : array_like of int, shape (..., 2, n_grades)
        Units of the first and of the second group by grade, worst first.

    Returns
    -------
    Placements
        Value, variances and pulls.
    """
    counts = np.asarray(tables, dtype=np.float64)
    shares = counts / counts.sum(axis=-1)[..., None]
    # chance of meeting a worse grade in the group, ties counted half
    below = np.cumsum(shares, axis=-1) - shares / 2
    value = _won(counts)
    pulls = np.stack([1.0 - below[..., 1, :], below[..., 0, :]], axis=-2)
    return spread_of_pairs(counts, value, pulls - value[..., None, None])


def _won(counts: FloatArray) -> Any:
    """Return the share of pairs won by the second group, ties half: 0 or 1 just where all are."""
    first, second = counts[..., 0, :], counts[..., 1, :]
    # counts of pairs are whole, and so exact, where shares would leave 1 - 1e-16 of one
    won = (second * (np.cumsum(first, axis=-1) - first)).sum(axis=-1)
    lost = (first * (np.cumsum(second, axis=-1) - second)).sum(axis=-1)
    tied = (first * second).sum(axis=-1)
    return (won + tied / 2) / (won + tied + lost)


def spread_of_pairs(counts: FloatArray, value: Any, deviations: FloatArray) -> Placements:
    """Add the spread to a value of two groups and the pulls of their units.

    Parameters
    ----------
    counts : ndarray, shape (..., 2, n_grades)
        Units.
    value : float or ndarray, shape (...)
        The effect.
    deviations : ndarray, shape (..., 2, n_grades)
        Pull of one unit on its own group's mean, averaging to zero within each group.

    Returns
    -------
    Placements
        Value, variances and pulls.
    """
    sizes = counts.sum(axis=-1)
    squares = (counts * deviations**2).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        variances = np.where(sizes > 1, squares / (sizes - 1), np.nan) / sizes
    # rounding leaves a spread of about 1e-34 where every pull is equal
    variances = np.where(variances < 1e-28, 0.0, variances)
    return Placements(
        value=value,
        variances=variances,
        deviations=deviations,
        sizes=sizes,
        spreads=absolute_spread(deviations, counts),
    )


def relative_effect(grades: GradesLike) -> Estimate:
    r"""Estimate how often a unit of the second group is graded above one of the first.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] 2, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter;
        the others are added up, and notes say both.

    Returns
    -------
    Estimate
        :math:`P(X < Y) + P(X = Y) / 2`, X from the first group and Y from the second: 0.5 where
        neither tends to be graded higher. Intervals "shrunk" (the default), "logit", "t", "normal"
        and "jeffreys" stay within 0 and 1.

    Raises
    ------
    ValueError
        If there are not exactly two groups.

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum holds both groups. The value is then nan.

    See Also
    --------
    brunner_munzel : The test of whether it is a half.
    stratified_relative_effect : The same within strata.
    cliffs_delta : The same on a scale from -1 to 1.

    Notes
    -----
    The standard error needs no equal variances and holds with ties [1]_; "t" and "logit" use
    Satterthwaite's degrees of freedom, "logit" on the scale of the log odds. "jeffreys" takes the
    effect for a share of as many units as its standard error implies. All three trust the spread
    that a group shows, however little its units differ. "shrunk" does not: what a group of n units
    adds to the variance is put at :math:`(d v + s\, p (1 - p) / 4 n) / (d + 1 / 4)`, v what it
    shows, p the effect and d the sum of its units' distances from their median, each the difference
    of their chances to beat a unit of the other group, so that few units far away count and many
    that hardly differ do not. The s is 0.4 at an effect of a half and 1 at 0 and 1. The limits are
    those of a share of as many units as that variance implies, fewer by the square of the normal
    over the t quantile, and no fewer than min(n1, n2): as many pairs share no unit and are
    independent. Limits of such a share are those of Jeffreys [3]_, which go over into exact
    binomial ones [2]_ as the effect nears 0 or 1: under complete separation the lower limit is
    :math:`(\alpha / 2)^{1 / \min(n_1, n_2)}`. The constants were chosen by simulation; how well
    each interval covers is in the documentation, "How the comparison of two groups was checked".
    One unit that moves by one grade moves no limit by more than two over the units of its group.

    Where more of that variance is taken than seen, the intervals of the other methods are "shrunk"
    too, and a note says so. Of a group of a single unit nothing is known: the interval of every
    method is then "disjoint_pairs", the exact one of a single pair.

    References
    ----------
    .. [1] E. Brunner and U. Munzel, "The nonparametric Behrens-Fisher problem: asymptotic theory
           and a small-sample approximation", Biometrical Journal 42 (2000), 17-25.
    .. [2] C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated
           in the case of the binomial", Biometrika 26 (1934), 404-413.
    .. [3] L. D. Brown, T. T. Cai and A. DasGupta, "Interval estimation for a binomial proportion",
           Statistical Science 16 (2001), 101-133.

    Examples
    --------
    Authorities that had been good, by kind of inspection:

    >>> import ilacs_reliability as ilr
    >>> previously_good = ilr.grades_from_table(
    ...     [[3, 8, 45, 39], [4, 6, 5, 3]],
    ...     scale=ilr.OFSTED_SCALE,
    ...     groups=("short", "standard"),
    ... )
    >>> ilr.relative_effect(previously_good)
    Estimate(relative_effect = 0.2585, n_units=113, 95% shrunk 0.1359 to 0.4198)
    """
    shared = shared_grades(grades, n_groups=2, pool=True)
    return effect_of_pairs(shared, name="relative_effect", label=relative_effect_label(shared))


def cliffs_delta(grades: GradesLike) -> Estimate:
    """Estimate Cliff's delta: how much more often the second group is graded above the first.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] 2, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter;
        the others are added up, and notes say both.

    Returns
    -------
    Estimate
        :math:`P(X < Y) - P(X > Y)`, X from the first group and Y from the second, -1 to 1. The
        intervals are those of `relative_effect`.

    Raises
    ------
    ValueError
        If there are not exactly two groups.

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum holds both groups. The value is then nan.

    See Also
    --------
    relative_effect : The same on a scale from 0 to 1.

    Notes
    -----
    Twice the relative effect minus one [1]_.

    References
    ----------
    .. [1] N. Cliff, "Dominance statistics: ordinal analyses to answer ordinal questions",
           Psychological Bulletin 114 (1993), 494-509.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.cliffs_delta([[1, 2, 3], [4, 1, 1]])
    Estimate(cliffs_delta = -0.5278, n_units=12, 95% shrunk -0.9258 to 0.2799)
    """
    shared = shared_grades(grades, n_groups=2, pool=True)
    first, second = phrase_of_groups(shared)
    label = cliffs_delta_label(first, second)
    return effect_of_pairs(shared, name="cliffs_delta", label=label, slope=2.0, intercept=-1.0)


def relative_effect_label(shared: SharedGrades) -> str:
    """Return how a sentence calls the relative effect of two groups.

    Parameters
    ----------
    shared : SharedGrades
        The groups.

    Returns
    -------
    str
        Both groups by name.
    """
    return relative(*phrase_of_groups(shared))


def effect_of_pairs(
    shared: SharedGrades,
    *,
    name: str,
    label: str,
    slope: float = 1.0,
    intercept: float = 0.0,
    parts: Placements | None = None,
) -> Estimate:
    """Return the relative effect, or a linear function of it, as an estimate.

    Parameters
    ----------
    shared : SharedGrades
        The groups.
    name, label : str
        The function, and how a sentence calls the effect.
    slope, intercept : float, optional
        The effect is `slope` times the relative effect plus `intercept`.
    parts : Placements, optional
        Those of the groups, where they are known.

    Returns
    -------
    Estimate
        With intervals "shrunk", "logit", "t", "normal" and "jeffreys".
    """
    if shared.reason:
        return undefined_estimate(shared, shared.reason, name=name, label=label)
    counts = shared.pooled
    parts = parts or placements(counts)
    value = float(parts.value)
    methods, note = pair_methods(parts)
    return Estimate(
        value=slope * value + intercept,
        name=name,
        label=label,
        frequencies=counts.ravel(),
        influence_source=slope * influence_of_groups(counts, parts.deviations),
        n_units=shared.n_units,
        methods_source=tuple(
            (method, keyed(_mapped, limits=limits, slope=slope, intercept=intercept))
            for method, limits in methods
        ),
        notes=(*shared.notes, *note),
        limits=NOT_SHOWN,
    )


def pair_methods(
    parts: Placements, *, n_pairs: float | None = None
) -> tuple[tuple[tuple[str, Any], ...], tuple[str, ...]]:
    """Return the intervals that a relative effect offers, the default first, and notes.

    Parameters
    ----------
    parts : Placements
        Of one table.
    n_pairs : float, optional
        Independent pairs that the effect is worth at least. Default: the smaller group's
        size.

    Returns
    -------
    methods : tuple of (str, callable)
        Each callable takes a confidence level and returns limits of the relative effect.
    notes : tuple of str
        Why all are of one method, where they are.
    """
    value, error, df = (float(x) for x in (parts.value, parts.standard_error, parts.df))
    n_pairs, apart = float(parts.sizes.min()) if n_pairs is None else n_pairs, value in (0.0, 1.0)
    if parts.is_single:
        exact = keyed(disjoint_pair_limits, value=value, n_pairs=n_pairs)
        note = lone_pairs(apart, n_pairs)
        return (("disjoint_pairs", exact), *((name, exact) for name in METHODS)), (note,)
    steady, known = shrunk_share(parts, n_pairs=n_pairs)
    if not known:
        stand_in = keyed(_stand_in, steady=steady)
        others = tuple((name, stand_in) for name in PAIR_METHODS)
        return (("shrunk", keyed(ShareLike.limits, steady)), *others), (taken_error(apart),)
    most = float(parts.sizes[np.isfinite(parts.sizes)].sum())
    known_of: dict[str, float] = {"value": value, "error": error, "df": df, "most": most}
    spread = tuple((name, keyed(_spread_limits, method=name, **known_of)) for name in PAIR_METHODS)
    return (("shrunk", keyed(ShareLike.limits, steady)), *spread), ()


PAIR_METHODS = ("logit", "t", "normal", "jeffreys")
METHODS = ("shrunk", *PAIR_METHODS)


def is_taken(effect: Estimate) -> bool:
    """Say whether units hardly differ, so that every interval is "shrunk".

    Parameters
    ----------
    effect : Estimate
        A relative effect or a function of it.

    Returns
    -------
    bool
        Whether more of the variance is taken from a share than seen.
    """
    return any(TAKEN in note for note in effect.notes)


def of_other_limits(effect: Estimate) -> tuple[str, ...]:
    """Return the notes of an effect that hold of any interval, not of its own alone.

    Parameters
    ----------
    effect : Estimate
        A relative effect or a function of it, whose interval another one stands before.

    Returns
    -------
    tuple of str
        The notes.
    """
    return tuple(one for one in effect.notes if TAKEN not in one and EXACT_OF not in one)


def shrunk_share(parts: Placements, *, n_pairs: float | None = None) -> tuple[ShareLike, bool]:
    """Take a relative effect for a share of as many units as its shrunk variance implies.

    Parameters
    ----------
    parts : Placements
        Of one table, with no group of a single unit.
    n_pairs : float, optional
        Independent pairs that it is worth at least. Default: the smaller group's size.

    Returns
    -------
    share : ShareLike
        What the interval "shrunk" rests on.
    known : bool
        Whether more of the variance is seen than taken from a share.
    """
    value, sizes = float(parts.value), np.asarray(parts.sizes, dtype=np.float64)
    n_pairs = float(sizes.min()) if n_pairs is None else n_pairs
    spread = value * (1 - value)
    # all in units of a share's variance, which is zero at none and all
    relative = parts.variances / spread if spread > 0 else np.zeros_like(parts.variances)
    priors = share_of_variance(value, parts.reach) * parts.weights**2 / sizes
    spreads = np.zeros_like(sizes) if parts.spreads is None else parts.spreads
    seen, taken = shrunk(relative, spreads, np.asarray(priors, dtype=np.float64))
    whole = seen + taken
    df = whole.sum() ** 2 / (whole**2 / (sizes - 1)).sum()
    size = t_correction(df) / float(whole.sum())
    return ShareLike(value=value, size=max(size, n_pairs)), bool(seen.sum() > taken.sum())


def disjoint_pair_limits(
    confidence_level: float, *, value: float, n_pairs: float
) -> tuple[float, float]:
    """Return exact binomial limits of a relative effect for independent pairs.

    Parameters
    ----------
    confidence_level : float
        Wanted coverage.
    value : float
        The relative effect seen.
    n_pairs : float
        Pairs that share no unit.

    Returns
    -------
    tuple of float
        Lower and upper limit.
    """
    tail = (1 - confidence_level) / 2
    won, lost = value * n_pairs, (1 - value) * n_pairs
    low = betas.betaincinv(won, lost + 1, tail) if won > 0 else 0.0
    high = betas.betaincinv(won + 1, lost, 1 - tail) if lost > 0 else 1.0
    return float(low), float(high)


def logit_statistic(value: float, error: float) -> float:
    """Return the log odds of a relative effect in standard errors.

    Parameters
    ----------
    value, error : float
        The effect and its standard error.

    Returns
    -------
    float
        The statistic.
    """
    return float(special.logit(value) * value * (1 - value) / error)


def _spread_limits(
    confidence_level: float, *, value: float, error: float, df: float, most: float, method: str
) -> tuple[float, float]:
    tail = (1 + confidence_level) / 2
    quantile = special.ndtri(tail) if method == "normal" else t_quantile(df, tail)
    if method == "jeffreys":
        return _jeffreys_limits(value, error, tail, float(quantile), most)
    if method == "logit":
        half = quantile * error / (value * (1 - value))
        low, high = (special.expit(special.logit(value) + sign * half) for sign in (-1, 1))
        return float(low), float(high)
    return max(0.0, float(value - quantile * error)), min(1.0, float(value + quantile * error))


def _jeffreys_limits(
    value: float, error: float, tail: float, quantile: float, most: float
) -> tuple[float, float]:
    """Return limits of a share with this standard error, seen in as many units as that takes."""
    # both quantiles are zero at a level of zero
    fewer = float(special.ndtri(tail)) / quantile if quantile > 0 else 1.0
    size = min(value * (1 - value) / error**2, most) * fewer**2
    a, b = size * value + 0.5, size * (1 - value) + 0.5
    low, high = betas.betaincinv(a, b, 1 - tail), betas.betaincinv(a, b, tail)
    return min(float(low), value), max(float(high), value)


def _stand_in(confidence_level: float, *, steady: ShareLike) -> Limits:
    low, high = steady.limits(confidence_level)
    return under_name(low, high, SHRUNK)


def _mapped(
    estimate: Estimate, confidence_level: float, *, limits: Any, slope: float, intercept: float
) -> Limits:
    found = limits(confidence_level)
    low, high = (slope * limit + intercept for limit in found)
    return under_name(*holding((low, high), estimate.value), name_of(found))
