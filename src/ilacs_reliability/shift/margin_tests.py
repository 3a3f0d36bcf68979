"""Whether grades did not move by more than a margin."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Literal, TypeAlias, get_args

import numpy as np

from ilacs_reliability._checks.arguments import check_option
from ilacs_reliability._data.tables import TransitionsLike
from ilacs_reliability._inference.thresholds import equivalence_test
from ilacs_reliability._results.estimates import Estimate, SignificanceResult
from ilacs_reliability._results.wording import together, with_article
from ilacs_reliability.shift.binary import paired_difference
from ilacs_reliability.shift.movement import check_ordered, net_estimate
from ilacs_reliability.shift.moves import as_pairs
from ilacs_reliability.shift.scores import score_estimate
from ilacs_reliability.shift.sentences import equivalence_of, within_margins
from ilacs_reliability.shift.testing import check_margin

ShiftEffect: TypeAlias = Literal["net", "difference", "score"]
SHIFT_EFFECTS: tuple[str, ...] = get_args(ShiftEffect)


def shift_equivalence(
    table: TransitionsLike,
    *,
    margin: float | tuple[float, float],
    effect: ShiftEffect = "net",
    at_least: Hashable | None = None,
    method: str | None = None,
) -> SignificanceResult:
    """Test whether grades moved by no more than a margin, by two one-sided tests.

    Parameters
    ----------
    table : Transitions, Ratings by two raters, or array_like of int, shape (n_grades, n_grades)
        Units by grade before (rows) and after (columns), worst first.
    margin : float or (float, float)
        The largest shift that would not matter, declared before the data were seen, in the unit of
        the effect; one number for both directions, or the lower and the upper margin.
    effect : {"net", "difference", "score"}, optional
        Share improved minus share declined, the change in the share at or above a grade, or the
        change in mean score. Default: "net".
    at_least : hashable, optional
        The grade to cut at, for "difference"; of a plain table its number, 1 being the worst.
    method : str, optional
        An interval of the effect. Default: its first.

    Returns
    -------
    SignificanceResult
        The larger of the two one-sided p-values: below 0.05 exactly where the 90 % interval of the
        same method lies within the margins, which a note gives.

    Raises
    ------
    TypeError
        If the margin is neither a number nor a pair of numbers.
    ValueError
        If the table is not square, a count is negative or fractional, no unit is graded twice, the
        margins do not hold zero or pass the largest effect there can be, or an option is unknown.

    See Also
    --------
    net_shift : The shift itself.
    equivalence_test : The same for any estimate.

    Notes
    -----
    A shift that is not significant is not shown to be small; this asks for that.

    References
    ----------
    .. [1] D. J. Schuirmann, "A comparison of the two one-sided tests procedure and the power
           approach for assessing the equivalence of average bioavailability", Journal of
           Pharmacokinetics and Biopharmaceutics 15 (1987), 657-680.
    .. [2] T. Tango, "Equivalence test and confidence interval for the difference in proportions for
           the paired-sample design", Statistics in Medicine 17 (1998), 891-908.

    Examples
    --------
    >>> import ilacs_reliability as ilr
    >>> table = [[30, 3, 0], [2, 60, 5], [0, 4, 46]]
    >>> round(ilr.shift_equivalence(table, margin=0.1).p_value, 4)
    0.0021
    """
    check_option(effect, SHIFT_EFFECTS, "effect")
    scale = as_pairs(table).scale
    reach = float(np.ptp(scale.scores)) if effect == "score" else 1.0
    low, high = check_margin(margin, reach=reach)
    estimate = _effect(table, effect, at_least)
    result = equivalence_test(estimate, low=low, high=high, method=method)
    interval = estimate.confidence_interval(0.9, method)
    inside = bool(low < interval.low and interval.high < high)
    between = " to ".join(together(*interval))
    note = within_margins(between, interval.method, inside, low, high)
    return replace(
        result,
        name="shift_equivalence",
        label=equivalence_of(with_article(estimate.label)),
        notes=(*result.notes, note),
    )


def _effect(table: TransitionsLike, effect: str, at_least: Hashable | None) -> Estimate:
    if effect == "difference":
        return paired_difference(table, at_least=at_least)
    if at_least is not None:
        raise ValueError(f"`at_least` goes with effect='difference', but effect is {effect!r}.")
    pairs = as_pairs(table)
    check_ordered(pairs)
    return net_estimate(pairs) if effect == "net" else score_estimate(pairs, None)
