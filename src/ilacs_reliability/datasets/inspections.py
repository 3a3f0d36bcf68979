"""The record file of inspections: one row per authority and inspection, each cell checked."""

import csv
import reprlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby, pairwise
from typing import Any

from ilacs_reliability._checks.arguments import check_each, check_text
from ilacs_reliability._checks.problems import refuse
from ilacs_reliability._data.scales import OFSTED_SCALE

GRADES = tuple(map(str, OFSTED_SCALE.labels))
FRAMEWORKS = ("SIF", "ILACS")
KINDS = ("sif", "short", "standard")
CHOICES = ("by lot", "by rule", "not stated")
MOST_DIGITS = 18
ILACS_BEGAN = date(2018, 1, 1)
INSPECTIONS = "Inspections, as from `parse_inspections`"
EARLIER_GRADES = ("inadequate", "adequate", "satisfactory", *GRADES[1:])


@dataclass(frozen=True, slots=True)
class Inspection:
    """One graded inspection of one authority, as a row of the record file gives it.

    Attributes
    ----------
    line : int
        Line of the file.
    authority : str
        The authority's number (column `urn`).
    region, framework : str
        Region; "SIF" or "ILACS".
    kind : str or None
        "sif", "short" or "standard"; None where unclear.
    start, end, published : date
        First and last day on site, and day of publication.
    overall, leadership, help_and_protection, in_care, care_leavers : str or None
        Grades; None where not given.
    previous_overall, previous_framework : str or None
        Of the authority's inspection before this one.
    pre_sif_safeguarding : str or None
        Safeguarding grade before the first framework, on an older scale.
    days_on_site : int or None
        Weekdays on site.
    lead : int or None
        Anonymous number of the lead inspector (column `lead_inspector_id`).
    population : int or None
        People aged 0 to 25 in the authority (column `population_0_25`).
    second_overall : str or None
        Overall grade by a second team at the same time; None where there was none.
    chosen : str or None
        What decided between a short and a standard inspection: "by lot", "by rule" or "not stated".
    assumed : tuple of str
        Columns that the file does not have, so that their cells here were assumed.
    """

    line: int
    authority: str
    region: str
    framework: str
    kind: str | None
    start: date
    end: date
    published: date
    overall: str | None
    leadership: str | None
    help_and_protection: str | None
    in_care: str | None
    care_leavers: str | None
    previous_overall: str | None
    previous_framework: str | None
    pre_sif_safeguarding: str | None
    days_on_site: int | None
    lead: int | None
    population: int | None
    second_overall: str | None = None
    chosen: str | None = None
    assumed: tuple[str, ...] = ()


def parse_inspections(lines: Iterable[str], *, file_name: str) -> tuple[Inspection, ...]:
    """Check the lines of a record file and turn them into inspections.

    Parameters
    ----------
    lines : iterable of str
        Lines of a comma-separated file with a header. It must have `urn`, `start_date` and
        `overall`; other columns may be left out, and those that are not needed are ignored.
        Without `framework` those that started before 2018 are SIF and later ones ILACS, unless
        their kind says otherwise; without `end_date` an inspection ends on the day it starts,
        without `published_date` it is published on the day it ends, and without
        `previous_overall` a grade before is that of the authority's preceding row. Grades may be
        spelt in every way that `OFSTED_SCALE` knows.
    file_name : str
        Name of the file, for messages.

    Returns
    -------
    tuple of Inspection
        By authority, then by first day on site.

    Raises
    ------
    TypeError
        If `lines` are a single text, or hold something else.
    ValueError
        If a column is missing or stands twice; a cell is not what its column holds; a row is
        too short or too long; an authority has two inspections on one day, two regions or two
        populations; an inspection ends before it starts or is published before it ends; or
        a previous grade is not that of the authority's preceding row. The message names
        file, line and column.
    """
    check_text(file_name, "file_name")
    reader = csv.DictReader(check_each(lines, "lines", str, of="lines of text"))
    try:
        header = reader.fieldnames or ()
        _check_header(header, file_name)
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise ValueError(f"{file_name}, after line {reader.line_num}: {error}.") from None
    return inspections_from_rows(rows, header, file_name=file_name)


def inspections_from_rows(
    rows: Iterable[tuple[int, Mapping[str, str]]], header: Sequence[str], *, file_name: str
) -> tuple[Inspection, ...]:
    """Check rows of cells, each with its line, as `parse_inspections` does those of a text.

    Parameters
    ----------
    rows : iterable of tuple of int and mapping
        The line of each row, and its cells by column.
    header : sequence of str
        The columns.
    file_name : str
        Name of the file, for messages.

    Returns
    -------
    tuple of Inspection
        By authority, then by first day on site.

    Raises
    ------
    ValueError
        As `parse_inspections`; of several rows that are wrong, with a line for each.
    """
    _check_header(header, file_name)
    found, wrong = [], []
    for line, row in rows:
        try:
            found.append(_inspection(row, line, file_name))
        except ValueError as error:
            wrong.append(str(error))
    refuse(wrong)
    if not found:
        raise ValueError(f"{file_name} holds no inspections.")
    ordered = tuple(sorted(found, key=lambda one: (one.authority, one.start)))
    if "previous_overall" not in header:
        ordered = _linked(ordered)
    refuse(
        [
            problem
            for earlier, later in pairwise(ordered)
            if earlier.authority == later.authority
            for problem in _of_pair(earlier, later, file_name)
        ]
    )
    return ordered


def _linked(inspections: Sequence[Inspection]) -> tuple[Inspection, ...]:
    """Give each inspection the grade of its authority's preceding row."""
    linked = []
    for earlier, later in pairwise((None, *inspections)):
        if later is None:
            continue
        if earlier is not None and earlier.authority == later.authority:
            later = replace(
                later, previous_overall=earlier.overall, previous_framework=earlier.framework
            )
        linked.append(later)
    return tuple(linked)


def _check_header(header: Sequence[str], file_name: str) -> None:
    for column in COLUMNS:
        if column in NEEDED and column not in header:
            raise ValueError(f"{file_name}, line 1: column `{column}` is missing.")
        if header.count(column) > 1:
            raise ValueError(f"{file_name}, line 1: column `{column}` stands twice.")


def with_previous(
    inspections: Iterable[Inspection],
) -> Iterator[tuple[Inspection, Inspection]]:
    """Pair each inspection with the one before, be it in the records or only stated in them.

    Parameters
    ----------
    inspections : iterable of Inspection
        Ordered by authority, then by first day on site.

    Returns
    -------
    iterator of tuple of Inspection
        Earlier and later inspection. Of an earlier one that is only stated, the framework and the
        overall grade are known, and nothing else: its other grades are None.

    Raises
    ------
    TypeError
        If they are no inspections.
    """
    return _pairs(check_each(inspections, "inspections", Inspection, of=INSPECTIONS))


def _pairs(inspections: Iterable[Inspection]) -> Iterator[tuple[Inspection, Inspection]]:
    for _, history in groupby(inspections, key=lambda one: one.authority):
        earlier: Inspection | None = None
        for later in history:
            if earlier is None and later.previous_overall is not None:
                earlier = _stated_before(later)
            if earlier is not None:
                yield earlier, later
            earlier = later


def _stated_before(later: Inspection) -> Inspection:
    return replace(
        later,
        framework=later.previous_framework or "",
        kind=None,
        overall=later.previous_overall,
        leadership=None,
        help_and_protection=None,
        in_care=None,
        care_leavers=None,
        previous_overall=None,
        previous_framework=None,
        second_overall=None,
    )


def _inspection(row: Mapping[str, str], line: int, file_name: str) -> Inspection:
    if None in row or None in row.values():
        raise ValueError(f"{file_name}, line {line}: not as many cells as columns.")
    cells: dict[str, Any] = {}
    for column, read in COLUMNS.items():
        if column not in row:
            continue
        try:
            cells[_FIELDS.get(column, column)] = read(row[column].strip())
        except ValueError as error:
            raise ValueError(
                f"{file_name}, line {line}, column `{column}`: {reprlib.repr(row[column])} is not "
                f"{error}."
            ) from None
    absent = [column for column in COLUMNS if column not in row]
    for column in absent:
        cells[_FIELDS.get(column, column)] = _left_out(column, cells)
    one = Inspection(line=line, assumed=tuple(one for one in absent if one in ASSUMED), **cells)
    if one.kind is not None and (one.kind == "sif") != (one.framework == "SIF"):
        raise ValueError(
            f"{file_name}, line {line}, column `kind`: {one.kind!r} does not fit the framework "
            f"{one.framework}."
        )
    for first, second, column in (
        (one.start, one.end, "end_date"),
        (one.end, one.published, "published_date"),
    ):
        if second < first:
            raise ValueError(
                f"{file_name}, line {line}, column `{column}`: {second} is before {first}."
            )
    return one


def _left_out(column: str, cells: Mapping[str, Any]) -> Any:
    """Return what a cell of a column that the file does not have stands for."""
    if column in ("end_date", "published_date"):
        return cells["start" if column == "end_date" else "end"]
    if column == "kind":
        return "sif" if cells["framework"] == "SIF" else None
    if column == "framework":
        by_day = "sif" if cells["start"] < ILACS_BEGAN else ""
        return "SIF" if (cells.get("kind") or by_day) == "sif" else "ILACS"
    return "" if column == "region" else None


def _of_pair(earlier: Inspection, later: Inspection, file_name: str) -> Iterator[str]:
    """Yield what is wrong with an inspection, given the one before it."""
    if earlier.start == later.start:
        yield (
            f"{file_name}, line {later.line}, column `start_date`: the authority already has "
            f"an inspection that started on {later.start}, in line {earlier.line}."
        )
    for column, now, before in (
        ("region", later.region, earlier.region),
        ("population_0_25", later.population, earlier.population),
        ("previous_overall", later.previous_overall, earlier.overall),
        ("previous_framework", later.previous_framework, earlier.framework),
    ):
        if now != before:
            yield (
                f"{file_name}, line {later.line}, column `{column}`: {now!r} does not fit "
                f"the authority's preceding inspection in line {earlier.line}, which has "
                f"{before!r}."
            )


def _text(cell: str) -> str:
    if not cell:
        raise ValueError("a text")
    return cell


def _day(cell: str) -> date:
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise ValueError("a date such as 2019-09-26") from None


def _count(cell: str) -> int | None:
    if cell and not (cell.isascii() and cell.isdigit()):
        raise ValueError("a whole number")
    if len(cell) > MOST_DIGITS:
        raise ValueError(f"a whole number of at most {MOST_DIGITS} digits")
    return int(cell) if cell else None


def _one_of(*options: str) -> Callable[[str], str | None]:
    spelt = {option.casefold(): option for option in options}

    def read(cell: str) -> str | None:
        if cell and cell.casefold() not in spelt:
            raise ValueError(f"one of {options}")
        return spelt[cell.casefold()] if cell else None

    return read


def _framework(cell: str) -> str:
    if not cell:
        raise ValueError(f"one of {FRAMEWORKS}")
    return str(_one_of(*FRAMEWORKS)(cell))


def _grade(cell: str) -> str | None:
    try:
        return GRADES[OFSTED_SCALE.code(cell)] if cell else None
    except ValueError:
        raise ValueError(f"one of {GRADES}") from None


_FIELDS = {
    "urn": "authority",
    "start_date": "start",
    "end_date": "end",
    "published_date": "published",
    "lead_inspector_id": "lead",
    "population_0_25": "population",
}

COLUMNS: dict[str, Callable[[str], str | int | date | None]] = {
    "urn": _text,
    "region": _text,
    "framework": _framework,
    "kind": _one_of(*KINDS),
    "start_date": _day,
    "end_date": _day,
    "published_date": _day,
    "overall": _grade,
    "leadership": _grade,
    "help_and_protection": _grade,
    "in_care": _grade,
    "care_leavers": _grade,
    "previous_overall": _grade,
    "previous_framework": _one_of(*FRAMEWORKS),
    "pre_sif_safeguarding": _one_of(*EARLIER_GRADES),
    "days_on_site": _count,
    "lead_inspector_id": _count,
    "population_0_25": _count,
    "second_overall": _grade,
    "chosen": _one_of(*CHOICES),
}
NEEDED = ("urn", "start_date", "overall")
# what the place of a cell that no column gives would otherwise be taken to state
ASSUMED = ("framework", "end_date", "published_date")
