"""Units that were drawn with unequal chances: coefficients with survey weights."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import check_listing, check_number, told
from ilacs_reliability._checks.names import by_label, key_of, row_names, shown
from ilacs_reliability._data.ratings import Ratings, RatingsLike, ratings_from_codes
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._inference.evaluated import Coefficient, evaluated
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.influences import standard_error
from ilacs_reliability.agreement.formulas import known_raters, patterns_of
from ilacs_reliability.agreement.spoken_notes import design_effect, design_effect_of_weights
from ilacs_reliability.agreement.titles import by_survey

# intervals that rest on the standard error
BY_ERROR = ("score", "t", "wald", "logit", "fisher")


def survey_weighted(
    coefficient: Coefficient,
    ratings: RatingsLike,
    *,
    survey_weights: Mapping[Hashable, float] | Sequence[float] | npt.NDArray[Any],
) -> Estimate:
    r"""Estimate a coefficient of all units from some that were drawn with unequal chances.

    Parameters
    ----------
    coefficient : callable
        A function of `Ratings` that returns an `Estimate`, such as `gwet_ac` or
        ``functools.partial(cohen_kappa, weights="linear")``.
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit drawn, one by one; nan where one is missing. Where they carry clusters
        these are what was drawn.
    survey_weights : mapping of unit to float, or sequence of float, shape (n_units,)
        How many units each stands for, above 0, such as the inverse of the chance that it was
        drawn: by names of units where `ratings` is `Ratings` that have them, else for each row of
        the array. Labels of a series must be those of the rows, in any order.

    Returns
    -------
    Estimate
        The coefficient of the weighted units, with a standard error for units (or clusters) drawn
        with such chances. A note says the design effect: how many times its variance is that from
        as many units drawn with equal chances. Intervals are those that rest on the standard error.

    Raises
    ------
    TypeError
        If `coefficient` is no function or does not return an `Estimate`, or weights are no numbers.
    ValueError
        If raters are anonymous, the ratings are a batch or have no names of units to go by, a unit
        has no weight, a weight is not above 0, or a series has other labels than the rows.

    Warns
    -----
    UndefinedEstimateWarning
        If the coefficient is undefined. The value is then nan.

    See Also
    --------
    bootstrap : Intervals by drawing units anew, with equal chances.

    Notes
    -----
    Weights are scaled to the number of units. The standard error is that of linearisation: with
    influences :math:`u_i`, the root of :math:`n / (n - 1) \sum_i (w_i u_i)^2 / (\sum_i w_i)^2`,
    sums within clusters in place of :math:`w_i u_i` where there are any [1]_. The design effect
    compares it with the same where each unit stands for itself [2]_; the one of weights that have
    nothing to do with the ratings is :math:`n \sum w_i^2 / (\sum w_i)^2`, which the note gives,
    too. Strata and finite populations are not taken into account, which errs on the wide side.

    References
    ----------
    .. [1] D. A. Binder, "On the variances of asymptotically normal estimators from complex
           surveys", International Statistical Review 51 (1983), 279-292.
    .. [2] L. Kish, "Survey Sampling", Wiley (1965), sections 8.2 and 11.7.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> grades = [[1, 1], [2, 2], [2, 1], [3, 3], [1, 1], [2, 3], [3, 3], [2, 2]]
    >>> kappa = ilr.survey_weighted(
    ...     ilr.cohen_kappa, grades, survey_weights=[4, 1, 1, 1, 4, 1, 1, 1]
    ... )
    >>> round(kappa.value, 4)
    0.7455
    >>> print(kappa.notes[-1])
    Design effect 0.60: as much is known as from 13 units drawn with equal chances (of weights
    alone 1.55).
    """
    taken, sums, weights = _one_by_one(ratings, survey_weights)
    weighted = taken.with_frequencies(sums * (len(weights) / weights.sum()))
    found = evaluated(coefficient, weighted)
    label = by_survey(found.label or found.name)
    # others count patterns as units drawn with equal chances
    methods = tuple(method for method in found.methods if method[0] in BY_ERROR)
    if found.methods[:1] != methods[:1]:
        # in place of a default that is not, the one that has a width where there is no error
        methods = tuple(sorted(methods, key=lambda method: method[0] != "score"))
    notes = (*found.notes, *_effect(found, weights))
    return replace(found, label=label, methods_source=methods, notes=notes)


def _one_by_one(ratings: RatingsLike, weights: Any) -> tuple[Ratings, FloatArray, FloatArray]:
    """Return ratings with a row a unit, or a kind of unit of a cluster, its weight, and all."""
    known = known_raters(ratings, "survey_weighted")
    if known.frequencies.ndim > 1:
        raise ValueError(
            f"`ratings` must be one study, but got a batch of shape {known.frequencies.shape[:-1]}."
        )
    if isinstance(ratings, Ratings) or isinstance(weights, Mapping):
        rows, given = _by_name(known, weights)
        codes = patterns_of(known)[rows]
    else:
        codes = known.scale.encode(np.asarray(ratings))
        own = row_names(ratings)
        weights = by_label(weights, own, name="survey_weights", of="rows of `ratings`")
        rows, given = np.arange(len(codes)), _listed(weights, len(codes))
    clusters = np.arange(len(rows)) if known.clusters is None else known.clusters[rows]
    taken = ratings_from_codes(
        codes,
        scale=known.scale,
        raters=known.raters,
        units=list(range(len(codes))),
        clusters=clusters.tolist(),
        design=known.design,
    )
    names: Any = taken.units
    sums = [sum(given[place] for place in units) for units in names]
    return replace(taken, notes=known.notes), np.array(sums), np.array(given)


def _by_name(ratings: Ratings, weights: Any) -> tuple[npt.NDArray[np.intp], list[float]]:
    if not isinstance(weights, Mapping):
        raise TypeError(
            f"`survey_weights` must be a mapping of units to numbers where `ratings` is Ratings, "
            f"whose rows are patterns, but got {told(weights)}."
        )
    if ratings.units is None:
        raise ValueError(
            "`survey_weights` goes by units, but those of `ratings` have no names: give them as "
            "`units`."
        )
    known = {key_of(unit): weight for unit, weight in weights.items()}
    listed = [(row, unit) for row, units in enumerate(ratings.units) for unit in units]
    without = [unit for _, unit in listed if key_of(unit) not in known]
    if without:
        raise ValueError(f"`survey_weights` has no weight for {shown(without)}.")
    rows = np.array([row for row, _ in listed])
    return rows, _checked([known[key_of(unit)] for _, unit in listed])


def _listed(weights: Any, n_units: int) -> list[float]:
    check_listing(weights, "survey_weights", of="numbers")
    given = _checked(list(weights))
    if len(given) != n_units:
        raise ValueError(
            f"`survey_weights` must hold one number for each of {n_units} units, but got "
            f"{len(given)}."
        )
    return given


def _checked(weights: list[Any]) -> list[float]:
    given = [check_number(one, "survey_weights") for one in weights]
    for place, one in enumerate(given):
        if not one > 0:
            raise ValueError(f"`survey_weights` must be above 0, but got {one:g} at {place}.")
    return given


def _effect(found: Estimate, weights: FloatArray) -> tuple[str, ...]:
    """Say how much larger the variance is than with equal chances."""
    alone = standard_error(found.influence, found.frequencies, found.n_units, enters=found.enters)
    kish = float(len(weights) * (weights**2).sum() / weights.sum() ** 2)
    if not (found.standard_error > 0 and alone > 0):
        return (design_effect_of_weights(kish),)
    effect = (found.standard_error / alone) ** 2
    return (design_effect(effect, found.n_units / effect, kish),)
