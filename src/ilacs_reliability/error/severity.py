"""Do some raters grade lower than others, given what they were sent to grade?"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from scipy import special

from ilacs_reliability._checks.arguments import check_flag, check_option
from ilacs_reliability._checks.randomness import as_generator, check_draws
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.scales import FloatArray, IntArray, Scale, usable_scores
from ilacs_reliability._data.tables import GradesLike, as_grades, direction_note
from ilacs_reliability._results.estimates import Estimate, Limits, SignificanceResult
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.named_limits import under_name
from ilacs_reliability._results.pictured import Pictured
from ilacs_reliability._results.records import Record, plain, rows_table
from ilacs_reliability._results.undefined import warn_undefined
from ilacs_reliability._results.wording import counted, fixed, percent, sentence_start
from ilacs_reliability.comparison.groups import check_ordered
from ilacs_reliability.error.severity_model import (
    Severity,
    components_of,
    permuted_squares,
    power_at,
    severity_of,
)
from ilacs_reliability.shift.moves import grade_code

NAME = "rater_severity"
NOT_SHOWN = "whether raters who differ were sent to units that differ in what the strata leave out"
SHARES = (0.05, 0.1, 0.2, 0.4)
Disconnected: TypeAlias = Literal["refuse", "largest"]


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class RaterSeverity(Record, Pictured):
    """How much raters differ in severity, given strata, and what such data could have shown.

    Attributes
    ----------
    share : Estimate
        Share of the variance of a grade within its stratum that is between raters, 0 to 1.
    between : Estimate
        Variance between raters, in squared scores (of 0 and 1 where there is a cut).
    test : SignificanceResult
        Whether raters differ at all: grades dealt anew within strata.
    funnel : tuple of mapping
        A row a rater: `n_units`, `deviation` (mean score above those of its strata), `low_95`,
        `high_95`, `low_998`, `high_998` (where chance alone leaves it in 95 and 99.8 of 100),
        `shrunken` (what to expect of the rater given all grades) and `shrunken_error`; with `rater`
        only where rows by rater were asked for, else in the order of the deviations.
    power : mapping of float to float
        For some true shares, the chance that a test at 5 % finds a difference in this design.
    n_raters, n_units, n_strata, n_components : int
        Raters, units and strata that enter, and sets of raters that no stratum links.
    n_left_out : int
        Units of raters that no stratum links to the largest set.
    status, reason, why, notes
        As in `Estimate`.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> grades = ilr.grades_from_table([[9, 3], [8, 4], [3, 9]], groups=("A", "B", "C"))
    >>> ilr.rater_severity(grades, rng=1).test.effect is None
    True
    """

    share: Estimate
    between: Estimate
    test: SignificanceResult
    funnel: tuple[Mapping[str, Any], ...]
    power: Mapping[float, float]
    n_raters: int
    n_units: int
    n_strata: int
    n_components: int
    n_left_out: int
    status: str = "ok"
    reason: str = ""
    why: str = ""
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a rater, for a dataframe of any kind.

        Returns
        -------
        list of dict
            The rows of `funnel`.
        """
        return [dict(row) for row in self.funnel]

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain Python values, at full precision.

        Returns
        -------
        dict
            The estimates and the test as rows, the power, and a row a rater.
        """
        names = ("n_raters", "n_units", "n_strata", "n_components", "n_left_out")
        said = ("status", "reason", "why", "notes")
        parts = {name: getattr(self, name).to_dict() for name in ("share", "between", "test")}
        row = {name: plain(getattr(self, name)) for name in (*names, *said)}
        return {
            "name": NAME,
            **parts,
            "power": plain(self.power),
            **row,
            "rows": plain(self.rows()),
        }

    def describe(self) -> str:
        """Say how much raters differ, how sure that is, and what could have been seen.

        Returns
        -------
        str
            Plain English.
        """
        if self.status != "ok":
            return " ".join((f"Severity of raters is undefined ({self.why}).", *self.notes))
        outside = sum(
            not row["low_95"] <= row["deviation"] <= row["high_95"] for row in self.funnel
        )
        funnel = (
            f"Of {counted(self.n_raters, 'rater')} {outside} "
            f"{'lies' if outside == 1 else 'lie'} outside the limits in which chance alone leaves "
            "95 of 100."
        )
        weakest, strongest = min(self.power), max(self.power)
        power = (
            f"Were {percent(weakest, 0)} of the variance between raters, this design would show it "
            f"with chance {fixed(self.power[weakest], 2)}; were it {percent(strongest, 0)}, with "
            f"chance {fixed(self.power[strongest], 2)}."
        )
        return " ".join((self.share.describe(), self.test.describe(), funnel, power, *self.notes))

    def __repr__(self) -> str:
        size = f"{counted(self.n_raters, 'rater')}, {counted(self.n_units, 'unit')}"
        if self.status != "ok":
            return f"RaterSeverity(undefined: {self.reason}, {size})"
        return f"RaterSeverity({size}, share of variance {fixed(self.share.value, 4)})"

    def _repr_html_(self) -> str:
        columns = ("rater", "n_units", "deviation", "low_95", "high_95", "shrunken")
        return rows_table(self.rows(), columns)


def rater_severity(
    grades: GradesLike,
    *,
    at_least: Hashable | None = None,
    disconnected: Disconnected = "refuse",
    by_rater: bool = False,
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> RaterSeverity:
    r"""Estimate how much raters differ in severity, given strata of what they graded.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape (n_strata, n_raters, n_grades)
        Units by stratum, rater (the group) and grade, worst grade first, as from
        `grades_from_frame`. The stratum says what else a grade hangs on, such as the year and the
        grade before; where each unit is a stratum, raters of the same unit are compared.
    at_least : hashable, optional
        A grade; what is compared then is whether a unit stands at it or above. Default: none, and
        the scores of the grades are compared.
    disconnected : {"refuse", "largest"}, optional
        What to do where no chain of strata links all raters: nothing, or to compare those of the
        largest set that is linked, and say what share of units is left out. Default: "refuse".
    by_rater : bool, optional
        Whether the rows of the funnel are in the order of the raters and say whose they are.
        Default: false, as single raters are judged by few units.
    n_resamples : int, optional
        Times that grades are dealt anew for the test. Default: 9999.
    rng : Generator or int, optional
        Source of chance for these draws.

    Returns
    -------
    RaterSeverity
        The share of variance between raters with its interval, a test that there is none, the
        funnel, and the power of this design.

    Raises
    ------
    TypeError
        If `rng` is neither a source of chance nor a seed, or `by_rater` is not True or False.
    ValueError
        If there is a single rater, the scale is not ordered, the cut is no grade or the worst, or
        an option is unknown.

    Warns
    -----
    UndefinedEstimateWarning
        If raters are not linked, all grades of a stratum are alike in every stratum, or grades are
        too few to tell raters from chance. All numbers are then nan.

    See Also
    --------
    dawid_skene : How often each rater takes one grade for another, where units have several.
    variance_components : Units, raters and residual, where raters are crossed with units.

    Notes
    -----
    :math:`y = \text{stratum} + b_r + e`, with variances :math:`\tau^2` between raters and
    :math:`\sigma^2`. Sums of a rater's scores above the means of their strata have covariance
    :math:`\sigma^2 C + \tau^2 C C`, so that the pieces along the eigenvectors of :math:`C` are
    independent, and limits of :math:`\tau^2 / (\tau^2 + \sigma^2)` follow from the F distribution
    [1]_, exactly were errors normal. The test needs no distribution: given strata, grades are dealt
    to raters as they come, and the sum of squares between raters compared. `share` is by the mean
    squares' expectations, 0 where they fall short. Limits of the funnel are those of a mean under
    no difference [2]_; of a hundred raters who do not differ five lie outside the 95 % ones.

    References
    ----------
    .. [1] D. A. Harville and A. P. Fenech, "Confidence intervals for a variance ratio, or for
           heritability, in an unbalanced mixed linear model", Biometrics 41 (1985), 137-152.
    .. [2] D. J. Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics
           in Medicine 24 (2005), 1185-1202.

    Examples
    --------
    Passed or not, by four raters in two years:

    >>> import ilacs_reliability as ilr
    >>> grades = ilr.grades_from_table(
    ...     [[[4, 8], [6, 6], [5, 7], [9, 3]], [[3, 9], [6, 6], [4, 8], [8, 4]]],
    ...     groups=("A", "B", "C", "D"),
    ...     strata=(2023, 2024),
    ... )
    >>> found = ilr.rater_severity(grades, rng=1)
    >>> found.share
    Estimate(rater_severity = 0.0890, n_units=96, 95% harville_fenech 0.0010 to 0.6556)
    """
    check_option(disconnected, ("refuse", "largest"), "disconnected")
    check_flag(by_rater, "by_rater")
    n_resamples = check_draws(n_resamples)
    generator = as_generator(rng)
    taken = as_grades(grades)
    check_ordered(taken.scale)
    scores = _scores(taken.scale, at_least)
    there = taken.counts.sum(axis=(0, 2)) > 0
    if there.sum() < 2:
        raise ValueError(f"`grades` must have two raters or more, but got {int(there.sum())}.")
    kept, n_components = _linked(taken.counts, there, disconnected)
    names = tuple(name for name, here in zip(taken.groups, kept, strict=True) if here)
    counts = taken.counts[:, kept]
    counts = counts[counts.sum(axis=(1, 2)) > 0]
    outside = int(taken.counts.sum() - counts.sum())
    left = _left_out(outside, int(taken.counts.sum()))
    severity = severity_of(counts, scores)
    reason, why = _undefined(severity, n_components, disconnected)
    if reason:
        warn_undefined("severity of raters", why)
    test = _test(counts, scores, severity, n_resamples, generator, (reason, why))
    return RaterSeverity(
        share=_share(severity, counts, (reason, why)),
        between=_between(severity, counts, (reason, why)),
        test=test,
        funnel=() if reason else tuple(_funnel(severity, names if by_rater else None)),
        power={} if reason else _power(severity),
        n_raters=len(names),
        n_units=int(counts.sum()),
        n_strata=len(counts),
        n_components=n_components,
        n_left_out=outside,
        status="undefined" if reason else "ok",
        reason=reason,
        why=why,
        notes=(*taken.notes, *left, *direction_note(taken.scale)),
    )


def _scores(scale: Scale, at_least: Hashable | None) -> FloatArray:
    if at_least is None:
        return usable_scores(scale)
    cut = grade_code(scale, at_least)
    if not cut:
        raise ValueError(f"`at_least` is {scale.labels[0]!r}, the worst grade, which all reach.")
    return (np.arange(scale.n_grades) >= cut).astype(np.float64)


def _linked(counts: IntArray, there: Any, disconnected: str) -> tuple[Any, int]:
    """Return the raters that enter, and how many sets there are that nothing links."""
    sizes = counts.sum(axis=2).astype(np.float64)
    labels = np.where(there, components_of(sizes), -1)
    sets, sets_of = np.unique(labels[there], return_inverse=True)
    if len(sets) == 1 or disconnected == "refuse":
        return there, len(sets)
    by_set = np.bincount(sets_of, weights=sizes.sum(axis=0)[there])
    return labels == sets[int(by_set.argmax())], len(sets)


def _left_out(outside: int, total: int) -> tuple[str, ...]:
    if not outside:
        return ()
    return (
        f"{sentence_start(percent(outside / total))} of units do not enter: no chain of strata "
        "links their raters to the others.",
    )


def _undefined(severity: Severity, n_components: int, disconnected: str) -> tuple[str, str]:
    if n_components > 1 and disconnected == "refuse":
        why = (
            f"raters fall into {n_components} sets that no chain of strata links, so that what "
            "sets them apart may be their units"
        )
        return "disconnected", why
    if not len(severity.values):
        return "disconnected", "no stratum was graded by two raters"
    if not severity.df_residual > 0:
        return "no_residual", "grades are too few to tell raters from chance"
    if not severity.total > 0:
        return "no_variation", "the grades within each stratum are all alike"
    if not severity.residual > 0:
        return "no_residual", "each rater gave one grade within each stratum"
    return "", ""


def _estimate(
    severity: Severity, counts: IntArray, undefined: tuple[str, str], **parts: Any
) -> Estimate:
    reason, why = undefined
    sizes = counts.sum(axis=(0, 2))
    return Estimate(
        name=NAME,
        frequencies=sizes,
        influence_source=np.full(len(sizes), np.nan),
        n_units=int(counts.sum()),
        n_raters=len(sizes),
        n_ratings=int(counts.sum()),
        status="undefined" if reason else "ok",
        reason=reason,
        why=why,
        limits=NOT_SHOWN,
        **parts,
    )


def _share(severity: Severity, counts: IntArray, undefined: tuple[str, str]) -> Estimate:
    between, residual = severity.between, severity.residual
    value = float("nan") if undefined[0] else between / (between + residual)
    return _estimate(
        severity,
        counts,
        undefined,
        value=value,
        label="share of variance within strata that is between raters",
        methods_source=(("harville_fenech", keyed(_share_limits, severity=severity)),),
        range_source=(0.0, 1.0),
    )


def _between(severity: Severity, counts: IntArray, undefined: tuple[str, str]) -> Estimate:
    return _estimate(
        severity,
        counts,
        undefined,
        value=float("nan") if undefined[0] else severity.between,
        label="variance between raters",
        methods_source=(("harville_fenech", keyed(_variance_limits, severity=severity)),),
        range_source=(0.0, np.inf),
    )


def _ratio_limits(confidence_level: float, severity: Severity) -> tuple[float, float, str]:
    tail = (1.0 - confidence_level) / 2
    low, high = severity.ratio_limit(1.0 - tail), severity.ratio_limit(tail)
    if high > 0:
        return low, high, ""
    # raters differ even less than chance would have it: no interval has zero width
    by_chance = replace(severity, squares=np.full(len(severity.squares), severity.residual))
    name = "harville_fenech, its upper limit as if raters differed by chance"
    return low, by_chance.ratio_limit(tail), name


def _share_limits(estimate: Estimate, confidence_level: float, *, severity: Severity) -> Limits:
    low, high, name = _ratio_limits(confidence_level, severity)
    bottom, top = (x / (1.0 + x) if np.isfinite(x) else 1.0 for x in (low, high))
    return under_name(bottom, top, name)


def _variance_limits(estimate: Estimate, confidence_level: float, *, severity: Severity) -> Limits:
    low, high, name = _ratio_limits(confidence_level, severity)
    return under_name(low * severity.residual, high * severity.residual, name)


def _test(
    counts: IntArray,
    scores: FloatArray,
    severity: Severity,
    n_resamples: int,
    rng: np.random.Generator,
    undefined: tuple[str, str],
) -> SignificanceResult:
    reason, why = undefined
    statistic = p_value = float("nan")
    method, notes = "monte_carlo", tuple[str, ...]()
    if not reason:
        statistic = severity.statistic
        p_value, method, notes = _p_value(counts, scores, severity, n_resamples, rng)
    return SignificanceResult(
        statistic=statistic,
        df=None if reason else (float(len(severity.values)), severity.df_residual),
        p_value=p_value,
        method=method,
        name=NAME,
        label="test of severity of raters",
        null="raters do not differ given strata",
        n_units=int(counts.sum()),
        status="undefined" if reason else "ok",
        reason=reason,
        why=why,
        notes=notes,
        limits=NOT_SHOWN,
    )


def _p_value(
    counts: IntArray,
    scores: FloatArray,
    severity: Severity,
    n_resamples: int,
    rng: np.random.Generator,
) -> tuple[float, str, tuple[str, ...]]:
    n_units, n_raters = float(counts.sum()), len(severity.sizes)
    steps = n_resamples * (n_units + n_raters * len(counts))
    if not affordable(steps, nanoseconds=40, held=32.0 * n_units):
        df = len(severity.values)
        p_value = float(special.fdtrc(df, severity.df_residual, severity.statistic))
        note = (
            f"Dealing grades {n_resamples} times takes too long: the p-value is by normal errors."
        )
        return p_value, "F", (note,)
    drawn = permuted_squares(counts, scores, severity, n_resamples, rng)
    seen = severity.squares.sum()
    hits = int((drawn >= seen * (1 - 1e-9)).sum())
    return (1 + hits) / (1 + n_resamples), "monte_carlo", ()


def _power(severity: Severity) -> dict[float, float]:
    return {share: power_at(severity, share / (1.0 - share)) for share in SHARES}


def _funnel(severity: Severity, names: tuple[Hashable, ...] | None) -> list[dict[str, Any]]:
    """Return a row a rater; without names in the order of the deviations."""
    error = np.sqrt(severity.total * np.diag(severity.laplacian)) / severity.sizes
    deviation = severity.gaps / severity.sizes
    expected, spread = severity.shrunken(severity.between, severity.residual)
    inner, outer = special.ndtri(0.975) * error, special.ndtri(0.999) * error
    rows = [
        {
            "n_units": int(severity.sizes[place]),
            "deviation": float(deviation[place]),
            "low_95": float(-inner[place]),
            "high_95": float(inner[place]),
            "low_998": float(-outer[place]),
            "high_998": float(outer[place]),
            "shrunken": float(expected[place]),
            "shrunken_error": float(spread[place]),
        }
        for place in range(len(severity.sizes))
    ]
    if names is None:
        # the last digits of equal sums are not equal everywhere
        return sorted(rows, key=lambda row: (round(row["deviation"], 12), row["n_units"]))
    return [{"rater": name} | row for name, row in zip(names, rows, strict=True)]
