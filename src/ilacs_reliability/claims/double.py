"""What someone's records say beyond grades: a second team's grade, and how units were chosen."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from ilacs_reliability._checks.problems import refuse
from ilacs_reliability._data.ratings import Ratings, ratings_from_matrix
from ilacs_reliability._data.scales import OFSTED_SCALE
from ilacs_reliability.datasets.inspections import Inspection

Chosen: TypeAlias = Literal["by lot", "by rule", "not stated"]
TEAMS = {"first": "first team", "second": "second team"}
CHOSEN: tuple[Chosen, ...] = ("by lot", "by rule", "not stated")


def second_grades(records: Sequence[Inspection]) -> Ratings | None:
    """Return the overall grades by two teams, of the inspections that have both."""
    pairs: list[Any] = [[one.overall, one.second_overall] for one in records]
    both = [pair for pair in pairs if None not in pair]
    return _of_two_teams(both) if both else None


def double_from_rows(rows: Sequence[tuple[int, Mapping[str, str]]], *, file_name: str) -> Ratings:
    """Read two teams' grades from rows of cells, each with its line: columns `first` and `second`.

    An empty cell is a grade that was not given. Raises `ValueError` with the file, line and column
    where a column is missing or a cell holds no grade, of several with a line for each.
    """
    for team in TEAMS:
        if any(team not in row for _, row in rows):
            raise ValueError(f"{file_name}: there must be one column `{team}`.")
    wrong: list[str] = []
    pairs = [
        [_grade(row[team], team, line, file_name, wrong) for team in TEAMS] for line, row in rows
    ]
    refuse(wrong)
    if not any(None not in pair for pair in pairs):
        raise ValueError(f"{file_name} holds no unit with two grades.")
    return _of_two_teams(pairs)


def _of_two_teams(pairs: list[Any]) -> Ratings:
    return ratings_from_matrix(pairs, scale=OFSTED_SCALE, raters=tuple(TEAMS.values()))


def _grade(cell: str, team: str, line: int, file_name: str, wrong: list[str]) -> str | None:
    try:
        return str(OFSTED_SCALE.labels[OFSTED_SCALE.code(cell)]) if cell else None
    except ValueError:
        wrong.append(
            f"{file_name}, line {line}, column `{team}`: {reprlib.repr(cell)} is no grade."
        )
        return None


def chosen_of(records: Sequence[Inspection]) -> Chosen:
    """Return what the records say decided between short and standard, where all say the same."""
    said = {one.chosen for one in records if one.kind in ("short", "standard")}
    if len(said) == 1:
        (only,) = said
        return next((one for one in CHOSEN if one == only), "not stated")
    return "not stated"
