"""Whether the mean score of the grades moved."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from ilacs_reliability._checks.arguments import check_option, float_array, told
from ilacs_reliability._checks.randomness import check_chance
from ilacs_reliability._data.labelled import in_grade_order
from ilacs_reliability._data.scales import FloatArray
from ilacs_reliability._data.tables import TransitionsLike
from ilacs_reliability._inference.shrinkage import no_bolder
from ilacs_reliability._inference.thresholds import ALTERNATIVES
from ilacs_reliability._inference.units import own_unit
from ilacs_reliability._results.estimates import (
    Alternative,
    Estimate,
    Limits,
    Method,
    SignificanceResult,
)
from ilacs_reliability._results.ingredients import Title
from ilacs_reliability._results.keyed import keyed
from ilacs_reliability.shift.movement import check_ordered
from ilacs_reliability.shift.moves import (
    ROUNDING,
    Pairs,
    as_pairs,
    linear_estimate,
    mean_methods,
    reordered,
)
from ilacs_reliability.shift.sentences import (
    DIRECTED,
    EFFECTS,
    FALLING,
    FLIPPED,
    LABELS,
    LEAST_P,
    NOT_SHOWN,
)
from ilacs_reliability.shift.signs import normal_p, unseen_p
from ilacs_reliability.shift.sums import (
    SignedSum,
    score_method,
    signed_sum,
    signed_sum_p,
    sum_notes,
)
from ilacs_reliability.shift.testing import is_alone, least_swap_p

# scores are no nearer and no further apart
LEAST_SPAN, LARGEST_SPAN = 1e-100, 1e100
ScoreMethod: TypeAlias = Literal["score", "wald", "exact", "monte_carlo"]
SCORE_METHODS: tuple[str, ...] = get_args(ScoreMethod)


def marginal_score_shift(
    table: TransitionsLike,
    *,
    scores: Sequence[float] | Mapping[Hashable, float] | None = None,
    alternative: Alternative = "two-sided",
    method: ScoreMethod = "score",
    n_resamples: int = 9999,
    rng: np.random.Generator | int | None = None,
) -> SignificanceResult:
    r"""Test whether the mean score moved, second occasion minus first.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units by grade before (rows) and after (columns), worst first.
    scores : sequence of float, shape (n_grades,), optional
        A number for each grade, or a mapping or series from the grades to them. Default: the
        scale's scores.
    alternative : {"two-sided", "less", "greater"}, optional
        "greater" where the mean rose. Default: "two-sided".
    method : {"score", "wald", "exact", "monte_carlo"}, optional
        Score test, Wald test, the exact distribution of the sum where each unit's two grades may
        swap places, or draws from it. Default: "score".
    n_resamples : int, optional
        Draws of "monte_carlo", and of "exact" where there is too much to enumerate. Default: 9999.
    rng : Generator or int, optional
        Where random numbers come from.

    Returns
    -------
    SignificanceResult
        The p-value; `statistic` is a z statistic (for "exact" and "monte_carlo" the sum of the
        changes). The effect is the change in mean score with intervals "score", "wald" and "t"; the
        default one answers about no change as the test does, which for "exact" and "monte_carlo"
        is "calibrated_score".

    Raises
    ------
    ValueError
        If the table is not square, a count is negative or fractional, no unit is graded twice, the
        scale is not ordered and no scores are given, the scores do not fit or are of
        other grades, or an option is unknown.

    See Also
    --------
    marginal_rank_shift : Needs no scores.
    stuart_maxwell : Needs no order.

    Notes
    -----
    With changes :math:`d_u`, the score statistic is :math:`\sum d / \sqrt{\sum d^2}` and Wald's has
    the variance about the mean instead [1]_. The score interval inverts the test:
    :math:`|n \bar d - n \delta| \le z \sqrt{\sum (d - \delta)^2}`; "calibrated_score" has the
    critical value of the draws in place of the normal z, or that of the exact distribution unless z
    lies well between the sums kept and rejected. Where all units changed alike there is no variance
    to lean on: the score limits are then those of the sign of the change, and of the share of
    others that could have been missed; Wald's interval bounds that share, and Wald's test follows
    it. Neither gives a p-value below the least that the exact test of as many movers can have, and
    a note says where it would.

    References
    ----------
    .. [1] M. W. Fagerland, S. Lydersen and P. Laake, "Statistical Analysis of Contingency Tables",
           CRC Press (2017), chapter 9.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> result = ilr.marginal_score_shift([[35, 5, 0], [15, 20, 5], [10, 5, 5]])
    >>> round(result.effect.value, 2), round(result.p_value, 6)
    (-0.3, 0.000336)
    """
    check_option(alternative, ALTERNATIVES, "alternative")
    check_option(method, SCORE_METHODS, "method")
    n_resamples = check_chance(n_resamples, rng)
    pairs = as_pairs(table)
    numbers = in_grade_order(scores, pairs.scale, "scores")
    changes = score_changes(pairs, numbers)
    drawn = method in ("exact", "monte_carlo")
    unit = own_unit(changes)
    pieces = signed_sum(
        *cluster_totals(pairs, changes / unit), method if drawn else "asymptotic", n_resamples, rng
    )
    effect = score_estimate(
        pairs, numbers, pieces=pieces, first="wald" if method == "wald" else "score"
    )
    if drawn:
        statistic, p_value = pieces.total * unit, signed_sum_p(pieces, alternative)
    else:
        statistic, found = _normal_test(effect, pieces, alternative, method, _reach(pairs, numbers))
        moved = int(pieces.sizes.sum())
        p_value = max(found, least_swap_p(moved, alternative))
        effect = _no_bolder(effect, least_swap_p(moved), raised=p_value > found)
    used = pieces.null.method if drawn else method
    return SignificanceResult(
        statistic=statistic,
        p_value=p_value,
        alternative=alternative,
        method=used if pairs.clusters is None else f"{used}, {FLIPPED}",
        name="marginal_score_shift",
        label=LABELS["marginal_score_shift"],
        null=DIRECTED["marginal_score_shift"][alternative],
        effect=effect,
        n_units=pairs.n_units,
        notes=(
            *effect.notes,
            *((FALLING,) if pairs.scale.ordered and _fall(numbers) else ()),
            *sum_notes(
                pieces,
                effect,
                alternative,
                moved=bool(pairs.frequencies @ (changes != 0)),
                seen=method == "wald",
                alone=is_alone(pairs),
            ),
        ),
        limits=NOT_SHOWN,
    )


def score_estimate(
    pairs: Pairs,
    scores: Sequence[float] | None,
    *,
    pieces: SignedSum | None = None,
    first: str = "score",
) -> Estimate:
    """Estimate the change in mean score.

    Parameters
    ----------
    pairs : Pairs
        One study or many.
    scores : sequence of float or None
        A number for each grade; None for the scale's scores.
    pieces : SignedSum, optional
        How the test beside it is made. Default: a score test by the normal distribution.
    first : {"score", "wald"}, optional
        The default interval.

    Returns
    -------
    Estimate
        The change, second occasion minus first.
    """
    changes = score_changes(pairs, scores)
    reach = _reach(pairs, scores)
    matched = score_method(pieces, changes, -reach, reach)
    methods: tuple[Method, ...] = (matched, *mean_methods(-reach, reach))
    found = linear_estimate(
        pairs,
        changes,
        Title(name="marginal_score_shift", label=EFFECTS["marginal_score_shift"]),
        methods=reordered(methods, "wald" if first == "wald" else matched[0]),
    )
    # a scale of one grade leaves a mean score no room to move
    if reach:
        return found
    return replace(found, value=found.value + np.nan, status="undefined", reason="no_change")


def score_changes(pairs: Pairs, scores: Sequence[float] | None) -> FloatArray:
    """Return the change in score of each row.

    Parameters
    ----------
    pairs : Pairs
        One study or many.
    scores : sequence of float or None
        A number for each grade; None for the scale's scores.

    Returns
    -------
    ndarray of float, shape (n_rows,)
        Score after minus score before.

    Raises
    ------
    TypeError
        If the scores are not numbers.
    ValueError
        If the scores do not fit the scale or tell no grade from another, or none are given on an
        unordered one.
    """
    numbers = _checked_scores(pairs, scores)
    changes: FloatArray = numbers[pairs.after] - numbers[pairs.before]
    return changes


def cluster_totals(pairs: Pairs, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Sum values over clusters, or leave them where units are independent.

    Parameters
    ----------
    pairs : Pairs
        A single study.
    values : ndarray of float, shape (n_rows,)
        A value for a unit of each row.

    Returns
    -------
    totals, times : ndarray of float
        The value of each independent piece and how often it stands.
    """
    if pairs.clusters is None:
        return values, pairs.frequencies
    weights = values * pairs.frequencies
    totals = np.bincount(pairs.clusters, weights=weights).astype(np.float64)
    return totals, np.ones(len(totals))


def _reach(pairs: Pairs, scores: Sequence[float] | None) -> float:
    """Return the furthest that a unit can move."""
    return float(np.ptp(_checked_scores(pairs, scores)))


def _checked_scores(pairs: Pairs, scores: npt.ArrayLike | None) -> FloatArray:
    if scores is None:
        check_ordered(pairs)
        return np.array(pairs.scale.scores)
    try:
        numbers = float_array(scores)
    except (TypeError, ValueError, OverflowError) as error:
        raise TypeError(f"`scores` must be numbers, but got {told(scores)}.") from error
    if numbers.shape != (pairs.n_grades,):
        raise ValueError(
            f"`scores` must hold one number for each of {pairs.n_grades} grades, but got shape "
            f"{numbers.shape}."
        )
    if not np.isfinite(numbers).all():
        raise ValueError(f"`scores` must be finite, but got {numbers.tolist()}.")
    if len(numbers) > 1 and not np.ptp(numbers):
        raise ValueError(f"`scores` must tell grades apart, but all are {numbers[0]:g}.")
    # squares and their sums must neither overflow nor vanish
    if len(numbers) > 1 and not LEAST_SPAN < np.ptp(numbers) < LARGEST_SPAN:
        raise ValueError(
            f"`scores` must lie between {LEAST_SPAN:g} and {LARGEST_SPAN:g} apart, but got "
            f"{numbers.tolist()}."
        )
    return numbers


def _fall(scores: Sequence[float] | None) -> bool:
    return scores is not None and bool((np.diff(np.array(scores, dtype=np.float64)) < 0).any())


def _no_bolder(effect: Estimate, least: float, *, raised: bool) -> Estimate:
    """Keep the test's interval from saying more than the least p-value that moves allow."""
    (name, limits), *others = effect.methods
    cautious = keyed(_holding_none, limits=limits, least=least)
    notes = (*effect.notes, LEAST_P) if raised else effect.notes
    return replace(effect, methods_source=((name, cautious), *others), notes=notes)


def _holding_none(
    estimate: Estimate, confidence_level: float, *, limits: Callable[..., Limits], least: float
) -> Limits:
    return no_bolder(limits(estimate, confidence_level), confidence_level, 0.0, least)


def _normal_test(
    effect: Estimate, pieces: SignedSum, alternative: Alternative, method: str, reach: float
) -> tuple[float, float]:
    error = effect.standard_error
    if not pieces.squares:
        return 0.0, 1.0
    if method == "wald" and not error > 2 * ROUNDING * reach:
        share = reach / (abs(effect.value) + reach)
        return unseen_p(effect.value, share, int(effect.n_independent), alternative)
    z = pieces.total / np.sqrt(pieces.squares) if method == "score" else effect.value / error
    return float(z), normal_p(float(z), alternative)
