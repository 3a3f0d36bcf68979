"""Grades before and after, and grades of groups."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import check_names, told
from ilacs_reliability._checks.containers import read_only
from ilacs_reliability._checks.names import by_label, row_names
from ilacs_reliability._data.arrays import (
    by_grade,
    check_grades,
    group_names,
    none_note,
    refuse_mask,
)
from ilacs_reliability._data.ratings import (
    Ratings,
    check_whole,
    clusters_left_out,
    counts_by_grade,
    square_counts,
    whole_counts,
)
from ilacs_reliability._data.scales import IntArray, Scale, as_number, numbered_scale
from ilacs_reliability._data.suspects import warn_suspect_counts
from ilacs_reliability._results.cards import cross_table, paragraphs
from ilacs_reliability._results.pictured import Pictured
from ilacs_reliability._results.records import Record
from ilacs_reliability._results.wording import counted, left_out, listed, set_aside, whole


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Transitions(Record, Pictured):
    """Units by grade before and grade after.

    Attributes
    ----------
    counts : ndarray of int, shape (n_grades, n_grades)
        Units; rows are the grade before, columns the grade after, worst first.
    scale : Scale
        The grades, worst first.
    notes : tuple of str
        What a reader of any result must know about these counts.
    design : {"", "repeat", "simultaneous"}
        That of the ratings that the counts come from; "" where they were given as counts.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.transitions_from_table([[2, 3], [1, 4]], scale=ilr.Scale(["poor", "good"]))
    Transitions(10 units, 2 grades: 3 up, 6 unchanged, 1 down)
    """

    counts: IntArray
    scale: Scale
    notes: tuple[str, ...] = ()
    design: str = ""

    @property
    def n_units(self) -> int:
        """Units graded twice."""
        return int(self.counts.sum())

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each pair of grades: before, after and the units that had both.

        Returns
        -------
        list of dict
            Keys "before", "after" and "units", unused pairs too.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> moves = ilr.transitions_from_table([[9, 5], [1, 9]], scale=ilr.Scale(["poor", "good"]))
        >>> moves.rows()[1]
        {'before': 'poor', 'after': 'good', 'units': 5}
        """
        labels = self.scale.labels
        return [
            {"before": before, "after": after, "units": int(units)}
            for before, row in zip(labels, self.counts, strict=True)
            for after, units in zip(labels, row, strict=True)
        ]

    def __repr__(self) -> str:
        up, same, down = (
            int(part.sum())
            for part in (
                np.triu(self.counts, 1),
                np.diagonal(self.counts),
                np.tril(self.counts, -1),
            )
        )
        return (
            f"Transitions({counted(self.n_units, 'unit')}, {counted(len(self.scale), 'grade')}: "
            f"{whole(up)} up, {whole(same)} unchanged, {whole(down)} down)"
        )

    def _repr_html_(self) -> str:
        labels = list(map(str, self.scale.labels))
        table = cross_table(
            self.counts.tolist(), labels, labels, corner="before ↓ after →", diagonal=True
        )
        return table + paragraphs(self.notes)


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class GroupedGrades(Record, Pictured):
    """Units by group and grade, in one or more strata.

    Attributes
    ----------
    counts : ndarray of int, shape (n_strata, n_groups, n_grades)
        Units of each group that got each grade, worst first.
    scale : Scale
        The grades, worst first.
    groups : tuple
        Names of the groups, in the order of the second axis.
    strata : tuple
        Names of the strata, in the order of the first axis.
    notes : tuple of str
        What a reader of any result must know about these counts.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.grades_from_table([[3, 4], [1, 6]], groups=("short", "standard"))
    GroupedGrades(short: 7, standard: 7 units; 2 grades, 1 stratum)
    """

    counts: IntArray
    scale: Scale
    groups: tuple[Hashable, ...]
    strata: tuple[Hashable, ...]
    notes: tuple[str, ...] = ()

    @property
    def n_units(self) -> int:
        """Units in all groups and strata."""
        return int(self.counts.sum())

    @property
    def pooled(self) -> IntArray:
        """Units by group and grade over all strata, shape (n_groups, n_grades)."""
        return read_only(self.counts.sum(axis=0))

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each stratum, group and grade, with its units.

        Returns
        -------
        list of dict
            Keys "stratum", "group", "grade" and "units", unused grades too.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> kinds = ilr.grades_from_table(
        ...     [[9, 5], [1, 9]], scale=ilr.Scale(["poor", "good"]), groups=("short", "standard")
        ... )
        >>> kinds.rows()[1]["group"], kinds.rows()[1]["units"]
        ('short', 5)
        """
        return [
            {"stratum": stratum, "group": group, "grade": grade, "units": int(units)}
            for stratum, table in zip(self.strata, self.counts, strict=True)
            for group, row in zip(self.groups, table, strict=True)
            for grade, units in zip(self.scale.labels, row, strict=True)
        ]

    def __repr__(self) -> str:
        sizes = self.counts.sum(axis=(0, 2)).tolist()
        groups = ", ".join(f"{g}: {whole(n)}" for g, n in zip(self.groups, sizes, strict=True))
        strata = counted(len(self.strata), "stratum", "strata")
        units = "unit" if sizes[-1] == 1 else "units"
        return f"GroupedGrades({groups} {units}; {counted(len(self.scale), 'grade')}, {strata})"

    def _repr_html_(self) -> str:
        several = len(self.strata) > 1
        names = [
            f"{stratum}: {group}" if several else str(group)
            for stratum in self.strata
            for group in self.groups
        ]
        counts = self.counts.reshape(len(names), -1).tolist()
        labels = list(map(str, self.scale.labels))
        corner = "stratum: group" if several else "group"
        return cross_table(counts, names, labels, corner=corner) + paragraphs(self.notes)


TransitionsLike: TypeAlias = Transitions | Ratings | npt.ArrayLike
GradesLike: TypeAlias = GroupedGrades | npt.ArrayLike


def transitions_from_table(table: npt.ArrayLike, *, scale: Scale | None = None) -> Transitions:
    """Build transitions from a square table of counts.

    Parameters
    ----------
    table : array_like of int, shape (n_grades, n_grades)
        Units; rows are the grade before, columns the grade after, worst first. Names of a
        dataframe's rows and columns must be the scale's grades in this order; units in rows and
        columns that the scale declares missing do not enter, and `notes` counts them.
    scale : Scale, optional
        The grades, worst first. Default: 1 to `n_grades`.

    Returns
    -------
    Transitions
        The counts with their scale.

    Raises
    ------
    TypeError
        If `scale` is not a `Scale`.
    ValueError
        If the table is not square over the scale, its rows or columns are named otherwise, a count
        is negative or fractional, or the table holds no unit.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> first_year = [[0, 2, 1, 0], [3, 7, 11, 1], [0, 0, 4, 4], [0, 0, 0, 0]]
    >>> ilr.transitions_from_table(first_year, scale=ilr.OFSTED_SCALE)
    Transitions(33 units, 4 grades: 19 up, 11 unchanged, 3 down)
    """
    _check_scale(scale)
    if scale is None:
        check_grades(table, None, name="table", door="transitions_from_table")
        cells = square_counts(table, None)
        return Transitions(counts=cells, scale=numbered_scale(len(cells)))
    counts, none = counts_by_grade(table, scale, door="transitions_from_table", thing="grade")
    cells = counts[:-1, :-1]
    left = left_out(int(counts.sum() - cells.sum()), "without both grades")
    return Transitions(counts=cells, scale=scale, notes=left + none)


def grades_from_table(
    counts: npt.ArrayLike,
    *,
    scale: Scale | None = None,
    groups: Sequence[Hashable] | Mapping[Hashable, Hashable] | None = None,
    strata: Sequence[Hashable] | None = None,
) -> GroupedGrades:
    """Build grouped grades from a table of counts.

    Parameters
    ----------
    counts : array_like of int, shape (n_groups, n_grades) or (n_strata, n_groups, n_grades)
        Units; the last axis is the grades, worst first, the one before it the groups. Names of a
        dataframe's columns must be the scale's grades in this order, names of its rows the groups;
        units in columns that the scale declares missing do not enter, and `notes` counts them.
    scale : Scale, optional
        The grades, worst first. Default: 1 to `n_grades`.
    groups : sequence of hashable, or mapping, optional
        Names of the groups, or a mapping to them from those of a dataframe's rows. Default: the
        latter, else "group 1", "group 2" and so on.
    strata : sequence of hashable, optional
        Names of the strata. Default: "stratum 1", "stratum 2" and so on.

    Returns
    -------
    GroupedGrades
        The counts with their names.

    Raises
    ------
    TypeError
        If `scale` is not a `Scale`.
    ValueError
        If the table does not have two or three axes, does not fit the scale or the names, its rows
        or columns are named otherwise, a count is negative or fractional, or the table holds no
        unit.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> previously_good = [[3, 8, 45, 39], [4, 6, 5, 3]]
    >>> ilr.grades_from_table(
    ...     previously_good, scale=ilr.OFSTED_SCALE, groups=("short", "standard")
    ... )
    GroupedGrades(short: 95, standard: 18 units; 4 grades, 1 stratum)
    """
    return _grouped(counts, "counts", scale, groups, strata)


def as_transitions(table: TransitionsLike) -> Transitions:
    """Take transitions in any form that a shift function accepts.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units before (rows) and after (columns). Of ratings, the first column is before.

    Returns
    -------
    Transitions
        The same.

    Raises
    ------
    TypeError
        If it is no table at all.
    ValueError
        If the table is not square, a count is negative or fractional, it holds no unit, or the
        ratings are not by two known raters or of fractions of units.
    """
    if isinstance(table, Transitions):
        return table
    if isinstance(table, Ratings):
        return _from_ratings(table)
    refuse_mask(table, "table")
    if isinstance(table, (str, bytes)) or not hasattr(table, "__len__"):
        raise TypeError(
            "`table` must be a square table of counts, transitions or ratings, but got "
            f"{told(table)}."
        )
    return transitions_from_table(table)


def as_grades(grades: GradesLike) -> GroupedGrades:
    """Take grouped grades in any form that a comparison function accepts.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] n_groups, n_grades)
        Units by group and grade.

    Returns
    -------
    GroupedGrades
        The same.

    Raises
    ------
    ValueError
        If the table does not have two or three axes, a count is negative or fractional, or it
        holds no unit.

    Warns
    -----
    SuspectInputWarning
        If the table looks like samples of grades, or like grades of units by raters.
    """
    if isinstance(grades, GroupedGrades):
        return grades
    taken = _grouped(grades, "grades")
    warn_suspect_counts(taken.counts[0] if len(taken.counts) == 1 else taken.counts, "grades")
    return taken


def direction_note(scale: Scale) -> tuple[str, ...]:
    """Say which end is the worst where grades are numbers that rise, and may rank either way.

    Parameters
    ----------
    scale : Scale
        The grades.

    Returns
    -------
    tuple of str
        One note; none where the labels are words, run from best to worst or carry other scores, as
        someone then has said which is better.
    """
    labels = scale.labels
    plain = set(map(type, labels)) == {int}
    numbers = labels if plain else tuple(map(as_number, labels))
    if not scale.ordered or len(labels) < 2 or numbers != scale.scores:
        return ()
    worst, best = labels[0], labels[-1]
    return (
        f"Grade {worst} is taken for the worst and grade {best} for the best; where {worst} is the "
        f"best, turn the order round and declare it, as in Scale([{best}, ..., {worst}]).",
    )


def one_time_note(ratings: Ratings) -> tuple[str, ...]:
    """Say that nothing moved between ratings of one time, where they are read as occasions.

    Parameters
    ----------
    ratings : Ratings
        Grades by known raters, a column each.

    Returns
    -------
    tuple of str
        One note; none where the ratings are repeats.
    """
    if ratings.design != "simultaneous":
        return ()
    names = f", by {listed(map(str, ratings.raters))}" if ratings.raters else ""
    return (
        f"The ratings are of one time{names}: what is called a change is how raters differ, and "
        'nothing moved. Grades of several dates are declared by design="repeat".',
    )


_AXES = ("stratum", "group", "grade")


def _grouped(
    counts: npt.ArrayLike,
    name: str,
    scale: Scale | None = None,
    groups: Any = None,
    strata: Sequence[Hashable] | None = None,
) -> GroupedGrades:
    _check_scale(scale)
    axes = check_grades(counts, scale, name=name, door="grades_from_table", rows=False)
    groups = _groups_of(counts, groups)
    cells = whole = whole_counts(counts, name, _AXES)
    notes: tuple[str, ...] = ()
    if scale is not None and axes.columns is not None:
        every = by_grade(whole, axes, len(scale))
        cells = every[..., :-1]
        notes = left_out(int(every[..., -1].sum()), "without a grade")
        notes += none_note(whole, axes, scale, "grade")
    if cells.ndim not in (2, 3):
        raise ValueError(
            f"`{name}` must be groups by grades or strata by groups by grades, "
            f"but got shape {cells.shape}."
        )
    cells = cells[None] if cells.ndim == 2 else cells
    n_strata, n_groups, n_grades = cells.shape
    if scale is not None and n_grades != len(scale):
        turned = "; is the table transposed?" if n_groups == len(scale) else ""
        raise ValueError(
            f"`{name}` must have {len(scale)} columns, one for each grade of the scale, "
            f"but got shape {np.shape(counts)}{turned}"
        )
    if not cells.sum():
        raise ValueError(f"`{name}` holds no unit: every count is zero.")
    return GroupedGrades(
        counts=cells,
        scale=scale or numbered_scale(n_grades),
        groups=_axis_names(groups, n_groups, "groups", "group"),
        strata=_axis_names(strata, n_strata, "strata", "stratum"),
        notes=notes,
    )


def _from_ratings(ratings: Ratings) -> Transitions:
    if ratings.patterns is None or ratings.n_raters != 2 or ratings.frequencies.ndim != 1:
        raise ValueError(
            "`table` must be ratings of one study by two known raters, the first before and the "
            f"second after, but got {told(ratings)}."
        )
    check_whole(ratings, "table")
    both = (ratings.patterns >= 0).all(axis=1)
    counts = np.zeros((len(ratings.scale),) * 2, dtype=np.int64)
    before, after = ratings.patterns[both].T
    np.add.at(counts, (before, after), ratings.frequencies[both].astype(np.int64))
    single = int(ratings.frequencies[~both].sum())
    return Transitions(
        counts=counts,
        scale=ratings.scale,
        notes=set_aside(single, "graded once")
        + one_time_note(ratings)
        + clusters_left_out(ratings),
        design=ratings.design,
    )


def _groups_of(counts: object, groups: Any) -> Any:
    """Return the groups' names, which a dataframe's rows carry too."""
    parts = counts if isinstance(counts, list | tuple) else (counts,)
    if isinstance(groups, Mapping) or row_names(groups) is not None:
        own = _groups_of(counts, None)
        return by_label(groups, own, name="groups", of="rows of `counts`")
    for part in parts:
        found = group_names(part)
        if found is not None and groups is not None and check_names(groups, "groups") != found:
            raise ValueError(
                f"the rows of `counts` are {found}, but `groups` are {tuple(groups)}: put the rows "
                "in the order of the groups first."
            )
        groups = found if groups is None else groups
    return groups


def _axis_names(
    names: Sequence[Hashable] | None, length: int, argument: str, thing: str
) -> tuple[Hashable, ...]:
    if names is None:
        return tuple(f"{thing} {place}" for place in range(1, length + 1))
    given = check_names(names, argument)
    if len(given) != length:
        raise ValueError(f"`{argument}` must name {length} {argument}, but got {len(given)}.")
    return given


def _check_scale(scale: Any) -> None:
    if scale is not None and not isinstance(scale, Scale):
        raise TypeError(f"`scale` must be a Scale, but got {type(scale).__name__}.")
