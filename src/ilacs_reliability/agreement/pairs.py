"""Pairs of raters: Light's kappa, and any coefficient for each pair."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import partial
from itertools import combinations
from typing import TypeAlias

import numpy as np

from ilacs_reliability.agreement.coefficients import cohen_kappa, percent_agreement
from ilacs_reliability.agreement.formulas import (
    build_estimate,
    keep_raters,
    known_raters,
    rater_names,
)
from ilacs_reliability.agreement.listing import Estimates
from ilacs_reliability.agreement.reasons import lone_grade, why_pairs
from ilacs_reliability.agreement.studies import coefficient_methods, study_of, why_undefined
from ilacs_reliability.arguments import check_function
from ilacs_reliability.estimates import Estimate
from ilacs_reliability.ratings import Ratings, RatingsLike
from ilacs_reliability.scales import FloatArray, Weights
from ilacs_reliability.undefined import UndefinedEstimateWarning

Coefficient: TypeAlias = Callable[[Ratings], Estimate]


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
    pairs = _each_pair(taken, partial(cohen_kappa, weights=weights))
    reason = "" if study.is_batch else why_undefined(study)
    if not study.is_batch and not reason and any(pair.reason for pair in pairs.values()):
        reason = "no_variation" if lone_grade(taken) else "undefined_pair"
    shape = taken.frequencies.shape[:-1]
    value = _average([pair.value for pair in pairs.values()], shape)
    expected = _average([pair.expected for pair in pairs.values()], shape)
    find = partial(_average_influence, list(pairs.values()), study.n_rated, taken)
    return build_estimate(
        taken,
        name="light_kappa",
        label="Light's kappa" if kind == "identity" else f"Light's kappa ({kind} weights)",
        value=value,
        influence=find if study.is_batch else find(),
        n_units=study.n_rated,
        methods=coefficient_methods(study),
        observed=value * (1.0 - expected) + expected,
        expected=expected,
        weights=kind,
        reason=reason,
        why=why_pairs(pairs) if reason == "undefined_pair" else "",
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
        If the raters are anonymous or there is only one.

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
    return Estimates("pairwise_agreement", "raters", _each_pair(taken, coefficient))


def _each_pair(ratings: Ratings, coefficient: Coefficient) -> dict[Hashable, Estimate]:
    names = rater_names(ratings)
    pairs: dict[Hashable, Estimate] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedEstimateWarning)
        for first, second in combinations(range(ratings.n_raters), 2):
            pair = coefficient(keep_raters(ratings, (first, second)))
            if not isinstance(pair, Estimate):
                raise TypeError(
                    f"`coefficient` must return an Estimate, but got {type(pair).__name__}."
                )
            label = f"{pair.label or pair.name} of raters {names[first]} and {names[second]}"
            pairs[names[first], names[second]] = replace(pair, label=label)
    return pairs


def _average(values: list[FloatArray], shape: tuple[int, ...]) -> FloatArray:
    return np.mean(values, axis=0) if values else np.full(shape, np.nan)


def _average_influence(pairs: list[Estimate], n_units: FloatArray, ratings: Ratings) -> FloatArray:
    # each pair's influence is per unit of its own
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = [pair.influence * (n_units / pair.n_units)[..., None] for pair in pairs]
        return _average(parts, ratings.frequencies.shape)
