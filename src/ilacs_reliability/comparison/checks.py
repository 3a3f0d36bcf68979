"""Checks of what tests within strata are asked for, and of what they answer."""

from __future__ import annotations

from typing import Any

from ilacs_reliability._checks.work import affordable
from ilacs_reliability._results.estimates import Alternative, Estimate
from ilacs_reliability._results.wording import counted
from ilacs_reliability.comparison.in_words import they_disagree

# numpy's hypergeometric draws take no more units of a kind
MOST_DRAWN = 10**9


def check_drawable(counts: Any) -> None:
    """Raise where a stratum has too many units for tables to be drawn.

    Parameters
    ----------
    counts : ndarray of int, shape (n_strata, n_groups, n_grades)
        Units.

    Raises
    ------
    ValueError
        If a stratum has a thousand million units or more.
    """
    most = int(counts.sum(axis=(1, 2)).max(initial=0))
    if most >= MOST_DRAWN:
        raise ValueError(
            f"`grades` has a stratum of {counted(most, 'unit')}, of which no table can be drawn: "
            "use `method='asymptotic'`, which such numbers bear."
        )


def draws_affordable(counts: Any, n_resamples: int) -> bool:
    """Say whether tables of all strata can be drawn in time; of fewer than 100 always.

    Parameters
    ----------
    counts : ndarray of int, shape (n_strata, n_groups, n_grades)
        Units.
    n_resamples : int
        Tables of each stratum.

    Returns
    -------
    bool
        Where not, the statistic adds up so many strata that its large-sample distribution will do.
    """
    n_strata, n_groups, n_grades = counts.shape
    draws = float(n_strata) * n_resamples * (n_groups - 1) * n_grades
    return n_strata < 100 or affordable(draws, nanoseconds=60.0)


def disagreement(
    p_value: float,
    effect: Estimate | None,
    null: float,
    alternative: Alternative = "two-sided",
    *,
    why: str,
) -> tuple[str, ...]:
    """Say so where a test at 5% and the interval beside it answer differently.

    Parameters
    ----------
    p_value : float
        Of the test.
    effect : Estimate or None
        With an interval of its own.
    null : float
        The effect's value under the hypothesis.
    alternative : {"two-sided", "less", "greater"}, optional
        As asked for. Default: "two-sided".
    why : str
        What the two are of, to begin the sentence.

    Returns
    -------
    tuple of str
        One note, or none where they agree or there is no interval.
    """
    if effect is None or effect.status == "undefined" or not effect.methods:
        return ()
    low, high = effect.confidence_interval(0.95 if alternative == "two-sided" else 0.9)
    outside = {
        "two-sided": not low <= null <= high,
        "greater": low > null,
        "less": high < null,
    }[alternative]
    if outside == (p_value < 0.05):
        return ()
    return (they_disagree(why),)
