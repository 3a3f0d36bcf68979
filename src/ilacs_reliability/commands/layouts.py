"""What the columns of a sheet are, on which scale its grades lie, and what is wrong with them."""

from __future__ import annotations

import datetime
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from ilacs_reliability._checks.problems import refuse
from ilacs_reliability._data.scales import OFSTED_SCALE, Scale, as_number, read_label
from ilacs_reliability._results.wording import counted, listed
from ilacs_reliability.commands.sheets import Sheet, folded

Layout: TypeAlias = Literal["long", "wide", "table"]
MISSING = ("", "na", "n/a", "nan", "null", "none", "missing", "-")
NAMED: Mapping[str, tuple[str, ...]] = {
    "unit": (
        *("unit", "id", "case", "unit id", "case id", "item", "subject", "authority"),
        *("local authority", "area", "school", "provider", "urn", "child", "lesson"),
    ),
    "rater": (
        *("rater", "inspector", "reviewer", "moderator", "annotator", "judge", "coder"),
        *("assessor", "appraiser", "observer", "examiner", "team"),
    ),
    "grade": (
        *("grade", "rating", "judgement", "judgment", "overall", "overall effectiveness"),
        *("label", "score", "outcome", "class", "result"),
    ),
    "date": ("date", "inspection date", "when", "day", "occasion", "published", "year"),
    "before": ("before", "previous", "first", "earlier", "previous grade", "old"),
    "after": (
        "after",
        "latest",
        "second",
        "later",
        "current",
        "latest grade",
        "grade after",
        "new",
    ),
    "group": ("group", "kind", "type", "inspection type", "arm", "framework", "sort"),
    "stratum": ("stratum", "region", "previous grade", "size"),
}
"""Names by which a column is known for what it is, folded; any other is named by an option."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was said about the file on the command line; "" and () where nothing was."""

    scale: str = ""
    missing: tuple[str, ...] = ()
    layout: str = ""
    columns: Mapping[str, str] | None = None
    raters: tuple[str, ...] = ()
    dates: str = ""

    def is_missing(self, cell: str) -> bool:
        """Say whether a cell is to be read as no grade."""
        marks = map(str.casefold, self.missing) if self.missing else MISSING
        return not cell or cell.casefold() in marks


def number_of(sheet: Sheet, name: str) -> int:
    """Return which column has this name, or raise."""
    names = [folded(one) for one in sheet.header]
    if folded(name) not in names:
        raise ValueError(
            f"{sheet.file} has no column {name!r}, only {listed(map(repr, sheet.header), most=12)}."
        )
    return names.index(folded(name))


def role(sheet: Sheet, asked: Asked, what: str) -> int | None:
    """Return the column that is a unit, a rater and so on: as said, else by its name, else None."""
    told = (asked.columns or {}).get(what, "")
    if told:
        return number_of(sheet, told)
    names = [folded(one) for one in sheet.header]
    return next((names.index(one) for one in NAMED[what] if one in names), None)


def needed(sheet: Sheet, asked: Asked, what: str, why: str) -> int:
    """Return the column of that role, or say which option names it."""
    found = role(sheet, asked, what)
    if found is None:
        raise ValueError(
            f"{sheet.file}: which column is the {what}? Name it by --{what} COLUMN, {why}; "
            f"there are {listed(map(repr, sheet.header), most=12)}."
        )
    return found


# scales


def scale_of(cells: Iterable[str], asked: Asked, file: str) -> tuple[Scale, str]:
    """Return the scale of the grades that occur, and in words how it is known."""
    if asked.scale:
        return _told_scale(asked.scale), ""
    found = dict.fromkeys(cell for cell in cells if not asked.is_missing(cell))
    if not found:
        raise ValueError(f"{file} holds no grade.")
    if all(code_of(OFSTED_SCALE, cell) is not None for cell in found):
        return OFSTED_SCALE, f"the grades are on Ofsted's scale, {_in_order(OFSTED_SCALE)}"
    numbers = [as_number(cell) for cell in found]
    if None not in numbers:
        scale = Scale(sorted({_whole(number) for number in numbers if number is not None}))
        return scale, (
            f"the scale is the numbers that occur, the lowest worst, {_in_order(scale)}: a grade "
            "that nobody used must be declared by --scale"
        )
    if len(found) > 12:
        raise ValueError(
            f"{file}: the grades are not known, and {counted(len(found), 'different cell')} are "
            "too many to be grades. Name the column by --grade, or the grades by --scale."
        )
    raise ValueError(
        f"{file}: the order of the grades {listed(sorted(found), most=12)} is not known. "
        "Give them worst first: --scale 'worst,...,best'."
    )


def _told_scale(text: str) -> Scale:
    if text.casefold() == "ofsted":
        return OFSTED_SCALE
    path = scale_file(text)
    if path is not None:
        names = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    else:
        names = [name.strip() for name in text.split(",")]
    names = [name for name in names if name]
    if len(names) < 2:
        raise ValueError(
            f"--scale must be 'ofsted', grades divided by commas with the worst first, or a file "
            f"of one grade a line, but got {text!r}."
        )
    numbers = [as_number(name) for name in names]
    if None in numbers:
        return Scale(names, fold=True)
    return Scale([_whole(number) for number in numbers if number is not None])


def scale_file(text: str) -> Path | None:
    """Return the file that an option `--scale` names, None where it names the grades."""
    path = Path(text)
    named = text and "," not in text and text.casefold() != "ofsted"
    return path if named and path.is_file() else None


def _whole(number: float) -> float:
    return int(number) if float(number).is_integer() else number


def _in_order(scale: Scale) -> str:
    return " < ".join(map(str, scale.labels))


class Grades:
    """Cells read as grades of a scale; what is no grade is kept to be said together."""

    def __init__(self, sheet: Sheet, scale: Scale, asked: Asked) -> None:
        self.sheet, self.scale, self.asked = sheet, scale, asked
        self.wrong: list[str] = []
        self.missing: Counter[str] = Counter()

    def code(self, row: int, column: int) -> int:
        """Return the index of a cell's grade, -1 for a missing one."""
        cell = self.sheet.rows[row][column]
        if self.asked.is_missing(cell):
            self.missing[cell] += 1
            return -1
        found = code_of(self.scale, cell)
        if found is None:
            self.wrong.append(
                f"{self.sheet.place(row, column)}: {cell!r} is none of the grades "
                f"{_in_order(self.scale)}."
            )
            return -1
        return found

    def said(self) -> Iterator[str]:
        """Yield what was read as missing."""
        for cell, times in sorted(self.missing.items()):
            name = f"{cell!r}" if cell else "empty"
            yield f"{counted(times, f'cell {name}', f'cells {name}')} read as missing"


def code_of(scale: Scale, cell: str) -> int | None:
    """Return the index of a grade written as text, None where it is no grade."""
    found = read_label(cell, scale)
    if found is None and (number := as_number(cell)) is not None:
        found = read_label(_whole(number), scale)
    return None if found == -1 else found


# layouts


def layout_of(sheet: Sheet, asked: Asked, long: Sequence[str]) -> Layout:
    """Return how a sheet is laid out: as said, as a table of counts, or as columns are named."""
    if asked.layout:
        return asked.layout  # type: ignore[return-value]
    if "group" not in long and _is_cross_table(sheet):
        return "table"
    if "group" in long and _is_group_table(sheet):
        return "table"
    named = all(role(sheet, asked, what) is not None for what in long)
    return "long" if named and not asked.raters else "wide"


def _is_cross_table(sheet: Sheet) -> bool:
    """Say whether the rows have the columns' names, and the cells are counts."""
    cells = [cell for row in sheet.rows for cell in row[1:]]
    counts = all(cell.isdecimal() for cell in cells if cell) and any(cells)
    return len(sheet.header) > 2 and counts and _same_names(sheet)


def _is_group_table(sheet: Sheet) -> bool:
    """Say whether there are names in the first column, then counts."""
    cells = [cell for row in sheet.rows for cell in row[1:]]
    first = sheet.column(0)
    return (
        len(sheet.header) > 2
        and all(cell.isdecimal() for cell in cells)
        and len(set(first)) == len(first)
        and all(as_number(cell) is None for cell in first)
        and not any(folded(name) in sum(NAMED.values(), ()) for name in sheet.header[1:])
    )


def _same_names(sheet: Sheet) -> bool:
    return set(_graded(sheet.header[1:])) == set(_graded(sheet.column(0)))


def _graded(names: Sequence[str]) -> list[str]:
    """Return folded names, without that of a total at the end."""
    kept = [folded(name) for name in names]
    return kept[:-1] if kept and kept[-1] in TOTALS else kept


TOTALS = ("total", "totals", "all", "sum", "grand total")


def counts_of(sheet: Sheet) -> Sheet:
    """Return a table of counts without its totals, which must be right, and with 0 where empty."""
    filled, empty = [], 0
    wrong = []
    for number, row in enumerate(sheet.rows):
        cells = [row[0]]
        for column, cell in enumerate(row[1:], start=1):
            empty += not cell
            cells.append(cell or "0")
            if cell and not cell.isdecimal():
                wrong.append(f"{sheet.place(number, column)}: {cell!r} is no count.")
        filled.append(tuple(cells))
    refuse(wrong)
    said = [f"{counted(empty, 'empty cell')} of the table read as 0"] if empty else []
    whole = replace(sheet, rows=tuple(filled), assumed=(*sheet.assumed, *said))
    return _without_totals(whole)


def _without_totals(sheet: Sheet) -> Sheet:
    header, rows = sheet.header, sheet.rows
    has_row = folded(rows[-1][0]) in TOTALS and len(rows) > 1
    has_column = folded(header[-1]) in TOTALS and len(header) > 2
    if not has_row and not has_column:
        return sheet
    refuse(
        [*(_wrong_rows(sheet) if has_column else []), *(_wrong_columns(sheet) if has_row else [])]
    )
    width = len(header) - has_column
    kept = rows[: len(rows) - has_row]
    return replace(
        sheet,
        header=header[:width],
        rows=tuple(row[:width] for row in kept),
        lines=sheet.lines[: len(kept)],
        assumed=(*sheet.assumed, "totals left out"),
    )


def _wrong_rows(sheet: Sheet) -> Iterator[str]:
    for number, row in enumerate(sheet.rows):
        total = sum(map(int, row[1:-1]))
        if int(row[-1]) != total:
            yield f"{sheet.place(number, len(row) - 1)}: {row[-1]} is not the total, {total}."


def _wrong_columns(sheet: Sheet) -> Iterator[str]:
    for column in range(1, len(sheet.header)):
        *cells, last = sheet.column(column)
        total = sum(map(int, cells))
        if int(last) != total:
            place = sheet.place(len(cells), column)
            yield f"{place}: {last} is not the total, {total}."


def table_of(sheet: Sheet, asked: Asked) -> tuple[list[list[int]], Scale, str]:
    """Return a square table of counts in the order of its scale, the scale, and how it is known."""
    if not _same_names(sheet):
        raise ValueError(
            f"{sheet.file}: rows and columns of a cross-table must be the same grades, but they "
            f"are {listed(sheet.column(0), most=9)} and {listed(sheet.header[1:], most=9)}."
        )
    names = [*sheet.header[1:], *sheet.column(0)]
    scale, known = scale_of(names, asked, sheet.file)
    columns = [_named(scale, name, sheet) for name in sheet.header[1:]]
    counts = [[0] * len(scale) for _ in range(len(scale))]
    for row in sheet.rows:
        before = _named(scale, row[0], sheet)
        for after, cell in zip(columns, row[1:], strict=True):
            counts[before][after] = int(cell)
    return counts, scale, known


def _named(scale: Scale, name: str, sheet: Sheet) -> int:
    code = code_of(scale, name)
    if code is None:
        raise ValueError(f"{sheet.file}: {name!r} is none of the grades {_in_order(scale)}.")
    return code


def grade_columns(sheet: Sheet, asked: Asked) -> list[int]:
    """Return the columns of raters: those named, else all but the unit and what is no grade."""
    if asked.raters:
        return [number_of(sheet, name) for name in asked.raters]
    other = {role(sheet, asked, what) for what in ("unit", "rater", "date", "group")}
    columns = [number for number in range(len(sheet.header)) if number not in other]
    graded = [number for number in columns if _looks_graded(sheet.column(number), asked)]
    return graded if len(graded) > 1 else columns


def _looks_graded(cells: Sequence[str], asked: Asked) -> bool:
    """Say whether a column has few enough different cells to be grades, and any at all."""
    found = {cell.casefold() for cell in cells if not asked.is_missing(cell)}
    if asked.scale:
        scale = _told_scale(asked.scale)
        return any(code_of(scale, cell) is not None for cell in found)
    return 0 < len(found) <= max(12, len(cells) // 20)


# dates


def dates_of(sheet: Sheet, column: int, asked: Asked) -> tuple[list[datetime.date], list[str]]:
    """Return the dates of a column, and how they were read; what is none is refused together."""
    cells = sheet.column(column)
    kinds = [asked.dates] if asked.dates else list(DATES)
    # of ways that read as many, the first
    kind = max(kinds, key=lambda name: sum(_reads(DATES[name][1], cell) for cell in cells))
    said, read = DATES[kind]
    refuse(
        [
            f"{sheet.place(row, column)}: {cell!r} is no date (2024-03-31 and 31/03/2024 are)."
            for row, cell in enumerate(cells)
            if not _reads(read, cell)
        ]
    )
    return [read(cell) for cell in cells], [said] if said else []


def _iso(cell: str) -> datetime.date:
    return datetime.date.fromisoformat(cell[:10])


def _day_first(cell: str) -> datetime.date:
    day, month, year = map(int, re.split(r"[./-]", cell.partition(" ")[0]))
    return datetime.date(year + 2000 if year < 100 else year, month, day)


def _month_first(cell: str) -> datetime.date:
    month, day, year = re.split(r"[./-]", cell)
    return _day_first(f"{day}/{month}/{year}")


def _named_month(cell: str) -> datetime.date:
    day, month, year = re.split(r"[ -]", cell)
    return _day_first(f"{day}/{MONTHS.index(month[:3].casefold()) + 1}/{year}")


def _year(cell: str) -> datetime.date:
    return datetime.date(int(cell), 1, 1)


MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
DATES: Mapping[str, tuple[str, Callable[[str], datetime.date]]] = {
    "iso": ("", _iso),
    "day-first": ("dates are day/month/year", _day_first),
    "month-first": ("dates are month/day/year", _month_first),
    "named": ("dates name the month", _named_month),
    "years": ("dates are years", _year),
}
"""Ways of writing dates, and what is said of each."""


def _reads(read: Callable[[str], datetime.date], cell: str) -> bool:
    try:
        read(cell)
    except (ValueError, OverflowError):  # no number, or one that no date has
        return False
    return True


def repeated(keys: Sequence[tuple[str, ...]], sheet: Sheet, thing: str) -> list[str]:
    """Say where the same unit and rater, or date, stand twice."""
    rows = defaultdict(list)
    for row, key in enumerate(keys):
        rows[key].append(row)
    return [
        f"{sheet.place(found[1])}: {thing} {listed(map(repr, key))} stood already in line "
        f"{sheet.lines[found[0]]}."
        for key, found in rows.items()
        if len(found) > 1
    ]
