"""Effects of a paired two-by-two table: the difference of shares and the odds ratio."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
from scipy import special

from ilacs_reliability._data.scales import FloatArray, IntArray, Scale
from ilacs_reliability._inference.intervals import (
    clopper_pearson_limits,
    midp_limits,
    wilson_limits,
)
from ilacs_reliability._results.estimates import Estimate, Limits, Method
from ilacs_reliability._results.ingredients import Title, Value
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability.shift.moves import (
    Mask,
    Pairs,
    linear_estimate,
    mean_methods,
    pair_estimate,
    reordered,
)
from ilacs_reliability.shift.paired_limits import (
    bonett_price_limits,
    newcombe_limits,
    tango_limits,
    tango_limits_at,
)
from ilacs_reliability.shift.sentences import (
    IGNORES_CLUSTERS,
    change_in_share,
    or_better,
    paired_odds_label,
)
from ilacs_reliability.shift.sums import SignedSum, score_method
from ilacs_reliability.shift.testing import why_still
from ilacs_reliability.shift.worst_share import unconditional_critical_value


def cut_phrase(scale: Scale, at_least: Hashable | None, *, number: str = "of grade") -> str:
    """Name the part of a scale that stands at or above a grade.

    Parameters
    ----------
    scale : Scale
        The grades.
    at_least : hashable or None
        A grade of the scale; None for the best.
    number : str, optional
        What stands before a grade that is a number.

    Returns
    -------
    str
        "good or better", "of grade 2 or better", "outstanding".
    """
    labels = scale.labels
    code = len(labels) - 1 if at_least is None else scale.code(at_least)
    name = labels[code] if isinstance(labels[code], str) else f"{number} {labels[code]}"
    return f"{name}" if code == len(labels) - 1 else or_better(name)


def binary_difference(
    pairs: Pairs,
    before: Mask,
    after: Mask,
    *,
    cut: str,
    pieces: SignedSum | None = None,
    method: str = "",
) -> Estimate:
    """Estimate the change in the share of some rows.

    Parameters
    ----------
    pairs : Pairs
        One study or many.
    before, after : ndarray of bool, shape (n_rows,)
        Whether a row counts on each occasion.
    cut : str
        What counts, as `cut_phrase` says it.
    pieces : SignedSum, optional
        How the test beside it is made, where ratings carry clusters.
    method : str, optional
        "unconditional" where that is the test beside it.

    Returns
    -------
    Estimate
        The change, -1 to 1.
    """
    ways = after.astype(np.float64) - before
    methods = mean_methods(-1.0, 1.0)
    if pairs.clusters is None:
        rows = {
            "both": after & before,
            "up": ways > 0,
            "down": ways < 0,
            "neither": ~(after | before),
        }
        closed: tuple[Method, ...] = CLOSED
        if method == "unconditional":
            closed = (("calibrated_tango", keyed(_calibrated_tango)), *CLOSED)
        methods = (
            *((name, keyed(_cells, limits=limits, rows=rows)) for name, limits in closed),
            *methods,
        )
    elif pieces is not None:
        methods = (score_method(pieces, ways, -1.0, 1.0), *methods)
    return linear_estimate(
        pairs,
        ways,
        Title(name="paired_difference", label=change_in_share(cut)),
        methods=methods,
    )


def _cells(
    estimate: Estimate,
    confidence_level: float,
    *,
    limits: Callable[..., Limits],
    rows: dict[str, Mask],
) -> Limits:
    cells = {name: estimate.frequencies @ kind for name, kind in rows.items()}
    return limits(**cells, confidence_level=confidence_level)


def _tango(
    *, both: float, up: float, down: float, neither: float, confidence_level: float
) -> Limits:
    return tango_limits(up, down, both + up + down + neither, confidence_level=confidence_level)


def _calibrated_tango(
    *, both: float, up: float, down: float, neither: float, confidence_level: float
) -> Limits:
    n = both + up + down + neither
    z = unconditional_critical_value(confidence_level, n=int(n))
    return tango_limits_at(up, down, n, z=z)


def _bonett_price(
    *, both: float, up: float, down: float, neither: float, confidence_level: float
) -> Limits:
    n = both + up + down + neither
    return bonett_price_limits(up, down, n, confidence_level=confidence_level)


CLOSED = (
    ("tango", keyed(_tango)),
    ("newcombe", keyed(newcombe_limits)),
    ("bonett_price", keyed(_bonett_price)),
)


def odds_ratio(
    pairs: Pairs, ways: IntArray, crossed: tuple[int, int], first: str, *, cut: str
) -> Estimate:
    """Estimate how many units rose for each that fell.

    Parameters
    ----------
    pairs : Pairs
        A single study.
    ways : ndarray of int, shape (n_rows,)
        1 for a row that rose, -1 for one that fell.
    crossed : (int, int)
        The units that rose, and those that fell.
    first : str
        The default interval.
    cut : str
        What a unit rises to, as `cut_phrase` says it.

    Returns
    -------
    Estimate
        The ratio, 0 to infinity.
    """
    up, down = crossed
    value = up / down if down else np.inf if up else np.nan
    return pair_estimate(
        pairs,
        Title(
            name="paired_odds_ratio",
            label=paired_odds_label(cut),
        ),
        Value(
            value=value,
            influence=keyed(_pull_on_odds, ways, value, pairs.n_units / down if down else np.nan),
            reason="" if up + down else "no_change",
            why="" if up + down else why_still(pairs, cut),
        ),
        methods=OF_ODDS[first],
        origin=crossed,
        notes=(IGNORES_CLUSTERS,) if pairs.clusters is not None else (),
    )


def _pull_on_odds(ways: IntArray, value: float, units: float) -> FloatArray:
    """Return how the ratio follows one more unit that rose, or fell, by units that fell."""
    with np.errstate(invalid="ignore"):
        pull: FloatArray = units * np.where(ways > 0, 1.0, np.where(ways < 0, -value, 0.0))
    return pull


def _odds_limits(
    estimate: Estimate,
    confidence_level: float,
    *,
    limits: Callable[..., Limits],
) -> Limits:
    up, down = estimate.origin
    rose = limits(up, up + down, confidence_level=confidence_level)
    # not as what is left to 1, which loses the digits of a small share
    fell = limits(down, up + down, confidence_level=confidence_level)
    return _odds(rose[0], fell[1]), _odds(rose[1], fell[0])


def _odds(share: Any, rest: Any) -> float:
    return float(share / rest) if rest > 0 else float("inf")


def _wilson_corrected(hits: float, n: float, *, confidence_level: float) -> Limits:
    """Return Wilson's limits with the continuity correction (Newcombe, 1998)."""
    z = special.ndtri((1 + confidence_level) / 2)
    p, wide = hits / n, 2 * (n + z**2)
    low = 2 * hits + z**2 - 1 - z * np.sqrt(max(z**2 - 2 - 1 / n + 4 * p * (n - hits + 1), 0.0))
    high = 2 * hits + z**2 + 1 + z * np.sqrt(max(z**2 + 2 - 1 / n + 4 * p * (n - hits - 1), 0.0))
    return (max(low / wide, 0.0) if hits else 0.0), (min(high / wide, 1.0) if hits < n else 1.0)


ODDS: tuple[Method, ...] = tuple(
    (name, keyed(_odds_limits, limits=keyed(limits)))
    for name, limits in {
        "exact": clopper_pearson_limits,
        "midp": midp_limits,
        "wilson": wilson_limits,
        "wilson_corrected": _wilson_corrected,
    }.items()
)
# by which of them is the default
OF_ODDS = {first: reordered(ODDS, first) for first, _ in ODDS}
