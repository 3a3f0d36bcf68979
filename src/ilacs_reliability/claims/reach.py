"""Which verdicts a study of so many units could have had at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import check_count, told
from ilacs_reliability._data.scales import IntArray
from ilacs_reliability._results.estimates import Estimate
from ilacs_reliability._results.records import Record, html_table
from ilacs_reliability._results.wording import counted, listed, whole
from ilacs_reliability.claims.choices import COEFFICIENTS
from ilacs_reliability.claims.outcomes import (
    CONTRADICTED,
    NOT_ANSWERABLE,
    NOT_SHOWN,
    OUTCOMES,
    SUPPORTED,
    Outcome,
)
from ilacs_reliability.claims.statements import Claim
from ilacs_reliability.claims.trials import trial_of

# results looked at of each number of units: all of them up to here
MOST_RESULTS = 400
MOST_UNITS = 1_000_000
# counts beyond this are no longer whole in floating point
LARGEST = 10**15
DECIDED = (SUPPORTED, CONTRADICTED)
PREVALENCES = (0.5, 0.25, 0.1, 0.02)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True, repr=False)
class Reachable(Record):
    """The outcomes that evidence of so many units could have.

    Attributes
    ----------
    claim : Claim
        The claim.
    n : int or tuple of int
        Units, or those of either group.
    outcomes : tuple of str
        What they could show, "supported" first.
    results : tuple of str
        With which results of a share, in the order of `outcomes`; empty for other evidence.
    settles_from : int or None
        From how many units on both "supported" and "contradicted" can be had; None where no number
        up to a million is enough.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> claim = ilr.Claim(statement="Most rose.", kind="share", threshold=0.5)
    >>> ilr.reachable_outcomes(claim, 5)
    Reachable(5 units: not shown)
    """

    claim: Claim
    n: int | tuple[int, int]
    outcomes: tuple[Outcome, ...]
    results: tuple[str, ...]
    settles_from: int | None

    def describe(self) -> str:
        """Say in a sentence or two what could be shown.

        Returns
        -------
        str
            Plain English.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> claim = ilr.Claim(statement="Most rose.", kind="share", threshold=0.5)
        >>> print(ilr.reachable_outcomes(claim, 12).describe())
        12 units could have had the outcomes supported (10 to 12 of 12), contradicted (0 to 2 of 12)
        and not shown (3 to 9 of 12).
        """
        units = self._units()
        parts: list[str] = list(self.outcomes)
        if self.results:
            parts = [f"{a} ({b})" for a, b in zip(self.outcomes, self.results, strict=True)]
        if len(parts) > 1:
            said = f"{units} could have had the outcomes {listed(parts)}."
        else:
            said = f"Whatever {units} had shown, the outcome would have been {parts[0]}."
        if {"supported", "contradicted"} <= set(self.outcomes):
            return said
        if self.settles_from is None:
            return f"{said} No number of units could come out both ways."
        either = " in either group" if isinstance(self.n, tuple) else ""
        units = counted(self.settles_from, "unit")
        return f"{said} It can come out both ways from {units}{either} on."

    def _units(self) -> str:
        if isinstance(self.n, tuple):
            return f"{whole(self.n[0])} and {whole(self.n[1])} units"
        return counted(self.n, "unit")

    def __repr__(self) -> str:
        return f"Reachable({self._units()}: {', '.join(self.outcomes)})"

    def _repr_html_(self) -> str:
        names = self.results or ("",) * len(self.outcomes)
        return html_table(dict(zip(self.outcomes, [one or "yes" for one in names], strict=True)))


def reachable_outcomes(claim: Claim, n: int | tuple[int, int]) -> Reachable:
    """Say which verdicts a study of so many units could have at all.

    Parameters
    ----------
    claim : Claim
        The claim, with the coefficient that it names. A claim of shift or share that names none is
        held to be about a share of units, one of consistency about plain agreement.
    n : int or pair of int
        Units; for a comparison those of the first and of the second group, or of each.

    Returns
    -------
    Reachable
        The outcomes, with the results that have them, and from how many units on it could come
        out both ways.

    Raises
    ------
    TypeError
        If `claim` is not a `Claim`, or `n` not a whole number.
    ValueError
        If `n` is below 1 (2 for a comparison), or the claim names a coefficient whose results
        cannot be gone through.

    See Also
    --------
    verdict_power : How often each comes, if the world is so.

    Notes
    -----
    All results of a share are looked at, up to a grid of some 400. Of two raters' tables those are
    looked at in which they disagree equally often either way, from perfect agreement to none, with
    grades that are balanced and that are not; of groups and moves the extremes and the middle.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> claim = ilr.Claim(statement="They agree.", kind="consistency", threshold=0.8)
    >>> ilr.reachable_outcomes(claim, 12).outcomes
    ('contradicted', 'not shown')
    """
    if not isinstance(claim, Claim):
        raise TypeError(f"`claim` must be a Claim, but got {type(claim).__name__}.")
    size = check_size(claim, n)
    if trial_of(claim) is None:
        raise ValueError(
            f"`claim` names {claim.coefficient}, whose results cannot be gone through: name one of "
            f"{(*COEFFICIENTS, 'net_shift', 'relative_effect')}, or none."
        )
    outcomes, results = _outcomes(claim, size)
    return Reachable(
        claim=claim,
        n=size,
        outcomes=outcomes,
        results=results,
        settles_from=_settles_from(claim, size),
    )


def check_size(claim: Claim, n: Any) -> int | tuple[int, int]:
    """Return a number of units, or of those in either group of a comparison."""
    if claim.kind != "comparison":
        return _counted(n, 1)
    sizes = n if isinstance(n, (tuple, list)) else (n, n)
    if len(sizes) != 2:
        raise ValueError(f"`n` must be one number or two, but got {told(n)}.")
    return _counted(sizes[0], 2), _counted(sizes[1], 2)


def _counted(n: Any, least: int) -> int:
    size = check_count(n, "n", least=least)
    if size > LARGEST:
        raise ValueError(f"`n` must be at most {LARGEST:,}, but got {told(n)}.")
    return size


def reachable_by(claim: Claim, estimate: Estimate) -> tuple[Outcome, ...]:
    """Return what evidence like this could have shown; nothing where that was not worked out."""
    size: Any = estimate.n_units
    method = estimate.interval_methods[0] if estimate.interval_methods else ""
    if claim.kind == "consistency":
        known = estimate.name in COEFFICIENTS
    elif claim.kind == "comparison":
        known = estimate.name == "relative_effect"
        size = tuple(np.reshape(estimate.frequencies, (2, -1)).sum(axis=1)) if known else size
        known = known and min(size) >= 2
    else:
        known = method == "clopper_pearson" or estimate.name == claim.coefficient == "net_shift"
    if not known or not np.all(np.equal(np.mod(size, 1), 0)) or np.min(size) < 1:
        return ()
    size = tuple(map(int, size)) if isinstance(size, tuple) else int(size)
    return _outcomes(claim, size)[0]


def _outcomes(claim: Claim, size: Any) -> tuple[tuple[Outcome, ...], tuple[str, ...]]:
    trial = trial_of(claim)
    if trial is None:
        return (), ()
    tables = _candidates(claim, trial.cells, size)
    codes = trial.codes(tables)
    found = [code for code in (SUPPORTED, CONTRADICTED, NOT_SHOWN) if (codes == code).any()]
    # of a single unit no coefficient is defined
    found = found or [NOT_ANSWERABLE]
    outcomes = tuple(OUTCOMES[code] for code in found)
    if trial.cells != "share" or len(tables) <= size:
        return outcomes, ()
    return outcomes, tuple(_results(tables[codes == code, 0], size) for code in found)


def _results(counts: IntArray, n: int) -> str:
    """Say which counts of n, such as "0 to 2 or 9 to 12 of 12"."""
    breaks = np.flatnonzero(np.diff(counts) > 1) + 1
    runs = [
        whole(run[0]) if run[0] == run[-1] else f"{whole(run[0])} to {whole(run[-1])}"
        for run in np.split(counts, breaks)
    ]
    return f"{' or '.join(runs)} of {whole(n)}"


def _candidates(claim: Claim, cells: str, size: Any) -> IntArray:
    if cells == "share":
        counts = _grid(size, [edge * size for edge in claim.margins if np.isfinite(edge)])
        return np.stack([counts, size - counts], axis=1)
    if cells == "groups":
        return _groups(*size)
    if cells == "moves":
        up = _grid(size, [])
        none = np.zeros_like(up)
        rest = size - up
        still = np.stack([up, rest, none], axis=1), np.stack([none, rest, up], axis=1)
        return np.concatenate([*still, np.stack([up, none, rest], axis=1)])
    return np.concatenate([_pairs(size, share) for share in PREVALENCES])


def _grid(size: int, near: Sequence[float]) -> IntArray:
    """Return counts from 0 to size: all, or some with all those near some."""
    if size <= MOST_RESULTS:
        return np.arange(size + 1)
    places = [np.linspace(0, size, MOST_RESULTS), *(edge + np.arange(-2, 3) for edge in near)]
    return np.unique(np.clip(np.rint(np.concatenate(places)), 0, size).astype(np.int64))


def _pairs(size: int, share: float) -> IntArray:
    """Return tables of two raters who disagree equally often either way."""
    apart = (
        _grid(size, []) if size <= 100 else np.unique(np.linspace(0, size, 101).astype(np.int64))
    )
    first = np.rint(share * (size - apart)).astype(np.int64)
    return np.stack([first, apart - apart // 2, apart // 2, size - apart - first], axis=1)


def _groups(first: int, second: int) -> IntArray:
    """Return two groups, from one wholly above the other to both alike and back."""
    shares: npt.NDArray[np.float64] = np.linspace(0, 1, 5)
    tables = [
        (first - a, a, second - b, b)
        for p in shares
        for q in shares
        for a, b in [(round(p * first), round(q * second))]
    ]
    return np.array(tables)


def _settles_from(claim: Claim, size: Any) -> int | None:
    """Return the fewest units, or units of either group, that can be supported or contradicted."""
    ways = [_least_for(claim, code) for code in DECIDED]
    return None if None in ways else max(way for way in ways if way is not None)


def _least_for(claim: Claim, code: int) -> int | None:
    short, enough = 1, 2
    while not _reaches(claim, enough, code):
        short, enough = enough, 2 * enough
        if enough > MOST_UNITS:
            return None
    while enough - short > 1:
        middle = (short + enough) // 2
        short, enough = (short, middle) if _reaches(claim, middle, code) else (middle, enough)
    return enough


def _reaches(claim: Claim, n: int, code: int) -> bool:
    trial = trial_of(claim)
    if trial is None:
        return False
    if trial.cells != "share":
        size = (n, n) if claim.kind == "comparison" else n
        return bool((trial.codes(_candidates(claim, trial.cells, size)) == code).any())
    # of shares the ends and the middle of the margins decide
    low, high = np.clip(claim.margins, 0.0, 1.0)
    middle = int((low + high) / 2 * n)
    counts = np.clip([0, middle, middle + 1, n], 0, n)
    return bool((trial.codes(np.stack([counts, n - counts], axis=1)) == code).any())
