"""What a publication allows: every table of counts behind the figures that were printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import (
    check_function,
    check_listing,
    check_number,
    check_option,
    told,
)
from ilacs_reliability._checks.names import by_label, column_names, row_names
from ilacs_reliability._data.labelled import in_grade_order
from ilacs_reliability._data.ratings import Ratings, ratings_from_table
from ilacs_reliability._data.scales import Scale
from ilacs_reliability._data.tables import transitions_from_table
from ilacs_reliability._results.estimates import IntArray
from ilacs_reliability._results.records import Record, html_table
from ilacs_reliability._results.wording import counted, whole
from ilacs_reliability.claims.enumeration import tables_within
from ilacs_reliability.claims.figures import (
    ROUNDINGS,
    Bound,
    Rounding,
    bounds_of,
    read_figure,
)

Kind: TypeAlias = Literal["ratings", "repeats", "transitions", "counts"]
KINDS = ("ratings", "repeats", "transitions", "counts")
Figures: TypeAlias = Mapping[str, Any] | Sequence[tuple[Any, ...]]
# studies computed in one call
BLOCK = 2**16


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class AllowedTables(Record):
    """Every table that the published figures allow.

    Attributes
    ----------
    counts : ndarray of int, shape (n_tables, n_rows, n_columns)
        The tables; of ratings, rows are the first rater's grade, of repeats and transitions the
        grade before.
    kind : {"ratings", "repeats", "transitions", "counts"}
        What the tables count.
    scale : Scale or None
        The grades, worst first; None for plain counts.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> scale = ilr.Scale(["converts", "stays good"])
    >>> tables = ilr.tables_consistent_with(24, scale=scale, figures={"same": "92%"})
    >>> len(tables)
    69
    """

    counts: IntArray
    kind: Kind
    scale: Scale | None

    def __len__(self) -> int:
        return len(self.counts)

    def studies(self, start: int = 0, stop: int | None = None) -> Ratings:
        """Return tables of two ratings of each unit as one batch of studies.

        Parameters
        ----------
        start, stop : int, optional
            The first table, and the one after the last. Default: all.

        Returns
        -------
        Ratings
            With ``frequencies`` of shape (n_tables, n_patterns).

        Raises
        ------
        ValueError
            If the tables are not square over a scale.
        """
        if self.scale is None:
            raise ValueError("`tables` of plain counts have no scale, so they are no ratings.")
        every = ratings_from_table(
            np.ones((len(self.scale),) * 2, dtype=np.int64),
            scale=self.scale,
            design="simultaneous" if self.kind == "ratings" else "repeat",
        )
        cells = self.counts[start:stop].reshape(-1, len(self.scale) ** 2)
        return every.with_frequencies(cells)

    def study(self, place: int) -> Any:
        """Return one table as the coefficients and tests take it.

        Parameters
        ----------
        place : int
            Which.

        Returns
        -------
        Ratings, Transitions or ndarray
            As `kind` says.
        """
        table = self.counts[place]
        if self.scale is None:
            return table
        if self.kind == "transitions":
            return transitions_from_table(table, scale=self.scale)
        design: Any = "simultaneous" if self.kind == "ratings" else "repeat"
        return ratings_from_table(table, scale=self.scale, design=design)

    def describe(self) -> str:
        """Say in a sentence how many tables there are.

        Returns
        -------
        str
            Plain English.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> print(ilr.tables_consistent_with(9, kind="counts", cells=[["50%", None]]).describe())
        No table has the published figures: they contradict one another, or were rounded otherwise.
        """
        if not len(self):
            return (
                "No table has the published figures: they contradict one another, or were rounded "
                "otherwise."
            )
        units = sorted({int(total) for total in self.counts.sum(axis=(1, 2))})
        sizes = whole(units[0]) if len(units) == 1 else f"{whole(units[0])} to {whole(units[-1])}"
        has = "has" if len(self) == 1 else "have"
        noun = "unit" if units == [1] else "units"
        return f"{counted(len(self), 'table')} of {sizes} {noun} {has} the published figures."

    def __repr__(self) -> str:
        shape = " x ".join(map(str, self.counts.shape[1:]))
        return f"AllowedTables({counted(len(self), 'table')} of {shape} {self.kind})"

    def _repr_html_(self) -> str:
        return html_table({"tables": len(self), "kind": self.kind, "says": self.describe()})


def tables_consistent_with(
    n_units: int | tuple[int, int],
    *,
    scale: Scale | None = None,
    rows: Sequence[Any] | None = None,
    columns: Sequence[Any] | None = None,
    cells: Sequence[Sequence[Any]] | None = None,
    figures: Figures = (),
    coefficients: Iterable[tuple[Callable[[Ratings], Any], tuple[float, float]]] = (),
    rounding: Rounding = "half",
    kind: Kind = "ratings",
) -> AllowedTables:
    """List every table of counts that the published figures allow.

    A figure is a count, a share as it was printed ("92%" is anything that rounds to it, "92.0%" is
    less), a pair of counts ``(low, high)``, or None where nothing was published.

    Parameters
    ----------
    n_units : int or tuple of int
        Units in the table, or the least and the most there may be.
    scale : Scale, optional
        The grades of rows and columns, worst first. Only plain counts need none.
    rows, columns : sequence, optional
        The margins: a figure for each row or column, a share being one of all units. Labels of a
        series, or of a dataframe of cells, are put in the order of the scale.
    cells : sequence of sequences, optional
        A figure for each cell, a share being one of all units. Plain counts take their shape from
        here, else from the margins.
    figures : mapping, or sequence of tuple, optional
        Figures of several cells together: ``(region, figure)`` or ``(region, figure, base)``, or
        a mapping of regions to figures. A region is "same", "different", "up" (the column is the
        better grade), "down" or "within one" (at most one grade apart), or an array of bool, shape
        (n_rows, n_columns). `base` is the region of whose units a share was taken. Default: all.
    coefficients : iterable of (callable, (low, high)), optional
        Functions of `Ratings` that were published too, with the least and the greatest value that
        rounds to what was printed.
    rounding : {"half", "down", "up", "any"}, optional
        How shares were rounded: to the nearest (an exact half either way), down, up, or by some
        rule that moved them by less than a unit of their last digit. Default: "half".
    kind : {"ratings", "repeats", "transitions", "counts"}, optional
        What the tables count: two ratings of each unit at the same time or of different dates,
        grades before and after, or plain counts of any shape. Default: "ratings".

    Returns
    -------
    AllowedTables
        All of them, in the order of their cells; none where the figures contradict one another.

    Raises
    ------
    TypeError
        If a figure is of another kind, or `scale` is missing or no `Scale`.
    ValueError
        If a figure, region or option is unknown, a shape does not fit, or the tables are too many
        to go through (some 10 million cells).

    See Also
    --------
    identified_range : What a coefficient, test or verdict can be over these tables.

    Notes
    -----
    Each figure bounds a sum of cells, or a sum less a share of another, by whole numbers. Tables
    are built a cell at a time, all partial ones at once, leaving out what no later cell can mend;
    nothing is sampled. That no count rounds to a printed share is how errors in published means
    are found [1]_.

    References
    ----------
    .. [1] N. J. L. Brown and J. A. J. Heathers, "The GRIM test: a simple technique detects
           numerous anomalies in the reporting of results in psychology", Social Psychological and
           Personality Science 8 (2017), 363-369.

    Examples
    --------
    Of 34 councils 56% improved, 35% kept their grade and three fell; only one table says so:

    >>> import ilacs_reliability as ilr
    >>> tables = ilr.tables_consistent_with(34, kind="counts", cells=[["56%", "35%", 3]])
    >>> tables.counts.tolist()
    [[[19, 12, 3]]]
    """
    check_option(kind, KINDS, "kind")
    check_option(rounding, ROUNDINGS, "rounding")
    rows, columns, cells = _in_order(rows, columns, cells, scale)
    rows, columns = _listed(rows, "rows"), _listed(columns, "columns")
    if (listed := _listed(cells, "cells")) is not None:
        cells = [_listed(row, "cells") or [] for row in listed]
    shape = _shape(scale, kind, rows, columns, cells)
    least, most = _units(n_units)
    every = np.ones(shape, dtype=bool)
    said = _margins(rows, columns, cells, shape) + _regions(figures, shape, kind, scale)
    bounds = [Bound(every.ravel().astype(np.int64), least, most)]
    known = {every.tobytes(): least} if least == most else {}
    known |= {
        region.tobytes(): read[0]
        for region, read, _ in said
        if isinstance(read, tuple) and read[0] == read[1]
    }
    for region, read, base in said:
        n_base = known.get(base.tobytes())
        bounds += bounds_of(read, region.ravel(), base.ravel(), n_base, rounding)
    tables = tables_within(bounds, most).reshape(-1, *shape)
    found = AllowedTables(counts=tables, kind=kind, scale=scale)
    pairs = check_listing(coefficients, "coefficients", of="pairs of a function and its limits")
    for pair in pairs:
        found = _with_coefficient(found, pair)
    return found


Said: TypeAlias = tuple[npt.NDArray[np.bool_], Any, npt.NDArray[np.bool_]]


def _in_order(rows: Any, columns: Any, cells: Any, scale: Any) -> tuple[Any, Any, Any]:
    """Put figures that carry labels in the order of the scale, or of the labelled cells."""
    if isinstance(scale, Scale):
        named = (("rows", rows), ("columns", columns), ("cells", cells))
        found = [in_grade_order(given, scale, name) for name, given in named]
        return found[0], found[1], found[2]
    down, across = row_names(cells), column_names(cells)
    if cells is not None:
        rows = by_label(rows, down, name="rows", of="rows of `cells`")
        columns = by_label(columns, across, name="columns", of="columns of `cells`")
    return rows, columns, cells if across is None else np.asarray(cells, dtype=object)


def _listed(figures: Any, name: str) -> list[Any] | None:
    if figures is None:
        return None
    return check_listing(figures, name, of="figures")


def _shape(scale: Any, kind: str, rows: Any, columns: Any, cells: Any) -> tuple[int, int]:
    if kind != "counts":
        if not isinstance(scale, Scale):
            raise TypeError(f"`scale` must be a Scale for {kind}, but got {told(scale)}.")
        return len(scale), len(scale)
    if scale is not None:
        raise ValueError("`scale` is of ratings, repeats or transitions: plain counts have none.")
    if cells is not None:
        widths = {len(row) for row in cells}
        if len(widths) != 1 or 0 in widths:
            raise ValueError(f"`cells` must be rows of one length, but got {sorted(widths)}.")
        return len(cells), widths.pop()
    if rows is None or columns is None:
        raise ValueError("`cells`, or `rows` and `columns`, must say how large the table is.")
    if not (rows and columns):
        raise ValueError("`rows` and `columns` must each hold a figure at least.")
    return len(rows), len(columns)


def _units(n_units: Any) -> tuple[int, int]:
    read = read_figure(n_units, "n_units")
    if not isinstance(read, tuple) or read[1] < 1:
        raise ValueError(f"`n_units` must be a count of 1 or more, but got {told(n_units)}.")
    return read


def _margins(rows: Any, columns: Any, cells: Any, shape: tuple[int, int]) -> list[Said]:
    every = np.ones(shape, dtype=bool)
    places = np.indices(shape)
    said = []
    for name, given, axis in (("rows", rows, 0), ("columns", columns, 1)):
        if given is None:
            continue
        if len(given) != shape[axis]:
            raise ValueError(f"`{name}` must hold {shape[axis]} figures, but got {len(given)}.")
        for place, figure in enumerate(given):
            said.append((places[axis] == place, read_figure(figure, f"{name}[{place}]"), every))
    if cells is not None:
        if (len(cells), *{len(row) for row in cells}) != shape:
            raise ValueError(f"`cells` must have shape {shape}.")
        for row, column in np.ndindex(shape):
            region = (places[0] == row) & (places[1] == column)
            read = read_figure(cells[row][column], f"cells[{row}][{column}]")
            said.append((region, read, every))
    return said


def _regions(
    figures: Figures, shape: tuple[int, int], kind: str, scale: Scale | None
) -> list[Said]:
    if isinstance(figures, Mapping):
        pairs = list(figures.items())
    else:
        pairs = check_listing(figures, "figures", of="regions with their figures")
    every = np.ones(shape, dtype=bool)
    said = []
    for place, entry in enumerate(pairs):
        if not isinstance(entry, tuple) or len(entry) not in (2, 3):
            raise TypeError(
                "`figures` must hold pairs of a region and its figure, or these with a base, but "
                f"holds {told(entry)} at {place}."
            )
        base = _region(entry[2], shape, kind, scale) if len(entry) == 3 else every
        read = read_figure(entry[1], f"figures[{place}]")
        said.append((_region(entry[0], shape, kind, scale), read, base))
    return said


def _region(
    region: Any, shape: tuple[int, int], kind: str, scale: Scale | None
) -> npt.NDArray[np.bool_]:
    if isinstance(region, str):
        if kind == "counts":
            raise ValueError(f"`figures` of plain counts need regions of bool, not {region!r}.")
        row, column = np.indices(shape)
        named: dict[str, npt.NDArray[np.bool_]] = {
            "same": row == column,
            "different": row != column,
            "up": column > row,
            "down": column < row,
            "within one": abs(row - column) <= 1,
        }
        check_option(region, tuple(named), "figures")
        return named[region]
    mask = np.asarray(in_grade_order(region, scale, "figures"))
    if mask.dtype != np.bool_ or mask.shape != shape:
        raise ValueError(
            f"`figures` must name regions or hold arrays of bool of shape {shape}, but got "
            f"{told(region)}."
        )
    return mask


def _with_coefficient(tables: AllowedTables, pair: Any) -> AllowedTables:
    """Keep the tables whose coefficient lies within limits."""
    try:
        function, (low, high) = pair
    except (TypeError, ValueError):
        raise TypeError(
            "`coefficients` must hold pairs of a function and its limits, such as "
            f"(cohen_kappa, (0.55, 0.65)), but holds {told(pair)}."
        ) from None
    check_function(function, "coefficients")
    if tables.scale is None:
        raise ValueError("`coefficients` are of ratings, not of plain counts.")
    low, high = check_number(low, "coefficients"), check_number(high, "coefficients")
    values = values_of(function, tables)
    kept = (values >= low) & (values <= high)
    return AllowedTables(counts=tables.counts[kept], kind=tables.kind, scale=tables.scale)


def values_of(function: Callable[..., Any], tables: AllowedTables) -> npt.NDArray[np.float64]:
    """Return a coefficient of ratings of each table, shape (n_tables,)."""
    starts = range(0, len(tables), BLOCK)
    values = [function(tables.studies(start, start + BLOCK)).value for start in starts]
    return np.concatenate([np.zeros(0), *values])
