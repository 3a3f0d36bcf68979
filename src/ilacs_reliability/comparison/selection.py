"""What can be said where only one kind was used: bounds without and with monotone assumptions."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any, Literal, TypeAlias

import numpy as np
from scipy import special

from ilacs_reliability._checks.arguments import check_confidence_level, check_option
from ilacs_reliability._checks.work import affordable
from ilacs_reliability._data.tables import GradesLike, as_grades, direction_note
from ilacs_reliability._results.estimates import FloatArray, Interval
from ilacs_reliability._results.records import Record, html_table, plain
from ilacs_reliability._results.wording import counted, fixed, percent, together
from ilacs_reliability.comparison.groups import check_ordered, cut_code, named
from ilacs_reliability.comparison.in_words import (
    ASSUMED,
    COMPARABLE,
    CROSSED,
    RESPONDED,
    can_be_anything,
    gap_in_share,
    low_to_high,
    relative,
    without_bound,
)

Assumption: TypeAlias = Literal["none", "comparable", "monotone"]
Response: TypeAlias = Literal["any", "second_lower", "second_higher"]
# worst and best distribution of each group's grades, shape (2, n_strata, n_grades)
Extremes: TypeAlias = tuple[FloatArray, FloatArray]


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class SelectionBounds(Record):
    """What a comparison of all units can be, given what was not seen.

    Attributes
    ----------
    low, high : float
        The smallest and the largest value that the assumptions leave.
    measure : str
        What is bounded, as a sentence calls it.
    null : float
        The value without a difference: 0.5 or 0.
    assume, response : str
        The assumptions.
    strata : tuple
        Names of the strata.
    by_stratum : ndarray of float, shape (n_strata, 2)
        The bounds in each stratum.
    share_inside : float
        Share of units in strata that hold both groups.
    standard_errors : tuple of float
        Of `low` and of `high`, strata held fixed. A group that shows no spread in a stratum counts
        with the whole range that grades allow as its standard deviation.
    n_units : int
        Units in all.
    notes : tuple of str
        What the reader must know.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> bounds = ilr.selection_bounds([[[3, 5], [2, 4]], [[0, 0], [9, 1]]])
    >>> bounds
    SelectionBounds(0.3247 to 0.5330, assume comparable, 58.3% of units inside)
    """

    low: float
    high: float
    measure: str
    null: float
    assume: Assumption
    response: Response
    strata: tuple[Hashable, ...]
    by_stratum: FloatArray
    share_inside: float
    standard_errors: tuple[float, float]
    n_units: int
    notes: tuple[str, ...] = ()

    @property
    def width(self) -> float:
        """What stays unknown however many units there are."""
        return self.high - self.low

    @property
    def tells_direction(self) -> bool:
        """Whether the 95 % interval of both bounds leaves the value without a difference out."""
        return self.null not in self.confidence_interval()

    def confidence_interval(self, confidence_level: float = 0.95) -> Interval:
        """Return an interval that holds both bounds with the confidence asked for.

        Parameters
        ----------
        confidence_level : float, optional
            Wanted coverage of the whole range, between 0 and 1. Default: 0.95.

        Returns
        -------
        Interval
            The bounds widened by normal limits.

        Raises
        ------
        ValueError
            If the level is not between 0 and 1.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> bounds = ilr.selection_bounds([[[3, 5], [2, 4]], [[0, 0], [9, 1]]])
        >>> low, high = bounds.confidence_interval()
        >>> low < bounds.low < bounds.high < high
        True
        """
        confidence_level = check_confidence_level(confidence_level)
        z = special.ndtri((1 + confidence_level) / 2)
        least = 0.0 if self.null else -1.0
        low = max(least, self.low - z * self.standard_errors[0])
        high = min(1.0, self.high + z * self.standard_errors[1])
        return Interval(float(low), float(high), confidence_level, "bounds, widened")

    def describe(self) -> str:
        """Say in a sentence what the bounds leave open.

        Returns
        -------
        str
            Plain English.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> print(ilr.selection_bounds([[[3, 5], [2, 4]], [[0, 0], [9, 1]]]).describe())
        Over all 24 units the relative effect P(group 1 < group 2) + P(group 1 = group 2) / 2 can be
        anything from 0.325 to 0.533 (with sampling error, 0.160 to 0.698), if units of a stratum
        are comparable and nothing is assumed outside the 58.3% of units in shared strata; this does
        not tell which group is graded higher.
        """
        assumed = ASSUMED[self.assume].format(percent(self.share_inside))
        if self.assume == "comparable" and self.share_inside == 1:
            assumed = COMPARABLE
        given = assumed + RESPONDED[self.response]
        low, high, lower, upper = together(self.low, self.high, *self.confidence_interval())
        return can_be_anything(
            self.n_units,
            self.measure,
            (low, high),
            with_error=(lower, upper),
            given=given,
            tells=self.tells_direction,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the bounds as a flat row of plain Python values.

        Returns
        -------
        dict
            One entry a field.

        Examples
        --------
        >>> import ilacs_reliability as ilr
        >>> ilr.selection_bounds([[[3, 5], [2, 4]], [[0, 0], [9, 1]]]).to_dict()["null"]
        0.5
        """
        row: dict[str, Any] = {"name": "selection_bounds"}
        for field in ("low", "high", "measure", "null", "assume", "response", "share_inside"):
            row[field] = getattr(self, field)
        row |= {"strata": list(self.strata), "by_stratum": self.by_stratum.tolist()}
        row |= {"standard_errors": list(self.standard_errors), "n_units": self.n_units}
        strict: dict[str, Any] = plain(row | {"notes": list(self.notes)})
        return strict

    def __repr__(self) -> str:
        return (
            f"SelectionBounds({fixed(self.low, 4)} to {fixed(self.high, 4)}, assume {self.assume}, "
            f"{percent(self.share_inside)} of units inside)"
        )

    def _repr_html_(self) -> str:
        rows: dict[str, Any] = {
            str(stratum): low_to_high(low, high)
            for stratum, (low, high) in zip(self.strata, self.by_stratum.tolist(), strict=True)
        }
        return html_table({self.measure: low_to_high(self.low, self.high)} | rows)


def selection_bounds(
    grades: GradesLike,
    *,
    assume: Assumption = "comparable",
    response: Response = "any",
    at_least: Hashable | None = None,
    at_most: Hashable | None = None,
) -> SelectionBounds:
    """Bound the comparison of two kinds over all units, those with no counterpart included.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] 2, n_grades)
        Units by group and grade, worst grade first; strata worst first for "monotone".
    assume : {"none", "comparable", "monotone"}, optional
        "none": what a unit would have got from the other kind may be any grade. "comparable":
        within a stratum the kinds' units are alike, outside the shared strata nothing. "monotone":
        besides, of one kind a better stratum's grades are never lower. Default: "comparable".
    response : {"any", "second_lower", "second_higher"}, optional
        Whether the second kind may also be taken never to grade higher, or never lower, than the
        first. Default: "any".
    at_least, at_most : hashable, optional
        A cut: then the difference in shares is bounded, second minus first. Default: the relative
        effect is.

    Returns
    -------
    SelectionBounds
        The smallest and largest value, with each stratum's.

    Raises
    ------
    ValueError
        If there are not exactly two groups, an option is unknown, the cut is none, or there are too
        many grades, or strata for "monotone".

    See Also
    --------
    overlap_report : Which strata hold both kinds.
    rosenbaum_bounds : Hidden selection inside the shared strata.

    Notes
    -----
    Worst-case bounds [1]_: a measure that rises with the second group's grades and falls with the
    first's is smallest where unseen grades are worst in the second and best in the first.
    "monotone" takes the strata as a monotone instrument [2]_. Strata count by their units. More
    units do not narrow the bounds, other units would.

    Grades can contradict an assumption, by chance or because it is wrong; notes say where. Where a
    stratum's bounds lie wholly on the side that `response` excludes, they stay as they are without
    it. Where the limits that "monotone" sets to an unseen kind cross, so that no grades would be in
    keeping with both, that kind's grades in that stratum are bounded as without it. What is seen is
    never changed. Bounds that lean on a contradicted assumption elsewhere should not be trusted.

    References
    ----------
    .. [1] C. F. Manski, "Nonparametric bounds on treatment effects", American Economic Review 80
           (1990), 319-323.
    .. [2] C. F. Manski and J. V. Pepper, "Monotone instrumental variables: with an application to
           the returns to schooling", Econometrica 68 (2000), 997-1010.

    Examples
    --------
    By previous grade (inadequate, requires improvement, good), short and standard:

    >>> import ilacs_reliability as ilr
    >>> table = [
    ...     [[0, 0, 0, 0], [2, 22, 15, 1]],
    ...     [[0, 0, 0, 0], [21, 37, 55, 4]],
    ...     [[5, 9, 45, 38], [4, 6, 5, 3]],
    ... ]
    >>> ilr.selection_bounds(table)
    SelectionBounds(0.1263 to 0.6520, assume comparable, 42.3% of units inside)
    >>> ilr.selection_bounds(table, assume="monotone")
    SelectionBounds(0.2521 to 0.6520, assume monotone, 42.3% of units inside)
    """
    check_option(assume, ("none", "comparable", "monotone"), "assume")
    check_option(response, ("any", "second_lower", "second_higher"), "response")
    taken = as_grades(grades)
    check_ordered(taken.scale)
    if len(taken.groups) != 2:
        raise ValueError(f"`grades` must have two groups, but got {len(taken.groups)}.")
    sizes = taken.counts.sum(axis=2)
    used = sizes.sum(axis=1) > 0
    counts, sizes = taken.counts[used].astype(np.float64), sizes[used]
    measure, label, null = _measure(taken, at_least, at_most)
    # a share at or below a grade falls as grades rise
    turned = at_most is not None

    def bounds(shares: FloatArray) -> FloatArray:
        worst, best = _extremes(shares, sizes, assume)
        low, high = measure(best[0], worst[1]), measure(worst[0], best[1])
        # where the grades contradict the assumption they are left as they are
        if response == "second_lower":
            low, high = low, np.where(low > null, high, np.minimum(high, null))
        elif response == "second_higher":
            low, high = np.where(high < null, low, np.maximum(low, null)), high
        return np.stack([-high, -low] if turned else [low, high], axis=-1)

    with np.errstate(invalid="ignore"):
        shares = np.nan_to_num(counts / sizes[..., None])
    _check_work(shares, assume)
    by_stratum = bounds(shares)
    names = tuple(name for name, keep in zip(taken.strata, used, strict=True) if keep)
    against = _against(by_stratum, null, response, turned=turned)
    monotone = assume == "monotone"
    crossed = monotone and _crossed(shares, sizes)
    unfit = _without_fit(shares, sizes) if monotone else []
    weights = sizes.sum(axis=1) / sizes.sum()
    low, high = (weights @ by_stratum).tolist()
    return SelectionBounds(
        low=low,
        high=high,
        measure=label,
        null=null,
        assume=assume,
        response=response,
        strata=names,
        by_stratum=by_stratum,
        share_inside=float(weights[(sizes > 0).all(axis=1)].sum()),
        standard_errors=_errors(bounds, weights, shares, sizes, apart=not monotone),
        n_units=taken.n_units,
        notes=(
            *taken.notes,
            *direction_note(taken.scale),
            *_contradictions(names, against, unfit, crossed=bool(crossed)),
        ),
    )


def _check_work(shares: FloatArray, assume: Assumption) -> None:
    """Raise where the bounds would take too long to move by each share in turn."""
    n_strata, n_groups, n_grades = shares.shape
    monotone = assume == "monotone"
    moves = float(n_groups * n_grades) * (n_strata if monotone else 1)
    if affordable(moves * (1000.0 + shares.size), nanoseconds=70.0):
        return
    if monotone:
        raise ValueError(
            f"`assume` 'monotone' sets each stratum against each, which of {n_strata:,} strata and "
            f"{n_grades:,} grades would take too long: join strata, or use 'comparable'."
        )
    raise ValueError(
        f"`grades` has {counted(n_strata, 'stratum', 'strata')} on {n_grades:,} grades, and bounds "
        "that move with each share would take too long: join grades."
    )


def _against(by_stratum: FloatArray, null: float, response: Response, *, turned: bool) -> list[int]:
    """Return the strata whose bounds lie wholly on the side that the response excludes."""
    if response == "any":
        return []
    # a turned measure falls as the second group's grades rise
    above = (response == "second_lower") != turned
    beyond = by_stratum[:, 0] > null if above else by_stratum[:, 1] < null
    return [int(place) for place in np.flatnonzero(beyond)]


def _contradictions(
    strata: tuple[Hashable, ...], against: list[int], unfit: list[int], *, crossed: bool
) -> tuple[str, ...]:
    notes = []
    if against:
        names = ", ".join(str(strata[place]) for place in against)
        notes.append(without_bound(names, response=True))
    if crossed:
        notes.append(CROSSED)
    if unfit:
        names = ", ".join(str(strata[place]) for place in unfit)
        notes.append(without_bound(names, response=False))
    return tuple(notes)


def _measure(
    taken: Any, at_least: Hashable | None, at_most: Hashable | None
) -> tuple[Callable[[FloatArray, FloatArray], FloatArray], str, float]:
    first, second = (named(group) for group in taken.groups)
    if at_least is None and at_most is None:
        label = relative(first, second)
        return _relative, label, 0.5
    code, phrase = cut_code(taken.scale, at_least=at_least, at_most=at_most)
    label = gap_in_share(phrase, first, second)
    return partial(_share_gap, code=code), label, 0.0


def _relative(first: FloatArray, second: FloatArray) -> FloatArray:
    below = np.cumsum(first, axis=1) - first / 2
    effect: FloatArray = (second * below).sum(axis=1)
    return effect


def _share_gap(first: FloatArray, second: FloatArray, *, code: int) -> FloatArray:
    gap: FloatArray = second[:, code:].sum(axis=1) - first[:, code:].sum(axis=1)
    return gap


def _extremes(shares: FloatArray, sizes: Any, assume: Assumption) -> Extremes:
    """Return the worst and the best distribution of each group in each stratum."""
    n_grades = shares.shape[2]
    lowest, highest = _ends(n_grades)
    seen = sizes / sizes.sum(axis=1, keepdims=True)
    known = (sizes > 0).astype(np.float64)
    weight = (seen if assume == "none" else known)[..., None]
    worst, best = (weight * shares + (1 - weight) * end for end in (lowest, highest))
    if assume == "monotone":
        worst, best, _ = _monotone(worst, best, sizes > 0)
    return worst.swapaxes(0, 1), best.swapaxes(0, 1)


def _ends(n_grades: int) -> Extremes:
    """Return the distributions in which all units have the worst and the best grade."""
    return np.eye(1, n_grades)[0], np.eye(1, n_grades, n_grades - 1)[0]


def _monotone(
    worst: FloatArray, best: FloatArray, known: Any
) -> tuple[FloatArray, FloatArray, Any]:
    """Hold an unseen group between what is seen of it in worse and in better strata."""
    wide_low, wide_high = np.cumsum(worst, axis=2), np.cumsum(best, axis=2)
    low, high = _held(wide_low, wide_high, known)
    # a distribution is lower where its cumulative share is higher: none lies between these two
    crossed = np.asarray(low < high - 1e-9).any(axis=2, keepdims=True)
    low = np.where(crossed, wide_low, low)
    high = np.where(crossed, wide_high, high)
    return np.diff(low, axis=2, prepend=0.0), np.diff(high, axis=2, prepend=0.0), crossed


def _crossed(shares: FloatArray, sizes: Any) -> bool:
    """Return whether a kind's grades in a worse stratum lie above those in a better one."""
    known = sizes > 0
    cumulative = np.cumsum(shares, axis=2)
    for group in range(shares.shape[1]):
        seen = cumulative[known[:, group], group]
        if (np.diff(seen, axis=0) > 1e-9).any():
            return True
    return False


def _held(wide_low: FloatArray, wide_high: FloatArray, known: Any) -> Extremes:
    seen = known[..., None]
    # a distribution is higher where its cumulative share is lower
    worse = np.minimum.accumulate(np.where(seen, wide_low, np.inf), axis=0)[:-1]
    better = np.maximum.accumulate(np.where(seen, wide_high, -np.inf)[::-1], axis=0)[-2::-1]
    low, high = wide_low.copy(), wide_high.copy()
    low[1:] = np.where(seen[1:] | np.isinf(worse), low[1:], worse)
    high[:-1] = np.where(seen[:-1] | np.isinf(better), high[:-1], better)
    return low, high


def _without_fit(shares: FloatArray, sizes: Any) -> list[int]:
    """Return the strata in which no grades of an unseen kind fit the monotone assumption."""
    known = sizes > 0
    lowest, highest = _ends(shares.shape[2])
    worst, best = (np.where(known[..., None], shares, end) for end in (lowest, highest))
    return [int(s) for s in np.flatnonzero(_monotone(worst, best, known)[2].any(axis=(1, 2)))]


def _errors(
    bounds: Callable[[FloatArray], FloatArray],
    weights: FloatArray,
    shares: FloatArray,
    sizes: Any,
    *,
    apart: bool,
) -> tuple[float, float]:
    """Return the delta method's standard errors of both bounds, by numerical differentiation."""
    n_strata, n_groups, n_grades = shares.shape
    middle = bounds(shares)
    # strata that bear on their own bounds alone are moved all at once
    together = [np.arange(n_strata)] if apart else list(np.arange(n_strata)[:, None])
    variance = np.zeros(2)
    for strata, g in product(together, range(n_groups)):
        pulls = []
        for k in range(n_grades):
            moved = shares.copy()
            moved[strata, g] *= 1 - STEP
            moved[strata, g, k] += STEP
            change = weights[:, None] * (bounds(moved) - middle) / STEP
            pulls.append(change if apart else change.sum(axis=0, keepdims=True))
        variance += _variances(np.array(pulls), shares[strata, g], sizes[strata, g])
    low, high = np.sqrt(variance).tolist()
    return low, high


def _variances(pulls: FloatArray, shares: FloatArray, sizes: Any) -> FloatArray:
    """Return what units of a group add to the variances, pulls by grade, stratum and bound."""
    seen = np.einsum("sk,ksb->sb", shares, pulls**2) / np.maximum(sizes - 1, 1)[:, None]
    # units of one grade show no spread: the whole range that grades allow stands in for it
    whole = (pulls.max(axis=0) - pulls.min(axis=0)) ** 2 / np.maximum(sizes, 1)[:, None]
    added = np.where(shares.max(axis=1, keepdims=True) < 1, seen, whole)
    total: FloatArray = added[sizes > 0].sum(axis=0)
    return total


STEP = 1e-6
