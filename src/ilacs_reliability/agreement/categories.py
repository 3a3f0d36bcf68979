"""Agreement by grade and by unit, and what the margins alone allow."""

from __future__ import annotations

import warnings
from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ilacs_reliability._data.ratings import Ratings, RatingsLike, as_ratings
from ilacs_reliability._data.scales import FloatArray, Weights
from ilacs_reliability._results.estimates import Estimate, Method
from ilacs_reliability._results.influences import n_clusters
from ilacs_reliability._results.ingredients import Basis, Offer, Title, Value
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.listing import Estimates, Listing
from ilacs_reliability._results.records import plain
from ilacs_reliability._results.undefined import UndefinedEstimateWarning
from ilacs_reliability.agreement.coefficients import brennan_prediger
from ilacs_reliability.agreement.formulas import (
    build_estimate,
    complete_only,
    known_raters,
    only_patterns,
    patterns_of,
    smooth_parts,
)
from ilacs_reliability.agreement.margin_limits import affordable_limits, margin_limits
from ilacs_reliability.agreement.reasons import why_of
from ilacs_reliability.agreement.rescaled import rescaled_methods, rescaled_proportion_methods
from ilacs_reliability.agreement.spoken_notes import NO_MARGINS, all_agree, unused_note
from ilacs_reliability.agreement.studies import (
    Study,
    check_cells,
    check_each_grade,
    coefficient_methods,
    n_paired_ratings,
    study_of,
    where_known,
    why_undefined,
)
from ilacs_reliability.agreement.titles import (
    HOW_MUCH_THEY_AGREE,
    LARGEST_KAPPA,
    ONLY_THE_MARGINS,
    index_of,
    on_grade,
)

# of agreement by which units are ranked
DIGITS = 12


def specific_agreement(ratings: RatingsLike) -> Estimates:
    r"""Estimate, for each grade, how often another rater gives it too.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing.

    Returns
    -------
    Estimates
        A share for each grade of the scale, 0 to 1. A grade that nobody gave has status
        "undefined", without a warning.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If the ratings are not units by raters, or the grades are too many for an entry each.

    See Also
    --------
    percent_agreement : Over all grades.

    Notes
    -----
    :math:`\sum_i n_{ik} (n_{ik} - 1) / \sum_i n_{ik} (r_i - 1)` for grade :math:`k`: of
    all pairs of ratings with one of grade :math:`k`, the share with two, each rating in turn [2]_.
    For two raters and two grades these are the positive and negative agreement of [1]_.

    For two raters it is :math:`2 q / (1 + q)`, with :math:`q` the share of the units with the grade
    that have it twice, so that the default interval is that of Clopper and Pearson for :math:`q`,
    which never covers less than it says. With more raters, or clusters, it is "score", on the same
    scale for their number, and no narrower than mid-p limits of as many units where it is 0 or 1.
    Over all studies of 12 to 40 units by three to five raters, of grades as rare as 1 %, 95 %
    intervals covered 96 % at worst ("score" alone 81 %); "t", "wald" and "logit" fell to 78 % in a
    simulation. A grade that few units have says little about how well raters agree on it.

    References
    ----------
    .. [1] D. V. Cicchetti and A. R. Feinstein, "High agreement but low kappa: II. Resolving the
           paradoxes", Journal of Clinical Epidemiology 43 (1990), 551-558.
    .. [2] J. L. Fleiss, "Measuring nominal scale agreement among many raters", Psychological
           Bulletin 76 (1971), 378-382.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = ilr.ratings_from_table([[2, 1], [1, 20]], scale=ilr.Scale(["convert", "good"]))
    >>> {grade: round(share.value, 4) for grade, share in ilr.specific_agreement(table).items()}
    {'convert': 0.6667, 'good': 0.9524}
    """
    taken = as_ratings(ratings)
    check_each_grade(taken, "specific_agreement")
    grades = enumerate(taken.scale.labels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedEstimateWarning)
        entries = {label: _specific(taken, code, label) for code, label in grades}
    return Estimates("specific_agreement", "grade", entries)


def unit_agreement(ratings: RatingsLike, *, weights: Weights = "identity") -> Listing:
    """List how much the raters of each unit agree, by response pattern.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing.
    weights : str or array_like of float, shape (n_grades, n_grades), optional
        Credit for each pair of grades, as from `agreement_weights`. Default: exact agreement only.

    Returns
    -------
    Listing
        A row a pattern, least agreement first: `grades` (by rater, None where missing; or, for
        anonymous raters, each grade as often as it was given), `n_units`, `n_ratings`,
        `agreement`, 0 to 1, None for units with a single rating, and `units`, their names where
        `ratings` has them.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If `weights` does not fit the scale or the ratings are a batch.

    See Also
    --------
    influential_units : Which units move a coefficient most.

    References
    ----------
    .. [1] J. L. Fleiss, "Measuring nominal scale agreement among many raters", Psychological
           Bulletin 76 (1971), 378-382, equation 1.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> listing = ilr.unit_agreement([[1, 1, 2], [2, 2, 2], [2, 2, 2], [1, 2, 3]])
    >>> [(row["grades"], row["n_units"], round(row["agreement"], 3)) for row in listing]
    [([1, 2, 3], 1, 0.0), ([1, 1, 2], 1, 0.333), ([2, 2, 2], 2, 1.0)]
    """
    taken = as_ratings(ratings)
    if taken.frequencies.ndim > 1:
        raise ValueError(
            f"`ratings` must be one study, but got a batch of shape {taken.frequencies.shape[:-1]}."
        )
    study = study_of(taken, weights)
    # a pattern has a row in each cluster that shows it
    by_pattern: dict[tuple[Any, ...], dict[str, Any]] = {}
    for place in np.flatnonzero(taken.frequencies * taken.table.rated):
        grades = pattern_labels(taken, int(place))
        paired = bool(taken.table.paired[place])
        row = by_pattern.setdefault(
            tuple(grades),
            {
                "grades": grades,
                "n_units": 0,
                "n_ratings": int(taken.table.totals[place]),
                "agreement": float(study.credit[place]) if paired else None,
            },
        )
        row["n_units"] += taken.frequencies[place].item()
        if taken.units is not None:
            names = row.setdefault("units", [])
            row["units"] = sorted([*names, *map(plain, taken.units[place])], key=str)
    rows = sorted(by_pattern.values(), key=_by_agreement)
    agreeing = sum(row["n_units"] for row in rows if _rank(row) == 1)
    sentence = all_agree(agreeing, float(study.n_paired))
    return Listing("unit_agreement", tuple(rows), sentence, taken.notes)


def kappa_max(ratings: RatingsLike) -> Estimate:
    r"""Estimate the largest Cohen's kappa that the two raters' margins allow.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, 2)
        Grades of each unit by the two raters; a unit that one of them did not rate is left out.

    Returns
    -------
    Estimate
        The largest kappa, 1 where both raters used each grade equally often.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If there are not exactly two known raters, or there are many thousands of grades.

    Warns
    -----
    UndefinedEstimateWarning
        If fewer than two units have two ratings, or both raters gave one and the same grade only.
        The value is then nan.

    See Also
    --------
    marginal_indices : How far the margins are from even and from each other.

    Notes
    -----
    :math:`(\sum_k \min(p_{k \cdot}, p_{\cdot k}) - p_e) / (1 - p_e)` [1]_. Where a grade's two
    shares are equal the minimum has no slope; the influence uses the average of both sides. That
    is also where the sample's value lies below the true one, which is 1, more often than not, so
    that an interval about it does not hold: in a simulation 95 % intervals by "t" covered 92 % on
    average and 76 % at worst, and "score" and "logit", which take this for a share of units, 43 %
    and 0 %. The default, "margins", goes by the differences between the margins on every set of
    grades, of which this is the largest: it covered 97 % or more in each of 60 settings, of two to
    five grades, and 95 % or more where one of two is as rare as 1 %. Of more than ten grades the
    sets are too many to list: the value stays exact, the upper limit goes by single grades and by
    all below or above a grade only, and so can be higher than it need be.

    References
    ----------
    .. [1] J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
           Measurement 20 (1960), 37-46.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
    >>> ratings = ilr.ratings_from_table(table, scale=ilr.Scale(["A", "B", "C"]))
    >>> round(ilr.kappa_max(ratings).value, 6)
    0.830508
    """
    given = known_raters(ratings, "kappa_max", n_raters=2)
    taken, notes = complete_only(given)
    study = study_of(taken, "identity")
    q = float(len(taken.scale))
    cells = 2.0 * q * len(taken.table.totals)
    check_cells(taken, "kappa_max", steps=q**2, nanoseconds=40.0, cells=cells)
    terms = np.column_stack([_given(taken, 0), _given(taken, 1)])
    value, influence = smooth_parts(_largest_kappa, terms, study.frequencies, taken.table.paired)
    value = where_known(study, value)
    with np.errstate(invalid="ignore", divide="ignore"):
        first, second = _margins(study.frequencies @ terms)
    expected = (first * second).sum(axis=-1)
    reason = "" if study.is_batch else why_undefined(study)
    if not study.is_batch and not reason and not np.isfinite(value):
        reason = "no_variation"
    methods = _kappa_max_methods(study)
    return build_estimate(
        taken,
        Title(name="kappa_max", label=LARGEST_KAPPA),
        Value(
            value=value,
            influence=influence,
            observed=value * (1.0 - expected) + expected,
            expected=expected,
            reason=reason,
            why=why_of(taken, reason, given=given),
        ),
        Basis(n_units=study.n_paired, n_missing=given.n_missing),
        Offer(methods=methods, within=(0.0, 1.0)),
        notes=notes if methods[0][0] == "margins" else (*notes, NO_MARGINS),
        limits=ONLY_THE_MARGINS,
    )


def marginal_indices(ratings: RatingsLike) -> Estimates:
    r"""Estimate how uneven the grades are, how far two raters differ in level, and PABAK.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, 2)
        Grades of each unit by the two raters; a unit that one of them did not rate is left out.

    Returns
    -------
    Estimates
        "prevalence" and "bias", each -1 to 1, and "pabak". With more than two grades there is a
        prevalence and a bias for each grade against the rest, under the pairs of names
        ("prevalence", grade) and ("bias", grade).

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If there are not exactly two known raters, or the scale has one grade or too many for an
        entry each.

    See Also
    --------
    brennan_prediger : PABAK for any number of raters and grades.
    kappa_max : What the margins allow kappa to be.

    Notes
    -----
    For two grades with cells a, b, c, d: prevalence :math:`(d - a) / n`, positive where the better
    grade is the more frequent; bias :math:`(b - c) / n`, positive where the second rater gives the
    better grade more often; PABAK :math:`2 p_o - 1` [1]_, in general :math:`(q p_o - 1) / (q - 1)`.

    References
    ----------
    .. [1] T. Byrt, J. Bishop and J. B. Carlin, "Bias, prevalence and kappa", Journal of Clinical
           Epidemiology 46 (1993), 423-429.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = ilr.ratings_from_table([[5, 5], [10, 80]], scale=ilr.Scale(["no", "yes"]))
    >>> indices = ilr.marginal_indices(table)
    >>> [(name, round(index.value, 2)) for name, index in indices.items()]
    [('prevalence', 0.75), ('bias', -0.05), ('pabak', 0.7)]
    """
    given = known_raters(ratings, "marginal_indices", n_raters=2)
    taken, notes = complete_only(given)
    scale = taken.scale
    if len(scale) < 2:
        raise ValueError("`ratings` must be on a scale of two grades or more, but got 1.")
    check_each_grade(taken, "marginal_indices")
    study = study_of(taken, "identity")
    entries: dict[Hashable, Estimate] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedEstimateWarning)
        for code in range(len(scale)) if len(scale) > 2 else (1,):
            first, second = np.equal(patterns_of(taken).T, code).astype(np.float64)
            both = {"prevalence": first + second - taken.table.paired, "bias": second - first}
            for kind, score in both.items():
                key = kind if len(scale) == 2 else (kind, scale.labels[code])
                label = index_of(kind, scale.labels[code])
                entries[key] = _mean_score(study, label, score, given, notes)
        pabak = brennan_prediger(taken)
        why = why_of(taken, pabak.reason, given=given) if pabak.reason else ""
        entries["pabak"] = replace(pabak, n_missing=given.n_missing, why=why)
    return Estimates("marginal_indices", "index", entries)


def pattern_labels(ratings: Ratings, place: int) -> list[Any]:
    """Return the grades of one response pattern.

    Parameters
    ----------
    ratings : Ratings
        Ratings.
    place : int
        Row of the pattern table.

    Returns
    -------
    list
        A label a rater, None where missing; for anonymous raters each grade as often as given.
    """
    labels = ratings.scale.labels
    if ratings.patterns is None:
        return [
            label
            for label, times in zip(labels, ratings.counts[place].tolist(), strict=True)
            for _ in range(times)
        ]
    return [None if code < 0 else labels[code] for code in ratings.patterns[place].tolist()]


def _specific(ratings: Ratings, code: int, label: Hashable) -> Estimate:
    table = ratings.table
    given = np.asarray(table.counts[:, [code]])[:, 0]
    # other units move nothing, but are as many chances to meet the grade
    terms = np.column_stack([given * (given - 1), given * (table.totals - 1)])
    bearing = (given > 0) & (table.paired > 0)
    study = study_of(only_patterns(ratings, bearing), "identity")
    value, influence = smooth_parts(_ratio, terms, study.frequencies, table.paired)
    unused = not study.is_batch and study.n_paired == 0
    return build_estimate(
        ratings,
        Title(name="specific_agreement", label=on_grade(label)),
        Value(
            value=value,
            influence=influence,
            observed=value,
            expected=np.zeros(np.shape(value)),
            reason=_why_unused(ratings) if unused else "",
        ),
        Basis(
            n_units=study.frequencies @ table.paired,
            n_ratings=n_paired_ratings(ratings),
            enters=table.paired,
        ),
        Offer(methods=_specific_methods(study), origin=study.origin, within=(0.0, 1.0)),
        notes=(unused_note(label),) if unused else (),
    )


def _why_unused(ratings: Ratings) -> str:
    return "unused_grade" if ratings.sizes.paired else "no_pairable_units"


def _kappa_max_methods(study: Study) -> tuple[Method, ...]:
    """List the limits by margins before those that take it for smooth, or for a share of units."""
    score, t, wald, logit = coefficient_methods()
    if not affordable_limits(study):
        return t, wald, score, logit
    return (("margins", keyed(margin_limits, ratings=study.ratings)), t, wald, score, logit)


def _specific_methods(study: Study) -> tuple[Method, ...]:
    """List intervals found on the share of a grade's units in which all ratings are that grade.

    For two raters that is exact. For m it would be if one rating or all were the grade, and
    near full agreement, where a unit with any dissent takes 1 / m of what a unit can.
    """
    ratings, n_units = study.ratings, study.n_paired
    with np.errstate(invalid="ignore", divide="ignore"):
        m = study.frequencies @ (ratings.table.totals * ratings.table.paired) / n_units
    forward, back = keyed(_unanimity, m=m), keyed(_specific_share, m=m)
    pieces, clusters = n_units, ratings.clusters
    if clusters is not None:
        pieces = n_clusters(study.frequencies, clusters, ratings.table.paired)
    shares = rescaled_proportion_methods(forward, back, pieces)
    # where all units that bear on it are alike, few of them say less than a variance of none would
    slope, ends = keyed(_unanimity_slope, m=m), dict(shares)["midp"]
    methods = rescaled_methods(forward, back, slope, ends=ends)
    return methods if ratings.n_raters != 2 or clusters is not None else (*shares, *methods)


def _unanimity(specific: FloatArray, *, m: FloatArray) -> FloatArray:
    return specific / (m - (m - 1.0) * specific)


def _specific_share(unanimity: FloatArray, *, m: FloatArray) -> FloatArray:
    return m * unanimity / (1.0 + (m - 1.0) * unanimity)


def _unanimity_slope(specific: FloatArray, *, m: FloatArray) -> FloatArray:
    return m / (m - (m - 1.0) * specific) ** 2


def _mean_score(
    study: Study, label: str, score: FloatArray, given: Ratings, notes: tuple[str, ...]
) -> Estimate:
    """Estimate the mean of a score between -1 and 1."""
    terms = np.column_stack([score, study.ratings.table.paired])
    value, influence = smooth_parts(_ratio, terms, study.frequencies, study.ratings.table.paired)
    value = where_known(study, value)
    reason = "" if study.is_batch else why_undefined(study)
    if not study.is_batch and not reason and np.isnan(value):
        # less than a unit
        reason = "single_unit"
    return build_estimate(
        study.ratings,
        Title(name="marginal_indices", label=label),
        Value(
            value=value,
            influence=influence,
            observed=(1.0 + value) / 2.0,
            expected=np.full(np.shape(value), 0.5),
            reason=reason,
            why=why_of(study.ratings, reason, given=given),
        ),
        Basis(n_units=study.n_paired, n_missing=given.n_missing),
        Offer(methods=coefficient_methods(chance_is_known=True), within=(-1.0, 1.0)),
        notes=notes,
        limits=HOW_MUCH_THEY_AGREE,
    )


def _ratio(sums: npt.NDArray[Any]) -> npt.NDArray[Any]:
    ratio: npt.NDArray[Any] = sums[..., 0] / sums[..., 1]
    return ratio


def _given(ratings: Ratings, rater: int) -> FloatArray:
    """Return 1 where a rater gave a grade, shape (n_patterns, n_grades)."""
    given = patterns_of(ratings)[:, rater, None] == np.arange(len(ratings.scale))
    codes: FloatArray = given.astype(np.float64)
    return codes


def _margins(sums: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    half = sums.shape[-1] // 2
    total = sums[..., :half].sum(axis=-1, keepdims=True)
    return sums[..., :half] / total, sums[..., half:] / total


def _largest_kappa(sums: npt.NDArray[Any]) -> npt.NDArray[Any]:
    first, second = _margins(sums)
    # real parts decide, so that the formula can be differentiated
    gap = np.sign(np.round(first.real - second.real, 14))
    least = np.where(gap < 0, first, np.where(gap > 0, second, (first + second) / 2.0))
    expected = (first * second).sum(axis=-1)
    room = 1.0 - expected
    room = np.where(room.real > 1e-13, room, np.nan)
    largest: npt.NDArray[Any] = (least.sum(axis=-1) - expected) / room
    return largest


def _by_agreement(row: dict[str, Any]) -> tuple[float, float]:
    return _rank(row), -row["n_units"]


def _rank(row: dict[str, Any]) -> float:
    # the last digits of equal sums are not equal everywhere
    return 2.0 if row["agreement"] is None else round(row["agreement"], DIGITS)
