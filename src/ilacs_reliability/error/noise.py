"""What two gradings of units that did not change look like, and whether moves exceed it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import check_listing, check_number, check_option, told
from ilacs_reliability._data.labelled import in_grade_order
from ilacs_reliability._data.scales import Scale, refuse_unordered
from ilacs_reliability._data.tables import (
    Transitions,
    TransitionsLike,
    as_transitions,
    direction_note,
)
from ilacs_reliability._results.estimates import Alternative, Estimate, Interval, SignificanceResult
from ilacs_reliability._results.records import Record
from ilacs_reliability._results.wording import counted, fixed, p_phrase, percent, significant, whole
from ilacs_reliability.error.bivariate import cell_probabilities, thresholds_of
from ilacs_reliability.error.remarks import POOLED
from ilacs_reliability.error.stated import Reliability, reliability_given
from ilacs_reliability.shift.sentences import NOTHING_RISES

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
Given: TypeAlias = Literal["margins", "first"]
GIVEN = ("margins", "first")
ALTERNATIVES = ("two-sided", "less", "greater")
# up to so many units sums of their moves are added up term by term, so that small tails keep digits
ADDED_UP, MOST_UNITS = 5000, 1_000_000


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class NoiseTransitions(Record):
    """Two gradings of units that did not change.

    Attributes
    ----------
    expected : ndarray, shape (n_grades, n_grades)
        Units expected by first grade (rows) and second (columns), worst first.
    scale : Scale
        The grades.
    reliability : float
        Correlation of two independent gradings of one state, on the latent scale.
    shares : ndarray, shape (n_grades,)
        Shares of grades that the thresholds rest on.
    given : {"margins", "first"}
        Whether first grades are drawn too, or are those of the units.
    unchanged : float
        Share of units expected to get the same grade again.
    unchanged_interval : Interval or None
        The same at the limits of a reliability that is an estimate.
    net : ndarray of int, shape (2 * n_units + 1,)
        Every number by which units graded up may exceed those graded down.
    net_probabilities : ndarray, shape (2 * n_units + 1,)
        Its probabilities.
    n_units : int
        Units.
    notes : tuple of str
        What a reader must know.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = ilr.load_dataset("first_to_latest_ilacs_2024").counts
    >>> noise = ilr.noise_only_transitions(table, reliability=0.8, given="first")
    >>> [round(limit) for limit in noise.net_range()]
    [-8, 12]
    """

    expected: FloatArray
    scale: Scale
    reliability: float
    shares: FloatArray
    given: Given
    unchanged: float
    unchanged_interval: Interval | None
    net: IntArray
    net_probabilities: FloatArray
    n_units: int
    notes: tuple[str, ...] = ()

    def net_range(self, confidence_level: float = 0.95) -> Interval:
        """Return the central range of units up minus units down.

        Parameters
        ----------
        confidence_level : float, optional
            Least probability of the range. Default: 0.95.

        Returns
        -------
        Interval
            Whole numbers of units.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> noise = ilr.noise_only_transitions([[5, 2], [2, 9]], reliability=0.9)
        >>> noise.net_range().low
        -3.0
        """
        tail = (1 - confidence_level) / 2
        below = np.cumsum(self.net_probabilities)
        above = np.cumsum(self.net_probabilities[::-1])[::-1]
        low = self.net[int(np.argmax(below > tail))]
        high = self.net[len(above) - 1 - int(np.argmax(above[::-1] > tail))]
        return Interval(float(low), float(high), confidence_level, "exact")

    def describe(self) -> str:
        """Say in a sentence what error alone does to units that did not change.

        Returns
        -------
        str
            Plain English.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> scale = ilr.Scale(["poor", "good"])
        >>> table = ilr.transitions_from_table([[5, 2], [2, 9]], scale=scale)
        >>> noise = ilr.noise_only_transitions(table, reliability=0.9)
        >>> print(noise.describe())
        With a reliability of 0.9, 86.2% of 18 units that did not change would get the same grade
        again, and those graded up would exceed those graded down by -3 to 3 (95% range).
        """
        low, high = self.net_range()
        text = (
            f"With a reliability of {significant(self.reliability)}, "
            f"{percent(self.unchanged)} of {counted(self.n_units, 'unit')} that did not change "
            "would get the same grade again, and those graded up would exceed those graded down by "
            f"{whole(int(low))} to {whole(int(high))} (95% range)."
        )
        return " ".join((text, *self.notes))

    def __repr__(self) -> str:
        low, high = self.net_range()
        return (
            f"NoiseTransitions({counted(self.n_units, 'unit')}, reliability="
            f"{significant(self.reliability)}: {fixed(self.unchanged, 4)} unchanged, net "
            f"{int(low)} to {int(high)})"
        )


def noise_only_transitions(
    table: TransitionsLike,
    *,
    reliability: float | Estimate,
    shares: npt.ArrayLike | None = None,
    given: Given = "margins",
) -> NoiseTransitions:
    r"""Tabulate two gradings of units that did not change.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units before (rows) and after (columns), for their number, their first grades and, unless
        `shares` says otherwise, the shares of grades.
    reliability : float or Estimate
        Correlation of two independent gradings of one state on the latent scale, from 0 to 1; the
        interval of an estimate, as of `reliability_from_repeats`, `polychoric_correlation`, `icc`
        of single ratings or a kappa with quadratic weights, is carried through, within 0 to 1.
    shares : array_like, shape (n_grades,), optional
        Shares or numbers of grades in the population that the units come from, worst first, or by
        label as a mapping or series. Default: those of both gradings together.
    given : {"margins", "first"}, optional
        Whether the units are drawn from the population, or hold their first grades as they are, as
        where they were chosen by them. Default: "margins".

    Returns
    -------
    NoiseTransitions
        The expected table, and the exact distribution of units up minus units down.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If the table is not square, the reliability is not between 0 and 1, undefined or an estimate
        of something else, shares are negative or do not fit the scale, or a first grade has no
        share.

    See Also
    --------
    regression_to_mean_test : Whether moves exceed what error alone gives.
    tipping_point : From what reliability on they do not.

    Notes
    -----
    Both gradings are a standard normal state times :math:`\sqrt{\rho}` plus an error, cut at one
    set of thresholds, so that they are bivariate normal with correlation :math:`\rho` [1]_.

    References
    ----------
    .. [1] K. Pearson, "Mathematical contributions to the theory of evolution. VII. On the
           correlation of characters not quantitatively measurable", Philosophical Transactions of
           the Royal Society A 195 (1900), 1-47.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = ilr.load_dataset("first_to_latest_ilacs_2024").counts
    >>> ilr.noise_only_transitions(table, reliability=0.8).expected.round(1)
    array([[ 7.6,  3.9,  0.5,  0. ],
           [ 3.9, 11.4,  5.9,  0.3],
           [ 0.5,  5.9, 12.8,  3.3],
           [ 0. ,  0.3,  3.3,  5.4]])
    """
    check_option(given, GIVEN, "given")
    moves = moves_of(table)
    rho = reliability_given(reliability)
    population, notes = population_of(moves, shares)
    cells = cells_at(population, rho.value)
    first = moves.counts.sum(axis=1)
    rows = conditional(cells, first)
    expected = rows * first[:, None] if given == "first" else cells * moves.n_units
    net, probabilities = net_moves(expected, first if given == "first" else None, moves.n_units)
    return NoiseTransitions(
        expected=expected,
        scale=moves.scale,
        reliability=rho.value,
        shares=population,
        given=given,
        unchanged=_unchanged(expected),
        unchanged_interval=_unchanged_between(rho, population, first, given),
        net=net,
        net_probabilities=probabilities,
        n_units=moves.n_units,
        notes=moves.notes + notes,
    )


def regression_to_mean_test(
    table: TransitionsLike,
    *,
    reliability: float | Estimate,
    shares: npt.ArrayLike | None = None,
    alternative: Alternative = "two-sided",
) -> SignificanceResult:
    r"""Test whether units moved by more than error alone moves units with their first grades.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units before (rows) and after (columns).
    reliability : float or Estimate
        As in `noise_only_transitions`.
    shares : array_like, shape (n_grades,), optional
        Shares of grades in the population that the units were chosen from. Default: those of both
        gradings together.
    alternative : {"two-sided", "less", "greater"}, optional
        "greater" where units moved up more than error alone moves them. Default: "two-sided".

    Returns
    -------
    SignificanceResult
        The statistic is units up minus units down; the p-value is exact given the first grades. Of
        a reliability that is an estimate, `notes` hold the p-values at its limits.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        As for `noise_only_transitions`, or if `alternative` is unknown.

    See Also
    --------
    noise_only_transitions : The table under the hypothesis.
    sign_test : Whether moves up and down are as many, where no first grade was chosen.

    Notes
    -----
    Units chosen by a low first grade were in part graded too low, and rise by error alone [1]_.
    Under the hypothesis each row of the table is multinomial with the shares that a second grading
    of the same state has given the first.

    References
    ----------
    .. [1] F. Galton, "Regression towards mediocrity in hereditary stature", Journal of the
           Anthropological Institute 15 (1886), 246-263.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = ilr.load_dataset("first_to_latest_ilacs_2024").counts
    >>> round(ilr.regression_to_mean_test(table, reliability=0.8).p_value, 3)
    0.019
    """
    check_option(alternative, ALTERNATIVES, "alternative")
    moves = moves_of(table)
    rho = reliability_given(reliability)
    population, notes = population_of(moves, shares)
    net = net_of(moves.counts)
    p_value = _tail(moves, population, rho.value, net, alternative)
    if rho.interval is not None:
        ends = [_tail(moves, population, end, net, alternative) for end in rho.interval]
        texts = " and ".join(map(p_phrase, ends))
        notes = (*notes, f"At the limits of the reliability the test gives {texts}.")
    return SignificanceResult(
        statistic=float(net),
        p_value=p_value,
        method="exact given first grades",
        name="regression_to_mean_test",
        label="test of regression to the mean",
        null=(f"both gradings read the same state with a reliability of {significant(rho.value)}"),
        alternative=alternative,
        n_units=moves.n_units,
        notes=moves.notes + notes,
        limits="why units moved",
    )


def ordered_moves(table: TransitionsLike) -> Transitions:
    """Return transitions on a scale that has an order, with a note on which end is the worst."""
    moves = as_transitions(table)
    refuse_unordered(moves.scale, "table", NOTHING_RISES)
    return replace(moves, notes=(*moves.notes, *direction_note(moves.scale)))


def moves_of(table: TransitionsLike) -> Transitions:
    """Return transitions of at least one unit, and not of more than can be summed over."""
    moves = ordered_moves(table)
    if not moves.n_units:
        raise ValueError("`table` holds no unit with both grades.")
    if moves.n_units > MOST_UNITS:
        raise ValueError(
            f"`table` must hold {whole(MOST_UNITS)} units at most, as every sum of their moves is "
            f"listed, but got {whole(moves.n_units)}."
        )
    return moves


def population_of(moves: Transitions, shares: Any) -> tuple[FloatArray, tuple[str, ...]]:
    """Return the shares of grades that thresholds rest on, and what to say of them."""
    first, second = moves.counts.sum(axis=1), moves.counts.sum(axis=0)
    if shares is None:
        pooled = (first + second) / (2 * moves.n_units)
        return pooled, (POOLED,) if (first != second).any() else ()
    ordered = in_grade_order(shares, moves.scale, "shares")
    given = check_listing(ordered, "shares", of="numbers")
    numbers = [check_number(one, "shares") for one in given]
    if len(numbers) != len(moves.scale) or min(numbers) < 0 or not sum(numbers):
        raise ValueError(
            f"`shares` must be {len(moves.scale)} numbers of 0 or more, one for each grade, but "
            f"got {told(shares)}."
        )
    found = np.array(numbers) / sum(numbers)
    if (first[found == 0] > 0).any():
        grade = moves.scale.labels[int(np.argmax((found == 0) & (first > 0)))]
        raise ValueError(f"`shares` gives no share to {told(grade)}, but units had that grade.")
    return found, ()


def cells_at(population: FloatArray, reliability: float | FloatArray) -> FloatArray:
    """Return the shares of pairs of grades of one state, shape (..., n_grades, n_grades)."""
    cuts = thresholds_of(population)
    return cell_probabilities(cuts, cuts, reliability).probabilities


def conditional(cells: FloatArray, first: IntArray) -> FloatArray:
    """Return the shares of second grades by first, zero where no unit had the first."""
    totals = cells.sum(axis=1, keepdims=True)
    return np.where(first[:, None] > 0, cells / np.where(totals > 0, totals, 1.0), 0.0)


def net_of(counts: npt.NDArray[Any]) -> int:
    """Return units up minus units down."""
    return int(np.triu(counts, 1).sum() - np.tril(counts, -1).sum())


def net_moves(
    expected: FloatArray, first: IntArray | None, n_units: int, *, rises: bool = True
) -> tuple[IntArray, FloatArray]:
    """Return all values of units up minus units down, and their probabilities.

    Units of a row move alike and alone; where first grades are drawn too, all units do. Without
    rises, units up count as those that stayed.
    """
    rows = [expected] if first is None else [expected[[k]] for k in np.flatnonzero(first)]
    sizes = [n_units] if first is None else first[first > 0].tolist()
    places = [np.arange(len(expected))] if first is None else np.flatnonzero(first)[:, None]
    moves = []
    for row, size, place in zip(rows, sizes, places, strict=True):
        gap = np.sign(np.arange(expected.shape[1]) - np.asarray(place)[:, None])
        gap = gap if rises else np.minimum(gap, 0)
        moves.append([float(row[gap == way].sum()) / size for way in (-1, 0, 1)])
    net = np.arange(-n_units, n_units + 1)
    return net, _summed(np.array(moves), sizes, n_units)


def _summed(moves: FloatArray, sizes: list[int], n_units: int) -> FloatArray:
    if n_units > ADDED_UP:
        turn = np.exp(2j * np.pi * np.fft.fftfreq(2 * n_units + 1))
        wave = np.prod(
            [
                (down / turn + same + up * turn) ** size
                for (down, same, up), size in zip(moves, sizes, strict=True)
            ],
            axis=0,
        )
        found = np.fft.fftshift(np.fft.fft(wave).real) / len(wave)
        return np.maximum(found, 0.0)
    total = np.ones(1)
    for move, size in zip(moves, sizes, strict=True):
        total = np.convolve(total, _power(move, size))
    return total


def _power(move: FloatArray, size: int) -> FloatArray:
    """Return the distribution of a sum of so many alike moves, by doubling."""
    found, double = np.ones(1), move
    while size:
        if size & 1:
            found = np.convolve(found, double)
        size >>= 1
        double = np.convolve(double, double) if size else double
    return found


def _unchanged(expected: FloatArray) -> float:
    return float(np.trace(expected) / expected.sum())


def _unchanged_between(
    rho: Reliability, population: FloatArray, first: IntArray, given: Given
) -> Interval | None:
    if rho.interval is None:
        return None
    ends = []
    for end in rho.interval:
        cells = cells_at(population, end)
        ends.append(
            _unchanged(conditional(cells, first) * first[:, None] if given == "first" else cells)
        )
    return Interval(min(ends), max(ends), rho.interval.confidence_level, rho.interval.method)


def tail_of_noise(
    moves: Transitions, cells: FloatArray, net: int, *, rises: bool = True
) -> tuple[float, float]:
    """Return the probability of so large a net move or a larger one, and of so small a one.

    `cells` are those of `cells_at` one reliability. Without rises, units up count as those that
    stayed.
    """
    first = moves.counts.sum(axis=1)
    expected = conditional(cells, first) * first[:, None]
    values, probabilities = net_moves(expected, first, moves.n_units, rises=rises)
    upper, lower = probabilities[values >= net].sum(), probabilities[values <= net].sum()
    return min(float(upper), 1.0), min(float(lower), 1.0)


def _tail(
    moves: Transitions,
    population: FloatArray,
    reliability: float,
    net: int,
    alternative: Alternative,
) -> float:
    upper, lower = tail_of_noise(moves, cells_at(population, reliability), net)
    if alternative == "two-sided":
        return min(2 * min(upper, lower), 1.0)
    return upper if alternative == "greater" else lower
