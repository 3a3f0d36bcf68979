"""Limits of a coefficient of two raters and two grades by looking through every table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._data.wide import Credit
from ilacs_reliability._inference.two_by_two import (
    Form,
    enumerated_limits,
    enumerated_p_value,
)
from ilacs_reliability._results.estimates import Estimate, Limits, Method
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.named_limits import instead
from ilacs_reliability.agreement.studies import Study

# units beyond which all tables take more than a twentieth of a second
MOST_UNITS = 200
# time for a study, and for each table size squared
NANOSECONDS = 4e6
# a credit this near to 1 is full but for rounding
FULL_CREDIT = 1 - 1e-9


class Grades(NamedTuple):
    """The two grades that were used, and which pair of them each pattern is, (n_patterns, 4)."""

    first: int
    second: int
    cells: FloatArray


def enumerated_methods(study: Study, methods: tuple[Method, ...], form: Any) -> tuple[Method, ...]:
    r"""Add the interval by all tables where two raters gave two grades to every unit.

    Parameters
    ----------
    study : Study
        What the coefficient was computed from.
    methods : tuple of (str, Keyed)
        The other intervals that it offers.
    form : callable
        Takes the study and the credit between the two grades to the `Form` of the coefficient.

    Returns
    -------
    tuple of (str, Keyed)
        With enumerated: the first for a single study, the last for many, each of which takes some
        milliseconds.

    Notes
    -----
    For a value :math:`k_0` of the coefficient, let the shares of the four cells be those of
    greatest likelihood with that value. The value is inside the limits where the chance of an
    estimate further from it than the one seen, on the same side, is more than :math:`(1 - c) / 2`
    at these shares, with c the level and half the chance of the same estimate added: Lloyd's
    E p-value [1]_, in both tails, with mid-p [2]_. Tables of which the coefficient is undefined are
    left out, as coverage is counted where there is a value. The chances are sums over all tables of
    as many units, without simulation.

    More than 200 units and units that are weighted take the score limits and say so.

    References
    ----------
    .. [1] C. J. Lloyd, "Exact p-values for discrete models obtained by estimation and
           maximization", Australian and New Zealand Journal of Statistics 50 (2008), 329-345.
    .. [2] G. Berry and P. Armitage, "Mid-P confidence intervals: a brief review", The Statistician
           44 (1995), 417-423.
    """
    ratings = study.ratings
    if ratings.n_raters != 2 or ratings.clusters is not None:
        return methods
    grades = ratings.derived("two grades", _two_grades, of_patterns=True)
    if grades is None or isinstance(study.weights, Credit):
        return methods
    credit = float(study.weights[grades.first, grades.second])
    if credit >= FULL_CREDIT:
        return methods
    limits = Enumerated(study.frequencies @ grades.cells, form(study, credit))
    found: Method = ("enumerated", keyed(Enumerated.limits, limits))
    is_first = not study.is_batch and limits.is_small
    return (found, *methods) if is_first else (*methods, found)


@dataclass(frozen=True, slots=True, eq=False)
class Enumerated:
    """The limits of one study or of many, from the counts of their four cells, (..., 4)."""

    counts: FloatArray
    form: Form

    @property
    def is_small(self) -> Any:
        """Whether all tables of a study can be looked through, shape (...)."""
        whole = (self.counts == np.floor(self.counts)).all(axis=-1)
        return whole & (self.counts.sum(axis=-1) <= MOST_UNITS)

    def limits(self, estimate: Estimate, confidence_level: float) -> Limits:
        """Return the limits; those of the score where tables are too many."""
        value, score = np.asarray(estimate.value), dict(estimate.methods)["score"]
        rows = np.flatnonzero(np.isfinite(value) & self.is_small)
        tables = self.counts.reshape(-1, 4)[rows]
        tables, place = np.unique(_alike(tables, self.form), axis=0, return_inverse=True)
        low, high = np.full(value.shape, np.nan), np.full(value.shape, np.nan)
        many = not affordable(len(tables), nanoseconds=NANOSECONDS)
        if not many:
            found = [enumerated_limits(t, self.form, confidence_level) for t in tables]
            for end, limits in zip((low, high), np.reshape(found, (-1, 2)).T, strict=True):
                end.reshape(-1)[rows] = limits[place.ravel()]
        gone = np.isfinite(value) & np.isnan(low)
        if not gone.any():
            return low, high
        other, why = score(estimate, confidence_level), "there are many studies"
        if not many:
            weighted = (self.counts != np.floor(self.counts)).any()
            why = "units are weighted" if weighted else f"there are more than {MOST_UNITS} units"
        return instead((low, high), other, gone, "score", why)

    def leaving(self, threshold: float) -> float:
        """Return the least alpha at which the limits of a single study leave a threshold out."""
        return enumerated_p_value(_alike(self.counts[None], self.form)[0], self.form, threshold)


def _two_grades(ratings: Ratings) -> Grades | None:
    """Return the two grades where all units have two ratings, and no third was given."""
    table = ratings.table
    if table.is_wide or not ((table.totals == 0) | (table.totals == 2)).all():
        return None
    used = np.flatnonzero(table.counts.any(axis=0))
    if len(used) == 1 and ratings.scale.n_grades == 2:
        used = np.array([0, 1])
    if len(used) != 2:
        return None
    given = table.counts[:, used]
    cells = np.zeros((len(given), 4))
    cells[:, 0], cells[:, 3] = given[:, 0] == 2, given[:, 1] == 2
    # who gave which does not matter where raters are anonymous
    first = given[:, 0] == 1 if ratings.patterns is None else ratings.patterns[:, 0] == used[0]
    cells[:, 1] = (given[:, 0] == 1) & first
    cells[:, 2] = (given[:, 0] == 1) & ~first
    return Grades(int(used[0]), int(used[1]), cells)


def _alike(counts: FloatArray, form: Form) -> FloatArray:
    """Let the commoner grade and the commoner difference come first: limits are the same."""
    apart = np.sort(counts[:, 1:3], axis=-1)[:, ::-1]
    if not form.apart:
        apart = np.broadcast_to(apart.mean(axis=-1, keepdims=True), apart.shape)
    same = np.sort(counts[:, [0, 3]], axis=-1)
    return np.column_stack([same[:, 1], apart, same[:, 0]])
