"""Rows of one rating each, turned into units by raters where they are.

The engine adds up each unit's grades as digits of a few whole numbers, one digit a rater. Then it
counts units with equal numbers, so that only the patterns come back. polars, which holds every
unit that it groups by, is given a part of the units at a time.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import ceil, log2
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from ilacs_reliability._data.engines import Source, collect, number_of, whole_numbers
from ilacs_reliability._data.keys import Column, Named, spelt_once
from ilacs_reliability._data.scales import CodeArray, IntArray

if TYPE_CHECKING:
    import narwhals as nw

SUM_BITS = 62
"""Bits of a sum over all rows, in any engine."""
UNITS_AT_ONCE = 1_000_000
"""Units that polars groups by at a time, some 150 bytes each."""
MOST_PARTS = 16
"""Parts of the units, each of which reads the rows once more."""
FEW = 16
"""Up to so many values polars compares one after another sooner than it looks them up."""


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
    raters: Mapping[Hashable, Sequence[Any]],
    digits: Mapping[Any, int],
    n_grades: int,
    n_rows: int,
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
    raters : mapping of hashable to sequence
        Every rater with the spellings of its name in the rows, in the order of the columns of the
        patterns.
    digits : mapping of label to int
        Each spelling of a grade with its index plus 1; anything else is missing.
    n_grades : int
        Grades of the scale.
    n_rows : int
        How many rows there are.
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

    unit, rater, grade = cells
    # a digit holds the grades of as many rows as there are raters, and what is above all digits
    # of the first number how many rows have a grade
    base = len(raters) * n_grades + 1
    width = max(1, int((SUM_BITS - log2(n_rows)) / log2(base)))
    spelt = list(raters.values())
    words = [spelt[start : start + width] for start in range(0, len(spelt), width)]
    digit = _mapped(source, grade, digits)
    keys = {f"extra {place}": nw.col(column) for place, column in enumerate(extra)}
    sums = {}
    for number, word in enumerate(words):
        places = {name: base**place for place, names in enumerate(word) for name in names}
        sums[f"grades {number}"] = digit * _mapped(source, rater, places)
    sums["grades 0"] += (digit > 0).cast(nw.Int64) * base**width
    found = _by_unit(source, unit, (keys, sums), n_rows / len(raters), name_units=name_units)
    grades = [whole_numbers(column) for column in found[len(keys) : -1]]
    codes = np.stack(
        [
            word // base**place % base - 1
            for word, places in zip(grades, words, strict=True)
            for place in range(len(places))
        ],
        axis=1,
    )
    if (grades[0] // base**width != (codes >= 0).sum(axis=1)).any():
        _refuse_twice(source, cells, digits, any(len(names) > 1 for names in raters.values()))
    names = found[-1] if name_units else None
    n_units = np.ones(len(codes), dtype=np.int64) if name_units else whole_numbers(found[-1])
    return Pivoted(codes, n_units, found[: len(keys)], names)


def counted_by_unit(
    source: Source,
    cells: tuple[Column, Column],
    *,
    digits: Mapping[Any, int],
    n_grades: int,
    n_rows: int,
    extra: Sequence[Column],
) -> Pivoted:
    """Count how often units got each grade, whoever gave it.

    Parameters
    ----------
    source : Source
        Rows of one rating each.
    cells : tuple of str
        Their columns of units and grades.
    digits, n_grades, n_rows, extra
        As in `pivot`.

    Returns
    -------
    Pivoted
        Each pattern says how many ratings of each grade a unit has, shape (n_patterns, n_grades).
    """
    import narwhals as nw

    unit, grade = cells
    digit = _mapped(source, grade, digits)
    keys = {f"extra {place}": nw.col(column) for place, column in enumerate(extra)}
    sums = {f"grade {code}": (digit == code + 1).cast(nw.Int64) for code in range(n_grades)}
    found = _by_unit(source, unit, (keys, sums), n_rows / 2, name_units=False)
    counts = np.stack([whole_numbers(column) for column in found[len(keys) : -1]], axis=1)
    return Pivoted(counts, whole_numbers(found[-1]), found[: len(keys)], None)


def _by_unit(
    source: Source,
    unit: Column,
    parts: tuple[Mapping[str, nw.Expr], Mapping[str, nw.Expr]],
    n_units: float,
    *,
    name_units: bool,
) -> list[list[Any]]:
    """Return keys and sums of units, with how many have them, or with the name of each."""
    import narwhals as nw

    keys, sums = parts
    seen = []
    for part in _parts(source, unit, n_units):
        rows = part.select(nw.col(unit).alias("unit"), **keys, **sums)
        units = rows.group_by(["unit", *keys]).agg(*(nw.col(name).sum() for name in sums))
        if name_units:
            seen.append(collect(units.select(*keys, *sums, "unit")))
        else:
            seen.append(collect(units.group_by([*keys, *sums]).agg(nw.len().alias("units"))))
    return [list(chain(*columns)) for columns in zip(*seen, strict=True)]


def _parts(source: Source, unit: Column, n_units: float) -> Iterator[nw.LazyFrame[Any]]:
    """Return the rows of some of the units at a time, where the engine would hold all at once."""
    import narwhals as nw

    n_parts = min(ceil(n_units / UNITS_AT_ONCE), MOST_PARTS)
    if n_parts < 2 or not source.rows.implementation.is_polars():
        yield source.rows
        return
    import polars as pl

    rows: pl.LazyFrame = nw.to_native(source.rows)
    for part in range(n_parts):
        yield nw.from_native(rows.filter(pl.col(unit).hash() % n_parts == part))


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


def _mapped(source: Source, column: Column, numbers: Mapping[Any, int]) -> nw.Expr:
    """Return the number of each value, 0 for one that has none."""
    import narwhals as nw

    values = nw.col(column)
    if not (source.rows.implementation.is_polars() and len(numbers) <= FEW):
        return values.replace_strict(
            list(numbers), list(numbers.values()), default=0, return_dtype=nw.Int64
        )
    found = nw.lit(0, nw.Int64)
    for value, number in numbers.items():
        found = nw.when(values == value).then(nw.lit(number, nw.Int64)).otherwise(found)
    return found


def _refuse_twice(
    source: Source, cells: tuple[Column, Column, Column], digits: Mapping[Any, int], spelt: bool
) -> NoReturn:
    import narwhals as nw

    unit, rater, grade = cells
    by = spelt_once(rater) if spelt else nw.col(rater)
    rows = source.rows.filter(_mapped(source, grade, digits) > 0).select(
        nw.col(unit).alias("unit"), by.alias("rater"), nw.col(grade).alias("grade")
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
