"""Variance components of ratings: how much comes from units, from raters and from the rest."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np

from ilacs_reliability._checks.arguments import check_confidence_level, check_option
from ilacs_reliability._data.ratings import Ratings, RatingsLike, by_whom
from ilacs_reliability._results.estimates import Estimate, Interval, Status
from ilacs_reliability._results.records import Record, html_table, plain
from ilacs_reliability._results.undefined import UndefinedEstimateWarning, warn_undefined
from ilacs_reliability._results.wording import significant, whole
from ilacs_reliability.agreement.component_limits import SOURCES, component_estimates
from ilacs_reliability.agreement.components import (
    Scores,
    panels_of,
    scores_of,
    two_way_components,
    two_way_squares,
    two_way_sums,
    why_no_residual,
)
from ilacs_reliability.agreement.formulas import known_raters
from ilacs_reliability.agreement.icc import ESTIMATORS, Estimator, Form, icc
from ilacs_reliability.agreement.likelihood import fit_reml
from ilacs_reliability.agreement.reasons import why_of
from ilacs_reliability.agreement.spoken import (
    basis_of_components,
    no_shares_of_variance,
    shares_of_variance,
)
from ilacs_reliability.agreement.spoken_notes import COMPONENTS, NEGATIVE_COMPONENT, panels_note
from ilacs_reliability.agreement.studies import study_of, why_undefined

Source: TypeAlias = Literal["units", "raters", "residual"]


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class VarianceComponents(Record):
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
    by : str
        By whom, in words, where that is not just a number of raters.
    n_units, n_raters, n_ratings : float
        What they rest on.
    estimates : mapping of str to Estimate
        "units", "raters" and "residual", and the correlations of a single rating "absolute" (`icc`
        "A,1") and "relative" ("C,1"), each with its standard error and interval over units, the
        raters being those at hand; empty where undefined.
    status, reason, why, notes
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
    by: str = ""
    estimates: Mapping[str, Estimate] = field(default_factory=dict)
    status: Status = "ok"
    reason: str = ""
    why: str = ""
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> float:
        """Variance of a single score; negative components count as 0."""
        return max(self.units, 0.0) + max(self.raters, 0.0) + self.residual

    def confidence_interval(self, source: Source, confidence_level: float = 0.95) -> Interval:
        """Return an interval for a component, over units.

        Parameters
        ----------
        source : {"units", "raters", "residual"}
            Which component.
        confidence_level : float, optional
            Wanted coverage, between 0 and 1. Default: 0.95.

        Returns
        -------
        Interval
            In squared units of the scores; nan where undefined.

        Raises
        ------
        ValueError
            If there is no such component or the level is not between 0 and 1.
        """
        check_option(source, SOURCES, "source")
        confidence_level = check_confidence_level(confidence_level)
        if source not in self.estimates:
            return Interval(math.nan, math.nan, confidence_level, "score")
        return self.estimates[source].confidence_interval(confidence_level)

    def rows(self, confidence_level: float = 0.95) -> list[dict[str, Any]]:
        """Return one row a component, with its share of the total.

        Parameters
        ----------
        confidence_level : float, optional
            Of the intervals, between 0 and 1. Default: 0.95.

        Returns
        -------
        list of dict
            Source, variance, standard error, limits, share, mean square and degrees of freedom.
        """
        return [self._row(source, confidence_level) for source in SOURCES]

    def _row(self, source: Source, confidence_level: float) -> dict[str, Any]:
        found, value = self.estimates.get(source), getattr(self, source)
        low, high = self.confidence_interval(source, confidence_level)
        return {
            "source": source,
            "variance": value,
            "standard_error": found.standard_error if found else math.nan,
            "low": low,
            "high": high,
            "share": max(value, 0.0) / self.total if self.total else math.nan,
            "mean_square": self.mean_squares.get(source),
            "df": self.df.get(source),
        }

    def describe(self) -> str:
        """Say the components in one sentence.

        Returns
        -------
        str
            A plain English sentence.
        """
        basis = basis_of_components(self.n_ratings, self.n_units, self.n_raters, self.by)
        if self.status == "undefined":
            return no_shares_of_variance(self.why, basis)
        return shares_of_variance(((row["source"], row["share"]) for row in self.rows()), basis)

    def to_dict(self) -> dict[str, Any]:
        """Return the components as a flat row of plain Python values.

        Returns
        -------
        dict
            One entry a field.
        """
        fields = ("units", "raters", "residual", "estimator", "log_likelihood")
        sizes = ("n_units", "n_raters", "n_ratings", "status", "reason", "why")
        row = {field: plain(getattr(self, field)) for field in (*fields, *sizes)}
        return row | {"notes": list(self.notes)}

    def __repr__(self) -> str:
        return (
            f"VarianceComponents(units={significant(self.units)}, "
            f"raters={significant(self.raters)}, residual={significant(self.residual)}, "
            f"{self.estimator}, n_units={whole(self.n_units, mark='')})"
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
        The components, with intervals over units. On complete data both estimators agree unless
        one is negative.

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
        If there are not two units and two raters, every score is the same, each rater rated one
        unit only, ratings are too few to tell the components apart, or the likelihood has no
        maximum. The components are then nan.

    See Also
    --------
    d_study : What the components say about more raters.
    icc : The share that units have.

    Notes
    -----
    The standard errors and intervals are for other units graded by these raters, those of "reml"
    by the errors of mean squares. Other raters are as uncertain as their number is small, which no
    number of units mends. The intervals of normal scores (chi-square, Satterthwaite's, the
    modified large-sample method of [4]_) are not offered: on grades they covered as little as 0 to
    73 % for 95 %, since a residual of grades has a few large values among many of 0. How these do
    is in the documentation, "How the intervals were checked".

    References
    ----------
    .. [1] R. J. Shavelson and N. M. Webb, "Generalizability Theory: A Primer", Sage (1991),
           pp. 27-43.
    .. [2] C. R. Henderson, "Estimation of variance and covariance components", Biometrics 9
           (1953), 226-252.
    .. [3] H. D. Patterson and R. Thompson, "Recovery of inter-block information when block sizes
           are unequal", Biometrika 58 (1971), 545-554.
    .. [4] R. K. Burdick and F. A. Graybill, "Confidence Intervals on Variance Components", Marcel
           Dekker (1992).

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
    scores = taken.derived("scores", scores_of)
    with np.errstate(invalid="ignore", divide="ignore"):
        two_way = two_way_sums(scores)
        squares = {key: float(value) for key, value in two_way_squares(two_way.sums).items()}
        parts = [float(part) for part in two_way_components(two_way.sums)]
    reason = why_undefined(study_of(taken, "identity"))
    if not reason:
        reason = _why_not(scores, float(two_way.sums[5]), parts)
    log_likelihood, notes = math.nan, taken.notes
    if estimator == "reml" and not reason:
        parts, log_likelihood, converged = _by_likelihood(scores, parts)
        reason = "" if converged else "non_convergence"
    if reason:
        warn_undefined(COMPONENTS, why_of(taken, reason))
        parts = [math.nan] * 3
    if not reason and two_way.sums[5] > 1:
        notes = (*notes, *panels_note(panels_of(taken), within=estimator == "anova"))
    if min(parts[:2]) < 0:
        notes = (*notes, NEGATIVE_COMPONENT)
    sources = SOURCES if estimator == "anova" else ()
    estimates = {} if reason else component_estimates(taken, scores, two_way, parts)
    if not reason:
        estimates |= _correlations(taken, estimator)
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
        by=by_whom(taken),
        n_ratings=float(taken.n_ratings),
        estimates=estimates,
        status="undefined" if reason else "ok",
        reason=reason,
        why=why_of(taken, reason),
        notes=notes,
    )


def _why_not(scores: Scores, sets: float, parts: list[float]) -> str:
    if not np.isfinite(parts).all():
        return why_no_residual(scores, sets) or "no_residual"
    return "" if any(part != 0 for part in parts) else "no_variation"


def _by_likelihood(scores: Scores, parts: list[float]) -> tuple[list[float], float, bool]:
    units, raters, residual = parts
    if not residual > 0:
        # no residual: the likelihood grows without bound towards the mean squares' answer
        return [max(units, 0.0), max(raters, 0.0), residual], math.nan, True
    fit = fit_reml(scores, (units / residual, raters / residual))
    return [fit.units, fit.raters, fit.residual], fit.log_likelihood, fit.converged


def _correlations(ratings: Ratings, estimator: Estimator) -> dict[str, Estimate]:
    forms: dict[str, Form] = {"absolute": "A,1", "relative": "C,1"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedEstimateWarning)
        return {kind: icc(ratings, form=form, estimator=estimator) for kind, form in forms.items()}
