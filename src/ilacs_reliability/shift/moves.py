"""What every shift function starts from: units by the grade before and the grade after."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import told
from ilacs_reliability._checks.containers import read_only
from ilacs_reliability._checks.names import shown
from ilacs_reliability._data.ratings import Ratings, check_whole
from ilacs_reliability._data.scales import (
    FloatArray,
    IntArray,
    Scale,
    not_a_grade,
    read_label,
    refuse_unordered,
)
from ilacs_reliability._data.tables import (
    TransitionsLike,
    as_transitions,
    direction_note,
    one_time_note,
)
from ilacs_reliability._inference import betas
from ilacs_reliability._inference.intervals import (
    clopper_pearson_limits,
    jeffreys_limits,
    midp_limits,
    t_limits,
    wald_limits,
    wilson_limits,
)
from ilacs_reliability._inference.students import t_quantile
from ilacs_reliability._results.estimates import Estimate, Limits, Method, reason_in_words
from ilacs_reliability._results.ingredients import Title, Undefined, Value
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.records import Record, freeze
from ilacs_reliability._results.undefined import warn_undefined
from ilacs_reliability._results.wording import set_aside, with_article
from ilacs_reliability.shift.sentences import (
    CLUSTER_NOTE,
    GRADED_ONCE,
    NO_CUT_OF_TWO,
    NOT_SHOWN,
    STOOD_STILL,
)

Mask: TypeAlias = npt.NDArray[np.bool_]

# which interval of a share answers about one half as the test does
MATCHING = {"exact": "clopper_pearson", "midp": "midp", "asymptotic": "wilson"}
# errors below this share of the range are zero but for rounding
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pairs(Record):
    """Units graded twice, as distinct pairs of grades and how often each occurred.

    Attributes
    ----------
    scale : Scale
        The grades, worst first.
    before, after : ndarray of int, shape (n_rows,)
        Grade index of each row.
    frequencies : ndarray of float, shape (..., n_rows)
        Units of each row.
    clusters : ndarray of int, shape (n_rows,), or None
        Cluster of each row; its units move together.
    notes : tuple of str
        What a reader of any result must know.
    patterns : ndarray, shape (n_rows, n_columns), or None
        The rows of the pattern table, where the pairs come from ratings.
    table : ndarray of int, shape (n_grades, n_grades), or None
        Units before (rows) and after (columns), where the pairs come from such a table.
    design : {"", "repeat", "simultaneous"}
        That of the ratings that the pairs come from; "" where they come from counts.
    n_units : int or ndarray
        Units graded twice, an int for a single study.
    """

    scale: Scale
    before: IntArray
    after: IntArray
    frequencies: FloatArray
    clusters: IntArray | None
    notes: tuple[str, ...]
    patterns: npt.NDArray[Any] | None = None
    table: IntArray | None = None
    design: str = ""
    n_units: Any = field(init=False)

    def __post_init__(self) -> None:
        total = np.add.reduce(self.frequencies, axis=-1)
        object.__setattr__(self, "n_units", total if total.ndim else int(total))
        # whoever has a table has made all of it read-only
        if self.table is None:
            freeze(self)

    @property
    def moves(self) -> IntArray:
        """Grades each row moved, up positive."""
        return read_only(self.after - self.before)

    @property
    def n_grades(self) -> int:
        """Grades of the scale."""
        return self.scale.n_grades

    @property
    def counts(self) -> IntArray:
        """Units by grade before (rows) and after (columns), of a single study."""
        if self.table is not None:
            return self.table
        q = self.n_grades
        cells = np.bincount(self.before * q + self.after, self.frequencies, q * q)
        return read_only(cells.astype(np.int64).reshape(q, q))

    def count(self, rows: Mask) -> int:
        """Count the units of some rows, of a single study."""
        return int(self.frequencies @ rows.astype(np.float64))

    def ways(self, ways: IntArray) -> tuple[int, int]:
        """Count the units of rows that count 1 and of those that count -1, of a single study."""
        down, _, up = np.bincount(ways + 1, self.frequencies, 3).tolist()
        return int(up), int(down)


def as_pairs(table: TransitionsLike, *, single: bool = True, by_order: bool = True) -> Pairs:
    """Take transitions in any form, with clusters where ratings carry them.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units before (rows) and after (columns). Of ratings, the first column is before.
    single : bool, optional
        Whether many studies over the same pairs are refused.
    by_order : bool, optional
        Whether the caller asks which grade is better; a note then says. Default: True.

    Returns
    -------
    Pairs
        The pairs.

    Raises
    ------
    TypeError
        If it is no table at all.
    ValueError
        If the table is not square, a count is negative or fractional, no unit is graded twice, or
        the ratings are not by two known raters.
    """
    if isinstance(table, Ratings):
        return _from_ratings(table, single, by_order)
    given = as_transitions(table)
    n_grades = len(given.counts)
    before, after = CELLS[n_grades] if n_grades < len(CELLS) else _cells(n_grades)
    return Pairs(
        scale=given.scale,
        before=before,
        after=after,
        frequencies=read_only(given.counts.ravel().astype(np.float64)),
        clusters=None,
        notes=given.notes + (direction_note(given.scale) if by_order else ()),
        table=given.counts,
        design=given.design,
    )


def _cells(n_grades: int) -> tuple[IntArray, IntArray]:
    """Return the grade before and the grade after of each cell of a table."""
    grades = np.arange(n_grades)
    return read_only(grades.repeat(n_grades)), read_only(np.tile(grades, n_grades))


# of the tables that nearly everyone has
CELLS = tuple(_cells(n_grades) for n_grades in range(8))


def cut_at(pairs: Pairs, at_least: Hashable | None) -> tuple[Mask, Mask]:
    """Say which rows stand at or above a grade before and after.

    Parameters
    ----------
    pairs : Pairs
        The pairs.
    at_least : hashable or None
        A grade; None on a scale of two stands for the better one.

    Returns
    -------
    before, after : ndarray of bool, shape (n_rows,)
        Whether the row stands at or above the grade.

    Raises
    ------
    ValueError
        If the scale is not ordered, or the grade is missing where there are more than two, not on
        the scale, or the worst.
    """
    labels = pairs.scale.labels
    refuse_unordered(pairs.scale, "table", NO_CUT_OF_TWO)
    if at_least is None:
        if pairs.n_grades != 2:
            better = shown(labels[1:])
            raise ValueError(f"`at_least` must name the grade to cut at, one of {better}.")
        code = 1
    else:
        code = grade_code(pairs.scale, at_least)
    if code == 0:
        raise ValueError(
            f"`at_least` is {at_least!r}, the worst grade: every unit is at or above it."
        )
    return pairs.before >= code, pairs.after >= code


def grade_code(scale: Scale, at_least: Hashable) -> int:
    """Return the index of the grade to cut at, or say which argument is wrong."""
    code = read_label(at_least, scale)
    if code is None or code < 0:
        raise ValueError(f"`at_least` must be a grade of the scale: {not_a_grade(at_least, scale)}")
    return code


def linear_estimate(
    pairs: Pairs, scores: FloatArray, title: Title, methods: tuple[Method, ...]
) -> Estimate:
    """Estimate the mean of a score over units.

    Parameters
    ----------
    pairs : Pairs
        One study or many.
    scores : ndarray of float, shape (n_rows,)
        The score of a unit of each row.
    title : Title
        What the mean is called.
    methods : tuple of (str, Keyed)
        The intervals.

    Returns
    -------
    Estimate
        The mean.
    """
    n = pairs.n_units
    with np.errstate(invalid="ignore"):
        value = pairs.frequencies @ scores / n
    return pair_estimate(
        pairs,
        title,
        Value(
            float(value) if np.ndim(value) == 0 else value,
            scores - np.asarray(value)[..., None],
        ),
        methods,
    )


def pair_estimate(
    pairs: Pairs,
    title: Title,
    value: Value,
    methods: tuple[Method, ...],
    *,
    notes: tuple[str, ...] = (),
    origin: Any = None,
) -> Estimate:
    """Make an estimate that rests on all units.

    Parameters
    ----------
    pairs : Pairs
        One study or many.
    title : Title
        What it is called.
    value : Value
        The estimate.
    methods : tuple of (str, Keyed)
        The intervals.
    notes : tuple of str, optional
        Added to those of the pairs.
    origin : object, optional
        As in `Estimate`.

    Returns
    -------
    Estimate
        The record.
    """
    return Estimate(
        value=value.value,
        name=title.name,
        label=title.label,
        frequencies=pairs.frequencies,
        influence_source=value.influence,
        n_units=pairs.n_units,
        n_raters=0,
        clusters=pairs.clusters,
        methods_source=methods,
        status="undefined" if value.reason else "ok",
        reason=value.reason,
        why=value.why,
        notes=(*pairs.notes, *notes),
        limits=NOT_SHOWN,
        design=pairs.design,
        patterns=pairs.patterns,
        origin=origin,
    )


NO_MOVE = Undefined("no_change", STOOD_STILL)


def share_estimate(
    pairs: Pairs,
    hit: Mask,
    among: Mask,
    title: Title,
    *,
    none: Undefined = NO_MOVE,
    first: str = "clopper_pearson",
    simultaneous: int = 0,
) -> Estimate:
    """Estimate the share of some units that are of a kind, in a single study.

    Parameters
    ----------
    pairs : Pairs
        The study.
    hit : ndarray of bool, shape (n_rows,)
        Rows of the kind.
    among : ndarray of bool, shape (n_rows,)
        Rows that count at all.
    title : Title
        What the share is called.
    none : Undefined, optional
        Why the share is undefined where no unit counts.
    first : str, optional
        The default interval where units are independent.
    simultaneous : int, optional
        How many shares are shown together; an interval "simultaneous" then covers them all.

    Returns
    -------
    Estimate
        The share, 0 to 1.
    """
    frequencies = pairs.frequencies * among
    n = int(frequencies.sum())
    value = float(frequencies @ hit) / n if n else float("nan")
    gone = Undefined() if n else none
    return Estimate(
        value=value,
        name=title.name,
        label=title.label,
        frequencies=frequencies,
        influence_source=np.where(among, hit - value, 0.0),
        n_units=n,
        clusters=pairs.clusters,
        methods_source=share_methods(pairs.clusters is not None, first, simultaneous),
        status="ok" if n else "undefined",
        reason=gone.reason,
        why=gone.why,
        notes=pairs.notes,
        limits=NOT_SHOWN,
        design=pairs.design,
        patterns=pairs.patterns,
    )


def mean_methods(low: float, high: float) -> tuple[Method, ...]:
    """List the intervals that any mean of bounded scores offers.

    Parameters
    ----------
    low, high : float
        The least and the greatest score a unit can have.

    Returns
    -------
    tuple of (str, callable)
        t and wald, over units or over clusters where there are any.
    """
    return (("t", keyed(_t, low=low, high=high)), ("wald", keyed(_wald, low=low, high=high)))


def kept_inside(
    estimate: Estimate, limits: Limits, confidence_level: float, low: float, high: float
) -> Limits:
    """Keep limits in a range; where all units are alike, bound the share that are not.

    Parameters
    ----------
    estimate : Estimate
        The estimate.
    limits : pair of float
        Limits that rest on its standard error.
    confidence_level : float
        Wanted coverage.
    low, high : float
        The range.

    Returns
    -------
    low, high : float
        Limits in the range that are never a point.
    """
    value, n = estimate.value, estimate.n_independent
    # all of n alike: a share of others above this would show with probability 1 - tail
    unseen = 1 - ((1 - confidence_level) / 2) ** (1 / np.asarray(n, dtype=np.float64))
    spread = np.asarray(estimate.standard_error) > ROUNDING * (high - low)
    below = np.where(spread, np.maximum(limits[0], low), value - unseen * (value - low))
    above = np.where(spread, np.minimum(limits[1], high), value + unseen * (high - value))
    return below, above


def warned(estimate: Estimate) -> Estimate:
    """Warn where an estimate of a single study is undefined.

    Parameters
    ----------
    estimate : Estimate
        Any estimate, made by the function that the user called.

    Returns
    -------
    Estimate
        The same.
    """
    if estimate.status == "undefined":
        warn_undefined(with_article(estimate.label), reason_in_words(estimate))
    return estimate


def reordered(methods: tuple[Method, ...], first: str) -> tuple[Method, ...]:
    """Put one interval method first.

    Parameters
    ----------
    methods : tuple of (str, callable)
        The methods.
    first : str
        The name of the one to be the default.

    Returns
    -------
    tuple of (str, callable)
        The same methods.
    """
    return tuple(sorted(methods, key=lambda method: method[0] != first))


def _t(estimate: Estimate, confidence_level: float, *, low: float, high: float) -> Limits:
    n = estimate.n_independent
    limits = t_limits(estimate.value, estimate.standard_error, n, confidence_level=confidence_level)
    return kept_inside(estimate, limits, confidence_level, low, high)


def _wald(estimate: Estimate, confidence_level: float, *, low: float, high: float) -> Limits:
    error = estimate.standard_error
    limits = wald_limits(estimate.value, error, confidence_level=confidence_level)
    return kept_inside(estimate, limits, confidence_level, low, high)


def _from_ratings(ratings: Ratings, single: bool, by_order: bool) -> Pairs:
    if ratings.patterns is None or ratings.n_raters != 2:
        raise ValueError(
            "`table` must be ratings by two known raters, the first before and the second after, "
            f"but got {told(ratings)}."
        )
    if single and ratings.frequencies.ndim != 1:
        raise ValueError(
            f"`table` must be one study, but got a batch of shape {ratings.frequencies.shape[:-1]}."
        )
    if ratings.frequencies.ndim == 1:
        check_whole(ratings, "table")
    both = (ratings.patterns >= 0).all(axis=1)
    frequencies = ratings.frequencies[..., both].astype(np.float64)
    if not frequencies.any():
        raise ValueError("`table` holds no unit that was graded twice.")
    before, after = ratings.patterns[both].T.astype(np.int64)
    once = int(ratings.frequencies[..., ~both].sum()) if frequencies.ndim == 1 else 0
    clusters = ratings.clusters
    notes = (
        *set_aside(once, GRADED_ONCE),
        *(() if clusters is None else (CLUSTER_NOTE,)),
        *one_time_note(ratings),
        *(direction_note(ratings.scale) if by_order else ()),
    )
    return Pairs(
        scale=ratings.scale,
        before=before,
        after=after,
        frequencies=frequencies,
        clusters=None if clusters is None else np.unique(clusters[both], return_inverse=True)[1],
        notes=notes,
        design=ratings.design,
        patterns=ratings.derived("twice", lambda one: np.asarray(one.rows)[both], of_patterns=True),
    )


def share_methods(
    clustered: bool, first: str = "clopper_pearson", simultaneous: int = 0
) -> tuple[Method, ...]:
    """List the intervals of a share of units.

    Parameters
    ----------
    clustered : bool
        Whether units move together.
    first : str, optional
        The default where they do not.
    simultaneous : int, optional
        How many shares are shown together; an interval "simultaneous" then covers them all.

    Returns
    -------
    tuple of (str, callable)
        The methods, the default first.
    """
    if clustered:
        one = keyed(_korn_graubard)
        methods: tuple[Method, ...] = (("korn_graubard", one), *mean_methods(0.0, 1.0))
    else:
        one, methods = OF_SHARES[0][1], reordered(OF_SHARES, first)
    if not simultaneous:
        return methods
    return (*methods, ("simultaneous", keyed(_bonferroni, shares=simultaneous, limits=one)))


def _share_limits(
    estimate: Estimate, confidence_level: float, *, limits: Callable[..., Limits]
) -> Limits:
    hits = np.round(estimate.value * estimate.n_units)
    return limits(hits, estimate.n_units, confidence_level=confidence_level)


# exact ones first; t and wald are for clusters, or where they are asked for
OF_SHARES: tuple[Method, ...] = tuple(
    (name, keyed(_share_limits, limits=keyed(limits)))
    for name, limits in {
        "clopper_pearson": clopper_pearson_limits,
        "midp": midp_limits,
        "wilson": wilson_limits,
        "jeffreys": jeffreys_limits,
    }.items()
)


def _bonferroni(
    estimate: Estimate, confidence_level: float, *, shares: int, limits: Callable[..., Limits]
) -> Limits:
    """Share the error out evenly: all shares are covered at once at the level or more."""
    return limits(estimate, 1 - (1 - confidence_level) / shares)


def _korn_graubard(estimate: Estimate, confidence_level: float) -> Limits:
    """Use Clopper and Pearson's limits at the number of units that clusters are worth."""
    p, error = np.asarray(estimate.value), np.asarray(estimate.standard_error)
    n = np.asarray(estimate.n_units, dtype=np.float64)
    pieces, tail = np.floor(estimate.n_independent), (1 + confidence_level) / 2
    of_units, of_pieces = (t_quantile(np.maximum(x - 1, 1.0), tail) for x in (n, pieces))
    with np.errstate(invalid="ignore", divide="ignore"):
        worth = p * (1 - p) / error**2 * (of_units / of_pieces) ** 2
    size = np.where(error > 0, np.clip(worth, 1.0, n), np.minimum(pieces, n))
    hits, misses = size * p, size * (1 - p)
    # at none and at all the inner limit is the end itself
    low = betas.betaincinv(np.where(hits > 0, hits, 1.0), misses + 1, 1 - tail)
    high = betas.betaincinv(hits + 1, np.where(misses > 0, misses, 1.0), tail)
    return np.where(hits > 0, low, 0.0), np.where(misses > 0, high, 1.0)
