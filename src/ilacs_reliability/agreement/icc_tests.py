"""The F test of an intraclass correlation, with the interval that agrees with it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ilacs_reliability._checks.arguments import check_number
from ilacs_reliability._data.ratings import RatingsLike, as_ratings
from ilacs_reliability._results.estimates import Estimate, Limits, SignificanceResult
from ilacs_reliability._results.keyed import Keyed, keyed
from ilacs_reliability._results.named_limits import instead, name_of
from ilacs_reliability._results.wording import with_article
from ilacs_reliability.agreement.components import scores_of
from ilacs_reliability.agreement.formulas import known_raters
from ilacs_reliability.agreement.icc import Form, form_called, icc
from ilacs_reliability.agreement.icc_limits import (
    NO_WIDTH,
    f_test,
    leaves_no_residual,
    limit_of_test,
    mean_squares,
    step_up,
    upper_tail,
)
from ilacs_reliability.agreement.rescaled import by_interval
from ilacs_reliability.agreement.spoken_notes import (
    BY_INVERTED_F,
    F_BELOW_ZERO,
    F_IS_NIL,
    NO_RESIDUAL_FOR_F,
    both_limits,
    what_f_takes,
)
from ilacs_reliability.agreement.titles import at_most, the_test_of


def icc_test(
    ratings: RatingsLike, *, form: Form = "A,1", threshold: float = 0.0
) -> SignificanceResult:
    r"""Test by F whether an intraclass correlation exceeds a threshold.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit, taken as the scale's scores.
    form : {"1,1", "A,1", "C,1", "1,k", "A,k", "C,k"}, optional
        As in `icc`. Default: "A,1".
    threshold : float, optional
        The correlation to exceed, below 1, declared before the data were seen; for the "A" forms 0
        or more, for "1,1" and "C,1" above -1 / (n_raters - 1). Default: 0.

    Returns
    -------
    SignificanceResult
        F, its degrees of freedom, the one-sided p-value, and the correlation as the effect, whose
        default interval goes with the test: it lies above the threshold at 95 % where the p-value
        is 0.025 or less, and so for other levels. Where a rating is missing, units come in clusters
        or raters leave no residual, F does not apply: the p-value is then by inverting the "score"
        interval, and the result says so. Where the units' means are all equal F is 0, the p-value
        1, and the default interval "score", since that by F has no width: it begins at the lowest
        threshold that there is, or below, and so agrees as well.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If the form is unknown, the threshold is out of range, the ratings are a batch, or raters
        are anonymous.

    Warns
    -----
    UndefinedEstimateWarning
        If the correlation is undefined. The p-value is then nan.

    See Also
    --------
    threshold_test : The same for any estimate, by inverting its interval.

    Notes
    -----
    F takes effects as normal and units as independent. On grades the F limits cover far less than
    they say (see `icc`), and so this test rejects more often than it says: prefer `threshold_test`
    on `icc`, whose default interval holds. The effect's default interval is "mcgraw_wong"; for the
    "A" forms it is "inverted_f", the correlations that this test does not reject. McGraw and Wong's
    limits for those forms take Satterthwaite's degrees of freedom at the estimate, where their test
    takes them at the threshold, and so can disagree with it. Below 0, where the "A" forms are not
    tested, "inverted_f" is theirs.

    References
    ----------
    .. [1] K. O. McGraw and S. P. Wong, "Forming inferences about some intraclass correlation
           coefficients", Psychological Methods 1 (1996), 30-46, table 8.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> judges = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9]]
    >>> judges += [[6, 2, 4, 7]]
    >>> result = ilr.icc_test(judges, form="C,1")
    >>> round(result.statistic, 6), result.df, round(result.p_value, 6)
    (11.027248, (5.0, 15.0), 0.000135)
    """
    form = form_called(form)
    threshold = check_number(threshold, "threshold", finite=False)
    if not threshold < 1:
        raise ValueError(f"`threshold` must be below 1, but got {threshold}.")
    if threshold < 0 and form.startswith("A"):
        raise ValueError(f"`threshold` must be 0 or more for form {form!r}, but got {threshold}.")
    # the one-way model does not ask who gave which rating
    given = as_ratings(ratings) if form.startswith("1") else known_raters(ratings, "icc_test")
    effect = icc(given, form=form)
    taken = given
    scores = taken.derived("scores", scores_of)
    if taken.frequencies.ndim > 1:
        raise ValueError(
            f"`ratings` must be one study, but got a batch of shape {taken.frequencies.shape[:-1]}."
        )
    hypothesis = at_most(effect.label, threshold)
    by = partial(by_interval, effect, threshold, name="icc_test", null=hypothesis)
    if not scores.is_complete or taken.clusters is not None:
        return by()
    ok = effect.status == "ok"
    squares = mean_squares(scores, form[0])
    if ok and leaves_no_residual(squares, form[0]):
        return by(why=NO_RESIDUAL_FOR_F)
    m = taken.n_raters
    # the correlation of a single rating that steps up to the threshold
    null = threshold if form.endswith("1") else threshold / (m - (m - 1) * threshold)
    if ok and not 1 + (m - 1) * null > 0:
        raise ValueError(
            f"`threshold` must be above {-1 / (m - 1):.4g} for form {form!r} of {m} raters, "
            f"but got {threshold}."
        )
    statistic, df = f_test(squares, form[0], null)
    if ok and not statistic > NO_WIDTH:
        effect = replace(effect, notes=(*effect.notes, *what_f_takes(form, threshold), F_IS_NIL))
    elif ok:
        effect = _with_limits_of_test(effect, squares, form, threshold)
    return SignificanceResult(
        statistic=statistic,
        df=df,
        p_value=upper_tail(statistic, df) if ok else float("nan"),
        alternative="greater",
        method="F",
        name="icc_test",
        label=the_test_of(with_article(effect.label)),
        null=hypothesis,
        effect=effect,
        n_units=effect.n_units,
        status=effect.status,
        reason=effect.reason,
        why=effect.why,
        notes=effect.notes,
        limits=effect.limits,
    )


def _with_limits_of_test(
    effect: Estimate, squares: dict[str, Any], form: str, threshold: float
) -> Estimate:
    """Put first the limits that agree with the F test, and note what the test rests on."""
    offered = dict(effect.methods)
    first = {"mcgraw_wong": offered.pop("mcgraw_wong")}
    notes = (*effect.notes, *what_f_takes(form, threshold))
    if form[0] == "A":
        k = 1.0 if form.endswith("1") else squares["m"]
        limits = keyed(_inverted_f, squares=squares, k=k, below=first["mcgraw_wong"])
        first = {"inverted_f": limits} | first
        notes += (BY_INVERTED_F,)
    return replace(effect, methods_source=tuple((first | offered).items()), notes=notes)


def _inverted_f(
    estimate: Estimate,
    confidence_level: float,
    *,
    squares: dict[str, Any],
    k: float,
    below: Keyed,
) -> Limits:
    """Return the correlations that F does not reject, with other limits where they are negative."""
    others = below(estimate, confidence_level)
    low, high = others
    tails = ((1.0 - confidence_level) / 2.0, (1.0 + confidence_level) / 2.0)
    least, most = (step_up(np.asarray(limit_of_test(squares, tail)), k) for tail in tails)
    # of very many units rounding may put what F leaves beside the estimate
    found = (
        np.minimum(np.where(np.isnan(least), np.minimum(low, 0.0), least), estimate.value),
        np.maximum(np.where(np.isnan(most), high, most), estimate.value),
    )
    gone = np.isnan(least) | np.isnan(most)
    both = both_limits(name_of(others) or "mcgraw_wong")
    return instead(found, found, gone, both, F_BELOW_ZERO)
