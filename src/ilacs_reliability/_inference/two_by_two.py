"""Limits of a coefficient of two raters and two grades, by looking through every table."""

from __future__ import annotations

from math import exp, inf, log, log1p, nan, sqrt, tanh
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

from ilacs_reliability._data.scales import FloatArray

IntArray: TypeAlias = npt.NDArray[np.intp]

# added to each count, so that the shares that fit best leave no table without a chance
TRACE = 1e-6
# the same where a search for them starts, so that it starts inside
INSIDE = 0.5
# values of the coefficient that are looked at to either side of the one seen
N_LOOKED_AT = 8
# steps of a climb, the longest, on the logit scale, the rise that ends it, and how often halved
STEPS, LONGEST, SETTLED, HALVINGS = 60, 3.0, 1e-9, 40
# steps of the search for a limit, and how near it comes
ROUNDS, CLOSE = 60, 1e-11
# how near to the end of what can be true it is the end
AT_END = 1e-9
# values this near are equal but for rounding, in units of a table's squared size
SAME = 1e-8
# what stands for the chance of nothing
TINY = 1e-300
# the log of how much too small a chance of nothing is
NEVER = -50.0
# the log of one over a chance that is left out
HARDLY = 45.0


class Form(NamedTuple):
    r"""How a coefficient of two grades is made of shares.

    With p the share of the first grade among all ratings and d half the difference between the
    raters' shares of it, half the share of units that disagree is :math:`(1 - k)(b + c p (1 - p) +
    a d^2)`, where k is the coefficient: Cohen's kappa has (0, 1, 1), Scott's pi (0, 1, 0).
    """

    base: float
    cross: float
    apart: float

    def room(self, p: Any, d: Any) -> Any:
        """Return half the disagreement there would be by chance, at shares of any shape."""
        return self.base + self.cross * p * (1.0 - p) + self.apart * d**2

    @property
    def most(self) -> float:
        """The most that 1 less the coefficient can be."""
        return 1.0 / (2.0 * self.base + self.cross / 2.0)


class _Table(NamedTuple):
    """A table of counts with everything that all tables of its size share."""

    counts: FloatArray  # (4,): both the first grade, the two ways to differ, both the second
    form: Form
    value: float
    ways: FloatArray  # logs, (n_margins,): of units that agree in each grade, and that differ
    agree: IntArray  # (n_margins,)
    apart: IntArray
    above: IntArray  # how few of those that differ may be of one kind, (n_margins,); -1 for none
    beyond: IntArray  # the same for values no less than the one seen


class _Place(NamedTuple):
    """Shares by a value of the coefficient and logits.

    These are the share of the first grade among units that agree, and that of the first way to
    differ among the others; `apart` is the share of these, which follows.
    """

    value: float
    agreeing: float
    differing: float
    apart: float


def enumerated_limits(
    counts: FloatArray, form: Form, confidence_level: float
) -> tuple[float, float]:
    """Return the limits of a coefficient for counts of a table in the order of its rows, (4,).

    A value is left out where the estimate is too far in either tail of the estimates that all
    tables of this size would give, those that leave it undefined aside: half its own chance and
    that of all beyond. Their chances are at the shares that fit best with that value.
    """
    table = _table(counts, form)
    tail = (1.0 - confidence_level) / 2.0
    return _limit(table, tail, -1), _limit(table, tail, 1)


def enumerated_p_value(counts: FloatArray, form: Form, value: float) -> float:
    """Return the two-sided p-value of a value of the coefficient: twice the smaller tail, or 1."""
    table = _table(counts, form)
    if not 1.0 - form.most < value < 1.0:
        return float(value == table.value)
    side = 1 if value > table.value else -1
    place = _moved(table, value, _start(table))
    return min(1.0, 2.0 * float(_tails(table, np.array([_shares(place)]), side)[0]))


def _limit(table: _Table, tail: float, side: int) -> float:
    """Find the last value, on one side of the one seen, whose tail is not too small."""
    end = 1.0 if side > 0 else 1.0 - table.form.most
    way = end - table.value
    if not abs(way) > CLOSE:
        return end
    parts = (np.arange(1, N_LOOKED_AT) / N_LOOKED_AT) ** 2
    values, path = (table.value + way * parts).tolist(), [_start(table)]
    for value in values:
        path.append(_moved(table, value, path[-1]))
    # about half of all estimates lie beyond the one seen
    excess = [log(0.5 / tail), *_excess(table, path[1:], tail, side).tolist()]
    last = max(number for number, gap in enumerate(excess) if gap > 0)
    outer = [*values, end][last], [*excess, NEVER][last + 1]
    found = _between(table, path[last], outer, excess[last], tail, side)
    return end if abs(end - found) <= AT_END else found


def _between(
    table: _Table, place: _Place, beyond: tuple[float, float], gap: float, tail: float, side: int
) -> float:
    """Close in on where the tail becomes too small, by false position with halved weights."""
    inner, (outer, lack), kept = place.value, beyond, 0
    for _ in range(ROUNDS):
        if abs(outer - inner) <= CLOSE or not gap > 0:
            break
        part = min(max(gap / (gap - lack), 0.01), 0.99)
        there = _moved(table, inner + part * (outer - inner), place)
        new = float(_excess(table, [there], tail, side)[0])
        if new > 0:
            lack = lack / 2 if kept > 0 else lack
            inner, gap, place, kept = there.value, new, there, 1
        else:
            gap = gap / 2 if kept < 0 else gap
            outer, lack, kept = there.value, new, -1
    return inner


def _excess(table: _Table, places: list[_Place], tail: float, side: int) -> FloatArray:
    """Return by how much the log of each tail passes the wanted one, (n,)."""
    share = _tails(table, np.array([_shares(place) for place in places]), side)
    excess: FloatArray = np.log(np.maximum(share, 1e-40) / tail)
    return excess


def _table(counts: FloatArray, form: Form) -> _Table:
    a, b, c, d = (float(count) for count in counts)
    if not form.apart:
        # who was which does not matter
        b = c = (b + c) / 2.0
    n = round(a + b + c + d)
    first, second = 2.0 * a + b + c, 2.0 * d + b + c
    room = 4.0 * n**2 * form.base + form.cross * first * second + form.apart * (b - c) ** 2
    short = 2.0 * n * (b + c) / room
    # every number of units that differ, with every number that agree in the first grade
    apart, agree = np.nonzero(np.add.outer(np.arange(n + 1), np.arange(n + 1)) <= n)
    one, other = 2.0 * agree + apart, 2.0 * n - 2.0 * agree - apart
    base = 4.0 * n**2 * form.base + form.cross * one * other
    logs = special.gammaln(np.arange(n + 1) + 1.0)
    ways = logs[n] - logs[apart] - logs[agree] - logs[n - agree - apart]
    lack = 2.0 * n * apart - short * base
    undefined = base + form.apart * apart**2 <= SAME
    above, beyond = (
        np.where(undefined, -1, _fewest(lack + shift, short * form.apart, apart))
        for shift in (SAME, -SAME)
    )
    kept = ~undefined
    return _Table(
        counts=np.array([a, b, c, d]),
        form=form,
        value=1.0 - short,
        ways=ways[kept],
        agree=agree[kept],
        apart=apart[kept],
        above=above[kept],
        beyond=beyond[kept],
    )


def _fewest(lack: FloatArray, gain: float, apart: IntArray) -> IntArray:
    """Return how many of those that differ may be of the rarer kind where more than `lack` is made.

    `gain` is what a squared difference between the kinds makes; -1 where none is enough.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        apart_by = np.floor(np.sqrt(np.maximum(lack, 0.0) / gain)) + 1 if gain > 0 else np.inf
    apart_by = np.where(lack < 0, 0.0, np.minimum(apart_by, apart + 2.0))
    fewest: IntArray = np.floor((apart - apart_by) / 2.0).astype(np.intp)
    return np.maximum(fewest, -1)


def _tails(table: _Table, shares: FloatArray, side: int) -> FloatArray:
    """Return the chance of estimates above the one seen, or below it, at shares, (n, 4).

    Half the chance of the same estimate counts, and tables that leave it undefined do not.
    """
    n, parts = round(float(table.counts.sum())), shares[:, 1] + shares[:, 2]
    most = _likely(n, float(parts.max()))
    kept = slice(int(np.searchsorted(table.apart, most, "right")))
    agree, apart, above, beyond = (
        each[kept] for each in (table.agree, table.apart, table.above, table.beyond)
    )
    logs = np.log(np.maximum(np.column_stack([shares[:, 0], parts, shares[:, 3]]), TINY))
    chances = np.exp(table.ways[kept] + logs @ np.stack([agree, apart, n - agree - apart]))
    total = np.maximum(chances.sum(axis=-1), TINY)
    if table.form.apart:
        upto = _split(most, shares[:, 1] / parts)
        # above the one seen are those of which few enough are of the rarer kind, below it the rest
        counted = upto if side < 0 else upto[..., -1:] - upto
        flat, starts = counted.reshape(len(shares), -1), counted.shape[-1] * apart + 1
        both = flat[:, starts + above] + flat[:, starts + beyond]
        by_both: FloatArray = np.vecdot(chances, both) / 2.0 / total
        return by_both
    over = (above >= 0) * 0.5 + (beyond >= 0) * 0.5
    found: FloatArray = chances @ (over if side < 0 else 1.0 - over) / total
    return found


def _likely(n: int, share: float) -> int:
    """Return how many of n units may differ: more have hardly the chance of a rounding error."""
    number = np.arange(n + 1)
    away = special.rel_entr(number, n * share) + special.rel_entr(n - number, n - n * share)
    rare = (away > HARDLY) & (number > n * share)
    return int(np.argmax(rare)) if rare.any() else n


def _split(n: int, share: FloatArray) -> FloatArray:
    """Return the chance that of 0 to n no more than -1, 0, 1, ... are of the rarer kind.

    Shape (n_shares, n + 1, n // 2 + 2).
    """
    total, fewer = np.arange(n + 1)[:, None], np.arange(n // 2 + 1)
    logs = special.gammaln(np.arange(n + 1) + 1.0)
    valid, more = 2 * fewer <= total, np.maximum(total - fewer, 0)
    ways = np.where(valid, logs[total] - logs[fewer] - logs[more], -np.inf)
    one, other = (np.log(np.maximum(part, TINY))[:, None, None] for part in (share, 1.0 - share))
    chance = np.exp(ways + fewer * one + more * other)
    chance += np.where(2 * fewer < total, np.exp(ways + more * one + fewer * other), 0.0)
    found = np.zeros((len(share), n + 1, n // 2 + 2))
    np.cumsum(chance, axis=-1, out=found[..., 1:])
    return found


def _start(table: _Table) -> _Place:
    """Return the shares that were seen, but well inside."""
    a, b, c, d = (float(count) + INSIDE for count in table.counts)
    return _placed(table.form, table.value, log(a / d), log(b / c))


def _placed(form: Form, value: float, agreeing: float, differing: float) -> _Place:
    """Return a place with the share that differ, nan where there is none."""
    short, a, b = 1.0 - value, _offset(agreeing) ** 2, _offset(differing) ** 2
    first = short * (form.cross * a - form.apart * b)
    second = 0.5 - 2.0 * short * form.cross * a
    third = short * (form.cross * a - form.base - form.cross / 4.0)
    root = second**2 - 4.0 * first * third
    apart = nan
    if root > 0:
        more = sqrt(root)
        below = second + more
        apart = -2.0 * third / below if second > 0 else (more - second) / (2.0 * first or nan)
    return _Place(value, agreeing, differing, apart if 0 < apart < 1 else nan)


def _offset(logit: float) -> float:
    """Return how far a share is from one half."""
    return tanh(logit / 2.0) / 2.0


def _share(logit: float) -> float:
    return exp(-log1p(exp(-logit))) if logit > 0 else exp(logit - log1p(exp(logit)))


def _shares(place: _Place) -> tuple[float, float, float, float]:
    """Return the shares of the cells."""
    _, agreeing, differing, apart = place
    same = 1.0 - apart
    return (
        same * _share(agreeing),
        apart * _share(differing),
        apart * _share(-differing),
        same * _share(-agreeing),
    )


def _fit(counts: Any, place: _Place) -> float:
    """Return the log likelihood; minus infinity where there are no such shares."""
    if not place.apart > 0:
        return -inf
    pairs = zip(counts, _shares(place), strict=True)
    return float(sum(count * log(max(share, TINY)) for count, share in pairs))


def _moved(table: _Table, value: float, here: _Place) -> _Place:
    """Go from the shares of greatest likelihood with one value to those with another."""
    moved = _placed(table.form, value, here.agreeing, here.differing)
    for _ in range(HALVINGS):
        if moved.apart > 0:
            break
        moved = _placed(table.form, value, moved.agreeing, moved.differing / 2.0)
    return _climbed(table, moved)


def _climbed(table: _Table, place: _Place) -> _Place:
    """Climb by Newton's steps to the shares of greatest likelihood with the same value."""
    form, counts = table.form, [float(count) + TRACE for count in table.counts]
    fit = _fit(counts, place)
    for _ in range(STEPS):
        one, other, rise = _newton(form, counts, place)
        part = min(1.0, LONGEST / max(abs(one), abs(other), TINY))
        for _ in range(HALVINGS):
            there = _placed(
                form, place.value, place.agreeing + part * one, place.differing + part * other
            )
            new = _fit(counts, there)
            if new >= fit:
                break
            part /= 2.0
        else:
            break
        place, fit = there, new
        if not rise > SETTLED:
            break
    return place


def _newton(form: Form, counts: Any, place: _Place) -> tuple[float, float, float]:
    """Return a step of either logit, and by how much the log likelihood should rise."""
    a, b, c, d = counts
    value, agreeing, differing, apart = place
    short, same, n = 1.0 - value, 1.0 - apart, a + b + c + d
    t, u = _offset(agreeing), _offset(differing)
    w, v = 0.25 - t**2, 0.25 - u**2
    # of the relation that fixes the share that differ, by that share and by squared offsets
    by_apart = 0.5 - 2.0 * short * (form.cross * t**2 * same + form.apart * u**2 * apart)
    to_t, to_u = -short * form.cross * same**2 / by_apart, short * form.apart * apart**2 / by_apart
    bent = 2.0 * short * (form.cross * t**2 - form.apart * u**2)
    bent_t, bent_u = -2.0 * short * form.cross * same, -2.0 * short * form.apart * apart
    tt = -(2.0 * bent_t + bent * to_t) * to_t / by_apart
    uu = -(2.0 * bent_u + bent * to_u) * to_u / by_apart
    tu = -(bent_t * to_u + bent_u * to_t + bent * to_t * to_u) / by_apart
    # the same by the logits
    t_1, u_1 = 2.0 * t * w, 2.0 * u * v
    one, other = to_t * t_1, to_u * u_1
    one_one = tt * t_1**2 + to_t * (2.0 * w**2 - 4.0 * t**2 * w)
    other_other = uu * u_1**2 + to_u * (2.0 * v**2 - 4.0 * u**2 * v)
    up = (b + c) / apart - (a + d) / same
    down = (b + c) / apart**2 + (a + d) / same**2
    up_1 = up * one + a - (a + d) * (0.5 + t)
    up_2 = up * other + b - (b + c) * (0.5 + u)
    h_11 = down * one**2 - up * one_one + (a + d) * w
    h_22 = down * other**2 - up * other_other + (b + c) * v
    h_12 = down * one * other - up * tu * t_1 * u_1
    if not (h_11 > 0 and h_11 * h_22 > h_12**2 * (1.0 + 1e-9)):
        # not yet shaped like a hill: as much as is expected to be known
        known = n / (apart * same)
        h_11, h_22 = known * one**2 + n * same * w, known * other**2 + n * apart * v
        h_12 = known * one * other
    size = max(h_11 * h_22 - h_12**2, TINY)
    step_1, step_2 = (h_22 * up_1 - h_12 * up_2) / size, (h_11 * up_2 - h_12 * up_1) / size
    return step_1, step_2, step_1 * up_1 + step_2 * up_2
