"""Ratings, transitions and groups from the sheet of a file, with what was read and assumed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ilacs_reliability._checks.problems import refuse
from ilacs_reliability._data.ratings import Ratings, ratings_from_codes
from ilacs_reliability._data.scales import Scale
from ilacs_reliability._data.tables import (
    GroupedGrades,
    Transitions,
    grades_from_table,
    transitions_from_table,
)
from ilacs_reliability._results.wording import counted, listed
from ilacs_reliability.commands.answers import Block
from ilacs_reliability.commands.dates import dates_of
from ilacs_reliability.commands.layouts import (
    Asked,
    Grades,
    cells_of,
    code_of,
    counts_of,
    grade_columns,
    layout_of,
    names_of,
    needed,
    repeated,
    role,
    scale_of,
    table_of,
)
from ilacs_reliability.commands.sheets import Sheet


def ratings_of(sheet: Sheet, asked: Asked) -> tuple[Ratings, Block]:
    """Return the ratings of a sheet, and what was read and assumed."""
    asked = asked.only(sheet, "unit", "rater", "grade")
    layout = layout_of(sheet, asked, ("unit", "rater", "grade"))
    if layout == "table":
        sheet = counts_of(sheet)
        counts, scale, known = table_of(sheet, asked)
        pairs = [(a, b) for a, row in enumerate(counts) for b in range(len(row))]
        times = [counts[a][b] for a, b in pairs]
        ratings = ratings_from_codes(pairs, scale=scale, frequencies=times)
        return ratings, _read(sheet, f"{counted(sum(times), 'unit')} in a cross-table", [known])
    if layout == "long":
        return _long_ratings(sheet, asked)
    columns = grade_columns(sheet, asked)
    if len(columns) < 2:
        raise ValueError(
            f"{sheet.file}: agreement needs two columns of grades or more, one for each rater "
            f"(--raters A,B), or columns of unit, rater and grade; found {len(columns)}."
        )
    scale, known = scale_of(cells_of(sheet, *columns), asked, sheet)
    grades = Grades(sheet, scale, asked)
    codes = [[grades.code(row, column) for column in columns] for row in range(len(sheet.rows))]
    refuse(grades.wrong)
    names = [sheet.header[column] for column in columns]
    units = f"{len(codes)} units, a line each" if len(codes) > 1 else "1 unit"
    what = f"{units}, graded by {listed(names, most=12)}"
    block = _read(sheet, what, [known, *grades.said()])
    return ratings_from_codes(codes, scale=scale, raters=names), block


def _long_ratings(sheet: Sheet, asked: Asked) -> tuple[Ratings, Block]:
    why = "or give one column a rater"
    unit, rater, grade = (needed(sheet, asked, what, why) for what in ("unit", "rater", "grade"))
    scale, known = scale_of(cells_of(sheet, grade), asked, sheet)
    grades = Grades(sheet, scale, asked)
    keys = [(row[unit], row[rater]) for row in sheet.rows]
    codes = [grades.code(row, grade) for row in range(len(keys))]
    refuse(
        [*grades.wrong, *repeated(keys, sheet, "unit and rater"), *_nameless(sheet, unit, rater)]
    )
    units = {name: place for place, name in enumerate(dict.fromkeys(key[0] for key in keys))}
    raters = {name: place for place, name in enumerate(sorted({key[1] for key in keys}))}
    matrix = np.full((len(units), len(raters)), -1, dtype=np.int8)
    for (one, by), code in zip(keys, codes, strict=True):
        matrix[units[one], raters[by]] = code
    what = (
        f"{counted(len(units), 'unit')} by {sheet.header[unit]}, graded by "
        f"{counted(len(raters), 'rater')} ({listed(raters)}), a line a rating"
    )
    block = _read(sheet, what, [known, *grades.said()])
    return ratings_from_codes(matrix, scale=scale, raters=list(raters)), block


def _nameless(sheet: Sheet, *columns: int) -> Iterator[str]:
    for row, cells in enumerate(sheet.rows):
        for column in columns:
            if not cells[column]:
                yield f"{sheet.place(row, column)}: there is no name."


def transitions_of(sheet: Sheet, asked: Asked) -> tuple[Transitions, Block]:
    """Return the grades before and after of a sheet, and what was read and assumed."""
    asked = asked.only(sheet, "unit", "date", "grade", "before", "after")
    layout = layout_of(sheet, asked, ("unit", "date", "grade"))
    if layout == "table":
        sheet = counts_of(sheet)
        counts, scale, known = table_of(sheet, asked)
        what = f"{counted(int(np.sum(counts)), 'unit')} in a table of before by after"
        return transitions_from_table(counts, scale=scale), _read(sheet, what, [known])
    dated = {"date", "grade"} & set(asked.columns or {})
    if layout == "long" and (dated or role(sheet, asked, "before") is None):
        return _dated(sheet, asked)
    before, after = _two_columns(sheet, asked)
    scale, known = scale_of(cells_of(sheet, before, after), asked, sheet)
    grades = Grades(sheet, scale, asked)
    pairs = [(grades.code(row, before), grades.code(row, after)) for row in range(len(sheet.rows))]
    refuse(grades.wrong)
    what = f"{sheet.header[before]!r} before and {sheet.header[after]!r} after"
    if not any(min(pair) >= 0 for pair in pairs):
        raise ValueError(
            f"{sheet.file}: no line has both grades, {what}, so no move is seen. Other columns are "
            "named by --before and --after, cells that hold no grade by --missing."
        )
    return _counted(pairs, scale), _read(sheet, what, [known, *grades.said(), *_without(pairs)])


def _two_columns(sheet: Sheet, asked: Asked) -> tuple[int, int]:
    before, after = role(sheet, asked, "before"), role(sheet, asked, "after")
    if before is not None and after is not None:
        return before, after
    known = after if before is None else before
    columns = [one for one in grade_columns(sheet, asked) if one != known]
    if len(columns) != (2 if known is None else 1):
        raise ValueError(
            f"{sheet.file}: which columns hold the grades before and after? Name them by --before "
            f"and --after, or give columns of unit, date and grade; there are "
            f"{listed(map(repr, sheet.header), most=12)}."
        )
    if known is None:
        return columns[0], columns[1]
    return (columns[0], known) if before is None else (known, columns[0])


def _dated(sheet: Sheet, asked: Asked) -> tuple[Transitions, Block]:
    why = "or give two columns of grades"
    unit, date, grade = (needed(sheet, asked, what, why) for what in ("unit", "date", "grade"))
    days, said = dates_of(sheet, date, asked)
    scale, known = scale_of(cells_of(sheet, grade), asked, sheet)
    grades = Grades(sheet, scale, asked)
    keys = [(row[unit], day.isoformat()) for row, day in zip(sheet.rows, days, strict=True)]
    codes = [grades.code(row, grade) for row in range(len(keys))]
    refuse([*grades.wrong, *repeated(keys, sheet, "unit and date"), *_nameless(sheet, unit)])
    seen: dict[str, list[tuple[str, int]]] = {}
    for (one, day), code in zip(keys, codes, strict=True):
        if code >= 0:
            seen.setdefault(one, []).append((day, code))
    pairs = [(min(one)[1], max(one)[1]) for one in seen.values() if len(one) > 1]
    once = sum(len(one) == 1 for one in seen.values())
    if not pairs:
        raise ValueError(
            f"{sheet.file}: no unit has grades of two dates, so no move is seen. The columns are "
            f"{sheet.header[unit]!r}, {sheet.header[date]!r} and {sheet.header[grade]!r}; others "
            "are named by --unit, --date and --grade."
        )
    notes = [known, *said, *grades.said(), "each unit's first grade is compared with its last"]
    if once:
        notes.append(f"{counted(once, 'unit')} with one grade only left out")
    return _counted(pairs, scale), _read(
        sheet, f"{counted(len(pairs), 'unit')} graded twice", notes
    )


def _counted(pairs: Sequence[tuple[int, int]], scale: Scale) -> Transitions:
    counts = np.zeros((len(scale), len(scale)), dtype=np.int64)
    for before, after in pairs:
        if before >= 0 and after >= 0:
            counts[before, after] += 1
    return transitions_from_table(counts, scale=scale)


def _without(pairs: Sequence[tuple[int, int]]) -> list[str]:
    lacking = sum(min(pair) < 0 for pair in pairs)
    return [f"{counted(lacking, 'unit')} without both grades left out"] if lacking else []


def groups_of(sheet: Sheet, asked: Asked) -> tuple[GroupedGrades, Block]:
    """Return the grades of groups of a sheet, and what was read and assumed."""
    asked = asked.only(sheet, "group", "grade", "stratum")
    if layout_of(sheet, asked, ("group", "grade")) == "table":
        return _group_table(sheet, asked)
    why = "or give a table of groups by grades"
    group, grade = needed(sheet, asked, "group", why), needed(sheet, asked, "grade", why)
    stratum = role(sheet, asked, "stratum") if (asked.columns or {}).get("stratum") else None
    scale, known = scale_of(cells_of(sheet, grade), asked, sheet)
    grades = Grades(sheet, scale, asked)
    codes = [grades.code(row, grade) for row in range(len(sheet.rows))]
    strata = [""] * len(codes) if stratum is None else sheet.column(stratum)
    named = [group] if stratum is None else [group, stratum]
    refuse([*grades.wrong, *_nameless(sheet, *named)])
    groups, kinds = (list(dict.fromkeys(names)) for names in (sheet.column(group), strata))
    _check_two(groups, sheet.place(None, group))
    counts = np.zeros((len(kinds), len(groups), len(scale)), dtype=np.int64)
    for kind, one, code in zip(strata, sheet.column(group), codes, strict=True):
        if code >= 0:
            counts[kinds.index(kind), groups.index(one), code] += 1
    what = f"groups by {sheet.header[group]!r}: {listed(groups, most=12)}"
    if stratum is not None:
        what += f"; strata by {sheet.header[stratum]!r}"
    result = grades_from_table(
        counts, scale=scale, groups=groups, strata=None if stratum is None else kinds
    )
    return result, _read(sheet, what, [known, *grades.said()])


def _check_two(groups: Sequence[str], place: str) -> None:
    if len(groups) == 1:
        raise ValueError(
            f"{place} holds one group only, {groups[0]!r}, and two are compared: is another column "
            "meant, --group COLUMN?"
        )
    if len(groups) > 2:
        raise ValueError(
            f"{place} holds {len(groups)} groups ({listed(groups, most=12)}), and two are compared "
            "at a time: leave the others out of the file."
        )


def _group_table(sheet: Sheet, asked: Asked) -> tuple[GroupedGrades, Block]:
    sheet = counts_of(sheet)
    scale, known = scale_of(names_of(sheet), asked, sheet)
    codes = [_label_code(scale, name, sheet) for name in sheet.header[1:]]
    counts = np.zeros((len(sheet.rows), len(scale)), dtype=np.int64)
    for row, cells in enumerate(sheet.rows):
        counts[row, codes] = [int(cell) for cell in cells[1:]]
    groups = sheet.column(0)
    _check_two(groups, sheet.place(None, 0))
    what = f"a table of groups by grades: {listed(groups, most=12)}"
    return grades_from_table(counts, scale=scale, groups=groups), _read(sheet, what, [known])


def _read(sheet: Sheet, what: str, notes: Sequence[str]) -> Block:
    return Block("What was read", [sentence(one) for one in (what, *sheet.assumed, *notes) if one])


def sentence(text: str) -> str:
    """Return a text as a sentence of its own."""
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _label_code(scale: Scale, name: str, sheet: Sheet) -> int:
    code = code_of(scale, name)
    if code is None:
        raise ValueError(f"{sheet.file}: {name!r} is none of the grades {listed(scale.labels)}.")
    return code
