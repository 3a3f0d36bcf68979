"""Concordance of ranks and of scores: Kendall's W with its test, and Lin's coefficient."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from scipy import special

from ilacs_reliability._checks.arguments import check_option
from ilacs_reliability._checks.randomness import check_chance
from ilacs_reliability._data.ratings import Ratings, RatingsLike, as_ratings, check_whole
from ilacs_reliability._data.scales import FloatArray, usable_scores
from ilacs_reliability._inference.null import ChiSquare, Null
from ilacs_reliability._inference.reorderings import draws_at_all, reordered
from ilacs_reliability._results.estimates import Estimate, Limits, Method, SignificanceResult
from ilacs_reliability._results.ingredients import Basis, Offer, Title, Value
from ilacs_reliability._results.keyed import Keyed, keyed
from ilacs_reliability._results.named_limits import instead
from ilacs_reliability._results.undefined import (
    UndefinedEstimateWarning,
    left_unsaid,
    warn_undefined,
)
from ilacs_reliability.agreement.coefficients import conger_kappa
from ilacs_reliability.agreement.formulas import (
    build_estimate,
    complete_only,
    known_raters,
    patterns_of,
)
from ilacs_reliability.agreement.incomplete_ranks import concordance_of_pairs
from ilacs_reliability.agreement.incomplete_test import incomplete_test
from ilacs_reliability.agreement.mid_ranks import MidRanks
from ilacs_reliability.agreement.reasons import lone_grade, why_incomplete, why_of
from ilacs_reliability.agreement.rescaled import by_interval, fisher_method, rescaled_methods
from ilacs_reliability.agreement.spoken_notes import (
    BY_SKILLINGS_AND_MACK,
    CHI_SQUARE_INSTEAD,
    FEW_SHARED,
    NO_LIN,
    NONE_TOLD_APART,
    ROUGH_CHI_SQUARE,
    without_w,
)
from ilacs_reliability.agreement.studies import (
    squared_gaps,
    study_of,
    unpaired_note,
    where_known,
    why_undefined,
)
from ilacs_reliability.agreement.titles import (
    KENDALL_BY_PAIRS,
    KENDALL_TEST,
    ONLY_THE_ORDER,
    ORDERS_INDEPENDENT,
)

TestMethod: TypeAlias = Literal["exact", "monte_carlo", "asymptotic"]
Missing: TypeAlias = Literal["listwise", "pairwise"]
MISSING: tuple[str, ...] = get_args(Missing)
TEST_METHODS = ("exact", "monte_carlo", "asymptotic")


def kendall_w(ratings: RatingsLike, *, missing: Missing = "listwise") -> Estimate:
    r"""Estimate Kendall's coefficient of concordance, whether raters rank units alike.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing. Only the order of the grades matters.
    missing : {"listwise", "pairwise"}, optional
        Whether a unit that not every rater rated is left out, or each two raters are compared on
        the units that both rated. Default: "listwise".

    Returns
    -------
    Estimate
        W, 0 to 1, corrected for ties; of incomplete ratings "pairwise" may lie below 0.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If the raters are anonymous, the scale has no order, the option is unknown, or the pairs of
        raters are too many.

    Warns
    -----
    UndefinedEstimateWarning
        If fewer than two units are complete (of "pairwise": no two raters share two units), or no
        rater told any two units apart. The value is then nan.

    See Also
    --------
    kendall_w_test : Whether raters rank units alike at all.
    icc : Agreement of scores rather than of ranks.

    Notes
    -----
    With mid-ranks :math:`r_{ij}` of unit :math:`i` by rater :math:`j` less their mean, :math:`W =
    \sum_i (\sum_j r_{ij})^2 / (m \sum_{ij} r_{ij}^2)`, which is Kendall's ratio with his correction
    for ties [1]_. Raters who rank alike but grade at different levels reach 1. The influence
    includes that a unit moves the ranks of all others. W is biased upwards in small samples.
    "score" and "logit" are found for the raters' average rank correlation, :math:`(m W - 1) / (m -
    1)`, which is to ranks what quadratic kappa is to scores. At 95 % "score" covered 94 % or more
    in each of 60 settings drawn at random; "t", "wald" and "logit" as little as 76 %: do not use
    those where few units differ.

    References
    ----------
    .. [1] M. G. Kendall and J. D. Gibbons, "Rank Correlation Methods", 5th ed., Edward Arnold
           (1990), pp. 117-123.
    .. [2] J. M. G. Taylor, "Kendall's and Spearman's correlation coefficients in the presence of a
           blocking variable", Biometrics 43 (1987), 409-416.
    .. [3] M. Brueckl, "Altersbedingte Veraenderungen der Stimme und Sprechweise von Frauen", Logos
           (2011), pp. 88-103.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ratings = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9]]
    >>> round(ilr.kendall_w(ratings).value, 4)
    0.9091

    Each judge saw some of six entries only:

    >>> nan = float("nan")
    >>> seen = [[1, 2, nan], [2, nan, 1], [nan, 3, 2], [3, 1, nan], [4, nan, 4], [nan, 4, 3]]
    >>> round(ilr.kendall_w(seen, missing="pairwise").value, 4)
    0.6667
    """
    check_option(missing, MISSING, "missing")
    given = as_ratings(ratings)
    if missing == "pairwise":
        return _pairwise(given)
    taken, notes = _ordered_and_complete(given, "kendall_w")
    study = study_of(taken, "identity")
    reason = "" if study.is_batch else why_incomplete(study, given)
    ranks = MidRanks(taken, study.frequencies)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(ranks.within > 0, ranks.between / (taken.n_raters * ranks.within), np.nan)
    value = where_known(study, value)
    if not study.is_batch and not reason and not ranks.within > 0:
        reason = "no_variation" if lone_grade(taken) else "no_order"
    m = taken.n_raters
    methods = rescaled_methods(
        keyed(_correlation_of, m=m),
        keyed(_concordance_of, m=m),
        keyed(_correlation_slope, m=m),
        expected=ranks.expected(),
    )
    return build_estimate(
        taken,
        Title(name="kendall_w", label="Kendall's W"),
        Value(
            value=value,
            influence=keyed(_rank_influence, taken) if study.is_batch else ranks.influence(),
            observed=value,
            expected=np.zeros(np.shape(value)),
            reason=reason,
            why=why_of(taken, reason, given=given),
        ),
        Basis(
            n_units=study.n_paired,
            n_ratings=study.n_paired * taken.n_raters,
            n_missing=given.n_missing,
        ),
        Offer(methods=methods, within=(0.0, 1.0)),
        notes=notes,
        limits=ONLY_THE_ORDER,
    )


def kendall_w_test(
    ratings: RatingsLike,
    *,
    missing: Missing = "listwise",
    method: TestMethod = "exact",
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> SignificanceResult:
    r"""Test whether raters rank units alike at all.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing.
    missing : {"listwise", "pairwise"}, optional
        Whether a unit that not every rater rated is left out, or each rater deals grades to the
        units that he rated. Default: "listwise".
    method : {"exact", "monte_carlo", "asymptotic"}, optional
        "exact" enumerates every way in which the raters could have dealt their grades to units;
        where that is too many, it gives way to "monte_carlo", whose draws are as many as some
        seconds allow, and both to "asymptotic" where that is few; the result says so.
        Default: "exact".
    n_resamples : int, optional
        Draws of the Monte Carlo method. Default: 9999.
    rng : Generator or int, optional
        Where random numbers come from.

    Returns
    -------
    SignificanceResult
        Friedman's chi-square, of incomplete ratings Skillings and Mack's, its degrees of freedom,
        the p-value, and W as the effect.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If the raters are anonymous, the scale has no order, an option is unknown, `n_resamples` is
        not positive, the ratings are a batch, or the pairs of raters are too many.

    Warns
    -----
    UndefinedEstimateWarning
        If W is undefined. The p-value is then nan. Of incomplete ratings there may be a test where
        no two raters share two units: it has no effect then, and says why.

    See Also
    --------
    kendall_w : How much they rank alike.
    friedman : The same test of occasions within units, of large samples by default.

    Notes
    -----
    The statistic is :math:`m (n - 1) W`, chi-square on n - 1 degrees of freedom in large samples
    [1]_. Of incomplete ratings it is Skillings and Mack's [2]_, the form of the units' sums of
    ranks, each rater's times :math:`\sqrt{12 / (k + 1)}` for k units rated, in the inverse of their
    covariance, for which tied ranks count with the variance they have; where all rate the same
    number without ties it is Durbin's. The hypothesis is that each rater deals the grades they used
    to the units they rated at random, which units these are being no matter of the grades. Where
    units come in clusters nobody deals one by one: the test is then of :math:`W \le 1 / m`, no rank
    correlation on average, by inverting the "score" interval over clusters, and says so.

    References
    ----------
    .. [1] M. Friedman, "The use of ranks to avoid the assumption of normality implicit in the
           analysis of variance", Journal of the American Statistical Association 32 (1937),
           675-701.
    .. [2] J. H. Skillings and G. A. Mack, "On the use of a Friedman-type statistic in balanced and
           unbalanced block designs", Technometrics 23 (1981), 171-177.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> result = ilr.kendall_w_test([[1, 1, 2], [2, 3, 3], [3, 2, 4], [4, 4, 4]])
    >>> round(result.p_value, 4), result.method
    (0.0243, 'exact')
    """
    check_option(missing, MISSING, "missing")
    check_option(method, TEST_METHODS, "method")
    n_resamples = check_chance(n_resamples, rng)
    given = as_ratings(ratings)
    is_incomplete = missing == "pairwise" and np.any(given.n_missing)
    taken = _ordered(given, "kendall_w_test")
    if not is_incomplete:
        taken, _ = complete_only(taken)
    if taken.frequencies.ndim > 1:
        raise ValueError(
            f"`ratings` must be one study, but got a batch of shape {taken.frequencies.shape[:-1]}."
        )
    chance = (n_resamples, rng)
    if is_incomplete:
        return _of_incomplete(taken, given, method, chance)
    effect = kendall_w(given)
    n, m = float(effect.n_units), taken.n_raters
    if taken.clusters is not None:
        return by_interval(effect, 1.0 / m, name="kendall_w_test", null=ORDERS_INDEPENDENT)
    statistic, null = m * (n - 1) * effect.value, None
    if effect.status == "ok":
        null = _null(taken, n, method, chance)
    return _test_result(effect, statistic, n - 1, null, method)


def lin_ccc(ratings: RatingsLike) -> Estimate:
    r"""Estimate Lin's concordance correlation coefficient of the scores.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit, taken as the scale's scores; a unit that not every rater rated is left
        out.

    Returns
    -------
    Estimate
        The coefficient, 1 where all raters give the same scores. Intervals "fisher" (Fisher's z
        with the delta method's error) and, for two raters, "lin" (Lin's, which takes scores as
        normal and correlated) stand beside those of the other coefficients. On grades these two
        cover far less than they say, "lin" 76 % for 95 % on average in a simulation.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If the raters are anonymous or the scale has no order.

    Warns
    -----
    UndefinedEstimateWarning
        If fewer than two units are complete, or all ratings are the same grade. The value is then
        nan.

    See Also
    --------
    cohen_kappa : The same number on complete data, with ``weights="quadratic"``.
    icc : The same idea from mean squares.

    Notes
    -----
    For two raters :math:`2 s_{12} / (s_1^2 + s_2^2 + (\bar x_1 - \bar x_2)^2)` with variances over
    n, as in [1]_; for more, the ratio of the sums over pairs of raters [2]_. Both equal quadratic
    kappa [3]_.

    References
    ----------
    .. [1] L. I. Lin, "A concordance correlation coefficient to evaluate reproducibility",
           Biometrics 45 (1989), 255-268; corrections in 56 (2000), 324-325.
    .. [2] H. X. Barnhart, M. Haber and J. Song, "Overall concordance correlation coefficient for
           evaluating agreement among multiple observers", Biometrics 58 (2002), 1020-1027.
    .. [3] J. L. Fleiss and J. Cohen, "The equivalence of weighted kappa and the intraclass
           correlation coefficient as measures of reliability", Educational and Psychological
           Measurement 33 (1973), 613-619.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ccc = ilr.lin_ccc([[9, 8], [6, 2], [8, 8], [7, 6], [10, 9], [6, 7]])
    >>> round(ccc.value, 4)
    0.6053
    """
    given = as_ratings(ratings)
    taken, notes = _ordered_and_complete(given, "lin_ccc")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedEstimateWarning)
        kappa = conger_kappa(taken, weights=squared_gaps(taken))
    reason = kappa.reason and (why_incomplete(study_of(taken, "quadratic"), given) or kappa.reason)
    why = why_of(taken, reason, given=given)
    if reason:
        warn_undefined("Lin's concordance", why)
    score = dict(kappa.methods)["score"]
    extra: tuple[Method, ...] = (fisher_method(score),)
    if taken.n_raters == 2 and taken.clusters is None:
        extra = (*extra, _normal_method(taken, score))
    return replace(
        kappa,
        name="lin_ccc",
        label="Lin's concordance",
        weights="",
        methods_source=(*kappa.methods, *extra),
        notes=tuple(dict.fromkeys((*kappa.notes, *notes))),
        n_missing=given.n_missing,
        reason=reason,
        why=why,
    )


def _pairwise(given: Ratings) -> Estimate:
    """Estimate W of raters who are compared two by two."""
    taken = _ordered(given, "kendall_w")
    study = study_of(taken, "identity")
    found = concordance_of_pairs(taken)
    reason, why = ("", "") if study.is_batch else (why_undefined(study), "")
    if not study.is_batch and not reason and np.isnan(found.value):
        reason, why = _no_pairs(taken)
    value = where_known(study, found.value)
    # of a batch, only a study with a rating missing may lie below 0
    m, least = found.ratings_per_unit, np.where(np.asarray(taken.n_missing) > 0, -1.0, 0.0)[()]
    methods = rescaled_methods(
        keyed(_correlation_of, m=m),
        keyed(_concordance_of, m=m, least=least),
        keyed(_correlation_slope, m=m),
        expected=found.expected,
    )
    return build_estimate(
        taken,
        Title(name="kendall_w", label=KENDALL_BY_PAIRS),
        Value(
            value=value,
            influence=keyed(_pair_influence, taken) if study.is_batch else found.influence(),
            observed=value,
            expected=np.zeros(np.shape(value)),
            reason=reason,
            why=why or why_of(taken, reason, enters=taken.table.paired, given=given),
        ),
        Basis(n_units=study.n_paired, enters=taken.table.paired),
        Offer(methods=methods, within=(least, 1.0)),
        notes=unpaired_note(taken),
        limits=ONLY_THE_ORDER,
    )


def _ordered(ratings: RatingsLike, name: str) -> Ratings:
    taken = known_raters(ratings, name)
    if not taken.scale.ordered:
        raise ValueError(f"{name} needs an ordered scale, but `ratings` has none.")
    return taken


def _ordered_and_complete(ratings: RatingsLike, name: str) -> tuple[Ratings, tuple[str, ...]]:
    return complete_only(_ordered(ratings, name))


def _no_pairs(ratings: Ratings) -> tuple[str, str]:
    """Say why no two raters can be compared; "" where that is said elsewhere."""
    if lone_grade(ratings, ratings.table.paired):
        return "no_variation", ""
    given = (patterns_of(ratings) >= 0).astype(np.float64)
    shared = (given * ratings.frequencies[:, None]).T @ given
    if not (np.triu(shared, 1) > 1).any():
        return "no_pairable_units", FEW_SHARED
    return "no_order", NONE_TOLD_APART


def _pair_influence(ratings: Ratings) -> FloatArray:
    """Return the influences in each study of a batch."""
    return concordance_of_pairs(ratings).influence()


def _rank_influence(ratings: Ratings) -> FloatArray:
    """Return the influences in each study of a batch."""
    return MidRanks(ratings, ratings.frequencies.astype(np.float64, copy=False)).influence()


def _correlation_of(concordance: FloatArray, *, m: Any) -> FloatArray:
    """Return the raters' average rank correlation, which behaves like quadratic kappa."""
    correlation: FloatArray = (m * concordance - 1.0) / np.maximum(m - 1, 1)
    return correlation


def _concordance_of(correlation: FloatArray, *, m: Any, least: float = 0.0) -> FloatArray:
    concordance: FloatArray = np.maximum((1.0 + (m - 1) * correlation) / m, least)
    return concordance


def _correlation_slope(concordance: FloatArray, *, m: Any) -> FloatArray:
    return np.full(np.shape(concordance), m / np.maximum(m - 1, 1))


def _null(ratings: Ratings, n: float, method: str, chance: tuple[int, Any]) -> Null:
    """Judge the sums of ranks where each rater deals ranks to units at random, as Friedman did."""
    m = ratings.n_raters
    if method == "asymptotic" or not draws_at_all(m, n):
        return ChiSquare(n - 1)
    check_whole(ratings, "ratings")
    ranks = MidRanks(ratings, ratings.frequencies.astype(np.float64)).by_rater.T[:, :, None]
    times = (ratings.frequencies * ratings.table.rated).astype(np.int64)
    dealt = np.repeat(ranks, times, axis=1)
    return reordered(dealt, np.ones(m, dtype=np.int64), method, *chance).null


def _of_incomplete(
    taken: Ratings, given: Ratings, method: TestMethod, chance: tuple[int, Any]
) -> SignificanceResult:
    """Test raters who did not all rate all units; there may be a test where there is no W."""
    if taken.clusters is not None:
        effect, k = _pairwise(given), concordance_of_pairs(taken).ratings_per_unit
        return by_interval(effect, 1.0 / float(k), name="kendall_w_test", null=ORDERS_INDEPENDENT)
    with left_unsaid():
        effect = _pairwise(given)
    statistic, df, null = incomplete_test(taken, method, chance)
    if null is None:
        warn_undefined(KENDALL_BY_PAIRS, effect.why)
    found = _test_result(effect, statistic, df, null, method)
    notes = tuple(dict.fromkeys((*found.notes, BY_SKILLINGS_AND_MACK)))
    if null is None or effect.status == "ok":
        return replace(found, notes=notes)
    said = without_w(effect.why)
    return replace(found, effect=None, status="ok", reason="", why="", notes=(*notes, said))


def _test_result(
    effect: Estimate, statistic: float, df: float, null: Null | None, asked: str
) -> SignificanceResult:
    return SignificanceResult(
        statistic=statistic,
        df=df,
        p_value=null.reach(statistic) if null else float("nan"),
        method=null.method if null else asked,
        name="kendall_w_test",
        label=KENDALL_TEST,
        null=ORDERS_INDEPENDENT,
        effect=effect,
        n_units=effect.n_units,
        status=effect.status,
        reason=effect.reason,
        why=effect.why,
        notes=(*effect.notes, *(_method_notes(asked, null.kind) if null else ())),
        limits=effect.limits,
    )


def _method_notes(asked: str, used: str) -> tuple[str, ...]:
    if used != "asymptotic":
        return ()
    return (ROUGH_CHI_SQUARE,) if asked == used else (CHI_SQUARE_INSTEAD, ROUGH_CHI_SQUARE)


def _normal_method(ratings: Ratings, score: Keyed) -> Method:
    """Return Lin's method with the correlation and shift of two raters."""
    scores = usable_scores(ratings.scale)[patterns_of(ratings)].T
    weights = ratings.frequencies * ratings.table.paired
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        n = weights.sum(axis=-1)[..., None]
        means = [weights @ each[:, None] / n for each in scores]
        x, y = (each - mean for each, mean in zip(scores, means, strict=True))
        shares = weights / n
        squares = [np.vecdot(shares, each**2) for each in (x, y)]
        spread = np.sqrt(squares[0] * squares[1])
        correlation = np.vecdot(shares, x * y) / spread
        shift = (means[0] - means[1])[..., 0] / np.sqrt(spread)
        # what Lin calls the bias correction: the concordance over the correlation
        bias = 2.0 / ((squares[0] + squares[1]) / spread + shift**2)
    return "lin", keyed(_lin, correlation=correlation, shift=shift, bias=bias, score=score)


def _lin(
    estimate: Estimate,
    confidence_level: float,
    *,
    correlation: FloatArray,
    shift: FloatArray,
    bias: FloatArray,
    score: Keyed,
) -> Limits:
    """Return Lin's limits of Fisher's z, for normal scores (equation 2.5 of his paper)."""
    c, r, u = np.asarray(estimate.value), correlation, shift
    with np.errstate(invalid="ignore", divide="ignore"):
        # by the ratio of the two, which has a value where both are next to nothing
        room = 1 - c**2
        z = (1 - r**2) * bias**2 / room + 2 * c**2 * bias * (1 - c) * u**2 / room**2
        z = z - c**2 * bias**2 * u**4 / (2 * room**2)
        error = np.sqrt(np.maximum(z, 0.0) / np.maximum(estimate.n_units - 2, 1))
        half = special.ndtri((1 + confidence_level) / 2) * error
        found = np.tanh(np.arctanh(c) - half), np.tanh(np.arctanh(c) + half)
    gone = ~(np.isfinite(r) & (np.abs(c) < 1))
    if not gone.any():
        return found
    return instead(found, score(estimate, confidence_level), gone, "score", NO_LIN)
