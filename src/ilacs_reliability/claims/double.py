"""What someone's records say beyond grades: a second team's grade, and how units were chosen."""

from __future__ import annotations

import csv
import reprlib
from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeAlias

from ilacs_reliability._data.ratings import Ratings, ratings_from_matrix
from ilacs_reliability._data.scales import OFSTED_SCALE
from ilacs_reliability.datasets.inspections import Inspection

Chosen: TypeAlias = Literal["by lot", "by rule", "not stated"]
TEAMS = ("first", "second")
CHOSEN: tuple[Chosen, ...] = ("by lot", "by rule", "not stated")


def second_grades(records: Sequence[Inspection]) -> Ratings | None:
    """Return the overall grades by two teams, of the inspections that have both."""
    pairs: list[Any] = [[one.overall, one.second_overall] for one in records]
    both = [pair for pair in pairs if None not in pair]
    return _of_two_teams(both) if both else None


def parse_double(lines: Iterable[str], *, file_name: str) -> Ratings:
    """Read a table of two teams' grades: columns `first` and `second`, a row a unit.

    Other columns are ignored, and an empty cell is a grade that was not given. Raises `ValueError`
    with the file, line and column where a column is missing or a cell holds no grade.
    """
    reader = csv.DictReader(lines)
    try:
        for team in TEAMS:
            if (reader.fieldnames or []).count(team) != 1:
                raise ValueError(f"{file_name}, line 1: there must be one column `{team}`.")
        pairs = [
            [_grade(row[team], team, reader.line_num, file_name) for team in TEAMS]
            for row in reader
        ]
    except csv.Error as error:
        raise ValueError(f"{file_name}, after line {reader.line_num}: {error}.") from None
    if not any(None not in pair for pair in pairs):
        raise ValueError(f"{file_name} holds no unit with two grades.")
    return _of_two_teams(pairs)


def _of_two_teams(pairs: list[Any]) -> Ratings:
    return ratings_from_matrix(pairs, scale=OFSTED_SCALE, raters=("first team", "second team"))


def _grade(cell: str | None, team: str, line: int, file_name: str) -> str | None:
    text = (cell or "").strip()
    try:
        return str(OFSTED_SCALE.labels[OFSTED_SCALE.code(text)]) if text else None
    except ValueError:
        raise ValueError(
            f"{file_name}, line {line}, column `{team}`: {reprlib.repr(text)} is no grade."
        ) from None


def chosen_of(records: Sequence[Inspection]) -> Chosen:
    """Return what the records say decided between short and standard, where all say the same."""
    said = {one.chosen for one in records if one.kind in ("short", "standard")}
    if len(said) == 1:
        (only,) = said
        return next((one for one in CHOSEN if one == only), "not stated")
    return "not stated"
