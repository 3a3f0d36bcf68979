"""Every table of whole numbers within bounds: all at once, a cell at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ilacs_reliability._checks.work import affordable
from ilacs_reliability._results.estimates import IntArray
from ilacs_reliability._results.wording import whole
from ilacs_reliability.claims.figures import UNBOUNDED, Bound

# one cell of one partial table, measured
NANOSECONDS = 80.0


def tables_within(bounds: Sequence[Bound], most: int) -> IntArray:
    """Return all vectors of counts up to `most` that keep the bounds, one a row."""
    steps = np.stack([bound.steps for bound in bounds])
    low = np.array([bound.low for bound in bounds], dtype=np.int64)
    high = np.array([bound.high for bound in bounds], dtype=np.int64)
    ceilings = _ceilings(steps, low, high, most)
    order = _order(steps)
    found = np.zeros((1, 0), dtype=np.int64)
    sums = np.zeros((1, len(bounds)), dtype=np.int64)
    for place, cell in enumerate(order):
        later = order[place + 1 :]
        reach = steps[:, later] * ceilings[later]
        lowest, highest = np.minimum(reach, 0).sum(axis=1), np.maximum(reach, 0).sum(axis=1)
        first, last = _between(sums, steps[:, cell], low - highest, high - lowest, ceilings[cell])
        found, sums = _extended(found, sums, steps[:, cell], first, last)
    if (np.diff(order) == 1).all():
        return found
    tables: IntArray = found[:, np.argsort(order)]
    return tables[np.lexsort(tables.T[::-1])]


def _ceilings(steps: IntArray, low: IntArray, high: IntArray, most: int) -> IntArray:
    """Return the most that each cell may hold by the sums of plain cells that it is in."""
    plain = (steps >= 0).all(axis=1)
    ceilings = np.full(steps.shape[1], most, dtype=np.int64)
    for row, top in zip(steps[plain], high[plain], strict=True):
        held = row > 0
        ceilings[held] = np.minimum(ceilings[held], max(top, -1) // row[held])
    return ceilings


def _order(steps: IntArray) -> IntArray:
    """Return the cells such that sums are complete early: the smallest open sum goes first."""
    left = set(range(steps.shape[1]))
    order: list[int] = []
    while left:
        opened = [[cell for cell in np.flatnonzero(row) if cell in left] for row in steps]
        smallest = min((cells for cells in opened if cells), key=len, default=sorted(left))
        order.extend(int(cell) for cell in smallest)
        left -= set(smallest)
    return np.array(order, dtype=np.int64)


def _between(
    sums: IntArray, step: IntArray, low: IntArray, high: IntArray, ceiling: int
) -> tuple[IntArray, IntArray]:
    """Return the least and greatest count of a cell that no bound rules out yet."""
    first = np.zeros(len(sums), dtype=np.int64)
    last = np.full(len(sums), ceiling, dtype=np.int64)
    for total, size, least, most in zip(sums.T, step, low, high, strict=True):
        if size == 0:
            outside = (total < least) | (total > most)
            last[outside] = -1
            continue
        ends = (least, most) if size > 0 else (most, least)
        if abs(ends[0]) < UNBOUNDED // 2:
            np.maximum(first, -((total - ends[0]) // size), out=first)
        if abs(ends[1]) < UNBOUNDED // 2:
            np.minimum(last, (ends[1] - total) // size, out=last)
    return first, last


def _extended(
    found: IntArray, sums: IntArray, step: IntArray, first: IntArray, last: IntArray
) -> tuple[IntArray, IntArray]:
    ways = np.maximum(last - first + 1, 0)
    total = int(ways.sum())
    width = found.shape[1] + sums.shape[1] + 2
    if not affordable(total * width, nanoseconds=NANOSECONDS, held=16.0 * total * width):
        raise ValueError(
            f"more than {whole(total)} tables, whole or in part, are consistent with what was "
            "published, too many to go through: give more of the margins, cells or `figures`, or "
            "join grades."
        )
    row = np.repeat(np.arange(len(found)), ways)
    value = np.arange(total) - np.repeat(np.cumsum(ways) - ways, ways) + first[row]
    return np.column_stack([found[row], value]), sums[row] + value[:, None] * step
