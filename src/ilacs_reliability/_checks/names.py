"""The names that a table or a listing carries, and things put in order by them."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

import numpy as np

from ilacs_reliability._checks.arguments import is_whole

Names: TypeAlias = tuple[Hashable, ...] | None
WHOLE = re.compile(r"\s*-?(0|[1-9]\d*)(\.0*)?\s*")


def row_names(table: object) -> Names:
    """Return what a dataframe, a series or an array with coordinates calls its rows.

    Parameters
    ----------
    table : object
        Anything; arrays and lists have no names.

    Returns
    -------
    tuple of hashable, or None
        The names, numbers of rows included; None where there are none.
    """
    axes = _coordinates(table)
    if axes is not None:
        return axes[-2] if len(axes) > 1 else axes[0]
    return plain_names(getattr(table, "index", None))


def unit_names(table: object) -> Names:
    """Return the names of the units that a dataframe's rows carry.

    Parameters
    ----------
    table : object
        Anything.

    Returns
    -------
    tuple of hashable, or None
        The names, where all are distinct strings; numbers only number the rows.
    """
    index = getattr(table, "index", None)
    # numbers are told by their type, without going through them
    numbers = str(getattr(index, "dtype", "int64")) not in ("object", "str", "string")
    if numbers and _coordinates(table) is None:
        return None
    names = row_names(table)
    if names is None or not all(isinstance(name, str) and name.strip() for name in names):
        return None
    return names if len(set(names)) == len(names) else None


def key_of(name: Hashable) -> Hashable:
    """Return what tells names of units, raters and clusters apart.

    Parameters
    ----------
    name : hashable
        A name.

    Returns
    -------
    hashable
        A whole number for each of its spellings, as 800, 800.0, "800" and "800.0"; for anything
        else the name. "0800" is a name of its own.

    Examples
    --------
    >>> from ilacs_reliability._checks.names import key_of
    >>> [key_of(name) for name in (800.0, "800.0", "0800", "v1.0")]
    [800, 800, '0800', 'v1.0']
    """
    if isinstance(name, str) and WHOLE.fullmatch(name):
        return int(name.strip().partition(".")[0])
    if isinstance(name, (bool, np.bool_)):
        return (bool, bool(name))
    return int(name) if isinstance(name, (float, np.floating)) and name.is_integer() else name


def one_spelling(name: Hashable) -> Hashable:
    """Return a name with a whole number in it spelt in one way.

    Parameters
    ----------
    name : hashable
        A name.

    Returns
    -------
    hashable
        As "800" for "800.0"; any other name as it is.
    """
    key = key_of(name)
    return str(key) if isinstance(name, str) and isinstance(key, int) else name


def column_called(wanted: Any, names: Names, n_columns: int) -> int | None:
    """Return the column that a name or a whole number means.

    Parameters
    ----------
    wanted : object
        A name in any spelling; where no name is a number, also a column, from 0 or from the end.
    names : tuple of hashable, or None
        The columns' names.
    n_columns : int
        How many there are.

    Returns
    -------
    int or None
        The column; None where there is none.

    Examples
    --------
    >>> from ilacs_reliability._checks.names import column_called
    >>> column_called(1, (3, 1, 2), 3), column_called(0, (3, 1, 2), 3), column_called(0, None, 3)
    (1, None, 0)
    """
    # a look-up by hash, as what is no name may answer a comparison with anything
    places = {key_of(name): column for column, name in enumerate(names or ())}
    with suppress(TypeError):
        if key_of(wanted) in places:
            return places[key_of(wanted)]
    if not is_whole(wanted) or numbers_name(names):
        return None
    return range(n_columns)[wanted] if -n_columns <= wanted < n_columns else None


def numbers_name(names: Names) -> bool:
    """Tell whether a number can only be a name, since a column is called by one.

    Parameters
    ----------
    names : tuple of hashable, or None
        The columns' names.

    Returns
    -------
    bool
        Whether any is a whole number, however it is spelt.
    """
    return any(isinstance(key_of(name), (int, np.integer)) for name in names or ())


def columns_in_words(names: Names, n_columns: int) -> str:
    """Say what a column may be asked for by.

    Parameters
    ----------
    names : tuple of hashable, or None
        The columns' names.
    n_columns : int
        How many there are.

    Returns
    -------
    str
        Such as "columns, 0 to 2, or names".
    """
    if numbers_name(names):
        return "names, which numbers are here"
    return f"columns, 0 to {n_columns - 1}, or names"


def column_names(table: object) -> Names:
    """Return what a dataframe of any library calls its columns, numbers of columns included.

    Parameters
    ----------
    table : object
        Anything; arrays, lists and series have no names.

    Returns
    -------
    tuple of hashable, or None
        The names; None where there are none.
    """
    axes = _coordinates(table)
    if axes is not None:
        return axes[-1] if len(axes) > 1 else None
    # pyarrow keeps the columns themselves in `columns`
    for attribute in ("column_names", "columns"):
        names = plain_names(getattr(table, attribute, None))
        if names is not None:
            return names
    return None


def own_columns(table: object, name: str) -> Names:
    """Return the names of a table's columns, unless they only number them.

    Parameters
    ----------
    table : object
        Anything.
    name : str
        The argument that holds it.

    Returns
    -------
    tuple of hashable, or None
        The names, which are distinct.

    Raises
    ------
    ValueError
        If two columns have one name.
    """
    names = column_names(table)
    refuse_twice(names, name)
    return None if names is None or numbered(names) else names


def _coordinates(table: object) -> list[Names] | None:
    """Return the names along each axis of an array with coordinates, as xarray's; else None."""
    kind = type(table)
    if not (hasattr(kind, "coords") and hasattr(kind, "dims")):
        return None
    array: Any = table
    return [
        plain_names(np.asarray(array.coords[axis])) if axis in array.coords else None
        for axis in array.dims
    ]


def without_coordinates(values: Any) -> Any:
    """Return the values of an array with coordinates as lists, and anything else as it is.

    Parameters
    ----------
    values : object
        Anything.

    Returns
    -------
    object
        What lists and numpy's arrays do may be done with it.
    """
    return values if _coordinates(values) is None else np.asarray(values).tolist()


def plain_names(names: Any) -> Names:
    """Return names as Python values.

    Parameters
    ----------
    names : object
        An index of a dataframe, a list of names, or something else that goes by this attribute.

    Returns
    -------
    tuple of hashable, or None
        The names; None for a method, as a list's `index`.
    """
    if names is None or callable(names):
        return None
    return tuple(name.item() if isinstance(name, np.generic) else name for name in names)


def numbered(names: tuple[Hashable, ...]) -> bool:
    """Tell whether names only number the rows or columns.

    Parameters
    ----------
    names : tuple of hashable
        Names.

    Returns
    -------
    bool
        True for 0, 1, 2 and so on, and for what polars calls columns without a name.
    """
    unnamed = names == tuple(f"column_{place}" for place in range(len(names)))
    return unnamed or all(type(x) is int and x == place for place, x in enumerate(names))


def by_label(values: Any, names: Names, *, name: str, of: str) -> Any:
    """Put values that carry labels in the order of names; leave others as they are.

    Parameters
    ----------
    values : mapping, series or anything else
        What may carry labels.
    names : tuple of hashable, or None
        The names in the order wanted; None where nothing has a name.
    name : str
        The argument that holds the values.
    of : str
        What the names are of, in the plural, as "rows of `matrix`".

    Returns
    -------
    list or the values themselves
        In the order of the names.

    Raises
    ------
    ValueError
        If the values carry other labels than the names.
    """
    mapped = isinstance(values, Mapping)
    labels, values = tuple(values) if mapped else row_names(values), without_coordinates(values)
    if labels is None or (not mapped and (names is None or labels == names)):
        return values
    listed = list(values.values()) if mapped else list(values)
    if names is not None and len(set(names)) == len(names) and sorted_alike(labels, names):
        places = {label: place for place, label in enumerate(labels)}
        return [listed[places[label]] for label in names]
    if not mapped and numbered(labels):
        return values
    carried = "carry no names" if names is None else f"are {shown(names)}"
    raise ValueError(
        f"`{name}` is labelled {shown(labels)}, but the {of} {carried}: give both the same labels, "
        "or pass its values alone where their order is right."
    )


def sorted_alike(some: Sequence[Hashable], others: Sequence[Hashable]) -> bool:
    """Tell whether two listings of distinct names hold the same ones.

    Parameters
    ----------
    some, others : sequence of hashable
        Names.

    Returns
    -------
    bool
        Whether they differ in order at most.
    """
    return len(some) == len(others) and len(set(some)) == len(some) and set(some) == set(others)


def shown(names: Iterable[Hashable], most: int = 8) -> str:
    """Return names for a sentence, the first few of many.

    Parameters
    ----------
    names : iterable of hashable
        Names.
    most : int, optional
        How many are shown. Default: 8.

    Returns
    -------
    str
        As "('a', 'b')".
    """
    listed = tuple(names)
    if len(listed) <= most:
        return repr(listed)
    return f"({', '.join(map(repr, listed[:most]))}, ... {len(listed)} in all)"


def refuse_twice(names: Names, what: str) -> None:
    """Raise if two columns go by one name.

    Parameters
    ----------
    names : tuple of hashable, or None
        The names of a table's columns.
    what : str
        The argument that holds the table.

    Raises
    ------
    ValueError
        If a name is there twice.
    """
    seen: set[Hashable] = set()
    for name in names or ():
        if name in seen:
            raise ValueError(
                f"`{what}` has two columns named {name!r}: rename one, since it is not clear which "
                "is meant."
            )
        seen.add(name)
