"""Numbers that are the same up to rounding."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]

ROUNDING = 1e-6
"""A number this near to a label, as a share of the largest label, is that label."""


def nearest(numbers: FloatArray, labels: FloatArray, rounding: float) -> IntArray:
    """Return the place of the label that each number equals up to rounding.

    Parameters
    ----------
    numbers : ndarray of float
        Numbers.
    labels : ndarray of float, shape (n_grades,)
        Distinct finite numbers, in any order.
    rounding : float
        How far a number may be from its label, as a share of the largest label. It never reaches
        half way to the next.

    Returns
    -------
    ndarray of int
        Places; -1 where no label is near.
    """
    order = np.argsort(labels)
    ranked = labels[order]
    after = np.clip(np.searchsorted(ranked, numbers), 1, len(labels) - 1) if len(labels) > 1 else 0
    before = np.maximum(after - 1, 0)
    place = np.where(numbers - ranked[before] < ranked[after] - numbers, before, after)
    reach = min(rounding * np.abs(ranked).max(), np.diff(ranked).min(initial=np.inf) / 4)
    with np.errstate(invalid="ignore"):
        near = np.abs(ranked[place] - numbers) <= reach
    found: IntArray = np.where(near, order[place], -1)
    return found


def up_to_rounding(numbers: FloatArray, dtype: np.dtype[Any]) -> tuple[FloatArray, IntArray]:
    """Return distinct grades among increasing numbers, and the grade of each number.

    A grade reaches a few roundings of the numbers' own type upwards from its first number, so that
    close numbers in a row do not all become one. Whole numbers are what they are.

    Parameters
    ----------
    numbers : ndarray of float
        Distinct finite numbers, increasing.
    dtype : dtype
        The type that they were held in.

    Returns
    -------
    grades : ndarray of float, shape (n_grades,)
        Of numbers that are one, the one that is shortest to write.
    grade : ndarray of int
        The place of each number's grade.
    """
    eps = float(np.finfo(dtype).eps) if dtype.kind == "f" else 0.0
    eps = 8 * max(eps, float(np.finfo(np.float64).eps))
    # what cancels leaves the rounding of the largest number
    reach = np.maximum(eps * np.abs(numbers), np.finfo(np.float64).eps * np.abs(numbers).max())
    whole = numbers == np.floor(numbers)
    close = (np.diff(numbers) <= reach[1:]) & ~(whole[1:] & whole[:-1])
    grade = np.zeros(len(numbers), dtype=np.int64)
    first = 0
    for place in np.flatnonzero(close).tolist():
        first = place if place and not close[place - 1] else first
        if numbers[place + 1] - numbers[first] > reach[place + 1]:
            close[place], first = False, place + 1
    np.cumsum(~close, out=grade[1:])
    if not close.any():
        return numbers, grade
    spelt = np.array([len(repr(number)) for number in numbers.tolist()])
    # of several, the one that is shortest to write is what was meant
    order = np.lexsort((spelt, grade))
    firsts = np.searchsorted(grade[order], np.arange(grade[-1] + 1))
    return numbers[order[firsts]], grade
