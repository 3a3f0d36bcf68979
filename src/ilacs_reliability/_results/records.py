"""What all records share: no part to write to, equality by content, plain rows, a table."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

import numpy as np

from ilacs_reliability._checks.containers import UNCHANGING, frozen
from ilacs_reliability._results.rows import Library, frame_of, markdown_of, rows_of
from ilacs_reliability._results.wording import significant


class Record:
    """A record that nobody can write to and that equals another which holds the same."""

    __slots__ = ()

    def __post_init__(self) -> None:
        freeze(self)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        pairs = zip(self._content(), other._content(), strict=True)
        return all(same(one, another) for one, another in pairs)

    def __hash__(self) -> int:
        return hash((type(self), *map(_hashed, self._content())))

    def __reduce__(self) -> tuple[Any, ...]:
        state = {name: getattr(self, name) for name in self.__dataclass_fields__}  # type: ignore[attr-defined]
        return restored, (type(self), state)

    def to_dict(self) -> dict[str, Any]:
        """Return what the record holds as plain Python values, strict in JSON.

        Returns
        -------
        dict
            One entry a field; None for nan.
        """
        return as_dict(self)

    def to_frame(self, *, library: Library = "pandas") -> Any:
        """Return the record as rows of a dataframe.

        Parameters
        ----------
        library : {"pandas", "polars", "pyarrow"}, optional
            Whose dataframe it is. Default: "pandas".

        Returns
        -------
        DataFrame or Table
            The rows that the record shows, one for a single result and one a study of a batch,
            at full precision; what is undefined is missing, and lists are joined by "; ".

        Raises
        ------
        ImportError
            If narwhals or that library is not installed.
        """
        return frame_of(rows_of(self), library)

    def to_markdown(self) -> str:
        """Return the record as a table in Markdown.

        Returns
        -------
        str
            Rows as `to_frame` has them, numbers to four significant digits; columns without a
            value are left out.
        """
        return markdown_of(rows_of(self), lambda cell: shown(cell, "; "))

    def _content(self) -> Iterator[Any]:
        """Yield what two equal records have alike, the cheapest first; here, all fields."""
        return (getattr(self, field.name) for field in fields(self))  # type: ignore[arg-type]


def restored(kind: type[Any], state: Mapping[str, Any]) -> Any:
    """Return a record that was pickled or copied, as closed to writing as before.

    Parameters
    ----------
    kind : type
        The record's class.
    state : mapping of str to object
        Its fields.

    Returns
    -------
    Record
        An equal record.
    """
    record = object.__new__(kind)
    for name, value in state.items():
        object.__setattr__(record, name, value)
    freeze(record)
    return record


def as_dict(record: Any) -> dict[str, Any]:
    """Return what this record holds as plain Python values, strict in JSON.

    Parameters
    ----------
    record : dataclass
        Any record; private fields, functions and what it derives from the others are left out.

    Returns
    -------
    dict
        One entry a field; None for nan.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> from ilacs_reliability._results.records import as_dict
    >>> as_dict(ilr.Scale(["poor", "good"]))["scores"]
    [1.0, 2.0]
    """
    named = [(f.name, getattr(record, f.name)) for f in fields(record) if f.init]
    return {
        name: plain(value)
        for name, value in named
        if not name.startswith("_") and not callable(value)
    }


def freeze(record: Any, names: Iterable[str] | None = None) -> None:
    """Let nobody write to the arrays, lists and mappings that a record holds, however deep.

    Parameters
    ----------
    record : dataclass
        A frozen record.
    names : iterable of str, optional
        Fields that may be such. Default: all.
    """
    for name in record.__dataclass_fields__ if names is None else names:
        part = getattr(record, name)
        if type(part) not in UNCHANGING and (held := frozen(part)) is not part:
            object.__setattr__(record, name, held)


def same(one: Any, other: Any) -> bool:
    """Say whether two things hold the same, where nan is nan.

    Parameters
    ----------
    one, other : object
        Parts of records: numbers, arrays, text, tuples, lists, mappings or records.

    Returns
    -------
    bool
        Whether they do.
    """
    if one is other:
        return True
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return _same_arrays(one, other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if is_dataclass(one) and type(one) is type(other) and not isinstance(one, Record):
        return all(same(getattr(one, part.name), getattr(other, part.name)) for part in fields(one))
    return bool(one == other)


def _same_arrays(one: Any, other: Any) -> bool:
    if type(one) is not type(other) or one.shape != other.shape:
        return False
    holds_nan = one.dtype.kind in "fc" and other.dtype.kind in "fc"
    return bool(np.array_equal(one, other, equal_nan=holds_nan))


def _hashed(part: Any) -> int:
    """Return a number that equal parts have alike; large parts count by their size alone."""
    if isinstance(part, np.ndarray):
        return hash(part.shape)
    if isinstance(part, (list, tuple, Mapping)):
        return len(part)
    if callable(part) or (isinstance(part, float) and math.isnan(part)):
        return 0
    return hash(part)


def python(value: Any) -> Any:
    """Turn NumPy's numbers and arrays into Python's.

    Parameters
    ----------
    value : object
        A number, an array, a tuple or anything else.

    Returns
    -------
    object
        A number or a nested list; other things unchanged.
    """
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    return [python(item) for item in value] if isinstance(value, tuple) else value


def plain(value: Any) -> Any:
    """Turn what a record holds into what strict JSON knows.

    Parameters
    ----------
    value : object
        A number, an array, a tuple, a mapping or anything else.

    Returns
    -------
    object
        A float, int, text, list or dict at full precision; None for nan and for an infinity.
    """
    if isinstance(value, (np.ndarray, np.generic)):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return value.to_dict() if hasattr(value, "to_dict") else as_dict(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _key(key: Any) -> str:
    return key if isinstance(key, str) else str(key)


def html_table(rows: Mapping[str, Any]) -> str:
    """Show a record as a small escaped HTML table.

    Parameters
    ----------
    rows : mapping of str to object
        Names and values; numbers are shown to four significant digits.

    Returns
    -------
    str
        A table with a row for each entry; one without a value, or undefined, is left out.
    """
    lines = [
        f"<tr><th style='text-align:left'>{html.escape(heading(str(key)))}</th>"
        f"<td style='text-align:left'>{marked(shown(value, '; '))}</td></tr>"
        for key, value in rows.items()
        if not _is_empty(value)
    ]
    return f"<table>{''.join(lines)}</table>"


def rows_table(rows: Sequence[Mapping[str, Any]], columns: tuple[str, ...]) -> str:
    """Show rows as a small escaped HTML table.

    Parameters
    ----------
    rows : sequence of mapping
        The rows.
    columns : tuple of str
        Keys to show, in order; a key that a row lacks is left empty, and one without any value is
        left out.

    Returns
    -------
    str
        A table with a heading; numbers are shown to four significant digits.
    """
    kept = [one for one in columns if any(_says_something(one, row.get(one)) for row in rows)]
    head = "".join(_head(column, [row.get(column) for row in rows]) for column in kept or columns)
    cells = [[_cell(row.get(column)) for column in kept] for row in rows]
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in cells)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


# what a reader calls the keys of rows
HEADINGS = {"low": "from", "high": "to", "p_value": "p", "df": "degrees of freedom"}
# and the functions whose names stand in cells
CALLED = {
    "bangdiwala_b": "Bangdiwala's B",
    "brennan_prediger": "Brennan-Prediger",
    "clopper_pearson": "Clopper-Pearson",
    "cohen_kappa": "Cohen's kappa",
    "conger_kappa": "Conger's kappa",
    "fleiss_kappa": "Fleiss' kappa",
    "gwet_ac": "Gwet's AC",
    "icc": "ICC",
    "kendall_w": "Kendall's W",
    "krippendorff_alpha": "Krippendorff's alpha",
    "light_kappa": "Light's kappa",
    "lin_ccc": "Lin's concordance",
    "scott_pi": "Scott's pi",
}


def heading(key: str) -> str:
    """Write a key as a reader would: "standard error" of standard_error, "units" of n_units."""
    return HEADINGS.get(key) or key.removeprefix("n_").replace("_", " ")


def marked(text: str) -> str:
    """Escape a text, and write a name of the code, such as percent_agreement, as words."""
    return html.escape(called(text), quote=False)


def called(text: str) -> str:
    """Write a name of the code as words, and any other text as it is."""
    words = text.replace("_", " ") if re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)+", text) else text
    return CALLED.get(text, words)


def _says_something(column: str, value: Any) -> bool:
    """Whether a cell has a value, and one that not every result has."""
    return not _is_empty(value) and not (column == "status" and value == "ok")


def _head(column: str, values: Sequence[Any]) -> str:
    """Return the heading of a column, on the side where its numbers end."""
    side = RIGHT if any(map(_is_number, values)) else ""
    return f"<th scope='col'{side}>{html.escape(heading(str(column)))}</th>"


RIGHT = " style='text-align:right'"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def _cell(value: Any) -> str:
    if _is_empty(value):
        return "<td></td>"
    text = marked(shown(value, ", "))
    return f"<td{RIGHT if _is_number(value) else ''}>{text}</td>"


def shown(value: Any, between: str) -> str:
    """Write a value for a cell.

    Parameters
    ----------
    value : object
        A number, text, a list or None.
    between : str
        What stands between the items of a list.

    Returns
    -------
    str
        The text; "" for None.
    """
    if value is None:
        return ""
    if isinstance(value, (float, np.floating)):
        return significant(value) if math.isfinite(value) else f"{value:g}"
    if isinstance(value, np.ndarray):
        return shown(value.tolist(), between)
    if isinstance(value, (list, tuple)):
        return between.join("missing" if item is None else shown(item, between) for item in value)
    return str(value)


def _is_empty(value: Any) -> bool:
    if isinstance(value, (float, np.floating)) and math.isnan(value):
        return True
    return value is None or (isinstance(value, (str, list, tuple, dict)) and not value)
