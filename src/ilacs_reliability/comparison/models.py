"""Proportional odds of two groups, and whether the odds are proportional."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

import numpy as np
from scipy import optimize, special

from ilacs_reliability.comparison.groups import (
    NOT_SHOWN,
    NOT_SHOWN_BY_P,
    SharedGrades,
    phrase_of_groups,
    shared_grades,
    undefined_estimate,
    undefined_test,
)
from ilacs_reliability.comparison.ordinal_fit import (
    FAR,
    Fit,
    fit_cumulative,
    ordered_log_likelihood,
    threshold_start,
)
from ilacs_reliability.estimates import Estimate, FloatArray, SignificanceResult, check_option
from ilacs_reliability.tables import GradesLike

Penalty: TypeAlias = Literal["when_separated", "none", "log_f"]
ParallelMethod: TypeAlias = Literal["likelihood_ratio", "score"]


def proportional_odds(grades: GradesLike, *, penalty: Penalty = "when_separated") -> Estimate:
    r"""Estimate the common odds ratio of a higher grade, adjusted for strata.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] 2, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter,
        and a note says so; the others each shift the odds in a way of their own.
    penalty : {"when_separated", "none", "log_f"}, optional
        Whether a log-F(1, 1) prior on the log odds ratios keeps them finite: only where the data
        are separated, never, or always. Default: "when_separated", which a note says.

    Returns
    -------
    Estimate
        Odds of a higher grade in the second group over the odds in the first, at every cut.
        Intervals "profile" (the default, by the likelihood) and "wald" (on the log scale, with the
        standard error that holds where odds are not proportional too).

    Raises
    ------
    ValueError
        If there are not exactly two groups or `penalty` is unknown.

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum holds both groups, every grade is the same, or the data are separated and
        `penalty` is "none". The value is then nan.

    See Also
    --------
    parallel_lines_test : Whether one odds ratio does for every cut.
    generalised_odds : Without a model.

    Notes
    -----
    :math:`\operatorname{logit} P(G \le k) = \alpha_k - \beta x - \gamma_s` [1]_, fitted to the
    counts. A grade that nobody used joins its neighbour, which changes nothing. Under separation
    the likelihood rises for ever; the prior log-F(1, 1) adds half a success and half a failure to
    a coefficient's own odds [2]_, and the estimate is its posterior mode. The standard error is
    the sandwich's over units, and nan where the prior holds the odds ratio: the profile alone is
    offered then.

    References
    ----------
    .. [1] P. McCullagh, "Regression models for ordinal data", Journal of the Royal Statistical
           Society B 42 (1980), 109-142.
    .. [2] S. Greenland and M. A. Mansournia, "Penalization, bias reduction, and default priors in
           logistic and related categorical and survival regressions", Statistics in Medicine 34
           (2015), 3133-3143.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.proportional_odds([[3, 8, 45, 39], [4, 6, 5, 3]])
    Estimate(proportional_odds = 0.1399, n_units=113, 95% profile 0.0484 to 0.3877)
    """
    check_option(penalty, ("when_separated", "none", "log_f"), "penalty")
    shared = shared_grades(grades, n_groups=2)
    first, second = phrase_of_groups(shared)
    label = f"proportional odds ratio of a higher grade, {second} over {first}"
    reason = shared.reason or _single_grade(shared)
    if reason:
        return undefined_estimate(shared, reason, name="proportional_odds", label=label)
    design = _design(shared)
    prior = np.zeros(design.n_parameters)
    fit = _fit(design, prior)
    separated = _is_separated(design, fit)
    if separated and penalty == "none":
        return undefined_estimate(shared, "separation", name="proportional_odds", label=label)
    far = np.abs(fit.parameters[design.place :]) > FAR
    notes: tuple[str, ...] = ()
    if separated or penalty == "log_f":
        # where one coefficient alone runs away, the others keep their likelihood
        prior[design.place :] = 1.0 if penalty == "log_f" or not far.any() else far
        fit = _fit(design, prior)
        notes = (_penalty_note(separated, bool(far[0] or not far.any())),)
    return _odds_estimate(shared, design, fit, prior, label, notes)


def parallel_lines_test(
    grades: GradesLike, *, method: ParallelMethod = "likelihood_ratio"
) -> SignificanceResult:
    """Test whether one odds ratio does for every cut between grades.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] 2, n_grades)
        Units by group and grade, worst grade first. Strata that hold one group only do not enter,
        and a note says so.
    method : {"likelihood_ratio", "score"}, optional
        Against the model with an odds ratio for each cut, by likelihood ratio or by the score of
        the proportional one. Default: "likelihood_ratio".

    Returns
    -------
    SignificanceResult
        Chi-square with one degree of freedom less than cuts between used grades; the effect is
        the proportional odds ratio.

    Raises
    ------
    ValueError
        If there are not exactly two groups or `method` is unknown.

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum holds both groups or every grade is the same. The p-value is then nan.

    See Also
    --------
    proportional_odds : The common odds ratio.

    Notes
    -----
    Both tests are asymptotic and the score test is known to reject too often in small samples
    ([1]_; [2]_ compares them). Under separation the likelihoods' suprema are compared.

    References
    ----------
    .. [1] B. Peterson and F. E. Harrell, "Partial proportional odds models for ordinal response
           variables", Applied Statistics 39 (1990), 205-217.
    .. [2] R. Brant, "Assessing proportionality in the proportional odds model for ordinal logistic
           regression", Biometrics 46 (1990), 1171-1178.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.parallel_lines_test([[3, 8, 45, 39], [4, 6, 5, 3]])
    SignificanceResult(parallel_lines_test, ...)
    """
    check_option(method, ("likelihood_ratio", "score"), "method")
    shared = shared_grades(grades, n_groups=2)
    label = "parallel lines test"
    reason = shared.reason or _single_grade(shared)
    if reason:
        return undefined_test(shared, reason, name="parallel_lines_test", label=label)
    design = _design(shared)
    common = _fit(design, np.zeros(design.n_parameters))
    df = float(design.place - 1)
    if not df:
        statistic = 0.0  # a single cut has nothing to be parallel to
    elif method == "score":
        statistic = _score_statistic(design, common)
    else:
        statistic = max(0.0, 2 * (_free_log_likelihood(design, common) - common.log_likelihood))
    effect = proportional_odds(grades)
    return SignificanceResult(
        statistic=statistic,
        df=df,
        p_value=float(special.chdtrc(df, statistic)) if df else 1.0,
        method=method,
        name="parallel_lines_test",
        label=label,
        null="the odds ratio is the same at every cut",
        effect=effect,
        n_units=shared.n_units,
        notes=effect.notes,
        limits=NOT_SHOWN_BY_P,
    )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Design:
    counts: FloatArray  # (2 * n_strata, n_used)
    slopes: FloatArray  # (2 * n_strata, n_used - 1, n_parameters)
    used: FloatArray  # (n_grades,) bool
    place: int  # of the group's coefficient
    second: FloatArray  # (2 * n_strata,) 1 in the second group

    @property
    def n_parameters(self) -> int:
        return int(self.slopes.shape[2])


def _design(shared: SharedGrades) -> _Design:
    used = shared.pooled.sum(axis=0) > 0
    counts = shared.counts[..., used].astype(np.float64)
    n_strata, _, n_used = counts.shape
    second = np.tile([0.0, 1.0], n_strata)
    stratum = np.repeat(np.eye(n_strata)[:, 1:], 2, axis=0)
    covariates = np.column_stack([second, stratum])
    slopes = np.concatenate(
        [
            np.broadcast_to(np.eye(n_used - 1), (2 * n_strata, n_used - 1, n_used - 1)),
            np.repeat(-covariates[:, None], n_used - 1, axis=1),
        ],
        axis=2,
    )
    return _Design(
        counts=counts.reshape(-1, n_used),
        slopes=slopes,
        used=used,
        place=n_used - 1,
        second=second,
    )


def _fit(
    design: _Design,
    prior: FloatArray,
    *,
    start: FloatArray | None = None,
    fixed: dict[int, float] | None = None,
) -> Fit:
    if start is None:
        start = threshold_start(design.counts, design.n_parameters - design.place)
    return fit_cumulative(design.counts, design.slopes, start=start, prior=prior, fixed=fixed)


def _single_grade(shared: SharedGrades) -> str:
    return "no_variation" if (shared.pooled.sum(axis=0) > 0).sum() < 2 else ""


def _is_separated(design: _Design, fit: Fit) -> bool:
    far = np.abs(fit.parameters[design.place :]).max() > FAR
    return bool(far or not fit.converged)


def _penalty_note(separated: bool, of_groups: bool) -> str:
    if not separated:
        return "A log-F(1, 1) prior was put on the log odds ratios."
    what = "The groups are" if of_groups else "A stratum is"
    return f"{what} separated: a log-F(1, 1) prior keeps its odds finite."


def _odds_estimate(
    shared: SharedGrades,
    design: _Design,
    fit: Fit,
    prior: FloatArray,
    label: str,
    notes: tuple[str, ...],
) -> Estimate:
    beta = float(fit.parameters[design.place])
    value = float(np.exp(beta))
    n = shared.n_units
    # each unit's pull: its score in the metric of the information
    pull = n * fit.scores @ np.linalg.solve(fit.information, np.eye(len(prior))[design.place])
    pull -= (design.counts * pull).sum() / n
    influence = np.zeros((len(design.counts), len(design.used)))
    # the spread of a coefficient that the prior holds is not one over units
    influence[:, design.used] = np.nan if prior[design.place] else value * pull
    rows = shared.counts.reshape(len(design.counts), -1)
    methods = (("profile", partial(_profile, design=design, fit=fit, prior=prior)),)
    return Estimate(
        value=value,
        name="proportional_odds",
        label=label,
        frequencies=rows.ravel(),
        influence_source=influence.ravel(),
        n_units=n,
        methods=methods if prior[design.place] else (*methods, ("wald", _log_wald)),
        notes=(*shared.notes, *notes),
        limits=NOT_SHOWN,
    )


def _profile(
    estimate: Estimate, confidence_level: float, *, design: _Design, fit: Fit, prior: FloatArray
) -> tuple[float, float]:
    """Find where the profile of the objective has fallen by half the chi-square quantile."""
    drop = float(special.chdtri(1, 1 - confidence_level)) / 2
    centre = float(fit.parameters[design.place])

    def excess(beta: float) -> float:
        held = _fit(design, prior, start=fit.parameters, fixed={design.place: beta})
        return drop - (fit.objective - held.objective)

    low, high = (float(np.exp(_crossing(excess, centre, sign))) for sign in (-1.0, 1.0))
    return low, high


def _crossing(excess: Callable[[float], float], centre: float, sign: float) -> float:
    far = 1.0
    while excess(centre + sign * far) > 0:
        far *= 2
        if far > 64:
            return sign * float("inf")
    return float(optimize.brentq(excess, centre, centre + sign * far, xtol=1e-9))


def _log_wald(estimate: Estimate, confidence_level: float) -> tuple[float, float]:
    half = special.ndtri((1 + confidence_level) / 2) * estimate.standard_error / estimate.value
    return float(estimate.value * np.exp(-half)), float(estimate.value * np.exp(half))


def _by_cut(design: _Design) -> FloatArray:
    """Return the slopes of the model with a group coefficient for each cut."""
    n_cuts = design.place
    own = -design.second[:, None, None] * np.eye(n_cuts)
    rest = design.slopes[..., n_cuts + 1 :]
    return np.concatenate([design.slopes[..., :n_cuts], own, rest], axis=2)


def _spread(design: _Design, fit: Fit) -> FloatArray:
    """Return the common model's parameters in the model with a coefficient for each cut."""
    place, theta = design.place, fit.parameters
    return np.concatenate([theta[:place], np.full(place, theta[place]), theta[place + 1 :]])


def _free_log_likelihood(design: _Design, common: Fit) -> float:
    if len(design.counts) == 2:
        # two rows, each with its own thresholds: the shares seen
        shares = design.counts / design.counts.sum(axis=1, keepdims=True)
        return float(special.xlogy(design.counts, shares).sum())
    return ordered_log_likelihood(design.counts, _by_cut(design), start=_spread(design, common))


def _score_statistic(design: _Design, common: Fit) -> float:
    """Return the score of the free model at the common one, in its expected information."""
    slopes = _by_cut(design)
    z = slopes @ _spread(design, common)
    cumulative = special.expit(z)
    shares = np.diff(cumulative, axis=1, prepend=0.0, append=1.0)
    firsts = (cumulative * (1 - cumulative))[..., None] * slopes
    slopes_of_shares = np.diff(firsts, axis=1, prepend=0.0, append=0.0)
    safe = np.where(shares > 1e-300, shares, 1.0)
    score = np.einsum("ij,ijp->p", design.counts / safe, slopes_of_shares)
    sizes = design.counts.sum(axis=1)
    information = np.einsum("i,ij,ijp,ijq->pq", sizes, 1 / safe, slopes_of_shares, slopes_of_shares)
    return max(0.0, float(score @ np.linalg.pinv(information, rcond=1e-10) @ score))
