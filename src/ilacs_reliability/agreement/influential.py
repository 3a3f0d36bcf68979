"""Which units and which raters move a coefficient most."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ilacs_reliability._checks.arguments import check_listing, told
from ilacs_reliability._data.ratings import Ratings, RatingsLike, as_ratings
from ilacs_reliability._inference.drawn_units import affordable_without_each
from ilacs_reliability._inference.evaluated import Coefficient, evaluated
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.listing import Listing
from ilacs_reliability._results.records import plain
from ilacs_reliability.agreement.categories import pattern_labels
from ilacs_reliability.agreement.formulas import known_raters, rater_names
from ilacs_reliability.agreement.spoken import what_moves_most
from ilacs_reliability.agreement.spoken_notes import NO_UNIT_NAMES
from ilacs_reliability.agreement.without_raters import values_of, values_without_each

# entries of a block of studies, each without one unit
BLOCK = 1 << 20


def influential_units(
    coefficient: Coefficient,
    ratings: RatingsLike,
    *,
    units: Mapping[Hashable, Sequence[Any]] | None = None,
) -> Listing:
    """List the units that move a coefficient, those that move it most first.

    Parameters
    ----------
    coefficient : callable
        A function of `Ratings` that returns an `Estimate`.
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit; nan where one is missing.
    units : mapping of hashable to sequence of labels, optional
        The grades of each unit by its name, such as ``{"Leeds": ["good", "good"]}``, to list units
        by name. Default: the names in `ratings`, as from ``ratings_from_matrix(..., units=...)``;
        where there are none, units are listed by response pattern, for all units of a pattern move
        the coefficient alike.

    Returns
    -------
    Listing
        A row a pattern or unit: `unit` (where named), `grades`, `n_units` of that pattern,
        `influence`, `without` (the coefficient without one such unit, None where it is then
        undefined) and `change` (that less the coefficient).

    Raises
    ------
    TypeError
        If `coefficient` does not return an `Estimate`, or `units` is not a mapping.
    ValueError
        If the ratings are a batch, raters are anonymous and units are named, a named unit has a
        pattern of grades that the ratings do not hold, or there are so many patterns that leaving
        each out would take more than some seconds.

    Warns
    -----
    UndefinedEstimateWarning
        If the coefficient is undefined on all units.

    See Also
    --------
    influential_raters : The same for raters.
    jackknife : A standard error from the same changes.

    References
    ----------
    .. [1] F. R. Hampel, "The influence curve and its role in robust estimation", Journal of the
           American Statistical Association 69 (1974), 383-393.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ratings = ilr.ratings_from_matrix(
    ...     [[1, 1], [2, 2], [1, 3], [2, 2]],
    ...     scale=ilr.Scale([1, 2, 3]),
    ...     units=["Ayton", "Beeford", "Ceedon", "Deeham"],
    ... )
    >>> units = ilr.influential_units(ilr.percent_agreement, ratings)
    >>> units[0]["unit"], round(units[0]["change"], 2)
    ('Ceedon', 0.25)
    """
    taken = _single(ratings)
    if not affordable_without_each(len(taken.frequencies), taken):
        raise ValueError(
            f"`ratings` has too many patterns to leave a unit of each out in some seconds "
            f"({told(taken)}): sort the units by the estimate's `influence`, or join grades."
        )
    base = evaluated(coefficient, taken)
    frequencies = taken.frequencies.astype(np.float64)
    used = np.flatnonzero(frequencies * taken.table.rated)
    without = dict(zip(used.tolist(), _leave_out(coefficient, taken, used), strict=True))
    rows = []
    for name, place in _named(taken, units, used.tolist()):
        row: dict[str, Any] = {} if name is None else {"unit": plain(name)}
        row["grades"] = pattern_labels(taken, place)
        row["n_units"] = taken.frequencies[place].item()
        row["influence"] = float(base.influence[place])
        rows.append(row | _change(float(without[place]), base))
    rows.sort(key=_largest_first)
    named = units is not None or taken.units is not None
    notes = base.notes if named else (*base.notes, NO_UNIT_NAMES)
    return Listing("influential_units", tuple(rows), what_moves_most(rows, base, "unit"), notes)


def influential_raters(coefficient: Coefficient, ratings: RatingsLike) -> Listing:
    """List the raters that move a coefficient, those that move it most first.

    Parameters
    ----------
    coefficient : callable
        A function of `Ratings` that returns an `Estimate`.
    ratings : Ratings or array_like of number, shape (n_units, n_raters)
        Grades of each unit by three raters or more; nan where one is missing.

    Returns
    -------
    Listing
        A row a rater: `rater` (the name, or the number from 1), `n_ratings`, `without` (the
        coefficient without the rater, None where it is then undefined) and `change` (that less
        the coefficient).

    Raises
    ------
    TypeError
        If `coefficient` does not return an `Estimate`.
    ValueError
        If the ratings are a batch, or the raters are anonymous or fewer than three.

    Warns
    -----
    UndefinedEstimateWarning
        If the coefficient is undefined with all raters.

    See Also
    --------
    pairwise_agreement : Each pair by itself.
    generalise : What the raters' differences do to the standard error.

    References
    ----------
    .. [1] K. L. Gwet, "Variance estimation of nominal-scale inter-rater reliability with random
           selection of raters", Psychometrika 73 (2008), 407-430.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> ratings = [[1, 1, 2], [2, 2, 1], [1, 1, 1], [2, 2, 2], [3, 3, 1], [3, 2, 2]]
    >>> raters = ilr.influential_raters(ilr.fleiss_kappa, ratings)
    >>> raters[0]["rater"]
    3
    """
    taken = _single(known_raters(ratings, "influential_raters"))
    m = taken.n_raters
    if m < 3:
        raise ValueError(f"`ratings` must be by three raters or more, but got {m}.")
    base = evaluated(coefficient, taken)
    patterns = taken.patterns if taken.patterns is not None else np.empty((0, m))
    given = taken.frequencies @ (patterns >= 0)
    rows = []
    without = values_without_each(coefficient, taken).tolist()
    for place, name in enumerate(rater_names(taken)):
        row: dict[str, Any] = {"rater": plain(name), "n_ratings": given[place].item()}
        rows.append(row | _change(without[place], base))
    rows.sort(key=_largest_first)
    return Listing(
        "influential_raters", tuple(rows), what_moves_most(rows, base, "rater"), base.notes
    )


def _single(ratings: RatingsLike) -> Ratings:
    taken = as_ratings(ratings)
    if taken.frequencies.ndim > 1:
        raise ValueError(
            f"`ratings` must be one study, but got a batch of shape {taken.frequencies.shape[:-1]}."
        )
    return taken


def _leave_out(coefficient: Coefficient, ratings: Ratings, used: Any) -> list[float]:
    values: list[float] = []
    step = max(1, BLOCK // max(len(ratings.table.totals), 1))
    for start in range(0, len(used), step):
        places = used[start : start + step]
        frequencies = np.repeat(ratings.frequencies[None].astype(np.float64), len(places), axis=0)
        # of a pattern with less than a unit, all of it
        frequencies[np.arange(len(places)), places] -= np.minimum(ratings.frequencies[places], 1.0)
        values += values_of(coefficient, ratings.with_frequencies(frequencies)).tolist()
    return values


def _named(
    ratings: Ratings, units: Mapping[Hashable, Sequence[Any]] | None, used: list[int]
) -> Iterator[tuple[Hashable, int]]:
    """Yield each unit's name with its row of the pattern table."""
    if units is not None and not isinstance(units, Mapping):
        raise TypeError(
            f"`units` must be a mapping of names to grades, but got {type(units).__name__}."
        )
    if units is None:
        names = ratings.units
        yield from (
            (name, place) for place in used for name in ((None,) if names is None else names[place])
        )
        return
    patterns = known_raters(ratings, "influential_units").patterns
    rows = {} if patterns is None else {tuple(patterns[place].tolist()): place for place in used}
    for name, grades in units.items():
        grades = check_listing(grades, f"units[{told(name)}]", of="grades")
        code = tuple(ratings.scale.encode([list(grades)], name="units")[0].tolist())
        if code not in rows:
            raise ValueError(f"`units` gives {name!r} grades {list(grades)}, not in `ratings`.")
        yield name, rows[code]


def _change(without: float, base: Estimate) -> dict[str, float | None]:
    if not np.isfinite(without):
        return {"without": None, "change": None}
    return {"without": without, "change": without - float(base.value)}


def _largest_first(row: dict[str, Any]) -> tuple[float, str]:
    change = row["change"]
    # without it nothing is left to compute: nothing moves the coefficient more
    # the last digits of equal changes are not equal everywhere
    size = np.inf if change is None else float(f"{abs(change):.10g}")
    return -size, str(row.get("unit", row.get("rater", "")))
