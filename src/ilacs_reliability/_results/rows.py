"""Records as rows: in the dataframe library of whoever asks, or in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, get_args

from ilacs_reliability._checks.arguments import check_option

Library: TypeAlias = Literal["pandas", "polars", "pyarrow"]
LIBRARIES: tuple[str, ...] = get_args(Library)
Rows: TypeAlias = Sequence[Mapping[str, Any]]


def rows_of(record: Any) -> Rows:
    """Return a record as rows: those it has, else its one row, else its plain fields.

    Parameters
    ----------
    record : Record
        Any.

    Returns
    -------
    sequence of mapping
        One mapping of column to cell for each row.
    """
    rows = getattr(record, "rows", None)
    if callable(rows):
        rows = rows()
    if isinstance(rows, (list, tuple)) and all(isinstance(row, Mapping) for row in rows):
        return rows
    return _studies(record.row() if hasattr(record, "row") else record.to_dict())


def frame_of(rows: Rows, library: Library) -> Any:
    """Return rows as a dataframe of that library.

    Parameters
    ----------
    rows : sequence of mapping
        One mapping of column to cell for each row.
    library : {"pandas", "polars", "pyarrow"}
        Which dataframe is wanted.

    Returns
    -------
    DataFrame or Table
        A column for each key in order of first sight; lists are joined by "; ", and what is
        undefined is missing.
    """
    check_option(library, LIBRARIES, "library")
    try:
        import narwhals as nw
    except ImportError:
        raise ImportError(
            "to_frame() needs narwhals: install 'ilacs-reliability[frames]'."
        ) from None
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: [_cell(row.get(name)) for row in rows] for name in names}
    return nw.from_dict(columns, backend=library).to_native()


def markdown_of(rows: Rows, write: Any) -> str:
    """Return rows as a table in Markdown.

    Parameters
    ----------
    rows : sequence of mapping
        One mapping of column to cell for each row.
    write : callable
        How a cell is written.

    Returns
    -------
    str
        A table; a column without any value is left out, and what is undefined is empty.
    """
    names = dict.fromkeys(name for row in rows for name in row)
    written = {name: [_bar(write(_known(row.get(name)))) for row in rows] for name in names}
    kept = {name: cells for name, cells in written.items() if any(cells)}
    lines = [
        list(map(str, kept)),
        ["---"] * len(kept),
        *map(list, zip(*kept.values(), strict=True)),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _studies(row: Mapping[str, Any]) -> Rows:
    """Return a row for each study of a batch, the one row of a single study."""
    n_studies = _size(row.get("value", row.get("p_value")))
    if n_studies is None:
        return [row]
    return [
        {"study": study}
        | {
            name: _leaves(cell)[study] if _size(cell) == n_studies else cell
            for name, cell in row.items()
        }
        for study in range(n_studies)
    ]


def _size(cell: Any) -> int | None:
    return len(_leaves(cell)) if hasattr(cell, "ravel") or isinstance(cell, list) else None


def _leaves(cell: Any) -> list[Any]:
    if hasattr(cell, "ravel"):
        cell = cell.ravel().tolist()
    return [leaf for part in cell for leaf in (_leaves(part) if isinstance(part, list) else [part])]


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and value != value else value


def _cell(value: Any) -> Any:
    value = _known(value)
    if isinstance(value, (list, tuple)):
        return "; ".join(map(str, value))
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _bar(text: str) -> str:
    return text.replace("\n", " ").replace("|", "\\|")
