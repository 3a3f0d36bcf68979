"""What the columns of a sheet are, on which scale its grades lie, and what is wrong with them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from ilacs_reliability._checks.problems import MOST_SHOWN, refuse
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

    def only(self, sheet: Sheet, *names: str) -> Asked:
        """Return what was said of these columns, each of which must be there, for one thing."""
        columns = {what: name for what in names if (name := (self.columns or {}).get(what))}
        raters = self.raters if "rater" in names else ()
        told = [(f"--{what}", name) for what, name in columns.items()]
        named: dict[int, str] = {}
        for option, name in [*told, *(("--raters", name) for name in raters)]:
            number = number_of(sheet, name)
            if number in named:
                twice = "twice" if named[number] == option else f"as {named[number]} does"
                raise ValueError(
                    f"{sheet.file}: {option} names column {name!r} {twice}: it can be one only."
                )
            named[number] = option
        return replace(self, columns=columns)


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
    told = _told(sheet, asked, what)
    return _role_by_name(sheet, what, (asked.columns or {}).values()) if told is None else told


def _told(sheet: Sheet, asked: Asked, what: str) -> int | None:
    name = (asked.columns or {}).get(what)
    return number_of(sheet, name) if name else None


def _role_by_name(sheet: Sheet, what: str, others: Iterable[str]) -> int | None:
    names = [folded(one) for one in sheet.header]
    taken = set(map(folded, others))
    return next(
        (names.index(one) for one in NAMED[what] if one in names and one not in taken), None
    )


def needed(sheet: Sheet, asked: Asked, what: str, why: str) -> int:
    """Return the column of that role, or say which option names it."""
    found = role(sheet, asked, what)
    by_name = _role_by_name(sheet, what, ())
    if by_name is not None and found not in (by_name, _told(sheet, asked, what)):
        raise ValueError(
            f"{sheet.file}: column {sheet.header[by_name]!r}, by its name the {what}, is named for "
            f"something else: name the {what} by --{what}."
        )
    if found is None:
        raise ValueError(
            f"{sheet.file}: which column is the {what}? Name it by --{what} COLUMN, {why}; "
            f"there are {listed(map(repr, sheet.header), most=12)}."
        )
    return found


# scales


Placed: TypeAlias = tuple[str, int | None, int]
"""A cell with its row and column; without a row where it is a column's name."""


def cells_of(sheet: Sheet, *columns: int) -> Iterator[Placed]:
    """Yield the cells of columns, a column after the other."""
    return ((row[one], place, one) for one in columns for place, row in enumerate(sheet.rows))


def names_of(sheet: Sheet) -> Iterator[Placed]:
    """Yield the names of the columns of a table of counts."""
    return ((name, None, place) for place, name in enumerate(sheet.header) if place)


def scale_of(cells: Iterable[Placed], asked: Asked, sheet: Sheet) -> tuple[Scale, str]:
    """Return the scale of the grades that occur, and in words how it is known."""
    if asked.scale:
        return _told_scale(asked.scale), ""
    first: dict[str, tuple[int | None, int]] = {}
    times: Counter[str] = Counter()
    for cell, row, column in cells:
        if not asked.is_missing(cell):
            first.setdefault(cell, (row, column))
            times[cell] += 1
    if not first:
        raise ValueError(f"{sheet.file} holds no grade: no column of grades has a cell but empty.")
    others = {kind: [cell for cell in first if not known(cell)] for kind, known in KNOWN.items()}
    if not others["of Ofsted's grades"]:
        return OFSTED_SCALE, f"the grades are on Ofsted's scale, {_in_order(OFSTED_SCALE)}"
    if not others["of the numbers"]:
        scale = Scale(sorted({_whole(as_number(cell) or 0) for cell in first}))
        return scale, (
            f"the scale is the numbers that occur, the lowest worst, {_in_order(scale)}: a grade "
            "that nobody used must be declared by --scale"
        )
    for kind, odd in others.items():
        if 2 * sum(times[cell] for cell in odd) <= times.total():
            places = [f"{sheet.place(*first[cell])}: {cell!r} is none {kind}." for cell in odd]
            refuse([*places[: MOST_SHOWN - 1], f"{sheet.file}: if these are grades, {GIVE} {ELSE}"])
    if len(first) > 12:
        raise ValueError(
            f"{sheet.file}: the grades are not known, and "
            f"{counted(len(first), 'different cell')} are "
            "too many to be grades. Name the column by --grade, or the grades by --scale."
        )
    raise ValueError(
        f"{sheet.file}: the order of the grades {listed(sorted(first), most=12)} is not known: "
        f"{GIVE}"
    )


KNOWN: Mapping[str, Callable[[str], bool]] = {
    "of Ofsted's grades": lambda cell: code_of(OFSTED_SCALE, cell) is not None,
    "of the numbers": lambda cell: as_number(cell) is not None,
}
"""Grades whose order needs not be told."""
GIVE = "give all grades worst first, --scale 'worst,...,best'."
ELSE = "If the column holds none, name those that do by their options."


def _told_scale(text: str) -> Scale:
    if text.casefold() == "ofsted":
        return OFSTED_SCALE
    path = scale_file(text)
    if path is not None:
        names = [line.strip() for line in _text_of(path).splitlines()]
    else:
        names = [name.strip() for name in text.split(",")]
    names = [name for name in names if name]
    if len(names) < 2:
        raise ValueError(
            f"--scale must be 'ofsted', grades divided by commas with the worst first, or a file "
            f"of one grade a line, but got {text!r}."
        )
    numbers = [as_number(name) for name in names]
    labels = names if None in numbers else [_whole(one) for one in numbers if one is not None]
    twice = [name for name, times in Counter(_alike(one) for one in labels).items() if times > 1]
    if twice:
        raise ValueError(f"--scale names {listed(map(repr, twice))} twice: name each grade once.")
    try:
        return Scale(labels, fold=labels is names)
    except (TypeError, ValueError) as error:
        raise ValueError(f"--scale {text!r}: {error}") from None


def _alike(label: str | float) -> str | float:
    return folded(label) if isinstance(label, str) else label


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"--scale {path}: the file is no text in UTF-8.") from None


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
            one, more = (f"cell {cell!r}", f"cells {cell!r}") if cell else ("empty cell", "")
            yield f"{counted(times, one, more)} read as missing"


def code_of(scale: Scale, cell: str) -> int | None:
    """Return the index of a grade written as text, None where it is no grade."""
    found = read_label(cell, scale)
    if found is None and (number := as_number(cell)) is not None:
        found = read_label(_whole(number), scale)
    return None if found == -1 else found


# layouts


def layout_of(sheet: Sheet, asked: Asked, long: Sequence[str]) -> Layout:
    """Return how a sheet is laid out: as said, as a table of counts, or as columns are named."""
    told = [*(asked.columns or {}), *(["raters"] if asked.raters else [])]
    if told == ["group"] and role(sheet, asked, "group") == 0:
        told = []  # which stands first in a table of groups
    if asked.layout == "table" and told:
        raise ValueError(f"--{told[0]} says nothing of a table of counts, --layout table.")
    if asked.layout == "long" and asked.raters:
        raise ValueError("--raters names columns, a rater each, which --layout long has not.")
    wide = [name for name in ("raters", "before", "after") if name in told]
    lines = [name for name in ("rater", "grade", "date") if name in told and name in long]
    if wide and lines:
        raise ValueError(
            f"--{lines[0]} names a column of a file with a line a grade, --{wide[0]} of one with a "
            "column a grade: leave one of them out."
        )
    if asked.layout == "wide" and lines and "group" not in long:
        raise ValueError(f"--{lines[0]} says nothing of a column a grade, --layout wide.")
    if asked.layout:
        return asked.layout  # type: ignore[return-value]
    table = _is_group_table if "group" in long else _is_cross_table
    if not told and table(sheet):
        return "table"
    if lines:
        return "long"  # or it is asked which columns the others are
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


DIGITS = 15
"""Of the largest count that is read."""
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
            elif len(cell.lstrip("0")) > DIGITS:
                wrong.append(f"{sheet.place(number, column)}: the count has over {DIGITS} digits.")
        filled.append(tuple(cells))
    refuse(wrong)
    said = [f"{counted(empty, 'empty cell')} of the table read as 0"] if empty else []
    whole = replace(sheet, rows=tuple(filled), assumed=(*sheet.assumed, *said))
    if not any(int(cell) for row in filled for cell in row[1:]):
        raise ValueError(f"{sheet.file}: every count of the table is 0.")
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
    scale, known = scale_of([*names_of(sheet), *cells_of(sheet, 0)], asked, sheet)
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
