"""Ordered groups: do grades rise or fall from the first to the last?"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np

from ilacs_reliability._checks.arguments import check_option
from ilacs_reliability._checks.randomness import as_generator, check_chance
from ilacs_reliability._data.tables import GradesLike, as_grades
from ilacs_reliability._inference.null import Drawn, Null, extremity, listed, normal
from ilacs_reliability._results.estimates import (
    Alternative,
    Estimate,
    FloatArray,
    IntArray,
    SignificanceResult,
)
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability.comparison.effects import of_other_limits
from ilacs_reliability.comparison.fixed_margins import (
    double_mid_ranks,
    drawn_tables,
    log_added,
    log_choose,
    log_first_rows,
    log_summed,
)
from ilacs_reliability.comparison.groups import (
    named,
    shared_grades,
    undefined_test,
)
from ilacs_reliability.comparison.in_words import (
    LABELS,
    NOT_SHOWN_BY_P,
    TILTED_ORDER,
    another_method,
    in_tilted_tables,
    no_trend,
)
from ilacs_reliability.comparison.rank_limits import tilted_limits
from ilacs_reliability.comparison.rank_sums import rank_sum
from ilacs_reliability.comparison.unit_pairs import somers_d

# values of a statistic and the logarithms of their chances; draws asked for and their source
Sums: TypeAlias = tuple[IntArray, FloatArray]
Chance: TypeAlias = tuple[int, np.random.Generator]
TrendMethod: TypeAlias = Literal["exact", "monte_carlo", "asymptotic"]
# pairs of what is held and what the next group takes, and of the last two groups, which need less
MOST_STEPS = 3_000_000
MOST_LAST_STEPS = 30_000_000
STEPS_AT_ONCE = 500_000


def jonckheere(
    grades: GradesLike,
    *,
    method: TrendMethod = "exact",
    alternative: Alternative = "two-sided",
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> SignificanceResult:
    """Test whether grades rise or fall from the first group to the last.

    Parameters
    ----------
    grades : GroupedGrades or array_like of int, shape ([n_strata,] n_groups, n_grades)
        Units by group and grade, groups in their order, worst grade first. Strata that hold one
        group only do not enter; the others are added up, and notes say both.
    method : {"exact", "monte_carlo", "asymptotic"}, optional
        "exact" gives way to "monte_carlo" where there are too many tables; the result says so.
        Of two groups it is that of `mann_whitney`. Default: "exact".
    alternative : {"two-sided", "less", "greater"}, optional
        "greater": later groups are graded higher. Default: "two-sided".
    n_resamples : int, optional
        Tables to draw. Default: 9999.
    rng : Generator or int, optional
        Source of chance for these draws.

    Returns
    -------
    SignificanceResult
        `statistic` counts pairs of units in which the later group is graded higher, ties half;
        the effect is Somers' D. After "exact" its first interval, "conditional", leaves 0 out
        exactly where the two-sided p-value is at most 0.05, or the one-sided p-value at most 0.025;
        otherwise, or of two groups whose wins are too many to list, the interval is of another
        method, and a note says so.

    Raises
    ------
    TypeError
        If `n_resamples` or `rng` is of the wrong kind.
    ValueError
        If there are fewer than two groups, an option is unknown, `n_resamples` is below 1, or there
        are too many units to draw tables.

    Warns
    -----
    UndefinedEstimateWarning
        If no stratum holds two groups. The p-value is then nan.

    See Also
    --------
    cochran_mantel_haenszel : A trend within strata.
    heterogeneity : Any difference between strata, ordered or not.

    Notes
    -----
    Jonckheere's statistic [1]_ given the margins; "asymptotic" has the variance for ties ([2]_,
    p. 235). The cuts that made the groups should have been chosen before the grades were seen.

    "conditional" inverts the exact test over tables that are likelier by a constant factor for each
    pair of units in order (an exponential family with the test's statistic; for two groups the
    tilts of `mann_whitney`), the error split between the tails as the two-sided test splits it
    under the hypothesis, anew at each level: limits at two levels need not be nested. It is given
    as the Somers' D to be expected given the margins, open (-1 or 1) where the groups are as far
    apart as the margins allow.

    References
    ----------
    .. [1] A. R. Jonckheere, "A distribution-free k-sample test against ordered alternatives",
           Biometrika 41 (1954), 133-145.
    .. [2] E. L. Lehmann, "Nonparametrics: Statistical Methods Based on Ranks", Holden-Day (1975).

    Examples
    --------
    Small, middle and large authorities by whether a short inspection found a decline:

    >>> import ilacs_reliability as ilr
    >>> ilr.jonckheere([[2, 45], [4, 34], [9, 28]])
    SignificanceResult(jonckheere, exact: p = 0.00624, statistic=2138, n_units=122)
    """
    check_option(method, ("exact", "monte_carlo", "asymptotic"), "method")
    check_option(alternative, ("two-sided", "less", "greater"), "alternative")
    n_resamples = check_chance(n_resamples, rng)
    grades = as_grades(grades)
    shared = shared_grades(grades, pool=True)
    label = LABELS["jonckheere"]
    if shared.reason:
        return undefined_test(
            shared, shared.reason, name="jonckheere", label=label, alternative=alternative
        )
    counts = shared.pooled[shared.pooled.sum(axis=1) > 0]
    wins = int(_double_wins(counts[None])[0])
    chance = (n_resamples, as_generator(rng))
    seen, null, found = _judged(counts, wins, method, alternative, chance)
    effect = _with_tilts(somers_d(grades), counts, wins, found, alternative)
    return SignificanceResult(
        statistic=wins / 2,
        p_value=null.reach(seen),
        alternative=alternative,
        method=null.method,
        name="jonckheere",
        label=label,
        null=no_trend(named(shared.groups[0]), named(shared.groups[-1]), alternative),
        effect=effect,
        n_units=shared.n_units,
        notes=effect.notes,
        limits=NOT_SHOWN_BY_P,
    )


def _with_tilts(
    effect: Estimate,
    counts: IntArray,
    wins: int,
    found: tuple[IntArray, FloatArray] | None,
    alternative: Alternative,
) -> Estimate:
    """Put the interval that inverts the exact test first, or say that there is none."""
    if found is None:
        note = another_method(effect.interval_methods[0])
        return replace(effect, notes=(*effect.notes, note))
    middle = _middle(counts.sum(axis=1))
    limits = keyed(_tilted, found=found, wins=wins, middle=middle, alternative=alternative)
    return replace(
        effect,
        label=in_tilted_tables(effect.label),
        methods_source=(("conditional", limits), *effect.methods),
        notes=(*of_other_limits(effect), TILTED_ORDER),
    )


def _tilted(
    estimate: Estimate,
    confidence_level: float,
    *,
    found: tuple[IntArray, FloatArray],
    wins: int,
    middle: int,
    alternative: Alternative,
) -> tuple[float, float]:
    return tilted_limits(estimate, confidence_level, found, wins, middle, alternative, scale=1.0)


def _middle(sizes: IntArray) -> int:
    """Return the expected double wins: twice the pairs of units from different groups, halved."""
    return (int(sizes.sum()) ** 2 - int((sizes**2).sum())) // 2


def _judged(
    counts: IntArray, wins: int, method: str, alternative: Alternative, chance: Chance
) -> tuple[float, Null, Sums | None]:
    """Return how extreme the wins are, the distribution of that, and all wins where listed."""
    sizes, totals = counts.sum(axis=1), counts.sum(axis=0)
    expected = _middle(sizes)
    seen = float(extremity(wins - expected, alternative))
    if method == "asymptotic":
        return seen, normal(4 * _variance(sizes, totals), alternative), None
    if method == "exact" and len(sizes) == 2:
        found = rank_sum(counts, method, alternative, *chance)
        return found.seen, found.null, _wins_of(found.sums, sizes, totals)
    # pairs of more units would wrap
    listable = method == "exact" and sizes.sum() < 2**31
    if listable and (every := _distribution(sizes, totals)):
        gaps = extremity(every[0] - expected, alternative)
        return seen, listed(gaps, np.exp(every[1]), slack=0.0), every
    n_resamples, rng = chance
    drawn = _double_wins(drawn_tables(sizes, totals, n_resamples, rng))
    draws = np.sort(extremity(drawn - expected, alternative))
    null = Drawn(draws, asked=n_resamples, instead=method == "exact", slack=0.0)
    return seen, null, None


def _wins_of(sums: Sums | None, sizes: IntArray, totals: IntArray) -> Sums | None:
    """Turn the first of two groups' rank sums into double wins of the second."""
    # more pairs than a whole number holds have no limits from their list
    if sums is None or int(sizes[0]) * int(sizes[1]) >= 2**61:
        return None
    least = int(sizes[1]) * (int(sizes[1]) + 1)
    return int(totals @ double_mid_ranks(totals)) - sums[0][::-1] - least, sums[1][::-1]


def _double_wins(tables: IntArray) -> IntArray:
    """Return twice the pairs in which the later group is higher, ties half, of each table."""
    earlier = np.cumsum(tables, axis=1)[:, :-1]
    wins: IntArray = _pair_wins(earlier, tables[:, 1:]).sum(axis=1)
    return wins


def _pair_wins(lower: IntArray, upper: IntArray) -> IntArray:
    below = 2 * np.cumsum(lower, axis=-1) - lower
    wins: IntArray = (below * upper).sum(axis=-1)
    return wins


def _distribution(sizes: IntArray, totals: IntArray) -> tuple[IntArray, FloatArray] | None:
    """Return every number of double wins and its log probability, or None of too many tables.

    Groups are added one by one, keeping what the earlier ones hold and the wins so far. The last
    group has what is left, so that the largest end had better be the last: turning both the groups
    and the grades round leaves the wins as they are.
    """
    if sizes[0] > sizes[-1]:
        sizes, totals = sizes[::-1], totals[::-1]
    first = log_first_rows(totals, int(sizes[0]))
    if first is None:
        return None
    held, weights = first
    wins = np.zeros(len(held), dtype=np.int64)
    for size in sizes[1:-2].tolist():
        rows = log_first_rows(totals, size)
        if rows is None or len(rows[0]) * len(held) > MOST_STEPS:
            return None
        left = totals - held
        old, new = np.nonzero((rows[0] <= left[:, None]).all(axis=2))
        taken, before = rows[0][new], held[old]
        logs = log_choose(left[old], taken).sum(axis=1) - log_choose(
            left[old].sum(axis=1), np.asarray(size)
        )
        wins = wins[old] + _pair_wins(before, taken)
        held, wins, weights = _merged(before + taken, wins, weights[old] + logs)
    rows = log_first_rows(totals, int(sizes[-2]))
    if rows is None or len(rows[0]) * len(held) > MOST_LAST_STEPS:
        return None
    return _last_two(held, wins, weights, rows[0], totals)


def _last_two(
    held: IntArray, wins: IntArray, weights: FloatArray, rows: IntArray, totals: IntArray
) -> tuple[IntArray, FloatArray]:
    """Add the last group but one in every way, and the last, which has the rest."""
    n_left, size = int(totals.sum() - held[0].sum()), int(rows[0].sum())
    whole = float(log_choose(np.asarray(n_left), np.asarray(size)))
    step = max(1, STEPS_AT_ONCE // len(rows))
    found = []
    for start in range(0, len(held), step):
        part = slice(start, start + step)
        left = totals - held[part]
        old, new = np.nonzero((rows <= left[:, None]).all(axis=2))
        before, taken = held[part][old], rows[new]
        logs = log_choose(left[old], taken).sum(axis=1) - whole
        last = left[old] - taken
        total = wins[part][old] + _pair_wins(before, taken) + _pair_wins(before + taken, last)
        found.append(log_summed(total, weights[part][old] + logs))
        # many sums of few units each are the same, and are not all kept to the end
        if sum(len(values) for values, _ in found) > 2 * STEPS_AT_ONCE:
            found = [_joined(found)]
    return _joined(found)


def _joined(found: list[tuple[IntArray, FloatArray]]) -> tuple[IntArray, FloatArray]:
    every, chances = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return log_summed(every, chances)


def _merged(
    held: IntArray, wins: IntArray, weights: FloatArray
) -> tuple[IntArray, IntArray, FloatArray]:
    states, place = np.unique(np.column_stack([held, wins]), axis=0, return_inverse=True)
    return states[:, :-1], states[:, -1], log_added(place.ravel(), weights, len(states))


def _variance(sizes: IntArray, totals: IntArray) -> float:
    """Return the variance of the wins, with ties."""
    n = float(sizes.sum())
    groups, ties = sizes.astype(float), totals.astype(float)
    linear = [n * (n - 1) * (2 * n + 5)]
    linear += [-(x * (x - 1) * (2 * x + 5)).sum() for x in (groups, ties)]
    threes = [(x * (x - 1) * (x - 2)).sum() for x in (groups, ties)]
    twos = [(x * (x - 1)).sum() for x in (groups, ties)]
    variance = sum(linear) / 72 + twos[0] * twos[1] / (8 * n * (n - 1))
    if n > 2:
        variance += threes[0] * threes[1] / (36 * n * (n - 1) * (n - 2))
    return float(variance) if variance > 1e-9 else 0.0
