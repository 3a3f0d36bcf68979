"""Results that are many: several estimates by name, or rows of a table."""

from __future__ import annotations

import html
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np

from ilacs_reliability.estimates import Estimate, plain


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Estimates(Mapping[Hashable, Estimate]):
    """Several estimates from the same ratings, by name.

    Attributes
    ----------
    name : str
        The function that made them.
    of : str
        What the names are, such as "grade".
    entries : mapping of hashable to Estimate
        The estimates, in order.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> by_grade = ilr.specific_agreement([[1, 1], [2, 2], [1, 2], [2, 2]])
    >>> round(by_grade[1].value, 4)
    0.6667
    >>> list(by_grade)
    [1, 2]
    """

    name: str
    of: str
    entries: Mapping[Hashable, Estimate]

    def __getitem__(self, key: Hashable) -> Estimate:
        return self.entries[key]

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def rows(self) -> list[dict[str, Any]]:
        """Return one flat row an estimate, for a dataframe of any kind.

        Returns
        -------
        list of dict
            Plain Python values at full precision, the name under `of` first.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> rows = ilr.specific_agreement([[1, 1], [2, 2], [1, 2], [2, 2]]).rows()
        >>> [(row["grade"], round(row["value"], 4)) for row in rows]
        [(1, 0.6667), (2, 0.8)]
        """
        return [{self.of: _text(key)} | entry.to_dict() for key, entry in self.items()]

    def describe(self) -> str:
        """Say each estimate in a sentence.

        Returns
        -------
        str
            Plain English.
        """
        return " ".join(entry.describe() for entry in self.values())

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{_text(key)}: {entry.value:.4f}" if np.ndim(entry.value) == 0 else f"{_text(key)}"
            for key, entry in self.items()
        )
        return f"Estimates({self.name} by {self.of}: {shown})"

    def _repr_html_(self) -> str:
        columns = (self.of, "value", "standard_error", "low", "high", "method", "reason")
        return rows_table(self.rows(), columns)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Listing(Sequence[dict[str, Any]]):
    """Rows of results, a sequence that dataframes take as it is.

    Attributes
    ----------
    name : str
        The function that made it.
    entries : tuple of dict
        The rows, each with the same keys.
    sentence : str
        What the rows say, in plain English.
    notes : tuple of str
        What a reader must know about them.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> listing = ilr.unit_agreement([[1, 1], [2, 2], [1, 2], [2, 2]])
    >>> listing.rows()[0]["agreement"], len(listing)
    (0.0, 3)
    """

    name: str
    entries: tuple[dict[str, Any], ...]
    sentence: str = ""
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows, for a dataframe of any kind.

        Returns
        -------
        list of dict
            Plain Python values at full precision.
        """
        return [dict(row) for row in self.entries]

    def column(self, name: str) -> list[Any]:
        """Return one column.

        Parameters
        ----------
        name : str
            A key of the rows.

        Returns
        -------
        list
            Its values, row by row.

        Raises
        ------
        KeyError
            If the rows have no such key.
        """
        return [row[name] for row in self.entries]

    def describe(self) -> str:
        """Say what the rows say.

        Returns
        -------
        str
            Plain English.
        """
        return " ".join(filter(None, (self.sentence, *self.notes)))

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, place: slice) -> list[dict[str, Any]]: ...

    def __getitem__(self, place: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        return self.rows()[place]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows())

    def __len__(self) -> int:
        return len(self.entries)

    def __repr__(self) -> str:
        columns = ", ".join(self.entries[0]) if self.entries else "no column"
        return f"Listing({self.name}, {len(self)} rows: {columns})"

    def _repr_html_(self) -> str:
        columns = tuple(self.entries[0]) if self.entries else ()
        below = "".join(f"<p>{html.escape(text)}</p>" for text in (self.sentence, *self.notes))
        return rows_table(self.rows(), columns) + below


def rows_table(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> str:
    """Show rows as a small escaped HTML table.

    Parameters
    ----------
    rows : list of dict
        The rows.
    columns : tuple of str
        Keys to show, in order; a key that a row lacks is left empty.

    Returns
    -------
    str
        A table with a heading; numbers are shown to four significant digits.
    """
    head = "".join(f"<th>{html.escape(column)}</th>" for column in columns)
    cells = [[html.escape(_cell(row.get(column))) for column in columns] for row in rows]
    body = "".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in cells)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join("missing" if item is None else _cell(item) for item in value)
    return str(value)


def _text(key: Hashable) -> Any:
    return " and ".join(map(str, key)) if isinstance(key, tuple) else plain(key)
