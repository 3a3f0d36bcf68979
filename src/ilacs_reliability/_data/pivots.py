"""Rows of one rating each, turned into units by raters where they are.

The engine adds up each unit's grades as digits of a few whole numbers, one digit a rater. Then it
counts units with equal numbers, so that only the patterns come back.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from ilacs_reliability._data.engines import Source, collect, number_of, whole_numbers
from ilacs_reliability._data.keys import Column, Named
from ilacs_reliability._data.scales import CodeArray, IntArray

if TYPE_CHECKING:
    import narwhals as nw

WORD_BITS = 40
"""Bits of a number that hold a unit's grades: with as many rows as raters no sum overflows."""


@dataclass(frozen=True, slots=True, eq=False)
class Pivoted:
    """Patterns of units by raters.

    Attributes
    ----------
    codes : ndarray of int, shape (n_patterns, n_raters)
        Grade indices, -1 for missing.
    units : ndarray of int, shape (n_patterns,)
        Units of the pattern.
    extra : list of list
        For each further column its value in each pattern.
    names : list or None
        The unit of each row, where rows are units and not patterns.
    """

    codes: CodeArray
    units: IntArray
    extra: list[list[Any]]
    names: list[Hashable] | None


def pivot(
    source: Source,
    cells: tuple[Column, Column, Column],
    *,
    raters: Sequence[Hashable],
    digits: Mapping[Any, int],
    n_grades: int,
    extra: Sequence[Column],
    name_units: bool,
) -> Pivoted:
    """Count the patterns of grades that units have.

    Parameters
    ----------
    source : Source
        Rows of one rating each.
    cells : tuple of str
        Their columns of units, raters and grades.
    raters : sequence of hashable
        Every rater, in the order of the columns of the patterns.
    digits : mapping of label to int
        Each spelling of a grade with its index plus 1; anything else is missing.
    n_grades : int
        Grades of the scale.
    extra : sequence of str
        Further columns, constant within a unit.
    name_units : bool
        Whether to return a row for each unit, with its name, and not for each pattern.

    Returns
    -------
    Pivoted
        The patterns.

    Raises
    ------
    ValueError
        If a rater graded a unit twice.
    """
    import narwhals as nw

    (unit, rater, grade), base = cells, n_grades + 1
    width = max(1, int(WORD_BITS / log2(base)))
    words = [raters[start : start + width] for start in range(0, len(raters), width)]
    digit = _mapped(grade, digits)
    keys = {f"extra {place}": nw.col(column) for place, column in enumerate(extra)}
    sums = {"rated": (digit > 0).cast(nw.Int64)}
    for number, word in enumerate(words):
        places = {name: base**place for place, name in enumerate(word)}
        marks = {name: 1 << place for place, name in enumerate(word)}
        sums[f"grades {number}"] = digit * _mapped(rater, places)
        sums[f"marks {number}"] = (digit > 0).cast(nw.Int64) * _mapped(rater, marks)
    rows = source.rows.select(nw.col(unit).alias("unit"), **keys, **sums)
    units = rows.group_by(["unit", *keys]).agg(*(nw.col(name).sum() for name in sums))
    names: list[Hashable] | None = None
    if name_units:
        names, *found = collect(units.select("unit", *keys, *sums))
        found.append([1] * len(names))
    else:
        found = collect(units.group_by([*keys, *sums]).agg(nw.len().alias("units")))
    rated, *packed = (whole_numbers(column) for column in found[len(keys) : -1])
    grades, marked = packed[::2], packed[1::2]
    # a sum of powers of two has as many ones as terms only where the terms differ
    n_marked = sum(np.bitwise_count(marks).astype(np.int64) for marks in marked)
    if (rated > len(raters)).any() or (rated != n_marked).any():
        _refuse_twice(source, unit, rater, grade, digits)
    codes = [
        word // base**place % base - 1
        for word, names in zip(grades, words, strict=True)
        for place in range(len(names))
    ]
    return Pivoted(np.stack(codes, axis=1), whole_numbers(found[-1]), found[: len(keys)], names)


def refuse_torn_units(source: Source, unit: Column, columns: Sequence[Named]) -> None:
    """Check that each unit has one value in each of some columns.

    Parameters
    ----------
    source : Source
        Rows of one rating each.
    unit : str
        The column of units.
    columns : sequence of (str, column)
        Each argument with its column.

    Raises
    ------
    ValueError
        If a unit has two values.
    """
    import narwhals as nw

    for argument, column in columns:
        rows = source.rows.select(nw.col(unit).alias("unit"), nw.col(column).alias("value"))
        pairs = rows.group_by(["unit", "value"]).agg(nw.len().alias("rows"))
        torn = pairs.group_by("unit").agg(nw.len().alias("values")).filter(nw.col("values") > 1)
        units = collect(torn.select("unit").head(1))[0]
        if units:
            [values] = collect(pairs.filter(nw.col("unit") == units[0]).select("value"))
            shown = " and ".join(sorted(map(repr, values))[:2])
            raise ValueError(
                f"`{argument}` must be one for each unit, but column {column!r} holds {shown} for "
                f"unit {units[0]!r}."
            )


def _mapped(column: Column, numbers: Mapping[Any, int]) -> nw.Expr:
    """Return the number of each value, 0 for one that has none."""
    import narwhals as nw

    values = nw.col(column)
    return values.replace_strict(
        list(numbers), list(numbers.values()), default=0, return_dtype=nw.Int64
    )


def _refuse_twice(
    source: Source, unit: Column, rater: Column, grade: Column, digits: Mapping[Any, int]
) -> NoReturn:
    import narwhals as nw

    rows = source.rows.filter(_mapped(grade, digits) > 0).select(
        nw.col(unit).alias("unit"), nw.col(rater).alias("rater"), nw.col(grade).alias("grade")
    )
    pairs = rows.group_by(["unit", "rater"]).agg(nw.len().alias("rows"))
    twice = pairs.filter(nw.col("rows") > 1)
    [who], [by], [times] = collect(twice.head(1))
    [[number]] = collect(twice.select(nw.len()))
    [grades] = collect(
        rows.filter((nw.col("unit") == who) & (nw.col("rater") == by)).select("grade").head(5)
    )
    shown = ", ".join(sorted(map(repr, grades)))
    others = f" and {number_of(number - 1, 'other pair')} likewise" if number > 1 else ""
    raise ValueError(
        f"`frame` has unit {who!r} graded {times} times by rater {by!r} ({shown}){others}: a rater "
        "grades a unit once."
    )
