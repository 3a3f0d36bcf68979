"""What a printed figure says of counts: whole-number bounds, rounding included."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import check_count, is_whole, told
from ilacs_reliability._data.scales import is_missing
from ilacs_reliability._results.estimates import IntArray

Rounding: TypeAlias = Literal["half", "down", "up", "any"]
ROUNDINGS = ("half", "down", "up", "any")
PERCENT = re.compile(r"\s*(\d+)(?:\.(\d+))?\s*%\s*")
MOST_PRINTED, MOST_UNITS = 6, 10**9
# beyond every sum of units that can be gone through
UNBOUNDED = 2**62


@dataclass(frozen=True, slots=True)
class Share:
    """A printed share in units of its last digit: `last` of `whole`."""

    last: int
    whole: int


Read: TypeAlias = tuple[int, int] | Share | None


@dataclass(frozen=True, slots=True)
class Bound:
    """A sum of cells, each times a whole number, lies from `low` to `high`."""

    steps: IntArray
    low: int
    high: int


def read_figure(figure: Any, place: str) -> Read:
    """Return the least and greatest count that a figure stands for, or a printed share."""
    if not isinstance(figure, str) and is_missing(figure):
        return None
    if isinstance(figure, str):
        return _share(figure, place)
    if isinstance(figure, tuple) and len(figure) == 2:
        low, high = (_count(end, place) for end in figure)
        if low > high:
            raise ValueError(f"`{place}` must go from low to high, but got {figure}.")
        return low, high
    if not is_whole(figure):
        raise TypeError(
            f"`{place}` must be a count, a share as printed such as '92%', a pair of counts or "
            f"None, but got {told(figure)}."
        )
    count = _count(figure, place)
    return count, count


def bounds_of(
    read: Read, region: npt.NDArray[Any], base: npt.NDArray[Any], n_base: int | None, how: Rounding
) -> list[Bound]:
    """Return what a figure says of a region's cells; `n_base` where the base's sum is known."""
    cells = region.astype(np.int64)
    if read is None:
        return []
    if not isinstance(read, Share):
        return [Bound(cells, *read)]
    low, high, strict_low, strict_high = _ends(read, how)
    unit = 2 * read.whole
    if n_base is not None:
        least = -(-(low * n_base + strict_low) // unit)
        return [Bound(cells, max(least, 0), (high * n_base - strict_high) // unit)]
    whole = base.astype(np.int64)
    return [
        # a share of nothing cannot have been printed
        Bound(whole, 1, UNBOUNDED),
        Bound(unit * cells - low * whole, int(strict_low), UNBOUNDED),
        Bound(unit * cells - high * whole, -UNBOUNDED, -int(strict_high)),
    ]


def _count(number: Any, place: str) -> int:
    count = check_count(number, place, least=0)
    if count > MOST_UNITS:
        raise ValueError(f"`{place}` must be at most {MOST_UNITS:,} units, but got {told(number)}.")
    return count


def _share(text: str, place: str) -> Share:
    printed = PERCENT.fullmatch(text)
    if printed is None:
        raise ValueError(f"`{place}` must be a share as printed, such as '92%', but got {text!r}.")
    whole, decimals = printed[1], printed[2] or ""
    if len(decimals) > MOST_PRINTED:
        raise ValueError(
            f"`{place}` may have {MOST_PRINTED} decimals at most, but got {told(text)}."
        )
    last, hundred = int(whole + decimals), 100 * 10 ** len(decimals)
    if last > hundred:
        raise ValueError(f"`{place}` must be at most 100%, but got {text!r}.")
    return Share(last, hundred)


def _ends(share: Share, how: Rounding) -> tuple[int, int, bool, bool]:
    """Return the ends in halves of the last digit, and which of them are excluded."""
    twice = 2 * share.last
    return {
        # half up and half to even may both have been used
        "half": (twice - 1, twice + 1, False, False),
        "down": (twice, twice + 2, False, True),
        "up": (twice - 2, twice, True, False),
        "any": (twice - 2, twice + 2, True, True),
    }[how]
