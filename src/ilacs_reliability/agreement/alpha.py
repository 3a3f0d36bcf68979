"""Krippendorff's alpha: disagreement among pairable ratings against disagreement by chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np

from ilacs_reliability._checks.arguments import check_option
from ilacs_reliability._checks.containers import read_only
from ilacs_reliability._data.marks import by_counts, by_sums
from ilacs_reliability._data.ratings import Ratings, RatingsLike, as_ratings, by_whom
from ilacs_reliability._data.scales import (
    FloatArray,
    Scale,
    check_n_grades,
    credit_matrix,
    usable_scores,
)
from ilacs_reliability._data.wide import MOST_GRADES, Credit, Gaps, gaps_by_rule, over_pairs
from ilacs_reliability._inference.two_by_two import Form
from ilacs_reliability._results.estimates import Estimate, Method
from ilacs_reliability._results.keyed import Keyed, keyed
from ilacs_reliability._results.records import Record
from ilacs_reliability._results.undefined import warn_undefined
from ilacs_reliability.agreement.likelihood_limits import (
    likelihood_methods,
    n_possible,
    offers_likelihood,
)
from ilacs_reliability.agreement.ranges import Range, coefficient_range
from ilacs_reliability.agreement.reasons import lone_grade, why_of
from ilacs_reliability.agreement.studies import (
    Origin,
    Study,
    as_count,
    as_float,
    coefficient_methods,
    study_of,
    unpaired_note,
    why_undefined,
)
from ilacs_reliability.agreement.table_limits import enumerated_methods
from ilacs_reliability.agreement.titles import WHETHER_RIGHT, of_metric

Metric: TypeAlias = (
    Literal["nominal", "ordinal", "interval", "ratio"] | Sequence[Sequence[float]] | FloatArray
)
METRICS = ("nominal", "ordinal", "interval", "ratio")
# numbers of one coincidence table for each pattern: some MiB
MOST_CELLS = 1 << 20


@by_counts
@by_sums
def krippendorff_alpha(ratings: RatingsLike, *, metric: Metric = "nominal") -> Estimate:
    r"""Estimate Krippendorff's alpha for any number of raters and any missing ratings.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing.
    metric : str or array_like of float, shape (n_grades, n_grades), optional
        "nominal", "ordinal" (by rank, which depends on how often each grade occurs), "interval" or
        "ratio" (by the scale's scores), or agreement weights as from `agreement_weights`. Default:
        "nominal".

    Returns
    -------
    Estimate
        Alpha, 1 for perfect agreement, 0 where ratings are unrelated to units.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If the metric is unknown or does not fit the scale, or "ratio" meets negative scores.

    Warns
    -----
    UndefinedEstimateWarning
        If fewer than two units have two ratings, or every pairable rating is the same grade. The
        value is then nan.

    See Also
    --------
    fleiss_kappa : The same without the correction for few ratings, when no rating is missing.

    Notes
    -----
    :math:`\alpha = 1 - D_o / D_e` over the pairable ratings; a unit with a single rating is left
    out [1]_. "ordinal" is Krippendorff's rank metric; Gwet's ordinal weights are another thing:
    pass ``agreement_weights(scale, "ordinal")`` for those. The standard error is the delta
    method's over units, of alpha without its correction for few ratings, as in [2]_: a little
    larger than with it.

    References
    ----------
    .. [1] K. Krippendorff, "Content Analysis: An Introduction to Its Methodology", 3rd ed., Sage
           (2013), pp. 277-301.
    .. [2] K. L. Gwet, "On Krippendorff's alpha coefficient" (2015), section 4.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> nan = float("nan")
    >>> ratings = [[1, 1, nan], [2, 2, 3], [3, 3, 3], [3, 3, 3], [2, 2, 2], [1, 2, 3]]
    >>> round(ilr.krippendorff_alpha(ratings, metric="ordinal").value, 4)
    0.5932
    """
    taken = as_ratings(ratings)
    study = study_of(taken, "identity")
    rule = _distances(study, metric)
    reason = "" if study.is_batch else why_undefined(study)
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = _parts(study, rule)
        ratio, spread = parts.ratio, parts.spread
        value = 1.0 - ratio
        if study.is_batch:
            value = np.where((parts.chance > 0) & (study.n_paired > 1), value, np.nan)
        observed, expected = 1.0 - ratio * spread, 1.0 - spread
        influence: FloatArray | Keyed = (
            keyed(_influences, taken, rule) if study.is_batch else _influence(study, parts)
        )
    if not study.is_batch and not reason and not parts.chance > 0:
        lone = lone_grade(taken, taken.table.paired)
        reason = "no_variation" if lone else "full_credit"
    why = why_of(taken, reason, enters=taken.table.paired)
    label = of_metric(rule.name)
    if reason:
        warn_undefined(label, why)
    return Estimate(
        value=float("nan") if reason else as_float(value),
        name="krippendorff_alpha",
        label=label,
        frequencies=taken.frequencies,
        influence_source=influence,
        n_units=as_count(study.n_paired),
        n_raters=taken.n_raters,
        by=by_whom(taken),
        n_ratings=as_count(parts.total),
        n_missing=taken.n_missing,
        observed=as_float(observed),
        expected=as_float(expected),
        weights=rule.name,
        clusters=taken.clusters,
        methods_source=OFFERED,
        status="undefined" if reason else "ok",
        reason=reason,
        why=why,
        notes=(*taken.notes, *unpaired_note(taken)),
        limits=WHETHER_RIGHT,
        design=taken.design,
        patterns=taken.rows,
        enters=study.ratings.table.paired,
        range_source=keyed(_range),
        origin=Origin(taken, "identity", rule),
    )


def _range(estimate: Estimate) -> Range:
    origin: Origin = estimate.origin
    return coefficient_range("krippendorff_alpha", origin.distances.credit, origin.ratings)


def _offered(estimate: Estimate) -> tuple[Method, ...]:
    """Return the intervals of alpha, when they are asked for."""
    ratings = estimate.origin.ratings
    likely = offers_likelihood(ratings)
    if likely and estimate.origin.distances.fixed is None:
        # wherever a search looks ranks are others
        likely = n_possible(ratings) * ratings.scale.n_grades**2 <= MOST_CELLS
    methods = METHODS[likely]
    # of two grades, whatever their distance
    form = Form(0.0, 1.0, 0.0)
    return enumerated_methods(study_of(ratings, "identity"), methods, lambda *_: form)


def _curve(origin: Origin, study: Study) -> tuple[FloatArray, FloatArray]:
    """Return alpha without its correction for few ratings, and its influences."""
    parts = _parts(study, origin.distances)
    value: FloatArray = 1.0 - parts.total * parts.within / parts.chance
    return value, _influence(study, parts)


@dataclass(frozen=True, slots=True, eq=False)
class _Distances(Record):
    """Squared distances between grades; for ranks, they depend on how often each occurs."""

    name: str
    fixed: Any

    @property
    def credit(self) -> Any:
        """Credit between grades; None where the loss is a squared distance by a rule or by rank."""
        by_rule = self.fixed is None or isinstance(self.fixed, Gaps)
        return None if by_rule else read_only(1.0 - self.fixed)


def _distances(study: Study, metric: Metric) -> _Distances:
    scale = study.ratings.scale
    if isinstance(metric, Credit):
        return _Distances("custom", metric.gaps)
    if not isinstance(metric, str):
        return _Distances("custom", 1.0 - credit_matrix(metric, scale, "metric"))
    check_option(metric, METRICS, "metric")
    if metric != "nominal" and not scale.ordered:
        raise ValueError(f"`metric` is {metric!r}, which needs an ordered scale.")
    if metric == "nominal":
        by_rule = isinstance(study.weights, Credit)
        return _Distances(metric, study.weights.gaps if by_rule else 1.0 - study.weights)
    return _Distances(metric, None if metric == "ordinal" else _squared(scale, metric))


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Sums over pairable ratings that alpha is made of, each of shape (...)."""

    counts: Any  # pairable ratings of each grade, (n_patterns, n_grades)
    margins: FloatArray  # ratings of each grade, (..., n_grades)
    total: FloatArray
    largest: Any  # distance between two grades
    by_grade: FloatArray  # distance from each grade to all ratings, (..., n_grades)
    by_pattern: FloatArray  # disagreement within a unit of each pattern, (..., n_patterns)
    within: FloatArray
    chance: FloatArray
    moves_ranks: bool

    @property
    def ratio(self) -> FloatArray:
        """Observed over chance disagreement."""
        ratio: FloatArray = (self.total - 1.0) * self.within / self.chance
        return ratio

    @property
    def spread(self) -> FloatArray:
        """Chance disagreement as a share of the largest distance."""
        spread: FloatArray = self.chance / (self.total**2 * self.largest)
        return spread


def _parts(study: Study, rule: _Distances) -> _Parts:
    table = study.ratings.table
    counts = table.counts * table.paired[:, None]
    per_pair = np.maximum(table.totals - 1.0, 1.0)
    if rule.fixed is None and study.is_batch:
        if counts.shape[0] * counts.shape[1] ** 2 > MOST_CELLS:
            return _stacked([_parts(one, rule) for one in _each_study(study)])
        margins = study.frequencies @ counts
        distances = _rank_distances(margins)
        # one coincidence table a pattern, so that a replicate's ranks meet them in one product
        tables = counts[:, :, None] * (counts / per_pair[:, None])[:, None, :]
        coincidences = study.frequencies @ tables.reshape(len(counts), -1)
        within = (coincidences.reshape(distances.shape) * distances).sum(axis=(-1, -2))
        by_pattern = _disagreement(study, counts, distances) / per_pair
    else:
        margins = study.frequencies @ counts
        distances = _rank_distances(margins) if rule.fixed is None else rule.fixed
        by_pattern = _disagreement(study, counts, distances) / per_pair
        within = study.frequencies @ by_pattern
    if distances.ndim == 2:
        by_grade = margins @ distances
    else:
        by_grade = (margins[..., None, :] @ distances)[..., 0, :]
    chance = np.vecdot(by_grade, margins)
    if isinstance(distances, Gaps):
        # a rule's rounding is no distance of a grade from itself
        chance = chance * (np.count_nonzero(margins, axis=-1) > 1)
    return _Parts(
        counts=counts,
        margins=margins,
        total=margins.sum(axis=-1),
        largest=distances.max(axis=None if distances.ndim == 2 else (-1, -2)),
        by_grade=by_grade,
        by_pattern=by_pattern,
        within=within,
        chance=chance,
        moves_ranks=rule.fixed is None,
    )


def _stacked(parts: Sequence[_Parts]) -> _Parts:
    """Put studies with distances of their own side by side, but for their influences."""
    names = ("margins", "total", "largest", "by_grade", "within", "chance")
    found: Any = {name: np.array([getattr(one, name) for one in parts]) for name in names}
    return replace(parts[0], by_pattern=np.empty(0), **found)


def _disagreement(study: Study, counts: Any, distances: Any) -> FloatArray:
    """Return the distances between the pairs of ratings of a unit of each pattern, added up."""
    patterns = study.ratings.patterns
    if study.ratings.table.is_wide and patterns is not None:
        return over_pairs(patterns, distances)
    apart: FloatArray = np.vecdot(counts @ distances, counts)
    return apart


METHODS: dict[bool, tuple[Method, ...]] = {
    True: (
        *coefficient_methods(),
        *likelihood_methods(keyed(_curve), pairs_only=True),
    ),
    False: coefficient_methods(),
}
OFFERED = keyed(_offered)


def _influences(ratings: Ratings, rule: _Distances) -> FloatArray:
    """Return the influences in each study of a batch."""
    study = study_of(ratings, "identity")
    with np.errstate(invalid="ignore", divide="ignore"):
        if rule.fixed is not None:
            return _influence(study, _parts(study, rule))
        # each study has distances of its own
        rows = [_influence(one, _parts(one, rule)) for one in _each_study(study)]
    return np.array(rows).reshape(study.frequencies.shape)


def _each_study(study: Study) -> Iterator[Study]:
    frequencies: Any = study.frequencies
    if isinstance(frequencies, np.ndarray):
        frequencies = frequencies.reshape(-1, frequencies.shape[-1])
    for row in frequencies:
        n_paired = row @ study.ratings.table.paired
        yield replace(study, frequencies=row, n_paired=n_paired, found={})


def _influence(study: Study, parts: _Parts) -> FloatArray:
    within, chance, total = parts.within, parts.chance, parts.total
    by_pattern, by_margin = parts.by_pattern, 2.0 * parts.by_grade @ parts.counts.T
    if parts.moves_ranks:
        ranks_within, ranks_chance = _rank_slopes(study, parts)
        by_pattern, by_margin = by_pattern + ranks_within, by_margin + ranks_chance
    # without the factor for few ratings, which would not let influences average to zero
    factor = -study.n_paired / chance
    moved = within[..., None] * (study.ratings.table.totals * study.ratings.table.paired)
    moved = moved + total[..., None] * by_pattern
    moved -= (total * within / chance)[..., None] * by_margin
    influence: FloatArray = factor[..., None] * moved
    return influence


def _rank_slopes(study: Study, parts: _Parts) -> tuple[FloatArray, FloatArray]:
    """Return what a unit moves by moving every grade's rank: within units, and by chance."""
    ranks, counts, margins = _mid_ranks(parts.margins), parts.counts, parts.margins
    # less their middle, so that products keep their digits
    middle = ranks.shape[-1] // 2
    ranks = ranks - ranks[..., middle : middle + 1]
    table = study.ratings.table
    times = study.frequencies / np.maximum(table.totals - 1.0, 1.0)
    # a grade's gaps to the ratings it meets in units, and to all ratings
    sizes, sums = table.totals * table.paired, ranks @ counts.T
    met = ranks * ((times * sizes) @ counts) - (times * sums) @ counts
    total, moment = margins.sum(axis=-1), np.vecdot(ranks, margins)
    all_met = margins * (ranks * total[..., None] - moment[..., None])
    return 4.0 * _moving_ranks(met) @ counts.T, 4.0 * _moving_ranks(all_met) @ counts.T


def _moving_ranks(slopes: FloatArray) -> FloatArray:
    """Return what a rating of each grade does by moving the ranks of its own and those above."""
    above: FloatArray = np.cumsum(slopes[..., ::-1], axis=-1)[..., ::-1] - slopes / 2.0
    return above


def _mid_ranks(margins: FloatArray) -> FloatArray:
    ranks: FloatArray = np.cumsum(margins, axis=-1) - margins / 2.0
    return ranks


def _rank_distances(margins: FloatArray) -> Any:
    ranks = _mid_ranks(margins)
    if ranks.ndim == 1 and len(ranks) > MOST_GRADES:
        return gaps_by_rule(ranks, "quadratic")
    distances: FloatArray = (ranks[..., :, None] - ranks[..., None, :]) ** 2
    return distances


def _squared(scale: Scale, metric: str) -> Any:
    scores = usable_scores(scale)
    if metric == "interval" and scale.n_grades > MOST_GRADES:
        return gaps_by_rule(scores, "quadratic")
    check_n_grades(scale, f"`metric` {metric!r}")
    gaps: FloatArray = (scores[:, None] - scores[None, :]) ** 2
    if metric == "interval":
        return gaps
    if scores.min() < 0:
        raise ValueError(f"`metric` 'ratio' needs scores of 0 or more, but got {scores.min():g}.")
    sums = (scores[:, None] + scores[None, :]) ** 2
    shares: FloatArray = np.divide(gaps, sums, out=np.zeros_like(gaps), where=sums > 0)
    return shares
