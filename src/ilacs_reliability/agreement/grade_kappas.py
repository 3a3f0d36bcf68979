"""Any coefficient of each grade against all the others."""

from __future__ import annotations

import warnings
from collections.abc import Hashable
from dataclasses import replace

import numpy as np

from ilacs_reliability._checks.arguments import check_function
from ilacs_reliability._data.ratings import FROM_PATTERNS, Ratings, RatingsLike, as_ratings
from ilacs_reliability._data.scales import Scale
from ilacs_reliability._inference.evaluated import Coefficient, evaluated
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.listing import Estimates
from ilacs_reliability._results.undefined import UndefinedEstimateWarning
from ilacs_reliability.agreement.coefficients import fleiss_kappa
from ilacs_reliability.agreement.studies import check_each_grade
from ilacs_reliability.agreement.titles import against_the_rest


def kappa_by_grade(ratings: RatingsLike, *, coefficient: Coefficient = fleiss_kappa) -> Estimates:
    r"""Estimate, for each grade, how far raters agree beyond chance whether a unit has it.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing.
    coefficient : callable, optional
        A function of `Ratings` that returns an `Estimate`, such as `cohen_kappa`, `gwet_ac` or
        `krippendorff_alpha`. It is given each grade against all the others: a scale of two grades,
        on which all weights are the same. Default: `fleiss_kappa`.

    Returns
    -------
    Estimates
        A coefficient for each grade of the scale. One that all raters gave to every unit, or to
        none, has status "undefined", without a warning.

    Raises
    ------
    TypeError
        If the ratings are labels without a scale, or `coefficient` does not return an `Estimate`.
    ValueError
        If the ratings are not units by raters, or the grades are too many for an entry each.

    See Also
    --------
    specific_agreement : How often another rater gives the grade too, chance left in.
    fleiss_kappa, cohen_kappa : Over all grades.

    Notes
    -----
    With shares :math:`p_k` of the grades, Fleiss' kappa (and Scott's pi) of all is the average of
    those of its grades, weighted by :math:`p_k (1 - p_k)` [1]_; so is Cohen's, with other weights.
    A low kappa of a grade says that it is mixed up with the others, not with which of them. All
    rest on one pattern table, so that two grades can be compared by `difference` with
    ``paired=True``, and all by `equal_agreement_test`. Of two grades both have the same.

    References
    ----------
    .. [1] J. L. Fleiss, "Measuring nominal scale agreement among many raters", Psychological
           Bulletin 76 (1971), 378-382.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = ilr.load_dataset("fleiss_1971")
    >>> diagnoses = ilr.ratings_from_counts(table.counts, scale=ilr.Scale([1, 2, 3, 4, 5]))
    >>> {grade: round(kappa.value, 3) for grade, kappa in ilr.kappa_by_grade(diagnoses).items()}
    {1: 0.245, 2: 0.245, 3: 0.52, 4: 0.471, 5: 0.566}
    """
    check_function(coefficient, "coefficient")
    taken = as_ratings(ratings)
    check_each_grade(taken, "kappa_by_grade")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedEstimateWarning)
        entries = {
            label: _of_grade(taken, code, label, coefficient)
            for code, label in enumerate(taken.scale.labels)
        }
    return Estimates("kappa_by_grade", "grade", entries)


def against_others(ratings: Ratings, code: int) -> Ratings:
    """Return the same units with two grades: any other grade than one, and that one."""
    scale = Scale([f"not {ratings.scale.labels[code]}", str(ratings.scale.labels[code])])
    if ratings.patterns is None:
        of_grade = np.asarray(ratings.table.counts[:, [code]])[:, 0].astype(np.int64)
        others = ratings.table.totals.astype(np.int64) - of_grade
        return replace(ratings, scale=scale, counts=np.column_stack([others, of_grade]))
    given = np.where(ratings.patterns < 0, -1, ratings.patterns == code)
    patterns = given.astype(ratings.patterns.dtype)
    return replace(ratings, scale=scale, patterns=patterns, counts=FROM_PATTERNS)


def _of_grade(ratings: Ratings, code: int, label: Hashable, coefficient: Coefficient) -> Estimate:
    found = evaluated(coefficient, against_others(ratings, code))
    return replace(found, label=against_the_rest(found.label or found.name, label))
