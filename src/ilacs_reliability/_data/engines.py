"""Dataframes of any kind, counted where they are.

The group-by runs in the dataframe's own engine, through narwhals. Only the table of counts comes
back, so rows that an engine reads in pieces are never held whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ilacs_reliability._checks.arguments import told
from ilacs_reliability._checks.names import one_spelling
from ilacs_reliability._data.keys import (
    KEYS,
    Column,
    Named,
    groupable,
    is_blank,
    is_spelt_otherwise,
    may_spell_twice,
    refuse_headers,
    spelt_once,
)
from ilacs_reliability._data.scales import IntArray, is_missing
from ilacs_reliability._results.wording import counted

if TYPE_CHECKING:
    import narwhals as nw
    from narwhals.dtypes import DType
    from narwhals.typing import IntoFrame

Span: TypeAlias = tuple[int, int]
"""The lowest of some whole numbers, and how many there are up to the highest and none at all."""

PACKED_BELOW = 1 << 62
"""Keys packed into one number stay below this: a signed one of 64 bits holds them."""
LARGEST_EXACT = 2.0**53
"""Whole numbers held as float are exact below this."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Rows to count.

    Attributes
    ----------
    rows : narwhals.LazyFrame
        The rows, wherever they are.
    held : narwhals.DataFrame or None
        The same rows where they are in memory, and so have a first one.
    schema : mapping of column to narwhals dtype
        The columns.
    """

    rows: nw.LazyFrame[Any]
    held: nw.DataFrame[Any] | None
    schema: Mapping[Any, DType]


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Distinct combinations of the values of some columns, and how often each occurs.

    Attributes
    ----------
    keys : list of list
        For each column its value in each combination.
    rows, units : ndarray of int, shape (n_combinations,)
        Rows that hold the combination, and units that they stand for.
    """

    keys: list[list[Any]]
    rows: IntArray
    units: IntArray


def read_frame(
    frame: IntoFrame, columns: Sequence[Named], *, listed: Sequence[Column] = ()
) -> Source:
    """Take a dataframe of any kind and check that it has some columns.

    Parameters
    ----------
    frame : dataframe or lazy frame
        Anything that narwhals knows.
    columns : sequence of (str, column)
        Each argument with the column that it names.
    listed : sequence of column, optional
        Those whose names the caller lists, and so spells in one way itself.

    Returns
    -------
    Source
        The rows.

    Raises
    ------
    ImportError
        If narwhals is not installed.
    TypeError
        If `frame` is not a dataframe, a column is not named by a string or a whole number, or it
        holds lists or records.
    ValueError
        If a column is absent, has two roles or a name that another has too, or `frame` is in memory
        and has no row.
    """
    try:
        import narwhals as nw
    except ImportError as error:
        raise ImportError(
            "reading a dataframe needs narwhals: install the extra `frames`, as in "
            "`pip install 'ilacs-reliability[frames]'`."
        ) from error
    refuse_headers(frame)
    try:
        opened = nw.from_native(_with_levels(frame, [column for _, column in columns]))
    except TypeError:
        raise TypeError(
            "`frame` must be a dataframe or a lazy frame (pandas, polars, pyarrow or another that "
            f"narwhals knows), but got {type(frame).__name__}."
        ) from None
    if opened.implementation.is_pyarrow():
        # Arrow groups by dictionary columns only where their pieces share one dictionary
        table: Any = nw.to_native(opened)
        opened = nw.from_native(table.unify_dictionaries())
    schema = opened.collect_schema()
    _check_columns(columns, schema)
    if isinstance(opened, nw.DataFrame):
        if not len(opened):
            raise ValueError("`frame` is empty: it has no row.")
        opened = groupable(opened, columns, schema)
        schema = opened.schema
    held = opened if isinstance(opened, nw.DataFrame) else None
    named = (c for argument, c in columns if argument in KEYS and c not in listed)
    texts = [c for c in dict.fromkeys(named) if may_spell_twice(held, c, schema[c])]
    if texts and held is None and opened.implementation.is_polars():  # which reads rows often
        flags = collect(opened.lazy().select(is_spelt_otherwise(c).any().alias(c) for c in texts))
        texts = [c for c, [changes] in zip(texts, flags, strict=True) if changes]
    if texts:
        opened = opened.with_columns(*map(spelt_once, texts))
    return Source(rows=opened.lazy(), held=held, schema=schema)


def _with_levels(frame: Any, columns: Sequence[Column]) -> Any:
    """Make columns of those levels of an index of pandas that are asked for by name."""
    levels = getattr(getattr(frame, "index", None), "names", None)
    if levels is None or not hasattr(frame, "reset_index"):
        return frame
    names = {column for column in columns if isinstance(column, (str, int))}
    asked = [name for name in levels if name is not None and name in names]
    asked = [name for name in asked if name not in frame.columns]
    return frame.reset_index(level=asked) if asked else frame


def refuse_missing(source: Source, columns: Sequence[Named]) -> None:
    """Check that every row has a value in each of some columns.

    Parameters
    ----------
    source : Source
        The rows.
    columns : sequence of (str, column)
        Each argument with its column.

    Raises
    ------
    ValueError
        If a value is missing; the message counts the rows.
    """
    import narwhals as nw

    flags = [
        _missing(column, source.schema[column]).cast(nw.Int64).sum().alias(f"{place}")
        for place, (_, column) in enumerate(columns)
    ]
    numbers = collect(source.rows.select(*flags)) if flags else []
    for (argument, column), [number] in zip(columns, numbers, strict=True):
        refuse_gaps(source, argument, column, int(number))


def refuse_gaps(source: Source, argument: str, column: Column, n_rows: int) -> None:
    """Raise where some rows have no value.

    Parameters
    ----------
    source : Source
        The rows.
    argument, column : str
        The argument and its column.
    n_rows : int
        How many rows have none.

    Raises
    ------
    ValueError
        If any.
    """
    if n_rows:
        raise ValueError(
            f"`{argument}` is missing in column {column!r} of "
            f"{place_of(source, column, n_rows, is_missing)}: every row needs one."
        )


def check_frequency(source: Source, column: Column | None) -> None:
    """Check that a column counts units: whole numbers that are not negative.

    Parameters
    ----------
    source : Source
        The rows.
    column : str or None
        The column; None where each row is one unit.

    Raises
    ------
    TypeError
        If the column does not hold numbers.
    ValueError
        If a number is missing, negative, fractional or infinite.
    """
    import narwhals as nw

    if column is None:
        return
    dtype = source.schema[column]
    if not dtype.is_numeric():
        raise TypeError(f"`frequency` must be numbers, but column {column!r} holds {dtype}.")
    number = nw.col(column)
    whole = number >= 0
    if not dtype.is_integer():
        whole &= (number < LARGEST_EXACT) & (number == number.round(0))
    whole = whole.fill_null(False)
    wrong = source.rows.filter(~whole).select(number.alias("number"))
    [examples] = collect(wrong.head(1))
    if examples:
        [[n_wrong]] = collect(wrong.select(nw.len()))
        raise ValueError(
            f"`frequency` must be whole numbers of 0 or more, but column {column!r} holds others "
            f"in {number_of(int(n_wrong), 'row')}, as {examples[0]}."
        )


def count_rows(
    source: Source, columns: Sequence[Column], frequency: Column | None = None
) -> Counted:
    """Count the combinations of values of some columns, in the engine.

    Parameters
    ----------
    source : Source
        The rows.
    columns : sequence of str
        The columns to group by.
    frequency : str, optional
        A column that says how many units a row stands for. Default: one.

    Returns
    -------
    Counted
        The combinations, in no particular order.

    Raises
    ------
    ValueError
        If there is no row.
    """
    import narwhals as nw

    spans = _spans(source, columns)
    keys = {f"key {i}": nw.col(c) for i, c in enumerate(columns) if c not in spans}
    if spans:
        keys["packed"] = _packed(spans)
    sums, units = [nw.len().alias("rows")], {}
    if frequency is not None:
        units = {"units": _frequency(frequency, source.schema[frequency])}
        sums.append(nw.col("units").sum())
    found = collect(source.rows.select(**keys, **units).group_by(list(keys)).agg(*sums))
    totals = found.pop() if units else found[-1]
    rows = found.pop()
    if not rows:
        raise ValueError("`frame` is empty: it has no row.")
    unpacked = _unpacked(found.pop(), spans) if spans else {}
    plain = iter(found)
    return Counted(
        keys=[unpacked[c] if c in unpacked else next(plain) for c in columns],
        rows=whole_numbers(rows),
        units=whole_numbers(totals),
    )


def collect(query: nw.LazyFrame[Any]) -> list[list[Any]]:
    """Run a query whose result is small.

    Parameters
    ----------
    query : narwhals.LazyFrame
        The query.

    Returns
    -------
    list of list
        The values of each column.
    """
    # polars would hold a whole scan in memory
    options: dict[str, Any] = {"engine": "streaming"} if query.implementation.is_polars() else {}
    table = query.collect(**options)
    return [table[name].to_list() for name in table.columns]


def in_order(source: Source, column: Column, values: Iterable[Any]) -> list[Any]:
    """Put distinct values in an order that does not depend on the order of rows.

    Parameters
    ----------
    source : Source
        The rows that the values come from.
    column : str
        Their column; the order of an ordered categorical is kept.
    values : iterable
        The values, none missing.

    Returns
    -------
    list
        The distinct values.
    """
    import narwhals as nw

    distinct = list(dict.fromkeys(values))
    dtype = source.schema[column]
    if isinstance(dtype, nw.Enum):
        places = {one_spelling(label): place for place, label in enumerate(dtype.categories)}
        return sorted(distinct, key=places.__getitem__)
    try:
        return sorted(distinct)
    except TypeError:
        return sorted(distinct, key=lambda value: (type(value).__name__, str(value)))


def place_of(source: Source, column: Column, n_rows: int, matches: Any) -> str:
    """Say how many rows hold a value and, where rows are in memory, which is the first.

    Parameters
    ----------
    source : Source
        The rows.
    column : str
        The column.
    n_rows : int
        How many rows hold the value.
    matches : callable
        Tells whether a value is the one.

    Returns
    -------
    str
        As "2 rows (the first is row 3)".
    """
    number = number_of(n_rows, "row")
    if source.held is None:
        return number
    values = source.held[column].to_list()
    first = next(row for row, value in enumerate(values) if matches(value))
    return f"{number} (row {first})" if n_rows == 1 else f"{number} (the first is row {first})"


def number_of(number: int, thing: str) -> str:
    """Return a number of things in words.

    Parameters
    ----------
    number : int
        How many.
    thing : str
        What, in the singular.

    Returns
    -------
    str
        As "1 row" or "2 rows".
    """
    return counted(number, thing)


def whole_numbers(values: Sequence[Any]) -> IntArray:
    """Turn an engine's whole numbers, which may be Decimal or float, into an array.

    Parameters
    ----------
    values : sequence of number
        The numbers.

    Returns
    -------
    ndarray of int
        The same.
    """
    return np.array([int(value) for value in values], dtype=np.int64)


def _check_columns(columns: Sequence[Named], schema: Mapping[Any, DType]) -> None:
    roles: dict[Column, str] = {}
    for argument, column in columns:
        if not isinstance(column, (str, int)) or isinstance(column, bool):
            raise TypeError(f"`{argument}` must be the name of a column, but got {told(column)}.")
        if column not in schema:
            there = ", ".join(map(repr, schema))
            raise ValueError(
                f"`{argument}` is column {told(column)}, which `frame` does not have; it has "
                f"{there}."
            )
        if column in roles:
            raise ValueError(
                f"`{argument}` is column {column!r}, which is `{roles[column]}` already."
            )
        if schema[column].is_nested():
            raise TypeError(
                f"`{argument}` is column {column!r}, which holds {schema[column]}, not one value "
                "a row."
            )
        roles[column] = argument


def _missing(column: Column, dtype: DType) -> nw.Expr:
    """Return what `is_missing` says of each row."""
    import narwhals as nw

    value = nw.col(column)
    if dtype.is_float():
        return value.is_null() | value.is_nan()
    if isinstance(dtype, (nw.String, nw.Categorical, nw.Enum)):
        return value.is_null() | is_blank(column)
    return value.is_null()


def _frequency(column: Column, dtype: DType) -> nw.Expr:
    import narwhals as nw

    units = nw.col(column)
    # sums of smaller numbers overflow in some engines
    return units.cast(nw.Int64) if dtype.is_integer() else units


def _spans(source: Source, columns: Sequence[Column]) -> dict[Column, Span]:
    """Return the span of each column of whole numbers, where all of them fit one number.

    One number is counted several times faster than several columns.
    """
    import narwhals as nw

    signed = {nw.Int8: 8, nw.Int16: 16, nw.Int32: 32, nw.Int64: 64}
    unsigned = {nw.UInt8: 8, nw.UInt16: 16, nw.UInt32: 32}  # 64 bits do not fit a signed number
    spans: dict[Column, Span] = {}
    for column in columns:
        kind = source.schema[column].base_type()
        if kind in signed:
            spans[column] = (-(1 << signed[kind] - 1), (1 << signed[kind]) + 1)
        elif kind in unsigned:
            spans[column] = (0, (1 << unsigned[kind]) + 1)
    if len(spans) < 2:
        return {}
    return spans if _fit(spans) else _spans_seen(source, list(spans))


def _spans_seen(source: Source, columns: Sequence[Column]) -> dict[Column, Span]:
    import narwhals as nw

    ends = [
        getattr(nw.col(column), end)().alias(f"{end} {place}")
        for place, column in enumerate(columns)
        for end in ("min", "max")
    ]
    found = [
        0 if is_missing(value) else int(value) for [value] in collect(source.rows.select(*ends))
    ]
    spans = {
        column: (low, high - low + 2)
        for column, low, high in zip(columns, found[::2], found[1::2], strict=True)
    }
    return spans if _fit(spans) else {}


def _fit(spans: Mapping[Column, Span]) -> bool:
    return prod(size for _, size in spans.values()) < PACKED_BELOW


def _packed(spans: Mapping[Column, Span]) -> nw.Expr:
    """Return one number for each combination: digits of mixed bases, 0 for missing."""
    import narwhals as nw

    number = nw.lit(0).cast(nw.Int64)
    for column, (low, size) in spans.items():
        digit = (nw.col(column).cast(nw.Int64) - low + 1).fill_null(0)
        number = number * size + digit
    return number


def _unpacked(numbers: Sequence[int], spans: Mapping[Column, Span]) -> dict[Column, list[Any]]:
    rest = whole_numbers(numbers)
    values = {}
    for column, (low, size) in reversed(list(spans.items())):
        rest, digits = np.divmod(rest, size)
        values[column] = [digit - 1 + low if digit else None for digit in digits.tolist()]
    return values
