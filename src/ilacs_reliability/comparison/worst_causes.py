"""Exact extreme p-values of van Elteren's statistic under a hidden cause of the group."""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm
from typing import TypeAlias

import numpy as np

from ilacs_reliability._checks.work import affordable
from ilacs_reliability._results.estimates import FloatArray, IntArray
from ilacs_reliability.comparison.fixed_margins import double_mid_ranks, first_rows
from ilacs_reliability.comparison.hidden import Extremes
from ilacs_reliability.comparison.rank_limits import n_first_rows

# strata that are looked at
MOST_STRATA = 100
# cells held for a stratum, terms added where strata are joined, and chances held in the search
MOST_CELLS = 4_000_000
MOST_TERMS = 4_000_000
MOST_HELD = 30_000_000
# combinations of causes up to which each is compared with each
MOST_COMPARED = 1_000
# largest whole number that sums of ranks are put on
MOST_WHOLE = 2**60
# time of a cause at one strength; as many of which tabulating it and the search take
NANOSECONDS, SEARCHED = 75_000.0, 22
# time of a cell of a table that is listed
LISTED = 100.0
# chances that differ by a smaller share are equal
SLACK = 1e-11

# chance of each sum, or of reaching what was seen, by cause
Choices: TypeAlias = tuple[FloatArray, ...]


class TooManyCausesError(Exception):
    """There are too many tables or hidden causes to go through."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Stratum:
    """The second group's rank sum in a stratum, by how many of its units a cause favours.

    Attributes
    ----------
    surplus : ndarray of int, shape (n_values,)
        Twice the possible sums, less what is expected without a cause.
    n_units : int
        Units of both groups.
    weights : ndarray of float, shape (n_units + 1, n_second + 1, n_values)
        Chance without a cause of each number of favoured units in the second group and of each
        sum, where the best 0, 1, ... units are the favoured ones.
    """

    surplus: IntArray
    n_units: int
    weights: FloatArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lattice:
    """The sums over strata that can be reached, stratum by stratum, equal ones joined.

    Attributes
    ----------
    strata : tuple of Stratum
        In the order of the sums; equal ones are one object, side by side.
    places : tuple of ndarray of int, shape (n_reached, n_values)
        For every stratum but the last, where the sums before it and its own lead.
    first, beyond : ndarray of int, shape (n_reached,)
        By the sum before the last stratum, the first of its values that makes the sum as large as
        the one seen, and the first that makes it larger.
    """

    strata: tuple[Stratum, ...]
    places: tuple[IntArray, ...]
    first: IntArray
    beyond: IntArray


def reached_sums(counts: IntArray, n_strengths: int = 1) -> Lattice:
    """Tabulate every stratum under every cause that favours the best graded units.

    Parameters
    ----------
    counts : ndarray of int, shape (n_strata, 2, n_grades)
        Units by group and grade.
    n_strengths : int, optional
        At how many strengths of a cause tails are wanted, beside the search for one. Default: 1.

    Returns
    -------
    Lattice
        Strata and the sums over them.

    Raises
    ------
    TooManyCausesError
        If a stratum has too many tables or causes, or there are too many sums.
    """
    # strata of one grade have one sum
    varied = ((counts.sum(axis=1) > 0).sum(axis=1) > 1) & (counts.sum(axis=2) > 0).all(axis=1)
    counts = counts[varied] if varied.any() else counts[:1]
    if len(np.unique(counts, axis=0)) > MOST_STRATA or len(counts) > 10 * MOST_STRATA:
        raise TooManyCausesError
    # each of the best 0, 1, ... units is a cause, tabulated once and looked at at each strength
    n_causes = float(sum(int(table.sum()) + 1 for table in np.unique(counts, axis=0)))
    if not affordable(n_causes * (n_strengths + SEARCHED), nanoseconds=NANOSECONDS):
        raise TooManyCausesError
    strata = _ordered_strata(counts)
    # rank sums over N + 1 are whole numbers of a common unit
    common = lcm(*(stratum.n_units + 1 for stratum in strata))
    units = [common // (stratum.n_units + 1) for stratum in strata]
    pairs = list(zip(strata, units, strict=True))
    if sum(int(np.abs(stratum.surplus).max()) * unit for stratum, unit in pairs) > MOST_WHOLE:
        raise TooManyCausesError
    steps = [stratum.surplus * unit for stratum, unit in pairs]
    reached, places, n_terms = np.zeros(1, dtype=np.int64), [], 0
    for step in steps[:-1]:
        n_terms += len(reached) * len(step)
        if n_terms > MOST_TERMS:
            raise TooManyCausesError
        reached, place = np.unique(reached[:, None] + step, return_inverse=True)
        places.append(place.reshape(-1, len(step)))
    needed = _seen(counts, common) - reached
    return Lattice(
        strata=strata,
        places=tuple(places),
        first=np.searchsorted(steps[-1], needed, side="left"),
        beyond=np.searchsorted(steps[-1], needed, side="right"),
    )


def exact_tails(lattice: Lattice, gamma: float) -> Extremes:
    """Return the extreme tails at a strength, over every hidden cause that may be extreme.

    Parameters
    ----------
    lattice : Lattice
        As from `reached_sums`.
    gamma : float
        1 or more.

    Returns
    -------
    tuple of float
        The largest and smallest chance of a sum at least as large as the one seen, then the same
        of one at most as large.

    Raises
    ------
    TooManyCausesError
        If too many combinations of causes are left.

    Notes
    -----
    The extreme cause favours the best graded units of a stratum wholly, or disfavours them
    (Rosenbaum and Krieger 1990). A cause is left out where another makes every large sum as
    likely or more so in its stratum: adding independent strata keeps that order. Of the
    combinations that are left, those are left out whose chance would not be the extreme one even
    if the causes in the strata to come were chosen knowing the sum so far.
    """
    most_above, least_below = _tails(lattice, gamma, up=True)
    least_above, most_below = _tails(lattice, 1 / gamma, up=False)
    return most_above, least_above, most_below, least_below


def _ordered_strata(counts: IntArray) -> tuple[Stratum, ...]:
    """Tabulate strata, those with one cause only last, as nothing is left to choose there."""
    kinds: dict[tuple[int, ...], int] = {}
    for table in counts:
        key = (int(table[1].sum()), *table.sum(axis=0).tolist())
        kinds[key] = kinds.get(key, 0) + 1
    found, n_listed = [], 0
    for key, n in sorted(kinds.items()):
        stratum, n_cells = _stratum(np.array(key[1:]), key[0])
        # a few large strata are soon listed, many take as many times as long
        n_listed += n_cells
        if not affordable(n_listed, nanoseconds=LISTED):
            raise TooManyCausesError
        open_causes = len(_undominated(_chances(stratum, 2.0), up=True)) > 1
        reach = float(np.ptp(stratum.surplus)) / (stratum.n_units + 1)
        found.append((not open_causes, reach, stratum, n))
    found.sort(key=lambda row: row[:2])
    return tuple(stratum for _, _, stratum, n in found for _ in range(n))


def _seen(counts: IntArray, common: int) -> int:
    """Return the sum seen, in the common unit."""
    seen = 0
    for table in counts:
        totals = table.sum(axis=0)
        n = int(totals.sum())
        surplus = int(double_mid_ranks(totals) @ table[1]) - int(table[1].sum()) * (n + 1)
        seen += surplus * (common // (n + 1))
    return seen


def _stratum(totals: IntArray, n_second: int) -> tuple[Stratum, int]:
    """Tabulate a stratum; also return how many cells of tables were listed for it."""
    n = int(totals.sum())
    ranks = double_mid_ranks(totals)
    # a cause cuts each grade in two, and rows are held several times
    if n_first_rows(totals, n_second) * 2 * len(totals) > MOST_CELLS:
        raise TooManyCausesError
    plain = first_rows(totals, n_second)
    if plain is None:
        raise TooManyCausesError
    sums = np.unique(plain[0] @ ranks)
    if (n + 1) * (n_second + 1) * len(sums) > MOST_CELLS:
        raise TooManyCausesError
    weights = np.zeros((n + 1, n_second + 1, len(sums)))
    # best graded first
    totals, ranks = totals[::-1], ranks[::-1]
    n_rows = n_cells = 0
    for favoured in range(n + 1):
        inside = np.clip(favoured - (np.cumsum(totals) - totals), 0, totals)
        parts = np.concatenate([inside, totals - inside])
        if n_first_rows(parts, n_second) * len(parts) > 2 * MOST_CELLS:
            raise TooManyCausesError
        found = first_rows(parts, n_second)
        n_rows += len(found[0]) if found else MOST_CELLS + 1
        if found is None or n_rows > MOST_CELLS:
            raise TooManyCausesError
        rows, chances = found
        n_cells += rows.size
        chosen = rows[:, : len(totals)].sum(axis=1)
        place = np.searchsorted(sums, rows @ np.concatenate([ranks, ranks]))
        cells = np.bincount(chosen * len(sums) + place, weights=chances, minlength=weights[0].size)
        weights[favoured] = cells.reshape(weights[0].shape)
    return Stratum(surplus=sums - n_second * (n + 1), n_units=n, weights=weights), n_cells


def _chances(stratum: Stratum, strength: float) -> FloatArray:
    """Return the chance of each sum, shape (n_causes, n_values)."""
    logs = np.arange(stratum.weights.shape[1]) * np.log(strength)
    # of each cause only the numbers that there can be count, lest none be left of a strong one
    logs = np.where(stratum.weights.any(axis=2), logs, -np.inf)
    factors = np.exp(logs - logs.max(axis=1, keepdims=True))
    chances: FloatArray = np.einsum("bkr,bk->br", stratum.weights, factors)
    chances /= chances.sum(axis=1, keepdims=True)
    return chances


def _undominated(chances: FloatArray, *, up: bool) -> FloatArray:
    """Keep the causes that no other exceeds at every sum, from above or from below."""
    order = slice(None, None, 1 if up else -1)
    # whichever way, what is to be large and what is to be small
    small = np.cumsum(chances[:, order], axis=1)
    large = np.cumsum(chances[:, order][:, ::-1], axis=1)
    kept: list[int] = []
    # beside the first of those kept only: of what is kept besides, more is looked at and no less
    rivals = np.empty((2, min(len(chances), MOST_COMPARED), chances.shape[1]))
    # a cause that is exceeded everywhere has the smaller mean
    for cause in np.argsort(-large.sum(axis=1), kind="stable"):
        n = min(len(kept), rivals.shape[1])
        falls = (rivals[0, :n] < large[cause] * (1 - SLACK)).any(axis=1)
        falls |= (rivals[1, :n] > small[cause] * (1 + SLACK)).any(axis=1)
        if falls.all():
            if len(kept) < rivals.shape[1]:
                rivals[:, len(kept)] = large[cause], small[cause]
            kept.append(int(cause))
    return chances[kept]


def _tails(lattice: Lattice, strength: float, *, up: bool) -> tuple[float, float]:
    """Return the extreme upper and lower tail over causes that push the sum up, or down."""
    table = {
        id(stratum): _undominated(_chances(stratum, strength), up=up) for stratum in lattice.strata
    }
    chances = tuple(table[id(stratum)] for stratum in lattice.strata)
    last = chances[-1]
    none = np.zeros((len(last), 1))
    at_most = np.hstack([none, np.cumsum(last, axis=1)])
    at_least = np.hstack([np.cumsum(last[:, ::-1], axis=1)[:, ::-1], none])
    upper = _extreme(lattice, chances, at_least[:, lattice.first], sign=1 if up else -1, up=up)
    lower = _extreme(lattice, chances, at_most[:, lattice.beyond], sign=-1 if up else 1, up=up)
    return min(1.0, upper), min(1.0, lower)


def _extreme(lattice: Lattice, chances: Choices, ends: FloatArray, *, sign: int, up: bool) -> float:
    """Return the largest (or, with sign -1, the smallest) chance over combinations of causes.

    `ends` holds the chance for each cause of the last stratum and each sum before it.
    """
    # as if each stratum's cause were chosen knowing the sum before it: never less extreme
    after = [ends]
    for place, chance in zip(lattice.places[::-1], chances[-2::-1], strict=True):
        best = sign * (sign * after[-1]).max(axis=0)
        after.append(chance @ best[place].T)
    after.reverse()
    found = _climbed(lattice, chances, after, sign)
    states, causes = np.ones((1, 1)), np.zeros(1, dtype=np.int64)
    held = 0
    for k, choice in enumerate(after):
        bounds = states @ choice.T
        # equal strata may change places: their causes in order suffice
        enough = sign * bounds > sign * found * (1 + sign * SLACK)
        if k > 0 and lattice.strata[k] is lattice.strata[k - 1]:
            enough &= causes[:, None] <= np.arange(len(choice))
        rows, causes = np.nonzero(enough)
        if len(rows) == 0:
            return found
        if k == len(after) - 1:
            return float(sign * (sign * bounds[enough]).max())
        held += len(rows) * lattice.places[k].size
        if held > MOST_HELD:
            raise TooManyCausesError
        pushed = zip(states[rows], chances[k][causes], strict=True)
        states = np.array([_pushed(lattice, k, *pair) for pair in pushed])
        # among equal strata causes are in order already
        if lattice.strata[k + 1] is not lattice.strata[k] and len(states) <= MOST_COMPARED:
            states = _undominated(states, up=up)
    return found


def _climbed(lattice: Lattice, chances: Choices, after: list[FloatArray], sign: int) -> float:
    """Return the chance of a good combination of causes, one stratum improved after the other."""
    found, ahead = None, after
    while True:
        state, picks = np.ones(1), []
        for k, choice in enumerate(ahead):
            values = choice @ state
            picks.append(int((sign * values).argmax()))
            if k < len(ahead) - 1:
                state = _pushed(lattice, k, state, chances[k][picks[-1]])
        new = float(values[picks[-1]])
        if found is not None and sign * new <= sign * found * (1 + sign * SLACK):
            return found if sign * found > sign * new else new
        found, ahead = new, [after[-1]]
        for k in range(len(after) - 2, -1, -1):
            best = ahead[-1][picks[k + 1]]
            ahead.append(chances[k] @ best[lattice.places[k]].T)
        ahead.reverse()


def _pushed(lattice: Lattice, k: int, state: FloatArray, chance: FloatArray) -> FloatArray:
    """Return the chances of the sums reached with one more stratum."""
    place = lattice.places[k]
    n_next = len(lattice.first) if k == len(lattice.places) - 1 else len(lattice.places[k + 1])
    weights = (state[:, None] * chance).ravel()
    return np.bincount(place.ravel(), weights=weights, minlength=n_next).astype(np.float64)
