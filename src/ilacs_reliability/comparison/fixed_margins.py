"""Distributions of tables with fixed margins: every table, half by half, or drawn."""

from __future__ import annotations

from math import comb, prod
from typing import TypeAlias

import numpy as np
from scipy import special

from ilacs_reliability._checks.work import affordable
from ilacs_reliability._results.estimates import FloatArray, IntArray

# largest number of rows that are enumerated; about 100 MB
MOST_ROWS = 2_000_000
# bytes of a part of a row while equal rows are joined: in its order and before, rounded and not
HELD = 48.0
# numpy's hypergeometric draws take fewer
MOST_UNITS = 1_000_000_000
# logs this far apart are still numbers beside each other once they are no logs
NO_UNDERFLOW = 690.0
# sums that a whole number of 64 bits holds, with room for twice as much
LARGEST_SUM = 2.0**61


def log_choose(n: IntArray, k: IntArray) -> FloatArray:
    """Return the logarithm of a binomial coefficient.

    Parameters
    ----------
    n, k : ndarray of int
        k of n.

    Returns
    -------
    ndarray of float
        Its logarithm.
    """
    logs: FloatArray = (
        special.gammaln(n + 1.0) - special.gammaln(k + 1.0) - special.gammaln(n - k + 1.0)
    )
    return logs


def first_rows(totals: IntArray, n_first: int) -> tuple[IntArray, FloatArray] | None:
    """Enumerate the first rows of tables of two rows with given margins.

    Parameters
    ----------
    totals : ndarray of int, shape (n_grades,)
        Column totals.
    n_first : int
        Units in the first row.

    Returns
    -------
    rows : ndarray of int, shape (n_rows, n_grades)
        Every possible first row.
    probabilities : ndarray of float, shape (n_rows,)
        How likely each is when rows are drawn without looking at columns.
        None, instead of both, where there are more than `MOST_ROWS`.
    """
    found = log_first_rows(totals, n_first)
    return found and (found[0], np.exp(found[1]))


def log_first_rows(totals: IntArray, n_first: int) -> tuple[IntArray, FloatArray] | None:
    """Enumerate the same with logarithms, which far from what is expected do not underflow.

    Parameters
    ----------
    totals : ndarray of int, shape (n_grades,)
        Column totals.
    n_first : int
        Units in the first row.

    Returns
    -------
    rows : ndarray of int, shape (n_rows, n_grades)
        Every possible first row.
    logs : ndarray of float, shape (n_rows,)
        The logarithm of its probability.
        None, instead of both, where there are more than `MOST_ROWS`.
    """
    rows = np.zeros((1, 0), dtype=np.int64)
    left = np.array([n_first], dtype=np.int64)
    later = np.append(np.cumsum(totals[::-1])[::-1][1:], 0)
    for total, rest in zip(totals.tolist(), later.tolist(), strict=True):
        low, high = np.maximum(left - rest, 0), np.minimum(left, total)
        counts = high - low + 1
        if counts.sum() > MOST_ROWS:
            return None
        index = np.repeat(np.arange(len(rows)), counts)
        starts = np.cumsum(counts) - counts
        taken = np.arange(counts.sum()) - starts[index] + low[index]
        rows = np.column_stack([rows[index], taken])
        left = left[index] - taken
    logs = log_choose(totals, rows).sum(axis=1)
    whole = log_choose(totals.sum(), np.asarray(n_first))
    return rows, logs - whole


def log_summed(values: IntArray, logs: FloatArray) -> tuple[IntArray, FloatArray]:
    """Join equal values and add up their probabilities, in logarithms.

    Parameters
    ----------
    values : ndarray of int, shape (n,)
        What a statistic can be, with repeats.
    logs : ndarray of float, shape (n,)
        Logarithm of the probability of each.

    Returns
    -------
    values : ndarray of int, shape (n_distinct,)
        Distinct values, rising.
    logs : ndarray of float, shape (n_distinct,)
        Logarithm of the probability of each.
    """
    distinct, place = np.unique(values, return_inverse=True)
    return distinct, log_added(place.ravel(), logs, len(distinct))


def log_added(places: IntArray, logs: FloatArray, n: int) -> FloatArray:
    """Add up probabilities place by place, in logarithms.

    Parameters
    ----------
    places : ndarray of int, shape (n_terms,)
        Where each term belongs, each of the places at least once.
    logs : ndarray of float, shape (n_terms,)
        Logarithm of each term.
    n : int
        Places.

    Returns
    -------
    ndarray of float, shape (n,)
        Logarithm of each sum.
    """
    top = logs.max(initial=-np.inf)
    if logs.min(initial=0.0) > top - NO_UNDERFLOW:
        sums: FloatArray = top + np.log(
            np.bincount(places, weights=np.exp(logs - top), minlength=n)
        )
        return sums
    peaks = np.full(n, -np.inf)
    np.maximum.at(peaks, places, logs)
    return peaks + np.log(np.bincount(places, weights=np.exp(logs - peaks[places]), minlength=n))


def score_tails(
    totals: IntArray, n_first: int, scores: IntArray, low: int, high: int
) -> tuple[float, float] | None:
    """Return the tails of the sum of scores of the first row, by meeting in the middle.

    Parameters
    ----------
    totals : ndarray of int, shape (n_grades,)
        Column totals.
    n_first : int
        Units in the first row.
    scores : ndarray of int, shape (n_grades,)
        Score of a unit of each column, 0 or more.
    low, high : int
        Ends of the two tails.

    Returns
    -------
    tuple of float or None
        P(S <= low) and P(S >= high), or None where a half has more than `MOST_ROWS` rows. Only
        positive terms are added, so that small probabilities keep their relative accuracy.
    """
    used = totals > 0
    totals, scores = totals[used], scores[used]
    halves = _split(totals)
    if not meets(totals):
        return None
    (k1, s1, logs1), (k2, s2, logs2) = (_half(totals[h], scores[h], n_first) for h in halves)
    span = int(s2.max()) + 2
    keys = k2 * span + s2
    order = np.argsort(keys, kind="stable")  # long runs are in order: this finds them
    k2, logs2, keys = k2[order], logs2[order], keys[order]
    starts = np.searchsorted(k2, np.arange(n_first + 2))
    sizes = np.diff(starts)
    peaks = np.full(n_first + 1, -np.inf)
    np.maximum.at(peaks, k2, logs2)
    column = np.arange(len(k2)) - starts[k2]
    weights = np.zeros((n_first + 1, int(sizes.max()) + 1))
    weights[k2, column + 1] = np.exp(logs2 - peaks[k2])
    up_to = np.cumsum(weights, axis=1)
    # from[k, j] is the weight of the places j and above of segment k
    weights = np.roll(weights, -1, axis=1)
    beyond = np.cumsum(weights[:, ::-1], axis=1)[:, ::-1]
    other = n_first - k1
    met = sizes[other] > 0
    k1, s1, logs1, other = k1[met], s1[met], logs1[met], other[met]
    factor = np.exp(logs1 + peaks[other] - log_choose(totals.sum(), np.asarray(n_first)))
    below = np.searchsorted(keys, other * span + np.clip(low - s1, -1, span - 1), side="right")
    above = np.searchsorted(keys, other * span + np.clip(high - s1, 0, span - 1), side="left")
    lower = (factor * up_to[other, np.clip(below - starts[other], 0, sizes[other])]).sum()
    upper = (factor * beyond[other, np.clip(above - starts[other], 0, sizes[other])]).sum()
    return min(float(lower), 1.0), min(float(upper), 1.0)


def meets(totals: IntArray) -> bool:
    """Say whether `score_tails` finds an answer: whether either half has few enough rows.

    Parameters
    ----------
    totals : ndarray of int, shape (n_grades,)
        Column totals.

    Returns
    -------
    bool
        Whether it does.
    """
    totals = totals[totals > 0]
    most: int = max(prod((totals[half] + 1).tolist()) for half in _split(totals))
    return most <= MOST_ROWS


def score_list(
    totals: IntArray, n_first: int, scores: IntArray
) -> tuple[IntArray, FloatArray] | None:
    """Return the distribution of the sum of scores of the first row, pairing rows of two halves.

    Parameters
    ----------
    totals, n_first, scores
        As of `score_tails`.

    Returns
    -------
    values : ndarray of int, shape (n_values,)
        Possible sums, rising.
    logs : ndarray of float, shape (n_values,)
        Logarithm of the probability of each.
        None, instead of both, where there are more than `MOST_ROWS` rows.
    """
    used = totals > 0
    totals, scores = totals[used], scores[used]
    least = np.maximum(n_first - (totals.sum() - totals), 0)
    ranges = (np.minimum(totals, n_first) - least + 1).astype(np.float64)
    if max(ranges[h].prod() for h in _split(totals)) > MOST_ROWS:
        return None
    (k1, s1, logs1), (k2, s2, logs2) = (
        _half(totals[h], scores[h], n_first, least[h]) for h in _split(totals)
    )
    # of two bytes, sorting is a count
    order = np.argsort(k2.astype(np.int16) if n_first < 2**15 else k2, kind="stable")
    k2, s2, logs2 = k2[order], s2[order], logs2[order]
    starts = np.searchsorted(k2, n_first - k1, side="left")
    sizes = np.searchsorted(k2, n_first - k1, side="right") - starts
    n_rows = int(sizes.sum())
    if n_rows > MOST_ROWS:
        return None
    second = np.arange(n_rows) + np.repeat(starts - np.cumsum(sizes) + sizes, sizes)
    least, most = int(s1.min() + s2.min()), int(s1.max() + s2.max())
    places = np.repeat(s1 - least, sizes) + s2[second]
    whole = log_choose(totals.sum(), np.asarray(n_first))
    top1, top2 = logs1.max(), logs2.max()
    near = logs1.min() - top1 + logs2.min() - top2 > -NO_UNDERFLOW
    if not near or most - least > 4 * n_rows + 1000:
        values, logs = log_summed(places, np.repeat(logs1, sizes) + logs2[second])
        return values + least, logs - whole
    weights = np.repeat(np.exp(logs1 - top1), sizes) * np.exp(logs2 - top2)[second]
    chances = np.bincount(places, weights=weights)
    seen = np.flatnonzero(chances > 0)
    return seen + least, np.log(chances[seen]) + (top1 + top2 - whole)


def score_sums(
    totals: IntArray, n_first: int, scores: IntArray
) -> tuple[IntArray, FloatArray] | None:
    """Return the distribution of the sum of scores of the first row, adding grade after grade.

    Of few units it is in reach however many grades there are, where tables are too many to list.

    Parameters
    ----------
    totals : ndarray of int, shape (n_grades,)
        Column totals.
    n_first : int
        Units in the first row.
    scores : ndarray of int, shape (n_grades,)
        Score of a unit of each column, not falling.

    Returns
    -------
    values : ndarray of int, shape (n_values,)
        Possible sums, rising.
    logs : ndarray of float, shape (n_values,)
        Logarithm of the probability of each.
        None, instead of both, where it would take too long or there are too many units.
    """
    used = totals > 0
    totals, scores = totals[used], scores[used]
    if float(totals.sum()) * float(np.abs(scores).max(initial=0)) >= LARGEST_SUM:
        return None
    n, whole = int(totals.sum()), int(totals @ scores)
    if n_first > n - n_first:
        found = score_sums(totals, n - n_first, scores)
        return found and (whole - found[0][::-1], found[1][::-1])
    unit = max(1, int(np.gcd.reduce(scores - scores[0])))
    steps = (scores - scores[0]) // unit
    most = int(np.diff(np.minimum(np.cumsum(totals[::-1]), n_first), prepend=0) @ steps[::-1])
    cells = float(n_first + 1) * (most + 1)
    ways = log_choose(np.asarray(n), np.asarray(n_first))
    # the number of ways must have a place among floating-point numbers
    work = cells * float(np.minimum(totals, n_first).sum())
    if ways > MOST_LOG_WAYS or not affordable(work, nanoseconds=3.0, held=32 * cells):
        return None
    counts = np.zeros((n_first + 1, most + 1))
    counts[0, 0] = 1.0
    for total, step in zip(totals.tolist(), steps.tolist(), strict=True):
        before = counts.copy()
        for taken in range(1, min(total, n_first) + 1):
            reach = most + 1 - taken * step
            if reach <= 0:
                break
            counts[taken:, most + 1 - reach :] += comb(total, taken) * before[:-taken, :reach]
    places = np.flatnonzero(counts[n_first])
    return places * unit + n_first * scores[0], np.log(counts[n_first, places]) - ways


MOST_LOG_WAYS = 700.0


def by_their_margins(counts: IntArray) -> IntArray:
    """Return the places of strata in an order that hangs on their margins alone.

    Parameters
    ----------
    counts : ndarray of int, shape (n_strata, n_groups, n_grades)
        Tables.

    Returns
    -------
    ndarray of int, shape (n_strata,)
        Where each is, the largest strata first; which group is the first makes no difference.
    """
    sizes = np.sort(counts.sum(axis=2), axis=1)
    margins = np.column_stack([sizes.sum(axis=1), sizes, counts.sum(axis=1)])
    return np.lexsort(margins.T[::-1])[::-1]


def every_table(sizes: IntArray, totals: IntArray) -> tuple[IntArray, FloatArray] | None:
    """Enumerate tables with given margins.

    Parameters
    ----------
    sizes : ndarray of int, shape (n_rows,)
        Row totals.
    totals : ndarray of int, shape (n_columns,)
        Column totals, with the same sum.

    Returns
    -------
    tables : ndarray of int, shape (n_tables, n_rows, n_columns)
        Every one.
    logs : ndarray of float, shape (n_tables,)
        The logarithm of its probability where rows are independent of columns.
        None, instead of both, where there are too many.
    """
    tables = np.zeros((1, 0, len(totals)), dtype=np.int64)
    left = np.asarray(totals, dtype=np.int64)[None]
    for size in sizes[:-1].tolist():
        found = _rows_within(left, size, 64.0 * len(sizes) * len(totals))
        if found is None:
            return None
        owner, rows = found
        tables = np.concatenate([tables[owner], rows[:, None]], axis=1)
        left = left[owner] - rows
    tables = np.concatenate([tables, left[:, None]], axis=1)
    margins = special.gammaln(sizes + 1.0).sum() + special.gammaln(totals + 1.0).sum()
    cells = special.gammaln(tables + 1.0).sum(axis=(1, 2))
    return tables, margins - special.gammaln(totals.sum() + 1.0) - cells


def _rows_within(left: IntArray, size: int, held: float) -> tuple[IntArray, IntArray] | None:
    """Return every row of a size that each of some leftovers holds, and whose it is."""
    owner, need = np.arange(len(left)), np.full(len(left), size)
    rows = np.zeros((len(left), 0), dtype=np.int64)
    for column in range(left.shape[1]):
        later = left[owner, column + 1 :].sum(axis=1)
        low, high = np.maximum(need - later, 0), np.minimum(need, left[owner, column])
        counts = high - low + 1
        # as floats: of huge counts the sum passes 64 bits
        much = float(counts.astype(np.float64).sum())
        if not affordable(much, nanoseconds=1000.0, held=much * held):
            return None
        n = int(counts.sum())
        index = np.repeat(np.arange(len(rows)), counts)
        taken = np.arange(n) - (np.cumsum(counts) - counts)[index] + low[index]
        rows, owner = np.column_stack([rows[index], taken]), owner[index]
        need = need[index] - taken
    return owner, rows


def drawn_tables(
    sizes: IntArray, totals: IntArray, n_draws: int, rng: np.random.Generator
) -> IntArray:
    """Draw tables with given margins, rows independent of columns.

    Parameters
    ----------
    sizes : ndarray of int, shape (n_rows,)
        Row totals.
    totals : ndarray of int, shape (n_columns,)
        Column totals, with the same sum.
    n_draws : int
        Tables to draw.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    ndarray of int, shape (n_draws, n_rows, n_columns)
        The tables.

    Raises
    ------
    ValueError
        If there are too many units to draw from.
    """
    if totals.sum() >= MOST_UNITS:
        raise ValueError(
            f"`method`: tables can be drawn of fewer than {MOST_UNITS:,} units, but got "
            f"{int(totals.sum()):,}; use 'asymptotic', or 't' for the Brunner-Munzel test."
        )
    left = np.broadcast_to(totals, (n_draws, len(totals))).copy()
    tables = np.empty((n_draws, len(sizes), len(totals)), dtype=np.int64)
    for row, size in enumerate(sizes.tolist()[:-1]):
        wanted = np.full(n_draws, size)
        rest = left.sum(axis=1)
        for column in range(len(totals) - 1):
            good = left[:, column]
            rest = rest - good
            taken = rng.hypergeometric(good, rest, wanted)
            tables[:, row, column] = taken
            wanted = wanted - taken
        tables[:, row, -1] = wanted
        left -= tables[:, row]
    tables[:, -1] = left
    return tables


Distribution: TypeAlias = tuple[FloatArray, FloatArray]


def convolved(first: Distribution, second: Distribution) -> Distribution | None:
    """Return the distribution of the sum of two independent vectors.

    Parameters
    ----------
    first, second : tuple of ndarray
        Values, shape (n, n_parts), and probabilities, shape (n,).

    Returns
    -------
    tuple of ndarray or None
        The same of the sum, equal values joined; None where there are more than `MOST_ROWS`, or
        more than memory is for.
    """
    (values1, weights1), (values2, weights2) = merged(first), merged(second)
    n_rows, n_parts = len(values1) * len(values2), values1.shape[1]
    if n_rows > MOST_ROWS or not affordable(0.0, nanoseconds=1.0, held=HELD * n_rows * n_parts):
        return None
    values = (values1[:, None] + values2).reshape(-1, values1.shape[1])
    return merged((values, np.outer(weights1, weights2).ravel()))


def merged(distribution: Distribution) -> Distribution:
    """Join values that are equal but for rounding.

    Parameters
    ----------
    distribution : tuple of ndarray
        Values, shape (n, n_parts), and probabilities, shape (n,).

    Returns
    -------
    tuple of ndarray
        Distinct values and their probabilities.
    """
    values, weights = distribution
    # sums of ranks are fractions with denominators far above this grain
    whole = np.round(values * 2**30)
    order = np.lexsort(whole.T)
    whole, values, weights = whole[order], values[order], weights[order]
    starts = np.flatnonzero(np.append(True, (np.diff(whole, axis=0) != 0).any(axis=1)))
    return values[starts], np.add.reduceat(weights, starts)


def double_mid_ranks(totals: IntArray) -> IntArray:
    """Return twice the mid-rank of each grade, so that ranks are whole.

    Parameters
    ----------
    totals : ndarray of int, shape (..., n_grades)
        Units of each grade.

    Returns
    -------
    ndarray of int, same shape
        Twice the mean rank of the units of each grade.
    """
    ranks: IntArray = 2 * np.cumsum(totals, axis=-1) - totals + 1
    return ranks


def _split(totals: IntArray) -> tuple[slice, slice]:
    """Cut the columns where the larger half has the fewest rows."""
    sizes = np.log(totals + 1.0)
    before = np.cumsum(sizes)[:-1]
    cut = 1 + int(np.argmin(np.maximum(before, sizes.sum() - before))) if len(before) else 1
    return slice(0, cut), slice(cut, None)


def _half(
    totals: IntArray, scores: IntArray, n_first: int, least: IntArray | None = None
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return units, score and log weight of each row of a half.

    `least` are the fewest units of each grade that the first row can have, shape (n_grades,).
    """
    least = np.zeros_like(totals) if least is None else least
    units = sums = np.zeros(1, dtype=np.int64)
    logs = np.zeros(1)
    rows = zip(totals.tolist(), scores.tolist(), least.tolist(), strict=True)
    for total, score, fewest in rows:
        taken = np.arange(fewest, min(total, n_first) + 1)
        # no table of all factorials: a grade may have many more units than the group
        weight = log_choose(np.asarray(total), taken)
        units = (units[:, None] + taken).ravel()
        sums = (sums[:, None] + score * taken).ravel()
        logs = (logs[:, None] + weight).ravel()
        inside = np.flatnonzero(units <= n_first)
        if len(inside) < len(units):
            units, sums, logs = units[inside], sums[inside], logs[inside]
    return units, sums, logs
