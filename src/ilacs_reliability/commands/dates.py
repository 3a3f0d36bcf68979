"""Dates as people and office programs write them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping

from ilacs_reliability._checks.problems import refuse
from ilacs_reliability.commands.layouts import Asked
from ilacs_reliability.commands.sheets import Sheet


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
