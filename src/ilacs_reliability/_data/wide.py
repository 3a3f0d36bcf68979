"""Tables of many columns of which a row fills a few, and rules in place of tables of credit."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from ilacs_reliability._data.scales import CodeArray, FloatArray, IntArray, Scale, usable_scores

# cells up to which a table is held with its zeros
MOST_CELLS = 1 << 18
# grades up to which credit is held as a table of all pairs
MOST_GRADES = 128
RULES = ("identity", "linear", "quadratic")

Rule: TypeAlias = Literal["identity", "linear", "quadratic"]


class SparseRows:
    """A table that holds its numbers without its zeros, and takes part in products.

    Parameters
    ----------
    rows : sparse array, shape (n_rows, n_columns)
        The numbers.
    """

    __slots__ = ("rows",)
    __array_ufunc__: ClassVar[None] = None  # NumPy leaves @ to this

    def __init__(self, rows: Any) -> None:
        self.rows = rows

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        n_rows, n_columns = self.rows.shape
        return n_rows, n_columns

    @property
    def T(self) -> SparseRows:  # noqa: N802
        """The table on its side."""
        return SparseRows(self.rows.T)

    def __len__(self) -> int:
        return self.shape[0]

    def __rmatmul__(self, left: Any) -> FloatArray:
        left = np.asarray(left)
        flat = left.reshape(-1, left.shape[-1])
        sums = np.ascontiguousarray((self.rows.T @ flat.T).T, dtype=np.float64)
        return sums.reshape(*left.shape[:-1], -1)

    def __mul__(self, by_row: FloatArray) -> SparseRows:
        return SparseRows(self.rows.multiply(by_row).tocsr())

    def __getitem__(self, place: Any) -> SparseRows:
        return SparseRows(self.rows[place])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        dense: npt.NDArray[Any] = self.rows.toarray()
        return dense if dtype is None else dense.astype(dtype)

    def largest(self) -> FloatArray:
        """Return the largest number of each row, of numbers that are not negative."""
        most: FloatArray = self.rows.max(axis=1).toarray().ravel()
        return most


def is_wide(patterns: CodeArray | None, n_grades: int) -> bool:
    """Tell whether a table of patterns by grades would be large and nearly empty.

    Parameters
    ----------
    patterns : ndarray of int, shape (n_patterns, n_raters), or None
        Grade indices, -1 for missing.
    n_grades : int
        Grades of the scale.

    Returns
    -------
    bool
        Whether `SparseRows` should hold it.
    """
    return patterns is not None and would_be_wide(len(patterns), patterns.shape[1], n_grades)


def would_be_wide(n_patterns: int, n_raters: int, n_grades: int) -> bool:
    """Tell the same of as many patterns of known raters.

    Parameters
    ----------
    n_patterns, n_raters, n_grades : int
        How many there are.

    Returns
    -------
    bool
        Whether `SparseRows` should hold their table.
    """
    return n_grades > 4 * n_raters and n_patterns * n_grades > MOST_CELLS


def count_grades(patterns: CodeArray, n_grades: int) -> IntArray:
    """Count how often each pattern holds each grade.

    Parameters
    ----------
    patterns : ndarray of int, shape (n_patterns, n_raters)
        Grade indices, -1 for missing.
    n_grades : int
        Grades of the scale.

    Returns
    -------
    ndarray of int, shape (n_patterns, n_grades)
        Ratings of each grade.
    """
    if patterns.size * n_grades <= 1 << 20:
        counts: IntArray = (patterns[:, :, None] == np.arange(n_grades)).sum(axis=1)
        return counts
    counts = np.empty((len(patterns), n_grades), dtype=np.int64)
    for grade in range(n_grades):
        counts[:, grade] = (patterns == grade).sum(axis=1)
    return counts


def grade_rows(patterns: CodeArray, n_grades: int) -> SparseRows:
    """Count how often each pattern holds each grade.

    Parameters
    ----------
    patterns : ndarray of int, shape (n_patterns, n_raters)
        Grade indices, -1 for missing.
    n_grades : int
        Grades of the scale.

    Returns
    -------
    SparseRows, shape (n_patterns, n_grades)
        Ratings of each grade.
    """
    row, rater = np.nonzero(patterns >= 0)
    return _ones(row, patterns[row, rater], (len(patterns), n_grades))


def given_rows(patterns: CodeArray, n_grades: int) -> FloatArray | SparseRows:
    """Return 1 where each rater gave each grade, one rater after another.

    Parameters
    ----------
    patterns : ndarray of int, shape (n_patterns, n_raters)
        Grade indices, -1 for missing.
    n_grades : int
        Grades of the scale.

    Returns
    -------
    ndarray of float or SparseRows, shape (n_patterns, n_raters * n_grades)
        The table.
    """
    n, m = patterns.shape
    if not is_wide(patterns, n_grades):
        given = np.equal(patterns[:, :, None], np.arange(n_grades))
        return given.reshape(n, m * n_grades).astype(np.float64)
    row, rater = np.nonzero(patterns >= 0)
    return _ones(row, rater * n_grades + patterns[row, rater], (n, m * n_grades))


def beside(left: npt.NDArray[Any], right: FloatArray | SparseRows) -> SparseRows:
    """Put the columns of two tables side by side.

    Parameters
    ----------
    left : ndarray, shape (n_rows, n_left)
        The first columns.
    right : SparseRows, shape (n_rows, n_right)
        The others.

    Returns
    -------
    SparseRows, shape (n_rows, n_left + n_right)
        All of them.
    """
    from scipy import sparse

    others = right.rows if isinstance(right, SparseRows) else right
    both = [sparse.csr_array(left.astype(np.float64)), sparse.csr_array(others)]
    return SparseRows(sparse.hstack(both, format="csr"))


def _ones(row: Any, column: Any, shape: tuple[int, int]) -> SparseRows:
    from scipy import sparse

    return SparseRows(sparse.coo_array((np.ones(len(row)), (row, column)), shape=shape).tocsr())


@dataclass(frozen=True, slots=True, eq=False)
class Gaps:
    """How far apart the grades of each pair are, by a rule in place of a table.

    Attributes
    ----------
    rule : {"identity", "linear", "quadratic"}
        Whether grades are other grades, or how far apart, or the square of that.
    places : ndarray of float, shape (n_grades,)
        Where the grades lie, less their mean, in increasing order.
    """

    rule: Rule
    places: FloatArray
    ndim: ClassVar[int] = 2
    __array_ufunc__: ClassVar[None] = None  # NumPy leaves @ to this

    def __getitem__(self, pair: tuple[Any, Any]) -> FloatArray:
        first, second = pair
        if self.rule == "identity":
            other: FloatArray = np.not_equal(first, second).astype(np.float64)
            return other
        gap: FloatArray = np.abs(self.places[first] - self.places[second])
        return gap if self.rule == "linear" else np.square(gap)

    def __rmatmul__(self, left: FloatArray) -> FloatArray:
        x, total = self.places, left.sum(axis=-1, keepdims=True)
        apart: FloatArray
        if self.rule == "identity":
            apart = total - left
        elif self.rule == "quadratic":
            moments = left @ np.stack([np.ones(len(x)), x, x**2], axis=-1)
            apart = moments @ np.stack([x**2, -2.0 * x, np.ones(len(x))])
        else:
            first = (left @ x)[..., None]
            below, before = np.cumsum(left, axis=-1), np.cumsum(left * x, axis=-1)
            apart = x * (2.0 * below - total) + first - 2.0 * before
        return apart

    def max(self, axis: None = None) -> float:
        """Return the largest gap."""
        if self.rule == "identity":
            return float(len(self.places) > 1)
        span = float(np.ptp(self.places))
        return span if self.rule == "linear" else span**2


@dataclass(frozen=True, slots=True, eq=False)
class Credit:
    """Credit between grades by a rule in place of a table: 1, less the gap.

    Attributes
    ----------
    gaps : Gaps
        How far apart grades are, at most 1.
    """

    gaps: Gaps
    __array_ufunc__: ClassVar[None] = None  # NumPy leaves @ to this

    def __len__(self) -> int:
        return len(self.gaps.places)

    def __getitem__(self, pair: tuple[Any, Any]) -> FloatArray:
        credit: FloatArray = 1.0 - self.gaps[pair]
        return credit

    def __rmatmul__(self, left: FloatArray) -> FloatArray:
        if self.gaps.rule == "identity":
            return left
        credit: FloatArray = left.sum(axis=-1, keepdims=True) - left @ self.gaps
        return credit

    def sum(self) -> float:
        """Return the sum over all pairs of grades."""
        return float((np.ones(len(self)) @ self).sum())


def gaps_by_rule(places: npt.ArrayLike, rule: Rule) -> Gaps:
    """Return a rule in place of a table of gaps.

    Parameters
    ----------
    places : array_like of float, shape (n_grades,)
        Where the grades lie, in increasing order.
    rule : {"identity", "linear", "quadratic"}
        As in `Gaps`.

    Returns
    -------
    Gaps
        The rule.
    """
    x = np.asarray(places, dtype=np.float64)
    return Gaps(rule, x - x.mean())


def credit_by_rule(scale: Scale, kind: object) -> Credit | None:
    """Return a rule in place of a table of credit, where the grades are many and there is one.

    Parameters
    ----------
    scale : Scale
        The grades.
    kind : object
        A kind of weights.

    Returns
    -------
    Credit or None
        The rule; None where a table is to be had.
    """
    if scale.n_grades <= MOST_GRADES or not isinstance(kind, str) or kind not in RULES:
        return None
    if kind != "identity" and not scale.ordered:
        return None
    x = usable_scores(scale)
    return Credit(gaps_by_rule((x - x[0]) / (x[-1] - x[0]), kind))  # type: ignore[arg-type]


def over_pairs(patterns: CodeArray, table: Any) -> FloatArray:
    """Sum what a table says of the ordered pairs of ratings of a unit of each pattern.

    Parameters
    ----------
    patterns : ndarray of int, shape (n_patterns, n_raters)
        Grade indices, -1 for missing.
    table : ndarray, Gaps or Credit, shape (n_grades, n_grades)
        A number for each pair of grades, symmetric.

    Returns
    -------
    ndarray of float, shape (n_patterns,)
        The sums.
    """
    total = np.zeros(len(patterns))
    for first, second in combinations(patterns.astype(np.intp).T, 2):
        both = (first >= 0) & (second >= 0)
        total += 2.0 * table[first, second] * both
    return total
