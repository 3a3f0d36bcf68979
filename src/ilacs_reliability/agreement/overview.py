"""Every defensible coefficient side by side, and whether the reading depends on the choice."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Literal, TypeAlias, get_args

from ilacs_reliability._checks.arguments import (
    check_confidence_level,
    check_listing,
    check_number,
    told,
)
from ilacs_reliability._data.ratings import Ratings, RatingsLike, as_ratings
from ilacs_reliability._data.scales import WEIGHT_KINDS, WeightKind, agreement_weights
from ilacs_reliability._data.wide import credit_by_rule
from ilacs_reliability._results.estimates import Estimate, reason_in_words
from ilacs_reliability._results.listing import Listing
from ilacs_reliability._results.records import plain
from ilacs_reliability._results.undefined import UndefinedEstimateWarning
from ilacs_reliability.agreement.alpha import krippendorff_alpha
from ilacs_reliability.agreement.bangdiwala import bangdiwala_b
from ilacs_reliability.agreement.benchmarks import BandScale, band_at, bands_of
from ilacs_reliability.agreement.coefficients import (
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
    scott_pi,
)
from ilacs_reliability.agreement.concordance import kendall_w, lin_ccc
from ilacs_reliability.agreement.icc import icc
from ilacs_reliability.agreement.rater_pairs import light_kappa
from ilacs_reliability.agreement.spoken import reading_of_choices

Further: TypeAlias = Literal["light_kappa", "bangdiwala_b", "icc", "lin_ccc", "kendall_w"]
FURTHER: tuple[Further, ...] = get_args(Further)
# what does not ask for weights, and what to write in their place
OF_SCORES: dict[str, tuple[str, Callable[[Ratings], Estimate]]] = {
    "icc": ("scores, A,1", icc),
    "lin_ccc": ("scores", lin_ccc),
    "kendall_w": ("ranks", kendall_w),
}
WITHOUT_BANDS = {"percent_agreement", "bangdiwala_b", "kendall_w"}
ORDERED_KINDS: tuple[WeightKind, ...] = ("identity", "linear", "quadratic")


def agreement_table(
    ratings: RatingsLike,
    *,
    weights: Sequence[WeightKind] | None = None,
    also: Sequence[Further] | None = None,
    bands: BandScale = "landis_koch",
    threshold: float | None = None,
    confidence_level: float = 0.95,
) -> Listing:
    """List every defensible coefficient and weighting, and say whether the choice matters.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing.
    weights : sequence of str, optional
        Kinds of `agreement_weights`. Default: "identity", and on an ordered scale of three grades
        or more also "linear" and "quadratic", and alpha with its ordinal metric.
    also : sequence of str, optional
        What to list beside percent agreement, the kappas, AC and alpha: "light_kappa",
        "bangdiwala_b" (two raters), "icc" (the form "A,1" of the scores), "lin_ccc" and "kendall_w"
        (complete units only). Default: "light_kappa" for three known raters or more, and "icc" on
        an ordered scale of three grades or more where `weights` are the default, too.
    bands : str or mapping of str to float, optional
        Bands to read coefficients by, as in `benchmark`. Default: "landis_koch".
    threshold : float, optional
        A value that coefficients should exceed, declared before the data were seen. Default: none.
    confidence_level : float, optional
        Of the intervals, between 0 and 1; a band is chosen by the same certainty. Default: 0.95.

    Returns
    -------
    Listing
        A row a choice: `coefficient`, `weights`, `value`, `standard_error`, `low`, `high`,
        `method`, `band` (the best band that the coefficient reaches or exceeds with the wanted
        certainty), `band_at_value`, `above_threshold` ("yes" where the interval lies above it,
        "no" below, else "open"; None without a threshold), `status` and `reason`. Its sentence says
        whether the reading depends on the choice.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale, or a kind of weights is not a name.
    ValueError
        If a kind of weights, a further coefficient or the bands are unknown, the confidence level
        is not between 0 and 1, the ratings are a batch, or a coefficient was asked for that these
        raters or this scale do not allow.

    See Also
    --------
    benchmark : The bands of one coefficient, with their probabilities.
    cross_check : The same numbers from other programs.

    Notes
    -----
    Percent agreement, B and W are listed without a band: bands are for what is left after chance.
    B is left out by default because its bands are its own, Lin's concordance because it is
    quadratic kappa of the complete units, and W because raters who grade at different levels reach
    1. A choice
    of coefficient made after seeing this table is no evidence; the table is for showing how much
    hangs on it [1]_. An undefined coefficient stands in the table with its reason.

    References
    ----------
    .. [1] K. L. Gwet, "Handbook of Inter-Rater Reliability", 4th ed., Advanced Analytics (2014),
           chapters 2 to 6.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = ilr.ratings_from_table([[80, 10], [5, 5]], scale=ilr.Scale(["yes", "no"]))
    >>> overview = ilr.agreement_table(table)
    >>> [(row["coefficient"], round(row["value"], 2)) for row in overview][:3]
    [('percent_agreement', 0.85), ('cohen_kappa', 0.32), ('scott_pi', 0.31)]
    >>> print(overview.sentence)
    Over 5 chance-corrected choices the value runs from 0.314 (scott_pi, identity) to 0.808
    (gwet_ac, identity), and the band that is surely reached runs from 'slight' to 'substantial':
    the reading depends on the choice.
    """
    confidence_level = check_confidence_level(confidence_level)
    taken = as_ratings(ratings)
    if taken.frequencies.ndim > 1:
        raise ValueError(
            f"`ratings` must be one study, but got a batch of shape {taken.frequencies.shape[:-1]}."
        )
    kinds = _kinds(taken, weights)
    asked = _further(taken, also, several=weights is None and len(kinds) > 1)
    limits = bands_of(bands, "bands")
    if threshold is not None:
        threshold = check_number(threshold, "threshold")
    rows = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedEstimateWarning)
        for kind in kinds:
            for coefficient in _choices(taken, kind, asked):
                rows.append(_row(coefficient(taken), kind, limits, threshold, confidence_level))
        if weights is None and len(kinds) > 1:
            ordinal = krippendorff_alpha(taken, metric="ordinal")
            rows.append(_row(ordinal, "ordinal metric", limits, threshold, confidence_level))
        for name in asked:
            if name in OF_SCORES:
                label, coefficient = OF_SCORES[name]
                rows.append(_row(coefficient(taken), label, limits, threshold, confidence_level))
    return Listing(
        "agreement_table",
        tuple(rows),
        reading_of_choices(rows, list(limits), OF_SCORES),
        taken.notes,
    )


def _kinds(ratings: Ratings, weights: Sequence[WeightKind] | None) -> tuple[WeightKind, ...]:
    if weights is None:
        several = ratings.scale.ordered and len(ratings.scale) > 2
        return ORDERED_KINDS if several else ("identity",)
    weights = tuple(check_listing(weights, "weights", of="kinds"))
    for place, kind in enumerate(weights):
        if not isinstance(kind, str):
            raise TypeError(
                f"`weights` must hold kinds among {WEIGHT_KINDS}, but got a "
                f"{type(kind).__name__} at {place}."
            )
        if kind not in WEIGHT_KINDS:
            raise ValueError(
                f"`weights` must hold kinds among {WEIGHT_KINDS}, but got {told(kind)} at {place}."
            )
    return weights


def _further(
    ratings: Ratings, also: Sequence[Further] | None, *, several: bool
) -> tuple[Further, ...]:
    if also is None:
        known = ratings.patterns is not None
        light: tuple[Further, ...] = ("light_kappa",) if known and ratings.n_raters > 2 else ()
        return (*light, "icc") if known and several else light
    also = tuple(check_listing(also, "also", of="names"))
    for place, name in enumerate(also):
        if not isinstance(name, str) or name not in FURTHER:
            raise ValueError(
                f"`also` must hold names among {FURTHER}, but got {told(name)} at {place}."
            )
    return also


def _choices(
    ratings: Ratings, kind: WeightKind, asked: Sequence[Further]
) -> Iterator[Callable[[Ratings], Estimate]]:
    """Yield what can be computed for these raters: by name only where they are known."""
    yield partial(percent_agreement, weights=kind)
    if "bangdiwala_b" in asked:
        yield partial(bangdiwala_b, weights=kind)
    two = ratings.n_raters == 2
    if ratings.patterns is not None:
        yield partial(cohen_kappa if two else conger_kappa, weights=kind)
    if "light_kappa" in asked:
        yield partial(light_kappa, weights=kind)
    yield partial(scott_pi if two else fleiss_kappa, weights=kind)
    yield partial(brennan_prediger, weights=kind)
    yield partial(gwet_ac, weights=kind)
    metric: Any = credit_by_rule(ratings.scale, kind)
    metric = agreement_weights(ratings.scale, kind) if metric is None else metric
    yield partial(krippendorff_alpha, metric=metric)


def _row(
    estimate: Estimate,
    kind: str,
    bands: dict[str, float],
    threshold: float | None,
    confidence_level: float,
) -> dict[str, Any]:
    interval = estimate.confidence_interval(confidence_level)
    defined = estimate.status == "ok"
    corrected = defined and estimate.name not in WITHOUT_BANDS
    # one-sided certainty is the lower limit of the interval with twice the tail
    tail = 1.0 - confidence_level
    sure = estimate.confidence_interval(max(1.0 - 2.0 * tail, 0.001)).low if corrected else None
    return {
        "coefficient": estimate.name,
        "weights": kind,
        "value": plain(estimate.value),
        "standard_error": plain(estimate.standard_error),
        "low": interval.low,
        "high": interval.high,
        "method": interval.method,
        "band": band_at(bands, sure) if sure is not None else "",
        "band_at_value": band_at(bands, estimate.value) if corrected else "",
        "above_threshold": _above(interval.low, interval.high, threshold) if corrected else None,
        "status": estimate.status,
        "reason": estimate.reason,
        "why": reason_in_words(estimate),
    }


def _above(low: float, high: float, threshold: float | None) -> str | None:
    if threshold is None:
        return None
    if low > threshold:
        return "yes"
    return "no" if high < threshold else "open"
