"""Exact distributions under no shift, where each unit's two grades may swap places.

Given how many units moved between two grades, each of them went up or down with chance one half.
Only positive terms are added, so that small p-values keep their relative accuracy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ilacs_reliability.scales import FloatArray, IntArray

# the chance that a statistic reaches a number
Tail: TypeAlias = Callable[[float], float]
# outcomes of the parts that are enumerated together
LARGEST_GRID = 10_000_000
# cells times shifts of a grid that is convolved directly
LARGEST_EFFORT = 2_000_000_000
BLOCK = 1 << 18
# outcomes of half of the groups past which sums on a lattice are rather listed one by one
LARGEST_HALF = 20_000
LIST_ONCE = 20
# statistics closer than this are equal but for rounding
SLACK = 1e-9


def half_binomial(n: int) -> FloatArray:
    """Return the probabilities of 0 to n heads in n fair tosses, to a few units in the last place.

    Parameters
    ----------
    n : int
        Number of tosses.

    Returns
    -------
    ndarray of float, shape (n + 1,)
        The probabilities.
    """
    middle = (n + 1) // 2
    heads = np.arange(middle, n)
    # from the middle outwards, each chance is a simple multiple of the one before
    upper = np.concatenate([[1.0], np.cumprod((n - heads) / (heads + 1))])
    chances = np.concatenate([upper[: 0 if n % 2 == 0 else None : -1], upper])
    total: FloatArray = chances / chances.sum()
    return total


def check_enumerable(n: int) -> None:
    """Raise where so many units moved alike that even their number cannot be enumerated.

    Parameters
    ----------
    n : int
        Units.

    Raises
    ------
    ValueError
        If they are more than a list can hold.
    """
    if n > LARGEST_GRID:
        raise ValueError(
            f"`method` would list more than {LARGEST_GRID} outcomes, as {n} units count alike: use "
            "method='asymptotic' (in marginal_score_shift 'score'), as good for so many."
        )


def signed_sum_fits(weights: Sequence[float], sizes: Sequence[int]) -> bool:
    """Say whether a sum of randomly signed weights can be enumerated.

    Parameters
    ----------
    weights : sequence of float
        Distinct positive weights.
    sizes : sequence of int
        Number of units of each weight.

    Returns
    -------
    bool
        Whether `signed_sum_tail` finds an answer.

    Raises
    ------
    ValueError
        If one group alone has too many outcomes.
    """
    check_enumerable(max(sizes, default=0))
    widths = sorted((size + 1 for size in sizes), reverse=True)
    return not widths or _halves(widths) is not None or _listable(weights, sizes)


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
    order = np.argsort(sizes)[::-1]
    groups = [(float(weights[k]), int(sizes[k])) for k in order]
    halves = _halves([size + 1 for _, size in groups]) if groups else ([], [])
    many = 0.0 if halves is None else _gone_through(halves, groups)
    listable = _listable(weights, sizes) and (many > LARGEST_HALF or halves is None)
    # a list takes its effort once, halves for each sum that is asked
    if listable and (halves is None or _steps(weights, sizes) <= LIST_ONCE * many):
        return _whole_sum_tail(weights, sizes)
    if halves is None:
        return None
    right, left = ([groups[k] for k in half] for half in halves)
    if len(right) == 1:
        (weight, size), tail = right[0], _reached(half_binomial(right[0][1]))
        return partial(_against_one, weight, size, tail, *_outcomes(left))
    return partial(_against_sorted, *_sorted_tail(*_outcomes(right)), *_outcomes(left))


def squares_fit(sizes: IntArray) -> bool:
    """Say whether Bowker's statistic can be enumerated.

    Parameters
    ----------
    sizes : ndarray of int, shape (n_pairs,)
        Units that moved between each two grades, one or more.

    Returns
    -------
    bool
        Whether `squares_tail` finds an answer.

    Raises
    ------
    ValueError
        If one pair of grades alone has too many outcomes.
    """
    check_enumerable(int(sizes.max()))
    return _halves([size // 2 + 1 for size in np.sort(sizes)[::-1].tolist()]) is not None


def squares_tail(sizes: IntArray) -> Tail | None:
    """Find how likely Bowker's statistic is to reach a number.

    Parameters
    ----------
    sizes : ndarray of int, shape (n_pairs,)
        Units that moved between each two grades, one or more.

    Returns
    -------
    callable or None
        Takes a statistic and returns the chance of so large a one; None where there are too many
        outcomes to enumerate.

    Raises
    ------
    ValueError
        If one pair of grades alone has too many.
    """
    check_enumerable(int(sizes.max()))
    folded = [_folded(int(size)) for size in np.sort(sizes)[::-1]]
    halves = _halves([len(values) for values, _ in folded])
    if halves is None:
        return None
    first, others = (_product([folded[k] for k in half]) for half in halves)
    return partial(_at_least, *_sorted_tail(*first), *others)


def quadratic_fits(steps: IntArray, sizes: IntArray) -> bool:
    """Say whether a quadratic form of marginal differences can be enumerated.

    Parameters
    ----------
    steps : ndarray of int, shape (n_pairs, n_margins)
        What a unit that moved up between two grades adds to each margin: -1, 0 or 1.
    sizes : ndarray of int, shape (n_pairs,)
        Units that moved between each two grades.

    Returns
    -------
    bool
        Whether `quadratic_tail` finds an answer.
    """
    cells = float(np.prod(np.abs(steps * sizes[:, None]).sum(axis=0) + 1.0))
    return cells <= LARGEST_GRID and cells * float(sizes.sum() + len(sizes)) <= LARGEST_EFFORT


def quadratic_tail(steps: IntArray, sizes: IntArray, precision: FloatArray) -> Tail | None:
    """Find how likely a quadratic form of marginal differences is to reach a number.

    Parameters
    ----------
    steps : ndarray of int, shape (n_pairs, n_margins)
        What a unit that moved up between two grades adds to each margin: -1, 0 or 1.
    sizes : ndarray of int, shape (n_pairs,)
        Units that moved between each two grades.
    precision : ndarray of float, shape (n_margins, n_margins)
        The matrix of the form.

    Returns
    -------
    callable or None
        Takes a value of the form and returns the chance of so large a one; None where the grid of
        marginal differences is too large.
    """
    if not quadratic_fits(steps, sizes):
        return None
    reach = np.abs(steps * sizes[:, None]).sum(axis=0)
    grid = _margins_grid(steps, sizes)
    axes = [np.arange(-r, r + 1, 2, dtype=np.float64) for r in reach]
    return listed_tail(_quadratic(axes, precision).ravel(), grid.ravel())


def listed_tail(values: FloatArray, chances: FloatArray) -> Tail:
    """Find how likely a statistic is to reach a number, from all its values.

    Parameters
    ----------
    values, chances : ndarray of float, shape (n_values,)
        The values, in any order, and their chances.

    Returns
    -------
    callable
        Takes a statistic and returns the chance of so large a one.
    """
    return partial(_at_least, *_sorted_tail(values, chances), np.zeros(1), np.ones(1))


def draw_gaps(
    sizes: IntArray,
    contributions: IntArray | None,
    n_resamples: int,
    rng: np.random.Generator,
) -> Iterator[FloatArray]:
    """Draw moves up minus moves down between each two grades, under no shift.

    Parameters
    ----------
    sizes : ndarray of int, shape (n_pairs,)
        Units that moved between each two grades.
    contributions : ndarray of int, shape (n_clusters, n_pairs), or None
        What each cluster adds, where all its units swap occasions together.
    n_resamples : int
        Number of draws.
    rng : Generator
        Where random numbers come from.

    Yields
    ------
    ndarray of float, shape (n_draws, n_pairs)
        Blocks of draws.
    """
    if contributions is not None and contributions.size:
        # draws may not hang on how clusters are called
        contributions = contributions[np.lexsort(contributions.T[::-1])]
    width = max(len(sizes), 0 if contributions is None else len(contributions), 1)
    step = max(1, BLOCK // width)
    for start in range(0, n_resamples, step):
        size = min(step, n_resamples - start)
        if contributions is None:
            ups = rng.binomial(sizes, 0.5, (size, len(sizes)))
            yield (2 * ups - sizes).astype(np.float64)
        else:
            signs = 2.0 * rng.integers(0, 2, (size, len(contributions))) - 1.0
            yield signs @ contributions


def _halves(widths: list[int]) -> tuple[list[int], list[int]] | None:
    """Split groups, widest first, into two with few outcomes each; None where that fails."""
    rest = float(np.prod([float(width) for width in widths[1:]]))
    if rest <= BLOCK or len(widths) < 3:
        return ([0], list(range(1, len(widths)))) if rest <= LARGEST_GRID else None
    halves: tuple[list[int], list[int]] = ([], [])
    logs = [0.0, 0.0]
    for k, width in enumerate(widths):
        lighter = int(logs[1] < logs[0])
        halves[lighter].append(k)
        logs[lighter] += np.log(width)
    return halves if max(logs) <= np.log(LARGEST_GRID) else None


def _outcomes(groups: list[tuple[float, int]]) -> tuple[FloatArray, FloatArray]:
    parts = [(w * np.arange(-s, s + 1, 2, dtype=np.float64), half_binomial(s)) for w, s in groups]
    return _product(parts)


def _product(parts: Sequence[tuple[FloatArray, FloatArray]]) -> tuple[FloatArray, FloatArray]:
    """Combine independent parts: sums of their values and products of their chances."""
    values, chances = np.zeros(1), np.ones(1)
    for value, chance in parts:
        values = np.add.outer(values, value).ravel()
        chances = np.multiply.outer(chances, chance).ravel()
    return values, chances


def _gone_through(halves: tuple[list[int], list[int]], groups: list[tuple[float, int]]) -> float:
    """Count the outcomes of the groups that are gone through for each sum."""
    _, left = halves
    return float(np.prod([groups[k][1] + 1.0 for k in left]))


def _parts_of_one(weights: Sequence[float]) -> int:
    """Return 1 where weights are whole, 2 where they are halves as mid-ranks are, else 0."""
    for parts in (1, 2):
        scaled = parts * np.asarray(weights, dtype=np.float64)
        if np.allclose(scaled, np.rint(scaled), rtol=0, atol=SLACK):
            return parts
    return 0


def _listable(weights: Sequence[float], sizes: Sequence[int]) -> bool:
    """Say whether weights lie on a lattice and their sums are few enough to list one by one."""
    parts = _parts_of_one(weights)
    reach = parts * float(np.dot(weights, sizes))
    return bool(parts and reach <= LARGEST_GRID and _steps(weights, sizes) <= LARGEST_EFFORT)


def _steps(weights: Sequence[float], sizes: Sequence[int]) -> float:
    return _parts_of_one(weights) * float(np.dot(weights, sizes)) * sum(sizes)


def _whole_sum_tail(weights: Sequence[float], sizes: Sequence[int]) -> Tail:
    parts = _parts_of_one(weights)
    steps = np.repeat(np.rint(parts * np.asarray(weights)).astype(np.int64), sizes)
    chances = np.ones(1)
    for step in np.sort(steps).tolist():
        wider = np.zeros(len(chances) + 2 * step)
        wider[: len(chances)] += chances / 2
        wider[2 * step :] += chances / 2
        chances = wider
    return partial(_against_list, _reached(chances), int(steps.sum()), parts)


def _reached(chances: FloatArray) -> FloatArray:
    """Return the chance of each outcome or a later one, and of none."""
    tail: FloatArray = np.append(np.minimum(np.cumsum(chances[::-1])[::-1], 1.0), 0.0)
    return tail


def _against_one(
    weight: float,
    size: int,
    tail: FloatArray,
    values: FloatArray,
    chances: FloatArray,
    observed: float,
) -> float:
    least = np.ceil(((observed - values) / weight + size) / 2 - SLACK)
    index = np.clip(least, 0, size + 1).astype(np.intp)
    return min(float(chances @ tail[index]), 1.0)


def _against_sorted(
    values: FloatArray,
    tail: FloatArray,
    others: FloatArray,
    chances: FloatArray,
    observed: float,
) -> float:
    slack = SLACK * max(1.0, abs(observed))
    return _tail(values, tail, others, chances, observed - slack)


def _against_list(tail: FloatArray, reach: int, parts: int, observed: float) -> float:
    place = np.clip(np.ceil(parts * observed - SLACK) + reach, 0, len(tail) - 1)
    return float(tail[int(place)])


def _at_least(
    values: FloatArray,
    tail: FloatArray,
    others: FloatArray,
    chances: FloatArray,
    observed: float,
) -> float:
    return _tail(values, tail, others, chances, observed * (1 - SLACK) - SLACK)


def _sorted_tail(values: FloatArray, chances: FloatArray) -> tuple[FloatArray, FloatArray]:
    order = np.argsort(values)
    return values[order], _reached(chances[order])


def _tail(
    values: FloatArray, tail: FloatArray, others: FloatArray, chances: FloatArray, least: float
) -> float:
    total = 0.0
    for start in range(0, len(others), BLOCK):
        rows = slice(start, start + BLOCK)
        place = np.searchsorted(values, least - others[rows], side="left")
        total += float(chances[rows] @ tail[place])
    return min(total, 1.0)


def _folded(size: int) -> tuple[FloatArray, FloatArray]:
    """Return the distinct squares of up minus down over their number, with their chances."""
    gaps = np.arange(size, -1, -2, dtype=np.float64)
    chances = 2 * half_binomial(size)[: len(gaps)]
    if size % 2 == 0:
        chances[-1] /= 2
    return gaps**2 / size, chances


def _margins_grid(steps: IntArray, sizes: IntArray) -> npt.NDArray[np.float64]:
    """Convolve the moves of all pairs into the distribution of the marginal differences."""
    grid = np.ones((1,) * steps.shape[1])
    for step, size in zip(steps, sizes.tolist(), strict=True):
        wider = np.zeros(np.array(grid.shape) + np.abs(step) * size)
        for up, chance in enumerate(half_binomial(size)):
            corner = np.where(step > 0, up, np.where(step < 0, size - up, 0))
            place = tuple(slice(c, c + w) for c, w in zip(corner, grid.shape, strict=True))
            wider[place] += chance * grid
        grid = wider
    return grid


def _quadratic(axes: list[FloatArray], matrix: FloatArray) -> FloatArray:
    total = np.zeros(tuple(len(axis) for axis in axes))
    for i, first in enumerate(_open(axes)):
        for j, second in enumerate(_open(axes)):
            total = total + matrix[i, j] * first * second
    return total


def _open(axes: list[FloatArray]) -> Sequence[FloatArray]:
    return np.ix_(*axes) if axes else ()
