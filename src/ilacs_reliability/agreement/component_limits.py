"""Errors and intervals of variance components, over units, on a bounded scale."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from ilacs_reliability._data.ratings import Ratings
from ilacs_reliability._inference.intervals import score_limits
from ilacs_reliability._results.estimates import Estimate, Limits
from ilacs_reliability._results.influences import n_clusters, standard_error
from ilacs_reliability._results.ingredients import Basis, Offer, Title, Value
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability.agreement.components import (
    Scores,
    TwoWay,
    two_way_components,
    two_way_squares,
)
from ilacs_reliability.agreement.formulas import build_estimate, influence_of
from ilacs_reliability.agreement.titles import HOW_OTHERS_DIFFER, component

SOURCES: tuple[Literal["units", "raters", "residual"], ...] = ("units", "raters", "residual")
# up to this share of its largest value the variance of units is found as a share of odd units
ODD = 0.75
SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")


@dataclass(frozen=True, slots=True)
class _Basis:
    """What the limits of components rest on: independent pieces, and the scale's span."""

    pieces: float
    paired: float
    odd: float
    discordant: float
    span: float


def component_estimates(
    ratings: Ratings, scores: Scores, two_way: TwoWay, values: list[float]
) -> dict[str, Estimate]:
    r"""Give each variance component a standard error and an interval, over units.

    Parameters
    ----------
    ratings : Ratings
        One study, in which the components are defined.
    scores : Scores
        Its scores.
    two_way : TwoWay
        Their sums.
    values : list of float
        Components of units, raters and residual, in squared units of the scores.

    Returns
    -------
    dict of str to Estimate
        "units", "raters" and "residual". Standard errors are the delta method's for mean squares.

    Notes
    -----
    On a scale with span s the residual is at most about :math:`s^2/2` and the variance of units
    about :math:`s^2/4`. What the residual leaves of that behaves like a share of units that agree,
    and so "score" treats it. The variance of units is like :math:`4 \pi (1 - \pi)` of a share
    :math:`\pi` of units that are unlike the others, which is used up to three quarters of the
    largest value; beyond, the variance itself. For raters, the root of the spread of their means
    is a length, so that the true one lies within the length of the means' error, whose square is
    chi-square on m - 1 degrees of freedom times the upper limit of the residual over the number of
    units (with clusters, times the design effect of the means).
    """
    make = partial(_estimate, ratings, scores, two_way)
    basis = _basis(ratings, scores)
    residual = make("residual", values[2], keyed(_residual_limits, basis=basis))
    by_raters = keyed(
        _raters_limits,
        residual=residual,
        squares={key: float(value) for key, value in two_way_squares(two_way.sums).items()},
        inflation=_inflation(ratings, scores),
    )
    return {
        "units": make("units", values[0], keyed(_units_limits, basis=basis)),
        "raters": make("raters", values[1], by_raters),
        "residual": residual,
    }


def _estimate(
    ratings: Ratings, scores: Scores, two_way: TwoWay, source: str, value: float, limits: Any
) -> Estimate:
    formula = partial(_component, place=SOURCES.index(source))
    w = scores.frequencies
    return build_estimate(
        ratings,
        Title(
            name=f"variance_of_{source}",
            label=component(source),
        ),
        Value(
            value=value,
            influence=influence_of(formula, two_way.sums, two_way.slopes, w, scores.rated),
        ),
        Basis(n_units=w @ scores.rated),
        Offer(methods=(("score", limits),)),
        limits=HOW_OTHERS_DIFFER,
    )


def _component(sums: npt.NDArray[Any], *, place: int) -> npt.NDArray[Any]:
    return two_way_components(sums)[place]


def _basis(ratings: Ratings, scores: Scores) -> _Basis:
    w, table = scores.frequencies, ratings.table
    values = np.asarray(ratings.scale.scores, dtype=np.float64)
    values = values - values[len(values) // 2]
    # scores of an ordered scale increase; a mean between two is of either, whichever way they count
    between = (values[1:] + values[:-1]) / 2.0
    commonest = max(
        np.bincount(np.searchsorted(between, scores.means, side), weights=w * scores.rated).max()
        for side in SIDES
    )
    n, paired = float(w @ scores.rated), float(w @ table.paired)
    pieces, paired_pieces = n, paired
    if ratings.clusters is not None:
        pieces = float(n_clusters(w, ratings.clusters, scores.rated))
        paired_pieces = float(n_clusters(w, ratings.clusters, table.paired))
    return _Basis(
        pieces=pieces,
        paired=paired_pieces,
        odd=min(n - float(commonest), pieces),
        discordant=min(float(w @ table.mixed), paired_pieces),
        span=float(np.ptp(values)),
    )


def _inflation(ratings: Ratings, scores: Scores) -> float:
    """Return how much more the raters' means vary than units of no clusters would let them."""
    if ratings.clusters is None:
        return 1.0
    w, n = scores.frequencies, float(scores.frequencies @ scores.rated)
    gaps = (scores.scores - scores.means[:, None]) * scores.given
    gaps = (gaps - w @ gaps / n) * scores.rated[:, None]
    both = [
        sum(float(standard_error(gap, w, n, clusters)) ** 2 for gap in gaps.T)
        for clusters in (ratings.clusters, None)
    ]
    if not np.isfinite(both[0]):
        # a single cluster: its units may be as alike as one
        return n
    return max(both[0] / both[1], 1.0) if both[1] > 0 else 1.0


def _residual_limits(estimate: Estimate, confidence_level: float, *, basis: _Basis) -> Limits:
    most = basis.span**2 / 2.0
    share = 1.0 - estimate.value / most
    low, high = score_limits(
        share,
        share,
        0.0,
        estimate.standard_error / most,
        basis.paired,
        basis.discordant,
        confidence_level=confidence_level,
    )
    return _holding(most * (1.0 - high), most * (1.0 - low), estimate.value)


def _units_limits(estimate: Estimate, confidence_level: float, *, basis: _Basis) -> Limits:
    most = basis.span**2 / 4.0 * basis.pieces / max(basis.pieces - 1.0, 1.0)
    part, slope = max(estimate.value, 0.0) / most, 1.0
    if part < ODD:
        # pi (1 - pi) of a share pi of units that are unlike the others
        part, slope = (1.0 - (1.0 - part) ** 0.5) / 2.0, 0.25 / (1.0 - part) ** 0.5
    low, high = score_limits(
        1.0 - part,
        1.0 - part,
        0.0,
        estimate.standard_error / most * slope,
        basis.pieces,
        basis.odd,
        confidence_level=confidence_level,
    )
    low, high = 1.0 - high, 1.0 - low
    if slope != 1.0:
        low, high = (4.0 * pi * (1.0 - pi) for pi in (low, np.minimum(high, 0.5)))
    return _holding(most * low, most * high, estimate.value)


def _raters_limits(
    estimate: Estimate,
    confidence_level: float,
    *,
    residual: Estimate,
    squares: dict[str, float],
    inflation: float,
) -> Limits:
    df = squares["df_raters"]
    error = residual.confidence_interval(confidence_level).high / squares["size_raters"]
    length = np.sqrt(squares["raters"] / squares["size_raters"])
    reach = np.sqrt(inflation * error * special.chdtri(df, 1.0 - confidence_level) / df)
    return _holding(max(length - reach, 0.0) ** 2, (length + reach) ** 2, estimate.value)


def _holding(low: Any, high: Any, value: float) -> Limits:
    known = np.isfinite(value)
    return (
        np.where(known, np.minimum(low, value), np.nan),
        np.where(known, np.maximum(high, value), np.nan),
    )
