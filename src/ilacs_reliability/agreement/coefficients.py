"""Coefficients that compare the observed agreement with what chance would give."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import TypeAlias

import numpy as np

from ilacs_reliability._checks.containers import read_only
from ilacs_reliability._data.marks import by_counts, by_sums
from ilacs_reliability._data.ratings import Ratings, RatingsLike, as_ratings
from ilacs_reliability._data.scales import FloatArray, Weights
from ilacs_reliability._data.wide import Credit, SparseRows, beside, given_rows
from ilacs_reliability._inference.two_by_two import Form
from ilacs_reliability._results.estimates import Estimate, Method
from ilacs_reliability._results.ingredients import Basis, Offer, Title, Value
from ilacs_reliability._results.keyed import Keyed, keyed
from ilacs_reliability.agreement.formulas import build_estimate
from ilacs_reliability.agreement.likelihood_limits import likelihood_methods, offers_likelihood
from ilacs_reliability.agreement.ranges import range_of
from ilacs_reliability.agreement.reasons import lone_grade
from ilacs_reliability.agreement.studies import (
    Origin,
    Study,
    coefficient_methods,
    counts_units,
    n_paired_ratings,
    proportion_methods,
    study_of,
    unpaired_note,
    why_undefined,
)
from ilacs_reliability.agreement.table_limits import enumerated_methods
from ilacs_reliability.agreement.titles import with_weights

# chance agreement of a study, and its influence where that is asked for
ChanceRule: TypeAlias = Callable[[Study, bool], tuple[FloatArray, FloatArray | None]]

# chance agreement this close to 1 leaves nothing to be above
LEAST_ROOM = 1e-13
TINY = 1e-300


@by_counts
@by_sums
def percent_agreement(ratings: RatingsLike, *, weights: Weights = "identity") -> Estimate:
    r"""Estimate how often two raters of the same unit agree.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing.
    weights : str or array_like of float, shape (n_grades, n_grades), optional
        Credit for each pair of grades, as from `agreement_weights`. Default: exact agreement only.

    Returns
    -------
    Estimate
        Average credit of a pair of ratings of the same unit, 0 to 1. For two ratings a unit and
        credit of 0 or 1, as for exact agreement or `tolerance_weights`, the interval is Clopper and
        Pearson's; "wilson", "jeffreys" and "midp" are offered too.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If the ratings are not units by raters, or `weights` does not fit the scale.

    Warns
    -----
    UndefinedEstimateWarning
        If no unit has two ratings. The value is then nan.

    See Also
    --------
    gwet_ac : The same, less the agreement that chance would give.

    Notes
    -----
    Units with fewer than two ratings do not enter. Each unit counts once, however many raters it
    had [1]_.

    References
    ----------
    .. [1] K. L. Gwet, "Computing inter-rater reliability and its variance in the presence of high
           agreement", British Journal of Mathematical and Statistical Psychology 61 (2008), 29-48.

    Examples
    --------
    Two inspectors in 24 schools, 22 of them judged alike:

    >>> import ilacs_reliability as ilr
    >>> table = ilr.ratings_from_table([[20, 1], [1, 2]], scale=ilr.Scale(["good", "convert"]))
    >>> agreement = ilr.percent_agreement(table)
    >>> round(agreement.value, 4)
    0.9167
    >>> agreement.confidence_interval()
    Interval(0.7300, 0.9897, 95% clopper_pearson)

    Agreement within one grade, with its exact interval:

    >>> near = ilr.tolerance_weights(ilr.OFSTED_SCALE, within=1)
    >>> grades = ilr.ratings_from_codes([[2, 2], [1, 2], [3, 1], [3, 3]], scale=ilr.OFSTED_SCALE)
    >>> ilr.percent_agreement(grades, weights=near)
    Estimate(percent_agreement = 0.7500, n_units=4, 95% clopper_pearson 0.1941 to 0.9937)
    """
    study, kind = _study(ratings, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = study.agreement
    influence: FloatArray | Keyed = (
        keyed(_agreement_pull, study.ratings, study.asked)
        if study.is_batch
        else _agreement_influence(study)
    )
    methods = AGREEMENT_METHODS[offers_likelihood(study.ratings)]
    if counts_units(study) and study.ratings.clusters is None:
        methods = (*proportion_methods(), *methods)
    reason = "" if study.is_batch or study.n_paired else why_undefined(study)
    ratings = study.ratings
    return build_estimate(
        ratings,
        Title("percent_agreement", with_weights("percent agreement", kind), kind),
        Value(value, influence, value, 0.0, reason),
        Basis(study.n_paired, n_paired_ratings(ratings), enters=ratings.table.paired),
        Offer(methods, RANGE, study.origin),
        notes=unpaired_note(ratings),
    )


@by_counts
@by_sums
def brennan_prediger(ratings: RatingsLike, *, weights: Weights = "identity") -> Estimate:
    r"""Estimate Brennan and Prediger's coefficient: chance picks each grade alike.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing. Grades that nobody used count, so declare
        the scale.
    weights : str or array_like of float, shape (n_grades, n_grades), optional
        Credit for each pair of grades, as from `agreement_weights`. Default: exact agreement only.

    Returns
    -------
    Estimate
        The coefficient, 1 for perfect agreement, 0 for agreement by uniform chance.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If the ratings are not units by raters, or `weights` does not fit the scale.

    Warns
    -----
    UndefinedEstimateWarning
        If fewer than two units have two ratings, or the scale has one grade. The value is then nan.

    See Also
    --------
    gwet_ac : Chance agreement from the grades' shares.

    Notes
    -----
    :math:`(p_a - p_e) / (1 - p_e)` with :math:`p_e = \sum_{kl} w_{kl} / q^2` [1]_. With exact
    agreement it is also known as S, as PABAK for two grades, and as Randolph's kappa.

    References
    ----------
    .. [1] R. L. Brennan and D. J. Prediger, "Coefficient kappa: some uses, misuses, and
           alternatives", Educational and Psychological Measurement 41 (1981), 687-699.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> round(ilr.brennan_prediger([[1, 1], [2, 2], [1, 2], [2, 2]]).value, 4)
    0.5
    """
    study, kind = _study(ratings, weights)
    return _corrected(study, _uniform_chance, "brennan_prediger", "Brennan-Prediger", kind)


@by_counts
@by_sums
def gwet_ac(ratings: RatingsLike, *, weights: Weights = "identity") -> Estimate:
    r"""Estimate Gwet's AC1, or AC2 with weights.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing. Grades that nobody used count, so declare
        the scale.
    weights : str or array_like of float, shape (n_grades, n_grades), optional
        Credit for each pair of grades, as from `agreement_weights`. Default: exact agreement only.

    Returns
    -------
    Estimate
        The coefficient, 1 for perfect agreement. It stays high where one grade is much more
        frequent than the others.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If the ratings are not units by raters, or `weights` does not fit the scale.

    Warns
    -----
    UndefinedEstimateWarning
        If fewer than two units have two ratings, or the scale has one grade. The value is then nan.

    See Also
    --------
    fleiss_kappa : Chance agreement in which a frequent grade is agreed upon more often.

    Notes
    -----
    :math:`(p_a - p_e) / (1 - p_e)` with :math:`p_e = \frac{\sum_{kl} w_{kl}}{q (q - 1)} \sum_k
    \pi_k (1 - \pi_k)`, where :math:`\pi_k` averages the grade's share over rated units [1]_.
    The standard error linearises the ratio that `p_a` is: where units have a single rating it is
    smaller than irrCAC's and agrees with the jackknife; on complete data the two are equal.

    References
    ----------
    .. [1] K. L. Gwet, "Computing inter-rater reliability and its variance in the presence of high
           agreement", British Journal of Mathematical and Statistical Psychology 61 (2008), 29-48.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
    >>> ratings = ilr.ratings_from_table(table, scale=ilr.Scale(["ectopic", "AIU", "NIU"]))
    >>> round(ilr.gwet_ac(ratings).value, 7)
    0.8493305
    """
    study, kind = _study(ratings, weights)
    return _corrected(study, _gwet_chance, "gwet_ac", "Gwet's AC", kind)


@by_counts
@by_sums
def fleiss_kappa(ratings: RatingsLike, *, weights: Weights = "identity") -> Estimate:
    r"""Estimate Fleiss' kappa for any number of raters, who need not be the same for each unit.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing.
    weights : str or array_like of float, shape (n_grades, n_grades), optional
        Credit for each pair of grades, as from `agreement_weights`. Default: exact agreement only.

    Returns
    -------
    Estimate
        The coefficient, 1 for perfect agreement, 0 for agreement by chance.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If the ratings are not units by raters, or `weights` does not fit the scale.

    Warns
    -----
    UndefinedEstimateWarning
        If fewer than two units have two ratings, or every rating is the same grade. The value is
        then nan.

    See Also
    --------
    scott_pi : The same for two raters.
    conger_kappa : Chance agreement from each rater's own shares.
    krippendorff_alpha : The same idea with a correction for few ratings.

    Notes
    -----
    :math:`(p_a - p_e) / (1 - p_e)` with :math:`p_e = \sum_{kl} w_{kl} \pi_k \pi_l` [1]_; where
    ratings are missing, agreement is over units with two or more and :math:`\pi` over all rated
    units, as in [2]_. The standard error is for generalising to more units, not Fleiss' own, which
    holds under the hypothesis of no agreement.

    References
    ----------
    .. [1] J. L. Fleiss, "Measuring nominal scale agreement among many raters", Psychological
           Bulletin 76 (1971), 378-382.
    .. [2] K. L. Gwet, "Handbook of Inter-Rater Reliability", 4th ed., Advanced Analytics (2014),
           chapter 2.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> counts = [[6, 0], [4, 2], [0, 6], [1, 5]]
    >>> ratings = ilr.ratings_from_counts(counts, scale=ilr.Scale(["no", "yes"]))
    >>> round(ilr.fleiss_kappa(ratings).value, 4)
    0.5636
    """
    study, kind = _study(ratings, weights)
    return _corrected(study, _pooled_chance, "fleiss_kappa", "Fleiss' kappa", kind)


@by_counts
@by_sums
def scott_pi(ratings: RatingsLike, *, weights: Weights = "identity") -> Estimate:
    r"""Estimate Scott's pi for two raters.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, 2)
        Grades of each unit by the two raters; nan where one is missing.
    weights : str or array_like of float, shape (n_grades, n_grades), optional
        Credit for each pair of grades, as from `agreement_weights`. Default: exact agreement only.

    Returns
    -------
    Estimate
        Pi, 1 for perfect agreement, 0 for agreement by chance.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If there are not exactly two raters, or `weights` does not fit the scale.

    Warns
    -----
    UndefinedEstimateWarning
        If fewer than two units have two ratings, or every rating is the same grade. The value is
        then nan.

    See Also
    --------
    fleiss_kappa : The same for any number of raters.
    cohen_kappa : Chance agreement from each rater's own shares.

    Notes
    -----
    :math:`(p_a - p_e) / (1 - p_e)`, where :math:`p_e` uses the grades' shares over both
    raters [1]_.

    References
    ----------
    .. [1] W. A. Scott, "Reliability of content analysis: the case of nominal scale coding", Public
           Opinion Quarterly 19 (1955), 321-325.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.scott_pi([[0, 0], [1, 1], [1, 1]]).value
    1.0
    """
    study, kind = _study(ratings, weights)
    _two_raters(study.ratings, "scott_pi", "fleiss_kappa")
    return _corrected(study, _pooled_chance, "scott_pi", "Scott's pi", kind)


@by_sums
def cohen_kappa(ratings: RatingsLike, *, weights: Weights = "identity") -> Estimate:
    r"""Estimate Cohen's kappa for two raters.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, 2)
        Grades of each unit by the two raters; nan where one is missing.
    weights : str or array_like of float, shape (n_grades, n_grades), optional
        Credit for each pair of grades, as from `agreement_weights`. Default: exact agreement only.

    Returns
    -------
    Estimate
        Kappa, 1 for perfect agreement, 0 for agreement by chance.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If there are not exactly two raters, the raters are anonymous, or `weights` does not fit the
        scale.

    Warns
    -----
    UndefinedEstimateWarning
        If fewer than two units have two ratings, or both raters gave one and the same grade only.
        The value is then nan.

    See Also
    --------
    conger_kappa : The same for any number of raters.
    scott_pi : Chance agreement from both raters together.

    Notes
    -----
    :math:`(p_a - p_e) / (1 - p_e)` with :math:`p_e = \sum_{kl} w_{kl} p_{k \cdot} p_{\cdot l}`
    [1]_, [2]_. The standard error is the delta method's, of [3]_ with n - 1 for n.

    References
    ----------
    .. [1] J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
           Measurement 20 (1960), 37-46.
    .. [2] J. Cohen, "Weighted kappa", Psychological Bulletin 70 (1968), 213-220.
    .. [3] J. L. Fleiss, J. Cohen and B. S. Everitt, "Large sample standard errors of kappa and
           weighted kappa", Psychological Bulletin 72 (1969), 323-327.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
    >>> ratings = ilr.ratings_from_table(table, scale=ilr.Scale(["A", "B", "C"]))
    >>> round(ilr.cohen_kappa(ratings).value, 6)
    0.491525
    """
    study, kind = _study(ratings, weights)
    _two_raters(study.ratings, "cohen_kappa", "conger_kappa")
    _known_raters(study.ratings, "cohen_kappa")
    return _corrected(study, _conger_chance, "cohen_kappa", "Cohen's kappa", kind)


@by_sums
def conger_kappa(ratings: RatingsLike, *, weights: Weights = "identity") -> Estimate:
    r"""Estimate Conger's kappa: Cohen's for any number of raters.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing.
    weights : str or array_like of float, shape (n_grades, n_grades), optional
        Credit for each pair of grades, as from `agreement_weights`. Default: exact agreement only.

    Returns
    -------
    Estimate
        Kappa, 1 for perfect agreement, 0 for agreement by chance.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If the raters are anonymous, or `weights` does not fit the scale.

    Warns
    -----
    UndefinedEstimateWarning
        If fewer than two units have two ratings, or every rating is the same grade. The value is
        then nan.

    See Also
    --------
    cohen_kappa : The same for two raters.
    fleiss_kappa : Chance agreement from all raters together.

    Notes
    -----
    :math:`p_e` averages :math:`\sum_{kl} w_{kl} p_{gk} p_{hl}` over pairs of raters g, h, each
    with the shares over the units it rated [1]_, [2]_. A rater who rated nothing is left out.

    References
    ----------
    .. [1] A. J. Conger, "Integration and generalization of kappas for multiple raters",
           Psychological Bulletin 88 (1980), 322-328.
    .. [2] K. L. Gwet, "Handbook of Inter-Rater Reliability", 4th ed., Advanced Analytics (2014),
           chapter 2.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> round(ilr.conger_kappa([[1, 1, 2], [2, 2, 2], [1, 1, 1], [2, 1, 2]]).value, 4)
    0.3846
    """
    study, kind = _study(ratings, weights)
    _known_raters(study.ratings, "conger_kappa")
    return _corrected(study, _conger_chance, "conger_kappa", "Conger's kappa", kind)


def _study(ratings: RatingsLike, weights: Weights) -> tuple[Study, str]:
    study = study_of(as_ratings(ratings), weights)
    return study, weights if isinstance(weights, str) else "custom"


def _corrected(study: Study, rule: ChanceRule, name: str, label: str, kind: str) -> Estimate:
    is_batch = study.is_batch
    reason = "" if is_batch else why_undefined(study)
    influence: FloatArray | Keyed
    # two units with two ratings leave nothing to divide by zero but the room that chance leaves
    may_divide = is_batch or reason
    with np.errstate(invalid="ignore", divide="ignore") if may_divide else nullcontext():
        observed = study.agreement
        expected, slope = rule(study, not is_batch)
        room = 1.0 - expected
        if is_batch:
            # as for a single study: no chance is left, or a single unit
            enough = (room > LEAST_ROOM) & (study.n_paired > 1)
            value = np.where(enough, (observed - expected) / room, np.nan)
            influence = keyed(_corrected_influence, study.ratings, study.asked, keyed(rule))
        elif not reason and room > LEAST_ROOM:
            value = (observed - expected) / room
            influence = _chain(study, observed, expected, slope)
        else:
            reason = reason or ("no_variation" if lone_grade(study.ratings) else "full_credit")
            value, influence = np.array(np.nan), np.full(study.credit.shape, np.nan)
    return build_estimate(
        study.ratings,
        Title(name, with_weights(label, kind), kind),
        Value(value, influence, observed, expected, reason),
        Basis(study.n_rated),
        Offer(OFFERED[rule], RANGE, study.origin),
    )


def _offered(estimate: Estimate, rule: str) -> tuple[Method, ...]:
    """Return the intervals of a chance-corrected coefficient, when they are asked for."""
    study = study_of(estimate.origin.ratings, estimate.origin.weights)
    methods = METHODS[rule, offers_likelihood(study.ratings)]
    return enumerated_methods(study, methods, FORMS[rule])


def _curve(origin: Origin, study: Study, *, rule: ChanceRule) -> tuple[FloatArray, FloatArray]:
    expected, slope = rule(study, True)
    observed = study.agreement
    value: FloatArray = (observed - expected) / (1.0 - expected)
    return value, _chain(study, observed, expected, slope)


def _corrected_influence(ratings: Ratings, weights: Weights, rule: ChanceRule) -> FloatArray:
    study = study_of(ratings, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        expected, slope = rule(study, True)
        return _chain(study, study.agreement, expected, slope)


def _chain(
    study: Study, observed: FloatArray, expected: FloatArray, slope: FloatArray | None
) -> FloatArray:
    """Combine the influences on observed and on chance agreement."""
    room = 1.0 - expected
    influence: FloatArray = study.pull * (study.n_rated / study.n_paired / room)[..., None]
    if slope is not None:
        influence -= ((1.0 - observed) / room**2)[..., None] * slope
    return influence


def _agreement_curve(origin: Origin, study: Study) -> tuple[FloatArray, FloatArray]:
    return study.agreement, study.pull


def _agreement_pull(ratings: Ratings, weights: Weights) -> FloatArray:
    return _agreement_influence(study_of(ratings, weights))


def _agreement_influence(study: Study) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return study.pull


def _uniform_chance(study: Study, with_influence: bool) -> tuple[FloatArray, None]:
    # the same for each study of a batch
    return study.weights.sum() / len(study.weights) ** 2 + 0.0 * study.n_rated, None


def _gwet_chance(study: Study, with_influence: bool) -> tuple[FloatArray, FloatArray | None]:
    q = len(study.weights)
    # one grade leaves no other to disagree on: chance agreement is certain
    scale = study.weights.sum() / (q * (q - 1)) if q > 1 else np.nan
    margins = study.margins
    expected = scale * np.vecdot(margins, 1.0 - margins)
    if not with_influence:
        return expected, None
    table, slope = study.ratings.table, scale * (1.0 - 2.0 * margins)
    centre = np.vecdot(margins, slope)[..., None]
    return expected, slope @ table.shares.T - centre * table.rated


def _pooled_chance(study: Study, with_influence: bool) -> tuple[FloatArray, FloatArray | None]:
    margins = study.margins
    slope = margins @ study.weights
    expected = np.vecdot(margins, slope)
    if not with_influence:
        return expected, None
    table = study.ratings.table
    # a unit's chance part counts twice: it moves both margins
    return expected, 2.0 * (slope @ table.shares.T - expected[..., None] * table.rated)


def _conger_chance(study: Study, with_influence: bool) -> tuple[FloatArray, FloatArray | None]:
    if isinstance(study.weights, Credit) and study.weights.gaps.rule == "quadratic":
        return _squared_chance(study, study.weights.gaps.places, with_influence)
    columns = study.ratings.derived("rater columns", _rater_columns, of_patterns=True)
    q, m = len(study.weights), study.ratings.n_raters
    sums = study.frequencies @ columns
    n_by = np.maximum(sums[..., :m], TINY)
    heard = n_by > TINY
    active = heard.sum(axis=-1)
    pairs = np.maximum(active * (active - 1), 1)
    margins = sums[..., m:].reshape(*n_by.shape, q) / n_by[..., None]
    flat = margins.reshape(*n_by.shape[:-1], m * q)
    # many short rows: one product and one einsum take a fifth of what a product and sum of each do
    everyone = np.einsum("...gk->...k", margins)
    credit, own = everyone @ study.weights, (margins.reshape(-1, q) @ study.weights)
    expected = (np.vecdot(everyone, credit) - np.vecdot(flat, own.reshape(flat.shape))) / pairs
    if not with_influence:
        return expected, None
    slope = credit[..., None, :] - own.reshape(margins.shape)
    # a rater who graded nobody has no pull
    per_pair = (study.n_rated / pairs)[..., None]
    scale = np.where(heard, 2.0 * per_pair / np.maximum(n_by, 1e-9), 0.0)
    by_grade = (slope * scale[..., None]).reshape(flat.shape)
    given, gave = columns[:, :m], columns[:, m:]
    return expected, by_grade @ gave.T - (np.vecdot(margins, slope) * scale) @ given.T


def _squared_chance(
    study: Study, places: FloatArray, with_influence: bool
) -> tuple[FloatArray, FloatArray | None]:
    """Return the same where credit is 1 less a squared gap, by each rater's first two moments.

    Of thousands of grades no margins are held: the mean squared gap of two raters is the sum of
    their mean squares less twice the product of their means.
    """
    patterns = np.asarray(study.ratings.patterns)
    given = (patterns >= 0).astype(np.float64)
    x = places[np.maximum(patterns, 0)] * given
    columns, m = np.hstack([given, x, x**2]), given.shape[1]
    sums = study.frequencies @ columns
    n_by = sums[..., :m]
    active = n_by > TINY
    others = active.sum(axis=-1, keepdims=True) - 1.0
    pairs = np.maximum(others * (others + 1.0), 1.0)
    per = np.where(active, 1.0 / np.where(active, n_by, 1.0), 0.0)
    mean, square = sums[..., m : 2 * m] * per, sums[..., 2 * m :] * per
    means, squares = (part.sum(axis=-1, keepdims=True) for part in (mean, square))
    apart = 2.0 * (others * squares - means**2 + (mean**2).sum(axis=-1, keepdims=True))
    expected = np.where(others > 0, 1.0 - apart / pairs, 0.0)[..., 0]
    if not with_influence:
        return expected, None
    # a rating's pull, less that of all ratings of its rater
    lean = 2.0 * (means - mean)
    centred = others * square - lean * mean
    scale = 2.0 * study.n_rated[..., None] / pairs * per
    by_moment = np.concatenate([scale * centred, scale * lean, -scale * others], axis=-1)
    return expected, by_moment @ columns.T


def _methods(curve: Keyed, *, known: bool, offered: bool, pairs_only: bool) -> tuple[Method, ...]:
    methods = coefficient_methods(chance_is_known=known)
    return (*methods, *likelihood_methods(curve, pairs_only=pairs_only)) if offered else methods


RANGE = keyed(range_of)
AGREEMENT_METHODS = {
    offered: _methods(keyed(_agreement_curve), known=True, offered=offered, pairs_only=True)
    for offered in (True, False)
}
RULES: tuple[ChanceRule, ...] = (_uniform_chance, _gwet_chance, _pooled_chance, _conger_chance)
# by the rule of chance, and whether patterns are few enough for the likelihood
METHODS: dict[tuple[str, bool], tuple[Method, ...]] = {
    (rule.__name__, offered): _methods(
        keyed(_curve, rule=keyed(rule)),
        known=rule is _uniform_chance,
        offered=offered,
        pairs_only=False,
    )
    for rule in RULES
    for offered in (True, False)
}
OFFERED = {rule: keyed(_offered, rule=rule.__name__) for rule in RULES}


def _rater_columns(ratings: Ratings) -> FloatArray | SparseRows:
    """Return 1 where each rater gave any grade, then where each gave each grade."""
    patterns = ratings.patterns
    if patterns is None:
        raise ValueError("`ratings` holds counts by anonymous raters.")
    (n, m), q = patterns.shape, len(ratings.scale)
    if ratings.table.is_wide:
        return beside(patterns >= 0, given_rows(patterns, q))
    columns = np.empty((n, m + m * q))
    columns[:, :m] = patterns >= 0
    columns[:, m:] = (patterns[:, :, None] == np.arange(q)).reshape(n, m * q)
    return read_only(columns)


def _two_raters(ratings: Ratings, name: str, other: str) -> None:
    if ratings.n_raters != 2:
        turned = ""
        alone = ratings.patterns is not None and ratings.frequencies.ndim == 1
        if alone and ratings.n_raters > 2 and ratings.n_units == 2:
            turned = " Rows are units and columns raters: is the table transposed?"
        raise ValueError(
            f"{name} is for two raters, but `ratings` has {ratings.n_raters}; use {other}.{turned}"
        )


def _known_raters(ratings: Ratings, name: str) -> None:
    if ratings.patterns is None:
        raise ValueError(
            f"{name} needs to know who gave each rating, but `ratings` holds counts by anonymous "
            "raters; use fleiss_kappa."
        )


def _uniform_form(study: Study, credit: float) -> Form:
    room = 1.0 - float(study.weights.sum()) / len(study.weights) ** 2
    return Form(room / (2.0 * (1.0 - credit)), 0.0, 0.0)


def _gwet_form(study: Study, credit: float) -> Form:
    q = len(study.weights)
    scale = float(study.weights.sum()) / (q * (q - 1))
    return Form(1.0 / (2.0 * (1.0 - credit)), -scale / (1.0 - credit), 0.0)


# the same coefficients of two grades, where all units have two ratings
FORMS: dict[str, Callable[[Study, float], Form]] = {
    "_uniform_chance": _uniform_form,
    "_gwet_chance": _gwet_form,
    "_pooled_chance": lambda study, credit: Form(0.0, 1.0, 0.0),
    "_conger_chance": lambda study, credit: Form(0.0, 1.0, 1.0),
}
