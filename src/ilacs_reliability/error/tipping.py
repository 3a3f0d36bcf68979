"""From what unreliability on a finding may be noise alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from ilacs_reliability._checks.arguments import check_between, check_function, told
from ilacs_reliability._checks.randomness import as_generator, check_draws
from ilacs_reliability._data.tables import Transitions, TransitionsLike
from ilacs_reliability._results.estimates import SignificanceResult
from ilacs_reliability._results.pictured import Pictured
from ilacs_reliability._results.records import Record
from ilacs_reliability._results.undefined import left_unsaid
from ilacs_reliability._results.wording import counted, fixed, percent, significant
from ilacs_reliability.error.noise import (
    cells_at,
    conditional,
    moves_of,
    net_of,
    population_of,
    tail_of_noise,
)

FloatArray: TypeAlias = npt.NDArray[np.float64]
Finding: TypeAlias = Callable[[Transitions], Any]
Chance: TypeAlias = Callable[[FloatArray], FloatArray]
LEVEL = 0.05
# points of the grid, and how often the gap between two is halved; where chances are exact, and
# never rise or fall by a step, the place between two is sought faster
OF_NET, OF_FINDING = (50, 0), (10, 7)
SOUGHT = 1e-12


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class TippingPoint(Record, Pictured):
    """The reliability below which error alone may give what was found.

    Attributes
    ----------
    reliability : float
        The largest reliability at which error alone gives as much with the probability `level` or
        more: 1 where no error is needed, nan where no error does.
    finding : str
        What was found.
    level : float
        The probability from which on a finding counts as what error alone may give.
    chances : ndarray, shape (n_points, 2)
        Reliabilities, falling, and the probability that error alone gives as much.
    n_units : int
        Units.
    notes : tuple of str
        What a reader must know.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = ilr.load_dataset("first_to_latest_ilacs_2024").counts
    >>> tip = ilr.tipping_point(table, shares=[13, 29, 65, 46])
    >>> round(tip.reliability, 2)
    0.92
    """

    reliability: float
    finding: str
    level: float
    chances: FloatArray
    n_units: int
    notes: tuple[str, ...] = ()

    @property
    def unreliability(self) -> float:
        """One minus the reliability: the least error that may give what was found."""
        return 1 - self.reliability

    def describe(self) -> str:
        """Say in a sentence how unreliable gradings must be to give the finding alone.

        Returns
        -------
        str
            Plain English.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> table = ilr.load_dataset("first_to_latest_ilacs_2024").counts
        >>> ilr.tipping_point(table).describe().startswith("14 more units up than down")
        True
        """
        of = f"of {counted(self.n_units, 'unit')}"
        chance = f"with a probability of {percent(self.level)} or more"
        if np.isnan(self.reliability):
            text = f"{self.finding} {of}: error alone gives as much {chance} at no reliability."
        elif self.reliability == 1:
            text = f"{self.finding} {of}: that needs no error and no change."
        else:
            text = (
                f"{self.finding} {of}: error alone gives as much {chance} where the reliability is "
                f"{fixed(self.reliability)} or less."
            )
        return " ".join((text, *self.notes))

    def __repr__(self) -> str:
        return f"TippingPoint({self.finding}: reliability={significant(self.reliability)})"


def tipping_point(
    table: TransitionsLike,
    *,
    finding: Finding | None = None,
    level: float = LEVEL,
    shares: npt.ArrayLike | None = None,
    n_resamples: int = 499,
    rng: np.random.Generator | int | None = None,
) -> TippingPoint:
    """Find the reliability at and below which error alone may give what was found.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units before (rows) and after (columns).
    finding : callable, optional
        What was found: a function of `Transitions` that returns a test's result, of which a p-value
        as small is as much, or anything else, such as a verdict's outcome, of which the same is.
        Default: units up minus units down, of which as many that way is.
    level : float, optional
        The probability from which on error alone may give it. Default: 0.05.
    shares : array_like, shape (n_grades,), optional
        Shares of grades in the population that the units were chosen from. Default: those of both
        gradings together.
    n_resamples : int, optional
        Tables to draw at each reliability, for a `finding`. Default: 499.
    rng : numpy.random.Generator or int, optional
        Source of chance or a seed, for a `finding`.

    Returns
    -------
    TippingPoint
        The largest such reliability. Units keep their first grades.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If the table is not square, the level is not between 0 and 1, or shares do not fit.

    See Also
    --------
    regression_to_mean_test : The probability at one reliability.
    noise_only_transitions : The table that error alone gives.

    Notes
    -----
    For the net move probabilities are exact; the largest reliability is sought between the points
    of an even grid, from the top. A probability that falls again lower down does not count.
    It stands to an unknown error as the E-value to an unknown cause [1]_. For a `finding` each
    reliability is tried on tables drawn from the same random numbers.

    References
    ----------
    .. [1] T. J. VanderWeele and P. Ding, "Sensitivity analysis in observational research:
           introducing the E-value", Annals of Internal Medicine 167 (2017), 268-274.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> counts = ilr.load_dataset("first_to_latest_ilacs_2024").counts
    >>> table = ilr.transitions_from_table(counts, scale=ilr.OFSTED_SCALE)
    >>> print(ilr.tipping_point(table, shares=[13, 29, 65, 46]).describe())
    14 more units up than down of 65 units: error alone gives as much with a probability of 5.0% or
    more where the reliability is 0.919 or less.
    """
    moves = moves_of(table)
    level = check_between(level, "level", 0, 1)
    n_resamples = check_draws(n_resamples)
    generator = as_generator(rng)
    population, notes = population_of(moves, shares)
    if finding is None:
        net = net_of(moves.counts)
        chance: Chance = partial(_chances_of_net, moves, population, net)
        words = _net_in_words(net)
    else:
        check_function(finding, "finding")
        seed = int(generator.integers(2**63))
        with left_unsaid():
            found = finding(moves)
        chance = partial(_chances_of_finding, moves, population, finding, found, n_resamples, seed)
        words = _finding_in_words(found)
        notes = (*notes, f"Each reliability was tried on {counted(n_resamples, 'drawn table')}.")
    value, chances = _largest(chance, level, *(OF_NET if finding is None else OF_FINDING))
    return TippingPoint(
        reliability=value,
        finding=words,
        level=level,
        chances=chances,
        n_units=moves.n_units,
        notes=moves.notes + notes,
    )


def tipping_point_of_falls(
    table: TransitionsLike, *, shares: npt.ArrayLike | None = None
) -> TippingPoint:
    """Find the reliability at and below which error alone may let as many units fall.

    As `tipping_point`, of units down whatever others rose: exactly, with a probability of 5 %.
    """
    moves = moves_of(table)
    population, notes = population_of(moves, shares)
    falls = int(np.tril(moves.counts, -1).sum())
    value, chances = _largest(
        partial(_chances_of_net, moves, population, -falls, rises=False), LEVEL, *OF_NET
    )
    return TippingPoint(
        reliability=value,
        finding=f"{counted(falls, 'fall')} or more",
        level=LEVEL,
        chances=chances,
        n_units=moves.n_units,
        notes=moves.notes + notes,
    )


def _largest(chance: Chance, level: float, grid: int, halvings: int) -> tuple[float, FloatArray]:
    points = np.linspace(1.0, 0.0, grid + 1)
    chances = np.column_stack([points, chance(points)])
    enough = np.flatnonzero(chances[:, 1] >= level)
    if not len(enough):
        return np.nan, chances
    first = int(enough[0])
    if first == 0:
        return 1.0, chances
    below, above = float(points[first]), float(points[first - 1])

    def beyond(point: float) -> float:
        return float(chance(np.array([point]))[0]) - level

    if not halvings:
        return float(brentq(beyond, below, above, xtol=SOUGHT)), chances
    for _ in range(halvings):
        middle = (below + above) / 2
        if beyond(middle) >= 0:
            below = middle
        else:
            above = middle
    return below, chances


def _chances_of_net(
    moves: Transitions,
    population: FloatArray,
    net: int,
    reliabilities: FloatArray,
    *,
    rises: bool = True,
) -> FloatArray:
    if net == 0:
        return np.ones(len(reliabilities))
    every = cells_at(population, reliabilities)
    tails = [tail_of_noise(moves, cells, net, rises=rises) for cells in every]
    return np.array([upper if net > 0 else lower for upper, lower in tails])


def _chances_of_finding(
    moves: Transitions,
    population: FloatArray,
    finding: Finding,
    found: Any,
    n_resamples: int,
    seed: int,
    reliabilities: FloatArray,
) -> FloatArray:
    drawn = partial(_chance_of_finding, moves, population, finding, found, n_resamples, seed)
    return np.array([drawn(float(one)) for one in reliabilities])


def _chance_of_finding(
    moves: Transitions,
    population: FloatArray,
    finding: Finding,
    found: Any,
    n_resamples: int,
    seed: int,
    reliability: float,
) -> float:
    rng = np.random.default_rng(seed)
    first = moves.counts.sum(axis=1)
    rows = conditional(cells_at(population, reliability), first)
    totals = rows.sum(axis=1, keepdims=True)
    rows = np.where(totals > 0, rows / np.where(totals > 0, totals, 1.0), 1 / len(first))
    tables = rng.multinomial(first, rows, size=(n_resamples, len(first)))
    kinds, times = np.unique(tables, axis=0, return_counts=True)
    with left_unsaid():
        hits = [
            times[k]
            for k, counts in enumerate(kinds)
            if _as_much(finding(Transitions(counts=counts, scale=moves.scale)), found)
        ]
    return float(sum(hits) / n_resamples)


def _as_much(other: Any, found: Any) -> bool:
    if isinstance(found, SignificanceResult):
        return bool(other.p_value <= found.p_value * (1 + 1e-9))
    return bool(other == found)


def _net_in_words(net: int) -> str:
    if not net:
        return "As many units up as down"
    more = counted(abs(net), "more unit", "more units")
    return f"{more} {'up than down' if net > 0 else 'down than up'}"


def _finding_in_words(found: Any) -> str:
    if isinstance(found, SignificanceResult):
        return f"A p-value of {fixed(found.p_value)} or less by {found.label or found.name}"
    return f"The finding {told(found)}"
