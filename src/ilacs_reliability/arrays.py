"""What a table carries besides its numbers: names of rows and columns, a mask, and its limits."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

import numpy as np

from ilacs_reliability.names import Names, column_names, numbered, row_names
from ilacs_reliability.scales import Scale

# the largest whole number below which a float holds every other one
LARGEST_WHOLE = 2**53


def refuse_mask(thing: object, name: str, *, fill: str = "") -> None:
    """Raise if a masked array is given, whose mask would be lost, or rows not yet read.

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
        If it is a masked array, or a list of them, or a lazy frame.
    """
    if type(thing) is np.ndarray:
        return
    # asked of the type: to name its columns a lazy frame would have to be resolved
    if hasattr(type(thing), "columns") and not hasattr(type(thing), "__array__"):
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
) -> None:
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

    Raises
    ------
    TypeError
        As from `refuse_mask`.
    ValueError
        If the names are not the scale's grades in their order.
    """
    refuse_mask(table, name)
    if rows:
        names = row_names(table)
        _check_names(names, scale, f"rows of `{name}`", "index", door)
    for part in _labelled_parts(table):
        _check_names(
            column_names(part) or row_names(part), scale, f"columns of `{name}`", "columns", door
        )


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
    parts = [part for part in _labelled_parts(table) if hasattr(part, "columns")]
    names = row_names(parts[0]) if parts else None
    return None if names is None or numbered(names) else names


def _labelled_parts(table: object) -> Iterator[object]:
    """Yield a dataframe itself, or each dataframe or series of a list."""
    parts = table if isinstance(table, list | tuple) else (table,)
    for part in parts:
        if isinstance(part, list | tuple | np.ndarray):
            return
        yield part


def _check_names(
    names: tuple[Hashable, ...] | None, scale: Scale | None, which: str, axis: str, door: str
) -> None:
    declared = () if scale is None else scale.labels
    # 0, 1, 2 number the rows, unless these are the grades
    if not names or (numbered(names) and set(names) != set(declared)):
        return
    wanted = Scale(range(1, len(names) + 1)) if scale is None else scale
    codes = [_code(name, wanted) for name in names]
    if codes == list(range(len(wanted))):
        return
    if scale is None:
        raise ValueError(
            f"the {which} are {names}, an order that nobody declared: declare the scale, worst "
            f"first, as in `{door}(..., scale=Scale([...]))`."
        )
    got = f"the {which} must be the grades {declared} in this order, but got {names}"
    if -1 in codes:
        raise ValueError(f"{got}: {names[codes.index(-1)]!r} is not one of them.")
    given = dict(zip(codes, names, strict=True))
    order = [given.get(code, label) for code, label in enumerate(declared)]
    raise ValueError(
        f"{got}: put them in order first, as in `.reindex({axis}={order}, fill_value=0)`."
    )


def _code(name: Hashable, scale: Scale) -> int:
    try:
        return scale.code(name)
    except ValueError:
        return -1
