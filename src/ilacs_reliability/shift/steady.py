"""What the probability of a mean rank is worth as a share, where units hardly differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ilacs_reliability._inference.shrinkage import (
    ShareLike,
    absolute_spread,
    share_of_variance,
    shrunk,
    t_correction,
)
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.influences import by_cluster
from ilacs_reliability.shift.moves import Pairs


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Steady:
    """A probability taken for a share.

    Attributes
    ----------
    share : ShareLike
        The share.
    known : bool
        Whether more of its variance is seen than taken from a share.
    moved : int
        Units, or clusters, of which any moved.
    """

    share: ShareLike
    known: bool
    moved: int


def steadied(estimate: Estimate, farthest: float, pairs: Pairs) -> Steady:
    """Take a probability for a share of as many units as its shrunk variance implies.

    Parameters
    ----------
    estimate : Estimate
        The probability.
    farthest : float
        How far a unit that was missed pulls it at most.
    pairs : Pairs
        The study.

    Returns
    -------
    Steady
        What it is worth.
    """
    value, times, pulls = estimate.value, estimate.frequencies, estimate.influence
    n, moves = estimate.n_independent, times * np.abs(pairs.moves)
    if estimate.clusters is not None:
        pulls = by_cluster(times * pulls, estimate.clusters) * n / estimate.n_units
        times = (by_cluster(times, estimate.clusters) > 0).astype(np.float64)
        moves = by_cluster(moves, estimate.clusters)
        moved = int((moves > 0).sum())
    else:
        moved = int(times @ (pairs.moves != 0))
    # a unit is one of either occasion, so that its pulls reach twice as far
    spread = absolute_spread(pulls / 2, times)
    room = value * (1 - value)
    seen, taken = shrunk(
        np.asarray(estimate.standard_error**2 / room if room > 0 else 0.0),
        spread,
        np.asarray(share_of_variance(value, farthest) / n),
    )
    size = t_correction(n - 1) / float(seen + taken)
    return Steady(
        share=ShareLike(value=value, size=max(size, n / max(farthest, 1.0))),
        known=bool(seen > taken),
        moved=moved,
    )
