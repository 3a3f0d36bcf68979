"""Ranks that each piece deals, in any order, to some of the places: those that it has ranked.

Places are not alike, as not every piece ranks each. The statistic is the quadratic form of the sums
of ranks on each place in the inverse of their covariance under the hypothesis.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.randomness import as_generator
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.scales import FloatArray, IntArray
from ilacs_reliability._inference.forms import pseudo_inverse
from ilacs_reliability._inference.null import (
    ChiSquare,
    Drawn,
    Exact,
    Null,
    affordable_draws,
    found_by,
    listed,
)
from ilacs_reliability._inference.reorderings import distinct_orders, is_listable, log_orders
from ilacs_reliability._inference.said import orders_of

# time to add one to one sum of an outcome, and to put one rank in a random place
NANOSECONDS_COUNTED, NANOSECONDS_DEALT = 40.0, 30.0
# what an outcome costs by itself, in places
A_ROW = 20.0
# sums that differ by less are one
GRAIN = 2.0**24
# numbers that are drawn at once
BLOCK = 1 << 18


@dataclass(frozen=True)
class Deal:
    """What each piece deals, and the form of the sums on places.

    Attributes
    ----------
    ranks : ndarray of float, shape (n_places, n_pieces)
        Ranks less their mean over the places of a piece, times its weight; 0 where it ranks none.
    given : ndarray of bool, shape (n_places, n_pieces)
        Where it ranks one.
    times : ndarray of float, shape (n_places,)
        How many places are like this one.
    """

    ranks: FloatArray
    given: npt.NDArray[np.bool_]
    times: FloatArray

    @cached_property
    def spread(self) -> FloatArray:
        """Variance of a dealt rank, on n - 1, of each piece; 0 where it deals all alike."""
        n = self.times @ self.given
        squares: FloatArray = self.times @ self.ranks**2
        return squares / np.maximum(n - 1, 1)

    @cached_property
    def variance(self) -> FloatArray:
        """What the pieces that rank a place spread, together, shape (n_places,)."""
        variance: FloatArray = self.given @ self.spread
        return variance

    @cached_property
    def _links(self) -> tuple[FloatArray, FloatArray, int]:
        """Return how pieces enter the places' sums, the inverse of what they share, its rank."""
        active = self.spread > 0
        size = np.sqrt(self.spread[active])
        enters = (
            self.given[:, active] * size / np.where(self.variance > 0, self.variance, 1)[:, None]
        )
        shared = (self.given[:, active] * size * self.times[:, None]).T @ enters
        inverse, rank = pseudo_inverse(np.diag(self.times @ self.given[:, active]) - shared)
        return enters * self.times[:, None], inverse, rank

    @property
    def df(self) -> float:
        """Places that vary, less one for each set of them that no piece links to another."""
        sets = int((self.spread > 0).sum()) - self._links[2]
        return float(self.times @ (self.variance > 0)) - sets

    def statistic(self, sums: FloatArray) -> FloatArray:
        """Return the form of sums on the places, shape (..., n_places)."""
        enters, inverse, _ = self._links
        own = self.times / np.where(self.variance > 0, self.variance, np.inf)
        pulled = sums @ enters
        form: FloatArray = (sums**2) @ own + np.einsum("...i,ij,...j->...", pulled, inverse, pulled)
        return form

    def null(self, method: str, n_resamples: int, rng: Any) -> Null:
        """Make the distribution of the statistic; each row of places must stand for one."""
        return found_by(
            method,
            exact=self._counted,
            drawn=partial(self._drawn, n_resamples, rng),
            asymptotic=partial(ChiSquare, self.df),
        )

    def _pieces(self) -> Iterator[tuple[npt.NDArray[np.intp], FloatArray]]:
        """Yield the places of each piece that deals different ranks, and the ranks; few first."""
        active = np.flatnonzero(self.spread > 0)
        for piece in active[np.argsort(self.given[:, active].sum(axis=0), kind="stable")]:
            places = np.flatnonzero(self.given[:, piece])
            yield places, self.ranks[places, piece]

    def _counted(self) -> Exact | None:
        """Count every outcome, piece by piece; None where there are too many."""
        levels = [np.unique(np.round(ranks, 9), return_inverse=True) for _, ranks in self._pieces()]
        logs = [log_orders(codes) for _, codes in levels]
        ahead = float(np.exp(np.minimum(logs, 99.0)).sum())
        sums, chances, cells = np.zeros((1, len(self.times))), np.ones(1), 0.0
        for (places, _), (values, codes), log in zip(self._pieces(), levels, logs, strict=True):
            # sums only become more
            step = float(len(sums)) * (len(self.times) + A_ROW)
            held = 32 * step * np.exp(min(log, 99.0))
            if not affordable(cells + step * ahead, nanoseconds=NANOSECONDS_COUNTED, held=held):
                return None
            if not is_listable(codes):
                return None
            orders = values[distinct_orders(codes)]
            cells += step * len(orders)
            ahead -= len(orders)
            sums, chances = _with_one_more(sums, chances, places, orders)
            if ahead > 0.5:
                sums, chances = _merged(sums, chances)
        return listed(self.statistic(sums), chances)

    def _drawn(self, n_resamples: int, rng: Any, instead: bool) -> Drawn:
        generator, pieces = as_generator(rng), list(self._pieces())
        one = NANOSECONDS_DEALT * sum(len(places) for places, _ in pieces)
        n_draws = affordable_draws(n_resamples, one, orders_of(len(self.times), len(pieces)))
        step = max(1, BLOCK // max(len(self.times), 1))
        found = []
        for start in range(0, n_draws, step):
            sums = np.zeros((min(step, n_draws - start), len(self.times)))
            for places, ranks in pieces:
                keys = generator.random((len(sums), len(ranks))).argsort(axis=1)
                sums[:, places] += ranks[keys]
            found.append(self.statistic(sums))
        return Drawn(np.sort(np.concatenate(found)), asked=n_resamples, instead=instead)


def _with_one_more(
    sums: FloatArray, chances: FloatArray, places: npt.NDArray[np.intp], orders: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Add what one more piece deals, in every order."""
    added = np.repeat(sums, len(orders), axis=0)
    added[:, places] += np.tile(orders, (len(sums), 1))
    return added, np.repeat(chances / len(orders), len(orders))


def _merged(sums: FloatArray, chances: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Make one of the sums that are alike."""
    first, place = _alike(np.rint(sums * GRAIN).astype(np.int64))
    return sums[first], np.bincount(place, weights=chances).astype(np.float64)


def _alike(rows: IntArray) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return where each different row first stands, and which of them each row is."""
    steps = np.arange(1, 2 * rows.shape[1], 2, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    keys = rows.view(np.uint64) @ steps
    _, first, place = np.unique(keys, return_index=True, return_inverse=True)
    if (rows[first][place.ravel()] != rows).any():  # different rows with the same key
        _, first, place = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    return first, place.ravel()
