"""Whether a shift is the same in every stratum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, TypeAlias, cast

import numpy as np
from scipy import special

from ilacs_reliability._data.scales import FloatArray, IntArray
from ilacs_reliability._inference.null import ChiSquare, Drawn, Null, affordable_draws
from ilacs_reliability._results.estimates import Estimate, Limits, SignificanceResult
from ilacs_reliability._results.influences import by_cluster
from ilacs_reliability._results.ingredients import Title, Value
from ilacs_reliability._results.keyed import folded, keyed
from ilacs_reliability.shift.moves import ROUNDING, Pairs, pair_estimate
from ilacs_reliability.shift.sentences import (
    EFFECTS,
    HYPOTHESES,
    LABELS,
    LARGER_STRATA,
    NOT_SHOWN,
    between_strata,
    why_not_compared,
)
from ilacs_reliability.shift.testing import large_sample_note

HeterogeneityMethod: TypeAlias = Literal["asymptotic", "monte_carlo"]
# time to draw the units of a kind in a stratum
NANOSECONDS = 120.0
# numpy's hypergeometric draws take no more units of a kind
MOST_DRAWN = 10**9


def heterogeneity_test(
    everyone: Pairs,
    stratum: IntArray,
    scores: FloatArray,
    estimates: tuple[Estimate, ...],
    method: str,
    n_resamples: int,
    rng: np.random.Generator,
) -> SignificanceResult:
    """Test whether a mean score is the same in every stratum.

    Parameters
    ----------
    everyone : Pairs
        All strata side by side.
    stratum : ndarray of int, shape (n_rows,)
        Stratum of each row.
    scores : ndarray of float, shape (n_rows,)
        The score of a unit of each row.
    estimates : tuple of Estimate
        The mean of each stratum.
    method : {"asymptotic", "monte_carlo"}
        How the p-value is found.
    n_resamples : int
        Draws.
    rng : Generator
        Where random numbers come from.

    Returns
    -------
    SignificanceResult
        The p-value; the effect is the share of the spread between strata beyond chance.

    Raises
    ------
    ValueError
        If draws are asked for where ratings carry clusters.
    """
    n_strata, notes = len(estimates), everyone.notes
    kinds, place = np.unique(np.round(scores, 10), return_inverse=True)
    table = np.zeros((n_strata, len(kinds)), dtype=np.int64)
    np.add.at(table, (stratum, place), everyone.frequencies.astype(np.int64))
    statistic, df = float(_between(table[None], kinds)[0]), n_strata - 1
    shares = _unit_shares(table, kinds)
    if everyone.clusters is not None:
        statistic, df, shares = _clustered_between(everyone, stratum, scores)
        if method != "asymptotic":
            raise ValueError("`heterogeneity` must be 'asymptotic' where ratings carry clusters.")
    null: Null = ChiSquare(df if statistic else 0)
    if method == "monte_carlo" and df and statistic:
        null = Drawn(_moved_between(table, kinds, n_resamples, rng), asked=n_resamples)
        shares = np.zeros(0)
    used = method if null.kind == "asymptotic" else null.method
    critical = keyed(_critical_value, null=null, df=df)
    return SignificanceResult(
        statistic=statistic,
        df=df,
        p_value=null.reach(statistic),
        method=used,
        name="stratified_shift",
        label=LABELS["heterogeneity"],
        null=HYPOTHESES["heterogeneity"],
        effect=_inconsistency(statistic, df, everyone, critical),
        n_units=everyone.n_units,
        notes=(
            *notes,
            *_notes(shares if used == "asymptotic" else np.zeros(0), df, n_strata, everyone),
        ),
        limits=NOT_SHOWN,
    )


def _between(tables: Any, kinds: FloatArray) -> FloatArray:
    """Return the spread of strata's means over the spread of units, shape (n_tables,)."""
    sizes = tables.sum(axis=2)
    n = sizes.sum(axis=1)
    sums = tables @ kinds
    mean = sums.sum(axis=1) / n
    total = (tables.sum(axis=1) * (kinds - mean[:, None]) ** 2).sum(axis=1) / np.maximum(n - 1, 1)
    spread = (sizes * (sums / np.maximum(sizes, 1) - mean[:, None]) ** 2).sum(axis=1)
    between: FloatArray = np.where(total > 0, spread / np.where(total > 0, total, 1.0), 0.0)
    return between


def _unit_shares(table: IntArray, kinds: FloatArray) -> FloatArray:
    """Return how much of the variance of each stratum's sum its farthest unit makes."""
    n, sizes = table.sum(), table.sum(axis=1)
    squares = (kinds - table.sum(axis=0) @ kinds / n) ** 2
    variance = float(table.sum(axis=0) @ squares) / n
    if not variance or len(table) < 2:
        return np.zeros(0)
    farthest = np.where(table.sum(axis=0) > 0, squares, 0.0).max()
    shares: FloatArray = farthest / (np.maximum(sizes, 1) * variance)
    return shares


def _clustered_between(
    everyone: Pairs, stratum: IntArray, scores: FloatArray
) -> tuple[float, int, FloatArray]:
    """Weigh strata's sums about the pooled mean by the squares of their clusters' sums.

    The variance is the one under the hypothesis: a few clusters that happen to lie close together
    about another mean do not make a large statistic. The last array holds each cluster's share of
    its stratum's variance.
    """
    clusters = cast(IntArray, everyone.clusters)
    mean = everyone.frequencies @ scores / everyone.frequencies.sum()
    sums = by_cluster(everyone.frequencies * (scores - mean), clusters)
    home = np.zeros(len(sums), dtype=np.int64)
    home[clusters] = stratum
    gaps, squares = np.bincount(home, sums), np.bincount(home, sums**2)
    sizes = np.bincount(stratum, everyone.frequencies)
    kept = squares > ROUNDING
    if kept.sum() < 2:
        return 0.0, 0, np.zeros(0)
    gaps, sizes, variances = gaps[kept], sizes[kept], squares[kept]
    common = (gaps @ (sizes / variances)) ** 2 / (sizes @ (sizes / variances))
    between = max(float(gaps @ (gaps / variances) - common), 0.0)
    shares = (sums**2 / np.maximum(squares[home], ROUNDING))[kept[home]]
    return between, int(kept.sum()) - 1, shares


def _notes(shares: FloatArray, df: int, n_strata: int, everyone: Pairs) -> tuple[str, ...]:
    if not df:
        return (why_not_compared(n_strata),)
    if everyone.clusters is None:
        return large_sample_note(shares, "unit", "heterogeneity='monte_carlo'")
    return large_sample_note(shares, "cluster", LARGER_STRATA)


def _moved_between(
    table: IntArray, kinds: FloatArray, n_resamples: int, rng: np.random.Generator
) -> FloatArray:
    """Draw the statistic, ascending, moving units between strata of the same sizes.

    The spread of units stays as it is, so that each stratum adds the square of its sum and is
    forgotten: memory does not grow with their number.
    """
    sizes, times = table.sum(axis=1), table.sum(axis=0)
    if times.sum() >= MOST_DRAWN:
        raise ValueError(
            f"`heterogeneity`: units can be drawn of fewer than {MOST_DRAWN:,}, but there are "
            f"{times.sum():,}; use 'asymptotic'."
        )
    n_resamples = affordable_draws(
        n_resamples,
        NANOSECONDS * table.size,
        between_strata(len(table)),
        "heterogeneity='asymptotic'",
    )
    mean = float(times @ kinds) / times.sum()
    total = float(times @ (kinds - mean) ** 2) / max(int(times.sum()) - 1, 1)
    left = np.tile(times, (n_resamples, 1))
    spread = np.zeros(n_resamples)
    for size in sizes[:-1].tolist():
        wanted, rest, gap = np.full(n_resamples, size), left.sum(axis=1), np.zeros(n_resamples)
        for kind, value in enumerate(kinds - mean):
            rest = rest - left[:, kind]
            drawn = rng.hypergeometric(left[:, kind], rest, wanted)
            wanted, gap = wanted - drawn, gap + value * drawn
            left[:, kind] -= drawn
        spread += gap**2 / size
    spread += (left @ (kinds - mean)) ** 2 / sizes[-1]
    return np.sort(spread / total)


def _inconsistency(
    statistic: float, df: int, everyone: Pairs, critical: Callable[[float], float]
) -> Estimate:
    value = max(0.0, 1 - df / statistic) if df and statistic else 0.0
    ball = keyed(_ball, statistic=statistic, df=df, critical=critical)
    return replace(
        pair_estimate(
            everyone,
            Title(name="inconsistency", label=EFFECTS["heterogeneity"]),
            Value(value=value, influence=np.full(len(everyone.before), np.nan)),
            methods=(
                ("ball", ball),
                ("test_based", keyed(_test_based, statistic=statistic, df=df)),
            ),
        ),
        notes=(),
    )


def _critical_value(confidence_level: float, *, null: Null, df: int) -> float:
    alpha = 1 - confidence_level
    top = float(null.draws[-1]) if isinstance(null, Drawn) else np.inf
    return null.critical_value(alpha, usual=float(special.chdtri(df, alpha)), top=top)


@folded
def _ball(
    estimate: Estimate,
    confidence_level: float,
    *,
    statistic: float,
    df: int,
    critical: Callable[[float], float],
) -> Limits:
    """Move the root of the spread by the root of its critical value, and turn it into a share.

    The root is a length, of the strata's differences over their error; chance moves it by no more
    than this radius. A squared length of true differences is a share of itself and df.
    """
    if not df:
        return 0.0, 1.0
    root, radius = float(np.sqrt(statistic)), float(np.sqrt(critical(confidence_level)))
    low, high = (max(root + sign * radius, 0.0) ** 2 for sign in (-1, 1))
    low, high = low / (low + df), high / (high + df)
    return _apart(min(low, estimate.value) if estimate.value > 0 else low, high)


def _test_based(
    estimate: Estimate, confidence_level: float, *, statistic: float, df: int
) -> Limits:
    """Move the logarithm of H by its approximate error (Higgins and Thompson, 2002)."""
    if df < 1 or (df < 2 and statistic <= df + 1):
        return 0.0, 1.0
    z = special.ndtri((1 + confidence_level) / 2)
    if statistic > df + 1:
        error = (np.log(statistic) - np.log(df)) / (
            2 * (np.sqrt(2 * statistic) - np.sqrt(2 * df - 1))
        )
    else:
        error = np.sqrt((1 - 1 / (3 * (df - 1) ** 2)) / (2 * (df - 1)))
    # H is taken as 1 where the spread is less than chance gives
    centre = max(np.log(max(statistic, 1e-300) / df) / 2, 0.0)
    return _apart(*(max(0.0, 1 - np.exp(-2 * (centre + sign * z * error))) for sign in (-1, 1)))


def _apart(low: float, high: float) -> Limits:
    """Return limits, or the numbers beside them where so near 1 no other lies between."""
    if low < high:
        return low, high
    return float(np.nextafter(low, 0.0)), float(np.nextafter(high, 1.0))
