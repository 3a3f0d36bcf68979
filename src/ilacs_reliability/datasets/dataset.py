"""A small bundled table: its cells or arrays, where it comes from, and how to count in it."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import (
    check_listing,
    check_name,
    check_names,
    check_text,
    told,
)
from ilacs_reliability._checks.containers import FrozenMapping
from ilacs_reliability._results.records import Record, as_dict

Cell: TypeAlias = str | int | float | None

_SHOWN_ROWS = 20


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """What a bundled table is and where it comes from.

    Attributes
    ----------
    name : str
        The name for `load_dataset`.
    title : str
        One line that says what it is.
    description : str
        What the rows, columns and numbers mean, and what to beware of.
    source : str
        Publication, with date and place, or how the table was made.
    url : str
        Address of the source; empty where there is none.
    status : str
        How the numbers are known: "P" read in the original publication, "2" read in a
        secondary account, "D" derived by arithmetic from published numbers, "X" computed
        from the individual inspection reports; several where mixed, such as "P D".
        Empty for a table that carries no claim.
    licence : str
        What allows its use here.
    holds : tuple of str
        What the `Dataset` offers, of "columns", "counts", "ratings" and "frequencies".
    n_rows : int
        Number of rows.
    """

    name: str
    title: str
    description: str
    source: str
    url: str
    status: str
    licence: str
    holds: tuple[str, ...]
    n_rows: int

    to_dict = as_dict

    def __repr__(self) -> str:
        return f"DatasetInfo({self.name!r}, {self.n_rows} rows: {self.title})"


@dataclass(frozen=True, slots=True)
class Expected:
    """A number that somebody published or computed for a table.

    Attributes
    ----------
    value : float or tuple of float
        The number as printed; several where they belong together (an interval, a matrix
        row by row).
    tolerance : float
        Half a unit of the last printed digit, the coarsest where there are several; 0 for
        whole numbers and fractions, which are exact.
    by : str
        Who published or computed it, and on what part of the table.
    """

    value: float | tuple[float, ...]
    tolerance: float
    by: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Dataset(Record):
    """A small bundled table.

    Attributes
    ----------
    info : DatasetInfo
        What it is, where it comes from, its licence.
    columns : mapping of str to tuple
        Cells by column; None where a cell is empty. No columns for a table that is an array.
    levels : mapping of str to tuple
        Values of each column in the whole bundled table, in order of appearance, None left
        out. `where` keeps them.
    arrays : mapping of str to ndarray
        Read-only arrays by name; `counts`, `ratings` and `frequencies` give them.
    labels : tuple of str
        Grades or categories in their declared order, worst first where they are ordered.
    row_labels, column_labels : tuple of str
        What the rows and columns of `counts` or `ratings` stand for; empty where rows have
        no names.
    expected : mapping of str to mapping of str to Expected
        Numbers known for this table, by who gave them, then by name.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> women = ilr.load_dataset("stuart_vision_women")
    >>> women.counts[0]
    array([1520,  266,  124,   66])
    >>> women.expected["computed"]["cohen_kappa"].value
    0.595389
    """

    info: DatasetInfo
    columns: Mapping[str, tuple[Cell, ...]]
    levels: Mapping[str, tuple[Cell, ...]]
    arrays: Mapping[str, npt.NDArray[np.int64] | npt.NDArray[np.float64]]
    labels: tuple[str, ...]
    row_labels: tuple[str, ...]
    column_labels: tuple[str, ...]
    expected: Mapping[str, Mapping[str, Expected]]

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """Counts, shape (n_rows, n_columns); read-only.

        Raises
        ------
        AttributeError
            If this table holds something else.
        """
        return cast("npt.NDArray[np.int64]", self._array("counts"))

    @property
    def ratings(self) -> npt.NDArray[np.float64]:
        """Ratings as printed, shape (n_units, n_raters), nan where missing; read-only.

        Raises
        ------
        AttributeError
            If this table holds something else.
        """
        return cast("npt.NDArray[np.float64]", self._array("ratings"))

    @property
    def frequencies(self) -> npt.NDArray[np.int64]:
        """How often each row of `ratings` occurred, shape (n_patterns,); read-only.

        Raises
        ------
        AttributeError
            If the rows are single units.
        """
        return cast("npt.NDArray[np.int64]", self._array("frequencies"))

    @property
    def n_units(self) -> int:
        """Units that the rows of `columns` stand for: the sum of `count`, else the rows."""
        return int(self._weights().sum())

    def where(self, **conditions: Cell | Collection[Cell]) -> Self:
        """Keep the rows that meet every condition.

        Parameters
        ----------
        **conditions : value or collection of values
            Column name and the value, or values, that its cell may have. None stands for
            an empty cell.

        Returns
        -------
        Dataset
            The same table with fewer rows, possibly none.

        Raises
        ------
        ValueError
            If there is no such column, or a value occurs nowhere in the bundled column.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> inspections = ilr.load_dataset("inspections")
        >>> inspections.where(framework="ILACS", kind=["short", None]).n_units
        127
        """
        allowed = {column: self._allowed(column, value) for column, value in conditions.items()}
        kept = [
            row
            for row in range(self.info.n_rows)
            if all(self.columns[column][row] in values for column, values in allowed.items())
        ]
        columns = {name: tuple(cells[row] for row in kept) for name, cells in self.columns.items()}
        return replace(
            self,
            info=replace(self.info, n_rows=len(kept)),
            columns=FrozenMapping(columns),
        )

    def table(self, **labels: Sequence[Cell]) -> npt.NDArray[np.int64]:
        """Count units by one or more columns, in a declared order of labels.

        Parameters
        ----------
        **labels : sequence
            Column name and its labels in the order wanted; one axis for each, in the order
            given. A label that no row has is ordinary and gets zeros. None among the labels
            counts the empty cells.

        Returns
        -------
        ndarray of int, shape (n_labels of the first column, of the second, ...)
            Number of units (sum of `count` where there is one, else rows). Rows with an
            empty cell in any of the columns are left out; `missing` says how many units
            those are.

        Raises
        ------
        TypeError
            If labels are a single string, or nothing that lists values.
        ValueError
            If no column is named, there is no such column, a label stands twice, or a row
            has a value that is not among the labels (use `where` to leave rows out).

        See Also
        --------
        missing : Number of units left out.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> grades = ("inadequate", "requires improvement", "good", "outstanding")
        >>> short = ilr.load_dataset("inspections").where(kind="short", previous_overall="good")
        >>> short.table(overall=grades)
        array([ 3,  8, 45, 39])
        """
        if not labels:
            raise ValueError("`table` needs at least one column with its labels.")
        orders = [check_names(order, column) for column, order in labels.items()]
        codes = np.array(
            [self._codes(column, order) for column, order in zip(labels, orders, strict=True)],
            dtype=np.int64,
        )
        known = (codes >= 0).all(axis=0)
        counted = np.zeros([len(order) for order in orders], dtype=np.int64)
        np.add.at(counted, tuple(codes[:, known]), self._weights()[known])
        return counted

    def missing(self, *columns: str) -> int:
        """Count the units with an empty cell in any of the columns.

        Parameters
        ----------
        *columns : str
            Column names.

        Returns
        -------
        int
            Number of units that `table` leaves out over these columns.

        Raises
        ------
        ValueError
            If there is no such column.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> ilr.load_dataset("inspections").where(framework="ILACS").missing("overall")
        2
        """
        cells = [self._column(column) for column in columns]
        empty = [any(column[row] is None for column in cells) for row in range(self.info.n_rows)]
        return int(self._weights()[np.array(empty, dtype=bool)].sum())

    def _array(self, name: str) -> npt.NDArray[np.int64] | npt.NDArray[np.float64]:
        if name not in self.arrays:
            holds = " and ".join(f"`{part}`" for part in self.info.holds)
            raise AttributeError(f"{self.info.name!r} has no `{name}`; it holds {holds}.")
        return self.arrays[name]

    def _column(self, name: str) -> tuple[Cell, ...]:
        check_text(name, "columns")
        if name not in self.columns:
            raise ValueError(
                f"`columns`: {told(name)} is not a column of {self.info.name!r}, "
                f"which has {tuple(self.columns) or 'no columns'}."
            )
        return self.columns[name]

    def _weights(self) -> npt.NDArray[np.int64]:
        return np.array(self.columns.get("count", (1,) * self.info.n_rows), dtype=np.int64)

    def _allowed(self, column: str, wanted: Cell | Collection[Cell]) -> frozenset[Cell]:
        self._column(column)
        if wanted is None or isinstance(wanted, (str, int, float)):
            wanted = (wanted,)
        # where one of several values is enough, their order does not matter
        listed = list(wanted) if isinstance(wanted, (set, frozenset)) else wanted
        listed = check_listing(listed, column, of="values")
        for place, value in enumerate(listed):
            check_name(value, column, str(place))
        values = frozenset(listed)
        unknown = sorted(values - {*self.levels[column], None}, key=told)
        if unknown:
            raise ValueError(
                f"`{column}` is never {told(unknown[0])} in {self.info.name!r}; "
                f"it has {self.levels[column]}."
            )
        return values

    def _codes(self, column: str, labels: Sequence[Hashable]) -> list[int]:
        codes = {label: code for code, label in enumerate(labels)}
        codes.setdefault(None, -1)
        cells = self._column(column)
        for row, cell in enumerate(cells):
            if cell not in codes:
                raise ValueError(
                    f"`{column}` holds {cell!r} at row {row}, which is not in {tuple(labels)}; "
                    "leave rows out with `where` first."
                )
        return [codes[cell] for cell in cells]

    def _shown(self) -> tuple[Sequence[str], list[Sequence[Cell]]]:
        if self.columns:
            return tuple(self.columns), list(zip(*self.columns.values(), strict=True))
        array = self.arrays.get("counts", self.arrays.get("ratings"))
        rows: list[list[Cell]] = [] if array is None else array.tolist()
        names = self.row_labels or [""] * len(rows)
        return ("", *self.column_labels), [(n, *row) for n, row in zip(names, rows, strict=True)]

    def __repr__(self) -> str:
        return f"Dataset({self.info.name!r}, {self.info.n_rows} rows: {self.info.title})"

    def _repr_html_(self) -> str:
        from html import escape

        head, rows = self._shown()
        body = "".join(_html_row("td", row) for row in rows[:_SHOWN_ROWS])
        more = len(rows) - _SHOWN_ROWS
        rest = f" {more} further rows." if more > 0 else ""
        return (
            f"<table><caption>{escape(self.info.title)}</caption>"
            f"<thead>{_html_row('th', head)}</thead><tbody>{body}</tbody></table>"
            f"<p>Source: {escape(self.info.source.rstrip('.'))}.{rest}</p>"
        )


def _html_row(tag: str, cells: Sequence[Cell]) -> str:
    from html import escape

    texts = ("" if cell is None or cell != cell else str(cell) for cell in cells)
    return "<tr>" + "".join(f"<{tag}>{escape(text)}</{tag}>" for text in texts) + "</tr>"
