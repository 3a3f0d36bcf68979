"""Sequences: dated gradings of the same units as ratings with a column an occasion, and back."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import date as day
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from ilacs_reliability._checks.arguments import check_count, check_option, told
from ilacs_reliability._checks.names import column_called, columns_in_words
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.engines import (
    Source,
    collect,
    count_rows,
    in_order,
    number_of,
    read_frame,
    refuse_missing,
)
from ilacs_reliability._data.frames import check_scale, ratings_from_frame
from ilacs_reliability._data.grade_labels import grade_codes
from ilacs_reliability._data.joined_units import with_one_unit
from ilacs_reliability._data.keys import Column
from ilacs_reliability._data.ratings import (
    Ratings,
    RatingsLike,
    as_ratings,
    check_whole,
    clusters_left_out,
)
from ilacs_reliability._data.scales import Scale, is_number
from ilacs_reliability._data.tables import Transitions, one_time_note
from ilacs_reliability._results.wording import counted, left_out

if TYPE_CHECKING:
    import narwhals as nw
    from narwhals.typing import IntoFrame

Pairs: TypeAlias = Literal["consecutive", "first_last", "all"] | tuple[Hashable, Hashable]
MOST_OCCASIONS = 1000
"""Occasions of a unit that are read."""
RULES = ("consecutive", "first_last", "all")
PLACE = "occasion within the unit"
ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?")


def sequences_from_frame(
    frame: IntoFrame,
    *,
    unit: Column | Sequence[Column],
    date: Column,
    grade: Column,
    scale: Scale,
    frequency: Column | None = None,
    cluster: Column | None = None,
    framework: Column | None = None,
    last: int | None = None,
) -> Ratings:
    """Build sequences from a long dataframe: a row for each dated grading of a unit.

    Parameters
    ----------
    frame : dataframe or lazy frame
        Anything that narwhals knows, as of pandas, polars or pyarrow. A lazy frame is not
        collected: its engine puts gradings in order and counts.
    unit, date, grade : str
        The columns that say what was graded, when and how; a list of columns names a unit together.
        Dates are dates, numbers or texts such as 2019-09-26. A grading whose grade is nan, None,
        NA, spaces or what the scale declares missing is no occasion, and `notes` counts them.
    scale : Scale
        The grades, worst first. The order of a categorical column means nothing.
    frequency : str, optional
        A column that says how many units the row's unit stands for. Default: one.
    cluster : str, optional
        A column that says what the row's unit belongs to, where units of a kind move together.
    framework : str, optional
        A column that says by which rules the row's grade was given. Each occasion then has a column
        for each framework that it saw, named by both. Default: none.
    last : int, optional
        How many of each unit's latest gradings to keep, so that its last one stands in the last
        column. Default: all, so that its first one stands in the first column.

    Returns
    -------
    Ratings
        A column an occasion, in order, "occasion 1" and so on, or "last - 1" and "last" where
        `last` is given; of design "repeat". Units with fewer gradings lack ratings.

    Raises
    ------
    ImportError
        If narwhals is not installed.
    TypeError
        If `frame` is not a dataframe, `scale` is not a `Scale`, dates are of a kind that has no
        order, or a column holds the wrong kind.
    ValueError
        If a column is absent, the frame is empty, a grade is not on the scale, a unit has two
        grades of one date, dates are texts in another form, a unit belongs to two clusters or has
        two frequencies, a unit, date, framework or cluster is missing, or nobody gave a grade.

    See Also
    --------
    transitions_from_sequences : Grades before and after, of any two occasions.
    ratings_from_frame : The same where columns have names of their own.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> import pandas as pd
    >>> inspections = pd.DataFrame(
    ...     {
    ...         "authority": ["A", "A", "A", "B", "B"],
    ...         "start": ["2022-05-09", "2015-01-12", "2018-11-05", "2014-03-03", "2019-06-10"],
    ...         "overall": ["good", "RI", "RI", "inadequate", "good"],
    ...     }
    ... )
    >>> sequences = ilr.sequences_from_frame(
    ...     inspections, unit="authority", date="start", grade="overall", scale=ilr.OFSTED_SCALE
    ... )
    >>> sequences
    Ratings(2 units, 3 raters, 4 grades, 2 patterns, 1 rating missing)
    >>> sequences.raters
    ('occasion 1', 'occasion 2', 'occasion 3')
    """
    check_scale(scale)
    if last is not None:
        check_count(last, "last")
        if last > MOST_OCCASIONS:
            raise ValueError(f"`last` must be at most {MOST_OCCASIONS:,}, but got {told(last)}.")
    kinds = [] if framework is None else [("framework", framework)]
    frame, unit = with_one_unit(frame, unit)
    named = [("unit", unit), ("date", date), *kinds]
    extra = [
        (argument, column)
        for argument, column in (("cluster", cluster), ("frequency", frequency))
        if column is not None
    ]
    source = read_frame(frame, [*named, ("grade", grade), *extra])
    refuse_missing(source, named)
    _check_dates(source, date)
    graded, n_ungraded = _graded(source, grade, scale)
    _refuse_ties(graded, unit, date)
    frameworks = [] if framework is None else _frameworks(source, framework)
    placed = _placed(graded, unit, date, last)
    if framework is not None:
        placed = _beside(placed, framework, frameworks)
    import narwhals as nw

    ratings = ratings_from_frame(
        nw.to_native(placed),
        unit=unit,
        rater=PLACE,
        grade=grade,
        scale=scale,
        frequency=frequency,
        cluster=cluster,
        design="repeat",
    )
    names = [_name(place, last, frameworks) for place in ratings.raters or ()]
    notes = ratings.notes + left_out(n_ungraded, "without a grade", "grading")
    return replace(ratings, raters=tuple(names), notes=notes)


def transitions_from_sequences(
    ratings: RatingsLike, *, pairs: Pairs = "consecutive"
) -> Transitions:
    """Build transitions from sequences: grades before and after, of pairs of occasions.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_occasions)
        Grades of each unit, a column an occasion, in order; nan where one is missing.
    pairs : {"consecutive", "first_last", "all"} or pair of columns, optional
        Which two gradings of a unit make a pair: each and its next, whatever lies between; its
        first and its last; any two; or those of two columns, by place or name, in the order given.
        Default: "consecutive".

    Returns
    -------
    Transitions
        The counts. `notes` say where a unit enters more than once.

    Raises
    ------
    TypeError
        If the ratings are no ratings.
    ValueError
        If raters are anonymous, there are several studies or fractions of units, no unit has a
        pair, `pairs` is unknown, or grades are too many for a table of each two.

    See Also
    --------
    sequences_from_frame : Sequences from dated records.
    transitions_from_frame : The same from a row for each unit.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> sequences = ilr.ratings_from_codes(
    ...     [[1, 2, 2], [0, 1, -1], [2, -1, 1]], scale=ilr.OFSTED_SCALE, design="repeat"
    ... )
    >>> ilr.transitions_from_sequences(sequences)
    Transitions(4 units, 4 grades: 2 up, 1 unchanged, 1 down)
    >>> ilr.transitions_from_sequences(sequences, pairs="first_last")
    Transitions(3 units, 4 grades: 2 up, 0 unchanged, 1 down)
    """
    found = as_ratings(ratings)
    if found.patterns is None or found.frequencies.ndim != 1:
        raise ValueError(
            f"`ratings` must be one study with a column for each occasion, but got {found!r}."
        )
    check_whole(found, "ratings")
    if isinstance(pairs, str):
        check_option(pairs, RULES, "pairs")
    elif not isinstance(pairs, (tuple, list)) or len(pairs) != 2:
        raise ValueError(f"`pairs` must be one of {RULES} or two columns, but got {told(pairs)}.")
    else:
        found = _two_columns(found, *pairs)
    rule = pairs if isinstance(pairs, str) else "consecutive"
    if not affordable(1.0, nanoseconds=1.0, held=32.0 * len(found.scale) ** 2):
        raise ValueError(
            f"`ratings` has {len(found.scale)} grades, too many for a table of each two: join "
            "grades."
        )
    counts = np.zeros((len(found.scale),) * 2, dtype=np.int64)
    alone = repeated = 0
    for row, times in zip(_rows(found), found.frequencies.tolist(), strict=True):
        moves = _moves(row, rule)
        for before, after in moves:
            counts[before, after] += int(times)
        alone += int(times) * (not moves and max(row) >= 0)
        repeated += int(times) * (len(moves) > 1)
    if not counts.sum():
        raise ValueError("`ratings` holds no unit with a grade at both occasions of a pair.")
    more = (
        f"{counted(repeated, 'unit')} with several pairs {'enters' if repeated == 1 else 'enter'}"
    )
    note = f"{more} once for each, though pairs of a unit are not independent."
    notes = left_out(alone, "without a pair of grades") + ((note,) if repeated else ())
    return Transitions(
        counts=counts,
        scale=found.scale,
        notes=notes + one_time_note(found) + clusters_left_out(found),
        design=found.design,
    )


def _two_columns(ratings: Ratings, before: Any, after: Any) -> Ratings:
    columns = _column(before, ratings), _column(after, ratings)
    if columns[0] == columns[1]:
        raise ValueError(f"`pairs` must be two columns, but got {told(before)} twice.")
    called = ratings.raters or range(ratings.n_raters)
    return ratings.select_raters(*(called[column] for column in columns))


def _column(column: Any, ratings: Ratings) -> int:
    place = column_called(column, ratings.raters, ratings.n_raters)
    if place is None:
        raise ValueError(
            f"`pairs` must be {columns_in_words(ratings.raters, ratings.n_raters)}, but got "
            f"{told(column)}; the names are {ratings.raters or ()}."
        )
    return place


def _rows(ratings: Ratings) -> list[list[int]]:
    return [] if ratings.patterns is None else ratings.patterns.tolist()


def _moves(row: Sequence[int], rule: str) -> list[tuple[int, int]]:
    given = [grade for grade in row if grade >= 0]
    if rule == "all":
        return list(combinations(given, 2))
    if rule == "first_last":
        return [(given[0], given[-1])] if len(given) > 1 else []
    return list(pairwise(given))


def _check_dates(source: Source, date: Column) -> None:
    import narwhals as nw

    dtype = source.schema[date]
    if dtype.is_numeric() or dtype.is_temporal():
        return
    if isinstance(dtype, (nw.Boolean, nw.Categorical, nw.Enum)):
        raise TypeError(
            f"`date` must be dates, numbers or texts, but column {date!r} holds {dtype}, which has "
            "no order in time."
        )
    values = count_rows(source, [date]).keys[0]
    if len({type(value) for value in values}) == 1 and (
        isinstance(values[0], day) or is_number(values[0])
    ):
        return
    wrong = sorted(told(v) for v in values if not (isinstance(v, str) and ISO.fullmatch(v)))
    if wrong:
        raise ValueError(
            f"`date` must be dates, numbers or texts such as 2019-09-26, which sort by time, but "
            f"column {date!r} holds {wrong[0]}."
        )


def _graded(source: Source, grade: Column, scale: Scale) -> tuple[nw.LazyFrame[Any], int]:
    """Return the rows with a grade, and how many have none."""
    import narwhals as nw

    found = count_rows(source, [grade])
    labels = found.keys[0]
    codes = grade_codes(source, grade, labels, found.rows, scale)
    known = [label for label, code in zip(labels, codes.tolist(), strict=True) if code >= 0]
    if not known:
        raise ValueError(f"`grade` is missing in every row of column {grade!r}.")
    none = int(found.rows[codes < 0].sum())
    if not none:
        return source.rows, 0
    column = nw.col(grade)
    if isinstance(source.schema[grade], (nw.Categorical, nw.Enum)):
        column = column.cast(nw.String)
    return source.rows.filter(column.is_in(known)), none


def _refuse_ties(rows: nw.LazyFrame[Any], unit: Column, date: Column) -> None:
    import narwhals as nw

    keys = rows.select(nw.col(unit).alias("unit"), nw.col(date).alias("date"))
    twice = keys.group_by("unit", "date").agg(nw.len().alias("rows")).filter(nw.col("rows") > 1)
    units, dates, _ = collect(twice)
    if units:
        name, when = min(zip(units, dates, strict=True), key=repr)
        others = f" ({number_of(len(units), 'such case')})" if len(units) > 1 else ""
        raise ValueError(
            f"`date`: unit {name!r} has two grades of {when}{others}; which came first is not "
            "known."
        )


def _frameworks(source: Source, framework: Column) -> list[Hashable]:
    return in_order(source, framework, count_rows(source, [framework]).keys[0])


def _placed(
    rows: nw.LazyFrame[Any], unit: Column, date: Column, last: int | None
) -> nw.LazyFrame[Any]:
    """Add the number of each grading within its unit; those kept by `last` end in its number."""
    import narwhals as nw

    if rows.implementation.is_pyarrow():
        rows = _ranked_in_memory(rows, unit, date, last)
    else:
        rows = nw.maybe_reset_index(rows)  # pandas asks whether a name means index or column
        place = nw.col(date).rank("ordinal", descending=last is not None).over(unit)
        rows = rows.with_columns(place.cast(nw.Int64).alias(PLACE))
    if last is None:
        return rows
    kept = rows.filter(nw.col(PLACE) <= last)
    return kept.with_columns((last + 1 - nw.col(PLACE)).alias(PLACE))


def _ranked_in_memory(rows: nw.LazyFrame[Any], unit: Column, date: Column, last: int | None) -> Any:
    import narwhals as nw

    table: Any = nw.to_native(rows)
    units, dates = table[unit].to_pylist(), table[date].to_pylist()
    order = sorted(range(len(units)), key=lambda row: (str(units[row]), dates[row]))
    if last is not None:
        order.reverse()
    places, number, before = [0] * len(units), 0, object()
    for row in order:
        number = number + 1 if units[row] == before else 1
        places[row], before = number, units[row]
    return nw.from_native(table.append_column(PLACE, [places])).lazy()


def _beside(
    rows: nw.LazyFrame[Any], framework: Column, frameworks: Sequence[Hashable]
) -> nw.LazyFrame[Any]:
    """Give each pair of occasion and framework a number of its own."""
    import narwhals as nw

    column = nw.col(framework)
    number = nw.lit(0)
    for place, label in enumerate(frameworks[1:], 1):
        number = nw.when(column == label).then(nw.lit(place)).otherwise(number)
    return rows.with_columns((nw.col(PLACE) * len(frameworks) + number).alias(PLACE))


def _name(place: Any, last: int | None, frameworks: Sequence[Hashable]) -> Hashable:
    if frameworks:
        number, which = divmod(int(place), len(frameworks))
        return (_name(number, last, ()), frameworks[which])
    if last is None:
        return f"occasion {int(place)}"
    return "last" if int(place) == last else f"last - {last - int(place)}"
