"""Tables of text from files that office programs and other tools write."""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from ilacs_reliability._checks.problems import refuse
from ilacs_reliability._results.wording import counted, listed
from ilacs_reliability.commands.naming import content_of, name_of

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

    def place(self, row: int | None, column: int | None = None) -> str:
        """Return where a cell, a line or a column stands, for a message."""
        parts = [self.file, self.sheet and f"sheet {self.sheet!r}"]
        if row is not None:
            parts.append(f"line {self.lines[row]}")
        if column is not None:
            parts.append(f"column {self.header[column]!r}")
        return ", ".join(filter(None, parts))

    def column(self, number: int) -> list[str]:
        """Return the cells of one column."""
        return [row[number] for row in self.rows]


Lines = Iterable[tuple[int, Sequence[Any]]]


def kind_of(path: Path) -> str:
    """Return whether a file is "text", a "workbook" or "Parquet", told by its ending."""
    suffix = path.suffix.lower()
    if suffix in WORKBOOKS:
        return "workbook"
    return "Parquet" if suffix in {".parquet", ".pq"} else "text"


def read_sheet(
    path: Path,
    *,
    sheet: str | None = None,
    separator: str | None = None,
    encoding: str = "",
    header: int | None = None,
) -> Sheet:
    """Read the table of a file.

    Parameters
    ----------
    path : Path
        A file of text, a workbook or a Parquet file, told apart by its ending, or `STANDARD` input,
        which is text.
    sheet : str, optional
        The sheet of a workbook. Default: the first.
    separator : str, optional
        What stands between the cells of a text. Default: what divides its lines alike.
    encoding : str, optional
        Of a text. Default: UTF-8, else Windows-1252.
    header : int, optional
        The line of the column names. Default: the first that is no title, a title being a line of
        one cell above longer ones.

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
    kind = kind_of(path)
    if kind == "workbook":
        name, lines, assumed = _workbook(path, sheet)
    elif kind == "Parquet":
        name, lines, assumed = "", _parquet(path), []
    else:
        name, (lines, assumed) = "", _text(path, separator, encoding, header)
    return _sheet(name_of(path), name, lines, assumed, header)


def _text(
    path: Path, separator: str | None, encoding: str, header: int | None
) -> tuple[Lines, list[str]]:
    name = name_of(path)
    content = content_of(path, LARGEST)
    if len(content) > LARGEST:
        raise ValueError(f"{name} has more than {LARGEST:,} bytes: make it a Parquet file.")
    text, assumed = _decoded(content, name, encoding)
    told = re.match(r"sep=(.)\r?\n", text)
    if told:  # a line by which Excel is told what stands between cells
        text = text[told.end(1) :]
    mark = separator or (told[1] if told else _separator(text))
    if not separator and mark != ",":
        assumed.append(f"cells are separated by {SEPARATORS.get(mark, repr(mark))}")
    lines, wrong = _cells(text, mark)
    if wrong is not None:
        raise ValueError(f"{name}, line {wrong.line}{_under(lines, wrong, header)}: {wrong.what}.")
    return lines, assumed


def _under(lines: Cells, wrong: Broken, header: int | None) -> str:
    """Return the name of the column in which something is wrong, as far as names stand above."""
    filled = [(line, [written(cell) for cell in cells]) for line, cells in lines]
    if wrong.cell is None or not any(any(cells) for _, cells in filled):
        return ""
    names = _from_header(filled, header, "", [])[0][1]
    return f", column {names[wrong.cell]!r}" if wrong.cell < len(names) else ""


def _decoded(content: bytes, name: str, encoding: str) -> tuple[str, list[str]]:
    if not encoding and content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded(content, name, "utf-16")[0], ["the text is UTF-16"]
    if encoding:
        try:
            return content.decode(encoding), []
        except (UnicodeDecodeError, LookupError) as error:
            raise ValueError(f"{name} is not text in {encoding}: {error}.") from None
    if b"\0" in content:
        raise ValueError(f"{name} is not text: it holds zero bytes.")
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        # some programs write UTF-8's mark of byte order before another encoding
        text = content.removeprefix(codecs.BOM_UTF8).decode("cp1252", errors="replace")
        return text, ["the text is Windows-1252"]


def _separator(text: str) -> str:
    """Return what divides most lines into the same number of cells, of more than one."""

    def fit(mark: str) -> tuple[int, int]:
        lines, _ = _cells(text[:20_000], mark)
        sizes = Counter(len(cells) for _, cells in lines if any(cells))
        size, times = max(sizes.items(), key=lambda item: item[::-1], default=(1, 0))
        return (times, size) if size > 1 else (0, 0)

    return max(SEPARATORS, key=fit)


Cells: TypeAlias = list[tuple[int, list[str]]]


class Broken(NamedTuple):
    """The line and cell where a text can no longer be read, and why."""

    line: int
    cell: int | None
    what: str


def _cells(text: str, mark: str) -> tuple[Cells, Broken | None]:
    """Return the lines of a text with their numbers, and what is wrong at its end, if anything."""
    # a quote that is open takes in what stands after the end
    end = ["end", "end"]
    after = [mark.join(end)]
    reader = csv.reader(chain(io.StringIO(text, newline=""), after), delimiter=mark)
    lines: Cells = []
    before = 0
    try:
        for cells in reader:
            lines.append((before + 1, cells))
            before = reader.line_num
    except csv.Error as error:
        quoted = "field larger" in str(error) and reader.line_num > before + 1
        return lines, Broken(before + 1, None, f"{error}{OPEN if quoted else ''}")
    line, cells = lines.pop()
    if cells != end:
        return lines, Broken(line, len(cells) - 1, "a quote is not closed")
    return lines, None


OPEN = ": is a quote not closed?"


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


def _sheet(
    file: str, name: str, lines: Lines, assumed: list[str], header: int | None = None
) -> Sheet:
    filled = [(line, [written(cell) for cell in cells]) for line, cells in lines]
    kept = _without_notes(_from_header(filled, header, file, assumed), assumed)
    if len(kept) < 2:
        raise ValueError(f"{file} needs a line of column names and one of data, at least.")
    last, first = kept[-1][0], kept[0][0]
    blank = sum(first < line < last and not any(cells) for line, cells in filled)
    if blank:
        assumed.append(f"{counted(blank, 'blank line')} left out")
    names = kept[0][1]
    width = max(number for number, cell in enumerate(names, start=1) if cell)
    _check_shape(file, names[:width], kept[1:], width)
    rows = tuple((*cells[:width], *[""] * (width - len(cells))) for _, cells in kept[1:])
    return Sheet(
        file, name, tuple(names[:width]), rows, tuple(line for line, _ in kept[1:]), tuple(assumed)
    )


Filled: TypeAlias = list[tuple[int, list[str]]]


def _size(cells: Iterable[str]) -> int:
    return sum(map(bool, cells))


def _from_header(filled: Filled, header: int | None, file: str, assumed: list[str]) -> Filled:
    """Return the lines that are not blank from the column names on, and say what stood above."""
    kept = [(line, cells) for line, cells in filled if any(cells)]
    if header is not None:
        _check_header(header, filled, file)
        return [(line, cells) for line, cells in kept if line >= header]
    above = 0
    while above + 1 < len(kept) and _size(kept[above][1]) == 1 < _widest(kept[above + 1 :]):
        above += 1
    if above:
        said = listed([repr(next(filter(None, cells))) for _, cells in kept[:above]], most=3)
        assumed.append(f"{counted(above, 'line')} above the column names left out: {said}")
    return kept[above:]


def _check_header(header: int, filled: Filled, file: str) -> None:
    lines = {line: any(cells) for line, cells in filled}
    if header < 1:
        raise ValueError(f"--header must be the number of a line, 1 or more, but got {header}.")
    if header > max(lines, default=0):
        last = counted(max(lines, default=0), "line")
        raise ValueError(f"--header {header}: {file} has {last}.")
    if not lines.get(header):
        why = "is blank" if header in lines else "is within a cell"
        raise ValueError(f"--header {header}: {file} has no column names there, as the line {why}.")


def _widest(kept: Filled) -> int:
    return max(_size(cells) for _, cells in kept)


def _without_notes(kept: Filled, assumed: list[str]) -> Filled:
    """Leave out what stands in one cell below a blank line at the end of a wider table."""
    if len(kept) < 2 or _size(kept[0][1]) < 3:
        return kept
    last = len(kept)
    while last > 2 and _size(kept[last - 1][1]) == 1:
        last -= 1
    if last == len(kept) or kept[last][0] - kept[last - 1][0] < 2:
        return kept
    below = kept[last:]
    said = listed([repr(next(filter(None, cells))) for _, cells in below], most=3)
    assumed.append(f"{counted(len(below), 'line')} below the table left out: {said}")
    return kept[:last]


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
