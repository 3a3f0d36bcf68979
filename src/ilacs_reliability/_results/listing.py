"""Results that are many: several estimates by name, or rows of a table."""

from __future__ import annotations

import html
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, make_dataclass
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import check_text, told
from ilacs_reliability._checks.containers import thawed
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.pictured import Pictured
from ilacs_reliability._results.records import Record, plain, python, rows_table
from ilacs_reliability._results.wording import counted, fixed


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Estimates(Record, Pictured, Mapping[Hashable, Estimate]):
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
        return [{self.of: _text(key)} | entry.row() for key, entry in self.items()]

    def to_dict(self) -> dict[str, Any]:
        """Return all estimates as plain Python values, at full precision.

        Returns
        -------
        dict
            The function's name and, under ``rows``, one row an estimate.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> by_grade = ilr.specific_agreement([[1, 1], [2, 2], [1, 2], [2, 2]])
        >>> len(by_grade.to_dict()["rows"])
        2
        """
        return {"name": self.name, "rows": [plain(row) for row in self.rows()]}

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[Any]:
        # pandas makes rows of dataclasses; of a mapping's names it makes the names alone
        return _as_array(self.rows())

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
            f"{_text(key)}: {fixed(entry.value, 4)}"
            if np.ndim(entry.value) == 0
            else f"{_text(key)}"
            for key, entry in self.items()
        )
        return f"Estimates({self.name} by {self.of}: {shown})"

    def _repr_html_(self) -> str:
        columns = (self.of, "value", "standard_error", "low", "high", "method", "reason")
        return rows_table(self.rows(), columns)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Listing(Record, Sequence[dict[str, Any]]):
    """Rows of results, a sequence that dataframes take as it is.

    Attributes
    ----------
    name : str
        The function that made it.
    entries : tuple of mapping
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
    entries: tuple[Mapping[str, Any], ...]
    sentence: str = ""
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows, for a dataframe of any kind.

        Returns
        -------
        list of dict
            Plain Python values at full precision.
        """
        return list(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the listing as plain Python values, at full precision.

        Returns
        -------
        dict
            The function's name, the rows, the sentence and the notes.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> listing = ilr.unit_agreement([[1, 1], [2, 2], [1, 2], [2, 2]])
        >>> listing.to_dict()["rows"][0]["agreement"]
        0.0
        """
        rows = [plain(row) for row in self.entries]
        return {
            "name": self.name,
            "rows": rows,
            "sentence": self.sentence,
            "notes": list(self.notes),
        }

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
        TypeError
            If the name is no text.
        KeyError
            If the rows have no such key.
        """
        check_text(name, "name")
        if self.entries and name not in self.entries[0]:
            raise KeyError(f"`name` must be one of {tuple(self.entries[0])}, but got {told(name)}.")
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
        found = self.entries[place]
        return _own(found) if isinstance(found, Mapping) else list(map(_own, found))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return map(_own, self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __repr__(self) -> str:
        columns = ", ".join(self.entries[0]) if self.entries else "no column"
        return f"Listing({self.name}, {counted(len(self), 'row')}: {columns})"

    def _repr_html_(self) -> str:
        columns = tuple(self.entries[0]) if self.entries else ()
        below = "".join(f"<p>{html.escape(text)}</p>" for text in (self.sentence, *self.notes))
        return rows_table(self.rows(), columns) + below


def _own(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row that is the caller's to write to."""
    return {name: thawed(cell) for name, cell in row.items()}


def _text(key: Hashable) -> Any:
    return " and ".join(map(str, key)) if isinstance(key, tuple) else python(key)


def _as_array(rows: list[dict[str, Any]]) -> npt.NDArray[Any]:
    """Return an array of dataclasses, each with a field for each key."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    kind = make_dataclass("Row", columns)
    array = np.empty(len(rows), dtype=object)
    array[:] = [kind(**dict.fromkeys(columns) | row) for row in rows]
    return array
