"""The most likely chain behind gradings, at a reliability that is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ilacs_reliability.error.simplex import (
    BENDS,
    FARTHEST,
    NEAR_ONE,
    PIECE,
    STEP,
    WIDE,
    Chain,
    Group,
    Walk,
    linked,
    rows_of_grades,
    walk_of,
)

FloatArray = npt.NDArray[np.float64]
# slopes that a profile takes: some 35 climbs of ten to thirty steps
CLIMBS = 800
MOST_ROUNDS = 60
# a chain of more occasions is summed over a grid of states, which these still spread over
MOST_RELIABLE = 0.99
MOST_STABLE = 0.999
# steps that gain less are no longer worth it, and those held back so much gain nothing
GAINED, MOST_DAMPED = 1e-8, 1e3
TINY = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class Sequences:
    """Gradings of units at three occasions or more, by where and by which thresholds.

    Attributes
    ----------
    groups : tuple of Group
        Units by the occasions at which they were graded.
    starts : tuple of ndarray
        Thresholds of each set that its shares of grades give.
    n_occasions : int
        Occasions.
    """

    groups: tuple[Group, ...]
    starts: tuple[FloatArray, ...]
    n_occasions: int

    @property
    def n_moves(self) -> int:
        """Moves between inner states."""
        return max(self.n_occasions - 3, 0)


class Fit(NamedTuple):
    """A place in the space of parameters.

    Attributes
    ----------
    place : ndarray, shape (n_parameters,)
        Outer loadings (first, last), stabilities between inner states, thresholds of each set.
    log_likelihood : float
        There.
    """

    place: FloatArray
    log_likelihood: float


def first_place(sequences: Sequences) -> FloatArray:
    """Return where to start climbing from."""
    inner = np.full(sequences.n_moves, 0.8)
    ends = np.full(2, 0.6 if sequences.n_occasions > 2 else 0.0)
    return np.concatenate([ends, inner, *sequences.starts])


def chain_at(
    sequences: Sequences, place: FloatArray, reliability: float, error_correlation: float
) -> Chain:
    """Return the chain that parameters stand for."""
    n_moves = sequences.n_moves
    if sequences.n_occasions == 2:
        loadings = np.full(2, np.sqrt(reliability))
    elif sequences.n_occasions == 3:
        loadings = _loadings(place[:2], reliability, error_correlation)
    else:
        inner = np.full(sequences.n_occasions - 2, np.sqrt(min(reliability, MOST_RELIABLE)))
        loadings = np.concatenate([place[:1], inner, place[1:2]])
    cuts = np.cumsum([len(start) for start in sequences.starts])[:-1]
    thresholds = tuple(np.split(place[2 + n_moves :], cuts))
    return Chain(loadings, place[2 : 2 + n_moves], thresholds)


def _loadings(ends: FloatArray, reliability: float, error_correlation: float) -> FloatArray:
    """Return loadings on one state that give three gradings the correlations of the model.

    Where errors go together, `ends` are stabilities and each grading is as reliable as the others.
    """
    own = np.sqrt(reliability)
    if error_correlation == 0:
        return _within([ends[0], own, ends[1]])
    common = (1 - reliability) * error_correlation
    first, second = reliability * ends + common
    outer = reliability * ends[0] * ends[1] + common
    loading = np.sqrt(np.clip(first * second / outer if outer > 0 else 1.0, 1e-6, NEAR_ONE**2))
    return _within([first / loading, loading, second / loading])


def _within(loadings: list[float]) -> FloatArray:
    return np.clip(np.array(loadings, dtype=np.float64), -NEAR_ONE, NEAR_ONE)


def steps_of(sequences: Sequences) -> float:
    """Return about how many sums a profile takes: parameters by rows of grades by states."""
    n_cuts = sum(map(len, sequences.starts))
    pieces = len(WIDE) + len(BENDS) * n_cuts / len(sequences.starts)
    n_states = len(PIECE[0]) * pieces if sequences.n_occasions < 4 else 2 * FARTHEST / STEP
    cells = sum(group.counts.size for group in sequences.groups)
    return CLIMBS * (n_cuts + 3.0) * cells * n_states


def climb(
    sequences: Sequences,
    reliability: float,
    error_correlation: float = 0.0,
    start: FloatArray | None = None,
) -> Fit:
    """Find the largest likelihood at a reliability, by scoring with steps cut at the limits.

    Parameters
    ----------
    sequences : Sequences
        The gradings.
    reliability, error_correlation : float
        What is held.
    start : ndarray, optional
        Where to start.

    Returns
    -------
    Fit
        The highest place that was found.
    """
    place = first_place(sequences) if start is None else start
    low, high = _limits(sequences)
    value, score, information = _slopes(sequences, place, reliability, error_correlation)
    damping = 1e-6
    for _ in range(MOST_ROUNDS):
        held = ((place <= low) & (score < 0)) | ((place >= high) & (score > 0)) | (low == high)
        step = _step(score, information, held, damping)
        # from shares that hardly can be the slope is beyond the largest number
        with np.errstate(over="ignore", invalid="ignore"):
            gaining = score @ step
        if not gaining >= 1e-9:
            break
        trial = np.clip(place + step, low, high)
        found = _slopes(sequences, trial, reliability, error_correlation)
        gain = found[0] - value
        if gain > 0:
            place, (value, score, information) = trial, found
            damping = max(damping / 10, 1e-6)
            if gain < GAINED:
                break
        elif damping > MOST_DAMPED:
            break
        else:
            damping *= 10
    return Fit(place, value)


def _limits(sequences: Sequences) -> tuple[FloatArray, FloatArray]:
    n_cuts = sum(map(len, sequences.starts))
    ends = [NEAR_ONE if sequences.n_occasions > 2 else 0.0] * 2
    most = ends + [MOST_STABLE] * sequences.n_moves + [np.inf] * n_cuts
    return -np.array(most), np.array(most)


def _step(
    score: FloatArray, information: FloatArray, held: npt.NDArray[np.bool_], damping: float
) -> FloatArray:
    step = np.zeros_like(score)
    free = ~held
    inner = information[np.ix_(free, free)]
    inner = inner + damping * np.diag(np.diagonal(inner) + 1.0)
    step[free] = np.linalg.solve(inner, score[free])
    return step


def _slopes(
    sequences: Sequences, place: FloatArray, reliability: float, error_correlation: float
) -> tuple[float, FloatArray, FloatArray]:
    chain = chain_at(sequences, place, reliability, error_correlation)
    if any((np.diff(cuts) <= 0).any() for cuts in chain.thresholds):
        return -np.inf, np.zeros_like(place), np.eye(len(place))
    turn, walk = _turn(sequences, place, reliability, error_correlation), walk_of(chain)
    value, score, information = 0.0, np.zeros_like(place), np.zeros((len(place),) * 2)
    for group in sequences.groups:
        shares, slopes = _by_place(sequences, chain, group, turn, walk)
        value += float(group.counts.ravel() @ np.log(np.maximum(shares, TINY)))
        more = _information(group, shares, slopes)
        score, information = score + more[0], information + more[1]
    return value, score, information


def _information(
    group: Group, shares: FloatArray, slopes: FloatArray
) -> tuple[FloatArray, FloatArray]:
    counts = group.counts.ravel()
    scaled = slopes / np.maximum(shares, TINY)
    return scaled @ counts, counts.sum() * (scaled * shares) @ scaled.T


def partial_information(
    sequences: Sequences,
    place: FloatArray,
    reliability: float,
    error_correlation: float,
    pairs: Sequence[tuple[int, int]] = (),
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return score and information on the reliability, or on links between errors, beside the rest.

    Parameters
    ----------
    sequences : Sequences
        The gradings.
    place, reliability, error_correlation
        Where.
    pairs : sequence of (int, int), optional
        Occasions whose errors may be linked; what is asked for is then these links. Default: the
        reliability is.

    Returns
    -------
    score, left, whole : ndarray, shape (n_asked,), (n_asked, n_asked), (n_asked, n_asked)
        The slopes, the information that no other parameter explains, and all of it.
    """
    chain = chain_at(sequences, place, reliability, error_correlation)
    turn, walk = _turn(sequences, place, reliability, error_correlation), walk_of(chain)
    size = len(place) + 1 + len(pairs)
    score, information = np.zeros(size), np.zeros((size, size))
    for group in sequences.groups:
        shares, slopes = _by_place(sequences, chain, group, turn, walk)
        slope = _by_reliability(sequences, group, place, reliability, error_correlation)
        links = [
            linked(chain, group, *pair) if set(pair) <= set(group.occasions) else 0 * shares
            for pair in pairs
        ]
        more = _information(group, shares, np.array([*slopes, slope, *links]))
        score, information = score + more[0], information + more[1]
    asked = slice(len(place) + 1, None) if pairs else slice(len(place), None)
    others = slice(0, asked.start)
    across = information[asked, others]
    explained = across @ np.linalg.pinv(information[others, others], rcond=1e-12) @ across.T
    whole = information[asked, asked]
    return score[asked], whole - explained, whole


def _by_reliability(
    sequences: Sequences,
    group: Group,
    place: FloatArray,
    reliability: float,
    error_correlation: float,
) -> FloatArray:
    step = 1e-5
    back, forth = (
        rows_of_grades(chain_at(sequences, place, one, error_correlation), group).probabilities
        for one in (reliability - step, reliability + step)
    )
    slope: FloatArray = (forth - back) / (2 * step)
    return slope


def _by_place(
    sequences: Sequences, chain: Chain, group: Group, turn: FloatArray, walk: Walk | None
) -> tuple[FloatArray, FloatArray]:
    rows = rows_of_grades(chain, group, walk)
    n_moves = sequences.n_moves
    slopes = np.zeros((2 + n_moves + sum(map(len, sequences.starts)), len(rows.probabilities)))
    for occasion, slope in rows.by_loading.items():
        slopes[:2] += np.outer(turn[occasion], slope)
    for move, slope in rows.by_stability.items():
        slopes[2 + move] = slope
    firsts = 2 + n_moves + np.cumsum([0, *(len(start) for start in sequences.starts)])
    for occasion, which in zip(group.occasions, group.sets, strict=True):
        slopes[firsts[which] : firsts[which + 1]] += rows.by_thresholds[occasion]
    return rows.probabilities, slopes


def _turn(
    sequences: Sequences, place: FloatArray, reliability: float, error_correlation: float
) -> FloatArray:
    """Return how each loading changes with the first two parameters."""
    turn = np.zeros((sequences.n_occasions, 2))
    if sequences.n_occasions == 2:
        return turn
    if error_correlation == 0 or sequences.n_occasions > 3:
        turn[0, 0] = turn[-1, 1] = 1.0
        return turn
    for k in range(2):
        there = np.tile(place[:2], (2, 1))
        there[:, k] += [-1e-6, 1e-6]
        back, forth = (_loadings(one, reliability, error_correlation) for one in there)
        turn[:, k] = (forth - back) / 2e-6
    return turn
