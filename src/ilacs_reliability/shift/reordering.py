"""Sums over occasions that change places within a unit, or a cluster, and how they are judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import permutations
from math import factorial
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from ilacs_reliability._checks.randomness import as_generator
from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._data.scales import FloatArray, IntArray
from ilacs_reliability._inference.null import (
    ChiSquare,
    Drawn,
    Exact,
    Null,
    affordable_draws,
    found_by,
    listed,
)
from ilacs_reliability._results.estimates import Estimate, Limits, by_cluster
from ilacs_reliability._results.wording import whole
from ilacs_reliability.shift.moves import NOT_SHOWN
from ilacs_reliability.shift.sign_flips import BLOCK
from ilacs_reliability.shift.testing import pseudo_inverse

# orders of a unit's grades that are listed, and steps of an exact distribution
MOST_OCCASIONS_LISTED = 6
LARGEST_EFFORT = 30_000_000
# time to draw how many have an order, to sort an occasion and to move a value
NANOSECONDS, NANOSECONDS_SORTED, NANOSECONDS_A_CELL = 110.0, 20.0, 5.0
# the interval is never a point, however low its level
LEAST = 1e-6


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Reordering:
    """Values of pieces on each occasion, which change places under no difference.

    Attributes
    ----------
    rows : ndarray of float, shape (n_rows, n_occasions, n_dims)
        Values less their mean over occasions, of units or of clusters.
    times : ndarray of int, shape (n_rows,)
        How many pieces have these values.
    precision : ndarray of float, shape (n_dims, n_dims)
        The inverse covariance of a sum, for all orders alike.
    rank : int
        Its rank.
    null : Null
        The distribution of the statistic under no difference.
    """

    rows: FloatArray
    times: IntArray
    precision: FloatArray
    rank: int
    null: Null

    @property
    def n_pieces(self) -> int:
        """Units, or clusters."""
        return int(self.times.sum())

    @property
    def df(self) -> int:
        """Degrees of freedom."""
        return int((self.rows.shape[1] - 1) * self.rank)

    @property
    def sums(self) -> FloatArray:
        """Sums of the values, shape (n_occasions, n_dims)."""
        sums: FloatArray = np.tensordot(self.times.astype(np.float64), self.rows, axes=1)
        return sums

    @property
    def statistic(self) -> float:
        """The squares of the sums, weighed by the precision."""
        return float(_form(self.sums[None], self.precision)[0])

    @property
    def p_value(self) -> float:
        """Between 0 and 1; 1 where nothing differs."""
        return self.null.reach(self.statistic) if self.rank else 1.0

    @property
    def shares(self) -> FloatArray:
        """The share of the variance in its own direction that each kind of piece makes."""
        shares: FloatArray = _form(self.rows, self.precision) / (self.rows.shape[1] - 1)
        return shares[self.times > 0]

    @property
    def largest(self) -> float:
        """The largest statistic there can be: each piece has the same values in the same order."""
        free = self.rows.shape[1] - 1
        return float(self.n_pieces * free * min(self.rank, free))

    @property
    def differing(self) -> tuple[FloatArray, IntArray]:
        """Values that differ between occasions, in ascending order, and how many pieces have them.

        All orders of a piece's values are alike under no difference, so that those with the same
        values are one: neither draws nor effort hang on the order of units or of occasions.
        """
        kept = (self.rows != 0).any(axis=(1, 2)) & (self.times > 0)
        rows = self.rows[kept]
        if not len(rows):
            return rows, self.times[kept]
        keys = np.round(rows, 9) + 0.0
        order = np.lexsort(np.moveaxis(keys, 2, 0)[::-1], axis=1)[:, :, None]
        keys = np.take_along_axis(keys, order, axis=1)
        _, first, place = np.unique(
            keys.reshape(len(rows), -1), axis=0, return_index=True, return_inverse=True
        )
        times = np.bincount(place.ravel(), weights=self.times[kept]).astype(np.int64)
        return np.take_along_axis(rows, order, axis=1)[first], times


def reordering_of(
    ratings: Ratings, centred: FloatArray, method: str, n_resamples: int, rng: Any
) -> Reordering:
    """Collect values on each occasion, over clusters where there are any.

    Parameters
    ----------
    ratings : Ratings
        The units.
    centred : ndarray of float, shape (n_rows, n_occasions, n_dims)
        Values of a unit of each row, less their mean over occasions.
    method : {"asymptotic", "exact", "monte_carlo"}
        How the p-value is found; "exact" becomes "monte_carlo" where there is too much to
        enumerate.
    n_resamples : int
        Draws.
    rng : Generator, int or None
        Where random numbers come from.

    Returns
    -------
    Reordering
        The values and how they are judged.
    """
    rows, times = centred, ratings.frequencies.astype(np.int64)
    if ratings.clusters is not None:
        rows = np.zeros((int(ratings.clusters.max()) + 1, *centred.shape[1:]))
        np.add.at(rows, ratings.clusters, centred * times[:, None, None])
        rows[np.abs(rows) < 1e-9] = 0.0
        times = np.ones(len(rows), dtype=np.int64)
    covariance = np.einsum("u,uoi,uoj->ij", times.astype(np.float64), rows, rows)
    inverse, rank = pseudo_inverse(covariance)
    precision = (rows.shape[1] - 1) * inverse
    chi_square = ChiSquare((rows.shape[1] - 1) * rank)
    found = Reordering(rows=rows, times=times, precision=precision, rank=rank, null=chi_square)
    null = found_by(
        method,
        exact=partial(_enumerated, found),
        drawn=partial(_drawn, found, n_resamples, rng),
        asymptotic=lambda: chi_square,
    )
    return found if null is chi_square else replace(found, null=null)


def occasions_estimate(
    ratings: Ratings, centred: FloatArray, found: Reordering, *, label: str
) -> Estimate:
    """Estimate how far occasions differ, from 0 to 1.

    Parameters
    ----------
    ratings : Ratings
        The units.
    centred : ndarray of float, shape (n_rows, n_occasions, n_dims)
        Values of a unit of each row, less their mean over occasions.
    found : Reordering
        The values and how they are judged.
    label : str
        As in `Estimate`.

    Returns
    -------
    Estimate
        The statistic over the largest there can be. Its interval "ball" leaves zero out exactly
        where the test rejects.
    """
    value = min(found.statistic / found.largest, 1.0) if found.rank else 0.0
    return Estimate(
        value=value,
        name="kendall_w",
        label=label,
        frequencies=ratings.frequencies.astype(np.float64),
        influence_source=_influence(ratings, centred, found, value),
        n_units=int(ratings.frequencies.sum()),
        clusters=ratings.clusters,
        methods=(("ball", partial(_ball, found=found)),),
        notes=ratings.notes,
        limits=NOT_SHOWN,
    )


def _ball(estimate: Estimate, confidence_level: float, *, found: Reordering) -> Limits:
    if not found.rank:
        # all alike: the share of pieces that may differ after all, each to the utmost
        return 0.0, 1 - ((1 - confidence_level) / 2) ** (1 / found.n_pieces)
    radius = max(float(np.sqrt(_critical_value(confidence_level, found))), LEAST)
    root, scale = float(np.sqrt(found.statistic)), found.largest
    return max(root - radius, 0.0) ** 2 / scale, min((root + radius) ** 2 / scale, 1.0)


def _critical_value(confidence_level: float, found: Reordering) -> float:
    """Return the number that exactly the statistics pass at which the test rejects."""
    alpha = 1 - confidence_level
    usual = float(special.chdtri(found.df, alpha))
    return found.null.critical_value(alpha, usual=usual, top=found.largest)


def _drawn(found: Reordering, n_resamples: int, rng: Any, instead: bool) -> Drawn:
    if not found.rank:
        return Drawn(np.zeros(0), instead=instead)
    blocks = _draws(*found.differing, n_resamples, as_generator(rng))
    draws = np.sort(np.concatenate([_form(sums, found.precision) for sums in blocks]))
    return Drawn(draws, asked=n_resamples, instead=instead)


def _influence(
    ratings: Ratings, centred: FloatArray, found: Reordering, value: float
) -> FloatArray:
    """Differentiate the statistic over its largest value, piece by piece."""
    if not found.rank:
        return np.zeros(len(centred))
    free = found.rows.shape[1] - 1
    weights = found.sums @ (found.precision / free)
    own = np.einsum("uoi,pi->uop", centred, weights)
    whole, size = own, np.ones(len(own))
    if ratings.clusters is not None:
        whole = np.einsum("uoi,pi->uop", found.rows, weights)[ratings.clusters]
        size = by_cluster(ratings.frequencies, ratings.clusters)[ratings.clusters]
    pull = 2 * np.trace(own, axis1=1, axis2=2) - (own * whole).sum(axis=(1, 2))
    scale = ratings.frequencies.sum() / found.n_pieces
    influence: FloatArray = scale * (pull / min(found.rank, free) - value / size)
    return influence


def _form(sums: FloatArray, precision: FloatArray) -> FloatArray:
    """Return the statistic of each set of sums, shape (n, n_occasions, n_dims)."""
    form: FloatArray = np.einsum("noi,ij,noj->n", sums, precision, sums)
    return form


def _orders(row: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """List the distinct orders of a unit's values, shape (n_orders, n_occasions, n_dims)."""
    return np.unique(
        np.array([row[list(order)] for order in permutations(range(len(row)))]), axis=0
    )


def _enumerated(found: Reordering) -> Exact | None:
    """List the chances of all sums; None where there are too many."""
    if not found.rank:
        return listed(np.zeros(1), np.ones(1))
    rows, times = found.differing
    n_occasions, n_dims = rows.shape[1:]
    if n_occasions > MOST_OCCASIONS_LISTED:
        return None
    # centred values are multiples of one part of the occasions, ranks of half of it
    whole = np.rint(rows * 2 * n_occasions).astype(np.int64)
    code = _digit_weights(whole, times)
    if code is None:
        return None
    states: IntArray = np.zeros((1, n_occasions, n_dims), dtype=np.int64)
    chances: FloatArray = np.ones(1)
    effort = 0
    for row, count in zip(whole, times.tolist(), strict=True):
        orders = _orders(row)
        for _ in range(count):
            effort += len(states) * len(orders) * n_occasions * n_dims
            if effort > LARGEST_EFFORT:
                return None
            sums = (states[:, None] + orders).reshape(-1, n_occasions * n_dims)
            _, first, place = np.unique(sums @ code, return_index=True, return_inverse=True)
            weights = np.repeat(chances / len(orders), len(orders))
            chances = np.bincount(place, weights=weights).astype(np.float64)
            states = sums[first].reshape(-1, n_occasions, n_dims)
    return listed(_form(states / (2.0 * n_occasions), found.precision), chances)


def _digit_weights(whole: IntArray, times: IntArray) -> IntArray | None:
    """Weigh the sums' entries so that each set of sums has a whole number of its own."""
    n_occasions, n_dims = whole.shape[1:]
    base = 2 * int(np.abs(whole).max(axis=(1, 2)) @ times) + 1
    # the last occasion follows from the others, and so does the last of several grades
    kept = (n_occasions - 1) * max(n_dims - 1, 1)
    if kept * np.log2(base) > 62:
        return None
    weights = np.zeros((n_occasions, n_dims), dtype=np.int64)
    powers = base ** np.arange(kept, dtype=np.int64)
    weights[:-1, : max(n_dims - 1, 1)] = powers.reshape(n_occasions - 1, -1)
    return weights.ravel()


def _draws(
    rows: FloatArray, times: IntArray, n_resamples: int, rng: np.random.Generator
) -> Iterator[FloatArray]:
    """Draw the sums with each unit's values in a random order."""
    n_occasions, n_dims = rows.shape[1:]
    # drawing how many have each order pays where there are more units than that
    together = times >= factorial(n_occasions - 1)
    together &= n_occasions <= MOST_OCCASIONS_LISTED
    listed = [_orders(row) for row in rows[together]]
    every = np.repeat(rows[~together], times[~together], axis=0)
    one = len(every) * n_occasions * (NANOSECONDS_SORTED + NANOSECONDS_A_CELL * n_dims)
    one += sum(map(len, listed)) * (NANOSECONDS + n_occasions * n_dims)
    what = f"the orders of {whole(times.sum())} units or clusters on {n_occasions} occasions"
    n_resamples = affordable_draws(n_resamples, one, what)
    cells = n_occasions * n_dims
    step = max(1, BLOCK // max(cells, sum(map(len, listed))))
    for start in range(0, n_resamples, step):
        size = min(step, n_resamples - start)
        total: npt.NDArray[np.float64] = np.zeros((size, n_occasions, n_dims))
        for options, count in zip(listed, times[together].tolist(), strict=True):
            drawn = rng.multinomial(count, np.full(len(options), 1 / len(options)), size)
            total += np.tensordot(drawn, options, axes=1)
        for some in np.array_split(every, max(1, len(every) * size * cells // BLOCK)):
            keys = rng.random((size, len(some), n_occasions)).argsort(axis=2)
            total += some[np.arange(len(some))[None, :, None], keys].sum(axis=1)
        yield total
