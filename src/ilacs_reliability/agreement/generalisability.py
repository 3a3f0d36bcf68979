"""Variance components of ratings, and how many raters a wanted reliability takes."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from ilacs_reliability.agreement.components import (
    Scores,
    scores_of,
    two_way_components,
    two_way_squares,
    two_way_sums,
)
from ilacs_reliability.agreement.formulas import known_raters
from ilacs_reliability.agreement.icc import ESTIMATORS, Estimator
from ilacs_reliability.agreement.likelihood import fit_reml
from ilacs_reliability.agreement.listing import Listing
from ilacs_reliability.agreement.studies import study_of, why_undefined
from ilacs_reliability.estimates import (
    REASONS,
    Status,
    UndefinedEstimateWarning,
    check_option,
    counted,
    html_table,
)
from ilacs_reliability.ratings import RatingsLike

Decision: TypeAlias = Literal["absolute", "relative"]
DECISIONS = ("absolute", "relative")


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class VarianceComponents:
    """How the variance of scores divides among units, raters and the rest.

    Attributes
    ----------
    units, raters, residual : float
        Variances, in squared units of the scores; nan where undefined. Mean squares can make the
        first two negative.
    estimator : {"anova", "reml"}
        How they were found.
    mean_squares, df : dict of str to float
        Mean squares of units, raters and residual, each given the other effect, and their degrees
        of freedom; empty for "reml".
    log_likelihood : float
        The restricted log-likelihood; nan for "anova".
    n_units, n_raters, n_ratings : float
        What they rest on.
    status, reason, notes
        As in `Estimate`.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> parts = ilr.variance_components([[1, 1, 2], [3, 3, 3], [2, 2, 3], [4, 3, 4]])
    >>> round(parts.units, 3), round(parts.raters, 3), round(parts.residual, 3)
    (0.944, 0.111, 0.139)
    """

    units: float
    raters: float
    residual: float
    estimator: Estimator
    mean_squares: dict[str, float]
    df: dict[str, float]
    log_likelihood: float
    n_units: float
    n_raters: int
    n_ratings: float
    status: Status = "ok"
    reason: str = ""
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        """Variance of a single score; negative components count as 0."""
        return max(self.units, 0.0) + max(self.raters, 0.0) + self.residual

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a component, with its share of the total.

        Returns
        -------
        list of dict
            Source, variance, share, mean square and degrees of freedom.
        """
        return [
            {
                "source": source,
                "variance": getattr(self, source),
                "share": max(getattr(self, source), 0.0) / self.total if self.total else math.nan,
                "mean_square": self.mean_squares.get(source),
                "df": self.df.get(source),
            }
            for source in ("units", "raters", "residual")
        ]

    def describe(self) -> str:
        """Say the components in one sentence.

        Returns
        -------
        str
            A plain English sentence.
        """
        basis = (
            f"{counted(self.n_ratings, 'rating')} of {counted(self.n_units, 'unit')} by "
            f"{counted(self.n_raters, 'rater')}"
        )
        if self.status == "undefined":
            return f"Variance components are undefined ({REASONS[self.reason]}), from {basis}."
        shares = [f"{100 * row['share']:.0f}% {row['source']}" for row in self.rows()]
        return f"The variance of a score is {', '.join(shares)}, from {basis}."

    def to_dict(self) -> dict[str, Any]:
        """Return the components as a flat row of plain Python values.

        Returns
        -------
        dict
            One entry a field.
        """
        fields = ("units", "raters", "residual", "estimator", "log_likelihood")
        sizes = ("n_units", "n_raters", "n_ratings", "status", "reason")
        row = {field: getattr(self, field) for field in (*fields, *sizes)}
        return row | {"notes": list(self.notes)}

    def __repr__(self) -> str:
        return (
            f"VarianceComponents(units={self.units:.4g}, raters={self.raters:.4g}, "
            f"residual={self.residual:.4g}, {self.estimator}, n_units={self.n_units:g})"
        )

    def _repr_html_(self) -> str:
        return html_table(self.to_dict())


def variance_components(
    ratings: RatingsLike, *, estimator: Estimator = "anova"
) -> VarianceComponents:
    r"""Estimate how much of the variance of scores comes from units, raters and the rest.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit, taken as the scale's scores; nan where one is missing.
    estimator : {"anova", "reml"}, optional
        Mean squares (by Henderson's third method where ratings are missing), or restricted maximum
        likelihood, never negative. Default: "anova".

    Returns
    -------
    VarianceComponents
        The components. On complete data both estimators agree unless one is negative.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If the estimator is unknown, the raters are anonymous, the scale has no order, or the
        ratings are a batch.

    Warns
    -----
    UndefinedEstimateWarning
        If there are not two units and two raters, every score is the same, raters and units are
        not connected, or the likelihood has no maximum. The components are then nan.

    See Also
    --------
    d_study : What the components say about more raters.
    icc : The share that units have.

    References
    ----------
    .. [1] R. J. Shavelson and N. M. Webb, "Generalizability Theory: A Primer", Sage (1991),
           pp. 27-43.
    .. [2] C. R. Henderson, "Estimation of variance and covariance components", Biometrics 9
           (1953), 226-252.
    .. [3] H. D. Patterson and R. Thompson, "Recovery of inter-block information when block sizes
           are unequal", Biometrika 58 (1971), 545-554.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.variance_components([[1, 1, 2], [3, 3, 3], [2, 2, 3], [4, 3, 4]])
    VarianceComponents(units=0.9444, raters=0.1111, residual=0.1389, anova, n_units=4)
    """
    check_option(estimator, ESTIMATORS, "estimator")
    taken = known_raters(ratings, "variance_components")
    if not taken.scale.ordered:
        raise ValueError("variance_components needs an ordered scale, but `ratings` has none.")
    if taken.frequencies.ndim > 1:
        raise ValueError(
            f"`ratings` must be one study, but got a batch of shape {taken.frequencies.shape[:-1]}."
        )
    scores = scores_of(taken)
    with np.errstate(invalid="ignore", divide="ignore"):
        two_way = two_way_sums(scores)
        squares = {key: float(value) for key, value in two_way_squares(two_way.sums).items()}
        parts = [float(part) for part in two_way_components(two_way.sums)]
    reason = why_undefined(study_of(taken, np.eye(len(taken.scale))))
    if not reason:
        reason = _why_not(bool(two_way.connected), parts)
    log_likelihood, notes = math.nan, taken.notes
    if estimator == "reml" and not reason:
        parts, log_likelihood, converged = _by_likelihood(scores, parts)
        reason = "" if converged else "non_convergence"
    if reason:
        warnings.warn(
            f"variance components are undefined: {REASONS[reason]}.",
            UndefinedEstimateWarning,
            stacklevel=2,
        )
        parts = [math.nan] * 3
    if min(parts[:2]) < 0:
        notes = (*notes, "A negative component says that its variance is near zero.")
    sources = ("units", "raters", "residual") if estimator == "anova" else ()
    return VarianceComponents(
        units=parts[0],
        raters=parts[1],
        residual=parts[2],
        estimator=estimator,
        mean_squares={source: squares[source] for source in sources},
        df={source: squares[f"df_{source}"] for source in sources},
        log_likelihood=log_likelihood,
        n_units=float(taken.n_units),
        n_raters=taken.n_raters,
        n_ratings=float(taken.n_ratings),
        status="undefined" if reason else "ok",
        reason=reason,
        notes=notes,
    )


def d_study(
    source: RatingsLike | VarianceComponents,
    *,
    n_raters: Sequence[int] = (1, 2, 3, 4, 5, 6, 8, 10),
    reliability: float = 0.8,
    decision: Decision = "absolute",
) -> Listing:
    r"""Say how reliable the mean of more raters would be, and how many a target takes.

    Parameters
    ----------
    source : VarianceComponents, Ratings or array_like of number, shape (n_units, n_raters)
        The components, or ratings to take them from by mean squares.
    n_raters : sequence of int, optional
        Numbers of raters of each unit to list. Default: 1 to 10.
    reliability : float, optional
        The target, between 0 and 1. Default: 0.8.
    decision : {"absolute", "relative"}, optional
        Whether the target is for the grade itself, or for the order of units among the same raters.
        Default: "absolute".

    Returns
    -------
    Listing
        A row for each number of raters, the number that the target takes among them: `n_raters`,
        `relative` (the generalisability coefficient), `absolute` (the index of dependability),
        `error_relative` and `error_absolute` (standard errors of measurement, in the unit of the
        scores), and whether the target `is_reached`.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If a number of raters is not positive, the target is not between 0 and 1, or the decision
        is unknown.

    Warns
    -----
    UndefinedEstimateWarning
        If the components are undefined. The rows then hold nan.

    See Also
    --------
    variance_components : Where the answer comes from.
    icc : The same coefficients with intervals, for the raters at hand.

    Notes
    -----
    With components u, r, e and k raters: relative :math:`u / (u + e / k)`, absolute :math:`u / (u +
    (r + e) / k)` [1]_. Negative components count as 0. The target takes :math:`\lceil \rho E /
    ((1 - \rho) u) \rceil` raters, E the error variance of one. The components are estimates: with
    few units or raters the answer is rough.

    References
    ----------
    .. [1] R. L. Brennan, "Generalizability Theory", Springer (2001), pp. 95-139.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> study = ilr.d_study([[1, 1, 2], [3, 3, 3], [2, 2, 4], [4, 3, 4]], reliability=0.9)
    >>> print(study.sentence)
    The mean of 6 raters would reach an absolute reliability of 0.9.
    """
    check_option(decision, DECISIONS, "decision")
    if not 0 < reliability < 1:
        raise ValueError(f"`reliability` must be between 0 and 1, but got {reliability}.")
    for place, number in enumerate(n_raters):
        if not (isinstance(number, (int, np.integer)) and number > 0):
            raise ValueError(
                f"`n_raters` must hold whole numbers above 0, but got {number!r} at {place}."
            )
    parts = source if isinstance(source, VarianceComponents) else variance_components(source)
    needed = _needed(parts, reliability, decision)
    numbers = sorted({int(number) for number in n_raters} | ({needed} if needed else set()))
    rows = tuple(_projection(parts, k, reliability, decision) for k in numbers)
    if parts.status == "undefined":
        sentence = parts.describe()
    elif needed is None:
        sentence = "No number of raters would do: units do not differ beyond error."
    else:
        raters = "A single rater" if needed == 1 else f"The mean of {needed} raters"
        sentence = f"{raters} would reach an {decision} reliability of {reliability:g}."
        sentence = sentence.replace("an relative", "a relative")
    return Listing("d_study", rows, sentence, parts.notes)


def _why_not(connected: bool, parts: list[float]) -> str:
    if not connected:
        return "disconnected"
    if not np.isfinite(parts).all():
        return "no_pairable_units"
    return "" if any(part != 0 for part in parts) else "no_variation"


def _by_likelihood(scores: Scores, parts: list[float]) -> tuple[list[float], float, bool]:
    units, raters, residual = parts
    if not residual > 0:
        # no residual: the likelihood grows without bound towards the mean squares' answer
        return [max(units, 0.0), max(raters, 0.0), residual], math.nan, True
    fit = fit_reml(scores, (units / residual, raters / residual))
    return [fit.units, fit.raters, fit.residual], fit.log_likelihood, fit.converged


def _error(parts: VarianceComponents, decision: str) -> float:
    return parts.residual + (max(parts.raters, 0.0) if decision == "absolute" else 0.0)


def _needed(parts: VarianceComponents, reliability: float, decision: str) -> int | None:
    if parts.status == "undefined" or not parts.units > 0:
        return None
    ratio = reliability * _error(parts, decision) / ((1 - reliability) * parts.units)
    # a ratio that is whole but for rounding is whole
    return max(1, math.ceil(ratio - 1e-9))


def _projection(
    parts: VarianceComponents, k: int, reliability: float, decision: str
) -> dict[str, Any]:
    row: dict[str, Any] = {"n_raters": k}
    units = max(parts.units, 0.0)
    for kind in ("relative", "absolute"):
        error = _error(parts, kind) / k
        row[kind] = units / (units + error) if units + error > 0 else math.nan
    for kind in ("relative", "absolute"):
        row[f"error_{kind}"] = math.sqrt(max(_error(parts, kind) / k, 0.0))
    return row | {"is_reached": bool(row[decision] >= reliability - 1e-9)}
