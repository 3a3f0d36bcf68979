"""How far a statistic of shares can be before the data speak against it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from ilacs_reliability._data.scales import FloatArray

BoolArray: TypeAlias = npt.NDArray[np.bool_]
# takes shares (n, n_patterns) to the statistic (n,) and the influence of each pattern on it
Evaluate: TypeAlias = Callable[[FloatArray], tuple[FloatArray, FloatArray]]

# a share of the range of influences below which two are the same
SAME = 1e-9
# paths from other places than what was seen, and how many of all are followed to their end
STARTS, FOLLOWED = 4, 2
# the same where few units leave so much open that there are ends of several kinds
STARTS_WIDE, FOLLOWED_WIDE = 8, 3
# patterns towards which paths start; reach a unit from which few units leave so much open, and
# patterns of which pairs are tried then
MOST_SINGLE = 48
WIDE, MOST_PAIRED = 0.35, 30
# a reach a unit beyond which searches start from the ends of less reach, too; how much less and how
# often: farther on, next to nothing is ruled out
FAR, RUNG, MOST_RUNGS = 1.0, 4.0, 2.0
# steps of a path, the first of which are taken in full, and the gain that ends it; after so many
# steps a larger one does
STEPS, FULL_STEPS, GAIN = 150, 2, 1e-8
LATE, LATE_GAIN = 30, 1e-5
# parts of a step that are tried where all of it goes too far
PARTS = (0.5, 0.25, 1 / 16, 1 / 64, 1 / 256, 1 / 1024)
# the tilt is exp of this at most: shares become as small as numbers do
MOST_TILT = 690.0
# how near the fall comes to the reach, and what stands for zero
EXACT, TINY = 1e-11, 1e-300
# numbers held at once
BLOCK = 1 << 19


class _Seen(NamedTuple):
    """What was seen in each study, and how far the likelihood may fall."""

    times: FloatArray  # (n, n_patterns)
    total: FloatArray
    allowed: BoolArray  # (n, n_patterns)
    reach: FloatArray

    def take(self, rows: Any) -> _Seen:
        return _Seen(*(one[rows] for one in self))


class _Paths(NamedTuple):
    """Where the searches start: for each end of each study as many, side by side."""

    seen: _Seen
    sign: FloatArray  # (n,): 1 where a search climbs
    shares: FloatArray  # (n, n_patterns)
    live: BoolArray
    n_each: int


class _Place(NamedTuple):
    """Shares, and the statistic there with its influences, turned so that searches climb."""

    shares: FloatArray
    value: FloatArray
    pull: FloatArray

    def take(self, rows: Any) -> _Place:
        return _Place(*(one[rows] for one in self))


def farthest(
    evaluate: Evaluate,
    frequencies: FloatArray,
    reach: FloatArray,
    allowed: BoolArray,
    usual: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Return the least and the greatest of a statistic over the shares that are not spoken against.

    `frequencies` and `allowed` (patterns that may have a share), (..., n_patterns); `reach`,
    (2, ...), is how far twice the log likelihood may fall at the least and at the greatest;
    `evaluate` takes shares, (n, n_patterns), to the statistic and its influences. nan where the
    statistic is. What less reach finds is not lost: that of `usual`, and steps from there.

    At an end the shares are f / (c - u), with u the influence there: one that pulls most gets a
    share without having been seen. Each step goes towards the shares that the present influences
    give; as there may be ends of several kinds, searches start from several places.
    """
    n_patterns = frequencies.shape[-1]
    if not frequencies.size:
        return np.full(frequencies.shape[:-1], np.nan), np.full(frequencies.shape[:-1], np.nan)
    times = frequencies.reshape(-1, n_patterns)
    total = np.broadcast_to(times.sum(axis=-1), (2, len(times)))
    anchors = [FAR * total] if usual is None else [FAR * total, usual.reshape(2, -1)]
    reach, allowed = reach.reshape(2, -1), allowed.reshape(times.shape)
    with np.errstate(all="ignore"):
        ends, _ = _found(evaluate, times, reach, allowed, anchors)
    low, high = ends.reshape(2, *frequencies.shape[:-1])
    return low, high


def _found(
    evaluate: Evaluate,
    times: FloatArray,
    reach: FloatArray,
    allowed: BoolArray,
    anchors: list[FloatArray],
) -> tuple[FloatArray, FloatArray]:
    """Return the ends, (2, n), and the shares there, (2, n, n_patterns)."""
    seen = _Seen(times, times.sum(axis=-1), allowed, reach.min(axis=0))
    ends, places = np.full((2, len(times)), np.nan), np.full((2, *times.shape), np.nan)
    value, pull = evaluate(times / seen.total[:, None])
    known = np.isfinite(value) & (seen.reach > 0)
    nearer = known.copy()
    for number in range(len(anchors), 0, -1):
        rungs = np.log((reach / anchors[number - 1]).min(axis=0)) / np.log(RUNG)
        far = nearer & (rungs > EXACT)
        if far.any():
            below = [anchor[:, far] for anchor in anchors[:number]]
            less = below[-1] * RUNG ** np.minimum(np.ceil(rungs[far] - EXACT) - 1.0, MOST_RUNGS)
            ends[:, far], places[:, far] = _found(evaluate, times[far], less, allowed[far], below)
            nearer &= ~far
    rows, size = np.flatnonzero(known), max(1, BLOCK // (times.shape[-1] * MOST_SINGLE))
    for start in range(0, len(rows), size):
        block = rows[start : start + size]
        paths = _paths(evaluate, seen.take(block), pull[block], reach[:, block], places[:, block])
        (low, high), places[:, block] = _climbed(evaluate, paths)
        # so far on that shares are lost in rounding the statistic may be nan where less reach leads
        ends[:, block] = np.fmin(low, ends[0, block]), np.fmax(high, ends[1, block])
    return ends, places


def _is_wide(seen: _Seen) -> BoolArray:
    wide: BoolArray = seen.reach > WIDE * seen.total
    return wide


def _leads(seen: _Seen, pull: FloatArray) -> tuple[npt.NDArray[np.intp], BoolArray]:
    """Return towards which two patterns searches may start, (n, n_leads, 2), and if so.

    The two are the same, but where few units leave much open. Of many patterns, only those that
    pull most to either side are tried.
    """
    order = np.argsort(np.where(seen.allowed, pull, 0.0), axis=-1, kind="stable")
    half = MOST_SINGLE // 2
    if order.shape[1] > MOST_SINGLE:
        order = np.concatenate([order[:, :half], order[:, -half:]], axis=1)
    single, may = np.stack([order, order], axis=-1), np.take_along_axis(seen.allowed, order, axis=1)
    few = _is_wide(seen) & (seen.allowed.sum(axis=-1) <= MOST_PAIRED)
    if not few.any():
        return single, may
    used = np.flatnonzero(seen.allowed[few].any(axis=0))
    pairs = used[np.column_stack(np.triu_indices(len(used), 1))]
    both = seen.allowed[:, pairs].all(axis=-1) & few[:, None]
    places = np.broadcast_to(pairs, (len(order), *pairs.shape))
    return np.concatenate([single, places], axis=1), np.hstack([may, both])


def _paths(
    evaluate: Evaluate, seen: _Seen, pull: FloatArray, reach: FloatArray, nearer: FloatArray
) -> _Paths:
    """Start from what was seen, what less reach found and the best as far in each direction."""
    leads, may = _leads(seen, pull)
    (n, n_patterns), wide = seen.times.shape, _is_wide(seen)
    starts = np.where(wide, STARTS_WIDE, STARTS)
    most = int(min(may.sum(axis=-1).max(), starts.max()))
    study, lead = np.nonzero(may)
    towards = np.zeros((len(study), n_patterns))
    towards[np.arange(len(study))[:, None], leads[study, lead]] = 1.0
    places = _tilted(towards, seen.take(study))
    values, number = np.full(may.shape, np.nan), np.zeros(may.shape, dtype=np.intp)
    values[study, lead], number[study, lead] = evaluate(places)[0], np.arange(len(study))
    shares = np.empty((2, n, 2 + most, n_patterns))
    live = np.ones((2, n, 2 + most), dtype=np.bool_)
    shares[:, :, 0] = (seen.times / seen.total[:, None])[None]
    live[:, :, 1] = ~np.isnan(nearer).any(axis=-1)
    shares[:, :, 1] = np.where(live[:, :, 1, None], nearer, shares[:, :, 0])
    for side, sign in enumerate((-1.0, 1.0)):
        falling = np.where(np.isfinite(values), -sign * values, np.inf)
        order = np.argsort(falling, axis=-1, kind="stable")[:, :most]
        shares[side, :, 2:] = places[np.take_along_axis(number, order, axis=1)]
        started = np.isfinite(np.take_along_axis(values, order, axis=1))
        live[side, :, 2:] = started & (np.arange(most) < starts[:, None])
    rows = np.broadcast_to(np.arange(n)[:, None], live.shape).ravel()
    return _Paths(
        seen=seen.take(rows)._replace(reach=np.repeat(reach.ravel(), 2 + most)),
        sign=np.repeat([-1.0, 1.0], n * (2 + most)),
        shares=shares.reshape(-1, n_patterns),
        live=live.ravel(),
        n_each=2 + most,
    )


def _climbed(evaluate: Evaluate, paths: _Paths) -> tuple[FloatArray, FloatArray]:
    """Follow the searches; return the two ends of each study, (2, n), and the shares there."""
    seen, live = paths.seen, paths.live.copy()
    followed = np.where(_is_wide(seen), FOLLOWED_WIDE, FOLLOWED)
    here = _place(evaluate, paths.shares, paths.sign)
    # a place that is not followed stands in for none
    best, places = np.where(live & np.isfinite(here.value), here.value, -np.inf), here.shares.copy()
    idle = np.zeros_like(live)
    for step in range(STEPS):
        rows = np.flatnonzero(live)
        if not len(rows):
            break
        now, sign = here.take(rows), paths.sign[rows]
        # where several unseen patterns share what is left, first the others move, then they do
        held = now.shares if step > FULL_STEPS and step % 2 else None
        there = _place(evaluate, _tilted(now.pull, seen.take(rows), held), sign)
        _keep(best, places, rows, there)
        if step >= FULL_STEPS:
            there = _shortened(evaluate, now, there, sign)
            _keep(best, places, rows, there)
            still = ~(there.value - now.value >= (GAIN if step < LATE else LATE_GAIN))
            rest = ((seen.times[rows] == 0) & (now.shares > 0)).any(axis=-1)
            live[rows[still & (idle[rows] | ~rest)]] = False
            idle[rows] = still
        live[rows[~np.isfinite(there.value)]] = False
        for kept, new in zip(here, there, strict=True):
            kept[rows] = new
        if step == FULL_STEPS + 1:
            order = np.argsort(-best.reshape(-1, paths.n_each), axis=-1, kind="stable")
            live &= np.argsort(order, axis=-1).ravel() < followed
    chosen = np.argmax(best.reshape(2, -1, paths.n_each), axis=-1)
    number = np.arange(len(best)).reshape(2, -1, paths.n_each)
    number = np.take_along_axis(number, chosen[..., None], axis=-1)[..., 0]
    low, high = best[number]
    return np.array([-low, high]), places[number]


def _keep(best: FloatArray, places: FloatArray, rows: npt.NDArray[np.intp], there: _Place) -> None:
    """Write down what is better than the best so far of each search."""
    better = there.value > best[rows]
    best[rows[better]], places[rows[better]] = there.value[better], there.shares[better]


def _place(evaluate: Evaluate, shares: FloatArray, sign: FloatArray) -> _Place:
    value, pull = evaluate(shares)
    return _Place(shares, sign * value, sign[:, None] * pull)


def _shortened(evaluate: Evaluate, now: _Place, there: _Place, sign: FloatArray) -> _Place:
    """Go only a part of the way where the statistic falls again before its end."""
    way = there.shares - now.shares
    begins, ends = np.vecdot(now.pull, way), np.vecdot(there.pull, way)
    rows = np.flatnonzero(~(ends >= 0) & (begins > 0))
    if not len(rows):
        return there
    secant = begins[rows] / (begins - ends)[rows]
    parts = np.stack([secant, *(np.full(len(rows), part) for part in PARTS)])
    tried = now.shares[rows] + parts[..., None] * way[rows]
    found = _place(evaluate, tried.reshape(-1, tried.shape[-1]), np.tile(sign[rows], len(parts)))
    values = found.value.reshape(parts.shape)
    chosen = np.argmax(np.where(np.isfinite(values), values, -np.inf), axis=0)
    nearer = found.take(chosen * len(rows) + np.arange(len(rows)))
    better = ~(nearer.value <= there.value[rows])
    rows = rows[better]
    for whole, part in zip(there, nearer.take(better), strict=True):
        whole[rows] = part
    return there


def _tilted(pull: FloatArray, seen: _Seen, held: FloatArray | None = None) -> FloatArray:
    """Return the shares, (n, n_patterns), of those not spoken against that pull most on average.

    What is left to unseen patterns goes to those that pull most, or to those that have some of
    the shares `held`, in the same proportions.
    """
    gaps = _gaps(pull, seen.allowed)
    occurs = seen.times > 0
    nearest = np.min(gaps, axis=-1, where=occurs, initial=np.inf)
    within = np.where(occurs, gaps, 1.0)
    shares: FloatArray = seen.times / seen.total[:, None]
    # where all that was seen pulls alike there is nowhere to go
    moves = (nearest > SAME) | (np.max(gaps, axis=-1, where=occurs, initial=0.0) > SAME)
    left = np.flatnonzero(moves & (nearest > SAME))
    short, rest = _with_rest(gaps, within, seen, left, held)
    shares[short] = rest
    moves[short] = False
    rows = np.flatnonzero(moves)
    if len(rows):
        shares[rows] = _solved(within[rows], seen.take(rows))
    return shares


def _fall(times: FloatArray, total: FloatArray, apart: FloatArray, mean: FloatArray) -> FloatArray:
    """Return twice the fall of the log likelihood to shares times / apart, whose mean is given."""
    # about their mean, so that of very many units a small fall keeps its digits
    ratio = apart / mean[:, None]
    off = (apart - mean[:, None]) / mean[:, None]
    logs = np.where(off < -0.5, np.log(ratio), np.log1p(off)) - off
    rise = np.log1p(np.vecdot(times, off**2 / ratio) / total)
    fall: FloatArray = 2.0 * (np.vecdot(times, logs) + total * rise)
    return fall


def _gaps(pull: FloatArray, allowed: BoolArray) -> FloatArray:
    """Return by how much each pattern pulls less than the most, as a share of the widest gap."""
    gaps = np.max(pull, axis=-1, where=allowed, initial=-np.inf)[:, None] - pull
    widest = np.max(gaps, axis=-1, where=allowed, initial=0.0)
    scaled: FloatArray = np.maximum(gaps / np.where(widest > 0, widest, 1.0)[:, None], 0.0)
    return scaled


def _with_rest(
    gaps: FloatArray,
    within: FloatArray,
    seen: _Seen,
    rows: npt.NDArray[np.intp],
    held: FloatArray | None,
) -> tuple[npt.NDArray[np.intp], FloatArray]:
    """Return where all that was seen may shrink to leave a rest to unseen patterns, and do so."""
    times, total, allowed, reach = seen.take(rows)
    weighed = times / within[rows]
    sums = weighed.sum(axis=-1)
    fall = 2.0 * (np.vecdot(times, np.log(within[rows])) + total * np.log(sums / total))
    short = fall < reach
    rows, rest = rows[short], -np.expm1((fall - reach)[short] / (2.0 * total[short]))
    shares = weighed[short] / sums[short, None] * (1.0 - rest)[:, None]
    most = ((gaps[rows] <= SAME) & allowed[short]).astype(np.float64)
    if held is not None:
        other = held[rows] * (times[short] == 0)
        most = np.where(other.any(axis=-1, keepdims=True), other, most)
    return rows, shares + rest[:, None] * most / most.sum(axis=-1, keepdims=True)


def _solved(gaps: FloatArray, seen: _Seen) -> FloatArray:
    """Return shares times / (c + gaps) with the c at which the likelihood has fallen to reach."""
    times, total, goal = seen.times, seen.total, np.sqrt(seen.reach)
    mean = np.vecdot(times, gaps) / total
    spread = np.sqrt(np.maximum(np.vecdot(times, gaps**2) / total - mean**2, 0.0))
    # the fall's root rises with this, at first in proportion
    tilt = np.log1p(mean * goal / np.maximum(spread * np.sqrt(total), TINY))
    low, high = np.zeros(len(tilt)), np.full(len(tilt), MOST_TILT)
    for _ in range(100):
        c = mean / np.expm1(tilt)
        apart = c[:, None] + gaps
        weighed = times / apart
        sums = weighed.sum(axis=-1)
        root = np.sqrt(np.maximum(_fall(times, total, apart, c + mean), TINY))
        miss = root - goal
        low, high = np.where(miss < 0, tilt, low), np.where(miss < 0, high, tilt)
        done = (np.abs(miss) <= EXACT * (1.0 + goal)) | (high - low <= EXACT * high)
        if done.all():
            break
        by_c = 2.0 * (sums - total * (weighed / apart).sum(axis=-1) / sums)
        slope = by_c * -(c * c / mean + c) / (2.0 * root)
        moved = tilt - miss / slope
        moved = np.where((moved > low) & (moved < high), moved, (low + high) / 2.0)
        tilt = np.where(done, tilt, moved)
    shares: FloatArray = weighed / sums[:, None]
    return shares
