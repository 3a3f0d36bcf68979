"""Gradings of a state that moves as a Markov chain: the probability of each row of grades.

A unit's state is standard normal at each occasion and depends on the occasion before alone
(Heise's and Wiley's quasi-simplex). A grading is the state times its loading and an error of its
own, cut at thresholds. The first and the last occasion hang on the states next to them; of two
gradings both hang on one state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# a loading of 1 is taken as this: the error then spans a thousandth of the states
NEAR_ONE = 1 - 1e-6
REACH = 8.5
PIECE = np.polynomial.legendre.leggauss(9)
# edges of the pieces, in errors from a threshold: a grading's probability bends there alone
BENDS = np.array([-7.0, -4.0, -2.0, 0.0, 2.0, 4.0, 7.0])
WIDE = np.array([-REACH, -4.0, -2.0, 0.0, 2.0, 4.0, REACH])
# a chain of more than three is summed over equal steps of the state
FARTHEST, STEP = 6.5, 0.1
# deviates of which no float holds the normal density
NO_HEIGHT = 40.0


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Units graded at the same occasions by the same sets of thresholds.

    Attributes
    ----------
    occasions : tuple of int
        Where they were graded, from 0.
    sets : tuple of int
        The thresholds of each of these gradings.
    counts : ndarray of int, shape (n_grades of the first set, of the second, ...)
        Units by their grades; only grades that somebody got in the set.
    """

    occasions: tuple[int, ...]
    sets: tuple[int, ...]
    counts: IntArray


class Chain(NamedTuple):
    """What the rows of grades depend on.

    Attributes
    ----------
    loadings : ndarray, shape (n_occasions,)
        Correlation of each grading with the state that it hangs on.
    stabilities : ndarray, shape (n_occasions - 3,)
        Correlation of each inner state with the next.
    thresholds : tuple of ndarray
        Of each set, ascending.
    """

    loadings: FloatArray
    stabilities: FloatArray
    thresholds: tuple[FloatArray, ...]


class Rows(NamedTuple):
    """Probabilities of rows of grades, flat, and their derivatives by each parameter."""

    probabilities: FloatArray
    by_loading: dict[int, FloatArray]
    by_stability: dict[int, FloatArray]
    by_thresholds: dict[int, FloatArray]


class Walk(NamedTuple):
    """States, their weights, and the chances of moves between them with their slopes."""

    states: FloatArray
    weights: FloatArray
    moves: list[FloatArray]
    slopes: list[FloatArray]


def rows_of_grades(chain: Chain, group: Group, walk: Walk | None = None) -> Rows:
    """Return the probability of each row of grades of a group, with derivatives.

    Parameters
    ----------
    chain : Chain
        The model.
    group : Group
        Where its units were graded.
    walk : Walk, optional
        What `walk_of` gives for all groups at once.

    Returns
    -------
    Rows
        In the order of the group's counts, flattened.
    """
    states, weights, moves, slopes = walk or _grid(chain, group)
    gradings = {
        occasion: _grading(chain.thresholds[which], chain.loadings[occasion], states)
        for occasion, which in zip(group.occasions, group.sets, strict=True)
    }
    if not moves:
        return _on_one_state(gradings, weights)
    steps = _steps(len(chain.loadings), gradings)
    before = [weights[None, :]]
    for kind, place in steps:
        table = moves[place] if kind == "move" else gradings[place].shares
        before.append(_onward(before[-1], table, kind))
    after = [np.ones((1, len(states)))]
    for kind, place in reversed(steps):
        table = moves[place].T if kind == "move" else gradings[place].shares
        after.append(_onward(after[-1], table, kind, first=True))
    after.reverse()
    by_loading, by_thresholds, by_stability = {}, {}, {}
    for number, (kind, place) in enumerate(steps):
        left, right = before[number], after[number + 1]
        if kind == "move":
            by_stability[place] = ((left @ slopes[place]) @ right.T).ravel()
            continue
        by_loading[place] = _with(left, gradings[place].by_loading, right)
        by_thresholds[place] = np.array(
            [_with(left, slope, right) for slope in gradings[place].by_threshold]
        ).reshape(-1, group.counts.size)
    return Rows(before[-1].sum(axis=1), by_loading, by_stability, by_thresholds)


def _on_one_state(gradings: dict[int, _Grading], weights: FloatArray) -> Rows:
    """Return the same of gradings that all hang on one state, whose order then is indifferent."""
    sizes = [len(grading.shares) for grading in gradings.values()]
    by_loading, by_thresholds = {}, {}
    probabilities = np.zeros(0)
    for place, (occasion, grading) in enumerate(gradings.items()):
        others = weights[None, :]
        for other, its in gradings.items():
            if other != occasion:
                others = (others[:, None] * its.shares).reshape(-1, len(weights))
        n_grades = sizes[place]
        parts = (grading.shares, grading.by_loading, grading.heights)
        found = np.concatenate(parts) @ others.T
        # the grade of this grading comes first: its place is after those of earlier ones
        before = int(np.prod(sizes[:place]))
        chances, slopes, heights = (
            part.reshape(len(part), before, -1).swapaxes(0, 1)
            for part in np.split(found, [n_grades, 2 * n_grades])
        )
        probabilities = chances.ravel()
        by_loading[occasion] = slopes.ravel()
        by_thresholds[occasion] = _raised(heights)
    return Rows(probabilities, by_loading, {}, by_thresholds)


def _raised(heights: FloatArray) -> FloatArray:
    """Return how rows change as a threshold rises: what the grade above loses, that below wins.

    Heights have shape (n_before, n_thresholds, n_after), rows (n_thresholds, n_rows).
    """
    before, n_thresholds, after = heights.shape
    slopes = np.zeros((n_thresholds, before, n_thresholds + 1, after))
    each = np.arange(n_thresholds)
    of_each = heights.swapaxes(0, 1)
    slopes[each, :, each], slopes[each, :, each + 1] = of_each, -of_each
    return slopes.reshape(n_thresholds, -1)


def linked(chain: Chain, group: Group, first: int, last: int) -> FloatArray:
    """Return how the rows change as the errors of two gradings begin to go together.

    Parameters
    ----------
    chain : Chain
        The model.
    group : Group
        Where its units were graded.
    first, last : int
        The two occasions.

    Returns
    -------
    ndarray
        Derivative by the correlation of the two errors, at none.
    """
    states, weights, moves, _ = _grid(chain, group)
    gradings = {
        occasion: _grading(chain.thresholds[which], chain.loadings[occasion], states)
        for occasion, which in zip(group.occasions, group.sets, strict=True)
    }
    found = weights[None, :]
    for kind, place in _steps(len(chain.loadings), gradings):
        if kind == "move":
            found = found @ moves[place]
        else:
            grading = gradings[place]
            table = grading.densities if place in (first, last) else grading.shares
            found = _onward(found, table, kind)
    total: FloatArray = found.sum(axis=1)
    return total


class _Grading(NamedTuple):
    """Shares of grades at each state, and derivatives, (n_grades, n_states).

    `heights` are the densities at each threshold by error, (n_thresholds, n_states).
    """

    shares: FloatArray
    by_loading: FloatArray
    heights: FloatArray
    densities: FloatArray

    @property
    def by_threshold(self) -> FloatArray:
        """Derivatives of the shares by each threshold, (n_thresholds, n_grades, n_states)."""
        slopes = np.zeros((len(self.heights), *self.shares.shape))
        rows = np.arange(len(self.heights))
        slopes[rows, rows], slopes[rows, rows + 1] = self.heights, -self.heights
        return slopes


def _grading(thresholds: FloatArray, loading: float, states: FloatArray) -> _Grading:
    error = np.sqrt((1 - loading) * (1 + loading))
    places = (thresholds[:, None] - loading * states) / error
    # beyond some forty no height is left, and the square may be none
    heights = np.exp(-(np.clip(places, -NO_HEIGHT, NO_HEIGHT) ** 2) / 2) / np.sqrt(2 * np.pi)
    turn = (loading * thresholds[:, None] - states) / error**3
    return _Grading(
        _between(special.ndtr(places), 1.0),
        _between(heights * turn, 0.0),
        heights / error,
        _between(heights, 0.0),
    )


def _between(below: FloatArray, top: float) -> FloatArray:
    n_states = below.shape[1]
    edges = np.zeros((len(below) + 2, n_states))
    edges[1:-1], edges[-1] = below, top
    return edges[1:] - edges[:-1]


def _steps(n_occasions: int, gradings: dict[int, _Grading]) -> list[tuple[str, int]]:
    """Return gradings and moves of the state in the order in which they come."""
    steps: list[tuple[str, int]] = []
    for occasion in range(n_occasions):
        # the first inner state is that of occasion 1, the last that of the last but one
        if 2 <= occasion < n_occasions - 1:
            steps.append(("move", occasion - 2))
        if occasion in gradings:
            steps.append(("grading", occasion))
    return steps


def _onward(rows: FloatArray, table: FloatArray, kind: str, first: bool = False) -> FloatArray:
    if kind == "move":
        return rows @ table
    joint = table[:, None] * rows if first else rows[:, None] * table
    return joint.reshape(-1, rows.shape[1])


def _with(left: FloatArray, table: FloatArray, right: FloatArray) -> FloatArray:
    joint: FloatArray = (left[:, None] * table).reshape(-1, table.shape[1]) @ right.T
    return joint.ravel()


def walk_of(chain: Chain) -> Walk | None:
    """Return what groups share of four or more gradings; of fewer each has states of its own.

    Parameters
    ----------
    chain : Chain
        The model.

    Returns
    -------
    Walk or None
        States from one end to the other, and how they are walked.
    """
    if len(chain.loadings) < 4:
        return None
    error = np.sqrt(1 - chain.loadings[1:-1].max() ** 2)
    states = np.arange(-FARTHEST, FARTHEST, min(STEP, error))
    weights = np.exp(-(states**2) / 2)
    both = [_moves(states, b) for b in chain.stabilities]
    moves, slopes = [one[0] for one in both], [one[1] for one in both]
    return Walk(states, weights / weights.sum(), moves, slopes)


def _grid(chain: Chain, group: Group) -> Walk:
    walk = walk_of(chain)
    if walk is None:
        # of three gradings only the middle one bends within a narrow range of states
        bending = (0, 1) if len(chain.loadings) == 2 else (1,)
        cuts = [
            (chain.thresholds[which], float(chain.loadings[occasion]))
            for occasion, which in zip(group.occasions, group.sets, strict=True)
            if occasion in bending
        ]
        states, weights = _pieces(cuts)
        return Walk(states, weights, [], [])
    return walk


def _pieces(cuts: list[tuple[FloatArray, float]]) -> tuple[FloatArray, FloatArray]:
    """Return nodes and weights, in pieces that end where the shares of grades bend."""
    bends = [_bends(*one) for one in cuts]
    edges = np.unique(np.clip(np.concatenate([WIDE, *bends]), -REACH, REACH))
    half = np.diff(edges)[:, None] / 2
    states = (edges[:-1, None] + half + half * PIECE[0]).ravel()
    density = np.exp(-(states**2) / 2) / np.sqrt(2 * np.pi)
    return states, (half * PIECE[1]).ravel() * density


def _bends(thresholds: FloatArray, loading: float) -> FloatArray:
    """Return the states about which the chances of grades change."""
    if not loading > 0.05:
        return np.zeros(0)
    error = np.sqrt((1 - loading) * (1 + loading))
    found: FloatArray = ((thresholds[:, None] + error * BENDS) / loading).ravel()
    return found


def _moves(states: FloatArray, stability: float) -> tuple[FloatArray, FloatArray]:
    """Return the chances of each state after each, and their slopes along the stability."""
    spread = (1 - stability) * (1 + stability)
    gaps = states[None, :] - stability * states[:, None]
    squares = gaps**2 / spread
    share: FloatArray = np.exp(squares / -2)
    share /= share.sum(axis=1, keepdims=True)
    slope = (gaps * states[:, None] - stability * squares) / spread
    slope -= (share * slope).sum(axis=1, keepdims=True)
    slope *= share
    return share, slope
