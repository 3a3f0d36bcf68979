"""Moves between each two grades, and the results of tests that swap the occasions."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias, get_args

import numpy as np

from ilacs_reliability._checks.containers import read_only
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.scales import IntArray
from ilacs_reliability._results.estimates import Estimate, SignificanceResult
from ilacs_reliability._results.ingredients import Outcome, Title
from ilacs_reliability.shift.moves import Pairs
from ilacs_reliability.shift.sentences import (
    CANCELLED,
    FLIPPED,
    NO_CHANGE,
    one_alone,
    unseen_here,
)
from ilacs_reliability.shift.testing import is_alone, thing_of

SwapMethod: TypeAlias = Literal["asymptotic", "exact", "monte_carlo"]
NO_MOVERS = read_only(np.zeros(0, dtype=np.int64))
SWAP_METHODS: tuple[str, ...] = get_args(SwapMethod)


class Swaps(NamedTuple):
    """Units that moved between each two grades, of the pairs of grades that saw any.

    Attributes
    ----------
    lower, upper : ndarray of int, shape (n_pairs,)
        The worse and the better grade of each pair.
    ups, downs : ndarray of int, shape (n_pairs,)
        Units that moved from the worse to the better grade, and back.
    contributions : ndarray of int, shape (n_clusters, n_pairs), or None
        Ups minus downs of each cluster.
    movers : ndarray of int, shape (n_clusters,)
        Units of each cluster that moved; empty without clusters.
    gaps, sizes : ndarray of int, shape (n_pairs,)
        Ups minus downs, and units that moved either way.
    """

    lower: IntArray
    upper: IntArray
    ups: IntArray
    downs: IntArray
    contributions: IntArray | None
    movers: IntArray
    gaps: IntArray
    sizes: IntArray


def swaps_of(pairs: Pairs) -> Swaps:
    """Collect the moves between each two grades.

    Parameters
    ----------
    pairs : Pairs
        A single study.

    Returns
    -------
    Swaps
        The moves.
    """
    counts = pairs.counts
    q = len(counts)
    lower, upper = ABOVE[q] if q < len(ABOVE) else _above(counts)
    ups, downs = counts[lower, upper], counts[upper, lower]
    sizes = ups + downs
    if len(moved := sizes.nonzero()[0]) < len(sizes):
        lower, upper, ups, downs, sizes = (x[moved] for x in (lower, upper, ups, downs, sizes))
    contributions, movers = None, NO_MOVERS
    if pairs.clusters is not None:
        contributions = np.zeros((int(pairs.clusters.max()) + 1, len(lower)), dtype=np.int64)
        place = np.full(counts.shape, -1)
        place[lower, upper] = place[upper, lower] = np.arange(len(lower))
        rows = np.flatnonzero((pairs.moves != 0) & (pairs.frequencies > 0))
        values = (np.sign(pairs.moves) * pairs.frequencies).astype(np.int64)
        columns = place[pairs.before[rows], pairs.after[rows]]
        np.add.at(contributions, (pairs.clusters[rows], columns), values[rows])
        moved = pairs.frequencies * (pairs.moves != 0)
        movers = np.rint(np.bincount(pairs.clusters, weights=moved)).astype(np.int64)
    return Swaps(
        lower=lower,
        upper=upper,
        ups=ups,
        downs=downs,
        contributions=contributions,
        movers=movers,
        gaps=ups - downs,
        sizes=sizes,
    )


def check_directions(n_pairs: int, n_directions: int, instead: str) -> None:
    """Refuse more directions of moves than can be weighed by their covariance in time.

    Parameters
    ----------
    n_pairs : int
        Pairs of grades between which units moved, or clusters that did.
    n_directions : int
        Directions that these add to.
    instead : str
        What to ask of so many grades.

    Raises
    ------
    ValueError
        If that takes more than about 5 seconds or 1 GiB.
    """
    steps = (0.25 * n_pairs + n_directions) * float(n_directions) ** 2
    held = 16.0 * n_directions * (n_pairs + 2.0 * n_directions)
    if not affordable(steps, nanoseconds=0.25, held=held):
        raise ValueError(
            f"`table` has moves in {n_directions:,} directions, too many to be weighed by their "
            f"covariance in some seconds: join grades, or ask `{instead}`."
        )


def _above(counts: IntArray) -> tuple[IntArray, IntArray]:
    """Return the pairs of grades between which units moved, the worse and the better of each."""
    lower, upper = np.nonzero(counts + counts.T)
    up = lower < upper
    return lower[up], upper[up]


# all pairs of grades, of the tables that nearly everyone has
ABOVE = tuple(tuple(map(read_only, np.triu_indices(n_grades, 1))) for n_grades in range(8))


def swap_result(
    pairs: Pairs,
    title: Title,
    outcome: Outcome,
    *,
    null: str,
    unseen: str,
    effect: Estimate,
    notes: tuple[str, ...] = (),
) -> SignificanceResult:
    """Make the result of a test of the whole table.

    Parameters
    ----------
    pairs : Pairs
        The study.
    title : Title
        What the test is called.
    outcome : Outcome
        What it found; no degrees of freedom where the moves of clusters cancel.
    null, effect, notes
        As in `SignificanceResult`.
    unseen : str
        What the test does not tell, to complete "It does not show ...".

    Returns
    -------
    SignificanceResult
        The result, with what every such result notes.
    """
    if not outcome.df:
        notes = (CANCELLED if pairs.count(pairs.moves != 0) else NO_CHANGE,)
    elif is_alone(pairs):
        notes = (*notes, one_alone(thing_of(pairs)))
    return SignificanceResult(
        statistic=outcome.statistic,
        df=outcome.df,
        p_value=outcome.p_value,
        method=flipped(outcome.method, pairs),
        name=title.name,
        label=title.label,
        null=null,
        effect=effect,
        n_units=pairs.n_units,
        notes=(*pairs.notes, *notes),
        limits=unseen_here(unseen),
    )


def flipped(method: str, pairs: Pairs) -> str:
    """Say that whole clusters were flipped, where there are any."""
    return method if pairs.clusters is None else f"{method}, {FLIPPED}"
