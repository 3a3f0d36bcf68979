"""Pairs of raters: Light's kappa, and any coefficient for each pair."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable
from dataclasses import replace
from functools import partial
from itertools import combinations

import numpy as np

from ilacs_reliability._checks.arguments import check_function
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.ratings import Ratings, RatingsLike
from ilacs_reliability._data.scales import FloatArray, Weights
from ilacs_reliability._inference.evaluated import Coefficient, evaluated
from ilacs_reliability._results.estimates import Estimate, Method
from ilacs_reliability._results.ingredients import Basis, Offer, Title, Value
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.listing import Estimates
from ilacs_reliability._results.undefined import UndefinedEstimateWarning
from ilacs_reliability.agreement.coefficients import cohen_kappa, percent_agreement
from ilacs_reliability.agreement.formulas import (
    build_estimate,
    keep_raters,
    known_raters,
    rater_names,
)
from ilacs_reliability.agreement.likelihood_limits import likelihood_methods, offers_likelihood
from ilacs_reliability.agreement.pair_sums import average_influence, average_kappa, pair_kappas
from ilacs_reliability.agreement.ranges import range_of
from ilacs_reliability.agreement.reasons import lone_grade, why_pairs
from ilacs_reliability.agreement.studies import (
    Origin,
    Study,
    coefficient_methods,
    study_of,
    why_undefined,
)
from ilacs_reliability.agreement.titles import of_raters, with_weights

# what an estimate of a pair takes: time, and memory by itself and for each pattern
NANOSECONDS, BYTES_OF_PAIR, BYTES_OF_PATTERN = 300_000, 20_000, 260

# numbers held for a block of studies: some MiB
BLOCK = 1 << 19
# units that stand for a population
MANY = 1e12


def light_kappa(ratings: RatingsLike, *, weights: Weights = "identity") -> Estimate:
    r"""Estimate Light's kappa: the average of Cohen's kappa over pairs of raters.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing. Each pair uses what its two raters gave.
    weights : str or array_like of float, shape (n_grades, n_grades), optional
        Credit for each pair of grades, as from `agreement_weights`. Default: exact agreement only.

    Returns
    -------
    Estimate
        The average kappa, 1 for perfect agreement, 0 for agreement by chance.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale.
    ValueError
        If the raters are anonymous, or `weights` does not fit the scale.

    Warns
    -----
    UndefinedEstimateWarning
        If the kappa of any pair is undefined. The value is then nan.

    See Also
    --------
    conger_kappa : Averages agreement and chance agreement first, then takes the ratio.
    pairwise_agreement : The kappas of the pairs.

    Notes
    -----
    The average of :math:`m (m - 1) / 2` kappas [1]_; its influence is the average of theirs, so
    that the standard error includes their covariances. `observed` and `expected` are on the scale
    of the average chance agreement.

    References
    ----------
    .. [1] R. J. Light, "Measures of response agreement for qualitative data: some generalizations
           and alternatives", Psychological Bulletin 76 (1971), 365-377.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ratings = [[1, 1, 1], [2, 2, 2], [1, 2, 1], [2, 2, 1], [3, 3, 3], [3, 3, 2]]
    >>> round(ilr.light_kappa(ratings).value, 4)
    0.51
    """
    taken = known_raters(ratings, "light_kappa")
    kind = weights if isinstance(weights, str) else "custom"
    study = study_of(taken, weights)
    value, expected = average_kappa(study)
    reason = "" if study.is_batch else why_undefined(study)
    why = ""
    if not study.is_batch and not reason and np.isnan(value):
        reason = "no_variation" if lone_grade(taken) else "undefined_pair"
        why = "" if lone_grade(taken) else why_pairs(_undefined_pairs(study, weights))
    return build_estimate(
        taken,
        Title(
            name="light_kappa",
            label=with_weights("Light's kappa", kind),
            weights=kind,
        ),
        Value(
            value=value,
            influence=keyed(_influence_of, taken, study.asked)
            if study.is_batch
            else average_influence(study),
            observed=value * (1.0 - expected) + expected,
            expected=expected,
            reason=reason,
            why=why,
        ),
        Basis(n_units=study.n_rated),
        Offer(
            methods=METHODS[offers_likelihood(taken)], within=keyed(range_of), origin=study.origin
        ),
    )


def pairwise_agreement(
    ratings: RatingsLike, *, coefficient: Coefficient = percent_agreement
) -> Estimates:
    """Estimate a coefficient for each pair of raters.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing.
    coefficient : callable, optional
        A function of `Ratings` that returns an `Estimate`, such as `cohen_kappa` or
        ``functools.partial(gwet_ac, weights="linear")``. Default: `percent_agreement`.

    Returns
    -------
    Estimates
        An estimate a pair, under the two raters' names (their numbers, from 1, where they have
        none). A pair without a value has status "undefined" and its reason, without a warning.

    Raises
    ------
    TypeError
        If `coefficient` does not return an `Estimate`.
    ValueError
        If the raters are anonymous, there is only one, or their pairs would take more than some
        seconds or much memory, as of 200 raters.

    See Also
    --------
    light_kappa : The average of Cohen's kappa over pairs.

    Notes
    -----
    All pairs rest on one pattern table, so two of them can be compared on the same units by
    `difference` with ``paired=True`` [1]_.

    References
    ----------
    .. [1] R. J. Light, "Measures of response agreement for qualitative data: some generalizations
           and alternatives", Psychological Bulletin 76 (1971), 365-377.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> pairs = ilr.pairwise_agreement([[1, 1, 1], [2, 2, 2], [1, 2, 1], [2, 2, 1]])
    >>> {names: pair.value for names, pair in pairs.items()}
    {(1, 2): 0.75, (1, 3): 0.75, (2, 3): 0.5}
    """
    check_function(coefficient, "coefficient")
    taken = known_raters(ratings, "pairwise_agreement")
    if taken.n_raters < 2:
        raise ValueError("`ratings` must be by two raters or more, but got 1.")
    pairs, width = taken.n_raters * (taken.n_raters - 1) / 2, len(taken.table.totals)
    bytes_held = pairs * (BYTES_OF_PAIR + BYTES_OF_PATTERN * width)
    if not affordable(pairs * (1 + width / 1000), nanoseconds=NANOSECONDS, held=bytes_held):
        raise ValueError(
            f"`ratings` has {pairs:.0f} pairs of raters in {width} patterns, more than are asked "
            "in some seconds: choose raters by `select_raters`, or ask light_kappa for the average."
        )
    return Estimates("pairwise_agreement", "raters", _each_pair(taken, coefficient))


def _each_pair(ratings: Ratings, coefficient: Coefficient) -> dict[Hashable, Estimate]:
    return _of_pairs(ratings, coefficient, combinations(range(ratings.n_raters), 2))


def _of_pairs(
    ratings: Ratings, coefficient: Coefficient, columns: Iterable[tuple[int, int]]
) -> dict[Hashable, Estimate]:
    names = rater_names(ratings)
    pairs: dict[Hashable, Estimate] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedEstimateWarning)
        for first, second in columns:
            pair = evaluated(coefficient, keep_raters(ratings, (first, second)))
            label = of_raters(pair.label or pair.name, names[first], names[second])
            pairs[names[first], names[second]] = replace(pair, label=label)
    return pairs


def _influence_of(ratings: Ratings, weights: Weights) -> FloatArray:
    return _influence(study_of(ratings, weights))


def _influence(study: Study) -> FloatArray:
    """Return the influences in each study."""
    shape, m = study.frequencies.shape, study.ratings.n_raters
    if not study.is_batch:
        return average_influence(study)
    rows, n_rated = study.frequencies.reshape(-1, shape[-1]), study.n_rated.reshape(-1)
    step = max(1, BLOCK // max(shape[-1] * m, 1))
    blocks = (slice(start, start + step) for start in range(0, len(rows), step))
    found = [
        average_influence(replace(study, frequencies=rows[b], n_rated=n_rated[b])) for b in blocks
    ]
    return np.concatenate(found).reshape(shape) if found else np.zeros(shape)


def _curve(origin: Origin, study: Study) -> tuple[FloatArray, FloatArray]:
    """Return the average kappa of shares of the patterns, and its influences."""
    # of as many units as there can be: a pair must have two
    many = replace(
        study, frequencies=study.frequencies * MANY, n_rated=study.n_rated * MANY, found={}
    )
    return average_kappa(many)[0], _influence(many)


METHODS: dict[bool, tuple[Method, ...]] = {
    True: (*coefficient_methods(), *likelihood_methods(keyed(_curve))),
    False: coefficient_methods(),
}


def _undefined_pairs(study: Study, weights: Weights) -> dict[Hashable, Estimate]:
    """Return Cohen's kappa of the pairs of raters that leave it undefined."""
    undefined = np.isnan(pair_kappas(study).value)
    pairs = combinations(range(study.ratings.n_raters), 2)
    chosen = [pair for pair, gone in zip(pairs, undefined, strict=True) if gone]
    return _of_pairs(study.ratings, partial(cohen_kappa, weights=weights), chosen)
