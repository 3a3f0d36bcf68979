"""Small things that the tests of this part share."""

from __future__ import annotations

from typing import Any

import numpy as np

from ilacs_reliability._checks.arguments import check_number, is_real, told
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._results.wording import left_out
from ilacs_reliability.shift.moves import Pairs
from ilacs_reliability.shift.sentences import (
    STOOD_STILL,
    UNMOVED,
    least_p_said,
    moved_elsewhere,
    one_makes,
    rests_on_few,
    seen_among_few,
)

LEAST_USED = 0.05
# units alike that a direction needs before the normal and chi-square hold about no shift, and
# units in all that each direction needs where the variance is the one seen
FEWEST, FEWEST_SEEN = 5, 30


def least_swap_p(moved: int, alternative: str = "two-sided") -> float:
    """Return the least p-value where each of those that moved could have gone either way.

    Parameters
    ----------
    moved : int
        Units, or clusters that moved on balance.
    alternative : {"two-sided", "less", "greater"}, optional
        What is tested.

    Returns
    -------
    float
        The chance that all went one way, of either way if two-sided.
    """
    return min(1.0, 0.5**moved * (2 if alternative == "two-sided" else 1))


def least_p_note(
    n: int, things: str, method: str, alternative: str, *, verb: str = "moved"
) -> tuple[str, ...]:
    """Say where too few units moved for a p-value ever to be small.

    Parameters
    ----------
    n : int
        Units or clusters that moved.
    things : str
        One of them.
    method : str
        How the p-value was found.
    alternative : str
        "two-sided", "less" or "greater".
    verb : str, optional
        What they did.

    Returns
    -------
    tuple of str
        A note, or nothing.
    """
    if not n or method not in ("exact", "midp", "monte_carlo"):
        return ()
    least = least_swap_p(n, alternative) * (0.5 if method == "midp" else 1)
    if least <= LEAST_USED:
        return ()
    return (least_p_said(n, things, verb, least),)


def thing_of(pairs: Pairs) -> str:
    """Name what is independent.

    Parameters
    ----------
    pairs : Pairs
        A study.

    Returns
    -------
    str
        "unit" or "cluster".
    """
    return "unit" if pairs.clusters is None else "cluster"


def is_alone(pairs: Pairs) -> bool:
    """Tell whether there is but one unit, or one cluster.

    Parameters
    ----------
    pairs : Pairs
        A single study.

    Returns
    -------
    bool
        Whether there is.
    """
    if pairs.clusters is None:
        return bool(pairs.n_units == 1)
    return len(np.unique(pairs.clusters[pairs.frequencies > 0])) == 1


def stayed_note(n: int) -> tuple[str, ...]:
    """Say how many units a test leaves out since they did not move.

    Parameters
    ----------
    n : int
        Units.

    Returns
    -------
    tuple of str
        A note, or nothing.
    """
    return left_out(n, UNMOVED)


def why_still(pairs: Pairs, cut: str = "") -> str:
    """Say that no unit moved, or that none crossed a cut.

    Parameters
    ----------
    pairs : Pairs
        A single study.
    cut : str, optional
        As `cut_phrase` says it. Default: none.

    Returns
    -------
    str
        The reason in words.
    """
    moved = pairs.count(pairs.moves != 0)
    if not moved:
        return STOOD_STILL
    return moved_elsewhere(moved, pairs.n_units, cut)


def large_sample_note(
    shares: FloatArray, things: str, better: str, *, seen: int = 0
) -> tuple[str, ...]:
    """Say where a p-value of large samples rests on too few units: the one rule of all tests.

    Parameters
    ----------
    shares : ndarray of float, shape (n_pieces,)
        How much of the variance in its own direction each unit or cluster is: one over their
        number where they are alike. Those that moved nothing may be left out.
    things : str
        One of them.
    better : str
        What to prefer.
    seen : int, optional
        The units or clusters for each direction, where the variance is the one about the shift that
        was seen. Default: it is the one under no shift.

    Returns
    -------
    tuple of str
        A note, or nothing.

    Notes
    -----
    With four movers alike, which go one way by chance once in eight times, the normal
    approximation rejects at 5 %; with five or more it rejects in less than one of twelve.
    """
    largest = float(np.maximum.reduce(shares, axis=None, initial=0.0))
    if largest > (1 + 1e-9) / FEWEST:
        why = one_makes(things, largest)
    elif largest and 0 < seen < FEWEST_SEEN:
        why = seen_among_few(things, FEWEST_SEEN)
    else:
        return ()
    return (rests_on_few(why, better),)


def check_margin(margin: Any, *, reach: float) -> tuple[float, float]:
    """Return the lower and the upper end of a margin.

    Parameters
    ----------
    margin : float or (float, float)
        What was given.
    reach : float
        The largest effect there can be.

    Returns
    -------
    low, high : float
        The ends.

    Raises
    ------
    TypeError
        If it is neither a number nor a pair of numbers.
    ValueError
        If the ends do not hold zero, or lie beyond any effect.
    """
    ends = (-margin, margin) if is_real(margin) else margin
    pair = isinstance(ends, (tuple, list)) and len(ends) == 2
    if not pair or any(not is_real(x) for x in ends):
        raise TypeError(f"`margin` must be a number or a pair of numbers, but got {told(margin)}.")
    low, high = (check_number(end, "margin") for end in ends)
    if not low < 0 < high:
        raise ValueError(f"`margin` must hold zero between its ends, but got {low} and {high}.")
    if max(-low, high) > reach:
        raise ValueError(
            f"`margin` must lie within the range of the effect, -{reach:g} to {reach:g}, but got "
            f"{low} and {high}."
        )
    return low, high


def check_estimates(pairs: Pairs, n_estimates: int, instead: str) -> None:
    """Refuse more estimates at once than there is memory for.

    Parameters
    ----------
    pairs : Pairs
        The study; each estimate keeps the pull of each of its rows.
    n_estimates : int
        How many there would be.
    instead : str
        What to ask of so many grades.

    Raises
    ------
    ValueError
        If they take more than about 5 seconds or 1 GiB.
    """
    n_rows = len(pairs.before)
    cells = float(n_estimates) * n_rows
    if not affordable(cells, nanoseconds=20.0, held=16.0 * cells):
        raise ValueError(
            f"`table` has {pairs.n_grades:,} grades, which makes {n_estimates:,} estimates with "
            f"the pull of {n_rows:,} rows each, more than there is memory for: join grades, or "
            f"ask `{instead}`."
        )
