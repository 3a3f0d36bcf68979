"""A known grade of each unit, and which columns are the trials of one appraiser."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import (
    check_count,
    check_listing,
    check_mapping,
    told,
)
from ilacs_reliability._checks.names import by_label, columns_in_words, key_of, row_names, shown
from ilacs_reliability._data.ratings import Ratings, RatingsLike, as_ratings, ratings_from_codes
from ilacs_reliability._data.scales import (
    TRUTHS,
    CodeArray,
    Scale,
    is_missing,
    not_a_grade,
    read_label,
)
from ilacs_reliability._data.suspects import SuspectInputWarning
from ilacs_reliability.agreement.formulas import (
    column_of,
    keep_raters,
    known_raters,
    patterns_of,
    rater_names,
)

Standard: TypeAlias = Hashable | Mapping[Hashable, Hashable] | Sequence[Any] | npt.NDArray[Any]
Trials: TypeAlias = int | Mapping[Hashable, Sequence[Hashable]] | None


def with_standard(
    ratings: RatingsLike, standard: Any, *, asker: str, name: str = "standard"
) -> tuple[Ratings, CodeArray]:
    """Take ratings and, for each row of their pattern table, the grade that is known.

    Parameters
    ----------
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Ratings by known raters.
    standard : rater, mapping of unit to grade, or sequence, shape (n_units,)
        The rater whose grades are the standard; the grades by names of units; or, where `ratings`
        is an array, a grade for each row. nan, None and what the scale declares missing are grades
        that are not known.
    asker, name : str
        The function that asks and the argument, for errors.

    Returns
    -------
    ratings : Ratings
        The ratings by the other raters.
    codes : ndarray of int, shape (n_patterns,)
        Grade indices of the standard, -1 where there is none.
    """
    if isinstance(standard, Mapping):
        taken = known_raters(ratings, asker)
        return _by_units(taken, standard, name)
    if not isinstance(ratings, Ratings) and _is_listing(standard):
        taken, place = known_raters(_beside(ratings, standard, name), asker), -1
    else:
        taken = known_raters(ratings, asker)
        place = _column(taken, standard, name)
    others = [column for column in range(taken.n_raters) if column != place % taken.n_raters]
    if not others:
        raise ValueError(f"`{name}` is {told(standard)}, and `ratings` has no other rater.")
    return keep_raters(taken, others), patterns_of(taken)[:, place]


def appraisers(ratings: Ratings, trial: Any) -> dict[Hashable, list[int]]:
    """Return the columns of each appraiser's trials.

    Parameters
    ----------
    ratings : Ratings
        Ratings by known raters.
    trial : int, mapping of appraiser to raters, or None
        How many columns in turn are one appraiser's, or which are. None: raters named by pairs
        (appraiser, trial) belong together, any others are an appraiser each.

    Returns
    -------
    dict of hashable to list of int
        The columns, by appraiser.
    """
    names = rater_names(ratings)
    if trial is None:
        return _by_names(names)
    if isinstance(trial, Mapping):
        check_mapping(trial, "trial", of="appraisers to raters")
        return _by_mapping(ratings, names, trial)
    n_trials = check_count(trial, "trial")
    if len(names) % n_trials:
        raise ValueError(
            f"`trial` is {told(n_trials)}, which does not divide the {len(names)} raters of "
            "`ratings`."
        )
    starts = range(0, len(names), n_trials)
    return {names[start]: list(range(start, start + n_trials)) for start in starts}


def _is_listing(standard: Any) -> bool:
    return hasattr(standard, "__array__") or isinstance(standard, (list, tuple))


def _column(ratings: Ratings, rater: Any, name: str) -> int:
    column = column_of(ratings, rater)
    if column is not None:
        return column
    named = columns_in_words(ratings.raters, ratings.n_raters)
    raise ValueError(
        f"`{name}` must be one of the raters ({named}) or a mapping from unit to grade, but got "
        f"{told(rater)}."
    )


def _beside(ratings: Any, standard: Any, name: str) -> Ratings:
    """Put the known grades beside an array of ratings, as one more column."""
    own = as_ratings(ratings)
    matrix = np.asarray(ratings)
    listed = by_label(standard, row_names(ratings), name=name, of="rows of `ratings`")
    try:
        grades = np.asarray(listed)
    except ValueError:  # lists of unlike lengths
        grades = np.asarray(listed, dtype=object)
    if grades.dtype == object and grades.ndim == 1:
        # what is not known
        known = [np.nan if is_missing(grade) else grade for grade in grades.tolist()]
        with contextlib.suppress(ValueError):
            grades = np.array(known)
    if grades.shape != matrix.shape[:1]:
        raise ValueError(
            f"`{name}` must hold a grade for each of {len(matrix)} units, but has shape "
            f"{grades.shape}."
        )
    if grades.dtype.kind not in "iufb":
        raise TypeError(
            f"`{name}` must hold numbers as `ratings` does, but got {grades.dtype}: declare a "
            "scale, and give the grades as a rater."
        )
    truths = {isinstance(grade, TRUTHS) for grade in listed if not is_missing(grade)}
    if len({*truths, isinstance(own.scale.labels[0], TRUTHS)}) > 1:
        raise TypeError(
            f"`{name}` and `ratings` must both hold numbers, or both True and False: True is not 1."
        )
    with warnings.catch_warnings():
        # what looks odd about the ratings was said of the ratings
        warnings.simplefilter("ignore", SuspectInputWarning)
        both = as_ratings(np.column_stack([matrix, grades]))
    return replace(both, raters=None if own.raters is None else (*own.raters, name))


def _by_units(ratings: Ratings, grades: Mapping[Any, Any], name: str) -> tuple[Ratings, CodeArray]:
    """Make a row of each unit, as units of a pattern may differ in the grade that is known."""
    if not grades:
        raise ValueError(f"`{name}` must hold the grade of a unit or more, but is empty.")
    if ratings.units is None:
        raise ValueError(
            f"`{name}` goes by units, but those of `ratings` have no names: give them as `units`, "
            "or the grades as a rater."
        )
    known = {key_of(unit): _known(grade, ratings.scale, name) for unit, grade in grades.items()}
    listed = [(row, unit) for row, units in enumerate(ratings.units) for unit in units]
    stray = set(known) - {key_of(unit) for _, unit in listed}
    if stray:
        raise ValueError(f"`{name}` has units that `ratings` has not: {shown(stray)}.")
    rows = np.array([row for row, _ in listed])
    codes = np.array([known.get(key_of(unit), -1) for _, unit in listed])
    both = ratings_from_codes(
        np.column_stack([patterns_of(ratings)[rows].astype(np.int64), codes]),
        scale=ratings.scale,
        raters=(*rater_names(ratings), name),
        units=[unit for _, unit in listed],
        clusters=None if ratings.clusters is None else ratings.clusters[rows],
        design=ratings.design,
    )
    both = replace(both, notes=ratings.notes)
    # raters without names stay so: a number means a column of theirs
    alone = replace(keep_raters(both, range(ratings.n_raters)), raters=ratings.raters)
    return alone, patterns_of(both)[:, -1]


def _known(grade: Any, scale: Scale, name: str) -> int:
    """Return the index of a grade, -1 where it is not known, as the scale may declare."""
    code = read_label(grade, scale)
    if code is None:
        raise ValueError(f"`{name}`: {not_a_grade(grade, scale)}")
    return code


def _by_names(names: Sequence[Any]) -> dict[Hashable, list[int]]:
    if not all(isinstance(name, tuple) and len(name) == 2 for name in names):
        return {name: [column] for column, name in enumerate(names)}
    found: dict[Hashable, list[int]] = {}
    for column, (appraiser, _) in enumerate(names):
        found.setdefault(appraiser, []).append(column)
    return found


def _by_mapping(
    ratings: Ratings, names: Sequence[Any], trial: Mapping[Any, Any]
) -> dict[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = {}
    for appraiser, raters in trial.items():
        listed = check_listing(raters, "trial", of="raters for each appraiser")
        found[appraiser] = [_column(ratings, rater, "trial") % len(names) for rater in listed]
    used = [column for columns in found.values() for column in columns]
    if sorted(used) != list(range(len(names))):
        raise ValueError(
            f"`trial` must hold each of the raters {shown(names)} once, but got {told(trial)}."
        )
    return found
