"""The studentised permutation of the relative effect, and the interval of its quantiles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ilacs_reliability._inference.null import Drawn, Null, extremity, listed
from ilacs_reliability._results.estimates import Alternative, Estimate, FloatArray
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability._results.wording import counted
from ilacs_reliability.comparison.effects import is_taken, placements
from ilacs_reliability.comparison.fixed_margins import drawn_tables, first_rows
from ilacs_reliability.comparison.groups import SharedGrades
from ilacs_reliability.comparison.in_words import FOR_ANY, LONE_UNIT, WITHOUT_SPREAD
from ilacs_reliability.comparison.rank_limits import quantiles

# tables beyond which they are drawn
MOST_TABLES = 200_000


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Found:
    """What a test of the relative effect found.

    Attributes
    ----------
    statistic, p_value : float
        The test.
    df : float or None
        Degrees of freedom.
    method : str
        How the p-value was found.
    effect : Estimate
        With the interval of the same method first.
    """

    statistic: float
    p_value: float
    df: float | None
    method: str
    effect: Estimate


def permutation_test(
    shared: SharedGrades,
    effect: Estimate,
    alternative: Alternative,
    n_resamples: int,
    rng: np.random.Generator,
) -> Found:
    """Permute the relative effect in its standard errors, over tables with the same margins.

    Parameters
    ----------
    shared : SharedGrades
        Two groups.
    effect : Estimate
        Their relative effect.
    alternative, n_resamples
        As in `brunner_munzel`.
    rng : numpy.random.Generator
        Source of chance where tables are drawn.

    Returns
    -------
    Found
        The p-value, and the effect with the permutation's interval.
    """
    counts = shared.pooled
    sizes, totals = counts.sum(axis=1), counts.sum(axis=0)
    observed = float(_studentised(counts[None])[0])
    found = first_rows(totals, int(sizes[0]))
    if found is not None and len(found[0]) <= MOST_TABLES:
        rows, weights = found
        statistics = _studentised(np.stack([rows, totals - rows], axis=1))
        null: Null = listed(extremity(statistics, alternative), weights)
        used = f"all {counted(len(rows), 'table')}"
    else:
        drawn = _studentised(drawn_tables(sizes, totals, n_resamples, rng))
        null = Drawn(np.sort(extremity(drawn, alternative)), asked=n_resamples, instead=True)
        used = null.method
        # the table seen counts as one of the draws
        statistics = np.append(observed, drawn)
        weights = np.full(len(statistics), 1 / len(statistics))
    return Found(
        statistic=observed,
        p_value=null.reach(float(extremity(observed, alternative))),
        df=None,
        method=f"permutation, {used}",
        effect=_with_permutation(effect, statistics, weights, min(sizes.tolist()), alternative),
    )


def _studentised(tables: Any) -> FloatArray:
    """Return (effect - 1/2) / standard error; not divided where a group has one unit."""
    parts = placements(tables)
    gap = np.where(np.abs(parts.value - 0.5) < 1e-12, 0.0, parts.value - 0.5)
    if parts.sizes.min() < 2:
        return np.asarray(gap)
    error = parts.standard_error
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: FloatArray = np.where(gap == 0, 0.0, gap / error)
    return ratio


def _with_permutation(
    effect: Estimate,
    statistics: FloatArray,
    weights: FloatArray,
    smallest: int,
    alternative: Alternative,
) -> Estimate:
    """Put the interval whose quantiles are the permutation's first."""
    if smallest < 2 or is_taken(effect):
        why = LONE_UNIT if smallest < 2 else FOR_ANY
        return replace(effect, notes=(*effect.notes, f"{WITHOUT_SPREAD}: {why}."))
    limits = keyed(
        _permutation_limits, statistics=statistics, weights=weights, alternative=alternative
    )
    return replace(effect, methods_source=(("permutation", limits), *effect.methods))


def _permutation_limits(
    estimate: Estimate,
    confidence_level: float,
    *,
    statistics: FloatArray,
    weights: FloatArray,
    alternative: Alternative,
) -> tuple[float, float]:
    below, above = quantiles(confidence_level, alternative, statistics, weights)
    error = estimate.standard_error
    return max(0.0, estimate.value - below * error), min(1.0, estimate.value + above * error)
