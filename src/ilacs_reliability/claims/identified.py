"""What a coefficient, test or verdict can be over the tables that a publication allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ilacs_reliability._checks.arguments import check_confidence_level, told
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._results.estimates import Estimate, FloatArray, IntArray, SignificanceResult
from ilacs_reliability._results.records import Record, html_table
from ilacs_reliability._results.undefined import left_unsaid, warn_undefined
from ilacs_reliability._results.wording import (
    NOISE,
    counted,
    listed,
    together,
    whole,
)
from ilacs_reliability.claims.allowed import BLOCK, AllowedTables

# one call of a function for one table: tests take 0.2 to 1 ms, exact ones of ranks some more
NANOSECONDS = 1e6


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class IdentifiedRange(Record):
    """What a number or a verdict can be, as far as a publication tells.

    Attributes
    ----------
    name : str
        What was computed, such as "gwet_ac" or "the p-value of sign_test".
    low, high : float
        The least and the greatest value; nan for verdicts, or where no table defines one. Of a test
        the values are its p-values.
    values : ndarray of float, shape (n_tables,)
        The value for each table; nan where it is undefined.
    lowest, highest : ndarray of int, shape (n_rows, n_columns)
        A table with the least, and one with the greatest value; zeros where there is none.
    limits : tuple of float
        The lowest lower and the highest upper confidence limit over the tables; nan where no level
        was asked for.
    confidence_level : float
        Of those limits; nan where none was asked for.
    outcomes : mapping of str to int
        How many tables lead to each outcome of a verdict; empty for numbers.
    n_tables, n_undefined : int
        Tables looked at, and those that leave the value undefined.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> scale = ilr.Scale(["converts", "stays good"])
    >>> tables = ilr.tables_consistent_with(24, scale=scale, figures={"same": 22})
    >>> ilr.identified_range(ilr.cohen_kappa, tables)
    IdentifiedRange(cohen_kappa: -0.043 to 0.834 over 69 tables)
    """

    name: str
    low: float
    high: float
    values: FloatArray
    lowest: IntArray
    highest: IntArray
    limits: tuple[float, float]
    confidence_level: float
    outcomes: Mapping[str, int]
    n_tables: int
    n_undefined: int

    def describe(self) -> str:
        """Say the range in a sentence.

        Returns
        -------
        str
            Plain English.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> scale = ilr.Scale(["converts", "stays good"])
        >>> tables = ilr.tables_consistent_with(24, scale=scale, figures={"same": 22})
        >>> print(ilr.identified_range(ilr.gwet_ac, tables).describe())
        Over the 69 tables that the published figures allow, gwet_ac lies between 0.833 and 0.909.
        """
        tables = "one table" if self.n_tables == 1 else f"{whole(self.n_tables)} tables"
        over = f"Over the {tables} that the published figures allow"
        if not self.n_tables:
            return "No table has the published figures, so nothing can be computed from them."
        if self.outcomes:
            parts = [f"{outcome} in {whole(n)}" for outcome, n in self.outcomes.items()]
            return f"{over}, the verdict is {listed(parts)}."
        if self.n_undefined == self.n_tables:
            return f"{over}, {self.name} is undefined."
        low, high = together(self.low, self.high)
        range_of = f"is {low}" if low == high else f"lies between {low} and {high}"
        some = (
            f"; {whole(self.n_undefined)} leave{'s' * (self.n_undefined == 1)} it undefined"
            if self.n_undefined
            else ""
        )
        return f"{over}, {self.name} {range_of}{some}."

    def __repr__(self) -> str:
        over = f"over {counted(self.n_tables, 'table')}"
        if self.outcomes:
            parts = ", ".join(f"{outcome} {whole(n)}" for outcome, n in self.outcomes.items())
            return f"IdentifiedRange({self.name}: {parts} {over})"
        between = " to ".join(together(self.low, self.high))
        return f"IdentifiedRange({self.name}: {between} {over})"

    def _repr_html_(self) -> str:
        return html_table({"says": self.describe(), "lowest": self.lowest, "highest": self.highest})


def identified_range(
    function: Callable[..., Any], tables: AllowedTables, *, confidence_level: float | None = None
) -> IdentifiedRange:
    """Find what a coefficient, test or verdict can be over the tables a publication allows.

    Parameters
    ----------
    function : callable
        Takes one study as `tables` holds it (`Ratings`, `Transitions` or an array of counts) and
        returns an `Estimate`, a `SignificanceResult` (its p-value counts), a `Verdict` (its outcome
        counts) or a number.
    tables : AllowedTables
        As `tables_consistent_with` gives them.
    confidence_level : float, optional
        Also find the lowest and the highest confidence limit of an `Estimate` over the tables,
        which hold what sampling and what was not published leave open. Default: not.

    Returns
    -------
    IdentifiedRange
        The least and greatest value with a table for each, or how many tables lead to each outcome.

    Raises
    ------
    TypeError
        If `tables` is of another kind, or the function returns something else.
    ValueError
        If the function needs a call for each table and they are too many, or the level is not
        between 0 and 1.

    Warns
    -----
    UndefinedEstimateWarning
        If no table defines a value.

    See Also
    --------
    tables_consistent_with : The tables.

    Notes
    -----
    What is found is sharp: each value in the result belongs to a table with the published figures
    [1]_. A coefficient of ratings is computed for all tables in one call.

    References
    ----------
    .. [1] C. F. Manski, "Partial Identification of Probability Distributions", Springer, 2003,
           chapter 1.

    Examples
    --------
    Two inspectors agreed in 22 of 24 schools. What their kappa was depends on what they agreed on:

    >>> import ilacs_reliability as ilr
    >>> scale = ilr.Scale(["converts", "stays good"])
    >>> tables = ilr.tables_consistent_with(24, scale=scale, figures={"same": 22})
    >>> found = ilr.identified_range(ilr.cohen_kappa, tables)
    >>> found.lowest.tolist(), found.highest.tolist()
    ([[0, 1], [1, 22]], [[11, 0], [2, 11]])
    """
    if not isinstance(tables, AllowedTables):
        raise TypeError(
            "`tables` must be what `tables_consistent_with` gives, but got "
            f"{type(tables).__name__}."
        )
    if not callable(function) or isinstance(function, type):
        raise TypeError(f"`function` must be a function of a study, but got {told(function)}.")
    if confidence_level is not None:
        confidence_level = check_confidence_level(confidence_level)
    with left_unsaid():
        found = _at_once(function, tables)
        results = [found] if found is not None else _one_by_one(function, tables)
        name = _name(function, results)
        outcomes = [result.outcome for result in results if hasattr(result, "outcome")]
        if outcomes:
            return _verdicts(name, Counter(outcomes), tables)
        values = np.concatenate([np.zeros(0), *(np.atleast_1d(_value(one)) for one in results)])
        limits = _limits(results, confidence_level)
    if len(tables) and np.isnan(values).all():
        warn_undefined(name, "no table that the published figures allow defines it")
    return _numbers(name, values, limits, confidence_level, tables)


def _at_once(function: Callable[..., Any], tables: AllowedTables) -> Any:
    """Return the estimates of all tables from one call, or None where it takes a call for each."""
    is_batch = tables.kind in ("ratings", "repeats") and 1 < len(tables) <= BLOCK
    if not is_batch:
        return None
    try:
        found = function(tables.studies())
    except (TypeError, ValueError):
        return None
    fits = isinstance(found, Estimate) and np.shape(found.value) == (len(tables),)
    return found if fits else None


def _one_by_one(function: Callable[..., Any], tables: AllowedTables) -> list[Any]:
    if tables.kind in ("ratings", "repeats") and len(tables) > BLOCK:
        return _in_blocks(function, tables)
    if not affordable(len(tables), nanoseconds=NANOSECONDS):
        raise ValueError(
            f"`tables` holds {counted(len(tables), 'table')}, too many for a function that takes a "
            "call for each: give more of what was published."
        )
    return [_one(function, tables.study(place)) for place in range(len(tables))]


def _one(function: Callable[..., Any], study: Any) -> Any:
    try:
        return function(study)
    except TypeError as error:
        raise TypeError(f"`function` does not take {type(study).__name__}: {error}") from error


def _in_blocks(function: Callable[..., Any], tables: AllowedTables) -> list[Any]:
    starts = range(0, len(tables), BLOCK)
    return [function(tables.studies(start, start + BLOCK)) for start in starts]


def _name(function: Callable[..., Any], results: list[Any]) -> str:
    named = getattr(results[0], "name", "") if results else ""
    inner = function.func if isinstance(function, partial) else function
    name = str(named or getattr(inner, "__name__", "the function"))
    name = "the value" if name == "<lambda>" else name
    return f"the p-value of {name}" if results and _is_test(results[0]) else name


def _is_test(result: Any) -> bool:
    return isinstance(result, SignificanceResult)


def _value(result: Any) -> Any:
    if _is_test(result):
        return result.p_value
    value = result.value if isinstance(result, Estimate) else result
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(
            "`function` must return an Estimate, a SignificanceResult, a Verdict or a number, but "
            f"returned {told(result)}."
        ) from None


def _limits(results: list[Any], confidence_level: float | None) -> tuple[float, float]:
    if confidence_level is None or not results:
        return float("nan"), float("nan")
    for one in results:
        if not isinstance(one, Estimate):
            raise TypeError("`confidence_level` needs a function that returns an Estimate.")
    pairs = [one.confidence_interval(confidence_level) for one in results]
    low, high = (np.concatenate([np.atleast_1d(pair[end]) for pair in pairs]) for end in (0, 1))
    return float(np.fmin.reduce(low)), float(np.fmax.reduce(high))


def _verdicts(name: str, outcomes: Mapping[str, int], tables: AllowedTables) -> IdentifiedRange:
    values = np.full(len(tables), np.nan)
    nan = float("nan")
    empty = _numbers(name, values, (nan, nan), None, tables)
    return IdentifiedRange(
        **{field: getattr(empty, field) for field in empty.__dataclass_fields__}
        | {"outcomes": dict(sorted(outcomes.items())), "n_undefined": 0}
    )


def _numbers(
    name: str,
    values: FloatArray,
    limits: tuple[float, float],
    confidence_level: float | None,
    tables: AllowedTables,
) -> IdentifiedRange:
    known = np.flatnonzero(~np.isnan(values))
    none = np.zeros(tables.counts.shape[1:], dtype=np.int64)
    ends = [_first(values, np.nanmin), _first(values, np.nanmax)] if len(known) else []
    low, high = (float(values[end]) for end in ends) if ends else (float("nan"),) * 2
    lowest, highest = (tables.counts[end] for end in ends) if ends else (none, none)
    return IdentifiedRange(
        name=name,
        low=low,
        high=high,
        values=values,
        lowest=lowest,
        highest=highest,
        limits=limits,
        confidence_level=float("nan") if confidence_level is None else confidence_level,
        outcomes={},
        n_tables=len(tables),
        n_undefined=len(values) - len(known),
    )


def _first(values: FloatArray, end: Callable[[FloatArray], Any]) -> int:
    """Return the first place of the least or greatest value, whatever rounding makes of equals."""
    return int(np.argmax(np.abs(values - end(values)) <= NOISE))
