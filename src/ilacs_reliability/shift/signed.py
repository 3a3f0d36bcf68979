"""The exact distribution of a sum of weights with random signs, as of signed ranks.

Weights that are equal make a group, of which a binomial number is positive. Sums of all groups but
the largest are gone through, and the chances that the largest reaches the rest are looked up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from ilacs_reliability._data.scales import FloatArray, IntArray
from ilacs_reliability._inference.critical import SLACK, Tail
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability.shift.sign_flips import (
    BLOCK,
    LARGEST_GRID,
    check_enumerable,
    half_binomial,
    met_tail,
    product_of,
    reached,
    sorted_tail,
    split_in_halves,
)

Group: TypeAlias = tuple[float, int]
# outcomes that are gone through past which sums on a lattice are rather listed one by one
LARGEST_HALF = 20_000
# what lists may take for each of these, looked up in one group or searched for in a half
LIST_ONCE, LIST_ONCE_SEARCHED = 100, 5000
# additions that lists may take, a second or two
LONGEST_LISTS = 5_000_000_000
# outcomes that are all gone through, as finding those that matter takes longer
FEW = 4096
# what may be left out of a chance, as a share of it
LEFT_OUT = 1e-13
# the log of how rare what is left out of each group is, at first
RARE = 38.0
# outcomes at a time that stay in the processor's cache
CACHED = 1 << 15
# steps of a search that comes close within a few
STEPS = 60


def signed_sum_tail(weights: Sequence[float], sizes: Sequence[int]) -> Tail | None:
    """Find how likely a sum of randomly signed weights is to reach a number.

    Parameters
    ----------
    weights : sequence of float
        Distinct positive weights.
    sizes : sequence of int
        Number of units of each weight.

    Returns
    -------
    callable or None
        Takes a sum, weights up minus weights down, and returns the chance of so large a one; None
        where there are too many outcomes to enumerate.

    Raises
    ------
    ValueError
        If one group alone has too many.
    """
    check_enumerable(max(sizes, default=0))
    groups = _in_order(weights, sizes)
    halves = _split([size for _, size in groups])
    many = math.inf if halves is None else _gone_through(groups, *halves)
    listable = many > LARGEST_HALF and _listable(weights, sizes)
    # lists take their effort once, halves for each sum that is asked
    one = halves is not None and len(halves[0]) == 1
    if listable and _effort(weights, sizes) <= (LIST_ONCE if one else LIST_ONCE_SEARCHED) * many:
        return _lists_tail(weights, sizes)
    if halves is None:
        return None
    right, left = ([groups[k] for k in half] for half in halves)
    if len(right) == 1:
        chances = [half_binomial(size) for _, size in groups]
        return keyed(_against_one, groups, reached(chances[0]), chances[1:])
    return keyed(_against_sorted, *sorted_tail(*_outcomes(right)), *_outcomes(left))


def _split(sizes: Sequence[int]) -> tuple[list[int], list[int]] | None:
    """Split groups, largest first, into one and the others, or into halves; None if neither."""
    if not sizes:
        return [], []
    others = math.prod(_near(size, RARE) for size in sizes[1:])
    if others > (LARGEST_GRID if len(sizes) < 4 else BLOCK):
        halves = split_in_halves([size + 1 for size in sizes])
        if halves is not None or others > LARGEST_GRID:
            return halves
    return [0], list(range(1, len(sizes)))


def _gone_through(groups: Sequence[Group], right: Sequence[int], left: Sequence[int]) -> int:
    """Count the outcomes of the groups on the left that are gone through for each sum."""
    rare = RARE if len(right) == 1 else math.inf
    return math.prod(_near(groups[k][1], rare) for k in left)


def _near(size: int, rare: float) -> int:
    """Count the outcomes of a group that are gone through."""
    return min(size + 1, 2 * math.ceil(_reach(size, rare)) + 1) if rare < math.inf else size + 1


def _reach(size: int, rare: float) -> float:
    """Return how far a number of heads lies from its mean with chance 2 exp(-rare) at most.

    Hoeffding's inequality, for coins of any bias.
    """
    return math.sqrt(size * rare / 2)


def _against_one(
    groups: Sequence[Group], tail: FloatArray, chances: Sequence[FloatArray], observed: float
) -> float:
    """Add up the chances of all groups but the first, with the first's to reach the rest.

    Only what is near enough to matter is gone through. Give each sign the odds exp(2 tilt weight)
    of being up, which makes the sum seen the mean. For the sum S and any event A,
    P(S >= s, A) <= E[exp(tilt (S - s)); A] = exp(height) P_tilted(A), where height is
    log E exp(tilt (S - s)); so with A that a group is out of its reach, which is rare, this bounds
    what is left out, and the reach grows until that is nothing beside what was found.
    """
    if observed > sum(w * s for w, s in groups) + 2 * SLACK * groups[0][0]:
        return 0.0
    sizes = [size for _, size in groups[1:]]
    rare = RARE if math.prod(size + 1 for size in sizes) > FEW else math.inf
    tilt, height = _tilt(groups, observed) if rare < math.inf else (0.0, 0.0)
    while True:
        parts, whole = [], True
        for (weight, size), chance in zip(groups[1:], chances, strict=True):
            rows = _rows(size, math.tanh(tilt * weight), rare)
            whole = whole and rows.stop - rows.start > size
            parts.append((weight * (2.0 * np.arange(rows.start, rows.stop) - size), chance[rows]))
        found = _looked_up(*groups[0], tail, parts, observed)
        lost = 2 * len(sizes) * math.exp(height - rare)
        if whole or lost <= LEFT_OUT * found:
            return min(found, 1.0)
        rare *= 2


def _rows(size: int, lean: float, rare: float) -> slice:
    """Return the numbers of heads within reach of the mean, where heads less tails lean one way."""
    if rare == math.inf:
        return slice(0, size + 1)
    middle, reach = size * (1 + lean) / 2, _reach(size, rare)
    return slice(max(0, math.floor(middle - reach)), min(size, math.ceil(middle + reach)) + 1)


def _tilt(groups: Sequence[Group], observed: float) -> tuple[float, float]:
    """Return the tilt that makes a sum the mean, and log E exp(tilt (S - sum))."""
    tilt = 0.0
    if observed > 0:
        for _ in range(STEPS):
            # Newton's method from below: the mean is concave in the tilt
            leans = [math.tanh(tilt * weight) for weight, _ in groups]
            mean = sum(w * s * lean for (w, s), lean in zip(groups, leans, strict=True))
            slope = sum(w * w * s * (1 - x * x) for (w, s), x in zip(groups, leans, strict=True))
            if observed - mean <= 1e-3 * math.sqrt(slope) or not slope:
                break
            tilt += (observed - mean) / slope
    height = sum(size * _log_cosh(tilt * weight) for weight, size in groups) - tilt * observed
    return tilt, height


def _log_cosh(x: float) -> float:
    return x + math.log1p(math.exp(-2 * x)) - math.log(2)


def _looked_up(
    weight: float,
    size: int,
    tail: FloatArray,
    parts: Sequence[tuple[FloatArray, FloatArray]],
    observed: float,
) -> float:
    """Sum over the outcomes of all parts the chance that a group's sum reaches the rest."""
    values, chances = product_of(parts[:-1])
    others, weights = parts[-1] if parts else (np.zeros(1), np.ones(1))
    # the least number up that will do, once cut off below the point
    first = (observed - values) / (2 * weight) + (size / 2 + 1 - SLACK)
    step, total = max(1, CACHED // len(others)), 0.0
    for start in range(0, len(values), step):
        rows = slice(start, start + step)
        least = np.subtract.outer(first[rows], others / (2 * weight)).astype(np.intp)
        total += float(chances[rows] @ (tail.take(least, mode="clip") @ weights))
    return total


def _against_sorted(
    values: FloatArray,
    tail: FloatArray,
    others: FloatArray,
    chances: FloatArray,
    observed: float,
) -> float:
    slack = SLACK * max(1.0, abs(observed))
    return met_tail(values, tail, others, chances, observed - slack)


def _outcomes(groups: Sequence[Group]) -> tuple[FloatArray, FloatArray]:
    parts = [(w * np.arange(-s, s + 1, 2, dtype=np.float64), half_binomial(s)) for w, s in groups]
    return product_of(parts)


def _parts_of_one(weights: Sequence[float]) -> int:
    """Return 1 where weights are whole, 2 where they are halves as mid-ranks are, else 0."""
    for parts in (1, 2):
        if all(abs(parts * weight - round(parts * weight)) <= SLACK for weight in weights):
            return parts
    return 0


def _listable(weights: Sequence[float], sizes: Sequence[int]) -> bool:
    """Say whether weights lie on a lattice and their sums are few enough to list one by one."""
    parts = _parts_of_one(weights)
    reach = parts * float(np.dot(weights, sizes))
    return bool(parts and reach <= LARGEST_GRID and _effort(weights, sizes) <= LONGEST_LISTS)


def _effort(weights: Sequence[float], sizes: Sequence[int]) -> float:
    """Count what listing the sums of either half takes."""
    groups, total = _in_order(weights, sizes), 0.0
    for half in (groups[::2], groups[1::2]):
        reach = _parts_of_one(weights) * sum(weight * size for weight, size in half)
        total += reach * (1 + sum(size + 1 for _, size in half[1:]))
    return total


def _in_order(weights: Sequence[float], sizes: Sequence[int]) -> list[Group]:
    return sorted(zip(weights, sizes, strict=True), key=lambda group: -group[1])


def _lists_tail(weights: Sequence[float], sizes: Sequence[int]) -> Tail:
    parts, groups = _parts_of_one(weights), _in_order(weights, sizes)
    first, second = (_chances_of_sums(half, parts) for half in (groups[::2], groups[1::2]))
    reach = len(first) + len(second) - 2
    seen = np.flatnonzero(first)
    return keyed(_against_lists, seen, first[seen], reached(second), reach, parts)


def _chances_of_sums(groups: Sequence[Group], parts: int) -> FloatArray:
    """Return the chance of each sum of what is up, in steps of the lattice from nothing."""
    chances = np.ones(1)
    for weight, size in groups:
        step = round(parts * weight)
        wider = np.zeros(len(chances) + step * size)
        for heads, chance in enumerate(half_binomial(size).tolist()):
            wider[heads * step : heads * step + len(chances)] += chance * chances
        chances = wider
    return chances


def _against_lists(
    sums: IntArray,
    chances: FloatArray,
    tail: FloatArray,
    reach: int,
    parts: int,
    observed: float,
) -> float:
    # what is up less what is down is twice what is up less all
    least = math.ceil((parts * observed + reach) / 2 - SLACK)
    return min(float(chances @ tail.take(least - sums, mode="clip")), 1.0)
