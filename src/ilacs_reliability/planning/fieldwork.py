"""How a study is carried out: who rates what, what hangs together, what is lost."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from ilacs_reliability._checks.arguments import check_count, check_number, told
from ilacs_reliability._results.estimates import FloatArray, IntArray
from ilacs_reliability._results.records import Record
from ilacs_reliability.planning.worlds import World

LARGEST = 2**62


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Fieldwork(Record):
    """How a planned study is carried out.

    Parameters
    ----------
    ratings_per_unit : int, optional
        Raters of each unit, drawn by lot from all where they are fewer. Default: all.
    cluster_size : int, optional
        Units that come together, such as those of one inspection. Default: 1.
    cluster_correlation : float, optional
        Correlation of what is seen in two units of a cluster, from 0 to below 1. Default: 0.
    drop_out : float, optional
        Share of the planned units of which no rating comes, from 0 to below 1. Default: 0.

    Raises
    ------
    TypeError
        If an argument is not a number.
    ValueError
        If an argument is outside its range, or units in clusters of one are said to be correlated.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.Fieldwork(cluster_size=5, cluster_correlation=0.1).design_effect
    1.4
    """

    ratings_per_unit: int | None = None
    cluster_size: int = 1
    cluster_correlation: float = 0.0
    drop_out: float = 0.0

    def __post_init__(self) -> None:
        if self.ratings_per_unit is not None:
            number = check_count(self.ratings_per_unit, "ratings_per_unit", least=2)
            object.__setattr__(self, "ratings_per_unit", number)
        object.__setattr__(self, "cluster_size", check_count(self.cluster_size, "cluster_size"))
        for name in ("cluster_correlation", "drop_out"):
            share = check_number(getattr(self, name), name)
            object.__setattr__(self, name, share)
            if not 0 <= share < 1:
                raise ValueError(f"`{name}` must be from 0 to below 1, but got {told(share)}.")
        if self.cluster_correlation and self.cluster_size == 1:
            raise ValueError("`cluster_correlation` needs a `cluster_size` of 2 or more.")

    @property
    def design_effect(self) -> float:
        """By how much clusters make the variance larger."""
        return 1 + (self.cluster_size - 1) * self.cluster_correlation


def as_fieldwork(fieldwork: Any) -> Fieldwork:
    """Return how a study is carried out, each unit by all raters where nothing is said."""
    if fieldwork is not None and not isinstance(fieldwork, Fieldwork):
        raise TypeError(f"`fieldwork` must be a Fieldwork, but got {told(fieldwork)}.")
    return fieldwork or Fieldwork()


def seen(world: World, fieldwork: Fieldwork) -> tuple[IntArray, FloatArray]:
    """Return the patterns that the study shows, shape (n_patterns, n_raters), with their shares."""
    patterns, shares = _by_lot(world, fieldwork.ratings_per_unit)
    if fieldwork.drop_out:
        blank = np.full((1, world.n_raters), -1)
        patterns = np.concatenate([patterns, blank])
        kept = 1 - fieldwork.drop_out
        shares = np.append(kept * shares, fieldwork.drop_out)
    first, place = np.unique(_keys(patterns), return_index=True, return_inverse=True)[1:]
    summed = np.bincount(place, weights=shares, minlength=len(first))
    return patterns[first], summed.astype(np.float64)


def _keys(patterns: IntArray) -> IntArray:
    """Return a number for each pattern, in the order of patterns."""
    keys, most = np.zeros(len(patterns), dtype=np.int64), 1
    for column in patterns.T:
        base = int(column.max()) + 2
        if most * base > LARGEST:
            keys = np.unique(keys, return_inverse=True)[1]
            most = len(keys)
        keys, most = keys * base + column + 1, most * base
    return keys


def _by_lot(world: World, n_each: int | None) -> tuple[IntArray, FloatArray]:
    """Leave each unit the ratings of some raters, every choice as likely."""
    n_raters = world.n_raters
    if n_each is None or n_each == n_raters:
        return world.patterns, world.shares
    if n_each > n_raters:
        raise ValueError(
            f"`fieldwork` must ask for a `ratings_per_unit` of at most {n_raters}, as many "
            f"as there are raters, but got {n_each}."
        )
    chosen = list(combinations(range(n_raters), n_each))
    patterns = np.full((len(chosen), *world.patterns.shape), -1)
    for place, raters in enumerate(chosen):
        patterns[place][:, list(raters)] = world.patterns[:, list(raters)]
    shares = np.tile(world.shares / len(chosen), len(chosen))
    return patterns.reshape(-1, n_raters), shares
