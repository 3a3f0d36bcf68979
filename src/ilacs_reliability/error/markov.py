"""A hidden chain of grades, each given as it is or as a neighbour by error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MOST_ROUNDS = 2000
GAINED = 1e-7
# places where the profile is looked at before its peak and its limits are sought between them
LOOKED_AT = (0.0, 0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.26, 1 / 3)
CLOSE = 1e-4
IDENTIFIED = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Distinct rows of grades.

    Attributes
    ----------
    grades : ndarray of int, shape (n_rows, n_occasions)
        Grades, -1 where one is missing.
    counts : ndarray of int, shape (n_rows,)
        Units.
    scores : ndarray, shape (n_grades,)
        Of the grades.
    """

    grades: IntArray
    counts: IntArray
    scores: FloatArray


class Hidden(NamedTuple):
    """A chain behind grades.

    Attributes
    ----------
    error : float
        Probability of each neighbouring grade.
    first : ndarray, shape (n_grades,)
        Shares of states at the first occasion.
    moves : ndarray, shape (n_occasions - 1, n_grades, n_grades)
        Probabilities of the state after (columns) by the state before (rows).
    log_likelihood : float
        Of the rows.
    """

    error: float
    first: FloatArray
    moves: FloatArray
    log_likelihood: float


def error_matrix(error: float, n_grades: int) -> FloatArray:
    """Return the probability of each grade (columns) in each state (rows)."""
    near = np.eye(n_grades, k=1) + np.eye(n_grades, k=-1)
    return np.diag(1 - error * near.sum(axis=1)) + error * near


def hidden_profile(rows: Rows) -> tuple[Hidden, tuple[Hidden, ...]]:
    """Return the most likely chain, and the best at some errors, by rising error."""
    found = [best_at(rows, error) for error in LOOKED_AT]
    top = max(range(len(found)), key=lambda k: found[k].log_likelihood)
    low, high = LOOKED_AT[max(top - 1, 0)], LOOKED_AT[min(top + 1, len(found) - 1)]
    place = optimize.minimize_scalar(
        lambda error: -best_at(rows, error, found[top]).log_likelihood,
        bounds=(low, high),
        method="bounded",
        options={"xatol": CLOSE},
    )
    peak = max(best_at(rows, float(place.x), found[top]), found[top], key=lambda h: h[-1])
    every = {hidden.error: hidden for hidden in [*found, peak]}
    return peak, tuple(every[error] for error in sorted(every))


def limits_of(
    _: Any, confidence_level: float, *, rows: Rows, peak: Hidden, profile: tuple[Hidden, ...]
) -> tuple[float, float]:
    """Return the reliabilities at the errors between which the likelihood drops by too little."""
    most = float(special.chdtri(1, 1 - confidence_level)) / 2
    at = profile.index(peak)
    less = _crossing(rows, peak, profile[at::-1], most)
    more = _crossing(rows, peak, profile[at:], most)
    return reliability_of(rows, more), reliability_of(rows, less)


def reliability_of(rows: Rows, hidden: Hidden) -> float:
    """Return the correlation of two independent gradings of the state, over all occasions."""
    return float(_spread(rows, hidden)[0])


def same_grade(rows: Rows, hidden: Hidden) -> float:
    """Return how often two independent gradings of the state give one grade."""
    return float(_spread(rows, hidden)[1])


def best_at(rows: Rows, error: float, start: Hidden | None = None) -> Hidden:
    """Return the best chain at an error, by expectation and maximisation."""
    n_grades, n_occasions = len(rows.scores), rows.grades.shape[1]
    if start is None:
        first = np.full(n_grades, 1 / n_grades)
        moves = np.tile(np.eye(n_grades) * 0.5 + 0.5 / n_grades, (n_occasions - 1, 1, 1))
    else:
        # a state that was given up would stay so
        first = 0.999 * start.first + 0.001 / n_grades
        moves = 0.999 * start.moves + 0.001 / n_grades
    given = _given(rows, error)
    before = -np.inf
    for _ in range(MOST_ROUNDS):
        value, starts, pairs = _expected(rows, given, first, moves)
        if value - before < GAINED:
            break
        before = value
        first = starts / starts.sum()
        totals = pairs.sum(axis=2, keepdims=True)
        moves = np.where(totals > 0, pairs / np.where(totals > 0, totals, 1.0), moves)
    return Hidden(error, first, moves, value)


def n_free(rows: Rows) -> int:
    """Return how many shares of states, moves and errors are free."""
    n_grades, n_occasions = len(rows.scores), rows.grades.shape[1]
    return int(1 + (n_grades - 1) * (1 + (n_occasions - 1) * n_grades))


def told_apart(rows: Rows) -> bool:
    """Say whether rows of this kind hold information on the error that nothing else explains.

    Asked of a chain within all its limits, as the rank of the information there.
    """
    n_grades, n_occasions = len(rows.scores), rows.grades.shape[1]
    kinds = np.unique(rows.grades >= 0, axis=0)
    whole = np.stack(np.meshgrid(*[np.arange(n_grades)] * n_occasions, indexing="ij"), axis=-1)
    every = whole.reshape(-1, n_occasions)
    size = n_free(rows)
    information = np.zeros((size, size))
    for kind in kinds:
        table = np.unique(np.where(kind, every, -1), axis=0)
        steps = 1e-5 * np.eye(size)
        slopes = [
            _shares(table, step, n_grades) - _shares(table, -step, n_grades) for step in steps
        ]
        scaled = np.array(slopes) / 2e-5 / np.sqrt(_shares(table, np.zeros(size), n_grades))
        information += scaled @ scaled.T
    explained = information[:1, 1:] @ np.linalg.pinv(information[1:, 1:], rcond=1e-10)
    left = information[0, 0] - explained @ information[1:, :1]
    return bool(left[0] > IDENTIFIED * information[0, 0])


def _shares(table: IntArray, place: FloatArray, n_grades: int) -> FloatArray:
    """Return probabilities of rows at a place near a chain that moves somewhat."""
    error, n_free = 0.08 + place[0], n_grades - 1
    rest = place[1:].reshape(-1, n_free)
    usual = np.concatenate([np.zeros((1, n_grades)), np.tile(np.eye(n_grades), (len(rest), 1))])
    logits = 1.3 * usual[: len(rest)] + 0.2 * np.sin(np.arange(len(rest) * n_grades)).reshape(
        -1, n_grades
    )
    logits = logits + np.concatenate([rest, np.zeros((len(rest), 1))], axis=1)
    shares = special.softmax(logits, axis=1)
    rows = Rows(table, np.ones(len(table), dtype=np.int64), np.arange(n_grades, dtype=float))
    moves = shares[1:].reshape(-1, n_grades, n_grades)
    return _likelihoods(_given(rows, error), shares[0], moves)


def _given(rows: Rows, error: float) -> FloatArray:
    """Return the probability of each grading by state, shape (n_occasions, n_rows, n_grades)."""
    table = error_matrix(error, len(rows.scores)).T
    missing = np.ones((1, table.shape[1]))
    return np.concatenate([table, missing])[rows.grades.T]


def _likelihoods(given: FloatArray, first: FloatArray, moves: FloatArray) -> FloatArray:
    forward = first * given[0]
    for move, here in zip(moves, given[1:], strict=True):
        forward = (forward @ move) * here
    total: FloatArray = forward.sum(axis=1)
    return total


def _expected(
    rows: Rows, given: FloatArray, first: FloatArray, moves: FloatArray
) -> tuple[float, FloatArray, FloatArray]:
    """Return the log-likelihood, and expected units by first state and by move."""
    forward = [first * given[0]]
    for move, here in zip(moves, given[1:], strict=True):
        forward.append((forward[-1] @ move) * here)
    likelihood = np.maximum(forward[-1].sum(axis=1), 1e-300)
    back = np.ones_like(forward[-1]) * (rows.counts / likelihood)[:, None]
    pairs = np.empty_like(moves)
    for place in range(len(moves) - 1, -1, -1):
        ahead = given[place + 1] * back
        pairs[place] = moves[place] * (forward[place].T @ ahead)
        back = ahead @ moves[place].T
    value = float(rows.counts @ np.log(likelihood))
    return value, (forward[0] * back).sum(axis=0), pairs


def _spread(rows: Rows, hidden: Hidden) -> tuple[float, float]:
    states = [hidden.first]
    for move in hidden.moves:
        states.append(states[-1] @ move)
    share = np.mean(states, axis=0)
    table = error_matrix(hidden.error, len(share))
    scores, seen = rows.scores, table @ rows.scores
    mean = share @ seen
    true, all_of_it = share @ (seen - mean) ** 2, share @ table @ (scores - mean) ** 2
    return (true / all_of_it if all_of_it else np.nan), share @ (table**2).sum(axis=1)


def _crossing(rows: Rows, peak: Hidden, path: tuple[Hidden, ...], most: float) -> Hidden:
    over = [k for k, hidden in enumerate(path) if peak.log_likelihood - hidden[-1] > most]
    if not over:
        return path[-1]
    inside, outside = path[over[0] - 1], path[over[0]]

    def excess(error: float) -> float:
        return peak.log_likelihood - best_at(rows, error, inside).log_likelihood - most

    if excess(outside.error) <= 0:
        return outside
    low, high = sorted([inside.error, outside.error])
    return best_at(rows, float(optimize.brentq(excess, low, high, xtol=CLOSE)), inside)
