"""Limits of a coefficient by what the likelihood of the patterns leaves open."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations, combinations_with_replacement, product
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

from ilacs_reliability._data.ratings import FROM_PATTERNS, Ratings
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._data.wide import would_be_wide
from ilacs_reliability._inference.farthest import farthest
from ilacs_reliability._inference.students import t_quantile
from ilacs_reliability._results.estimates import Estimate, Limits, Method
from ilacs_reliability._results.influences import n_clusters, standard_error
from ilacs_reliability._results.keyed import Keyed, keyed
from ilacs_reliability._results.named_limits import instead
from ilacs_reliability.agreement.spoken_notes import FEW_IN_CLUSTERS, FEW_PAIRED, NO_OTHER_PATTERN
from ilacs_reliability.agreement.studies import Origin, Study, credit_within, study_of

# takes an origin and pattern sums to the coefficient in the long run and its influences
Curve: TypeAlias = Callable[..., tuple[FloatArray, FloatArray]]

# raters of a unit, where they are known, and patterns that are looked through
MOST_RATERS, MOST_PATTERNS = 8, 3000
# units below which the likelihood leaves nearly all open, and its ends are not found for certain
FEWEST_UNITS = 5
# a credit this near to 1 is full but for rounding; what stands for zero
FULL_CREDIT, TINY = 1 - 1e-9, 1e-300
# the level of which limits at a higher one hold those
USUAL = 0.95
# how far a search may stop before an end of a difference
SEARCHED = 1e-6
# ways to grade a unit; of more, only those with at most two grades are taken in unseen
MOST_WAYS = 300
# how closely the log of a level is worth finding, as limits come of a climb
DIGITS = 1e-7


def likelihood_methods(curve: Keyed, *, pairs_only: bool = False) -> tuple[Method, ...]:
    r"""List the likelihood interval, for where `offers_likelihood`.

    Parameters
    ----------
    curve : Keyed
        Takes an origin and pattern sums of many studies to the coefficient in the long run, shape
        (...), and the influence of each pattern on it, shape (..., n_patterns).
    pairs_only : bool, optional
        Whether units with a single rating do not enter. Default: they do.

    Returns
    -------
    tuple of (str, callable)
        likelihood, of an estimate whose `origin` is an `Origin`.

    Notes
    -----
    The limits are the least and the greatest value of the coefficient over all shares of the
    patterns whose log likelihood is at most :math:`t^2 / 2` below its maximum [1]_, with t the
    quantile of Student's distribution on one less than the units that have two ratings. A pattern
    need not have been seen: all in which raters seen together give grades that were used are
    possible (where one grade was used, all grades of the scale). Of more than 300 such, those of
    three grades and more are left out that were not seen.

    Where few units disagree, say d, a likelihood rules out too much: for the lower limit
    :math:`t^2` is at least :math:`2 (\lambda - d - d \log(\lambda / d))`, with :math:`\lambda` the
    quantile of a gamma distribution of shape d + 2/3: at 95 % the mid-p limit of a Poisson mean
    within a fiftieth [2]_. For the upper limit d counts the units in which any two agree.

    Where units come in clusters, all of this is multiplied by the design effect, the squared ratio
    of the two standard errors where that exceeds 1, with t for the clusters. Fewer than five units
    with two ratings, divided by that effect, or fewer clusters of them leave so much open that
    score limits stand in, as they do where no other pattern is possible.

    References
    ----------
    .. [1] A. B. Owen, "Empirical likelihood ratio confidence intervals for a single functional",
           Biometrika 75 (1988), 237-249.
    .. [2] G. Berry and P. Armitage, "Mid-P confidence intervals: a brief review", The Statistician
           44 (1995), 417-423.
    """
    return (("likelihood", keyed(Likelihood.limits, Likelihood(curve, pairs_only))),)


def offers_likelihood(ratings: Ratings) -> bool:
    """Tell whether a study's patterns are few enough for the likelihood interval.

    Parameters
    ----------
    ratings : Ratings
        One study or many.

    Returns
    -------
    bool
        Whether they are.
    """
    return ratings.derived("likelihood", _is_offered, of_patterns=True)


@dataclass(frozen=True, slots=True, eq=False)
class _Room:
    """All patterns that are taken to be possible.

    `place` is where each pattern of the study is among them, `by` which of them are by the same
    raters.
    """

    ratings: Ratings
    place: npt.NDArray[np.intp]
    by: npt.NDArray[np.intp]

    def counted(self, frequencies: FloatArray) -> FloatArray:
        """Return how often each occurs, (..., n_patterns)."""
        total = np.zeros((*frequencies.shape[:-1], len(self.by)))
        places: Any = (..., self.place)
        np.add.at(total, places, frequencies)
        return total

    def possible(self, times: FloatArray) -> npt.NDArray[np.bool_]:
        """Tell which may occur where these did: by the same raters, with grades in use."""
        given = self.ratings.table.counts > 0
        used = (times > 0) @ given
        # one grade alone says nothing of which others there are
        used |= used.sum(axis=-1, keepdims=True) == 1
        groups = self.by[:, None] == np.arange(self.by.max() + 1)
        seen = ((times > 0) @ groups)[..., self.by]
        found: npt.NDArray[np.bool_] = seen & ~(~used @ given.T)
        return found


class Likelihood(NamedTuple):
    """The limits of an estimate whose `origin` is an `Origin`, from its curve."""

    curve: Keyed
    pairs_only: bool

    @property
    def digits(self) -> float:
        """How closely the log of a level is found whose limits leave a threshold out."""
        return DIGITS

    def limits(self, estimate: Estimate, confidence_level: float) -> Limits:
        """Return the limits; those of the score where nothing else is possible."""
        study = _study(estimate)
        few = _is_few(estimate, study)
        low, high = np.full((2, *few.shape), np.nan)
        if not few.all():
            reaches = _reaches(estimate, confidence_level, study)
            low, high = _farthest(study.ratings, [(1.0, estimate)], *reaches)
        gone = ~np.isnan(estimate.value) & (few | ~(high > low))
        if not gone.any():
            return low, high
        other = dict(estimate.methods)["score"](estimate, confidence_level)
        why = _why_few(study) if few[gone].all() else NO_OTHER_PATTERN
        return instead((low, high), other, gone, "score", why)

    def of_difference(self, a: Estimate, b: Estimate) -> Keyed | None:
        """Return the limits of a difference, of the same raters and units; None for others."""
        if not all("likelihood" in one.interval_methods for one in (a, b)):
            return None
        # of two pairs of raters the patterns are others
        first, second = a.origin.ratings, b.origin.ratings
        same = first is second or (
            np.array_equal(first.counts, second.counts)
            and np.array_equal(first.patterns, second.patterns)
        )
        few = any(_is_few(one, _study(one)) for one in (a, b))
        return keyed(difference_limits, a, b) if same and not few else None


def difference_limits(
    a: Estimate, b: Estimate, estimate: Estimate, confidence_level: float
) -> Limits:
    """Return how far apart two coefficients can be before the data speak against it.

    What is rare may bear on either end: the likelihood may fall as far as it may at any limit of
    either coefficient.
    """
    reaches = [_reaches(estimate, confidence_level, _study(one)) for one in (a, b)]
    reach, usual = (_either(*ends) for ends in zip(*reaches, strict=True))
    low, high = _farthest(a.origin.ratings, [(1.0, a), (-1.0, b)], reach, usual)
    if np.isfinite(low) and high > low:
        # a difference that is never below 0 must not seem above it by what the search leaves
        return low - SEARCHED, high + SEARCHED
    other = dict(estimate.methods)["t"](estimate, confidence_level)
    return instead((low, high), other, True, "t", NO_OTHER_PATTERN)


def _either(one: FloatArray | None, other: FloatArray | None) -> Any:
    """Return the farther of two coefficients' reaches at either end, (2,)."""
    return None if one is None or other is None else np.full(2, max(one.max(), other.max()))


def _study(estimate: Estimate) -> Study:
    return study_of(estimate.origin.ratings, estimate.origin.weights)


def _farthest(
    ratings: Ratings,
    terms: list[tuple[float, Estimate]],
    reach: FloatArray,
    usual: FloatArray | None,
) -> tuple[FloatArray, FloatArray]:
    """Return the ends of a sum of coefficients, each with its factor."""
    room = ratings.derived("pattern room", _room, of_patterns=True)
    parts = [_part(factor, one) for factor, one in terms]
    pairs_only = all(part.pairs_only for part in parts)
    enters = ratings.table.paired if pairs_only else ratings.table.rated
    times = room.counted(parts[0].study.frequencies * enters)
    possible = room.possible(times)
    columns = np.flatnonzero(possible.reshape(-1, possible.shape[-1]).any(axis=0))
    evaluate = partial(_on_room, room=room, columns=columns, parts=parts)
    return farthest(evaluate, times[..., columns], reach, possible[..., columns], usual)


class _Part(NamedTuple):
    """A coefficient, times a factor, with its curve as the search calls it."""

    factor: float
    curve: Curve
    pairs_only: bool
    study: Study
    origin: Origin


def _part(factor: float, estimate: Estimate) -> _Part:
    found: Likelihood = dict(estimate.methods)["likelihood"].first[0]
    curve = found.curve.bound()
    return _Part(factor, curve, found.pairs_only, _study(estimate), estimate.origin)


def _reaches(
    estimate: Estimate, confidence_level: float, study: Study
) -> tuple[FloatArray, FloatArray | None]:
    """Return the reach at a level, and that of the usual one where this is higher."""
    reach = _reach(estimate, confidence_level, study)
    return reach, _reach(estimate, USUAL, study) if confidence_level > USUAL else None


def _reach(estimate: Estimate, confidence_level: float, study: Study) -> FloatArray:
    """Return how far twice the log likelihood may fall at the lower and upper limit, (2, ...)."""
    paired = study.ratings.table.paired
    pieces, effect = _pieces(estimate, study)
    quantile = t_quantile(pieces - 1.0, (1.0 + confidence_level) / 2.0)
    against = [study.credit < FULL_CREDIT, study.credit > 1.0 - FULL_CREDIT]
    rare = [study.frequencies @ (paired * which) / effect for which in against]
    by_few = np.array([_reach_of_count(count, confidence_level) for count in rare])
    reach: FloatArray = np.maximum(quantile**2, by_few) * effect
    return reach


def _pieces(estimate: Estimate, study: Study) -> tuple[Any, FloatArray]:
    """Return how many independent pieces there are, and by how much units count for fewer."""
    units: Any = study.n_paired
    if estimate.clusters is None:
        return units, np.ones(np.shape(units))
    pieces = n_clusters(study.frequencies, estimate.clusters, study.ratings.table.paired)
    return pieces, _design_effect(estimate, units / pieces)


def _is_few(estimate: Estimate, study: Study) -> npt.NDArray[np.bool_]:
    """Tell where so few units have two ratings, or count for so few, that all is left open."""
    pieces, effect = _pieces(estimate, study)
    return np.asarray(np.minimum(pieces, study.n_paired / effect) < FEWEST_UNITS)


def _why_few(study: Study) -> str:
    in_clusters = (np.asarray(study.n_paired) >= FEWEST_UNITS).any()
    return FEW_IN_CLUSTERS if in_clusters else FEW_PAIRED


def _reach_of_count(count: Any, confidence_level: float) -> FloatArray:
    """Return the fall at the upper limit of a Poisson mean that half counts what was seen."""
    # two thirds of a unit more is as the mid-p, within a fiftieth at 95 %
    most = special.gammainccinv(count + 2.0 / 3.0, (1.0 - confidence_level) / 2.0)
    more = most - count
    share = more / np.maximum(count, TINY)
    fall: FloatArray = 2.0 * np.where(count > 0, count * (share - np.log1p(share)), most)
    return fall


def _design_effect(estimate: Estimate, largest: Any) -> FloatArray:
    """Return by how much clusters raise the variance; the most they can where none is seen."""
    alone = standard_error(
        estimate.influence, estimate.frequencies, estimate.n_units, None, enters=estimate.enters
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.divide(estimate.standard_error, alone) ** 2
    effect: FloatArray = np.where(np.isfinite(ratio), np.maximum(ratio, 1.0), largest)
    return effect


def _on_room(
    shares: FloatArray, *, room: _Room, columns: npt.NDArray[np.intp], parts: list[_Part]
) -> tuple[FloatArray, FloatArray]:
    """Evaluate a sum of coefficients at shares of some patterns of the room."""
    ratings, table = room.ratings, room.ratings.table
    whole = np.zeros((*shares.shape[:-1], len(room.by)))
    whole[..., columns] = shares
    n_rated, n_paired = whole @ table.rated, whole @ table.paired
    value, influence = np.zeros(n_rated.shape), np.zeros(whole.shape)
    for part in parts:
        weights = part.study.weights
        there = Study(
            ratings=ratings,
            weights=weights,
            frequencies=whole,
            credit=credit_within(ratings, weights),
            n_rated=n_rated,
            n_paired=n_paired,
        )
        own, pull = part.curve(part.origin, there)
        units = n_paired if part.pairs_only else n_rated
        value = value + part.factor * own
        influence = influence + part.factor * pull / units[..., None]
    return value, influence[..., columns]


def _is_offered(ratings: Ratings) -> bool:
    """Tell whether patterns are few enough, without writing them down where they are very few."""
    table, q = ratings.table, ratings.scale.n_grades
    if table.is_wide or len(table.totals) > MOST_PATTERNS or not table.paired.any():
        return False
    known = ratings.patterns is not None
    if known:
        if table.totals.max() > MOST_RATERS:
            return False
        if (q + 1) ** ratings.n_raters <= MOST_WAYS:
            return True
    number = n_possible(ratings)
    # without its zeros the table of what is possible could not be gone through
    wide = known and would_be_wide(number, ratings.n_raters, q)
    return number <= MOST_PATTERNS and not wide


def n_possible(ratings: Ratings) -> int:
    """Return how many patterns are looked through, those that were seen counted once more."""
    kinds, grades = _kinds(ratings), len(_grades(ratings))
    unseen = sum(_n_ways(kind, grades, two=_is_many(kinds, grades)) for kind in kinds)
    return unseen + len(ratings.table.totals)


def _kinds(ratings: Ratings) -> list[Any]:
    """Return which raters graded a unit, each set once; how many where they are anonymous."""
    if ratings.patterns is None:
        return [int(n) for n in np.unique(ratings.table.totals) if n > 0]
    given = np.unique(ratings.patterns >= 0, axis=0)
    return [tuple(np.flatnonzero(row)) for row in given if row.any()]


def _grades(ratings: Ratings) -> list[int]:
    """Return the grades of the scale, or those in use where all are too many."""
    q = ratings.scale.n_grades
    if not _is_many(_kinds(ratings), q):
        return list(range(q))
    return [int(grade) for grade in np.flatnonzero(ratings.table.counts.any(axis=0))]


def _is_many(kinds: list[Any], n_grades: int) -> bool:
    return sum(_n_ways(kind, n_grades, two=False) for kind in kinds) > MOST_WAYS


def _n_ways(kind: Any, q: int, *, two: bool) -> int:
    """Return in how many ways raters can give grades, of which at most two differ or any number."""
    if isinstance(kind, int):
        return q + math.comb(q, 2) * (kind - 1) if two else math.comb(kind + q - 1, kind)
    n = len(kind)
    return int(q + math.comb(q, 2) * (2**n - 2) if two else q**n)


def _room(ratings: Ratings) -> _Room:
    kinds, grades = _kinds(ratings), _grades(ratings)
    many, q, m = _is_many(kinds, len(grades)), ratings.scale.n_grades, ratings.n_raters
    known = ratings.patterns is not None
    choices: list[Any] = list(combinations(grades, 2)) if many and len(grades) > 1 else [grades]
    rows = [_ways(kind, some, q, m) for kind in kinds for some in choices]
    own = np.asarray(ratings.patterns if known else ratings.counts, dtype=np.int64)
    together = np.concatenate([own, *rows])
    patterns, place = np.unique(together, axis=0, return_inverse=True)
    rated = (patterns >= 0).any(axis=1) if known else patterns.any(axis=1)
    kind_of = patterns >= 0 if known else patterns.sum(axis=1, keepdims=True)
    by = np.unique(kind_of, axis=0, return_inverse=True)[1].ravel()
    there = replace(
        ratings,
        frequencies=np.where(rated, 1, 0),
        patterns=patterns.astype(np.int8 if q < 128 else np.int64) if known else None,
        counts=FROM_PATTERNS if known else patterns,
        clusters=None,
        units=None,
        rows=None,
    )
    return _Room(there, place.ravel()[: len(own)], by)


def _ways(kind: Any, grades: Any, q: int, m: int) -> npt.NDArray[np.int64]:
    """Return the patterns in which these raters give these grades."""
    if isinstance(kind, int):
        ways = combinations_with_replacement(grades, kind)
        return np.array([np.bincount(way, minlength=q) for way in ways])
    chosen = np.array(list(product(grades, repeat=len(kind))))
    rows = np.full((len(chosen), m), -1)
    rows[:, kind] = chosen
    return rows
