"""Sequences of gradings, put as a chain of occasions takes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import Any, Literal, TypeAlias

import numpy as np

from ilacs_reliability._checks.arguments import check_listing, check_name, check_option, told
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.ratings import Ratings, ratings_from_codes
from ilacs_reliability.error.bivariate import thresholds_of
from ilacs_reliability.error.climbing import Sequences
from ilacs_reliability.error.simplex import Group

Thresholds: TypeAlias = Literal["occasion", "framework", "common"] | Sequence[Hashable]
SETS = ("occasion", "framework", "common")


def sequences_of(ratings: Ratings, thresholds: Thresholds) -> Sequences:
    """Group units by when and by which thresholds they were graded.

    Parameters
    ----------
    ratings : Ratings
        A column an occasion, or an occasion under one framework, in order.
    thresholds : str or sequence of hashable
        Which columns share thresholds.

    Returns
    -------
    Sequences
        Only grades that somebody got by the same thresholds are told apart.

    Raises
    ------
    ValueError
        If a unit has two gradings at one occasion.
    """
    patterns: Any = ratings.patterns
    occasions = _occasions(ratings)
    sets = _sets(ratings, thresholds)
    used = _used(patterns, ratings.frequencies, sets, len(ratings.scale))
    cells: dict[tuple[int, ...], Any] = {}
    for row, times in zip(patterns, ratings.frequencies.tolist(), strict=True):
        every = tuple(np.flatnonzero(row >= 0).tolist())
        _distinct(every, occasions)
        columns = tuple(c for c in every if len(used[sets[c]]) > 1)
        if not columns or not times:
            continue
        shape = [len(used[sets[c]]) for c in columns]
        table = cells.setdefault(columns, np.zeros(shape, dtype=np.int64))
        table[tuple(used[sets[c]].index(row[c]) for c in columns)] += int(times)
    groups = tuple(
        Group(_distinct(columns, occasions), tuple(sets[c] for c in columns), cells[columns])
        for columns in sorted(cells)
    )
    return Sequences(groups, _starts(groups, used), max(occasions) + 1)


def n_occasions(ratings: Ratings) -> int:
    """Return how many occasions the columns of ratings stand for."""
    return max(_occasions(ratings)) + 1


def check_work(steps: float, *, nanoseconds: float, held: float = 0.0) -> None:
    """Refuse more grades and occasions than a fit takes some seconds for."""
    if not affordable(steps, nanoseconds=nanoseconds, held=held):
        raise ValueError(
            "`sequences` has too many grades and occasions to fit a chain of them in a few "
            "seconds: take fewer occasions by `last`, or a scale with fewer grades."
        )


def by_occasion(ratings: Ratings) -> Any:
    """Return grades with a column an occasion, whatever the framework; -1 where one is missing."""
    patterns: Any = ratings.patterns
    occasions = np.array(_occasions(ratings))
    return np.stack(
        [patterns[:, occasions == k].max(axis=1) for k in range(occasions.max() + 1)], axis=1
    )


def pairs_of(ratings: Ratings, thresholds: Thresholds) -> Sequences:
    """Pool each grading and the next of all units, cut before and after by thresholds of their own.

    Parameters
    ----------
    ratings : Ratings
        A column an occasion, in order.
    thresholds : str or sequence of hashable
        "occasion" for thresholds before and after, "common" for the same ones.

    Returns
    -------
    Sequences
        Two occasions.

    Raises
    ------
    ValueError
        If thresholds are to follow the columns, of which there are more than two.
    """
    if n_occasions(ratings) == 2:
        return sequences_of(ratings, thresholds)
    if not isinstance(thresholds, str) or thresholds == "framework":
        raise ValueError(
            "`thresholds` must be 'occasion' or 'common' where more than two occasions are pooled, "
            f"but got {told(thresholds)}."
        )
    rows = by_occasion(ratings)
    pairs = [list(pairwise(row[row >= 0].tolist())) for row in rows]
    together = ratings_from_codes(
        # one grade alone says as little as none, but is a rating
        [pair for found in pairs for pair in found] or [(0, -1)],
        scale=ratings.scale,
        frequencies=np.repeat(ratings.frequencies, list(map(len, pairs))) if any(pairs) else None,
    )
    return sequences_of(together, thresholds)


def _occasions(ratings: Ratings) -> list[int]:
    """Return the occasion of each column: named pairs of occasion and framework share one."""
    names = _both_named(ratings)
    if names is None:
        return list(range(ratings.n_raters))
    order = list(dict.fromkeys(name[0] for name in names))
    return [order.index(name[0]) for name in names]


def _both_named(ratings: Ratings) -> Any:
    """Return names that say occasion and framework, where all columns have such."""
    names = ratings.raters or ()
    both = all(isinstance(name, tuple) and len(name) == 2 for name in names)
    return names if names and both else None


def _sets(ratings: Ratings, thresholds: Thresholds) -> list[int]:
    columns = range(ratings.n_raters)
    if not isinstance(thresholds, str):
        labels = _listed(thresholds, len(columns))
    elif thresholds == "occasion":
        return list(columns)
    elif thresholds == "common":
        return [0 for _ in columns]
    else:
        check_option(thresholds, SETS, "thresholds")
        names = _both_named(ratings)
        if names is None:
            raise ValueError(
                "`thresholds` is 'framework', but the columns of `sequences` do not say theirs; "
                "`sequences_from_frame` takes `framework`."
            )
        labels = [name[1] for name in names]
    order = list(dict.fromkeys(labels))
    return [order.index(label) for label in labels]


def _listed(thresholds: Any, number: int) -> list[Hashable]:
    labels = check_listing(thresholds, "thresholds", of="names")
    for place, label in enumerate(labels):
        check_name(label, "thresholds", str(place))
    if len(labels) != number:
        raise ValueError(
            f"`thresholds` must name the thresholds of {number} columns, but got {len(labels)}."
        )
    return labels


def _used(patterns: Any, frequencies: Any, sets: list[int], n_grades: int) -> list[list[int]]:
    seen: dict[int, set[int]] = defaultdict(set)
    for column, which in enumerate(sets):
        given = patterns[frequencies > 0, column]
        seen[which] |= set(given[given >= 0].tolist())
    return [sorted(seen[which]) for which in range(max(sets) + 1)]


def _distinct(columns: tuple[int, ...], occasions: list[int]) -> tuple[int, ...]:
    found = tuple(occasions[c] for c in columns)
    if len(set(found)) < len(found):
        raise ValueError(
            "`sequences` holds a unit with two gradings at one occasion, under two frameworks."
        )
    return found


def _starts(groups: tuple[Group, ...], used: list[list[int]]) -> tuple[Any, ...]:
    totals = [np.zeros(len(grades)) for grades in used]
    for group in groups:
        for axis, which in enumerate(group.sets):
            others = tuple(k for k in range(group.counts.ndim) if k != axis)
            totals[which] += group.counts.sum(axis=others)
    return tuple(thresholds_of(t) if t.sum() else np.zeros(0) for t in totals)
