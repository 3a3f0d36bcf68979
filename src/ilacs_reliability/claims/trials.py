"""Many studies at once: what evidence of a claim would say of each of several tables of counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np

from ilacs_reliability._data.ratings import Ratings, ratings_from_codes
from ilacs_reliability._data.scales import IntArray, Scale
from ilacs_reliability._inference.intervals import clopper_pearson_limits
from ilacs_reliability._results.bearing import ANSWERS
from ilacs_reliability.claims.choices import (
    COEFFICIENTS,
    PLAIN,
    computed,
    defensible,
    kappa_beside,
)
from ilacs_reliability.claims.outcomes import (
    NOT_SHOWN,
    SUPPORTED,
    deciding_level,
    deciding_limits,
    outcome_codes,
)
from ilacs_reliability.claims.statements import Claim
from ilacs_reliability.comparison.effects import relative_effect
from ilacs_reliability.shift.paired_limits import tango_limits

Codes = Callable[[IntArray], IntArray]
"""Takes tables, shape (n_tables, n_cells), to places in `OUTCOMES`, shape (n_tables,)."""


class Trial(NamedTuple):
    """How studies of a claim are judged, and what a cell of their tables is.

    `codes` judges tables of counts; `cells` names what a table counts.
    """

    codes: Codes
    cells: str


def trial_of(claim: Claim, *, n_grades: int = 2) -> Trial | None:
    """Say how studies of a claim are judged; None for a coefficient that cannot be tabulated."""
    name = claim.coefficient
    if claim.kind not in ANSWERS.get(name, (claim.kind,)):
        return None
    if claim.kind == "consistency":
        name = name or PLAIN
        if name not in COEFFICIENTS:
            return None
        return Trial(partial(_consistency, claim, name, n_grades), "pairs")
    if claim.kind == "comparison":
        return (
            Trial(partial(_comparison, claim), "groups")
            if name in ("", "relative_effect")
            else None
        )
    if name == "net_shift":
        return Trial(partial(_net, claim), "moves")
    return Trial(partial(_share, claim), "share")


def _share(claim: Claim, tables: IntArray) -> IntArray:
    """Judge shares: of each table the first cell counts, the second does not."""
    level = deciding_level(claim.confidence_level, "clopper_pearson")
    limits = clopper_pearson_limits(tables[:, 0], tables.sum(axis=1), confidence_level=level)
    return outcome_codes(claim, *limits)


def _net(claim: Claim, tables: IntArray) -> IntArray:
    """Judge net changes: up, unchanged, down."""
    level = deciding_level(claim.confidence_level, "tango")
    up, down, n = tables[:, 0], tables[:, 2], tables.sum(axis=1)
    return outcome_codes(claim, *tango_limits(up, down, n, confidence_level=level))


def _comparison(claim: Claim, tables: IntArray) -> IntArray:
    """Judge relative effects: the grades of the first group, then those of the second."""
    found = [deciding_limits(claim, relative_effect(one.reshape(2, -1))) for one in tables]
    return outcome_codes(claim, [one.low for one in found], [one.high for one in found])


def _consistency(claim: Claim, name: str, n_grades: int, tables: IntArray) -> IntArray:
    """Judge pairs of grades, a cell each: the first rater's grade changes slowest."""
    cells = [[i, j] for i in range(n_grades) for j in range(n_grades)]
    patterns = ratings_from_codes(cells, scale=Scale(range(n_grades)))
    named, counts = replace(claim, coefficient=name), np.asarray(tables)
    parts = [patterns.with_frequencies(counts[part]) for part in _parts(len(counts))]
    return np.concatenate([verdict_codes(named, part) for part in parts])


def verdict_codes(claim: Claim, studies: Ratings) -> IntArray:
    """Return the place in `OUTCOMES` of the verdict on each study of a batch of ratings."""
    if not claim.coefficient:
        every = np.stack([_by(claim, name, studies) for name in defensible(studies)])
        same = (every == every[0]).all(axis=0)
        return np.where(same, every[0], NOT_SHOWN)
    codes = _by(claim, claim.coefficient, studies)
    if claim.coefficient != PLAIN:
        return codes
    low = deciding_limits(claim, computed(kappa_beside(studies), studies)).low
    return np.where((codes == SUPPORTED) & ~(low >= claim.floor), NOT_SHOWN, codes)


def _by(claim: Claim, name: str, studies: Ratings) -> IntArray:
    return outcome_codes(claim, *deciding_limits(claim, computed(name, studies, claim.weights)))


def _parts(n_tables: int, most: int = 50_000) -> Iterator[slice]:
    # so many tables at a time take some 100 MiB
    return (slice(start, start + most) for start in range(0, n_tables, most))
