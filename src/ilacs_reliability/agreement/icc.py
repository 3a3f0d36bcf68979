"""Intraclass correlations of the scores, and their intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, TypeAlias, cast, get_args

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import check_option
from ilacs_reliability._data.ratings import Ratings, RatingsLike, as_ratings
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._results.estimates import Estimate, Limits
from ilacs_reliability._results.ingredients import Basis, Offer, Title, Value
from ilacs_reliability._results.keyed import Keyed, keyed
from ilacs_reliability._results.named_limits import name_of, under_name
from ilacs_reliability.agreement.components import (
    ALMOST,
    Scores,
    is_complete,
    one_way_components,
    one_way_squares,
    one_way_terms,
    panels_of,
    scores_of,
    two_way_components,
    two_way_slopes,
    two_way_sums,
    why_no_residual,
)
from ilacs_reliability.agreement.formulas import (
    Formula,
    build_estimate,
    centred,
    influence_of,
    known_raters,
)
from ilacs_reliability.agreement.icc_limits import f_limits, step_up
from ilacs_reliability.agreement.likelihood import fit_reml, reml_ratio_slopes
from ilacs_reliability.agreement.rescaled import fisher_method
from ilacs_reliability.agreement.spoken_notes import BY_LIKELIHOOD, panels_note, size_of_mean
from ilacs_reliability.agreement.studies import (
    Study,
    coefficient_methods,
    squared_gaps,
    study_of,
    where_known,
    why_undefined,
)
from ilacs_reliability.agreement.titles import WHETHER_SCORES_RIGHT, intraclass

Form: TypeAlias = Literal[
    "1,1", "A,1", "C,1", "1,k", "A,k", "C,k", "ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k"
]
Estimator: TypeAlias = Literal["anova", "reml"]
FORMS: tuple[str, ...] = get_args(Form)
# Shrout and Fleiss' names, as psych and pingouin write them, in McGraw and Wong's terms
SHROUT_FLEISS = dict(zip(FORMS[6:], FORMS[:6], strict=True))
ESTIMATORS: tuple[str, ...] = get_args(Estimator)
ROUNDING = 1e-8


def icc(ratings: RatingsLike, *, form: Form = "A,1", estimator: Estimator = "anova") -> Estimate:
    r"""Estimate an intraclass correlation of the scores, in one of McGraw and Wong's forms.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit, taken as the scale's scores; nan where one is missing.
    form : {"1,1", "A,1", "C,1", "1,k", "A,k", "C,k"}, optional
        "1": raters differ from unit to unit; "A": absolute agreement of raters who rate all units;
        "C": consistency, which forgives a rater who is lenient throughout. "1" and "k" after the
        comma: of a single rating, or of the mean of a unit's ratings. "ICC1", "ICC2", "ICC3" and
        "ICC1k", "ICC2k", "ICC3k", Shrout and Fleiss' names, stand for the same in this order.
        Default: "A,1".
    estimator : {"anova", "reml"}, optional
        How the variance components are found: from mean squares (Henderson's third method where
        ratings are missing), or by restricted maximum likelihood, never negative. Default: "anova".

    Returns
    -------
    Estimate
        The correlation, at most 1; mean squares can make it negative. The default interval is
        "score", as for other coefficients; McGraw and Wong's by F is "mcgraw_wong", on complete
        data. For a "k" form all limits are those of the single rating, stepped up by Spearman and
        Brown's formula: minus infinity where a unit's ratings may differ as much as they can, so
        that the means of units may be alike.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If the form or the estimator is unknown, the scale has no order, or the raters are
        anonymous, which only the "1" forms allow.

    Warns
    -----
    UndefinedEstimateWarning
        If fewer than two units have two ratings, all scores are the same, each rater rated one unit
        only (but of a "1" form), ratings are too few, or the mean squares of an incomplete design
        contradict one another. The value is then nan.

    See Also
    --------
    icc_test : The F test.
    variance_components : What the correlation is made of.
    lin_ccc : Nearly "A,1", with variances over n.

    Notes
    -----
    With components of units u, raters r and residual e: A,1 is :math:`u / (u + r + e)`, C,1 is
    :math:`u / (u + e)`, and "1,1" is :math:`u / (u + w)` of the one-way analysis; a "k" form
    divides r, e or w by k [1]_, [2]_. Panels of raters that share no unit are compared each on its
    own units, and "reml" takes what panels differ by into account; where each unit has raters of
    its own, r is part of e, and only a "1" form can be had. Where ratings are missing k is the size
    of a unit that the one-way mean square speaks of [3]_, and a negative component of raters counts
    as 0. The F intervals of [2]_ take effects as normal, which grades are not: with two to five
    grades, 10 to
    150 units and two to five raters they covered 73 to 79 % for 95 % in a simulation, "score" 98 %.
    Where raters leave no residual, or the means of all units are equal, the F limits have no width,
    so that "mcgraw_wong" gives those of "score". Limits of a "k" form end at -1, unless the
    estimate itself lies below: it has no least, and limits cut there would miss what is true.

    References
    ----------
    .. [1] P. E. Shrout and J. L. Fleiss, "Intraclass correlations: uses in assessing rater
           reliability", Psychological Bulletin 86 (1979), 420-428.
    .. [2] K. O. McGraw and S. P. Wong, "Forming inferences about some intraclass correlation
           coefficients", Psychological Methods 1 (1996), 30-46; correction p. 390.
    .. [3] S. R. Searle, G. Casella and C. E. McCulloch, "Variance Components", Wiley (1992),
           pp. 69-73 and 202-208.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> judges = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9]]
    >>> judges += [[6, 2, 4, 7]]
    >>> ilr.icc(judges, form="A,1")
    Estimate(icc = 0.2898, n_units=6, 95% score ... to ...)
    >>> ilr.icc(judges, form="A,1").confidence_interval(method="mcgraw_wong")
    Interval(0.0188, 0.7611, 95% mcgraw_wong)
    """
    form = form_called(form)
    check_option(estimator, ESTIMATORS, "estimator")
    taken = _raters_for(ratings, form, "icc")
    if not taken.scale.ordered:
        raise ValueError("icc needs an ordered scale, but `ratings` has none.")
    study = study_of(taken, squared_gaps(taken))
    scores = taken.derived("scores", scores_of)
    fit = _fit(study, scores, form[0], estimator)
    reason = "" if study.is_batch else why_undefined(study) or _why_none(scores, fit)
    if reason:
        fit = _without(scores, reason)
    single = _single_estimate(study, scores, fit, form, estimator, reason)
    return single if form.endswith("1") else _stepped_up(study, scores, single, form, reason)


def form_called(form: object) -> Form:
    """Return a form by McGraw and Wong's name, checked."""
    check_option(form, FORMS, "form")
    return cast("Form", SHROUT_FLEISS.get(str(form), form))


def _raters_for(ratings: RatingsLike, form: str, name: str) -> Ratings:
    # the one-way model does not ask who gave which rating
    return as_ratings(ratings) if form.startswith("1") else known_raters(ratings, name)


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    value: FloatArray
    influence: FloatArray | Keyed
    reason: str = ""


def _fit(study: Study, scores: Scores, kind: str, estimator: str) -> _Fit:
    one = _fitter(kind, estimator)
    if not study.is_batch:
        return one(scores)
    if estimator == "reml":
        value = np.array([one(row).value for row in _each_study(scores)])
        value = value.reshape(scores.frequencies.shape[:-1])
    else:
        value = _batch_ratio(scores, kind)
    value = where_known(study, value)
    return _Fit(value, keyed(_batch_influence, study.ratings, kind, estimator))


def _fitter(kind: str, estimator: str) -> Callable[[Scores], _Fit]:
    return partial(_likelihood if estimator == "reml" else _from_squares, kind=kind)


def _from_squares(scores: Scores, kind: str) -> _Fit:
    if kind == "1":
        slopes = one_way_terms(scores)
        value, influence = _by_formula(_one_way_ratio, scores.frequencies @ slopes, slopes, scores)
        return _Fit(value, influence, _why_not_finite(value, scores))
    two_way = two_way_sums(scores)
    found = _two_way_slopes(two_way.sums, kind)
    if found is None:
        ratio = partial(_two_way_ratio, kind=kind)
        value, influence = _by_formula(ratio, two_way.sums, two_way.slopes, scores)
    else:
        value = np.asarray(found[0])
        influence = centred(two_way.slopes @ found[1], scores.frequencies, scores.rated)
    return _Fit(value, influence, _why_not_finite(value, scores, float(two_way.sums[5])))


def _by_formula(
    ratio: Formula, sums: FloatArray, slopes: FloatArray, scores: Scores
) -> tuple[FloatArray, FloatArray]:
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.asarray(ratio(sums))
    return value, influence_of(ratio, sums, slopes, scores.frequencies, scores.rated)


def _why_not_finite(value: FloatArray, scores: Scores, sets: float | None = None) -> str:
    """Say why there is no correlation, of a two-way model by its sets of raters."""
    if np.isfinite(value):
        return ""
    if not scores.varies:
        return "no_variation"
    return (sets is not None and why_no_residual(scores, sets)) or "nil_variance"


def _why_none(scores: Scores, fit: _Fit) -> str:
    # frequencies that are no whole numbers leave like scores a variance of rounding
    return fit.reason if scores.varies else "no_variation"


def _without(scores: Scores, reason: str) -> _Fit:
    return _Fit(np.asarray(np.nan), np.full(len(scores.sizes), np.nan), reason)


def _batch_ratio(scores: Scores, kind: str) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        if kind == "1":
            value = _one_way_ratio(scores.frequencies @ one_way_terms(scores))
        else:
            two_way = two_way_sums(scores)
            value = _two_way_ratio(two_way.sums, kind=kind)
    return np.where(np.isfinite(value), value, np.nan)


def _batch_influence(ratings: Ratings, kind: str, estimator: str) -> FloatArray:
    """Return influences in each study of a batch, one after another: their slopes differ."""
    scores, one = ratings.derived("scores", scores_of), _fitter(kind, estimator)
    rows = np.array([one(row).influence for row in _each_study(scores)])
    return rows.reshape(scores.frequencies.shape)


def _each_study(scores: Scores) -> Iterator[Scores]:
    for frequencies in scores.frequencies.reshape(-1, len(scores.sizes)):
        yield replace(scores, frequencies=frequencies)


def _likelihood(scores: Scores, kind: str) -> _Fit:
    w, rated = scores.frequencies, scores.rated
    by_squares, sets = _starting_ratios(scores, kind)
    with np.errstate(invalid="ignore", divide="ignore"):
        start = by_squares[:-1] / by_squares[-1]
    if not np.isfinite(start).all():
        # no residual: the likelihood has no maximum, the mean squares their own limit
        with np.errstate(invalid="ignore", divide="ignore"):
            value = np.asarray(by_squares[0] / _total(by_squares, kind))
        return _Fit(value, np.zeros(len(w)), _why_not_finite(value, scores, sets))
    pair = (float(start[0]), float(start[1]) if len(start) > 1 else 0.0)
    if kind == "1":
        # the one-way model does not ask who gave which rating
        scores = replace(scores, scores=scores.scores[:, :0], given=scores.given[:, :0])
    fit = fit_reml(scores, pair, two_way=kind != "1")
    if not fit.converged:
        return _without(scores, "non_convergence")
    units, raters = fit.ratios
    rest = 1.0 + raters if kind == "A" else 1.0
    by_frequency = reml_ratio_slopes(scores, fit)
    pull = (rest * by_frequency[:, 0] - units * by_frequency[:, 1] * (kind == "A")) / (
        units + rest
    ) ** 2
    n_units = w @ rated
    influence = n_units * (pull - w @ pull / n_units) * rated
    # rounding leaves this much where nothing moves
    influence[np.abs(influence) < ROUNDING] = 0.0
    if not units > 0:
        # at the end of its range the estimate has no slope that says how it varies
        influence = np.full(len(w), np.nan)
    return _Fit(np.asarray(units / (units + rest)), influence, "")


def _starting_ratios(scores: Scores, kind: str) -> tuple[FloatArray, float | None]:
    """Return the components by mean squares, and of a two-way model its sets of raters."""
    with np.errstate(invalid="ignore", divide="ignore"):
        if kind == "1":
            return np.array(one_way_components(scores.frequencies @ one_way_terms(scores))), None
        sums = two_way_sums(scores).sums
        return np.array(two_way_components(sums)), float(sums[5])


def _total(components: FloatArray, kind: str) -> float:
    return float(components.sum() - (components[1] if kind == "C" else 0.0))


def _one_way_ratio(sums: npt.NDArray[Any]) -> npt.NDArray[Any]:
    units, within = one_way_components(sums)
    ratio: npt.NDArray[Any] = units / (units + within)
    return ratio


def _two_way_slopes(sums: FloatArray, kind: str) -> tuple[float, FloatArray] | None:
    """Return the ratio of a single study and its derivatives, or None where there is none."""
    found = two_way_slopes(sums)
    if found is None:
        return None
    (units, raters, residual), slopes = found
    least = ALMOST * (abs(units) + residual)
    counts = float(kind == "A" and (raters > least or bool(is_complete(sums))))
    total = units + (residual + counts * raters)
    if not total > 0:
        return None
    pull = units / total**2
    return units / total, np.array([1.0 / total - pull, -counts * pull, -pull]) @ slopes


def _two_way_ratio(sums: npt.NDArray[Any], *, kind: str) -> npt.NDArray[Any]:
    units, raters, residual = two_way_components(sums)
    if kind == "A":
        # complete mean squares never make the total negative, others may; a component that is 0
        # but for rounding is 0, whichever way the order of raters rounds it
        least = ALMOST * (np.abs(units.real) + residual.real)
        counts = is_complete(sums) | (raters.real > least)
        residual = residual + np.where(counts, raters, 0.0)
    total = units + residual
    ratio: npt.NDArray[Any] = units / np.where(total.real > 0, total, np.nan)
    return ratio


def _single_estimate(
    study: Study, scores: Scores, fit: _Fit, form: str, estimator: str, reason: str
) -> Estimate:
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = ((study.margins @ study.weights) * study.margins).sum(axis=-1)
    by_f = estimator == "anova" and scores.is_complete and study.ratings.clusters is None
    # where ratings are missing, components can leave agreement below -1
    lowest = _least_stepped(np.asarray(fit.value)) if form[0] == "A" else _least(scores)
    least = 0.0 if estimator == "reml" else lowest
    methods = coefficient_methods(end=0.0 if estimator == "reml" else -np.inf)
    score = methods[0][1]
    methods = (*methods, fisher_method(score))
    if by_f:
        by_squares = keyed(f_limits, study.ratings, form[0], fit.value, 1.0, score)
        methods = (*methods, ("mcgraw_wong", by_squares))
    notes = (BY_LIKELIHOOD,) if estimator == "reml" else ()
    if form[0] != "1" and not reason and not study.is_batch and not scores.is_complete:
        within = estimator == "anova"
        notes = (*notes, *panels_note(panels_of(study.ratings), within=within))
    return build_estimate(
        study.ratings,
        Title(name="icc", label=intraclass(form)),
        Value(
            value=fit.value,
            influence=fit.influence,
            observed=fit.value * (1.0 - expected) + expected,
            expected=expected,
            reason=reason if form.endswith("1") else "",
        ),
        Basis(n_units=study.n_rated),
        Offer(methods=methods, within=(least, 1.0)),
        notes=notes,
        limits=WHETHER_SCORES_RIGHT,
    )


def _least(scores: Scores) -> FloatArray:
    """Return the least correlation that the ratings of a unit can have with one another."""
    with np.errstate(invalid="ignore"):
        least: FloatArray = -1.0 / np.fmax(np.asarray(_mean_size(scores)) - 1.0, 1.0)
    return least


def _stepped_up(study: Study, scores: Scores, single: Estimate, form: str, reason: str) -> Estimate:
    """Turn the correlation of one rating into that of the mean of a unit's ratings."""
    k = _mean_size(scores)
    stepped = step_up(np.asarray(single.value), k)
    if not study.is_batch and not reason and not np.isfinite(stepped):
        reason = "like_means"
    if reason:
        single = replace(single, influence_source=np.full(len(scores.sizes), np.nan))
    limits: dict[str, Keyed] = {
        name: keyed(_stepped_limits, single, name, k) for name in single.interval_methods
    }
    if "mcgraw_wong" in limits:
        value, score = single.value, limits["score"]
        limits["mcgraw_wong"] = keyed(f_limits, study.ratings, form[0], value, k, score)
    note = size_of_mean(k) if np.ndim(k) == 0 and np.isfinite(k) else ""
    return build_estimate(
        study.ratings,
        Title(name="icc", label=single.label),
        Value(
            value=np.where(np.isfinite(stepped), stepped, np.nan),
            influence=keyed(_stepped_influence, study.ratings, single, k)
            if study.is_batch
            else _stepped_influence(study.ratings, single, k),
            reason=reason,
        ),
        Basis(n_units=study.n_rated),
        Offer(methods=limits.items(), within=(_least_stepped(stepped), 1.0)),
        notes=(*single.notes, note) if note else single.notes,
        limits=WHETHER_SCORES_RIGHT,
    )


def _least_stepped(stepped: FloatArray) -> Any:
    """Return how low limits of a mean may go: to -1, or without an end where the estimate is below.

    Nothing bounds the correlation of means, but below -1 it says only that raters differ more than
    units do; where the estimate itself lies there, limits cut at -1 would miss what is true.
    """
    with np.errstate(invalid="ignore"):
        least = np.where(stepped < -1.0, -np.inf, -1.0)
    return least if least.ndim else float(least)


def _mean_size(scores: Scores) -> Any:
    with np.errstate(invalid="ignore", divide="ignore"):
        size = _size(scores.frequencies @ one_way_terms(scores))
    return float(size) if np.ndim(size) == 0 else size


def _stepped_influence(ratings: Ratings, single: Estimate, k: Any) -> FloatArray:
    """Chain the influences on the correlation of one rating and on the size of a unit."""
    scores = ratings.derived("scores", scores_of)
    value, terms, w = np.asarray(single.value), one_way_terms(scores), scores.frequencies
    by_size = influence_of(_size, w @ terms, terms, w, scores.rated)
    with np.errstate(invalid="ignore", divide="ignore"):
        room = (1.0 + (k - 1.0) * value) ** 2
        slopes = (
            np.asarray(k / room)[..., None],
            np.asarray(value * (1.0 - value) / room)[..., None],
        )
        influence: FloatArray = slopes[0] * single.influence + slopes[1] * by_size
    return influence


def _size(sums: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return one_way_squares(sums)["size"]


def _stepped_limits(
    single: Estimate, method: str, k: Any, estimate: Estimate, confidence_level: float
) -> Limits:
    found = dict(single.methods)[method](single, confidence_level)
    low, high = (np.clip(limit, *single.range) for limit in found)
    # mean squares of incomplete ratings can leave the estimate itself below its range
    low = np.minimum(low, single.value)
    # where the limit of one rating reaches the end of its range this one has no end
    low, high = (step_up(limit, k) for limit in (low, high))
    return under_name(low, high, name_of(found))
