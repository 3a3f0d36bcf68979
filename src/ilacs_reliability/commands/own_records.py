"""Inspections and double gradings for the report, from a sheet as offices save it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from ilacs_reliability._checks.problems import refuse
from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._results.wording import counted, listed
from ilacs_reliability.claims.double import TEAMS, double_from_rows
from ilacs_reliability.commands.dates import dates_of
from ilacs_reliability.commands.layouts import Asked
from ilacs_reliability.commands.sheets import Sheet, folded
from ilacs_reliability.datasets.inspections import (
    COLUMNS,
    NEEDED,
    Inspection,
    inspections_from_rows,
)

KNOWN_AS: Mapping[str, tuple[str, ...]] = {
    "urn": ("authority number", "authority", "local authority", "unit", "id"),
    "kind": ("inspection type", "type"),
    "start_date": ("inspection date", "date of inspection", "start", "date"),
    "end_date": ("end",),
    "published_date": ("publication date", "date published", "published"),
    "overall": ("overall effectiveness", "overall grade", "judgement", "judgment", "grade"),
    "previous_overall": ("previous overall effectiveness", "previous grade"),
}
"""Other names, folded, of a column that the file does not have under its own."""

DATED = ("start_date", "end_date", "published_date")
NAMES = ("urn", "region")


def records_of(sheet: Sheet, asked: Asked) -> tuple[tuple[Inspection, ...], list[str]]:
    """Return the inspections of a sheet, and what was assumed; or say all that is wrong."""
    places, said = _places(sheet, COLUMNS)
    cells = {column: sheet.column(place) for column, place in places.items()}
    wrong = [
        f"{sheet.file}: column `{column}` is missing; there are "
        f"{listed(map(repr, sheet.header), most=12)}."
        for column in NEEDED
        if column not in places
    ]
    for column in filter(places.__contains__, DATED):
        try:
            days, how = dates_of(sheet, places[column], asked)
        except ValueError as error:
            wrong += str(error).splitlines()
        else:
            cells[column] = [day.isoformat() for day in days]
            said += [one for one in how if one not in said]
    refuse(wrong)
    said += _blanked(cells, asked)
    rows = [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]
    numbered = zip(sheet.lines, rows, strict=True)
    found = inspections_from_rows(numbered, list(cells), file_name=sheet.file)
    return found, [*sheet.assumed, *said]


def double_of(sheet: Sheet, asked: Asked) -> tuple[Ratings, list[str]]:
    """Return the grades by two teams of a sheet, and what was assumed."""
    places, _ = _places(sheet, TEAMS)
    cells = {column: sheet.column(place) for column, place in places.items()}
    said = _blanked(cells, asked)
    rows = [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]
    numbered = list(zip(sheet.lines, rows, strict=True))
    return double_from_rows(numbered, file_name=sheet.file), [*sheet.assumed, *said]


def _places(sheet: Sheet, columns: Mapping[str, object]) -> tuple[dict[str, int], list[str]]:
    """Return where each column stands, by its name or another, and say the latter."""
    names = [folded(name) for name in sheet.header]
    places = {name: names.index(folded(name)) for name in columns if folded(name) in names}
    said = []
    for column in (name for name in columns if name not in places):
        other = next((one for one in KNOWN_AS.get(column, ()) if one in names), None)
        if other is not None:
            places[column] = names.index(other)
            said.append(f"`{column}` is column {sheet.header[places[column]]!r}")
    return places, said


def _blanked(cells: dict[str, list[str]], asked: Asked) -> list[str]:
    """Empty the cells that mean nothing was given, and say how many there were of each."""
    blanked: Counter[str] = Counter()
    for column in cells:
        if column not in NAMES:
            marked = [cell for cell in cells[column] if cell and asked.is_missing(cell)]
            blanked.update(marked)
            cells[column] = ["" if asked.is_missing(cell) else cell for cell in cells[column]]
    return [
        f"{counted(times, f'cell {cell!r}', f'cells {cell!r}')} read as missing"
        for cell, times in sorted(blanked.items())
    ]
