"""From ratings to response patterns and how often each occurred.

Everything here works in chunks, so memory does not grow with the number of units, and nothing
sorts ratings: a pattern is one whole number, counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.rounding import ROUNDING, nearest, up_to_rounding
from ilacs_reliability._data.scales import CodeArray, FloatArray, IntArray

CHUNK = 1 << 17
LARGEST_TABLE = 1 << 18
SMALL_TABLE = 1 << 12
WIDEST_RANGE = 126

Encode: TypeAlias = Callable[[npt.NDArray[Any]], CodeArray]


@dataclass(frozen=True, slots=True, eq=False)
class LeftOut:
    """Frequencies of the studies that lack one unit, and of the whole study after them.

    Attributes
    ----------
    whole : ndarray of float, shape (n_patterns,)
        Units of each pattern.
    rows : slice
        The patterns of which one loses a unit, if it has any, in each of the studies but the last.
    """

    whole: FloatArray
    rows: slice
    ndim: ClassVar[int] = 2

    @property
    def shape(self) -> tuple[int, int]:
        """Studies and patterns."""
        return self.rows.stop - self.rows.start + 1, len(self.whole)

    def astype(self, dtype: npt.DTypeLike, copy: bool = True) -> LeftOut:
        """Return the same: these are floats.

        Parameters
        ----------
        dtype : dtype
            float64.
        copy : bool, optional
            Has no effect, as nothing here changes.

        Returns
        -------
        LeftOut
            The same.
        """
        return self

    def __iter__(self) -> Iterator[FloatArray]:
        for place in range(self.rows.start, self.rows.stop):
            fewer = self.whole.copy()
            fewer[place] -= min(fewer[place], 1.0)
            yield fewer
        yield self.whole

    def __matmul__(self, table: npt.NDArray[Any]) -> FloatArray:
        total, lost = self.whole @ table, np.asarray(table[self.rows])
        some = self.whole[self.rows] > 0
        sums: FloatArray = np.empty((len(lost) + 1, *lost.shape[1:]))
        np.subtract(total, lost if some.all() else (lost.T * some).T, out=sums[:-1])
        sums[-1] = total
        return sums


def tally(
    matrix: npt.NDArray[Any],
    encode: Encode,
    n_grades: int,
    *,
    frequencies: IntArray | None = None,
    clusters: IntArray | None = None,
) -> tuple[CodeArray, IntArray, IntArray | None]:
    """Count the distinct patterns among units.

    Parameters
    ----------
    matrix : ndarray, shape (n_units, n_raters)
        Ratings in any form that `encode` takes.
    encode : callable
        Turns a block of rows into grade indices, -1 for missing.
    n_grades : int
        Grades of the scale.
    frequencies : ndarray of int, shape (n_units,), optional
        How often each row stands.
    clusters : ndarray of int, shape (n_units,), optional
        Cluster of each row; patterns are then counted within clusters.

    Returns
    -------
    patterns : ndarray of int, shape (n_patterns, n_raters)
        Grade indices, in an order that does not depend on the order of units.
    frequencies : ndarray of int, shape (n_patterns,)
        Units of each pattern.
    clusters : ndarray of int, shape (n_patterns,), or None
        Cluster of each pattern.
    """
    base, n_raters = n_grades + 1, matrix.shape[1]
    if clusters is None and base**n_raters <= LARGEST_TABLE:
        table = _table(matrix, encode, base, frequencies)
        used = table.nonzero()[0]
        # of a small table, all patterns are kept from one study to the next
        small = table.size <= SMALL_TABLE
        patterns = _all_digits(base, n_raters)[used] if small else _digits(used, base, n_raters)
        return patterns, table[used], None
    codes = np.concatenate([encode(block) for block, _ in _blocks(matrix)], axis=0)
    return _distinct(codes, frequencies, clusters)


def tally_numbers(
    matrix: npt.NDArray[Any],
) -> tuple[FloatArray, CodeArray, IntArray, tuple[float, ...]]:
    """Count the distinct patterns among rows of numbers, whose scale is the numbers seen.

    Numbers that differ by no more than rounding are one grade.

    Parameters
    ----------
    matrix : ndarray of number, shape (n_units, n_raters)
        Finite numbers or nan.

    Returns
    -------
    labels : ndarray of float, shape (n_grades,)
        The distinct numbers, in increasing order; empty where there is none.
    patterns : ndarray of int, shape (n_patterns, n_raters)
        Index of each number among the labels, -1 for nan.
    frequencies : ndarray of int, shape (n_patterns,)
        Units of each pattern.
    alike : tuple of float
        The first numbers that were taken for one; empty where none were.
    """
    low, high = np.fmin.reduce(matrix, axis=None), np.fmax.reduce(matrix, axis=None)
    # as floats: the difference of two int8 may not be one
    spread = float(high) - float(low)
    if spread <= WIDEST_RANGE and low == np.floor(low):
        labels: FloatArray = low + np.arange(int(spread) + 1, dtype=np.float64)
        try:
            encode = partial(_whole_codes, low=int(low), n_grades=len(labels))
            patterns, frequencies, _ = tally(matrix, encode, len(labels))
        except OutsideError:
            pass
        else:
            return (*_only_seen(labels, patterns, frequencies), ())
    seen = np.unique(matrix[~np.isnan(matrix)].astype(np.float64))
    if not len(seen):
        empty = np.empty((0, matrix.shape[1]), dtype=np.int8)
        return seen, empty, np.empty(0, dtype=np.int64), ()
    labels, grade = up_to_rounding(seen, matrix.dtype)
    encode = partial(_codes_of_grades, labels=seen, grade=grade)
    patterns, frequencies, _ = tally(matrix, encode, len(labels))
    alike = seen[grade == np.argmax(np.bincount(grade) > 1)] if len(labels) < len(seen) else ()
    return labels, patterns, frequencies, tuple(map(float, alike))


class OutsideError(Exception):
    """A block holds what is not on the scale."""


def checked_codes(block: CodeArray, *, n_grades: int) -> CodeArray:
    """Return grade indices as they are, if all are on the scale.

    Parameters
    ----------
    block : ndarray of int, shape (n_units, n_raters)
        Grade indices, -1 for missing.
    n_grades : int
        Grades of the scale.

    Returns
    -------
    ndarray of int, shape (n_units, n_raters)
        The same.

    Raises
    ------
    OutsideError
        If one is not.
    """
    if block.min() < -1 or block.max() >= n_grades:
        raise OutsideError
    # numpy adds an unsigned 64-bit number to no other integer
    return block.astype(np.int64) if block.dtype == np.uint64 else block


def number_encoder(labels: FloatArray) -> Encode:
    """Return a function that turns blocks of numbers into the indices of the labels they equal.

    Parameters
    ----------
    labels : ndarray of float, shape (n_grades,)
        Distinct finite numbers, in any order.

    Returns
    -------
    callable
        Raises `OutsideError` for a block with a number that is neither a label nor nan.
    """
    low, n_grades = float(labels[0]), len(labels)
    in_a_row = low.is_integer() and (labels == low + np.arange(n_grades)).all()
    if in_a_row and n_grades <= WIDEST_RANGE:
        return partial(_whole_or_near, low=int(low), labels=labels)
    return partial(_codes_of_labels, labels=labels)


def number_codes(matrix: npt.NDArray[Any], labels: FloatArray) -> CodeArray:
    """Return the index of the label that each number equals.

    Parameters
    ----------
    matrix : ndarray of number
        Numbers, nan where missing.
    labels : ndarray of float, shape (n_grades,)
        Distinct finite numbers, in any order.

    Returns
    -------
    ndarray of int
        Indices; -1 for nan, -2 for a number that is no label.
    """
    order = np.argsort(labels)
    place = np.minimum(np.searchsorted(labels, matrix, sorter=order), len(labels) - 1)
    codes = order[place]
    missing = np.isnan(matrix)
    other = (labels[codes] != matrix) & ~missing
    if other.any():
        # a narrow float of the same number differs from the label by its own rounding
        narrow = 8 * float(np.finfo(matrix.dtype).eps) if matrix.dtype.kind == "f" else 0.0
        near = nearest(matrix[other].astype(np.float64), labels, max(ROUNDING, narrow))
        codes[other] = np.where(near < 0, -2, near)
    codes[missing] = -1
    return codes.astype(np.int8 if len(labels) <= 127 else np.int32)


def distinct_rows(rows: IntArray, frequencies: npt.NDArray[Any]) -> tuple[IntArray, IntArray]:
    """Merge equal rows of small whole numbers.

    Parameters
    ----------
    rows : ndarray of int, shape (n_rows, n_columns)
        Numbers that are not negative.
    frequencies : ndarray of int, shape (n_rows,)
        How often each row stands.

    Returns
    -------
    rows : ndarray of int, shape (n_distinct, n_columns)
        The distinct rows, ordered.
    frequencies : ndarray of int, shape (n_distinct,)
        How often each stands.
    """
    code = _row_codes(rows - 1)
    _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    totals = np.bincount(inverse, weights=frequencies, minlength=len(first))
    return rows[first], totals.astype(np.int64)


def _codes_of_grades(block: npt.NDArray[Any], *, labels: FloatArray, grade: IntArray) -> CodeArray:
    codes = number_codes(block, labels)
    if grade[-1] == len(labels) - 1:
        return codes
    merged: CodeArray = np.append(grade, -1).astype(codes.dtype)[codes]
    return merged


def _whole_or_near(block: npt.NDArray[Any], *, low: int, labels: FloatArray) -> CodeArray:
    try:
        return _whole_codes(block, low=low, n_grades=len(labels))
    except OutsideError:
        return _codes_of_labels(block, labels=labels)


def _codes_of_labels(block: npt.NDArray[Any], *, labels: FloatArray) -> CodeArray:
    codes = number_codes(block, labels)
    if (codes < -1).any():
        raise OutsideError
    return codes


def _whole_codes(block: npt.NDArray[Any], *, low: int, n_grades: int) -> CodeArray:
    """Turn whole numbers from `low` on into indices, and nan into -1."""
    fits = low > -128 and low + n_grades <= 128
    numbers, first = block, low
    if not fits:
        # the block's own type may hold neither the first number nor the difference
        numbers, first = block.astype(np.result_type(block.dtype, np.float64)) - low, 0
    # a cast that changes a number, be it nan, a fraction or too large, shows in the comparison
    with np.errstate(invalid="ignore"):
        codes = numbers.astype(np.int8)
    inside = codes == numbers
    codes -= first
    # without a sign, what lies below the first is large
    inside &= codes.view(np.uint8) < n_grades
    n_outside = inside.size - np.count_nonzero(inside)
    if n_outside and n_outside > np.count_nonzero(np.isnan(numbers)):
        raise OutsideError
    # arithmetic, since writing through a mask is ten times slower
    codes += 1
    codes *= inside.view(np.int8)
    codes -= 1
    return codes


def _only_seen(
    labels: FloatArray, patterns: CodeArray, frequencies: IntArray
) -> tuple[FloatArray, CodeArray, IntArray]:
    """Leave out numbers between the smallest and the largest that nobody used."""
    seen = np.zeros(len(labels) + 1, dtype=bool)
    seen[patterns] = True
    seen[-1] = False
    if seen[:-1].all():
        return labels, patterns, frequencies
    lookup = (np.cumsum(seen) - 1).astype(patterns.dtype)
    lookup[-1] = -1
    return labels[seen[:-1]], lookup[patterns], frequencies


def _blocks(matrix: npt.NDArray[Any]) -> Iterator[tuple[npt.NDArray[Any], slice]]:
    for start in range(0, len(matrix), CHUNK):
        rows = slice(start, start + CHUNK)
        yield matrix[rows], rows


def _table(
    matrix: npt.NDArray[Any], encode: Encode, base: int, frequencies: IntArray | None
) -> IntArray:
    """Count patterns in a table with a place for each possible one."""
    size = base ** matrix.shape[1]
    small = np.int16 if size <= 1 << 15 else np.int32
    table = np.zeros(size, dtype=np.int64)
    for block, rows in _blocks(matrix):
        groups = _digit_groups(encode(block), base)
        number: npt.NDArray[Any] = next(groups)[0].astype(small)
        for digits, step in groups:
            number *= step
            number += digits
        # two thirds of the time of bincount, which looks for the least and the largest first
        np.add.at(table, number.astype(np.intp), 1 if frequencies is None else frequencies[rows])
    return table


def _digit_groups(codes: CodeArray, base: int) -> Iterator[tuple[CodeArray, int]]:
    """Yield numbers of one digit or more for each unit, and what they move those before up by.

    As many neighbouring digits as fit a byte are joined while they are bytes; -1 for missing
    becomes digit 0, for all digits of a byte at once. Where a unit's ratings lie side by side,
    reading every fifth byte is what takes time, so that is done last.
    """
    # a grade's own type may not hold the next number, as 127 of int8
    wide: type[np.signedinteger] = np.int8 if base <= 127 else np.int32
    digits: CodeArray = codes.astype(wide, copy=False)
    n_raters, width = digits.shape[1], 1
    while width < n_raters and base ** (width + 1) <= 127:
        width += 1
    side_by_side = digits.flags.c_contiguous and n_raters > 1 and width > 1
    joined = _neighbours(digits.ravel(), base, width) if side_by_side else []
    for start in range(0, n_raters, width):
        n_joined = min(width, n_raters - start)
        if side_by_side:
            number = joined[n_joined - 1][start::n_raters].copy()
        else:
            number = _joined(digits.T[start : start + n_joined], base)
        step = base**n_joined
        number += digits.dtype.type((step - 1) // (base - 1))
        yield number, step


def _neighbours(digits: CodeArray, base: int, width: int) -> list[CodeArray]:
    """Join each digit with none, one, ... of those after it."""
    joined = [digits]
    for n_more in range(1, width):
        number = joined[-1][:-1] * digits.dtype.type(base)
        number += digits[n_more:]
        joined.append(number)
    return joined


def _joined(columns: CodeArray, base: int) -> CodeArray:
    """Read the digits of a few raters as one number a unit."""
    number: CodeArray = columns[0].copy()
    for column in columns[1:]:
        number *= columns.dtype.type(base)
        number += column
    return number


@lru_cache(maxsize=16)
def _all_digits(base: int, n_digits: int) -> CodeArray:
    return _digits(np.arange(base**n_digits), base, n_digits)


def _digits(numbers: IntArray, base: int, n_digits: int) -> CodeArray:
    powers = base ** np.arange(n_digits - 1, -1, -1)
    digits = numbers[:, None] // powers % base - 1
    return digits.astype(np.int8 if base <= 128 else np.int32)


def _distinct(
    codes: CodeArray, frequencies: IntArray | None, clusters: IntArray | None
) -> tuple[CodeArray, IntArray, IntArray | None]:
    """Count patterns where a table would be too large: compress a few raters at a time."""
    number = _row_codes(codes)
    if clusters is not None:
        _, number = np.unique(number, return_inverse=True)
        number = clusters * (number.max() + 1) + number
    _, first, inverse = np.unique(number, return_index=True, return_inverse=True)
    totals = np.bincount(inverse, weights=frequencies, minlength=len(first)).astype(np.int64)
    kept = totals > 0
    first, totals = first[kept], totals[kept]
    return codes[first], totals, None if clusters is None else clusters[first]


def _row_codes(codes: npt.NDArray[np.integer]) -> IntArray:
    """Give each distinct row a whole number, in the rows' own order."""
    base = int(codes.max(initial=0)) + 2
    step = max(1, int(62 / np.log2(base)) // 2)
    number = np.zeros(len(codes), dtype=np.int64)
    for start in range(0, codes.shape[1], step):
        part = np.zeros(len(codes), dtype=np.int64)
        for column in codes[:, start : start + step].T:
            part = part * base + (column.astype(np.int64) + 1)
        number = number * (int(part.max(initial=0)) + 1) + part
        if start + step < codes.shape[1]:
            _, number = np.unique(number, return_inverse=True)
    return number
