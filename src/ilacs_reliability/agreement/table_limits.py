"""Limits of a coefficient of two raters and two grades by looking through every table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._data.wide import Credit
from ilacs_reliability._inference.two_by_two import (
    Form,
    enumerated_limits,
    enumerated_p_values,
)
from ilacs_reliability._results.estimates import Estimate, Limits, Method
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.named_limits import instead, name_of, under_name
from ilacs_reliability.agreement.spoken_notes import at_end_of_two, beyond_tables, of_many_studies
from ilacs_reliability.agreement.studies import Study

# units beyond which all tables take more than a twentieth of a second
MOST_UNITS = 200
# nanoseconds for the limits of a study, and for its p-value: at least, and by its units squared
FOR_LIMITS, FOR_P_VALUE = (5e5, 600.0), (2e4, 60.0)
# values this near are equal but for rounding
NEAR = 1e-9
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
        With enumerated: the first where a study has at most 200 units, else the last.

    Notes
    -----
    For a value :math:`k_0` of the coefficient, let the shares of the four cells be those of
    greatest likelihood with that value. The value is inside the limits where the chance of an
    estimate further from it than the one seen, on the same side, is more than :math:`(1 - c) / 2`
    at these shares, with c the level and half the chance of the same estimate added: Lloyd's
    E p-value [1]_, in both tails, with mid-p [2]_. Tables of which the coefficient is undefined are
    left out, as coverage is counted where there is a value. The chances are sums over all tables of
    as many units, without simulation.

    More than 200 units and units that are weighted take the score limits and say so. So do many
    studies at once where the different tables among them take more than some five seconds, and a
    study whose two grades allow no less agreement where an unused third grade would.

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
    grades = ratings.derived("two grades", _two_grades)
    if grades is None or isinstance(study.weights, Credit):
        return methods
    credit = float(study.weights[grades.first, grades.second])
    if credit >= FULL_CREDIT:
        return methods
    limits = Enumerated(study.frequencies @ grades.cells, form(study, credit))
    found: Method = ("enumerated", keyed(Enumerated.limits, limits))
    return (found, *methods) if limits.is_small.any() else (*methods, found)


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
        find = partial(enumerated_limits, form=self.form, confidence_level=confidence_level)
        ends = self._found(find, np.isfinite(value), FOR_LIMITS, rows=2)
        if ends is None:
            low, high = limits = score(estimate, confidence_level)
            name = name_of(limits) or "score"
            return under_name(low, high, of_many_studies(name))
        low, high = ends
        small = self.is_small
        gone = np.isfinite(value) & (~small | self._at_end(estimate))
        if not gone.any():
            return low, high
        weighted = (self.counts != np.floor(self.counts)).any()
        why = at_end_of_two() if small.all() else beyond_tables(MOST_UNITS, bool(weighted))
        return instead((low, high), score(estimate, confidence_level), gone, "score", why)

    def leaving(self, estimate: Estimate, threshold: float) -> FloatArray:
        """Return the least alpha at which the limits leave a threshold out, shape (...).

        nan where a study has no value, is too large or could agree less with a third grade, and of
        all where it would take too long.
        """
        known = np.isfinite(estimate.value) & ~self._at_end(estimate)
        find = partial(enumerated_p_values, form=self.form, value=threshold)
        found = self._found(find, known, FOR_P_VALUE)
        return np.full(np.shape(known), np.nan) if found is None else found[0]

    def _at_end(self, estimate: Estimate) -> Any:
        """Whether two grades allow no less than what was seen, but a third would, shape (...)."""
        end = 1.0 - self.form.most
        return (np.asarray(estimate.value) <= end + NEAR) & (
            np.asarray(estimate.range[0]) < end - NEAR
        )

    def _found(
        self, find: Any, known: Any, costs: tuple[float, float], rows: int = 1
    ) -> FloatArray | None:
        """Return what is found of each table, (rows, ...), once of those alike; nan elsewhere."""
        found = np.full((rows, *np.shape(known)), np.nan)
        places = np.flatnonzero(known & self.is_small)
        tables, place = _different(_alike(self.counts.reshape(-1, 4)[places], self.form))
        sizes = tables.sum(axis=1)
        least, by_size = costs
        if not affordable(float((least + by_size * sizes**2).sum()), nanoseconds=1.0):
            return None
        of_tables = np.empty((rows, len(tables)))
        for size in np.unique(sizes):
            of_tables[:, sizes == size] = find(tables[sizes == size])
        found.reshape(rows, -1)[:, places] = of_tables[:, place]
        return found


def _two_grades(ratings: Ratings) -> Grades | None:
    """Return the two grades where all units have two ratings, and no third was given."""
    table, seen = ratings.table, np.ones(len(ratings.table.totals), dtype=np.bool_)
    if ratings.frequencies.ndim == 1:
        # a pattern that no unit has decides nothing; of a batch some study may have it
        seen = ratings.frequencies > 0
    if table.is_wide or not np.isin(table.totals[seen], (0, 2)).all():
        return None
    used = np.flatnonzero(table.counts[seen].any(axis=0))
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


def _different(tables: FloatArray) -> tuple[FloatArray, Any]:
    """Return each table once, and which of them each is."""
    # halves are as fine as counts go
    base = 2 * MOST_UNITS + 1
    keys = (2 * tables).astype(np.int64) @ base ** np.arange(4)
    _, first, place = np.unique(keys, return_index=True, return_inverse=True)
    return tables[first], place.ravel()
