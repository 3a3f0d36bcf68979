"""Values that change places within a piece: of occasions within a unit, of units within a rater.

Under the hypothesis every order of a piece's values is as likely. The statistic is a quadratic form
of the sums of values on each place, as Friedman's, Cochran's and Kendall's are.
"""

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
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.scales import FloatArray, IntArray
from ilacs_reliability._inference.forms import pseudo_inverse
from ilacs_reliability._inference.null import (
    FEWEST_DRAWS,
    ChiSquare,
    Drawn,
    Exact,
    Null,
    affordable_draws,
    found_by,
    listed,
)
from ilacs_reliability._inference.said import orders_of

# places of a piece whose orders are all listed to draw how many have each
MOST_PLACES_LISTED = 6
# numbers that are drawn at once
BLOCK = 1 << 18
# orders of a piece that are listed to count every outcome, and time to add one to one sum
MOST_ORDERS = 1 << 16
NANOSECONDS_COUNTED, NANOSECONDS_LISTED = 60.0, 2.0
# time to draw how many have an order, to sort a place and to move a value
NANOSECONDS, NANOSECONDS_SORTED, NANOSECONDS_A_CELL = 110.0, 20.0, 5.0


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
        return float(quadratic(self.sums[None], self.precision)[0])

    @property
    def p_value(self) -> float:
        """Between 0 and 1; 1 where nothing differs."""
        return self.null.reach(self.statistic) if self.rank else 1.0

    @property
    def shares(self) -> FloatArray:
        """The share of the variance in its own direction that each kind of piece makes."""
        shares: FloatArray = quadratic(self.rows, self.precision) / (self.rows.shape[1] - 1)
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
        keys = np.round(rows, 9)
        order = np.lexsort(np.moveaxis(keys, 2, 0)[::-1], axis=1)[:, :, None]
        keys = np.take_along_axis(keys, order, axis=1)
        _, first, place = np.unique(
            keys.reshape(len(rows), -1), axis=0, return_index=True, return_inverse=True
        )
        times = np.bincount(place.ravel(), weights=self.times[kept]).astype(np.int64)
        return np.take_along_axis(rows, order, axis=1)[first], times


def reordered(
    rows: FloatArray, times: IntArray, method: str, n_resamples: int, rng: Any
) -> Reordering:
    """Judge how far the sums on each place differ.

    Parameters
    ----------
    rows : ndarray of float, shape (n_rows, n_places, n_dims)
        Values of a piece of each row, less their mean over places: whole multiples of half of one
        over the places.
    times : ndarray of int, shape (n_rows,)
        Pieces of each row.
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
    covariance = np.einsum("u,uoi,uoj->ij", times.astype(np.float64), rows, rows)
    inverse, rank = pseudo_inverse(covariance)
    free = rows.shape[1] - 1
    found = Reordering(
        rows=rows, times=times, precision=free * inverse, rank=rank, null=ChiSquare(free * rank)
    )
    if method == "asymptotic":
        return found
    null = found_by(
        method,
        exact=partial(_counted, found),
        drawn=partial(_drawn, found, n_resamples, rng),
        asymptotic=partial(ChiSquare, found.df),
    )
    return replace(found, null=null)


def draws_at_all(n_pieces: int, n_places: float, n_dims: int = 1) -> bool:
    """Say whether enough draws for a p-value ever to be small can be made in time."""
    one = n_pieces * n_places * (NANOSECONDS_SORTED + NANOSECONDS_A_CELL * n_dims)
    return affordable(FEWEST_DRAWS, nanoseconds=one)


def _drawn(found: Reordering, n_resamples: int, rng: Any, instead: bool) -> Drawn:
    if not found.rank:
        return Drawn(np.zeros(0), instead=instead)
    blocks = _draws(*found.differing, n_resamples, as_generator(rng))
    draws = np.sort(np.concatenate([quadratic(sums, found.precision) for sums in blocks]))
    return Drawn(draws, asked=n_resamples, instead=instead)


def quadratic(sums: FloatArray, precision: FloatArray) -> FloatArray:
    """Return the statistic of each set of sums, shape (n, n_occasions, n_dims)."""
    form: FloatArray = np.einsum("noi,ij,noj->n", sums, precision, sums)
    return form


def _vector_orders(row: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """List the distinct orders of a unit's values, shape (n_orders, n_occasions, n_dims)."""
    return np.unique(
        np.array([row[list(order)] for order in permutations(range(len(row)))]), axis=0
    )


def _counted(found: Reordering) -> Exact | None:
    """Count every outcome, piece by piece; None where there are too many.

    Places are alike under the hypothesis: sums that differ only in their order are one, and the
    piece with the most orders stays put.
    """
    if not found.rank:
        return listed(np.zeros(1), np.ones(1))
    rows, times = found.differing
    coded = _coded(rows, times)
    if coded is None:
        return None
    codes, bases, units = coded
    kinds = sorted(range(len(codes)), key=lambda k: (log_orders(codes[k]), codes[k].tolist()))
    left = times[kinds]
    left[-1] -= 1
    states, chances, cells = np.sort(codes[kinds[-1]])[None], np.ones(1), 0.0
    for kind, n_pieces in zip(kinds, left.tolist(), strict=True):
        if n_pieces and not is_listable(codes[kind]):
            return None
        orders = distinct_orders(codes[kind]) if n_pieces else codes[:0]
        for ahead in range(n_pieces, 0, -1):
            step = float(len(states)) * orders.size
            # sums only become more
            least = cells + ahead * step
            # sums before and after they are sorted, and what tells them apart
            held = 20 * step + 100 * len(states) * len(orders)
            if not affordable(least, nanoseconds=NANOSECONDS_COUNTED, held=held):
                return None
            cells += step
            states, chances = _with_one_more(states, chances, orders)
    sums = np.stack(np.unravel_index(states, bases), axis=-1) * units
    centred = sums - sums.mean(axis=1, keepdims=True)
    return listed(quadratic(centred, found.precision), chances)


def _coded(
    rows: FloatArray, times: IntArray
) -> tuple[IntArray, tuple[int, ...], FloatArray] | None:
    """Write each place's values as one whole number, so that numbers add up as values do.

    Returns the numbers, shape (n_rows, n_places), the base of each value's digit and its unit; None
    where the digits of the sums have no place in 62 bits.
    """
    n_places = rows.shape[1]
    digits = np.rint(rows * 2 * n_places).astype(np.int64)
    digits -= digits.min(axis=1, keepdims=True)
    unit = np.maximum(np.gcd.reduce(digits.reshape(-1, digits.shape[2]), axis=0), 1)
    digits //= unit
    bases = digits.max(axis=1).T @ times + 1
    if np.log2(bases.astype(np.float64)).sum() > 62:
        return None
    weights = np.append(np.cumprod(bases[:0:-1])[::-1], 1)
    return digits @ weights, tuple(bases.tolist()), unit / (2.0 * n_places)


def log_orders(codes: IntArray) -> float:
    """Return the logarithm of how many distinct orders some numbers have."""
    times = np.sort(np.unique(codes, return_counts=True)[1])
    return float(special.gammaln(len(codes) + 1) - special.gammaln(times + 1).sum())


def is_listable(codes: IntArray) -> bool:
    """Say whether the distinct orders of some numbers are few, and of few places."""
    log = log_orders(codes)
    if log > np.log(MOST_ORDERS):
        return False
    # each place copies the places before it
    cells = np.exp(log) * len(codes)
    return affordable(cells * len(codes), nanoseconds=NANOSECONDS_LISTED, held=32 * cells)


def distinct_orders(codes: IntArray) -> IntArray:
    """List the distinct orders of some numbers, one a row."""
    rows = np.empty((1, 0), dtype=np.int64)
    values, times = np.unique(codes, return_counts=True)
    left = times[None, :]
    for _ in range(len(codes)):
        kept = [left[:, k] > 0 for k in range(len(values))]
        taken = np.eye(len(values), dtype=np.int64)
        rows = np.concatenate(
            [
                np.column_stack([rows[use], np.full(use.sum(), values[k])])
                for k, use in enumerate(kept)
            ]
        )
        left = np.concatenate([left[use] - taken[k] for k, use in enumerate(kept)])
    return rows


def _with_one_more(
    sums: IntArray, chances: FloatArray, orders: IntArray
) -> tuple[IntArray, FloatArray]:
    """Add one piece in every order; only which sums there are matters, not where."""
    added = np.sort((sums[:, None, :] + orders[None, :, :]).reshape(-1, sums.shape[1]), axis=1)
    weight = np.repeat(chances / len(orders), len(orders))
    first, place = _alike(added)
    return added[first], np.bincount(place, weights=weight).astype(np.float64)


def _alike(rows: IntArray) -> tuple[IntArray, IntArray]:
    """Return a row of each kind, and the kind of each row; sums alike, the last place follows.

    As many places as 62 bits hold are one number: rows are sorted by few numbers.
    """
    base = int(rows[:, -1].max()) + 1
    together = max(1, int(62 // max(np.log2(float(base)), 1.0)))
    powers = base ** np.arange(together, dtype=np.int64)
    pieces = (rows[:, at : at + together] for at in range(0, rows.shape[1] - 1, together))
    keys = [piece @ powers[: piece.shape[1]] for piece in pieces]
    order = np.lexsort(keys)
    new = np.ones(len(rows), dtype=bool)
    new[1:] = np.any([np.diff(key[order]) != 0 for key in keys], axis=0)
    place = np.empty(len(rows), dtype=np.int64)
    place[order] = np.cumsum(new) - 1
    return order[new], place


def _draws(
    rows: FloatArray, times: IntArray, n_resamples: int, rng: np.random.Generator
) -> Iterator[FloatArray]:
    """Draw the sums with each unit's values in a random order."""
    n_occasions, n_dims = rows.shape[1:]
    # drawing how many have each order pays where there are more units than that
    together = times >= factorial(n_occasions - 1)
    together &= n_occasions <= MOST_PLACES_LISTED
    listed = [_vector_orders(row) for row in rows[together]]
    every = np.repeat(rows[~together], times[~together], axis=0)
    one = len(every) * n_occasions * (NANOSECONDS_SORTED + NANOSECONDS_A_CELL * n_dims)
    one += sum(map(len, listed)) * (NANOSECONDS + n_occasions * n_dims)
    what = orders_of(times.sum(), n_occasions)
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
