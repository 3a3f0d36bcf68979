"""What every agreement coefficient starts from: sums over patterns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.containers import read_only
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.ratings import Ratings, grades_used
from ilacs_reliability._data.scales import FloatArray, Weights, agreement_weights
from ilacs_reliability._data.wide import Credit, credit_by_rule, over_pairs
from ilacs_reliability._inference.intervals import (
    clopper_pearson_limits,
    is_on_logit_scale,
    jeffreys_limits,
    known_by_agreement,
    logit_limits,
    midp_limits,
    score_limits,
    t_limits,
    wald_limits,
    wilson_limits,
)
from ilacs_reliability._results.estimates import Estimate, Limits, Method
from ilacs_reliability._results.influences import n_clusters
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.named_limits import instead
from ilacs_reliability.agreement.spoken_notes import NO_LOGIT, PLAIN_SCORE, unpaired

# grades in use that span less of the scale than this are taken as all of it, where they are few
CLOSE, MOST_GRADES = 0.01, 60


class Origin(NamedTuple):
    """What a coefficient was computed from, as its estimate holds it.

    `weights` are those it was asked for; `distances` are alpha's, which it has in their place.
    """

    ratings: Ratings
    weights: Any = "identity"
    distances: Any = None


@dataclass(slots=True, eq=False)
class Study:
    """Pattern sums of one study or of many over the same patterns.

    Attributes
    ----------
    ratings : Ratings
        Where the sums come from.
    weights : ndarray of float or Credit, shape (n_grades, n_grades)
        Credit for each pair of grades.
    frequencies : ndarray of float, shape (..., n_patterns)
        Units of each pattern.
    credit : ndarray of float, shape (n_patterns,)
        Average credit over the ordered pairs of ratings of a unit; 0 where it has no pair.
    n_rated, n_paired : ndarray of float, shape (...)
        Units with at least one rating, at least two.
    asked : str, Credit or ndarray
        The weights as they were asked for: with `ratings` all that the sums follow from.
    found : dict of str to ndarray
        `agreement`, `margins` and `pull`, once asked for.
    """

    ratings: Ratings
    weights: Any
    frequencies: FloatArray
    credit: FloatArray
    n_rated: FloatArray
    n_paired: FloatArray
    asked: Weights = "identity"
    found: dict[str, FloatArray] = field(default_factory=dict)

    @property
    def agreement(self) -> FloatArray:
        """Average credit over units with two ratings or more, shape (...)."""
        if "agreement" not in self.found:
            agreement = self.frequencies @ self.credit / self.n_paired
            self.found["agreement"] = read_only(agreement) if self.is_batch else agreement
        return self.found["agreement"]

    @property
    def margins(self) -> FloatArray:
        """Average share of each grade over rated units, shape (..., n_grades)."""
        if "margins" not in self.found:
            total = self.frequencies @ self.ratings.table.shares
            self.found["margins"] = read_only(total / self.n_rated[..., None])
        return self.found["margins"]

    @property
    def pull(self) -> FloatArray:
        """What a unit of each pattern adds to agreement beyond its share, (..., n_patterns)."""
        if "pull" not in self.found:
            paired = self.ratings.table.paired
            self.found["pull"] = read_only(self.credit - self.agreement[..., None] * paired)
        return self.found["pull"]

    @property
    def origin(self) -> Origin:
        """All that the sums follow from, as an estimate holds it."""
        return Origin(self.ratings, self.asked)

    @property
    def is_batch(self) -> bool:
        """Whether there are many studies over the same patterns."""
        return self.frequencies.ndim > 1


def study_of(ratings: Ratings, weights: Weights) -> Study:
    """Take the sums that coefficients share, once for each named kind of weights.

    Parameters
    ----------
    ratings : Ratings
        One study or many.
    weights : str or array_like of float, shape (n_grades, n_grades)
        Credit for each pair of grades.

    Returns
    -------
    Study
        The sums.
    """
    if isinstance(weights, str):
        found = ratings.known.get(("sums", weights))
        if found is None:
            find = partial(_weights_and_credit, weights=weights)
            matrix, credit = ratings.derived(("credit", weights), find, of_patterns=True)
            found = ratings.known["sums", weights] = {"weights": matrix, "credit": credit}
    else:
        matrix, credit = _weights_and_credit(ratings, weights)
        found = {"weights": matrix, "credit": credit}
    return Study(
        ratings=ratings,
        weights=found["weights"],
        frequencies=ratings.frequencies.astype(np.float64, copy=False),
        credit=found["credit"],
        n_rated=ratings.sizes.rated,
        n_paired=ratings.sizes.paired,
        asked=weights if isinstance(weights, (str, Credit)) else found["weights"],
        found=found,
    )


def squared_gaps(ratings: Ratings) -> Weights:
    """Return quadratic weights, over the grades in use where these lie close for their scale.

    Parameters
    ----------
    ratings : Ratings
        One study or many, for a coefficient on which unused grades have no bearing.

    Returns
    -------
    str or ndarray of float, shape (n_grades, n_grades)
        "quadratic", or where grades in use span less than a hundredth of the scale, so that credit
        would be 1 but for rounding, the same as if they were all of it.
    """
    scores = np.asarray(ratings.scale.scores)
    # next to no scale has grades so far apart, and of many grades counts are dear
    if len(scores) > MOST_GRADES or not np.diff(scores).min(initial=np.inf) < CLOSE * np.ptp(
        scores
    ):
        return "quadratic"
    used = grades_used(ratings)
    span = float(np.ptp(scores[used])) if used.any() else 0.0
    if not 0 < span < CLOSE * float(np.ptp(scores)):
        return "quadratic"
    x = np.clip(scores, scores[used].min(), scores[used].max()) / span
    credit: FloatArray = 1.0 - np.subtract.outer(x, x) ** 2
    return credit


def _weights_and_credit(ratings: Ratings, weights: Weights) -> tuple[Any, FloatArray]:
    table = ratings.table
    matrix: Any = credit_by_rule(ratings.scale, weights)
    if matrix is None:
        # a view: what the caller gave stays the caller's to write to
        matrix = read_only(agreement_weights(ratings.scale, weights).view())
    if table.is_wide and ratings.patterns is not None:
        agreeing = over_pairs(ratings.patterns, matrix)
        return matrix, read_only(agreeing / table.pairs)
    return matrix, credit_within(ratings, matrix)


def credit_within(ratings: Ratings, weights: Any) -> FloatArray:
    """Return the average credit over the pairs of ratings of a unit of each pattern.

    Parameters
    ----------
    ratings : Ratings
        Ratings with a table that is not wide.
    weights : ndarray of float or Credit, shape (n_grades, n_grades)
        Credit for each pair of grades.

    Returns
    -------
    ndarray of float, shape (n_patterns,)
        The credit; 0 where a unit has no pair.
    """
    table = ratings.table
    agreeing = np.vecdot(table.counts @ weights, table.counts) - table.totals
    return read_only(agreeing / table.pairs)


def why_undefined(study: Study) -> str:
    """Say why no agreement can be computed at all.

    Parameters
    ----------
    study : Study
        A single study.

    Returns
    -------
    str
        "single_rater", "no_pairable_units", "single_unit", or "" where nothing is in the way.
    """
    if study.n_paired == 0:
        known = study.ratings.patterns is not None
        return "single_rater" if known and study.ratings.n_raters < 2 else "no_pairable_units"
    return "" if study.n_paired > 1 else "single_unit"


def where_known(study: Study, value: FloatArray) -> FloatArray:
    """Leave out the studies in which no agreement can be computed at all.

    Parameters
    ----------
    study : Study
        One study or many.
    value : ndarray of float, shape (...)
        A coefficient.

    Returns
    -------
    ndarray of float, shape (...)
        The same; nan where fewer than two units have two ratings.
    """
    return np.where(study.n_paired > 1, value, np.nan)


def n_paired_ratings(ratings: Ratings) -> Any:
    """Count the ratings of units that have two or more.

    Parameters
    ----------
    ratings : Ratings
        One study or many.

    Returns
    -------
    int, float or ndarray, shape (...)
        Number of ratings.
    """
    table = ratings.table
    return as_count(ratings.frequencies @ (table.totals * table.paired))


def unpaired_note(ratings: Ratings) -> tuple[str, ...]:
    """Say how many units with a single rating are left out.

    Parameters
    ----------
    ratings : Ratings
        One study or many.

    Returns
    -------
    tuple of str
        A note; none where every rated unit has two ratings, or for many studies.
    """
    if ratings.frequencies.ndim > 1:
        return ()
    single: Any = ratings.sizes.rated - ratings.sizes.paired
    return unpaired(single)


def coefficient_methods(
    *, chance_is_known: bool = False, end: float = -np.inf
) -> tuple[Method, ...]:
    """List the intervals that a chance-corrected coefficient offers.

    Parameters
    ----------
    chance_is_known : bool, optional
        Whether the agreement expected by chance is the same whatever the grades given. Default: it
        is estimated, and its error enters where agreement is rare.
    end : float, optional
        Where estimates stop that would else go lower. Default: they do not.

    Returns
    -------
    tuple of (str, callable)
        score, t, wald and logit, the default first, of an estimate whose `origin` is an `Origin`.
    """
    methods = OF_COEFFICIENTS[chance_is_known]
    if np.isinf(end):
        return methods
    return (("score", keyed(_score, chance_is_known=chance_is_known, end=end)), *methods[1:])


def proportion_methods() -> tuple[Method, ...]:
    """List the exact intervals of a share of units: of two ratings each, agreeing or not.

    Returns
    -------
    tuple of (str, callable)
        clopper_pearson, wilson, jeffreys and midp, the default first.
    """
    return OF_SHARES


def check_each_grade(ratings: Ratings, name: str) -> None:
    """Refuse an estimate for each grade where the grades are too many.

    Parameters
    ----------
    ratings : Ratings
        One study or many.
    name : str
        Function that asks, for an error.

    Raises
    ------
    ValueError
        If the estimates would take too long or too much memory.
    """
    q = len(ratings.scale)
    # each holds the influences and the ratings that bear on it
    if not affordable(q, nanoseconds=2e6, held=64.0 * q * ratings.frequencies.size):
        raise ValueError(
            f"`ratings`: {name} has an entry for each of {q} grades, which are too many: round the "
            "scores to fewer grades."
        )


def check_cells(
    ratings: Ratings, name: str, *, steps: float, nanoseconds: float, cells: float
) -> None:
    """Refuse a table over patterns and grades where these are too many.

    Parameters
    ----------
    ratings : Ratings
        One study or many.
    name : str
        Function that asks, for an error.
    steps : float
        Numbers that differentiating by each column of the table looks at.
    nanoseconds : float
        Time for one of them.
    cells : float
        Numbers in the table.

    Raises
    ------
    ValueError
        If that would take too long or too much memory.
    """
    if not affordable(steps, nanoseconds=nanoseconds, held=24.0 * cells):
        raise ValueError(
            f"`ratings`: {name} of {len(ratings.scale)} grades takes too long or too much memory: "
            "round the scores to fewer grades."
        )


def counts_units(study: Study) -> bool:
    """Tell whether agreement is a share of units: at most two ratings each, credit of 0 or 1.

    Parameters
    ----------
    study : Study
        One study or many.

    Returns
    -------
    bool
        Whether the exact intervals of a share apply.
    """
    if isinstance(study.weights, Credit):
        all_or_none = study.weights.gaps.rule == "identity"
    else:
        all_or_none = bool(((study.weights == 0) | (study.weights == 1)).all())
    # by two raters, or by any two of a pool
    return all_or_none and bool(study.ratings.table.totals.max(initial=0) <= 2)


def n_discordant(ratings: Ratings) -> Any:
    """Count the units whose ratings are not all the same grade.

    Parameters
    ----------
    ratings : Ratings
        One study or many.

    Returns
    -------
    float or ndarray, shape (...)
        Number of units.
    """
    return ratings.frequencies.astype(np.float64, copy=False) @ ratings.table.mixed


def n_informative(ratings: Ratings) -> Any:
    """Count the units that say how much a coefficient varies: those that are not like most.

    Parameters
    ----------
    ratings : Ratings
        One study or many.

    Returns
    -------
    float or ndarray, shape (...)
        Units whose ratings are not all the same grade, no more than are unlike the commonest.
    """
    discordant, paired = n_discordant(ratings), ratings.sizes.paired
    if not np.any(2 * discordant > paired):
        return discordant
    order, starts = ratings.derived("alike", _alike, of_patterns=True)
    units = (ratings.frequencies * ratings.table.paired)[..., order]
    commonest = np.add.reduceat(units, starts, axis=-1).max(axis=-1)
    return np.minimum(discordant, paired - commonest)


def _alike(ratings: Ratings) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return patterns in an order that puts those with the same grades together, and each start."""
    rows = ratings.counts if ratings.patterns is None else np.sort(ratings.patterns, axis=1)
    kind = np.unique(rows, axis=0, return_inverse=True)[1].ravel()
    order = np.argsort(kind, kind="stable")
    return order, np.flatnonzero(np.diff(kind[order], prepend=-1))


def _score(
    estimate: Estimate, confidence_level: float, *, chance_is_known: bool, end: float = -np.inf
) -> Limits:
    ratings: Ratings = estimate.origin.ratings
    pieces = ratings.sizes.paired
    if estimate.clusters is not None:
        pieces = n_clusters(ratings.frequencies, estimate.clusters, ratings.table.paired)
    known = known_by_agreement(estimate.observed, estimate.expected, pieces)
    # who graded what takes as long to find as the limits: where it is asked for only
    rare = np.zeros_like(known, dtype=np.bool_) if chance_is_known else known < 1
    least = np.where(rare, estimate.range[0], -np.inf) if rare.any() else -np.inf
    return score_limits(
        estimate.value,
        estimate.observed,
        estimate.expected,
        estimate.standard_error,
        pieces,
        np.minimum(n_informative(ratings), pieces),
        confidence_level=confidence_level,
        stops=(least, end),
    )


def _t(estimate: Estimate, confidence_level: float) -> Limits:
    return t_limits(
        estimate.value,
        estimate.standard_error,
        estimate.n_independent,
        confidence_level=confidence_level,
    )


def _wald(estimate: Estimate, confidence_level: float) -> Limits:
    return wald_limits(estimate.value, estimate.standard_error, confidence_level=confidence_level)


def _logit(estimate: Estimate, confidence_level: float) -> Limits:
    return logit_by_name(estimate, estimate.n_independent, confidence_level)


def logit_by_name(estimate: Estimate, n_units: Any, confidence_level: float) -> Limits:
    """Return logit limits that say where they are those of another method.

    Parameters
    ----------
    estimate : Estimate
        A coefficient.
    n_units : int or ndarray, shape (...)
        Independent units; one more than the degrees of freedom of the error.
    confidence_level : float
        Wanted coverage, between 0 and 1.

    Returns
    -------
    low, high : ndarray
        The limits.
    """
    value, error, expected = estimate.value, estimate.standard_error, estimate.expected
    gone = ~is_on_logit_scale(value, error, expected)
    least = estimate.range[0] if gone.any() else -np.inf
    found = logit_limits(
        value, error, n_units, expected, confidence_level=confidence_level, least=least
    )
    return instead(found, found, gone, PLAIN_SCORE, NO_LOGIT)


def _proportion(
    estimate: Estimate, confidence_level: float, *, limits: Callable[..., Limits]
) -> Limits:
    n = np.asarray(estimate.n_units, dtype=np.float64)
    successes = estimate.value * n
    # units that are weighted need not be whole
    successes = np.where(n % 1, np.minimum(successes, n), np.round(successes))
    return limits(successes, n, confidence_level=confidence_level)


# what each offers whatever the study
OF_COEFFICIENTS: dict[bool, tuple[Method, ...]] = {
    known: (
        ("score", keyed(_score, chance_is_known=known)),
        ("t", keyed(_t)),
        ("wald", keyed(_wald)),
        ("logit", keyed(_logit)),
    )
    for known in (True, False)
}
OF_SHARES: tuple[Method, ...] = tuple(
    (name, keyed(_proportion, limits=keyed(limits)))
    for name, limits in {
        "clopper_pearson": clopper_pearson_limits,
        "wilson": wilson_limits,
        "jeffreys": jeffreys_limits,
        "midp": midp_limits,
    }.items()
)


def as_count(value: npt.NDArray[Any]) -> Any:
    """Return a whole number of units for a single study, the array for many.

    Parameters
    ----------
    value : ndarray, shape (...)
        Units of a study; fractional only where frequencies are weights.

    Returns
    -------
    int, float or ndarray
        The same.
    """
    if isinstance(value, np.ndarray) and value.ndim:
        return value
    number = float(value)
    return int(number) if number.is_integer() else number


def as_float(value: npt.NDArray[Any]) -> Any:
    """Return a float for a single study, the array for many.

    Parameters
    ----------
    value : ndarray, shape (...)
        A number a study.

    Returns
    -------
    float or ndarray
        The same.
    """
    return value if isinstance(value, np.ndarray) and value.ndim else float(value)
