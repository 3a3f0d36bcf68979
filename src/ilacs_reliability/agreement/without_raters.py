"""What a coefficient is without each of the raters."""

from __future__ import annotations

from functools import partial

import numpy as np

from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._data.scales import FloatArray, Weights
from ilacs_reliability._inference.evaluated import Coefficient
from ilacs_reliability._results.undefined import left_unsaid
from ilacs_reliability.agreement.formulas import keep_raters
from ilacs_reliability.agreement.pair_sums import pair_kappas
from ilacs_reliability.agreement.rater_pairs import light_kappa
from ilacs_reliability.agreement.studies import study_of


def values_of(coefficient: Coefficient, ratings: Ratings) -> FloatArray:
    """Return a coefficient of one study or many, without a word where it is undefined.

    Parameters
    ----------
    coefficient : callable
        A function of `Ratings` that returns an `Estimate`.
    ratings : Ratings
        One study or many.

    Returns
    -------
    ndarray of float, shape (...)
        Its values.
    """
    with left_unsaid():
        return np.asarray(coefficient(ratings).value, dtype=np.float64)


def values_without_each(coefficient: Coefficient, ratings: Ratings) -> FloatArray:
    """Return a coefficient without each rater.

    Parameters
    ----------
    coefficient : callable
        A function of `Ratings` that returns an `Estimate`.
    ratings : Ratings
        One study by known raters.

    Returns
    -------
    ndarray of float, shape (n_raters,)
        Its values, in the order of the raters.
    """
    weights = _weights_of_light(coefficient)
    if weights is not None:
        return _averages_without_each(ratings, weights)
    m = ratings.n_raters
    kept = ([i for i in range(m) if i != left] for left in range(m))
    return np.array([float(values_of(coefficient, keep_raters(ratings, one))) for one in kept])


def _weights_of_light(coefficient: Coefficient) -> Weights | None:
    """Return the weights that Light's kappa is asked for with; None for other functions."""
    if coefficient is light_kappa:
        return "identity"
    if not isinstance(coefficient, partial) or coefficient.func is not light_kappa:
        return None
    if coefficient.args or set(coefficient.keywords) - {"weights"}:
        return None
    weights: Weights = coefficient.keywords.get("weights", "identity")
    return weights


def _averages_without_each(ratings: Ratings, weights: Weights) -> FloatArray:
    """Average the kappas of the pairs that each rater is not of: others' pairs stay as they are."""
    m = ratings.n_raters
    square = np.zeros((m, m))
    square[np.triu_indices(m, 1)] = pair_kappas(study_of(ratings, weights)).value
    gone = np.isnan(square)
    known = np.where(gone, 0.0, square)
    (sums, lost) = (each.sum() - each.sum(axis=0) - each.sum(axis=1) for each in (known, gone))
    with np.errstate(invalid="ignore", divide="ignore"):
        averages: FloatArray = np.where(lost > 0, np.nan, sums / ((m - 1) * (m - 2) / 2))
    return averages
