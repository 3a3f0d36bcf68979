"""Tables of text from files that office programs and other tools write."""

from __future__ import annotations

import csv
import datetime
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ilacs_reliability._results.wording import counted, listed
from ilacs_reliability.commands.output import SeveralProblems

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
WORKBOOKS = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
LARGEST = 200_000_000
"""Bytes of the largest file of text that is read; a larger one belongs in Parquet."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file, every cell as stripped text, "" where it is empty.

    `lines` are those of the rows as a spreadsheet or an editor counts them; `assumed` says in words
    what was taken for granted.
    """

    file: str
    sheet: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    assumed: tuple[str, ...]

    def place(self, row: int, column: int | None = None) -> str:
        """Return where a cell stands, for a message."""
        parts = [self.file, self.sheet and f"sheet {self.sheet!r}", f"line {self.lines[row]}"]
        if column is not None:
            parts.append(f"column {self.header[column]!r}")
        return ", ".join(filter(None, parts))

    def column(self, number: int) -> list[str]:
        """Return the cells of one column."""
        return [row[number] for row in self.rows]


Lines = Iterable[tuple[int, Sequence[Any]]]


def read_sheet(
    path: Path, *, sheet: str | None = None, separator: str | None = None, encoding: str = ""
) -> Sheet:
    """Read the table of a file.

    Parameters
    ----------
    path : Path
        A file of text, a workbook or a Parquet file, told apart by its ending.
    sheet : str, optional
        The sheet of a workbook. Default: the first.
    separator : str, optional
        What stands between the cells of a text. Default: what divides its lines alike.
    encoding : str, optional
        Of a text. Default: UTF-8, else Windows-1252.

    Returns
    -------
    Sheet
        The table.

    Raises
    ------
    ValueError
        If the file is empty, or cannot be read as what it seems to be; all that is wrong with its
        shape is said at once.
    """
    suffix = path.suffix.lower()
    if suffix in WORKBOOKS:
        name, lines, assumed = _workbook(path, sheet)
    elif suffix in {".parquet", ".pq"}:
        name, lines, assumed = "", _parquet(path), []
    else:
        name, (lines, assumed) = "", _text(path, separator, encoding)
    return _sheet(path.name, name, lines, assumed)


def _text(path: Path, separator: str | None, encoding: str) -> tuple[Lines, list[str]]:
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name} has more than {LARGEST:,} bytes: make it a Parquet file.")
    text, assumed = _decoded(path.read_bytes(), path.name, encoding)
    mark = separator or _separator(text)
    if not separator and mark != ",":
        assumed.append(f"cells are separated by {SEPARATORS[mark]}")
    return list(_cells(text, mark, path.name)), assumed


def _decoded(content: bytes, name: str, encoding: str) -> tuple[str, list[str]]:
    if encoding:
        try:
            return content.decode(encoding), []
        except (UnicodeDecodeError, LookupError) as error:
            raise ValueError(f"{name} is not text in {encoding}: {error}.") from None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16"), ["the text is UTF-16"]
    if b"\0" in content:
        raise ValueError(f"{name} is not text: it holds zero bytes.")
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), ["the text is Windows-1252"]


def _separator(text: str) -> str:
    """Return what divides most lines into the same number of cells, of more than one."""

    def fit(mark: str) -> tuple[int, int]:
        sizes = Counter(len(cells) for _, cells in _cells(text[:20_000], mark, "") if any(cells))
        size, lines = max(sizes.items(), key=lambda item: item[::-1], default=(1, 0))
        return (lines, size) if size > 1 else (0, 0)

    return max(SEPARATORS, key=fit)


def _cells(text: str, mark: str, name: str) -> Iterable[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    before = 0
    try:
        for cells in reader:
            yield before + 1, cells
            before = reader.line_num
    except csv.Error as error:
        if name:
            raise ValueError(f"{name}, line {reader.line_num}: {error}.") from None


def _workbook(path: Path, sheet: str | None) -> tuple[str, Lines, list[str]]:
    try:
        import python_calamine as calamine
    except ImportError:
        raise ValueError(
            f"{path.name} is a workbook, which python-calamine reads: install "
            "'ilacs-reliability[files]', or save the sheet as CSV."
        ) from None
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
    except calamine.CalamineError as error:
        raise ValueError(f"{path.name} is no workbook that can be read: {error}.") from None
    names = book.sheet_names
    if sheet is not None and sheet not in names:
        raise ValueError(f"{path.name} has no sheet {sheet!r}, only {listed(map(repr, names))}.")
    name = names[0] if sheet is None else sheet
    assumed = [] if sheet or len(names) == 1 else [f"the first of {len(names)} sheets, {name!r}"]
    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return name, list(enumerate(rows, start=1)), assumed


def _parquet(path: Path) -> Lines:
    try:
        from pyarrow import parquet
    except ImportError:
        raise ValueError(f"{path.name} is Parquet, which pyarrow reads: install pyarrow.") from None
    try:
        table = parquet.read_table(path)
    except (OSError, ValueError) as error:
        raise ValueError(f"{path.name} is no Parquet that can be read: {error}.") from None
    columns = [table.column(number).to_pylist() for number in range(table.num_columns)]
    yield 1, table.column_names
    yield from enumerate(zip(*columns, strict=True), start=2)


def written(cell: object) -> str:
    """Return a cell as a person would write it."""
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    return " ".join(str(cell).split())


def _sheet(file: str, name: str, lines: Lines, assumed: list[str]) -> Sheet:
    filled = [(line, [written(cell) for cell in cells]) for line, cells in lines]
    kept = [(line, cells) for line, cells in filled if any(cells)]
    if len(kept) < 2:
        raise ValueError(f"{file} needs a line of column names and one of data, at least.")
    last, first = kept[-1][0], kept[0][0]
    blank = sum(first < line < last and not any(cells) for line, cells in filled)
    if blank:
        assumed.append(f"{counted(blank, 'blank line')} left out")
    header = kept[0][1]
    width = max(number for number, cell in enumerate(header, start=1) if cell)
    _check_shape(file, header[:width], kept[1:], width)
    rows = tuple((*cells[:width], *[""] * (width - len(cells))) for _, cells in kept[1:])
    return Sheet(
        file, name, tuple(header[:width]), rows, tuple(line for line, _ in kept[1:]), tuple(assumed)
    )


def _check_shape(
    file: str, header: Sequence[str], rows: Sequence[tuple[int, list[str]]], width: int
) -> None:
    wrong = [
        f"{file}, line {line}: {counted(len(cells), 'cell')} under {counted(width, 'column name')}."
        for line, cells in rows
        if any(cells[width:])
    ]
    twice = [name for name, times in Counter(map(folded, header)).items() if name and times > 1]
    if twice:
        wrong.insert(0, f"{file}: more than one column is named {listed(map(repr, twice))}.")
    refuse(wrong)


def folded(name: str) -> str:
    """Return a column's name without what office programs change: case, padding, underscores."""
    return " ".join(name.replace("_", " ").casefold().split())


MOST_SHOWN = 30


def refuse(wrong: Sequence[str]) -> None:
    """Raise one error for all that is wrong, a line each, if anything is."""
    if wrong:
        more = len(wrong) - MOST_SHOWN
        tail = [f"and {counted(more, 'more problem')}"] if more > 0 else []
        raise SeveralProblems("\n".join([*wrong[:MOST_SHOWN], *tail]))
