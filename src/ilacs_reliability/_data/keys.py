"""Columns of a dataframe made fit to group by: headers, mixed cells and spellings of numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from ilacs_reliability._checks.names import column_names, key_of, one_spelling, refuse_twice
from ilacs_reliability._data.scales import TRUTHS, is_missing, is_number

if TYPE_CHECKING:
    import narwhals as nw
    from narwhals.dtypes import DType

Column: TypeAlias = Any
"""The name of a column: a string; pandas has whole numbers too."""
Named: TypeAlias = tuple[str, Column]
"""An argument and the column that it names."""

KEYS = ("unit", "rater", "cluster", "group", "stratum")
"""Arguments whose columns hold names."""
SPACES = " \t\n\r\x0b\x0c\xa0\u2003\u3000"
"""What a cell may hold and yet be missing."""


def refuse_headers(frame: Any) -> None:
    """Raise where a header cannot name one column.

    Parameters
    ----------
    frame : dataframe
        Of any library.

    Raises
    ------
    TypeError
        If headers have several levels.
    ValueError
        If two columns have one name.
    """
    if hasattr(type(frame), "columns") and hasattr(type(frame), "__array__"):  # it is in memory
        names = column_names(frame)
        refuse_twice(names, "frame")
        if any(isinstance(name, tuple) for name in names or ()):
            raise TypeError(
                "`frame` has headers of several levels: join them first, as in "
                "`frame.columns = frame.columns.map('_'.join)`."
            )


def groupable(
    frame: nw.DataFrame[Any], columns: Sequence[Named], schema: Mapping[Any, DType]
) -> nw.DataFrame[Any]:
    """Return a frame in memory whose columns an engine can group by.

    Parameters
    ----------
    frame : narwhals.DataFrame
        The frame.
    columns : sequence of (str, column)
        Each argument with the column that it names.
    schema : mapping of column to narwhals dtype
        The columns.

    Returns
    -------
    narwhals.DataFrame
        The same, with mixed and very narrow columns of pandas made plain.

    Raises
    ------
    TypeError
        If a cell holds a list or the like, or a column True beside numbers.
    """
    import narwhals as nw

    if not frame.implementation.is_pandas():
        return frame
    native = nw.to_native(frame)
    changed = {}
    for argument, column in columns:
        if isinstance(schema[column], nw.Object):
            changed[column] = _objects(native[column], argument, column)
        elif str(native[column].dtype) == "float16":
            changed[column] = native[column].astype("float64")
    if not changed:
        return frame
    native = native.copy(deep=False)
    for column, values in changed.items():
        native[column] = values
    groupable: nw.DataFrame[Any] = nw.from_native(native)
    return groupable


def _objects(values: Any, argument: str, column: Column) -> Any:
    """Return mixed things with one spelling for each number and none for what is missing."""
    read = {}
    for row, value in enumerate(values.tolist()):
        try:
            hash(value)
        except TypeError:
            raise TypeError(
                f"`{argument}` is column {column!r}, which holds {value!r} in row {row}, not one "
                "value a row."
            ) from None
        read[row] = None if is_missing(value) else value
    truths = {isinstance(x, TRUTHS) for x in read.values() if is_number(x) or isinstance(x, TRUTHS)}
    if len(truths) == 2:
        raise TypeError(f"`{argument}` is column {column!r}, which holds True beside numbers.")
    if argument in KEYS:
        read = {row: None if x is None else key_of(x) for row, x in read.items()}
    return type(values)(list(read.values()), index=values.index, dtype=object)


def may_spell_twice(held: nw.DataFrame[Any] | None, column: Column, dtype: DType) -> bool:
    """Tell whether a column of names may hold a whole number in two spellings.

    Parameters
    ----------
    held : narwhals.DataFrame or None
        The rows, where they are in memory.
    column : str
        The column.
    dtype : narwhals dtype
        Its type.

    Returns
    -------
    bool
        Whether names must be compared as `spelt_once` returns them.
    """
    import narwhals as nw

    if isinstance(dtype, nw.Enum):
        return any(name != one_spelling(name) for name in dtype.categories)
    if isinstance(dtype, nw.Categorical) and held is not None:
        names = held[column].drop_nulls().unique().to_list()
        return any(name != one_spelling(name) for name in names)
    return isinstance(dtype, (nw.String, nw.Categorical))


def spelt_once(column: Column) -> nw.Expr:
    """Return names in which a whole number is spelt in one way, as "800" for "800.0".

    Parameters
    ----------
    column : str
        The column.

    Returns
    -------
    narwhals.Expr
        Its names.
    """
    import narwhals as nw

    text = text_of(column)
    whole = text.str.contains(r"^\s*-?(?:0|[1-9][0-9]*)(?:\.0*)?\s*$")
    plain = text.str.replace_all(r"\.0*\s*$", "").str.replace_all(r"^\s+|\s+$", "")
    return nw.when(whole.fill_null(False)).then(plain).otherwise(text).alias(column)


def is_spelt_otherwise(column: Column) -> nw.Expr:
    """Tell of each name whether `spelt_once` could change it.

    Parameters
    ----------
    column : str
        The column.

    Returns
    -------
    narwhals.Expr
        Whether it could; False where there is none.
    """
    return text_of(column).str.contains(r"^(?:\s+-?[0-9]|-?[0-9]+[.\s])").fill_null(False)


def is_blank(column: Column) -> nw.Expr:
    """Tell of each name whether it holds nothing but spaces.

    Parameters
    ----------
    column : str
        The column.

    Returns
    -------
    narwhals.Expr
        Whether it does; False where there is none.
    """
    import narwhals as nw

    # not every engine strips more than blanks, but all search; where some hold true and false as
    # objects, only a boolean is turned round
    return ~text_of(column).str.contains(f"[^{SPACES}]").fill_null(True).cast(nw.Boolean)


def text_of(column: Column) -> nw.Expr:
    """Return names as text, and nothing where there is none.

    Parameters
    ----------
    column : str
        The column.

    Returns
    -------
    narwhals.Expr
        Its names.
    """
    import narwhals as nw

    # pandas below 3 writes "None" or "nan" for what is missing
    return nw.when(~nw.col(column).is_null()).then(nw.col(column).cast(nw.String))
