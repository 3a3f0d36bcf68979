"""Moves between each two grades, and the results of tests that swap the occasions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

from ilacs_reliability.estimates import Estimate, SignificanceResult
from ilacs_reliability.scales import IntArray
from ilacs_reliability.shift.movement import net_estimate
from ilacs_reliability.shift.pairs import (
    FLIPPED,
    NO_CHANGE,
    NOT_SHOWN,
    Pairs,
    share_estimate,
)
from ilacs_reliability.shift.scores import score_estimate
from ilacs_reliability.shift.testing import ONE_ALONE

SwapMethod: TypeAlias = Literal["asymptotic", "exact", "monte_carlo"]
SWAP_METHODS: tuple[str, ...] = get_args(SwapMethod)
FEWEST_MOVES = 5
ONLY_PART = (
    "which grades moved: the test is of any {tested}, the effect shown is one number and may be "
    "zero where the test rejects"
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Swaps:
    """Units that moved between each two grades, of the pairs of grades that saw any.

    Attributes
    ----------
    lower, upper : ndarray of int, shape (n_pairs,)
        The worse and the better grade of each pair.
    ups, downs : ndarray of int, shape (n_pairs,)
        Units that moved from the worse to the better grade, and back.
    contributions : ndarray of int, shape (n_clusters, n_pairs), or None
        Ups minus downs of each cluster.
    """

    lower: IntArray
    upper: IntArray
    ups: IntArray
    downs: IntArray
    contributions: IntArray | None

    @property
    def gaps(self) -> IntArray:
        """Ups minus downs."""
        return self.ups - self.downs

    @property
    def sizes(self) -> IntArray:
        """Units that moved either way."""
        return self.ups + self.downs

    def steps(self, n_grades: int) -> IntArray:
        """Return what a move up adds to each grade's count, shape (n_pairs, n_grades)."""
        steps = np.zeros((len(self.ups), n_grades), dtype=np.int64)
        rows = np.arange(len(self.ups))
        steps[rows, self.lower], steps[rows, self.upper] = -1, 1
        return steps


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
    lower, upper = np.nonzero(np.triu(counts + counts.T, 1))
    contributions = None
    if pairs.clusters is not None:
        contributions = np.zeros((int(pairs.clusters.max()) + 1, len(lower)), dtype=np.int64)
        place = np.full(counts.shape, -1)
        place[lower, upper] = place[upper, lower] = np.arange(len(lower))
        rows = np.flatnonzero((pairs.moves != 0) & (pairs.frequencies > 0))
        values = (np.sign(pairs.moves) * pairs.frequencies).astype(np.int64)
        columns = place[pairs.before[rows], pairs.after[rows]]
        np.add.at(contributions, (pairs.clusters[rows], columns), values[rows])
    return Swaps(
        lower=lower,
        upper=upper,
        ups=counts[lower, upper],
        downs=counts[upper, lower],
        contributions=contributions,
    )


def swap_result(
    pairs: Pairs,
    *,
    statistic: float,
    df: int,
    p_value: float,
    method: str,
    name: str,
    label: str,
    null: str,
    tested: str,
    effect: Estimate,
    notes: tuple[str, ...] = (),
) -> SignificanceResult:
    """Make the result of a test of the whole table.

    Parameters
    ----------
    pairs : Pairs
        The study.
    statistic, df, p_value, method, name, label, null, effect, notes
        As in `SignificanceResult`.
    tested : str
        What the test finds, of which the effect is a part.

    Returns
    -------
    SignificanceResult
        The result, with what every such result notes.
    """
    still = not pairs.frequencies @ (pairs.moves != 0)
    # of two grades there is one imbalance, and the effect is its size
    part = ONLY_PART.format(tested=tested) if df > 1 else ""
    alone = (ONE_ALONE,) if effect.n_independent == 1 else ()
    return SignificanceResult(
        statistic=statistic,
        df=df,
        p_value=p_value,
        method=method if pairs.clusters is None else f"{method}, {FLIPPED}",
        name=name,
        label=label,
        null=null,
        effect=effect,
        n_units=pairs.n_units,
        notes=(
            *pairs.notes,
            *((f"It does not show {part}.",) if part else ()),
            *((NO_CHANGE,) if still else (*notes, *alone)),
        ),
        limits=f"{part}; nor {NOT_SHOWN}" if part else NOT_SHOWN,
    )


def table_effect(pairs: Pairs, *, by_scores: bool) -> Estimate:
    """Return the effect shown beside a test of the whole table.

    Parameters
    ----------
    pairs : Pairs
        The study.
    by_scores : bool
        Whether the test is of the margins, so that the change in mean score is its effect.

    Returns
    -------
    Estimate
        The change in mean score, or the share improved minus the share declined; on an unordered
        scale the share that moved.
    """
    if not pairs.scale.ordered:
        everyone = np.ones(len(pairs.moves), dtype=bool)
        return share_estimate(
            pairs, pairs.moves != 0, everyone, name="moved", label="share of units that moved"
        )
    return score_estimate(pairs, None) if by_scores else net_estimate(pairs)


def few_moves_note(sizes: IntArray, method: str) -> tuple[str, ...]:
    """Say where too few units moved for a large-sample p-value.

    Parameters
    ----------
    sizes : ndarray of int, shape (n_pairs,)
        Units that moved between each two grades.
    method : str
        How the p-value was found.

    Returns
    -------
    tuple of str
        A note, or nothing.
    """
    few = int((sizes < FEWEST_MOVES).sum())
    if method != "asymptotic" or not few:
        return ()
    return (
        f"Fewer than {FEWEST_MOVES} units moved between {few} of the {len(sizes)} pairs of grades "
        "that saw a move: prefer method='exact'.",
    )
