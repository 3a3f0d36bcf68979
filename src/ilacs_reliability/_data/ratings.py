"""Ratings of units by raters, held as response patterns and their frequencies."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache, partial
from typing import Any, Literal, NamedTuple, NoReturn, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import (
    check_listing,
    check_name,
    check_names,
    check_option,
    is_whole,
    told,
)
from ilacs_reliability._checks.containers import read_only
from ilacs_reliability._checks.names import (
    Names,
    by_label,
    column_called,
    column_names,
    columns_in_words,
    key_of,
    numbered,
    numbers_name,
    own_columns,
    row_names,
    shown,
    sorted_alike,
    unit_names,
)
from ilacs_reliability._data.arrays import (
    LARGEST_WHOLE,
    axis_names,
    by_grade,
    check_grades,
    none_note,
    refuse_mask,
)
from ilacs_reliability._data.patterns import (
    Encode,
    LeftOut,
    OutsideError,
    checked_codes,
    distinct_rows,
    number_codes,
    number_encoder,
    tally,
    tally_numbers,
)
from ilacs_reliability._data.scales import (
    TRUTHS,
    CodeArray,
    FloatArray,
    IntArray,
    Scale,
    as_number,
    declared_missing,
    how_to_accept,
    is_missing,
    is_number,
    missing_note,
)
from ilacs_reliability._data.suspects import warn_suspect
from ilacs_reliability._data.wide import count_grades, grade_rows, is_wide
from ilacs_reliability._results.records import Record, html_table
from ilacs_reliability._results.wording import counted, whole

Derived = TypeVar("Derived")
Design: TypeAlias = Literal["simultaneous", "repeat"]
DESIGNS = ("simultaneous", "repeat")
REPEAT_NOTE = (
    "The ratings of a unit are of different dates: a repeat is not a second opinion, and a change "
    "of the unit counts as disagreement."
)

WITHOUT_CLUSTERS = (
    "Clusters do not enter: intervals and p-values take units as independent, and are too sure "
    "where units of a cluster move together."
)

# counts that are what the patterns say
FROM_PATTERNS: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class PatternTable:
    """What each pattern of ratings contributes, whatever its frequency.

    Attributes
    ----------
    counts : ndarray of float or SparseRows, shape (n_patterns, n_grades)
        Ratings of each grade.
    totals : ndarray of float, shape (n_patterns,)
        Ratings of a unit.
    rated, paired : ndarray of float, shape (n_patterns,)
        1 where a unit has at least one rating, at least two.
    shares : ndarray of float or SparseRows, shape (n_patterns, n_grades)
        Share of each grade among a unit's ratings; 0 where it has none.
    pairs : ndarray of float, shape (n_patterns,)
        Ordered pairs of ratings of a unit, at least 1.
    sizes : ndarray of float, shape (n_patterns, 4)
        1, rated, paired and totals side by side, whose sums over units every study needs.
    known : dict
        What `Ratings.derived` has found that holds for any frequencies.
    """

    counts: Any
    totals: FloatArray
    rated: FloatArray
    paired: FloatArray
    shares: Any
    pairs: FloatArray
    sizes: FloatArray
    known: dict[Hashable, Any] = field(default_factory=dict)

    @property
    def is_wide(self) -> bool:
        """Whether the grades are so many that the table is held without its zeros."""
        return not isinstance(self.counts, np.ndarray)

    @property
    def mixed(self) -> npt.NDArray[np.bool_]:
        """Whether the ratings of a unit are of two grades or more, shape (n_patterns,)."""
        if "mixed" not in self.known:
            if self.is_wide:
                mixed = self.counts.largest() < self.totals
            else:
                # the squares add up to the square of the sum where one grade has all ratings
                mixed = np.vecdot(self.counts, self.counts) < self.totals**2
            self.known["mixed"] = read_only(mixed)
        found: npt.NDArray[np.bool_] = self.known["mixed"]
        return found


def pattern_table(counts: IntArray) -> PatternTable:
    """Derive a pattern table from its counts.

    Parameters
    ----------
    counts : ndarray of int, shape (n_patterns, n_grades)
        Ratings of each grade.

    Returns
    -------
    PatternTable
        The table.
    """
    table = counts.astype(np.float64)
    # many short rows: a product is faster than a sum
    totals = table @ np.ones(table.shape[1])
    shares = table / np.maximum(totals, 1.0)[:, None]
    read_only(table), read_only(shares)
    return _pattern_table(table, totals, shares)


def wide_table(patterns: CodeArray, n_grades: int) -> PatternTable:
    """Derive a pattern table from patterns that hold few of very many grades.

    Parameters
    ----------
    patterns : ndarray of int, shape (n_patterns, n_raters)
        Grade indices, -1 for missing.
    n_grades : int
        Grades of the scale.

    Returns
    -------
    PatternTable
        The table.
    """
    counts = grade_rows(patterns, n_grades)
    totals = (patterns >= 0).sum(axis=1).astype(np.float64)
    return _pattern_table(counts, totals, counts * (1.0 / np.maximum(totals, 1.0))[:, None])


def _pattern_table(counts: Any, totals: FloatArray, shares: Any) -> PatternTable:
    sizes = np.ones((len(totals), 4))
    sizes[:, 1], sizes[:, 2], sizes[:, 3] = totals >= 1, totals >= 2, totals
    pairs = np.maximum(totals * (totals - 1.0), 1.0)
    for array in (totals, sizes, pairs):
        read_only(array)
    return PatternTable(counts, totals, sizes[:, 1], sizes[:, 2], shares, pairs, sizes)


class Sizes(NamedTuple):
    """How many units and ratings there are: numbers, or arrays of shape (...) for many studies."""

    units: Any
    rated: Any
    paired: Any
    ratings: Any


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class Ratings(Record):
    """A study: its response patterns and how often each occurred.

    Attributes
    ----------
    scale : Scale
        The grades, worst first.
    patterns : ndarray of int, shape (n_patterns, n_raters), or None
        Grade index by each rater, -1 for missing; None where raters are anonymous.
    counts : ndarray of int, shape (n_patterns, n_grades)
        How many ratings of each grade a unit of that pattern has: what `patterns` say, where there
        are any. Of very many grades it is made when it is first asked for.
    frequencies : ndarray, shape (..., n_patterns)
        Units of each pattern. Leading axes are many studies over the same patterns.
    raters : tuple or None
        The raters' names, in the order of the columns of `patterns`.
    clusters : ndarray of int, shape (n_patterns,), or None
        The cluster of each row of the pattern table; its units move together.
    design : {"simultaneous", "repeat"}
        Whether the raters graded the same unit at the same time.
    notes : tuple of str
        What a reader of any result must know about these ratings.
    units : tuple of tuple, or None
        The names of the units of each row of the pattern table, where they were given.
    rows : ndarray, shape (n_patterns, n_columns)
        The pattern table as it was built, whichever raters or patterns were picked out since: what
        says whether two numbers rest on the same units. Default: `patterns`, else `counts`.
    table : PatternTable
        What each pattern contributes, derived from `counts`.
    sizes : Sizes
        Units, units with a rating, units with two or more, and ratings; each of shape (...).
    known : dict
        What `derived` has found so far.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.ratings_from_codes([[0, 0], [1, 1], [1, -1]], scale=ilr.Scale(["no", "yes"]))
    Ratings(3 units, 2 raters, 2 grades, 3 patterns, 1 rating missing)
    """

    scale: Scale
    counts: IntArray = FROM_PATTERNS
    frequencies: npt.NDArray[Any]
    patterns: CodeArray | None = None
    raters: tuple[Hashable, ...] | None = None
    clusters: IntArray | None = None
    design: Design = "simultaneous"
    notes: tuple[str, ...] = ()
    units: tuple[tuple[Hashable, ...], ...] | None = None
    rows: npt.NDArray[Any] | None = None
    table: PatternTable = field(init=False)
    sizes: Sizes = field(init=False)
    known: dict[Hashable, Any] = field(init=False)

    def __post_init__(self) -> None:
        for name in ("frequencies", "counts", "patterns", "clusters", "rows"):
            array = getattr(self, name)
            if array is not None and array.flags.writeable:
                object.__setattr__(self, name, read_only(array.view()))
        object.__setattr__(self, "table", self._table())
        if self.rows is None:
            rows = self.counts if self.patterns is None else self.patterns
            object.__setattr__(self, "rows", rows)
        object.__setattr__(self, "sizes", _sizes(self.frequencies, self.table))
        object.__setattr__(self, "known", {})

    def _table(self) -> PatternTable:
        if self.patterns is not None and is_wide(self.patterns, self.scale.n_grades):
            object.__delattr__(self, "counts")
            return wide_table(self.patterns, self.scale.n_grades)
        if self.counts is None:
            self._count()
        return pattern_table(self.counts)

    def _count(self) -> IntArray:
        if self.patterns is None:
            raise TypeError("`counts` is missing, and there are no `patterns` to count.")
        counts = read_only(count_grades(self.patterns, self.scale.n_grades))
        object.__setattr__(self, "counts", counts)
        return counts

    def __getattr__(self, name: str) -> Any:
        # reached only for what is not there yet
        if name != "counts":
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return self._count()

    @property
    def n_units(self) -> Any:
        """Units with at least one rating."""
        return _plain(self.sizes.rated)

    @property
    def n_raters(self) -> int:
        """Raters, or the most ratings that any unit has where raters are anonymous."""
        if self.patterns is not None:
            return int(self.patterns.shape[1])
        return int(self.table.totals.max(initial=0))

    @property
    def n_ratings(self) -> Any:
        """Ratings given."""
        return _plain(self.sizes.ratings)

    @property
    def n_missing(self) -> Any:
        """Ratings that were not given; 0 where raters are anonymous."""
        if self.patterns is None:
            return 0
        return _plain(self.patterns.shape[1] * self.sizes.units - self.sizes.ratings)

    def with_frequencies(self, frequencies: npt.NDArray[Any]) -> Ratings:
        """Return the same patterns with other frequencies.

        Parameters
        ----------
        frequencies : ndarray, shape (..., n_patterns)
            Units of each pattern, for one study or many: 0 or more, fractions where they are
            weights. A series is matched by the patterns' places. A study whose frequencies are all
            zero has no unit, so nothing is defined.

        Returns
        -------
        Ratings
            The new study or studies.

        Raises
        ------
        TypeError
            If the frequencies are not numbers, or a masked array.
        ValueError
            If the last axis does not fit the pattern table, or a frequency is negative or not
            finite.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> ratings = ilr.ratings_from_codes([[0, 0], [0, 1]], scale=ilr.Scale(["no", "yes"]))
        >>> ilr.percent_agreement(ratings.with_frequencies([[1, 1], [3, 1]])).value.tolist()
        [0.5, 0.75]
        """
        if not isinstance(frequencies, np.ndarray):
            frequencies = _by_pattern(frequencies, len(self.counts))
        refuse_mask(frequencies, "frequencies")
        # a copy: what was found must stay true when the caller's array changes
        try:
            frequencies = read_only(np.array(frequencies))
        except ValueError:  # studies of unlike lengths
            frequencies = np.array(frequencies, dtype=object)
        if frequencies.dtype.kind not in "iufb":
            raise TypeError(f"`frequencies` must hold numbers, but got {frequencies.dtype}.")
        if frequencies.shape[-1:] != (len(self.table.totals),):
            raise ValueError(
                f"`frequencies` must end in {len(self.table.totals)} patterns, "
                f"but got shape {frequencies.shape}."
            )
        with np.errstate(invalid="ignore"):
            sizes = _sizes(frequencies, self.table)
        # nan is not 0 or more; a sum shows that one is infinite
        if not (frequencies.min(initial=0) >= 0 and np.isfinite(sizes.units).all()):
            _refuse_frequencies(frequencies)
        return self._counting(frequencies, sizes)

    def leaving_one_out(self, rows: slice) -> Ratings:
        """Return the studies that lack one unit, and the study itself after them.

        Parameters
        ----------
        rows : slice
            Patterns, each of which in turn loses a unit if it has any.

        Returns
        -------
        Ratings
            Studies over the same patterns. Their frequencies are held as what is left out, and so
            can only be summed over patterns, by ``frequencies @ ...``.
        """
        whole = self.frequencies.astype(np.float64, copy=False)
        frequencies: Any = LeftOut(whole, rows)
        return self._counting(frequencies, _sizes(frequencies, self.table))

    def derived(
        self, key: Hashable, find: Callable[[Ratings], Derived], *, of_patterns: bool = False
    ) -> Derived:
        """Return what follows from these ratings, found once for all who ask.

        Parameters
        ----------
        key : hashable
            What it is called.
        find : callable
            Finds it from the ratings, which do not change. The result must not hold the ratings.
        of_patterns : bool, optional
            Whether it follows from the patterns alone, and so holds for any frequencies. Default:
            False.

        Returns
        -------
        object
            What `find` returned at the first call with this key.
        """
        known = self.table.known if of_patterns else self.known
        if key not in known:
            known[key] = find(self)
        found: Derived = known[key]
        return found

    def _counting(self, frequencies: npt.NDArray[Any], sizes: Sizes) -> Ratings:
        # a copy field by field: the pattern table stays, and copy() takes ten times as long
        other = object.__new__(type(self))
        for name in FOLLOWING if self.table.is_wide else self.__slots__:
            object.__setattr__(other, name, getattr(self, name))
        object.__setattr__(other, "frequencies", frequencies)
        object.__setattr__(other, "sizes", sizes)
        object.__setattr__(other, "known", {})
        object.__setattr__(other, "units", None)  # they are not the same units
        return other

    def select_raters(self, *raters: Hashable) -> Ratings:
        """Return the ratings by some of the raters.

        Parameters
        ----------
        *raters : int or hashable
            Names of raters, in the order wanted, or columns of `patterns`. Where a name is a whole
            number, numbers are names and never columns.

        Returns
        -------
        Ratings
            Ratings by these raters over the same pattern rows, so that `difference` can pair what
            is made of them.

        Raises
        ------
        IndexError
            If there is no such column.
        ValueError
            If raters are anonymous, there is none of that name, or none or one of them twice is
            asked for.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> grades = [[0, 0, 1, 1, 0, 1], [1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 1, 1], [0] * 6]
        >>> ratings = ilr.ratings_from_codes(grades, scale=ilr.Scale(["no", "yes"]))
        >>> old, new = ratings.select_raters(0, 1, 4), ratings.select_raters(2, 3, 5)
        >>> gap = ilr.difference(ilr.gwet_ac(old), ilr.gwet_ac(new), paired=True)
        >>> round(gap.value, 2)
        0.3
        """
        if self.patterns is None:
            raise ValueError("`raters`: `ratings` has anonymous raters, so none can be picked out.")
        for place, rater in enumerate(raters):
            check_name(rater, "raters", str(place))
        columns = [self._column(rater) for rater in raters]
        if not columns or len(set(columns)) < len(columns):
            raise ValueError(f"`raters` must be one column or more, each once, but got {raters}.")
        patterns = self.patterns[:, columns]
        names = None if self.raters is None else tuple(self.raters[place] for place in columns)
        return replace(self, patterns=patterns, counts=FROM_PATTERNS, raters=names)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, tuple(self._content())

    def _content(self) -> Iterator[Any]:
        # counts follow from patterns
        names = (field.name for field in fields(self) if field.init)
        known = self.patterns is not None
        return (None if name == "counts" and known else getattr(self, name) for name in names)

    def _column(self, rater: Hashable) -> int:
        column = column_called(rater, self.raters, self.n_raters)
        if column is not None:
            return column
        if is_whole(rater) and not numbers_name(self.raters):
            raise IndexError(
                f"`raters` must be columns, 0 to {self.n_raters - 1}, but got {told(rater)}."
            )
        named = "have no names" if self.raters is None else f"are {shown(self.raters)}"
        raise ValueError(
            f"`raters` must be {columns_in_words(self.raters, self.n_raters)}, but got "
            f"{told(rater)}; the raters {named}."
        )

    def __repr__(self) -> str:
        shape = f"{_number(len(self.scale), 'grade')}, {_number(len(self.table.totals), 'pattern')}"
        if self.frequencies.ndim > 1:
            return f"Ratings({self.frequencies.shape[:-1]} studies, {_panel(self)}, {shape})"
        text = f"{_number(self.n_units, 'unit')}, {_panel(self)}, {shape}"
        missing = f", {_number(self.n_missing, 'rating')} missing" if self.n_missing else ""
        return f"Ratings({text}{missing})"

    def _repr_html_(self) -> str:
        return html_table(
            {
                "units": self.n_units,
                "raters": self.n_raters,
                "ratings": self.n_ratings,
                "missing": self.n_missing,
                "grades": ", ".join(map(str, self.scale.labels)),
                "patterns": len(self.table.totals),
                "design": self.design,
                "notes": list(self.notes),
            }
        )


# what another study over the same patterns takes over without making counts
FOLLOWING = tuple(name for name in Ratings.__slots__ if name != "counts")


def _panel(ratings: Ratings) -> str:
    return "anonymous raters" if ratings.patterns is None else _number(ratings.n_raters, "rater")


def grades_used(ratings: Ratings) -> npt.NDArray[np.bool_]:
    """Tell which grades some pattern has, without a table of all of them, shape (n_grades,)."""
    if ratings.patterns is None:
        return np.asarray(ratings.counts.any(axis=0))
    # a missing rating, -1, is the last
    used = np.zeros(ratings.scale.n_grades + 1, dtype=bool)
    used[ratings.patterns.ravel()] = True
    return used[:-1]


def by_whom(ratings: Ratings) -> str:
    """Say whose ratings they are, where that is not just how many columns there are.

    Parameters
    ----------
    ratings : Ratings
        One study; of many nothing is said.

    Returns
    -------
    str
        Such as "by anonymous raters, at most 3 of a unit", "by 2 of 3 raters" or "on different
        dates"; "" where each rater is known and gave a rating.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> from ilacs_reliability._data.ratings import by_whom
    >>> by_whom(ilr.ratings_from_counts([[2, 1], [2, 0]], scale=ilr.Scale(["no", "yes"])))
    'by anonymous raters, at most 3 of a unit'
    """
    if ratings.design == "repeat" and ratings.patterns is not None:
        return "on different dates"
    # of a complete study each rater is heard
    if ratings.frequencies.ndim != 1 or (ratings.patterns is not None and not ratings.n_missing):
        return ""
    return ratings.derived("by whom", _by_whom)


def _by_whom(ratings: Ratings) -> str:
    there = ratings.frequencies > 0
    if ratings.patterns is None:
        sizes = ratings.table.totals[there & (ratings.table.totals > 0)]
        most = whole(sizes.max(initial=0))
        alike = bool(sizes.size) and sizes.min() == sizes.max()
        return f"by anonymous raters, {most if alike else f'at most {most}'} of a unit"
    n_heard = int((ratings.patterns[there] >= 0).any(axis=0).sum())
    return (
        ""
        if n_heard in (0, ratings.n_raters)
        else f"by {n_heard} of {_number(ratings.n_raters, 'rater')}"
    )


def _rebuilt(*parts: Any) -> Ratings:
    names = (field.name for field in fields(Ratings) if field.init)
    return Ratings(**dict(zip(names, parts, strict=True)))


RatingsLike: TypeAlias = Ratings | npt.ArrayLike


def as_ratings(ratings: RatingsLike) -> Ratings:
    """Take ratings in any form that a coefficient accepts.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Ratings; nan where one is missing. Names of a dataframe's columns are the raters'.

    Returns
    -------
    Ratings
        The same; the scale of a plain array is the distinct numbers seen, with themselves as
        scores, or False and True with scores 0 and 1.

    Raises
    ------
    TypeError
        If the array holds anything but numbers, as labels need a declared scale, or is masked.
    ValueError
        If the array is not units by raters, is empty or holds no rating at all.

    Warns
    -----
    SuspectInputWarning
        If the array looks like a cross-table, counts of grades, or raters by units, or if a column
        names the units.
    """
    if isinstance(ratings, Ratings):
        return ratings
    matrix, truths = _numbers(ratings)
    _check_matrix(matrix, "ratings")
    names, units = own_columns(ratings, "ratings"), unit_names(ratings)
    labels, patterns, frequencies, alike = tally_numbers(matrix)
    if not len(labels):
        raise ValueError(f"`ratings` holds no rating at all: all {matrix.size} are missing.")
    if not np.isfinite(labels).all():
        _refuse(matrix, np.isinf(matrix), "finite numbers or nan")
    if matrix.dtype.kind in "iu" and max(labels[-1], -labels[0]) >= LARGEST_WHOLE:
        # as floats, neighbours would be one grade
        large = np.abs(matrix.astype(np.float64)) >= LARGEST_WHOLE
        _refuse(matrix, large, "whole numbers below 2**53 where no scale is declared")
    if not truths:
        warn_suspect(matrix, np.append(labels, np.nan)[patterns], names)
    numbers = [int(x) if x == int(x) else float(x) for x in labels.tolist()]
    seen = [bool(x) for x in numbers] if truths else numbers
    what = " and ".join(map(str, seen)) if truths else f"the numbers seen, {_listed(numbers)}"
    notes = [f"The scale is {what}: declare unused grades with a Scale."]
    if alike:
        listed = ", ".join(map(repr, alike[:3]))
        notes.append(f"Numbers that differ only by rounding are one grade, as {listed}.")
    codes = partial(number_codes, labels=labels)
    return Ratings(
        scale=Scale(seen, scores=numbers),
        frequencies=frequencies,
        patterns=patterns,
        raters=names,
        notes=tuple(notes),
        units=None
        if units is None
        else _units_by_pattern(units, _rows(codes(matrix), None), _rows(patterns, None)),
    )


def ratings_from_matrix(
    matrix: npt.ArrayLike,
    *,
    scale: Scale,
    raters: Sequence[Hashable] | None = None,
    units: Sequence[Hashable] | None = None,
    frequencies: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    design: Design = "simultaneous",
) -> Ratings:
    """Build ratings from a table of labels.

    Parameters
    ----------
    matrix : array_like of labels, shape (n_units, n_raters)
        Grades; nan, None, NA and "" are missing.
    scale : Scale
        The grades, worst first.
    raters : sequence of hashable, optional
        A name for each column. Where the columns have names, these in any order, or a mapping from
        each to another. Default: the names of a dataframe's columns.
    units : sequence of hashable, optional
        A name for each row, by which `influential_units` lists it. Default: the strings of a
        dataframe's index.
    frequencies : array_like of int, shape (n_units,), optional
        How many units each row stands for; a series or mapping is matched with the rows' names.
        Default: one.
    clusters : array_like of hashable, shape (n_units,), optional
        What each row belongs to, where units of a kind move together; matched by names likewise.
    design : {"simultaneous", "repeat"}, optional
        "repeat" where the columns are gradings of different dates. Default: "simultaneous".

    Returns
    -------
    Ratings
        Patterns and their frequencies.

    Raises
    ------
    TypeError
        If `scale` is not a `Scale`, or an array is masked.
    ValueError
        If a label is not on the scale, `matrix` is not units by raters or empty, the names,
        frequencies or clusters do not fit, or `design` is unknown.

    See Also
    --------
    ratings_from_codes : The same from grade indices, and faster.
    ratings_from_frame : The same from a long dataframe.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> grades = [["good", "good"], ["RI", "good"], ["Outstanding", None]]
    >>> ilr.ratings_from_matrix(grades, scale=ilr.OFSTED_SCALE)
    Ratings(3 units, 2 raters, 4 grades, 3 patterns, 1 rating missing)
    """
    _check_scale(scale)
    refuse_mask(matrix, "matrix", fill="nan or None")
    table = _rectangle(matrix, "matrix")
    table, rows = _match(matrix, table, "matrix", raters, units, frequencies, clusters)
    notes: tuple[str, ...] = ()
    if scale.missing:
        table, notes = _without_declared(table, scale, _frequencies(rows.frequencies, len(table)))
    encode: Encode = partial(checked_codes, n_grades=len(scale))
    numeric = _label_numbers(scale.labels, tuple(map(type, scale.labels)))
    if table.dtype.kind in "iuf" and numeric:
        labels, encode = numeric
    else:
        table = scale.encode(table, name="matrix")
    try:
        return _build(table, "matrix", encode, scale, rows, design, notes)
    except OutsideError:
        bad = number_codes(table, labels) < -1
        hint = how_to_accept(table[bad][0].item(), scale)
        _refuse(table, bad, f"one of {shown(scale.labels)}", "matrix", hint)


def ratings_from_codes(
    codes: npt.ArrayLike,
    *,
    scale: Scale,
    raters: Sequence[Hashable] | None = None,
    units: Sequence[Hashable] | None = None,
    frequencies: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    design: Design = "simultaneous",
) -> Ratings:
    """Build ratings from grade indices, the fast door.

    Parameters
    ----------
    codes : array_like of int, shape (n_units, n_raters)
        Index of each grade on the scale, -1 for missing. int8 in either memory order is read
        without a copy.
    scale : Scale
        The grades, worst first.
    raters : sequence of hashable, optional
        A name for each column. Where the columns have names, these in any order, or a mapping from
        each to another. Default: the names of a dataframe's columns.
    units : sequence of hashable, optional
        A name for each row, by which `influential_units` lists it. Default: the strings of a
        dataframe's index.
    frequencies : array_like of int, shape (n_units,), optional
        How many units each row stands for; a series or mapping is matched with the rows' names.
        Default: one.
    clusters : array_like of hashable, shape (n_units,), optional
        What each row belongs to, where units of a kind move together; matched by names likewise.
    design : {"simultaneous", "repeat"}, optional
        "repeat" where the columns are gradings of different dates. Default: "simultaneous".

    Returns
    -------
    Ratings
        Patterns and their frequencies.

    Raises
    ------
    TypeError
        If `scale` is not a `Scale`, the codes are not whole numbers, or an array is masked.
    ValueError
        If a code is outside the scale, `codes` is not units by raters or empty, the names (which
        must differ), frequencies or clusters do not fit, or `design` is unknown.

    See Also
    --------
    ratings_from_matrix : The same from labels.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.ratings_from_codes([[2, 2], [1, 2], [3, -1]], scale=ilr.OFSTED_SCALE)
    Ratings(3 units, 2 raters, 4 grades, 3 patterns, 1 rating missing)
    """
    _check_scale(scale)
    refuse_mask(codes, "codes", fill="-1")
    table = _rectangle(codes, "codes")
    table, rows = _match(codes, table, "codes", raters, units, frequencies, clusters)
    if table.dtype.kind not in "iu":
        raise TypeError(f"`codes` must be whole numbers, but got {table.dtype}.")
    encode = partial(checked_codes, n_grades=len(scale))
    try:
        return _build(table, "codes", encode, scale, rows, design)
    except OutsideError:
        _refuse(table, (table < -1) | (table >= len(scale)), f"-1 to {len(scale) - 1}", "codes")


def ratings_from_counts(
    counts: npt.ArrayLike, *, scale: Scale, frequencies: npt.ArrayLike | None = None
) -> Ratings:
    """Build ratings by anonymous raters from how often each unit got each grade.

    Parameters
    ----------
    counts : array_like of int, shape (n_units, n_grades)
        Ratings of each grade; rows are units, columns the grades of the scale. Names of a
        dataframe's columns must be these grades in their order; columns named by what the scale
        declares missing are left out and counted in `notes`.
    scale : Scale
        The grades, worst first.
    frequencies : array_like of int, shape (n_units,), optional
        How many units each row stands for; a series or mapping is matched by the rows' names.
        Default: one.

    Returns
    -------
    Ratings
        Counts and their frequencies; `patterns` is None.

    Raises
    ------
    TypeError
        If `scale` is not a `Scale`.
    ValueError
        If the columns are not the scale's grades in order, a count is negative or fractional, or
        the table is empty.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.ratings_from_counts([[6, 0], [4, 2]], scale=ilr.Scale(["no", "yes"]))
    Ratings(2 units, anonymous raters, 2 grades, 2 patterns)
    """
    _check_scale(scale)
    axes = check_grades(counts, scale, name="counts", door="ratings_from_counts", rows=False)
    whole = whole_counts(counts, "counts", ("unit", "grade"))
    table = by_grade(whole, axes, len(scale))[..., :-1] if axes.columns else whole
    if table.ndim != 2 or table.shape[1] != len(scale):
        raise ValueError(
            f"`counts` must have {len(scale)} columns, one for each grade of the scale, but got "
            f"shape {table.shape}; rows are units."
        )
    if not table.sum():
        raise ValueError("`counts` holds no rating at all.")
    frequencies = by_label(
        frequencies, row_names(counts), name="frequencies", of="rows of `counts`"
    )
    times = _frequencies(frequencies, len(table))
    if not table[times > 0].any():
        raise ValueError("`frequencies` leaves no unit with a rating.")
    rows, totals = distinct_rows(table, times)
    notes = none_note(times[:, None] * whole, axes, scale, "rating")
    return Ratings(scale=scale, counts=rows, frequencies=totals, notes=notes)


def ratings_from_table(
    table: npt.ArrayLike,
    *,
    scale: Scale,
    raters: Sequence[Hashable] | Mapping[Hashable, Hashable] | None = None,
    design: Design = "simultaneous",
) -> Ratings:
    """Build ratings by two raters from their cross-table.

    Parameters
    ----------
    table : array_like of int, shape (n_grades, n_grades)
        Units by grade of the first rater (rows) and of the second (columns), worst first. Names of
        a dataframe's rows and columns must be the scale's grades in this order; those that the
        scale declares missing stand beside them, as for units that one rater gave no grade.
    scale : Scale
        The grades, worst first.
    raters : sequence of two hashable, optional
        The raters' names, or a mapping to them from the names of a dataframe's axes. Default: the
        names of the axes, as in what `pandas.crosstab` returns, else "first" and "second".
    design : {"simultaneous", "repeat"}, optional
        "repeat" where the two gradings are of different dates. Default: "simultaneous".

    Returns
    -------
    Ratings
        Patterns and their frequencies.

    Raises
    ------
    TypeError
        If `scale` is not a `Scale`.
    ValueError
        If the table is not square over the scale, its rows or columns are named otherwise, a count
        is negative or fractional, the table holds no unit, there are not two names, or `design` is
        unknown.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ilr.ratings_from_table([[11, 1], [1, 11]], scale=ilr.Scale(["convert", "good"]))
    Ratings(24 units, 2 raters, 2 grades, 4 patterns)
    """
    _check_scale(scale)
    check_option(design, DESIGNS, "design")
    names = _names(_raters_of_axes(table, raters), 2)
    cells, none = counts_by_grade(table, scale, door="ratings_from_table", thing="rating")
    first, second = np.nonzero(cells)
    codes = np.stack([first, second], axis=1)
    patterns: CodeArray = np.where(codes < len(scale), codes, -1).astype(
        np.int8 if len(scale) <= 127 else np.int32
    )
    return Ratings(
        scale=scale,
        frequencies=cells[first, second],
        patterns=patterns,
        raters=names,
        design=design,
        notes=((REPEAT_NOTE,) if design == "repeat" else ()) + none,
    )


def whole_counts(table: npt.ArrayLike, name: str, axes: Sequence[str]) -> IntArray:
    """Check that a table holds counts: whole numbers that are not negative.

    Parameters
    ----------
    table : array_like of number
        The counts.
    name : str
        The argument's name.
    axes : sequence of str
        What each axis is called in an error, the last one last.

    Returns
    -------
    ndarray of int
        The counts.

    Raises
    ------
    TypeError
        If the table does not hold numbers, or is a masked array.
    ValueError
        If it is ragged or empty, a count is negative, fractional or not finite, or there are more
        than 2**53, which could not be added exactly.
    """
    refuse_mask(table, name)
    try:
        numbers = np.asarray(table)
    except ValueError:
        samples = (
            ": samples of grades are counted by `grades_from_frame(frame, grade=..., group=..., "
            "scale=...)`"
        )
        hint = samples if name == "grades" else ""
        raise ValueError(
            f"`{name}` must be rectangular: its rows differ in length{hint}."
        ) from None
    kind = numbers.dtype.kind
    if kind == "O":
        numbers = _float_or_nan(numbers, name)
        kind = numbers.dtype.kind
    if kind not in "iufb":
        raise TypeError(f"`{name}` must hold counts, but got {numbers.dtype}.")
    if not numbers.size:
        raise ValueError(f"`{name}` is empty: it has shape {numbers.shape}.")
    if kind == "f":
        _check_countable(numbers, name, axes)
    whole = numbers.astype(np.int64)
    # a negative number, read without its sign, is larger than any that may be
    if int(np.maximum.reduce(whole.view(np.uint64), axis=None)) * whole.size > LARGEST_WHOLE:
        _check_countable(numbers, name, axes)
    return whole


def _check_countable(numbers: npt.NDArray[Any], name: str, axes: Sequence[str]) -> None:
    """Raise where a number is no count, or there are more units than can be added exactly."""
    bad = ~(np.isfinite(numbers) & (numbers == np.floor(numbers)) & (numbers >= 0))
    if bad.any():
        place = np.argwhere(bad)[0]
        named = zip(axes[-len(place) :], place, strict=False)
        where = ", ".join(f"{axis} {i}" for axis, i in named)
        at = f" at {where}" if where else ""
        raise ValueError(
            f"`{name}` must hold whole numbers of 0 or more, but got {numbers[tuple(place)]:g}{at}."
        )
    # a sum of floats is not exact, and one of integers may wrap
    near = numbers.sum(dtype=np.float64) > LARGEST_WHOLE
    if near or numbers.astype(np.int64).sum() > LARGEST_WHOLE:
        raise ValueError(
            f"`{name}` must count at most 2**53 in all, above which counts are not exact, but got "
            f"{sum(map(int, numbers.flat))}."
        )


def check_whole(ratings: Ratings, name: str) -> None:
    """Raise unless the frequencies of one study are whole numbers.

    Parameters
    ----------
    ratings : Ratings
        One study.
    name : str
        The argument's name.

    Raises
    ------
    ValueError
        If a frequency is a fraction, as where it is a weight.
    """
    frequencies = ratings.frequencies
    if (fractions := frequencies != np.floor(frequencies)).any():
        place = int(np.argmax(fractions))
        raise ValueError(
            f"`{name}` must hold whole units here, but pattern {place} has a frequency of "
            f"{frequencies[place]:g}."
        )


def square_counts(table: npt.ArrayLike, n_grades: int | None, name: str = "table") -> IntArray:
    """Check that a table is square over the grades and counts at least one unit.

    Parameters
    ----------
    table : array_like of int, shape (n_grades, n_grades)
        Units by first grade (rows) and second grade (columns).
    n_grades : int or None
        Grades of the scale, where one is declared.
    name : str, optional
        The argument's name.

    Returns
    -------
    ndarray of int, shape (n_grades, n_grades)
        The counts.

    Raises
    ------
    ValueError
        If it is not square, does not fit the scale or holds no unit.
    """
    cells = whole_counts(table, name, ("row", "column"))
    wanted = "square" if n_grades is None else f"{n_grades} by {n_grades}, as the scale"
    fits = cells.ndim == 2 and cells.shape[0] == cells.shape[1]
    if not fits or (n_grades is not None and len(cells) != n_grades):
        hint = ""
        if cells.ndim == 2 and 2 in cells.shape:
            turned = "" if cells.shape[1] == 2 else ", a row for each unit"
            hint = f"; of two grades a unit, build ratings, as by `ratings_from_codes`{turned}"
        raise ValueError(
            f"`{name}` must be {wanted} (rows: first grade, columns: second), "
            f"but got shape {cells.shape}{hint}."
        )
    if not np.count_nonzero(cells):
        raise ValueError(f"`{name}` holds no unit: every count is zero.")
    return cells


def clusters_left_out(ratings: Ratings) -> tuple[str, ...]:
    """Say that clusters do not enter, where what is asked takes units as independent.

    Parameters
    ----------
    ratings : Ratings
        The ratings.

    Returns
    -------
    tuple of str
        One note; none where the ratings have no clusters.
    """
    return () if ratings.clusters is None else (WITHOUT_CLUSTERS,)


def counts_by_grade(
    table: npt.ArrayLike, scale: Scale, *, door: str, thing: str
) -> tuple[IntArray, tuple[str, ...]]:
    """Read a cross-table, with a last row and column for units without a grade.

    Parameters
    ----------
    table : array_like of int, shape (n_grades, n_grades)
        Units by first grade (rows) and second grade (columns), and perhaps by what the scale
        declares to mean no grade.
    scale : Scale
        The grades.
    door : str
        The function that takes a scale, for an error.
    thing : str
        What is missing, for a note.

    Returns
    -------
    counts : ndarray of int, shape (n_grades + 1, n_grades + 1)
        The units.
    notes : tuple of str
        How many are missing by which code.

    Raises
    ------
    ValueError
        As from `square_counts`.
    """
    axes = check_grades(table, scale, name="table", door=door)
    if axes.rows is None and axes.columns is None:
        return np.pad(square_counts(table, len(scale)), (0, 1)), ()
    counts = whole_counts(table, "table", ("row", "column"))
    codes = [
        tuple(range(n)) if found is None else found
        for n, found in zip(counts.shape, axes[:2], strict=True)
    ]
    graded = [[place for place, code in enumerate(each) if code >= 0] for each in codes]
    square_counts(counts[np.ix_(*graded)], len(scale))
    axes = axes._replace(rows=codes[0], columns=codes[1])
    return by_grade(counts, axes, len(scale)), none_note(counts, axes, scale, thing)


def _raters_of_axes(table: object, raters: Any) -> Any:
    """Return two raters' names, which the axes of a dataframe may carry."""
    own = axis_names(table)
    if isinstance(raters, Mapping) or row_names(raters) is not None:
        return by_label(raters, own, name="raters", of="axes of `table`")
    if raters is None:
        return own or ("first", "second")
    if own is not None and not isinstance(raters, str) and isinstance(raters, Iterable):
        raters = tuple(raters)
        if raters == own[::-1]:
            raise ValueError(
                f"`raters` are {shown(raters)}, but the axes of `table` are {shown(own)}: "
                "transpose the table, or give the raters in its order."
            )
    return raters


class _Rows(NamedTuple):
    """What is said of the rows and columns of a table, in their order."""

    raters: Sequence[Hashable] | None
    units: Sequence[Hashable] | None
    frequencies: Any
    clusters: Any


NOTHING_SAID = _Rows(None, None, None, None)


def _match(
    given: object,
    table: npt.NDArray[Any],
    name: str,
    raters: Any,
    units: Any,
    frequencies: Any,
    clusters: Any,
) -> tuple[npt.NDArray[Any], _Rows]:
    """Match what carries labels with the names that a table carries."""
    if given.__class__ is np.ndarray and raters is units is frequencies is clusters is None:
        _check_matrix(table, name)
        return table, NOTHING_SAID
    columns = own_columns(given, name)
    if isinstance(raters, Mapping) or row_names(raters) is not None:
        raters = by_label(raters, columns, name="raters", of=f"columns of `{name}`")
        columns = None
    _check_matrix(table, name, raters)
    if raters is not None and columns is not None:
        raters = check_names(raters, "raters")
    if raters is not None and columns is not None and raters != columns:
        if not sorted_alike(raters, columns):
            raise ValueError(
                f"`raters` are {shown(raters)}, but the columns of `{name}` are {shown(columns)}: "
                "give the same names, or a mapping from these to others."
            )
        table = table[:, [columns.index(rater) for rater in raters]]
    labelled = any(
        isinstance(values, Mapping) or row_names(values) is not None
        for values in (units, frequencies, clusters)
    )
    own = unit_names(given)
    names = row_names(given) if labelled else own
    units = by_label(units, names, name="units", of=f"rows of `{name}`") if labelled else units
    return table, _Rows(
        columns if raters is None else raters,
        _units_named(units, own, labelled, name),
        *(
            by_label(values, _row_labels(names, units), name=argument, of=f"rows of `{name}`")
            for argument, values in (("frequencies", frequencies), ("clusters", clusters))
        ),
    )


def _row_labels(names: Names, units: Any) -> Names:
    if names is not None and not numbered(names):
        return names
    if isinstance(units, (list, tuple)) and all(map(_hashable, units)):
        return tuple(units)
    return names


def _hashable(thing: object) -> bool:
    return isinstance(thing, Hashable)


def _units_named(units: Any, own: Names, labelled: bool, name: str) -> Any:
    if units is None or own is None or not isinstance(units, (list, tuple)) or labelled:
        return own if units is None else units
    if tuple(units) != own:
        raise ValueError(
            f"`units` are {shown(units)}, but the rows of `{name}` are {shown(own)}: give them as "
            "a mapping or series of the rows' names."
        )
    return units


def _without_declared(
    table: npt.NDArray[Any], scale: Scale, times: IntArray
) -> tuple[npt.NDArray[Any], tuple[str, ...]]:
    """Return a table without what the scale declares to mean no grade, and how much there was."""
    if table.dtype.kind in "iuf":
        numbers = [number for code in scale.missing if (number := as_number(code)) is not None]
        none = np.isin(table, numbers)
        counted = {x: int(times @ (table == x).sum(axis=1)) for x in numbers} if none.any() else {}
        found = declared_missing(counted, counted.values(), scale)
        return np.where(none, np.nan, table) if none.any() else table, missing_note(found)
    cells = table.ravel().tolist()
    held: dict[Any, int] = {}
    for cell, n in zip(cells, np.repeat(times, table.shape[1]).tolist(), strict=True):
        if cell.__class__ is not list:
            held[cell] = held.get(cell, 0) + n
    return table, missing_note(declared_missing(held, held.values(), scale))


def _build(
    table: npt.NDArray[Any],
    name: str,
    encode: Encode,
    scale: Scale,
    said: _Rows,
    design: Design,
    notes: tuple[str, ...] = (),
) -> Ratings:
    check_option(design, DESIGNS, "design")
    raters, units, frequencies, clusters = said
    names = None if raters is None else _names(raters, table.shape[1])
    called = None if units is None else _unit_names(units, len(table))
    times = None if frequencies is None else _frequencies(frequencies, len(table))
    groups = None if clusters is None else _cluster_codes(clusters, len(table))
    patterns, totals, rows = tally(table, encode, len(scale), frequencies=times, clusters=groups)
    if not (totals @ (patterns >= 0).any(axis=1)):
        raise ValueError(f"`{name}` holds no rating at all: all {table.size} are missing.")
    return Ratings(
        scale=scale,
        frequencies=read_only(totals),
        patterns=read_only(patterns),
        raters=names,
        clusters=rows,
        design=design,
        notes=((REPEAT_NOTE,) if design == "repeat" else ()) + notes,
        units=None
        if called is None
        else _units_by_pattern(called, _rows(encode(table), groups), _rows(patterns, rows)),
    )


def _rows(codes: CodeArray, clusters: IntArray | None) -> IntArray:
    """Return what a unit must have in common with a row of the pattern table."""
    whole = codes.astype(np.int64)
    return whole if clusters is None else np.column_stack([clusters, whole])


def _unit_names(units: Sequence[Hashable], n_units: int) -> tuple[Hashable, ...]:
    names = tuple(check_listing(units, "units", of="names, one for each row"))
    if len(names) != n_units:
        raise ValueError(
            f"`units` must have {n_units} names, one for each row, but got {len(names)}."
        )
    seen: set[Hashable] = set()
    for unit, name in enumerate(names):
        if is_missing(name):
            raise ValueError(f"`units` holds {name!r} at unit {unit}: every unit needs a name.")
        check_name(name, "units", f"unit {unit}")
        if key_of(name) in seen:
            raise ValueError(
                f"`units` must be distinct, but got {told(name)} again at unit {unit}."
            )
        seen.add(key_of(name))
    return names


def _units_by_pattern(
    names: Sequence[Hashable], units: IntArray, patterns: IntArray
) -> tuple[tuple[Hashable, ...], ...]:
    """Sort names into the rows of the pattern table, in the order in which they were given."""
    places = {row.tobytes(): place for place, row in enumerate(patterns)}
    held: list[list[Hashable]] = [[] for _ in patterns]
    for name, row in zip(names, units, strict=True):
        # a row that stands for no unit has no pattern
        if (place := places.get(row.tobytes())) is not None:
            held[place].append(name)
    return tuple(map(tuple, held))


def _numbers(ratings: npt.ArrayLike) -> tuple[npt.NDArray[Any], bool]:
    """Return numbers, and whether they stand for False and True."""
    refuse_mask(ratings, "ratings", fill="nan or None")
    # other things than arrays have a dtype too
    is_array = hasattr(ratings, "dtype") and hasattr(ratings, "__array__")
    matrix = np.asarray(ratings) if is_array else _rectangle(ratings, "ratings")
    if matrix.dtype.kind in "fiu":
        return matrix, False
    if matrix.dtype == bool:
        return matrix.astype(np.int8), True
    if matrix.dtype == object:
        truths = _truths(matrix, "ratings")
        return _float_or_nan(matrix, "ratings"), truths
    example = matrix.flat[0] if matrix.size else ""
    raise TypeError(
        f"`ratings` must hold numbers, but got {told(example)}: labels have no order of their own, "
        "so declare one, as in `ratings_from_matrix(..., scale=Scale([...]))`."
    )


def _truths(matrix: npt.NDArray[Any], name: str) -> bool:
    """Tell whether objects are False and True, which stand beside no number."""
    kinds = {isinstance(x, TRUTHS) for x in matrix.ravel().tolist() if not is_missing(x)}
    if len(kinds) == 2:
        raise TypeError(
            f"`{name}` must hold numbers or True and False, but got both: True is not 1."
        )
    return kinds == {True}


def _float_or_nan(matrix: npt.NDArray[Any], name: str) -> FloatArray:
    numbers = np.empty(matrix.size)
    for place, thing in enumerate(matrix.ravel().tolist()):
        if is_missing(thing) and not isinstance(thing, str):
            numbers[place] = np.nan
        elif is_number(thing) or isinstance(thing, TRUTHS):
            numbers[place] = _as_float(thing, name)
        else:
            raise TypeError(
                f"`{name}` must hold numbers, but got {told(thing)}: labels have no order of their "
                "own, so declare one, as in `ratings_from_matrix(..., scale=Scale([...]))`."
            )
    return numbers.reshape(matrix.shape)


def _as_float(number: Any, name: str) -> float:
    try:
        same = float(number)
    except OverflowError:
        same = float("inf")
    if isinstance(number, int) and same != number:
        raise ValueError(
            f"`{name}` must hold numbers that a float can hold, at most 2**53, but got "
            f"{told(number)}."
        )
    return same


@lru_cache(maxsize=64)
def _label_numbers(
    labels: tuple[Hashable, ...], types: tuple[type, ...]
) -> tuple[FloatArray, Encode] | None:
    """Return labels as numbers and how to find them, if all are; `types` since 1 == True."""
    if not all(map(_fits_float, labels)):
        return None
    numbers: FloatArray = read_only(np.array(labels, dtype=np.float64))
    return numbers, number_encoder(numbers)


def _fits_float(label: Hashable) -> bool:
    """Tell whether a label is a number that no other whole number shares a float with."""
    return type(label) in (int, float) and abs(label) < LARGEST_WHOLE  # type: ignore[arg-type]


def _rectangle(matrix: npt.ArrayLike, name: str) -> npt.NDArray[Any]:
    try:
        table = np.asarray(matrix)
        if hasattr(matrix, "dtype"):
            return table
        # a list that mixes strings and numbers must not turn numbers into strings
        mixed = table.dtype.kind in "USO" or (table.dtype.kind in "iufc" and _holds_truths(matrix))
        return np.array(matrix, dtype=object) if mixed else table
    except ValueError:
        raise ValueError(
            f"`{name}` must be rectangular, units by raters, but its rows differ in length: fill "
            "them up with None where a column is a rater; where nobody noted who graded, give a "
            "row a rating to `ratings_from_frame` with rater=None."
        ) from None


def _holds_truths(rows: Any) -> bool:
    return isinstance(rows, (list, tuple)) and not all(
        set(map(type, row)).isdisjoint(TRUTHS) for row in rows if isinstance(row, (list, tuple))
    )


def _check_matrix(
    table: npt.NDArray[Any], name: str, raters: Sequence[Hashable] | None = None
) -> None:
    if table.ndim != 2:
        beside = "; put two raters' grades side by side, as in `numpy.column_stack([one, two])`"
        raise ValueError(
            f"`{name}` must be units by raters (two axes), but got shape {table.shape}"
            f"{beside if table.ndim == 1 else ''}."
        )
    if not table.size:
        raise ValueError(f"`{name}` is empty: it has shape {table.shape}.")
    if raters is not None:
        raters = tuple(check_listing(raters, "raters", of="names"))
    if raters is not None and table.shape[1] != len(raters):
        turned = "; is it transposed?" if table.shape[0] == len(raters) else ""
        raise ValueError(
            f"`{name}` must have {len(raters)} columns, one for each rater, but got shape "
            f"{table.shape}; rows are units{turned}"
        )


def _check_scale(scale: object) -> None:
    if not isinstance(scale, Scale):
        raise TypeError(
            f"`scale` must be a Scale, as in Scale(['worst', 'best']), "
            f"but got {type(scale).__name__}."
        )


def _refuse(
    table: npt.NDArray[Any],
    bad: npt.NDArray[np.bool_],
    wanted: str,
    name: str = "ratings",
    hint: str = "",
) -> NoReturn:
    unit, rater = np.argwhere(bad)[0]
    raise ValueError(
        f"`{name}` must hold {wanted}, but got {table[unit, rater]} at unit {unit}, rater {rater}"
        f"{hint}."
    )


def _names(raters: Sequence[Hashable], n_raters: int) -> tuple[Hashable, ...]:
    names = check_names(raters, "raters")
    if len(names) != n_raters:
        raise ValueError(f"`raters` must name {n_raters} raters, but got {len(names)}.")
    return names


def _frequencies(frequencies: npt.ArrayLike | None, n_units: int) -> IntArray:
    if frequencies is None:
        return np.ones(n_units, dtype=np.int64)
    totals = whole_counts(frequencies, "frequencies", ("unit",))
    if totals.shape != (n_units,):
        raise ValueError(
            f"`frequencies` must have shape ({n_units},), one for each row, but got {totals.shape}."
        )
    if not totals.any():
        raise ValueError("`frequencies` holds no unit, so there is no rating at all: each is 0.")
    return totals


def _by_pattern(frequencies: Any, n_patterns: int) -> Any:
    """Return frequencies in the order of the patterns, whose names are their places."""
    columns = column_names(frequencies)
    if columns is None:
        places = tuple(range(n_patterns))
        return by_label(frequencies, places, name="frequencies", of="patterns")
    if not numbered(columns):
        raise ValueError(
            f"`frequencies` has columns {shown(columns)}, but patterns have no names but their "
            f"places, 0 to {n_patterns - 1}: put the columns in this order and pass its values "
            "alone, as by `.to_numpy()`."
        )
    return frequencies


def _refuse_frequencies(frequencies: npt.NDArray[Any]) -> None:
    for bad in np.argwhere(~(np.isfinite(frequencies) & (frequencies >= 0))).tolist():
        raise ValueError(
            "`frequencies` must hold finite numbers of 0 or more, but got "
            f"{frequencies[tuple(bad)]:g} at {', '.join(map(str, bad))}."
        )


def _cluster_codes(clusters: npt.ArrayLike, n_units: int) -> IntArray:
    refuse_mask(clusters, "clusters")
    names = np.asarray(clusters, dtype=object)
    if names.shape != (n_units,):
        raise ValueError(
            f"`clusters` must have shape ({n_units},), one for each row, but got {names.shape}."
        )
    codes: dict[Any, int] = {}
    for unit, name in enumerate(names.tolist()):
        if is_missing(name):
            raise ValueError(f"`clusters` holds {name!r} at unit {unit}: every unit needs one.")
        check_name(name, "clusters", f"unit {unit}")
        codes.setdefault(key_of(name), len(codes))
    return np.array([codes[key_of(name)] for name in names.tolist()], dtype=np.int64)


def _sizes(frequencies: npt.NDArray[Any], table: PatternTable) -> Sizes:
    sums = frequencies @ table.sizes
    return Sizes(*(sums if sums.ndim == 1 else np.moveaxis(sums, -1, 0)))


def _plain(total: Any) -> Any:
    """Return a whole number where the frequencies are whole, as in any table of real units."""
    if isinstance(total, np.ndarray):
        return read_only(total.view())
    number = float(total)
    return int(number) if number.is_integer() else number


def _number(count: float, thing: str) -> str:
    return counted(count, thing)


def _listed(numbers: Sequence[float]) -> str:
    shown = [f"{x:g}" for x in numbers]
    return ", ".join(shown if len(shown) <= 8 else [*shown[:4], "...", shown[-1]])
