"""Ratings, transitions and groups from any dataframe or lazy engine."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import check_flag, check_listing, check_option
from ilacs_reliability._checks.names import one_spelling
from ilacs_reliability._data.engines import (
    Source,
    check_frequency,
    count_rows,
    in_order,
    read_frame,
    refuse_gaps,
    refuse_missing,
    whole_numbers,
)
from ilacs_reliability._data.grade_labels import grade_codes
from ilacs_reliability._data.joined_units import with_one_unit
from ilacs_reliability._data.keys import Column, Named
from ilacs_reliability._data.pivots import pivot, refuse_torn_units
from ilacs_reliability._data.ratings import DESIGNS, Design, Ratings, ratings_from_codes
from ilacs_reliability._data.scales import (
    CodeArray,
    Counts,
    IntArray,
    Scale,
    declared_missing,
    is_missing,
    missing_note,
)
from ilacs_reliability._data.tables import GroupedGrades, Transitions
from ilacs_reliability._data.unnamed import ratings_by_anyone
from ilacs_reliability._results.wording import left_out

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame


def ratings_from_frame(
    frame: IntoFrame,
    *,
    unit: Column | Sequence[Column],
    rater: Column | None,
    grade: Column,
    scale: Scale,
    frequency: Column | None = None,
    cluster: Column | None = None,
    name_units: bool = False,
    design: Design = "simultaneous",
) -> Ratings:
    """Build ratings from a long dataframe: a row for each rating.

    Parameters
    ----------
    frame : dataframe or lazy frame
        Anything that narwhals knows, as of pandas, polars or pyarrow. A lazy frame is not
        collected: its engine counts.
    unit, rater, grade : str
        The columns that say what was graded, by whom and how, or levels of the index that have
        these names. A grade that is nan, None, NA, spaces or what the scale declares is missing, as
        is a row that is absent. A list of columns, such as a school and a year, names a unit
        together. Where nobody noted who graded, `rater` is None: the ratings are then counts by
        anonymous raters.
    scale : Scale
        The grades, worst first. The order of a categorical column means nothing.
    frequency : str, optional
        A column that says how many units the row's unit stands for. Default: one.
    cluster : str, optional
        A column that says what the row's unit belongs to, where units of a kind move together.
    name_units : bool, optional
        Whether to keep the units' names, by which `influential_units` lists them. Memory then grows
        with the number of units. Default: False.
    design : {"simultaneous", "repeat"}, optional
        "repeat" where the raters graded at different dates. Default: "simultaneous".

    Returns
    -------
    Ratings
        Patterns and their frequencies, whatever the order of rows. Raters are sorted by name, or
        stand in the order of an ordered categorical; without them, as of `ratings_from_counts`.

    Raises
    ------
    ImportError
        If narwhals is not installed.
    TypeError
        If `frame` is not a dataframe, `scale` is not a `Scale`, or a column holds the wrong kind.
    ValueError
        If a column is absent, the frame is empty, a grade is not on the scale, a unit is graded
        twice by the same rater, or belongs to two clusters, or has two frequencies, a unit, rater
        or cluster is missing, a frequency is negative or fractional, nobody gave a grade, `design`
        is unknown, or clusters or names of units are wanted of anonymous raters.

    See Also
    --------
    ratings_from_wide : The same from a row for each unit.
    ratings_from_matrix : The same from an array of labels.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> import pandas as pd
    >>> gradings = pd.DataFrame(
    ...     {
    ...         "authority": ["A", "A", "B", "B", "C"],
    ...         "inspector": [1, 2, 1, 2, 1],
    ...         "judgement": ["good", "good", "RI", "good", "outstanding"],
    ...     }
    ... )
    >>> ilr.ratings_from_frame(
    ...     gradings, unit="authority", rater="inspector", grade="judgement", scale=ilr.OFSTED_SCALE
    ... )
    Ratings(3 units, 2 raters, 4 grades, 3 patterns, 1 rating missing)
    """
    check_scale(scale)
    check_option(design, DESIGNS, "design")
    check_flag(name_units, "name_units")
    frame, unit = with_one_unit(frame, unit)
    if rater is None:
        if cluster is not None or name_units:
            asked = "`cluster`" if cluster is not None else "`name_units`"
            raise ValueError(
                f"{asked} is for ratings whose raters are known, but `rater` is None: number the "
                "ratings of a unit in a column, and name that."
            )
        return ratings_by_anyone(frame, (unit, grade), scale, frequency, design)
    extra: list[Named] = [
        (argument, column)
        for argument, column in (("cluster", cluster), ("frequency", frequency))
        if column is not None
    ]
    roles = [("unit", unit), ("rater", rater), ("grade", grade), *extra]
    source = read_frame(frame, roles, listed=[rater])
    check_frequency(source, frequency)
    refuse_missing(source, [("unit", unit), *extra])
    seen = count_rows(source, [rater, grade], frequency)
    gaps = np.array([is_missing(name) for name in seen.keys[0]])
    refuse_gaps(source, "rater", rater, int(seen.rows[gaps].sum()))
    refuse_torn_units(source, unit, extra)
    codes = grade_codes(source, grade, seen.keys[1], seen.rows, scale)
    none = missing_note(declared_missing(seen.keys[1], seen.units, scale))
    digits = {
        label: code + 1
        for label, code in zip(seen.keys[1], codes.tolist(), strict=True)
        if code >= 0
    }
    if not digits:
        raise ValueError(f"`grade` is missing in every row of column {grade!r}.")
    spellings = {name: one_spelling(name) for name in seen.keys[0]}
    raters = in_order(source, rater, spellings.values())
    spelt: dict[Hashable, list[Any]] = {name: [] for name in raters}
    for name, read in spellings.items():
        spelt[read].append(name)
    table = pivot(
        source,
        (unit, rater, grade),
        raters=spelt,
        digits=digits,
        n_grades=len(scale),
        n_rows=int(seen.rows.sum()),
        extra=[column for _, column in extra],
        name_units=name_units,
    )
    times = 1 if frequency is None else whole_numbers(table.extra[-1])
    groups = None if cluster is None else _numbered(source, cluster, table.extra[0])[1]
    units = table.units * times
    return _ratings(
        table.codes, units, scale, raters, groups, design, names=table.names, notes=none
    )


def ratings_from_wide(
    frame: IntoFrame,
    *,
    raters: Sequence[Column],
    scale: Scale,
    unit: Column | None = None,
    frequency: Column | None = None,
    cluster: Column | None = None,
    design: Design = "simultaneous",
) -> Ratings:
    """Build ratings from a wide dataframe: a row for each unit, a column for each rater.

    Parameters
    ----------
    frame : dataframe or lazy frame
        Anything that narwhals knows, as of pandas, polars or pyarrow. A lazy frame is not
        collected: its engine counts the patterns.
    raters : sequence of str
        The columns that hold the raters' grades; nan, None, NA, spaces and what
        the scale declares are missing.
    scale : Scale
        The grades, worst first. The order of a categorical column means nothing.
    unit : str, optional
        A column of names for the rows, by which `influential_units` lists them. Memory then grows
        with the number of units. Default: units have no names.
    frequency : str, optional
        A column that says how many units the row stands for. Default: one.
    cluster : str, optional
        A column that says what the row belongs to, where units of a kind move together.
    design : {"simultaneous", "repeat"}, optional
        "repeat" where the columns are gradings of different dates. Default: "simultaneous".

    Returns
    -------
    Ratings
        Patterns and their frequencies, whatever the order of rows.

    Raises
    ------
    ImportError
        If narwhals is not installed.
    TypeError
        If `frame` is not a dataframe, `scale` is not a `Scale`, `raters` is a string, or a column
        holds the wrong kind.
    ValueError
        If a column is absent or named twice, the frame is empty, a grade is not on the scale, a
        unit or cluster is missing, a unit has two rows, a frequency is negative or fractional,
        nobody gave a grade, or `design` is unknown.

    See Also
    --------
    ratings_from_frame : The same from a row for each rating.
    transitions_from_frame : Grades before and after.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> import pandas as pd
    >>> units = pd.DataFrame({"first": ["good", "RI", None], "second": ["good", "good", "good"]})
    >>> ilr.ratings_from_wide(units, raters=["first", "second"], scale=ilr.OFSTED_SCALE)
    Ratings(3 units, 2 raters, 4 grades, 3 patterns, 1 rating missing)
    """
    check_scale(scale)
    check_option(design, DESIGNS, "design")
    names = check_listing(raters, "raters", of="column names")
    if not names:
        raise ValueError("`raters` must name at least one column, but is empty.")
    clusters = [] if cluster is None else [("cluster", cluster)]
    times = [] if frequency is None else [("frequency", frequency)]
    units = [] if unit is None else [("unit", unit)]
    source = read_frame(frame, [*(("raters", name) for name in names), *clusters, *units, *times])
    check_frequency(source, frequency)
    refuse_missing(source, [*clusters, *units])
    keys = [*names, *(column for _, column in [*clusters, *units])]
    table = count_rows(source, keys, frequency)
    columns = [
        grade_codes(source, name, values, table.rows, scale)
        for name, values in zip(names, table.keys, strict=False)
    ]
    groups = None if cluster is None else _numbered(source, cluster, table.keys[len(names)])[1]
    called = None if unit is None else table.keys[-1]
    if called is not None:
        _refuse_repeated(np.repeat(np.array(called, dtype=object), table.rows).tolist(), unit)
    codes = np.stack(columns, axis=1)
    none = _none_of(table.keys[: len(names)], table.units, scale, "rating")
    return _ratings(codes, table.units, scale, names, groups, design, names=called, notes=none)


@overload
def transitions_from_frame(
    frame: IntoFrame,
    *,
    before: Column,
    after: Column,
    scale: Scale,
    frequency: Column | None = ...,
    cluster: None = ...,
    stratum: None = ...,
) -> Transitions: ...
@overload
def transitions_from_frame(
    frame: IntoFrame,
    *,
    before: Column,
    after: Column,
    scale: Scale,
    frequency: Column | None = ...,
    cluster: Column,
    stratum: None = ...,
) -> Ratings: ...
@overload
def transitions_from_frame(
    frame: IntoFrame,
    *,
    before: Column,
    after: Column,
    scale: Scale,
    frequency: Column | None = ...,
    cluster: Column | None = ...,
    stratum: Column,
) -> dict[Hashable, Any]: ...
def transitions_from_frame(
    frame: IntoFrame,
    *,
    before: Column,
    after: Column,
    scale: Scale,
    frequency: Column | None = None,
    cluster: Column | None = None,
    stratum: Column | None = None,
) -> Transitions | Ratings | dict[Hashable, Any]:
    """Build transitions from a dataframe with a row for each unit.

    Parameters
    ----------
    frame : dataframe or lazy frame
        Anything that narwhals knows, as of pandas, polars or pyarrow. A lazy frame is not
        collected: its engine counts.
    before, after : str
        The columns that hold the two grades; nan, None, NA, spaces and what
        the scale declares are missing. A unit without
        both does not enter, and `notes` counts them.
    scale : Scale
        The grades, worst first. The order of a categorical column means nothing.
    frequency : str, optional
        A column that says how many units the row stands for. Default: one.
    cluster : str, optional
        A column that says what the row belongs to, where units of a kind move together. Default:
        units are independent.
    stratum : str, optional
        A column that says within what units are compared, as for `stratified_shift`. Default: one
        table.

    Returns
    -------
    Transitions, Ratings, or dict of either
        The counts over the whole scale, grades that nobody got included. With `cluster`, ratings
        of design "repeat", before and after, which shift functions take as they take transitions
        and which carry the clusters. With `stratum`, one of them for each stratum that has a unit
        with both grades, sorted by name or in the order of an ordered categorical.

    Raises
    ------
    ImportError
        If narwhals is not installed.
    TypeError
        If `frame` is not a dataframe, `scale` is not a `Scale`, or a column holds the wrong kind.
    ValueError
        If a column is absent or named twice, the frame is empty, a grade is not on the scale, a
        stratum or cluster is missing, a frequency is negative or fractional, or no unit has both
        grades.

    See Also
    --------
    transitions_from_table : The same from a square table.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> import pandas as pd
    >>> units = pd.DataFrame(
    ...     {"sif": ["RI", "RI", "good", None], "ilacs": ["good", "RI", "outstanding", "good"]}
    ... )
    >>> moves = ilr.transitions_from_frame(
    ...     units, before="sif", after="ilacs", scale=ilr.OFSTED_SCALE
    ... )
    >>> moves
    Transitions(3 units, 4 grades: 2 up, 1 unchanged, 0 down)
    >>> moves.notes
    ('1 unit without both grades does not enter.',)
    """
    check_scale(scale)
    times = [] if frequency is None else [("frequency", frequency)]
    clusters = [] if cluster is None else [("cluster", cluster)]
    strata = [] if stratum is None else [("stratum", stratum)]
    source = read_frame(frame, [("before", before), ("after", after), *clusters, *strata, *times])
    check_frequency(source, frequency)
    refuse_missing(source, [*clusters, *strata])
    columns = [before, after, *(column for _, column in [*clusters, *strata])]
    table = count_rows(source, columns, frequency)
    codes = np.stack(
        [
            grade_codes(source, column, values, table.rows, scale)
            for column, values in zip((before, after), table.keys, strict=False)
        ],
        axis=1,
    )
    if not table.units[(codes >= 0).all(axis=1)].sum():
        raise ValueError(f"`frame` holds no unit with a grade in both {before!r} and {after!r}.")
    groups = None if cluster is None else _numbered(source, cluster, table.keys[2])[1]

    def part(rows: npt.NDArray[np.bool_]) -> Transitions | Ratings:
        keys = [[key for key, row in zip(k, rows, strict=True) if row] for k in table.keys[:2]]
        none = _none_of(keys, table.units[rows], scale, "grade")
        if groups is None:
            return _transitions(codes[rows], table.units[rows], scale, none)
        return _ratings(
            codes[rows],
            table.units[rows],
            scale,
            (before, after),
            groups[rows],
            "repeat",
            names=None,
            notes=none,
        )

    if stratum is None:
        return part(np.ones(len(codes), dtype=bool))
    layers, places = _numbered(source, stratum, table.keys[-1])
    both = (codes >= 0).all(axis=1) & (table.units > 0)
    return {
        layer: part(places == place)
        for place, layer in enumerate(layers)
        if both[places == place].any()
    }


def _transitions(
    codes: CodeArray, units: IntArray, scale: Scale, none: tuple[str, ...]
) -> Transitions:
    both = (codes >= 0).all(axis=1)
    cells = np.zeros((len(scale), len(scale)), dtype=np.int64)
    np.add.at(cells, tuple(codes[both].T), units[both])
    notes = left_out(int(units[~both].sum()), "without both grades")
    return Transitions(counts=cells, scale=scale, notes=notes + none)


def grades_from_frame(
    frame: IntoFrame,
    *,
    grade: Column,
    group: Column,
    scale: Scale,
    stratum: Column | None = None,
    frequency: Column | None = None,
) -> GroupedGrades:
    """Build grouped grades from a dataframe with a row for each unit.

    Parameters
    ----------
    frame : dataframe or lazy frame
        Anything that narwhals knows, as of pandas, polars or pyarrow. A lazy frame is not
        collected: its engine counts.
    grade : str
        The column that holds the grades; nan, None, NA, spaces and what
        the scale declares are missing. A unit without one
        does not enter, and `notes` counts them.
    group : str
        The column that says which units are compared with which, as short with standard.
    scale : Scale
        The grades, worst first. The order of a categorical column means nothing.
    stratum : str, optional
        A column that says within what groups are compared. Default: one stratum.
    frequency : str, optional
        A column that says how many units the row stands for. Default: one.

    Returns
    -------
    GroupedGrades
        The counts over the whole scale. Groups and strata are sorted by name, or stand in the
        order of an ordered categorical.

    Raises
    ------
    ImportError
        If narwhals is not installed.
    TypeError
        If `frame` is not a dataframe, `scale` is not a `Scale`, or a column holds the wrong kind.
    ValueError
        If a column is absent or named twice, the frame is empty, a grade is not on the scale, a
        group or stratum is missing, a frequency is negative or fractional, or no unit has a grade.

    See Also
    --------
    grades_from_table : The same from a table of counts.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> import pandas as pd
    >>> previously_good = ilr.load_dataset("inspections").where(
    ...     framework="ILACS", kind=["short", "standard"], previous_overall="good"
    ... )
    >>> ilr.grades_from_frame(
    ...     pd.DataFrame(dict(previously_good.columns)),
    ...     grade="overall",
    ...     group="kind",
    ...     frequency="count",
    ...     scale=ilr.OFSTED_SCALE,
    ... )
    GroupedGrades(short: 95, standard: 18 units; 4 grades, 1 stratum)
    """
    check_scale(scale)
    strata = [] if stratum is None else [("stratum", stratum)]
    times = [] if frequency is None else [("frequency", frequency)]
    source = read_frame(frame, [("grade", grade), ("group", group), *strata, *times])
    check_frequency(source, frequency)
    refuse_missing(source, [("group", group), *strata])
    table = count_rows(source, [grade, group, *(column for _, column in strata)], frequency)
    codes = grade_codes(source, grade, table.keys[0], table.rows, scale)
    groups, group_codes = _numbered(source, group, table.keys[1])
    layers: list[Hashable] = ["stratum 1"]
    layer_codes = np.zeros(len(codes), dtype=np.int64)
    if stratum is not None:
        layers, layer_codes = _numbered(source, stratum, table.keys[2])
    graded = codes >= 0
    cells = np.zeros((len(layers), len(groups), len(scale)), dtype=np.int64)
    places = (layer_codes[graded], group_codes[graded], codes[graded])
    np.add.at(cells, places, table.units[graded])
    if not cells.sum():
        raise ValueError(f"`frame` holds no unit with a grade in {grade!r}.")
    return GroupedGrades(
        counts=cells,
        scale=scale,
        groups=tuple(groups),
        strata=tuple(layers),
        notes=left_out(int(table.units[~graded].sum()), "without a grade")
        + _none_of(table.keys[:1], table.units, scale, "grade"),
    )


def check_scale(scale: object) -> None:
    if not isinstance(scale, Scale):
        raise TypeError(f"`scale` must be a Scale, but got {type(scale).__name__}.")


def _none_of(
    columns: Sequence[Sequence[Any]], units: IntArray, scale: Scale, thing: str
) -> tuple[str, ...]:
    """Say how many cells of some columns the scale declares to hold no grade."""
    total: Counts = {}
    for labels in columns if scale.missing else ():
        for code, n in declared_missing(labels, units.tolist(), scale).items():
            total[code] = total.get(code, 0) + n
    return missing_note(total, thing)


def _numbered(
    source: Source, column: Column, values: Sequence[Hashable]
) -> tuple[list[Hashable], IntArray]:
    """Return the distinct values in their order, and the place of each value there."""
    distinct = in_order(source, column, values)
    places = {value: place for place, value in enumerate(distinct)}
    return distinct, np.array([places[value] for value in values], dtype=np.int64)


def _ratings(
    codes: CodeArray,
    units: IntArray,
    scale: Scale,
    raters: Sequence[Hashable],
    clusters: IntArray | None,
    design: Design,
    *,
    names: list[Hashable] | None,
    notes: tuple[str, ...],
) -> Ratings:
    if not units @ (codes >= 0).any(axis=1):
        raise ValueError("`frame` holds no grade: every one is missing, or stands for no unit.")
    if names is not None:  # engines return them in any order
        called = list(map(str, names))
        order = np.array(sorted(range(len(called)), key=called.__getitem__))
        codes, units, names = codes[order], units[order], [names[place] for place in order]
        clusters = None if clusters is None else clusters[order]
    elif clusters is not None:  # they are numbered as they come
        order = np.argsort(clusters, kind="stable")
        codes, units, clusters = codes[order], units[order], clusters[order]
    ratings = ratings_from_codes(
        codes.astype(np.int8 if len(scale) <= 127 else np.int32),
        scale=scale,
        raters=raters,
        units=names,
        frequencies=units,
        clusters=clusters,
        design=design,
    )
    return replace(ratings, notes=ratings.notes + notes) if notes else ratings


def _refuse_repeated(names: Sequence[Hashable], column: Column | None) -> None:
    seen: set[Hashable] = set()
    for name in sorted(names, key=str):
        if name in seen:
            raise ValueError(
                f"`unit` must name each row, but column {column!r} holds {name!r} in two rows; "
                "ratings_from_frame takes a row for each rating."
            )
        seen.add(name)
