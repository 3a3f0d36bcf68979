"""What a table carries besides its numbers: names of rows and columns, a mask, and its limits."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from ilacs_reliability._checks.names import Names, column_names, numbered, row_names, shown
from ilacs_reliability._data.scales import (
    Counts,
    IntArray,
    Scale,
    declared_missing,
    how_to_accept,
    missing_note,
    read_label,
)
from ilacs_reliability._data.wrong_doors import refuse_record

# the largest whole number below which a float holds every other one
LARGEST_WHOLE = 2**53
Codes: TypeAlias = tuple[int, ...] | None


class Axes(NamedTuple):
    """What the rows and columns of a table of counts are called, and the grades these names are.

    The grades are None where an axis is in the order of the scale; else each is its index there,
    -1 where the name means that no grade was given.
    """

    rows: Codes
    columns: Codes
    row_names: Names
    column_names: Names


NAMELESS = Axes(None, None, None, None)


def refuse_mask(thing: object, name: str, *, fill: str = "") -> None:
    """Raise if a masked array is given, whose mask would be lost, rows not yet read, or a record.

    Parameters
    ----------
    thing : object
        What was given.
    name : str
        The argument's name.
    fill : str, optional
        What stands for a missing entry, where one may be missing.

    Raises
    ------
    TypeError
        If it is a masked array, or a list of them, a lazy frame, or a record of other data.
    """
    if type(thing) is np.ndarray:
        return
    refuse_record(thing, name)
    # asked of the type: to name its columns a lazy frame would have to be resolved
    lazy = hasattr(type(thing), "columns") and not hasattr(type(thing), "__array__")
    if lazy and not hasattr(thing, "counts"):
        raise TypeError(
            f"`{name}` is a {type(thing).__name__}, whose rows are not in memory: collect it, or "
            "let its engine count, as by `ratings_from_wide`, `ratings_from_frame`, "
            "`transitions_from_frame` or `grades_from_frame`."
        )
    parts: Sequence[object] = (thing,)
    if isinstance(thing, (list, tuple)):
        parts = thing if thing and isinstance(thing[0], np.ndarray) else ()
    if any(isinstance(part, np.ma.MaskedArray) for part in parts):
        hint = f"fill it with {fill}" if fill else "no entry may be missing here, so leave it out"
        raise TypeError(f"`{name}` is a masked array, whose mask would be lost: {hint}.")


def check_grades(
    table: object, scale: Scale | None, *, name: str, door: str, rows: bool = True
) -> Axes:
    """Raise where a table has names for its rows or columns that are not the grades in order.

    Parameters
    ----------
    table : array_like
        Counts; a dataframe, or a list of series, has names. Names 0, 1, 2 and so on are none.
    scale : Scale or None
        The grades, worst first; None stands for 1 to `n_grades`.
    name : str
        The argument's name.
    door : str
        The function that takes a scale, for an error.
    rows : bool, optional
        Whether rows are grades too. Default: true.

    Returns
    -------
    Axes
        Where rows and columns stand for no grade, as the scale declares or their name is missing.

    Raises
    ------
    TypeError
        As from `refuse_mask`.
    ValueError
        If the names are not the scale's grades in their order, beside those that mean no grade, or
        several dataframes differ in their columns.
    """
    if type(table) is np.ndarray:
        return NAMELESS
    refuse_mask(table, name)
    down = row_names(table) if rows else None
    first = _check_names(down, scale, f"rows of `{name}`", "index", door)
    which, across, second = f"columns of `{name}`", None, None
    for place, part in enumerate(_labelled_parts(table)):
        names = column_names(part) or row_names(part)
        codes = _check_names(names, scale, which, "columns", door)
        if place and codes != second:
            raise ValueError(
                f"the {which} must be alike in all its parts, but they are {across} at first and "
                f"{names} at {place}: give each the same columns in the same order."
            )
        across, second = names, codes
    return Axes(first, second, down, across)


def by_grade(counts: IntArray, axes: Axes, n_grades: int) -> IntArray:
    """Put counts under the grades of a scale, and at the end those of no grade.

    Parameters
    ----------
    counts : ndarray of int, shape (..., n_rows, n_columns)
        Units or ratings.
    axes : Axes
        As from `check_grades`.
    n_grades : int
        Grades of the scale.

    Returns
    -------
    ndarray of int, shape (..., n_grades + 1, n_grades + 1)
        The counts; an axis without codes is as it was.
    """
    for axis, codes in ((-2, axes.rows), (-1, axes.columns)):
        if codes is not None:
            places = np.moveaxis(counts, axis, 0)
            summed = np.zeros((n_grades + 1, *places.shape[1:]), dtype=np.int64)
            np.add.at(summed, np.array(codes), places)
            counts = np.moveaxis(summed, 0, axis)
    return counts


def none_note(counts: IntArray, axes: Axes, scale: Scale, thing: str) -> tuple[str, ...]:
    """Say how often rows and columns hold what the scale declares to mean no grade.

    Parameters
    ----------
    counts : ndarray of int, shape (..., n_rows, n_columns)
        Units or ratings.
    axes : Axes
        As from `check_grades`.
    scale : Scale
        The grades.
    thing : str
        What is counted, in the singular.

    Returns
    -------
    tuple of str
        One note, or none.
    """
    found: Counts = {}
    for axis, codes, names in (
        (-2, axes.rows, axes.row_names),
        (-1, axes.columns, axes.column_names),
    ):
        if codes is not None and names is not None:
            held = np.moveaxis(counts, axis, 0).reshape(len(names), -1).sum(axis=1).tolist()
            for code, n in declared_missing(names, held, scale).items():
                found[code] = found.get(code, 0) + n
    return missing_note(found, thing)


def group_names(table: object) -> Names:
    """Return what a table calls its rows.

    Parameters
    ----------
    table : array_like
        A table; of a list of dataframes, the first one counts.

    Returns
    -------
    tuple of hashable, or None
        The names; None where rows have none but their numbers.
    """
    parts = [part for part in _labelled_parts(table) if column_names(part) is not None]
    names = row_names(parts[0]) if parts else None
    return None if names is None or numbered(names) else names


def axis_names(table: object) -> Names:
    """Return what a cross-table calls its rows and its columns, as by `pandas.crosstab`.

    Parameters
    ----------
    table : object
        Anything; arrays, and dataframes of most libraries, have no such names.

    Returns
    -------
    tuple of two hashable, or None
        The two names; None where one is missing, they are the same, or pandas made them up.
    """
    names = tuple(
        getattr(getattr(table, axis, None), "name", None) for axis in ("index", "columns")
    )
    given = names[0] != names[1] and names != ("row_0", "col_0") and None not in names
    return names if given else None


def refuse_undeclared(names: Names, which: str, instead: str) -> None:
    """Raise where names stand in an order that nobody declared; 0, 1, 2 and 1, 2, 3 are numbers.

    Parameters
    ----------
    names : tuple of hashable, or None
        What the rows or columns of a table are called.
    which : str
        Which these are, as "columns of `table`".
    instead : str
        What to do instead.

    Raises
    ------
    ValueError
        If the names are anything but numbers of places.
    """
    if not names or numbered(names):
        return
    wanted = Scale(range(1, len(names) + 1))
    if [read_label(name, wanted) for name in names] != list(range(len(names))):
        raise ValueError(
            f"the {which} are {shown(names)}, an order that nobody declared: {instead}."
        )


def _labelled_parts(table: object) -> Iterator[object]:
    """Yield a dataframe itself, or each dataframe or series of a list."""
    parts = table if isinstance(table, list | tuple) else (table,)
    for part in parts:
        if isinstance(part, list | tuple | np.ndarray):
            return
        yield part


def _check_names(names: Names, scale: Scale | None, which: str, axis: str, door: str) -> Codes:
    """Return the grade of each name where one of them means that there is none."""
    if scale is None:
        declare = f"declare the scale, worst first, as in `{door}(..., scale=Scale([...]))`"
        refuse_undeclared(names, which, declare)
        return None
    # 0, 1, 2 number the rows, unless these are the grades
    if not names or (numbered(names) and not _are_grades(names, scale)):
        return None
    codes = [read_label(name, scale) for name in names]
    graded = [code for code in codes if code != -1]
    if graded == list(range(len(scale))):
        return tuple(code for code in codes if code is not None) if -1 in codes else None
    declared = scale.labels
    got = f"the {which} must be the grades {declared} in this order, but got {names}"
    if None in codes:
        other = names[codes.index(None)]
        raise ValueError(f"{got}: {other!r} is not one of them{how_to_accept(other, scale)}.")
    given = dict(zip(codes, names, strict=True))
    order = [given.get(code, label) for code, label in enumerate(declared)]
    order += [name for code, name in zip(codes, names, strict=True) if code == -1]
    raise ValueError(
        f"{got}: put them in order first, as in `.reindex({axis}={order}, fill_value=0)`."
    )


def _are_grades(names: tuple[Hashable, ...], scale: Scale) -> bool:
    codes = {read_label(name, scale) for name in names}
    return codes - {-1} == set(range(len(scale))) and None not in codes
