"""Exact distributions under no shift, where each unit's two grades may swap places.

Given how many units moved between two grades, each of them went up or down with chance one half.
Only positive terms are added, so that small p-values keep their relative accuracy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.scales import FloatArray, IntArray
from ilacs_reliability._inference.critical import SLACK, Tail
from ilacs_reliability._inference.null import affordable_draws, listed
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.wording import whole
from ilacs_reliability.shift.sentences import signs_of

# outcomes of the parts that are enumerated together
LARGEST_GRID = 10_000_000
# and of those that an interval goes through again and again
LARGEST_SEARCHED = 1_000_000
# cells times shifts of a grid that is convolved directly
LARGEST_EFFORT = 2_000_000_000
# numbers that the outcomes of clusters may fill
LARGEST_LIST = 4_000_000
BLOCK = 1 << 18


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
    upper = _from_the_middle(n)
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
            f"`method` would list more than {whole(LARGEST_GRID)} outcomes, as {whole(n)} units "
            "count alike: use another, such as 'asymptotic' (in marginal_score_shift 'score') or, "
            "where some moves are few, 'monte_carlo'."
        )


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
    distinct, many = np.unique(sizes, return_counts=True)
    if not affordable(_folding(distinct, many), nanoseconds=40.0):
        return None
    alike = zip(distinct, many, strict=True)
    folded = [part for size, times in alike for part in _folded(int(size), int(times))]
    folded.sort(key=lambda one: -len(one[0]))
    halves = split_in_halves([len(values) for values, _ in folded], LARGEST_SEARCHED)
    if halves is None:
        return None
    first, (others, chances) = (product_of([folded[k] for k in half]) for half in halves)
    order = np.argsort(others)
    return keyed(_at_least, *sorted_tail(*first), others[order], chances[order])


def _listed(steps: IntArray, sizes: IntArray) -> bool:
    """Say whether the outcomes of all groups are few enough to go through."""
    return bool(_outcomes(sizes) * max(steps.shape[1], 1) <= LARGEST_LIST)


def _outcomes(sizes: IntArray) -> float:
    return float(np.exp(min(np.log(sizes + 1.0).sum(), 700.0)))


def _gridded(steps: IntArray, sizes: IntArray) -> bool:
    """Say whether the margins' differences lie on a grid that is small enough to convolve."""
    cells = _cells(steps, sizes)
    return cells <= LARGEST_GRID and cells * float(sizes.sum() + len(sizes)) <= LARGEST_EFFORT


def _cells(steps: IntArray, sizes: IntArray) -> float:
    return float(np.prod(np.abs(steps * sizes[:, None]).sum(axis=0) + 1.0))


def quadratic_tail(steps: IntArray, sizes: IntArray, precision: FloatArray) -> Tail | None:
    """Find how likely a quadratic form of marginal differences is to reach a number.

    Parameters
    ----------
    steps : ndarray of int, shape (n_groups, n_margins)
        What a unit that moved up between two grades, or a cluster, adds to each margin.
    sizes : ndarray of int, shape (n_groups,)
        Units that moved between each two grades, or clusters that are alike.
    precision : ndarray of float, shape (n_margins, n_margins)
        The matrix of the form.

    Returns
    -------
    callable or None
        Takes a value of the form and returns the chance of so large a one; None where there are too
        many outcomes and the grid of marginal differences is too large.
    """
    gridded, few = _gridded(steps, sizes), _listed(steps, sizes)
    if few and not (gridded and _cells(steps, sizes) <= _outcomes(sizes)):
        return _forms_tail(steps, sizes, precision)
    if not gridded:
        return None
    reach = np.abs(steps * sizes[:, None]).sum(axis=0)
    grid = _margins_grid(steps, sizes)
    axes = [np.arange(-r, r + 1, 2, dtype=np.float64) for r in reach]
    # what lies opposite is as likely and as far off; only no difference at all lies on itself
    half = grid.size // 2
    chances = 2 * grid.ravel()[: grid.size - half]
    if grid.size % 2:
        chances[-1] /= 2
    return listed(_quadratic(axes, precision).ravel()[: len(chances)], chances).tail


def _forms_tail(steps: IntArray, sizes: IntArray, precision: FloatArray) -> Tail:
    sums, chances = np.zeros((1, steps.shape[1])), np.ones(1)
    for step, size in zip(steps, sizes.tolist(), strict=True):
        ways = np.multiply.outer(np.arange(-size, size + 1, 2), step)
        sums = (sums[:, None] + ways).reshape(-1, steps.shape[1])
        chances = np.multiply.outer(chances, half_binomial(size)).ravel()
    return listed(((sums @ precision) * sums).sum(axis=1), chances).tail


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
    one = len(sizes) * 100.0 if contributions is None else contributions.size * 2.0 + 12.0 * width
    n_resamples = affordable_draws(n_resamples, one, signs_of(width))
    step = max(1, BLOCK // width)
    for start in range(0, n_resamples, step):
        size = min(step, n_resamples - start)
        if contributions is None:
            ups = rng.binomial(sizes, 0.5, (size, len(sizes)))
            yield (2 * ups - sizes).astype(np.float64)
        else:
            signs = 2.0 * rng.integers(0, 2, (size, len(contributions))) - 1.0
            yield signs @ contributions


def split_in_halves(
    widths: list[int], most: int = LARGEST_GRID
) -> tuple[list[int], list[int]] | None:
    """Split groups into two with few outcomes each.

    Parameters
    ----------
    widths : list of int
        Outcomes of each group, most first.
    most : int, optional
        Outcomes that a half may have.

    Returns
    -------
    tuple of two lists of int, or None
        Which groups are in each half, the first group in the first; None where either half would
        have too many outcomes.
    """
    halves: tuple[list[int], list[int]] = ([], [])
    logs = [0.0, 0.0]
    for k, width in enumerate(widths):
        lighter = int(logs[1] < logs[0])
        halves[lighter].append(k)
        logs[lighter] += np.log(width)
    return halves if max(logs) <= np.log(most) else None


def product_of(parts: Sequence[tuple[FloatArray, FloatArray]]) -> tuple[FloatArray, FloatArray]:
    """Combine independent parts.

    Parameters
    ----------
    parts : sequence of (ndarray of float, ndarray of float)
        The values of each part and their chances.

    Returns
    -------
    values, chances : ndarray of float, shape (n_outcomes,)
        All sums of a value of each, and their chances.
    """
    values, chances = np.zeros(1), np.ones(1)
    for value, chance in parts:
        values = np.add.outer(values, value).ravel()
        chances = np.multiply.outer(chances, chance).ravel()
    return values, chances


def reached(chances: FloatArray) -> FloatArray:
    """Sum chances from the last.

    Parameters
    ----------
    chances : ndarray of float, shape (n_outcomes,)
        The chance of each outcome.

    Returns
    -------
    ndarray of float, shape (n_outcomes + 1,)
        The chance of each outcome or a later one, and 0 after the last.
    """
    tail: FloatArray = np.zeros(len(chances) + 1)
    np.cumsum(chances[::-1], out=tail[-2::-1])
    return np.minimum(tail, 1.0, out=tail)


def sorted_tail(values: FloatArray, chances: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Order values and sum their chances from the largest.

    Parameters
    ----------
    values, chances : ndarray of float, shape (n_values,)
        The values, in any order, and their chances.

    Returns
    -------
    values : ndarray of float, shape (n_values,)
        The values, ascending.
    tail : ndarray of float, shape (n_values + 1,)
        The chance of each or a larger one, and 0 after the last.
    """
    order = np.argsort(values)
    return values[order], reached(chances[order])


def met_tail(
    values: FloatArray, tail: FloatArray, others: FloatArray, chances: FloatArray, least: float
) -> float:
    """Find how likely a sum of two independent parts is to reach a number.

    Parameters
    ----------
    values, tail : ndarray of float
        The first part, as `sorted_tail` returns it.
    others, chances : ndarray of float, shape (n_others,)
        The values of the second part, in any order, and their chances.
    least : float
        The number.

    Returns
    -------
    float
        The chance, 0 to 1.
    """
    total = 0.0
    for start in range(0, len(others), BLOCK):
        rows = slice(start, start + BLOCK)
        # looking up in order is several times as fast as to and fro; a stable sort sees an order
        order = np.argsort(others[rows], kind="stable")
        place = np.searchsorted(values, least - others[rows][order], side="left")
        total += float(chances[rows][order] @ tail[place])
    return min(total, 1.0)


def _at_least(
    values: FloatArray,
    tail: FloatArray,
    others: FloatArray,
    chances: FloatArray,
    observed: float,
) -> float:
    return met_tail(values, tail, others, chances, observed * (1 - SLACK) - SLACK)


def _from_the_middle(n: int) -> FloatArray:
    """Return what the chances of n / 2 heads or more, rounded up, are as multiples of the first."""
    heads = np.arange((n + 1) // 2, n, dtype=np.float64)
    upper: FloatArray = np.ones(len(heads) + 1)
    # each is a simple multiple of the one before
    np.cumprod((n - heads) / (heads + 1), out=upper[1:])
    return upper


def _folding(sizes: IntArray, times: IntArray) -> float:
    """Say how many sums `_folded` looks at, of so many pairs of grades of each size."""
    # squares of gaps of one size are multiples of 4 apart
    last = times * (sizes / 2 + 1) * (sizes**2 / 4.0)
    return float((times - 1) @ np.minimum(last, LARGEST_SEARCHED))


def _folded(size: int, times: int) -> list[tuple[FloatArray, FloatArray]]:
    """Return the distinct squares of up minus down over their number, with their chances.

    Of so many pairs of grades between which as many units moved, summed where that leaves few, as
    their sums often coincide.
    """
    gaps = np.arange(size % 2, size + 1, 2, dtype=np.int64)
    chances = _from_the_middle(size)
    if size % 2 == 0:
        chances[0] /= 2
    chances = chances / chances.sum()
    parts = [(gaps**2, chances)]
    for _ in range(times - 1):
        sums, shares = parts[-1]
        if len(sums) * len(gaps) > LARGEST_SEARCHED:
            parts.append((gaps**2, chances))
            continue
        sums, place = np.unique(np.add.outer(sums, gaps**2), return_inverse=True)
        shares = np.bincount(place.ravel(), np.multiply.outer(shares, chances).ravel())
        parts[-1] = (sums, shares)
    return [(sums / size, shares) for sums, shares in parts]


def _margins_grid(steps: IntArray, sizes: IntArray) -> npt.NDArray[np.float64]:
    """Convolve the moves of all pairs into the distribution of the marginal differences."""
    grid = np.ones((1,) * steps.shape[1])
    # the largest first, while the grid that is added to itself so often is small
    for place in np.argsort(-sizes):
        step, size = steps[place], int(sizes[place])
        wider = np.zeros(np.array(grid.shape) + np.abs(step) * size)
        for up, chance in enumerate(half_binomial(size)):
            corner = np.where(step > 0, up * step, (up - size) * step)
            cells = tuple(slice(c, c + w) for c, w in zip(corner, grid.shape, strict=True))
            wider[cells] += chance * grid
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
