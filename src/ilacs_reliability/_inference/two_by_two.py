"""Limits of a coefficient of two raters and two grades, by looking through every table."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

from ilacs_reliability._data.scales import FloatArray

IntArray: TypeAlias = npt.NDArray[np.intp]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

# added to each count, so that the shares that fit best leave no table without a chance
TRACE = 1e-6
# the same where a search for them starts, so that it starts inside
INSIDE = 0.5
# values of the coefficient that are looked at to either side of the one seen
N_LOOKED_AT = 8
# steps of a climb, the longest, on the logit scale, the rise that ends it, and how often halved
STEPS, LONGEST, SETTLED, HALVINGS = 60, 3.0, 1e-9, 40
# steps of the search for a limit, and how near it comes
ROUNDS, CLOSE = 60, 1e-9
# after how many of them lines give way to thirds
LINES = 8
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
# chances of tables that are held at once
BLOCK = 2**21
# and that are summed at once: more are slower
QUICK = 2**16


class Form(NamedTuple):
    r"""How a coefficient of two grades is made of shares.

    With p the share of the first grade among all ratings and d half the difference between the
    raters' shares of it, half the share of units that disagree is :math:`(1 - k)(b + c p (1 - p) +
    a d^2)`, where k is the coefficient: Cohen's kappa has (0, 1, 1), Scott's pi (0, 1, 0).
    """

    base: float
    cross: float
    apart: float

    @property
    def most(self) -> float:
        """The most that 1 less the coefficient can be."""
        return 1.0 / (2.0 * self.base + self.cross / 2.0)


class _Space(NamedTuple):
    """What all tables of a size share: numbers of units that agree in each grade and that differ.

    The logs of how many tables each stands for, and for each of the tables looked at how few of
    those that differ may be of the rarer kind where the estimate is above the one seen, or no less
    than it; -1 where none.
    """

    n: int
    form: Form
    ways: FloatArray  # (n_margins,)
    halves: FloatArray  # (n + 1, n // 2 + 1): of those that differ, by those of the rarer kind
    agree: IntArray  # (n_margins,)
    apart: IntArray  # (n_margins,)
    above: IntArray  # (n_tables, n_margins)
    beyond: IntArray  # (n_tables, n_margins)


class _Places(NamedTuple):
    """Shares by values of the coefficient and logits, each of shape (n,).

    These are the share of the first grade among units that agree, and that of the first way to
    differ among the others; `apart` is the share of these, which follows; nan where there is none.
    """

    value: FloatArray
    agreeing: FloatArray
    differing: FloatArray
    apart: FloatArray

    def some(self, which: Any) -> _Places:
        """Return some of them."""
        return _Places(*(part[which] for part in self))

    def replaced(self, which: Any, by: _Places) -> _Places:
        """Return these with others in the place of some."""
        parts = [part.copy() for part in self]
        for part, new in zip(parts, by, strict=True):
            part[which] = new
        return _Places(*parts)


def enumerated_limits(counts: FloatArray, form: Form, confidence_level: float) -> FloatArray:
    """Return the limits of a coefficient for tables of one size, (n_tables, 4), as (2, n_tables).

    A value is left out where the estimate is too far in either tail of the estimates that all
    tables of this size would give, those that leave it undefined aside: half its own chance and
    that of all beyond. Their chances are at the shares that fit best with that value.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        found = [_limits(part, form, confidence_level) for part in _parted(counts)]
    return np.concatenate(found, axis=1)


def enumerated_p_values(counts: FloatArray, form: Form, value: float) -> FloatArray:
    """Return two-sided p-values of a value, (n_tables,): twice the smaller tail, or 1."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.concatenate([_p_values(part, form, value) for part in _parted(counts)])


def _parted(counts: FloatArray) -> list[FloatArray]:
    """Split tables, so that what is held at once is bounded."""
    n = float(counts[0].sum())
    step = max(int(BLOCK / N_LOOKED_AT / (n + 1.0) ** 2), 1)
    return [counts[start : start + step] for start in range(0, len(counts), step)]


def _p_values(counts: FloatArray, form: Form, value: float) -> FloatArray:
    seen = _value(counts, form)
    if not 1.0 - form.most < value < 1.0:
        return np.where(seen == value, 1.0, 0.0)
    space, side = _space(counts, form), np.where(value > seen, 1, -1)
    lanes = _Lanes(space, counts, np.arange(len(counts)), side)
    there = _moved(lanes, np.full(len(seen), value), _start(counts, form, seen))
    p: FloatArray = np.minimum(1.0, 2.0 * _tails(lanes, there))
    return p


class _Lanes(NamedTuple):
    """Searches that go on side by side, each of a table and to a side of its value."""

    space: _Space
    counts: FloatArray  # (n, 4)
    table: IntArray  # (n,)
    side: IntArray  # (n,): -1 below, 1 above

    def some(self, which: Any) -> _Lanes:
        """Return some of them."""
        return _Lanes(self.space, self.counts[which], self.table[which], self.side[which])


def _limits(counts: FloatArray, form: Form, confidence_level: float) -> FloatArray:
    """Find the last values, on either side of those seen, whose tails are not too small."""
    n_tables, tail = len(counts), (1.0 - confidence_level) / 2.0
    table = np.tile(np.arange(n_tables), 2)
    lanes = _Lanes(
        _space(counts, form), counts[table], table, np.repeat(np.array([-1, 1]), n_tables)
    )
    value = _value(lanes.counts, form)
    end = np.where(lanes.side > 0, 1.0, 1.0 - form.most)
    way = end - value
    some = np.flatnonzero(np.abs(way) > CLOSE)
    limits = end.copy()
    if len(some):
        found = _searched(lanes.some(some), value[some], way[some], tail)
        limits[some] = np.where(np.abs(end[some] - found) <= AT_END, end[some], found)
    return limits.reshape(2, n_tables)


def _searched(lanes: _Lanes, value: FloatArray, way: FloatArray, tail: float) -> FloatArray:
    """Look at some values on the way to the end, and close in behind the last that is held."""
    parts = (np.arange(N_LOOKED_AT + 1) / N_LOOKED_AT) ** 2
    values = value + way * parts[:, None]
    start = _start(lanes.counts, lanes.space.form, value)
    every = np.tile(np.arange(len(value)), N_LOOKED_AT - 1)
    path = _moved(lanes.some(every), values[1:-1].ravel(), start.some(every))
    # about half of all estimates lie beyond the one seen, and none beyond the end
    excess = np.full(values.shape, np.log(0.5 / tail))
    excess[1:-1] = _excess(lanes.some(every), path, tail).reshape(-1, len(value))
    excess[-1] = NEVER
    last, each = N_LOOKED_AT - 1 - np.argmax(excess[-2::-1] > 0, axis=0), np.arange(len(value))
    place = _Places(*map(np.concatenate, zip(start, path, strict=True)))
    place = place.some(last * len(value) + each)
    return _between(
        lanes, place, values[last + 1, each], (excess[last, each], excess[last + 1, each]), tail
    )


def _between(
    lanes: _Lanes,
    place: _Places,
    outer: FloatArray,
    gaps: tuple[FloatArray, FloatArray],
    tail: float,
) -> FloatArray:
    """Close in on where each tail becomes too small, from both sides of where a line says."""
    (gap, lack), outer = (part.copy() for part in gaps), outer.copy()
    for round_ in range(ROUNDS):
        width = np.abs(outer - place.value)
        going = np.flatnonzero((width > CLOSE) & (gap > 0))
        if not len(going):
            break
        inner, way = place.value[going], (outer - place.value)[going]
        # a line errs by about the square of the width; where that does not help, thirds do
        part, apart = gap[going] / (gap - lack)[going], np.minimum(width[going], 0.25)
        if round_ >= LINES:
            part, apart = np.full(len(going), 0.5), np.full(len(going), 1 / 6)
        both = np.clip(np.concatenate([part - apart, part + apart]), 0.01, 0.99)
        twice = np.tile(going, 2)
        some = lanes.some(twice)
        there = _moved(some, np.tile(inner, 2) + both * np.tile(way, 2), place.some(twice))
        excess = _excess(some, there, tail)
        near, far = np.arange(len(going)), np.arange(len(going)) + len(going)
        held = np.where(excess[far] > 0, far, near)
        inside = excess[held] > 0
        place = place.replaced(going[inside], there.some(held[inside]))
        gap[going[inside]] = excess[held[inside]]
        left = np.where(inside, far, near)
        outside = excess[left] <= 0
        outer[going[outside]] = there.value[left[outside]]
        lack[going[outside]] = excess[left[outside]]
    return place.value


def _excess(lanes: _Lanes, places: _Places, tail: float) -> FloatArray:
    """Return by how much the log of each tail passes the wanted one, (n,)."""
    excess: FloatArray = np.log(np.maximum(_tails(lanes, places), 1e-40) / tail)
    return excess


def _short(counts: FloatArray, form: Form) -> FloatArray:
    """Return 1 less the coefficient, (n_tables,)."""
    a, b, c, d = counts.T
    n = counts.sum(axis=1)
    room = 4.0 * n**2 * form.base + form.cross * (2 * a + b + c) * (2 * d + b + c)
    short: FloatArray = 2.0 * n * (b + c) / (room + form.apart * (b - c) ** 2)
    return short


def _value(counts: FloatArray, form: Form) -> FloatArray:
    return 1.0 - _short(counts, form)


def _space(counts: FloatArray, form: Form) -> _Space:
    n, short = round(float(counts[0].sum())), _short(counts, form)[:, None]
    # every number of units that differ, with every number that agree in the first grade
    apart, agree = np.nonzero(np.add.outer(np.arange(n + 1), np.arange(n + 1)) <= n)
    one, other = 2.0 * agree + apart, 2.0 * n - 2.0 * agree - apart
    base = 4.0 * n**2 * form.base + form.cross * one * other
    known = base + form.apart * apart**2 > SAME
    base, apart, agree = base[known], apart[known], agree[known]
    logs = special.gammaln(np.arange(n + 1) + 1.0)
    lack = 2.0 * n * apart - short * base
    above, beyond = (_fewest(lack + shift, short * form.apart, apart) for shift in (SAME, -SAME))
    ways = logs[n] - logs[apart] - logs[agree] - logs[n - agree - apart]
    total, fewer = np.arange(n + 1)[:, None], np.arange(n // 2 + 1)
    halves = logs[total] - logs[fewer] - logs[np.maximum(total - fewer, 0)]
    halves[2 * fewer > total] = -np.inf
    return _Space(n, form, ways, halves, agree, apart, above, beyond)


def _fewest(lack: FloatArray, gain: FloatArray, apart: IntArray) -> IntArray:
    """Return how many of those that differ may be of the rarer kind where more than `lack` is made.

    `gain` is what a squared difference between the kinds makes; -1 where none is enough.
    """
    apart_by = np.where(gain > 0, np.floor(np.sqrt(np.maximum(lack, 0.0) / gain)) + 1, np.inf)
    apart_by = np.where(lack < 0, 0.0, np.minimum(apart_by, apart + 2.0))
    fewest: IntArray = np.floor((apart - apart_by) / 2.0).astype(np.intp)
    return np.maximum(fewest, -1)


def _tails(lanes: _Lanes, places: _Places) -> FloatArray:
    """Return the chance of estimates above the one seen, or below it, (n,).

    Half the chance of the same estimate counts, and tables that leave it undefined do not.
    """
    # those alike in how many differ leave out the same tables, and small parts are quick
    order = np.argsort(places.apart)
    parts = np.array_split(order, len(order) * len(lanes.space.ways) // QUICK + 1)
    tails = np.empty(len(order))
    for part in parts:
        if len(part):
            tails[part] = _some_tails(lanes.some(part), places.some(part))
    return tails


def _some_tails(lanes: _Lanes, places: _Places) -> FloatArray:
    space, parts = lanes.space, places.apart
    most = _likely(space.n, float(parts[-1]))
    kept = slice(int(np.searchsorted(space.apart, most, "right")))
    agree, apart = space.agree[kept], space.apart[kept]
    above, beyond = (each[lanes.table, kept] for each in (space.above, space.beyond))
    shares = _shares(places)
    logs = np.log(np.maximum(np.column_stack([shares[0], parts, shares[3]]), TINY))
    chances = np.exp(space.ways[kept] + logs @ np.stack([agree, apart, space.n - agree - apart]))
    every: Any = 1.0
    over: Any
    # above the one seen are those of which few enough are of the rarer kind, below it the rest
    if not space.form.apart:
        over = (above >= 0) * 0.5 + (beyond >= 0) * 0.5
    else:
        upto = _split(space.halves[: most + 1, : most // 2 + 1], shares[1] / parts)
        flat, starts = upto.reshape(len(upto), -1), upto.shape[-1] * apart + 1
        over = sum(np.take_along_axis(flat, starts + each, axis=1) for each in (above, beyond)) / 2
        every = upto[:, apart, -1]
    below = lanes.side[:, None] > 0
    tails: FloatArray = np.vecdot(chances, np.where(below, every - over, over))
    found: FloatArray = tails / np.maximum(chances.sum(axis=-1), TINY)
    return found


def _likely(n: int, share: float) -> int:
    """Return how many of n units may differ: more have hardly the chance of a rounding error."""
    number = np.arange(n + 1)
    away = special.rel_entr(number, n * share) + special.rel_entr(n - number, n - n * share)
    rare = (away > HARDLY) & (number > n * share)
    return int(np.argmax(rare)) if rare.any() else n


def _split(halves: FloatArray, share: FloatArray) -> FloatArray:
    """Return the chance that of 0 to n no more than -1, 0, 1, ... are of the rarer kind.

    Shape (n_shares, n + 1, n // 2 + 2).
    """
    n = len(halves) - 1
    total, fewer = np.arange(n + 1)[:, None], np.arange(n // 2 + 1)
    one, other = (np.log(np.maximum(part, TINY))[:, None, None] for part in (share, 1.0 - share))
    more = total - fewer
    chance = np.exp(halves + fewer * one + more * other)
    chance += np.exp(np.where(more > fewer, halves, -np.inf) + more * one + fewer * other)
    found = np.zeros((len(share), n + 1, n // 2 + 2))
    np.cumsum(chance, axis=-1, out=found[..., 1:])
    return found


def _start(counts: FloatArray, form: Form, value: FloatArray) -> _Places:
    """Return the shares that were seen, but well inside."""
    a, b, c, d = (counts + INSIDE).T
    return _placed(form, value, np.log(a / d), np.log(b / c))


def _placed(form: Form, value: FloatArray, agreeing: FloatArray, differing: FloatArray) -> _Places:
    """Return places with the share that differ, nan where there is none."""
    short, a, b = 1.0 - value, _offset(agreeing) ** 2, _offset(differing) ** 2
    first = short * (form.cross * a - form.apart * b)
    second = 0.5 - 2.0 * short * form.cross * a
    third = short * (form.cross * a - form.base - form.cross / 4.0)
    root = second**2 - 4.0 * first * third
    more = np.sqrt(np.maximum(root, 0.0))
    rising = second > 0
    over = np.where(rising, -2.0 * third, more - second)
    apart = over / np.where(rising, second + more, 2.0 * first)
    there = (root > 0) & (apart > 0) & (apart < 1)
    return _Places(value, agreeing, differing, np.where(there, apart, np.nan))


def _offset(logit: FloatArray) -> FloatArray:
    """Return how far a share is from one half."""
    offset: FloatArray = np.tanh(logit / 2.0) / 2.0
    return offset


def _shares(places: _Places) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return the shares of the cells."""
    _, agreeing, differing, apart = places
    same = 1.0 - apart
    return (
        same * special.expit(agreeing),
        apart * special.expit(differing),
        apart * special.expit(-differing),
        same * special.expit(-agreeing),
    )


def _fit(counts: FloatArray, places: _Places) -> FloatArray:
    """Return log likelihoods; minus infinity where there are no such shares."""
    logs = np.log(np.maximum(np.column_stack(_shares(places)), TINY))
    fit: FloatArray = np.where(places.apart > 0, np.vecdot(counts, logs), -np.inf)
    return fit


def _moved(lanes: _Lanes, value: FloatArray, here: _Places) -> _Places:
    """Go from the shares of greatest likelihood with some values to those with others."""
    form = lanes.space.form
    moved = _placed(form, value, here.agreeing, here.differing)
    for _ in range(HALVINGS):
        gone = np.flatnonzero(np.isnan(moved.apart))
        if not len(gone):
            break
        _, agreeing, differing, _ = moved.some(gone)
        moved = moved.replaced(gone, _placed(form, value[gone], agreeing, differing / 2.0))
    return _climbed(form, lanes.counts + TRACE, moved)


def _climbed(form: Form, counts: FloatArray, places: _Places) -> _Places:
    """Climb by Newton's steps to the shares of greatest likelihood with the same values."""
    fit, climbing = _fit(counts, places), np.arange(len(counts))
    for _ in range(STEPS):
        if not len(climbing):
            break
        here, some = places.some(climbing), counts[climbing]
        one, other, rise = _newton(form, some, here)
        there, new = _stepped(form, some, here, (one, other, rise), fit[climbing])
        better = new >= fit[climbing]
        places = places.replaced(climbing[better], there.some(better))
        fit[climbing[better]] = new[better]
        climbing = climbing[better & (rise > SETTLED)]
    return places


def _stepped(
    form: Form,
    counts: FloatArray,
    here: _Places,
    step: tuple[FloatArray, FloatArray, FloatArray],
    fit: FloatArray,
) -> tuple[_Places, FloatArray]:
    """Go a step, or as much of it as does not lead down; return how well it fits there."""
    one, other, rise = step
    part = np.minimum(1.0, LONGEST / np.maximum(np.maximum(np.abs(one), np.abs(other)), TINY))
    there, new, trying = here, np.full(len(fit), -np.inf), np.arange(len(fit))
    for _ in range(HALVINGS):
        value, agreeing, differing, _ = here.some(trying)
        by = part[trying]
        tried = _placed(form, value, agreeing + by * one[trying], differing + by * other[trying])
        there = there.replaced(trying, tried)
        new[trying] = _fit(counts[trying], tried)
        # at the top there is nothing but rounding to be won
        trying = trying[~(new[trying] >= fit[trying]) & (rise[trying] > SETTLED)]
        if not len(trying):
            break
        part[trying] /= 2.0
    return there, new


def _newton(
    form: Form, counts: FloatArray, places: _Places
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return a step of either logit, and by how much the log likelihood should rise."""
    a, b, c, d = counts.T
    value, agreeing, differing, apart = places
    short, same = 1.0 - value, 1.0 - apart
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
    h_11, h_22, h_12 = _as_hill(h_11, h_22, h_12)
    size = np.maximum(h_11 * h_22 - h_12**2, TINY)
    step_1, step_2 = (h_22 * up_1 - h_12 * up_2) / size, (h_11 * up_2 - h_12 * up_1) / size
    return step_1, step_2, step_1 * up_1 + step_2 * up_2


def _as_hill(
    one: FloatArray, other: FloatArray, both: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return curvatures in which what bends upwards bends down as much."""
    middle, spread = (one + other) / 2.0, np.hypot((one - other) / 2.0, both)
    least, most = middle - spread, middle + spread
    # of a matrix with these two eigenvalues, that with their sizes in their place
    factor = (np.abs(most) - np.abs(least)) / np.maximum(most - least, TINY)
    factor = np.where(least > 0, 1.0, factor)
    shift = np.where(least > 0, 0.0, np.abs(most) - factor * most)
    return factor * one + shift, factor * other + shift, factor * both
