"""Exact distributions under no shift, where each unit's two grades may swap places.

Given how many units moved between two grades, each of them went up or down with chance one half.
Only positive terms are added, so that small p-values keep their relative accuracy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from ilacs_reliability.scales import FloatArray, IntArray

# outcomes of the parts that are enumerated together
LARGEST_GRID = 10_000_000
# cells times shifts of a grid that is convolved directly
LARGEST_EFFORT = 2_000_000_000
BLOCK = 1 << 18
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


def signed_sum_tail(
    weights: Sequence[float], sizes: Sequence[int], observed: float
) -> float | None:
    """Return the chance that a sum of randomly signed weights reaches what was observed.

    Parameters
    ----------
    weights : sequence of float
        Distinct positive weights.
    sizes : sequence of int
        Number of units of each weight.
    observed : float
        The sum that was seen, weights up minus weights down.

    Returns
    -------
    float or None
        The probability; None where there are too many outcomes to enumerate.

    Raises
    ------
    ValueError
        If one group alone has too many.
    """
    if len(sizes):
        check_enumerable(int(max(sizes)))
    order = np.argsort(sizes)[::-1]
    groups = [(float(weights[k]), int(sizes[k])) for k in order]
    if not groups:
        return 1.0 if observed <= 0 else 0.0
    halves = _halves([size + 1 for _, size in groups])
    if halves is None:
        return None
    right, left = ([groups[k] for k in half] for half in halves)
    if len(right) == 1:
        return _against_one(right[0], left, observed)
    return _against_sorted(_outcomes(right), left, observed)


def squares_tail(sizes: IntArray, observed: float) -> float | None:
    """Return the chance that Bowker's statistic reaches what was observed.

    Parameters
    ----------
    sizes : ndarray of int, shape (n_pairs,)
        Units that moved between each two grades, one or more.
    observed : float
        The statistic that was seen.

    Returns
    -------
    float or None
        The probability; None where there are too many outcomes to enumerate.

    Raises
    ------
    ValueError
        If one pair of grades alone has too many.
    """
    if not len(sizes):
        return 1.0
    check_enumerable(int(sizes.max()))
    folded = [_folded(int(size)) for size in np.sort(sizes)[::-1]]
    halves = _halves([len(values) for values, _ in folded])
    if halves is None:
        return None
    (values, chances), (others, weights) = (_product([folded[k] for k in half]) for half in halves)
    return _tail(*_sorted_tail(values, chances), others, weights, observed * (1 - SLACK) - SLACK)


def quadratic_tail(
    steps: IntArray, sizes: IntArray, precision: FloatArray, observed: float
) -> float | None:
    """Return the chance that a quadratic form of marginal differences reaches what was observed.

    Parameters
    ----------
    steps : ndarray of int, shape (n_pairs, n_margins)
        What a unit that moved up between two grades adds to each margin: -1, 0 or 1.
    sizes : ndarray of int, shape (n_pairs,)
        Units that moved between each two grades.
    precision : ndarray of float, shape (n_margins, n_margins)
        The matrix of the form.
    observed : float
        Its value as seen.

    Returns
    -------
    float or None
        The probability; None where the grid of marginal differences is too large.
    """
    reach = np.abs(steps * sizes[:, None]).sum(axis=0)
    cells = int(np.prod(reach + 1.0))
    if cells > LARGEST_GRID or cells * float(sizes.sum() + len(sizes)) > LARGEST_EFFORT:
        return None
    grid = _margins_grid(steps, sizes)
    total, least = 0.0, observed * (1 - SLACK) - SLACK
    axes = [np.arange(-r, r + 1, 2, dtype=np.float64) for r in reach]
    rest = _quadratic(axes[1:], precision[1:, 1:])
    lean = _linear(axes[1:], precision[0, 1:])
    for first, plane in zip(axes[0], grid, strict=True):
        form = rest + 2 * first * lean + precision[0, 0] * first**2
        total += float(plane[form >= least].sum())
    return min(total, 1.0)


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


def monte_carlo_p(hits: int, n_resamples: int) -> float:
    """Return the p-value of a Monte Carlo test, which counts what was seen among the draws.

    Parameters
    ----------
    hits : int
        Draws as extreme as what was seen.
    n_resamples : int
        Draws.

    Returns
    -------
    float
        (1 + hits) / (1 + draws).
    """
    return (1 + hits) / (1 + n_resamples)


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


def _against_one(one: tuple[float, int], others: list[tuple[float, int]], observed: float) -> float:
    weight, size = one
    tail = np.cumsum(half_binomial(size)[::-1])[::-1]
    tail = np.append(np.minimum(tail, 1.0), 0.0)
    values, chances = _outcomes(others)
    least = np.ceil(((observed - values) / weight + size) / 2 - SLACK)
    index = np.clip(least, 0, size + 1).astype(np.intp)
    return min(float(chances @ tail[index]), 1.0)


def _against_sorted(
    half: tuple[FloatArray, FloatArray], others: list[tuple[float, int]], observed: float
) -> float:
    values, chances = _outcomes(others)
    slack = SLACK * max(1.0, abs(observed))
    return _tail(*_sorted_tail(*half), values, chances, observed - slack)


def _sorted_tail(values: FloatArray, chances: FloatArray) -> tuple[FloatArray, FloatArray]:
    order = np.argsort(values)
    tail = np.cumsum(chances[order][::-1])[::-1]
    return values[order], np.append(np.minimum(tail, 1.0), 0.0)


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


def _linear(axes: list[FloatArray], row: FloatArray) -> FloatArray:
    total = np.zeros(tuple(len(axis) for axis in axes))
    for value, axis in zip(row, _open(axes), strict=True):
        total = total + value * axis
    return total


def _open(axes: list[FloatArray]) -> Sequence[FloatArray]:
    return np.ix_(*axes) if axes else ()
